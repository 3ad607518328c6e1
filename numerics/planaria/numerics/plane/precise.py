"""Loops at complex parameters to any number of digits, in Arb's complex balls, and what verifies them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import nextafter
from typing import Any

from flint import acb, acb_mat, arb
from mpmath import mp, mpf
from sympy import Symbol

from planaria.derivations.derivation import Derivation
from planaria.numerics.equations.ladder import is_stable, radius_of_balls, rungs_at
from planaria.numerics.equations.unreduced import Numbers, Unreduced, unreduced
from planaria.numerics.points.balls import ball_numbers, from_ball, working_balls
from planaria.numerics.points.problem import Problem
from planaria.numerics.points.verification import Verification

__all__ = ["iterated", "polish", "verdict_of"]

MOST_STEPS = 60
MOST_ROUNDS = 200
SETTLED = 1e-8  # relative change of an iteration, from which Newton's method goes on
LAST_BITS = 30  # of a step that is rounding


def polish(problem: Problem, start: Mapping[Symbol, Any]) -> dict[Symbol, Any] | None:
    """The loops at mpmath's working precision by Newton's method; None where it does not settle."""
    equations, symbols = unreduced(problem.derivation), list(start)
    if not symbols:
        return {}
    with working_balls():
        numbers = complex_balls(problem)
        loops = [acb(start[symbol]).mid() for symbol in symbols]
        last: Any = None
        for _ in range(MOST_STEPS):
            try:
                steps = _steps(equations, numbers, symbols, loops)
            except ZeroDivisionError:
                return None
            sizes = [abs(x).mid() or arb(1) for x in loops]
            change = max((abs(step).mid() / size for step, size in zip(steps, sizes, strict=True)))
            if not change.is_finite():
                return None
            loops = [(x - step).mid() for x, step in zip(loops, steps, strict=True)]
            if change < arb(2) ** (LAST_BITS - mp.prec) or (
                last is not None and change >= last and change < 1e-12
            ):
                return {symbol: from_ball(x) for symbol, x in zip(symbols, loops, strict=True)}
            last = change
    return None


def iterated(problem: Problem, symbols: Sequence[Symbol]) -> dict[Symbol, Any] | None:
    """The loops by iteration of the equations from the bare propagators; None where that does not settle."""
    equations = unreduced(problem.derivation)
    with working_balls():
        numbers = complex_balls(problem)
        loops = [acb(0) for _ in symbols]
        for _ in range(MOST_ROUNDS):
            try:
                propagators = equations.propagators(numbers, dict(zip(symbols, loops, strict=True)))
                image = [acb(one).mid() for one in equations.image(numbers, symbols, propagators)]
            except ZeroDivisionError:
                return None
            if not all(one.is_finite() for one in image):
                return None
            changes = [(abs(new - old).mid(), abs(new).mid()) for new, old in zip(image, loops, strict=True)]
            loops = image
            if all(change <= SETTLED * size for change, size in changes):
                return {symbol: from_ball(x) for symbol, x in zip(symbols, loops, strict=True)}
    return None


def _steps(equations: Unreduced, numbers: Numbers, symbols: Sequence[Symbol], loops: Sequence[Any]) -> list[Any]:
    propagators = equations.propagators(numbers, dict(zip(symbols, loops, strict=True)))
    image = equations.image(numbers, symbols, propagators)
    slope = equations.jacobian(numbers, symbols, propagators)
    size = range(len(symbols))
    matrix = [[acb(1 if m == n else 0) - slope[m][n] for n in size] for m in size]
    right = [[x - y] for x, y in zip(loops, image, strict=True)]
    solution = acb_mat(matrix).solve(acb_mat(right))
    return [solution[n, 0].mid() for n in size]


def complex_balls(problem: Problem) -> Numbers:
    """The problem in balls, its unit a complex one."""
    return replace(ball_numbers(problem), one=acb(1))


def verdict_of(problem: Problem, loops: Mapping[Symbol, Any]) -> Verification:
    """Hold loops against the unreduced equations and the ladder, at mpmath's working precision."""
    derivation: Derivation = problem.derivation
    equations = unreduced(derivation)
    with working_balls():
        numbers = complex_balls(problem)
        balls = {symbol: acb(value) for symbol, value in loops.items()}
        propagators = equations.propagators(numbers, balls)
        worst = mpf(0)
        for claimed, image, _, vanishes in equations.residuals(numbers, balls, propagators):
            worst = max(worst, _mismatch(claimed, image, vanishes))
        value = from_ball(equations.value(numbers, propagators) * acb(1))
        stable = radius = None
        if mp.isfinite(worst):
            groups = rungs_at(derivation, numbers, propagators)
            stable, radius = is_stable(derivation, groups, arb(worst)), radius_of_balls(groups)
            if stable and radius is not None:
                radius = min(radius, nextafter(1.0, 0.0))  # rounding may take it beyond
    return Verification(value, worst, stable, radius)


def _mismatch(claimed: Any, image: Any, vanishes: bool) -> Any:
    image = acb(image)
    if not image.is_finite():
        return mpf("inf")
    if vanishes:
        return mpf(0) if image.contains(0) else mpf("inf")
    difference, scale = abs(image - claimed).upper(), abs(acb(claimed)).upper()
    if scale == 0:
        return mpf(0) if difference == 0 else mpf("inf")
    return from_ball(difference / scale)
