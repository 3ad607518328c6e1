"""Integrals over bands, and the exact moments that they are held against."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sympy import Trace
from sympy.matrices.expressions import MatPow

from planaria.algebra.errors import InputError
from planaria.derivations import derive
from planaria.derivations.derivation import Derivation
from planaria.numerics.points.problem import Problem
from planaria.numerics.solving.evaluate import evaluate
from planaria.numerics.spectral.axis import OnAxis
from planaria.numerics.spectral.bands import Atom
from planaria.numerics.spectral.resolvent import Resolvent

__all__ = ["exact_moment", "integral", "nodes_of"]

Floats = NDArray[np.float64]

DEEPEST = 1e-14  # of a band that ends at zero, down to which it is integrated


def nodes_of(piece: tuple[float, float], count: int) -> tuple[Floats, Floats]:
    """Nodes and weights for square-root edges: x = middle + half * sin(angle), or the same of log x.

    A piece that ends at zero, or spans more than a decade, is taken in log |x|.
    """
    low, high = piece
    sign = -1.0 if high <= 0 else 1.0
    near, far = sorted((abs(low), abs(high)))
    angle = (np.arange(count) + 0.5) / count * np.pi - np.pi / 2
    inner = np.cos(angle) * np.pi / count
    if near > 0.1 * far:
        x = (low + high) / 2 + (high - low) / 2 * np.sin(angle)
        return x, (high - low) / 2 * inner
    bottom, top = np.log(max(near, DEEPEST * far)), np.log(far)
    size = np.exp((bottom + top) / 2 + (top - bottom) / 2 * np.sin(angle))
    weights = (top - bottom) / 2 * inner * size
    if sign < 0:
        return -size[::-1], weights[::-1]
    return size, weights


def integral(order: int, parts: Sequence[tuple[OnAxis, Floats]], atoms: tuple[Atom, ...]) -> float:
    """The moment of an order: of density on nodes with weights, and of atoms."""
    total = sum(atom.weight * atom.x**order for atom in atoms)
    for here, weights in parts:
        rho = np.nan_to_num(here.rho)
        total += float(np.sum(weights * rho * here.x**order))
        near = int(np.argmin(np.abs(here.x)))
        if order == 0 and abs(here.x[near]) < 10 * DEEPEST * np.abs(here.x).max():
            total += _rest(here, near)
    return float(total)


def _rest(here: OnAxis, near: int) -> float:
    """The mass between the last node and zero, where the density is a power of x."""
    step = 1 if near == 0 else -1
    x, rho = np.abs(here.x[[near, near + 8 * step]]), here.rho[[near, near + 8 * step]]
    if not (rho > 0).all():
        return 0.0
    power = float(np.log(rho[1] / rho[0]) / np.log(x[1] / x[0]))
    return float(rho[0] * x[0] / (1 + power)) if power > -1 else 0.0


def exact_moment(resolvent: Resolvent, derivation: Derivation, problem: Problem, order: int) -> float | None:
    """The exact planar moment tr(A**order)/N; None where A is not seen, holds an inverse, or costs too much."""
    if resolvent.matrix is None:
        return None
    if any(one.exp.is_negative for one in resolvent.matrix.atoms(MatPow)):
        return None
    words = Trace(resolvent.matrix**order) / resolvent.matrix.shape[0]
    try:
        moment = derive(words, derivation.model)
    except InputError:  # the words of a high power may take more than the budget
        return None
    known = {s: number for s, number in problem.values.items() if s != resolvent.parameter}
    spectra = {matrix: spectrum for matrix, _, spectrum in problem.spectra}
    return float(evaluate(moment, {**known, **spectra}, digits=15))
