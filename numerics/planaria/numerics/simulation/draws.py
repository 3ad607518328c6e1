"""One draw of a field: standard entries by its law, with numbers for its variance and covariances."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planaria.algebra.errors import InputError
from planaria.ensembles.model import Gaussian

__all__ = ["draw"]

_NO_PARAMETERS: Mapping[str, float] = MappingProxyType({})


def draw(
    field: Gaussian,
    shape: tuple[int, int],
    rng: np.random.Generator,
    *,
    variance: float,
    rows: NDArray[np.float64] | None = None,
    cols: NDArray[np.float64] | None = None,
    parameters: Mapping[str, float] = _NO_PARAMETERS,
) -> NDArray[Any]:
    """One sample of a field, with the conventions of ``planaria.ensembles.model``.

    Parameters
    ----------
    field
        The field; its law is used, its symbolic variance, covariances and parameters are given as numbers.
    shape
        Rows and columns.
    rng
        The source of random numbers.
    variance
        The value of ``field.variance``.
    rows, cols
        Eigenvalues of the covariances, of shapes (shape[0],) and (shape[1],); ones if None. A field that is
        square by its law has only ``rows``.
    parameters
        The values of the parameters of its law, such as ``rho``.

    Returns
    -------
    An array of the given shape: float64 for the laws of real matrices, complex128 for the others.

    Raises
    ------
    InputError
        For a negative or infinite variance, a negative eigenvalue, a length that does not fit the shape, a
        parameter that is missing or out of its range.

    >>> from sympy import MatrixSymbol
    >>> field = Gaussian(MatrixSymbol("h", 2, 2), kind="hermitian")
    >>> h = draw(field, (2, 2), np.random.default_rng(1), variance=1.0)
    >>> bool((h == h.conj().T).all()), h.dtype
    (True, dtype('complex128'))
    """
    place = f"field {field.name}"
    if not 0 <= variance < math.inf:
        raise InputError(place, f"the variance is {variance}", "give values that make it finite and >= 0")
    law = field.law
    if law.is_square and (shape[0] != shape[1] or cols is not None):
        raise InputError(
            place, f"{law.title} field has one covariance, and one size", "give rows and a square shape"
        )
    missing = sorted(set(law.parameters) - set(parameters))
    problem = (f"{missing[0]} has no value", f"give {missing[0]}") if missing else law.check(parameters)
    if problem is not None:
        raise InputError(place, *problem)
    left, right = _root(rows, shape[0], place), _root(rows if law.is_square else cols, shape[1], place)
    sample: NDArray[Any] = law.sample(rng, shape, parameters)  # ours alone: scaled where it is
    if right is None:
        sample *= math.sqrt(variance) if left is None else (math.sqrt(variance) * left)[:, np.newaxis]
    else:
        sample *= math.sqrt(variance) * (1 if left is None else left[:, np.newaxis]) * right
    return sample


def _root(covariance: NDArray[np.float64] | None, length: int, place: str) -> NDArray[np.float64] | None:
    if covariance is None:
        return None
    if covariance.shape != (length,):
        problem = f"a covariance has the shape {covariance.shape}, but the dimension is {length}"
        raise InputError(place, problem, "give one eigenvalue for each index")
    if not (covariance >= 0).all() or not np.isfinite(covariance).all():
        raise InputError(
            place, "a covariance has an eigenvalue that is negative or infinite", "give eigenvalues >= 0"
        )
    root: NDArray[np.float64] = np.sqrt(covariance)
    return root
