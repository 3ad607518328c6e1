r"""Spectra as LaTeX: the formula of one eigenvalue, its index being I, and what is on one mode."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import singledispatch

from sympy import Expr, Identity, Symbol

from planaria.algebra.errors import kind_of
from planaria.derivations.derivation import Derivation
from planaria.derivations.matrix_valued import MatrixDerivation
from planaria.ensembles.spectra import (
    Eigenvalues,
    Exponential,
    PowerLaw,
    Spectrum,
    TwoLevel,
    UnitSpectrum,
    eigenvalue,
)
from planaria.writing.latex.page import AlignedRow
from planaria.writing.latex.printing import FormulaPrinter

__all__ = ["identity", "latex_eigenvalue", "mode_index", "spectra_rows"]

_FEW = 6  # eigenvalues that are listed one by one

Write = Callable[[Expr], str]


@singledispatch
def latex_eigenvalue(spectrum: Spectrum, write: Write, size: Expr) -> str | None:
    r"""The eigenvalue with the index I, its parameters written by `write`; None where there is no formula.

    >>> from sympy import Symbol
    >>> from planaria.writing.latex.derivation import latex_expression
    >>> print(latex_eigenvalue(Exponential(), latex_expression, Symbol("N")))
    \lambda_+ e^{-I/\xi}

    Raises TypeError for a spectrum that nobody has written a formula for here.
    """
    raise TypeError(f"there is no LaTeX of {kind_of(spectrum)}")


@latex_eigenvalue.register
def _(spectrum: Eigenvalues, write: Write, size: Expr) -> None:
    return None


@latex_eigenvalue.register
def _(spectrum: PowerLaw, write: Write, size: Expr) -> str:
    exponent = f"-{write(1 + spectrum.alpha)}"
    if not spectrum.alpha.is_number:
        exponent = rf"-\left(1 + {write(spectrum.alpha)}\right)"
    return f"{_factor(spectrum.scale, write)}I^{{{exponent}}}"


@latex_eigenvalue.register
def _(spectrum: Exponential, write: Write, size: Expr) -> str:
    return rf"{_factor(spectrum.scale, write)}e^{{-I/{write(spectrum.xi)}}}"


@latex_eigenvalue.register
def _(spectrum: TwoLevel, write: Write, size: Expr) -> str:
    parts = [(spectrum.upper, r"\le"), (spectrum.lower, ">")]
    first = rf"\lfloor {write(spectrum.fraction * size)} + 1/2 \rfloor"
    return r", \quad ".join(rf"{write(value)} \text{{ for }} I {sign} {first}" for value, sign in parts)


@latex_eigenvalue.register
def _(spectrum: UnitSpectrum, write: Write, size: Expr) -> str:
    return "1"


def _factor(scale: Expr, write: Write) -> str:
    """A factor in front, left out where it is 1."""
    return "" if scale == 1 else f"{write(scale)} "


def spectra_rows(
    derivation: Derivation, printer: FormulaPrinter, formulas: Iterable[Expr]
) -> Iterator[AlignedRow]:
    """What the model says of the eigenvalues that occur in formulas."""
    occurring = {s for one in formulas for s in one.free_symbols}
    for matrix, spectrum in derivation.model.spectra:
        symbol = eigenvalue(matrix)
        if symbol not in occurring:
            continue
        formula = latex_eigenvalue(spectrum, printer.doprint, matrix.shape[0])
        if formula is not None:
            yield AlignedRow(printer.doprint(symbol), f"= {formula}")
        elif spectrum.listed is not None and len(spectrum.listed) <= _FEW:
            values = ", ".join(printer.doprint(value) for value in spectrum.listed)
            last = Symbol(f"{str(symbol.name).removesuffix('_I')}_{len(spectrum.listed)}")
            first = Symbol(f"{str(symbol.name).removesuffix('_I')}_1")
            yield AlignedRow(rf"{printer.doprint(first)}, \dots, {printer.doprint(last)}", f"= {values}")


def mode_index(derivation: Derivation) -> str:
    """The index of the mode that the value of a matrix is on; empty for scalars and multiples of the identity."""
    return "_{II}" if isinstance(derivation, MatrixDerivation) and derivation.eigenvalues else ""


def identity(derivation: Derivation, printer: FormulaPrinter) -> str:
    """The matrix that the value of a matrix without eigenvalues multiplies."""
    if not isinstance(derivation, MatrixDerivation) or derivation.eigenvalues:
        return ""
    return rf" \, {printer.doprint(Identity(derivation.space))}"
