"""The smallest point at which two sides differ, with certified numbers on both of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Any

from mpmath import mp
from sympy import Expr, Integer, Rational, Symbol

from planaria.derivations.compared import Counterexample
from planaria.derivations.comparison.branch import UnprovableError
from planaria.derivations.derivation import Derivation
from planaria.ensembles.spectra import Eigenvalues
from planaria.numerics.comparison.balls import NoValueError
from planaria.numerics.comparison.points import WORKING, Point, Points
from planaria.numerics.evidence.admissible import at_most_one, growing
from planaria.numerics.points.balls import working_balls
from planaria.numerics.points.enclosures import enclosure
from planaria.numerics.points.problem import parameters_of

__all__ = ["counterexample_at", "smallest_counterexample"]

SHOWN = 16  # digits of both sides
MOST = 16  # small points that are tried
DOUBLINGS = 4  # of ridges, until small points are admissible

Sides = Callable[[Point], tuple[Any, Any]]


def counterexample_at(point: Point, sides: Sides) -> Counterexample | None:
    """Both sides at a point, if they differ there; None where they do not, or where that is not known."""
    with mp.workdps(WORKING), working_balls():
        try:
            left, right = sides(point)
        except (NoValueError, UnprovableError):
            return None
        except ZeroDivisionError:
            left, right = point.value, None
        if not left.is_finite():
            return None
        if right is not None and not right.is_finite():
            right = None
        if right is not None and left.overlaps(right):
            return None
        at = {str(getattr(key, "name", key)): _text(value) for key, value in point.values.items()}
        other = None if right is None else enclosure(right, SHOWN)
        return Counterexample(at, enclosure(left, SHOWN), other, point.is_certified)


def smallest_counterexample(points: Points, relevant: frozenset[Symbol], sides: Sides) -> Counterexample | None:
    """The first of the small points at which the sides differ: all numbers 1, then one of them 2, then two.

    Parameters
    ----------
    points
        The derivation, with what is given.
    relevant
        The symbols that either side contains: others stay 1.
    """
    derivation, given = points.derivation, points.given
    ridge = 0
    for values in _small(derivation, given, relevant):
        for doubling in range(ridge, DOUBLINGS):
            moved = {
                s: v * 2**doubling if s in growing(derivation) - given.keys() else v for s, v in values.items()
            }
            point = points.small(moved)
            if point is None:
                continue
            ridge = doubling
            if (found := counterexample_at(point, sides)) is not None:
                return found
            break
    return None


def _small(
    derivation: Derivation, given: Mapping[Symbol, Expr], relevant: frozenset[Symbol]
) -> Iterator[dict[Any, Any]]:
    setting = derivation.rules.setting
    spaces = sorted((s for s in setting.spaces if isinstance(s, Symbol)), key=str)
    small = at_most_one(derivation)
    others = sorted(parameters_of(derivation) - set(spaces), key=str)
    base: dict[Any, Any] = {s: Integer(1) for s in spaces}
    base |= {s: Rational(1, 4) if s in small else Integer(1) for s in others}
    base |= derivation.defaults
    base |= given
    free = [s for s in (*spaces, *others) if s in relevant and s not in given and s not in small]
    free.sort(key=lambda s: s in derivation.defaults)
    count = 0
    for several in range(3):
        for chosen in combinations(free, several):
            if count == MOST:
                return
            count += 1
            values = {**base, **{s: 2 * base[s] for s in chosen}}
            for matrix, _ in setting.matrices:
                spectrum = derivation.model.spectrum(matrix)
                size = matrix.shape[0]
                if spectrum is None:
                    numbers = range(int(values.get(size, size)), 0, -1)
                    values[matrix] = Eigenvalues(tuple(Integer(n) for n in numbers))
                elif spectrum.listed is not None:
                    values.pop(size, None)
            yield values


def _text(value: Any) -> str:
    listed = getattr(value, "listed", None)
    if listed is not None:
        return ", ".join(map(str, listed))
    return str(value)
