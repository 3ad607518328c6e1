"""Spectral sums as power series, where the coefficients in their denominators are such series.

The dominant part of every denominator is kept, and what is smaller is expanded: about lambda + Delta where Delta
goes to a limit, about lambda where it vanishes, about Delta where it grows. What is left are spectral sums over
the limits, and moments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import comb

from sympy import Expr

from planaria.algebra.rational import Ratio, Ring
from planaria.derivations.calculus.power_series import Series
from planaria.derivations.equations.quotients import plain_expansion
from planaria.derivations.equations.spectral_sums import Factor, SpectralSum, Summand

__all__ = ["SumTerms", "expanded_sum"]

Exponents = tuple[int, ...]
SumTerms = dict[int, dict[Summand, Ratio]]
"""By power of the small variable, the coefficients of spectral sums; None stands for the dimension."""

_Key = tuple[Exponents, tuple[tuple[Factor, int], ...]]


@dataclass(frozen=True)
class _Dominant:
    """A factor as small**shift (large + rest): the part that counts in the limit and the rest of it."""

    shift: int
    scale: Ratio  # what the large part is divided by to be monic, or a monomial
    monomial: Exponents | None  # the large part, if it is one term
    factor: Factor | None  # the large part otherwise
    rest: tuple[tuple[Exponents, Series], ...]


def expanded_sum(
    one: SpectralSum, ring: Ring, series_of: Callable[[Expr], Series], count: int
) -> tuple[SumTerms, int]:
    """A spectral sum as a power series, and the first power that is not known.

    Parameters
    ----------
    ring
        That of the coefficients; it contains the eigenvalues, too, for the reduction to independent sums.
    series_of
        Coefficients of denominators as series in this ring.
    count
        How many powers are wanted.
    """
    zero = (0,) * len(one.eigenvalues)
    terms: dict[_Key, Series] = {(one.exponents, ()): Series.of(ring.one, 0, count)}
    for coefficient, power in one.scale:
        scale = series_of(coefficient) ** power
        terms = {key: value * scale for key, value in terms.items()}
    for factor, power in one.factors:
        split = _dominant(factor, ring, series_of, zero)
        grown: dict[_Key, Series] = {}
        for (exponents, factors), value in terms.items():
            for moved, left, part in _powers(split, power, count, ring):
                key = _plus(exponents, moved), (*factors, *left)
                product = value * part
                grown[key] = grown[key] + product if key in grown else product
        terms = grown
    found: SumTerms = {}
    end = min((value.end for value in terms.values()), default=count)
    for (exponents, factors), value in terms.items():
        merged: dict[Factor, int] = {}
        for factor, power in factors:
            merged[factor] = merged.get(factor, 0) + power
        whole = replace(one, exponents=exponents, factors=tuple(merged.items()), scale=())
        for independent, weight in _independent(whole, ring).items():
            for k in range(value.low, end):
                if coefficient := value.at(k):
                    group = found.setdefault(k, {})
                    total = coefficient * weight
                    group[independent] = group[independent] + total if independent in group else total
    return found, end


def _independent(one: SpectralSum, ring: Ring) -> Mapping[Summand, Ratio]:
    if not one.factors:
        return {(one if any(one.exponents) else None): ring.one}
    if min(one.exponents) < 0:
        return {one: ring.one}
    return plain_expansion(one, ring)


def _plus(one: Exponents, other: Exponents) -> Exponents:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _dominant(factor: Factor, ring: Ring, series_of: Callable[[Expr], Series], zero: Exponents) -> _Dominant:
    all_terms = [(exponents, series_of(c).stripped()) for exponents, c in factor.coefficients]
    constant = Series.of(ring.one, 0, max([len(s.terms) for _, s in all_terms] + [1]))
    all_terms = [(factor.leading, constant), *((e, s) for e, s in all_terms if s.terms)]
    shift = min(s.low for _, s in all_terms)
    large = [(e, s.terms[0]) for e, s in all_terms if s.low == shift]
    rest = []
    for exponents, series in all_terms:
        own = series
        if series.low == shift:
            own = Series(ring, series.low + 1, series.terms[1:])
        rest.append((exponents, Series(ring, own.low - shift, own.terms)))
    rest = [(e, s) for e, s in rest if any(s.terms)]
    if len(large) == 1:
        ((monomial, scale),) = large
        return _Dominant(shift, scale, monomial, None, tuple(rest))
    leading, scale = max(large, key=lambda pair: (pair[0] == factor.leading, sum(pair[0]), pair[0]))
    others = tuple((e, (c / scale).to_sympy()) for e, c in large if e != leading)
    dominant = Factor(factor.space, factor.eigenvalues, leading, others)
    return _Dominant(shift, scale, None, dominant, tuple(rest))


def _powers(
    split: _Dominant, power: int, count: int, ring: Ring
) -> list[tuple[Exponents, tuple[tuple[Factor, int], ...], Series]]:
    """small**(-p shift) (large + rest)**-p as terms: monomial, factors, series."""
    size = len(split.monomial) if split.monomial is not None else len(split.factor.leading)  # type: ignore[union-attr]
    zero = (0,) * size
    found: list[tuple[Exponents, tuple[tuple[Factor, int], ...], Series]] = []
    products: dict[Exponents, Series] = {zero: Series.of(ring.one, 0, count)}
    for k in range(count):
        weight = ring.constant((-1) ** k * comb(power + k - 1, k)) / split.scale ** (power + k)
        for exponents, series in products.items():
            part = series.scaled(weight)
            part = Series(ring, part.low - power * split.shift, part.terms[: max(0, count - part.low)])
            if not part.terms:
                continue
            if split.monomial is not None:
                moved = tuple(e - (power + k) * m for e, m in zip(exponents, split.monomial, strict=True))
                found.append((moved, (), part))
            elif split.factor is not None:
                found.append((exponents, ((split.factor, power + k),), part))
        further: dict[Exponents, Series] = {}
        for exponents, series in products.items():
            for monomial, rest in split.rest:
                key, product = _plus(exponents, monomial), series * rest
                further[key] = further[key] + product if key in further else product
        products = {e: s for e, s in further.items() if s.low < count}
        if not products:
            break
    # What is cut off is of the same power in all terms.
    return [(e, f, _padded(s, count - power * split.shift)) for e, f, s in found]


def _padded(series: Series, end: int) -> Series:
    """Known to a power: what a term lacks is zero there, or beyond what is wanted."""
    terms = series.terms[: max(0, end - series.low)]
    return Series(series.ring, series.low, (*terms, *[series.ring.zero] * (end - series.low - len(terms))))
