"""What papers say of a model of `examples/literature`: their formulas, and how long these are."""

from __future__ import annotations

import ast
import operator
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from sympy import Expr, Integer, Symbol

from planaria.derivations import Derivation, derive

__all__ = ["FOLDER", "Published", "derived", "length", "operations"]

FOLDER = Path(__file__).parent.parent.parent / "examples" / "literature"

_OPERATIONS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


@dataclass(frozen=True)
class Published:
    """A formula of the literature for one quantity.

    Attributes
    ----------
    model
        A file of `examples/literature`, or a built-in model.
    quantity
        The name of its quantity.
    source
        Where the formula stands. An equation is cited where its number is known; else the paper.
    formula
        The formula, in the names that ``let`` gives.
    let
        The names of the paper: sums, formulas, and unknowns by their equations.
    basis
        The spectral sums in which planaria writes its value; empty for its own choice.
    by
        The fields by which the value is taken apart, as papers give bias and variance apart.
    at
        The point of a simulation; empty where another quantity of the model has one.
    simulated
        The quantity that is simulated in its place: the same thing, written otherwise.
    """

    model: str
    quantity: str
    source: str
    formula: str
    let: tuple[str, ...]
    basis: str = ""
    by: tuple[str, ...] = ()
    at: Mapping[str, object] = field(default_factory=dict, hash=False)
    simulated: str = ""

    @property
    def path(self) -> str:
        return str(FOLDER / f"{self.model}.toml") if (FOLDER / f"{self.model}.toml").exists() else self.model

    def __str__(self) -> str:
        return f"{self.model} {self.quantity}"


@cache
def derived(one: Published) -> Derivation:
    """The quantity, in the sums that are asked for."""
    found = derive(one.path, one.quantity)
    assert isinstance(found, Derivation)
    return found.rewrite(one.basis) if one.basis else found


def length(one: Published) -> int:
    """How many operations planaria's value takes as it is shown: a sum over eigenvalues is one letter.

    A determinant of a ladder that it names counts by its entries.
    """
    found = derived(one)
    if not one.by:
        entries = [entry for one in found.determinants for row in one.rows for entry in row]
        return sum(int(part.count_ops()) for part in (found.value_as_shown, *entries))
    values = [part.value for part in found.split(*one.by)]
    return sum(int(value.count_ops()) for value in values) + len(values) - 1


def operations(one: Published) -> int:
    """How many operations a paper's formula takes: those of the names that it gives to formulas are counted once.

    A sum over eigenvalues is one letter, as in planaria's values, and so is an unknown that satisfies an equation.

    >>> operations(Published("", "", "", "a*b/(1 - b)", ("b = k**2*sum(lambda_I/(lambda_I + k))", "k: k = 1")))
    5
    """
    pairs = [line.split("=", 1) for line in one.let if ":" not in line]
    formulas = {name.strip(): _read(text) for name, text in pairs} | {"": _read(one.formula)}
    needed, pending = {""}, [""]
    while pending:
        new = ({str(symbol) for symbol in formulas[pending.pop()].free_symbols} & set(formulas)) - needed
        needed |= new
        pending += new
    return sum(int(formulas[name].count_ops()) for name in needed)


def _read(text: str) -> Expr:
    """A formula of this room as a sympy expression, each sum a symbol: only for counting."""
    return _expression(ast.parse(text.strip(), mode="eval").body)


def _expression(node: ast.AST) -> Expr:
    match node:
        case ast.Constant():
            return Integer(node.value)
        case ast.Name():
            return Symbol(node.id)
        case ast.Call():
            return Symbol(ast.unparse(node))
        case ast.UnaryOp():
            return -_expression(node.operand)
        case ast.BinOp():
            return _OPERATIONS[type(node.op)](_expression(node.left), _expression(node.right))
    raise TypeError(f"{ast.dump(node)} is no part of a formula")
