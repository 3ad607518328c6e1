"""Spectra that are given beside the numbers of a point, put into a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sympy import Expr, MatrixSymbol

from planaria.ensembles.model import Model
from planaria.numerics.points.reading import spectrum_of

__all__ = ["with_spectra"]


def with_spectra(
    model: Model, given: Mapping[Any, Any], expressions: Iterable[Expr] = ()
) -> tuple[Model, dict[Any, Any]]:
    """The model with spectra or eigenvalues that are given for its matrices, by name or symbol; the other numbers.

    >>> from planaria.ensembles.library import load_model
    >>> model, rest = with_spectra(load_model("random-features").model, {"Lambda": [1, "0.5"], "N": 3})
    >>> [str(one) for _, one in model.spectra], rest
    (['Eigenvalues(values=(1, 1/2))'], {'N': 3})
    """
    covariances = [one for field in model.fields for one in (field.rows, field.cols) if one is not None]
    taken = {str(field.name) for field in model.fields}
    found = {matrix for matrix, _ in model.spectra}
    for expression in (*covariances, *expressions):
        found |= expression.atoms(MatrixSymbol)
    matrices = {str(one.name): one for one in found if str(one.name) not in taken}
    own = {key: value for key, value in given.items() if str(getattr(key, "name", key)) in matrices}
    spectra = {
        matrices[str(getattr(key, "name", key))]: spectrum_of(value, str(key)) for key, value in own.items()
    }
    rest = {key: value for key, value in given.items() if key not in own}
    return (model.with_spectra(spectra) if spectra else model), rest
