r"""How wide and high a formula is when TeX sets it: Computer Modern at 10pt, lengths in TeX's points.

The rules are those of The TeXbook, appendix G, with rounded numbers. A sign that is not in the table counts as a
wide one. The tests hold the widths against TeX.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from planaria.writing.latex.reading import Bracket, Fraction, Grid, Group, Kind, Leaf, Node, Row, Scripted, read

__all__ = ["Box", "box", "formula_width", "in_cell"]

DISPLAY, TEXT, SCRIPT, SMALLEST = range(4)

_AXIS = 2.5  # height of the line of a fraction
_RULE = 0.4  # its thickness
_BESIDE = 1.2  # the space on each side of a fraction
_SIZES = {DISPLAY: 1.0, TEXT: 1.0, SCRIPT: 0.82, SMALLEST: 0.75}  # smaller signs are wider in proportion
_HEIGHTS = {DISPLAY: 1.0, TEXT: 1.0, SCRIPT: 0.7, SMALLEST: 0.5}
_RAISED, _LOWERED = 4.2, 2.5  # the shifts of scripts
_SCRIPT_SPACE = 0.5
_LINE_SKIP = 3.0  # between the lines of an alignment, which are 12 apart at least
_STRUT = (8.4, 3.6)
_COLUMNS, _BRACKET = 10.0, 8.8  # between the columns of a matrix, and a tall bracket beside it

# Heights of brackets, and how wide round and square ones of that height are.
_BRACKETS = ((10.0, 3.9, 2.8), (12.0, 4.6, 4.2), (18.0, 6.0, 4.8), (24.0, 7.4, 5.3), (30.0, 8.0, 5.9))
_TALL = (8.8, 6.7)

_THIN, _MEDIUM, _THICK = 1.7, 2.3, 2.8


def _table(text: str) -> dict[str, float]:
    """Widths of signs: lines of signs, each followed by its width."""
    words = text.split()
    return dict(zip(words[::2], map(float, words[1::2]), strict=True))


_ITALIC = _table("""
    a 5.3 b 4.3 c 4.4 d 5.3 e 4.7 f 6.0 g 5.2 h 5.8 i 3.5 j 4.7 k 5.6 l 3.2 m 8.8
    n 6.1 o 4.9 p 5.1 q 4.9 r 4.8 s 4.7 t 3.7 u 5.8 v 5.3 w 7.5 x 5.8 y 5.3 z 5.1
    A 7.5 B 8.1 C 7.9 D 8.6 E 8.0 F 7.9 G 7.9 H 9.2 I 5.2 J 6.6 K 9.3 L 6.9 M 10.8
    N 9.2 O 8.0 P 7.9 Q 8.0 R 7.7 S 6.8 T 7.3 U 8.0 V 8.1 W 10.9 X 9.1 Y 8.1 Z 7.6
""")
_UPRIGHT = _table("""
    a 5.0 b 5.6 c 4.5 d 5.6 e 4.5 f 3.9 g 5.2 h 5.6 i 2.8 j 3.1 k 5.3 l 2.8 m 8.4
    n 5.6 o 5.0 p 5.6 q 5.3 r 4.0 s 4.0 t 3.9 u 5.6 v 5.5 w 7.4 x 5.3 y 5.5 z 4.5
    A 7.5 B 7.1 C 7.3 D 7.7 E 6.9 F 6.6 G 7.9 H 7.5 I 3.7 J 5.2 K 7.8 L 6.3 M 9.2
    N 7.5 O 7.8 P 6.9 Q 7.8 R 7.4 S 5.6 T 7.3 U 7.5 V 7.7 W 10.5 X 7.5 Y 7.8 Z 6.2
    , 2.8 . 2.8 : 2.8 ; 2.8 ! 2.8 ' 2.8 | 2.8
""") | {" ": 3.4}
_SIGNS = _table(r"""
    \alpha 6.5 \beta 6.2 \gamma 5.8 \delta 4.9 \epsilon 4.1 \varepsilon 4.7 \zeta 5.2 \eta 5.4 \theta 5.0
    \iota 3.6 \kappa 5.8 \lambda 5.9 \mu 6.1 \nu 5.6 \xi 4.9 \pi 6.1 \rho 5.2 \sigma 6.1 \tau 5.6
    \upsilon 5.8 \phi 6.0 \varphi 6.6 \chi 6.3 \psi 6.9 \omega 6.6 \Gamma 6.3 \Delta 8.4 \Theta 7.8
    \Lambda 7.0 \Xi 6.7 \Pi 7.6 \Sigma 7.3 \Upsilon 7.8 \Phi 7.3 \Psi 7.8 \Omega 7.3
    \star 5.1 \dagger 4.5 \infty 10.1 \dots 15.0 \cdots 13.4 \cdot 2.8 \times 7.8 \pm 7.8
    + 7.8 - 7.8 = 7.8 < 7.8 > 7.8 \le 7.8 \ge 7.8 \simeq 7.8 / 5.1 ( 3.9 ) 3.9 [ 2.8 ] 2.8 | 2.8
    , 2.8 ; 2.8 . 2.8 ! 2.8 ' 2.9 \quad 10 \qquad 20 \, 1.7 \; 2.8 \: 2.3 \! -1.7
    \sum 14.5 \prod 12.8 \lim 13.9 \log 13.0 \det 13.9 \exp 15.3 \sin 12.3 \cos 13.4 \tan 14.0
