"""Numbers that can be written out: 1e1000000000000000000 stands for more digits than any memory holds."""

from __future__ import annotations

import re

from planaria.algebra.errors import InputError

__all__ = ["MOST_DIGITS", "check_range", "is_in_range", "shown"]

MOST_DIGITS = 10_000
"""Digits of a number that is given, before or behind the point."""

_EXPONENT = re.compile(r"[eE][+-]?([0-9_]+)")


def is_in_range(text: str) -> bool:
    """Whether a decimal, or a fraction of two, has no more than `MOST_DIGITS` digits when it is written out.

    >>> is_in_range("1e-300"), is_in_range("1/3e5"), is_in_range("1e1000000000000000000"), is_in_range("1" * 10**6)
    (True, True, False, False)
    """
    if len(text) > MOST_DIGITS:
        return False
    exponents = (one.replace("_", "").lstrip("0") for one in _EXPONENT.findall(text))
    return all(len(one) < 6 and int(one or 0) <= MOST_DIGITS for one in exponents)


def check_range(text: str, place: str) -> None:
    """Raise InputError for a number that is not in range."""
    if not is_in_range(text):
        raise InputError(
            place,
            f"the number {shown(text)} is out of range",
            f"give numbers of at most {MOST_DIGITS:,} digits, from 1e-{MOST_DIGITS} to 1e{MOST_DIGITS}",
        )


def shown(value: object, length: int = 60) -> str:
    """A value as a message shows it, cut at a length. Python prints no integer of more than 4,300 digits."""
    try:
        text = value if isinstance(value, str) else repr(value)
    except ValueError:
        return "a number of thousands of digits"
    return text if len(text) <= length else text[: length - 3] + "..."
