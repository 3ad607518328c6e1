"""A spectral density as a value: the grid, bands, atoms and moments."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planaria.algebra.values import Measured
from planaria.ensembles.extensions import VIEWS, extension
from planaria.numerics.spectral.bands import Atom, Band

__all__ = ["Density", "Moment"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Moment:
    """A moment of the density beside the exact planar one.

    Attributes
    ----------
    exact
        None where the matrix is no polynomial, or its words take more algebra than the budget.
    """

    order: int
    value: float
    exact: float | None


@dataclass(frozen=True, eq=False)
class Density(Measured):
    """A spectral density.

    Attributes
    ----------
    variable
        What x is, in terms of the parameter: "z", or "-gamma" where the quantity is tr(inv(gamma*I(N) + A))/N.
    x, rho
        The grid, of shape (points,), and the density on it, without atoms; nan where it was not found.
    bands
        The intervals of the spectrum, ascending.
    atoms
        Eigenvalues of a finite share, with these weights.
    mass
        What bands and atoms hold together, 1 but for errors of the integral.
    moments
        From the density, beside the exact ones.
    """

    variable: str
    x: Floats
    rho: Floats
    bands: tuple[Band, ...]
    atoms: tuple[Atom, ...]
    mass: float
    moments: tuple[Moment, ...]

    def __post_init__(self) -> None:
        self.x.setflags(write=False)
        self.rho.setflags(write=False)

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self.__post_init__()

    @property
    def edges(self) -> tuple[float, ...]:
        """The edges of all bands, ascending."""
        return tuple(edge for band in self.bands for edge in (band.low, band.high))

    def __repr__(self) -> str:
        bands = ", ".join(f"[{one.low:.6g}, {one.high:.6g}]" for one in self.bands) or "none"
        atoms = "".join(f", atom {one.x:.6g} of weight {one.weight:.6g}" for one in self.atoms)
        return f"Density(x = {self.variable}, {len(self.x)} points, bands {bands}{atoms})"

    def _repr_html_(self) -> str:
        return str(extension(VIEWS, "html")(self))

    def _compared(self) -> tuple[object, ...]:
        own = (getattr(self, one.name) for one in fields(self))
        return tuple(one.tobytes() if isinstance(one, np.ndarray) else one for one in own)
