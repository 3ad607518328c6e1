"""Fields in exact arithmetic, and their letters: what an expression and its words are made of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sympy import Expr

from planaria.algebra.rational import Ratio
from planaria.ensembles.laws.law import Law

__all__ = ["Field", "Letter", "transposed_letter"]


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


def transposed_letter(letter: Letter, transpose: int) -> Letter:
    """The transpose of a letter, up to its sign.

    Parameters
    ----------
    transpose
        What the transpose of the field is (see `Law`): of 1 and -1 a letter is its own, of 0 it has another one.

    >>> from sympy.abc import N, P
    >>> letter = Letter(0, False, True, N, P)
    >>> transposed_letter(letter, 0)
    Letter(field=0, transposed=True, conjugated=True, rows=P, cols=N)
    >>> transposed_letter(letter, -1) == letter
    True
    """
    if transpose:
        return letter
    return replace(letter, transposed=not letter.transposed, rows=letter.cols, cols=letter.rows)


def _relation(one: Letter, other: Letter) -> int:
    """Where the tables of a law have two letters: is one of them transposed, is one of them conjugated?"""
    return 2 * (one.transposed != other.transposed) + (one.conjugated != other.conjugated)
