"""Densities that depend on the distance from a centre alone: one ray tells them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from planaria.numerics.nonhermitian.atoms import atom_near
from planaria.numerics.nonhermitian.integrals import DEEPEST, check_mass, mass_on_rays, pieces_of_rays
from planaria.numerics.nonhermitian.points import Solver
from planaria.numerics.nonhermitian.values import PlaneDensity, Radial
from planaria.numerics.spectral.moments import nodes_of

__all__ = ["radial_density"]

Floats = NDArray[np.float64]

TURN = np.exp(0.7j)  # the direction of the ray
MARGIN = 0.06  # of the grid, beyond the support
CORNERS = 181  # of a circle


def radial_density(solver: Solver, variable: str, centre: float, points: int) -> PlaneDensity:
    """The density with its radial form, of so many distances.

    Raises InputError where it does not hold all eigenvalues.
    """
    turns = np.array([TURN])
    rays = pieces_of_rays(solver, centre, turns)
    mass = mass_on_rays(solver, centre, turns, rays)
    atom = atom_near(solver, centre)
    atoms = () if atom is None else (atom,)
    check_mass(mass, atoms)
    rings = tuple(rays[0])
    pieces = [(max(low, DEEPEST * solver.size), high) for low, high in rings]
    share = max(3, points // len(pieces))
    r = np.unique(np.concatenate([nodes_of(piece, share)[0] for piece in pieces]))
    here = solver.at(centre + r * TURN)
    radial = Radial(r, here.rho, (here.values * r * TURN).real, rings)
    count = 2 * max(2, round(points**0.5 / 2))
    offsets = (1 + MARGIN) * rings[-1][1] * np.linspace(-1, 1, count)
    distances = np.round(np.hypot(offsets, offsets[:, np.newaxis]), 14)
    single, which = np.unique(distances, return_inverse=True)
    rho = solver.at(centre + single * TURN).rho[which].reshape(distances.shape)
    circle = np.exp(2j * np.pi * np.linspace(0, 1, CORNERS))
    lines = [centre + edge * circle for ring in reversed(rings) for edge in reversed(ring) if edge > 0]
    boundary = tuple(np.stack([one.real, one.imag], axis=1) for one in lines)
    return PlaneDensity(variable, centre + offsets, offsets, rho, boundary, atoms, mass, centre, radial)
