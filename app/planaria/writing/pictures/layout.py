"""Where everything of a ribbon graph stands in a picture, for any emitter.

A trace by itself is a circle, read clockwise from the top, with its ribbons inside. An open word, and traces
that are joined, stand on a line with their ribbons above; a trace is then closed below its letters, and read
backwards where that leaves fewer ribbons twisted. Every
index line has the colour of its space, and a ribbon is a pair of parallel lines, which cross if it is
twisted; of two ribbons that cross, one passes over the other. The faces of planar graphs are tinted. A dot on
a line is a function of eigenvalues.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.diagrams.networks.reading import Node, given
from planaria.writing.emitters.shapes import Dot, Label, Picture, Shape, moved
from planaria.writing.emitters.text import name_text
from planaria.writing.emitters.typeset import ShortNames
from planaria.writing.letters import letter_sign
from planaria.writing.names import terminal_name
from planaria.writing.pictures.band import HALF
from planaria.writing.pictures.baseline import baseline
from planaria.writing.pictures.block import LABEL, Block, slots_of, spacing, widest
from planaria.writing.pictures.labels import box, width
from planaria.writing.pictures.legend import LINE, Item, chi_text, flow, legend_items
from planaria.writing.pictures.paint import LETTER, paint
from planaria.writing.pictures.readings import untwisted
from planaria.writing.pictures.ring import radius_of, ring
from planaria.writing.pictures.style import PALETTE, Style, style_of

if TYPE_CHECKING:
    from networkx import Graph

__all__ = ["PALETTE", "circle_of", "draw", "lay_out", "with_legend"]

MARGIN = 14.0
AROUND = LABEL + 12.0  # the room for labels around a piece
LABELS = LABEL + 0.45 * LETTER - HALF  # what the labels of letters take above and below a circle
NARROWEST_LEGEND = 270.0


def lay_out(
    graph: RibbonGraph | Graph[Node],
    *,
    blobs: Sequence[tuple[int, int, str]] = (),
    dressed: Collection[int] = (),
) -> Picture:
    """Place a graph: a pure function of it, the same for every emitter.

    Parameters
    ----------
    graph
        Any ribbon graph, of one or several words, or the networkx graph of one.
    blobs
        Intervals of letters to be drawn as one blob each: first letter, the one behind the last, a name such as
        ``"Sigma"``. All letters inside must be joined among themselves.
    dressed
        Corners, numbered along the words, to be drawn as thick lines: full propagators.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expansion import expand
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> d, = expand(Trace(x * x.T), Model([Gaussian(x)]), order=0)
    >>> [shape.text.plain for shape in lay_out(d).shapes if isinstance(shape, Label)]
    ['x', 'xT', 'N', 'P', 'x', 'χ = 2']

    Raises InputError for a blob that is no such interval.
    """
    graph = given(graph, RibbonGraph)
    if not blobs and not dressed:  # these number letters and corners as they are
        graph = untwisted(graph).graph
    style, names = style_of([graph]), ShortNames()
    body = draw(graph, style, names, blobs=blobs, dressed=dressed)
    short, rows = legend_items(graph.setting, style, names, twisted=bool(graph.twisted))
    chi = chi_text(graph.euler_characteristic)
    short.append(Item((Label((0.0, 0.0), chi, 13.0, start=True),), width(chi, 13.0)))
    return with_legend(body, short, rows)


def draw(
    graph: RibbonGraph,
    style: Style,
    names: ShortNames,
    *,
    blobs: Sequence[tuple[int, int, str]] = (),
    dressed: Collection[int] = (),
    radius: float = 0.0,
) -> Picture:
    """The graph alone, without a legend: its connected pieces side by side, circles of at least this radius."""
    slots = slots_of(graph, [(first, stop, name_text(name)) for first, stop, name in blobs])
    gap = spacing(graph, LETTER)
    apart = 2 * max(AROUND, LABEL + widest(graph, LETTER))
    blocks: list[Block] = []
    for component in graph.components:
        word = component[0]
        if _is_circle(graph, component):
            blocks.append(ring(graph, word, slots[word], max(radius, radius_of(graph, slots[word], gap))))
        else:
            blocks.append(baseline(graph, component, slots, gap))
    tallest = max(block.box[3] - block.box[1] for block in blocks)
    shapes: list[Shape] = []
    left = 0.0
    for block in blocks:
        own, top, right, bottom = block.box
        down = (tallest - bottom + top) / 2 - top
        shapes += (moved(shape, left - own, down) for shape in paint(graph, block, style, names, dressed))
        left += right - own + apart
    count, chi = len(graph.ribbons), graph.euler_characteristic
    title = f"Ribbon graph: {count} ribbon{'' if count == 1 else 's'}, Euler characteristic {chi}"
    # Whatever stands above and below a circle, it has one height in all pictures.
    room = LABELS if any(_is_circle(graph, component) for component in graph.components) else 0.0
    return _framed(shapes, (0.0, -room, left - apart, tallest + room), title, _description(graph))


def circle_of(graph: RibbonGraph) -> float:
    """The radius of the largest circle in the picture of a graph; 0 where there is none."""
    slots, gap = slots_of(graph, ()), spacing(graph, LETTER)
    circles = (component[0] for component in graph.components if _is_circle(graph, component))
    return max((radius_of(graph, slots[word], gap) for word in circles), default=0.0)


def _is_circle(graph: RibbonGraph, component: tuple[int, ...]) -> bool:
    return len(component) == 1 and graph.words[component[0]].closed


def with_legend(body: Picture, short: Iterable[Item], rows: Iterable[Item]) -> Picture:
    """A picture over its legend, both in the middle."""
    found = list(flow(short, max(body.width - 2 * MARGIN, NARROWEST_LEGEND)))
    longer = [(list(row.shapes), row.width) for row in rows]
    widest = max((size for _, size in longer), default=0.0)
    found += ((shapes, widest) for shapes, _ in longer)
    whole = max(body.width, *(size + 2 * MARGIN for _, size in found))
    shapes = [moved(shape, (whole - body.width) / 2, 0.0) for shape in body.shapes]
    y = body.height + LINE / 2
    for row, size in found:
        shapes += (moved(shape, (whole - size) / 2, y) for shape in row)
        y += LINE
    return Picture(whole, y - LINE / 2 + MARGIN, tuple(shapes), body.title, body.description)


def _framed(
    shapes: list[Shape], inner: tuple[float, float, float, float], title: str, description: str
) -> Picture:
    """Shapes on a canvas that holds them with a margin."""
    boxes = [inner, *(box(shape) for shape in shapes if isinstance(shape, Label))]
    boxes += (
        (shape.centre[0] - 5, shape.centre[1] - 5, shape.centre[0] + 5, shape.centre[1] + 5)
        for shape in shapes
        if isinstance(shape, Dot)
    )
    left, top = (min(one[k] for one in boxes) - MARGIN for k in (0, 1))
    right, bottom = (max(one[k] for one in boxes) + MARGIN for k in (2, 3))
    return Picture(
        right - left, bottom - top, tuple(moved(shape, -left, -top) for shape in shapes), title, description
    )


def _description(graph: RibbonGraph) -> str:
    """The graph in words: its words with numbered letters, and its ribbons."""
    names = [_plain(graph, k) for k in range(len(graph.letters))]
    parts = []
    for word, letters in zip(graph.words, graph.vertices, strict=True):
        text = " ".join(f"{names[k]}{k}" for k in letters)
        parts.append(f"{'trace' if word.closed else 'open line'} {text or 'without letters'}")
    joined = (f"{i}-{j}{' twisted' if i in graph.twisted else ''}" for i, j in graph.ribbons)
    return f"Words: {'; '.join(parts)}. Ribbons: {', '.join(joined) or 'none'}."


def _plain(graph: RibbonGraph, k: int) -> str:
    letter = graph.letters[k]
    return f"{terminal_name(graph.setting.fields[letter.field].name)}{letter_sign(letter).grammar}."
