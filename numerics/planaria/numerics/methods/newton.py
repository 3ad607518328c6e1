"""Newton's method, in double precision, with many digits or in balls, under the guards that are asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import exp
from typing import Any, NamedTuple

import numpy as np
from flint import arb, arb_mat, ctx
from mpmath import matrix as mp_matrix
from mpmath import mp, mpf

__all__ = [
    "DOUBLE",
    "Arithmetic",
    "Guard",
    "Root",
    "System",
    "balls",
    "newton",
    "precise",
    "settled",
    "sign_of_balls",
    "solve_balls",
]

System = Callable[[Sequence[Any]], tuple[Sequence[Any], Any]]
"""Residual and Jacobian at unknowns."""

INFINITY = float("inf")


class Root(NamedTuple):
    """The unknowns, and the sign of the Jacobian determinant: neighbouring roots do not share it."""

    unknowns: list[Any]
    sign: int


@dataclass(frozen=True)
class Arithmetic:
    """What differs between double precision, mpmath and balls.

    Attributes
    ----------
    module
        In which formulas are compiled.
    number
        Makes a number.
    solve
        Solves Jacobian times step = residual; ZeroDivisionError for a singular matrix.
    sign
        That of a determinant; 0 if it is not known.
    rounding
        Steps below this, relative, are rounding.
    exponential
        Of a float.
    relative
        The size of a step, relative to the unknown; the third is what the unknown is a sum of, or None. An unknown
        that is rounding beside it is measured by it: it may be zero.
    centre
        Where the next round starts from.
    """

    module: str
    number: Callable[[Any], Any]
    solve: Callable[[Any, Sequence[Any]], Sequence[Any]]
    sign: Callable[[Any], int]
    rounding: Any
    exponential: Callable[[float], Any]
    relative: Callable[[Any, Any, Any], Any]
    centre: Callable[[Any], Any] = lambda number: number


@dataclass(frozen=True)
class Guard:
    """What is asked of Newton's steps, all relative to the unknowns, for a root to count.

    Attributes
    ----------
    rounds
        Most steps.
    widest
        The longest step.
    shrinks
        A step shrinks if it is at most this times the one before.
    near
        Steps shorter than this that do not shrink any more are rounding.
    contracts
        Whether steps must shrink from the first on.
    keeps_signs
        Whether the unknowns must keep their signs.
    """

    rounds: int
    near: Any
    widest: float = INFINITY
    shrinks: float = 1.0
    contracts: bool = False
    keeps_signs: bool = False


def newton(
    system: System,
    start: Sequence[Any],
    arithmetic: Arithmetic,
    guard: Guard,
    magnitudes: Sequence[Any] | None = None,
) -> Root | None:
    """The root to which the steps settle under a guard; None where they do not or the Jacobian is singular.

    `magnitudes` are what the unknowns are sums of, without signs: see `Arithmetic.relative`.

    >>> square = lambda unknowns: ([unknowns[0] ** 2 - 2], [[2 * unknowns[0]]])
    >>> root = newton(square, [1.5], DOUBLE, Guard(rounds=12, near=1e-9))
    >>> root.unknowns[0] - 2**0.5 < 1e-15, root.sign
    (True, 1)
    >>> newton(square, [1.5], DOUBLE, Guard(rounds=12, near=1e-9, widest=0.01)) is None
    True
    """
    try:
        return settled(system, start, arithmetic, guard, magnitudes)
    except ZeroDivisionError:
        return None


def settled(
    system: System,
    start: Sequence[Any],
    arithmetic: Arithmetic,
    guard: Guard,
    magnitudes: Sequence[Any] | None = None,
) -> Root | None:
    """The same, but for a singular Jacobian, which raises ZeroDivisionError."""
    unknowns = [arithmetic.number(x) for x in start]
    if not unknowns:
        return Root([], 1)
    sizes = [None] * len(unknowns) if magnitudes is None else magnitudes
    change: Any = INFINITY
    for _ in range(guard.rounds):
        residual, jacobian = system(unknowns)
        steps = [-s for s in arithmetic.solve(jacobian, residual)]
        moved = [x + s for x, s in zip(unknowns, steps, strict=True)]
        changes = [arithmetic.relative(s, x, m) for s, x, m in zip(steps, unknowns, sizes, strict=True)]
        if not all(one < INFINITY for one in changes):  # nan neither
            return None
        last, change = change, max(changes)
        if change > guard.widest:
            return None
        if guard.keeps_signs and any(x * new <= 0 for x, new in zip(unknowns, moved, strict=True)):
            return None
        shrinks = change <= guard.shrinks * last
        if change <= arithmetic.rounding or (change < guard.near and not shrinks):
            return Root(moved, arithmetic.sign(jacobian))
        if guard.contracts and not shrinks:
            return None
        unknowns = [arithmetic.centre(x) for x in moved]
    return None


def _relative(step: Any, unknown: Any, magnitude: Any, rounding: Any) -> Any:
    if not step:
        return abs(step)
    size = abs(unknown) or abs(unknown + step)
    if magnitude is not None and size <= magnitude * rounding:
        size = magnitude
    return abs(step) / size


def _solve_double(jacobian: Any, residual: Sequence[Any]) -> Sequence[Any]:
    if len(residual) == 1:  # the one unknown of most models, many times on a path
        return [float(residual[0]) / float(jacobian[0][0])]
    try:
        solution = np.linalg.solve(np.array(jacobian, dtype=float), np.array(residual, dtype=float))
    except np.linalg.LinAlgError:
        raise ZeroDivisionError("the Jacobian is singular") from None
    return [float(x) for x in solution]


def _sign_double(jacobian: Any) -> int:
    determinant = jacobian[0][0] if len(jacobian) == 1 else np.linalg.slogdet(np.array(jacobian, dtype=float))[0]
    return int(np.sign(determinant))


DOUBLE = Arithmetic(
    module="numpy",
    number=float,
    solve=_solve_double,
    sign=_sign_double,
    rounding=1e-12,
    exponential=exp,
    relative=partial(_relative, rounding=1e-12),
)


def precise(digits: int) -> Arithmetic:
    """mpmath's arithmetic with so many digits; to be used at that working precision."""
    return Arithmetic(
        module="mpmath",
        number=mpf,
        solve=lambda jacobian, residual: list(mp.lu_solve(mp_matrix(jacobian), mp_matrix(residual))),
        sign=lambda jacobian: int(mp.sign(mp.det(mp_matrix(jacobian)))),
        rounding=mpf(10) ** (5 - digits),
        exponential=lambda position: mp.exp(mpf(position)),
        relative=partial(_relative, rounding=mpf(10) ** (5 - digits)),
    )


def balls() -> Arithmetic:
    """Arb's balls at their working precision: a step of which they do not know the sign is rounding.

    The unknowns of a root are balls that hold the last step's error; Jacobians are matrices of balls.
    """
    return Arithmetic(
        module="balls",
        number=arb,
        solve=solve_balls,
        sign=sign_of_balls,
        rounding=arb(2) ** (4 - ctx.prec),
        exponential=lambda position: arb(position).exp(),
        relative=_relative_balls,
        centre=lambda ball: ball.mid(),
    )


def solve_balls(jacobian: Any, residual: Sequence[Any]) -> Sequence[Any]:
    solution = jacobian.solve(arb_mat([[x] for x in residual]))
    return [solution[n, 0] for n in range(len(residual))]


def sign_of_balls(jacobian: Any) -> int:
    determinant = jacobian.det()
    return 0 if determinant.contains(0) else 1 if determinant > 0 else -1


def _relative_balls(step: Any, unknown: Any, magnitude: Any) -> Any:
    if not step.is_finite():
        return arb("inf")
    if step.contains(0):
        return arb(0)
    return (abs(step) / (abs(unknown + step) if unknown.is_zero() else abs(unknown))).upper()
