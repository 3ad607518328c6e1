"""The legend: spaces and fields, the Euler characteristic, covariances and named functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from planaria.diagrams.expressions.expression import Setting
from planaria.writing.emitters.shapes import Dot, Fill, Label, Shape, Stroke, Text, join, line, moved
from planaria.writing.emitters.text import name_text
from planaria.writing.emitters.typeset import ShortNames, formula
from planaria.writing.pictures.band import HALF, band
from planaria.writing.pictures.labels import width
from planaria.writing.pictures.style import AREAS, BACK, GREY, INK, Style

__all__ = ["LINE", "Item", "chi_text", "flow", "legend_items"]

LINE = 22.0
ICON = 17.0
GAP = 14.0
SIZE = 13.0


@dataclass(frozen=True)
class Item:
    """One entry, drawn around the height 0 from x = 0 on."""

    shapes: tuple[Shape, ...]
    width: float


def legend_items(
    setting: Setting, style: Style, names: ShortNames, *, twisted: bool = False
) -> tuple[list[Item], list[Item]]:
    """The entries of the first rows, and those that have a row each; the back of ribbons only where one shows."""
    short = [
        _entry((Stroke(line((0, 0), (ICON, 0)), c, 3.0),), name_text(str(s))) for s, c in style.spaces.items()
    ]
    rows = []
    for k, area in style.areas.items():
        field = setting.fields[k]
        name = name_text(field.name)
        top, bottom = style.spaces[field.row_space], style.spaces[field.col_space]
        upper, lower = line((0, -HALF), (ICON, -HALF)), line((ICON, HALF), (0, HALF))
        icon = (
            Fill(join((upper, line((ICON, -HALF), (ICON, HALF)), lower)), area, role="ribbon"),
            Stroke(upper, top, role="edge"),
            Stroke(lower, bottom, role="edge"),
        )
        short.append(_entry(icon, name))
        pairs = [(field.row_space, field.rows), (field.col_space, field.cols)]
        for space, function in pairs[:1] if field.law.is_square else pairs:
            if not function.is_one:
                value = formula(function, setting)
                text = Text.joined((Text.words("covariance of "), name, Text.words(": "), value))
                rows.append(_entry((Dot((ICON / 2, 0), 2.8, style.spaces[space]),), text))
    if setting.weighted.intersection(style.areas):
        circle = (Dot((ICON / 2, 0), 6.5, GREY, hollow=True, role="end"),)
        rows.insert(0, _entry(circle, Text.words("in a circle: the weight of the ribbon")))
    if twisted:
        rows.insert(0, _back())
    for function, name in names.known.items():
        rows.append(_entry((), Text.joined((name, Text(((" = ", 0),), "="), formula(function, setting)))))
    return short, rows


def _back() -> Item:
    """A ribbon with a half twist, and what it shows behind it."""
    drawn = band(line((0.0, 0.0), (2 * ICON, 0.0)), (0.2, 0.65))
    front, back = drawn.lobes
    one, other = (Stroke(edge, INK, 1.2, role="edge") for edge in drawn.edges)
    icon = (Fill(front, AREAS[0], role="ribbon"), Fill(back, BACK, role="back"), one, other)
    text = Text.words("half twist: behind it the ribbon shows its back")
    return Item((*icon, Label((2 * ICON + 6, 0.0), text, SIZE, start=True)), 2 * ICON + 6 + width(text, SIZE))


def chi_text(chi: int) -> Text:
    """The Euler characteristic as a text."""
    return Text(((f"χ = {chi}".replace("-", "−"), 0),), rf"\chi = {chi}")


def flow(items: Iterable[Item], most: float) -> Iterator[tuple[list[Shape], float]]:
    """Entries in rows of at most a width, each row with the width that it takes."""
    row: list[Shape] = []
    x = 0.0
    for item in items:
        if row and x + item.width > most:
            yield row, x - GAP
            row, x = [], 0.0
        row += (moved(shape, x, 0.0) for shape in item.shapes)
        x += item.width + GAP
    if row:
        yield row, x - GAP


def _entry(icon: tuple[Shape, ...], text: Text) -> Item:
    return Item((*icon, Label((ICON + 5, 0.0), text, SIZE, start=True)), ICON + 5 + width(text, SIZE))
