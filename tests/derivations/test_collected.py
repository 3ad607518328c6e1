"""Values collected in symbols: the same function, by powers of what was chosen."""

from __future__ import annotations

import json
from random import Random

import pytest
from sympy import Add, Mul, Rational, Symbol
from typer.testing import CliRunner

from planaria.algebra.errors import InputError
from planaria.app.cli import app
from planaria.derivations import derive


def same(one, other, seed=3):
    """Whether two formulas are equal at random rational points."""
    random = Random(seed)
    symbols = sorted(one.free_symbols | other.free_symbols, key=str)
    for _ in range(3):
        at = {s: Rational(random.randint(1, 10**6), random.randint(1, 10**3)) for s in symbols}
        if one.xreplace(at) != other.xreplace(at):
            return False
    return True


@pytest.mark.parametrize(
    ("model", "quantity", "names"),
    [
        ("random-features", "loss + noise_loss", "sigma_w, sigma_eps"),
        ("random-features", "loss + noise_loss", "sigma_w"),
        ("two-layer-random-features", "loss", "N"),
        ("random-features", "noise_loss", "S_22, N"),
        ("nonlinear-random-features", "loss", "Delta"),
        ("ridge-regression", "loss", "Delta"),
    ],
)
def test_the_value_is_what_it_was(model, quantity, names):
    result = derive(model, quantity)
    assert same(result.collect(names).value, result.value)
    assert result.collect(names).closed_form == result.closed_form


def test_each_power_stands_once_where_the_symbols_are_above():
    result = derive("random-features", "loss + noise_loss").collect("sigma_w", "sigma_eps")
    w, eps = (result.symbols[name] for name in ("sigma_w", "sigma_eps"))
    assert isinstance(result.value, Add)
    powers = [Mul(*(f for f in term.args if f in (w**2, eps**2))) for term in result.value.args]
    assert sorted(map(str, powers)) == ["sigma_eps**2", "sigma_w**2"]


def test_below_a_fraction_every_factor_is_collected():
    result = derive("two-layer-random-features", "loss")
    n = result.symbols["N"]
    for factor in result.collect("N").value.as_numer_denom():
        for one in Mul.make_args(factor):
            if isinstance(one, Add):
                assert sum(term.has(n) for term in one.args) == 1


def test_a_determinant_stays_where_the_symbols_leave_it():
    result = derive("random-features", "loss + noise_loss")
    assert len(result.collect("sigma_eps").determinants) == 1
    assert result.collect("N").determinants == ()
    assert result.collect("N").rewrite("z = S_11, q2 = S_22").collected_in == ()


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (["Q"], "collect: there is no symbol 'Q'"),
        ([], "collect: nothing is to be collected"),
        ([" "], "collect: nothing is to be collected"),
        (["N, N"], "collect: N is given twice"),
        (["gamma"], "collect: there is no symbol 'gamma'"),
    ],
)
def test_what_cannot_be_collected_is_refused(names, problem):
    with pytest.raises(InputError, match=problem):
        derive("random-features", "loss").collect(*names)


def test_the_command_collects():
    words = ["derive", "ridge-regression", "bias+variance", "--json", "--no-simulation", "--collect", "sigma_eps"]
    (shown,) = json.loads(CliRunner().invoke(app, words).stdout)["quantities"].values()
    assert shown["value"] == "C*(Delta*P*R_112/M + sigma_eps**2*S_202)/2/(P - S_202)"
    found = CliRunner().invoke(app, [*words[:-1], "Q"])
    assert found.exit_code == 2
    assert Symbol("Q").name in found.stderr
