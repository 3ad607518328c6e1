"""Which spaces a model file declares small: those that keep their size while all others grow."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sympy import Expr, Integer

from planaria.algebra.errors import InputError
from planaria.ensembles.text.entries import check_keys, short

__all__ = ["is_number", "is_small", "small_numbers"]

SMALL = 'write size = "small", or leave it out'


def is_small(value: object, place: str) -> bool:
    """Whether an entry of the table of spaces has ``size = "small"``.

    >>> is_small({"about": "classes", "size": "small"}, "model"), is_small("classes", "model")
    (True, False)
    >>> is_small({"size": "tiny"}, "model, [spaces] C")
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: model, [spaces] C: the size 'tiny' is none; write size = "small", or \
leave it out
    """
    if not isinstance(value, dict) or "size" not in value:
        return False
    if value["size"] != "small":
        raise InputError(place, f"the size {short(value['size'])} is none", SMALL)
    return True


def is_number(key: str) -> bool:
    """Whether a key of the table is a plain number, as in ``1 = { size = "small" }``."""
    return re.fullmatch(r"[1-9][0-9]{0,8}", key) is not None


def small_numbers(table: Mapping[str, object], place: str) -> tuple[Expr, ...]:
    """The spaces among those of a table that are plain numbers: they are declared for being small.

    >>> small_numbers({"1": {"size": "small"}, "N": "rows"}, "model, [spaces]")
    (1,)
    """
    found: list[Expr] = []
    for key, value in table.items():
        if not is_number(key):
            continue
        if not is_small(value, f"{place} {key}"):
            raise InputError(
                f"{place} {key}",
                "a number is no name of a space",
                f'write {key} = {{ size = "small" }} for one that does not grow, or give it a name',
            )
        check_keys(value if isinstance(value, dict) else {}, ("size", "about"), f"{place} {key}", "key")
        found.append(Integer(key))
    return tuple(found)
