"""Where the words of a picture begin, and which way each is read, where that is not as it is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from planaria.writing.emitters.shapes import Label, Text
from planaria.writing.pictures.block import LABEL, Block
from planaria.writing.pictures.readings import Beginning

if TYPE_CHECKING:  # graphs delegate to the modules of this folder, which need no more than their type
    from planaria.diagrams.graphs.ribbon import RibbonGraph

__all__ = ["SIZE", "beginning_text", "marked_beginnings"]

SIZE = 10.0
BELOW = LABEL + 13.0  # the line: under the name of the letter, over the line that closes a trace


def marked_beginnings(graph: RibbonGraph, block: Block, began: Sequence[Beginning]) -> Iterator[Label]:
    """The number of each word at its first letter, with an arrow in the direction in which it is read.

    None of a piece whose words stand there as they are written.
    """
    here = [one for one in began if one.letter in block.places]
    firsts = {own[0] for own in graph.vertices if own}
    as_written = all(one.letter in firsts and not one.turned for one in here)
    if as_written and block.order == sorted(block.order):
        return
    for one in here:
        x, y = block.places[one.letter]
        yield Label((x, y + BELOW), beginning_text(one), SIZE, role="beginning")


def beginning_text(began: Beginning) -> Text:
    """The number of a word with its arrow.

    >>> beginning_text(Beginning(0, 0, False)).plain, beginning_text(Beginning(1, 5, True)).plain
    ('1→', '←2')
    """
    number = str(began.word + 1)
    if began.turned:
        return Text(((f"←{number}", 0),), rf"\leftarrow{{}}{number}")
    return Text(((f"{number}→", 0),), rf"{number}{{\rightarrow}}")
