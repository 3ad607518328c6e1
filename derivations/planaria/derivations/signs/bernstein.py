"""Spectral sums as sums of positive terms that are independent: products of x and 1 - x.

With x = lambda/(lambda + Delta) and y = 1 - x, every sum over one pole is a power of Delta times a sum of
lambda^k x^a y^b; those of one degree d are combinations, with positive coefficients, of the d + 1 sums of
lambda^k x^i y^(d-i), since x + y = 1. These are positive for positive eigenvalues, and independent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb

from sympy import Expr, Symbol

from planaria.algebra.rational import Ratio
from planaria.derivations.equations.spectral_sums import SpectralSum

__all__ = ["Positive", "in_positive_sums"]


@dataclass(frozen=True)
class Positive:
    """Ratios in positive sums.

    Attributes
    ----------
    ratios
        In the new generators, all in one ring.
    families
        The sums of one degree, by rising powers of x.
    meanings
        The summand of each new generator.
    """

    ratios: tuple[Ratio, ...]
    families: tuple[tuple[Symbol, ...], ...]
    meanings: Mapping[Symbol, str]


@dataclass(frozen=True)
class _Place:
    """A sum as pole**power * sum of lambda**extra x**a y**b."""

    family: tuple[Expr, Expr, Expr | None, int]
    power: int
    x: int
    y: int


def in_positive_sums(ratios: Sequence[Ratio], sums: Mapping[Symbol, SpectralSum], whole: bool) -> Positive:
    """Ratios with every sum over one pole in the independent positive sums of the largest degree that occurs.

    Parameters
    ----------
    whole
        Whether the number of eigenvalues is the sum of 1 = (x + y)**d as well.
    """
    support = frozenset().union(*(one.support() for one in ratios))
    places = {s: place for s, one in sums.items() if s in support and (place := _place(one)) is not None}
    degrees: dict[tuple[Expr, Expr, Expr | None, int], int] = {}
    for place in places.values():
        degrees[place.family] = max(degrees.get(place.family, 0), place.x + place.y)
    names: dict[tuple[Expr, Expr, Expr | None, int], tuple[Symbol, ...]] = {}
    meanings: dict[Symbol, str] = {}
    for n, (family, degree) in enumerate(degrees.items()):
        space, eigenvalue, pole, extra = family
        made = []
        for i in range(degree + 1):
            symbol = Symbol(f"B_{i}{degree - i}" + (f"_{n + 1}" if n else ""), positive=True)
            below = f"({eigenvalue} + {pole})"
            factors = [(str(eigenvalue), extra), (f"({eigenvalue}/{below})", i), (f"({pole}/{below})", degree - i)]
            written = [text if power == 1 else f"{text}**{power}" for text, power in factors if power]
            meanings[symbol] = f"sum of {'*'.join(written) or 1} over {space}"
            made.append(symbol)
        names[family] = tuple(made)
    ring = ratios[0].ring.extend(s for one in ratios for s in one.ring.generators)
    ring = ring.extend(s for family in names.values() for s in family)
    ring = ring.extend(f[2] for f in names if f[2] is not None)
    known: dict[Expr, Ratio] = {}
    for symbol, place in places.items():
        family, total = names[place.family], ring.zero
        spare = degrees[place.family] - place.x - place.y
        for j in range(spare + 1):
            total = total + ring.constant(comb(spare, j)) * ring.generator(family[place.x + j])
        pole = place.family[2]
        scale = ring.one if pole is None or not place.power else ring.generator(pole) ** place.power
        known[symbol] = total * scale
    if whole:
        for (space, _, _, extra), family in names.items():
            if not extra and space in support and space not in known and isinstance(space, Symbol):
                total = ring.zero
                for i, symbol in enumerate(family):
                    total = total + ring.constant(comb(len(family) - 1, i)) * ring.generator(symbol)
                known[space] = total
    moved = tuple(one.to(ring).substitute(known) for one in ratios)
    return Positive(moved, tuple(names.values()), meanings)


def _place(one: SpectralSum) -> _Place | None:
    """Where a sum over at most one simple pole belongs; None for others."""
    occurring = one.occurring
    if len(occurring) != 1 or len(one.factors) > 1:
        return None
    a = sum(one.exponents)
    if not one.factors:
        return _Place((one.space, occurring[0], None, a), 0, 0, 0) if a > 0 else None
    ((factor, b),) = one.factors
    if not factor.is_pole:
        return None
    pole = factor.coefficients[0][1]
    k = sum(power for coefficient, power in one.scale if coefficient == pole)
    if len(one.scale) > (k != 0) or not isinstance(pole, Symbol):
        return None
    extra = max(0, a - b)
    x, y = a - extra, b - (a - extra)
    return _Place((one.space, occurring[0], pole, extra), k - y, x, y)
