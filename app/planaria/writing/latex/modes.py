"""What tells the LaTeX of a matrix from that of a scalar: the index of a mode, or the identity."""

from __future__ import annotations

from sympy import Identity

from planaria.derivations.derivation import Derivation
from planaria.derivations.matrix_valued import MatrixDerivation
from planaria.writing.latex.printing import FormulaPrinter

__all__ = ["identity", "mode_index"]


def mode_index(derivation: Derivation) -> str:
    """The index of the mode that the value of a matrix is on; empty for scalars and multiples of the identity."""
    return "_{II}" if isinstance(derivation, MatrixDerivation) and derivation.eigenvalues else ""


def identity(derivation: Derivation, printer: FormulaPrinter) -> str:
    """The matrix that the value of a matrix without eigenvalues multiplies."""
    if not isinstance(derivation, MatrixDerivation) or derivation.eigenvalues:
        return ""
    return rf" \, {printer.doprint(Identity(derivation.space))}"
