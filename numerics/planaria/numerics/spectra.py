"""Numbers for declared spectra.

A spectrum of ``planaria.ensembles.spectra`` is only said; here its eigenvalues are made, in double precision
or at mpmath's working precision.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from mpmath import mp, mpf
from numpy.typing import NDArray
from sympy import Basic, Expr, Float, I, Integer, Rational, Symbol, sympify

from planaria.algebra.errors import InputError
from planaria.ensembles.ranges import MOST_DIGITS, check_range, is_in_range, shown
from planaria.ensembles.spectra import Spectrum
from planaria.numerics.functions_of_position import Floats, Mpfs
from planaria.numerics.methods.memo import once

__all__ = [
    "check_parameters",
    "eigenvalues",
    "eigenvalues_mp",
    "exact_number",
    "exact_parameters",
    "is_bounded",
    "listed_floats",
    "no_value",
    "put_in",
]

# As Python writes them: 1+0.1j, 2e-3j, -j.
_COMPLEX = re.compile(
    r"\s*(?P<real>[+-]?[\d.]+(?:[eE][+-]?\d+)?(?=[+-]))?(?P<imag>[+-]?(?:[\d.]+(?:[eE][+-]?\d+)?)?)[jJ]\s*"
)
_GUARD_BITS = 20  # I**-(1 + alpha) loses about log2((1 + alpha) * log(I)) bits to the rounding of alpha
_LARGEST_BITS = 33_220  # log2(10) for each of the MOST_DIGITS


def eigenvalues(
    spectrum: Spectrum, size: int, values: Mapping[Symbol, Any], *, place: str = "spectrum"
) -> NDArray[np.float64]:
    """The eigenvalues of a declared spectrum in double precision.

    Parameters
    ----------
    spectrum
        One of `planaria.ensembles.spectra`: a formula for I = 1..size, or a list.
    size
        The size of the matrix's space, a positive integer.
    values
        Numbers for the symbols in the spectrum. A float or a text stands for its decimal digits, exactly.
    place
        What an error message calls the spectrum.

    Returns
    -------
    An array of shape (size,), in the order of the common eigenbasis.

    Raises
    ------
    InputError
        For a size that is no positive integer or is not the number of listed eigenvalues, a symbol without a
        value, or a parameter out of its range.

    >>> from sympy import symbols
    >>> from planaria.ensembles.spectra import PowerLaw
    >>> alpha, scale = symbols("alpha lambda_plus", positive=True)
    >>> eigenvalues(PowerLaw(), 3, {alpha: 1, scale: 18})
    array([18. ,  4.5,  2. ])
    """
    _check_size(spectrum, size, place)
    if spectrum.listed is not None:
        column = listed_floats(spectrum)
        if not np.isfinite(column).all():
            raise InputError(place, "a number exceeds the range of a float", "rescale the spectrum")
        return column
    positions = np.arange(1, size + 1, dtype=np.float64)
    functions = Floats(cache(lambda number: _to_float(number, place)))
    found: NDArray[np.float64] = spectrum.at(positions, size, exact_parameters(spectrum, values, place), functions)
    return found


def eigenvalues_mp(
    spectrum: Spectrum, size: int, values: Mapping[Symbol, Any], *, place: str = "spectrum"
) -> list[mpf]:
    """The eigenvalues of a declared spectrum at mpmath's working precision, each to its last digit.

    Parameters and errors are those of ``eigenvalues``.

    >>> from sympy import symbols
    >>> from planaria.ensembles.spectra import PowerLaw
    >>> alpha, scale = symbols("alpha lambda_plus", positive=True)
    >>> with mp.workdps(30):
    ...     print(eigenvalues_mp(PowerLaw(), 2, {alpha: 0.5, scale: 1})[1])
    0.353553390593273762200422181052
    """
    _check_size(spectrum, size, place)
    if spectrum.listed is not None:
        return [mpf(int(value.p)) / int(value.q) for value in spectrum.listed]
    parameters = exact_parameters(spectrum, values, place)
    functions = Mpfs(cache(_to_mpf))  # of each parameter once, and not at every position
    with mp.extraprec(_GUARD_BITS):
        found = [spectrum.at(position, size, parameters, functions) for position in range(1, size + 1)]
        numbers = [_to_mpf(one) if isinstance(one, Expr) else one for one in found]
    return [+number for number in numbers]


@once
def listed_floats(spectrum: Spectrum) -> NDArray[np.float64]:
    """The numbers of a list as floats, made once; infinite beyond their range.

    >>> from planaria.ensembles.spectra import Eigenvalues
    >>> listed_floats(Eigenvalues.of([1, "1/3", "1e400"]))
    array([1.        , 0.33333333,        inf])
    """
    column = np.array([_quotient(int(one.p), int(one.q)) for one in spectrum.listed or ()])
    column.setflags(write=False)  # it is shared
    return column


def _quotient(p: int, q: int) -> float:
    try:
        return p / q
    except OverflowError:
        return float("inf") if p > 0 else float("-inf")


def exact_number(value: object, place: str) -> Expr:
    """A number as sympy holds it, without loss: floats and decimal texts stand for their decimal digits.

    Raises InputError for anything that is not a finite number.

    >>> exact_number(0.1, "alpha"), exact_number("1/3", "alpha"), exact_number("1-0.1j", "z")
    (1/10, 1/3, 1 - I/10)
    """
    if isinstance(value, str) and (match := _COMPLEX.fullmatch(value)):
        imag = exact_number(match["imag"] + ("1" if match["imag"] in ("", "+", "-") else ""), place)
        return exact_number(match["real"] or 0, place) + I * imag
    if isinstance(value, (complex, np.complexfloating)):
        return exact_number(float(value.real), place) + I * exact_number(float(value.imag), place)
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        if isinstance(value, (int, np.integer)):
            if int(value).bit_length() > _LARGEST_BITS:
                raise InputError(place, f"it has more than {MOST_DIGITS:,} digits", "give a smaller number")
            return Integer(int(value))
        if isinstance(value, Fraction):
            return Rational(value.numerator, value.denominator)
        if isinstance(value, (float, np.floating)):
            number = Rational(repr(float(value)))
        elif isinstance(value, (str, Decimal)):
            number = Rational(str(value).strip()) if is_bounded(str(value)) else None
        else:
            number = sympify(value, strict=True)
        if isinstance(number, Expr) and number.is_number and number.is_finite:
            return number
    except InputError:
        raise
    except (TypeError, ValueError):  # sympy's SympifyError is a ValueError
        pass
    if isinstance(value, (str, Decimal)):
        check_range(str(value).strip(), place)
    quoted = repr(shown(value)) if isinstance(value, str) else shown(value)
    remedy = "give a number"
    if isinstance(value, str) and value.strip().endswith(("i", "I")):
        python = re.sub(r"\*?[iI]\s*$", "j", value).strip()
        remedy = f"write {python}" if _COMPLEX.fullmatch(python) else remedy
    raise InputError(place, f"{quoted} is not a finite number", remedy)


def no_value(symbol: Basic, known: Iterable[object], place: str, what: str) -> InputError:
    """The error for a symbol without a value, with a hint where only the name is known.

    >>> print(no_value(Symbol("N"), ["N"], "simulation", "dimension"))
    simulation: the dimension N has no value; 'N' is given, but is no such symbol: use the model's own
    """
    remedy = f"give {symbol} a value"
    if any(str(other) == str(symbol) for other in known):
        remedy = f"'{symbol}' is given, but is no such symbol: use the model's own"
    return InputError(place, f"the {what} {symbol} has no value", remedy)


def _check_size(spectrum: Spectrum, size: object, place: str) -> None:
    if isinstance(size, bool) or not isinstance(size, (int, np.integer, Integer)) or size < 1:
        raise InputError(place, f"the size of the space is {size!r}", "give a positive integer")
    if not isinstance(spectrum, Spectrum):
        raise InputError(place, f"{spectrum!r} is not a spectrum", "use Eigenvalues, or a named one")
    if spectrum.listed is not None and len(spectrum.listed) != size:
        given = len(spectrum.listed)
        raise InputError(
            place,
            f"the number of given eigenvalues is {given}, but the size of the space is {size}",
            f"give {size} eigenvalues, or set the size to {given}",
        )


def check_parameters(spectrum: Spectrum, values: Mapping[Symbol, Any], place: str) -> None:
    """Raise InputError for parameters that are out of range; nothing is asked of those that have no value."""
    if spectrum.free_symbols <= set(values):
        exact_parameters(spectrum, values, place)


def exact_parameters(spectrum: Spectrum, values: Mapping[Symbol, Any], place: str) -> dict[str, Expr]:
    numbers = {name: _substitute(value, values, place) for name, value in spectrum.parameters.items()}
    problem = spectrum.check(numbers)
    if problem is not None:
        raise InputError(place, *problem)
    return numbers


def _substitute(expression: Expr, values: Mapping[Symbol, Any], place: str) -> Expr:
    numbers = {}
    for symbol in sorted(expression.free_symbols, key=str):
        if symbol not in values:
            raise no_value(symbol, values, place, "parameter")
        numbers[symbol] = exact_number(values[symbol], f"{place}, {symbol}")
    return put_in(expression, numbers)


def put_in(expression: Expr, numbers: Mapping[Any, Any]) -> Expr:
    """An expression with numbers for its symbols; most are a symbol, which needs none of sympy's substitution.

    >>> alpha = Symbol("alpha")
    >>> put_in(alpha, {alpha: Integer(2)}), put_in(alpha**2 / 3, {alpha: Integer(2)})
    (2, 4/3)
    """
    if expression.is_Number:
        return expression
    found: Expr = (
        numbers.get(expression, expression)
        if expression.is_Symbol
        else expression.subs(numbers, simultaneous=True)
    )
    return found


def _to_float(number: Expr, place: str) -> float:
    try:
        result = float(number)
    except OverflowError:
        result = float("inf")
    if not np.isfinite(result):
        raise InputError(place, "a number exceeds the range of a float", "rescale the spectrum")
    return result


def _to_mpf(number: Expr) -> mpf:
    if isinstance(number, Rational):
        return mpf(int(number.p)) / int(number.q)
    return mp.make_mpf((number if isinstance(number, Float) else number.evalf(mp.dps + 3))._mpf_)


def is_bounded(text: str) -> bool:
    """Whether a text is a finite decimal or fraction that can be written out in full."""
    for part in text.split("/", 1):
        try:
            number = Decimal(part.strip())
        except InvalidOperation:
            return False
        if not number.is_finite() or not is_in_range(part):
            return False
    return "/" not in text or number != 0
