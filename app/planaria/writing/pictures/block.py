"""One connected piece of a graph in the plane, before it has lines, colours and labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sympy import Expr

from planaria.algebra.errors import InputError
from planaria.writing.emitters.shapes import Path, Point, Text
from planaria.writing.emitters.text import letter_text
from planaria.writing.pictures.labels import width

if TYPE_CHECKING:  # graphs delegate to the modules of this folder, which need no more than their type
    from planaria.diagrams.graphs.ribbon import RibbonGraph

__all__ = ["BLOB", "LABEL", "Block", "Slot", "slots_of", "spacing", "widest"]

LABEL = 17.0  # from a line to the label of a letter on it
BLOB = 14.0  # the radius of a blob
LEAST = 46.0  # between letters
MARK = 18.0  # the room for the name of a function between two letters


@dataclass(frozen=True)
class Slot:
    """What stands in one place of a line: a letter, or a blob in the place of several letters."""

    first: int
    stop: int
    name: Text | None = None


@dataclass
class Block:
    """Where the parts of a piece stand, around an origin of its own; filled by `ring` and `baseline`.

    Attributes
    ----------
    box
        Left, top, right, bottom of all but the labels.
    hand
        On which side of its ribbon a letter has its left index: 1 inside of a circle, -1 above a line.
    order
        The letters as they stand on the line, without those inside of blobs.
    places, leaving
        Of each letter, its place and the direction in which its ribbon leaves.
    corners
        The index lines of the words, by the number of the corner.
    outer
        Corners at the region around everything, which is no part of the drawing.
    ends
        The ends of open words, with their spaces.
    blobs
        The middle of each blob, its name, its letters, and the way through it.
    marks
        For each corner, where the name of its function would stand.
    """

    box: tuple[float, float, float, float]
    hand: int
    order: list[int] = field(default_factory=list)
    places: dict[int, Point] = field(default_factory=dict)
    leaving: dict[int, Point] = field(default_factory=dict)
    middles: dict[tuple[int, int], Path] = field(default_factory=dict)
    corners: dict[int, Path] = field(default_factory=dict)
    outer: set[int] = field(default_factory=set)
    ends: list[tuple[Point, Expr]] = field(default_factory=list)
    blobs: list[tuple[Point, Slot, Path]] = field(default_factory=list)
    marks: dict[int, Point] = field(default_factory=dict)

    def chord(self, ribbon: tuple[int, int]) -> tuple[int, int]:
        """Where the ends of a ribbon stand among the letters."""
        a, b = self.order.index(ribbon[0]), self.order.index(ribbon[1])
        return (a, b) if a < b else (b, a)


def slots_of(graph: RibbonGraph, blobs: Sequence[tuple[int, int, Text]]) -> tuple[tuple[Slot, ...], ...]:
    """The slots of each word.

    Raises InputError for a blob that is no interval of letters of one word, that overlaps another one, or that a
    ribbon leaves.
    """
    starts: dict[int, Slot] = {}
    taken: set[int] = set()
    for first, stop, name in blobs:
        inside = range(first, stop)
        home = next((v for v in graph.vertices if first in v), ())
        if not inside or any(k not in home for k in inside):
            raise InputError(
                "blobs", f"({first}, {stop}) is no interval of letters of one word", "give first letter and stop"
            )
        for k in inside:
            if graph.pairing[k] not in inside:
                raise InputError(
                    "blobs",
                    f"letter {k} of ({first}, {stop}) is joined to {graph.pairing[k]}",
                    "take an interval of letters that are joined among themselves",
                )
        if taken.intersection(inside):
            raise InputError("blobs", f"({first}, {stop}) overlaps another blob", "keep blobs apart")
        taken.update(inside)
        starts[first] = Slot(first, stop, name)
    return tuple(
        tuple(starts.get(k, Slot(k, k + 1)) for k in letters if k in starts or k not in taken)
        for letters in graph.vertices
    )


def spacing(graph: RibbonGraph, size: float) -> float:
    """How far apart letters must be for their labels, and for those of the functions between them."""
    marked = any(not corner.is_one for word in graph.words for corner in word.corners)
    return max(LEAST, widest(graph, size) + 8 + (MARK if marked else 0.0))


def widest(graph: RibbonGraph, size: float) -> float:
    """The width of the widest label of a letter."""
    return max((width(letter_text(one, graph.setting), size) for one in set(graph.letters)), default=0.0)
