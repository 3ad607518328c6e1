"""The correlation of X_ij and X_ji, a parameter of elliptic laws: from -1 to 1, a number or an expression."""

from __future__ import annotations

from typing import Any

from sympy import Expr

from planaria.algebra.errors import InputError
from planaria.ensembles.laws.covariances import scalar_of

__all__ = ["check_correlation", "correlation_of"]

_REMEDY = "give a correlation from -1 to 1"


def correlation_of(value: object, law: str) -> Expr:
    """A correlation as a sympy scalar: a polynomial in parameters.

    Raises InputError for anything else, and for what is known to lie outside of [-1, 1].

    >>> from sympy import Symbol
    >>> correlation_of(1 - 2 * Symbol("tau", positive=True), "elliptic")
    1 - 2*tau
    >>> correlation_of(2, "elliptic")
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: law elliptic: rho is 2; give a correlation from -1 to 1
    """
    place = f"law {law}"
    if value is None:
        raise InputError(place, "it has no rho", "give rho, the correlation of the entries X_ij and X_ji")
    rho = scalar_of(value, "correlation rho", place)
    if not rho.is_polynomial(*rho.free_symbols):
        raise InputError(
            place, f"rho is {rho}, which is no polynomial in parameters", "give it a parameter of its own"
        )
    problem = check_correlation(rho) if rho.is_number else None
    if problem is not None:
        raise InputError(place, *problem)
    return rho


def check_correlation(rho: Any) -> tuple[str, str] | None:
    """What is wrong with a number for rho, and what would be right; None for nothing."""
    if -1 <= rho <= 1:
        return None
    return f"rho is {rho}", _REMEDY
