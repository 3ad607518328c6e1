"""The grammar of expressions in model files: text to sympy and back.

Names, numbers, ``+ - * / **``, parentheses, ``.T``, ``.H``, ``inv(...)``, ``tr(...)``, ``logdet(...)`` and
``I(space)``; anything else is refused, and no text is ever evaluated as Python. An expression is built with the
operators that a Python user would write, so a file and the Python interface give equal sympy objects.
Numbers are read exactly: ``0.1`` is 1/10.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from functools import cache
from typing import NoReturn

from lark import Lark, Token, Tree, UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from planaria.algebra.errors import InputError
from planaria.ensembles.text.formatting import format_expression
from planaria.ensembles.text.to_sympy import Builder, Value, short

__all__ = ["RESERVED", "format_expression", "names_in", "parse_expression", "parse_formula_tree"]

RESERVED = ("inv", "tr", "logdet", "I")
"""Words of the grammar that no symbol may be called by."""

MAX_LENGTH = 20_000  # characters of one expression
MAX_DEPTH = 100  # brackets in brackets: below Python's own recursion limit, in lark as in sympy

_GRAMMAR = r"""
start: sum
?sum: product | sum "+" product -> add | sum "-" product -> sub
?product: unary | product "*" unary -> mul | product "/" unary -> div
?unary: power | "-" unary -> neg
?power: postfix | postfix "**" unary -> pow
?postfix: atom | postfix TRANSPOSE -> transpose | postfix ADJOINT -> adjoint
?atom: NAME -> name
     | NUMBER -> number
     | "(" sum ")" -> group
     | "inv" "(" sum ")" -> inverse
     | "tr" "(" sum ")" -> trace
     | "logdet" "(" sum ")" -> logdet
     | "I" "(" (NAME | NUMBER) ")" -> identity
