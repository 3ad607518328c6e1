"""Everything in a closed form as power series in one small variable, with symbols for what is not known yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

from sympy import Expr, Symbol

from planaria.algebra.rational import Ratio, Ring, generators_of
from planaria.derivations.calculus.branch_data import Growth, NoSeriesError
from planaria.derivations.calculus.expansion_of_sums import SumTerms, expanded_sum
from planaria.derivations.calculus.power_series import Series, inserted
from planaria.derivations.elimination.closed_form import Form
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.derivations.equations.spectral_symbols import sum_name

__all__ = ["Frame", "limited_sum", "root_of"]


@dataclass
class Frame:
    """Unknowns as series with unknown coefficients, and parameters and sums as series in these.

    Attributes
    ----------
    form, moving, small, growth
        As for `planaria.derivations.calculus.branch_series.branch_series`.
    length
        How many powers are carried.
    """

    form: Form
    moving: Mapping[Symbol, Expr]
    small: Symbol
    growth: Mapping[Symbol, Growth]
    length: int

    def __post_init__(self) -> None:
        powers = [f for g in self.growth.values() for f in (g.power, g.offset or Fraction(0))]
        self.step = lcm(1, *(f.denominator for f in powers))
        self.unknowns = [u.symbol for u in self.form.unknowns]
        self.leaders = {u: self._leader(u) for u in self.unknowns}
        self.later = {u: [Symbol(f"{u}.{k}") for k in range(1, self.length)] for u in self.unknowns}
        own = {*self.unknowns, *(s for s, _ in self.form.sums), *self.moving}
        hidden = [g for e in self.moving.values() for g in generators_of(e) if g != self.small]
        for g in self.form.ring.generators:
            if g not in own and g.free_symbols & set(self.moving):
                raise NoSeriesError(f"{g} is no rational function of what moves")
        eigen = [e for _, one in self.form.sums for e in one.eigenvalues]
        spaces = [s for _, one in self.form.sums for s in one.space.free_symbols]
        self.ring = Ring(
            [
                *(g for g in self.form.ring.generators if g not in own),
                *hidden,
                *self.unknowns,
                *(s for s in self.leaders.values() if s is not None),
                *(root_of(u) for u in self.unknowns),
                *(s for some in self.later.values() for s in some),
                *spaces,
                *eigen,
            ]
        )
        self.sums: dict[SpectralSum, Symbol] = {}

    def _leader(self, unknown: Symbol) -> Symbol | None:
        """The symbol of the coefficient of its power; a limit keeps the name of the unknown."""
        growth = self.growth[unknown]
        return None if not growth.power and growth.offset is None else Symbol(f"c_{unknown}")

    # -- everything as series ------------------------------------------------------------------------------

    def _unknown_series(self, unknown: Symbol) -> Series:
        growth, leader = self.growth[unknown], self.leaders[unknown]
        generator = self.ring.generator
        later = [generator(s) for s in self.later[unknown]]
        if growth.offset is not None:
            shift = int(growth.offset * self.step)
            assert leader is not None
            terms = [generator(unknown), *[self.ring.zero] * (shift - 1), generator(leader), *later]
            return Series(self.ring, 0, tuple(terms[: self.length]))
        first = generator(unknown if leader is None else leader)
        return Series(self.ring, int(growth.power * self.step), (first, *later))

    def _read(self, expression: Expr) -> Series:
        """A coefficient of a denominator, or a parameter, in what is moving."""
        ring = Ring([*generators_of(expression)])
        return self._quotient(ring(expression), ring.generators)

    def _quotient(self, ratio: Ratio, generators: Sequence[Expr]) -> Series:
        top = inserted(ratio.numerator, generators, self.series, self.ring)
        if ratio.is_polynomial:
            return top
        return top * inserted(ratio.denominator, generators, self.series, self.ring).inverse()

    def prepare(self) -> None:
        self.series: dict[Expr, Series] = {self.small: Series.of(self.ring.one, self.step, self.length)}
        for symbol, expression in self.moving.items():
            self.series[symbol] = self._read(expression)
        for unknown in self.unknowns:
            self.series[unknown] = self._unknown_series(unknown)
        terms: dict[Symbol, tuple[SumTerms, int]] = {}
        for symbol, one in self.form.sums:
            if set(self.moving) & one.space.free_symbols:
                raise NoSeriesError(f"{symbol} runs over {one.space}, which does not stay as it is")
            terms[symbol] = expanded_sum(one, self.ring, self._read, self.length)
        taken = {str(g) for g in self.ring.generators}
        for found, _ in terms.values():
            for group in found.values():
                for part in group:
                    if part is not None and part not in self.sums:
                        self.sums[part] = _named(part, self.form.sums, taken)
        self.ring = self.ring.extend(self.sums.values())
        self.series = {
            g: Series(self.ring, s.low, tuple(x.to(self.ring) for x in s.terms)) for g, s in self.series.items()
        }
        for symbol, one in self.form.sums:
            found, end = terms[symbol]
            low = min(found, default=end)
            self.series[symbol] = Series(
                self.ring, low, tuple(self._group(found.get(k, {}), one) for k in range(low, end))
            )

    def _group(self, group: Mapping[SpectralSum | None, Ratio], one: SpectralSum) -> Ratio:
        total = self.ring.zero
        for part, weight in group.items():
            measure = self.ring(one.space) if part is None else self.ring.generator(self.sums[part])
            total = total + weight.to(self.ring) * measure
        return total


def limited_sum(one: SpectralSum, limits: Mapping[Symbol, Expr]) -> SpectralSum:
    """A sum with expressions for unknowns in its denominators."""
    if not one.unknowns & set(limits):
        return one
    changed = tuple(
        (replace(f, coefficients=tuple((e, c.xreplace(dict(limits))) for e, c in f.coefficients)), p)
        for f, p in one.factors
    )
    return replace(one, factors=changed)


def root_of(unknown: Symbol) -> Symbol:
    return Symbol(f"r_{unknown}")


def _named(one: SpectralSum, sums: Sequence[tuple[Symbol, SpectralSum]], taken: set[str]) -> Symbol:
    """The name of the same sum in the form, or one like those."""
    for symbol, other in sums:
        if other == one and str(symbol) not in taken:
            taken.add(str(symbol))
            return symbol
    stem = name = sum_name(one.exponents, one.factors)
    number = 0
    while name in taken:
        number += 1
        name = f"{stem}_{number}"
    taken.add(name)
    return Symbol(name)
