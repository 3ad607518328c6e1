"""Errors that speak to the person who made the input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any

__all__ = ["InputError", "check_truth", "check_whole", "described", "kind_of", "placed", "unknown_name"]


class InputError(ValueError):
    """The input is wrong: one sentence that says where, what is wrong, and what would be right.

    >>> raise InputError("field x", "the variance is negative", "give a positive variance")
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: field x: the variance is negative; give a positive variance
    """

    def __init__(self, place: str, problem: str, remedy: str) -> None:
        # What is quoted may have lines of its own; a sentence is one line.
        self.place, self.problem, self.remedy = (" ".join(one.splitlines()) for one in (place, problem, remedy))
        super().__init__(f"{self.place}: {self.problem}; {self.remedy}")

    def __reduce__(self) -> tuple[Any, ...]:
        # Not through the constructor: those of subclasses take something else.
        return _raised_again, (type(self), self.args), self.__dict__

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and vars(other) == vars(self)

    def __hash__(self) -> int:
        return hash((type(self), self.args))


def _raised_again(kind: type[InputError], arguments: tuple[Any, ...]) -> InputError:
    return kind.__new__(kind, *arguments)


def described(value: object, length: int = 40) -> str:
    """A value of the wrong type as an error shows it: its type, and the beginning of what Python prints.

    What sympy makes is told by its look.

    >>> described(None), described(3), described([1, 2]), described(int)
    ('None', 'int 3', 'list [1, 2]', 'the type int')
    """
    if value is None:
        return "None"
    if isinstance(value, type):
        return f"the type {value.__name__}"
    try:
        text = " ".join(repr(value).split())
    except Exception:  # of somebody's class, or of an integer of thousands of digits
        text = "..."
    text = text if len(text) <= length else text[:length] + "..."
    return text if hasattr(value, "free_symbols") else f"{type(value).__name__} {text}"


def kind_of(value: object) -> str:
    """The type of a value, with its article.

    >>> kind_of(3), kind_of("loss"), kind_of([])
    ('an int', 'a str', 'a list')
    """
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeio' else 'a'} {name}"


def check_whole(value: object, place: str, least: int = 0) -> None:
    """Raise InputError for what is no whole number, or is less than the least.

    >>> check_whole(2.5, "order")
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: order: float 2.5 is not a whole number >= 0; give 0, 1, 2, ...
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        remedy = f"give {least}, {least + 1}, {least + 2}, ..."
        raise InputError(place, f"{described(value)} is not a whole number >= {least}", remedy)


def check_truth(value: object, place: str) -> None:
    """Raise InputError for what is neither True nor False."""
    if not isinstance(value, bool):
        raise InputError(place, f"{described(value)} is neither True nor False", "give one of them")


@contextmanager
def placed(place: str) -> Iterator[None]:
    """Say where an expression stands that is found wrong inside.

    >>> with placed("rings.toml, quantity loss"):
    ...     raise InputError("expression", "it is nested too deeply", "define parts")
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: rings.toml, quantity loss: it is nested too deeply; define parts
    """
    try:
        yield
    except InputError as error:
        if error.place != "expression":
            raise
        raise InputError(place, error.problem, error.remedy) from None


def unknown_name(place: str, what: str, name: str, known: Iterable[str]) -> InputError:
    """An InputError for a name that is not known, with the nearest known name as the remedy.

    >>> print(unknown_name("model file", "field", "y", ["x", "u"]))
    model file: there is no field 'y'; the known ones are x, u
    >>> print(unknown_name("values", "parameter", "n", ["P", "N"]))
    values: there is no parameter 'n'; did you mean 'N'?
    >>> print(unknown_name("command line", "model", "random-feature", ["wigner", "random-features"]))
    command line: there is no model 'random-feature'; did you mean 'random-features'?
    """
    names = list(known)
    close = [one for one in names if one.casefold() == name.casefold()]
    close = close or get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        remedy = f"did you mean '{close[0]}'?"
    elif names:
        remedy = "the known ones are " + ", ".join(names)
    else:
        remedy = f"define a {what} first"
    return InputError(place, f"there is no {what} '{name}'", remedy)
