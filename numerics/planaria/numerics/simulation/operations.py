"""What a program for matrices is made of: operations on the results of earlier ones, lines of numpy and LAPACK.

A result is an array of two dimensions, one of one dimension that stands for a diagonal matrix, a factorisation, or
a number. Operations are values: equal ones are done once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, singledispatch
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import get_lapack_funcs
from sympy import Expr, MatrixExpr, MatrixSymbol

from planaria.ensembles.text.log_determinant import LogDet
from planaria.numerics.simulation.finite_size import Evaluator, plus
from planaria.numerics.simulation.scalars import SIGN, not_positive, singular

__all__ = [
    "Combine",
    "Factorise",
    "Invert",
    "Load",
    "LogDeterminant",
    "Operation",
    "Product",
    "SolveLeft",
    "SolveRight",
    "TraceInverse",
    "TraceOf",
    "TraceProduct",
    "Turn",
    "perform",
]

Array = NDArray[Any]


@dataclass(frozen=True)
class Load:
    """A matrix as it was given."""

    symbol: MatrixSymbol


@dataclass(frozen=True)
class Turn:
    of: int
    transposed: bool
    conjugated: bool


@dataclass(frozen=True)
class Product:
    left: int
    right: int


@dataclass(frozen=True)
class Combine:
    """A linear combination; the part None is the identity."""

    shape: tuple[int, int]
    parts: tuple[tuple[Expr, int | None], ...]


@dataclass(frozen=True)
class Factorise:
    """By Cholesky where the matrix is its own adjoint and positive, else into L U."""

    of: int
    is_hermitian: bool
    written: MatrixExpr


@dataclass(frozen=True)
class SolveLeft:
    """The inverse of what was factorised, times a matrix."""

    factorised: int
    of: int


@dataclass(frozen=True)
class SolveRight:
    """A matrix times the inverse of what was factorised."""

    of: int
    factorised: int


@dataclass(frozen=True)
class Invert:
    factorised: int


@dataclass(frozen=True)
class TraceInverse:
    factorised: int


@dataclass(frozen=True)
class TraceOf:
    of: int


@dataclass(frozen=True)
class TraceProduct:
    """The trace of a product that is never made."""

    left: int
    right: int


@dataclass(frozen=True)
class LogDeterminant:
    factorised: int
    written: LogDet


Operation = (
    Load
    | LogDeterminant
    | Turn
    | Product
    | Combine
    | Factorise
    | SolveLeft
    | SolveRight
    | Invert
    | TraceInverse
    | TraceOf
    | TraceProduct
)


@dataclass(frozen=True, eq=False)
class _Diagonal:
    entries: Array


@dataclass(frozen=True, eq=False)
class _Cholesky:
    """A = L L^H with L in the lower triangle; the upper one holds nothing."""

    lower: Array


@dataclass(frozen=True, eq=False)
class _LU:
    factors: Array
    pivots: Array
    is_hermitian: bool  # and then it is not positive, or Cholesky would have done


@singledispatch
def perform(operation: Operation, results: list[Any], draw: Evaluator) -> Any:
    """The result of an operation on earlier ones; `draw` has the matrices and knows scalars."""
    raise AssertionError(operation)


@perform.register
def _load(operation: Load, results: list[Any], draw: Evaluator) -> Any:
    return draw.matrix(operation.symbol)


@perform.register
def _turn(operation: Turn, results: list[Any], draw: Evaluator) -> Any:
    found = results[operation.of]
    if operation.transposed:
        found = found.T
    return found.conj() if operation.conjugated and np.iscomplexobj(found) else found


@perform.register
def _product(operation: Product, results: list[Any], draw: Evaluator) -> Any:
    left, right = results[operation.left], results[operation.right]
    if left.ndim == 1:
        return left * right if right.ndim == 1 else left[:, np.newaxis] * right
    return left * right if right.ndim == 1 else left @ right


@perform.register
def _combine(operation: Combine, results: list[Any], draw: Evaluator) -> Any:
    total: Any = None
    for coefficient, part in operation.parts:
        number = draw.scalar(coefficient)
        term = np.ones(operation.shape[0]) if part is None else results[part]
        term = term if number == 1 else number * term
        total = term if total is None else plus(total, term)
    return np.zeros(operation.shape) if total is None else total


@perform.register
def _factorise(operation: Factorise, results: list[Any], draw: Evaluator) -> Any:
    matrix = results[operation.of]
    if matrix.ndim == 1:
        if (matrix == 0).any():
            raise singular(operation.written)
        return _Diagonal(matrix)
    kind = _kind(matrix)
    if operation.is_hermitian:
        lower, failed = _lapack("potrf", kind)(matrix, lower=True, clean=False)
        if not failed:
            return _Cholesky(lower)
    factors, pivots, failed = _lapack("getrf", kind)(matrix)
    if failed:
        raise singular(operation.written)
    return _LU(factors, pivots, operation.is_hermitian)


@perform.register
def _solve_left(operation: SolveLeft, results: list[Any], draw: Evaluator) -> Any:
    return _solved(results[operation.factorised], results[operation.of])


@perform.register
def _solve_right(operation: SolveRight, results: list[Any], draw: Evaluator) -> Any:
    factorised, of = results[operation.factorised], results[operation.of]
    if isinstance(factorised, _Cholesky):
        return _solved(factorised, _full(of).conj().T).conj().T
    return _solved(factorised, of, transposed=True)


@perform.register
def _invert(operation: Invert, results: list[Any], draw: Evaluator) -> Any:
    factorised = results[operation.factorised]
    match factorised:
        case _Diagonal(entries):
            return 1 / entries
        case _Cholesky(lower):
            inverse, _ = _lapack("potri", _kind(lower))(lower, lower=True)
            below = np.tril(inverse, -1)
            below += below.conj().T
            np.fill_diagonal(below, np.diagonal(inverse))
            return below
        case _LU(factors, _, _):
            return _solved(factorised, np.eye(len(factors)))


@perform.register
def _trace_inverse(operation: TraceInverse, results: list[Any], draw: Evaluator) -> Any:
    factorised = results[operation.factorised]
    match factorised:
        case _Diagonal(entries):
            return number_of(np.sum(1 / entries))
        case _Cholesky(lower):  # the trace of L^-H L^-1
            inverse, _ = _lapack("trtri", _kind(lower))(lower, lower=True)
            return float(np.sum(np.abs(np.tril(inverse)) ** 2))
        case _LU(factors, _, _):
            return number_of(np.trace(_solved(factorised, np.eye(len(factors)))))


@perform.register
def _log_determinant(operation: LogDeterminant, results: list[Any], draw: Evaluator) -> Any:
    sign: Any = 1
    match results[operation.factorised]:
        case _Cholesky(lower):
            return 2 * float(np.sum(np.log(np.diagonal(lower).real)))
        case _Diagonal(entries):
            if np.isrealobj(entries) and (entries < 0).any():
                raise not_positive(operation.written)
        case _LU(is_hermitian=True):
            raise not_positive(operation.written)
        case _LU(factors, pivots, _):
            entries = np.diagonal(factors)
            sign = (-1) ** int(np.sum(pivots != np.arange(len(pivots))))
    sign = sign * np.prod(entries / np.abs(entries))
    if not abs(sign - 1) <= SIGN:
        raise not_positive(operation.written)
    return float(np.sum(np.log(np.abs(entries))))


@perform.register
def _trace_of(operation: TraceOf, results: list[Any], draw: Evaluator) -> Any:
    found = results[operation.of]
    return number_of(found.sum() if found.ndim == 1 else np.trace(found))


@perform.register
def _trace_product(operation: TraceProduct, results: list[Any], draw: Evaluator) -> Any:
    left, right = results[operation.left], results[operation.right]
    if left.ndim == 1 or right.ndim == 1:
        left, right = (one if one.ndim == 1 else np.diagonal(one) for one in (left, right))
        return number_of(np.dot(left, right))
    right = right.T
    order: Any = "F" if left.flags.f_contiguous and right.flags.f_contiguous else "C"
    return number_of(np.dot(left.ravel(order), right.ravel(order)))


def number_of(number: Any) -> float | complex:
    return complex(number) if np.iscomplexobj(number) else float(number)


def _solved(factorised: _Diagonal | _Cholesky | _LU, of: Array, transposed: bool = False) -> Array:
    """The inverse times a matrix; transposed, the matrix times the inverse."""
    if isinstance(factorised, _Diagonal):
        entries = factorised.entries
        if of.ndim == 1:
            return np.asarray(of / entries)
        return np.asarray(of / (entries if transposed else entries[:, np.newaxis]))
    right = _full(of)
    right = right.T if transposed else right
    match factorised:
        case _Cholesky(lower):
            kind = _common(lower, right)
            found, _ = _lapack("potrs", kind)(lower.astype(kind, copy=False), right, lower=True)
        case _LU(factors, pivots, _):
            kind = _common(factors, right)
            solve = _lapack("getrs", kind)
            found, _ = solve(factors.astype(kind, copy=False), pivots, right, trans=int(transposed))
    return np.asarray(found.T if transposed else found)


def _full(matrix: Array) -> Array:
    return np.diag(matrix) if matrix.ndim == 1 else matrix


def _kind(matrix: Array) -> str:
    return "D" if np.iscomplexobj(matrix) else "d"


def _common(left: Array, right: Array) -> str:
    return "D" if "D" in (_kind(left), _kind(right)) else "d"


@cache
def _lapack(name: str, kind: str) -> Any:
    functions: Any = get_lapack_funcs((name,), dtype=np.dtype(kind))
    return functions[0]
