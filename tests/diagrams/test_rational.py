"""Exact rational functions against fractions, sympy and the axioms of a field."""

from fractions import Fraction

import pytest
from flint import fmpq
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import Float, Rational, S, Symbol, cancel, oo, pi, sqrt, symbols, together

from planaria.algebra.rational import Ratio, Ring, generators_of
from planaria.diagrams import InputError

a, b, c, d = symbols("a b c d")
RING = Ring([a, b, c])
FRACTIONS = st.fractions(min_value=-5, max_value=5, max_denominator=4)
POINTS = st.fixed_dictionaries({a: FRACTIONS, b: FRACTIONS, c: FRACTIONS})


@st.composite
def polynomials(draw, generators=(a, b, c)):
    """A sympy polynomial with rational coefficients."""
    total = S.Zero
    for _ in range(draw(st.integers(0, 4))):
        value = draw(FRACTIONS)
        term = Rational(value.numerator, value.denominator)
        for generator in generators:
            term *= generator ** draw(st.integers(0, 2))
        total += term
    return total


@st.composite
def ratios(draw):
    """A rational function, made by the ring itself from a numerator and a denominator."""
    numerator, denominator = draw(polynomials()), draw(polynomials())
    bottom = RING(denominator)
    assume(bottom)
    return RING(numerator) / bottom


def at(expression, point):
    """The exact value of a sympy expression; None at a pole."""
    table = {symbol: Rational(value.numerator, value.denominator) for symbol, value in point.items()}
    value = expression.xreplace(table)
    return Fraction(int(value.p), int(value.q)) if value.is_Rational else None


def evaluate(ratio, point):
    try:
        return ratio.evaluate(point)
    except ZeroDivisionError:
        return None


# -- axioms --------------------------------------------------------------------------------------------------


@given(ratios(), ratios(), ratios())
def test_field_axioms(p, q, r):
    zero, one = RING.zero, RING.one
    assert p + q == q + p
    assert p * q == q * p
    assert (p + q) + r == p + (q + r)
    assert (p * q) * r == p * (q * r)
    assert p * (q + r) == p * q + p * r
    assert p + zero == p * one == p
    assert p - p == zero
    assert p - q == p + (-q)
    assert not p * zero
    if p:
        assert p / p == one
        assert q / p * p == q
        assert p**-2 == one / (p * p)
        assert p**0 == one
    assert p**3 == p * p * p


@given(ratios(), ratios())
def test_equal_functions_are_equal_values(p, q):
    """The form is reduced: equality, hash and truth look at the form alone."""
    opposite = -p
    for same in ((p + q) - q, (p - q) + q, -opposite):
        assert same == p
        assert hash(same) == hash(p)
    if q:
        assert p * q / q == p
        assert hash(p * q / q) == hash(p)
    assert bool(p - q) == (p != q)


@given(ratios())
def test_the_form_is_reduced(p):
    assert p.denominator.leading_coefficient() == 1
    assert p.numerator.gcd(p.denominator).is_constant()
    if not p:
        assert p == RING.zero
        assert p.denominator.is_one()


# -- values --------------------------------------------------------------------------------------------------


@given(ratios(), ratios(), POINTS)
def test_evaluation_is_a_homomorphism(p, q, point):
    x, y = evaluate(p, point), evaluate(q, point)
    assume(x is not None and y is not None)
    assert evaluate(p + q, point) == x + y
    assert evaluate(p - q, point) == x - y
    assert evaluate(p * q, point) == x * y
    if y:
        assert evaluate(p / q, point) == x / y


@given(polynomials(), polynomials(), POINTS)
def test_evaluation_agrees_with_sympy(numerator, denominator, point):
    bottom = at(denominator, point)
    assume(bottom)
    ratio = RING(numerator / denominator)
    assert ratio.evaluate(point) == at(numerator, point) / bottom
    numbers = [fmpq(point[g].numerator, point[g].denominator) for g in (a, b, c)]
    assert ratio.at(numbers) == fmpq(*(at(numerator, point) / bottom).as_integer_ratio())
    assert at(ratio.to_sympy(), point) == ratio.evaluate(point)


@given(ratios())
def test_sympy_and_back(p):
    assert RING(p.to_sympy()) == p
    assert RING(together(p.to_sympy())) == p
    assert cancel(p.to_sympy() - (p + RING.one).to_sympy() + 1) == 0


def test_evaluation_in_other_fields():
    ratio = RING((a**2 + b) / (3 * a))
    assert ratio.evaluate({a: 2.0, b: 1.0}, 1.0) == pytest.approx(5 / 6)
    assert ratio.evaluate({a: 1j, b: 1.0}, 1 + 0j) == 0
    with pytest.raises(ZeroDivisionError):
        ratio.evaluate({a: Fraction(0), b: Fraction(1)})


