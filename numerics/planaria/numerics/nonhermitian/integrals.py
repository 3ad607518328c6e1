"""Integrals of a density over the plane, along rays from a point."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from planaria.algebra.errors import InputError
from planaria.numerics.nonhermitian.atoms import circles
from planaria.numerics.nonhermitian.boundary import crossings
from planaria.numerics.nonhermitian.points import Solver
from planaria.numerics.nonhermitian.values import PlaneAtom
from planaria.numerics.plane.loops import Complexes

__all__ = ["CORE", "check_mass", "mass_on_rays", "pieces_of_rays"]

Floats = NDArray[np.float64]
Piece = tuple[float, float]

CORE = 4e-3  # of the support's size: what lies within is known by a circle
DEEPEST = 1e-3  # of it: the first distance of a ray
DECADES, EVEN = 12, 40  # distances of a ray that are scanned for edges, in decades and evenly
NODES = 20  # of each piece of a ray
STEEP = 4.0  # between the ends of a piece that is taken in the logarithm
MASS = 5e-3  # of 1, that density and atoms may miss


def pieces_of_rays(solver: Solver, centre: float, turns: Complexes) -> list[list[Piece]]:
    """For each direction the distances from a centre between which there are eigenvalues; 0 is the centre."""
    reach = 1.02 * (solver.size + abs(centre))
    r = np.union1d(reach * np.geomspace(DEEPEST, 1, DECADES), reach * np.linspace(0, 1, EVEN + 1)[1:])
    w = centre + turns[:, np.newaxis] * r
    inside = solver.at(w.ravel()).inside.reshape(w.shape)
    ray, place = np.nonzero(inside[:, :-1] != inside[:, 1:])
    rises = inside[ray, place + 1]
    one, other = w[ray, place], w[ray, place + 1]
    roots = np.abs(crossings(solver, np.where(rises, one, other), np.where(rises, other, one)) - centre)
    found: list[list[Piece]] = []
    for n in range(len(turns)):
        ends = [float(x) for x in roots[ray == n]]
        if inside[n, 0]:
            ends.insert(0, 0.0)
        found.append(list(zip(ends[::2], ends[1::2], strict=True)))
    return found


def mass_on_rays(solver: Solver, centre: float, turns: Complexes, rays: list[list[Piece]]) -> float:
    """The share of all eigenvalues that the density holds, by rays of equal angles, and by a circle at the centre.

    An atom at the centre is in the circle.
    """
    core = CORE * solver.size
    share, _ = circles(solver, np.array([centre]), np.array([core]))
    points, weights = [], []
    for turn, pieces in zip(turns, rays, strict=True):
        for low, high in pieces:
            if high <= core:
                continue
            r, weight = _gauss(max(low, core), high)
            points.append(centre + turn * r)
            weights.append(2 * np.pi / len(turns) * r * weight)
    if not points:
        return float(share[0])
    here = solver.at(np.concatenate(points))
    return float(share[0] + np.sum(np.concatenate(weights) * np.nan_to_num(here.rho)))


def _gauss(low: float, high: float) -> tuple[Floats, Floats]:
    """Nodes and weights between two distances."""
    at, weight = np.polynomial.legendre.leggauss(NODES)
    if high <= STEEP * low:
        return (low + high) / 2 + (high - low) / 2 * at, (high - low) / 2 * weight
    bottom, top = np.log(low), np.log(high)
    r = np.exp((bottom + top) / 2 + (top - bottom) / 2 * at)
    return r, (top - bottom) / 2 * weight * r


def check_mass(mass: float, atoms: tuple[PlaneAtom, ...]) -> None:
    """Raise InputError where density and atoms do not hold all eigenvalues."""
    if np.isnan(mass):
        raise InputError(
            "density",
            "the Hermitised equations were not solved near the centre of the eigenvalues",
            "ask for a matrix with fewer factors; its eigenvalues can be drawn",
        )
    if abs(mass - 1) > MASS:
        raise InputError(
            "density",
            f"density and {len(atoms)} atoms that were found hold {mass:.4g} of all eigenvalues: others lie on "
            "lines, or where the density is too narrow",
            "give a matrix whose eigenvalues fill an area; of one with real eigenvalues, the density on the axis",
        )
