"""A number by the unreduced equations, where the closed form is singular or its branch is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flint import arb
from mpmath import mp, mpf
from sympy import Symbol

from planaria.algebra.errors import InputError
from planaria.ensembles.estimate import Estimate
from planaria.ensembles.verdicts.reasons import Reason, RefusedError
from planaria.ensembles.verdicts.statuses import Status
from planaria.ensembles.verdicts.techniques import Technique
from planaria.numerics.equations.functions import functions_of
from planaria.numerics.points.at_point import unknowns_of
from planaria.numerics.points.balls import ball_spectrum, from_ball, to_ball, working_balls
from planaria.numerics.points.problem import Problem
from planaria.numerics.points.refusals import ContradictionError
from planaria.numerics.points.verification import Verification
from planaria.numerics.solving.branch import PathEndsError
from planaria.numerics.solving.direct import follow_directly, polish_directly
from planaria.numerics.solving.extreme import extreme, reached_directly
from planaria.numerics.solving.verification import in_the_spectrum, verify

__all__ = ["FEWEST_DIGITS", "certain_zero", "loops_directly", "on_the_equations", "refuse_an_edge", "stands"]

LAST_PLACES = 8  # digits of loops that Newton's method may leave unsettled
FEWEST_ZEROS = 1000  # digits from which on what does not differ from zero may be zero
MOST_EDGE = 12  # times the digits of a number that are spent on the side of an edge
FEWEST_DIGITS = 15  # to which every number is verified, however few are asked for


def on_the_equations(problem: Problem, digits: int) -> Estimate:
    """The unreduced equations solved as they are, and the closed form held against them where it has a value.

    At an extreme point they are followed there from a moderate one.

    Raises InputError where the path is lost, the digits do not stand or the point is in the spectrum, and
    ContradictionError where the closed form has another value.
    """
    asked, digits = digits, max(digits, FEWEST_DIGITS)
    far = extreme(problem)
    end = None if far is None else reached_directly(far)
    start: Mapping[Symbol, Any] = _followed(problem) if end is None else _by_symbol(problem, end.unknowns)
    lost = 0 if end is None else end.lost
    working = digits + 10 + lost
    certain, formula_is_zero = certain_zero(problem), not problem.derivation.closed_form.value
    previous: Any = None
    while working <= 40 * digits + 2000 + 4 * lost:
        with mp.workdps(working):
            loops = polish_directly(problem, start)
            patient = working > certain + 4 * lost
            verdict = None
            if loops is not None:
                verdict = verify(problem, loops, mpf(10) ** -digits, vanishing=patient)
            if verdict is not None and loops is not None:
                value, error = verdict.value, abs(verdict.value - previous) if previous is not None else mpf("inf")
                # A value that cancels to zero has no digits yet, unless it is zero as a formula.
                known = error <= abs(value) * mpf(10) ** -digits and (value != 0 or formula_is_zero)
                if not known and patient and abs(value) <= error < mpf(10) ** (FEWEST_ZEROS // 2 - working):
                    value, known = mpf(0), True  # no digit of it stands, at any precision
                if known and stands(verdict, value or verdict.value, digits):
                    if not verdict.stable:
                        raise in_the_spectrum(verdict)
                    try:
                        unknowns = unknowns_of(problem, loops)
                    except ZeroDivisionError:
                        unknowns = [mpf("nan") for _ in problem.derivation.unknowns]
                    _refuse_contradiction(problem, loops, value, digits)
                    steps = (Technique.UNREDUCED.taken(),)
                    pairs = zip(map(str, problem.derivation.unknowns), unknowns, strict=True)
                    names = {name: x for name, x in pairs if mp.isfinite(x)}  # where it is singular it fixes none
                    return Estimate(
                        value, error, steps, Status.VERIFIED, names, verdict.residual, asked, verdict.radius
                    )
                refuse_an_edge(working, digits + lost, verdict)
                start, previous = loops, value
        working += max(12, working // 2)
    raise RefusedError(Reason.DIGITS_DIRECTLY, digits=digits)


def loops_directly(problem: Problem, digits: int) -> Mapping[Symbol, Any] | None:
    """The loops of the unreduced equations to so many digits; None where the path is lost."""
    far = extreme(problem)
    try:
        end = None if far is None else reached_directly(far)
        start = _followed(problem) if end is None else _by_symbol(problem, end.unknowns)
    except InputError:
        return None
    with mp.workdps(digits + (0 if end is None else end.lost)):
        return polish_directly(problem, start)


def certain_zero(problem: Problem) -> int:
    """Digits from which on what does not differ from zero is zero: many, and more than the given numbers have.

    Numbers that nearly cancel, such as 1 and -1 + 10**-700, are told from those that do.
    """
    listed = (number for _, _, spectrum in problem.spectra for number in spectrum.listed or ())
    exact = [number for number in (*problem.values.values(), *listed) if number.is_Rational]
    bits = max((max(abs(int(one.p)), int(one.q)).bit_length() for one in exact), default=0)
    return FEWEST_ZEROS + bits


def _followed(problem: Problem) -> Mapping[Symbol, Any]:
    path = follow_directly(problem)
    if path.loops is None:
        raise PathEndsError(path.strength)
    return path.loops


def _by_symbol(problem: Problem, loops: Sequence[Any]) -> dict[Symbol, Any]:
    return dict(zip((symbol for symbol, _ in problem.derivation.closed_form.loops), loops, strict=True))


def stands(verdict: Verification, value: Any, digits: int) -> bool:
    """Whether the unreduced equations confirm a value to all digits, and the ladder has its verdict."""
    bound = mpf(10) ** -digits
    # A quantity that is zero as a formula is a difference of traces of order one.
    matches = abs(verdict.value - value) <= (abs(value) or mpf(1)) * bound
    return bool(matches and verdict.residual <= bound and verdict.stable is not None)


def refuse_an_edge(working: int, needed: int, verdict: Verification) -> None:
    """Give up where many more digits than a number needs do not tell whether the point is in the spectrum."""
    if verdict.stable is None and verdict.residual < mpf(10) ** -needed and working > MOST_EDGE * needed:
        raise RefusedError(Reason.EDGE, working=working)


def _refuse_contradiction(problem: Problem, loops: Mapping[Symbol, Any], value: Any, digits: int) -> None:
    """A closed form that has another value than the equations is never given out, nor is a value beside it.

    Near 0/0 what the closed form gives is rounding, which balls know.
    """
    with working_balls():
        width = mpf(10) ** (LAST_PLACES - mp.dps)
        balls = {symbol: arb(x, abs(x) * width) for symbol, x in loops.items()}
        scalars, spectrum = problem.scalars(to_ball), ball_spectrum(problem)
        try:
            unknowns = unknowns_of(problem, balls, to_ball)
            claimed = functions_of(problem.derivation.closed_form, "balls").value(unknowns, spectrum, scalars)
        except ZeroDivisionError:
            return  # it has none here
        allowed = arb(0, abs(value) * mpf(10) ** -(min(digits, mp.dps) // 4))
        if claimed.is_finite() and not (claimed - arb(value)).overlaps(allowed):
            raise ContradictionError(from_ball(claimed), value)
