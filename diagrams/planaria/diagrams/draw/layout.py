"""Where everything of a ribbon graph stands in a picture, for any emitter.

A trace is a circle, read clockwise from the top, with its ribbons inside; an open word is a line with its
ribbons above. Every index line has the colour of its space, and a ribbon is a pair of parallel lines, which
cross if it is twisted. Faces of planar graphs are tinted. A dot on a line is a function of eigenvalues.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import cos, hypot, pi, sin, tan
from typing import TYPE_CHECKING

from sympy import Expr

from planaria.diagrams.draw.shapes import (
    Dot,
    Fill,
    Label,
    Path,
    Picture,
    Point,
    Shape,
    Stroke,
    Text,
    arc,
    crossing,
    join,
    line,
)
from planaria.diagrams.draw.text import formula, letter_text, name_text
from planaria.diagrams.expansion import Word
from planaria.diagrams.faces import covariance
from planaria.diagrams.rational import Ratio

if TYPE_CHECKING:  # graphs delegate to this module, which needs no more than their type
    from planaria.diagrams.ribbon import RibbonGraph

__all__ = ["PALETTE", "lay_out"]

# The colours of Okabe and Ito, which colour-blind readers can tell apart.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A5195", "#8C6D31")

HALF = 5.5  # half the width of a ribbon
SPACING = 46.0  # between letters
SMALLEST_RADIUS = 52.0
LABEL = 17.0  # from a line to the label of a letter on it
MARGIN = 34.0
LEGEND_LINE = 22.0
FLAT = 0.8  # the height of a ribbon over a line, as a part of half its span
TINT = 0.13
WHITE = "#FFFFFF"


@dataclass(frozen=True)
class _Vertex:
    """A word in the plane: the places of its letters and of their sides, where ribbons leave, its corners."""

    right: float
    bottom: float
    places: tuple[Point, ...]
    sides: tuple[Point, ...]
    inward: tuple[Point, ...]
    corners: tuple[Path, ...]
    ends: tuple[Point, ...] = ()


def lay_out(graph: RibbonGraph) -> Picture:
    """Place a graph: a pure function of it, the same for every emitter.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.wick import expand
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> d, = expand(Trace(x * x.T), Model([Gaussian(x)]), order=0)
    >>> [shape.text.plain for shape in lay_out(d).shapes if isinstance(shape, Label)]
    ['x', 'xT', 'N', 'P', 'χ = 2']
    """
    return _Drawing(graph).picture()


class _Drawing:
    """One picture in the making."""

    def __init__(self, graph: RibbonGraph) -> None:
        self.graph = graph
        present = {space for space, _ in graph.corners} | {letter.cols for letter in graph.letters}
        known = dict.fromkeys((*graph.setting.spaces, *(space for space, _ in graph.corners)))
        # A space keeps its colour in every diagram of a model, whether or not the others occur.
        self.colours = {s: PALETTE[k % len(PALETTE)] for k, s in enumerate(known) if s in present}
        self.home = [w for w, letters in enumerate(graph.vertices) for _ in letters]
        self.vertices = self._vertices()
        self.places = [place for vertex in self.vertices for place in vertex.places]
        self.sides = [side for vertex in self.vertices for side in vertex.sides]
        self.corners = [corner for vertex in self.vertices for corner in vertex.corners]
        self.middles: dict[tuple[int, int], Path] = {}
        self.edges: dict[tuple[int, int], Path] = {}
        for i, j in graph.ribbons:
            self._place_ribbon(i, j)

    def picture(self) -> Picture:
        functions: dict[Ratio, Text] = {}
        shapes = [
            *self._faces(),
            *self._ribbons(),
            *self._index_lines(),
            *self._letters(),
            *self._marks(functions),
        ]
        width = max(vertex.right for vertex in self.vertices) + MARGIN
        height = max(vertex.bottom for vertex in self.vertices) + MARGIN
        legend, legend_width, height = self._legend(functions, height)
        if legend_width > width:
            shapes = [_moved(shape, (legend_width - width) / 2) for shape in shapes]
        else:
            legend = [_moved(shape, (width - legend_width) / 2) for shape in legend]
        count, chi = len(self.graph.ribbons), self.graph.euler_characteristic
        title = f"Ribbon graph: {count} ribbon{'' if count == 1 else 's'}, Euler characteristic {chi}"
        return Picture(max(width, legend_width), height, (*shapes, *legend), title)

    # Words.

    def _vertices(self) -> list[_Vertex]:
        heights = []
        for word, letters in zip(self.graph.words, self.graph.vertices, strict=True):
            spans = [abs(self.graph.pairing[k] - k) for k in letters if self._is_inside(k)]
            heights.append(_radius(word) if word.closed else max(spans, default=0) * SPACING / 2 * FLAT + HALF)
        axis = MARGIN + max(heights)
        found: list[_Vertex] = []
        left = MARGIN
        for word, letters in zip(self.graph.words, self.graph.vertices, strict=True):
            if word.closed:
                turned = [1.0 if self._is_inside(k) else -1.0 for k in letters]
                found.append(_circle((left + _radius(word), axis), _radius(word), turned))
            else:
                found.append(_baseline((left, axis), len(letters)))
            left = found[-1].right + 2 * MARGIN
        return found

    def _is_inside(self, k: int) -> bool:
        return self.home[k] == self.home[self.graph.pairing[k]]

    # Ribbons.

    def _place_ribbon(self, i: int, j: int) -> None:
        """The centre line of a ribbon and its two edges, under their sides in both directions."""
        a, b = self.places[i], self.places[j]
        inward = [direction for vertex in self.vertices for direction in vertex.inward]
        distance = hypot(b[0] - a[0], b[1] - a[1])
        longer = 0.0  # by how much the handle of the outer edge exceeds that of the centre line
        word = self.graph.words[self.home[i]]
        if not self._is_inside(i):
            handle = 0.45 * distance
        elif word.closed:
            half = pi * (j - i) / len(word.letters)
            handle = 4 / 3 * abs(sin(half)) / (1 + abs(sin(half))) * _radius(word)
            longer = 4 / 3 * tan((pi - 2 * min(half, pi - half)) / 4) * HALF * (1 if 2 * half <= pi else -1)
        else:
            handle, longer = 4 / 3 * FLAT * distance / 2, 4 / 3 * HALF

        def curve(p: Point, q: Point, reach: float) -> Path:
            (ax, ay), (bx, by) = inward[i], inward[j]
            first = p[0] + reach * ax, p[1] + reach * ay
            return Path(p, ((first, (q[0] + reach * bx, q[1] + reach * by), q),))

        self.middles[i, j] = curve(a, b, handle)
        sides = self.sides
        outer = curve(sides[2 * i], sides[2 * j + 1], handle + longer)
        inner = curve(sides[2 * i + 1], sides[2 * j], handle - longer)
        if i in self.graph.twisted:
            joints = ((2 * i, 2 * j, crossing(outer, inner)), (2 * i + 1, 2 * j + 1, crossing(inner, outer)))
        else:
            joints = ((2 * i, 2 * j + 1, outer), (2 * i + 1, 2 * j, inner))
        for one, other, edge in joints:
            self.edges[one, other], self.edges[other, one] = edge, edge.reversed()

    def _ribbons(self) -> Iterator[Shape]:
        """Shorter ribbons over longer ones; where ribbons cross, the upper one interrupts the lower one."""
        planar = self.graph.is_planar
        for i, j in sorted(self.graph.ribbons, key=lambda pair: pair[0] - pair[1]):
            if not planar:
                yield Stroke(self.middles[i, j], WHITE, 2 * HALF + 5)
            for one in (2 * i, 2 * i + 1):
                other = next(end for start, end in self.edges if start == one and end // 2 == j)
                yield Stroke(self.edges[one, other], self.colours[self._space(one)])

    def _space(self, side: int) -> Expr:
        letter = self.graph.letters[side // 2]
        return letter.cols if side % 2 else letter.rows

    def _faces(self) -> Iterator[Shape]:
        """The tinted faces of a planar graph: closed paths along corners and ribbons."""
        graph = self.graph
        if not graph.is_planar or not all(map(self._is_inside, range(len(graph.letters)))):
            return
        for face in graph.faces:
            if face.is_open:
                continue
            if not face.sides:
                pieces = [self.corners[face.corners[0]]]
            else:
                pieces = []
                for number, along, across in zip(face.corners, face.sides[::2], face.sides[1::2], strict=True):
                    corner = self.corners[number]
                    if (
                        hypot(corner.start[0] - self.sides[across][0], corner.start[1] - self.sides[across][1])
                        > 1e-6
                    ):
                        corner = corner.reversed()
                    pieces += (self.edges[along, across], corner)
            yield Fill(join(pieces), self.colours[face.space], TINT)

    def _index_lines(self) -> Iterator[Shape]:
        for (space, _), corner in zip(self.graph.corners, self.corners, strict=True):
            yield Stroke(corner, self.colours[space], 2.4)
        for word, vertex in zip(self.graph.words, self.vertices, strict=True):
            for space, end in zip((word.rows, word.cols), vertex.ends, strict=False):
                yield Dot(end, 3.2, self.colours[space], hollow=True)

    # Labels, and dots for functions of eigenvalues.

    def _letters(self) -> Iterator[Shape]:
        inward = [direction for vertex in self.vertices for direction in vertex.inward]
        for letter, (x, y), (dx, dy) in zip(self.graph.letters, self.places, inward, strict=True):
            at = x - LABEL * dx, y - LABEL * dy
            yield Label(at, letter_text(letter, self.graph.setting), 14.0)

    def _marks(self, functions: dict[Ratio, Text]) -> Iterator[Shape]:
        graph = self.graph
        for word, vertex in zip(graph.words, self.vertices, strict=True):
            for corner, path, space in zip(word.corners, vertex.corners, word.spaces, strict=True):
                if not corner.is_one:
                    x, y = path.at(0.5)
                    yield Dot((x, y), 3.6, self.colours[space])
                    yield Label(_outside(vertex, word, (x, y)), self._function(corner, functions), 12.0)
        for (one, _), edge in self.edges.items():
            other = graph.pairing[one // 2]
            if one // 2 < other and not covariance(graph.letters[one // 2], one % 2 == 1, graph.setting).is_one:
                place = 0.5 if graph.is_planar else 1 - 0.14 / len(edge.curves)  # away from crossings
                yield Dot(edge.at(place), 2.8, self.colours[self._space(one)])

    def _function(self, corner: Ratio, functions: dict[Ratio, Text]) -> Text:
        """A monomial as it is; anything longer gets a name, which the legend explains."""
        text = formula(corner, self.graph.setting)
        if len(text.plain) <= 3:
            return text
        if corner not in functions:
            functions[corner] = name_text(f"f_{len(functions) + 1}")
        return functions[corner]

    def _legend(self, functions: dict[Ratio, Text], top: float) -> tuple[list[Shape], float, float]:
        """Rows under the graph: the spaces and the Euler characteristic; covariances; named functions."""
        shapes: list[Shape] = []
        x, y, widest = MARGIN, top + LEGEND_LINE / 2, 0.0
        for space, colour in self.colours.items():
            shapes.append(Stroke(line((x, y), (x + 16, y)), colour, 3.0))
            text = name_text(str(space))
            shapes.append(Label((x + 22, y), text, 13.0, start=True))
            x += 22 + _width(text) + 18
        chi = self.graph.euler_characteristic
        text = Text(((f"χ = {chi}", 0),), rf"\chi = {chi}")
        shapes.append(Label((x, y), text, 13.0, start=True))
        widest = x + _width(text)
        rows: list[tuple[str | None, Text]] = []
        setting, used = self.graph.setting, {letter.field for letter in self.graph.letters}
        for k in sorted(used):
            field = setting.fields[k]
            for space, function in ((field.row_space, field.rows), (field.col_space, field.cols)):
                if not function.is_one:
                    name, value = name_text(field.name), formula(function, setting)
                    pieces = (("covariance of ", 0), *name.pieces, (": ", 0), *value.pieces)
                    rows.append(
                        (
                            self.colours[space],
                            Text(pieces, rf"\text{{covariance of }} {name.latex}\colon {value.latex}"),
                        )
                    )
                if field.kind in ("symmetric", "hermitian"):
                    break
        for function, name in functions.items():
            value = formula(function, setting)
            rows.append((None, Text((*name.pieces, (" = ", 0), *value.pieces), f"{name.latex} = {value.latex}")))
        for dot, text in rows:
            y += LEGEND_LINE
            if dot:
                shapes.append(Dot((MARGIN + 8, y), 2.8, dot))
            shapes.append(Label((MARGIN + 22, y), text, 12.0, start=True))
            widest = max(widest, MARGIN + 22 + _width(text))
        return shapes, widest + MARGIN, y + LEGEND_LINE


def _radius(word: Word) -> float:
    return max(SMALLEST_RADIUS, len(word.letters) * SPACING / (2 * pi))


def _circle(centre: Point, radius: float, turned: list[float]) -> _Vertex:
    """Letters clockwise from the top; ``turned`` is -1 for a letter whose ribbon leaves to the outside."""
    n = len(turned)
    half = HALF / radius
    angles = [2 * pi * (k + 0.5) / n - pi / 2 for k in range(n)]

    def at(angle: float) -> Point:
        return centre[0] + radius * cos(angle), centre[1] + radius * sin(angle)

    if n:
        before = [angles[-1] - 2 * pi, *angles[:-1]]
        corners = [arc(centre, radius, a + half, b - half) for a, b in zip(before, angles, strict=True)]
    else:
        corners = [arc(centre, radius, -pi / 2, 3 * pi / 2)]
    return _Vertex(
        centre[0] + radius,
        centre[1] + radius,
        tuple(map(at, angles)),
        tuple(at(angle + turn) for angle in angles for turn in (-half, half)),
        tuple((-sign * cos(angle), -sign * sin(angle)) for angle, sign in zip(angles, turned, strict=True)),
        tuple(corners),
    )


def _baseline(start: Point, n: int) -> _Vertex:
    """Letters from left to right, ribbons leaving upwards."""
    x, y = start
    places = [x + SPACING * (k + 0.75) for k in range(n)]
    stops = [x, *(p + shift for p in places for shift in (-HALF, HALF)), x + SPACING * (n + 0.5)]
    return _Vertex(
        stops[-1],
        y,
        tuple((p, y) for p in places),
        tuple((p, y) for p in stops[1:-1]),
        ((0.0, -1.0),) * n,
        tuple(line((a, y), (b, y)) for a, b in zip(stops[::2], stops[1::2], strict=True)),
        ((x, y), (stops[-1], y)),
    )


def _outside(vertex: _Vertex, word: Word, point: Point) -> Point:
    """Where the label of a corner stands: under a line, outside of a circle."""
    if not word.closed:
        return point[0], point[1] + LABEL
    centre = vertex.right - _radius(word), vertex.bottom - _radius(word)
    dx, dy = point[0] - centre[0], point[1] - centre[1]
    stretch = 1 + LABEL / hypot(dx, dy)
    return centre[0] + dx * stretch, centre[1] + dy * stretch


def _moved(shape: Shape, dx: float) -> Shape:
    def move(point: Point) -> Point:
        return point[0] + dx, point[1]

    match shape:
        case Label():
            return replace(shape, at=move(shape.at))
        case Dot():
            return replace(shape, centre=move(shape.centre))
        case _:
            curves = tuple((move(a), move(b), move(c)) for a, b, c in shape.path.curves)
            return replace(shape, path=Path(move(shape.path.start), curves))


def _width(text: Text) -> float:
    """A generous estimate of the width of a label of the legend."""
    return sum(7.2 if level == 0 else 5.5 for piece, level in text.pieces for _ in piece)
