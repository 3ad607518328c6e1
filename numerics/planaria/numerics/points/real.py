"""Which parameters have to be real, and which numbers are beyond what a closed form is meant for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sympy import Expr, Symbol

from planaria.ensembles.model import Model

__all__ = ["is_beyond", "real_only"]


def real_only(model: Model, spaces: Iterable[Expr]) -> set[Symbol]:
    """The symbols that have to be real: dimensions, and what laws, covariances and spectra are made of."""
    found: set[Any] = set().union(*(space.free_symbols for space in spaces))
    for one in model.fields:
        for part in (one.variance, one.rows, one.cols, *one.law.parameters.values()):
            found |= part.free_symbols if part is not None else set()
    for _, spectrum in model.spectra:
        found |= spectrum.free_symbols
    return {symbol for symbol in found if isinstance(symbol, Symbol)}


def is_beyond(symbol: Symbol, number: Expr) -> bool:
    """Whether a number is complex, or negative for a symbol that is meant to be positive."""
    return number.is_real is False or bool(number.is_negative and symbol.is_nonnegative)
