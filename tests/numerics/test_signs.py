"""Signs of values and slopes, held against differences of evaluated numbers and against the literature."""

from __future__ import annotations

import random
from functools import cache

import pytest
from sympy import Identity, MatrixSymbol, Symbol, Trace, symbols

from planaria import derive
from planaria.algebra.errors import InputError
from planaria.derivations import Derivation
from planaria.derivations.signs.result import SignVerdict
from planaria.diagrams import Gaussian, Model
from planaria.ensembles.verdicts.claims import Verdict
from planaria.numerics.signs.sign import sign_of


@cache
def derived(model: str, quantity: str) -> Derivation:
    found = derive(model, quantity)
    assert isinstance(found, Derivation)
    return found


@cache
def loss_sign(along: str, fixed: str = "") -> SignVerdict:
    return sign_of(derived("random-features", "loss"), along, fixed)


def point(seed: int) -> dict[str, object]:
    draw = random.Random(seed)
    sizes = {"N": draw.randint(20, 60), "P": draw.randint(20, 60), "M": 30}
    scales = {
        name: f"{draw.uniform(0.5, 2):.3f}" for name in ("alpha", "lambda_plus", "sigma_u", "sigma_w", "sigma_eps")
    }
    return {**sizes, **scales, "C": 1, "gamma": f"{10 ** draw.uniform(-6, 1):.6g}"}


def test_equiparameterisation_is_proved() -> None:
    """arXiv:2405.19398: d ln L/d(N+P) at fixed N P and Delta is q2/D > 0, for any spectrum."""
    found = loss_sign("N + P", "N*P, Delta")
    assert (found.verdict, found.sign) == (Verdict.PROVED, 1)
    value = derived("random-features", "loss").value
    names = {str(s): s for s in found.expression.free_symbols | value.free_symbols}
    q2, r, n, p = (names[one] for one in ("S_22", "R_12", "N", "P"))
    z = r + q2
    determinant = (n - q2) * (p - q2) - (z - q2) ** 2
    same = {s: Symbol(str(s)) for s in names.values()}  # sums of two forms have symbols of their own
    ratio = (found.expression.xreplace(same) / value.xreplace(same)).cancel()
    assert (ratio - (q2 / determinant).xreplace(same)).simplify() == 0
    assert any("P - S_11 > 0" in step.reason for step in found.steps)


@pytest.mark.parametrize(
    ("model", "quantity", "along", "fixed", "sign"),
    [
        ("random-features", "loss", "", "", 1),
        ("random-features", "noise_loss", "", "", 1),
        ("random-features", "loss", "N", "Delta", -1),
        ("random-features", "noise_loss", "gamma", "", -1),
        ("random-features", "noise_loss", "P", "Delta", -1),
        ("ridge-regression", "variance", "gamma", "", -1),
        ("marchenko-pastur", "resolvent", "gamma", "", -1),
        ("marchenko-pastur", "resolvent", "", "", 1),
    ],
)
def test_what_is_proved(model: str, quantity: str, along: str, fixed: str, sign: int) -> None:
    found = sign_of(derived(model, quantity), along, fixed)
    assert (found.verdict, found.sign) == (Verdict.PROVED, sign), found.reason
    assert found


@pytest.mark.parametrize(("quantity", "along"), [("noise_loss", "gamma"), ("loss", "")])
def test_numbers_have_the_sign(quantity: str, along: str) -> None:
    found = sign_of(derived("random-features", quantity), along)
    for seed in range(5):
        here = point(seed)
        value = derived("random-features", quantity).evaluate(here, digits=25)
        if along:
            more = {**here, along: str(float(str(here[along])) * 1.01)}
            value = derived("random-features", quantity).evaluate(more, digits=25) - value
        assert value * found.sign > 0


def test_double_descent_refutes_monotony() -> None:
    found = loss_sign("N")
    assert found.verdict is Verdict.REFUTED
    assert not found
    assert found.sign is None
    derivation = derived("random-features", "loss")
    for witness, sign in zip(found.witnesses, (1, -1), strict=True):
        assert float(witness.value.middle) * sign > 0
        here = dict(witness.at)
        slope = derivation.derivative(N=1).evaluate(here, digits=15)
        assert abs(float(slope.value) / float(witness.value.middle) - 1) < 1e-10


def test_what_is_not_proved_holds_at_points() -> None:
    found = sign_of(derived("wigner", "resolvent"), "z")
    assert (found.verdict, found.sign) == (Verdict.HOLDS, -1)
    assert found.points >= 3
    assert "not proved" in found.reason


def test_eigenvalues_of_a_source_may_be_negative() -> None:
    """Of a matrix that is no covariance nothing is known: no sum over its eigenvalues is a premise."""
    N, z = symbols("N z", positive=True)
    source, noise = MatrixSymbol("A", N, N), MatrixSymbol("h", N, N)
    model = Model([Gaussian(noise, variance=1 / N, kind="hermitian")])
    one = derive(Trace((z * Identity(N) - source - noise).inv()) / N, model)
    assert isinstance(one, Derivation)
    assert sign_of(one).verdict is not Verdict.PROVED


@pytest.mark.parametrize(
    ("along", "fixed", "words"),
    [
        ("N + P", "", "2 parameters change, and 1 functions"),
        ("N + P", "2*N + 2*P", "does not change"),
        ("", "N", "it holds something on no way"),
        ("Delta", "", "contains an unknown"),
        ("M", "", "by its range or its eigenvalues"),
        ("alpha", "", "by its range or its eigenvalues"),
        ("Q", "", "no name 'Q'"),
        ("2", "", "no function of parameters"),
        ("N**P", "", "is not a number"),
    ],
)
def test_bad_directions(along: str, fixed: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        sign_of(derived("random-features", "loss"), along, fixed)
