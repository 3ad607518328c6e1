"""Solutions where doubles do not lead: next to the spectrum, and at numbers beyond their range.

Next to the spectrum two roots come together, and a path in double precision may end at the wrong one; here each
step down is held to the ladder with as many digits as tell its radius from 1. At numbers beyond the range of
doubles the expansion about the bare propagators is summed as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from mpmath import mp, mpf
from sympy import I, Rational, Symbol

from planaria.numerics.plane.loops import Plane
from planaria.numerics.plane.path import from_bare
from planaria.numerics.plane.precise import iterated, polish, verdict_of
from planaria.numerics.points.problem import Problem, to_mpf

__all__ = ["MOST_PLACES", "descended", "fits_doubles", "places_below", "places_between", "summed"]

MOST_PLACES = 1000  # decimal places between the largest and the smallest part of a complex parameter
DIGITS = 30  # with which a step is taken, beyond the places that its height needs
STEPS = (8, 2)  # factors by which the height falls; the second one where the first leads to the other root
LOWEST = Rational(1, 4)  # of the imaginary part: the height of the last step before the point itself
SUMMED = 60  # digits of the sum of an expansion; the ladder tells whether it is the solution


def places_below(problem: Problem, symbols: Iterable[Symbol]) -> int:
    """The decimal places from the size of a complex parameter down to its imaginary part, the most of them.

    So many digits, about, tell the radius of the ladder from 1 at a point whose real part lies in the spectrum.
    """
    found = [0]
    for symbol in symbols:
        real, imag = _parts(problem, symbol)
        if imag:
            found.append(int(mp.log10(max(1, real / imag, 1 / imag))))
    return max(found)


def places_between(problem: Problem, symbols: Iterable[Symbol]) -> int:
    """The decimal places that parameters span, their distance from 1 included: digits that may cancel."""
    sizes = [part for symbol in symbols for part in _parts(problem, symbol) if part]
    return int(mp.log10(max([1, *sizes]) / min([1, *sizes])))


def _parts(problem: Problem, symbol: Symbol) -> tuple[mpf, mpf]:
    real, imag = (abs(to_mpf(part)) for part in problem.values[symbol].as_real_imag())
    return real, imag


def fits_doubles(plane: Plane) -> bool:
    """Whether all parameters are in the range of double precision."""
    return all(bool(np.isfinite(column).all()) for column in plane.base.scalars.values())


def summed(problem: Problem, symbols: Iterable[Symbol]) -> dict[Symbol, Any] | None:
    """The loops by iteration of the equations from the bare propagators; None where it does not settle."""
    with mp.workdps(SUMMED):
        return iterated(problem, tuple(symbols))


def descended(problem: Problem, plane: Plane, symbols: Iterable[Symbol]) -> dict[Symbol, Any] | None:
    """The loops at complex parameters, from far above the spectrum down to them; None where the way is lost.

    All complex parameters are lifted together, each into its own half plane. Every solution on the way has a
    ladder whose radius is proved to be below 1.
    """
    signs = {s: 1 if problem.values[s].as_real_imag()[1] > 0 else -1 for s in symbols}
    signs = {s: sign for s, sign in signs.items() if problem.values[s].is_real is False}
    if not signs:
        return None
    places = places_below(problem, signs)
    lowest = min(abs(problem.values[s].as_real_imag()[1]) for s in signs) * LOWEST
    height = Rational(max([1, *(int(abs(to_mpf(problem.values[s]))) + 1 for s in signs)]))
    above = _lifted(problem, signs, height).values
    begun, found = from_bare(plane, {s: np.array([complex(to_mpf(above[s]))]) for s in signs})
    if not found.all():
        return None
    with mp.workdps(2 * DIGITS + 2 * places):
        start = {s: mp.mpmathify(complex(x)) for s, x in zip(plane.symbols, begun[0], strict=True)}
        loops = _proved(_lifted(problem, signs, height), start)
        while loops is not None and height:
            for factor in STEPS:
                lower = height / factor if height > lowest else Rational(0)
                further = _proved(_lifted(problem, signs, lower), loops)
                if further is not None:
                    break
            loops, height = further, lower
        return loops


def _proved(problem: Problem, start: Mapping[Symbol, Any]) -> dict[Symbol, Any] | None:
    """The root near a start, where it is that of the matrices."""
    polished = polish(problem, start)
    return polished if polished is not None and verdict_of(problem, polished).stable else None


def _lifted(problem: Problem, signs: Mapping[Symbol, int], height: Rational) -> Problem:
    values = {s: number + I * signs[s] * height if s in signs else number for s, number in problem.values.items()}
    return replace(problem, values=values)
