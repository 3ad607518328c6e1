"""The plot of a density in the complex plane: its colour, its boundary, and eigenvalues of drawn matrices."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planaria.numerics.nonhermitian.values import PlaneDensity

__all__ = ["plane_svg", "write_plane_density"]

MOST_DOTS = 4000
FINE = 300  # columns and rows of the picture of a radial density
SCALE = 1.8  # of the colours: the darkest would hide drawn eigenvalues
MOST_SHOWN = 0.98  # of the points with a density are below the darkest colour: it may diverge
_SALT = {"svg.hashsalt": "planaria"}  # the same bytes each time
_METADATA = {"svg": {"Date": None}, "png": {}, "pdf": {"CreationDate": None}}


def plane_svg(found: PlaneDensity) -> bytes:
    """The plot as an SVG file."""
    stream = BytesIO()
    _write(found, None, stream, "svg")
    return stream.getvalue()


def write_plane_density(path: Path, found: PlaneDensity, drawn: NDArray[np.complex128] | None = None) -> None:
    """Write the plot as the ending says: .svg, .png or .pdf.

    Parameters
    ----------
    drawn
        Eigenvalues of drawn matrices, of shape (count,).
    """
    _write(found, drawn, path, path.suffix.lower().removeprefix("."))


def _write(found: PlaneDensity, drawn: NDArray[np.complex128] | None, target: Path | BytesIO, kind: str) -> None:
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    wide = found.radial is not None
    figure = Figure(figsize=(9.0, 4.0) if wide else (6.0, 4.4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(1, 2, 1) if wide else figure.add_subplot()
    inside = found.rho[found.rho > 0]
    top = float(np.quantile(inside, MOST_SHOWN)) if inside.size else 1.0
    x, y, rho = _fine(found)
    image = axes.pcolormesh(x, y, rho, cmap="Blues", vmin=0, vmax=SCALE * top, shading="gouraud", rasterized=True)
    _clip(axes, image, found)
    low, high, bottom, top_ = float(found.x[0]), float(found.x[-1]), float(found.y[0]), float(found.y[-1])
    axes.set_xlim(low, high)
    axes.set_ylim(bottom, top_)
    flat = (top_ - bottom) / (high - low)
    figure.colorbar(image, ax=axes, label="density", shrink=min(1.0, max(0.25, 1.2 * flat)))
    if drawn is not None:
        dots = drawn[:: max(1, len(drawn) // MOST_DOTS)]
        axes.scatter(dots.real, dots.imag, s=3, color="#c0392b", alpha=0.7, linewidths=0, label="drawn matrices")
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), markerscale=3, fontsize="small", frameon=False)
    for line in found.boundary:
        axes.plot(line[:, 0], line[:, 1], color="#1f4e8c", linewidth=1.2)
    for atom in found.atoms:
        axes.plot([atom.x], [atom.y], "o", color="#b03a2e", markersize=5)
        axes.annotate(f"{atom.weight:.4g}", (atom.x, atom.y), (5, 5), textcoords="offset points")
    axes.set_aspect("equal")
    axes.set_xlabel("x")
    axes.set_ylabel("y")
    if found.radial is not None:
        _profile(figure.add_subplot(1, 2, 2), found, drawn)
    with rc_context(_SALT):
        figure.savefig(target, format=kind, dpi=150, metadata=_METADATA[kind])


def _fine(found: PlaneDensity) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The density for a smooth picture: continued across the boundary, at which it is cut off."""
    if found.radial is not None:
        x, y = np.linspace(found.x[0], found.x[-1], FINE), np.linspace(found.y[0], found.y[-1], FINE)
        known = found.radial.rho > 0
        distance = np.hypot(x - found.centre, y[:, np.newaxis])
        return x, y, np.interp(distance, found.radial.r[known], found.radial.rho[known])
    from scipy.ndimage import distance_transform_edt

    empty = ~(found.rho > 0)
    if empty.all():
        return found.x, found.y, found.rho
    nearest = distance_transform_edt(empty, return_distances=False, return_indices=True)
    return found.x, found.y, found.rho[tuple(nearest)]


def _clip(axes: Any, image: Any, found: PlaneDensity) -> None:
    """Leave of an image what the boundary encloses; the lines about holes run the other way round."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Line

    lines = [Line(line, closed=False) for line in found.boundary if len(line) > 2]
    if lines:
        image.set_clip_path(PathPatch(Line.make_compound_path(*lines), transform=axes.transData))


def _profile(axes: Any, found: PlaneDensity, drawn: NDArray[np.complex128] | None) -> None:
    """The share of eigenvalues within a distance of the centre: what drawn ones are compared with."""
    radial = found.radial
    assert radial is not None
    if drawn is not None:
        distances = np.sort(np.abs(drawn - found.centre))
        axes.step(
            distances, np.arange(1, len(distances) + 1) / len(distances), color="#9aa7b8", label="drawn matrices"
        )
    axes.plot(radial.r, radial.share, color="#1f4e8c", linewidth=1.5, label="planar")
    axes.set_xlabel("distance from the centre")
    axes.set_ylabel("share of eigenvalues within")
    axes.legend(frameon=False)
