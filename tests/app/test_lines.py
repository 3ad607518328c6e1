"""Lines of the terminal: numbers by their names stay whole, however narrow it is."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from planaria.app.words.examples import EXAMPLES

Run = Callable[..., Any]  # see conftest.py

FEATURES = [
    word
    for pair in ("N=60", "P=120", "M=400", "gamma=1e-4", "sigma_u=1", "sigma_w=1", "alpha=0.8", "lambda_plus=1")
    for word in ("--set", pair)
]
ASSIGNED = ["C = 1", "N = 60", "P = 120", "M = 400", "γ = 0.0001", "σᵤ = 1", "σ_w = 1", "α = 0.8", "λ₊ = 1"]


@pytest.mark.parametrize("columns", range(20, 100, 7))
def test_no_assignment_is_broken(columns: int) -> None:
    from io import StringIO

    from rich.console import Console

    from planaria.app.display import assignments

    stream = StringIO()
    assignments(Console(file=stream, width=columns), ASSIGNED)
    lines = stream.getvalue().splitlines()
    assert [item for line in lines for item in line.strip().split("   ")] == ASSIGNED
    assert max(map(len, lines)) <= columns
    # No line is ended early: the next one would not have fitted on it.
    for line, after in pairwise(lines):
        assert len(line) + 3 + len(after.strip().split("   ")[0]) > columns


@pytest.mark.parametrize("sweep", [False, True])
def test_a_point_on_a_narrow_terminal(run: Run, monkeypatch: pytest.MonkeyPatch, sweep: bool) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    more = ["--set", "C=1,2"] if sweep else []
    lines = [
        line.strip() for line in run("evaluate", "random-features", "loss", *FEATURES, *more).out.splitlines()
    ]
    found = [item for line in lines for item in line.split("   ")]
    assert set(ASSIGNED[1:] if sweep else ASSIGNED) <= set(found)


def test_a_number_of_three_hundred_digits_is_not_written_out(run: Run) -> None:
    out = run("evaluate", "wigner", "resolvent", "--set", "N=10", "--set", "z=1e300+1j", "--digits", "15").out
    assert "z = 1.0e+300+1j" in out


def test_help_shows_complex_parameters_and_densities_in_the_plane(run: Run) -> None:
    """The examples are run by the tests of the help; these two kinds are among them."""
    assert any("z=1+0.1j" in one for one in EXAMPLES["evaluate"])
    assert any("--nonhermitian" in one for one in EXAMPLES["density"])
    assert "--nonhermitian --of gamma" in run("density", "--help").out


def test_a_table_that_is_to_be_proved_is_told_what_to_do(run: Run) -> None:
    refusal = run("evaluate", "wigner", "resolvent", "--set", "N=10", "--set", "z=3,4", "--certify").refusal
    assert refusal == (
        "--certify: a proof is of one point, and this is a table; give each name one number, and prove point by "
        "point; or leave it out: each point is verified"
    )


def test_a_proof_at_complex_parameters_is_told_what_to_do(run: Run) -> None:
    refusal = run("evaluate", "wigner", "resolvent", "--set", "N=10", "--set", "z=1+1j", "--certify").refusal
    assert refusal.endswith("is not a positive number; leave the proof out: the value is verified there")
