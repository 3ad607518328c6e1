"""What somebody gives for a point, read and looked at: sizes, numbers that have to be real, and spectra."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

import numpy as np
from sympy import Expr, MatrixSymbol, Symbol, oo

from planaria.algebra.errors import InputError
from planaria.ensembles.model import Model
from planaria.ensembles.ranges import shown
from planaria.ensembles.spectra import Eigenvalues, Spectrum
from planaria.numerics.given_digits import eigenvalues_of
from planaria.numerics.spectra import exact_number

__all__ = ["fit_list", "is_beyond", "number_of", "real_only", "spectrum_of"]


def spectrum_of(value: object, name: str) -> Spectrum:
    if isinstance(value, Spectrum):
        return value
    if isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype.kind == "f":
        return eigenvalues_of(value, f"matrix {name}")
    if hasattr(value, "tolist"):
        value = value.tolist()
    return Eigenvalues.of(value, f"matrix {name}")


LARGEST_SIZE = 10**300  # double precision begins every path
INFINITE = ("oo", "inf")  # of sympy and of texts, and of floats


def number_of(symbol: Symbol, value: object, spaces: tuple[Expr, ...], bound: Container[Symbol]) -> Expr:
    name = str(symbol)
    place = f"dimension {name}" if symbol in spaces else f"parameter {name}"
    if isinstance(value, (list, tuple, range)) or (isinstance(value, np.ndarray) and value.ndim):
        raise InputError(place, f"{shown(value)} is not one number", "give one, or take evaluate_array for many")
    if symbol in spaces:
        if str(value) in INFINITE:
            return oo
        number = exact_number(value, place)
        if not number.is_Integer or number < 1:
            raise InputError(place, f"{shown(value)} is not a positive integer", "give a size of at least 1")
        if number > LARGEST_SIZE:
            raise InputError(place, f"{shown(value)} is larger than 10^300", "give a smaller size")
        return number
    number = exact_number(value, place)
    if symbol in bound:
        why = "and a variance, covariance or spectrum depends on it"
        if number.is_real is not True:
            raise InputError(place, f"{value} is not a real number, {why}", "give a real number")
        if symbol.is_positive and number.is_negative:
            raise InputError(place, f"{value} is negative, {why}", "give a positive number")
    return number


def fit_list(
    matrix: MatrixSymbol,
    length: int,
    numbers: dict[Symbol, Expr],
    sizes: dict[Expr, tuple[int, str]],
) -> None:
    space = matrix.shape[0]
    if space in sizes and sizes[space][0] != length:
        other_length, other = sizes[space]
        raise InputError(
            f"matrix {matrix.name}",
            f"it has {length} eigenvalues, but {other} on the same space {space} has {other_length}",
            "give lists of one length",
        )
    sizes[space] = length, str(matrix.name)
    present = space if space.is_Integer else numbers.get(space)
    if present is not None and present != length:
        raise InputError(
            f"matrix {matrix.name}",
            f"it has {length} eigenvalues, but {space} = {present}",
            f"leave {space} out or give {present} eigenvalues",
        )
    if not space.is_Integer:
        numbers[space] = exact_number(length, str(space))


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
    return number.is_extended_real is False or bool(number.is_negative and symbol.is_nonnegative)
