"""Numbers of a derivation to any number of digits, on the verified physical branch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from mpmath import matrix as mp_matrix
from mpmath import mp, mpf
from sympy import Expr

from planaria.derivations.derivation import Derivation
from planaria.diagrams.errors import InputError
from planaria.numerics.branch import follow, follow_loops, precise
from planaria.numerics.estimate import Estimate
from planaria.numerics.functions import functions_of
from planaria.numerics.problem import Problem, pose, to_mpf

__all__ = ["branch", "evaluate", "solve"]

MOST_DIGITS = 10_000
PATH_DIGITS = (40, 160)  # of a path that double precision cannot follow
LARGEST_CORRECTION = 1e-6  # of a root in double precision, relative; a larger one may be a jump to another root


def evaluate(
    derivation: Derivation,
    values: Mapping[Any, Any],
    *,
    digits: int = 50,
    limit: Mapping[Any, Any] | None = None,
) -> Estimate:
    """The quantity at given parameters.

    Parameters
    ----------
    values
        By symbol or name: numbers or decimal text for parameters and dimensions; for a deterministic matrix a
        declared spectrum or a list of eigenvalues. A float stands for its decimal digits.
    digits
        Significant digits that must stand when the precision is raised.
    limit
        ``{"gamma": 0}`` takes the exact limit of a parameter at zero.

    Raises
    ------
    InputError
        For wrong or missing values, and where the planar solution has no real value.

    >>> from sympy import Identity, MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> N, P, gamma = symbols("N P gamma", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> q = (gamma * Identity(N) + x * x.T).inv()
    >>> from planaria.derivations import derive
    >>> result = derive(Trace(q) / N, Model([Gaussian(x, variance=1 / P)]))
    >>> print(evaluate(result, {"N": 1, "P": 1, "gamma": 2}, digits=20))
    0.36602540378443864676
    """
    if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= MOST_DIGITS:
        raise InputError("digits", f"{digits!r} is no number from 1 to {MOST_DIGITS}", "ask for 50, say")
    if limit:
        from planaria.numerics.limits import limit_at_zero  # the limit evaluates in turn

        return limit_at_zero(derivation, values, limit, digits)
    problem = pose(derivation, values)
    _refuse_zero(problem)
    return solve(problem, digits)


def solve(problem: Problem, digits: int) -> Estimate:
    """Follow the branch, polish, and raise the precision until the digits stand."""
    unknowns = branch(problem)
    working = digits + 10
    previous: Any = None
    while True:
        with mp.workdps(working):
            try:
                unknowns, residual = _polish(problem, unknowns)
            except InputError:  # rounding keeps Newton's method from settling: more digits
                previous = value = None
            else:
                value = _value(problem, unknowns)
            if previous is not None and value is not None:
                error = abs(value - previous)
                # A value that cancels to zero has no digits yet, unless it is zero as a formula.
                settled = value != 0 or not problem.derivation.closed_form.value
                if settled and error <= abs(value) * mpf(10) ** -digits:
                    break
            previous = value
        if working > 40 * digits + 2000:
            raise InputError(
                "evaluate",
                f"{digits} digits do not stand even at {working} digits of precision",
                "ask for fewer digits, or move away from the singular point",
            )
        working += max(10, working // 2) if working > digits + 10 else 12
    names = {str(u.symbol): v for u, v in zip(problem.derivation.closed_form.unknowns, unknowns, strict=True)}
    method = "branch followed from the bare propagators, Newton's method on the closed form"
    return Estimate(value, error, method, "verified", names, residual, digits)


def branch(problem: Problem) -> Sequence[Any]:
    """The unknowns on the physical branch, to some digits at least: the start of polishing.

    In double precision first; where that cannot tell two roots apart, to more digits; where the closed form is
    singular on the path, by iterating the equations before elimination.

    Raises InputError where the planar solution has no real value.
    """
    lost: InputError | None = None
    paths: list[tuple[int, Callable[[Problem], Any]]] = [
        (PATH_DIGITS[0], follow),
        *((digits, partial(follow, arithmetic=precise(digits))) for digits in PATH_DIGITS),
        (PATH_DIGITS[0], follow_loops),
    ]
    for digits, path in paths:
        with mp.workdps(digits):
            try:
                start = list(path(problem))
                polished, _ = _polish(problem, start)
            except InputError as error:
                lost = lost or error
                continue
            if all(abs(p - s) <= LARGEST_CORRECTION * abs(s) for p, s in zip(polished, start, strict=True)):
                return polished
    raise lost or InputError(
        "evaluate", "the branch cannot be followed safely", "move away from the singular point, or ask for a limit"
    )


def _polish(problem: Problem, start: Sequence[Any]) -> tuple[list[Any], Any]:
    """Newton's method at the working precision; returns unknowns and the largest residual."""
    closed = problem.derivation.closed_form
    if not closed.unknowns:
        return [], mpf(0)
    functions = functions_of(closed, "mpmath")
    spectrum, scalars = problem.mpfs(), problem.scalars(to_mpf)
    unknowns = [mpf(x) for x in start]
    tolerance = mpf(10) ** (5 - mp.dps)
    change = mpf("inf")
    for _ in range(80):
        residual, jacobian = functions.residual(unknowns, spectrum, scalars, mpf(1))
        try:
            step = mp.lu_solve(mp_matrix(jacobian), -mp_matrix(residual))
        except ZeroDivisionError:
            raise InputError("evaluate", "the equations are singular here", "move away from this point") from None
        last, change = change, max(abs(step[k] / unknowns[k]) for k in range(len(unknowns)))
        unknowns = [x + step[k] for k, x in enumerate(unknowns)]
        if change < tolerance or (change < mpf(10) ** (-mp.dps // 2) and change >= last):
            break
    else:
        raise InputError(
            "evaluate", "Newton's method does not settle on the branch", "move away from the singular point"
        )
    residual, _ = functions.residual(unknowns, spectrum, scalars, mpf(1))
    return unknowns, max((abs(r) for r in residual), default=mpf(0))


def _value(problem: Problem, unknowns: Sequence[Any]) -> Any:
    functions = functions_of(problem.derivation.closed_form, "mpmath")
    try:
        return functions.value(unknowns, problem.mpfs(), problem.scalars(to_mpf)) * mpf(1)
    except ZeroDivisionError:
        raise InputError(
            "evaluate", "the closed form divides by zero at these parameters", "move away from the singular point"
        ) from None


def _refuse_zero(problem: Problem) -> None:
    closed = problem.derivation.closed_form
    used: set[Expr] = {symbol for relation in closed.relations for symbol in relation.support()}
    for symbol, number in problem.values.items():
        if number.is_zero and symbol in used:
            raise InputError(
                f"parameter {symbol}",
                "the value 0 is a limit",
                f"use --limit {symbol}=0 (or limit={{'{symbol}': 0}}) instead",
            )
