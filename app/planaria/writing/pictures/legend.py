"""The legend: spaces and fields, the Euler characteristic, covariances and named functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sympy import Expr

from planaria.diagrams.duality.exchange import Exchange
from planaria.diagrams.expressions.expression import Setting
from planaria.writing.emitters.shapes import Dot, Fill, Label, Picture, Shape, Stroke, Text, join, line, moved
from planaria.writing.emitters.text import name_text
from planaria.writing.emitters.typeset import ShortNames, formula
from planaria.writing.pictures.band import HALF, band
from planaria.writing.pictures.beginnings import SIZE as SMALL
from planaria.writing.pictures.beginnings import beginning_text
from planaria.writing.pictures.labels import width
from planaria.writing.pictures.readings import Beginning
from planaria.writing.pictures.style import AREAS, BACK, GREY, INK, Style

__all__ = ["LINE", "Item", "chi_text", "exchanged_items", "flow", "legend_items"]

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
    setting: Setting, style: Style, names: ShortNames, bodies: Iterable[Picture] = (), *, twisted: bool = False
) -> tuple[list[Item], list[Item]]:
    """The entries of the first rows, and those that have a row each.

    The back of ribbons only where one shows, and the beginnings of words where one of the pictures marks them.
    """
    short = [_space(space, style) for space in style.spaces]
    rows = []
    for k in style.areas:
        field, name = setting.fields[k], name_text(setting.fields[k].name)
        short.append(_field(k, setting, style))
        pairs = [(field.row_space, field.rows), (field.col_space, field.cols)]
        for space, function in pairs[:1] if field.law.is_square else pairs:
            if not function.is_one:
                value = formula(function, setting)
                text = Text.joined((Text.words("covariance of "), name, Text.words(": "), value))
                rows.append(_entry((Dot((ICON / 2, 0), 2.8, style.spaces[space]),), text))
    if setting.weighted.intersection(style.areas):
        circle = (Dot((ICON / 2, 0), 6.5, GREY, hollow=True, role="end"),)
        rows.insert(0, _entry(circle, Text.words("in a circle: the weight of the ribbon")))
    if any(shape.role == "beginning" for body in bodies for shape in body.shapes):
        rows.insert(0, _beginnings())
    if twisted:
        rows.insert(0, _back())
    for function, name in names.known.items():
        rows.append(_entry((), Text.joined((name, Text(((" = ", 0),), "="), formula(function, setting)))))
    return short, rows


def exchanged_items(setting: Setting, style: Style, exchange: Exchange) -> list[Item]:
    """The entries of spaces and fields, those that are exchanged with an arrow between them."""
    found, done = [], set()
    for a, b in exchange.spaces:
        if a in style.spaces and b in style.spaces:
            found.append(_swapped(_space(a, style), _space(b, style)))
            done |= {a, b}
    found += (_space(space, style) for space in style.spaces if space not in done)
    images = {str(field.name): str(image.field.name) for field, image in exchange.fields}
    numbers = {setting.fields[k].name: k for k in style.areas}
    for name, k in numbers.items():
        other = numbers.get(images.get(name, name))
        if other is None or other == k:
            found.append(_field(k, setting, style))
        elif k < other:
            found.append(_swapped(_field(k, setting, style), _field(other, setting, style)))
    for pair in (*exchange.matrices, *exchange.parameters):
        one, other_name = (name_text(str(getattr(symbol, "name", symbol))) for symbol in pair)
        found.append(_swapped(_plain(one), _plain(other_name)))
    return found


def _space(space: Expr, style: Style) -> Item:
    dashes = style.dashes.get(space, ())
    wide = ICON + 7.0 if dashes else ICON
    stroke = Stroke(line((0, 0), (wide, 0)), style.spaces[space], 3.0, not dashes, dashes=dashes)
    return _entry((stroke,), name_text(str(space)), wide)


def _field(k: int, setting: Setting, style: Style) -> Item:
    field = setting.fields[k]
    edges = []
    for height, space in ((-HALF, field.row_space), (HALF, field.col_space)):
        dashes = style.dashes.get(space, ())
        path = line((0, height), (ICON, height))
        edges.append(Stroke(path, style.spaces[space], 1.8, not dashes, role="edge", dashes=dashes))
    outline = join((edges[0].path, line((ICON, -HALF), (ICON, HALF)), edges[1].path.reversed()))
    return _entry((Fill(outline, style.areas[k], role="ribbon"), *edges), name_text(field.name))


def _swapped(one: Item, other: Item) -> Item:
    """Two entries with an arrow between them."""
    arrow = Label((one.width + 13.0, 0.0), Text((("↔", 0),), r"\leftrightarrow"), SIZE)
    start = one.width + 26.0
    return Item((*one.shapes, arrow, *(moved(shape, start, 0.0) for shape in other.shapes)), start + other.width)


def _plain(text: Text) -> Item:
    return Item((Label((0.0, 0.0), text, SIZE, start=True),), width(text, SIZE))


def _back() -> Item:
    """A ribbon with a half twist, and what it shows behind it."""
    drawn = band(line((0.0, 0.0), (2 * ICON, 0.0)), (0.2, 0.65))
    front, back = drawn.lobes
    one, other = (Stroke(edge, INK, 1.2, role="edge") for edge in drawn.edges)
    icon = (Fill(front, AREAS[0], role="ribbon"), Fill(back, BACK, role="back"), one, other)
    text = Text.words("half twist: behind it the ribbon shows its back")
    return Item((*icon, Label((2 * ICON + 6, 0.0), text, SIZE, start=True)), 2 * ICON + 6 + width(text, SIZE))


def _beginnings() -> Item:
    """Two words with where they begin, one of them read from behind."""
    ways = (Beginning(0, 0, False), Beginning(1, 0, True))
    marks = tuple(Label((7.0 + 24.0 * k, 0.0), beginning_text(one), SMALL) for k, one in enumerate(ways))
    text = Text.words("where the first word begins, where the second one, and which way each is read")
    return Item((*marks, Label((46.0, 0.0), text, SIZE, start=True)), 46.0 + width(text, SIZE))


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


def _entry(icon: tuple[Shape, ...], text: Text, wide: float = ICON) -> Item:
    return Item((*icon, Label((wide + 5, 0.0), text, SIZE, start=True)), wide + 5 + width(text, SIZE))
