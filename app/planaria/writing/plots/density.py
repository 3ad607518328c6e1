"""The plot of a spectral density: bands as a line, atoms as bars, drawn matrices as a histogram behind them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from planaria.numerics.spectral.values import Density

__all__ = ["density_svg", "write_density"]

MOST_BINS, FEWEST_BINS = 80, 10
IN_A_BIN = 20  # drawn eigenvalues, about
NEAR = 1e-6  # of the span of the bands: an eigenvalue that belongs to an atom
MOST_SHOWN = 0.75  # of the mass lies where the density is below the level that a picture is made for
WIDE = 200.0  # between the highest edge and the lowest one, both positive: both axes are logarithmic
LOWEST = 1e-4  # of that level, on a logarithmic axis
FOOT = 1e-2  # of the lowest peak of a band, which is to be seen
TALLEST, CUT = 3.0, 1.5  # times that level: what is higher diverges, and is cut
_SALT = {"svg.hashsalt": "planaria"}  # the same bytes each time
_METADATA = {"svg": {"Date": None}, "png": {}, "pdf": {"CreationDate": None}}


def density_svg(found: Density) -> bytes:
    """The plot as an SVG file."""
    stream = BytesIO()
    _write(found, None, stream, "svg")
    return stream.getvalue()


def write_density(path: Path, found: Density, drawn: NDArray[np.float64] | None = None) -> None:
    """Write the plot as the ending says: .svg, .png or .pdf.

    Parameters
    ----------
    drawn
        Eigenvalues of drawn matrices, of shape (count,).
    """
    _write(found, drawn, path, path.suffix.lower().removeprefix("."))


def _write(found: Density, drawn: NDArray[np.float64] | None, target: Path | BytesIO, kind: str) -> None:
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.0, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    heights = np.zeros(1)
    if drawn is not None:
        heights, sides = _histogram(found, drawn)
        axes.stairs(heights, sides, fill=True, color="#c9d6e8", label="drawn matrices")
    for band in found.bands:
        own = (found.x >= band.low) & (found.x <= band.high)
        axes.plot(found.x[own], found.rho[own], color="#1f4e8c", linewidth=1.5)
    if _is_wide(found):
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_ylim(*_logarithmic_limits(found))
    elif top := _top(found, heights):
        axes.set_ylim(0, top)
    for number, atom in enumerate(found.atoms):
        label = None if number else "atom, with its weight"
        axes.axvline(atom.x, color="#b03a2e", linewidth=1.5, label=label)
        axes.annotate(f"{atom.weight:.4g}", (atom.x, axes.get_ylim()[1]), (4, -12), textcoords="offset points")
    if drawn is not None or found.atoms:
        axes.legend(frameon=False)
    axes.set_xlabel("x")
    axes.set_ylabel("density")
    with rc_context(_SALT):
        figure.savefig(target, format=kind, dpi=150, metadata=_METADATA[kind])


def _is_wide(found: Density) -> bool:
    return bool(found.edges) and min(found.edges) > 0 and max(found.edges) > WIDE * min(found.edges)


def _top(found: Density, heights: NDArray[np.float64]) -> float:
    """Where the axis of the density ends: above everything, unless it diverges."""
    typical = _typical(found)
    highest = max(float(np.nanmax(found.rho, initial=0.0)), float(heights.max()))
    return 1.1 * highest if highest <= TALLEST * typical else CUT * typical


def _logarithmic_limits(found: Density) -> tuple[float, float]:
    """What a logarithmic axis shows: where the mass is, and a part of each band."""
    typical, peaks = _typical(found), _peaks(found)
    return min(LOWEST * typical, FOOT * min(peaks)), max(3 * typical, 2 * max(peaks))


def _peaks(found: Density) -> list[float]:
    """The largest density of each band that has one."""
    found_in = [found.rho[(found.x >= band.low) & (found.x <= band.high)] for band in found.bands]
    highest = [float(np.nanmax(own, initial=0.0)) for own in found_in]
    return [one for one in highest if 0 < one < np.inf] or [1.0]


def _typical(found: Density) -> float:
    """The density below which most of the mass lies; 0 without bands."""
    levels, masses = [], []
    for band in found.bands:
        own = (found.x >= band.low) & (found.x <= band.high) & np.isfinite(found.rho)
        if own.sum() > 1:
            levels.append(found.rho[own])
            masses.append(found.rho[own] * np.gradient(found.x[own]))
    if not levels:
        return 0.0
    level, mass = np.concatenate(levels), np.concatenate(masses)
    order = np.argsort(level)
    shown = np.cumsum(mass[order]) <= MOST_SHOWN * mass.sum()
    return float(level[order][shown].max(initial=0.0))


def _histogram(found: Density, drawn: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Densities of the eigenvalues that belong to no atom, and the sides of their bins."""
    low, high = (min(found.edges), max(found.edges)) if found.bands else (drawn.min(), drawn.max())
    free = drawn
    for atom in found.atoms:
        free = free[np.abs(free - atom.x) > NEAR * (high - low)]
    bins = min(MOST_BINS, max(FEWEST_BINS, len(free) // IN_A_BIN))
    spaced = np.geomspace if _is_wide(found) else np.linspace
    counts, sides = np.histogram(free, bins=spaced(low, high, bins + 1))
    return counts / len(drawn) / np.diff(sides), sides
