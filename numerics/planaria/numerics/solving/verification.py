"""What makes a number a verified one: the unreduced equations hold there, and matrices have the value.

1. The loops that the closed form claims give propagators that give the loops again, each by itself, and the
   value, to the digits asked for (`unreduced`).
2. The spectral radius of the ladder map is below 1 (`ladder`). This also proves the branch, as at most one
   solution has a radius below 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import nextafter
from typing import Any, NamedTuple

from flint import arb, arb_mat, ctx
from mpmath import mp, mpf
from sympy import Expr, Symbol

from planaria.algebra.errors import InputError
from planaria.derivations.derivation import Derivation
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.numerics.equations.ball_traces import traces_in_balls, zeros_return
from planaria.numerics.equations.functions import ball_of
from planaria.numerics.equations.ladder import (
    Rungs,
    balance,
    entries_read,
    is_stable,
    ladder,
    radius_of_balls,
    rungs_at,
)
from planaria.numerics.equations.traces import traces_of
from planaria.numerics.equations.unreduced import Numbers, Propagator, unreduced
from planaria.numerics.methods.node_functions import UnwieldyError
from planaria.numerics.points.balls import ball_functions, ball_numbers, ball_spectrum, from_ball, working_balls
from planaria.numerics.points.problem import Problem
from planaria.numerics.points.refusals import InTheSpectrumError, PolesError
from planaria.numerics.points.verification import Verification

__all__ = ["completed", "in_the_spectrum", "verify"]


INFINITY = arb("inf")
MOST_ROUNDS = 300  # of iteration for loops that only the ladder depends on
SETTLED = 1e-6  # relative change from which on Newton's method takes over
MOST_STEPS = 12
NOISE = 20  # last bits that its steps do not settle
MORE_BITS = 64  # for what cancels in polynomials
MOST_LOOPS = 100  # of equations whose traces are worth formulas for one point
MOST_TURNS = 5  # of the equations, for loops that have lost digits


def verify(problem: Problem, loops: Mapping[Symbol, Any], bound: Any, *, vanishing: bool = False) -> Verification:
    """Hold loops against the unreduced equations, at mpmath's working precision.

    Parameters
    ----------
    loops
        The value of each class of loops that the quantity depends on. Next to nothing a loop may have lost its
        digits to cancellation: where the residual is above the bound, the equations are applied a few times before
        the loops have to reproduce themselves.
    bound
        The relative residual that is asked for.
    vanishing
        Whether a loop that does not differ from zero at this precision counts as zero, its residual being relative
        to what it is a sum of: it may vanish at these very eigenvalues, as tr A for A = +-1 does.
    """
    equations, wanted = unreduced(problem.derivation), entries_read(problem.derivation)
    for quickly in () if vanishing else (_by_traces, _by_polynomials):
        if (found := quickly(problem, loops, bound)) is not None:
            return found
    with working_balls():
        numbers = ball_numbers(problem)
        balls = {symbol: arb(value) for symbol, value in loops.items()}
        worst = mpf("inf")
        for _ in range(MOST_TURNS):
            propagators = equations.propagators(numbers, balls, wanted)
            residuals = equations.residuals(numbers, balls, propagators)
            sizes = (
                equations.magnitude(numbers, loop, propagators)
                if vanishing and not vanishes and image.contains(0)
                else None
                for _, image, loop, vanishes in residuals
            )
            last = worst
            worst = _worst((one[0], one[1], one[3], size) for one, size in zip(residuals, sizes, strict=True))
            if worst <= bound or not (worst < last or mp.isinf(worst)):
                break
            balls = dict(zip(balls, equations.image(numbers, list(balls), propagators), strict=True))
        if worst <= bound:
            _check_poles(problem, numbers, balls)
        value = from_ball(equations.value(numbers, propagators))
        stable = radius = None
        complete: Mapping[Expr, Propagator] | None = propagators
        error = arb(worst) if mp.isfinite(worst) else None
        if ladder(problem.derivation).missing:
            whole, settled = completed(problem, numbers, balls)
            complete = None if whole is None else equations.propagators(numbers, whole, wanted)
            error = None if error is None or settled is None else error.max(settled)
        if complete is not None and error is not None:
            groups = rungs_at(problem.derivation, numbers, complete)
            stable = is_stable(problem.derivation, groups, error)
            radius = None if stable is None else radius_of_balls(groups)
            if stable and radius is not None:
                radius = min(radius, nextafter(1.0, 0.0))  # rounding may take it beyond
    return Verification(value, worst, stable, radius)


def _by_traces(problem: Problem, loops: Mapping[Symbol, Any], bound: Any) -> Verification | None:
    """The same with formulas for the traces, where there are some: a tenth of the work.

    None unless everything is confirmed at once: where terms cancel, node by node is better.
    """
    derivation = problem.derivation
    if ladder(derivation).missing or not _is_worth_formulas(derivation):
        return None
    traces = traces_of(derivation)
    if traces is None or not zeros_return(derivation):
        return None
    with mp.extraprec(MORE_BITS), working_balls():
        numbers = ball_numbers(problem)
        balls = {symbol: arb(value) for symbol, value in loops.items()}
        at = {**numbers.scalars, **balls, STRENGTH: numbers.one}
        try:
            found = traces_in_balls(derivation, traces, numbers, balls, at)
            value = unreduced(derivation).quantity(found.readings, numbers.scalars, numbers.one)
        except ZeroDivisionError:
            return None
        worst = _worst((claimed, image, False, None) for claimed, image in found.images)
        return _confirmed(problem, numbers, balls, _Read(worst, value, found.groups), bound)


def _is_worth_formulas(derivation: Derivation) -> bool:
    """Whether formulas are made about as fast as a point is verified without them."""
    return len(unreduced(derivation).loops) <= MOST_LOOPS


def _by_polynomials(problem: Problem, loops: Mapping[Symbol, Any], bound: Any) -> Verification | None:
    """The same with polynomials in the eigenvalues, whose traces take a fraction of the time.

    None unless everything is confirmed at once: where terms cancel, node by node is better.
    """
    if ladder(problem.derivation).missing:
        return None
    equations, wanted = unreduced(problem.derivation), entries_read(problem.derivation)
    with mp.extraprec(MORE_BITS), working_balls():
        numbers = ball_functions(problem)
        if numbers is None:
            return None
        balls = {symbol: arb(value) for symbol, value in loops.items()}
        try:
            propagators = equations.propagators(numbers, balls, wanted)
            residuals = equations.residuals(numbers, balls, propagators)
            worst = _worst((claimed, image, zero, None) for claimed, image, _, zero in residuals)
            value = equations.value(numbers, propagators)
            groups = rungs_at(problem.derivation, numbers, propagators)
        except (UnwieldyError, ZeroDivisionError):
            return None
        return _confirmed(problem, numbers, balls, _Read(worst, value, groups), bound)


class _Read(NamedTuple):
    """What was read off the propagators: the worst residual, the value, and the ladder's maps."""

    worst: Any
    value: Any
    groups: Sequence[Rungs]


