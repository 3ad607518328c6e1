"""The spectral density of a Hermitian matrix whose resolvent a quantity is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sympy import Symbol

from planaria.algebra.errors import InputError, described
from planaria.derivations import derive
from planaria.derivations.derivation import Derivation
from planaria.ensembles.question import Array, Asked, Given, Values, given
from planaria.numerics.plane.loops import Plane
from planaria.numerics.plane.point import refuse_roots
from planaria.numerics.plane.telling import Told, untold
from planaria.numerics.points.extent import in_full
from planaria.numerics.points.problem import pose
from planaria.numerics.quadrature.nodes import MOST
from planaria.numerics.solving.exclusive import exclusive
from planaria.numerics.spectral.axis import OnAxis, joined, on_axis
from planaria.numerics.spectral.bands import Atom, Band, atoms_of, bands_of, scan, searched
from planaria.numerics.spectral.moments import exact_moment, integral, nodes_of
from planaria.numerics.spectral.resolvent import Resolvent, parameter_of, resolvent_of
from planaria.numerics.spectral.values import Density, Moment

__all__ = ["density"]

Floats = NDArray[np.float64]

MOST_POINTS = 1_000_000
MOST_MOMENTS = 12
SCANS = (20, 80, 320)  # points a decade, the next where bands or atoms are missing
NODES = (67, 200, 600, 1800)  # in a band, until the integral stands
RIGHT = 1e-8  # of 1: it stands
MASS = 1e-4  # of 1, that they may miss


@exclusive
def density(
    quantity: Asked | Derivation,
    model: Asked | None = None,
    values: Values | None = None,
    *,
    of: Symbol | str,
    x: Sequence[float] | Array | None = None,
    points: int = 1000,
    moments: int = 4,
    budget: float = 10.0,
    progress: Told = untold,
    **numbers: Given,
) -> Density:
    """The spectral density of the matrix whose normalised resolvent a quantity is, in the parameter `of`.

    Parameters
    ----------
    quantity, model
        As for `derive`, or a derivation alone.
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
    budget
        As for `derive`.
    progress
        Told how many points of the axis are solved, and how many there will be as far as is known.

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
    >>> resolvent = Trace((z * Identity(N) - h).inv()) / N
    >>> found = density(resolvent, model, of="z", x=[0, 1, 3], N=10)
    >>> found.rho.round(12)  # sqrt(4 - x**2) / (2 pi)
    array([0.31830989, 0.27566445, 0.        ])
    >>> [round(edge, 9) for edge in found.edges], [round(m.value, 9) + 0.0 for m in found.moments]
    ([-2.0, 2.0], [0.0, 1.0, 0.0, 2.0])
    """
    derivation = _derived(quantity, model, budget)
    parameter = parameter_of(derivation, of)
    wanted = given(values, numbers)
    for key in wanted:
        if str(getattr(key, "name", key)) == str(parameter):
            raise InputError("density", f"{parameter} is given a number", "leave it out: it runs over the axis")
    _check_count("points", points, 2, MOST_POINTS)
    _check_count("moments", moments, 0, MOST_MOMENTS)
    grid = None if x is None else _grid(x)
    problem = in_full(pose(derivation, {**wanted, parameter: 1j}), "density", MOST)
    refuse_roots(problem, (parameter,))
    resolvent = resolvent_of(derivation, Plane.of(problem), parameter)
    spectrum = _spectrum(resolvent, lambda done: progress(done, done + points))
    found = [integral(order, spectrum.parts, spectrum.atoms) for order in range(moments + 1)]
    exact = [exact_moment(resolvent, derivation, problem, order) for order in range(1, moments + 1)]
    if grid is None:
        grid = _own_grid(spectrum.bands, points, resolvent)
    on_grid = on_axis(resolvent, grid, spectrum.known)
    progress(len(spectrum.known.x) + len(grid), len(spectrum.known.x) + len(grid))
    pairs = enumerate(zip(found[1:], exact, strict=True), start=1)
    return Density(
        resolvent.variable,
        grid,
        on_grid.rho,
        spectrum.bands,
        spectrum.atoms,
        found[0],
        tuple(Moment(order, value, right) for order, (value, right) in pairs),
    )


@dataclass(frozen=True)
class _Spectrum:
    """What is found before the grid: bands, atoms, nodes with weights in the bands, all points that are known."""

    bands: tuple[Band, ...]
    atoms: tuple[Atom, ...]
    parts: tuple[tuple[OnAxis, Floats], ...]
    known: OnAxis


def _spectrum(resolvent: Resolvent, tell: Callable[[int], None]) -> _Spectrum:
    """Bands and atoms that hold all eigenvalues, of a scan as fine as it takes.

    Raises InputError where they do not.
    """
    known: OnAxis | None = None
    mass = 0.0
    for per_decade in SCANS:
        known = searched(resolvent, scan(resolvent, per_decade, known))
        tell(len(known.x))
        bands, atoms = bands_of(resolvent, known), atoms_of(resolvent, known)
        for count in NODES:
            parts = _parts(resolvent, bands, known, count)
            known = joined([known, *(here for here, _ in parts)])
            tell(len(known.x))
            last, mass = mass, integral(0, parts, atoms)
            if abs(mass - 1) < RIGHT or abs(mass - last) < RIGHT:
                break
        if abs(mass - 1) < MASS:
            return _Spectrum(bands, atoms, tuple(parts), known)
    raise InputError(
        "density",
        f"bands and atoms that were found hold {mass:.6g} of all eigenvalues",
        "give parameters at which no band is as narrow, or as wide, as this",
    )


def _parts(resolvent: Resolvent, bands: Sequence[Band], known: OnAxis, count: int) -> list[tuple[OnAxis, Floats]]:
    """So many nodes with their weights in each piece of a band."""
    nodes = [nodes_of(piece, count) for band in bands for piece in band.pieces]
    if not nodes:
        return []
    here = on_axis(resolvent, np.concatenate([at for at, _ in nodes]), known)
    which = np.split(np.arange(len(here.x)), np.cumsum([len(at) for at, _ in nodes])[:-1])
    return [(here[one], weights) for one, (_, weights) in zip(which, nodes, strict=True)]


def _derived(quantity: Asked | Derivation, model: Asked | None, budget: float) -> Derivation:
    if not isinstance(quantity, Derivation):
        return derive(quantity, model, budget=budget)
    if model is not None:
        raise InputError(
            "density", f"a derivation has its model, and there is {described(model)}", "give numbers as values=..."
        )
    return quantity


def _check_count(name: str, value: object, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InputError("density", f"{name} = {value!r} is out of range", f"give {least} to {most:,}")


def _grid(x: Sequence[float] | Array) -> Floats:
    try:
        if not isinstance(x, Sequence) and not hasattr(x, "__array__"):
            raise TypeError
        grid = np.asarray(x, dtype=float)
    except (TypeError, ValueError):
        raise InputError("density", "x does not hold real numbers", "give a list of real numbers") from None
    if grid.ndim != 1 or not grid.size or not np.isfinite(grid).all() or (np.diff(grid) <= 0).any():
        raise InputError("density", "x is no ascending list of finite numbers", "give each number once, in order")
    return grid


def _own_grid(bands: tuple[Band, ...], points: int, resolvent: Resolvent) -> Floats:
    """Points in the bands, each with its share, denser towards the edges."""
    pieces = [piece for band in bands for piece in band.pieces]
    if not pieces:
        return np.linspace(-resolvent.scale, resolvent.scale, points)
    share = max(2, points // len(pieces))
    counts = [share] * (len(pieces) - 1) + [max(2, points - share * (len(pieces) - 1))]
    return np.unique(
        np.concatenate([nodes_of(piece, count)[0] for piece, count in zip(pieces, counts, strict=True)])
    )
