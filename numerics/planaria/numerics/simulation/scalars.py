"""Scalars of an expression in double precision, and what is refused on the way to its value."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Any

from sympy import Basic

from planaria.algebra.errors import InputError, kind_of
from planaria.numerics.spectra import exact_number

__all__ = [
    "PLACE",
    "SIGN",
    "Scalar",
    "guarded",
    "no_matrix_value",
    "not_positive",
    "plain_number",
    "real_if_exact",
    "singular",
]

Scalar = float | complex

PLACE = "expression"
SIGN = 1e-6  # how far from 1 rounding may bring the phase of a determinant that is positive


def plain_number(value: Any, place: str) -> float | complex:
    """A number in double precision, complex only where it has an imaginary part.

    Raises InputError for anything that is not a number in the range of a float.

    >>> plain_number("1/4", "symbol s"), plain_number(1j, "symbol s")
    (0.25, 1j)
    """
    try:
        number = complex(value if type(value) in (float, complex) else exact_number(value, place))
        if cmath.isfinite(number):
            return real_if_exact(number)
    except OverflowError:
        pass
    raise InputError(place, f"{value} is no finite number in the range of a float", "give another number")


def no_matrix_value(node: Basic) -> InputError:
    """What is wrong with a node of another type."""
    return InputError(
        PLACE,
        f"{node} is {kind_of(node)}, which has no value on matrices",
        "use sums, products, integer powers, inverses, transposes, adjoints and traces",
    )


def singular(node: Basic) -> InputError:
    """What is wrong with the matrix under an inverse."""
    return InputError(PLACE, f"the matrix {node} is singular", "add a positive ridge under the inverse")


def real_if_exact(number: complex) -> Scalar:
    return number if number.imag else number.real


def guarded(node: Basic, compute: Callable[[], Scalar]) -> Scalar:
    try:
        result = compute()
    except (ZeroDivisionError, OverflowError, TypeError):
        result = math.nan
    if not cmath.isfinite(result):
        raise InputError(PLACE, f"{node} divides by zero or overflows", "give other values")
    return result


def not_positive(node: Basic) -> InputError:
    """What is wrong with the matrix under a logarithm."""
    return InputError(
        PLACE, f"the determinant in {node} is not positive", "take logdet of a Hermitian positive matrix"
    )
