"""What comes from outside: attributes of graphs, and whether words are words of a setting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planaria.algebra.errors import InputError, kind_of
from planaria.diagrams.expressions.expression import Letter, Setting
from planaria.diagrams.expressions.words import Word

__all__ = ["attribute", "check_word", "letter_of", "truth"]


def attribute(data: Mapping[str, Any], name: str, kind: type[object], place: str) -> Any:
    """An attribute of a node, an edge or the graph; InputError where it is missing, or of another kind."""
    if name not in data:
        raise InputError(place, f"the attribute '{name}' is missing", "make the graph from a diagram")
    value = data[name]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise InputError(place, f"its {name} is {kind_of(value)}", f"it is a {kind.__name__}")
    return value


def truth(data: Mapping[str, Any], name: str, place: str) -> bool:
    """A truth value; InputError for anything else."""
    value = attribute(data, name, object, place)
    if not isinstance(value, (bool, int)) or value not in (0, 1):  # some formats write truth as a number
        raise InputError(place, f"its {name} is {value!r}", "it is True or False")
    return bool(value)


def letter_of(field: int, transposed: bool, conjugated: bool, setting: Setting, place: str) -> Letter:
    """A letter of a field; InputError where its law writes that letter otherwise."""
    one = setting.fields[field]
    if one.law.read(transposed, conjugated) != (1, transposed, conjugated):
        problem = f"a {one.law.name} field has no such letter of {one.name} of its own"
        raise InputError(place, problem, f"write it with {one.name}")
    rows, cols = one.row_space, one.col_space
    return Letter(field, transposed, conjugated, *((cols, rows) if transposed else (rows, cols)))


def check_word(word: Word, setting: Setting, place: str) -> None:
    """Raise InputError for a word of another model, and for one whose letters or corners do not fit together."""
    ring, count = setting.ring, len(word.letters)
    if any(value.ring != ring for value in (*word.corners, word.coefficient)):
        raise InputError(place, "its word belongs to another model", "put words of one model into one graph")
    for letter in word.letters:
        if not 0 <= letter.field < len(setting.fields):
            raise InputError(place, "it has a letter of no field", "use the fields of the model")
        if letter != letter_of(letter.field, letter.transposed, letter.conjugated, setting, place):
            raise InputError(place, "a letter has other spaces than its field", "use the spaces of the field")
    corners = max(count, 1) if word.closed else count + 1
    if len(word.corners) != corners:
        problem = f"it has {len(word.corners)} corners, and {count} letters need {corners}"
        raise InputError(place, problem, "give a function for every corner")
    rows = [letter.rows for letter in word.letters] or [word.cols]
    cols = [letter.cols for letter in word.letters] or [word.rows]
    followers = [*rows[1:], rows[0] if word.closed else word.cols]
    if rows[0] != word.rows or cols != followers:
        raise InputError(place, "the spaces of its letters do not fit together", "let each begin where one ends")
