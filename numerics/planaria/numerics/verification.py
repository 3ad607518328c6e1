"""What makes a number a verified one: the unreduced equations hold there, and matrices have the value.

1. The loops that the closed form claims give propagators that give the loops again, each by itself, and the
   value, to the digits asked for (`unreduced`).
2. The spectral radius of the ladder map is below 1 (`ladder`). This also proves the branch, as at most one
   solution has a radius below 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nextafter
from typing import Any

from flint import arb
from mpmath import mp, mpf
from sympy import Expr, Symbol

from planaria.diagrams.errors import InputError
from planaria.numerics.balls import ball_numbers, from_ball, working_balls
from planaria.numerics.ladder import is_stable, ladder, radius_of_balls
from planaria.numerics.problem import Problem
from planaria.numerics.unreduced import Numbers, Propagator, unreduced

__all__ = ["Verdict", "in_the_spectrum", "verify"]


MOST_ROUNDS = 300  # of iteration for loops that only the ladder depends on
SETTLED = 1e-12  # relative change at which they count as settled
MOST_TURNS = 5  # of the equations, for loops that have lost digits


@dataclass(frozen=True)
class Verdict:
    """What the unreduced equations say of loops.

    Attributes
    ----------
    value
        The quantity, read off the propagators.
    residual
        The largest relative change of a loop under the equations, rounding included; inf where it is not known.
    stable
        Whether the ladder's spectral radius is below 1; None where this precision does not tell.
    radius
        That radius, in double precision; None where it is beyond.
    """

    value: Any
    residual: Any
    stable: bool | None
    radius: float | None


def verify(problem: Problem, loops: Mapping[Symbol, Any], bound: Any) -> Verdict:
    """Hold loops against the unreduced equations, at mpmath's working precision.

    Parameters
    ----------
    loops
        The value of each class of loops that the quantity depends on. Next to nothing a loop may have lost its
        digits to cancellation: where the residual is above the bound, the equations are applied a few times before
        the loops have to reproduce themselves.
    bound
        The relative residual that is asked for.
    """
    equations = unreduced(problem.derivation)
    with working_balls():
        numbers = ball_numbers(problem)
        balls = {symbol: arb(value) for symbol, value in loops.items()}
        worst = mpf("inf")
        for _ in range(MOST_TURNS):
            propagators = equations.propagators(numbers, balls)
            residuals = equations.residuals(numbers, balls, propagators)
            last, worst = worst, max((_mismatch(*one) for one in residuals), default=mpf(0))
            if worst <= bound or not (worst < last or mp.isinf(worst)):
                break
            balls = dict(zip(balls, equations.image(numbers, list(balls), propagators), strict=True))
        value = from_ball(equations.value(numbers, propagators))
        stable = radius = None
        complete: Mapping[Expr, Propagator] | None = propagators
        error = arb(worst) if mp.isfinite(worst) else None
        if ladder(problem.derivation).missing:
            complete, settled = _completed(problem, numbers, balls)
            error = None if error is None or settled is None else error.max(settled)
        if complete is not None and error is not None:
            stable = is_stable(problem.derivation, numbers, complete, error)
        if complete is not None and stable is not None:
            radius = radius_of_balls(problem.derivation, numbers, complete)
            if stable and radius is not None:
                radius = min(radius, nextafter(1.0, 0.0))  # rounding may take it beyond
    return Verdict(value, worst, stable, radius)


def _completed(
    problem: Problem, numbers: Numbers, balls: Mapping[Symbol, Any]
) -> tuple[Mapping[Expr, Propagator] | None, Any]:
    """The propagators with the loops that only the ladder depends on, and how well these are known.

    None where they do not settle. They are iterated, so that their error is the last change times that of all
    the changes that would follow, by the rate at which these fall.
    """
    equations = unreduced(problem.derivation)
    missing = ladder(problem.derivation).missing
    loops = {**balls, **{symbol: arb(0) for symbol in missing}}
    change = arb("inf")
    for _ in range(MOST_ROUNDS):
        propagators = equations.propagators(numbers, loops)
        image = [x.mid() for x in equations.image(numbers, missing, propagators)]
        moves = [
            abs(new - loops[symbol]) / abs(new) if new != 0 else abs(loops[symbol])
            for symbol, new in zip(missing, image, strict=True)
        ]
        before, change = change, max(moves, default=arb(0))
        loops |= dict(zip(missing, image, strict=True))
        if change == 0:
            return propagators, change
        if change < SETTLED and change < before:
            return propagators, change / (1 - change / before) if before.is_finite() else change
    return None, None


def _mismatch(claimed: Any, image: Any, vanishes: bool) -> Any:
    if not image.is_finite():
        return mpf("inf")
    if vanishes:
        return mpf(0) if image.contains(0) else mpf("inf")
    difference, scale = (image - claimed).abs_upper(), claimed.abs_upper()
    if scale == 0:
        return mpf(0) if difference == 0 else mpf("inf")
    return from_ball(difference / scale)


def in_the_spectrum(verdict: Verdict) -> InputError:
    """Why a solution of the equations is no value of the matrices."""
    size = "1 or more" if verdict.radius is None or verdict.radius < 1 else f"{verdict.radius:.4g}"
    return InputError(
        "evaluate",
        f"the point lies in the spectrum: the ladder's spectral radius is {size}, not below 1, so the solution "
        "of the equations is a continuation that no matrix has",
        "move the spectral parameter outside of the spectrum, or raise the ridge",
    )
