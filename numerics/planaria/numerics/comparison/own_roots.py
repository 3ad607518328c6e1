"""The root of an equation that somebody means by an unknown of their own, where algebra leaves several.

Far out, where every ridge is a million times as large and propagators are bare, it is the one positive root that
stays bounded; where none does, the one positive root; where no root is positive, the one that stays bounded. From
there it is followed to the point: the root that is connected to the bare propagators. Where there are several of a
kind, it is not said which is meant. Denominators are multiplied out before: a function changes its sign at its
poles, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import copysign, isfinite, log
from typing import Any

from flint import acb_poly, arb
from mpmath import mp
from sympy import Expr, Symbol

from planaria.algebra.errors import InputError
from planaria.algebra.linear import degree_in
from planaria.algebra.polynomials import grouped
from planaria.algebra.rational import Ratio
from planaria.derivations.comparison.branch import Branch, UnprovableError
from planaria.derivations.comparison.own_unknowns import Equations
from planaria.numerics.comparison.points import WORKING, Point, ball_of, point_at
from planaria.numerics.evidence.admissible import growing
from planaria.numerics.points.balls import working_balls

__all__ = ["own_root"]

FAR = 6  # powers of ten of the ridges
GROWN = 1.1  # what a root that stays bounded does not grow by from ridges that are a tenth as large
STEPS = 24  # on the way back where the equation is one of parameters
FEW = 12  # where the solution of the matrices is needed at each
GRID = [10 ** (n / 8) for n in range(-96, 97)]  # sizes at which roots of what is no polynomial are looked for
BISECTIONS = 60
REFINED = 40  # digits of a root


def own_root(point: Point, equations: Equations, name: str, known: Mapping[str, Any]) -> Any:
    """The root in a ball that it is proved to lie in.

    Parameters
    ----------
    known
        Other unknowns of somebody's own, in balls.

    Raises UnprovableError where it is not found.
    """
    symbol, numerator = equations.numerators[name]
    others = {equations.numerators[other][0]: ball for other, ball in known.items()}
    ridges = growing(point.problem.derivation)
    if not ridges:
        raise UnprovableError(f"{name}: there is no ridge that grows, and so no root that is connected to it")
    branch = equations.branch
    roots = _real_roots if _is_polynomial(branch, numerator, symbol) else _roots_on_a_grid
    on_branch = _needs_branch(branch, numerator)
    steps = FEW if on_branch else STEPS

    def at(n: int, near: float | None) -> list[float]:
        there = _moved(point, ridges, 10 ** (FAR * n / steps), on_branch)
        return roots(branch, numerator, symbol, there, others, near)

    near = _first(at(steps, None), at(steps - steps // FAR, None), name)
    for n in range(steps - 1, 0, -1):
        near = _nearest(at(n, near), near, name)
    start = _nearest(roots(branch, numerator, symbol, point, others, near), near, name)
    return _refined(start, _function(branch, numerator, symbol, point, others), name)


Roots = Callable[[Branch, Ratio, Symbol, Point, Mapping[Expr, Any], float | None], list[float]]


def _coefficients_of_sums(branch: Branch, value: Ratio) -> set[Expr]:
    """What stands in the denominators of the sums that a function has."""
    sums = {symbol: one for one, symbol in branch.sums.items()}
    found: set[Expr] = set()
    for symbol in value.support() & sums.keys():
        for name in sums[symbol].unknowns:
            found |= branch.defined[name].support() if name in branch.defined else {name}
    return found


def _is_polynomial(branch: Branch, numerator: Ratio, symbol: Symbol) -> bool:
    return symbol not in _coefficients_of_sums(branch, numerator)


def _needs_branch(branch: Branch, numerator: Ratio) -> bool:
    """Whether the equation depends on the solution of the matrices."""
    unknowns = {unknown.symbol for unknown in branch.derivation.closed_form.unknowns}
    return bool(unknowns & (numerator.support() | _coefficients_of_sums(branch, numerator)))


def _moved(point: Point, ridges: frozenset[Symbol], factor: float, on_branch: bool) -> Point:
    """The point with larger ridges: solved, or with its numbers alone."""
    scale = round(factor * 1000)
    exact = {s: v * scale / 1000 if s in ridges else v for s, v in point.values.items()}
    if on_branch:
        try:
            return point_at(point.problem.derivation, exact)
        except InputError as error:
            raise UnprovableError(f"no path leads to larger ridges: {error.problem}") from None
    scalars: dict[Expr, Any] = {s: v * arb(scale) / 1000 if s in ridges else v for s, v in point.scalars.items()}
    return Point(exact, point.problem, point.estimate, scalars, point.nodes)


def _function(
    branch: Branch, numerator: Ratio, symbol: Symbol, point: Point, others: Mapping[Expr, Any]
) -> Callable[[Any], Any]:
    return lambda x: ball_of(branch, numerator, point, {**others, symbol: x})


# -- polynomials -----------------------------------------------------------------------------------------------


def _real_roots(
    branch: Branch, numerator: Ratio, symbol: Symbol, point: Point, others: Mapping[Expr, Any], near: float | None
) -> list[float]:
    """All real roots."""
    del near
    ring = numerator.ring
    groups = grouped(numerator.numerator, [ring.index[symbol]])
    with mp.workdps(WORKING), working_balls():
        coefficients = [arb(0)] * (degree_in(numerator, symbol) + 1)
        for (exponent,), terms in groups.items():
            coefficients[exponent] = ball_of(branch, ring.polynomial(terms), point, others)
        middle = acb_poly([c.mid() for c in coefficients])
        return [float(one.real.mid()) for one in middle.roots() if one.imag.contains(0)]


# -- what is no polynomial -------------------------------------------------------------------------------------


def _roots_on_a_grid(
    branch: Branch, numerator: Ratio, symbol: Symbol, point: Point, others: Mapping[Expr, Any], near: float | None
) -> list[float]:
    """Positive roots: what stands in a denominator with eigenvalues has none of its poles there."""
    ball = _function(branch, numerator, symbol, point, others)

    def function(x: float) -> float:
        try:
            return float(ball(arb(x)))
        except (ZeroDivisionError, ValueError):
            return float("nan")

    if near is None:
        return _changes_of_sign(function, GRID)
    for width in (1.5, 4.0, 30.0):
        found = _changes_of_sign(function, [near * width ** (n / 20) for n in range(-20, 21)])
        if found:
            return found
    return []


def _changes_of_sign(function: Callable[[float], float], grid: Sequence[float]) -> list[float]:
    values = [function(x) for x in grid]
    found = []
    for a, b, left, right in zip(grid, grid[1:], values, values[1:], strict=False):
        if not (isfinite(left) and isfinite(right)) or copysign(1, left) == copysign(1, right):
            continue
        low, high = a, b
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            if copysign(1, function(middle)) == copysign(1, left):
                low = middle
            else:
                high = middle
        if abs(function(low)) < max(abs(left), abs(right)):  # else it is a pole
            found.append((low + high) / 2)
    return found


# -- the one that is meant -------------------------------------------------------------------------------------


def _first(roots: Sequence[float], nearer: Sequence[float], name: str) -> float:
    """The root that is meant where ridges are large; `nearer` are the roots where they are a tenth of that."""
    positive = [x for x in roots if x > 0]
    groups = (
        [x for x in positive if not _grows(x, nearer)],
        positive,
        [x for x in roots if x < 0 and not _grows(x, nearer)],
    )
    for group in groups:
        if len(group) == 1:
            return group[0]
        if group:
            raise UnprovableError(
                f"{name} may be one of {len(group)} roots of its equation where ridges are large"
            )
    raise UnprovableError(f"the equation of {name} has no real root where ridges are large")


def _grows(root: float, nearer: Sequence[float]) -> bool:
    same = [x for x in nearer if x * root > 0]
    before = [abs(log(x / root)) for x in same]
    return bool(same) and abs(root) > GROWN * abs(same[before.index(min(before))])


def _nearest(roots: Sequence[float], near: float, name: str) -> float:
    """The root of the same sign whose size has changed least."""
    same = [x for x in roots if x * near > 0]
    if not same:
        raise UnprovableError(f"the root of {name} is lost on the way from large ridges")
    return min(same, key=lambda x: abs(log(x / near)))


def _refined(start: float, function: Callable[[Any], Any], name: str) -> Any:
    """The root to many digits: by the secant, and proved by a change of sign."""
    with mp.workdps(WORKING), working_balls():
        try:
            a, b = arb(start), arb(start) * (1 + arb(10) ** -9)
            left, right = function(a), function(b)
            for _ in range(12):
                if (slope := (right - left).mid()) == 0:
                    break
                a, b, left = b, (b - right.mid() * (b - a).mid() / slope).mid(), right
                right = function(b)
                if abs(b - a) < abs(b) * arb(10) ** -(REFINED + 2):
                    break
            for digits in (REFINED, 26, 20, 12):
                width = abs(b) * arb(10) ** -digits
                low, high = function(b - width), function(b + width)
                if (low < 0 and high > 0) or (low > 0 and high < 0):
                    return arb(b.mid(), width.abs_upper())
        except ZeroDivisionError:
            pass
    raise UnprovableError(f"the root of {name} is not proved")
