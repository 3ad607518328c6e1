"""The eigenvalues of a law at nodes: of which laws, from which size on, and their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from mpmath import mp, mpf
from sympy import Expr, Symbol, oo

from planaria.algebra.errors import InputError
from planaria.ensembles.spectra import Spectrum
from planaria.numerics.functions_of_position import Floats, Mpfs
from planaria.numerics.quadrature.of_laws import DEPTH, positions_of
from planaria.numerics.spectra import exact_parameters

__all__ = ["LARGE", "MOST", "MOST_PRECISE", "check_extent", "is_law", "law_nodes"]

LARGE = 2000  # eigenvalues up to which they are taken one by one
MOST = 10**7  # eigenvalues that are taken one by one
MOST_PRECISE = 10**5  # and with many digits where the nodes of a law do not serve
DOUBLE_BITS = 53
WORD = 64  # bits
DOUBLE_DEPTH = 320  # decimal places: behind them doubles are 0
GUARD = 20  # bits: powers lose some


def is_law(spectrum: Spectrum, values: Mapping[Symbol, Any]) -> bool:
    """Whether eigenvalues fall as a law says which sums know."""
    return spectrum.free_symbols <= set(values) and _decay(spectrum, values, "spectrum") is not None


def check_extent(size: Expr, place: str) -> None:
    """Raise InputError for more eigenvalues than can be taken one by one."""
    if size > MOST:
        raise InputError(
            place,
            f"its {size} eigenvalues would be taken one by one: they follow no law that sums know, share their "
            "space with another matrix, or stand in other sums than those over simple poles",
            f"give at most {MOST:,}",
        )


def law_nodes(
    spectrum: Spectrum, size: Expr, values: Mapping[Symbol, Any], degree: int, kind: type, place: str
) -> tuple[Any, Any, Any]:
    """Eigenvalues and weights in arrays of floats, or of mpmath's numbers at the working precision, and a floor.

    Parameters
    ----------
    size
        Of the space; oo for infinitely many.
    degree
        Of the terms that are summed.
    kind
        float or mpf.
    """
    numbers = exact_parameters(spectrum, values, place)
    bits = DOUBLE_BITS if kind is float else -(-mp.prec // WORD) * WORD  # precisions of few, which are remembered
    return _law_nodes(spectrum, size, tuple(sorted(numbers.items())), degree, kind, bits)


@lru_cache(maxsize=32)
def _law_nodes(
    spectrum: Spectrum, size: Expr, parameters: tuple[tuple[str, Expr], ...], degree: int, kind: type, bits: int
) -> tuple[Any, Any, Any]:
    """The same, remembered: other points of a spectrum need other numbers for nothing of it."""
    numbers = dict(parameters)
    decay = spectrum.decay(numbers)
    assert decay is not None
    depth = DOUBLE_DEPTH if kind is float else DEPTH
    infinite = size == oo
    found = positions_of(decay, degree, bits, None if infinite else int(size), DEPTH if infinite else depth)
    with mp.workprec(bits + GUARD):
        functions = Mpfs(_to_mpf)
        floor = mpf(0) if found.cut is None else abs(_at(spectrum, mpf(found.cut), numbers, functions))
        if kind is float:
            positions = np.array([float(x) for x in found.nodes])
            column = np.asarray(spectrum.at(positions, 0, numbers, Floats(float)), dtype=float)
            weights = np.array([float(x) for x in found.weights])
        else:
            column = np.array([_at(spectrum, x, numbers, functions) for x in found.nodes], dtype=object)
            weights = np.array(found.weights, dtype=object)
        if found.zeros:
            column, weights = np.append(column, kind(0)), np.append(weights, kind(found.zeros))
    for one in (column, weights):
        one.setflags(write=False)  # they are shared
    return column, weights, floor


def _at(spectrum: Spectrum, position: mpf, numbers: Mapping[str, Expr], functions: Mpfs) -> mpf:
    return spectrum.at(position, 0, numbers, functions) * mpf(1)


def _decay(spectrum: Spectrum, values: Mapping[Symbol, Any], place: str) -> Any:
    return spectrum.decay(exact_parameters(spectrum, values, place))


def _to_mpf(number: Expr) -> mpf:
    if number.is_Rational:
        return mpf(int(number.p)) / int(number.q)
    return mp.make_mpf(number.evalf(mp.dps + 5)._mpf_)
