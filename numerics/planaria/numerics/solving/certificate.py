"""A value with a proof: balls that hold the solution of the Schwinger-Dyson equations of the matrices.

Proved is, in interval arithmetic from the exact numbers of the problem on (`points.enclosures`):

1. *Existence and uniqueness.* The unreduced equations, loop = image(loop) for each class of loops, have exactly
   one solution in a box about the number that `evaluate` found: Krawczyk's test (`equations.krawczyk`).
2. *The branch.* At that solution the spectral radius of the ladder map is below 1: t = 1 + Phi(t) has a positive
   solution t in balls, and a positive map with Phi(t) < t has a radius below 1 (Perron and Frobenius, for matrices
   Krein and Rutman). At most one solution of the equations has such a ladder (`equations.ladder`). It is that of
   the matrices: the equations of the Hermitian matrix [[-i eta, K], [K^H, -i eta]] have for eta > 0 exactly one
   solution with a positive imaginary part (J. W. Helton, R. Rashidi Far, R. Speicher, IMRN 2007, rnm086). With a
   radius below 1 the implicit function theorem continues the solution of 1. to small eta, with the imaginary part
   eta times a positive solution of such a t-equation: it is that one, and what that goes to as eta -> 0.
3. *The value.* Quantity and unknowns are read off the propagators of that box, in balls.

Neither the closed form nor the path to the number enters. Taken from `derive` are the rules, which loops are
proportional or zero, and of which loops the value depends: identities of rational functions, which it proves at
random points (Schwartz and Zippel); every single loop is held against them in balls here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flint import arb, arb_mat
from mpmath import mp, mpf
from sympy import Symbol

from planaria.algebra.errors import InputError, NotProvedError
from planaria.ensembles.estimate import Enclosure, Estimate
from planaria.ensembles.verdicts.statuses import Status
from planaria.ensembles.verdicts.techniques import Technique
from planaria.numerics.equations.ladder import entries_read, is_stable, ladder, rungs_at
from planaria.numerics.equations.unreduced import Numbers, Propagator, unreduced
from planaria.numerics.methods.krawczyk import proved_root
from planaria.numerics.points.at_point import loops_of, unknowns_of
from planaria.numerics.points.balls import working_balls
from planaria.numerics.points.enclosures import enclosed, enclosed_numbers, enclosure
from planaria.numerics.points.problem import Problem
from planaria.numerics.solving.on_equations import loops_directly
from planaria.numerics.solving.verification import completed

__all__ = ["certified", "certified_loops", "loops_near"]

GUARD = 12  # digits of the middle beyond those that are printed
ATTEMPTS = 6  # at proofs, each with half as many digits again


def certified(problem: Problem, estimate: Estimate) -> Estimate:
    """The estimate with value and unknowns in proved enclosures, to its digits.

    Raises NotProvedError where the proof is not reached.
    """
    digits = estimate.digits
    start: Mapping[Symbol, Any] | None
    working, reason, directly = digits + 2 * GUARD, "no proof is tried", False
    for _ in range(ATTEMPTS):
        with mp.workdps(working), working_balls():
            numbers = enclosed_numbers(problem)
            start = None if directly else loops_near(problem, estimate)
            directly = start is None
            start = loops_directly(problem, working) if start is None else start
            found = None if start is None else certified_loops(problem, numbers, start)
            if found is None:  # the closed form may have lost digits here
                reason, directly = "no box is found that holds exactly one solution", True
            else:
                loops, propagators = found
                reason = _doubt(problem, numbers, loops, propagators)
                value = unreduced(problem.derivation).value(numbers, propagators)
                if not reason and _is_sharp(value, estimate, working):
                    return _with_enclosures(problem, estimate, value, loops)
                reason = reason or f"its ball has fewer than {digits} digits"
        working += working // 2
    raise NotProvedError(
        "certify", f"the value is not proved: {reason}", "leave --certify out, or move away from this point"
    )


def certified_loops(
    problem: Problem, numbers: Numbers, start: Mapping[Symbol, Any]
) -> tuple[dict[Symbol, Any], dict[Any, Propagator]] | None:
    """Balls that hold exactly one solution of the equations, and its propagators; None where that is not proved.

    Parameters
    ----------
    start
        The loops, near a solution.
    """
    equations = unreduced(problem.derivation)
    near = {symbol: arb(one) for symbol, one in start.items()}
    if ladder(problem.derivation).missing:
        whole, _ = completed(problem, numbers, near)
        if whole is None:
            return None
        near = whole
    symbols = list(near)
    size = range(len(symbols))

    def differences(loops: Sequence[Any]) -> tuple[Sequence[Any], Any]:
        propagators = equations.propagators(numbers, dict(zip(symbols, loops, strict=True)))
        image = equations.image(numbers, symbols, propagators)
        slope = equations.jacobian(numbers, symbols, propagators)
        matrix = arb_mat([[(1 if m == n else 0) - slope[m][n] for n in size] for m in size])
        return [loop - one for loop, one in zip(loops, image, strict=True)], matrix

    root = proved_root(differences, list(near.values()))
    if root is None:
        return None
    loops = dict(zip(symbols, root, strict=True))
    return loops, equations.propagators(numbers, loops, entries_read(problem.derivation))


def loops_near(problem: Problem, estimate: Estimate) -> dict[Symbol, Any] | None:
    """The loops that the closed form gives for an estimate; None where it is singular."""
    unknowns = [estimate.unknowns.get(str(symbol)) for symbol in problem.derivation.unknowns]
    if None in unknowns:
        return None
    try:
        loops = loops_of(problem, unknowns)
    except InputError:
        return None
    return loops if all(mp.isfinite(one) for one in loops.values()) else None


def _doubt(problem: Problem, numbers: Numbers, loops: Mapping[Symbol, Any], propagators: Any) -> str:
    """What is not proved of a solution: every single loop, and the branch. Empty if all is."""
    for claimed, image, _, _ in unreduced(problem.derivation).residuals(numbers, loops, propagators):
        if not (image.is_finite() and image.overlaps(claimed)):
            return "a loop is not what it was identified with"
    stable = is_stable(problem.derivation, rungs_at(problem.derivation, numbers, propagators))
    return "" if stable else "the ladder's radius is not proved below 1"


def _is_sharp(value: Any, estimate: Estimate, working: int) -> bool:
    """Whether a ball has the digits of its estimate; of a zero as many places as it was computed with."""
    if not value.is_finite():
        return False
    if estimate.value == 0:
        return bool(value.contains(0) and value.abs_upper() < arb(10) ** -(working // 2))
    return bool(value.rad() * arb(10) ** (estimate.digits + 1) < abs(value.mid()))


def _with_enclosures(problem: Problem, estimate: Estimate, value: Any, loops: Mapping[Symbol, Any]) -> Estimate:
    digits = estimate.digits
    enclosures: dict[str, Enclosure] = {}
    unknowns: dict[str, Any] = {}
    try:
        balls = unknowns_of(problem, loops, enclosed)
    except ZeroDivisionError:
        balls = []
    for symbol, ball in zip(problem.derivation.unknowns, balls, strict=False):
        if ball.is_finite() and ball.rad() * arb(10) ** (digits + 1) < abs(ball.mid()):
            enclosures[str(symbol)] = one = enclosure(ball, digits)
            unknowns[str(symbol)] = mpf(one.middle)
    where = enclosure(value, digits)
    return Estimate(
        mpf(where.middle),
        mpf(where.radius),
        (*estimate.steps, Technique.KRAWCZYK.taken()),
        Status.CERTIFIED,
        unknowns,
        estimate.residual,
        digits,
        estimate.radius,
        where,
        enclosures,
    )
