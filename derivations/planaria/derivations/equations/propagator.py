"""Entries of G = (K0 - Sigma)^-1 as rational functions of an eigenvalue and the loops, by Cramer's rule."""

from __future__ import annotations

from functools import cache
from typing import Any

from sympy import Expr

from planaria.algebra.rational import Ratio, Ring
from planaria.algebra.work import charge
from planaria.derivations.equations.schwinger_dyson import SchwingerDyson, by_space

__all__ = ["Propagators"]

MINOR = 4  # units of work for a term of a minor, which is kept


class Propagators:
    """The full propagators of a system, entry by entry and only those that are asked for.

    The matrices are sparse and close to triangular, so that expansion by minors with memory, which stays among
    polynomials and needs no cancellation, is faster than fraction-free elimination.
    """

    def __init__(self, system: SchwingerDyson) -> None:
        self.system = system
        self._spaces: dict[Expr, _Cofactors] = {}

    def entry(self, space: Expr, column: int, row: int) -> Ratio:
        """G at (column, row) of the pencil, in the system's ring."""
        if space not in self._spaces:
            rows, cols = by_space(self.system.rules)[space]
            self._spaces[space] = _Cofactors(self.system.ring, self.system.matrix(space), rows, cols)
        return self._spaces[space].inverse(column, row)


class _Cofactors:
    def __init__(
        self,
        ring: Ring,
        matrix: dict[tuple[int, int], Ratio],
        rows: tuple[int, ...] | Any,
        cols: tuple[int, ...] | Any,
    ) -> None:
        self.ring = ring
        self.col_at = {c: n for n, c in enumerate(cols)}
        by_row: dict[int, dict[int, Ratio]] = {r: {} for r in rows}
        for (i, j), value in matrix.items():
            by_row[i][self.col_at[j]] = value
        # Sparse rows first: the expansion then branches as late as possible.
        self.order = sorted(rows, key=lambda r: len(by_row[r]))
        self.row_at = {r: n for n, r in enumerate(self.order)}
        self.scale: list[Any] = []
        self.entries: list[dict[int, Any]] = []
        for r in self.order:
            common = ring.context.constant(1)
            for value in by_row[r].values():
                common = common / common.gcd(value.denominator) * value.denominator
            self.scale.append(common)
            self.entries.append(
                {j: value.numerator * (common / value.denominator) for j, value in by_row[r].items()}
            )
        self.size = len(self.order)
        self._minor = cache(self._expand)

    def _expand(self, depth: int, free: int, skipped: int) -> Any:
        """Determinant of the rows from `depth` on, without row `skipped`, over the columns in the mask `free`."""
        if depth == skipped:
            depth += 1
        if depth >= self.size:
            return self.ring.context.constant(1)
        total = self.ring.context.constant(0)
        for j, value in self.entries[depth].items():
            if free >> j & 1:
                minor = self._minor(depth + 1, free & ~(1 << j), skipped)
                if not minor.is_zero():
                    charge(MINOR * len(value) * len(minor))
                    odd = (free & ((1 << j) - 1)).bit_count() & 1
                    total = total - value * minor if odd else total + value * minor
        return total

    def inverse(self, column: int, row: int) -> Ratio:
        i, j = self.row_at[row], self.col_at[column]
        everything = (1 << self.size) - 1
        determinant = self._minor(0, everything, self.size)
        minor = self._minor(0, everything & ~(1 << j), i)
        charge(MINOR * (len(minor) + len(determinant)))
        if (i + j) & 1:
            minor = -minor
        return Ratio.reduced(self.ring, minor * self.scale[i], determinant)
