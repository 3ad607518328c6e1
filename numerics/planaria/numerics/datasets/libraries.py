"""Libraries that a sweep needs and nothing else does: they are loaded when a sweep is asked for."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from planaria.algebra.errors import InputError

__all__ = ["check_libraries", "library"]

_ALWAYS = ("xarray", "zarr")


def library(name: str) -> Any:
    """A library of the extra ``sweep``, or an InputError that says how to get it.

    >>> library("numbers_from_nowhere")
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: sweep: numbers_from_nowhere is not installed; \
install it: pip install 'planaria[sweep]'
    """
    top = name.partition(".")[0]
    if find_spec(top) is None:
        raise InputError("sweep", f"{top} is not installed", "install it: pip install 'planaria[sweep]'")
    return import_module(name)


def check_libraries(*more: str) -> None:
    """Raise InputError where a library is missing, without loading any."""
    for name in (*_ALWAYS, *more):
        if find_spec(name) is None:
            raise InputError("sweep", f"{name} is not installed", "install it: pip install 'planaria[sweep]'")
