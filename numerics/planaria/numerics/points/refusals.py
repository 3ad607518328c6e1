"""Why a closed form gives no number at a point."""

from __future__ import annotations

from typing import Any

from mpmath import nstr
from sympy import Expr

from planaria.algebra.errors import InputError
from planaria.ensembles.verdicts.reasons import Reason, RefusedError
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
            _INSTEAD[place],
        )


_INSTEAD = {
    "certify": "leave the proof out: the value is verified there",
    "limit": "give a positive number, or a small value in place of the limit",
    "values": "give positive or complex numbers, or evaluate its points one by one",
}


class SingularError(RefusedError):
    """The closed form divides by zero at a point, or its Jacobian is singular."""

    def __init__(self) -> None:
        super().__init__(Reason.SINGULAR)


class InTheSpectrumError(RefusedError):
    """The solution of the equations is one that no matrix has."""

    def __init__(self, radius: str) -> None:
        super().__init__(Reason.IN_THE_SPECTRUM, radius=radius)


class PolesError(RefusedError):
    """Sums over eigenvalues that stand for many have no bound at a point."""

    def __init__(self, matrix: str) -> None:
        super().__init__(Reason.POLES, matrix=matrix)


class ContradictionError(RefusedError):
    """The closed form has another value than the equations that it came from."""

    def __init__(self, claimed: Any, right: Any) -> None:
        super().__init__(Reason.CONTRADICTION, claimed=nstr(claimed, 8), right=nstr(right, 8))
