"""Many complex points at once in double precision; what that does not confirm, with as many digits as it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol

from planaria.algebra.errors import InputError
from planaria.ensembles.points import PointStatus
from planaria.numerics.methods.lambdified import of_columns
from planaria.numerics.plane.loops import Complexes, Plane
from planaria.numerics.plane.path import from_bare
from planaria.numerics.plane.point import NEAR_ONE, in_the_plane, refuse_roots
from planaria.numerics.points.balls import generators
from planaria.numerics.points.extent import in_full
from planaria.numerics.points.problem import Problem, beyond, check_admissible
from planaria.numerics.points.refusals import ContradictionError
from planaria.numerics.solving.solve import solve
from planaria.numerics.spectra import exact_number

__all__ = ["exact_complex", "in_the_plane_at_once"]

ACCURACY = 1e-10  # relative, of a value that counts as known
ROUNDING = 2.0**-50
MARGIN = 8.0  # of estimated errors
DIGITS = 15  # of points that are evaluated by themselves

Answers = tuple[Complexes, NDArray[np.float64], NDArray[Any]]
"""Values, estimated absolute errors and statuses, each of shape (points,)."""


def in_the_plane_at_once(problem: Problem, columns: Mapping[str, NDArray[Any]], count: int) -> Answers:
    """The quantity where some parameters are complex.

    Parameters
    ----------
    problem
        The point of what does not move.
    columns
        The numbers that move, each of shape (points,), by name.

    Raises InputError for a root or a power of a complex parameter.
    """
    values = np.full(count, np.nan, dtype=complex)
    errors, status = np.full(count, np.nan), np.full(count, PointStatus.OK, dtype=object)
    for here, where in _apart(problem, columns, count):
        own = {name: column[where] for name, column in columns.items()}
        values[where], errors[where], status[where] = _group(here, own, len(where))
    return values, errors, status


def _apart(
    problem: Problem, columns: Mapping[str, NDArray[Any]], count: int
) -> Iterator[tuple[Problem, NDArray[Any]]]:
    """Points that share their sizes and spectra, and the problem there."""
    shared = {str(s) for space in problem.derivation.rules.setting.spaces for s in space.free_symbols}
    shared |= {str(s) for _, _, spectrum in problem.spectra for s in spectrum.free_symbols}
    moving = [name for name in columns if name in shared]
    if not moving:
        yield problem, np.arange(count)
        return
    _, group = np.unique(np.stack([columns[name] for name in moving], axis=1), axis=0, return_inverse=True)
    order = np.argsort(group.ravel(), kind="stable")
    for where in np.split(order, np.cumsum(np.bincount(group.ravel()))[:-1]):
        yield _at(problem, columns, int(where[0])), where


def _at(problem: Problem, columns: Mapping[str, NDArray[Any]], point: int) -> Problem:
    symbols = {str(symbol): symbol for symbol in problem.values}
    return problem.at(
        {**problem.values, **{symbols[n]: exact_complex(column[point]) for n, column in columns.items()}}
    )


def exact_complex(number: Any) -> Expr:
    """A number in double precision by its decimal digits."""
    value = complex(number)
    if value.imag:
        return exact_number(value, "values")
    return exact_number(int(value.real) if value.real.is_integer() else value.real, "values")


def _group(problem: Problem, columns: Mapping[str, NDArray[Any]], count: int) -> Answers:
    values, errors = np.full(count, np.nan, dtype=complex), np.full(count, np.inf)
    status = np.full(count, PointStatus.OK, dtype=object)
    fixed = any(
        number.is_extended_real is False for symbol, number in problem.values.items() if str(symbol) not in columns
    )
    off_axis = np.full(count, fixed)
    for column in columns.values():
        off_axis |= np.imag(column) != 0
    some = np.flatnonzero(off_axis)
    if len(some):
        first = _at(problem, columns, int(some[0]))
        refuse_roots(first, beyond(first))
        plane = Plane.of(in_full(first, "evaluate_array"))
        own = _generators(first, {name: column[some] for name, column in columns.items()})
        values[some], errors[some] = _at_once(plane, own, len(some))
    # What rounds to zero at once has no digits either.
    for point in np.flatnonzero(~(errors <= ACCURACY * abs(values)) | (values == 0)).tolist():
        values[point], errors[point], status[point] = _alone(_at(problem, columns, point))
    return values, errors, status


def _generators(problem: Problem, columns: Mapping[str, NDArray[Any]]) -> dict[Expr, Complexes]:
    """What the equations are made of, as far as it moves."""
    symbols = {str(symbol): symbol for symbol in problem.values}
    moving = [symbols[name] for name in columns]
    found = {}
    for generator in generators(problem):
        if not generator.free_symbols.isdisjoint(moving):
            rest: dict[Symbol, Expr] = {s: x for s, x in problem.values.items() if s not in moving}
            function = of_columns(moving, generator.subs(rest))
            found[generator] = np.asarray(function(*columns.values()), dtype=complex)
    return found


def _at_once(plane: Plane, columns: dict[Expr, Complexes], count: int) -> tuple[Complexes, NDArray[np.float64]]:
    """Values, and estimates of their errors: what another turn of the equations makes of them, as the ladder
    amplifies it; inf where nothing is confirmed."""
    loops, found = from_bare(plane, columns)
    if not columns:
        loops, found = np.repeat(loops, count, axis=0), np.repeat(found, count)
    values = plane.value(columns, loops)
    radius = plane.radius(columns, loops)
    with np.errstate(all="ignore"):
        turned = plane.value(columns, plane.image(columns, loops))
        distance = 1 - radius
        errors = MARGIN * (abs(turned - values) / distance + ROUNDING * abs(values) / distance**2)
    errors[~found | ~(distance > NEAR_ONE) | ~np.isfinite(errors)] = np.inf
    return values, errors


def _alone(problem: Problem) -> tuple[complex, float, PointStatus]:
    """A point by itself: value, error and status."""
    try:
        check_admissible(problem)
        estimate = in_the_plane(problem, DIGITS) if beyond(problem) else solve(problem, DIGITS)
    except ContradictionError:
        raise
    except InputError as error:
        return complex(np.nan), np.nan, PointStatus.of(error)
    try:
        value = complex(estimate.value)
    except OverflowError:
        value = complex(np.inf)
    if not np.isfinite(value) or (estimate.value and not value):
        return complex(np.nan), np.nan, PointStatus.OUT_OF_RANGE
    return value, float(estimate.error) + 10.0**-DIGITS * abs(value), PointStatus.OK
