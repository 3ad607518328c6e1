"""Which of many points in double precision are confirmed by the unreduced equations.

The same three questions as for one number (`verification`), asked of whole arrays: do the loops that the closed
form claims come back, does the value, and is the ladder's spectral radius below 1? Rounding takes the place of
digits: near a critical point a residual is amplified by 1/(1 - radius) in the loops, and once more in the value,
whose ladders have the same denominators. What this bound does not leave nine digits is not confirmed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr

from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.numerics.equations.cramer import propagators_at
from planaria.numerics.equations.functions import functions_of
from planaria.numerics.equations.ladder import ladder, radii
from planaria.numerics.equations.unreduced import Numbers, unreduced
from planaria.numerics.points.problem import Problem
from planaria.numerics.solving.direct import float_numbers

__all__ = ["confirmed"]

Floats = NDArray[np.float64]

ACCURACY = 1e-9  # relative, of a value that counts as known
ROUNDING = float(np.finfo(float).eps)
MOST_NUMBERS = 2**17  # entries of one array that is worked on at once


def confirmed(
    problem: Problem, columns: Mapping[str, Floats], unknowns: Floats, values: Floats
) -> NDArray[np.bool_]:
    """Whether each value stands.

    Parameters
    ----------
    problem
        The derivation at the first point: what does not change is taken from here.
    columns
        The parameters and dimensions that change, by name, each of shape (points,).
    unknowns
        The unknowns of the closed form, of shape (points, unknowns).
    values
        What the closed form gives, of shape (points,).
    """
    if ladder(problem.derivation).missing:
        return np.zeros(len(values), dtype=bool)  # loops to be found first: point by point
    base = float_numbers(problem)
    nodes = max((np.size(weights) for _, weights in base.nodes.values()), default=1)
    length = max(1, MOST_NUMBERS // nodes)
    found = np.zeros(len(values), dtype=bool)
    with np.errstate(all="ignore"):
        for start in range(0, len(values), length):
            part = slice(start, start + length)
            here = {name: column[part] for name, column in columns.items()}
            found[part] = _chunk(problem, base, here, unknowns[part], values[part])
    return found


def _chunk(
    problem: Problem, base: Numbers, columns: Mapping[str, Floats], unknowns: Floats, values: Floats
) -> NDArray[np.bool_]:
    numbers = _moved(problem, base, columns)
    loops = _loops(problem, numbers, unknowns)
    good = _stands(problem, numbers, loops, values)
    if not good.all():
        # Where a loop is next to nothing the closed form may have lost its digits: one more turn restores them.
        propagators = propagators_at(problem.derivation, numbers, loops)
        symbols = list(loops)
        turned = unreduced(problem.derivation).image(numbers, symbols, propagators)
        good |= _stands(problem, numbers, dict(zip(symbols, turned, strict=True)), values)
    return good


def _stands(problem: Problem, numbers: Numbers, loops: Mapping[Any, Any], values: Floats) -> NDArray[np.bool_]:
    """Whether loops come back and give the values, for each point."""
    equations = unreduced(problem.derivation)
    propagators = propagators_at(problem.derivation, numbers, loops)
    worst = np.full((len(values), 1), ROUNDING)  # where loops come back to the last bit, that is luck
    for claimed, image, _, vanishes in equations.residuals(numbers, loops, propagators):
        if not vanishes:
            scale = np.maximum(np.abs(claimed), np.abs(image))
            worst = np.maximum(worst, np.where(scale > 0, np.abs(image - claimed) / scale, 0.0))
    radius = radii(problem.derivation, numbers, propagators)
    read = np.broadcast_to(equations.value(numbers, propagators), (len(values), 1))[:, 0]
    mismatch = np.abs(read - values) / np.abs(values)
    distance = 1 - radius
    bound = worst[:, 0] / np.minimum(1.0, distance) ** 2
    return np.asarray((distance > 0) & (bound <= ACCURACY) & (mismatch <= ACCURACY), dtype=bool)


def _moved(problem: Problem, base: Numbers, columns: Mapping[str, Floats]) -> Numbers:
    """The numbers at all points of a chunk, as columns."""
    moved = {name: column[:, np.newaxis] for name, column in columns.items()}
    scalars = {g: moved.get(str(g), value) for g, value in base.scalars.items()}
    nodes = {
        space: (eigenvalues, weights if eigenvalues or str(space) not in moved else moved[str(space)])
        for space, (eigenvalues, weights) in base.nodes.items()
    }
    return Numbers(base.one, scalars, nodes)


def _loops(problem: Problem, numbers: Numbers, unknowns: Floats) -> dict[Any, Any]:
    """The loops that the closed form gives, as columns."""
    closed = problem.derivation.closed_form
    spectrum = {s: values for eigenvalues, _ in numbers.nodes.values() for s, values in eigenvalues.items()}
    weights = {s: counts for eigenvalues, counts in numbers.nodes.values() for s in eigenvalues}
    symbols = [u.symbol for u in closed.unknowns]
    at: dict[Expr, Any] = {**numbers.scalars, STRENGTH: 1.0}
    at |= {symbol: unknowns[:, n, np.newaxis] for n, symbol in enumerate(symbols)}
    at |= functions_of(closed, "numpy").columns_of_sums(at, spectrum, weights)
    return {symbol: ratio.evaluate(at, 1.0) for symbol, ratio in closed.loops}
