"""Ladders: loops whose equations are linear in them once the propagators are known, solved as a linear system.

Between two resolvents, and between a resolvent and itself, planar diagrams are ladders: what joins block i of the
pencil to block j obeys T = A T + b with the operator 1 - A of one rung, a few rows long at any depth. Such a
system needs no factor to be chosen and no equation to be tried: pivots are asked whether they vanish, that is all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from fractions import Fraction

from sympy import Expr, Symbol

from planaria.algebra.linear import degree_in
from planaria.algebra.polynomials import grouped
from planaria.algebra.rational import Ratio

__all__ = ["companions", "differences", "is_linear", "solved_ladder"]


def is_linear(value: Ratio, members: Sequence[Symbol]) -> bool:
    """Whether a rational function is linear in some symbols together, and has none of them below.

    >>> from sympy.abc import a, s, t
    >>> from planaria.algebra.rational import Ring
    >>> ring = Ring([a, s, t])
    >>> is_linear(ring((a * s + t) / (a + 1)), [s, t]), is_linear(ring(s * t), [s, t]), is_linear(ring(1 / s), [s])
    (True, False, False)
    """
    present = value.support() & set(members)
    if not present:
        return True
    places = [value.ring.index[s] for s in present]
    if any(value.denominator.degrees()[i] > 0 for i in places):
        return False
    return all(sum(key) <= 1 for key in grouped(value.numerator, places))


def solved_ladder(images: Mapping[Symbol, Ratio], vanishes: Callable[[Ratio], bool]) -> dict[Symbol, Ratio]:
    """The solution of T = image(T), all images linear; the shortest pivot first.

    Parameters
    ----------
    vanishes
        Whether a polynomial is zero on the planar solution: by such a one nothing is divided.

    ArithmeticError where the system is singular on the solution.

    >>> from sympy.abc import a, s, t
    >>> from planaria.algebra.rational import Ring
    >>> ring = Ring([a, s, t])
    >>> solved_ladder({s: ring(a * t + 1), t: ring(a * s)}, lambda one: not one)
    {s: -1/((a - 1)*(a + 1)), t: -a/((a - 1)*(a + 1))}
    """
    rows = {symbol: _row(image, symbol, list(images)) for symbol, image in images.items()}
    order: list[tuple[Symbol, dict[Symbol | None, Ratio]]] = []
    while rows:
        symbol = min(rows, key=lambda s: _cost(rows, s))
        row = rows.pop(symbol)
        pivot = row.pop(symbol)
        if vanishes(pivot.ring.from_mpoly(pivot.numerator)):
            raise ArithmeticError("a ladder is singular on the planar solution")
        # T = what is left of its row over the pivot
        row = row if pivot.is_one else {s: c / pivot for s, c in row.items()}
        for other, entries in rows.items():
            if (slope := entries.pop(symbol, None)) is None:
                continue
            for s, c in row.items():
                change = slope * c
                # rows are pivot T = rest: the own term of a row stands on the left side
                entries[s] = _combined(entries.get(s), -change if s == other else change)
            rows[other] = {s: c for s, c in entries.items() if c or s == other}
        order.append((symbol, row))
    found: dict[Symbol, Ratio] = {}
    for symbol, row in reversed(order):
        total: Ratio | None = None
        for s, c in row.items():
            total = _combined(total, c if s is None else c * found[s])
        found[symbol] = images[symbol].ring.zero if total is None else total
    return {symbol: found[symbol] for symbol in images}


def _row(image: Ratio, own: Symbol, members: Sequence[Symbol]) -> dict[Symbol | None, Ratio]:
    """An equation as pivot T = sum of coefficients times others; None stands for what is known."""
    ring = image.ring
    row: dict[Symbol | None, Ratio] = {}
    rest = image
    for symbol in members:
        if degree_in(image, symbol) > 0:
            slope = image.derivative(symbol)
            rest = rest - slope * ring.generator(symbol)
            row[symbol] = slope
    row[own] = ring.one - row[own] if own in row else ring.one
    if rest:
        row[None] = rest
    return row


def _cost(rows: Mapping[Symbol, Mapping[Symbol | None, Ratio]], symbol: Symbol) -> tuple[int, int]:
    """About how much work a pivot makes: the terms of its row, times the rows that contain its symbol."""
    row = rows[symbol]
    size = sum(one.size for one in row.values())
    users = sum(entries[symbol].size for other, entries in rows.items() if other != symbol and symbol in entries)
    return size * users, size


def _combined(one: Ratio | None, other: Ratio) -> Ratio:
    return other if one is None else one + other


def companions(
    values: Mapping[Symbol, Ratio], known: Mapping[Symbol, Ratio], is_alike: Callable[[Symbol, Symbol], bool]
) -> dict[Symbol, dict[Symbol, Fraction]]:
    """Known loops that stand beside a member of a ladder wherever it counts, with their factors.

    A product such as (1 - x Q phi.T u) Lambda (1 - x Q phi.T u).T has a loop for each of its terms, and what comes
    next contains their sum. That sum is one trace, shorter than each of its terms.

    Parameters
    ----------
    values
        The functions whose traces the members are.
    known
        The same for loops before them.
    is_alike
        Whether two loops are traces over one space.

    >>> from sympy.abc import a, s, t, y
    >>> from planaria.algebra.rational import Ring
    >>> ring = Ring([a, s, t, y])
    >>> found = companions({s: ring(a * (t + 2 * y)), t: ring(a * s)}, {y: ring(a)}, lambda one, other: True)
    >>> {symbol: {other: str(c) for other, c in one.items()} for symbol, one in found.items()}
    {t: {y: '2'}}
    """
    found: dict[Symbol, dict[Symbol, Fraction]] = {}
    for value in values.values():
        ring, numerator = value.ring, value.numerator
        support = value.support()
        own = [s for s in values if s in support]
        others = [s for s in known if s in support and numerator.degrees()[ring.index[s]] == 1]
        if not own or not others:
            continue
        slopes = {s: numerator.derivative(ring.index[s]) for s in (*own, *others)}
        for symbol in own:
            slope = slopes[symbol]
            beside = {}
            for other in others:
                if len(slopes[other]) == len(slope) and is_alike(symbol, other):
                    ratio = slopes[other].leading_coefficient() / slope.leading_coefficient()
                    if slopes[other] == slope * ratio:
                        beside[other] = Fraction(int(ratio.p), int(ratio.q))
            if len(beside) > len(found.get(symbol, ())):
                found[symbol] = beside
    return found


def differences(
    values: Iterable[Ratio], dimensions: Collection[Expr], sums: Collection[Expr]
) -> dict[Expr, Ratio]:
    """Differences of a dimension and a spectral sum that are factors of some values, the first for each dimension.

    In random features everything is made of N - S_11 and P - S_11: with these in the place of N and P what is
    known before a ladder is a product, and the determinant of the ladder has few terms.

    >>> from sympy.abc import N, P, z
    >>> from planaria.algebra.rational import Ring
    >>> differences([Ring([N, P, z])((z - N) * P / z)], [N, P], [z])
    {N: N - z}
    """
    found: dict[Expr, Ratio] = {}
    for value in values:
        for polynomial in (value.numerator, value.denominator):
            for factor, _ in polynomial.factor()[1]:
                one = value.ring.from_mpoly(factor)
                own = [g for g in one.support() if g in dimensions]
                if len(factor) != 2 or factor.total_degree() != 1 or len(own) != 1:
                    continue
                (dimension,) = own
                if dimension not in found and all(g in sums for g in one.support() if g != dimension):
                    found[dimension] = one / one.derivative(dimension)
    return found
