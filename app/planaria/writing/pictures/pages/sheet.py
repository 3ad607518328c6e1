"""Contact sheets: numbered diagrams in rows over one legend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

from planaria.algebra.errors import InputError
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.diagrams.networks.reading import Node, given
from planaria.writing.emitters.shapes import Picture, Text
from planaria.writing.emitters.typeset import ShortNames, weight_text
from planaria.writing.pictures.layout import circle_of, draw, with_legend
from planaria.writing.pictures.legend import legend_items
from planaria.writing.pictures.pages.cells import cell, grid, text_of
from planaria.writing.pictures.readings import aligned, untwisted
from planaria.writing.pictures.style import style_of

if TYPE_CHECKING:
    from networkx import Graph

__all__ = ["PER_SHEET", "sheet", "sheets"]

PER_SHEET = 60


def sheet(
    graphs: Sequence[RibbonGraph] | Sequence[Graph[Node]],
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
        At least one diagram, all of one model, or their networkx graphs.
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
    >>> from planaria.diagrams.expansion import expand
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> diagrams = list(expand(Trace((x * x.T) ** 2), Model([Gaussian(x)]), order=0))
    >>> from planaria.writing.emitters.shapes import Label
    >>> [s.text.plain for s in sheet(diagrams).shapes if isinstance(s, Label) and "P" in s.text.plain]
    ['N P2', 'N2 P', 'P']

    Raises InputError without diagrams, for captions, multiplicities or numbers of another number, and for columns
    and a width that are no sheet.
    """
    _check(graphs, columns, width, captions=captions, multiplicities=multiplicities, numbers=numbers)
    diagrams = [given(graph, RibbonGraph) for graph in graphs]
    shown = [untwisted(graph).graph for graph in aligned(diagrams)]
    radius = max(map(circle_of, shown))
    style, names = style_of(shown), ShortNames()
    cells = []
    for k, graph in enumerate(shown):
        caption = weight_text(graph.weight) if captions is None else text_of(captions[k])
        count = None if multiplicities is None else multiplicities[k]
        body = draw(graph, style, names, radius=radius)
        number = k + 1 if numbers is None else numbers[k]
        cells.append(cell(body, caption, graph.euler_characteristic, number, count))
    twisted = any(graph.twisted for graph in shown)
    short, rows = legend_items(diagrams[0].setting, style, names, twisted=twisted)
    title = f"{len(graphs)} diagram{'' if len(graphs) == 1 else 's'}"
    found = with_legend(replace(grid(cells, columns, width), title=title), short, rows)
    return found if width is None else found.to_width(width)


def sheets(
    graphs: Sequence[RibbonGraph] | Sequence[Graph[Node]],
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


def _check(
    graphs: Sequence[object],
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
