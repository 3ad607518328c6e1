"""A density of eigenvalues in the complex plane as a value: a grid, the boundary, atoms; and its radial form."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planaria.algebra.values import Measured
from planaria.ensembles.extensions import VIEWS, extension

__all__ = ["PlaneAtom", "PlaneDensity", "Radial"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PlaneAtom:
    """The eigenvalue x + i y of a finite share of the dimension."""

    x: float
    y: float
    weight: float


@dataclass(frozen=True, eq=False)
class Radial(Measured):
    """A density that depends on the distance r from a centre alone.

    Attributes
    ----------
    r, rho, share
        Ascending distances, the density a unit of area there, and the share of all eigenvalues within r, atoms
        included, each of shape (points,).
    rings
        The distances between which eigenvalues lie; the first one begins at 0 for a disc.
    """

    r: Floats
    rho: Floats
    share: Floats
    rings: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        for one in (self.r, self.rho, self.share):
            one.setflags(write=False)

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self.__post_init__()

    def _compared(self) -> tuple[object, ...]:
        return self.r.tobytes(), self.rho.tobytes(), self.share.tobytes(), self.rings


@dataclass(frozen=True, eq=False)
class PlaneDensity(Measured):
    """The density of the eigenvalues of a matrix that is not Hermitian.

    Attributes
    ----------
    variable
        Of what x + i y are the values: "z", or "-gamma" where the quantity is tr(inv(gamma*I(N) + A))/N.
    x, y, rho
        A grid, of the shapes (columns,) and (rows,), and the density a unit of area on it, of shape
        (rows, columns), without atoms; nan where it was not found.
    boundary
        Closed lines about the support, the outer one and those of holes, each of shape (points, 2).
    atoms
        Eigenvalues of a finite share, with these weights.
    mass
        What density and atoms hold together, 1 but for errors of the integral.
    centre, radial
        The mean of all eigenvalues, and the density as a function of the distance from it; None where it is none.
    """

    variable: str
    x: Floats
    y: Floats
    rho: Floats
    boundary: tuple[Floats, ...]
    atoms: tuple[PlaneAtom, ...]
    mass: float
    centre: float
    radial: Radial | None

    def __post_init__(self) -> None:
        for one in (self.x, self.y, self.rho, *self.boundary):
            one.setflags(write=False)

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self.__post_init__()

    @property
    def box(self) -> tuple[float, float, float, float]:
        """About where the support lies, low <= x <= high, bottom <= y <= top: (low, high, bottom, top).

        Vertices of the boundary are exact, but on the lines of the grid: an extreme may be between two of them.
        """
        corners = np.concatenate(self.boundary)
        (low, bottom), (high, top) = corners.min(axis=0), corners.max(axis=0)
        return float(low), float(high), float(bottom), float(top)

    def moved(self, shift: float) -> PlaneDensity:
        """The same density, all eigenvalues moved along the real axis."""
        return replace(
            self,
            x=self.x + shift,
            boundary=tuple(line + np.array([shift, 0.0]) for line in self.boundary),
            atoms=tuple(replace(atom, x=atom.x + shift) for atom in self.atoms),
            centre=self.centre + shift,
        )

    def __repr__(self) -> str:
        low, high, bottom, top = self.box
        where = f"[{low:.6g}, {high:.6g}] x [{bottom:.6g}, {top:.6g}]"
        if self.radial is not None:
            where = ", ".join(f"{one:.6g} to {other:.6g}" for one, other in self.radial.rings) + " from the centre"
        atoms = "".join(f", atom {one.x + 1j * one.y:.6g} of weight {one.weight:.6g}" for one in self.atoms)
        return f"PlaneDensity({self.variable}, {where}{atoms})"

    def _repr_html_(self) -> str:
        return str(extension(VIEWS, "html")(self))

    def _compared(self) -> tuple[object, ...]:
        def plain(one: Any) -> object:
            if isinstance(one, np.ndarray):
                return one.shape, one.tobytes()
            return tuple(map(plain, one)) if isinstance(one, tuple) else one

        return tuple(plain(getattr(self, one.name)) for one in fields(self))
