"""Edges of bands: where the real solution of a gap folds back, found without leaving the real axis.

Towards an edge x runs into a fold: the Jacobian of the equations becomes singular there, as 1 is an eigenvalue of
the ladder. Along the solution, measured by how far the loops have moved, nothing happens but that x turns. So the
turning point is a zero of dx/ds for the secant method; of it x is right to twice the digits of s.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planaria.numerics.plane.loops import Complexes
from planaria.numerics.spectral.resolvent import Resolvent

__all__ = ["folds"]

Floats = NDArray[np.float64]

STEP = 1e-5  # relative, of the derivative by x: a factor of it moves no zero
MOST_STEPS = 25
MOST_CORRECTIONS = 8
CORRECTED = 1e-13  # relative step of the loops
SETTLED = 1e-14  # relative change of x
FIRST = 0.05  # of the loops' size, the first step
LONGEST = 3.0  # times the last step
BEYOND = 1e-3  # of the ladder's radius from 1 at an edge
REAL = 1e-8


@dataclass(frozen=True)
class _Places:
    """Points on solutions of the equations: x, the loops, and the slope of x along them."""

    x: Complexes
    loops: Complexes
    slope: Complexes


def folds(resolvent: Resolvent, outside: Floats, inside: Floats, loops: Complexes) -> Floats:
    """The edges between points outside of bands, whose loops are known, and points inside; nan for none.

    All arrays have one entry a band's edge; the loops have the shape (edges, loops).
    """
    count = len(outside)
    if not count or not loops.shape[1]:
        return np.full(count, np.nan)
    with np.errstate(all="ignore"):
        scale = np.maximum(np.abs(loops), 1e-3 * np.abs(loops).max(axis=1, keepdims=True))
        x = outside.astype(complex)
        tangent = _tangent(resolvent, x, loops) * np.sign(inside - outside)[:, np.newaxis]
        # Loops are measured along the way in which they move at first.
        direction = tangent / scale
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        measure = direction.conj() / scale
        here = _Places(x, loops, _slope(resolvent, x, loops, measure)[0])
        moves = np.full(count, FIRST)
        last = here
        done = np.zeros(count, dtype=bool)
        for step in range(MOST_STEPS):
            here, last = _moved(resolvent, here, moves, measure, done), here
            change = np.abs(here.x - last.x)
            done |= (change <= SETTLED * np.abs(here.x)) & (step > 1)
            if done.all():
                break
            bend = (here.slope - last.slope) / moves
            wanted = np.nan_to_num(np.real(-here.slope / bend), nan=0.0, posinf=LONGEST, neginf=-LONGEST)
            room = LONGEST * np.abs(moves)
            moves = np.where(done, 0.0, np.clip(wanted, -room, room))
        low, high = np.minimum(outside, inside), np.maximum(outside, inside)
        found = here.x.real
        margin = REAL * np.abs(found)
        good = done & (np.abs(here.x.imag) <= margin) & (found >= low - margin) & (found <= high + margin)
        radius = resolvent.plane.radius(resolvent.columns(here.x), here.loops)
        good &= np.abs(radius - 1) < BEYOND
    return np.where(good, found, np.nan)


def _by_x(resolvent: Resolvent, x: Complexes, loops: Complexes) -> Complexes:
    """The derivative of the equations by x, of shape (points, loops)."""
    step = STEP * np.abs(x)
    above, below = (resolvent.plane.image(resolvent.columns(x + s * step), loops) for s in (1, -1))
    found: Complexes = -(above - below) / (2 * step[:, np.newaxis])
    return found


def _tangent(resolvent: Resolvent, x: Complexes, loops: Complexes) -> Complexes:
    """How the loops move with x."""
    _, slopes = resolvent.plane.differences(resolvent.columns(x), loops)
    found: Complexes = np.linalg.solve(slopes, -_by_x(resolvent, x, loops)[..., np.newaxis])[..., 0]
    return found


def _bordered(
    resolvent: Resolvent, x: Complexes, loops: Complexes, measure: Complexes
) -> tuple[Complexes, Complexes]:
    """Residuals, and the matrix of equations and measure by loops and x."""
    count, size = loops.shape
    residual, slopes = resolvent.plane.differences(resolvent.columns(x), loops)
    matrix = np.zeros((count, size + 1, size + 1), dtype=complex)
    matrix[:, :size, :size], matrix[:, :size, size], matrix[:, size, :size] = (
        slopes,
        _by_x(resolvent, x, loops),
        measure,
    )
    return residual, matrix


def _slope(
    resolvent: Resolvent, x: Complexes, loops: Complexes, measure: Complexes
) -> tuple[Complexes, Complexes]:
    """The slopes of x and of the loops along the solution."""
    _, matrix = _bordered(resolvent, x, loops, measure)
    right = np.zeros((*loops.shape[:1], loops.shape[1] + 1, 1), dtype=complex)
    right[:, -1] = 1
    found = _solved(matrix, right)
    return found[:, -1], found[:, :-1]


def _solved(matrix: Complexes, right: Complexes) -> Complexes:
    """Bordered systems, in the scales of their rows and columns; nan for a singular one."""
    rows = np.abs(matrix).max(axis=2, keepdims=True)
    scaled = matrix / np.where(rows > 0, rows, 1)
    columns = np.abs(scaled).max(axis=1, keepdims=True)
    columns = np.where(columns > 0, columns, 1)
    good = np.asarray(np.isfinite(scaled).all(axis=(1, 2)))
    scaled = np.where(good[:, np.newaxis, np.newaxis], scaled / columns, np.eye(matrix.shape[1]))
    try:
        found = np.linalg.solve(scaled, right / np.where(rows > 0, rows, 1))[..., 0]
    except np.linalg.LinAlgError:
        return np.full(right.shape[:2], np.nan, dtype=complex)
    found = found / columns[:, 0, :]
    found[~good] = np.nan
    return found


def _moved(
    resolvent: Resolvent, here: _Places, moves: Floats, measure: Complexes, done: NDArray[np.bool_]
) -> _Places:
    """The places further along their solutions; those that are done stay."""
    slope, direction = _slope(resolvent, here.x, here.loops, measure)
    x, loops = here.x + moves * slope, here.loops + moves[:, np.newaxis] * direction
    for _ in range(MOST_CORRECTIONS):
        residual, matrix = _bordered(resolvent, x, loops, measure)
        step = _solved(matrix, np.concatenate([residual, np.zeros((len(x), 1))], axis=1)[..., np.newaxis])
        loops, x = loops - step[:, :-1], x - step[:, -1]
        settled = np.abs(step[:, :-1]) <= CORRECTED * np.abs(loops)
        if settled[~done].all():
            break
    x, loops = np.where(done, here.x, x), np.where(done[:, np.newaxis], here.loops, loops)
    return _Places(x, loops, _slope(resolvent, x, loops, measure)[0])
