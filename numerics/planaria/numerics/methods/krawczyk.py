"""A root proved to exist and to be the only one in a box: Krawczyk's test in Arb's balls.

For f with derivative J, a point m, a matrix Y and a box X about m,

    K(X) = m - Y f(m) + (1 - Y J(X)) (X - m).

If K(X) lies in the interior of X, then f has exactly one root in X, and it lies in K(X): R. Krawczyk, Computing 4
(1969) 187; A. Neumaier, Interval methods for systems of equations (1990), theorem 5.1.8. Balls that f itself
contains, of parameters that are known to some digits, may stand: the root exists for all that is in them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flint import arb, arb_mat, ctx

__all__ = ["proved_root"]

System = Callable[[Sequence[Any]], tuple[Sequence[Any], Any]]
"""Values and Jacobian, an arb_mat, that hold those of every point of a box."""

MOST_STEPS = 8  # of Newton's method, to a middle that is worth a proof
MOST_BOXES = 4  # that are tried, each larger than the one before
ROOM = 4  # times the distance of the root that a box reaches
LAST_BITS = 8  # of a middle that a box reaches at least


def proved_root(system: System, start: Sequence[Any]) -> list[Any] | None:
    """Balls in which a system has exactly one root, all together; None where this is not proved.

    Parameters
    ----------
    system
        What it gives for balls must hold what it is at each of their points.
    start
        Numbers near the root, exact balls.

    >>> def circle_and_line(box):
    ...     x, y = box
    ...     return [x * x + y * y - 1, x - y], arb_mat([[2 * x, 2 * y], [1, -1]])
    >>> x, y = proved_root(circle_and_line, [arb(0.7), arb(0.7)])
    >>> x.overlaps(arb(0.5).sqrt()), x.rad() < 1e-14
    (True, True)
    >>> proved_root(lambda box: ([box[0] * box[0] + 1e-30], arb_mat([[2 * box[0]]])), [arb(1e-16)]) is None
    True
    """
    middle = [one.mid() for one in start]
    if not middle:
        return []
    for _ in range(MOST_STEPS):
        values, slope = system(middle)
        inverse = _inverse(slope)
        if inverse is None:
            return None
        moves = _times(inverse, values)
        if not all(move.is_finite() for move in moves):
            return None
        if all(_is_small(move, one) for move, one in zip(moves, middle, strict=True)):
            break
        middle = [(one - move).mid() for one, move in zip(middle, moves, strict=True)]
    else:
        return None
    moved = [one - move for one, move in zip(middle, moves, strict=True)]
    reach = [ROOM * move.abs_upper() + _last(one) for move, one in zip(moves, middle, strict=True)]
    for _ in range(MOST_BOXES):
        box = [one + arb(0, size.upper()) for one, size in zip(middle, reach, strict=True)]
        _, slope = system(box)
        size = len(box)
        unit = arb_mat([[int(m == n) for n in range(size)] for m in range(size)])
        spread = _times(unit - inverse * slope, [one - centre for one, centre in zip(box, middle, strict=True)])
        image = [one + width for one, width in zip(moved, spread, strict=True)]
        if not all(one.is_finite() for one in image):
            return None
        if all(one.contains_interior(inner) for one, inner in zip(box, image, strict=True)):
            return image
        distances = [(one - centre).abs_upper() for one, centre in zip(image, middle, strict=True)]
        reach = [2 * one.max(size) for one, size in zip(distances, reach, strict=True)]
    return None


def _inverse(slope: Any) -> Any:
    """An approximate inverse, exact as a matrix; None where there is none."""
    try:
        return slope.mid().inv().mid()
    except ZeroDivisionError:
        return None


def _times(matrix: Any, vector: Sequence[Any]) -> list[Any]:
    product = matrix * arb_mat([[one] for one in vector])
    return [product[n, 0] for n in range(len(vector))]


def _is_small(move: Any, one: Any) -> bool:
    """Whether a move leaves a third of the digits, or is rounding."""
    return bool(move.contains(0) or abs(move) < abs(one) * arb(2) ** (-ctx.prec // 3))


def _last(one: Any) -> Any:
    return abs(one) * arb(2) ** (LAST_BITS - ctx.prec)
