"""A problem solved to any number of digits, on the verified physical branch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from flint import arb, arb_mat
from mpmath import mp, mpf
from sympy import Expr

from planaria.algebra.errors import InputError
from planaria.ensembles.estimate import Estimate
from planaria.ensembles.verdicts.reasons import Reason, RefusedError
from planaria.ensembles.verdicts.statuses import Status
from planaria.ensembles.verdicts.techniques import Technique
from planaria.numerics.equations.functions import functions_of
from planaria.numerics.methods.newton import Guard, System, balls, precise, settled
from planaria.numerics.points.at_point import loops_of, unknowns_of, value_and_loops, value_of
from planaria.numerics.points.balls import ball_spectrum, from_ball, to_ball, working_balls
from planaria.numerics.points.extent import can_be_taken_in_full, merges
from planaria.numerics.points.problem import Problem
from planaria.numerics.points.refusals import ContradictionError, PolesError, SingularError
from planaria.numerics.points.verification import Verification
from planaria.numerics.solving.branch import BOLD, CAREFUL, Pace, PathEndsError, follow, leapt
from planaria.numerics.solving.direct import centred, follow_directly, polish_directly
from planaria.numerics.solving.extreme import Extreme, extreme, polished, reached
from planaria.numerics.solving.on_equations import (
    FEWEST_DIGITS,
    certain_zero,
    on_the_equations,
    refuse_an_edge,
    stands,
)
from planaria.numerics.solving.verification import in_the_spectrum, verify

__all__ = ["ContradictionError", "closed_estimate", "loops_of", "refuse_zero", "solve"]

FROM_WEAK_FIELDS = "from the bare propagators"
PATH_DIGITS = (40, 160, 640)  # of a path that double precision cannot follow
LARGEST_CORRECTION = 1e-6  # of a root in double precision, relative; a larger one may be a jump to another root
MOST_PATIENCE = 500  # digits up to which a division by zero is taken for one of rounding
MOST_ZEROS = 3  # precisions at which a value is 0 before it is left to the unreduced equations
MOST_UNKNOWNS = 10  # of a closed form that is worth a path with many digits: the equations are as short
SAME_END = 1e-2  # relative difference of the strengths at which paths end for the same reason
SPARE = 10  # digits beyond those asked for, at which most numbers stand at once
MOST_ROUNDS = 8  # of Newton's method there
MARGIN = 100  # by which the last of its steps is shorter than the root of what may be left
UNMOVED = 1e-3  # a mismatch that shrinks by less than this when the precision is raised is none of rounding


def solve(problem: Problem, digits: int, start: Sequence[Any] | None = None) -> Estimate:
    """The verified number: on the closed form, or on the unreduced equations where that has no value here.

    Parameters
    ----------
    start
        The unknowns to some digits, if they are known: the branch then need not be followed, since verification
        proves it.

    Raises InputError where no solution of the unreduced equations is that of matrices.
    """
    try:
        return _solved(problem, digits, start)
    except InputError as error:
        at_nodes = problem.merged or isinstance(error, PolesError)
        if not at_nodes or not can_be_taken_in_full(problem):
            raise
    return _solved(replace(problem, in_full=True, merged=False, _cache={}), digits, start)


def _solved(problem: Problem, digits: int, start: Sequence[Any] | None) -> Estimate:
    if start is not None:
        try:
            return on_the_closed_form(problem, digits, start)
        except PolesError:
            raise
        except InputError:
            pass  # a start that led nowhere: from the bare propagators, then
    far = extreme(problem)
    few = len(problem.derivation.unknowns) <= MOST_UNKNOWNS
    if far is None and few and (found := _leapt(problem, digits)) is not None:
        return found
    first = closed_estimate if few else partial(closed_estimate, path_digits=())
    ways: list[Callable[[Problem, int], Estimate]] = [first, on_the_equations]
    if far is not None:  # many digits from the bare propagators on would take minutes
        ways = [partial(_from_moderate, far), on_the_equations, partial(closed_estimate, path_digits=())]
    reason: InputError | None = None
    for way in ways:
        try:
            return way(problem, digits)
        except PolesError:
            raise
        except ContradictionError as error:
            if far is None or way is not ways[0]:
                raise
            reason = error  # a root that was brought from far away may be another one
        except InputError as error:
            reason = reason or error  # the first says most
            if isinstance(error, PathEndsError) and error.certain:
                break
    assert reason is not None
    raise reason


def _leapt(problem: Problem, digits: int) -> Estimate | None:
    """The number without a path, where one leap lands on what verification confirms: a third of the work."""
    try:
        start = leapt(problem)
        return None if start is None else _at_once(problem, digits, start, FROM_WEAK_FIELDS)
    except PolesError:
        raise
    except InputError:
        return None


def _from_moderate(far: Extreme, problem: Problem, digits: int) -> Estimate:
    """The number on the closed form, whose unknowns are brought to an extreme point from a moderate one."""
    end = reached(far, partial(solve, digits=FEWEST_DIGITS))
    return on_the_closed_form(problem, digits, end.unknowns, end.lost, way=f"from moderate {far.names}")


def closed_estimate(problem: Problem, digits: int, path_digits: Sequence[int] = PATH_DIGITS) -> Estimate:
    """The number on the closed form alone: the first of the branches that are found which verification confirms.

    Paths from the bare propagators are tried in double precision, and then with so many digits.

    Raises InputError where none is confirmed: that of the first, or that the solution ends.
    """
    lost: InputError | None = None
    tried: list[tuple[Sequence[Any], Pace]] = []
    for start, pace, far in _branches(problem, path_digits):
        known = [other for root, other in tried if _agree(start, root)]
        if known and (pace is CAREFUL) != all(other is CAREFUL for other in known):
            break  # a bold and a careful path led to the same root: it is not that of matrices
        tried.append((start, pace))
        if known:
            continue
        try:
            return on_the_closed_form(problem, digits, start)
        except (ContradictionError, PolesError):
            raise
        except InputError as error:
            lost = lost or (error if not far else None)
    raise lost or RefusedError(Reason.ANOTHER_ROOT)


def _agree(one: Sequence[Any], other: Sequence[Any]) -> bool:
    return all(abs(x - y) <= LARGEST_CORRECTION * abs(x) for x, y in zip(one, other, strict=True))


def on_the_closed_form(
    problem: Problem,
    digits: int,
    start: Sequence[Any],
    lost: int = 0,
    way: str = FROM_WEAK_FIELDS,
) -> Estimate:
    """Polish the unknowns, raise the precision until the digits stand, and verify.

    Digits that are known to be lost to cancellation are added from the start on; Newton's method then runs in
    balls, as it cannot tell by its steps when it is done.

    Raises InputError where the digits do not stand or the point is in the spectrum, SingularError where the closed
    form divides by zero, ContradictionError where the unreduced equations say otherwise at any precision.
    """
    if not lost and (found := _at_once(problem, digits, start, way)) is not None:
        return found
    unknowns: Sequence[Any] = start
    asked, digits = digits, max(digits, FEWEST_DIGITS)
    working = digits + 10 + lost
    previous: Any = None
    mismatch: Any = None
    unmoved = zeros = 0
    while True:
        with mp.workdps(working):
            value: Any = None
            try:
                unknowns = (polished if lost else _polish)(problem, unknowns)
                value = value_of(problem, unknowns)
                loops = {} if previous is None else loops_of(problem, unknowns)
            except SingularError:  # of rounding, where more digits cure it
                value = None
                if working > MOST_PATIENCE + digits:
                    raise
            except InputError:  # rounding keeps Newton's method from settling: more digits
                previous = None
            if previous is not None and value is not None:
                error = abs(value - previous)
                # A value that cancels to zero has no digits yet, unless it is zero as a formula.
                settled = value != 0 or not problem.derivation.closed_form.value
                zeros = zeros + 1 if value == 0 else 0
                if settled and error <= abs(value) * mpf(10) ** -digits:
                    certain = working > certain_zero(problem) + 4 * lost
                    verdict = verify(problem, loops, mpf(10) ** -digits, vanishing=certain)
                    if stands(verdict, value, digits):
                        break
                    refuse_an_edge(working, digits + lost, verdict)
                    mismatch, last = abs(verdict.value - value) / (abs(value) or mpf(1)), mismatch
                    unmoved = unmoved + 1 if last is not None and mismatch > last * UNMOVED else 0
                    if unmoved == 2:
                        raise ContradictionError(value, verdict.value)
            previous = value
        if working > 40 * digits + 2000 + 4 * lost or (zeros > MOST_ZEROS and not settled):
            raise RefusedError(Reason.DIGITS, digits=digits, working=working)
        working += max(10, working // 2) if working > digits + 10 + lost else max(12, 2 * lost)
    if not verdict.stable:
        raise in_the_spectrum(verdict)
    return _estimate(problem, value, error, unknowns, verdict, asked, way)


def _estimate(
    problem: Problem,
    value: Any,
    error: Any,
    unknowns: Sequence[Any],
    verdict: Verification,
    digits: int,
    way: str,
) -> Estimate:
    names = {str(u.symbol): v for u, v in zip(problem.derivation.closed_form.unknowns, unknowns, strict=True)}
    steps = [Technique.PATH.taken(way=way), Technique.NEWTON.taken()]
    if problem.derivation.words:
        steps.append(Technique.PLANAR_SUMS.taken())
    if merges(problem):
        steps.append(Technique.MERGED.taken())
    return Estimate(value, error, tuple(steps), Status.VERIFIED, names, verdict.residual, digits, verdict.radius)


def _at_once(problem: Problem, asked: int, start: Sequence[Any], way: str) -> Estimate | None:
    """The number where one precision shows that the digits stand: from unknowns with the error of their last step.

    None where they do not, or where anything is left open: more digits tell then.
    """
    digits = max(asked, FEWEST_DIGITS)
    with mp.workdps(digits + SPARE), working_balls():
        try:
            unknowns = _enclosed(problem, start, arb(10) ** (1 - digits - SPARE))
            if unknowns is None:
                return None
            value, loops = value_and_loops(problem, unknowns)
        except ZeroDivisionError:
            return None
        known = value.is_finite() and value.rad() <= abs(value) * arb(10) ** -digits
        # What vanishes at this precision may be the difference of eigenvalues that are equal at it.
        zero = value == 0 and problem.derivation.closed_form.value
        if zero or not known or not all(loop.is_finite() for loop in loops.values()):
            return None
        centre, bound = from_ball(value), mpf(10) ** -digits
        verdict = verify(problem, {symbol: loop.mid() for symbol, loop in loops.items()}, bound)
        if not (stands(verdict, centre, digits) and verdict.stable):
            return None
        error = from_ball(value.rad())
        return _estimate(problem, centre, error, [from_ball(x) for x in unknowns], verdict, asked, way)


def _enclosed(problem: Problem, start: Sequence[Any], short: Any) -> list[Any] | None:
    """The unknowns by Newton's method, as balls so short, relatively, that hold what the last step leaves.

    Newton's method squares errors: a step as long as the root of that leaves as much, times a constant that is the
    inverse distance of other roots, for which MARGIN stands; next to a double root steps from double precision are
    longer than that, and one more is made. None where steps stay long.
    """
    whole_steps = replace(balls(), rounding=short.sqrt() / MARGIN)
    root = settled(_system_of(problem), start, whole_steps, Guard(rounds=MOST_ROUNDS, near=0))
    return None if root is None else [x * arb(1, short) for x in root.unknowns]


def _branches(problem: Problem, path_digits: Sequence[int]) -> Iterator[tuple[Sequence[Any], Pace, bool]]:
    """Candidates for the unknowns on the physical branch, to some digits: starts for polishing.

    In double precision first, then to more and more digits, for roots that fewer do not tell apart, and from the
    unreduced equations; each time boldly before carefully. With each comes its pace, and whether the path took
    many digits.

    Raises InputError at the end of the path where the planar solution has no real value, and otherwise the reason
    why the first path was lost, if none was found.
    """
    lost: InputError | None = None
    found = False
    ends: list[float] = []
    few = PATH_DIGITS[0]
    boldly = [(d, True, BOLD, partial(follow, arithmetic=precise(d), pace=BOLD)) for d in path_digits]
    carefully = [(d, True, CAREFUL, partial(follow, arithmetic=precise(d), pace=CAREFUL)) for d in path_digits[:2]]
    paths: list[tuple[int, bool, Pace, Callable[[Problem], Any]]] = [
        (few, False, BOLD, partial(follow, pace=BOLD)),
        (few, False, CAREFUL, partial(follow, pace=CAREFUL)),
        *boldly[:1],
        *([(few, False, BOLD, _follow_unreduced)] if path_digits else []),
        *boldly[1:],
        *carefully,
    ]
    while paths:
        digits, many, pace, path = paths.pop(0)
        if path is _follow_unreduced and found:
            continue
        with mp.workdps(digits):
            try:
                start = list(path(problem))
                polished = _corrected(problem, start)
            except ZeroDivisionError:
                lost = lost or SingularError()
                continue
            except InputError as error:
                if isinstance(error, PathEndsError) and error.certain and not found:
                    raise
                lost = lost or error
                if isinstance(error, PathEndsError):
                    again = any(abs(error.strength - end) <= SAME_END * end for end in ends)
                    if pace is CAREFUL and again:  # whether it ends there, the equations tell sooner than digits
                        paths.sort(key=lambda one: one[-1] is not _follow_unreduced)
                    elif pace is BOLD and digits > few and again:
                        break  # more digits come no further
                    elif pace is BOLD:
                        ends.append(error.strength)
                continue
        if _agree(polished, start):
            found = True
            yield polished, pace, many
    if lost is not None and not found:
        raise lost


def _corrected(problem: Problem, start: Sequence[Any]) -> list[Any]:
    """Unknowns near a start: by one step of Newton's method if it is short, else by all that it takes."""
    with working_balls():
        once = replace(centred(mp.dps), rounding=LARGEST_CORRECTION)
        try:
            root = settled(_system_of(problem), start, once, Guard(rounds=1, near=0))
        except ZeroDivisionError:
            raise SingularError() from None
    return _polish(problem, start) if root is None else root.unknowns


