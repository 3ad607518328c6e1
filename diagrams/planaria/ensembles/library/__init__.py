"""The built-in models: one TOML file each in this folder, with its citations.

Naming and listing them is quick: it reads TOML and imports neither sympy nor a parser.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from planaria.algebra.errors import InputError, described, unknown_name

if TYPE_CHECKING:
    from planaria.ensembles.text.model_file import ModelFile

__all__ = [
    "Summary",
    "check_model",
    "is_model",
    "is_named",
    "load_model",
    "model_names",
    "models",
    "summaries",
    "text_of",
]

_ENDING = ".toml"


@dataclass(frozen=True)
class Summary:
    """What a list of models shows of one."""

    name: str
    title: str
    citations: tuple[str, ...]


@cache
def model_names() -> tuple[str, ...]:
    """The names of the built-in models, in alphabetical order.

    >>> "random-features" in model_names()
    True
    """
    entries = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(_ENDING) for name in entries if name.endswith(_ENDING)))


@cache
def summaries() -> tuple[Summary, ...]:
    """Name, title and citations of each built-in model.

    >>> [one.title for one in summaries() if one.name == "wigner"]
    ["Wigner's semicircle law"]
    """
    documents = [(name, tomllib.loads(text_of(name))) for name in model_names()]
    return tuple(Summary(name, one["title"], tuple(one["citations"])) for name, one in documents)


def models() -> dict[str, str]:
    """The built-in models: the title of each name.

    >>> models()["wigner"]
    "Wigner's semicircle law"
    """
    return {one.name: one.title for one in summaries()}


def load_model(name_or_path: str | os.PathLike[str]) -> ModelFile:
    """A built-in model by its name, or a model from a file.

    A text with a path separator or the ending ``.toml`` is a path, and so is any other name of an existing
    file that is no built-in model.

    Raises InputError for an unknown name, with the nearest one, and for a file that is no model.

    >>> load_model("marchenko-pastur").quantity("resolvent").expression
    Trace((gamma*I + x*x.T)**(-1))/N
    >>> load_model("marchenko-pasture")
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: model: there is no model 'marchenko-pasture'; \
did you mean 'marchenko-pastur'?
    """
    if isinstance(name_or_path, os.PathLike):
        name_or_path = os.fspath(name_or_path)
    if not isinstance(name_or_path, str):
        problem = f"{described(name_or_path)} is no name"
        raise InputError("model", problem, "give a built-in model or the path of a model file")
    check_model(name_or_path)
    # Imported here and not above: they bring sympy and lark, a second that neither a list of models nor the
    # refusal of a misspelt name should cost.
    from planaria.ensembles.text.model_file import load_model_file, read_model

    if name_or_path in model_names():
        return read_model(text_of(name_or_path), name_or_path, name_or_path + _ENDING)
    return load_model_file(name_or_path)


def check_model(name_or_path: str) -> None:
    """Raise InputError unless a text names a built-in model, or is meant for the path of a file."""
    if not name_or_path.strip():
        raise InputError("model", "the name is empty", "give a built-in model or the path of a model file")
    if not is_model(name_or_path):
        raise unknown_name("model", "model", name_or_path, model_names())


def is_model(name_or_path: str) -> bool:
    """Whether a text names a built-in model, or is the path of a file by its look or since there is one.

    >>> is_model("wigner"), is_model("own/model.toml"), is_model("loss")
    (True, True, False)
    """
    if is_named(name_or_path):
        return True
    if "(" in name_or_path or "\n" in name_or_path:  # an expression, in which / divides
        return False
    return os.path.exists(name_or_path)


def is_named(name_or_path: str) -> bool:
    """Whether a text says itself that it is a model, whatever files there are.

    >>> is_named("wigner"), is_named("own/model.toml"), is_named("loss")
    (True, True, False)
    """
    if name_or_path in model_names() or name_or_path.endswith(_ENDING):
        return True
    if "(" in name_or_path or "\n" in name_or_path:
        return False
    return any(one in name_or_path for one in (os.sep, os.altsep) if one)


def text_of(name: str) -> str:
    """The file of a built-in model."""
    return (files(__name__) / (name + _ENDING)).read_text(encoding="utf-8")
