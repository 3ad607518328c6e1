"""`planaria sweep`: files, lists of points, and what is refused before any work is done."""

from __future__ import annotations

import csv
from collections.abc import Callable
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
import xarray as xr
from tests.app.conftest import Outcome

from planaria.app.subcommands import sweep as command
from planaria.numerics.datasets import engines, libraries

Run = Callable[..., Outcome]
WIGNER = ["sweep", "wigner", "resolvent", "--set", "N=20"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def semicircle(z: float) -> float:
    """The resolvent of Wigner's semicircle law outside of its support (E. P. Wigner, 1958)."""
    return (z - sqrt(z * z - 4)) / 2


def test_a_grid_in_the_grammar_of_evaluate(run: Run) -> None:
    outcome = run(*WIGNER, "--set", "z=2.5:4:4", "--out", "a.zarr")
    assert outcome.code == 0
    assert "4 z" in outcome.out
    assert "wrote a.zarr" in outcome.err
    found = xr.open_zarr("a.zarr")
    assert found.resolvent.values == pytest.approx([semicircle(z) for z in (2.5, 3, 3.5, 4)], rel=1e-12)
    again = run(*WIGNER, "--set", "z=2.5:4:4", "--out", "a.zarr", "--json").json
    assert again["quantities"]["resolvent"] == {"points": 4, "status": {"ok": 4}, "first_refused": None}


def test_several_quantities_and_expressions(run: Run) -> None:
    words = ["sweep", "wigner", "resolvent", "tr(h**4)/N", "--set", "N=20", "--set", "z=3,4", "--out", "a.csv"]
    assert run(*words).code == 0
    rows = list(csv.DictReader(Path("a.csv").read_text(encoding="utf-8").splitlines()))
    assert [float(row["value"]) for row in rows] == [2, 2]  # the second Catalan number
    assert [float(row["resolvent"]) for row in rows] == pytest.approx([semicircle(3), semicircle(4)], rel=1e-12)


def test_a_list_of_points(run: Run) -> None:
    Path("points.csv").write_text("z,N\n3,20\n2.5,30\n")
    assert run("sweep", "wigner", "resolvent", "--points", "points.csv", "--out", "a.zarr").code == 0
    assert xr.open_zarr("a.zarr").resolvent.values == pytest.approx([semicircle(3), semicircle(2.5)], rel=1e-12)
    Path("points.csv").write_text("z\n3\n2.5\n")
    assert run(*WIGNER, "--points", "points.csv", "--out", "b.zarr").code == 0
    assert xr.open_zarr("b.zarr").N.values.tolist() == [20, 20]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "it is empty; begin with a line of names"),
        ("z\n", "there are no points behind the names"),
        ("z,q\n1,2\n", "there is no parameter or dimension 'q'"),
        ("z,z\n1,2\n", "z has numbers twice"),
        ("z,N\n1,2\n", "N has numbers twice"),
        ("z\n3,4\n", "point 1 has 2 numbers for 1 names"),
        ("z\nfour\n", "parameter z: "),
    ],
)
def test_bad_lists_of_points(run: Run, text: str, sentence: str) -> None:
    Path("points.csv").write_text(text)
    assert sentence in run(*WIGNER, "--points", "points.csv", "--out", "a.zarr").refusal
    assert [one.name for one in Path().iterdir()] == ["points.csv"]


def test_refused_points_are_told_when_all_is_written(run: Run) -> None:
    outcome = run(*WIGNER, "--set", "z=1,3", "--out", "a.csv")
    assert outcome.code == 2
    assert "1 of 2 points are refused, the first at z=1: " in outcome.err
    assert Path("a.csv").read_text().count("ok") == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--set", "z=3", "--out", "a.txt"], "--out a.txt: its suffix is .txt; give a name that ends in .zarr"),
        (["--set", "z=3", "--out", "no/a.nc"], "--out no/a.nc: there is no folder no; make it first"),
        (["--out", "a.nc"], "there is a value missing for z"),
        (["--set", "z=3", "--out", "a.nc", "--draws", "-1"], "--draws: -1 is out of range"),
        (["--set", "z=3", "--out", "a.nc", "--workers", "0"], "--workers: 0 is out of range"),
        (["--set", "z=3", "--out", "a.nc", "--chunk", "0"], "--chunk: 0 is out of range"),
        (["--set", "z=3:4", "--out", "a.nc"], "--set z: '3:4' is no grid"),
        (["--set", "z=3", "--out", "a.nc", "--points", "none.csv"], "--points none.csv: it cannot be read"),
        (["--set", "z=3,4", "--out", "a.nc", "--points", "none.csv"], "--set z: there is a list of points"),
        (["--set", "z=3", "--out", "a.nc", "--scheduler", "tcp://127.0.0.1:1"], "127.0.0.1:1: it does not answer"),
        (["--set", "z=3"], "missing option '--out'"),
    ],
)
def test_wrong_words_are_one_sentence(
    run: Run, words: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_SECONDS_TO_ANSWER", 0.3)
    assert sentence in run(*WIGNER, *words).refusal
    assert list(Path().iterdir()) == []


def test_a_missing_library_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "find_spec", lambda name: None)
    refusal = run(*WIGNER, "--set", "z=3", "--out", "a.nc").refusal
    assert refusal == "sweep: xarray is not installed; install it: pip install 'planaria[sweep]'"


def test_an_interruption_keeps_what_was_computed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    words = [*WIGNER, "--set", "z=2.5:4:9", "--chunk", "2", "--out", "a.nc"]
    real = command.run

    def interrupted(*arguments: Any, progress: Callable[[int, int], object], **options: Any) -> Any:
        def stop(done: int, tasks: int) -> None:
            progress(done, tasks)
            if done == 3:
                raise KeyboardInterrupt

        return real(*arguments, progress=stop, **options)

    monkeypatch.setattr(command, "run", interrupted)
    outcome = run(*words)
    assert outcome.code == 130
    assert "3 of 5 blocks are done, kept in a.nc.partial.zarr; the same command goes on" in outcome.err
    monkeypatch.setattr(command, "run", real)
    assert run(*words).code == 0
    assert [one.name for one in Path().iterdir()] == ["a.nc"]


def test_complex_numbers(run: Run, tmp_path: Path) -> None:
    words = ("sweep", "wigner", "resolvent", "--set", "N=20", "--set", "z=1+1j,3", "--out")
    out = tmp_path / "z.nc"
    refusal = f"--out {out}: netCDF holds no complex numbers, and resolvent has complex parameters"
    assert run(*words, str(out)).refusal == f"{refusal}; give a name that ends in .zarr or .csv"
    assert list(tmp_path.iterdir()) == []
    table = tmp_path / "z.csv"
    assert run(*words, str(table)).code == 0
    rows = [line.split(",") for line in table.read_text().splitlines()]
    assert [complex(row[rows[0].index("z")]) for row in rows[1:]] == [1 + 1j, 3]
    for row in rows[1:]:
        z = complex(row[rows[0].index("z")])
        right = (z - (z - 2) ** 0.5 * (z + 2) ** 0.5) / 2
        assert complex(row[rows[0].index("resolvent")]) == pytest.approx(right, rel=1e-10)
    size = run(
        "sweep", "wigner", "resolvent", "--set", "N=20,3+1j", "--set", "z=3", "--out", str(tmp_path / "n.csv")
    )
    assert size.refusal.startswith("--set N: ")
