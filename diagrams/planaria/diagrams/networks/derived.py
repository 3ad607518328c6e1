"""What a graph says of its diagram, and what follows from the diagram: the two are held against one another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planaria.algebra.errors import InputError

__all__ = ["check_derived", "check_spaces"]

_DERIVED = ("euler_characteristic", "lines", "faces", "weight")
_LONGEST = 60  # letters of a value in a sentence


def check_derived(diagram: Any, said: Mapping[str, Any], *, is_plain: bool) -> None:
    """Raise InputError for the first attribute of a graph that is not that of the diagram it carries.

    What is not there is not asked for. A plain graph writes its weight as text.
    """
    if not is_plain:
        _check("spaces", said, diagram.setting.spaces)
    for name in _DERIVED:
        if name in said and hasattr(diagram, name):  # a bare contraction has no weight
            value = getattr(diagram, name)
            _check(name, said, str(value) if is_plain and name == "weight" else value)


def _check(name: str, said: Mapping[str, Any], value: Any) -> None:
    if name in said and said[name] != value:
        problem = f"its {name} is {_short(said[name])}, and that of its words and ribbons is {_short(value)}"
        raise InputError("graph", problem, f"leave it as it is, or delete {name!r}: it is made anew")


def check_spaces(data: Mapping[str, Any], spaces: tuple[Any, Any], place: str) -> None:
    """Raise InputError for an edge that names other spaces than those of its ribbon."""
    if "spaces" in data and data["spaces"] != spaces:
        problem = f"its spaces are {_short(data['spaces'])}, and those of its ribbon are {_short(spaces)}"
        raise InputError(place, problem, "leave them as they are, or delete 'spaces': they are made anew")


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
