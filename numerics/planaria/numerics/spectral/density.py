"""The spectral density of a Hermitian matrix whose resolvent a quantity is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sympy import Trace
from sympy.matrices.expressions import MatPow

from planaria.algebra.errors import InputError
from planaria.derivations import derive
from planaria.derivations.derivation import Derivation
from planaria.ensembles.question import given
from planaria.numerics.plane.loops import Plane
from planaria.numerics.points.problem import Problem, pose
from planaria.numerics.solving.evaluate import evaluate
from planaria.numerics.spectral.axis import OnAxis, on_axis
from planaria.numerics.spectral.bands import Atom, Band, atoms_of, bands_of, scan
from planaria.numerics.spectral.resolvent import Resolvent, parameter_of, resolvent_of

__all__ = ["Density", "Moment", "density"]

Floats = NDArray[np.float64]

MOST_POINTS = 1_000_000
MOST_MOMENTS = 12
MASS = 1e-2  # of 1, that bands and atoms may miss before it is said
NODES = 200  # of the integral over a piece of a band
DEEPEST = 1e-7  # of a band that ends at zero, down to which it is integrated


@dataclass(frozen=True)
class Moment:
    """A moment of the density beside the exact planar one; None where the matrix is no polynomial."""

    order: int
    value: float
    exact: float | None


@dataclass(frozen=True, eq=False)
class Density:
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

    @property
    def edges(self) -> tuple[float, ...]:
        """The edges of all bands, ascending."""
        return tuple(edge for band in self.bands for edge in (band.low, band.high))


def density(
    derivation: Derivation,
    values: Mapping[Any, Any] | None = None,
    *,
    of: Any,
    x: ArrayLike | None = None,
    points: int = 1000,
    moments: int = 4,
    **numbers: Any,
) -> Density:
    """The density of the matrix whose normalised resolvent is derived, in the parameter `of`.

    Parameters
    ----------
    values, numbers
        As for `evaluate`; the parameter needs none.
    of
        The spectral parameter, by symbol or name: z in tr(inv(z*I(N) - A))/N, gamma in tr(inv(gamma*I(N) + A))/N.
    x
        A grid of real numbers, ascending; points inside of the bands, denser towards the edges, if None.
    points
        How many of these.
    moments
        Up to which order moments are taken.

    Raises
    ------
    InputError
        For a quantity that is no normalised resolvent in this parameter, a grid that is none, and what `evaluate`
        refuses.

    >>> from sympy import Identity, MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> N, z = symbols("N z", positive=True)
    >>> h = MatrixSymbol("h", N, N)
    >>> model = Model([Gaussian(h, variance=1 / N, kind="symmetric")])
    >>> law = derive(Trace((z * Identity(N) - h).inv()) / N, model)
    >>> found = density(law, of="z", x=[0, 1, 3], N=10)
    >>> found.rho.round(12)  # sqrt(4 - x**2) / (2 pi)
    array([0.31830989, 0.27566445, 0.        ])
    >>> [round(edge, 9) for edge in found.edges], [round(m.value, 9) for m in found.moments]
    ([-2.0, 2.0], [0.0, 1.0, 0.0, 2.0])
    """
    parameter = parameter_of(derivation, of)
    wanted = given(values, numbers)
    for key in wanted:
        if str(getattr(key, "name", key)) == str(parameter):
            raise InputError("density", f"{parameter} is given a number", "leave it out: it runs over the axis")
    _check_count("points", points, 2, MOST_POINTS)
    _check_count("moments", moments, 0, MOST_MOMENTS)
    grid = None if x is None else _grid(x)
    problem = pose(derivation, {**wanted, parameter: 1j})
    resolvent = resolvent_of(derivation, Plane.of(problem), parameter)
    scanned = scan(resolvent)
    bands, atoms = bands_of(resolvent, scanned), atoms_of(resolvent, scanned)
    integrated = [_nodes(piece) for band in bands for piece in band.pieces]
    parts = [(on_axis(resolvent, nodes), weights) for nodes, weights in integrated]
    found = [_integral(order, parts, atoms) for order in range(moments + 1)]
    exact = [_exact(resolvent, derivation, problem, order) for order in range(1, moments + 1)]
    if grid is None:
        grid = _own_grid(bands, points, resolvent)
    on_grid = on_axis(resolvent, grid)
    pairs = enumerate(zip(found[1:], exact, strict=True), start=1)
    return Density(
        resolvent.variable,
        grid,
        on_grid.rho,
        bands,
        atoms,
        found[0],
        tuple(Moment(order, value, right) for order, (value, right) in pairs),
    )


def _check_count(name: str, value: object, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InputError("density", f"{name} = {value!r} is out of range", f"give {least} to {most:,}")


def _grid(x: ArrayLike) -> Floats:
    try:
        grid = np.asarray(x, dtype=float)
    except (TypeError, ValueError):
        raise InputError("density", "x does not hold real numbers", "give a list of real numbers") from None
    if grid.ndim != 1 or not grid.size or not np.isfinite(grid).all() or (np.diff(grid) <= 0).any():
        raise InputError("density", "x is no ascending list of finite numbers", "give each number once, in order")
    return grid


def _nodes(piece: tuple[float, float], count: int = NODES) -> tuple[Floats, Floats]:
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


def _integral(order: int, parts: list[tuple[OnAxis, Floats]], atoms: tuple[Atom, ...]) -> float:
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


def _own_grid(bands: tuple[Band, ...], points: int, resolvent: Resolvent) -> Floats:
    """Points in the bands, each with its share, denser towards the edges."""
    pieces = [piece for band in bands for piece in band.pieces]
    if not pieces:
        return np.linspace(-resolvent.scale, resolvent.scale, points)
    share = max(2, points // len(pieces))
    counts = [share] * (len(pieces) - 1) + [max(2, points - share * (len(pieces) - 1))]
    return np.unique(
        np.concatenate([_nodes(piece, count)[0] for piece, count in zip(pieces, counts, strict=True)])
    )


def _exact(resolvent: Resolvent, derivation: Derivation, problem: Problem, order: int) -> float | None:
    """The exact planar moment tr(A**order)/N; None where A is not seen, or holds an inverse."""
    if resolvent.matrix is None:
        return None
    if any(one.exp.is_negative for one in resolvent.matrix.atoms(MatPow)):
        return None
    moment = derive(Trace(resolvent.matrix**order) / resolvent.matrix.shape[0], derivation.model)
    known = {s: number for s, number in problem.values.items() if s != resolvent.parameter}
    spectra = {matrix: spectrum for matrix, _, spectrum in problem.spectra}
    return float(evaluate(moment, {**known, **spectra}, digits=15))
