"""A positive spectrum as few nodes and weights, for sums of rational functions with poles off the positive axis.

Such functions are analytic in the logarithm t of the eigenvalue where |Im t| < pi. So eigenvalues are put into
bins in t, and those of a bin are replaced by the Gauss rule of their own discrete measure in t, whose m nodes are
exact for polynomials of degree 2m - 1. Its error falls as rho**(-2m), rho being that of the largest ellipse round
the bin that has no pole inside, uniformly for all poles on the axis of negative numbers, 0 included.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import cos, exp, hypot, log, pi

import numpy as np
from numpy.typing import NDArray

__all__ = ["DEGREE", "Rule", "bound", "merged"]

Column = NDArray[np.float64]

WIDTH = log(16.0)  # of a bin in the logarithm of the eigenvalue
DEGREE = 4  # powers of eigenvalues and of their denominators for which bounds are stated
TARGET = 1e-14  # relative, of the bound of a rule
HEIGHTS = 60  # ellipses that are tried for the best bound


@dataclass(frozen=True)
class Rule:
    """Nodes and weights, each of shape (nodes,), and a bound on the relative error of sums of positive terms."""

    nodes: Column
    weights: Column
    error: float


def bound(width: float, count: int) -> float:
    """A bound on the relative error of a Gauss rule with so many nodes on a bin of a width in the logarithm.

    For terms lambda**a / product of (lambda + Delta_i)**b_i, 0 <= a <= DEGREE, the b_i at most DEGREE together. On
    an ellipse of half-axes X and Y < pi in the logarithm such a term is at most
    exp(DEGREE (X + width/2)) / cos(Y/2)**DEGREE times its least value in the bin, and the error is at most
    4 rho**(-2 count) / (1 - 1/rho) times its largest one (twice the best approximation of degree 2 count - 1).

    >>> bound(1.0, 10) < 1e-9 < bound(1.0, 4)
    True
    """
    half = width / 2
    if half == 0:
        return 0.0
    best = float("inf")
    for k in range(1, HEIGHTS):
        height = pi * k / HEIGHTS
        across = hypot(height, half)
        rho = (across + height) / half
        growth = exp(DEGREE * (across + half)) / cos(height / 2) ** DEGREE
        best = min(best, 4 * growth * rho ** (-2 * count) / (1 - 1 / rho))
    return best


@cache
def _fewest() -> int:
    """Nodes of a bin that bring its bound below the target."""
    return next(m for m in range(1, 200) if bound(WIDTH, m) <= TARGET)


def merged(eigenvalues: Column, weights: Column) -> Rule:
    """The rule of a discrete measure of positive eigenvalues; zeros stay as they are.

    Parameters
    ----------
    eigenvalues, weights
        Distinct eigenvalues >= 0 and how often each counts, of shape (eigenvalues,).

    >>> rule = merged(np.arange(1.0, 10001.0) ** -1.5, np.ones(10000))
    >>> len(rule.nodes) < 120, rule.error <= 1e-13, round(float(rule.weights.sum()), 6)
    (True, True, 10000.0)
    """
    order = np.argsort(eigenvalues, kind="stable")
    eigenvalues, weights = eigenvalues[order], weights[order]
    count = _fewest()
    positive = int(np.searchsorted(eigenvalues, 0.0, side="right"))
    parts = [(eigenvalues[:positive], weights[:positive])]
    error = 0.0
    first = positive
    while first < len(eigenvalues):
        last = int(np.searchsorted(eigenvalues, eigenvalues[first] * exp(WIDTH), side="right"))
        if last - first <= count:
            parts.append((eigenvalues[first:last], weights[first:last]))
        else:
            # Of the roots: the product of the eigenvalues may overflow.
            centre = float(np.sqrt(eigenvalues[first]) * np.sqrt(eigenvalues[last - 1]))
            logarithms = np.log(eigenvalues[first:last] / centre)
            places, masses = _gauss(logarithms, weights[first:last], count)
            parts.append((centre * np.exp(places), masses))
            error = TARGET
        first = last
    return Rule(np.concatenate([n for n, _ in parts]), np.concatenate([w for _, w in parts]), error)


def _gauss(places: Column, weights: Column, count: int) -> tuple[Column, Column]:
    """The Gauss rule of a discrete measure, by Lanczos' method with full orthogonalisation."""
    total = weights.sum()
    vector = np.sqrt(weights / total)
    basis = np.empty((count, len(places)))
    diagonal, beside = np.empty(count), np.empty(count)
    for k in range(count):
        basis[k] = vector
        image = places * vector
        diagonal[k] = image @ vector
        for _ in range(2):  # once more for what rounding has left
            image = image - basis[: k + 1].T @ (basis[: k + 1] @ image)
        beside[k] = np.sqrt(image @ image)
        vector = image / beside[k] if beside[k] else image
    matrix = np.diag(diagonal) + np.diag(beside[: count - 1], 1) + np.diag(beside[: count - 1], -1)
    nodes, vectors = np.linalg.eigh(matrix)
    return nodes, total * vectors[0] ** 2
