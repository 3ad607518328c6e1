r"""LaTeX mathematics read into a tree: what stands beside, above and below one another.

What is read is written back token by token: `written` undoes `read`, up to spaces between tokens.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

__all__ = [
    "Bracket",
    "Fraction",
    "Grid",
    "Group",
    "Kind",
    "Leaf",
    "Node",
    "Row",
    "Scripted",
    "read",
    "tokens",
    "written",
]


class Kind(Enum):
    """What a sign is to those beside it; TeX puts its spaces between them accordingly."""

    ORDINARY = "ordinary"
    OPERATOR = "operator"
    BINARY = "binary"
    RELATION = "relation"
    COMMA = "comma"
    SPACE = "space"


@dataclass(frozen=True)
class Leaf:
    """One sign, a number, or words in a font of their own."""

    text: str

    @property
    def kind(self) -> Kind:
        if self.text.startswith(r"\operatorname"):
            return Kind.OPERATOR
        return _KINDS.get(self.text, Kind.ORDINARY)


@dataclass(frozen=True)
class Group:
    """What stands in braces, or below the root of ``\\sqrt``, or below the bar of ``\\overline``."""

    command: str
    body: Row


@dataclass(frozen=True)
class Fraction:
    top: Row
    bottom: Row


@dataclass(frozen=True)
class Bracket:
    """What stands between ``\\left`` and ``\\right``."""

    opening: str
    body: Row
    closing: str


@dataclass(frozen=True)
class Scripted:
    """A base with what is raised and lowered beside it, each behind its ``^`` or ``_``."""

    base: Node
    scripts: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Grid:
    """An environment: lines of cells."""

    name: str
    lines: tuple[tuple[Row, ...], ...]


Node = Leaf | Group | Fraction | Bracket | Scripted | Grid
Row = tuple[Node, ...]

_KINDS = {
    **dict.fromkeys(("+", "-", r"\cdot", r"\times", r"\pm"), Kind.BINARY),
    **dict.fromkeys(("=", "<", ">", r"\le", r"\ge", r"\simeq", r"\to", r"\leftrightarrow"), Kind.RELATION),
    **dict.fromkeys((r"\sum", r"\prod", r"\lim", r"\log", r"\exp", r"\sin", r"\cos", r"\tan"), Kind.OPERATOR),
    **dict.fromkeys((r"\quad", r"\qquad", r"\,", r"\;"), Kind.SPACE),
    **dict.fromkeys((",", ";"), Kind.COMMA),
}
_WORDS = (
    r"\\(?:mathrm|mathbf|mathsf|mathcal|operatorname|text)\{(?:[^{}\\]|\\.|\{\})*\}"  # {} as in \textbackslash{}
)
_TOKEN = re.compile(rf"{_WORDS}|\\(?:begin|end)\{{[a-z]+\*?\}}|\\[A-Za-z]+|\\.|\d+|\S")
_ENDS = re.compile(r"\}|\\right|&|\\\\|\\end\{.*\}")


def tokens(latex: str) -> list[str]:
    r"""The tokens of a formula, without the spaces between them; words in a font are one token.

    >>> tokens(r"\frac{x_{12}}{\mathrm{tr}}")
    ['\\frac', '{', 'x', '_', '{', '12', '}', '}', '{', '\\mathrm{tr}', '}']
    """
    return _TOKEN.findall(latex)


def read(latex: str) -> Row:
    r"""The tree of a formula.

    >>> read(r"x^2 + y")
    (Scripted(base=Leaf(text='x'), scripts=(('^', Leaf(text='2')),)), Leaf(text='+'), Leaf(text='y'))
    """
    found = tokens(latex)
    row, end = _row(found, 0)
    if end < len(found):
        raise ValueError(f"a formula goes on behind its end: {latex}")
    return row


def written(row: Sequence[Node]) -> str:
    r"""The tree as LaTeX.

    >>> written(read(r"\left(  N -S_{11}\right)^2\frac 1{2 M}"))
    '\\left(N - S_{11}\\right)^2 \\frac{1}{2 M}'
    """
    text = ""
    for place, node in enumerate(row):
        is_close = _is_sign(row[:place]) or (place > 0 and _is_argument(row[place - 1], node))
        text += ("" if is_close or not text else " ") + _written(node)
    return text


def _is_sign(before: Sequence[Node]) -> bool:
    """Whether the last node is the sign of what follows, and no operation."""
    return before[-1:] in ((Leaf("-"),), (Leaf("+"),)) and (
        len(before) == 1 or (isinstance(before[-2], Leaf) and before[-2].kind is Kind.RELATION)
    )


def _is_argument(operator: Node, node: Node) -> bool:
    return isinstance(node, Bracket) and isinstance(operator, Leaf) and operator.kind is Kind.OPERATOR


def _written(node: Node) -> str:
    match node:
        case Leaf(text):
            return text
        case Group(command, body):
            return f"{command}{{{written(body)}}}"
        case Fraction(top, bottom):
            return rf"\frac{{{written(top)}}}{{{written(bottom)}}}"
        case Bracket(opening, body, closing):
            return rf"\left{opening}{written(body)}\right{closing}"
        case Scripted(base, scripts):
            return _written(base) + "".join(sign + _script(one) for sign, one in scripts)
        case Grid(name, lines):
            rows = (" & ".join(written(cell) for cell in line).strip() for line in lines)
            return f"\\begin{{{name}}} " + r" \\ ".join(rows) + f" \\end{{{name}}}"


def _script(node: Node) -> str:
    """What is raised or lowered, without spaces where none is needed."""
    text = _written(node)
    return f" {text}" if re.fullmatch(r"\d\d+", text) else re.sub(r"(?<![A-Za-z]) | (?![A-Za-z0-9])", "", text)


def _row(found: Sequence[str], place: int) -> tuple[Row, int]:
    """The nodes up to the end of what they stand in, and the place of that end."""
    nodes: list[Node] = []
    while place < len(found) and not _ENDS.fullmatch(found[place]):
        if found[place] in ("^", "_") and nodes:
            script, end = _node(found, place + 1)
            last = nodes.pop()
            base, scripts = (last.base, last.scripts) if isinstance(last, Scripted) else (last, ())
            nodes.append(Scripted(base, (*scripts, (found[place], script))))
            place = end
        else:
            node, place = _node(found, place)
            nodes.append(node)
    return tuple(nodes), place


def _node(found: Sequence[str], place: int) -> tuple[Node, int]:
    token = found[place]
    if token == "{" or token in (r"\sqrt", r"\overline"):
        start = place + 1 if token == "{" else place + 2
        body, end = _row(found, start)
        return Group("" if token == "{" else token, body), end + 1
    if token == r"\frac":
        top, end = _argument(found, place + 1)
        bottom, end = _argument(found, end)
        return Fraction(top, bottom), end
    if token == r"\left":
        body, end = _row(found, place + 2)
        return Bracket(found[place + 1], body, found[end + 1]), end + 2
    if token.startswith(r"\begin{"):
        return _grid(found, place)
    return Leaf(token), place + 1


def _argument(found: Sequence[str], place: int) -> tuple[Row, int]:
    node, end = _node(found, place)
    return (node.body if isinstance(node, Group) and not node.command else (node,)), end


def _grid(found: Sequence[str], place: int) -> tuple[Grid, int]:
    name = found[place].removeprefix(r"\begin{").removesuffix("}")
    lines: list[list[Row]] = [[]]
    while True:
        cell, place = _row(found, place + 1)
        lines[-1].append(cell)
        if found[place] == r"\\":
            lines.append([])
        elif found[place] != "&":
            return Grid(name, tuple(map(tuple, lines))), place + 1
