"""The unreduced equations solved as they are: the way where a closed form has no value at a point.

A closed form may be 0/0 where two poles, two samples or two ridges coincide, or where its Jacobian is singular;
the equations are regular there. They are followed in the strength of the fields from the bare propagators, by
Newton's method on the loops. Nothing has to be assumed of the path: the ladder tells the physical solution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log
from typing import Any

import numpy as np
from flint import arb, arb_mat
from mpmath import mp, mpf
from numpy.typing import NDArray
from sympy import Expr, Symbol

from planaria.numerics.equations.newton import DOUBLE, Guard, newton, precise, sign_of_balls, solve_balls
from planaria.numerics.equations.unreduced import Numbers, Unreduced, unreduced
from planaria.numerics.points.balls import ball_numbers, from_ball, generators, working_balls
from planaria.numerics.points.problem import Problem, to_float

__all__ = ["Path", "float_numbers", "follow_directly", "polish_directly", "start_directly"]

Vector = NDArray[np.float64]

FIRST_STRENGTH = 1e-4
FIRST_PLACES = (100, 200, 400, 800)  # decimal places of strengths at which balls are iterated
MOST_ROUNDS = 60  # of iteration from the bare propagators at a strength
END_DIGITS = 60  # at which it is asked whether a path ends, or only double precision does
SHORTEST_STEP = 1e-5  # of the logarithm of the strength
MOST_CALLS = 150  # of Newton's method on a path; double precision that makes no headway leaves it to more digits
STRIDE = 1e-3  # beyond the end of a path, relative
NEAR = 0.1  # relative change of a loop that a stride or more digits may make
LONGEST_STEP = 1.2
AT_ONCE = Guard(rounds=12, near=1e-9, widest=0.3, contracts=True)


def float_numbers(problem: Problem) -> Numbers:
    """The problem in double precision, as arrays with one point."""
    spectrum = problem.floats()
    derivation = problem.derivation
    setting = derivation.rules.setting
    nodes: dict[Expr, tuple[dict[Expr, Any], Any]] = {}
    for space in {*derivation.rules.row_spaces, *(r.rows for r in derivation.rules.readings)}:
        own = [symbol for _, symbol in setting.matrices_of(space) if symbol in spectrum]
        if not own:
            nodes[space] = {}, np.array([[float(problem.size(space))]])
            continue
        if own[0] in spectrum.weights:  # then it is the only one
            nodes[space] = {own[0]: spectrum[own[0]][np.newaxis, :]}, spectrum.weights[own[0]][np.newaxis, :]
            continue
        stacked = np.stack([spectrum[symbol] for symbol in own], axis=1)
        distinct, counts = np.unique(stacked, axis=0, return_counts=True)
        values: dict[Expr, Any] = {symbol: distinct[np.newaxis, :, n] for n, symbol in enumerate(own)}
        nodes[space] = values, counts[np.newaxis, :].astype(float)
    scalars = {g: np.array([[to_float(problem.exact(g))]]) for g in generators(problem)}
    return Numbers(1.0, scalars, nodes)


@dataclass(frozen=True)
class Path:
    """How far the loops could be followed in double precision.

    Attributes
    ----------
    loops
        The loops at full strength; None where the path ends before.
    strength
        The strength that was reached.
    ends
        Whether the solution certainly ends there.
    """

    loops: dict[Symbol, float] | None
    strength: float
    ends: bool


def follow_directly(problem: Problem) -> Path:
    """The loops followed from the bare propagators to full strength, in double precision."""
    equations = unreduced(problem.derivation)
    symbols = [symbol for symbol, _ in problem.derivation.closed_form.loops]
    if not symbols:
        return Path({}, 1.0, False)
    numbers = float_numbers(problem)
    with np.errstate(all="ignore"):
        strength, loops = _start(equations, numbers, symbols)
        if loops is None:
            return Path(None, 0.0, False)
        position, step = float(np.log(strength)), 0.5
        before: tuple[float, Vector] | None = None
        calls = 0
        while position < 0:
            calls += 1
            target = min(0.0, position + step)
            guess = loops
            if before is not None:
                guess = loops + (loops - before[1]) * (target - position) / (position - before[0])
            found = _newton(equations, _at_strength(numbers, float(np.exp(target))), symbols, guess)
            if found is None:
                step /= 2
                if step < SHORTEST_STEP or calls > MOST_CALLS:
                    strength = float(np.exp(position))
                    return Path(None, strength, _ends(problem, strength, dict(zip(symbols, loops, strict=True))))
                continue
            before, position, loops = (position, loops), target, found
            step = min(1.5 * step, LONGEST_STEP)
    return Path(dict(zip(symbols, map(float, loops), strict=True)), 1.0, False)


def _ends(problem: Problem, strength: float, loops: Mapping[Symbol, float]) -> bool:
    """Whether the solution ends at a strength, and not what double precision can follow of it.

    With more digits it is found at that strength, but not at one that is a little larger.
    """
    with mp.workdps(END_DIGITS):
        polished = polish_directly(problem, loops, strength)
        if polished is None or not _near(polished, loops):
            return False
        further = polish_directly(problem, polished, strength * (1 + STRIDE))
        return further is None or not _near(further, polished)


def _near(one: Mapping[Symbol, Any], other: Mapping[Symbol, Any]) -> bool:
    return all(abs(x - other[symbol]) <= NEAR * abs(x) for symbol, x in one.items())


def _at_strength(numbers: Numbers, strength: float) -> Numbers:
    return replace(numbers, strength=strength)


def _start(equations: Unreduced, numbers: Numbers, symbols: Sequence[Symbol]) -> tuple[float, Vector | None]:
    """A strength at which iteration from the bare propagators settles, and the loops there."""
    strength = FIRST_STRENGTH
    for _ in range(40):
        loops: Vector = np.zeros(len(symbols))
        here = _at_strength(numbers, strength)
        for _ in range(MOST_ROUNDS):
            new = _image(equations, here, symbols, loops)
            if not np.isfinite(new).all():
                break
            if np.all(np.abs(new - loops) <= 1e-13 * np.abs(new)):
                return strength, new
            loops = new
        strength /= 100
    return strength, None


def _image(equations: Unreduced, numbers: Numbers, symbols: Sequence[Symbol], loops: Vector) -> Vector:
    propagators = equations.propagators(numbers, dict(zip(symbols, loops, strict=True)))
    return np.array([np.ravel(x)[0] for x in equations.image(numbers, symbols, propagators)], dtype=float)


def _newton(equations: Unreduced, numbers: Numbers, symbols: Sequence[Symbol], guess: Vector) -> Vector | None:
    """Newton's method on loops - image(loops); None where it does not contract at once."""
    unit = np.eye(len(symbols))

    def differences(loops: Sequence[Any]) -> tuple[Any, Vector]:
        propagators = equations.propagators(numbers, dict(zip(symbols, loops, strict=True)))
        image = np.array([np.ravel(x)[0] for x in equations.image(numbers, symbols, propagators)], dtype=float)
        rows = equations.jacobian(numbers, symbols, propagators)
        slope = np.array([[np.ravel(x)[0] for x in row] for row in rows], dtype=float)
        # Loops differ by powers of ten: each is measured by itself.
        scale = np.maximum(np.abs(loops), np.abs(image))
        scale[scale == 0] = 1.0
        return (np.array(loops) - image) / scale, (unit - slope) / scale[:, np.newaxis]

    root = newton(differences, list(guess), DOUBLE, AT_ONCE)
    return None if root is None else np.array(root.unknowns)


