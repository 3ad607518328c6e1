"""Numbers as a person reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mpmath import isinf, mp, mpc, mpf, nstr
from sympy import Expr, Rational, oo

__all__ = ["decimal", "decimal_json", "largest", "short"]

_WRITTEN_OUT = 20  # digits of a whole number that nobody counts
_LONGEST = 300  # decimal places of a number that is compared with what is printed of it


def decimal(value: Any, digits: int) -> str:
    """A decimal text of a result; infinities without a plus.

    >>> decimal(mpf(1) / 3, 5), decimal(mpf("inf"), 5)
    ('0.33333', 'inf')
    >>> decimal(mpc(1, -0.5), 3)
    '1.00-0.500j'
    >>> with mp.workdps(40):
    ...     third = mpc(1, mpf(-1) / 3)
    >>> decimal(third, 30)
    '1.00000000000000000000000000000-0.333333333333333333333333333333j'
    """
    if isinstance(value, mpc):
        # The sign is taken off the text: abs would round to the working precision.
        imag = decimal(value.imag, digits)
        return f"{decimal(value.real, digits)}{imag if imag.startswith('-') else '+' + imag}j"
    if isinf(value):
        return "-inf" if value < 0 else "inf"
    return str(nstr(value, digits, strip_zeros=False))


def decimal_json(value: Any, digits: int) -> str | dict[str, str]:
    """A decimal text of a result for JSON; real and imaginary part of a complex one.

    >>> decimal_json(mpc(1, -0.5), 3)
    {'real': '1.00', 'imag': '-0.500'}
    """
    if isinstance(value, mpc):
        return {"real": decimal(value.real, digits), "imag": decimal(value.imag, digits)}
    return decimal(value, digits)


def short(value: Expr) -> str:
    """A number that was given, as a person would write it.

    >>> short(Rational(1, 1000)), short(Rational(1, 3)), short(Rational(60))
    ('0.001', '1/3', '60')
    >>> short(Rational(10) ** 40), short(Rational(10) ** 20 + 1)
    ('1.0e+40', '100000000000000000001')
    >>> from sympy import I
    >>> short(1 - I / 10)
    '1-0.1j'
    """
    if value is oo:
        return "oo"
    if value.is_real is False:
        real, imag = value.as_real_imag()
        sign = "-" if imag.is_negative else "+" if real else ""
        return f"{short(real) if real else ''}{sign}{short(abs(imag))}j"
    if isinstance(value, Rational) and value.q != 1:
        with mp.workdps(20):
            number = mpf(int(value.p)) / int(value.q)
            text = nstr(number, 12)
        # A power of ten of thousands of places is not written out to be compared.
        if abs(mp.log10(abs(number))) > _LONGEST or Rational(text) == value:
            return str(text)
    if value.is_Integer and abs(value) >= 10**_WRITTEN_OUT:
        with mp.workdps(20):
            text = str(nstr(mpf(int(value)), 12))
        if abs(value) > 10**_LONGEST or Rational(text) == value:
            return text
    return str(value)


def largest(numbers: Sequence[Expr]) -> Expr:
    """The largest of several sizes; of complex numbers, where it matters to nothing, the first."""
    return max(numbers) if all(one.is_extended_real for one in numbers) else numbers[0]
