"""Several numbers for one name: ``60,120``, ``10:400:60`` and ``10:1000:log50``, as exact numbers."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation, localcontext
from fractions import Fraction

from planaria.algebra.errors import InputError
from planaria.ensembles.ranges import is_in_range, shown

__all__ = ["MOST_POINTS", "has_several", "numbers_of", "split_pair"]

MOST_POINTS = 20_000
"""Points of a sweep."""

_DIGITS = 12  # of a point between two ends: what the table shows is what was computed
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLAIN = re.compile(r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})", re.ASCII)
_COUNT = re.compile(r"(log)?\s*([0-9]{1,40})", re.ASCII)
_FORM = "write FROM:TO:POINTS, such as 10:400:60, or 10:1000:log50"


def split_pair(text: str, place: str, example: str) -> tuple[str, str]:
    """The two sides of NAME=TEXT.

    >>> split_pair("N = 60", "--set", "N=60")
    ('N', '60')
    """
    name, sign, rest = text.partition("=")
    name, rest = name.strip(), rest.strip()
    if not sign or not rest or not _NAME.fullmatch(name):
        form = "NAME=NUMBER" if example[-1].isdigit() else "NAME=NEW"
        raise InputError(place, f"'{text}' is not of the form {form}", f"write {place} {example}")
    return name, rest


def has_several(text: str) -> bool:
    """Whether a text is meant for more than one number.

    >>> has_several("60,120"), has_several("10:400:60"), has_several("1e-3")
    (True, True, False)
    """
    return "," in text or ":" in text


def numbers_of(text: str, place: str, *, whole: bool = False) -> tuple[Fraction | str, ...]:
    """The numbers of a list whose members are numbers and grids, each once, in their order.

    A number is left as it is written, for the reader of single numbers. The points of a grid have at most 12
    digits; those of a dimension (``whole``) are the nearest whole numbers, since no matrix has 16.6 rows.

    Raises InputError for a list with a hole, a grid that is none, and more than `MOST_POINTS` points.

    >>> [str(one) for one in numbers_of("10:400:3,500", "--set P")]
    ['10', '205', '400', '500']
    >>> [str(one) for one in numbers_of("1:100:log3", "--set P")]
    ['1', '10', '100']
    >>> [str(one) for one in numbers_of("1:4:6", "--set P", whole=True)]
    ['1', '2', '3', '4']
    >>> numbers_of("10:400", "--set P")
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: --set P: '10:400' is no grid; write FROM:TO:POINTS, such as 10:400:60, \
or 10:1000:log50
    """
    found: dict[Fraction | str, Fraction | str] = {}
    for part in text.split(","):
        one = part.strip()
        if not one:
            raise InputError(place, f"'{shown(text)}' has a comma without a number", "write 60,120 without holes")
        if ":" not in one:
            found.setdefault(_known(one), one)
            continue
        for point in _grid(one, place):
            point = Fraction(_nearest(point)) if whole else point
            found.setdefault(point, point)
    return tuple(found.values())


def _nearest(point: Fraction) -> int:
    """The nearest whole number; of two, the larger: a grid of halves has no gaps that differ."""
    return int((point + Fraction(1, 2)) // 1)


def _known(text: str) -> Fraction | str:
    """A number that is written plainly, so that 60 and 60.0 are one; any other text as it is."""
    found = _fraction(text) if _PLAIN.fullmatch(text) else None
    return text if found is None else found


def _grid(text: str, place: str) -> list[Fraction]:
    parts = [one.strip() for one in text.split(":")]
    count = _COUNT.fullmatch(parts[2]) if len(parts) == 3 else None
    if count is None:
        raise InputError(place, f"'{shown(text)}' is no grid", _FORM)
    first, last = (_end(one, place) for one in parts[:2])
    points, is_log = int(count[2]), count[1] is not None
    if points < 2:
        raise InputError(place, f"'{shown(text)}' has {points} points", "give a grid 2 points or more")
    if points > MOST_POINTS:
        raise InputError(place, f"'{shown(text)}' has more than {MOST_POINTS:,} points", "give fewer")
    if first == last:
        raise InputError(place, f"'{shown(text)}' begins where it ends", "give two different ends, or one number")
    if is_log and min(first, last) <= 0:
        raise InputError(
            place, f"'{shown(text)}' has an end that is not positive", "give a logarithmic grid positive ends"
        )
    inner = _logarithmic if is_log else _linear
    return [first, *(inner(first, last, Fraction(k, points - 1)) for k in range(1, points - 1)), last]


def _linear(first: Fraction, last: Fraction, share: Fraction) -> Fraction:
    return _rounded(first + share * (last - first))


def _logarithmic(first: Fraction, last: Fraction, share: Fraction) -> Fraction:
    with localcontext() as context:
        context.prec = 40
        a, b = (Decimal(one.numerator) / Decimal(one.denominator) for one in (first, last))
        exponent = Decimal(share.numerator) / Decimal(share.denominator)
        return _rounded(Fraction((a.ln() + exponent * (b.ln() - a.ln())).exp()))


def _rounded(number: Fraction) -> Fraction:
    with localcontext() as context:
        context.prec = _DIGITS
        return Fraction(Decimal(number.numerator) / Decimal(number.denominator))


def _end(text: str, place: str) -> Fraction:
    found = _fraction(text)
    if found is None:
        raise InputError(place, f"the end '{shown(text)}' of a grid is not a finite number", _FORM)
    return found


def _fraction(text: str) -> Fraction | None:
    """A decimal or a fraction, exactly; None for anything else, and for numbers of thousands of digits."""
    try:
        if not is_in_range(text):
            return None
        above, sign, below = text.partition("/")
        numbers = [Decimal(one) for one in ((above, below) if sign else (above,))]
        if not all(one.is_finite() and abs(one.adjusted()) <= 300 for one in numbers):
            return None
        return Fraction(numbers[0]) / Fraction(numbers[1]) if sign else Fraction(numbers[0])
    except (InvalidOperation, ZeroDivisionError):
        return None
