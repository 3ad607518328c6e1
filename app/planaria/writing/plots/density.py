"""The plot of a spectral density: bands as a line, atoms as bars, drawn matrices as a histogram behind them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from planaria.numerics.spectral.values import Density

__all__ = ["density_svg", "write_density"]

BINS = 80
NEAR = 1e-6  # of the span of the bands: an eigenvalue that belongs to an atom
TALLEST = 6  # times the median density: a divergence is cut
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
    if drawn is not None:
        heights, sides = _histogram(found, drawn)
        axes.stairs(heights, sides, fill=True, color="#c9d6e8", label="drawn matrices")
        axes.legend(frameon=False)
    for band in found.bands:
        own = (found.x >= band.low) & (found.x <= band.high)
        axes.plot(found.x[own], found.rho[own], color="#1f4e8c", linewidth=1.5)
    inside = found.rho[np.isfinite(found.rho) & (found.rho > 0)]
    if len(inside):
        axes.set_ylim(0, 1.15 * min(float(inside.max()), TALLEST * float(np.median(inside))))
    for atom in found.atoms:
        axes.axvline(atom.x, color="#b03a2e", linewidth=1.5)
        axes.annotate(f"{atom.weight:.4g}", (atom.x, axes.get_ylim()[1]), (4, -12), textcoords="offset points")
    axes.set_xlabel("x")
    axes.set_ylabel("density")
    with rc_context(_SALT):
        figure.savefig(target, format=kind, dpi=150, metadata=_METADATA[kind])


def _histogram(found: Density, drawn: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Densities of the eigenvalues that belong to no atom, and the sides of their bins."""
    low, high = (min(found.edges), max(found.edges)) if found.bands else (drawn.min(), drawn.max())
    free = drawn
    for atom in found.atoms:
        free = free[np.abs(free - atom.x) > NEAR * (high - low)]
    counts, sides = np.histogram(free, bins=np.linspace(low, high, BINS + 1))
    return counts / len(drawn) / np.diff(sides), sides
