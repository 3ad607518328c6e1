"""Where ribbons cross, and where along a ribbon there is room for a twist or a mark."""

from __future__ import annotations

from itertools import accumulate, pairwise
from math import hypot

from planaria.writing.emitters.shapes import Path, Point

__all__ = ["Line", "crossing", "free_place", "interlaced", "nearest", "polyline"]

STEPS = 6  # pieces of a curve

Line = tuple[Point, ...]


def interlaced(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two chords cross, however they are drawn on one side of a line.

    >>> interlaced((0, 2), (1, 3)), interlaced((0, 3), (1, 2))
    (True, False)
    """
    (a, b), (c, d) = one, other
    return a < c < b < d or c < a < d < b


def polyline(path: Path) -> Line:
    """Points along a path, the same number for each curve."""
    found = [path.start]
    for (ax, ay), ((bx, by), (cx, cy), (dx, dy)) in zip(path.starts, path.curves, strict=True):
        for p, q, r, s in _WEIGHTS:
            found.append((p * ax + q * bx + r * cx + s * dx, p * ay + q * by + r * cy + s * dy))
    return tuple(found)


_WEIGHTS = tuple(
    ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    for t in (k / STEPS for k in range(1, STEPS + 1))
)


def nearest(path: Path, to: Point) -> Point:
    """The point of a path that is nearest to another point.

    >>> from planaria.writing.emitters.shapes import line
    >>> x, y = nearest(line((0, 0), (8, 0)), (3, 5))
    >>> round(x, 3), y
    (3.0, 0.0)
    """

    def away(point: Point) -> float:
        return hypot(point[0] - to[0], point[1] - to[1])

    points = polyline(path)
    k = min(range(len(points)), key=lambda one: away(points[one]))
    low, high = max(k - 1, 0) / (len(points) - 1), min(k + 1, len(points) - 1) / (len(points) - 1)
    for _ in range(18):  # then it is known to a thousandth of a piece
        a, b = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, b) if away(path.at(a)) < away(path.at(b)) else (a, high)
    return path.at((low + high) / 2)


def crossing(one: Line, other: Line) -> tuple[float, float] | None:
    """The first place where two polylines cross: on each, the number of pieces up to there.

    >>> crossing(((0, 0), (4, 0)), ((1, -1), (1, 1)))
    (0.25, 0.5)
    """
    for m, ((px, py), (qx, qy)) in enumerate(pairwise(one)):
        rx, ry = qx - px, qy - py
        left, right = (px, qx) if px < qx else (qx, px)
        top, bottom = (py, qy) if py < qy else (qy, py)
        for n, ((ax, ay), (bx, by)) in enumerate(pairwise(other)):
            if (ax < left and bx < left) or (ax > right and bx > right):
                continue
            if (ay < top and by < top) or (ay > bottom and by > bottom):
                continue
            sx, sy = bx - ax, by - ay
            across = rx * sy - ry * sx
            if across == 0:
                continue
            t = ((ax - px) * sy - (ay - py) * sx) / across
            u = ((ax - px) * ry - (ay - py) * rx) / across
            if 0 <= t <= 1 and 0 <= u <= 1:
                return m + t, n + u
    return None


def free_place(points: Line, taken: list[tuple[float, float]], room: float) -> tuple[float, float, float]:
    """Where along a polyline there is most room: the part of the way of the middle, and around it a window.

    Each place that is taken is a number of pieces and the length that it needs on either side; ``room`` is the
    length of the window, which becomes shorter where there is less.

    >>> free_place(tuple((float(k), 0.0) for k in range(101)), [(20.0, 5.0)], 10)
    (0.625, 0.575, 0.675)
    """
    lengths = list(accumulate((hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points)), initial=0.0))

    def length_at(place: float) -> float:
        k = min(int(place), len(points) - 2)
        return lengths[k] + (place - k) * (lengths[k + 1] - lengths[k])

    def part_at(length: float) -> float:
        k = next((k for k in range(len(points) - 2) if lengths[k + 1] > length), len(points) - 2)
        piece = lengths[k + 1] - lengths[k]
        return (k + (length - lengths[k]) / piece if piece else k) / (len(points) - 1)

    marks = sorted((length_at(place), reach) for place, reach in taken)
    bounds = [(0.0, 0.0), *marks, (lengths[-1], 0.0)]
    gaps = [(b - s - a - r, a + r, b - s) for (a, r), (b, s) in pairwise(bounds)]
    # Of gaps that are alike, the first one: rounding does not choose.
    size = max(gap[0] for gap in gaps) - 0.5
    gap = next(gap for gap in gaps if gap[0] >= size)
    middle = (gap[1] + gap[2]) / 2
    half = min(room, max(0.8 * gap[0], 0.5 * room)) / 2
    half = min(half, middle, lengths[-1] - middle)
    return part_at(middle), part_at(middle - half), part_at(middle + half)