# -- substitution, derivatives, other rings ------------------------------------------------------------------


@given(ratios(), ratios(), ratios(), POINTS)
def test_substitution_is_composition(p, first, second, point):
    x, y = evaluate(first, point), evaluate(second, point)
    assume(x is not None and y is not None)
    expected = evaluate(p, {**point, a: x, b: y})
    assume(expected is not None)
    assert evaluate(p.substitute({a: first, b: second}), point) == expected


def test_substitution_happens_at_once():
    one, two = RING.generator(a), RING.generator(b)
    assert RING(a / (b + c)).substitute({a: two, b: one}) == RING(b / (a + c))
    assert RING(a - b).substitute({a: two}) == RING.zero
    assert RING(a).substitute({}) == RING(a)
    assert RING(a).substitute({d: one}) == RING(a)
    assert RING(a / 2).substitute({a: RING.constant(4)}) == RING.constant(2)


def test_substitution_into_a_pole():
    with pytest.raises(ZeroDivisionError):
        RING(1 / (a - b)).substitute({a: RING.generator(b)})
    with pytest.raises(ZeroDivisionError):
        RING(c / (a * b - 1)).substitute({a: RING(1 / b)})


@given(ratios(), ratios())
def test_derivatives(p, q):
    for generator in (a, b, c):
        assert (p + q).derivative(generator) == p.derivative(generator) + q.derivative(generator)
        assert (p * q).derivative(generator) == p.derivative(generator) * q + p * q.derivative(generator)
        assert p.derivative(generator) == RING(cancel(p.to_sympy().diff(generator)))


@given(ratios(), st.permutations([a, b, c, d]))
def test_moving_between_rings(p, generators):
    other = Ring(generators)
    moved = p.to(other)
    assert moved.to(RING) == p
    assert moved == other(p.to_sympy())
    assert hash(moved) == hash(other(p.to_sympy()))
    assert moved.support() == p.support()


def test_moving_needs_the_generators_that_occur():
    assert RING(a + 1).to(Ring([a])) == Ring([a])(a + 1)
    with pytest.raises(KeyError):
        RING(a + b).to(Ring([a]))


@given(ratios())
def test_support(p):
    assert p.support() == p.to_sympy().free_symbols


# -- reading -------------------------------------------------------------------------------------------------


def test_reading():
    ring = Ring([a, sqrt(b)])
    assert ring(sqrt(b) / (a + sqrt(b) ** 3 / sqrt(b) ** 3)) == ring.generator(sqrt(b)) / ring(a + 1)
    assert RING(S(2) / 3) == RING.constant(Fraction(2, 3)) == RING.constant(Rational(2, 3))
    assert RING(Float("0.1") * a) == RING(a / 10)
    for unknown in (d, sqrt(a), pi * a, a**b):
        with pytest.raises(KeyError):
            RING(unknown)
    with pytest.raises(ZeroDivisionError):
        RING.one / RING.zero


def test_a_ring_without_generators():
    ring = Ring([])
    assert ring.constant(2) / ring.constant(4) == ring(Rational(1, 2))
    assert ring.one.support() == frozenset()
    assert ring.constant(3).to(RING) == RING.constant(3)
    assert RING.constant(3).to(ring) == ring.constant(3)


def test_generators():
    assert generators_of(a**2 / (1 + sqrt(b))) == (a, sqrt(b))
    assert generators_of(Rational(1, 2)) == ()
    assert set(generators_of((a + 1) ** -2 * b**3 + pi)) == {a, b, pi}
    with pytest.raises(InputError, match="oo"):
        generators_of(a + oo)


def test_extension_keeps_what_was_there():
    extended = RING.extend([d])
    assert extended.generators == (a, b, c, d)
    assert RING(a / b).to(extended) == extended(a / b)
    assert RING.extend([a]).generators == RING.generators


def test_ratios_of_equal_rings_are_equal():
    twin = Ring([a, b, c])
    assert twin(a / b) == RING(a / b)
    assert len({twin(a / b), RING(a / b)}) == 1
    assert RING(a) != Ring([b, a, c])(a)
    assert RING(a) != a


def test_printing_and_size():
    ratio = RING((a**2 - b**2) / (2 * a + 2))
    assert str(ratio) == "(a - b)*(a + b)/(2*(a + 1))"
    assert ratio.size == 4
    assert RING.one.is_one
    assert not ratio.is_polynomial
    assert isinstance(ratio, Ratio)
    assert Symbol("a") in ratio.support()
