"""A number at complex parameters, or at negative ones, to any number of digits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import numpy as np
from mpmath import mp, mpc, mpf
from numpy.typing import NDArray
from sympy import Symbol

from planaria.algebra.errors import InputError
from planaria.ensembles.estimate import Estimate
from planaria.ensembles.verdicts.reasons import Reason, RefusedError
from planaria.ensembles.verdicts.statuses import Status
from planaria.ensembles.verdicts.techniques import Technique
from planaria.numerics.equations.functions import functions_of
from planaria.numerics.plane.loops import Columns, Complexes, Plane
from planaria.numerics.plane.near import MOST_PLACES, descended, fits_doubles, places_below, places_between, summed
from planaria.numerics.plane.path import along, from_bare
from planaria.numerics.plane.precise import polish, verdict_of
from planaria.numerics.points.at_point import unknowns_of
from planaria.numerics.points.balls import generators
from planaria.numerics.points.extent import in_full
from planaria.numerics.points.problem import Problem, beyond, to_mpf
from planaria.numerics.points.refusals import ContradictionError, as_python
from planaria.numerics.points.verification import Verification, at_least_one

__all__ = ["in_the_plane", "refuse_roots"]

FEWEST_DIGITS = 15  # to which every number is verified, however few are asked for
MOST_FACTOR = 12  # times the digits that are spent before a number is given up
TELLING = (60, 120, 240)  # digits that tell a radius next to 1 from 1
NEAR_ONE = 1e-9  # distance of the radius from 1 from which on a real point lies in the spectrum
FAR_APART = 50  # decimal places between numbers from which on these, and no edge, are named as the cause
LIFTED = 1e-12  # relative imaginary part below which a real point is reached from above
LOWERED = 1e-10  # of the height at which a path to a real point begins
MOST_SIGNS = 3  # parameters whose half planes are tried in all combinations


def in_the_plane(problem: Problem, digits: int) -> Estimate:
    """The quantity where parameters are complex, or negative and meant to be positive.

    The unreduced equations are followed from the bare propagators in complex arithmetic: at complex parameters
    in the strength of the fields, to real ones from a half plane. Their solution counts if it is that of matrices:
    the ladder's spectral radius is below 1, proved with balls.

    Raises
    ------
    InputError
        For a root or a power of such a parameter, which has several values there; where the point lies in the
        spectrum, and where no path leads to it.
    """
    problem = in_full(problem, "evaluate")  # the bound of a law's nodes is for poles on the negative axis
    symbols = beyond(problem)
    refuse_roots(problem, symbols)
    if (places := places_below(problem, symbols)) > MOST_PLACES:
        raise RefusedError(Reason.NEXT_TO_THE_AXIS, places=places, most=MOST_PLACES)
    asked, digits = digits, max(digits, FEWEST_DIGITS)
    loops: Mapping[Symbol, Any] = _followed(problem, symbols)
    is_real = all(problem.values[symbol].is_real for symbol in symbols)
    previous: Any = None
    working = digits + 10
    apart = places_between(problem, symbols)
    while working <= MOST_FACTOR * digits + 100 + 3 * apart:
        with mp.workdps(working):
            polished = polish(problem, loops)
            if polished is None:
                break
            verdict = verdict_of(problem, polished)
            loops = polished
            if verdict.stable is False:
                reason = Reason.ON_A_CUT if is_real else Reason.IN_A_SUPPORT
                raise RefusedError(reason, radius=verdict.radius_in_words)
            value = _real_if(verdict.value, is_real)
            bound = mpf(10) ** -digits
            if previous is not None and verdict.stable and verdict.residual <= bound:
                error = abs(value - previous)
                if error <= abs(value) * bound:
                    return _estimate(problem, polished, verdict, value, error, asked)
            previous = value
        working += max(12, working // 2)
    if apart > FAR_APART:
        raise RefusedError(Reason.FAR_APART, digits=digits, places=apart)
    raise RefusedError(Reason.DIGITS_IN_THE_PLANE, digits=digits)


def _estimate(
    problem: Problem, loops: Mapping[Symbol, Any], verdict: Verification, value: Any, error: Any, digits: int
) -> Estimate:
    steps = (Technique.COMPLEX_PATH.taken(),)
    try:
        unknowns = unknowns_of(problem, loops)
        _refuse_contradiction(problem, unknowns, value)
    except ZeroDivisionError:  # the closed form is singular here, and the equations are not
        unknowns = []
    symbols = (str(u.symbol) for u in problem.derivation.closed_form.unknowns)
    names = {name: _real_if(x, not isinstance(value, mpc)) for name, x in zip(symbols, unknowns, strict=False)}
    return Estimate(value, error, steps, Status.VERIFIED, names, verdict.residual, digits, verdict.radius)


def _refuse_contradiction(problem: Problem, unknowns: list[Any], value: Any) -> None:
    functions = functions_of(problem.derivation.closed_form, "mpmath")
    claimed = functions.value(unknowns, problem.mpfs(), problem.scalars(to_mpf)) * mpf(1)
    if mp.isfinite(claimed) and abs(claimed - value) > max(abs(claimed), abs(value)) * mpf(10) ** -(mp.dps // 4):
        raise ContradictionError(claimed, value)


def _real_if(number: Any, is_real: bool) -> Any:
    return number.real if is_real and isinstance(number, mpc) else number


def _followed(problem: Problem, symbols: tuple[Symbol, ...]) -> dict[Symbol, Any]:
    """The loops in double precision, on the first path whose end is a value of matrices.

    Raises InputError for none.
    """
    plane = Plane.of(problem)
    if not plane.symbols:
        return {}
    if not fits_doubles(plane):
        settled = summed(problem, plane.symbols)
        if settled is None:
            raise RefusedError(Reason.BEYOND_DOUBLES)
        return settled
    is_real = _all_real(problem, symbols)
    ends: float | None = None
    near: list[Complexes] = []  # next to the axis doubles do not tell which root is that of the matrices
    for ways in _paths(plane, symbols):
        for loops in ways:
            radius = float(plane.radius({}, loops)[0])
            if radius < 1 - NEAR_ONE:
                return _by_symbol(plane, loops)
            ends = radius if ends is None else min(ends, radius)
            if not is_real and radius < 1 + NEAR_ONE:
                near.append(loops)
    telling = (*TELLING, TELLING[-1] + places_below(problem, symbols))
    for loops in near:
        start = _by_symbol(plane, loops)
        for digits in telling:
            with mp.workdps(digits):
                polished = polish(problem, start)
                if polished is None or (stable := verdict_of(problem, polished).stable) is False:
                    break
                if stable:
                    return start
    if ends is not None and not is_real:  # two roots may be so close that the paths went to the other one
        closer = descended(problem, plane, symbols)
        if closer is not None:
            return closer
        if near:
            raise RefusedError(Reason.EDGE, working=telling[-1])
        raise RefusedError(Reason.IN_A_SUPPORT, radius=at_least_one(ends))
    if ends is not None:
        raise RefusedError(Reason.ON_A_CUT, radius=at_least_one(ends))
    raise RefusedError(Reason.NO_COMPLEX_PATH)


def _all_real(problem: Problem, symbols: tuple[Symbol, ...]) -> bool:
    return all(problem.values[symbol].is_real for symbol in symbols)


def _by_symbol(plane: Plane, loops: Complexes) -> dict[Symbol, Any]:
    return dict(zip(plane.symbols, (mp.mpmathify(complex(x)) for x in loops[0]), strict=True))


def _paths(plane: Plane, symbols: tuple[Symbol, ...]) -> Iterator[Iterator[Complexes]]:
    """Ways to the point, in turn: real parameters come down from a half plane."""
    problem = plane.problem
    if not _all_real(problem, symbols):
        yield _ends(*from_bare(plane, {}))
        sides = {s: problem.values[s].as_real_imag()[1] for s in symbols}  # exact: doubles may lose them
        # Straight to the field strength may lead to the other root, where the point is as near to both: from afar.
        yield _ends(*_lowered(plane, {s: 1.0 if side > 0 else -1.0 for s, side in sides.items() if side}))
    axis = tuple(symbol for symbol in symbols if problem.values[symbol].is_real)
    for signs in product((1.0, -1.0), repeat=min(len(axis), MOST_SIGNS)):
        if axis:
            yield _ends(*_lowered(plane, dict(zip(axis, signs, strict=False))))
    if _all_real(problem, symbols):
        yield _ends(*from_bare(plane, {}))


def _ends(loops: Complexes, found: NDArray[Any]) -> Iterator[Complexes]:
    if found.all():
        yield loops


def _lowered(plane: Plane, signs: Mapping[Symbol, float]) -> tuple[Complexes, NDArray[Any]]:
    """From a height in the complex plane down to a point, on one side of the axis."""
    values = {s: complex(to_mpf(plane.problem.values[s])) for s in signs}
    height = max([1.0, *(abs(x) for x in values.values())])

    def at(heights: NDArray[np.float64]) -> Columns:
        return {s: np.asarray(values[s] + 1j * sign * heights, dtype=complex) for s, sign in signs.items()}

    start, found = from_bare(plane, at(np.array([height])))
    if not found.all():
        return start, found
    loops, found = along(plane, lambda position, _: at(height * LOWERED**position), start)
    if not found.all():
        return loops, found
    ends, good = plane.newton(at(np.zeros(1)), loops)
    return (ends, good) if good.all() else (loops, found)


def refuse_roots(problem: Problem, symbols: tuple[Symbol, ...]) -> None:
    """Raise InputError for a function of these parameters that has several values in the plane, such as a root."""
    for generator in generators(problem):
        for symbol in symbols:
            if not generator.is_Symbol and symbol in generator.free_symbols:
                raise InputError(
                    f"parameter {symbol}",
                    f"{generator} has no one value at {as_python(problem.values[symbol])}",
                    f"give {symbol} a positive number",
                )
