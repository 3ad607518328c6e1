"""The physical branch: the solution that is connected to the bare propagators.

At small field strength the Schwinger-Dyson equations are solved by iteration from the bare propagators, which
has no choice of branch. From there the solution of the closed form is followed to full strength. A step counts
only if Newton's method moves the prediction a little and contracts from its first step on, and if the sign of
the Jacobian determinant stays: neighbouring roots have opposite signs, so that this excludes a jump to the
next root where two roots come close (equal dimensions, tiny ridge).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import exp, inf, log
from typing import Any

import numpy as np
from mpmath import mp, mpf
from numpy.typing import NDArray
from sympy import Expr, Integer, Symbol

from planaria.algebra.rational import Ratio
from planaria.derivations.derivation import Derivation
from planaria.derivations.equations.propagator import Propagators
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.ensembles.verdicts.reasons import Reason, RefusedError
from planaria.numerics.equations.functions import functions_of
from planaria.numerics.methods.memo import once
from planaria.numerics.methods.newton import DOUBLE, Arithmetic, Guard, newton
from planaria.numerics.methods.program import Builder, Program
from planaria.numerics.points.problem import Problem, to_float, to_mpf
from planaria.numerics.solving.direct import start_directly
from planaria.numerics.solving.prediction import predicted

__all__ = ["BOLD", "CAREFUL", "CONTRACTING", "Pace", "PathEndsError", "follow", "iterate", "leapt"]

Vector = NDArray[Any]

SHORTEST_STEP = 1e-7  # of the logarithm of the strength
FASTEST = 0.5  # growth of a slope over one step, in its logarithm, that is predicted
ON_THE_WAY = 1e-7  # last relative step of a point on a path: the next would be rounding
BOLDLY = 1e-5  # the same of one that is only passed: slopes are still known where unknowns go to limits
ASIDE = 1e-3  # of the logarithm of the strength, from where the first slope is taken
NEAR = 1e-7  # last relative change of loops that are iterated: Newton's method takes over
MOST_CALLS = 150  # of Newton's method with many digits on one path
WEAK = 1e-2  # the strength from which unknowns are tried at full strength at once
ROUGHLY = 0.1  # the last change of loops there
MOST_LEAPS = 20  # steps of Newton's method
FARTHEST = 3.0  # of a logarithm in one of them
CONTRACTING = Guard(rounds=12, near=1e-6, shrinks=0.3, contracts=True, keeps_signs=True)


@dataclass(frozen=True)
class Pace:
    """How boldly a path is followed.

    Attributes
    ----------
    longest
        Longest step of the logarithm of the strength.
    growth
        By which a step is longer than the one before that went well.
    widest
        By which Newton's method may move a predicted unknown, relative.
    """

    longest: float
    growth: float
    widest: float


# Verification proves the branch, so that a bold path may be tried first: powers of the strength, which is what
# unknowns go with where a ridge is tiny, are predicted across any distance.
BOLD = Pace(longest=float("inf"), growth=2.0, widest=0.3)
CAREFUL = Pace(longest=1.5, growth=1.4, widest=0.05)


def follow(problem: Problem, arithmetic: Arithmetic = DOUBLE, pace: Pace = CAREFUL) -> Vector:
    """The unknowns at full strength, a start for polishing.

    With `precise` arithmetic the path is followed at mpmath's working precision: some hundred times slower, for
    roots that double precision does not separate.

    Raises InputError where the branch ends before full strength: then the propagator has no real value there.
    """
    closed = problem.derivation.closed_form
    if not closed.unknowns:
        return np.zeros(0)
    functions = functions_of(closed, arithmetic.module)
    spectrum: Mapping[Symbol, Any] = problem.floats()
    scalars = problem.scalars(to_float)
    if arithmetic.module == "mpmath":
        spectrum, scalars = problem.mpfs(), problem.scalars(to_mpf)

    at_the_end = replace(arithmetic, rounding=ON_THE_WAY) if arithmetic is DOUBLE else arithmetic
    on_the_way = replace(arithmetic, rounding=BOLDLY) if arithmetic is DOUBLE and pace is BOLD else at_the_end

    def settle(guess: Vector, position: float) -> tuple[Vector, int] | None:
        strength = arithmetic.exponential(position)
        here = on_the_way if position < 0 else at_the_end
        with np.errstate(all="ignore"):
            system = partial(functions.residual, spectrum=spectrum, scalars=scalars, strength=strength)
            root = newton(system, list(guess), here, CONTRACTING)
        return None if root is None else (_vector(root.unknowns), root.sign)

    position, start = _start(problem, arithmetic)
    first = settle(start, position)
    if first is None:
        raise PathEndsError(exp(position))
    unknowns, sign = first
    points: list[tuple[float, Vector]] = [(position, unknowns)]
    step = 0.5
    if arithmetic is DOUBLE and pace is BOLD and (aside := settle(unknowns, position - ASIDE)) is not None:
        points.insert(0, (position - ASIDE, aside[0]))
        step = 1.0
    calls = 0
    while position < 0:
        calls += 1
        target = min(0.0, position + step)
        moved: Vector | None = None
        for guess in _guesses(points, target, arithmetic, pace):
            found = settle(guess, target)
            if found is not None and found[1] == sign and np.max(np.abs(found[0] / guess - 1)) <= pace.widest:
                moved = found[0]
                break
        if moved is None:
            step /= 2
            if step < SHORTEST_STEP or (arithmetic.module == "mpmath" and calls > MOST_CALLS):
                raise PathEndsError(exp(position))
            continue
        position = target
        points = [*points[-2:], (position, moved)]
        step = min(pace.growth * step, pace.longest)
    return points[-1][1]


def leapt(problem: Problem) -> list[float] | None:
    """The unknowns at full strength straight from those of weak fields, by Newton's method in their logarithms.

    A guess, to be verified: no path says that it is the physical root. None where the steps do not settle.
    """
    functions = functions_of(problem.derivation.closed_form, "numpy")
    spectrum, scalars = problem.floats(), problem.scalars(to_float)
    loops = iterate(problem, WEAK, near=ROUGHLY)
    if loops is None or not functions.unknowns:
        return None
    with np.errstate(all="ignore"):
        try:
            x = _unknowns(problem, loops, WEAK, to_float)
            for _ in range(MOST_LEAPS):
                residual, jacobian = functions.residual(list(x), spectrum, scalars, 1.0)
                steps = -np.array(DOUBLE.solve(jacobian, residual)) / x
                x = x * np.exp(np.clip(steps, -FARTHEST, FARTHEST))
                change = np.max(np.abs(steps))
                if change <= ON_THE_WAY:
                    return [float(one) for one in x]
                if not change < inf:
                    return None
        except ZeroDivisionError:
            return None
    return None


def _vector(unknowns: Sequence[Any]) -> Vector:
    return np.array(unknowns, dtype=float if isinstance(unknowns[0], float) else object)


def _guesses(
    points: Sequence[tuple[float, Vector]], target: float, arithmetic: Arithmetic, pace: Pace
) -> Iterator[Vector]:
    """Predictions in turn: with many digits, a boldly followed unknown may also settle to a limit."""
    if arithmetic.module == "mpmath" and pace is BOLD and len(points) > 1:
        positions, history = [position / log(10) for position, _ in points], [list(x) for _, x in points]
        for settling in (True, False):
            yield np.array(predicted(positions, history, target / log(10), settling=settling), dtype=object)
        return
    with np.errstate(all="ignore"):
        doubles = points[-1][1].dtype != object
        if pace is BOLD and doubles and len(points) > 2 and (bent := _bent(points[-3:], target)) is not None:
            yield bent
            return
        yield _predict(points[-2] if len(points) > 1 else None, points[-1], target)


def _unknowns(
    problem: Problem, loops: Mapping[Symbol, Any], strength: Any, number: Callable[[Expr], Any]
) -> Vector:
    """The unknowns by their definitions."""
    one = number(Integer(1))
    all_scalars = _float_scalars(problem) if number is to_float else _all_scalars(problem, number)
    at = {**problem.scalars(number), **all_scalars, **loops, STRENGTH: strength}
    values = [u.definition.evaluate(at, one) for u in problem.derivation.closed_form.unknowns]
    return np.array(values, dtype=float if isinstance(one, float) else object)


def _predict(previous: tuple[float, Vector] | None, last: tuple[float, Vector], target: float) -> Vector:
    """Extrapolation: of logarithms where signs allow, since unknowns range over powers of ten."""
    if previous is None:
        return last[1]
    weight = (target - last[0]) / (last[0] - previous[0])
    same_sign = last[1] * previous[1] > 0
    ratio = np.where(same_sign, last[1] / np.where(same_sign, previous[1], 1.0), 1.0)
    weight = type(last[1][0])(weight)
    guess: Vector = np.where(same_sign, last[1] * ratio**weight, last[1] + weight * (last[1] - previous[1]))
    return guess


def _bent(points: Sequence[tuple[float, Vector]], target: float) -> Vector | None:
    """Through three points in logarithms, for slopes that go to their limits exponentially, as those of powers do.

    A parabola would turn round beyond the last point. None where a sign changes.
    """
    (a, x), (b, y), (c, z) = points
    if not (np.all(x * y > 0) and np.all(y * z > 0)):
        return None
    first, second = np.log(y / x) / (b - a), np.log(z / y) / (c - b)
    ahead = target - c
    with np.errstate(all="ignore"):
        rate = np.log(second / first) / ((c - a) / 2)
        rate = np.where(np.isfinite(rate), np.minimum(rate, FASTEST / ahead), 0.0)
        slope = second * np.exp(rate * (c - b) / 2)  # at the last point
        change = np.where(rate * ahead == 0, slope * ahead, slope * np.expm1(rate * ahead) / rate)
    guess: Vector = z * np.exp(change)
    return guess


def _start(problem: Problem, arithmetic: Arithmetic) -> tuple[float, Vector]:
    """The logarithm of a field strength at which iteration settles fast, and the unknowns there."""
    strength = 1e-2
    for _ in range(60):
        loops = iterate(problem, strength, near=NEAR)
        if loops is not None:
            vector = _unknowns(problem, loops, strength, to_float)
            if np.isfinite(vector).all() and (vector != 0).all():
                return log(strength), vector
        strength /= 30
    if arithmetic.module == "mpmath" and (found := start_directly(problem)) is not None:
        position, precise_loops = found
        vector = _unknowns(problem, precise_loops, mp.exp(mpf(position)), to_mpf)
        if all(vector):
            return position, vector
    raise RefusedError(Reason.NO_EXPANSION)


def _all_scalars(problem: Problem, number: Callable[[Expr], Any]) -> dict[Expr, Any]:
    values: dict[Expr, Any] = {}
    for generator in problem.derivation.rules.setting.ring.generators:
        if generator.free_symbols and generator.free_symbols <= set(problem.values):
            values[generator] = number(problem.exact(generator))
    return values


@once
def _float_scalars(problem: Problem) -> Mapping[Expr, float]:
    """The same in double precision: they are asked for at every strength."""
    return _all_scalars(problem, to_float)


def iterate(
    problem: Problem,
    strength: float,
    rounds: int = 40,
    start: Mapping[Symbol, float] | None = None,
    near: float = 1e-12,
) -> dict[Symbol, float] | None:
    """The loops at a field strength by iteration, from the bare propagators if no start is given.

    None if it does not settle in so many rounds, to a last change that is near, relative.
    """
    setting = problem.derivation.rules.setting
    spectrum = problem.floats()
    scalars: dict[Expr, Any] = {**_float_scalars(problem), STRENGTH: strength}
    core = core_of(problem.derivation)
    program, inputs = _core_program(problem.derivation)
    maps = []
    for symbol, (space, _) in core.items():
        own = {s: spectrum[s] for _, s in setting.matrices_of(space) if s in spectrum}
        copies = 1.0 if own else float(problem.size(space))
        counts = np.ones(len(next(iter(own.values()))) if own else 1)
        counts = next((spectrum.weights[s] for s in own if s in spectrum.weights), counts)
        scalars |= own
        maps.append((symbol, copies, counts))
    loops = dict(start) if start else {symbol: 0.0 for symbol, *_ in maps}
    with np.errstate(all="ignore"):
        for _ in range(rounds):
            at = {**scalars, **loops}
            try:
                results = program.run([at.get(g, 0.0) for g in inputs], float)
            except ZeroDivisionError:
                return None
            new = {
                symbol: float(np.sum(terms * counts) * copies)
                for (symbol, copies, counts), terms in zip(maps, results, strict=True)
            }
            changes = [abs(new[s] - loops[s]) for s in new]
            if not np.isfinite(changes).all():
                return None
            settled = all(c <= near * abs(new[s]) for s, c in zip(new, changes, strict=True))
            loops = new
            if settled:
                return loops
    return None


@once
def core_of(derivation: Derivation) -> dict[Symbol, tuple[Expr, Ratio]]:
    """The loops that fix the unknowns, and those that they depend on in turn: space and integrand of each."""
    system = derivation.system
    propagators = Propagators(system)
    todo = {s for u in derivation.closed_form.unknowns for s in u.definition.support()}
    core: dict[Symbol, tuple[Expr, Ratio]] = {}
    unknowns = set(system.unknowns)
    while todo:
        symbol = todo.pop()
        if symbol in core or symbol not in unknowns:
            continue
        loop = system.representative(symbol)
        entry = propagators.entry(loop.space, loop.column, loop.row)
        integrand = loop.weight.to(system.ring) * entry
        core[symbol] = loop.space, integrand
        todo |= integrand.support()
    return core


@once
def _core_program(derivation: Derivation) -> tuple[Program, tuple[Expr, ...]]:
    """The integrands of the core as one program, and what it takes."""
    integrands = [integrand for _, integrand in core_of(derivation).values()]
    inputs = tuple(sorted({g for one in integrands for g in one.support()}, key=str))
    builder = Builder(inputs)
    return builder.program([builder.ratio(one) for one in integrands]), inputs


class PathEndsError(RefusedError):
    """The planar solution followed from the bare propagators ends before full strength."""

    def __init__(self, strength: float, *, certain: bool = False) -> None:
        self.strength = strength
        self.certain = certain  # that the solution ends there, and not what double precision can tell
        super().__init__(Reason.PATH_ENDS, strength=f"{strength:.3g}")
