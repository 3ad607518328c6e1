"""Densities in the complex plane as text, JSON and a table."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planaria.app.display import heading, line, note, output
from planaria.numerics.nonhermitian.values import PlaneAtom, PlaneDensity
from planaria.writing.terminal.expressions import Formulas

__all__ = ["plane_csv", "plane_json", "print_plane"]


def plane_json(found: PlaneDensity, formulas: Formulas) -> dict[str, Any]:
    """The density as it is printed with --json, in double precision."""
    radial = None
    if found.radial is not None:
        one = found.radial
        radial = {
            "r": _numbers(one.r),
            "rho": _numbers(one.rho),
            "share": _numbers(one.share),
            "rings": [list(ring) for ring in one.rings],
        }
    return {
        "variable": formulas.renamed_text(found.variable),
        "density": {"x": _numbers(found.x), "y": _numbers(found.y), "rho": [_numbers(row) for row in found.rho]},
        "radial": radial,
        "centre": found.centre,
        "boundary": [line.tolist() for line in found.boundary],
        "atoms": [[atom.x, atom.y, atom.weight] for atom in found.atoms],
        "mass": found.mass,
    }


def plane_csv(found: PlaneDensity) -> str:
    """Lines of r, rho and share for a radial density, of x, y and rho for any other."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if found.radial is not None:
        one = found.radial
        writer.writerow(["r", "rho", "share"])
        writer.writerows(zip(map(float, one.r), map(float, one.rho), map(float, one.share), strict=True))
        return text.getvalue()
    writer.writerow(["x", "y", "rho"])
    for y, row in zip(found.y, found.rho, strict=True):
        writer.writerows((float(x), float(y), float(rho)) for x, rho in zip(found.x, row, strict=True))
    return text.getvalue()


def print_plane(formulas: Formulas, found: PlaneDensity) -> None:
    """Print support, atoms and mass."""
    console = output()
    note(console, f"density in x + i y = {formulas.renamed_text(found.variable)}")
    if found.radial is not None:
        centre = f" {found.centre:.10g}" if found.centre else " 0"
        heading(console, "Support", f"distances from{centre}, the same in all directions")
        for low, high in found.radial.rings:
            line(console, f"{low:.10g} to {high:.10g}")
    else:
        low, high, bottom, top = found.box
        heading(console, "Support", _count(len(found.boundary)))
        # Its vertices are exact, but lie on the lines of the grid: the outermost one is near the extreme.
        line(console, f"x from about {low:.3g} to {high:.3g}")
        line(console, f"y from about {bottom:.3g} to {top:.3g}")
    if found.atoms:
        heading(console, "Atoms")
        for atom in found.atoms:
            line(console, f"{_place(atom)} with weight {atom.weight:.8g}")
    heading(console, "Density")
    line(console, f"from {np.nanmin(_inside(found)):.6g} to {np.nanmax(_inside(found)):.6g} where eigenvalues lie")
    note(console, f"density and atoms hold {found.mass:.6g} of all eigenvalues")
    if missing := int(np.isnan(found.rho).sum()):
        note(
            console,
            f"{missing} of {found.rho.size} points of the grid are not solved, nan in tables: try other --points",
        )


def _inside(found: PlaneDensity) -> NDArray[np.float64]:
    rho = found.rho if found.radial is None else found.radial.rho
    inside: NDArray[np.float64] = rho[rho > 0]
    return inside if inside.size else np.zeros(1)


def _place(atom: PlaneAtom) -> str:
    return f"{atom.x:.10g}" if not atom.y else f"{atom.x:.10g}{atom.y:+.10g}i"


def _count(lines: int) -> str:
    return "one boundary" if lines == 1 else f"{lines} boundaries"


def _numbers(column: NDArray[np.float64]) -> list[float | None]:
    return [float(one) if np.isfinite(one) else None for one in column]
