"""Formulas and claims as text: the grammar of expressions, with ``sum``, ``sqrt`` and ``det``.

A formula is in scalars: parameters, dimensions, unknowns and sums. ``sum(...)`` is a sum over the eigenvalues of
one space, which are written ``lambda_I`` for a matrix Lambda; ``tr(...)`` of deterministic matrices is the same
sum, written with the matrices. No text is evaluated as Python. Another reader, such as one of LaTeX, makes the
same `Claim`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from re import compile as pattern
from typing import Any

from lark import Token, Tree
from sympy import Expr, MatrixExpr

from planaria.algebra.errors import InputError, described
from planaria.ensembles.formulas.claim import Claim, Definition, OwnUnknown
from planaria.ensembles.formulas.from_sympy import formula_of
from planaria.ensembles.formulas.nodes import (
    Determinant,
    Identity,
    Name,
    Negative,
    Node,
    Number,
    Over,
    Plus,
    Power,
    Quotient,
    Times,
)
from planaria.ensembles.text.grammar import parse_formula_tree
from planaria.ensembles.text.to_sympy import short

__all__ = ["parse_claim", "parse_formula"]

MAX_POWER = 64  # of an exponent, numerator and denominator: what is above is no formula of a paper
MAX_ROWS = 6  # of a determinant, which is expanded by minors
MAX_NODES = 3_000
MAX_DEEP = 150  # of brackets, powers and signs in one another
_NAME = pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_WORDS = ("sum", "sqrt", "det", "inv", "tr", "logdet", "I")


def parse_formula(text: str, place: str) -> Node:
    """The tree of a formula.

    >>> from planaria.ensembles.formulas.writing import written
    >>> written(parse_formula("N/2*det([[N - q, z-q],[z - q, P - q]])", "example"))
    'N/2*det([[N - q, z - q], [z - q, P - q]])'
    >>> parse_formula("sum(lambda_I/(lambda_I + Delta)", "example")
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: example: the bracket of column 4 is not closed; close it with )

    Raises InputError for a text outside the grammar.
    """
    root = parse_formula_tree(text, place)
    order: list[Tree[Token]] = []
    pending: list[Any] = [root.children[0]]
    while pending:  # without recursion: a long sum is a deep tree
        tree = pending.pop()
        if isinstance(tree, Tree):
            order.append(tree)
            pending.extend(tree.children)
            if len(order) > MAX_NODES:
                raise InputError(
                    place, f"{short(text)} has more than {MAX_NODES} parts", "give parts names by --let"
                )
    values: list[tuple[Any, int]] = []
    for tree in reversed(order):
        count = sum(isinstance(child, Tree) for child in tree.children)
        operands = values[len(values) - count :]
        del values[len(values) - count :]
        depth = 1 + max((deep for _, deep in operands), default=0)
        node = _built(tree, [one for one, _ in operands], text, place)
        if isinstance(node, (Plus, Times)):  # those of one sum are side by side
            depth = max(depth - 1, 1)
        if depth > MAX_DEEP:
            raise InputError(
                place, f"{short(text)} is nested more than {MAX_DEEP} deep", "give parts names by --let"
            )
        values.append((node, depth))
    ((result, _),) = values
    assert not isinstance(result, tuple)  # a row stands in a determinant alone
    formula: Node = result
    return formula


def parse_claim(formula: str | Expr, let: Mapping[str, str] | Sequence[str] = ()) -> Claim:
    """A formula, or an equation of two, with the names of somebody's own.

    Parameters
    ----------
    let
        ``"z = FORMULA"`` for a name of a formula, ``"k: FORMULA = FORMULA"`` for what satisfies an equation; or a
        mapping of names to formulas and equations.

    >>> claim = parse_claim("a*z = k", ["k: k**2 = z", "z = 1/a"])
    >>> print(claim, *claim.definitions, *claim.unknowns, sep="; ")
    a*z = k; z = 1/a; k: k**2 = z
    """
    if isinstance(let, str) or not isinstance(let, (Mapping, Sequence)):
        raise InputError("let", f"{described(let)} is no list of names", 'give ["z = sum(...)"]')
    texts = [_of_mapping(key, value) for key, value in let.items()] if isinstance(let, Mapping) else list(let)
    definitions: list[Definition] = []
    unknowns: list[OwnUnknown] = []
    for text in texts:
        one = _own(text)
        if isinstance(one, Definition):
            definitions.append(one)
        else:
            unknowns.append(one)
    if isinstance(formula, Expr) and not isinstance(formula, MatrixExpr):
        return Claim(formula_of(formula), None, tuple(definitions), tuple(unknowns))
    if not isinstance(formula, str):
        raise InputError("FORMULA", f"{described(formula)} is no formula", "give it as text of the grammar")
    left, right = _sides(formula, "FORMULA")
    return Claim(right, left, tuple(definitions), tuple(unknowns))


def _of_mapping(key: object, value: object) -> str:
    if not isinstance(key, str) or not isinstance(value, str):
        raise InputError("let", f"{described(key)} and {described(value)} are no texts", 'give {"z": "sum(...)"}')
    return f"{key}: {value}" if "=" in value else f"{key} = {value}"


def _own(text: object) -> Definition | OwnUnknown:
    example = "write --let 'z = sum(lambda_I/(lambda_I + Delta))', or --let 'k: k*(N - z) = gamma'"
    if not isinstance(text, str):
        raise InputError("let", f"{described(text)} is no text", example)
    before, sign, rest = text.partition("=")
    name, colon, begun = before.partition(":")
    name = name.strip()
    if not sign:
        raise InputError("--let", f"{short(text)} has no =", example)
    if not _NAME.fullmatch(name) or name in _WORDS:
        raise InputError("--let", f"{short(name)} is not a name", example)
    place = f"--let {name}"
    if not colon:
        return Definition(name, parse_formula(rest, place))
    left, right = _sides(f"{begun}={rest}", place)
    assert left is not None
    return OwnUnknown(name, left, right)


def _sides(text: str, place: str) -> tuple[Node | None, Node]:
    sides = text.split("=")
    if len(sides) > 2:
        raise InputError(place, f"{short(text)} has {len(sides) - 1} signs =", "write one equation")
    *left, right = (parse_formula(one, place) for one in sides)
    return (left[0] if left else None), right


def _built(tree: Tree[Token], operands: list[Any], text: str, place: str) -> Any:
    """The node of one rule of the grammar; a tuple for a row of a determinant."""

    def error(problem: str, remedy: str) -> InputError:
        source = text[tree.meta.start_pos : tree.meta.end_pos]
        return InputError(place, f"in {short(source)}, {problem}", remedy)

    match str(tree.data):
        case "name":
            return Name(str(tree.children[0]))
        case "number":
            return Number(_number(str(tree.children[0]), error))
        case "identity":
            return Identity(str(tree.children[0]))
        case "group":
            return operands[0]
        case "neg":
            return Negative(operands[0])
        case "add":
            return Plus((*_terms(operands[0]), operands[1]))
        case "sub":
            return Plus((*_terms(operands[0]), Negative(operands[1])))
        case "mul":
            first, second = operands
            if isinstance(first, Negative):  # -a*b is read as -(a*b), as it is meant
                return Negative(_product(first.of, second))
            return _product(first, second)
        case "div":
            first, second = operands
            return Negative(Quotient(first.of, second)) if isinstance(first, Negative) else Quotient(first, second)
        case "pow":
            exponent = _exact(operands[1])
            if exponent is None:
                raise error("the exponent is not a number", "write a number after **")
            if max(abs(exponent.numerator), exponent.denominator) > MAX_POWER:
                raise error("the exponent is too large", f"stay within {MAX_POWER}")
            return Power(operands[0], exponent)
        case "inverse":
            return Quotient(Number(Fraction(1)), operands[0], "inv")
        case "trace":
            return Over(operands[0], "tr")
        case "over":
            return Over(operands[0], "sum")
        case "root":
            return Power(operands[0], Fraction(1, 2), "sqrt")
        case "row":
            return tuple(operands)
        case "determinant":
            if any(len(row) != len(operands) for row in operands):
                raise error("the matrix is not square", "write as many rows as columns")
            if len(operands) > MAX_ROWS:
                raise error(f"there are {len(operands)} rows", f"write at most {MAX_ROWS}")
            return Determinant(tuple(operands))
        case "transpose" | "adjoint":
            return operands[0]  # a deterministic matrix is real and diagonal
        case "logdet":
            raise error("logdet is no function of formulas", "compare the quantity by its resolvent")
        case rule:
            raise TypeError(f"no formula is known for the rule {rule}")


def _product(first: Node, second: Node) -> Node:
    return Times((*(first.factors if isinstance(first, Times) else (first,)), second))


def _terms(node: Node) -> tuple[Node, ...]:
    return node.terms if isinstance(node, Plus) else (node,)


def _number(text: str, error: Any) -> Fraction:
    mantissa, _, exponent = text.lower().partition("e")
    if len(mantissa) > 1000 or len(exponent) > 5 or abs(int(exponent or 0)) > 1000:
        raise error("the number is out of range", "stay between 1e-1000 and 1e1000")
    return Fraction(text)


def _exact(node: Node) -> Fraction | None:
    """The number that a formula without names is, where it has no powers."""
    match node:
        case Number(value=value):
            return value
        case Negative(of=one):
            inner = _exact(one)
            return None if inner is None else -inner
        case Quotient(above=above, below=below):
            top, bottom = _exact(above), _exact(below)
            return None if top is None or not bottom else top / bottom
        case Plus(terms=several):
            found = [_exact(one) for one in several]
            return None if None in found else sum((one for one in found if one is not None), Fraction(0))
        case _:
            return None
