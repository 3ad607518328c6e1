"""What a picture is made of: paths of cubic curves, dots and labels, in drawing order. Units are points."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import cos, pi, sin, tan
from typing import Literal

from planaria.writing.names import latex_text

__all__ = [
    "Dot",
    "Fill",
    "Label",
    "Path",
    "Picture",
    "Point",
    "Role",
    "Shape",
    "Stroke",
    "Text",
    "arc",
    "between",
    "join",
    "line",
    "moved",
]

Role = Literal[
    "face",
    "ribbon",
    "back",
    "gap",
    "edge",
    "line",
    "end",
    "dot",
    "blob",
    "sign",
    "letter",
    "label",
    "caption",
    "beginning",
]
"""What a shape is in a picture: emitters whose output is edited by hand name their styles after it."""

Point = tuple[float, float]
Curve = tuple[Point, Point, Point]


@dataclass(frozen=True)
class Path:
    """A start and cubic Bezier curves, each two control points and an end."""

    start: Point
    curves: tuple[Curve, ...]

    @property
    def end(self) -> Point:
        return self.curves[-1][2] if self.curves else self.start

    @property
    def starts(self) -> tuple[Point, ...]:
        """Where each curve begins."""
        return (self.start, *(end for _, _, end in self.curves[:-1]))

    def reversed(self) -> Path:
        backwards = zip(reversed(self.curves), reversed(self.starts), strict=True)
        return Path(self.end, tuple((second, first, start) for (first, second, _), start in backwards))

    def at(self, part: float) -> Point:
        """The point a part of the way along, every curve counting alike."""
        return self.split(part)[0].end

    def split(self, part: float) -> tuple[Path, Path]:
        """The path up to a part of the way, every curve counting alike, and the rest of it.

        >>> first, second = line((0, 0), (8, 0)).split(0.25)
        >>> first.end == second.start, first.end, second.end
        (True, (2.0, 0.0), (8, 0))
        >>> [len(piece.curves) for piece in join((first, second)).split(0.5)]
        [1, 1]
        """
        whole = min(int(part * len(self.curves)), len(self.curves) - 1)
        rest = part * len(self.curves) - whole
        if rest == 0 and whole > 0:  # a curve of length 0 would have no direction
            return Path(self.start, self.curves[:whole]), Path(self.starts[whole], self.curves[whole:])
        a = self.starts[whole]
        b, c, d = self.curves[whole]
        ab, bc, cd = between(a, b, rest), between(b, c, rest), between(c, d, rest)
        abc, bcd = between(ab, bc, rest), between(bc, cd, rest)
        middle = between(abc, bcd, rest)
        return (
            Path(self.start, (*self.curves[:whole], (ab, abc, middle))),
            Path(middle, ((bcd, cd, d), *self.curves[whole + 1 :])),
        )


@dataclass(frozen=True)
class Text:
    """A label as Unicode pieces, each with a level (1 above, -1 below the line), and as LaTeX mathematics.

    A piece on the line that is a single letter is a variable, and set in italics, but for Greek capitals.
    """

    pieces: tuple[tuple[str, int], ...]
    latex: str

    @property
    def plain(self) -> str:
        return "".join(piece for piece, _ in self.pieces)

    @property
    def variables(self) -> tuple[bool, ...]:
        """Of each piece, whether it is a variable.

        >>> Text((("N", 0), ("tr ", 0), ("Λ", 0)), "").variables
        (True, False, False)
        """
        return tuple(
            level == 0 and len(piece) == 1 and piece.isalpha() and (piece.isascii() or piece.islower())
            for piece, level in self.pieces
        )

    @classmethod
    def words(cls, text: str) -> Text:
        """Plain words, upright.

        >>> Text.words("50 % of f_1").latex
        '\\\\mbox{50 \\\\% of f\\\\_1}'
        """
        return cls(((text, 0),), rf"\mbox{{{latex_text(text)}}}")

    @classmethod
    def joined(cls, texts: Iterable[Text]) -> Text:
        """One after the other."""
        found = list(texts)
        return cls(
            tuple(piece for text in found for piece in text.pieces),
            " ".join(text.latex for text in found if text.latex),
        )


@dataclass(frozen=True)
class Stroke:
    """A line along a path, its ends round or cut off; dashes are lengths that are drawn and left out in turn."""

    path: Path
    colour: str
    width: float = 1.8
    is_round: bool = True
    role: Role = "line"
    dashes: tuple[float, ...] = ()


@dataclass(frozen=True)
class Fill:
    """A closed path filled with a colour."""

    path: Path
    colour: str
    role: Role = "face"


@dataclass(frozen=True)
class Dot:
    centre: Point
    radius: float
    colour: str
    hollow: bool = False
    role: Role = "dot"


@dataclass(frozen=True)
class Label:
    """A text whose middle (or start) is at a point."""

    at: Point
    text: Text
    size: float = 13.0
    colour: str = "#222222"
    start: bool = False
    role: Role = "label"


Shape = Stroke | Fill | Dot | Label


@dataclass(frozen=True)
class Picture:
    """Shapes in drawing order, on a canvas from (0, 0) to (width, height), y pointing down.

    The title names it in a few words; the description says what it shows to those who do not see it. The scale
    says how many times larger than that it is shown.
    """

    width: float
    height: float
    shapes: tuple[Shape, ...]
    title: str
    description: str = ""
    scale: float = 1.0

    def to_width(self, width: float) -> Picture:
        """The same picture, shown so wide.

        >>> Picture(200, 100, (), "nothing").to_width(50).scale
        0.25
        """
        return replace(self, scale=width / self.width)


def moved(shape: Shape, right: float, down: float) -> Shape:
    """The same shape elsewhere.

    >>> moved(Dot((1, 2), 3, "#000000"), 10, 20).centre
    (11, 22)
    """

    def point(p: Point) -> Point:
        return p[0] + right, p[1] + down

    match shape:
        case Stroke(path) | Fill(path):
            curves = tuple((point(a), point(b), point(c)) for a, b, c in path.curves)
            return replace(shape, path=Path(point(path.start), curves))
        case Dot():
            return replace(shape, centre=point(shape.centre))
        case Label():
            return replace(shape, at=point(shape.at))


def line(a: Point, b: Point) -> Path:
    """A straight line, as a curve."""
    return Path(a, ((between(a, b, 1 / 3), between(a, b, 2 / 3), b),))


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


def between(a: Point, b: Point, part: float) -> Point:
    """The point a part of the way from a to b."""
    return a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part
