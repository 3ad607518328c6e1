"""Eigenvalues of which some stand for many: what formulas sum over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Symbol

__all__ = ["Weighted", "total"]


class Weighted(dict[Symbol, Any]):
    """Eigenvalues by their symbol, in arrays, and how often each counts where that is not once.

    Attributes
    ----------
    weights
        For a spectrum that is taken at nodes: their weights, in an array of the same shape.
    floors
        Below which eigenvalue those of such a spectrum count as 0, or by their sum alone; 0 for none.

    >>> import numpy as np
    >>> lam = Symbol("lambda")
    >>> spectrum = Weighted({lam: np.array([5.0, 6.0])}, {lam: np.array([10.0, 1.0])})
    >>> float(total(np.array([1.0, 2.0]), lam, spectrum))
    12.0
    """

    def __init__(
        self,
        nodes: Mapping[Symbol, Any],
        weights: Mapping[Symbol, Any] | None = None,
        floors: Mapping[Symbol, Any] | None = None,
    ) -> None:
        super().__init__(nodes)
        self.weights: dict[Symbol, Any] = dict(weights or {})
        self.floors: dict[Symbol, Any] = dict(floors or {})


def total(terms: Any, symbol: Symbol, spectrum: Mapping[Symbol, Any]) -> Any:
    """The sum of terms, one for each eigenvalue."""
    weights = spectrum.weights.get(symbol) if isinstance(spectrum, Weighted) else None
    return terms.sum() if weights is None else (terms * weights).sum()