def _confirmed(
    problem: Problem, numbers: Numbers, balls: Mapping[Symbol, Any], read: _Read, bound: Any
) -> Verification | None:
    """The verdict where everything is confirmed, and None otherwise."""
    worst, value, groups = read
    if not (worst <= bound and value.is_finite() and value.rad() < abs(value.mid()) * arb(bound) / 4):
        return None
    _check_poles(problem, numbers, balls)
    balanced = balance(groups)
    if not is_stable(problem.derivation, groups, arb(worst), balanced):
        return None
    radius = radius_of_balls(groups, balanced)
    below = None if radius is None else min(radius, nextafter(1.0, 0.0))  # rounding may take it beyond
    return Verification(from_ball(value), worst, True, below)


def _check_poles(problem: Problem, numbers: Numbers, balls: Mapping[Symbol, Any]) -> None:
    """Raise PolesError where sums over the nodes of a law have a pole among its eigenvalues, or below its floor.

    The bound of nodes holds for poles at negative eigenvalues; and what is below the floor is 0 beside them.
    """
    taken = [(m, symbol) for m, symbol, spectrum in problem.spectra if problem.degree_of(m, spectrum) is not None]
    if not taken:
        return  # and no eigenvalue is made for it
    floors = ball_spectrum(problem).floors
    traces = traces_of(problem.derivation)
    assert traces is not None  # no degree is known without
    for matrix, symbol in taken:
        at = {**numbers.scalars, **balls, STRENGTH: numbers.one}
        results = traces.without_ladder.run([at.get(g, arb(0)) for g in traces.inputs], ball_of)
        least = floors[symbol] * arb(2) ** mp.prec
        for places in traces.denominators[matrix.shape[0]]:
            if len(places) != 2 or not results[places[0]] / results[places[1]] > least:
                raise PolesError(str(matrix.name))


