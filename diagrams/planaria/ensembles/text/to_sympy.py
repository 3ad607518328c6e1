"""From a parse tree of the expression grammar to sympy: each step is checked before sympy sees it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NoReturn, TypeAlias

from lark import Token, Tree
from sympy import (
    Expr,
    Function,
    Identity,
    Integer,
    MatrixExpr,
    Mul,
    Pow,
    Rational,
    Symbol,
    Trace,
    ZeroMatrix,
    conjugate,
    nan,
    oo,
    zoo,
)
from sympy.core.numbers import ImaginaryUnit, Number
from sympy.matrices.expressions import MatMul, MatPow

from planaria.algebra.errors import InputError, unknown_name
from planaria.ensembles.text.log_determinant import LogDet

__all__ = ["Builder", "Value", "short"]

Value: TypeAlias = Expr | MatrixExpr

MAX_TOWER = 30  # inverses and powers in inverses and powers: sympy's time grows as the cube
MAX_SIZE = 5_000  # symbols and operations, names written out in full: definitions can double at each step
MAX_FACTORS = 128  # of one product, of matrices or of scalars: sympy's time grows as the cube
MAX_DIGITS = 1_000  # of a number: Python itself prints no more than 4,300, and numbers are multiplied
MAX_SCALAR_POWER = 1_000
MAX_MATRIX_POWER = 64


def short(text: object, length: int = 60) -> str:
    """A piece of the input, quoted, without line breaks, cut at a length."""
    flat = " ".join(str(text).split())
    return repr(flat if len(flat) <= length else flat[: length - 3] + "...")


class Builder:
    """Builds one expression: a walk over the parse tree with a stack, so that long sums need no recursion."""

    def __init__(self, text: str, names: Mapping[str, Value], place: str, spaces: Collection[str] | None) -> None:
        self.text, self.names, self.place, self.spaces = text, names, place, spaces
        self.where: Tree[Token]
        self.known_extents: dict[str, tuple[int, int]] = {}

    def build(self, root: Tree[Token]) -> Value:
        order: list[Tree[Token]] = []
        pending = [root.children[0]]
        while pending:
            tree = pending.pop()
            if isinstance(tree, Tree):
                order.append(tree)
                pending.extend(tree.children)
                if len(order) > MAX_SIZE:
                    self._refuse_size()
        values: list[tuple[Value, tuple[int, int]]] = []
        for tree in reversed(order):
            children = [child for child in tree.children if isinstance(child, Tree)]
            count = len(children)
            operands = values[len(values) - count :]
            del values[len(values) - count :]
            self.where = tree
            step: Callable[..., Value] = getattr(self, "_" + str(tree.data))
            value = step(*tree.children) if count == 0 else step(*(one for one, _ in operands))
            values.append((value, self._extent(tree, value, [extent for _, extent in operands])))
        ((result, _),) = values
        self._check_result(result)
        return result

    # What each rule of the grammar builds.

    def _name(self, token: Token) -> Value:
        try:
            return self.names[str(token)]  # a symbol, or a definition that is built already
        except KeyError:
            raise unknown_name(self.place, "name", str(token), self.names) from None

    def _number(self, token: Token) -> Value:
        mantissa, _, exponent = str(token).lower().partition("e")
        if len(mantissa) > 1000 or len(exponent) > 5 or abs(int(exponent or 0)) > 1000:
            raise self._error(f"the number {short(token, 20)} is out of range", "stay between 1e-1000 and 1e1000")
        return Rational(str(token))

    def _identity(self, token: Token) -> Value:
        if token.type == "NUMBER":
            size = self._number(token)
            if not (isinstance(size, Integer) and size >= 1):
                raise self._error(f"{token} is not the size of a space", "write I(space), or a positive integer")
            return Identity(size)
        name = str(token)
        known = self.names if self.spaces is None else self.spaces
        if name not in known:
            raise unknown_name(self.place, "space", name, known)
        space = self._name(token)
        if not isinstance(space, Symbol):
            raise self._error(f"'{name}' in I({name}) is not a space", "write I(space), or a positive integer")
        return Identity(space)

    def _group(self, a: Value) -> Value:
        return a

    def _neg(self, a: Value) -> Value:
        return -a

    def _add(self, a: Value, b: Value) -> Value:
        self._check_sum(a, b, "+")
        return a + b

    def _sub(self, a: Value, b: Value) -> Value:
        self._check_sum(a, b, "-")
        return a - b

    def _mul(self, a: Value, b: Value) -> Value:
        if isinstance(a, MatrixExpr) and isinstance(b, MatrixExpr) and a.shape[1] != b.shape[0]:
            raise self._misfit(a, b, "the columns of the first need to be the rows of the second")
        return a * b

    def _div(self, a: Value, b: Value) -> Value:
        if isinstance(b, MatrixExpr):
            raise self._error(f"{self._operand(1)} is a matrix, and nothing divides by a matrix", "write inv(...)")
        if b.is_zero:
            raise self._error("a division by zero", "divide by something else")
        return a / b

    def _pow(self, a: Value, b: Value) -> Value:
        if not isinstance(b, Rational):
            raise self._error(f"the exponent {self._operand(1)} is not a number", "write a number after **")
        return self._matrix_power(a, b) if isinstance(a, MatrixExpr) else self._scalar_power(a, b)

    def _matrix_power(self, a: MatrixExpr, n: Rational) -> Value:
        self._check_square(a, "a power")
        if not isinstance(n, Integer):
            raise self._error(f"a matrix to the power {n}", "a power of a matrix is an integer")
        if abs(n) > MAX_MATRIX_POWER:
            raise self._error(f"the power {n} of a matrix is too large", f"stay within {MAX_MATRIX_POWER}")
        if n < 0:
            self._check_invertible(a)
        return a**n

    def _scalar_power(self, a: Expr, n: Rational) -> Value:
        if abs(n) > MAX_SCALAR_POWER or n.q > MAX_SCALAR_POWER:
            raise self._error(f"the power {short(n, 20)} is too large", f"stay within {MAX_SCALAR_POWER}")
        if n < 0 and a.is_zero:
            raise self._error("a division by zero", "divide by something else")
        if n.q > 1 and a.is_negative:
            raise self._error(
                f"{self._operand(0)} is negative, and its power {n} is not real",
                "take roots of positive scalars",
            )
        digits = sum(len(bin(one.p)) + len(bin(one.q)) for one in a.atoms(Rational)) * abs(n) / 3
        if a.atoms(Rational) - {Integer(1), Integer(-1)} and digits > MAX_DIGITS:
            self._refuse_digits()
        return a**n

    def _transpose(self, a: Value, _: object = None) -> Value:
        self._check_matrix(a, ".T")
        return a.T

    def _adjoint(self, a: Value, _: object = None) -> Value:
        self._check_matrix(a, ".H")
        return a.adjoint()

    def _inverse(self, a: Value) -> Value:
        if not isinstance(a, MatrixExpr):
            raise self._error(f"{self._operand(0)} is a scalar, and inv takes a matrix", "write 1/(...)")
        self._check_square(a, "an inverse")
        self._check_invertible(a)
        return a.inv()

    def _trace(self, a: Value) -> Value:
        self._check_matrix(a, "tr")
        self._check_square(a, "a trace")
        return Trace(a)

    def _logdet(self, a: Value) -> Value:
        self._check_matrix(a, "logdet")
        self._check_square(a, "a determinant")
        return LogDet(a)

    # What is checked.

    def _check_sum(self, a: Value, b: Value, sign: str) -> None:
        matrices = [isinstance(one, MatrixExpr) for one in (a, b)]
        if all(matrices):
            if a.shape != b.shape:
                raise self._misfit(a, b, f"the two sides of {sign} need one shape")
        elif any(matrices):
            scalar, matrix, space = (1, 0, a) if matrices[0] else (0, 1, b)
            raise self._error(
                f"{self._operand(scalar)} is a scalar and {self._operand(matrix)} a matrix",
                f"multiply the scalar by I({space.shape[0]})",
            )

    def _check_matrix(self, a: Value, what: str) -> None:
        if not isinstance(a, MatrixExpr):
            raise self._error(f"{self._operand(0)} is a scalar, and {what} takes a matrix", f"leave {what} out")

    def _check_square(self, a: MatrixExpr, what: str) -> None:
        if a.shape[0] != a.shape[1]:
            raise self._error(
                f"{self._operand(0)} has shape {_shape(a)} and is not square",
                f"{what} asks for a square matrix",
            )

    def _check_invertible(self, a: MatrixExpr) -> None:
        if isinstance(a, ZeroMatrix):
            raise self._error(f"{self._operand(0)} is zero and has no inverse", "add a deterministic part")

    def _check_result(self, value: Value) -> None:
        for part in value.atoms(Number, MatPow, ImaginaryUnit, type(zoo), Function):
            if part in (zoo, oo, -oo, nan) or isinstance(part, ImaginaryUnit):
                raise InputError(
                    self.place, f"{short(self.text)} is not finite and real", "look for a division by zero"
                )
            if isinstance(part, conjugate) and isinstance(part.args[0], Symbol):
                problem = f"{short(self.text)} has the adjoint of the complex parameter {part.args[0]}"
                raise InputError(self.place, problem, "write the adjoint out, with a parameter for the conjugate")
            if isinstance(part, Function):
                raise InputError(
                    self.place,
                    f"{short(self.text)} has the adjoint of a trace inside a matrix",
                    "keep traces outside of matrices",
                )
            if isinstance(part, Rational) and max(abs(part.p), part.q) >= 10**MAX_DIGITS:
                self._refuse_digits()
            if isinstance(part, MatPow) and abs(part.args[1]) > MAX_MATRIX_POWER:
                raise InputError(
                    self.place,
                    f"{short(self.text)} has a matrix to the power {part.args[1]}",
                    f"stay within {MAX_MATRIX_POWER}",
                )

    def _extent(self, tree: Tree[Token], value: Value, operands: list[tuple[int, int]]) -> tuple[int, int]:
        """Bounds on the nodes of the value, counted with repetition, and on its nested inverses and powers.

        This is what sympy will have to walk over, at this step and at each later one.
        """
        if tree.data == "name":
            name = str(tree.children[0])
            if name not in self.known_extents:
                self.known_extents[name] = _measure(value)
            size, tower = self.known_extents[name]
        else:
            size = 1 + sum(size for size, _ in operands)
            tower = max((tower for _, tower in operands), default=0) + (tree.data in ("inverse", "pow"))
            if tree.data == "pow" and isinstance(value, MatPow):
                size *= abs(int(value.args[1]))
        if size > MAX_SIZE:
            self._refuse_size()
        if isinstance(value, (Mul, MatMul)) and len(value.args) > MAX_FACTORS:
            raise InputError(
                self.place,
                f"{short(self.text)} has a product of more than {MAX_FACTORS} factors",
                "write repeated factors as a power, or take fewer",
            )
        if tower > MAX_TOWER:
            raise InputError(
                self.place,
                f"{short(self.text)} has more than {MAX_TOWER} inverses and powers in one another",
                "simplify it",
            )
        return size, tower

    def _refuse_size(self) -> NoReturn:
        raise InputError(
            self.place,
            f"{short(self.text)} has more than {MAX_SIZE} parts when its definitions are written out",
            "simplify it",
        )

    def _refuse_digits(self) -> NoReturn:
        raise InputError(
            self.place,
            f"{short(self.text)} has a number of more than {MAX_DIGITS} digits",
            "use smaller powers",
        )

    # How errors speak of the text.

    def _source(self, tree: Tree[Token]) -> str:
        return self.text[tree.meta.start_pos : tree.meta.end_pos]

    def _operand(self, index: int) -> str:
        children = [child for child in self.where.children if isinstance(child, Tree)]
        flat = " ".join(self._source(children[index]).split())
        return flat if len(flat) <= 60 else flat[:57] + "..."

    def _error(self, problem: str, remedy: str) -> InputError:
        return InputError(self.place, f"in {short(self._source(self.where))}, {problem}", remedy)

    def _misfit(self, a: MatrixExpr, b: MatrixExpr, remedy: str) -> InputError:
        return InputError(
            self.place,
            f"in {short(self._source(self.where))} the shapes do not fit: "
            f"{self._operand(0)} is {_shape(a)} and {self._operand(1)} is {_shape(b)}",
            remedy,
        )


def _shape(matrix: MatrixExpr) -> str:
    rows, cols = matrix.shape
    return f"({rows}, {cols})"


def _measure(value: Value) -> tuple[int, int]:
    """The size and the tower of an expression as a tree; the size no further than just beyond MAX_SIZE."""
    size = height = 0
    pending = [(value, 0)]
    while pending and size <= MAX_SIZE:
        node, above = pending.pop()
        above += isinstance(node, (Pow, MatPow))
        size, height = size + 1, max(height, above)
        pending.extend((part, above) for part in node.args)
    return size, height
