"""How many digits the eigenvalues hold that somebody gives, and what an estimate says of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import MatrixSymbol

from planaria.ensembles.estimate import Estimate
from planaria.ensembles.spectra import Eigenvalues, Spectrum

__all__ = ["digits_of", "eigenvalues_of", "notes_on_digits", "with_notes"]


def digits_of(kind: np.dtype[Any]) -> int:
    """The decimal digits that numbers of a type hold, as doubles.

    >>> digits_of(np.dtype("float64")), digits_of(np.dtype("float32")), digits_of(np.dtype("int64"))
    (16, 7, 16)
    """
    most = int(np.finfo(np.float64).precision) + 1
    return min(int(np.finfo(kind).precision) + 1, most) if kind.kind == "f" else most


def eigenvalues_of(array: NDArray[Any], place: str) -> Eigenvalues:
    """An array of eigenvalues, with the digits that its type holds. Raises InputError as `Eigenvalues.of` does.

    >>> eigenvalues_of(np.array([1, 1 / 3], dtype="float32"), "matrix A").digits
    7
    >>> eigenvalues_of(np.array([1, 0.5]), "matrix A").digits is None
    True
    """
    found = Eigenvalues.of((array.astype(np.float64) if array.dtype.kind == "f" else array).tolist(), place)
    return found if found.digits is None else replace(found, digits=digits_of(array.dtype))


def notes_on_digits(spectra: Iterable[tuple[MatrixSymbol, Spectrum]], digits: int) -> tuple[str, ...]:
    """A sentence for each list of eigenvalues that holds fewer digits than a value is given with.

    >>> A = MatrixSymbol("A", 2, 2)
    >>> notes_on_digits([(A, Eigenvalues.of([1, 1 / 3]))], 12)
    ()
    >>> print(*notes_on_digits([(A, Eigenvalues.of([1, 1 / 3]))], 20))
    the eigenvalues of A hold 16 digits: of the 20 that are given at most 16 are known, the others are those of \
exactly these numbers
    """
    return tuple(
        f"the eigenvalues of {matrix.name} hold {spectrum.digits} digits: of the {digits} that are given at most "
        f"{spectrum.digits} are known, the others are those of exactly these numbers"
        for matrix, spectrum in spectra
        if isinstance(spectrum, Eigenvalues) and spectrum.digits is not None and spectrum.digits < digits
    )


def with_notes(estimate: Estimate, spectra: Iterable[tuple[MatrixSymbol, Spectrum]]) -> Estimate:
    """An estimate with these notes."""
    notes = notes_on_digits(spectra, estimate.digits)
    return replace(estimate, notes=notes) if notes else estimate
