"""Models that once gave a wrong value, a traceback or no refusal: in Python and by the command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mpmath import mpf

from planaria.algebra.errors import InputError
from planaria.derivations import derive
from planaria.ensembles.library import load_model
from planaria.numerics.solving.evaluate import evaluate

FOLDER = Path(__file__).parent / "oracles" / "cases"
CASES: list[dict[str, Any]] = json.loads((FOLDER / "cases.json").read_text(encoding="utf-8"))
NAMES = [
    f"{k}-{one['file']}-{one['quantity']}-{'value' if one['value'] else 'refusal'}" for k, one in enumerate(CASES)
]
SECONDS = 60


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_in_python(case: dict[str, Any]) -> None:
    model = load_model(str(FOLDER / f"{case['file']}.toml"))

    def value() -> Any:
        derivation = derive(model.quantity(case["quantity"]).expression, model.model)
        return evaluate(derivation, case["values"], digits=15).value

    if case["value"] is None:
        with pytest.raises(InputError):
            value()
    else:
        right = mpf(case["value"])
        assert abs(value() - right) <= 1e-12 * abs(right), case["how"]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_command(case: dict[str, Any], tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from planaria.app.cli import main; main()", "evaluate"]
    command += [str(FOLDER / f"{case['file']}.toml"), case["quantity"], "--json"]
    for name, value in case["values"].items():
        if isinstance(value, list):
            file = tmp_path / f"{name}.csv"
            file.write_text("\n".join(value) + "\n", encoding="utf-8")
            command += ["--spectrum-file", f"{name}={file}"]
        else:
            command += ["--set", f"{name}={value}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    if case["value"] is None:
        assert done.returncode == 2, done.stdout + done.stderr
        assert done.stdout == ""
        assert done.stderr.startswith("planaria: ")
        assert len(done.stderr.strip().splitlines()) == 1
    else:
        assert done.returncode == 0, done.stderr
        right = mpf(case["value"])
        assert abs(mpf(json.loads(done.stdout)["value"]) - right) <= 1e-12 * abs(right), case["how"]
