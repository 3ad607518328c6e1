"""Colours and dashes of index spaces, colours of the areas of ribbons, numbers of ribbons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sympy import Expr

if TYPE_CHECKING:
    from planaria.diagrams.graphs.ribbon import RibbonGraph

__all__ = ["AREAS", "BACK", "DASHES", "GREY", "INK", "PALETTE", "WHITE", "Style", "style_of", "tint"]

# The colours of Okabe and Ito, which colour-blind readers can tell apart.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A5195", "#8C6D31")
WHITE = "#FFFFFF"
INK = "#222222"
GREY = "#6B6B6B"
# The area of a ribbon tells its field. It is darker than paper and the tint of a face, lighter than a dark page,
# and much lighter than the back of a ribbon, which shows after a twist.
AREAS = ("#E0E0E0", "#F6E6AE", "#D6C3EA", "#BFE0B2", "#F3C3B2", "#C6C6C6")
BACK = "#969696"
# Lines of exchanged spaces: dashed, dotted; those of a second pair long and dash-dotted.
DASHES = ((7.0, 3.5), (2.2, 2.2), (13.0, 4.0), (9.0, 3.0, 2.2, 3.0))


@dataclass(frozen=True)
class Style:
    """The colours of one picture, or of all pictures of a sheet.

    Attributes
    ----------
    spaces
        The colour of each index space.
    areas
        The area of the ribbons of each field, by its number.
    dashes
        How the lines of some spaces are broken, so that they are told apart without colours, too.
    badges
        Numbers to write on single ribbons.
    """

    spaces: Mapping[Expr, str]
    areas: Mapping[int, str]
    dashes: Mapping[Expr, tuple[float, ...]] = field(default_factory=dict)
    badges: Mapping[int, int] = field(default_factory=dict)


def style_of(graphs: Iterable[RibbonGraph]) -> Style:
    """The same colours for every graph of one model, whether or not a space or a field occurs in it."""
    spaces: dict[Expr, None] = {}
    present: set[Expr] = set()
    fields: set[int] = set()
    count = 0
    for graph in graphs:
        spaces.update(dict.fromkeys((*graph.setting.spaces, *(word.rows for word in graph.words))))
        for word in graph.words:
            present.update((*word.spaces, word.cols))
            fields.update(letter.field for letter in word.letters)
        count = max(count, len(graph.setting.fields))
    colours = {space: PALETTE[k % len(PALETTE)] for k, space in enumerate(spaces)}
    return Style(
        {space: colour for space, colour in colours.items() if space in present},
        {k: AREAS[k % len(AREAS)] for k in range(count) if k in fields},
    )


def tint(colour: str, part: float) -> str:
    """A colour mixed with white.

    >>> tint("#0072B2", 0.13), tint("#000000", 1.0)
    ('#DEEDF5', '#000000')
    """
    mixed = (round(255 + (int(colour[k : k + 2], 16) - 255) * part) for k in (1, 3, 5))
    return "#" + "".join(f"{value:02X}" for value in mixed)
