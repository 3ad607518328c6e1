"""Model files, read for the oracle by tomllib and Python's own parser, not planaria's. Nothing is evaluated."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

from tests.oracles.expressions import (
    Adjoint,
    Field,
    Fixed,
    Inverse,
    Law,
    Letter,
    Matrix,
    Model,
    Name,
    Number,
    One,
    Plus,
    Point,
    Power,
    Product,
    Scalar,
    Scaled,
    Sum,
    Times,
    Trace,
)

Node = Scalar | Matrix
SCALARS = (Number, Name, Plus, Times, Power, Trace)


def exact(value: object) -> Fraction:
    """A number as the decimal digits that were written.

    >>> exact("0.1"), exact(2), exact(1e-3)
    (Fraction(1, 10), Fraction(2, 1), Fraction(1, 1000))
    """
    return Fraction(str(value))


def is_scalar(node: Node) -> bool:
    """Whether an expression is a scalar and not a matrix."""
    return isinstance(node, SCALARS)


class _Reader:
    """Turns the text of one model into expressions; definitions are written out."""

    def __init__(self, matrices: set[str], fields: set[str], definitions: Mapping[str, str]) -> None:
        self.matrices = matrices
        self.fields = fields
        self.definitions = definitions

    def read(self, text: str) -> Node:
        return self._node(ast.parse(text.strip(), mode="eval").body)

    def scalar(self, text: object) -> Scalar:
        node = self.read(str(text))
        if not is_scalar(node):
            raise ValueError(f"{text!r} is no scalar")
        return cast(Scalar, node)

    def matrix(self, text: object) -> Matrix:
        node = self.read(str(text))
        if is_scalar(node):
            raise ValueError(f"{text!r} is no matrix")
        return cast(Matrix, node)

    def _node(self, tree: ast.expr) -> Node:
        match tree:
            case ast.Constant(value=int() | float() as number):
                return Number(exact(number))
            case ast.Name(id=name):
                if name in self.fields:
                    return Letter(name)
                if name in self.matrices:
                    return Fixed(name)
                if name in self.definitions:
                    return self.read(self.definitions[name])
                return Name(name)
            case ast.Attribute(value=inner, attr="T" | "H" as mark):
                return Adjoint(cast(Matrix, self._node(inner)), conjugates=mark == "H")
            case ast.Call(func=ast.Name(id="inv"), args=[inner]):
                return Inverse(cast(Matrix, self._node(inner)))
            case ast.Call(func=ast.Name(id="tr"), args=[inner]):
                return Trace(cast(Matrix, self._node(inner)))
            case ast.Call(func=ast.Name(id="I"), args=[ast.Name(id=space)]):
                return One(space)
            case ast.Call(func=ast.Name(id="I"), args=[ast.Constant(value=int() as size)]):
                return One(str(size))
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return _times(Number(Fraction(-1)), self._node(inner))
            case ast.UnaryOp(op=ast.UAdd(), operand=inner):
                return self._node(inner)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return _plus(self._node(left), self._node(right))
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                return _plus(self._node(left), _times(Number(Fraction(-1)), self._node(right)))
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return _times(self._node(left), self._node(right))
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return _times(self._node(left), Power(cast(Scalar, self._node(right)), Fraction(-1)))
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return _power(self._node(left), _number(self._node(right)))
        raise ValueError(f"the oracle does not read {ast.unparse(tree)!r}")


def _number(node: Node) -> Fraction:
    match node:
        case Number(value):
            return value
        case Times((Number(a), Number(b))):
            return a * b
        case Times((Number(a), Power(Number(b), exponent))) if exponent == -1:
            return a / b
        case Scaled() | Times() | Power():
            pass
    raise ValueError(f"{node!r} is no number")


def _plus(left: Node, right: Node) -> Node:
    if is_scalar(left):
        return Plus((cast(Scalar, left), cast(Scalar, right)))
    return Sum((cast(Matrix, left), cast(Matrix, right)))


def _times(left: Node, right: Node) -> Node:
    if is_scalar(left) and is_scalar(right):
        return Times((cast(Scalar, left), cast(Scalar, right)))
    if is_scalar(left):
        return Scaled(cast(Scalar, left), cast(Matrix, right))
    if is_scalar(right):
        return Scaled(cast(Scalar, right), cast(Matrix, left))
    return Product((cast(Matrix, left), cast(Matrix, right)))


def _power(base: Node, exponent: Fraction) -> Node:
    if is_scalar(base):
        return Power(cast(Scalar, base), exponent)
    if exponent.denominator != 1 or exponent == 0:
        raise ValueError("the oracle takes whole powers of matrices, not 0")
    matrix = cast(Matrix, base)
    if exponent < 0:
        matrix = Inverse(matrix)
    return matrix if abs(exponent) == 1 else Product((matrix,) * abs(int(exponent)))


def _table(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], document.get(name, {}))


def read_model(text: str) -> Model:
    """A model from the text of a file.

    Raises ValueError, TypeError or KeyError for what the oracle does not know: it is for files that are right.

    >>> model = read_model('''
    ... [spaces]
    ... N = "N"
    ... [fields]
    ... x = { shape = ["N", "N"], variance = "1/N" }
    ... [quantities]
    ... q = "tr(x*x.T)"
    ... ''')
    >>> model.quantities["q"]
    Trace(matrix=Product(factors=(Letter(field='x'), Adjoint(matrix=Letter(field='x'), conjugates=False))))
    """
    document = tomllib.loads(text, parse_float=Decimal)
    declared = _table(document, "matrices")
    reader = _Reader(set(declared), set(_table(document, "fields")), _table(document, "definitions"))
    matrices: dict[str, str] = {}
    spectra: dict[str, tuple[Fraction, ...] | str] = {}
    parameters = list(_table(document, "parameters"))
    for name, one in declared.items():
        matrices[name] = str(one["space"])
        match one.get("spectrum"):
            case None:
                pass
            case list() as values:
                spectra[name] = tuple(exact(value) for value in values)
            case "power-law":
                spectra[name] = "power-law lambda_plus alpha"
                parameters += [one for one in ("lambda_plus", "alpha") if one not in parameters]
            case "identity":
                spectra[name] = "identity"
            case {"kind": "power-law", **names}:
                spectra[name] = f"power-law {names.get('scale', 'lambda_plus')} {names.get('alpha', 'alpha')}"
            case other:
                raise ValueError(f"the oracle does not read the spectrum {other!r}")
    fields: dict[str, Field] = {}
    for name, one in _table(document, "fields").items():
        row, col = (str(space) for space in one["shape"])
        law = cast(Law, one.get("kind", "real"))
        rows = reader.matrix(one["rows"]) if "rows" in one else One(row)
        cols = reader.matrix(one["cols"]) if "cols" in one else One(col)
        if law in ("symmetric", "hermitian"):
            cols = rows
        fields[name] = Field(row, col, law, reader.scalar(one.get("variance", 1)), rows, cols)
    quantities = {
        name: reader.scalar(one if isinstance(one, str) else one["expression"])
        for name, one in _table(document, "quantities").items()
    }
    defaults = {
        name: exact(one["default"])
        for table in ("spaces", "parameters")
        for name, one in _table(document, table).items()
        if isinstance(one, dict) and "default" in one
    }
    spaces = tuple(_table(document, "spaces"))
    return Model(spaces, tuple(parameters), matrices, spectra, fields, quantities, defaults)


def read_point(model: Model, values: Mapping[str, object]) -> Point:
    """The numbers of a point: text or numbers by name, lists for matrices; listed spectra give sizes."""
    numbers = dict(model.defaults)
    spectra: dict[str, tuple[Fraction, ...]] = {}
    for name, value in values.items():
        if name in model.matrices:
            spectra[name] = tuple(exact(one) for one in cast(list[object], value))
        else:
            numbers[name] = exact(value)
    for name, declared in model.spectra.items():
        if isinstance(declared, tuple):
            spectra.setdefault(name, declared)
    for name, eigenvalues in spectra.items():
        numbers[model.matrices[name]] = Fraction(len(eigenvalues))
    for name, declared in model.spectra.items():
        if name in spectra or isinstance(declared, tuple):
            continue
        size = int(numbers[model.matrices[name]])
        if declared == "identity":
            spectra[name] = (Fraction(1),) * size
        else:
            _, scale, alpha = declared.split()
            power = -(1 + float(numbers[alpha]))
            spectra[name] = tuple(numbers[scale] * Fraction(index**power) for index in range(1, size + 1))
    return Point(numbers, spectra)
