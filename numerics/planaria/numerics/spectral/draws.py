"""Eigenvalues of a drawn matrix, to be held against a density."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import MatrixExpr, Trace

from planaria.algebra.errors import InputError
from planaria.ensembles.model import Model
from planaria.numerics.simulation.simulate import draws_of

__all__ = ["drawn_complex_eigenvalues", "drawn_eigenvalues"]

HERMITIAN = 1e-10  # relative, of a matrix less its adjoint


def drawn_eigenvalues(
    matrix: MatrixExpr, model: Model, values: Mapping[Any, Any], *, runs: int = 1, seed: int = 0
) -> NDArray[np.float64]:
    """The eigenvalues of a Hermitian matrix in some independent draws, ascending in each, of shape (runs, size).

    Raises InputError for values that do not fit, and for a matrix that is not Hermitian.

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian
    >>> N = symbols("N", positive=True)
    >>> h = MatrixSymbol("h", N, N)
    >>> drawn_eigenvalues(h**2, Model([Gaussian(h, kind="hermitian")]), {N: 4}, runs=2).shape
    (2, 4)
    """
    found = []
    for evaluator in draws_of(Trace(matrix), model, values, runs, seed):
        drawn = np.asarray(evaluator.value(matrix))
        if np.abs(drawn - drawn.conj().T).max() > HERMITIAN * np.abs(drawn).max():
            raise InputError(
                "density", f"the matrix {matrix} is not Hermitian", "give the resolvent of one that is"
            )
        found.append(np.linalg.eigvalsh(drawn))
    return np.array(found)


def drawn_complex_eigenvalues(
    matrix: MatrixExpr, model: Model, values: Mapping[Any, Any], *, runs: int = 1, seed: int = 0
) -> NDArray[np.complex128]:
    """The eigenvalues of a square matrix in some independent draws, in no order, of shape (runs, size).

    Raises InputError for values that do not fit.
    """
    drawn = draws_of(Trace(matrix), model, values, runs, seed)
    return np.array([np.linalg.eigvals(np.asarray(one.value(matrix))) for one in drawn], dtype=complex)
