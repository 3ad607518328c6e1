"""Hermitisation: the resolvent of any square matrix inside of its spectrum, as the limit of one that exists.

    G(w) = lim tr inv(w - A + e inv(w' - A^H)) / N   for e -> 0,   w' the conjugate of w,

is tr (w - A)^-1 outside of the spectrum, and that of (w - A)^H ((w - A)(w - A)^H + e)^-1 inside, where no
resolvent exists. The density is rho = (1/pi) dG/dw' (Girko 1985; Feinberg and Zee 1997; Janik, Nowak, Papp and
Zahed 1997: the quaternionic resolvent is that of [[w - A, e], [-1, w' - A^H]], which is the pencil of this
expression). The planar equations are those of any rational expression; w, w' and e are three parameters of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Adjoint, Expr, I, Identity, MatrixExpr, MatrixSymbol, Symbol, Trace, Transpose

from planaria.ensembles.model import Model

__all__ = ["Hermitised", "adjoint_of", "hermitised"]


@dataclass(frozen=True)
class Hermitised:
    """Two quantities of a matrix A, and their parameters.

    Attributes
    ----------
    resolvent
        tr inv(w - A)/N, which holds outside of the spectrum.
    inner
        tr inv(w - A + e inv(w' - A^H))/N, which holds everywhere at positive e.
    point, conjugate, width
        w, w' and e.
    """

    matrix: MatrixExpr
    resolvent: Expr
    inner: Expr
    point: Symbol
    conjugate: Symbol
    width: Symbol


def hermitised(matrix: MatrixExpr, model: Model) -> Hermitised:
    """The Hermitisation of a square matrix of a model.

    >>> from sympy import symbols
    >>> from planaria.diagrams import Gaussian
    >>> N = symbols("N", positive=True)
    >>> g = MatrixSymbol("g", N, N)
    >>> hermitised(g, Model([Gaussian(g, variance=1 / N)])).inner
    Trace((e*(w_conj*I - g.T)**(-1) + w*I - g)**(-1))/N
    """
    taken = {str(symbol) for symbol in matrix.free_symbols | _symbols(model)}
    w, conjugate, width = (_free(name, taken) for name in ("w", "w_conj", "e"))
    size = matrix.shape[0]
    unit, adjoint = Identity(size), adjoint_of(matrix, model)
    inside = width * (conjugate * unit - adjoint).inv()
    return Hermitised(
        matrix,
        Trace((w * unit - matrix).inv()) / size,
        Trace((w * unit - matrix + inside).inv()) / size,
        w,
        conjugate,
        width,
    )


def adjoint_of(matrix: MatrixExpr, model: Model) -> MatrixExpr:
    """The adjoint; real fields and deterministic matrices, which are real and diagonal, are transposed.

    >>> from sympy import symbols
    >>> from planaria.diagrams import Gaussian
    >>> N = symbols("N", positive=True)
    >>> g, c = MatrixSymbol("g", N, N), MatrixSymbol("c", N, N)
    >>> adjoint_of(2 * g * c, Model([Gaussian(g), Gaussian(c, kind="complex")]))
    2*Adjoint(c)*g.T
    """
    not_real = {field.symbol for field in model.fields if field.law.conjugate != "itself"}
    conjugates = {one: Adjoint(Transpose(one)) for one in matrix.atoms(MatrixSymbol) & not_real}
    turned = matrix.T.doit().xreplace({I: -I}).subs(conjugates).doit()
    own: dict[Any, Any] = {}  # letters that are the matrix itself, or minus it
    laws = {field.symbol: field.law for field in model.fields}
    for one in matrix.atoms(MatrixSymbol):
        if one not in laws:
            own[Transpose(one)] = one
        elif laws[one].conjugate == "transpose":
            own[Adjoint(one)] = one
        elif laws[one].transpose:
            own[Transpose(one)] = laws[one].transpose * one
    return turned.xreplace(own).doit()


def _symbols(model: Model) -> set[Any]:
    """Everything that a model names."""
    found: set[Any] = set()
    for field in model.fields:
        found |= field.symbol.free_symbols | field.variance.free_symbols
        for one in (field.rows, field.cols, *field.law.parameters.values()):
            found |= set() if one is None else one.free_symbols
    for matrix, spectrum in model.spectra:
        found |= matrix.free_symbols | spectrum.free_symbols
    return found


def _free(name: str, taken: set[str]) -> Symbol:
    while name in taken:
        name += "_"
    return Symbol(name, positive=True)
