"""What a picture is made of: paths of cubic curves, dots and labels, in drawing order. Units are points."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, hypot, pi, sin, tan

__all__ = [
    "Dot",
    "Fill",
    "Label",
    "Path",
    "Picture",
    "Point",
    "Shape",
    "Stroke",
    "Text",
    "arc",
    "crossing",
    "join",
    "line",
]

Point = tuple[float, float]


@dataclass(frozen=True)
class Path:
    """A start and cubic Bezier curves, each two control points and an end."""

    start: Point
    curves: tuple[tuple[Point, Point, Point], ...]

    @property
    def end(self) -> Point:
        return self.curves[-1][2] if self.curves else self.start

    def reversed(self) -> Path:
        starts = (self.start, *(end for _, _, end in self.curves[:-1]))
        backwards = zip(reversed(self.curves), reversed(starts), strict=True)
        return Path(self.end, tuple((second, first, start) for (first, second, _), start in backwards))

    def at(self, part: float) -> Point:
        """The point a part of the way along, every curve counting alike."""
        return self.until(part).end

    def until(self, part: float) -> Path:
        """The beginning of the path, up to a part of the way."""
        whole = min(int(part * len(self.curves)), len(self.curves) - 1)
        rest = part * len(self.curves) - whole
        a = self.curves[whole - 1][2] if whole else self.start
        b, c, d = self.curves[whole]
        ab, bc, cd = _between(a, b, rest), _between(b, c, rest), _between(c, d, rest)
        abc, bcd = _between(ab, bc, rest), _between(bc, cd, rest)
        return Path(self.start, (*self.curves[:whole], (ab, abc, _between(abc, bcd, rest))))


@dataclass(frozen=True)
class Text:
    """A label as Unicode pieces, each with a level (1 above, -1 below the line), and as LaTeX mathematics."""

    pieces: tuple[tuple[str, int], ...]
    latex: str

    @property
    def plain(self) -> str:
        return "".join(piece for piece, _ in self.pieces)


@dataclass(frozen=True)
class Stroke:
    path: Path
    colour: str
    width: float = 1.8


@dataclass(frozen=True)
class Fill:
    """A closed path filled with a tint of a colour."""

    path: Path
    colour: str
    opacity: float


@dataclass(frozen=True)
class Dot:
    centre: Point
    radius: float
    colour: str
    hollow: bool = False


@dataclass(frozen=True)
class Label:
    """A text whose middle (or start) is at a point."""

    at: Point
    text: Text
    size: float = 13.0
    colour: str = "#222222"
    start: bool = False


Shape = Stroke | Fill | Dot | Label


@dataclass(frozen=True)
class Picture:
    """Shapes in drawing order, on a canvas from (0, 0) to (width, height), y pointing down."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    title: str


def line(a: Point, b: Point) -> Path:
    """A straight line, as a curve."""
    return Path(a, ((_between(a, b, 1 / 3), _between(a, b, 2 / 3), b),))


def arc(centre: Point, radius: float, start: float, end: float) -> Path:
    """A circular arc between two angles, in curves of at most a quarter turn."""
    parts = max(1, round(abs(end - start) / (pi / 2) + 0.499))
    step = (end - start) / parts
    handle = 4 / 3 * tan(step / 4) * radius

    def at(angle: float) -> Point:
        return centre[0] + radius * cos(angle), centre[1] + radius * sin(angle)

    curves = []
    for k in range(parts):
        a, b = start + k * step, start + (k + 1) * step
        p, q = at(a), at(b)
        curves.append(
            (
                (p[0] - handle * sin(a), p[1] + handle * cos(a)),
                (q[0] + handle * sin(b), q[1] - handle * cos(b)),
                q,
            )
        )
    return Path(at(start), tuple(curves))


def join(paths: Iterable[Path]) -> Path:
    """Paths that follow one another, as one."""
    pieces = list(paths)
    return Path(pieces[0].start, tuple(curve for piece in pieces for curve in piece.curves))


def crossing(first: Path, second: Path) -> Path:
    """Follow the first of two parallel paths, then cross over and follow the second to its end.

    The crossing is not in the middle, where ribbons that cross one another most often meet.
    """
    before, after = first.until(0.16), second.reversed().until(0.62).reversed()
    (_, control, end), (next_control, _, _) = before.curves[-1], after.curves[0]
    reach = 0.4 * hypot(after.start[0] - end[0], after.start[1] - end[1])
    bridge = (_towards(end, control, -reach), _towards(after.start, next_control, -reach), after.start)
    return Path(before.start, (*before.curves, bridge, *after.curves))


def _towards(a: Point, b: Point, distance: float) -> Point:
    """The point at a distance from a in the direction of b, or away from it if negative."""
    length = hypot(b[0] - a[0], b[1] - a[1]) or 1.0
    return _between(a, b, distance / length)


def _between(a: Point, b: Point, part: float) -> Point:
    return a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part