""")
_DIGIT, _WIDE = 5.1, 10.1  # of what is in no table: a wide sign
_BOLD = 1.2  # times the upright width
_LARGE = (r"\sum", r"\prod")
_LIMITS = (*_LARGE, r"\lim")


@dataclass(frozen=True)
class Box:
    """The size of something set: its width, and how far it goes above and below the line."""

    width: float
    height: float
    depth: float

    @property
    def extent(self) -> float:
        """Twice the larger distance from the axis, which brackets have to cover."""
        return 2 * max(self.height - _AXIS, self.depth + _AXIS)


def formula_width(latex: str) -> float:
    r"""About how wide a displayed formula is in points, behind the sign of an alignment.

    >>> round(formula_width(r"\frac{N - S_{11}}{\gamma}"))
    40
    """
    return box(in_cell(read(latex))).width


def in_cell(row: Row) -> Row:
    """What stands in a cell of an alignment: there is something before it, so that a sign is an operation."""
    return (Group("", ()), *row)


def box(row: Row, style: int = DISPLAY) -> Box:
    """The size of nodes beside one another."""
    boxes = [_box(node, style) for node in row]
    width = sum(one.width for one in boxes) + sum(_space(*pair, style) for pair in pairwise(_in_place(row)))
    return Box(width, max((b.height for b in boxes), default=0.0), max((b.depth for b in boxes), default=0.0))


def _box(node: Node, style: int) -> Box:
    match node:
        case Leaf(text):
            return _leaf(text, style)
        case Fraction(top, bottom):
            return _fraction(top, bottom, style)
        case Bracket(opening, body, closing):
            inside = box(body, style)
            needed = max(0.901 * inside.extent, inside.extent - 5)
            sides = _side(opening, needed) + _side(closing, needed)
            half = max(needed, 10.0) / 2
            return Box(inside.width + sides, max(inside.height, half + _AXIS), max(inside.depth, half - _AXIS))
        case Scripted(base, scripts):
            return _scripted(base, scripts, style)
        case Group(command, body):
            inside = box(body, style)
            if command != r"\sqrt":
                return inside
            return Box(inside.width + (8.4 if inside.extent < 12 else 10.1), inside.height + 3, inside.depth + 1)
        case Grid("pmatrix", lines):
            return _matrix(lines)
        case Grid(_, lines):
            return _grid(lines)


def _leaf(text: str, style: int) -> Box:
    size, tall = _SIZES[style], _HEIGHTS[style]
    if text in _LARGE:
        height, depth = (10.5, 5.5) if style == DISPLAY else (7.5, 2.5)
        return Box(_SIGNS[text] if style == DISPLAY else 10.6 * size, height, depth)
    command, _, words = text.removesuffix("}").partition("{")
    if words and command.startswith("\\"):
        width = sum(_UPRIGHT.get(sign, _DIGIT) for sign in words.replace("$", "").replace("\\", ""))
        return Box(size * (_BOLD * width if command == r"\mathbf" else width), 7.0 * tall, 2.0 * tall)
    width = len(text) * _DIGIT if text.isdigit() else _SIGNS.get(text, _ITALIC.get(text, _WIDE))
    deep = 2.0 if text in _DEEP else 0.0
    return Box(size * width, (4.4 if text in _LOW else 7.0) * tall, deep * tall)


_LOW = {
    *"acegmnopqrsuvwxyz",
    *(r"\alpha", r"\gamma", r"\epsilon", r"\varepsilon", r"\eta", r"\iota", r"\kappa", r"\mu", r"\nu"),
    *(r"\pi", r"\rho", r"\sigma", r"\tau", r"\upsilon", r"\varphi", r"\chi", r"\omega"),
}
_DEEP = {
    *"gjpqyQ/()[],;|",
    *(r"\beta", r"\gamma", r"\zeta", r"\eta", r"\mu", r"\xi", r"\rho", r"\phi", r"\varphi", r"\chi"),
    *(r"\psi", r"\dagger"),
}


def _fraction(top: Row, bottom: Row, style: int) -> Box:
    inner = TEXT if style == DISPLAY else min(style + 1, SMALLEST)
    above, below = box(top, inner), box(bottom, inner)
    scale = _HEIGHTS[style]
    up, down, gap = (6.8, 6.9, 3 * _RULE) if style == DISPLAY else (4.0 * scale, 3.5 * scale, _RULE)
    height = max(up + above.height, _AXIS + _RULE / 2 + gap + above.depth + above.height)
    depth = max(down + below.depth, _RULE / 2 + gap + below.height + below.depth - _AXIS)
    return Box(max(above.width, below.width) + 2 * _BESIDE, height, depth)


def _scripted(base: Node, scripts: Sequence[tuple[str, Node]], style: int) -> Box:
    main = _box(base, style)
    inner = min(max(style, TEXT) + 1, SMALLEST)
    boxes = {sign: _box(script, inner) for sign, script in scripts}
    empty = Box(0.0, 0.0, 0.0)
    upper, lower = boxes.get("^", empty), boxes.get("_", empty)
    if style == DISPLAY and isinstance(base, Leaf) and base.text in _LIMITS:
        widest = max(main.width, upper.width, lower.width)
        return Box(widest, main.height + 3 + upper.height, main.depth + 4 + lower.height)
    raised = lowered = 0.0
    if not isinstance(base, Leaf):  # scripts of a box hang from its corners
        raised, lowered = main.height - 3.9, main.depth + 0.5
    scale = _HEIGHTS[style]
    height = max(main.height, max(raised, _RAISED * scale) + upper.height) if "^" in boxes else main.height
    depth = max(main.depth, max(lowered, _LOWERED * scale) + lower.depth) if "_" in boxes else main.depth
    return Box(main.width + max(upper.width, lower.width) + _SCRIPT_SPACE, height, depth)


def _matrix(lines: Sequence[Sequence[Row]]) -> Box:
    """A matrix in round brackets: every column is as wide as its widest entry."""
    whole = _grid(lines)
    width = whole.width + _COLUMNS * (max(map(len, lines)) - 1) + 2 * _BRACKET
    return Box(width, whole.height, whole.depth)


def _grid(lines: Sequence[Sequence[Row]]) -> Box:
    """An alignment: columns as wide as their widest cells, lines below one another, the middle on the axis."""
    columns = max(map(len, lines))
    cells = [[box(in_cell(cell)) for cell in line] for line in lines]
    width = sum(max(line[k].width for line in cells if k < len(line)) for k in range(columns))
    total = sum(
        max(_STRUT[0], *(c.height for c in line)) + max(_STRUT[1], *(c.depth for c in line)) + _LINE_SKIP
        for line in cells
    )
    return Box(width, total / 2 + _AXIS, total / 2 - _AXIS)


def _side(sign: str, needed: float) -> float:
    """The width of a bracket that is as high as needed; of none, the space in its place."""
    if sign == ".":
        return _BESIDE
    square = int(sign in ("[", "]", "|"))
    return next((widths[square] for size, *widths in _BRACKETS if size >= needed), _TALL[square])


def _in_place(row: Row) -> list[tuple[Kind, bool]]:
    """What each node but spaces is to its neighbours; whether TeX keeps it apart from letters, as brackets are.

    A sign of an operation without a left side is a sign of its term.
    """
    found: list[tuple[Kind, bool]] = []
    before = Kind.RELATION
    for node in row:
        base = node.base if isinstance(node, Scripted) else node
        kind = base.kind if isinstance(base, Leaf) else Kind.ORDINARY
        if kind is Kind.SPACE:
            continue
        if kind is Kind.BINARY and before in (Kind.RELATION, Kind.BINARY, Kind.COMMA, Kind.OPERATOR):
            kind = Kind.ORDINARY
        found.append((kind, isinstance(base, (Bracket, Grid))))
        before = kind
    return found


def _space(left: tuple[Kind, bool], right: tuple[Kind, bool], style: int) -> float:
    kinds = {left[0], right[0]}
    if Kind.OPERATOR in kinds and Kind.BINARY not in kinds and Kind.RELATION not in kinds:
        return _THIN
    if style >= SCRIPT:
        return 0.0
    if Kind.RELATION in kinds:
        return _THICK
    if Kind.BINARY in kinds:
        return _MEDIUM
    return _THIN if Kind.COMMA is left[0] or left[1] or right[1] else 0.0
