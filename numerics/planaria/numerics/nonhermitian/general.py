"""Densities of any shape: on a grid, which is mirrored at the real axis as the eigenvalues are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from planaria.numerics.nonhermitian.atoms import atoms_on_the_axis
from planaria.numerics.nonhermitian.boundary import lines_between
from planaria.numerics.nonhermitian.integrals import CORE, check_mass, mass_on_rays, pieces_of_rays
from planaria.numerics.nonhermitian.points import Solver
from planaria.numerics.nonhermitian.values import PlaneDensity

__all__ = ["general_density"]

Floats = NDArray[np.float64]

RAYS = (24, 80)  # angles between 0 and pi, the next where mass is missing
MISSING = 2e-3  # mass, from which on there are more of them
LOOKED_FOR = 1e-4  # missing mass, from which on atoms are looked for
MARGIN = 0.06  # of the grid, beyond the support
FLATTEST = 0.05  # of the grid's width, its height
OFF = 0.5  # of the size, how far from 0 the mean may be that 0 is the centre of the rays


def general_density(solver: Solver, variable: str, centre: float, points: int) -> PlaneDensity:
    """The density on about so many points of a grid.

    Raises InputError where it does not hold all eigenvalues.
    """
    origin = 0.0 if abs(centre) < OFF * solver.size else centre
    atoms = None
    for count in RAYS:
        turns = np.exp(1j * np.pi * (np.arange(count) + 0.5) / count)
        rays = pieces_of_rays(solver, origin, turns)
        mass = mass_on_rays(solver, origin, turns, rays)
        if atoms is None:
            atoms = atoms_on_the_axis(solver) if abs(mass - 1) > LOOKED_FOR or origin == 0 else ()
        mass += sum(atom.weight for atom in atoms if abs(atom.x - origin) > CORE * solver.size)
        if abs(mass - 1) < MISSING:
            break
    assert atoms is not None
    check_mass(mass, atoms)
    ends = np.array(
        [origin + turn * end for turn, pieces in zip(turns, rays, strict=True) for p in pieces for end in p]
    )
    x, y = _grid(ends, points)
    half = solver.at((x + 1j * y[y > 0][:, np.newaxis]).ravel())
    rho = half.rho.reshape(-1, len(x))
    inside = half.inside.reshape(-1, len(x))
    lines = lines_between(solver, x, y, np.concatenate([inside[::-1], inside]))
    boundary = tuple(np.asarray(np.stack([one.real, one.imag], axis=1), dtype=float) for one in lines)
    return PlaneDensity(variable, x, y, np.concatenate([rho[::-1], rho]), boundary, atoms, mass, centre, None)


def _grid(ends: NDArray[np.complex128], points: int) -> tuple[Floats, Floats]:
    """Columns, and rows on both sides of the real axis and none on it, about the points where rays end."""
    low, high, top = ends.real.min(), ends.real.max(), np.abs(ends.imag).max()
    width = (high - low) * (1 + 2 * MARGIN)
    height = max(2 * top * (1 + MARGIN), FLATTEST * width)
    columns = max(4, round((points * width / height) ** 0.5))
    rows = 2 * max(2, round(points / columns / 2))
    middle = (low + high) / 2
    x = np.linspace(middle - width / 2, middle + width / 2, columns)
    return x, (np.arange(rows) - (rows - 1) / 2) * height / (rows - 1)
