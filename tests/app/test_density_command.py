"""The command that prints a density."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from planaria.app.cli import app

WIGNER = ["density", "wigner", "resolvent", "--of", "z", "--set", "N=20", "--points", "20"]


def test_json_csv_and_picture(tmp_path: Path) -> None:
    picture, table = tmp_path / "d.svg", tmp_path / "d.csv"
    done = CliRunner().invoke(app, [*WIGNER, "--json", "--draw", str(picture)])
    assert done.exit_code == 0
    assert CliRunner().invoke(app, [*WIGNER, "--csv", str(table)]).exit_code == 0
    found = json.loads(done.stdout)
    assert found["edges"] == pytest.approx([-2, 2], abs=1e-8)
    assert found["atoms"] == []
    assert len(found["density"]["x"]) == len(found["density"]["rho"]) == 20
    assert [one["exact"] for one in found["moments"]] == [0, 1, 0, 2]
    assert "<svg" in picture.read_text(encoding="utf-8")
    assert len(table.read_text(encoding="utf-8").splitlines()) == 21
