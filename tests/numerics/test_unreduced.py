"""The unreduced equations: solved directly they give what the closed form gives, and they see a wrong loop."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from sympy import Identity, MatrixSymbol, Rational, Trace, symbols

from planaria.algebra.errors import InputError
from planaria.algebra.rational import Ring
from planaria.derivations import derive
from planaria.ensembles.library import load_model
from planaria.ensembles.model import Gaussian, Model
from planaria.numerics.equations.cramer import propagators_at
from planaria.numerics.equations.unreduced import unreduced
from planaria.numerics.methods.program import Builder
from planaria.numerics.points.problem import pose
from planaria.numerics.solving.direct import float_numbers, follow_directly, polish_directly
from planaria.numerics.solving.evaluate import evaluate
from planaria.numerics.solving.solve import loops_of, solve
from planaria.numerics.solving.verification import verify
from planaria.numerics.sweeps.arrays import evaluate_array
from planaria.numerics.sweeps.confirmation import confirmed

POINT = {"N": 6, "P": 9, "M": 12, "gamma": "0.1", "sigma_u": 1, "alpha": "0.8", "lambda_plus": 1}
LOSS = {**POINT, "sigma_w": 1, "C": 1}


def problem(quantity: str, point: dict):
    file = load_model("random-features")
    return pose(derive(file.quantity(quantity).expression, file.model), point)


@pytest.mark.parametrize(("quantity", "point"), [("resolvent", POINT), ("loss", LOSS)])
def test_the_direct_way_gives_the_value_of_the_closed_form(quantity: str, point: dict) -> None:
    here = problem(quantity, point)
    path = follow_directly(here)
    assert path.loops is not None
    with mp.workdps(40):
        loops = polish_directly(here, path.loops)
        assert loops is not None
        verdict = verify(here, loops, mpf(10) ** -30)
        assert verdict.residual < mpf(10) ** -30
        assert verdict.stable
        assert abs(verdict.value / evaluate(here.derivation, point, digits=30).value - 1) < mpf(10) ** -28


def test_a_loop_that_is_wrong_in_the_twelfth_digit_is_seen() -> None:
    here = problem("loss", LOSS)
    with mp.workdps(40):
        unknowns = [solve(here, 30).unknowns["Delta"]]
        loops = loops_of(here, unknowns)
        assert verify(here, loops, mpf(10) ** -30).residual < mpf(10) ** -30
        wrong = loops_of(here, [unknowns[0] * (1 + mpf(10) ** -12)])
        assert verify(here, wrong, mpf(10) ** -30).residual > mpf(10) ** -16


def test_cramer_and_elimination_give_the_same_propagators() -> None:
    here = problem("loss", LOSS)
    numbers = float_numbers(here)
    loops = follow_directly(here).loops
    assert loops is not None
    full = unreduced(here.derivation).propagators(numbers, loops)
    for space, entries in propagators_at(here.derivation, numbers, loops).items():
        assert entries
        for key, value in entries.items():
            pair = np.broadcast_arrays(value, full[space].get(key, 0.0))
            np.testing.assert_allclose(*pair, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("error", [1e-8, -1e-7, 1.0])
def test_a_value_that_is_off_is_not_confirmed(error: float) -> None:
    here = problem("loss", LOSS)
    solution = solve(here, 15)
    unknowns = np.array([[float(solution.unknowns["Delta"])]] * 2)
    values = np.array([1.0, 1.0 + error]) * float(solution.value)
    columns = {"gamma": np.array([0.1, 0.1])}
    assert confirmed(here, columns, unknowns, values).tolist() == [True, False]
    assert not confirmed(here, columns, unknowns * (1 + error), values).any()


def test_points_between_which_the_branch_jumps_are_right() -> None:
    """Neighbours far from one another, where the last digits cancel, and where they vanish."""
    file = load_model("random-features")
    loss = derive(file.quantity("loss").expression, file.model)
    base = {**LOSS, "M": 50}
    first = evaluate_array(loss, {**base, "N": [1000, 10], "P": [1000, 20], "gamma": 1e-6})
    assert first[1] == pytest.approx(0.006167871331, rel=1e-9)
    second = evaluate_array(loss, {**base, "N": [100, 10], "P": [100, 10], "gamma": 1e-10})
    assert second[1] == pytest.approx(38.2999811, rel=1e-8)
    for found, (n, gamma) in ((first[0], (1000, "1e-6")), (second[0], (100, "1e-10"))):
        alone = evaluate(loss, {**base, "N": n, "P": n, "gamma": gamma}, digits=15)
        assert found == pytest.approx(float(alone.value), rel=1e-9)


SIZES = symbols("N P", positive=True)
RIDGE, SHIFT = symbols("gamma c", positive=True)
X = MatrixSymbol("x", *SIZES)
Q = (RIDGE * Identity(SIZES[0]) + X * X.T).inv()


@pytest.mark.parametrize("shifts", [[2, 0.9, 0.3, 1.5], [0.95, 1.2]])
def test_a_sweep_gives_no_number_where_a_variance_is_negative(shifts: list[float]) -> None:
    result = derive(Trace(Q) / SIZES[0], Model([Gaussian(X, variance=(SHIFT - 1) / SIZES[1])]))
    point = {"N": 10, "P": 20, "gamma": 1}
    if shifts[0] < 1:
        with pytest.raises(InputError, match="its variance"):
            evaluate_array(result, {**point, "c": shifts})
        return
    found = evaluate_array(result, {**point, "c": shifts})
    assert np.isnan(found).tolist() == [shift < 1 for shift in shifts]
    assert found[0] == pytest.approx(float(evaluate(result, {**point, "c": 2}, digits=12).value), rel=1e-9)


def test_a_sweep_gives_no_number_where_a_covariance_is_negative() -> None:
    n, p = SIZES
    matrix = MatrixSymbol("L", n, n)
    model = Model([Gaussian(X, variance=1 / p, rows=SHIFT * matrix - Identity(n))])
    point = {"P": 20, "gamma": 1, "L": [1, 1, 2]}
    found = evaluate_array(derive(Trace(Q), model), {**point, "c": [2, 0.9, 1.1]})
    assert np.isnan(found).tolist() == [False, True, False]


def test_what_is_zero_as_a_formula_is_zero() -> None:
    n, p = SIZES
    model = Model([Gaussian(X, variance=1 / p)])
    zero = n - RIDGE * Trace(Q) - Trace(X * X.T * Q)
    assert evaluate(derive(zero, model), {"N": 3, "P": 4, "gamma": 1}, digits=12).value == 0


A, B = symbols("a b")
RING = Ring([A, B])


@st.composite
def ratios(draw: st.DrawFn):
    def polynomial() -> object:
        terms = draw(st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 3), st.integers(0, 3)), max_size=5))
        return sum((c * A**i * B**j for c, i, j in terms), Rational(0))

    top, bottom = polynomial(), polynomial()
    return RING(top) / (RING(bottom**2) + RING.one)


@settings(max_examples=60)
@given(ratios(), st.fractions(1, 3, max_denominator=7), st.fractions(1, 3, max_denominator=7))
def test_a_program_is_its_formula_and_its_derivative(ratio, a: Fraction, b: Fraction) -> None:
    builder = Builder([A, B])
    place = builder.ratio(ratio)
    program = builder.program([place, builder.derivative(place, A), builder.derivative(place, B)])
    found = program.run([a, b], lambda constant: constant)
    assert found[0] == ratio.evaluate({A: a, B: b})
    assert found[1] == ratio.derivative(A).evaluate({A: a, B: b})
    assert found[2] == ratio.derivative(B).evaluate({A: a, B: b})
