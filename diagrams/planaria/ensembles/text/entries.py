"""Entries of the tables of a model file: their keys, their numbers, and how errors quote them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from sympy import Rational

from planaria.algebra.errors import InputError, unknown_name

__all__ = ["as_table", "check_keys", "exact", "short"]


def check_keys(entry: Mapping[str, object], known: Iterable[str], place: str, what: str) -> None:
    """Raise InputError for the first key that is none of the known ones."""
    for key in entry:
        if key not in known:
            raise unknown_name(place, what, key, known)


def as_table(value: object, place: str, example: str) -> dict[str, Any]:
    """A value that has to be a table."""
    if not isinstance(value, dict):
        raise InputError(place, f"{short(value)} is not a table", f"write {example}")
    return value


def exact(value: object) -> Rational | None:
    """A number of a file, exactly; None for what is no finite number of a reasonable size."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    number = Decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > 1000 or len(number.as_tuple().digits) > 1000:
        return None
    return Rational(str(number))


def short(value: object) -> str:
    """A value as it stands in an error."""
    text = str(value) if isinstance(value, (Decimal, bool)) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
