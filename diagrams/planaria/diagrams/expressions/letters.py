"""Fields in exact arithmetic, and their letters: what an expression and its words are made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from sympy import Expr

from planaria.algebra.rational import Ratio
from planaria.models.laws.law import Law

__all__ = ["Field", "Letter"]


@dataclass(frozen=True)
class Field:
    """A Gaussian field with its covariances as functions of the eigenvalues of its two spaces."""

    name: str
    law: Law
    row_space: Expr
    col_space: Expr
    variance: Ratio
    rows: Ratio
    cols: Ratio
    ribbons: tuple[tuple[Ratio, ...], ...] = field(compare=False, repr=False)  # follow from the law
    """The weights of untwisted and of twisted ribbons, at the place ``2 * turned + conjugated`` (see `Law`)."""

    @property
    def numbers(self) -> tuple[Ratio, ...]:
        """All that has to be in its range for it to be a law: variance, covariances, weights of ribbons."""
        return (self.variance, self.rows, self.cols, *(weight for pair in self.ribbons for weight in pair))

    def weight(self, one: Letter, other: Letter, *, twisted: bool) -> Ratio:
        """The weight of a ribbon of two of its letters, a multiple of its variance."""
        return self.ribbons[_relation(one, other)][twisted]


@dataclass(frozen=True)
class Letter:
    """One occurrence of a field: as it is, transposed, conjugated, or both (the adjoint)."""

    field: int
    transposed: bool
    conjugated: bool
    rows: Expr
    cols: Expr

    def pairs_untwisted(self, other: Letter, law: Law) -> bool:
        """Whether E[self G other] has the planar contraction, index lines passing straight through."""
        return self.field == other.field and law.pairs[_relation(self, other)][0]

    def pairs_twisted(self, other: Letter, law: Law) -> bool:
        """Whether the two have a contraction with a half twist of the ribbon (never planar)."""
        return self.field == other.field and law.pairs[_relation(self, other)][1]


def _relation(one: Letter, other: Letter) -> int:
    """Where the tables of a law have two letters: is one of them transposed, is one of them conjugated?"""
    return 2 * (one.transposed != other.transposed) + (one.conjugated != other.conjugated)
