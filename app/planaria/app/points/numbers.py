"""Numbers as a person reads them."""

from __future__ import annotations

from typing import Any

from mpmath import isinf, mp, mpf, nstr
from sympy import Expr, Rational

__all__ = ["decimal", "short"]

_LONGEST = 300  # decimal places of a number that is compared with what is printed of it


def decimal(value: Any, digits: int) -> str:
    """A decimal text of a result; infinities without a plus.

    >>> decimal(mpf(1) / 3, 5), decimal(mpf("inf"), 5)
    ('0.33333', 'inf')
    """
    if isinf(value):
        return "-inf" if value < 0 else "inf"
    return str(nstr(value, digits, strip_zeros=False))


def short(value: Expr) -> str:
    """A number that was given, as a person would write it.

    >>> short(Rational(1, 1000)), short(Rational(1, 3)), short(Rational(60))
    ('0.001', '1/3', '60')
    """
    if isinstance(value, Rational) and value.q != 1:
        with mp.workdps(20):
            number = mpf(int(value.p)) / int(value.q)
            text = nstr(number, 12)
        # A power of ten of thousands of places is not written out to be compared.
        if abs(mp.log10(abs(number))) > _LONGEST or Rational(text) == value:
            return str(text)
    return nstr(mpf(int(value)), 12) if value.is_Integer and abs(value) > 10**_LONGEST else str(value)
