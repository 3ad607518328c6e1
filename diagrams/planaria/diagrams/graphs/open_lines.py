"""Open index lines: from one end of an open word to another end, of the same word or of another one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Literal

from sympy import Expr

from planaria.diagrams.expressions.expression import Letter
from planaria.diagrams.expressions.words import Word

__all__ = ["End", "OpenLine", "open_lines"]


@dataclass(frozen=True, order=True)
class End:
    """One of the two free ends of an open word: its row index (left) or its column index (right)."""

    word: int
    side: Literal["left", "right"]


@dataclass(frozen=True)
class OpenLine:
    """An open index line, with the corners and the ribbon sides that it passes, from its start to its end.

    Attributes
    ----------
    start, end
        The two ends that it joins: their indices are equal, up to deterministic matrices.
    space
        The space of the index.
    corners
        Its corners, numbered along the words.
    sides
        The sides of the letters that it touches, two for each ribbon that it follows (see `Face`).
    """

    start: End
    end: End
    space: Expr
    corners: tuple[int, ...]
    sides: tuple[int, ...]


def open_lines(
    words: Sequence[Word], letters: Sequence[Letter], pairing: Sequence[int], twisted: Collection[int]
) -> tuple[OpenLine, ...]:
    """The open index lines of a contraction of words, in the order of their first ends; closed ones are its faces.

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expansion import expand
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> d, = expand((x, x), Model([Gaussian(x)]), order=0)
    >>> for line in open_lines(d.words, d.letters, d.pairing, d.twisted):
    ...     print(line.space, line.start.word, line.start.side, line.end.word, line.end.side)
    N 0 left 1 left
    P 0 right 1 right
    """
    inner, ends, entries = _corners(words)
    found: list[OpenLine] = []
    reached: set[End] = set()
    for start, (corner, side) in entries.items():
        if start in reached:
            continue
        word = words[start.word]
        space = word.rows if start.side == "left" else word.cols
        if side is None:  # a word without letters is a line by itself
            end = End(start.word, "right")
            found.append(OpenLine(start, end, space, (corner,), ()))
            reached.add(end)
            continue
        corners: list[int] = [corner]
        sides: list[int] = []
        while True:
            i = side // 2
            j = pairing[i]
            other = 2 * j + (side % 2 if min(i, j) in twisted else 1 - side % 2)
            sides += (side, other)
            if other in ends:
                break
            corner, side = inner[other]
            corners.append(corner)
        end = ends[other]
        corners.append(entries[end][0])
        assert space == (letters[other // 2].cols if other % 2 else letters[other // 2].rows)
        found.append(OpenLine(start, end, space, tuple(corners), tuple(sides)))
        reached.add(end)
    return tuple(found)


def _corners(
    words: Sequence[Word],
) -> tuple[dict[int, tuple[int, int]], dict[int, End], dict[End, tuple[int, int | None]]]:
    """Behind each side the corner and the next side, or an end; and for each end the corner and the side there."""
    inner: dict[int, tuple[int, int]] = {}
    ends: dict[int, End] = {}
    entries: dict[End, tuple[int, int | None]] = {}
    number = 0
    starts = accumulate((len(word.letters) for word in words), initial=0)
    for w, (word, (first, last)) in enumerate(zip(words, pairwise(starts), strict=True)):
        own = tuple(range(first, last))
        n = len(own)
        following = own[1:] + own[:1] if word.closed else own[1:]
        for k, (one, other) in enumerate(zip(own, following, strict=False), start=1):
            corner = number + k % len(word.corners)
            inner[2 * one + 1] = (corner, 2 * other)
            inner[2 * other] = (corner, 2 * one + 1)
        if not word.closed:
            left, right = End(w, "left"), End(w, "right")
            if n:
                ends |= {2 * own[0]: left, 2 * own[-1] + 1: right}
            entries |= {left: (number, 2 * own[0] if n else None)}
            entries |= {right: (number + n, 2 * own[-1] + 1 if n else None)}
        number += len(word.corners)
    return inner, ends, entries
