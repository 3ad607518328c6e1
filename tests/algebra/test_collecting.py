"""Terms grouped by generators against sympy; numbers for things that are compared often."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sympy import Add, Expr, Mul, Poly, Rational, S, expand, symbols

from planaria.algebra.numbering import Numbering
from planaria.algebra.polynomials import grouped
from planaria.algebra.rational import Ring

GENERATORS = symbols("a b c d")
RING = Ring(GENERATORS)


@st.composite
def polynomials(draw: Any) -> Expr:
    total: Expr = S.Zero
    for _ in range(draw(st.integers(0, 6))):
        powers = [g ** draw(st.integers(0, 2)) for g in GENERATORS]
        total += Rational(draw(st.integers(-4, 4)), draw(st.integers(1, 3))) * Mul(*powers)
    return total


@given(polynomials(), st.lists(st.sampled_from(range(4)), unique=True))
def test_groups_are_sympys_coefficients(polynomial: Expr, places: list[int]) -> None:
    groups = grouped(RING(polynomial).numerator, places)
    chosen = [GENERATORS[k] for k in places]
    coefficients = {key: RING.polynomial(terms).to_sympy() for key, terms in groups.items()}
    if chosen:
        rest = [g for g in GENERATORS if g not in chosen]
        expected = {key: value for key, value in Poly(polynomial, *chosen).terms() if value != 0}
        assert coefficients.keys() == expected.keys()
        assert all(expand(coefficients[key] - value) == 0 for key, value in expected.items())
        assert all(not value.free_symbols - set(rest) for value in coefficients.values())
    back = Add(*(c * Mul(*(g**e for g, e in zip(chosen, key, strict=True))) for key, c in coefficients.items()))
    assert expand(back - polynomial) == 0


@given(st.lists(st.integers(0, 5)), st.lists(st.integers(0, 5), max_size=3))
def test_numbers_come_in_the_order_of_meeting(things: list[int], first: list[int]) -> None:
    numbering = Numbering(*first)
    numbers = [numbering.number(thing) for thing in things]
    met = list(dict.fromkeys([*first, *things]))
    assert numbers == [met.index(thing) for thing in things]
    assert len(numbering) == len(met)
    assert [numbering[k] for k in range(len(met))] == met


def test_equal_functions_have_one_number_and_rings_are_told_apart() -> None:
    a, b = GENERATORS[:2]
    other = Ring([b, a])
    numbering = Numbering(RING.one)
    assert numbering.number(RING((a**2 - b**2) / (a - b))) == numbering.number(RING(a + b)) == 1
    assert numbering.number(RING(a) / RING(a)) == 0
    assert numbering.number(other.one) == 2
