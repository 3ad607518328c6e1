r"""Rows of an alignment, on a page of some width.

A row that fits stays as it is. Others are broken, so that no line is wider than nine tenths of the width: what
is typeset around a block, and a metric that is off by some points, find room in the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from planaria.algebra.errors import InputError
from planaria.writing.latex.breaking import broken
from planaria.writing.latex.metric import box, formula_width
from planaria.writing.latex.reading import Grid, read

__all__ = [
    "USED",
    "WIDTH",
    "AlignedRow",
    "breakable",
    "checked_width",
    "environment",
    "fitted",
    "length",
    "on_pages",
    "points",
    "room_beside",
]

WIDTH = 345.0  # the text of LaTeX's article at 10pt
USED = 0.9  # of it, at most
_NARROWEST, _WIDEST = 240.0, 16383.0  # formulas do not fit on less; TeX has no larger length
_BESIDE = 0.3  # of a line: what is wider stands above what it is equal to
_TALL = 300.0  # a block that is higher may be broken over pages

_INCH = 72.27  # in points of TeX
_LENGTH = re.compile(r"(\d+\.?\d*|\.\d+)\s*(pt|cm|mm|in|)", re.ASCII)


@dataclass(frozen=True)
class AlignedRow:
    """What stands before and behind an alignment point, and a remark at the end."""

    left: str
    right: str
    remark: str = ""


def points(text: str, place: str) -> float:
    """A length with its unit, or a number of points, in points of TeX.

    Raises InputError, which names the place, for anything else and for what is too narrow for formulas.

    >>> points("345", "--width"), round(points("12.5cm", "--width"), 2)
    (345.0, 355.66)
    >>> points("wide", "--width")
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: --width: 'wide' is not a length; give a number of pt, or a length such as \
345pt, 12cm, 120mm or 5in
    """
    return checked_width(length(text, place, _INCH), place, text)


def length(text: str, place: str, inch: float) -> float:
    """A length with its unit, or a number of points, in points of which so many are an inch.

    Raises InputError, which names the place, for anything else.

    >>> length("8cm", "--width", inch=72.0) == 8 * 72 / 2.54, length("300", "--width", inch=72.0)
    (True, 300.0)
    """
    found = _LENGTH.fullmatch(text.strip())
    if found is None:
        raise InputError(
            place,
            f"'{text}' is not a length",
            "give a number of pt, or a length such as 345pt, 12cm, 120mm or 5in",
        )
    return float(found[1]) * {"cm": inch / 2.54, "mm": inch / 25.4, "in": inch}.get(found[2], 1.0)


def checked_width(width: float, place: str = "width", shown: str = "") -> float:
    """The width, or an InputError where formulas do not fit on it, or TeX has no such length."""
    shown = shown or f"{width:g}pt"
    if width > _WIDEST:
        raise InputError(place, f"{shown} is wider than any page", f"give {_WIDEST:g}pt or less")
    if not width >= _NARROWEST:
        raise InputError(place, f"{shown} is too narrow for formulas", f"give {_NARROWEST:g}pt or more")
    return width


def environment(kind: str, rows: Sequence[AlignedRow]) -> str:
    r"""The rows as an environment.

    >>> print(environment("align*", [AlignedRow("N", "= 2 P", r"\text{even}"), AlignedRow("", "> 0")]))
    \begin{align*}
    N &= 2 P \qquad \text{even} \\
    & > 0
    \end{align*}
    """
    lines = [f"{row.left} &{_right(row)}" if row.left else f"& {_right(row)}" for row in rows]
    return f"\\begin{{{kind}}}\n" + " \\\\\n".join(lines) + f"\n\\end{{{kind}}}"


def _right(row: AlignedRow) -> str:
    return rf"{row.right} \qquad {row.remark}" if row.remark else row.right


def fitted(rows: Sequence[AlignedRow], width: float) -> list[AlignedRow]:
    r"""The rows with those broken that are too wide for a page.

    >>> fitted([AlignedRow("N", "= 2 P")], 345)
    [AlignedRow(left='N', right='= 2 P', remark='')]
    """
    lefts = max(formula_width(row.left) for row in rows)
    if lefts + max(formula_width(_right(row)) for row in rows) <= USED * width:
        return list(rows)
    room = room_beside(rows, width)
    return [line for row in rows for line in _fitted_row(row, room, USED * width)]


def room_beside(rows: Sequence[AlignedRow], width: float) -> float:
    """What is left of a line behind the widest of the left sides that are not written above their right sides."""
    limit = USED * width
    beside = (formula_width(row.left) for row in rows)
    return limit - max((one for one in beside if one <= _BESIDE * limit), default=0.0)


def _fitted_row(row: AlignedRow, room: float, limit: float) -> Iterator[AlignedRow]:
    left, right = row.left, row.right
    if formula_width(left) > _BESIDE * limit:
        yield from (AlignedRow("", line) for line in broken(left, room))
        left, right = "", rf"\qquad {right}"
    lines = broken(right, room)
    if row.remark and formula_width(rf"{lines[-1]} \qquad {row.remark}") <= room:
        lines[-1] = rf"{lines[-1]} \qquad {row.remark}"
    elif row.remark:
        lines += broken(rf"\quad {row.remark}", room)
    yield AlignedRow(left, lines[0])
    yield from (AlignedRow("", line) for line in lines[1:])


def on_pages(kind: str, rows: Sequence[AlignedRow], width: float) -> str:
    """The rows, fitted, as an environment, which may go on on the next page if it is high."""
    shown = fitted(rows, width)
    return breakable(environment(kind, shown), [(row.left, _right(row)) for row in shown])


def breakable(block: str, lines: Sequence[Sequence[str]]) -> str:
    """An environment of lines of cells, which may go on on the next page if it is high."""
    size = box((Grid("", tuple(tuple(read(cell) for cell in line) for line in lines)),))
    if size.height + size.depth <= _TALL:
        return block
    # Words and no braces: the end of their line is no space, which would make a line of its own between blocks.
    return f"\\begingroup\\allowdisplaybreaks\n{block}\n\\endgroup"
