"""The names that a model file declares, read from its TOML and nothing more: in milliseconds, without sympy.

A command looks here first, so that a misspelt name is refused, and completed, before anything else is imported.
Whether the file is a model is not asked: that is the business of `planaria.ensembles.text`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planaria.ensembles.library import model_names, text_of

__all__ = ["Outline", "outline"]

_LARGEST = 1_000_000  # bytes; a larger file is refused where it is read as a model


@dataclass(frozen=True)
class Outline:
    """The names in the tables of a model file, in its order; what is said of each quantity, by its name."""

    name: str
    spaces: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    matrices: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()
    about: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that an expression may hold."""
        return (*self.spaces, *self.parameters, *self.matrices, *self.fields, *self.definitions)


def outline(name_or_path: str) -> Outline | None:
    """The names of a built-in model or a model file; None where no tables can be read.

    >>> outline("wigner").quantities
    ('resolvent',)
    >>> outline("no-such-file.toml") is None
    True
    """
    try:
        if name_or_path in model_names():
            name, text = name_or_path, text_of(name_or_path)
        elif os.path.isfile(name_or_path) and os.path.getsize(name_or_path) <= _LARGEST:
            name = os.path.splitext(os.path.basename(name_or_path))[0]
            with open(name_or_path, encoding="utf-8-sig") as stream:
                text = stream.read()
        else:
            return None
        document = tomllib.loads(text)
    except (OSError, ValueError, RecursionError):  # the reader of models says what is wrong
        return None
    quantities = _table(document, "quantities")
    return Outline(
        name,
        tuple(one for one in _table(document, "spaces") if not one.isdigit()),
        tuple(_table(document, "parameters")),
        tuple(_table(document, "matrices")),
        tuple(_table(document, "fields")),
        tuple(_table(document, "definitions")),
        tuple(quantities),
        tuple((key, _about(value)) for key, value in quantities.items()),
    )


def _table(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    content = document.get(name)
    return content if isinstance(content, dict) else {}


def _about(value: object) -> str:
    about = value.get("about", "") if isinstance(value, dict) else ""
    return about if isinstance(about, str) else ""
