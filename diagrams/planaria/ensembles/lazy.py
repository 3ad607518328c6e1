"""Public names of a package that are loaded when they are used, so that the command starts without sympy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["lazy_names"]


def lazy_names(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package whose names live in the given modules.

    >>> find = lazy_names("planaria.ensembles", {"Gaussian": "planaria.ensembles.model"})
    >>> find("Gaussian").__name__
    'Gaussian'
    >>> find("Gausian")
    Traceback (most recent call last):
        ...
    AttributeError: module 'planaria.ensembles' has no attribute 'Gausian'
    """

    def find(name: str) -> Any:
        if name in homes:
            return getattr(import_module(homes[name]), name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return find