def start_directly(problem: Problem) -> tuple[float, dict[Symbol, Any]] | None:
    """The logarithm of a strength at which iteration settles, and the loops there, at the working precision."""
    equations = unreduced(problem.derivation)
    symbols = [symbol for symbol, _ in problem.derivation.closed_form.loops]
    with working_balls():
        numbers = ball_numbers(problem)
        for places in FIRST_PLACES:
            position = -places * log(10)
            here = replace(numbers, strength=arb(position).exp())
            loops = [arb(0) for _ in symbols]
            for _ in range(MOST_ROUNDS):
                propagators = equations.propagators(here, dict(zip(symbols, loops, strict=True)))
                image = [x.mid() for x in equations.image(here, symbols, propagators)]
                settled = all(abs(new - old) <= abs(new) * 1e-12 for new, old in zip(image, loops, strict=True))
                loops = image
                if settled:
                    return position, {s: from_ball(x) for s, x in zip(symbols, loops, strict=True)}
    return None


def polish_directly(
    problem: Problem, start: Mapping[Symbol, Any], strength: float | None = None
) -> dict[Symbol, Any] | None:
    """The loops at mpmath's working precision by Newton's method; None where it does not settle."""
    equations = unreduced(problem.derivation)
    symbols = list(start)
    unit = range(len(symbols))
    with working_balls():
        numbers = replace(ball_numbers(problem), strength=None if strength is None else arb(strength))

        def differences(loops: Sequence[Any]) -> tuple[Sequence[Any], Any]:
            balls = {symbol: arb(x) for symbol, x in zip(symbols, loops, strict=True)}
            propagators = equations.propagators(numbers, balls)
            image = equations.image(numbers, symbols, propagators)
            slope = equations.jacobian(numbers, symbols, propagators)
            matrix = [[(1 if m == n else 0) - slope[m][n] for n in unit] for m in unit]
            return [x - y for x, y in zip(balls.values(), image, strict=True)], arb_mat(matrix)

        # What the loops are sums of, near the root: one that vanishes at these eigenvalues is measured by it.
        near = equations.propagators(numbers, {symbol: arb(mpf(x)) for symbol, x in start.items()})
        magnitudes = [
            from_ball(equations.magnitude(numbers, equations.representative(symbol), near)) for symbol in symbols
        ]
        centres = replace(precise(mp.dps), solve=_solve_at_centres, sign=sign_of_balls)
        guard = Guard(rounds=40, near=mpf(10) ** (-mp.dps // 2))
        root = newton(differences, list(start.values()), centres, guard, magnitudes)
    return None if root is None else dict(zip(symbols, root.unknowns, strict=True))


def _solve_at_centres(jacobian: Any, residual: Sequence[Any]) -> Sequence[Any]:
    return [from_ball(x) for x in solve_balls(jacobian, residual)]
