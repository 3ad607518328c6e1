"""Eigenvalues that are given one by one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from math import gcd
from typing import Any, ClassVar

from sympy import Add, Expr, Integer, Piecewise, Rational, nan

from planaria.algebra.errors import InputError, described
from planaria.ensembles.ranges import check_range, shown
from planaria.ensembles.spectra.spectrum import Functions, Spectrum

__all__ = ["MOST_LISTED", "Eigenvalues", "check_eigenvalues", "is_several", "split_multiplicity"]

MOST_LISTED = 10**7

# What floats and most files look like: whole part, decimals, exponent
_SEVERAL = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?\s*x\s*\d+\s*")
_DOUBLE = 16  # decimal digits that a double holds
_LOOKED_AT = 100  # numbers of a list that tell whether they are doubles
_DECIMAL = re.compile(r"([+-]?[0-9]{1,40})(?:\.([0-9]{0,40}))?(?:[eE]([+-]?[0-9]{1,3}))?")


@dataclass(frozen=True)
class Eigenvalues(Spectrum):
    """Eigenvalues given one by one; their number is the size of the space.

    Two matrices of one space share their eigenbasis in the order of the lists. They may be negative, as those of
    an external source are; where a covariance has such a list, the model or the point is refused.

    Attributes
    ----------
    values
        The eigenvalues, exactly as they are written.
    digits
        How many digits they hold, where they come from a computation in floating point; None where they are exact.

    >>> Eigenvalues.of([1, 0.5, "-1/3"])
    Eigenvalues(values=(1, 1/2, -1/3))
    >>> Eigenvalues.of([1, "inf"])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: spectrum: eigenvalue 2 is inf, not a finite number; ...
    """

    values: tuple[Rational, ...]
    digits: int | None = field(default=None, repr=False, compare=False)

    title: ClassVar[str] = "list of eigenvalues"

    def __post_init__(self) -> None:
        """Raises InputError for what is no tuple of exact numbers: `of` reads other numbers."""
        if not isinstance(self.values, tuple) or not all(isinstance(one, Rational) for one in self.values):
            problem = f"{described(self.values)} is no tuple of exact numbers"
            raise InputError("spectrum", problem, "make it with Eigenvalues.of([...])")

    @classmethod
    def of(cls, numbers: object, place: str = "spectrum", digits: int | None = None) -> Eigenvalues:
        """Read a list of numbers (int, float, Fraction, decimal text) exactly; "0.5 x 3" stands for 0.5, 0.5, 0.5.

        ``digits`` says how many they hold; without it doubles that have all of their digits are known as such:
        nobody types 0.5787637463829104.

        Raises InputError for an empty list, for a value that is not a finite number, for a multiplicity that is no
        whole number from 1 on, and for more than MOST_LISTED eigenvalues.

        >>> Eigenvalues.of([2, "1/2 x 3"])
        Eigenvalues(values=(2, 1/2, 1/2, 1/2))
        >>> Eigenvalues.of([0.5, 1 / 3]).digits, Eigenvalues.of([0.5, 0.25]).digits
        (16, None)
        """
        if not isinstance(numbers, (list, tuple)):
            raise InputError(place, "the spectrum is not a list of numbers", "write [1.0, 0.5, ...]")
        if len(numbers) > 1 and all(isinstance(one, (list, tuple)) for one in numbers):
            remedy = "give the eigenvalues of its covariance, such as numpy.linalg.eigvalsh(numpy.cov(data.T))"
            raise InputError(place, "this is a matrix, and not a list of eigenvalues", remedy)
        if not numbers:
            raise InputError(place, "the spectrum is empty", "give at least one eigenvalue")
        values: list[Rational] = []
        for position, number in enumerate(numbers, start=1):
            try:
                if isinstance(number, bool):
                    raise TypeError
                text, times = split_multiplicity(str(number))
                exact = _decimal(text)
                if exact is None:
                    check_range(text, f"{place}, eigenvalue {position}")
                    exact = Rational(text)
                value = exact
            except InputError:
                raise
            except (TypeError, ValueError):
                value = nan
            if not value.is_finite:
                problem = f"eigenvalue {position} is {shown(number)}, not a finite number"
                raise InputError(place, problem, "give real numbers")
            copies = int(times) if times.isdecimal() and len(times) < 20 else 0
            if not copies:
                problem = (
                    f"the multiplicity of eigenvalue {position} is {shown(times)}, not a whole number from 1 on"
                )
                raise InputError(place, problem, 'write "0.5 x 3"')
            if len(values) + copies > MOST_LISTED:
                problem = f"these are more than {MOST_LISTED:,} eigenvalues"
                raise InputError(place, problem, "give fewer, or declare a spectrum")
            values += [value] * copies
        return cls(tuple(values), _digits_held(numbers) if digits is None else digits)

    @property
    def listed(self) -> tuple[Rational, ...]:
        return self.values

    @cached_property
    def first_negative(self) -> int:
        """The position, from 1 on, of the first negative eigenvalue; 0 where there is none."""
        return next((position for position, value in enumerate(self.values, start=1) if value.p < 0), 0)

    def at(self, position: Any, size: int, numbers: Mapping[str, Any], functions: Functions) -> Any:
        return functions.number(self.values[position - 1])

    def moment(self, power: int, size: Expr) -> Expr:
        return Add(*(value**power for value in self.values))

    def counting(self, level: Expr, size: Expr) -> Expr:
        return Add(*(Piecewise((1, value > level), (0, True)) for value in self.values))


def _digits_held(numbers: Sequence[object]) -> int | None:
    """16 for a list in which long numbers are doubles or the decimals of doubles; None for one that is exact.

    >>> _digits_held([1, 0.1, "0.333333333333333333333"]), _digits_held(["3.333333333333333148e-01 x 2"])
    (None, 16)
    """
    found = 0
    for number in numbers:
        if isinstance(number, int):
            continue
        text = split_multiplicity(str(number))[0]
        significant = re.sub(r"[eE].*|[^0-9]", "", text).strip("0")
        if len(significant) < _DOUBLE or "/" in text:
            continue
        if not isinstance(number, float) and Decimal(text) != Decimal(f"{float(text):.{len(significant) - 1}e}"):
            return None
        found += 1
        if found == _LOOKED_AT:
            break
    return _DOUBLE if found else None


def _decimal(text: str) -> Rational | None:
    """A short decimal, exactly; None for any other text. It is less than half of the work of Rational(text).

    >>> _decimal("-0.125"), _decimal("25e-1"), _decimal("3e2"), _decimal("1/3")
    (-1/8, 5/2, 300, None)
    """
    found = _DECIMAL.fullmatch(text)
    if found is None:
        return None
    whole, decimals, exponent = found.groups(default="")
    p, power = int(whole + decimals), int(exponent or 0) - len(decimals)
    if power >= 0:
        return Integer(p * 10**power)
    q = 10**-power
    common = gcd(p, q)
    return Rational.from_coprime_ints(p // common, q // common)


def is_several(value: object) -> bool:
    """Whether it is a text that says an eigenvalue and how often it counts.

    >>> is_several("0.5 x 3"), is_several("0.5"), is_several(0.5)
    (True, False, False)
    """
    return isinstance(value, str) and _SEVERAL.fullmatch(value) is not None


def split_multiplicity(text: str) -> tuple[str, str]:
    """An eigenvalue and how often it counts, both as texts; 0x10 is a number of some languages, and none here.

    >>> split_multiplicity("0.5 x 3"), split_multiplicity("0.5"), split_multiplicity("0x10")
    (('0.5', '3'), ('0.5', '1'), ('0x10', '1'))
    """
    value, several, times = text.partition("x")
    if value.strip("+-") == "0":
        return text, "1"
    return (value.strip(), times.strip()) if several else (text, "1")


def check_eigenvalues(spectrum: Spectrum, place: str) -> None:
    """Raise InputError where a spectrum cannot be that of a covariance: where a listed eigenvalue is negative.

    >>> check_eigenvalues(Eigenvalues.of([1, -2]), "matrix A")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: matrix A: eigenvalue 2 is -2, a negative number; a covariance needs ...
    """
    if isinstance(spectrum, Eigenvalues) and (position := spectrum.first_negative):
        raise InputError(
            place,
            f"eigenvalue {position} is {float(spectrum.values[position - 1]):g}, a negative number",
            "a covariance needs eigenvalues >= 0",
        )
