"""The logarithm of a determinant, as a scalar of sympy's expressions."""

from __future__ import annotations

from typing import Any

from sympy import Expr, MatrixExpr

from planaria.algebra.errors import InputError, described

__all__ = ["LogDet", "logdet"]


class LogDet(Expr):  # type: ignore[misc]
    """log det of a matrix that is Hermitian and positive; its value is real. Made by `logdet`."""

    is_commutative = True
    is_real = True

    def __new__(cls, matrix: Any) -> LogDet:
        if not isinstance(matrix, MatrixExpr):
            raise InputError("logdet", f"{described(matrix)} is no matrix", "give it a square matrix")
        if matrix.shape[0] != matrix.shape[1]:
            problem = f"{matrix} has shape {matrix.shape} and is not square"
            raise InputError("logdet", problem, "a determinant asks for a square matrix")
        made: LogDet = super().__new__(cls, matrix)
        return made

    @property
    def arg(self) -> MatrixExpr:
        """The matrix."""
        return self.args[0]

    def _sympystr(self, printer: Any) -> str:
        return f"logdet({printer.doprint(self.arg)})"


def logdet(matrix: MatrixExpr) -> LogDet:
    """log det of a matrix expression, in the natural logarithm.

    Raises InputError for what is no square matrix.

    >>> from sympy import Identity, MatrixSymbol, symbols
    >>> N, P, gamma = symbols("N P gamma", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> logdet(gamma * Identity(N) + x * x.T) / N
    logdet(gamma*I + x*x.T)/N
    """
    return LogDet(matrix)
