"""Polynomials in one eigenvalue: partial fractions put together again are the quotient that was given."""

from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import Poly, S, apart, cancel, resultant, symbols

from planaria.algebra.rational import Ring
from planaria.algebra.univariate import partial_fractions, univariate

a, b, t = symbols("a b t")
RING = Ring([a, b])
COEFFICIENTS = st.sampled_from([RING(S(e)) for e in (0, 1, -2, a, b - 1, a * b, 1 / a, (a - b) / (a + 2))])
POINT = {a: Fraction(3, 2), b: Fraction(-7, 5)}


@st.composite
def polynomials(draw, most=5):
    """Trimmed, lowest coefficient first."""
    return univariate(RING, dict(enumerate(draw(st.lists(COEFFICIENTS, max_size=most)))))


@st.composite
def monic(draw):
    degree = draw(st.integers(1, 2))
    return univariate(RING, {**dict(enumerate(draw(st.lists(COEFFICIENTS, max_size=degree)))), degree: RING.one})


def value(polynomial, at):
    """Horner's rule, on fractions."""
    total = Fraction(0)
    for coefficient in reversed(polynomial):
        total = total * at + coefficient.evaluate(POINT)
    return total


@settings(max_examples=80)
@given(polynomials(6), st.lists(st.tuples(monic(), st.integers(1, 3)), min_size=1, max_size=3), st.data())
def test_partial_fractions_add_up(numerator, factors, data):
    try:
        whole, parts = partial_fractions(RING, numerator, factors)
    except ZeroDivisionError:
        # Only factors with a common root may be refused: over the ring, their resultant vanishes.
        assert len(factors) > 1
        assert any(common_root(p, q) for i, (p, _) in enumerate(factors) for q, _ in factors[:i])
        return
    at = data.draw(st.fractions(-4, 4, max_denominator=7))
    values = [value(factor, at) for factor, _ in factors]
    assume(all(values))
    expected = value(numerator, at)
    for one, (_, power) in zip(values, factors, strict=True):
        expected /= one**power
    total = value(whole, at)
    for (position, k), remainder in parts.items():
        total += value(remainder, at) / values[position] ** k
    assert total == expected


@settings(max_examples=80)
@given(polynomials(6), st.lists(st.tuples(monic(), st.integers(1, 3)), min_size=1, max_size=3))
def test_remainders_are_proper(numerator, factors):
    try:
        whole, parts = partial_fractions(RING, numerator, factors)
    except ZeroDivisionError:
        assume(False)
    for (position, k), remainder in parts.items():
        factor, power = factors[position]
        assert 1 <= k <= power
        assert 0 < len(remainder) < len(factor)
        assert remainder[-1]
    degree = sum((len(factor) - 1) * power for factor, power in factors)
    assert len(whole) == max(0, len(numerator) - degree)


def common_root(first, second):
    """Whether the resultant vanishes, computed by sympy."""
    one, other = (Poly(sum(c.to_sympy() * t**k for k, c in enumerate(p)), t) for p in (first, second))
    return cancel(resultant(one, other)) == 0


def test_partial_fractions_agree_with_sympy():
    numerator = univariate(RING, {0: RING(a), 3: RING(S(2))})
    pole, other = univariate(RING, {0: RING(a), 1: RING.one}), univariate(RING, {0: RING(b), 1: RING.one})
    whole, parts = partial_fractions(RING, numerator, [(pole, 2), (other, 1)])
    expected = apart((a + 2 * t**3) / ((t + a) ** 2 * (t + b)), t)
    found = sum(c.to_sympy() * t**k for k, c in enumerate(whole))
    for (position, k), remainder in parts.items():
        base = (t + a) if position == 0 else (t + b)
        found += sum(c.to_sympy() * t**n for n, c in enumerate(remainder)) / base**k
    assert (found - expected).simplify() == 0
    assert set(parts) == {(0, 1), (0, 2), (1, 1)}
    assert whole == (RING(S(2)),)


def test_an_irreducible_quadratic_keeps_a_linear_remainder():
    quadratic = univariate(RING, {0: RING(b), 1: RING(a), 2: RING.one})
    whole, parts = partial_fractions(RING, univariate(RING, {3: RING.one}), [(quadratic, 1)])
    assert whole == (RING(-a), RING.one)
    assert parts == {(0, 1): (RING(a * b), RING(a**2 - b))}


def test_polynomials_are_trimmed():
    assert univariate(RING, {0: RING(a), 2: RING.zero}) == (RING(a),)
    assert univariate(RING, {}) == univariate(RING, {3: RING.zero}) == ()
    assert univariate(RING, {2: RING(a)}) == (RING.zero, RING.zero, RING(a))


def test_a_common_root_is_refused():
    x = univariate(RING, {0: RING(a), 1: RING.one})
    with pytest.raises(ZeroDivisionError, match="common root"):
        partial_fractions(RING, (RING.one,), [(x, 1), (x, 2)])


def test_a_zero_numerator_has_no_parts():
    x = univariate(RING, {0: RING(a), 1: RING.one})
    assert partial_fractions(RING, (), [(x, 2)]) == ((), {})
    assert partial_fractions(RING, x, []) == (x, {})
