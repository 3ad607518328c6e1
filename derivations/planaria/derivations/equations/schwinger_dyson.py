"""The planar Schwinger-Dyson equations of Feynman rules.

All planar diagrams sum to

    G = (K0 - Sigma[G])^-1,
    Sigma_ad(lambda) = sum over vertices (a, b), (c, d) of one field of
                       variance * ribbon * left * outer covariance * right * tr(weight * G_bc),

ribbon being the weight that the law of the field gives to the two letters (1 for most laws), because a planar
ribbon that joins two vertices encloses exactly the propagator between them. G is diagonal in the eigenbasis of
every space, so that its only unknowns are the *loops* tr(weight * G_bc). Many loops are zero or proportional to
one another; `identify.schwinger_dyson` finds that and leaves one unknown for each class.

Every field carries the factor `STRENGTH`, 1 in the end: the planar solution is the power series in it, which
fixes the branch and gives every later step an exact witness.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sympy import Expr, Symbol

from planaria.algebra.rational import Ratio, Ring
from planaria.diagrams.expressions.expression import Setting
from planaria.diagrams.rules.pencil import FeynmanRules

__all__ = ["STRENGTH", "Loop", "SchwingerDyson", "SelfEnergyTerm", "by_space", "self_energy", "split_scalar"]

# Not a name that the expression grammar can spell: it cannot meet a user's symbol.
STRENGTH = Symbol("field strength", positive=True)


@dataclass(frozen=True)
class Loop:
    """tr(weight * G_bc) over one space: b is a column of the pencil and c a row of it."""

    space: Expr
    weight: Ratio
    column: int
    row: int


@dataclass(frozen=True)
class SelfEnergyTerm:
    """A contribution factor * loop to Sigma at (row, column) of the pencil."""

    row: int
    column: int
    factor: Ratio
    loop: int


@dataclass(frozen=True)
class SchwingerDyson:
    """The closed system: loops as functions of G, G as a function of loops.

    Attributes
    ----------
    rules
        The Feynman rules that are resummed.
    ring
        The ring of the rules with one symbol for each class of equal loops.
    loops
        Every loop that occurs, before identification.
    symbols
        For each loop the symbol of its class, or None for a loop that vanishes. The loops of a class are equal
        up to scalars: two copies of one resolvent may carry scalars at different places.
    scales
        For each loop its ratio to the first loop of its class, a scalar of the model.
    terms
        The self-energy.
    """

    rules: FeynmanRules = field(repr=False)
    ring: Ring = field(repr=False)
    loops: tuple[Loop, ...] = field(repr=False)
    symbols: tuple[Symbol | None, ...]
    scales: tuple[Ratio, ...] = field(repr=False)
    terms: tuple[SelfEnergyTerm, ...] = field(repr=False)

    @property
    def unknowns(self) -> tuple[Symbol, ...]:
        """One symbol for each class of equal loops."""
        return tuple(dict.fromkeys(s for s in self.symbols if s is not None))

    def representative(self, symbol: Symbol) -> Loop:
        """The first loop of a class."""
        return self.loops[self.symbols.index(symbol)]

    def matrix(self, space: Expr) -> dict[tuple[int, int], Ratio]:
        """K0 - Sigma in one space, by (row, column) of the pencil, in the system's ring."""
        entries = {key: value.to(self.ring) for key, value in self.rules.bare_inverse(space).items()}
        for term in self.terms:
            symbol = self.symbols[term.loop]
            if symbol is None or self.rules.row_spaces[term.row] != space:
                continue
            scale = self.scales[term.loop]
            factor = term.factor if scale.is_one else term.factor * scale
            change = factor.to(self.ring) * self.ring.generator(symbol)
            key = term.row, term.column
            entries[key] = entries[key] - change if key in entries else -change
        return {key: value for key, value in entries.items() if value}


def self_energy(rules: FeynmanRules) -> tuple[tuple[Loop, ...], tuple[SelfEnergyTerm, ...]]:
    """All loops of Feynman rules, and the self-energy in terms of them: every planar pair of vertices once.

    A loop over a small space is 1/N against one over a large space, and is none of them.
    """
    loops: dict[Loop, int] = {}
    terms: list[SelfEnergyTerm] = []
    setting = rules.setting
    small = frozenset(setting.model.small)
    strength = setting.ring.generator(STRENGTH)
    vertices = list(rules.vertices())
    for a, b, first in vertices:
        for c, d, second in vertices:
            data = setting.fields[first.letter.field]
            if rules.col_spaces[b] in small or not first.letter.pairs_untwisted(second.letter, data.law):
                continue
            outer, inner = (data.cols, data.rows) if first.letter.transposed else (data.rows, data.cols)
            scalar, weight = split_scalar(first.right * inner * second.left, setting)
            loop = Loop(rules.col_spaces[b], weight, b, c)
            number = loops.setdefault(loop, len(loops))
            ribbon = data.variance * data.weight(first.letter, second.letter, twisted=False)
            factor = strength * ribbon * first.left * outer * second.right * scalar
            terms.append(SelfEnergyTerm(a, d, factor, number))
    return tuple(loops), tuple(terms)


def split_scalar(value: Ratio, setting: Setting) -> tuple[Ratio, Ratio]:
    """value = scalar * rest, the scalar free of eigenvalues, the rest free of scalar factors."""
    eigenvalues = {symbol for _, symbol in setting.matrices}
    ring = value.ring
    if not value.support() & eigenvalues:
        return value, ring.one
    rest = value
    scalar = ring.one
    for polynomial, power in ((value.numerator, 1), (value.denominator, -1)):
        content, factors = polynomial.factor()
        part = ring.constant(1) if power < 0 else ring.constant(_fraction(content))
        for factor, multiplicity in factors:
            one = ring.from_mpoly(factor)
            if not one.support() & eigenvalues:
                part = part * one**multiplicity
        scalar = scalar * (part if power > 0 else ring.one / part)
    return scalar, rest / scalar


def _fraction(number: object) -> object:
    from fractions import Fraction

    return Fraction(int(number.p), int(number.q))  # type: ignore[attr-defined]


def by_space(rules: FeynmanRules) -> Mapping[Expr, tuple[Sequence[int], Sequence[int]]]:
    """Rows and columns of the pencil in each space."""
    return {space: (rules.rows_of(space), rules.cols_of(space)) for space in dict.fromkeys(rules.row_spaces)}
