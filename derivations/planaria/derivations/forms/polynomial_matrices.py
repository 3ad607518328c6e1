"""Matrices 1 - J made small and polynomial without a change of their determinant, up to a factor.

A loop that does not lead back to itself in one step is no rung of its own: it is integrated out (a Schur
complement), which leaves as many rows as there are kinds of rungs, such as two for random features. Which loops
stay is a choice, and so are the scales of rows and columns: those that make the entries short.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations, product
from math import gcd, lcm
from typing import Any

from sympy import Expr

from planaria.algebra.polynomials import primitive_part
from planaria.algebra.rational import Ratio
from planaria.algebra.work import charge
from planaria.derivations.elimination.conditioning import operations
from planaria.derivations.elimination.eliminate import FACTOR

__all__ = ["arranged", "determinant", "smallest"]

MOST = 4  # rows up to which every order and every scale is looked at
CHOICES = 8  # ways to integrate out that are looked at

Rows = list[list[Ratio]]


def determinant(rows: Sequence[Sequence[Ratio]]) -> Ratio:
    """The determinant of a square matrix, by its first row.

    >>> from sympy.abc import a, b
    >>> from planaria.algebra.rational import Ring
    >>> ring = Ring([a, b])
    >>> determinant([[ring(a), ring(b)], [ring.one, ring.one]])
    a - b
    """
    if len(rows) == 1:
        return rows[0][0]
    total = rows[0][0].ring.zero
    for n, one in enumerate(rows[0]):
        if one:
            minor = determinant([[*row[:n], *row[n + 1 :]] for row in rows[1:]])
            total = total + (one * minor if n % 2 == 0 else -(one * minor))
    return total


def smallest(matrix: Sequence[Sequence[Ratio]]) -> Rows:
    """A matrix 1 - J without the rows that can be integrated out, polynomial, with entries as short as can be.

    Its determinant is that of the matrix times a factor.

    >>> from sympy.abc import a, b, c, d
    >>> from planaria.algebra.rational import Ring
    >>> ring = Ring([a, b, c, d])
    >>> one, zero = ring.one, ring.zero
    >>> smallest([[one, zero, ring(-a)], [zero, one - ring(b / c), ring(-d)], [-one, ring(-d / c), one]])
    [[-b + c, -d], [-d, 1 - a]]
    """
    found = [_balanced(one) for one in _integrated_out([list(row) for row in matrix])]
    return min(found, key=lambda rows: (len(rows), sum(operations(one) + 1 for row in rows for one in row if one)))


def _integrated_out(matrix: Rows) -> Iterator[Rows]:
    """The Schur complements over as many rows as can be whose loop does not lead back to itself."""
    seen: set[tuple[int, ...]] = set()
    todo: list[tuple[tuple[int, ...], Rows]] = [(tuple(range(len(matrix))), matrix)]
    ended = 0
    while todo and ended < CHOICES:
        kept, rows = todo.pop()
        options = [n for n in range(len(rows)) if rows[n][n].is_one] if len(rows) > 1 else []
        if not options:
            ended += 1
            yield rows
        options.sort(key=lambda n: -sum(map(bool, rows[n])) * sum(bool(row[n]) for row in rows))
        for pivot in options:
            left = (*kept[:pivot], *kept[pivot + 1 :])
            if left in seen:
                continue
            seen.add(left)
            rest = [n for n in range(len(rows)) if n != pivot]
            todo.append((left, [[rows[i][j] - rows[i][pivot] * rows[pivot][j] for j in rest] for i in rest]))


# -- scales ----------------------------------------------------------------------------------------------------


def _balanced(rows: Rows) -> Rows:
    """Rows and columns scaled so that the entries are polynomials of the least degree in each of their factors."""
    ring = rows[0][0].ring
    powers: list[tuple[Any, dict[tuple[int, int], int]]] = []
    places = [(n, m) for n, row in enumerate(rows) for m, one in enumerate(row) if one]
    for n, m in places:
        for polynomial, sign in ((rows[n][m].numerator, 1), (rows[n][m].denominator, -1)):
            charge(FACTOR * len(polynomial))
            for factor, multiplicity in polynomial.factor()[1]:
                known = next((one for known, one in powers if known == factor), None)
                if known is None:
                    known = dict.fromkeys(places, 0)
                    powers.append((factor, known))
                known[n, m] += sign * int(multiplicity)
    for polynomial, own in powers:
        up, down = _potentials(own, len(rows))
        scale = ring.from_mpoly(polynomial)
        rows = [
            [one * scale ** (up[n] - down[m]) if one else one for m, one in enumerate(row)]
            for n, row in enumerate(rows)
        ]
    return _whole(rows)


def _potentials(powers: dict[tuple[int, int], int], size: int) -> tuple[list[int], list[int]]:
    """Powers of a factor that rows gain and columns lose: all entries have none below, and as few as can be above.

    The number of factors is convex in them, so that steps of one along sets of rows and columns lead to the least.
    """
    up = [max((-power for (i, _), power in powers.items() if i == n), default=0) for n in range(size)]
    down = [0] * size
    moves = list(product((0, 1), repeat=2 * size)) if size <= MOST else []
    moves += [tuple(int(n == m) for m in range(2 * size)) for n in range(2 * size)]
    while True:
        best: tuple[int, int] = (0, 0)
        for number, move in enumerate(moves):
            for sign in (1, -1):
                change = 0
                for (n, m), power in powers.items():
                    step = sign * (move[n] - move[size + m])
                    if power + up[n] - down[m] + step < 0:
                        break
                    change += step
                else:
                    if change < best[0]:
                        best = change, sign * (number + 1)
        if not best[0]:
            return up, down
        move, sign = moves[abs(best[1]) - 1], 1 if best[1] > 0 else -1
        up = [one + sign * move[n] for n, one in enumerate(up)]
        down = [one + sign * move[size + n] for n, one in enumerate(down)]


def _whole(rows: Rows) -> Rows:
    """Rows scaled by numbers, so that the coefficients are whole and have no common divisor."""
    found = []
    for row in rows:
        numbers = [primitive_part(one.numerator)[0] for one in row if one]
        below = lcm(*(int(one.q) for one in numbers))
        above = gcd(*(int(one.p) * below // int(one.q) for one in numbers))
        ring = row[0].ring
        scale = ring.constant(below) / ring.constant(above) if above else ring.one
        found.append([one * scale for one in row])
    return found


# -- signs and order ---------------------------------------------------------------------------------------------


def arranged(rows: Rows, at: Mapping[Expr, float]) -> Rows:
    """Signs and order of rows and columns for a reader: the diagonal positive at a point, zeros far from it.

    Of the other entries as many as can be are positive. The determinant keeps its absolute value.

    >>> from sympy.abc import N, P, S, T
    >>> from planaria.algebra.rational import Ring
    >>> ring = Ring([S, T, N, P])
    >>> arranged([[ring(S - N), ring(T)], [ring(T), ring(P - S)]], {S: 1, T: 2, N: 9, P: 8})
    [[N - S, -T], [T, P - S]]
    """

    def is_negative(one: Ratio) -> bool:
        return bool(one.evaluate(at, 1.0) < 0)

    rows = [[-one for one in row] if is_negative(row[n]) else row for n, row in enumerate(rows)]
    size = len(rows)
    signs = [(1, *rest) for rest in product((1, -1), repeat=size - 1)] if size <= 2 * MOST else []

    def negative(chosen: tuple[int, ...]) -> int:
        return sum(
            is_negative(one) != (chosen[n] != chosen[m])
            for n, row in enumerate(rows)
            for m, one in enumerate(row)
            if one
        )

    best = min(signs, key=negative, default=(1,) * size)
    rows = [[one if best[n] == best[m] else -one for m, one in enumerate(row)] for n, row in enumerate(rows)]
    if size > MOST:
        return rows

    def width(order: tuple[int, ...]) -> tuple[int, tuple[str, ...]]:
        wide = sum(abs(n - m) for n in range(size) for m in range(size) if rows[order[n]][order[m]])
        return wide, tuple(str(rows[n][n]) for n in order)

    order = min(permutations(range(size)), key=width)
    return [[rows[n][m] for m in order] for n in order]
