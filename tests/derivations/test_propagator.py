"""Propagators by Cramer's rule: the inverse of a matrix, entry by entry, in exact arithmetic."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import Expr, symbols
from tests.systems import CORRELATED, FEATURES, PLAIN, N, P, features, gamma, q, system_of

from planaria.algebra import linear as module
from planaria.algebra.linear import Inverse
from planaria.algebra.rational import Ratio, Ring
from planaria.algebra.work import WorkLimitError, limited
from planaria.derivations.equations.propagator import Propagators
from planaria.derivations.equations.schwinger_dyson import STRENGTH, SchwingerDyson

a, b, c = symbols("a b c")
RING = Ring([a, b, c])
ENTRIES = [
    RING.one,
    RING(a),
    RING(b),
    RING(-c),
    RING(a / b),
    RING(1 / (a + c)),
    RING((b - 2) / (b + c)),
    RING(3 * a),
]
Matrix = dict[tuple[int, int], Ratio]
Point = dict[Expr, Fraction]


def product(matrix: Matrix, rows: tuple[int, ...], cols: tuple[int, ...]) -> dict[tuple[int, int], Ratio]:
    """The matrix times the inverse that is claimed."""
    inverse = Inverse(RING, matrix, rows, cols)
    found = {}
    for i in rows:
        for k in rows:
            total = RING.zero
            for j in cols:
                if (i, j) in matrix:
                    total = total + matrix[i, j] * inverse.entry(j, k)
            found[i, k] = total
    return found


@st.composite
def matrices(draw: st.DrawFn) -> Matrix:
    size = draw(st.integers(1, 4))
    found: Matrix = {}
    for i in range(size):
        for j in range(size):
            if i == j or draw(st.booleans()):
                found[10 + 3 * i, 7 + 2 * j] = draw(st.sampled_from(ENTRIES))
    return found


@settings(max_examples=60)
@given(matrices(), st.randoms(use_true_random=False))
def test_the_inverse_is_one(matrix: Matrix, source: object) -> None:
    """Rows and columns may have any numbers, in any order."""
    rows, cols = sorted({i for i, _ in matrix}), sorted({j for _, j in matrix})
    source.shuffle(rows)  # type: ignore[attr-defined]
    source.shuffle(cols)  # type: ignore[attr-defined]
    try:
        found = product(matrix, tuple(rows), tuple(cols))
    except ZeroDivisionError:
        assume(False)
    for (i, k), value in found.items():
        assert value == (RING.one if i == k else RING.zero)


def test_a_single_entry() -> None:
    inverse = Inverse(RING, {(5, 3): RING(a / (b + 1))}, (5,), (3,))
    assert inverse.entry(3, 5) == RING((b + 1) / a)


def test_a_matrix_without_an_inverse() -> None:
    singular = {(0, 0): RING(a), (0, 1): RING(a * b), (1, 0): RING.one, (1, 1): RING(b)}
    with pytest.raises(ZeroDivisionError):
        Inverse(RING, singular, (0, 1), (0, 1)).entry(0, 0)


def test_signs_of_a_permutation() -> None:
    """A cycle of three is even and a swap of two is odd: 1/det has that sign, and no entry has another one."""
    for image, sign in (((1, 2, 0), 1), ((1, 0, 2), -1), ((2, 1, 0), -1), ((0, 1, 2), 1)):
        matrix = {(i, j): RING(a) for i, j in enumerate(image)}
        inverse = Inverse(RING, matrix, (0, 1, 2), (0, 1, 2))
        determinant = inverse._minor(0, 0b111, 3)
        assert RING.from_mpoly(determinant) == RING(sign * a**3)
        assert inverse.entry(image[0], 0) == RING(1 / a)
        assert inverse.entry(image[0], 1) == RING.zero


def test_sparse_rows_come_first() -> None:
    """A triangular matrix of twelve, its fullest row first: from there it would have thousands of minors."""
    size = 12
    matrix = {(i, j): RING(a + j * b + i) for i in range(size) for j in range(size - i)}
    everything = tuple(range(size))
    inverse = Inverse(RING, matrix, everything, everything)
    assert list(inverse._row_at) == list(reversed(everything))
    assert inverse.entry(size - 1, 0)
    assert inverse._minor.cache_info().currsize < 3 * size  # type: ignore[attr-defined]


def test_minors_are_computed_once() -> None:
    matrix = {(i, j): RING(a**i + b**j) for i in range(5) for j in range(5)}
    matrix |= {(i, i): RING(c + i) for i in range(5)}
    inverse = Inverse(RING, matrix, tuple(range(5)), tuple(range(5)))
    assert inverse.entry(0, 0)
    assert inverse._minor.cache_info().hits > 0  # type: ignore[attr-defined]


def test_work_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four units for every product of terms that makes a minor, and for every term of the quotient."""
    counted: list[float] = []
    monkeypatch.setattr(module, "charge", counted.append)
    matrix = {(0, 0): RING(a + b), (0, 1): RING(c), (1, 0): RING.one, (1, 1): RING(a + b + c)}
    Inverse(RING, matrix, (0, 1), (0, 1)).entry(0, 0)
    # the rows 1 and 3 times 2 terms of det = (a + b)(a + b + c) - c, which has six; the minor a + b + c has three
    det = len(RING((a + b) * (a + b + c) - c).numerator)
    minors = 4 * (1 + 3 + 1 * 1 + 2 * 3) + 4 * 3
    assert sum(counted) == minors + 4 * (3 + det)


