"""Why a closed form gives no number at a point."""

from __future__ import annotations

from typing import Any

from mpmath import nstr
from sympy import Expr

from planaria.algebra.errors import InputError
from planaria.numerics.points.problem import Posed, beyond

__all__ = ["ContradictionError", "InTheSpectrumError", "PolesError", "SingularError", "as_python", "refuse_beyond"]


def as_python(number: Expr) -> str:
    """An exact number as it is written in Python.

    >>> from sympy import I, Rational
    >>> as_python(Rational(1, 2) - 2 * I), as_python(I), as_python(1 + I / 10)
    ('0.5-2j', '1j', '1+0.1j')
    """
    real, imag = (f"{float(part):.12g}" for part in number.as_real_imag())
    if imag == "0":
        return real
    sign = "" if real == "0" or imag.startswith("-") else "+"
    return f"{'' if real == '0' else real}{sign}{imag}j"


def refuse_beyond(problem: Posed, place: str) -> None:
    """Raise InputError for a parameter that is complex, or negative and meant to be positive."""
    for symbol in beyond(problem):
        raise InputError(
            place,
            f"the parameter {symbol} = {as_python(problem.values[symbol])} is not a positive number",
            "give a positive number; others are for single points, without a limit and without a proof",
        )


class SingularError(InputError):
    """The closed form divides by zero at a point, or its Jacobian is singular."""

    def __init__(self) -> None:
        super().__init__(
            "evaluate",
            "the closed form divides by zero at these parameters",
            "move away from the singular point",
        )


class InTheSpectrumError(InputError):
    """The solution of the equations is one that no matrix has."""

    def __init__(self, radius: str) -> None:
        super().__init__(
            "evaluate",
            f"the point lies in the spectrum: the ladder's spectral radius is {radius}, not below 1, so the "
            "solution of the equations is a continuation that no matrix has",
            "move the spectral parameter outside of the spectrum, or raise the ridge",
        )


class PolesError(InputError):
    """Sums over eigenvalues that stand for many have no bound at a point."""

    def __init__(self, matrix: str) -> None:
        super().__init__(
            "evaluate",
            f"sums over the eigenvalues of {matrix} have a pole among them, or too close to 0, so that each would "
            "be taken by itself, and there are too many",
            "move the spectral parameter away from the spectrum of the matrix, or give a smaller size",
        )


class ContradictionError(InputError):
    """The closed form has another value than the equations that it came from."""

    def __init__(self, claimed: Any, right: Any) -> None:
        super().__init__(
            "evaluate",
            f"the closed form gives {nstr(claimed, 8)} here, but the equations it came from give {nstr(right, 8)}",
            "report this model, it is a defect of the derivation",
        )
