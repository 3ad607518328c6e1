"""Closed forms as functions of numbers: against the formulas written out, term by term, and their differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf, workdps
from sympy import Expr, Identity, MatrixSymbol, Rational, Symbol, Trace, sqrt, symbols

from planaria.algebra.rational import Ring
from planaria.derivations import derive
from planaria.derivations.elimination.closed_form import Form, Unknown
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.derivations.equations.spectral_sums import Factor, SpectralSum
from planaria.diagrams import Gaussian, Model
from planaria.numerics.equations import functions as module
from planaria.numerics.equations.functions import Functions, functions_of
from planaria.numerics.solving.evaluate import evaluate

M, a, b = symbols("M a b", positive=True)
X, Y = symbols("Delta kappa")
lam, om = symbols("lambda_I omega_I", nonnegative=True)
MATRIX = MatrixSymbol("Lambda", M, M)
BOTH = (lam, om)
ZERO = (0, 0)
POLE = Factor(M, BOTH, (1, 0), ((ZERO, X),))
SECOND = Factor(M, BOTH, (0, 1), ((ZERO, Y),))
KNOWN = Factor(M, BOTH, (1, 0), ((ZERO, a),))
FORMULA = Factor(M, BOTH, (1, 0), ((ZERO, a / (b + 1)),))
QUADRATIC = Factor(M, BOTH, (2, 0), ((ZERO, Y), ((1, 0), X)))
MIXED = Factor(M, BOTH, (1, 0), ((ZERO, X), ((0, 1), Y)))
TWICE = Factor(M, BOTH, (1, 0), ((ZERO, X), ((0, 1), X)))
BARE = Factor(M, BOTH, (1, 0), ())
SUMS = [
    SpectralSum(M, BOTH, (1, 0), ((POLE, 1),)),
    SpectralSum(M, BOTH, (2, 0), ((POLE, 2),)),
    SpectralSum(M, BOTH, (4, 0), ((POLE, 4),)),
    SpectralSum(M, BOTH, (0, 3), ((SECOND, 3),)),
    SpectralSum(M, BOTH, (1, 0), ((POLE, 2),)),
    SpectralSum(M, BOTH, (1, 1), ((POLE, 1),)),
    SpectralSum(M, BOTH, (0, 0), ((SECOND, 1),)),
    SpectralSum(M, BOTH, (0, 1), ((POLE, 1),)),
    SpectralSum(M, BOTH, (2, 0), ((KNOWN, 2),)),
    SpectralSum(M, BOTH, (1, 0), ((FORMULA, 1),)),
    SpectralSum(M, BOTH, (0, 0), ((QUADRATIC, 1),)),
    SpectralSum(M, BOTH, (1, 0), ((QUADRATIC, 2),)),
    SpectralSum(M, BOTH, (2, 0), ((QUADRATIC, 2),)),
    SpectralSum(M, BOTH, (0, 1), ((MIXED, 2),)),
    SpectralSum(M, BOTH, (0, 0), ((TWICE, 1),)),
    SpectralSum(M, BOTH, (1, 2), ((POLE, 1), (SECOND, 2))),
    SpectralSum(M, BOTH, (2, 1), ()),
    SpectralSum(M, BOTH, (0, 1), ((BARE, 1),)),
    SpectralSum(M, BOTH, (1, 0), ((BARE, 1),)),
]
NAMES = symbols(f"S_:{len(SUMS)}")
RING = Ring([a, b, M, STRENGTH, X, Y, *NAMES])
UNKNOWNS = tuple(Unknown(symbol, "an unknown", RING.one) for symbol in (X, Y))
FIRST = sum(((k + 1) * X ** (k % 2) * one for k, one in enumerate(NAMES)), a * STRENGTH * Y**2 - b * X / 3)
OTHER = STRENGTH * Y * NAMES[0] * NAMES[4] + X * NAMES[11] ** 2 - a * b * (Y + 2) + NAMES[2] * M
VALUE = (NAMES[0] * X + NAMES[16] * b + STRENGTH * Y) / (NAMES[5] + a * STRENGTH)
CLOSED = Form(
    RING,
    UNKNOWNS,
    (RING(FIRST.expand()), RING(OTHER.expand())),
    tuple(zip(NAMES, SUMS, strict=True)),
    RING(VALUE),
    (None, a),
)
LAM = ["1/2", "3", "7/5", "1/9", "3"]
OM = ["2", "1/9", "1/3", "4/3", "5"]
AT = {a: Rational(5, 4), b: Rational(2, 3), M: Rational(5)}
START = [Rational(7, 5), Rational(3, 4)]


@pytest.fixture(autouse=True)
def _digits() -> Iterator[None]:
    with workdps(40):
        yield


def number(value: Rational) -> Any:
    return mpf(int(value.p)) / int(value.q)


def spectra(kind: str) -> dict[Symbol, Any]:
    if kind == "numpy":
        return {s: np.array([float(Fraction(t)) for t in texts]) for s, texts in ((lam, LAM), (om, OM))}
    return {s: np.array([number(Rational(t)) for t in texts], dtype=object) for s, texts in ((lam, LAM), (om, OM))}


def scalars(kind: str) -> dict[Expr, Any]:
    return {s: float(v) if kind == "numpy" else number(v) for s, v in AT.items()}


def unknowns(kind: str) -> list[Any]:
    return [float(v) if kind == "numpy" else number(v) for v in START]


# -- the formulas as sympy writes them ------------------------------------------------------------------------


def by_hand(expression: Expr, x: Any, y: Any, strength: Any = 1) -> Any:
    """A formula in unknowns, parameters and sums; the sums added up term by term."""
    values = {X: x, Y: y, STRENGTH: strength, **scalars("mpmath")}
    for name, one in zip(NAMES, SUMS, strict=True):
        if name in expression.free_symbols:
            values[name] = sum(
                term(one.summand, {**values, lam: number(Rational(p)), om: number(Rational(q))})
                for p, q in zip(LAM, OM, strict=True)
            )
    return term(expression, values)


def term(expression: Expr, values: Mapping[Expr, Any]) -> Any:
    if expression in values:
        return values[expression]
    if expression.is_Rational:
        return number(expression)
    parts = [term(one, values) for one in expression.args]
    if expression.is_Add:
        return sum(parts)
    if expression.is_Mul:
        return mp.fprod(parts)
    assert expression.is_Pow
    return parts[0] ** parts[1]


def residual_by_hand(k: int, x: Any, y: Any, strength: Any = 1) -> Any:
    """The first relation as it is; the second as the relative mismatch of a."""
    if k == 0:
        return by_hand(FIRST, x, y, strength)
    slope = -(y + 2) * number(AT[b])
    rest = by_hand(OTHER, x, y, strength) - slope * number(AT[a])
    return -rest / slope / number(AT[a]) - 1


def close(one: Any, other: Any, digits: int) -> bool:
    return bool(abs(one - other) <= (abs(other) + mpf(10) ** -3) * mpf(10) ** -digits)


KINDS = [("numpy", 12), ("mpmath", 35)]


@pytest.mark.parametrize(("kind", "digits"), KINDS)
@pytest.mark.parametrize("strength", ["1", "1/3"])
def test_residuals(kind: str, digits: int, strength: str) -> None:
    functions = Functions(CLOSED, kind)
    given_strength = Rational(strength)
    s = float(given_strength) if kind == "numpy" else number(given_strength)
    found, _ = functions.residual(unknowns(kind), spectra(kind), scalars(kind), s)
    x, y = unknowns("mpmath")
    assert len(found) == 2
    for k in range(2):
        assert close(found[k], residual_by_hand(k, x, y, number(given_strength)), digits)


@pytest.mark.parametrize(("kind", "digits"), KINDS)
@pytest.mark.parametrize("strength", ["1", "1/3"])
def test_the_jacobian_is_the_derivative(kind: str, digits: int, strength: str) -> None:
    functions = Functions(CLOSED, kind)
    s = number(Rational(strength))
    _, jacobian = functions.residual(
        unknowns(kind), spectra(kind), scalars(kind), float(s) if kind == "numpy" else s
    )
    x, y = unknowns("mpmath")
    with workdps(60):
        for k in range(2):
            by_x = mp.diff(lambda t, k=k: residual_by_hand(k, t, y, s), x)
            by_y = mp.diff(lambda t, k=k: residual_by_hand(k, x, t, s), y)
            assert close(jacobian[k][0], by_x, min(digits, 25))
            assert close(jacobian[k][1], by_y, min(digits, 25))
    assert [len(row) for row in jacobian] == [2, 2]


@pytest.mark.parametrize(("kind", "digits"), KINDS)
def test_sums(kind: str, digits: int) -> None:
    functions = Functions(CLOSED, kind)
    found = functions.sum_values(unknowns(kind), spectra(kind), scalars(kind))
    x, y = unknowns("mpmath")
    assert len(found) == len(SUMS)
    for name, value in zip(NAMES, found, strict=True):
        assert close(value, by_hand(name, x, y), digits)
    some = functions.sum_values(unknowns(kind), spectra(kind), scalars(kind), [1, 13])
    assert some == [found[n] if n in (1, 13) else 0 for n in range(len(SUMS))]


@pytest.mark.parametrize(("kind", "digits"), KINDS)
def test_the_value_is_at_full_strength(kind: str, digits: int) -> None:
    found = Functions(CLOSED, kind).value(unknowns(kind), spectra(kind), scalars(kind))
    assert close(found, by_hand(VALUE, *unknowns("mpmath"), 1), digits)
    assert isinstance(found, float if kind == "numpy" else mpf)


def test_what_is_a_sum_of_powers_of_a_quotient() -> None:
    functions = Functions(CLOSED, "numpy")
    quotients = {0: (lam, X, 1), 1: (lam, X, 2), 2: (lam, X, 4), 3: (om, Y, 3), 8: (lam, a, 2)}
    assert functions.powers == quotients | {9: (lam, a / (b + 1), 1)}


def test_the_pole_of_another_matrix() -> None:
    """tr Omega (Lambda + f)^-1 remains of a product: its numerator is no eigenvalue of Lambda."""
    size, ridge, f = symbols("N gamma f", positive=True)
    samples = symbols("P", positive=True)
    x = MatrixSymbol("x", size, samples)
    first, second = MatrixSymbol("Lambda", size, size), MatrixSymbol("Omega", size, size)
    unit = Identity(size)
    q = (ridge * unit + first + x * x.T).inv()
    quantity = Trace(first * second * q * (first + f * unit).inv())
    result = derive(quantity, Model([Gaussian(x, variance=1 / samples, rows=second)]))
    point = {"P": 5, "gamma": 1, "f": 2, "Lambda": LAM, "Omega": OM}
    found = evaluate(result, point, digits=20)
    assert found.status == "verified"
    # lambda/((lambda + 1 + omega k)(lambda + 2)) with k = 1/(1 + tr(Omega G)/P)
    spectrum = [(number(Rational(p)), number(Rational(q))) for p, q in zip(LAM, OM, strict=True)]
    k = mpf(1)
    for _ in range(400):
        k = 1 / (1 + sum(w / (v + 1 + w * k) for v, w in spectrum) / 5)
    expected = sum(v * w / ((v + 1 + w * k) * (v + 2)) for v, w in spectrum)
    assert abs(found.value - expected) < mpf(10) ** -19


def test_only_sums_of_the_relations_are_made_for_residuals() -> None:
    functions = Functions(CLOSED, "numpy")
    used = {n for n, name in enumerate(NAMES) if name in FIRST.free_symbols | OTHER.free_symbols}
    assert set(functions.in_relations) == used
    narrow = Form(RING, UNKNOWNS, (RING(NAMES[4] - X), RING(Y - 1)), CLOSED.sums, RING(NAMES[0]), (None, None))
    assert Functions(narrow, "numpy").in_relations == (4,)
    # omega is not given, and no relation needs it
    (first, second), rows = Functions(narrow, "numpy").residual([1.5, 2.0], {lam: np.array([1.0, 2.0])}, {}, 1.0)
    expected = 1 / 2.5**2 + 2 / 3.5**2
    assert first == pytest.approx(expected - 1.5)
    assert second == 1.0
    assert rows[0] == [pytest.approx(-1 - 2 * (1 / 2.5**3 + 2 / 3.5**3)), 0]
    assert rows[1] == [0, 1]


@settings(max_examples=30)
@given(st.floats(0.1, 9), st.floats(0.1, 9), st.lists(st.floats(0.01, 50), min_size=1, max_size=6))
def test_double_precision_is_the_same(x: float, y: float, values: list[float]) -> None:
    spectrum = {lam: np.array(values), om: np.array(values[::-1])}
    many = {s: np.array([mpf(v) for v in one], dtype=object) for s, one in spectrum.items()}
    with workdps(40):
        one = Functions(CLOSED, "numpy").sum_values([x, y], spectrum, scalars("numpy"))
        other = Functions(CLOSED, "mpmath").sum_values([mpf(x), mpf(y)], many, scalars("mpmath"))
        for found, right in zip(one, other, strict=True):
            assert close(found, right, 10)


def test_powers_do_not_overflow() -> None:
    """(lambda/(lambda + Delta))^4 where both are 1e-200: 1/16 for each, and no 0/0."""
    spectrum = {lam: np.array([1e-200, 1e-200]), om: np.array([1.0, 1.0])}
    functions = Functions(CLOSED, "numpy")
    found = functions.sum_values([1e-200, 1.0], spectrum, scalars("numpy"), [0, 1, 2])
    assert found[:3] == [pytest.approx(1.0), pytest.approx(0.5), pytest.approx(0.125)]
    at = functions._point([1e-200, 1.0], scalars("numpy"))
    terms = module._terms(SUMS[2], spectrum, at)
    assert terms == pytest.approx([1 / 16, 1 / 16])


def test_columns() -> None:
    """Many points at once: unknowns are columns, eigenvalues rows that count so often."""
    functions = Functions(CLOSED, "numpy")
    columns: dict[Expr, Any] = {
        X: np.array([[1.0], [2.5], [0.3]]),
        Y: np.array([[0.7], [0.1], [4.0]]),
        a: np.array([[1.0], [2.0], [3.0]]),
        b: 0.5,
    }
    rows = {lam: np.array([[0.5, 3.0]]), om: np.array([[2.0, 0.2]])}
    counts = {lam: np.array([[2.0, 1.0]]), om: np.array([[2.0, 1.0]])}
    found = functions.columns_of_sums(columns, rows, counts)
    assert set(found) == set(NAMES)
    for k in range(3):
        spectrum = {lam: np.array([0.5, 0.5, 3.0]), om: np.array([2.0, 2.0, 0.2])}
        here = {a: columns[a][k, 0], b: 0.5, M: 3.0}
        expected = functions.sum_values([columns[X][k, 0], columns[Y][k, 0]], spectrum, here)
        for name, value in zip(NAMES, expected, strict=True):
            assert found[name].ndim == 2
            assert np.broadcast_to(found[name], (3, 1))[k, 0] == pytest.approx(value, rel=1e-12)


def test_functions_are_made_once() -> None:
    assert functions_of(CLOSED, "numpy") is functions_of(CLOSED, "numpy")
    assert functions_of(CLOSED, "numpy") is not functions_of(CLOSED, "mpmath")
    assert module._system_of(CLOSED) is module._system_of(CLOSED)
    assert module._value_of(CLOSED) is module._value_of(CLOSED)
    assert module._read_scalar(a / (b + 1)) is module._read_scalar(a / (b + 1))


def test_parameters_are_what_is_left() -> None:
    assert Functions(CLOSED, "numpy").parameters == (a, b, M)
    with_eigenvalues = Form(RING.extend([lam]), UNKNOWNS, CLOSED.relations, CLOSED.sums, CLOSED.value, (None, a))
    assert Functions(with_eigenvalues, "numpy").parameters == (a, b, M)


def test_a_parameter_that_is_missing_counts_as_zero() -> None:
    """It is in the ring, and in no formula that is asked for."""
    closed = Form(RING, UNKNOWNS[:1], (RING(X - b),), (), RING(X + a - a), (None,))
    functions = Functions(closed, "numpy")
    assert functions.residual([2.0], {}, {b: 0.5}, 1.0) == ([1.5], [[1.0]])
    assert functions.value([2.0], {}, {b: 0.5}) == 2.0


def test_an_irrational_parameter_is_a_number() -> None:
    root = sqrt(b)
    ring = Ring([root, X, STRENGTH])
    closed = Form(ring, UNKNOWNS[:1], (ring(X - root),), (), ring(X * root), (None,))
    functions = Functions(closed, "mpmath")
    with workdps(30):
        two = {root: mp.sqrt(2)}
        assert functions.residual([mpf(1)], {}, two, mpf(1))[0] == [1 - mp.sqrt(2)]
        assert functions.value([mpf(3)], {}, two) == 3 * mp.sqrt(2)
        third = Form(ring, UNKNOWNS[:1], (ring(X / 3 - root),), (), ring(X / 3), (None,))
        assert functions_of(third, "mpmath").value([mpf(1)], {}, two) == mpf(1) / 3


def test_a_relation_for_a_parameter_is_relative() -> None:
    """b X = a is read as b X/a - 1: of order one, whatever the size of a is."""
    closed = Form(RING, UNKNOWNS[:1], (RING(b * X - a),), (), RING(X), (a,))
    (residual,), ((slope,),) = Functions(closed, "numpy").residual([2.0], {}, {a: 1e-30, b: 3e-30}, 1.0)
    assert residual == pytest.approx(5)
    assert slope == pytest.approx(3)


def sums_of(values: Sequence[float], pole: float, power: int) -> float:
    return sum((v / (v + pole)) ** power for v in values)


@pytest.mark.parametrize("powers", [(1,), (3,), (2, 1, 5), (4, 2, 2), (5, 5, 1, 3)])
def test_powers_of_one_quotient_in_any_order(powers: tuple[int, ...]) -> None:
    values = [0.3, 2.0, 11.0]
    quotients = module._Quotients({lam: np.array(values), om: np.array([1.0, 1.0, 4.0])}, {X: 0.7, Y: 0.2})
    for power in powers:
        assert quotients.sum(lam, X, power) == pytest.approx(sums_of(values, 0.7, power))
        assert quotients.sum(lam, Y, power) == pytest.approx(sums_of(values, 0.2, power))
        assert quotients.sum(om, X, power) == pytest.approx(sums_of([1.0, 1.0, 4.0], 0.7, power))