TRANSPOSE: /\.\s*T(?![A-Za-z0-9_])/
ADJOINT: /\.\s*H(?![A-Za-z0-9_])/
NAME: /[A-Za-z_][A-Za-z0-9_]*/
NUMBER: /(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/
%ignore /[ \t\r\n]+/
"""

# What a formula has besides: see `planaria.ensembles.formulas.reading`.
_FORMULA = r"""
%extend atom: "sum" "(" sum ")" -> over
     | "sqrt" "(" sum ")" -> root
     | "det" "(" "[" row ("," row)* "]" ")" -> determinant
row: "[" sum ("," sum)* "]"
"""

_ALLOWED = (
    "an expression has names, numbers, + - * / **, parentheses, .T, .H, inv(...), tr(...), logdet(...) "
    "and I(space)"
)
_ALLOWED_IN_FORMULAS = (
    "a formula has names, numbers, + - * / **, parentheses, sum(...) and tr(...) over eigenvalues, sqrt(...) "
    "and det([[a, b], [c, d]])"
)
_FUNCTIONS = ("inv", "tr", "sum", "sqrt", "det", "I")  # of formulas
_CHARACTER_REMEDIES = {
    "^": "write a power as a**n",
    "@": "write a product as a*b",
    "'": "write a transpose as a.T",
    ".": "the only suffixes are .T (transpose) and .H (adjoint); write an inverse as inv(...)",
    "[": "use round brackets ( )",
    "{": "use round brackets ( )",
    "=": "give a name to an expression under [definitions]",
    "|": "write a trace as tr(...)",
}


def parse_expression(
    text: str, names: Mapping[str, Value], place: str, spaces: Collection[str] | None = None
) -> Value:
    """The sympy expression that a text stands for.

    Parameters
    ----------
    text
        An expression in the grammar of this module.
    names
        What each name stands for: symbols, matrix symbols, or whole expressions.
    place
        Where the text stands, for errors.
    spaces
        The names that ``I(...)`` takes; None takes every name that stands for a plain symbol.

    Raises InputError for a text outside the grammar, an unknown name, shapes that do not fit, and sizes,
    depths and powers beyond every model's needs.

    >>> from sympy import MatrixSymbol, symbols
    >>> N, P, gamma = symbols("N P gamma", positive=True)
    >>> names = {"N": N, "P": P, "gamma": gamma, "x": MatrixSymbol("x", N, P)}
    >>> parse_expression("tr(inv(gamma*I(N) + x*x.T))/N", names, "example")
    Trace((gamma*I + x*x.T)**(-1))/N
    >>> parse_expression("x + x.T", names, "example")
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: example: in 'x + x.T' the shapes do not fit: x is (N, P) and \
x.T is (P, N); the two sides of + need one shape
    """
    tree = _parse(text, place)
    try:
        return Builder(text, names, place, spaces).build(tree)
    except InputError:
        raise
    except RecursionError:
        _refuse_depth(place)
    except Exception as error:
        # sympy raises a dozen kinds of error, some undocumented; whichever it is, the text is at fault here.
        raise InputError(
            place,
            f"{short(text)} cannot be built ({type(error).__name__}: {error})",
            "simplify the expression",
        ) from error


def names_in(text: str, place: str) -> frozenset[str]:
    """The names in an expression, before any of them is known.

    >>> sorted(names_in("tr(q*Lambda)/N + 0*tr(I(P))", "example"))
    ['Lambda', 'N', 'P', 'q']
    """
    tokens = _parse(text, place).scan_values(lambda one: isinstance(one, Token) and one.type == "NAME")
    return frozenset(str(token) for token in tokens)


def parse_formula_tree(text: str, place: str) -> Tree[Token]:
    """The parse tree of a formula: the grammar of expressions, with sums, roots and determinants."""
    return _parse(text, place, formula=True)


@cache
def _parser(formula: bool) -> Lark:
    grammar = _GRAMMAR + _FORMULA if formula else _GRAMMAR
    return Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=False)


def _parse(text: str, place: str, *, formula: bool = False) -> Tree[Token]:
    _check_text(text, place)
    try:
        tree = _parser(formula).parse(text)
    except UnexpectedInput as error:
        _refuse_syntax(error, text, place, formula)
    if not isinstance(tree, Tree):
        raise TypeError(f"the parser returned {type(tree).__name__}")
    return tree


def _check_text(text: str, place: str) -> None:
    """Refuse what could exhaust a parser, and name an unbalanced bracket, before any parser runs."""
    if not text.strip():
        raise InputError(place, "the expression is empty", "write an expression")
    if len(text) > MAX_LENGTH:
        raise InputError(
            place,
            f"the expression has {len(text)} characters, more than {MAX_LENGTH}",
            "split it by [definitions]",
        )
    opened: list[int] = []
    for position, character in enumerate(text):
        if character == "(":
            opened.append(position)
            if len(opened) > MAX_DEPTH:
                _refuse_depth(place)
        elif character == ")":
            if not opened:
                raise InputError(
                    place,
                    f"column {position + 1} closes a bracket that was not opened",
                    "remove it, or open it",
                )
            opened.pop()
    if opened:
        raise InputError(place, f"the bracket of column {opened[-1] + 1} is not closed", "close it with )")
    if re.search(rf"(?:\.\s*[TH]\s*){{{MAX_DEPTH}}}|(?:-\s*){{{MAX_DEPTH}}}", text):
        _refuse_depth(place)


def _refuse_depth(place: str) -> NoReturn:
    raise InputError(
        place,
        f"the expression is nested more than {MAX_DEPTH} deep",
        "split it by [definitions] or simplify it",
    )


def _refuse_syntax(error: UnexpectedInput, text: str, place: str, formula: bool) -> NoReturn:
    """Say the column, the piece and the likeliest remedy."""
    allowed = _ALLOWED_IN_FORMULAS if formula else _ALLOWED
    functions = _FUNCTIONS if formula else RESERVED
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        raise InputError(
            place, f"{short(text)} ends too early", "write a name or a number after the last sign"
        ) from None
    position = error.pos_in_stream or 0
    if isinstance(error, UnexpectedCharacters):
        piece = text[position]
        letters = "a name is made of the letters A-Z a-z, digits and _" if piece.isalpha() else allowed
        remedy = _CHARACTER_REMEDIES.get(piece, letters)
    else:
        piece = str(getattr(error, "token", text[position]))
        before = re.search(r"([A-Za-z_]\w*)\s*$", text[:position])
        previous = text[:position].rstrip()[-1:]
        if piece == "(" and before:
            remedy = (
                f"'{before[1]}' is no function: the functions are {', '.join(functions[:-1])} "
                f"and {functions[-1]}; write a product with *"
            )
            if close := get_close_matches(before[1], functions, n=1, cutoff=0.6):
                remedy = f"'{before[1]}' is no function; did you mean '{close[0]}'?"
        elif piece in functions or (before and before[1] in functions):
            remedy = allowed if formula else "write inv(...), tr(...) or I(space)"
        elif previous and (previous.isalnum() or previous in "_)") and (piece[0].isalnum() or piece[0] in "_("):
            remedy = "write a product with *"
        else:
            remedy = allowed
    raise InputError(
        place, f"column {position + 1} of {short(text)} has an unexpected {short(piece)}", remedy
    ) from None
