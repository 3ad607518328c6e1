"""log det on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
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
    assert name == f"{QUANTITY}, resolvent"
    entry = result["quantities"][name]
    assert "resolvent) dt from t = 0 to oo" in entry["integral"]
    assert [one["outcome"] for one in entry["checks"]] == ["passed", "passed"]
    page = run("derive", "marchenko-pastur", QUANTITY, "--no-simulation", "--latex").out
    formulas = [line for line in page.splitlines() if not line.startswith("%")]
    (integral,) = (line for line in formulas if r"\int_0^\infty" in line)
    assert integral.startswith(r"\operatorname{E} \log\det\left[")
    assert (
        r"\simeq N \log \kappa + \int_0^\infty dt \left(\frac{N}{\kappa + t} - \mathrm{resolvent}\right)"
        in integral
    )
    assert any(line.startswith(r"\kappa &= \gamma + 1") for line in formulas)
    assert any(line.startswith(r"\mathrm{value} &= \operatorname{E}") for line in formulas)
    assert any(line.startswith(r"\mathrm{resolvent} &\simeq") for line in formulas)
    assert r"\int_0^\infty" in entry["latex"]


def test_derive_shows_the_integral_as_a_formula(run: Run) -> None:
    shown = run("derive", "marchenko-pastur", QUANTITY, "--no-simulation", "--no-rules").out.splitlines()
    start = shown.index("Integral  what the resolvent is for")
    assert shown[start + 1].endswith("dt from t = 0 to oo")
    assert shown[start + 2].strip() == "κ = γ + 1"
    assert sum(r"\int_0^\infty" in line for line in shown) == 1
    assert "Algebraic equation  for resolvent, of degree 2" in shown


def test_several_log_dets_have_an_integral_each(run: Run) -> None:
    both = "logdet(gamma*I(N) + x*x.T) - logdet(gamma*I(P) + x.T*x)"
    page = run("derive", "marchenko-pastur", both, "--no-simulation", "--no-rules", "--latex").out
    for number, size in ((1, "N"), (2, "P")):
        assert rf"\frac{{{size}}}{{\kappa_{number} + t}} - \text{{resolvent {number}}}" in page
        assert page.count(rf"\kappa_{number} &=") == 1  # no letter stands for the scales of both
    assert page.count(r"\mathrm{value} &=") == 1


def test_tables_and_sweeps(run: Run, tmp_path: Path) -> None:
    at = ("--set", "N=20", "--set", "P=40")
    alone = [
        run("evaluate", "marchenko-pastur", QUANTITY, *at, "--set", f"gamma={one}", "--json").json["value"]
        for one in ("1", "1e-6")
    ]
    table = run("evaluate", "marchenko-pastur", QUANTITY, *at, "--set", "gamma=1,1e-6", "--json").json["points"]
    assert [one["status"] for one in table] == ["verified", "verified"]
    for one, other in zip(table, alone, strict=True):
        assert abs(float(one["value"]) - float(other)) < 1e-9
    target = tmp_path / "points.csv"
    run("sweep", "marchenko-pastur", QUANTITY, *at, "--set", "gamma=1,1e-6", "--out", str(target))
    rows = [line.split(",") for line in target.read_text().splitlines()]
    values = [float(row[rows[0].index("value")]) for row in rows[1:]]
    assert values == pytest.approx([float(one) for one in alone], rel=1e-10)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--certify",), "--certify: a log det is an integral, which is not proved; leave it out"),
        (("--limit", "gamma=0"), "--limit: no exact limit of a log det is known; set a small value"),
    ],
)
def test_refusals(run: Run, words: tuple[str, ...], sentence: str) -> None:
    rest = [one for one in ("N=20", "P=40", "gamma=1") if one.split("=")[0] not in " ".join(words)]
    given = [word for one in rest for word in ("--set", one)]
    assert sentence in run("evaluate", "marchenko-pastur", QUANTITY, *words, *given).refusal
