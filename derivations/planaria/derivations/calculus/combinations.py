"""Formulas in as few kinds of spectral sums as they need.

Sums of products of quotients are linear combinations of one another: S_11 = S_22 + R_12. A formula in which both
sides occur hides what cancels. Here the ones that depend on others are replaced, in the way that gives the
shortest formula; no difference of poles is divided by.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress

from sympy import Expr, Symbol

from planaria.algebra.rational import Ratio, Ring
from planaria.algebra.work import WorkLimitError, limited
from planaria.derivations.elimination.conditioning import operations
from planaria.derivations.equations.quotients import plain_expansion
from planaria.derivations.equations.spectral_sums import SpectralSum, Summand

__all__ = ["dependencies", "length", "shortened"]

SHARE = 4.0  # seconds of work for one formula
LARGEST = 4000  # terms of a formula that is still tried


def shortened(value: Ratio, sums: Mapping[Symbol, SpectralSum]) -> Ratio:
    """The same value with sums that depend on one another replaced, where that is shorter.

    >>> from sympy import symbols
    >>> from planaria.derivations.equations.spectral_sums import Factor
    >>> M, l, D, S, S2, R = symbols("M l D S_11 S_22 R_12")
    >>> pole = Factor(M, (l,), (1,), (((0,), D),))
    >>> sums = {S: SpectralSum(M, (l,), (1,), ((pole, 1),)), S2: SpectralSum(M, (l,), (2,), ((pole, 2),)),
    ...         R: SpectralSum(M, (l,), (1,), ((pole, 2),), ((D, 1),))}
    >>> shortened(Ring([M, D, S, S2, R])((S - R) * D + S2), sums)
    S_22*(D + 1)
    """
    for _ in range(len(sums)):
        relations = dependencies(value.support(), value.ring, sums)
        if not relations:
            return value
        best, least = None, 0.0
        for relation in relations:
            for symbol in sorted(relation.support() & set(sums), key=str):
                slope = relation.derivative(symbol)
                if not slope.support() <= set(value.ring.generators) - set(sums) or len(slope.numerator) > 1:
                    continue
                solution = value.ring.generator(symbol) - relation / slope
                with suppress(WorkLimitError), limited(SHARE):
                    tried = value.substitute({symbol: solution})
                    if best is None or length(tried) < least:
                        best, least = tried, length(tried)
        if best is None:
            return value
        value = best
    return value


def length(value: Ratio) -> float:
    """The operations of all irreducible factors, written as a product."""
    if value.size > LARGEST:
        return float(value.size)
    total = 0
    for polynomial in (value.numerator, value.denominator):
        total += sum(operations(value.ring.from_mpoly(factor)) + 1 for factor, _ in polynomial.factor()[1])
    return float(total)


def dependencies(symbols: Collection[Expr], ring: Ring, sums: Mapping[Symbol, SpectralSum]) -> list[Ratio]:
    """Linear relations among those of the sums that are among some symbols, each in a ring."""
    present = [symbol for symbol in sums if symbol in symbols]
    groups: dict[tuple[Expr, tuple[Symbol, ...], frozenset[Expr]], list[Symbol]] = {}
    for symbol in present:
        one = sums[symbol]
        poles = frozenset(f.expression for f, _ in one.factors)
        if len(poles) == 1:
            groups.setdefault((one.space, one.eigenvalues, poles), []).append(symbol)
    found = []
    for group in groups.values():
        if len(group) > 1:
            found += _dependent(group, ring, sums)
    return found


def _dependent(group: list[Symbol], ring: Ring, sums: Mapping[Symbol, SpectralSum]) -> list[Ratio]:
    """Combinations of sums that vanish, by elimination on their expansions in independent ones."""
    wide = ring.extend(
        g
        for s in group
        for g in (*sums[s].eigenvalues, *sums[s].unknowns, *sums[s].space.free_symbols)
        if g not in ring.index
    )
    rows: list[tuple[dict[Summand, Ratio], Ratio]] = []
    found = []
    for symbol in group:
        parts = dict(plain_expansion(sums[symbol], wide))
        combination = wide.generator(symbol)
        for pivot, (reduced, other) in zip(_pivots(rows), rows, strict=True):
            if pivot in parts:
                factor = parts[pivot] / reduced[pivot]
                for key, coefficient in reduced.items():
                    parts[key] = parts.get(key, wide.zero) - factor * coefficient
                parts = {key: coefficient for key, coefficient in parts.items() if coefficient}
                combination = combination - factor * other
        kept = {key: one for key, one in parts.items() if not _is_dimension(key)}
        if kept:
            rows.append((parts, combination))
            continue
        for key, coefficient in parts.items():
            space = sums[symbol].space
            combination = combination - (coefficient * wide(space) if _is_dimension(key) else wide.zero)
        polynomial = wide.from_mpoly(combination.numerator)
        if polynomial.support() <= set(ring.generators):
            found.append(polynomial.to(ring))
    return found


def _pivots(rows: list[tuple[dict[Summand, Ratio], Ratio]]) -> list[Summand]:
    """For each row an independent sum that those after it do not contain any more."""
    return [next(key for key in parts if not _is_dimension(key)) for parts, _ in rows]


def _is_dimension(part: Summand) -> bool:
    return part is None or not (part.factors or any(part.exponents))
