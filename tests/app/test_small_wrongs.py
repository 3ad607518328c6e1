"""One quantity costs another nothing; what is said of surfaces, of orders and of what is not contained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planaria.algebra.errors import InputError
from planaria.app.subcommands import derive as deriving
from planaria.app.subcommands import dual as dualising
from planaria.app.subcommands import evaluate as evaluating
from planaria.numerics.evidence import checks

Run = Callable[..., Any]  # see conftest.py

MODEL = """
[spaces]
N = "size"
P = "samples"
[parameters]
z = "spectral parameter"
s = "strength"
[matrices]
A = { space = "N", spectrum = "power-law" }
C = { space = "N" }
S = { space = "N", spectrum = [1, -1] }
[fields]
h = { shape = ["N", "N"], kind = "hermitian", variance = "1/N" }
k = { shape = ["N", "N"], kind = "hermitian", variance = "1/N" }
x = { shape = ["N", "P"], rows = "A", variance = "s/P" }
y = { shape = ["N", "P"] }
[quantities]
plain = "tr(inv(z*I(N) - h))/N"
none = "tr(inv(h))/N"
anti = "tr(inv(z*I(N) - h*k - k*h))/N"
cube = "tr(inv(z*I(N) - k*k*k))/N"
source = "tr(inv(z*I(N) - S - h))/N"
order = "tr((A*C - C*A)*inv(z*I(N) - h))/N"
ridge = "tr(inv(z*I(N) + y*y.T))"
"""


@pytest.fixture
def model(tmp_path: Path) -> str:
    file = tmp_path / "small.toml"
    file.write_text(MODEL)
    return str(file)


def test_what_cannot_be_derived_costs_the_others_nothing(run: Run, model: str) -> None:
    outcome = run("derive", model, "none", "plain", "--no-simulation")
    assert outcome.code == 2
    assert "no deterministic part" in outcome.err
    assert "not derived: " in outcome.out
    assert "plain = g" in outcome.out
    assert outcome.out.count("✓") == 2


def test_what_cannot_be_derived_is_said_in_json_and_latex(run: Run, model: str) -> None:
    outcome = run("derive", model, "none", "plain", "--no-simulation", "--json")
    assert outcome.code == 2
    assert '"error": "model small, quantity none: ' in outcome.out
    assert '"value": "g_N"' in outcome.out
    outcome = run("derive", model, "none", "plain", "--no-simulation", "--latex")
    assert "% none: not derived: " in outcome.out
    assert r"\begin{align*}" in outcome.out


def test_a_quantity_alone_that_cannot_be_derived_is_refused(run: Run, model: str) -> None:
    assert "no deterministic part" in run("derive", model, "none", "--no-simulation").refusal


@pytest.mark.parametrize("error", [InputError("check", "no luck", "try"), ZeroDivisionError("no luck")], ids=repr)
def test_a_check_that_cannot_run_says_why(
    run: Run, model: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr(checks, "check_residual", broken)
    found = run("derive", model, "plain", "ridge", "--no-simulation", "--json").json["quantities"]
    for one in found.values():
        assert one["value"]
        assert [check["outcome"] for check in one["checks"]] == ["passed", "inconclusive"]
        assert "no luck" in one["checks"][1]["detail"]


@pytest.mark.parametrize("quantity", ["anti", "cube"])
def test_equations_that_are_not_solved_for_the_spectral_parameter_are_checked(
    run: Run, model: str, quantity: str
) -> None:
    found = run("derive", model, quantity, "--no-simulation", "--json").json["quantities"][quantity]
    assert [check["outcome"] for check in found["checks"]] == ["passed", "passed"]


def test_no_admissible_point_says_why(model: str) -> None:
    file = deriving.load_model(model)
    text = MODEL.replace('variance = "1/N" }\nk', 'variance = "(s - 100)/N" }\nk')
    Path(model).write_text(text)
    broken = deriving.load_model(model)
    assert broken.model != file.model
    derivation = deriving.derive(broken.quantity("plain").expression, broken.model)
    residual = [one for one in checks.checks(derivation, simulation=False) if one.method == "residual"]
    assert [one.outcome for one in residual] == [checks.Outcome.INCONCLUSIVE]
    assert "at the last one, field h: its variance" in residual[0].detail


def test_a_duality_is_printed_whatever_becomes_of_its_closed_form(
    run: Run, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise InputError("check", "no admissible parameters were found", "try")

    monkeypatch.setattr(dualising, "check_duality", broken)
    outcome = run("dual", model, "ridge")
    assert outcome.code == 0
    assert "Duality  N ↔ P" in outcome.out
    assert "the closed form was not compared: no admissible parameters were found" in outcome.out
    (duality,) = run("dual", model, "ridge", "--json").json["dualities"]
    assert duality["notes"] == ["the closed form was not compared: no admissible parameters were found"]


def test_a_number_is_printed_whatever_becomes_of_its_simulation(
    run: Run, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise InputError("quantity", "its value in run 1 is inf", "check ridge and sizes")

    monkeypatch.setattr(evaluating, "simulate_beside", broken)
    outcome = run("evaluate", model, "plain", "--set", "z=3", "--simulate", "5")
    assert outcome.code == 2
    assert "plain = 0.381966011250" in outcome.out
    assert "its value in run 1 is inf" in outcome.err


def test_nothing_is_asked_of_matrices_that_the_quantity_does_not_contain(run: Run, model: str) -> None:
    arguments = ["ridge", "--set", "P=4", "--set", "z=1", "--json"]
    first = run("evaluate", model, *arguments).json
    Path(model).write_text(MODEL.replace(', spectrum = "power-law"', "").replace(', rows = "A"', ""))
    assert run("evaluate", model, *arguments).json == first


def test_a_limit_that_the_quantity_does_not_contain(run: Run, model: str) -> None:
    outcome = run("derive", model, "ridge", "--limit", "s=0", "--no-simulation")
    assert outcome.code == 0
    assert "ridge does not contain s: its limit is the value" in outcome.out
    assert "Limit s" not in outcome.out


def test_an_external_source(run: Run, model: str) -> None:
    found = run("evaluate", model, "source", "--set", "z=5", "--simulate", "20", "--json").json
    # Pastur's cubic, g ((z - g)^2 - 1) = z - g
    g = float(found["value"])
    assert g * ((5 - g) ** 2 - 1) == pytest.approx(5 - g)
    assert found["simulation"]["verdict"] != "contradicts"
    Path(model).write_text(MODEL.replace('rows = "A"', 'rows = "S"'))
    sentence = "[matrices] S, spectrum: eigenvalue 2 is -1, a negative number; a covariance needs eigenvalues >= 0"
    assert sentence in run("evaluate", model, "source", "--set", "z=5").refusal


COMMUTE = "C*A is read as A*C: deterministic matrices of one space, here N, commute"


def test_derive_says_that_matrices_commute(run: Run, model: str) -> None:
    assert COMMUTE in run("derive", model, "order", "--no-simulation").out
    assert f"% {COMMUTE}" in run("derive", model, "order", "--no-simulation", "--latex").out
    found = run("derive", model, "order", "plain", "--no-simulation", "--json").json["quantities"]
    assert found["order"]["notes"] == [COMMUTE]
    assert found["plain"]["notes"] == []


def test_moments_and_diagrams_say_it_too(run: Run, model: str) -> None:
    expression = "tr((A*C - C*A)*h*h)"
    assert COMMUTE in run("moment", model, expression).out
    assert f"% {COMMUTE}" in run("moment", model, expression, "--latex").out
    assert run("moment", model, expression, "--json").json["notes"] == [COMMUTE]
    assert "notes" not in run("moment", model, "tr(A*C*h*h)", "--json").json
    assert COMMUTE in run("diagrams", model, "order", "--order", "2").out
    assert run("diagrams", model, "order", "--order", "2", "--json").json["notes"] == [COMMUTE]


def test_evaluate_and_dual_say_it_too(run: Run, model: str) -> None:
    assert "C*A" not in run("evaluate", model, "plain", "--set", "z=3").out
    listed = MODEL.replace('C = { space = "N" }', 'C = { space = "N", spectrum = [1, 2] }')
    listed = listed.replace('spectrum = "power-law"', "spectrum = [3, 1]").replace("- C*A)", "- C*A + A)")
    Path(model).write_text(listed)
    assert COMMUTE in run("evaluate", model, "order", "--set", "z=5").out
    assert run("evaluate", model, "order", "--set", "z=5", "--json").json["notes"] == [COMMUTE]
    assert COMMUTE in run("dual", model, "order").out


@pytest.mark.parametrize(
    ("expression", "euler", "surface"),
    [
        ("tr(h**4)", "0", "the torus"),
        ("tr(h**4)", "all", "the torus"),
        ("tr(h*h*h.T*h.T*h*h)", "0", "the torus and the Klein bottle"),
        ("tr((y*y.T)**3)", "0", "the torus and the Klein bottle"),
        ("tr(h*h)", "0", ""),
    ],
)
def test_the_surfaces_of_euler_characteristic_zero(
    run: Run, model: str, expression: str, euler: str, surface: str
) -> None:
    out = run("diagrams", model, expression, "--order", "0", "--euler", euler).out
    rows = [
        line.split(maxsplit=2)
        for line in out.partition("Planar weights")[0].splitlines()
        if line.split()[:1] == ["0"]
    ]
    assert [" ".join(row[2:]).strip() for row in rows] == [surface]
