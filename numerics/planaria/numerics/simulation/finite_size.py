"""The value of an expression in matrices, exactly as it is written, on given numpy matrices.

This is an independent oracle: it knows nothing of diagrams, contractions or Schwinger-Dyson equations, and
does what a reader of the expression would do with numpy.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from functools import reduce, singledispatch
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import (
    Add,
    Basic,
    Expr,
    Identity,
    MatAdd,
    MatMul,
    MatPow,
    MatrixExpr,
    MatrixSymbol,
    Mul,
    Number,
    NumberSymbol,
    Pow,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
    sympify,
)
from sympy.core.function import Application
from sympy.core.numbers import ImaginaryUnit
from sympy.matrices.expressions import Adjoint

from planaria.algebra.errors import InputError
from planaria.ensembles.text.log_determinant import LogDet
from planaria.numerics.simulation.scalars import (
    PLACE,
    SIGN,
    Scalar,
    guarded,
    no_matrix_value,
    not_positive,
    plain_number,
    real_if_exact,
    singular,
)
from planaria.numerics.spectra import no_value

__all__ = [
    "Evaluator",
    "Value",
    "evaluate_matrix",
    "plus",
]

Array = NDArray[Any]
Value = Scalar | Array  # a one-dimensional array stands for a diagonal matrix

_SYMPY_FUNCTIONS = threading.Lock()  # sympy evaluates functions at mpmath's global precision


def evaluate_matrix(
    expression: Basic, matrices: Mapping[MatrixSymbol, Array], scalars: Mapping[Symbol, Any]
) -> Array | float | complex:
    """The value of a scalar or matrix expression on given matrices.

    Parameters
    ----------
    expression
        Sums, products, integer powers, inverses, transposes, adjoints and traces of matrix symbols,
        identities and zero matrices; scalar sums, products, powers and sympy functions of traces and symbols.
    matrices
        An array for each matrix symbol, of the symbol's shape; a one-dimensional array of length n stands for
        the diagonal matrix of shape (n, n).
    scalars
        Numbers for the scalar symbols. Dimensions are read off the matrices; one that no matrix has (in
        ``Identity(K)``) is given here, as a positive integer.

    Returns
    -------
    A float or complex for a scalar expression, an array of shape (rows, columns) for a matrix expression. A
    common subexpression is evaluated once.

    Raises
    ------
    InputError
        For a symbol without a value, shapes that do not agree, a singular matrix under an inverse, a division
        by zero, a power that overflows, or a node of another type.

    >>> from sympy import symbols
    >>> N, gamma = symbols("N gamma", positive=True)
    >>> A = MatrixSymbol("A", N, N)
    >>> q = (gamma * Identity(N) + A * A.T).inv()
    >>> evaluate_matrix(Trace(q) / N, {A: np.array([[0, 1], [0, 0]])}, {gamma: 0.5})
    1.3333333333333333
    """
    return Evaluator(matrices, scalars).value(expression)


class Evaluator:
    """One draw of all matrices: evaluates any number of expressions on it, each subexpression once.

    The parameters are those of ``evaluate_matrix``.

    >>> from sympy import symbols
    >>> A = MatrixSymbol("A", 2, 2)
    >>> draw = Evaluator({A: np.array([[2.0, 1.0], [0.0, 4.0]])}, {})
    >>> draw.value(Trace(A)), draw.value(Trace(A**-2))
    (6.0, 0.3125)
    """

    def __init__(self, matrices: Mapping[MatrixSymbol, Array], scalars: Mapping[Symbol, Any]) -> None:
        self._values: dict[Basic, Value] = {}
        self._inverses: dict[Basic, Array] = {}
        for symbol, number in scalars.items():
            self._values[symbol] = plain_number(number, f"symbol {symbol}")
        for matrix, array in matrices.items():
            self._values[matrix] = _checked_array(matrix, np.asarray(array))
        shapes = [(matrix, *pair) for matrix in matrices for pair in self._shape(matrix)]
        for _, dimension, length in shapes:
            if isinstance(dimension, Symbol):
                self._values.setdefault(dimension, float(length))
        for matrix, dimension, length in shapes:
            if self.scalar(dimension) != length:
                raise InputError(
                    f"matrix {matrix.name}",
                    f"its value has the length {length} where {dimension} is {self.scalar(dimension):.15g}",
                    "give matrices of matching shapes",
                )

    def value(self, expression: Basic) -> Array | float | complex:
        """The value of one expression; see ``evaluate_matrix`` for the types and the errors."""
        result = self.of(sympify(expression, strict=True))
        if isinstance(result, np.ndarray):
            return np.diag(result) if result.ndim == 1 else result.copy()
        return result

    def of(self, node: Basic) -> Value:
        """The value of a node, from memory if it was asked for before; diagonal matrices as vectors."""
        found = self._values.get(node)
        if found is None:
            found = self._values[node] = _evaluate(node, self)
        return found

    def known(self) -> list[Basic]:
        """The symbols that have a value."""
        return [node for node in self._values if isinstance(node, (Symbol, MatrixSymbol))]

    def scalar(self, node: Basic) -> Scalar:
        result = self.of(node)
        if isinstance(result, np.ndarray):
            raise InputError(PLACE, f"{node} is a matrix where a scalar is needed", "take its Trace")
        return result

    def matrix(self, node: Basic) -> Array:
        result = self.of(node)
        if isinstance(result, np.ndarray):
            return result
        raise InputError(PLACE, f"{node} is a scalar where a matrix is needed", "multiply it by an Identity")

    def integer(self, node: Basic) -> int:
        """The value of a dimension or of the exponent of a matrix."""
        result = self.scalar(node)
        if isinstance(result, complex) or not result.is_integer():
            raise InputError(PLACE, f"{node} is {result}, not an integer", "give it an integer value")
        return int(result)

    def size(self, node: Basic) -> int:
        number = self.integer(node)
        if number < 1:
            raise InputError(PLACE, f"the dimension {node} is {number}", "give it a positive integer value")
        return number

    def inverse(self, node: Basic) -> Array:
        """The inverse of the matrix at a node, computed once."""
        found = self._inverses.get(node)
        if found is None:
            found = self._inverses[node] = _inverse(self.matrix(node), node)
        return found

    def trace(self, node: Trace) -> Scalar:
        return _trace_of(node.arg, self)

    def logdet(self, node: LogDet) -> Scalar:
        matrix = self.value(node.arg)
        sign, logarithm = np.linalg.slogdet(matrix)
        if not abs(sign - 1) <= SIGN:
            raise not_positive(node)
        return float(logarithm)

    def _shape(self, matrix: MatrixSymbol) -> list[tuple[Expr, int]]:
        array = self.matrix(matrix)
        return list(zip(matrix.shape, array.shape if array.ndim == 2 else array.shape * 2, strict=True))


@singledispatch
def _evaluate(node: Basic, at: Evaluator) -> Value:
    raise no_matrix_value(node)


@_evaluate.register(Symbol)
@_evaluate.register(MatrixSymbol)
def _symbol(node: Basic, at: Evaluator) -> Value:
    raise no_value(node, at.known(), PLACE, "matrix" if isinstance(node, MatrixSymbol) else "symbol")


@_evaluate.register(Number)
@_evaluate.register(NumberSymbol)
def _number(node: Any, at: Evaluator) -> Value:
    return guarded(node, lambda: float(node))


@_evaluate.register(ImaginaryUnit)
def _imaginary_unit(node: Any, at: Evaluator) -> Value:
    return 1j


@_evaluate.register(Add)
def _add(node: Any, at: Evaluator) -> Value:
    return sum((at.scalar(term) for term in node.args), start=0.0)


@_evaluate.register(Mul)
def _mul(node: Any, at: Evaluator) -> Value:
    return math.prod((at.scalar(factor) for factor in node.args), start=1.0)


@_evaluate.register(Pow)
def _pow(node: Any, at: Evaluator) -> Value:
    base, exponent = at.scalar(node.base), at.scalar(node.exp)
    if node.exp.is_Integer:
        exponent = int(node.exp)
    return guarded(node, lambda: base**exponent)


@_evaluate.register(Application)
def _function(node: Any, at: Evaluator) -> Value:
    numbers = [at.scalar(argument) for argument in node.args]
    with _SYMPY_FUNCTIONS:
        result = node.func(*[sympify(number, strict=True) for number in numbers]).evalf()
    if not getattr(result, "is_number", False):
        raise InputError(PLACE, f"the function {node.func} has no value", "use a function of sympy")
    return guarded(node, lambda: real_if_exact(complex(result)))


@_evaluate.register(Identity)
def _identity(node: Any, at: Evaluator) -> Value:
    return np.ones(at.size(node.rows))


@_evaluate.register(ZeroMatrix)
def _zero(node: Any, at: Evaluator) -> Value:
    return np.zeros((at.size(node.rows), at.size(node.cols)))


@_evaluate.register(MatAdd)
def _matadd(node: Any, at: Evaluator) -> Value:
    return reduce(plus, (at.matrix(term) for term in node.args))


@_evaluate.register(MatMul)
def _matmul(node: Any, at: Evaluator) -> Value:
    coefficient, factors = _factors(node, at)
    product = _chain(factors)
    return product if coefficient == 1 else coefficient * product


@_evaluate.register(MatPow)  # Inverse too
def _matpow(node: Any, at: Evaluator) -> Value:
    exponent = at.integer(node.exp)
    base = at.inverse(node.base) if exponent < 0 else at.matrix(node.base)
    if base.ndim == 1:
        return base ** abs(exponent)
    return np.linalg.matrix_power(base, abs(exponent))


@_evaluate.register(Transpose)
def _transpose(node: Any, at: Evaluator) -> Value:
    return at.matrix(node.arg).T


@_evaluate.register(Adjoint)
def _adjoint(node: Any, at: Evaluator) -> Value:
    return at.matrix(node.arg).conj().T


@_evaluate.register(Trace)
def _trace(node: Any, at: Evaluator) -> Value:
    return at.trace(node)


@_evaluate.register(LogDet)
def _logdet(node: Any, at: Evaluator) -> Value:
    return at.logdet(node)


def _trace_of(node: Any, at: Evaluator) -> Scalar:
    """The trace of a node; a trace of a product needs no last product."""
    if isinstance(node, MatMul):
        coefficient, factors = _factors(node, at)
        if len(factors) > 1:
            first, last = _chain(factors[:-1]), factors[-1]
            _check_shapes(first.shape, last.T.shape)
            trace: Any = np.sum(first * last.T)
        else:
            trace = _diagonal(factors[0]).sum()
        return coefficient * _scalar(trace)
    if isinstance(node, MatAdd):
        return sum((_trace_of(term, at) for term in node.args), start=0.0)
    return _scalar(_diagonal(at.matrix(node)).sum())


def _factors(node: Any, at: Evaluator) -> tuple[Scalar, list[Array]]:
    """The scalar in front of a matrix product, and its factors with diagonal ones multiplied in.

    Either all factors are two-dimensional or there is one, diagonal, factor.
    """
    coefficient: Scalar = 1.0
    merged: list[Array] = []
    for argument in node.args:
        if not isinstance(argument, MatrixExpr):
            coefficient *= at.scalar(argument)
            continue
        factor = at.matrix(argument)
        if not merged:
            merged.append(factor)
            continue
        _check_shapes(merged[-1].shape[-1:], factor.shape[:1])
        if factor.ndim == 1:
            merged[-1] = merged[-1] * factor
        elif merged[-1].ndim == 1:
            merged[-1] = merged[-1][:, np.newaxis] * factor
        else:
            merged.append(factor)
    return coefficient, merged


def _chain(factors: list[Array]) -> Array:
    """The product of matrices in the order of least work."""
    return factors[0] if len(factors) == 1 else np.linalg.multi_dot(factors)


def plus(left: Array, right: Array) -> Array:
    """The sum of two matrices, of which one or both may be diagonal."""
    if left.ndim == right.ndim:
        _check_shapes(left.shape, right.shape)
        total: Array = left + right
        return total
    diagonal, dense = (left, right) if left.ndim == 1 else (right, left)
    _check_shapes(diagonal.shape * 2, dense.shape)
    total = dense.astype(np.result_type(dense, diagonal))
    total[np.diag_indices(len(diagonal))] += diagonal
    return total


def _inverse(matrix: Array, node: Basic) -> Array:
    try:
        if matrix.ndim == 2:
            return np.linalg.inv(matrix)
        if (matrix != 0).all():
            return 1 / matrix
    except np.linalg.LinAlgError:
        pass
    raise singular(node)


def _diagonal(matrix: Array) -> Array:
    return matrix if matrix.ndim == 1 else np.diagonal(matrix)


def _check_shapes(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    if left != right:
        problem = f"the dimensions {left} and {right} do not match"
        raise InputError(PLACE, problem, "give matrices of matching shapes")


def _scalar(number: Any) -> Scalar:
    return complex(number) if np.iscomplexobj(number) else float(number)


def _checked_array(matrix: MatrixSymbol, array: Array) -> Array:
    if array.ndim not in (1, 2) or array.dtype.kind not in "iufc":
        problem = f"its value has {array.ndim} dimensions and the type {array.dtype}"
        raise InputError(f"matrix {matrix.name}", problem, "give a two-dimensional array of numbers")
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64, copy=False)