def completed(
    problem: Problem, numbers: Numbers, balls: Mapping[Symbol, Any]
) -> tuple[dict[Symbol, Any] | None, Any]:
    """The loops with those that only the ladder depends on, and the last relative change of these.

    None where they do not settle. Iteration brings them near, and Newton's method to the working precision.
    """
    equations = unreduced(problem.derivation)
    missing = ladder(problem.derivation).missing
    loops = {**balls, **{symbol: arb(0) for symbol in missing}}
    for _ in range(MOST_ROUNDS):
        image = equations.image(numbers, missing, equations.propagators(numbers, loops))
        change = _change([loops[symbol] for symbol in missing], image)
        loops |= dict(zip(missing, (x.mid() for x in image), strict=True))
        if change < SETTLED:
            break
    else:
        return None, None
    for _ in range(MOST_STEPS):
        propagators = equations.propagators(numbers, loops)
        image, slope = (method(numbers, missing, propagators) for method in (equations.image, equations.jacobian))
        size = range(len(missing))
        matrix = [[(1 if m == n else 0) - slope[m][n] for n in size] for m in size]
        try:
            step = arb_mat(matrix).solve(
                arb_mat([[x - loops[symbol]] for symbol, x in zip(missing, image, strict=True)])
            )
        except ZeroDivisionError:
            return None, None
        before = [loops[symbol] for symbol in missing]
        loops |= {symbol: (loops[symbol] + step[n, 0]).mid() for n, symbol in enumerate(missing)}
        change = _change(before, [loops[symbol] for symbol in missing])
        if not change.is_finite():
            return None, None
        if change < arb(2) ** (NOISE - ctx.prec):
            break
    return loops, change


def _change(before: Sequence[Any], after: Sequence[Any]) -> Any:
    """The largest relative change."""
    pairs = zip(before, after, strict=True)
    return max((((new - old) / new).abs_upper() if new != 0 else abs(old) for old, new in pairs), default=arb(0))


def _worst(loops: Iterable[tuple[Any, Any, bool, Any]]) -> Any:
    """The largest mismatch of loops: what is claimed, the image, whether it vanishes, and a size of its own."""
    found = arb(0)
    for one in loops:
        found = found.max(_mismatch(*one))
    return from_ball(found) if found.is_finite() else mpf("inf")


def _mismatch(claimed: Any, image: Any, vanishes: bool, magnitude: Any) -> Any:
    """At most the relative difference of a loop and its image, as a ball without a radius."""
    if not image.is_finite():
        return INFINITY
    if vanishes:
        return arb(0) if image.contains(0) else INFINITY
    difference, scale = (image - claimed).abs_upper(), claimed.abs_upper() if magnitude is None else magnitude
    if scale == 0:
        return arb(0) if difference == 0 else INFINITY
    return (difference / scale).abs_upper()


def in_the_spectrum(verdict: Verification) -> InputError:
    """Why a solution of the equations is no value of the matrices."""
    return InTheSpectrumError(verdict.radius_in_words)
