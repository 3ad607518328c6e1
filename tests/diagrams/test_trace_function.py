"""A quantity put together from values of its traces, against sympy's substitution."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import Expr, Integer, MatrixSymbol, Trace, exp, sqrt, symbols

from planaria.algebra.errors import InputError
from planaria.algebra.rational import Ring
from planaria.diagrams import Gaussian, Model
from planaria.diagrams.expressions.expression import prepare, read
from planaria.diagrams.expressions.trace_function import TraceFunction
from planaria.diagrams.rules.pencil import linearise

N, a, b = symbols("N a b", positive=True)
A, B = MatrixSymbol("A", N, N), MatrixSymbol("B", N, N)
FIRST, SECOND = Trace(A), Trace(A * B)
NUMBERS = st.integers(1, 9)
QUANTITIES = [
    FIRST / N,
    a * FIRST**2 - SECOND + b,
    (FIRST + a) / (SECOND - b * FIRST) + 2,
    sqrt(a) * SECOND / (1 + sqrt(a)),
]


@pytest.mark.parametrize("expression", QUANTITIES, ids=str)
@settings(max_examples=25)
@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_a_value_is_sympys(expression: Expr, first: int, second: int, root: int, other: int, size: int) -> None:
    expected = expression.xreplace(
        {FIRST: Integer(first), SECOND: Integer(second), a: Integer(root**2), b: Integer(other), N: Integer(size)}
    )
    assume(expected.is_Rational)
    scalars = {a: root**2, sqrt(a): root, b: other, N: size}
    found = TraceFunction(expression).at(
        {FIRST: Fraction(first), SECOND: Fraction(second)},
        {name: Fraction(value) for name, value in scalars.items()},
        Fraction(1),
    )
    assert found == Fraction(int(expected.p), int(expected.q))


def test_readings_are_put_together_in_their_ring() -> None:
    ring = Ring([a, b])
    quantity = TraceFunction(FIRST / (SECOND + a))
    assert quantity.of({FIRST: ring(b / a), SECOND: ring(b - a)}, ring) == ring(1 / a)


@pytest.mark.parametrize("expression", [exp(FIRST), sqrt(FIRST), a * FIRST**2 + 2**SECOND], ids=str)
def test_what_is_no_rational_function_is_refused(expression: Expr) -> None:
    ring = Ring([a, b])
    with pytest.raises(InputError, match="not a rational function of traces"):
        TraceFunction(expression).of({}, ring)
    with pytest.raises(InputError, match="not a rational function of traces"):
        TraceFunction(expression).at({}, {a: Fraction(1)}, Fraction(1))


def test_scalars_that_a_ring_does_not_have_are_refused() -> None:
    with pytest.raises(InputError, match="b is not a rational"):
        TraceFunction(b * FIRST).of({FIRST: Ring([a]).one}, Ring([a]))


def test_a_reading_names_its_trace() -> None:
    setting = prepare([FIRST * SECOND], Model([Gaussian(A), Gaussian(B)]))
    quantity = TraceFunction(FIRST * SECOND)
    rules = linearise([read(trace.arg, setting) for trace in quantity.traces], setting, quantity.traces)
    assert tuple(reading.trace for reading in rules.readings) == quantity.traces == (FIRST, SECOND)
    assert [one.trace for one in linearise([read(A, setting)], setting).readings] == [None]
    with pytest.raises(ValueError, match="zip"):
        linearise([read(A, setting)], setting, quantity.traces)
