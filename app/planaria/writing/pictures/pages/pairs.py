"""Diagrams beside their duals: ribbons that correspond have one number, and a legend tells what is exchanged.

Index lines of exchanged spaces are dashed and dotted, so that they are told apart without colours, too. A dual is
turned so that it is the mirror image of the diagram, where one word is only read from behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from planaria.algebra.errors import InputError
from planaria.diagrams.duality import Duality
from planaria.diagrams.expressions.cyclic_words import Placing
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.diagrams.networks.reading import Node, Other, given
from planaria.writing.emitters.shapes import Dot, Label, Picture, Shape, Stroke, Text, line, moved
from planaria.writing.emitters.typeset import ShortNames, formula, weight_text
from planaria.writing.pictures.labels import width
from planaria.writing.pictures.layout import circle_of, draw, with_legend
from planaria.writing.pictures.legend import Item, exchanged_items, legend_items
from planaria.writing.pictures.pages.cells import CAPTION, SIZE, cell, grid, text_of
from planaria.writing.pictures.pages.sheet import PER_SHEET
from planaria.writing.pictures.readings import read_from, untwisted
from planaria.writing.pictures.style import DASHES, GREY, INK, WHITE, Style, style_of

if TYPE_CHECKING:
    from networkx import Graph

__all__ = ["beside", "dual_sheets"]

GAP = 40.0  # between a diagram and its dual
BETWEEN = 36.0  # from a pair to the next


@dataclass(frozen=True)
class _Pair:
    """A diagram, its dual, and for each letter of the first the letter of the second."""

    left: RibbonGraph
    right: RibbonGraph
    image: tuple[int, ...]


def beside(
    left: RibbonGraph | Graph[Node],
    right: RibbonGraph | Graph[Other],
    half_edges: Sequence[int],
    captions: tuple[str | Text, str | Text] | None = None,
    *,
    duality: Duality | None = None,
) -> Picture:
    """Two diagrams whose ribbons that correspond to one another have the same number.

    Parameters
    ----------
    left, right
        Two diagrams with equally many letters, or their networkx graphs.
    half_edges
        Entry k is the letter of the right diagram that corresponds to letter k of the left one; ribbons go to
        ribbons.
    captions
        What stands under the two, in the place of their weights.
    duality
        What takes one to the other: the legend tells what it exchanges, and its factor.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expansion import expand
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> one, other = expand(Trace((x * x.T) ** 2), Model([Gaussian(x)]), order=0)
    >>> picture = beside(one, other, (1, 2, 3, 0))
    >>> picture.title
    '2 diagrams side by side'

    Raises InputError if the map is no bijection of letters, or does not take ribbons to ribbons.
    """
    left, right = given(left, RibbonGraph), given(right, RibbonGraph)
    image = tuple(half_edges)
    _check(left, right, image)
    pairs = [_Pair(left, right, image)]
    picture = _sheet(pairs, duality, None, captions=captions)
    return replace(picture, title="2 diagrams side by side")


def dual_sheets(
    duality: Duality,
    graphs: Sequence[RibbonGraph] | Sequence[Graph[Node]],
    heading: str = "",
    *,
    columns: int | None = None,
    width: float | None = None,
    numbers: Sequence[int] | None = None,
    most: int = PER_SHEET,
) -> Iterator[Picture]:
    """Contact sheets of at most so many diagrams, each beside its dual, with a legend of what is exchanged.

    >>> from sympy import Identity, MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model, dualities, expand
    >>> N, P, gamma = symbols("N P gamma", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> model, q = Model([Gaussian(x)]), (gamma * Identity(N) + x * x.T).inv()
    >>> (duality,) = dualities(model, Trace(q))
    >>> [page.title for page in dual_sheets(duality, list(expand(Trace(q), model, order=2)))]
    ['2 diagrams beside their duals']

    Raises InputError for diagrams that have no dual, and if there are none.
    """
    if not graphs:
        raise InputError("dual_sheets", "there are no diagrams", "give at least one")
    for start in range(0, len(graphs), most):
        diagrams = [given(graph, RibbonGraph) for graph in graphs[start : start + most]]
        pairs = [_Pair(graph, *graph.dual(duality)) for graph in diagrams]
        shown = (numbers or range(1, len(graphs) + 1))[start : start + most]
        yield _sheet(pairs, duality, shown, heading, columns=columns, width=width)


def _sheet(
    pairs: Sequence[_Pair],
    duality: Duality | None,
    given_numbers: Sequence[int] | None,
    heading: str = "",
    captions: tuple[str | Text, str | Text] | None = None,
    *,
    columns: int | None = None,
    width: float | None = None,
) -> Picture:
    """Pairs in rows, with their numbers if they have any."""
    shown = [_read(one) for one in pairs]
    both = [graph for one in shown for graph in (one.left, one.right)]
    radius, names = max(map(circle_of, both)), ShortNames()
    style = _style(both, duality)
    cells = []
    for k, one in enumerate(shown):
        left, right = captions or (weight_text(one.left.weight), weight_text(one.right.weight))
        numbers = [{i: n for n, (i, _) in enumerate(one.left.ribbons, start=1)}]
        numbers.append({min(one.image[i], one.image[j]): n for n, (i, j) in enumerate(one.left.ribbons, start=1)})
        halves = [
            cell(draw(graph, replace(style, badges=badges), names, radius=radius), text_of(caption), chi, number)
            for graph, badges, caption, chi, number in (
                (
                    one.left,
                    numbers[0],
                    left,
                    one.left.euler_characteristic,
                    None if given_numbers is None else given_numbers[k],
                ),
                (one.right, numbers[1], right, one.right.euler_characteristic, None),
            )
        ]
        cells.append(_joined(*halves))
    setting = both[0].setting
    twisted = any(graph.twisted for graph in both)
    short, rows = legend_items(setting, style, names, twisted=twisted)
    if duality is not None:
        short = exchanged_items(setting, style, duality.exchange)
        rows = [*_statement(duality, both[0], heading), *rows]
    title = "1 diagram beside its dual" if len(pairs) == 1 else f"{len(pairs)} diagrams beside their duals"
    short.append(_numbers())
    found = with_legend(replace(grid(cells, columns, width), title=title), short, rows)
    return found if width is None else found.to_width(width)


def _check(left: RibbonGraph, right: RibbonGraph, image: tuple[int, ...]) -> None:
    if len(image) != len(left.letters) or sorted(image) != list(range(len(right.letters))):
        raise InputError(
            "half_edges",
            f"{image} is no bijection of {len(left.letters)} letters to {len(right.letters)}",
            "give the letter of the right diagram for each letter of the left one",
        )
    for i, j in left.ribbons:
        if right.pairing[image[i]] != image[j]:
            raise InputError(
                "half_edges",
                f"ribbon ({i}, {j}) goes to the letters {image[i]} and {image[j]}, which are not joined",
                "give a map that takes ribbons to ribbons",
            )


def _read(pair: _Pair) -> _Pair:
    """A pair as it is drawn: with few twists, and one word the mirror image of the other, or like it."""
    left, right = untwisted(pair.left), untwisted(pair.right)
    image = [0] * len(pair.image)
    for k, there in enumerate(pair.image):
        image[left.places[k]] = right.places[there]
    graph, n = right.graph, len(image)
    if len(graph.words) == len(left.graph.words) == 1 and graph.words[0].closed and n:

        def alike(first: int) -> int:
            """How many letters stand where those do that they correspond to, or opposite of them."""
            places = list(enumerate((one - first) % n for one in image))
            return max(sum(k == place for k, place in places), sum(k + place == n - 1 for k, place in places))

        first = max(range(n), key=lambda one: (alike(one), -one))
        graph, places = read_from(graph, [Placing(first, False)])
        image = [places[one] for one in image]
    return _Pair(left.graph, graph, tuple(image))


def _style(graphs: Sequence[RibbonGraph], duality: Duality | None) -> Style:
    plain = style_of(graphs)
    if duality is None:
        return plain
    spaces = [space for pair in duality.exchange.spaces for space in pair]
    return replace(plain, dashes={space: DASHES[k % len(DASHES)] for k, space in enumerate(spaces)})


def _statement(duality: Duality, graph: RibbonGraph, heading: str) -> Iterator[Item]:
    """What the duality says, in one or two rows."""
    named = f"{heading}, {duality.verdict}" if heading else duality.verdict
    setting = graph.setting
    factor, remainder = (formula(setting.ring(one), setting) for one in (duality.factor, duality.remainder))
    if duality.factor == 1:
        yield _words(Text.words(f"{named}: the weight of a diagram, exchanged, is that of its dual"))
    else:
        said = Text.words(f"{named}: the weight of a diagram, exchanged, is that of its dual times ")
        yield _words(Text.joined((said, factor)))
    if duality.remainder != 0:
        yield _words(Text.joined((Text.words("and the expectation, exchanged, has one term more: "), remainder)))


def _words(text: Text) -> Item:
    return Item((Label((0.0, 0.0), text, SIZE, start=True),), width(text, SIZE))


def _numbers() -> Item:
    """What the numbers on ribbons mean."""
    badge, text = Text((("1", 0),), "1"), Text.words("ribbons that correspond")
    shapes: tuple[Shape, ...] = (
        Dot((7.5, 0.0), 7.5, INK, role="blob"),
        Label((7.5, 0.0), badge, 10.0, WHITE),
        Label((20.0, 0.0), text, SIZE, start=True),
    )
    return Item(shapes, 20.0 + width(text, SIZE))


def _joined(left: Picture, right: Picture) -> Picture:
    """Two cells with an arrow between them."""
    height = max(left.height, right.height)
    x, y = left.width, (height - 2 * CAPTION) / 2
    x += BETWEEN / 2
    shapes = [moved(shape, BETWEEN / 2, height - left.height) for shape in left.shapes]
    shapes += (moved(shape, x + GAP, height - right.height) for shape in right.shapes)
    ends = (x + 4, y), (x + GAP - 4, y)
    shapes.append(Stroke(line(*ends), GREY, 1.4, role="sign"))
    for (tip, _), back in zip(ends, (6.0, -6.0), strict=True):
        shapes += (Stroke(line((tip, y), (tip + back, y + side)), GREY, 1.4, role="sign") for side in (-4.0, 4.0))
    described = f"Left: {left.description} Right: {right.description}"
    return Picture(x + GAP + right.width + BETWEEN / 2, height, tuple(shapes), "", described)
