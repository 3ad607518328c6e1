"""Linear relations and inverses of rational functions against sympy."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import QQ, Expr, Integer, Poly, Rational, S, cancel, solve, symbols
from sympy.polys.matrices import DomainMatrix
from sympy.polys.matrices.exceptions import DMNonInvertibleMatrixError

from planaria.algebra.linear import Inverse, degree_in, root, root_unless
from planaria.algebra.rational import Ratio, Ring

a, b, x = symbols("a b x")
RING = Ring([a, b, x])


@st.composite
def polynomials(draw: Any, generators: tuple[Expr, ...] = (a, b)) -> Expr:
    total: Expr = S.Zero
    for _ in range(draw(st.integers(0, 3))):
        term: Expr = Rational(draw(st.integers(-4, 4)), draw(st.integers(1, 3)))
        for generator in generators:
            term *= generator ** draw(st.integers(0, 2))
        total += term
    return total


@st.composite
def ratios(draw: Any) -> Expr:
    bottom = draw(polynomials())
    return draw(polynomials()) / (1 if bottom.expand() == 0 else bottom)


# -- a relation ----------------------------------------------------------------------------------------------


@given(polynomials((a, b, x)))
def test_the_degree_is_sympys(polynomial: Expr) -> None:
    expected = Poly(polynomial, a, b, x).degree(x)
    assert degree_in(RING(polynomial), x) == (-1 if not RING(polynomial) else expected)


def test_the_degree_is_that_of_the_numerator() -> None:
    assert degree_in(RING((a * x**2 + 1) / (x**3 + b)), x) == 2
    assert degree_in(RING(a / x), x) == 0


@given(polynomials(), polynomials())
def test_a_root_is_sympys_and_solves(slope: Expr, rest: Expr) -> None:
    relation = RING(slope * x + rest)
    assume(degree_in(relation, x) == 1)
    (expected,) = solve(slope * x + rest, x)
    found = root(relation, x)
    assert cancel(found.to_sympy() - expected) == 0
    assert not relation.substitute({x: found})
    assert x not in found.support()


@pytest.mark.parametrize("relation", [S.Zero, a + b, a * x**2 - b, x**2 * b + x, 1 / x + a, (x + a) / b])
def test_what_is_not_linear_is_not_solved(relation: Expr) -> None:
    with pytest.raises(ArithmeticError, match="not linear in x"):
        root(RING(relation), x)


def test_a_slope_that_vanishes_by_the_callers_test_is_not_divided_by() -> None:
    relation = RING((a - b) * x + a**2)
    asked: list[Ratio] = []

    def equal(value: Ratio) -> bool:
        asked.append(value)
        return not value.substitute({b: RING(a)})

    assert root_unless(equal, relation, x) is None
    assert asked == [RING(a - b)]
    assert root_unless(equal, RING((a + b) * x + a**2), x) == RING(-(a**2) / (a + b))
    assert root_unless(lambda _: False, relation, x) == root(relation, x)


# -- an inverse ----------------------------------------------------------------------------------------------

ENTRIES = st.one_of(st.just(S.Zero), st.just(S.One), ratios())  # sparse, as pencils are


@st.composite
def matrices(draw: Any) -> tuple[list[list[Expr]], list[int], list[int]]:
    """A matrix, and names for its rows and its columns in any order."""
    size = draw(st.integers(1, 4))
    rows = draw(st.permutations([3 * n + 1 for n in range(size)]))
    cols = draw(st.permutations([2 * n for n in range(size)]))
    return [[draw(ENTRIES) for _ in range(size)] for _ in range(size)], rows, cols


@settings(max_examples=60)
@given(matrices())
def test_an_inverse_is_sympys(made: tuple[list[list[Expr]], list[int], list[int]]) -> None:
    matrix, rows, cols = made
    size, field = len(matrix), QQ.frac_field(a, b)
    entries = {(rows[i], cols[j]): RING(matrix[i][j]) for i in range(size) for j in range(size)}
    found = Inverse(RING, entries, rows, cols)
    dense = DomainMatrix([[field.from_sympy(value) for value in row] for row in matrix], (size, size), field)
    try:
        expected = dense.inv().to_list()
    except DMNonInvertibleMatrixError:
        assert found.is_singular
        with pytest.raises(ZeroDivisionError):
            found.entry(cols[0], rows[0])
        return
    assert not found.is_singular
    everything = found.entries()
    for j, column in enumerate(cols):
        for i, row in enumerate(rows):
            value = RING(field.to_sympy(expected[j][i]))
            assert found.entry(column, row) == value
            assert everything.get((column, row), RING.zero) == value
    assert all(everything.values())
    assert list(everything) == [(j, i) for j in cols for i in rows if (j, i) in everything]


def test_zeros_among_the_entries_are_none() -> None:
    one, zero = RING.one, RING.zero
    found = Inverse(RING, {(0, 0): zero, (0, 1): one, (1, 0): RING(a), (1, 1): zero}, (0, 1), (0, 1))
    assert found.entries() == {(0, 1): RING(1 / a), (1, 0): one}


def test_a_long_chain_takes_no_time() -> None:
    size = 60
    entries = {(i, i): RING(a) for i in range(size)} | {(i, i + 1): RING.one for i in range(size - 1)}
    found = Inverse(RING, entries, range(size), range(size))
    assert found.entry(0, size - 1) == RING(Integer(-1) ** (size - 1) / a**size)


def test_nothing_is_the_inverse_of_nothing() -> None:
    found = Inverse(RING, {}, (), ())
    assert not found.is_singular
    assert found.entries() == {}
