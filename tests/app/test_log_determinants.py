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
    assert "resolvent) dt from t = 0 to oo" in page
    assert r"\mathrm{resolvent} &=" in page.replace(r"\simeq", "=")
    assert r"\mathrm{value}" not in page


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
