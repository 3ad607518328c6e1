"""Diagrams over their captions, in rows."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt

from planaria.writing.emitters.shapes import Label, Picture, Shape, Text, moved
from planaria.writing.pictures.labels import width
from planaria.writing.pictures.layout import MARGIN
from planaria.writing.pictures.legend import chi_text
from planaria.writing.pictures.style import GREY

__all__ = ["CAPTION", "SIZE", "cell", "grid", "text_of"]

SIZE = 13.0
CAPTION = 17.0  # a line of a caption
SHAPE = 1.35  # how much wider than high a sheet is


def text_of(caption: str | Text) -> Text:
    return Text.words(caption) if isinstance(caption, str) else caption


def cell(
    body: Picture, caption: Text, chi: int, number: int | None = None, multiplicity: int | None = None
) -> Picture:
    """A diagram over its number, its caption and its Euler characteristic."""
    first: list[tuple[Text, float, str]] = [(caption, SIZE, "#222222")]
    if number is not None:
        first.insert(0, (Text(((f"{number}.", 0),), f"{number}."), SIZE, GREY))
    second = [(chi_text(chi), SIZE - 1.5, GREY)]
    if multiplicity is not None and multiplicity != 1:
        second.append((Text(((f"× {multiplicity}", 0),), rf"\times {multiplicity}"), SIZE - 1.5, GREY))
    sizes = [sum(width(text, size) + 8 for text, size, _ in row) - 8 for row in (first, second)]
    whole = max(body.width, *(size + 2 * MARGIN for size in sizes))
    shapes: list[Shape] = [moved(shape, (whole - body.width) / 2, 0.0) for shape in body.shapes]
    y = body.height - MARGIN / 2 + CAPTION / 2
    for row, taken in zip((first, second), sizes, strict=True):
        x = (whole - taken) / 2
        for text, size, colour in row:
            shapes.append(Label((x, y), text, size, colour, start=True, role="caption"))
            x += width(text, size) + 8
        y += CAPTION
    described = body.description if number is None else f"{number}: {body.description}"
    return Picture(whole, y, tuple(shapes), body.title, described)


def grid(cells: Sequence[Picture], columns: int | None, most: float | None = None) -> Picture:
    """Cells in rows, each column as wide as the widest cell, and captions of a row on one line.

    Without a number of columns, as many of them as are at most so wide, or make a sheet of a usual shape.
    """
    wide = max(one.width for one in cells)
    high = max(one.height for one in cells)
    if columns is not None:
        columns = min(columns, len(cells))
    elif most is not None:
        columns = min(max(int(most // wide), 1), len(cells))
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
