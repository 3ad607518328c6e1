r"""Formulas broken over lines, so that none is wider than there is room for.

A row is broken where a reader expects it: at its relations and signs, then between factors, with a dot that says
so. What is too wide by itself is opened: a numerator or the inside of a bracket becomes lines of its own
(``aligned``). Nothing else is changed: `unbroken` takes the breaks out, and the tokens are those from before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from planaria.writing.latex.metric import box, in_cell
from planaria.writing.latex.reading import (
    Bracket,
    Fraction,
    Grid,
    Group,
    Kind,
    Leaf,
    Node,
    Row,
    Scripted,
    read,
    tokens,
    written,
)

__all__ = ["broken", "unbroken"]

_ENVIRONMENT = "aligned"
_INDENT = Leaf(r"\quad")
_TIMES = Leaf(r"\cdot")
_MOST = 0.6  # of the width of a term: what is wider is opened before the term is broken
_FUNCTIONS = (r"\zeta", r"\Gamma", r"\psi")  # what follows in brackets is their argument


def broken(latex: str, room: float) -> list[str]:
    r"""The lines of a formula, none wider than the room (points) as far as it can be broken; a short one as it is.

    >>> broken(r"\gamma + \frac{N + P}{M}", 60)
    ['\\gamma + \\frac{N + P}{M}']
    >>> broken(r"\gamma N + \frac{N + P}{M}", 56)
    ['\\gamma N', '\\quad + \\frac{N + P}{M}']
    >>> for line in broken(r"= \frac{N \left(N + P\right) + \gamma}{M}", 80):
    ...     print(line)
    = \frac{\begin{aligned} & N \left(N + P\right) \\ & \quad + \gamma \end{aligned}}{M}
    """
    row = read(latex)
    return [latex] if _width(row) <= room else [written(line) for line in _lines(row, room)]


def unbroken(lines: Iterable[str]) -> list[str]:
    r"""The tokens of a formula that was broken, its breaks taken out.

    >>> unbroken([r"\gamma", r"\quad \cdot \left(\begin{aligned} & N \\ & \quad + P \end{aligned}\right)"])
    ['\\gamma', '\\left', '(', 'N', '+', 'P', '\\right', ')']
    """
    breaks = {r"\quad", r"\cdot", "&", r"\\", rf"\begin{{{_ENVIRONMENT}}}", rf"\end{{{_ENVIRONMENT}}}"}
    found, matrices = [], 0
    for token in (token for line in lines for token in tokens(line)):
        matrices += (token == r"\begin{pmatrix}") - (token == r"\end{pmatrix}")
        if matrices or token not in breaks:
            found.append(token)
    return found


def _width(row: Row) -> float:
    return box(in_cell(row)).width


def _lines(row: Row, room: float) -> list[Row]:
    """The row over lines: between terms, and between the factors of a term that no line holds."""
    if _width(row) <= room:
        return [row]
    lines: list[Row] = []
    for term in _terms(row):
        rest = room - _width((_INDENT,)) if lines else room
        _fill(lines, [term] if _width(term) <= rest else _opened_factors(term, rest), room)
    return lines


def _fill(lines: list[Row], pieces: Sequence[Row], room: float) -> None:
    """Put pieces behind what is there, on new lines where there is no room; factors are joined by a dot there."""
    for place, piece in enumerate(pieces):
        dot = (_TIMES,) if place else ()
        if lines and _width((*lines[-1], *piece)) <= room:
            lines[-1] = (*lines[-1], *piece)
        elif lines:
            lines.append((_INDENT, *dot, *piece))
        else:
            lines.append(piece)


def _opened_factors(term: Row, room: float) -> list[Row]:
    """The pieces of a term that no line holds: its factors, or one piece if its widest part is most of it."""
    factors = _factors(term)
    start = _width((_INDENT, _TIMES)) if len(factors) > 1 else 0.0
    pieces = [one if _width(one) + start <= room else _opened(one, room - start) for one in factors]
    if len(factors) == 1:
        return pieces
    if max(_width((node,)) for node in term) <= _MOST * _width(term):
        return pieces
    whole = [_opened(term, room)]
    return whole if _width(whole[0]) <= room and _breaks(whole, room) <= _breaks(pieces, room) else pieces


def _breaks(pieces: Sequence[Row], room: float) -> int:
    """How often pieces are broken, within and between them."""
    lines: list[Row] = []
    _fill(lines, pieces, room)
    return len(lines) + sum(written(line).count(r"\\") for line in lines)


def _opened(factors: Row, room: float) -> Row:
    """Factors beside one another, the widest one over lines, so that they are no wider than the room."""
    widest = max(range(len(factors)), key=lambda place: _width((factors[place],)))
    rest = _width(factors) - _width((factors[widest],))
    return (*factors[:widest], _open(factors[widest], room - rest), *factors[widest + 1 :])


def _open(node: Node, room: float) -> Node:
    """A node with what stands inside of it over lines."""

    def inside(row: Row, rest: float) -> Row:
        lines = _lines(row, room - rest)
        return lines[0] if len(lines) == 1 else (Grid(_ENVIRONMENT, tuple(((), line) for line in lines)),)

    match node:
        case Fraction(top, bottom):
            return Fraction(inside(top, 2.5), inside(bottom, 2.5))
        case Bracket(opening, body, closing):
            return Bracket(opening, inside(body, 19.0), closing)
        case Group(command, body):
            return Group(command, inside(body, 12.0 if command == r"\sqrt" else 0.0))
        case Scripted(base, _):
            return replace(node, base=_open(base, room - (_width((node,)) - _width((base,)))))
        case Leaf() | Grid():
            return node


def _terms(row: Row) -> list[Row]:
    """The terms with the signs and relations before them; a list is cut behind its commas."""

    def begins(before: Row, node: Node) -> bool:
        kind = _kind(node)
        last = next((_kind(one) for one in reversed(before) if _kind(one) is not Kind.SPACE), None)
        if kind in (Kind.BINARY, Kind.RELATION):
            return last is Kind.ORDINARY
        return last is Kind.COMMA and kind is not Kind.SPACE

    return _cut(row, begins)


def _factors(term: Row) -> list[Row]:
    """The factors; operators stay with what they act on, and signs with what they stand before."""

    def begins(before: Row, node: Node) -> bool:
        last = before[-1]
        if (isinstance(node, Group) and not node.command) or _is_words(node) or _is_words(last):
            return False
        return (
            _kind(before[-1]) is Kind.ORDINARY and _kind(node) is not Kind.SPACE and not _takes(before[-1], node)
        )

    return _cut(term, begins)


def _is_words(node: Node) -> bool:
    return isinstance(node, Leaf) and node.text.startswith(r"\text{")


def _takes(last: Node, node: Node) -> bool:
    """Whether a bracket is the argument of a function and no factor."""
    base = last.base if isinstance(last, Scripted) else last
    return isinstance(node, Bracket) and isinstance(base, Leaf) and base.text in _FUNCTIONS


def _cut(row: Row, begins: Callable[[Row, Node], bool]) -> list[Row]:
    pieces: list[Row] = []
    for node in row:
        if pieces and not begins(pieces[-1], node):
            pieces[-1] = (*pieces[-1], node)
        else:
            pieces.append((node,))
    return pieces


def _kind(node: Node) -> Kind:
    base = node.base if isinstance(node, Scripted) else node
    return base.kind if isinstance(base, Leaf) else Kind.ORDINARY
