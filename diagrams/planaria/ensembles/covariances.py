"""What the variance and the covariances of a field may be, as expressions; their signs are seen at numbers."""

from __future__ import annotations

from typing import NoReturn

from sympy import (
    Add,
    Adjoint,
    Basic,
    Expr,
    Float,
    Identity,
    Inverse,
    MatAdd,
    MatMul,
    MatPow,
    MatrixExpr,
    MatrixSymbol,
    Mul,
    NumberSymbol,
    Pow,
    Rational,
    Symbol,
    SympifyError,
    Trace,
    Transpose,
    ZeroMatrix,
    sympify,
)

from planaria.algebra.errors import InputError, described

__all__ = ["check_covariance", "scalar_of", "variance_of"]

_SCALARS = (Add, Mul, Symbol, Rational, Float, NumberSymbol)
_MATRICES = (Adjoint, Identity, Inverse, MatAdd, MatMul, MatrixSymbol, Transpose, ZeroMatrix)


def variance_of(value: object, place: str) -> Expr:
    """A variance as a sympy scalar.

    Raises InputError for what is no scalar made of numbers and symbols by sums, products and powers, and for a
    one that is known not to be positive and finite.

    >>> variance_of(2, "field x")
    2
    """
    expression = scalar_of(value, "variance", place)
    proper = expression.is_finite and expression.is_positive
    if expression.is_negative or (expression.is_number and not proper):
        raise InputError(
            place, f"the variance {expression} is not positive and finite", "give a positive variance"
        )
    return expression


def scalar_of(value: object, what: str, place: str) -> Expr:
    """A sympy scalar made of numbers and symbols by sums, products and powers; InputError for anything else."""
    if isinstance(value, str):
        raise InputError(place, f"the {what} {value!r} is text", "give a number or a sympy expression")
    try:
        expression = sympify(value, strict=True)
    except (SympifyError, TypeError, ValueError):
        expression = None
    if not isinstance(expression, Expr) or isinstance(expression, MatrixExpr):
        problem = f"the {what} {described(value)} is not a scalar"
        raise InputError(place, problem, "give a number or a sympy expression")
    for part in _parts(expression):
        if not _is_scalar(part):
            _refuse(part, f"the {what} {expression}", place)
    return expression


def check_covariance(covariance: MatrixExpr, side: str, place: str) -> None:
    """Raise InputError for a covariance that is not made of matrices and scalars by rational operations."""
    for part in _parts(covariance):
        if isinstance(part, MatPow):
            if not part.exp.is_Integer:
                _refuse(part, f"the covariance {side} = {covariance}", place)
        elif not isinstance(part, _MATRICES) and not _is_scalar(part):
            _refuse(part, f"the covariance {side} = {covariance}", place)


def _parts(expression: Basic) -> list[Basic]:
    """An expression and all that it is made of, without the shapes of its matrices."""
    found: list[Basic] = []
    pending: list[Basic] = [expression]
    while pending:
        one = pending.pop()
        found.append(one)
        if not isinstance(one, (MatrixSymbol, Identity, ZeroMatrix, Trace)):
            pending.extend(one.args)
    return found


def _is_scalar(part: Basic) -> bool:
    if isinstance(part, Pow):
        return bool(part.exp.is_Rational)
    return isinstance(part, _SCALARS)


def _refuse(part: Basic, what: str, place: str) -> NoReturn:
    if isinstance(part, Trace):
        raise InputError(place, f"{what} has a trace in it", "give it a parameter of that value")
    raise InputError(
        place,
        f"{what} contains {part}, which is no rational function",
        "use numbers, parameters and dimensions with + - * / and powers",
    )