def test_a_matrix_that_is_too_large_is_refused() -> None:
    everything = tuple(range(9))
    dense = {(i, j): RING(a + i * b + j * c + i**j) for i in everything for j in everything}
    with limited(0.01), pytest.raises(WorkLimitError):
        Inverse(RING, dense, everything, everything).entry(0, 0)


@pytest.mark.parametrize(
    ("expression", "model"), [(q, PLAIN), (q, CORRELATED), (features, FEATURES), (features * features, FEATURES)]
)
def test_propagators_invert_the_pencil(expression: Expr, model: object) -> None:
    """In every space K0 - Sigma times G is 1, whatever the loops are."""
    system = system_of(expression, model=model)  # type: ignore[arg-type]
    propagators = Propagators(system)
    point = {g: Fraction(2 + 3 * n, 5 + n) for n, g in enumerate(system.ring.generators)}
    for space in dict.fromkeys(system.rules.row_spaces):
        check_space(system, propagators, space, point)


def check_space(
    system: SchwingerDyson, propagators: Propagators, space: Expr, point: dict[Expr, Fraction]
) -> None:
    rows, cols = system.rules.rows_of(space), system.rules.cols_of(space)
    matrix = {key: value.evaluate(point) for key, value in system.matrix(space).items()}
    inverse = {(j, k): propagators.entry(space, j, k).evaluate(point) for j in cols for k in rows}
    for i in rows:
        for k in rows:
            total = sum(matrix.get((i, j), 0) * inverse[j, k] for j in cols)
            assert total == (1 if i == k else 0)


def test_the_propagator_of_marchenko_and_pastur() -> None:
    """G_N = 1/(gamma + T_P/P), G_P = 1/(1 + T_N/P), at strength 1: by hand."""
    system = system_of(q, model=PLAIN)
    propagators = Propagators(system)
    loops = {system.representative(t).space: t for t in system.unknowns}
    point = {g: Fraction(7 + n, 3 + 2 * n) for n, g in enumerate(system.ring.generators)}
    left, right = (point[STRENGTH] * point[loops[space]] / point[P] for space in (P, N))
    expected = {N: 1 / (point[gamma] + left), P: 1 / (1 + right)}
    for space, value in expected.items():
        loop = system.representative(loops[space])
        assert abs(propagators.entry(space, loop.column, loop.row).evaluate(point)) == value
