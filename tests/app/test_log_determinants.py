"""log det on the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]  # see conftest.py
QUANTITY = "logdet(gamma*I(N) + x*x.T)/N"
AT = ("--set", "N=20", "--set", "P=40", "--set", "gamma=1")


def test_evaluate_and_simulate(run: Run) -> None:
    result = run(
        "evaluate", "marchenko-pastur", QUANTITY, *AT, "--digits", "10", "--simulate", "60", "--json"
    ).json
    assert result["value"].startswith("0.63")
    assert result["status"] == "verified"
    assert result["simulation"]["verdict"] == "agrees"
    shown = run("evaluate", "marchenko-pastur", QUANTITY, *AT, "--digits", "10").out
    assert "Gauss-Legendre quadrature" in shown
    assert "that the quadrature may leave" in shown


def test_derive(run: Run) -> None:
    result = run("derive", "marchenko-pastur", QUANTITY, "--no-simulation", "--json").json
    (name,) = result["quantities"]
    assert name == f"{QUANTITY}, slope"
    entry = result["quantities"][name]
    assert "slope ds from s = 0 to 1" in entry["integral"]
    assert [one["outcome"] for one in entry["checks"]] == ["passed", "passed"]
    page = run("derive", "marchenko-pastur", QUANTITY, "--no-simulation", "--latex").out
    assert "slope ds from s = 0 to 1" in page


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--set", "N=20,30"), "is evaluated at one point at a time; give one value for each --set"),
        (("--limit", "gamma=0"), "--limit: no exact limit of a log det is known; set a small value"),
    ],
)
def test_refusals(run: Run, words: tuple[str, ...], sentence: str) -> None:
    rest = [one for one in ("N=20", "P=40", "gamma=1") if one.split("=")[0] not in " ".join(words)]
    given = [word for one in rest for word in ("--set", one)]
    assert sentence in run("evaluate", "marchenko-pastur", QUANTITY, *words, *given).refusal
