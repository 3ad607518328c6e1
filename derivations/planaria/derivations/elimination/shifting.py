"""Values and loops with differences such as N - S_11 in the place of dimensions, where they are shorter so."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from math import inf

from sympy import Expr, Symbol

from planaria.algebra.rational import Ratio
from planaria.algebra.work import WorkLimitError, charge, limited
from planaria.derivations.elimination.eliminate import FACTOR
from planaria.derivations.elimination.reduced import Reduced
from planaria.derivations.equations.schwinger_dyson import STRENGTH

__all__ = ["shifted"]

WORTH = 0.9  # of the characters that are left at most, where a value is written with differences
LONG = 1000  # terms of a numerator that is not written to see how long it is
MANY = 300  # terms of a loop from which on it is kept as it was found
SHARE = 2.0  # seconds of work for it


def shifted(value: Ratio, reduced: Reduced) -> tuple[Ratio, dict[Symbol, Ratio]]:
    """Value and loops of an elimination, in its ring; the value comes without differences, loops have them."""
    ring = reduced.ring
    value = value.to(ring)
    loops = {symbol: one.to(ring) for symbol, one in reduced.loops.items()}
    if not reduced.shifts:
        return value, loops
    with suppress(WorkLimitError), limited(SHARE):
        candidates = [value, *_candidates(value, reduced)]
        lengths = [_length(one, reduced) for one in candidates]
        best = min(range(len(candidates)), key=lengths.__getitem__)
        if lengths[best] <= WORTH * lengths[0]:
            value = candidates[best]
    if all(one.size <= MANY for one in loops.values()) and not value.support() & set(reduced.shifts):
        known = {symbol: one.to(ring) for symbol, one in reduced.shifts.items()}
        with suppress(WorkLimitError), limited(SHARE):
            plain = {symbol: one.substitute(known) for symbol, one in loops.items()}
            if all(one.size <= MANY for one in plain.values()):
                return value, plain
    return value, loops


def _candidates(value: Ratio, reduced: Reduced) -> list[Ratio]:
    """The value with all differences, as it is and with S_22 replaced by S_11 - R_12, and the like."""
    ring = reduced.ring
    sums = set(reduced.sums.values())
    back: dict[Expr, Ratio] = {}
    for symbol, difference in reduced.shifts.items():
        one = difference.to(ring)
        (dimension,) = (g for g in one.support() if g not in sums)
        back[dimension] = ring.generator(symbol) + ring.generator(dimension) - one
    found = [value.substitute(back)]
    support = value.support()
    for small, symbol in reduced.sums.items():
        if symbol not in support or len(small.factors) != 1 or not small.factors[0][0].is_pole:
            continue
        ((factor, power),) = small.factors
        (_, pole), *_ = factor.coefficients
        if small.scale != ((pole, 1),) or sum(small.exponents) != power - 1:
            continue
        # With x = lambda/(lambda + Delta): its terms are x**(power - 1) - x**power.
        raised = tuple(a + b for a, b in zip(small.exponents, factor.leading, strict=True))
        first = replace(small, factors=((factor, power - 1),), scale=())
        last = replace(small, exponents=raised, scale=())
        if first in reduced.sums and last in reduced.sums:
            total = ring.generator(reduced.sums[first]) - ring.generator(symbol)
            found.append(found[-1].substitute({reduced.sums[last]: total}))
    return found


def _length(value: Ratio, reduced: Reduced) -> float:
    """The characters of a value as it will be shown, about."""
    charge(FACTOR * value.size)
    if value.size > LONG:
        return inf
    shown: dict[Expr, Expr] = {symbol: one.to_sympy() for symbol, one in reduced.shifts.items()}
    text = str(value.substitute({STRENGTH: value.ring.one}).to_sympy().xreplace(shown))
    for symbol in sorted((*reduced.sums.values(), *reduced.poles), key=lambda s: -len(str(s))):
        text = text.replace(str(symbol), "S_11")  # as long as its name will be
    return len(text)
