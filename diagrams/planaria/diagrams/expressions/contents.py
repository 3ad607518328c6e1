"""What a quantity contains of its model: a model has many fields and matrices, and most quantities a few of them.

What is not contained has no say: no number is asked for it, and no exchange of it is a duality.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, MatrixSymbol, Symbol

from planaria.ensembles.model import Gaussian, Model

__all__ = ["Contents", "contents_of"]


@dataclass(frozen=True)
class Contents:
    """The fields of an expression, and the deterministic matrices of it and of its fields' covariances.

    Attributes
    ----------
    fields
        In the order of the model.
    matrices
        By name.
    symbols
        Dimensions and parameters: those that are written, of the shapes, of the laws and of the spectra.
    """

    fields: tuple[Gaussian, ...]
    matrices: tuple[MatrixSymbol, ...]
    symbols: frozenset[Symbol]


def contents_of(expression: Expr, model: Model) -> Contents:
    """What the expectation of an expression depends on.

    >>> from sympy import Trace, symbols
    >>> M, P, s = symbols("M P s", positive=True)
    >>> x, y = MatrixSymbol("x", M, P), MatrixSymbol("y", M, P)
    >>> model = Model([Gaussian(x, rows=MatrixSymbol("A", M, M)), Gaussian(y, variance=s)])
    >>> [one.name for one in contents_of(Trace(y * y.T), model).fields]
    ['y']
    >>> contents_of(Trace(y * y.T), model).matrices
    ()
    """
    symbols = _symbols(expression)
    matrices: set[MatrixSymbol] = set()
    present = expression.atoms(MatrixSymbol)
    fields = tuple(one for one in model.fields if one.symbol in present)
    for matrix in present:
        symbols |= _symbols(*matrix.shape)
        if model.field_index(matrix) is None:
            matrices.add(matrix)
    for field in fields:
        symbols |= _symbols(field.variance, *field.law.parameters.values())
        for covariance in (field.rows, field.cols):
            if covariance is not None:
                matrices |= covariance.atoms(MatrixSymbol)
                symbols |= _symbols(covariance)
    for matrix in matrices:
        spectrum = model.spectrum(matrix)
        if spectrum is not None:
            symbols |= spectrum.free_symbols
    return Contents(fields, tuple(sorted(matrices, key=lambda one: str(one.name))), frozenset(symbols))


def _symbols(*expressions: Expr) -> set[Symbol]:
    return {s for one in expressions for s in one.free_symbols if isinstance(s, Symbol)}
