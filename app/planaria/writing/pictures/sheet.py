"""Several diagrams in one picture: contact sheets, and two diagrams beside one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import ceil, inf, sqrt

from planaria.algebra.errors import InputError
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.writing.emitters.shapes import Dot, Label, Picture, Shape, Stroke, Text, line, moved
from planaria.writing.emitters.text import letter_text
from planaria.writing.emitters.typeset import ShortNames, weight_text
from planaria.writing.pictures import labels
from planaria.writing.pictures.layout import MARGIN, circle_of, draw, with_legend
from planaria.writing.pictures.legend import Item, chi_text, legend_items
from planaria.writing.pictures.readings import aligned, untwisted
from planaria.writing.pictures.style import GREY, PALETTE, Style, style_of

__all__ = ["PER_SHEET", "beside", "sheet", "sheets"]

PER_SHEET = 60
SIZE = 13.0
CAPTION = 17.0  # a line of a caption
SHAPE = 1.35  # how much wider than high a sheet is


def sheet(
    graphs: Sequence[RibbonGraph],
    captions: Sequence[str | Text] | None = None,
    *,
    multiplicities: Sequence[int] | None = None,
    columns: int | None = None,
    width: float | None = None,
    numbers: Sequence[int] | None = None,
) -> Picture:
    """A contact sheet: numbered diagrams in rows, each over its weight and Euler characteristic, and one legend.

    All circles have one size, and all diagrams of a word start at the same letter.

    Parameters
    ----------
    graphs
        At least one diagram, all of one model.
    captions
        What stands under each, in the place of its weight.
    multiplicities
        How many diagrams each stands for.
    columns
        How many stand in a row; by default as many as fit into the width, or make a sheet of a usual shape.
    width
        How wide the sheet is shown, in points; by default as wide as its diagrams need.
    numbers
        The number of each; by default 1, 2, ...

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.graphs.expansion import expand
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> diagrams = list(expand(Trace((x * x.T) ** 2), Model([Gaussian(x)]), order=0))
    >>> [s.text.plain for s in sheet(diagrams).shapes if isinstance(s, Label) and "P" in s.text.plain]
    ['N P2', 'N2 P', 'P']

    Raises InputError without diagrams, for captions, multiplicities or numbers of another number, and for columns
    and a width that are no sheet.
    """
    _check(graphs, columns, width, captions=captions, multiplicities=multiplicities, numbers=numbers)
    shown = [untwisted(graph).graph for graph in aligned(graphs)]
    radius = max(map(circle_of, shown))
    style, names = style_of(shown), ShortNames()
    cells = []
    for k, graph in enumerate(shown):
        caption = weight_text(graph.weight) if captions is None else _text(captions[k])
        count = None if multiplicities is None else multiplicities[k]
        body = draw(graph, style, names, radius=radius)
        number = k + 1 if numbers is None else numbers[k]
        cells.append(_cell(body, caption, graph.euler_characteristic, number, count))
    twisted = any(graph.twisted for graph in shown)
    short, rows = legend_items(graphs[0].setting, style, names, twisted=twisted)
    title = f"{len(graphs)} diagram{'' if len(graphs) == 1 else 's'}"
    found = with_legend(replace(_grid(cells, columns, width), title=title), short, rows)
    return found if width is None else found.to_width(width)


def sheets(
    graphs: Sequence[RibbonGraph],
    captions: Sequence[str | Text] | None = None,
    *,
    multiplicities: Sequence[int] | None = None,
    columns: int | None = None,
    width: float | None = None,
    numbers: Sequence[int] | None = None,
    most: int = PER_SHEET,
) -> Iterator[Picture]:
    """Contact sheets of at most so many diagrams, numbered through, each made when it is asked for.

    Raises InputError as `sheet` does.
    """
    _check(graphs, columns, width, captions=captions, multiplicities=multiplicities, numbers=numbers)
    for start in range(0, len(graphs), most):
        part = slice(start, start + most)
        yield sheet(
            graphs[part],
            None if captions is None else captions[part],
            multiplicities=None if multiplicities is None else multiplicities[part],
            columns=columns,
            width=width,
            numbers=range(1, len(graphs) + 1)[part] if numbers is None else numbers[part],
        )


def beside(
    left: RibbonGraph,
    right: RibbonGraph,
    half_edges: Sequence[int],
    captions: tuple[str | Text, str | Text] | None = None,
) -> Picture:
    """Two diagrams with ribbons that correspond to one another in the same colour and with the same number.

    Parameters
    ----------
    left, right
        Two diagrams with equally many letters.
    half_edges
        Entry k is the letter of the right diagram that corresponds to letter k of the left one; ribbons go to
        ribbons.
    captions
        What stands under the two, in the place of their weights.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.graphs.expansion import expand
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> one, other = expand(Trace((x * x.T) ** 2), Model([Gaussian(x)]), order=0)
    >>> picture = beside(one, other, (1, 2, 3, 0))
    >>> picture.title
    '2 diagrams side by side'

    Raises InputError if the map is no bijection of letters, or does not take ribbons to ribbons.
    """
    image = tuple(half_edges)
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
    colours = [PALETTE[k % len(PALETTE)] for k in range(len(left.ribbons))]
    own = {i: k for k, (i, _) in enumerate(left.ribbons)}
    theirs = {min(image[i], image[j]): k for k, (i, j) in enumerate(left.ribbons)}
    names, cells = ShortNames(), []
    for k, (graph, numbers) in enumerate(((left, own), (right, theirs))):
        plain = style_of([graph])
        style = Style(
            plain.spaces,
            plain.areas,
            {i: colours[number] for i, number in numbers.items()},
            {i: number + 1 for i, number in numbers.items()},
        )
        caption = weight_text(graph.weight) if captions is None else _text(captions[k])
        cells.append(_cell(draw(graph, style, names), caption, graph.euler_characteristic))
    items = [
        _pair(number, colours[number], _name(left, i), _name(right, image[i]))
        for i, number in sorted(own.items(), key=lambda item: item[1])
    ]
    return with_legend(_pairwise(*cells), items, legend_items(left.setting, Style({}, {}), names)[1])


def _check(
    graphs: Sequence[RibbonGraph],
    columns: int | None,
    width: float | None,
    **given: Sequence[object] | None,
) -> None:
    if not graphs:
        raise InputError("sheet", "there are no diagrams", "give at least one")
    if columns is not None and columns < 1:
        raise InputError("sheet", f"{columns} diagrams are no row", "give a whole number > 0")
    if width is not None and not 0 < width < inf:
        raise InputError("sheet", f"{width} is no width", "give a number of points > 0")
    for name, values in given.items():
        if values is not None and len(values) != len(graphs):
            raise InputError(name, f"there are {len(values)} for {len(graphs)} diagrams", "give one for each")


def _text(caption: str | Text) -> Text:
    return Text.words(caption) if isinstance(caption, str) else caption


def _cell(
    body: Picture, caption: Text, chi: int, number: int | None = None, multiplicity: int | None = None
) -> Picture:
    """A diagram over its number, its caption and its Euler characteristic."""
    first: list[tuple[Text, float, str]] = [(caption, SIZE, "#222222")]
    if number is not None:
        first.insert(0, (Text(((f"{number}.", 0),), f"{number}."), SIZE, GREY))
    second = [(chi_text(chi), SIZE - 1.5, GREY)]
    if multiplicity is not None and multiplicity != 1:
        second.append((Text(((f"× {multiplicity}", 0),), rf"\times {multiplicity}"), SIZE - 1.5, GREY))
    sizes = [sum(labels.width(text, size) + 8 for text, size, _ in row) - 8 for row in (first, second)]
    whole = max(body.width, *(size + 2 * MARGIN for size in sizes))
    shapes: list[Shape] = [moved(shape, (whole - body.width) / 2, 0.0) for shape in body.shapes]
    y = body.height - MARGIN / 2 + CAPTION / 2
    for row, taken in zip((first, second), sizes, strict=True):
        x = (whole - taken) / 2
        for text, size, colour in row:
            shapes.append(Label((x, y), text, size, colour, start=True, role="caption"))
            x += labels.width(text, size) + 8
        y += CAPTION
    described = body.description if number is None else f"{number}: {body.description}"
    return Picture(whole, y, tuple(shapes), body.title, described)


def _grid(cells: Sequence[Picture], columns: int | None, width: float | None = None) -> Picture:
    """Cells in rows, each column as wide as the widest cell, and captions of a row on one line."""
    wide = max(one.width for one in cells)
    high = max(one.height for one in cells)
    if columns is not None:
        columns = min(columns, len(cells))
    elif width is not None:
        columns = min(max(int(width // wide), 1), len(cells))
    else:
        columns = min(len(cells), max(1, ceil(sqrt(len(cells) * SHAPE * high / wide))))
        columns = ceil(len(cells) / ceil(len(cells) / columns))  # the last row as full as can be
    shapes: list[Shape] = []
    top = 0.0
    for start in range(0, len(cells), columns):
        row = cells[start : start + columns]
        height = max(one.height for one in row)
        for column, one in enumerate(row):
            left = column * wide + (wide - one.width) / 2
            shapes += (moved(shape, left, top + height - one.height) for shape in one.shapes)
        top += height + MARGIN
    described = " ".join(one.description for one in cells) if len(cells) < 9 else ""
    return Picture(columns * wide, top, tuple(shapes), "", described)


def _pairwise(left: Picture, right: Picture) -> Picture:
    """Two cells with an arrow between them."""
    height, gap = max(left.height, right.height), 40.0
    x, y = left.width, (height - 2 * CAPTION) / 2
    shapes = [moved(shape, 0.0, height - left.height) for shape in left.shapes]
    shapes += (moved(shape, x + gap, height - right.height) for shape in right.shapes)
    ends = (x + 4, y), (x + gap - 4, y)
    shapes.append(Stroke(line(*ends), GREY, 1.4, role="sign"))
    for (tip, _), back in zip(ends, (6.0, -6.0), strict=True):
        shapes += (Stroke(line((tip, y), (tip + back, y + side)), GREY, 1.4, role="sign") for side in (-4.0, 4.0))
    description = f"Left: {left.description} Right: {right.description}"
    return Picture(x + gap + right.width, height, tuple(shapes), "2 diagrams side by side", description)


def _name(graph: RibbonGraph, k: int) -> Text:
    letter = graph.letters[k]
    return letter_text(replace(letter, transposed=False, conjugated=False), graph.setting)


def _pair(number: int, colour: str, left: Text, right: Text) -> Item:
    """An entry of the legend: a numbered ribbon, its field on the left and on the right."""
    badge = Text(((str(number + 1), 0),), str(number + 1))
    text = Text.joined((left, Text(((" ↔ ", 0),), r"\leftrightarrow"), right))
    shapes: Iterable[Shape] = (
        Dot((7.5, 0.0), 7.5, colour),
        Label((7.5, 0.0), badge, 10.0, "#FFFFFF"),
        Label((20.0, 0.0), text, SIZE, start=True),
    )
    return Item(tuple(shapes), 20.0 + labels.width(text, SIZE))
