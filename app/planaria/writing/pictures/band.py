"""A ribbon as a band along its middle line: two parallel edges, which a half twist exchanges."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

from planaria.writing.emitters.shapes import Path, Point, join

__all__ = ["HALF", "Band", "band", "offset"]

HALF = 5.5  # half the width of a ribbon


@dataclass(frozen=True)
class Band:
    """The edges of a ribbon and what is between them.

    Attributes
    ----------
    edges
        From the left side and from the right side of the start, as one looks along the middle line.
    lobes
        The two regions on either side of a twist, which show the two faces of the band; none without a twist.
    over
        The piece of the second edge that passes over the first one; None without a twist.
    """

    edges: tuple[Path, Path]
    lobes: tuple[Path, ...] = ()
    over: Path | None = None


def band(middle: Path, twist: tuple[float, float] | None = None) -> Band:
    """The band along a middle line, with a half twist between two parts of the way if they are given.

    >>> from planaria.writing.emitters.shapes import line
    >>> straight, twisted = band(line((0, 0), (90, 0))), band(line((0, 0), (90, 0)), (0.3, 0.6))
    >>> [edge.end for edge in straight.edges], [edge.end for edge in twisted.edges]
    ([(90.0, -5.5), (90.0, 5.5)], [(90.0, 5.5), (90.0, -5.5)])
    """
    if twist is None:
        left, right = offset(middle, -HALF), offset(middle, HALF)
        return Band((left, right))
    start, end = twist
    before, rest = middle.split(start)
    # The rest begins within a curve of the middle, whose remainder counts as one.
    count, whole = len(middle.curves), min(int(start * len(middle.curves)), len(middle.curves) - 1)
    place, begun = end * count - whole, start * count - whole
    after = rest.split(((place - begun) / (1 - begun) if place < 1 else place) / len(rest.curves))[1]
    starts = offset(before, -HALF), offset(before, HALF)
    ends = offset(after, HALF), offset(after, -HALF)
    bridges = [_bridge(one, other) for one, other in zip(starts, ends, strict=True)]
    halves = [bridge.split(0.5) for bridge in bridges]
    edges = [join((one, way, other)) for one, way, other in zip(starts, bridges, ends, strict=True)]
    lobes = tuple(
        _region(join((starts[0], halves[0][0])), join((starts[1], halves[1][0])))
        if k == 0
        else _region(join((halves[0][1], ends[0])), join((halves[1][1], ends[1])))
        for k in (0, 1)
    )
    return Band((edges[0], edges[1]), lobes, bridges[1].split(0.3)[1].split(4 / 7)[0])


def offset(path: Path, distance: float) -> Path:
    """The parallel path at a distance: to the right of it, y pointing down, if that is positive.

    >>> from math import hypot
    >>> from planaria.writing.emitters.shapes import arc
    >>> parallel = offset(arc((0, 0), 20, 0, 1.5), -5)
    >>> [round(hypot(*parallel.at(part)), 1) for part in (0, 0.25, 0.5, 0.75, 1)]
    [25.0, 25.0, 25.0, 25.0, 25.0]
    """
    curves: list[tuple[Point, Point, Point]] = []
    start = None
    for a, (b, c, d) in zip(path.starts, path.curves, strict=True):
        one, other = _along(a, b, c), _along(d, c, b)
        p = a[0] - distance * one[1], a[1] + distance * one[0]
        q = d[0] + distance * other[1], d[1] - distance * other[0]
        # Handles grow or shrink with the radius of curvature; a circle so becomes a circle.
        first = max(0.05, 1 - distance * _curvature(a, b, c)) * hypot(b[0] - a[0], b[1] - a[1])
        second = max(0.05, 1 + distance * _curvature(d, c, b)) * hypot(c[0] - d[0], c[1] - d[1])
        start = start or p
        curves.append(
            (
                (p[0] + first * one[0], p[1] + first * one[1]),
                (q[0] + second * other[0], q[1] + second * other[1]),
                q,
            )
        )
    return Path(start or path.start, tuple(curves))


def _along(a: Point, b: Point, c: Point) -> Point:
    """The direction of a curve at its end a, towards its controls."""
    if hypot(b[0] - a[0], b[1] - a[1]) < 1e-9:
        b = c
    length = hypot(b[0] - a[0], b[1] - a[1]) or 1.0
    return (b[0] - a[0]) / length, (b[1] - a[1]) / length


def _curvature(a: Point, b: Point, c: Point) -> float:
    """The curvature of a cubic at its end a: positive if it turns clockwise, y pointing down."""
    first, second = (b[0] - a[0], b[1] - a[1]), (c[0] - b[0], c[1] - b[1])
    length = hypot(*first)
    return 2 / 3 * (first[0] * second[1] - first[1] * second[0]) / length**3 if length > 1e-9 else 0.0


def _bridge(one: Path, other: Path) -> Path:
    """From the end of one path to the start of another, over the band to its other edge."""
    a, d = one.end, other.start
    reach = 0.55 * hypot(d[0] - a[0], d[1] - a[1])
    back, forth = _along(a, *one.curves[-1][1::-1]), _along(d, *other.curves[0][:2])
    return Path(
        a,
        (
            (
                (a[0] - reach * back[0], a[1] - reach * back[1]),
                (d[0] - reach * forth[0], d[1] - reach * forth[1]),
                d,
            ),
        ),
    )


def _region(left: Path, right: Path) -> Path:
    """The area between two edges; emitters close it."""
    back = right.reversed()
    across = ((left.end, back.start, back.start),)
    return Path(left.start, (*left.curves, *across, *back.curves))
