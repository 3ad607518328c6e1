"""Truncated Laurent series: what is known of a result is exact, and how much is known is said."""

import pytest
from flint import fmpq
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import Rational, Symbol, series

from planaria.algebra.laurent import EXACT, Laurent

NUMBERS = st.builds(lambda p, q: fmpq(p, q), st.integers(-6, 6), st.integers(1, 4))
FAR = 14  # an order to which the infinite series below are compared


@st.composite
def exact_series(draw):
    """Low exponent and all coefficients of a Laurent polynomial."""
    return draw(st.integers(-4, 4)), draw(st.lists(NUMBERS, max_size=5))


@st.composite
def pairs(draw):
    """A Laurent polynomial, and the same with everything from some order on forgotten."""
    low, coefficients = draw(exact_series())
    high = draw(st.integers(low, low + 7) | st.just(EXACT))
    return terms(low, coefficients), Laurent.of(coefficients, low, high)


def terms(low, coefficients):
    return {low + i: c for i, c in enumerate(coefficients) if c != 0}


def added(first, second, sign=1):
    total = {k: first.get(k, fmpq(0)) + sign * second.get(k, fmpq(0)) for k in {*first, *second}}
    return {k: c for k, c in total.items() if c != 0}


def multiplied(first, second):
    product = {}
    for i, c in first.items():
        for j, d in second.items():
            product[i + j] = product.get(i + j, fmpq(0)) + c * d
    return {k: c for k, c in product.items() if c != 0}


def agrees(found, truth):
    """Every coefficient below the order that the series claims, and none of them left out."""
    return found.coefficients() == {k: c for k, c in truth.items() if k < found.high}


# -- sums, differences, products -----------------------------------------------------------------------------


@given(pairs(), pairs())
def test_arithmetic_is_exact_below_the_order(first, second):
    (p, f), (q, g) = first, second
    assert agrees(f, p)
    assert agrees(f + g, added(p, q))
    assert agrees(f - g, added(p, q, -1))
    assert agrees(f * g, multiplied(p, q))
    assert agrees(-f, added({}, p, -1))
    assert agrees(f * f * g, multiplied(multiplied(p, p), q))
    assert agrees(f**3, multiplied(multiplied(p, p), p))
    assert agrees(2 - f, added({0: fmpq(2)}, p, -1))
    assert agrees(3 * f + 1, added(multiplied({0: fmpq(3)}, p), {0: fmpq(1)}))


@given(pairs(), pairs())
def test_no_precision_is_given_away(first, second):
    """O(t^a) and O(t^b) errors: a sum is known to the smaller order, a product to the smaller of two sums."""
    (_, f), (_, g) = first, second
    assert (f + g).high == min(f.high, g.high)
    if f.high < EXACT and g.high < EXACT:
        assert (f * g).high == min(f.low + g.high, g.low + f.high)
    if f.high == g.high == EXACT:
        assert (f * g).high == EXACT
        assert (f**2).high == EXACT


@given(pairs())
def test_the_leading_coefficient_comes_first(pair):
    _, f = pair
    if f.vanishes():
        assert f.low == f.high
        assert f.coefficients() == {}
        return
    assert f.coefficient(f.low) != 0
    assert min(f.coefficients()) == f.low
    assert f.low < f.high
    assert f.known_terms == f.high - f.low


# -- quotients -----------------------------------------------------------------------------------------------


@given(pairs(), pairs())
def test_a_quotient_multiplied_again(first, second):
    """f/g is right if its product with what is known of g is f, as far as either is known."""
    (p, f), (q, g) = first, second
    assume(not g.vanishes())
    quotient = f / g
    back = quotient * g
    for exponent in range(min(back.low, f.low), min(back.high, f.high, 40)):
        assert back.coefficient(exponent) == f.coefficient(exponent)
    assert quotient.low == quotient.high or quotient.low == f.low - g.low
    if q and f.high < EXACT and g.high < EXACT and not f.vanishes():
        assert quotient.known_terms == min(f.known_terms, g.known_terms)
    assert p is not None


@settings(max_examples=40)
@given(exact_series(), exact_series(), st.integers(1, 6), st.integers(1, 6))
def test_truncated_inputs_know_a_part_of_the_exact_quotient(first, second, keep_first, keep_second):
    """What two truncated series give is the beginning of what the whole ones give."""
    whole = [Laurent.of(c, low) for low, c in (first, second)]
    assume(not any(one.vanishes() for one in whole))
    short = [
        Laurent.of(c, low, one.low + keep)
        for (low, c), one, keep in zip((first, second), whole, (keep_first, keep_second), strict=True)
    ]
    exact, known = whole[0] / whole[1], short[0] / short[1]
    assert known.high <= exact.high
    for exponent in range(known.low, known.high):
        assert known.coefficient(exponent) == exact.coefficient(exponent)


@pytest.mark.parametrize(
    ("top", "bottom"),
    [([1], [1, -1]), ([1, 2], [2, 0, 3]), ([0, 1], [0, 0, 1, 4]), ([1, -1, 1], [3, 1, 0, -2])],
)
def test_series_of_sympy(top, bottom):
    t = Symbol("t")
    expression = sum(c * t**k for k, c in enumerate(top)) / sum(c * t**k for k, c in enumerate(bottom))
    found = Laurent.of(top) / Laurent.of(bottom)
    expected = series(expression, t, 0, FAR).removeO()
    for exponent in range(found.low, FAR):
        value = found.coefficient(exponent)
        assert Rational(int(value.p), int(value.q)) == expected.coeff(t, exponent)


def test_negative_powers():
    t = Laurent.of([0, 1])
    assert (t**-3).coefficients() == {-3: 1}
    assert (t**-3).high == EXACT
    assert ((1 - t) ** -2).coefficient(5) == 6
    assert (1 / (2 * t)).coefficients() == {-1: fmpq(1, 2)}
    assert (t**0).coefficients() == {0: 1}
    assert ((t**-2) * (t**3)).high == EXACT
    assert (1 / (t**-2 * t**3)).high == EXACT


# -- the ends of knowledge -----------------------------------------------------------------------------------


def test_a_coefficient_beyond_the_order_is_refused():
    f = Laurent.of([1, 2, 3], low=-1, high=1)
    assert [f.coefficient(k) for k in (-5, -1, 0)] == [0, 1, 2]
    with pytest.raises(ValueError, match="below t\\*\\*1"):
        f.coefficient(1)
    assert Laurent.of([1]).coefficient(10**6) == 0


def test_a_series_that_cannot_be_told_from_zero_has_no_inverse():
    with pytest.raises(ZeroDivisionError):
        1 / Laurent.of([0, 0, 1], high=2)
    with pytest.raises(ZeroDivisionError):
        Laurent.of([]) ** -1


def test_cancellation_loses_what_it_loses():
    f, g = Laurent.of([1, 1, 5], high=3), Laurent.of([1, 1, 4], high=3)
    assert (f - g).coefficients() == {2: 1}
    assert (f - g).known_terms == 1
    assert (f - f).vanishes()
    assert (f - f).high == 3
    assert (1 / (f - g)).coefficients() == {-2: 1}
    assert (1 / (f - g)).high == -1


def test_an_exact_zero_is_zero():
    zero, f = Laurent.of([]), Laurent.of([1, 2], high=2)
    assert zero.high == EXACT
    assert (zero * f).high == EXACT
    assert (zero + f).coefficients() == f.coefficients()
    assert (f + zero).high == f.high
