"""From the places of a piece to the shapes of its picture: areas, ribbons, index lines, letters and marks."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from math import hypot
from typing import TYPE_CHECKING

from planaria.diagrams.graphs.contraction import Face
from planaria.diagrams.graphs.faces import covariance
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.writing.emitters.shapes import Dot, Fill, Label, Path, Point, Shape, Stroke, Text, join, line
from planaria.writing.emitters.text import letter_text
from planaria.writing.emitters.typeset import ShortNames
from planaria.writing.pictures.band import HALF, band
from planaria.writing.pictures.block import BLOB, LABEL, Block
from planaria.writing.pictures.crossings import Line, crossing, free_place, interlaced, nearest, polyline
from planaria.writing.pictures.labels import width
from planaria.writing.pictures.style import BACK, GREY, INK, WHITE, Style, tint

if TYPE_CHECKING:
    from sympy import Expr

__all__ = ["LETTER", "paint"]

LETTER = 15.0  # the size of letters
SMALL = 12.0
EDGE = 1.8
INDEX_LINE = 2.4
DRESSED = 5.5
TWIST = 30.0  # the length of a half twist
SHADE = 0.13
DOT = 2.8  # the radius of a dot for a covariance


def paint(
    graph: RibbonGraph, block: Block, style: Style, names: ShortNames, dressed: Collection[int] = ()
) -> Iterator[Shape]:
    """The shapes of a piece in drawing order."""
    brush = _Brush(graph, block, style)
    yield from brush.faces()
    yield from brush.ribbons()
    yield from brush.index_lines(dressed)
    yield from brush.letters()
    yield from brush.marks(names)


class _Brush:
    """Everything that is looked up while one piece is painted."""

    def __init__(self, graph: RibbonGraph, block: Block, style: Style) -> None:
        self.graph, self.block, self.style = graph, block, style
        # Shorter ribbons lie over longer ones.
        self.pairs = sorted(block.middles, key=lambda pair: (-self._span(pair), pair))
        chords = {pair: block.chord(pair) for pair in self.pairs}
        self.under = {
            pair: [other for other in self.pairs[:k] if interlaced(chords[pair], chords[other])]
            for k, pair in enumerate(self.pairs)
        }
        self.twisted = frozenset(graph.twisted).intersection(i for i, _ in self.pairs)
        self.entangled = any(self.under.values())
        self.lines: dict[tuple[int, int], Line] = {}
        self.taken: dict[tuple[int, int], list[tuple[float, float]]] = {pair: [] for pair in self.pairs}
        self.edges: dict[int, Path] = {}  # of ribbons, by the side that each begins at
        if self.entangled or self.twisted:
            self._find_crossings()

    def _span(self, pair: tuple[int, int]) -> int:
        a, b = self.block.chord(pair)
        count = len(self.block.order)
        return min(b - a, count - b + a) if self.block.hand == 1 else b - a

    def _find_crossings(self) -> None:
        self.lines = {pair: polyline(path) for pair, path in self.block.middles.items()}
        for pair, others in self.under.items():
            for other in others:
                place = crossing(self.lines[pair], self.lines[other])
                if place is not None:
                    self.taken[pair].append((place[0], HALF + 3))
                    self.taken[other].append((place[1], HALF + 6))

    def _room(self, pair: tuple[int, int], length: float) -> tuple[float, float, float]:
        """The middle of the longest visible piece of a ribbon, and a window around it."""
        points = self.lines.get(pair) or polyline(self.block.middles[pair])
        return free_place(points, self.taken[pair], length)

    # Areas.

    def faces(self) -> Iterator[Shape]:
        """The tinted faces of a piece whose ribbons neither cross nor are twisted, but for the outer one."""
        if self.entangled or self.twisted:
            return
        for face in self.graph.faces:
            if face.is_open or self.block.outer.intersection(face.corners):
                continue
            pieces = self._border(face)
            if pieces:
                yield Fill(join(pieces), tint(self.style.spaces[face.space], SHADE))

    def _border(self, face: Face) -> list[Path]:
        """Along corners and the middles of ribbons, whose own areas cover what is too much."""
        corners = self.block.corners
        if not face.sides:
            return [corners[face.corners[0]]] if face.corners[0] in corners else []
        ways = {slot.first: way for _, slot, way in self.block.blobs}
        ways.update({slot.stop - 1: way for _, slot, way in self.block.blobs})
        pieces = []
        for number, along, across in zip(face.corners, face.sides[::2], face.sides[1::2], strict=True):
            if number not in corners:
                continue
            i, j = along // 2, across // 2
            if (i, j) in self.block.middles:
                pieces.append(self.block.middles[i, j])
            elif (j, i) in self.block.middles:
                pieces.append(self.block.middles[j, i].reversed())
            elif j in ways:
                pieces.append(ways[j] if across % 2 else ways[j].reversed())
            pieces.append(corners[number] if across % 2 else corners[number].reversed())
        return pieces

    # Ribbons.

    def ribbons(self) -> Iterator[Shape]:
        for pair in self.pairs:
            yield from self._ribbon(pair)

    def _ribbon(self, pair: tuple[int, int]) -> Iterator[Shape]:
        i, _ = pair
        middle = self.block.middles[pair]
        if self.under[pair]:
            yield Stroke(middle, WHITE, 2 * HALF + 7, is_round=False, role="gap")
        window = None
        if i in self.twisted:
            centre, start, end = self._room(pair, TWIST)
            window = (start, end)
            # What is marked on the ribbon keeps away from its twist.
            self.taken[pair].append((centre * (len(self.lines[pair]) - 1), TWIST / 2))
        drawn = band(middle, window)
        area = self.style.areas[self.graph.letters[i].field]
        if window is None:
            yield Stroke(middle, area, 2 * HALF, is_round=False, role="ribbon")
        else:
            front, back = drawn.lobes
            yield Fill(front, area, role="ribbon")
            yield Fill(back, BACK, role="back")
        first, second = (2 * i + 1, 2 * i) if self.block.hand == 1 else (2 * i, 2 * i + 1)
        self.edges |= {first: drawn.edges[0], second: drawn.edges[1]}
        yield self._edge(drawn.edges[0], first)
        if drawn.over is not None:
            yield Stroke(drawn.over, WHITE, EDGE + 3.2, is_round=False, role="gap")
        yield self._edge(drawn.edges[1], second)

    def _edge_colour(self, side: int) -> str:
        return self.style.spaces[self._space(side)]

    def _edge(self, path: Path, side: int) -> Stroke:
        dashes = self.style.dashes.get(self._space(side), ())
        return Stroke(path, self._edge_colour(side), EDGE, not dashes, role="edge", dashes=dashes)

    def _space(self, side: int) -> Expr:
        letter = self.graph.letters[side // 2]
        return letter.cols if side % 2 else letter.rows

    # Lines and letters.

    def index_lines(self, dressed: Collection[int]) -> Iterator[Shape]:
        spaces = [space for space, _ in self.graph.corners]
        for number, path in sorted(self.block.corners.items()):
            space = spaces[number]
            dashes, wide = self.style.dashes.get(space, ()), DRESSED if number in dressed else INDEX_LINE
            yield Stroke(path, self.style.spaces[space], wide, not dashes, dashes=dashes)
        for end, space in self.block.ends:
            yield Dot(end, 3.2, self.style.spaces[space], hollow=True, role="end")
        for centre, slot, _ in self.block.blobs:
            yield Dot(centre, BLOB, GREY, role="blob")
            yield Dot(centre, BLOB - 1.8, "#E8E8E8", role="blob")
            yield Label(centre, slot.name or Text((), ""), 14.0)

    def letters(self) -> Iterator[Shape]:
        for k, (x, y) in sorted(self.block.places.items()):
            dx, dy = self.block.leaving[k]
            text = letter_text(self.graph.letters[k], self.graph.setting)
            # Beside a circle a long name stands further out than above it.
            out = LABEL + max(0.0, width(text, LETTER) / 2 - 6.0) * abs(dx)
            yield Label((x - out * dx, y - out * dy), text, LETTER, role="letter")

    # Dots for functions of eigenvalues, arrows, badges.

    def marks(self, names: ShortNames) -> Iterator[Shape]:
        for number, path in sorted(self.block.corners.items()):
            space, function = self.graph.corners[number]
            if not function.is_one:
                yield Dot(path.at(0.5), 3.6, self.style.spaces[space])
                yield Label(self.block.marks[number], names.of(function, self.graph.setting), SMALL)
        for pair in self.block.middles:
            yield from self._marks_on_ribbon(pair, names)

    def _marks_on_ribbon(self, pair: tuple[int, int], names: ShortNames) -> Iterator[Shape]:
        i, j = pair
        letter, setting = self.graph.letters[i], self.graph.setting
        dotted = [side for side in (2 * i, 2 * i + 1) if not covariance(letter, side % 2 == 1, setting).is_one]
        # An arrow from the field to its conjugate, where that is what the ribbon joins.
        other = self.graph.letters[j]
        directed = letter.conjugated != other.conjugated
        # A weight that the law gives to this ribbon, such as a correlation or a sign.
        weight = setting.fields[letter.field].weight(letter, other, twisted=i in self.graph.twisted)
        badge = self.style.badges.get(i)
        if not (dotted or directed or badge or not weight.is_one):
            return
        middle = self.block.middles[pair]
        if badge:
            at = middle.at(self._take(pair))
            yield Dot(at, 7.5, INK, role="blob")
            yield Label(at, Text(((str(badge), 0),), str(badge)), 10.0, WHITE)
        if dotted:
            part = self._take(pair)
            for side in dotted:
                yield Dot(nearest(self.edges[side], middle.at(part)), DOT, self._edge_colour(side))
        if directed:
            yield Fill(_arrow(middle, self._take(pair), forwards=not letter.conjugated), GREY, role="sign")
        if not weight.is_one:
            text = names.of(weight, setting)
            at = middle.at(self._take(pair))
            yield Dot(at, max(6.5, width(text, SMALL) / 2 + 2), GREY, hollow=True, role="end")
            yield Label(at, text, SMALL, INK)

    def _take(self, pair: tuple[int, int]) -> float:
        """Where a mark stands that the next ones keep off: the part of the way along a ribbon."""
        part, _, _ = self._room(pair, 22.0)
        points = self.lines.get(pair) or polyline(self.block.middles[pair])
        self.taken[pair].append((part * (len(points) - 1), 9.0))
        return part


def _arrow(path: Path, part: float, *, forwards: bool) -> Path:
    """A small triangle on a path, from the field to its conjugate."""
    part = min(max(part, 0.02), 0.95)
    (x, y), (a, b) = path.at(part), path.at(part + 0.01)
    length = hypot(a - x, b - y) or 1.0
    sign = 1.0 if forwards else -1.0
    dx, dy = sign * (a - x) / length, sign * (b - y) / length

    def point(along: float, aside: float) -> Point:
        return x + along * dx - aside * dy, y + along * dy + aside * dx

    tip, one, other = point(4.0, 0), point(-2.6, 3.2), point(-2.6, -3.2)
    return join((line(tip, one), line(one, other)))
