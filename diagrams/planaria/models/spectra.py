"""What is known of the eigenvalues of a deterministic matrix: a declaration, without numbers.

The numbers are made in ``planaria.numerics``; here a spectrum is only said.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, MatrixSymbol, Rational, Symbol, nan

from planaria.algebra.errors import InputError
from planaria.models.ranges import check_range, shown

__all__ = ["Eigenvalues", "PowerLaw", "Spectrum", "UnitSpectrum", "check_eigenvalues", "eigenvalue"]


@dataclass(frozen=True)
class PowerLaw:
    """Eigenvalues ``scale * I**-(1 + alpha)`` for I = 1..M, M the size of the matrix's space.

    >>> PowerLaw()
    PowerLaw(alpha=alpha, scale=lambda_plus)
    """

    alpha: Expr = Symbol("alpha", positive=True)
    scale: Expr = Symbol("lambda_plus", positive=True)


@dataclass(frozen=True)
class UnitSpectrum:
    """The matrix is the identity: every eigenvalue is 1, and closed forms become algebraic."""


@dataclass(frozen=True)
class Eigenvalues:
    """Eigenvalues given one by one; their number is the size of the space.

    Two matrices of one space share their eigenbasis in the order of the lists. They may be negative, as those of
    an external source are; where a covariance has such a list, the model or the point is refused.

    >>> Eigenvalues.of([1, 0.5, "-1/3"])
    Eigenvalues(values=(1, 1/2, -1/3))
    >>> Eigenvalues.of([1, "inf"])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: spectrum: eigenvalue 2 is inf, not a finite number; ...
    """

    values: tuple[Rational, ...]

    @classmethod
    def of(cls, numbers: object, place: str = "spectrum") -> Eigenvalues:
        """Read a list of numbers (int, float, Fraction, decimal text) exactly.

        Raises InputError for an empty list, and for a value that is not a finite number.
        """
        if not isinstance(numbers, (list, tuple)):
            raise InputError(place, "the spectrum is not a list of numbers", "write [1.0, 0.5, ...]")
        if not numbers:
            raise InputError(place, "the spectrum is empty", "give at least one eigenvalue")
        values: list[Rational] = []
        for position, number in enumerate(numbers, start=1):
            try:
                if isinstance(number, bool):
                    raise TypeError
                text = str(number)
                check_range(text, f"{place}, eigenvalue {position}")
                value = Rational(text)
            except InputError:
                raise
            except (TypeError, ValueError):
                value = nan
            if not value.is_finite:
                problem = f"eigenvalue {position} is {shown(number)}, not a finite number"
                raise InputError(place, problem, "give real numbers")
            values.append(value)
        return cls(tuple(values))


Spectrum = PowerLaw | UnitSpectrum | Eigenvalues


def check_eigenvalues(spectrum: Spectrum, place: str) -> None:
    """Raise InputError where a spectrum cannot be that of a covariance: where a listed eigenvalue is negative.

    >>> check_eigenvalues(Eigenvalues.of([1, -2]), "matrix A")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: matrix A: eigenvalue 2 is -2, a negative number; a covariance needs ...
    """
    for position, value in enumerate(spectrum.values if isinstance(spectrum, Eigenvalues) else (), start=1):
        if value < 0:
            raise InputError(
                place,
                f"eigenvalue {position} is {float(value):g}, a negative number",
                "a covariance needs eigenvalues >= 0",
            )


def eigenvalue(matrix: MatrixSymbol) -> Symbol:
    """The symbol of one eigenvalue of a deterministic matrix, its index being I.

    >>> eigenvalue(MatrixSymbol("Lambda", 3, 3))
    lambda_I
    """
    name = str(matrix.name)
    return Symbol(name[:1].lower() + name[1:] + "_I", real=True)
