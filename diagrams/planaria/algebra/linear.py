"""Linear algebra of rational functions: relations that are linear in a generator, inverses of sparse matrices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sympy import Expr

from planaria.algebra.rational import Ratio, Ring
from planaria.algebra.work import charge

__all__ = ["Inverse", "degree_in", "root", "root_unless"]

MINOR = 4  # units of work for a term of a minor, which is kept


def degree_in(value: Ratio, generator: Expr) -> int:
    """The degree of a numerator in a generator; -1 for zero.

    >>> from sympy.abc import a, b
    >>> degree_in(Ring([a, b])((a**2 * b + b) / (a + b)), a)
    2
    """
    return int(value.numerator.degrees()[value.ring.index[generator]])


def root(relation: Ratio, generator: Expr) -> Ratio:
    """Where a polynomial that is linear in a generator vanishes.

    Its slope is not the zero polynomial. Whether it vanishes where the relation holds is not asked here: see
    `root_unless`. ArithmeticError for what is not a polynomial or not linear.

    >>> from sympy.abc import a, b, x
    >>> root(Ring([a, b, x])(a * x - b * x + a**2 - b**2), x)
    -a - b
    """
    if not relation.is_polynomial or degree_in(relation, generator) != 1:
        raise ArithmeticError(f"an equation is not linear in {generator}")
    slope = relation.derivative(generator)
    rest = relation - slope * relation.ring.generator(generator)
    return -rest / slope


def root_unless(vanishes: Callable[[Ratio], bool], relation: Ratio, generator: Expr) -> Ratio | None:
    """The root of a relation that is linear in a generator; None where its slope vanishes by the caller's test.

    A slope that is no zero polynomial may still be zero on a solution, and then the relation says nothing of the
    generator there.

    >>> from sympy.abc import a, b, x
    >>> relation = Ring([a, b, x])((a - b) * x + 1)
    >>> root_unless(lambda slope: slope.substitute({a: slope.ring(b)}) == slope.ring.zero, relation, x)
    """
    return None if vanishes(relation.derivative(generator)) else root(relation, generator)


class Inverse:
    """The inverse of a sparse square matrix, by Cramer's rule and entry by entry.

    The matrices of Feynman rules are sparse and close to triangular, so that expansion by minors with memory,
    which stays among polynomials and needs no cancellation, is faster than fraction-free elimination.

    Parameters
    ----------
    entries
        By row and column; what is absent is zero.
    rows, cols
        The numbers of the rows and of the columns, equally many.

    >>> from sympy.abc import a, b
    >>> ring = Ring([a, b])
    >>> inverse = Inverse(ring, {(0, 5): ring(a), (0, 6): ring(b), (1, 6): ring.one}, (0, 1), (5, 6))
    >>> inverse.entry(5, 1), inverse.entries()
    (-b/a, {(5, 0): 1/a, (5, 1): -b/a, (6, 1): 1})
    """

    def __init__(
        self, ring: Ring, entries: Mapping[tuple[int, int], Ratio], rows: Sequence[int], cols: Sequence[int]
    ) -> None:
        self.ring = ring
        self.rows, self.cols = tuple(rows), tuple(cols)
        self._col_at = {c: n for n, c in enumerate(cols)}
        by_row: dict[int, dict[int, Ratio]] = {r: {} for r in rows}
        for (i, j), value in entries.items():
            if value:
                by_row[i][self._col_at[j]] = value
        # Sparse rows first: the expansion then branches as late as possible.
        order = sorted(rows, key=lambda r: len(by_row[r]))
        self._row_at = {r: n for n, r in enumerate(order)}
        self._scale: list[Any] = []
        self._entries: list[dict[int, Any]] = []
        for r in order:
            common = ring.context.constant(1)
            for value in by_row[r].values():
                common = common / common.gcd(value.denominator) * value.denominator
            self._scale.append(common)
            self._entries.append(
                {j: value.numerator * (common / value.denominator) for j, value in by_row[r].items()}
            )
        self._minor = cache(self._expand)

    @property
    def is_singular(self) -> bool:
        """Whether there is no inverse."""
        return bool(self._determinant.is_zero())

    def entry(self, column: int, row: int) -> Ratio:
        """The inverse at a column and a row of the matrix. ZeroDivisionError for a singular matrix."""
        i, j = self._row_at[row], self._col_at[column]
        minor = self._minor(0, self._everything & ~(1 << j), i)
        charge(MINOR * (len(minor) + len(self._determinant)))
        if (i + j) & 1:
            minor = -minor
        return Ratio.reduced(self.ring, minor * self._scale[i], self._determinant)

    def entries(self) -> dict[tuple[int, int], Ratio]:
        """All entries that are not zero, by column and row of the matrix."""
        found = {(column, row): self.entry(column, row) for column in self.cols for row in self.rows}
        return {key: value for key, value in found.items() if value}

    @property
    def _everything(self) -> int:
        """The mask of all columns."""
        return (1 << len(self.cols)) - 1

    @property
    def _determinant(self) -> Any:
        return self._minor(0, self._everything, len(self.rows))

    def _expand(self, depth: int, free: int, skipped: int) -> Any:
        """Determinant of the rows from `depth` on, without row `skipped`, over the columns in the mask `free`."""
        if depth == skipped:
            depth += 1
        if depth >= len(self.rows):
            return self.ring.context.constant(1)
        total = self.ring.context.constant(0)
        for j, value in self._entries[depth].items():
            if free >> j & 1:
                minor = self._minor(depth + 1, free & ~(1 << j), skipped)
                if not minor.is_zero():
                    charge(MINOR * len(value) * len(minor))
                    odd = (free & ((1 << j) - 1)).bit_count() & 1
                    total = total - value * minor if odd else total + value * minor
        return total
