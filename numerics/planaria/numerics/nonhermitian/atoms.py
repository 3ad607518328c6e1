"""Eigenvalues of a finite share, by the argument's principle: G has the residue of a weight at each.

The share of eigenvalues within a circle is the integral of G along it, divided by 2 pi i. About a smooth density
it falls with the area of the circle, about an atom it stays.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from planaria.numerics.nonhermitian.points import Solver
from planaria.numerics.nonhermitian.values import PlaneAtom
from planaria.numerics.plane.loops import Complexes

__all__ = ["atom_near", "atoms_on_the_axis", "circles"]

Floats: TypeAlias = NDArray[np.float64]

AROUND = 48  # points of a circle
FIRST = 16  # circles along the axis
LEVELS = 6  # of circles of half the radius
LEAST = 1e-3  # share that is looked for
RADII = (2e-3, 4e-3, 8e-3)  # of the size of the support: circles about one atom
SAME = 4e-3  # of that size: one atom
CENTRED = 3  # rounds in which its place is found
NOISE = 1e-9
ZERO = 1e-7  # of the size of the support


def circles(solver: Solver, centres: Floats, radii: Floats) -> tuple[Floats, Complexes]:
    """The shares of eigenvalues within circles about real centres, and the sums of these eigenvalues over N."""
    half = np.exp(1j * np.pi * (np.arange(AROUND // 2) + 0.5) / (AROUND // 2))
    w = centres[:, np.newaxis] + radii[:, np.newaxis] * half
    values = solver.at(w.ravel()).values.reshape(w.shape)
    turned = values * radii[:, np.newaxis] * half
    shares: Floats = turned.real.mean(axis=1)  # the lower halves are the conjugates of the upper ones
    return shares, (turned * w).real.mean(axis=1)


def atoms_on_the_axis(solver: Solver) -> tuple[PlaneAtom, ...]:
    """Atoms that are real, ascending."""
    radius = solver.size / FIRST
    centres = solver.size * (2 * np.arange(FIRST) + 1 - FIRST) / FIRST * 1.003
    radius *= 1.3
    for level in range(LEVELS):
        shares, sums = circles(solver, centres, np.full(len(centres), radius))
        keep = shares > LEAST
        if not keep.any():
            return ()
        if level == LEVELS - 1:
            centres = sums[keep].real / shares[keep]
            break
        radius /= 2
        offsets = radius * np.array([-1.1, 0.0, 1.1])
        centres = np.unique((centres[keep, np.newaxis] + offsets).ravel())
    found: list[PlaneAtom] = []
    for centre in centres:
        atom = atom_near(solver, float(centre))
        if atom is not None and not any(abs(atom.x - other.x) < SAME * solver.size for other in found):
            found.append(atom)
    return tuple(sorted(found, key=lambda atom: atom.x))


def atom_near(solver: Solver, place: float) -> PlaneAtom | None:
    """The atom at a real place or next to it; None for none."""
    sizes = solver.size * np.array(RADII)
    for _ in range(CENTRED):
        share, total = circles(solver, np.array([place]), sizes[-1:])
        if share[0] < LEAST:
            return None
        place = float(total[0] / share[0])
    # Next to it the share within r is weight + constant * r^power: what is left of it at 0, by Aitken.
    one, two, three = circles(solver, np.full(3, place), sizes)[0]
    bend = three - 2 * two + one
    weight = float(one - (two - one) ** 2 / bend) if abs(bend) > NOISE else float(one)
    if not LEAST < weight <= one + NOISE or (two - one) > one / 2:
        return None
    place = 0.0 if abs(place) < ZERO * solver.size else place
    return PlaneAtom(place, 0.0, weight)
