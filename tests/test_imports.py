"""The direction of imports, and what importing the first package does not pull in."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = ["diagrams", "derivations", "numerics", "app"]  # each may import itself and what stands before it


def imported(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("package", ORDER)
def test_imports_run_against_the_flow_of_data(package: str) -> None:
    files = list((ROOT / package / "planaria" / package).rglob("*.py"))
    assert files, package
    later = ORDER[ORDER.index(package) + 1 :]
    for file in files:
        for name in imported(file):
            parts = name.split(".")
            assert not (parts[0] == "planaria" and len(parts) > 1 and parts[1] in later), (file.name, name)


def modules_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_diagrams_pull_in_no_numerics_and_no_plotting() -> None:
    loaded = modules_after("import planaria.diagrams; from planaria.diagrams import Gaussian, Model, expand")
    assert "planaria.models.model" in loaded
    assert not any(name.split(".")[0] in {"matplotlib", "scipy"} for name in loaded)
    assert not any(
        name.startswith(("planaria.numerics", "planaria.derivations", "planaria.app")) for name in loaded
    )


def test_the_oracles_share_no_code_with_what_they_check() -> None:
    for file in ("finite_size.py", "simulate.py"):
        names = imported(ROOT / "numerics" / "planaria" / "numerics" / file)
        assert not any("wick" in name or "planaria.derivations" in name or "rules" in name for name in names), file
    expansion = imported(ROOT / "diagrams" / "planaria" / "diagrams" / "expansion.py")
    assert not any("rules" in name for name in expansion)