def _follow_unreduced(problem: Problem) -> Sequence[Any]:
    """The unknowns by way of the loops."""
    path = follow_directly(problem)
    if path.loops is None:
        raise PathEndsError(path.strength, certain=path.ends)
    polished = polish_directly(problem, path.loops)
    if polished is None:
        raise SingularError()
    return unknowns_of(problem, polished)


def _polish(problem: Problem, start: Sequence[Any]) -> list[Any]:
    """The unknowns by Newton's method at the working precision."""
    with working_balls():
        system = _system_of(problem)
        guard = Guard(rounds=80, near=mpf(10) ** (-mp.dps // 2))
        try:
            root = settled(system, start, centred(mp.dps), guard)
        except ZeroDivisionError:
            raise SingularError() from None
    if root is None:
        raise RefusedError(Reason.NOT_SETTLED)
    return root.unknowns


def _system_of(problem: Problem) -> System:
    """Residuals and Jacobian of the closed form in balls, at their precision."""
    functions = functions_of(problem.derivation.closed_form, "balls")
    spectrum, scalars = ball_spectrum(problem), problem.scalars(to_ball)

    def system(unknowns: Sequence[Any]) -> tuple[Any, Any]:
        residual, jacobian = functions.residual([arb(x) for x in unknowns], spectrum, scalars, arb(1))
        return residual, arb_mat(jacobian)

    return system


def refuse_zero(problem: Problem) -> None:
    closed = problem.derivation.closed_form
    used: set[Expr] = {symbol for relation in closed.relations for symbol in relation.support()}
    for symbol, number in problem.values.items():
        if number.is_zero and symbol in used and symbol.is_nonnegative:  # one of any sign may be 0 like any other
            raise InputError(
                f"parameter {symbol}",
                "the value 0 is a limit",
                f"take the limit with limit={{'{symbol}': 0}} instead",
            )
