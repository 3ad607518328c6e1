"""The root of an equation that somebody means by an unknown of their own, where algebra leaves several.

Far out, where every ridge is a million times as large and propagators are bare, it is the smallest positive
root, and where no root is positive, the negative one of the smallest size. From there it is followed to the
point: the root that is connected to the bare propagators.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import copysign, isfinite
from typing import Any

from flint import arb
from mpmath import mp
from sympy import Expr, Symbol

from planaria.algebra.errors import InputError
from planaria.derivations.comparison.branch import UnprovableError
from planaria.derivations.comparison.vocabulary import Vocabulary
from planaria.ensembles.formulas.claim import Claim, OwnUnknown
from planaria.ensembles.formulas.nodes import Node, names_of
from planaria.numerics.comparison.balls import Balls
from planaria.numerics.comparison.points import WORKING, Point, point_at
from planaria.numerics.evidence.admissible import growing
from planaria.numerics.points.balls import working_balls

__all__ = ["own_root"]

FAR = 6  # powers of ten of the ridges
STEPS = 24  # on the way back where the equation is one of parameters
FEW = 12  # where the solution of the matrices is needed at each
GRID = [10 ** (n / 8) for n in range(-96, 97)]  # sizes at which roots are looked for
BISECTIONS = 60
REFINED = 40  # digits of a root


def own_root(point: Point, names: Vocabulary, claim: Claim, one: OwnUnknown, known: Mapping[str, Any]) -> Any:
    """The root in a ball that it is proved to lie in.

    Raises UnprovableError where it is not found.
    """
    ridges = growing(point.problem.derivation)
    on_branch = _needs_branch(claim, one, names, point)
    steps = FEW if on_branch else STEPS
    root: float | None = None
    if not ridges:
        raise UnprovableError(f"{one.name}: there is no ridge that grows, and so no root that is connected to it")
    for n in range(steps, 0, -1):
        there = _moved(point, ridges, 10 ** (FAR * n / steps), on_branch)
        function = _function(there, names, claim, one, known)
        root = _first(function, one.name) if root is None else _next(function, root, one.name)
    function = _function(point, names, claim, one, known)
    assert root is not None
    return _refined(_next(function, root, one.name), point, names, claim, one, known)


def _needs_branch(claim: Claim, one: OwnUnknown, names: Vocabulary, point: Point) -> bool:
    definitions = {each.name: each.formula for each in claim.definitions}
    closed = point.problem.form
    own = {str(unknown.symbol) for unknown in closed.unknowns} | {str(symbol) for symbol, _ in closed.sums}
    pending: list[Node] = [one.left, one.right]
    while pending:
        for name in names_of(pending.pop()):
            if name in definitions:
                pending.append(definitions[name])
            elif name in own and name not in claim.own:
                return True
    return False


def _moved(point: Point, ridges: frozenset[Symbol], factor: float, on_branch: bool) -> Point:
    """The point with larger ridges: solved, or with its numbers alone."""
    exact = {s: v * round(factor * 1000) / 1000 if s in ridges else v for s, v in point.values.items()}
    if on_branch:
        try:
            return point_at(point.problem.derivation, exact)
        except InputError as error:
            raise UnprovableError(f"no path leads to larger ridges: {error.problem}") from None
    scalars: dict[Expr, Any] = {
        s: v * arb(round(factor * 1000)) / 1000 if s in ridges else v for s, v in point.scalars.items()
    }
    return Point(exact, point.problem, point.estimate, scalars, point.nodes)


def _function(
    point: Point, names: Vocabulary, claim: Claim, one: OwnUnknown, known: Mapping[str, Any]
) -> Callable[[float], float]:
    def difference(x: float) -> float:
        try:
            return float(_difference(arb(x), point, names, claim, one, known))
        except (ZeroDivisionError, ValueError):
            return float("nan")

    return difference


def _difference(
    x: Any, point: Point, names: Vocabulary, claim: Claim, one: OwnUnknown, known: Mapping[str, Any]
) -> Any:
    algebra = Balls(point, names, claim, {**known, one.name: x})
    return algebra.value(one.left) - algebra.value(one.right)


def _first(function: Callable[[float], float], name: str) -> float:
    for sign in (1.0, -1.0):
        found = _roots(function, [sign * x for x in GRID])
        if found:
            return found[0]
    raise UnprovableError(f"the equation of {name} has no real root where ridges are large")


def _next(function: Callable[[float], float], near: float, name: str) -> float:
    """The root of a function near that of the one before."""
    for width in (1.5, 4.0, 30.0):
        grid = [near * width ** (n / 20) for n in range(-20, 21)]
        if found := _roots(function, grid):
            return min(found, key=lambda x: abs(x / near) if abs(x) > abs(near) else abs(near / x))
    raise UnprovableError(f"the root of {name} is lost on the way from large ridges")


def _roots(function: Callable[[float], float], grid: Sequence[float]) -> list[float]:
    """Where a function changes its sign without a pole."""
    values = [function(x) for x in grid]
    found = []
    for a, b, left, right in zip(grid, grid[1:], values, values[1:], strict=False):
        if left == 0:
            found.append(a)
        if not (isfinite(left) and isfinite(right)) or copysign(1, left) == copysign(1, right) or not left * right:
            continue
        low, high = a, b
        largest = max(abs(left), abs(right))
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            value = function(middle)
            if copysign(1, value) == copysign(1, left):
                low = middle
            else:
                high = middle
        if abs(function(low)) < largest:
            found.append((low + high) / 2)
    return found


def _refined(
    start: float, point: Point, names: Vocabulary, claim: Claim, one: OwnUnknown, known: Mapping[str, Any]
) -> Any:
    """The root to many digits: by the secant, and proved by a change of sign."""
    with mp.workdps(WORKING), working_balls():
        a, b = arb(start), arb(start) * (1 + arb(10) ** -9)
        left, right = (_difference(x, point, names, claim, one, known) for x in (a, b))
        for _ in range(12):
            if (slope := (right - left).mid()) == 0:
                break
            a, b, left = b, (b - right.mid() * (b - a).mid() / slope).mid(), right
            right = _difference(b, point, names, claim, one, known)
            if abs(b - a) < abs(b) * arb(10) ** -(REFINED + 2):
                break
        for digits in (REFINED, 26, 20, 12):
            width = abs(b) * arb(10) ** -digits
            low, high = (_difference(x, point, names, claim, one, known) for x in (b - width, b + width))
            if (low < 0 and high > 0) or (low > 0 and high < 0):
                return arb(b.mid(), width.abs_upper())
    raise UnprovableError(f"the root of {one.name} is not proved")
