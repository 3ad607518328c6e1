"""What the front door leads to is typed, without Any, and every method and property has words."""

from __future__ import annotations

import ast
import inspect
import typing
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
import pytest

import planaria as pl


def members(kind: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The public functions of a class of planaria: methods, properties, what makes it."""
    for base in kind.__mro__:
        if not base.__module__.startswith("planaria"):
            continue
        for name, member in vars(base).items():
            if name.startswith("_") and not (name == "__init__" and "__dataclass_fields__" not in vars(base)):
                continue
            found = member.fget if isinstance(member, property) else member
            found = member.func if isinstance(member, cached_property) else found
            found = found.__func__ if isinstance(found, (classmethod, staticmethod)) else found
            if inspect.isfunction(found):
                yield f"{kind.__name__}.{name}", found


def functions() -> dict[str, Callable[..., Any]]:
    found: dict[str, Callable[..., Any]] = {}
    for name in pl.__all__:
        one = getattr(pl, name)
        if inspect.isclass(one):
            found |= dict(members(one))
        else:
            found[name] = one
            for number, each in enumerate(typing.get_overloads(one)):
                found[f"{name}, {number}"] = each
    return found


def unwrapped(function: Any) -> Any:
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return function


FUNCTIONS = functions()
OF_ANY_NUMBERS = {  # formulas for eigenvalues, in floats, arrays or mpf alike: see `Functions`
    f"{name}.at" for name in ("Eigenvalues", "Exponential", "PowerLaw", "TwoLevel", "UnitSpectrum")
}


def holds_any(annotation: str, module: Any) -> bool:
    """Whether Any stands in an annotation, or in an alias that it uses."""
    for node in ast.walk(ast.parse(annotation, mode="eval")):
        if isinstance(node, ast.Name):
            if node.id == "Any":
                return True
            alias = getattr(module, node.id, None)
            if typing.get_origin(alias) not in (None, np.ndarray) and "typing.Any" in str(alias):
                return True
    return False


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in OF_ANY_NUMBERS])
def test_no_public_signature_has_any(name: str) -> None:
    function = unwrapped(FUNCTIONS[name])
    module = inspect.getmodule(function)
    parameters = list(inspect.signature(function).parameters)
    annotations = dict(function.__annotations__)
    own = parameters[1:] if parameters[:1] in (["self"], ["cls"]) else parameters
    assert {*own, "return"} <= {*annotations}, name
    for parameter, annotation in annotations.items():
        text = annotation if isinstance(annotation, str) else str(annotation)
        assert not holds_any(text, module), f"{name}, {parameter}: {text}"


@pytest.mark.parametrize(
    "name", [name for name in FUNCTIONS if ", " not in name and not name.endswith("__init__")]
)
def test_every_public_member_has_words(name: str) -> None:
    assert inspect.getdoc(FUNCTIONS[name]), name


@pytest.mark.parametrize("name", [name for name in pl.__all__ if inspect.isclass(getattr(pl, name))])
def test_fields_are_typed(name: str) -> None:
    kind = getattr(pl, name)
    for base in kind.__mro__:
        if base.__module__.startswith("planaria"):
            module = inspect.getmodule(base)
            for field, annotation in vars(base).get("__annotations__", {}).items():
                if not field.startswith("_"):
                    assert not holds_any(str(annotation), module), f"{name}.{field}: {annotation}"


def test_the_look_at_annotations_sees_any() -> None:
    assert holds_any("Mapping[Any, int] | None", typing)
    assert not holds_any("Mapping[str, int] | None", typing)
