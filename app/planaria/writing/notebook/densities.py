"""A spectral density on a page: its plot, bands and atoms, and moments beside the exact ones."""

from __future__ import annotations

from base64 import b64encode

from planaria.numerics.nonhermitian.values import PlaneDensity
from planaria.numerics.spectral.values import Density
from planaria.writing.notebook.markup import captioned, element, faint, page, plural, table
from planaria.writing.plots.density import density_svg
from planaria.writing.plots.plane import plane_svg

__all__ = ["density_html", "plane_density_html"]


def density_html(found: Density) -> str:
    """The plot, and tables under it."""
    source = f"data:image/svg+xml;base64,{b64encode(density_svg(found)).decode('ascii')}"
    plot = element("img", src=source, alt="spectral density", style="max-width: 100%; background: white")
    bands = [(f"{one.low:.10g}", f"{one.high:.10g}") for one in found.bands]
    atoms = [(f"{one.x:.10g}", f"{one.weight:.10g}") for one in found.atoms]
    moments = [
        (str(one.order), f"{one.value:.8g}", "" if one.exact is None else f"{one.exact:.10g}")
        for one in found.moments
    ]
    return page(
        plot,
        captioned(plural(len(bands), "band"), table(("from", "to"), bands)),
        captioned("Atoms", table(("x", "weight"), atoms)) if atoms else None,
        captioned("Moments", table(("order", "of the density", "exact"), moments)),
        faint(f"x = {found.variable}; bands and atoms hold {found.mass:.8g} of all eigenvalues"),
    )


def plane_density_html(found: PlaneDensity) -> str:
    """The plot, and a table of the atoms under it."""
    source = f"data:image/svg+xml;base64,{b64encode(plane_svg(found)).decode('ascii')}"
    plot = element("img", src=source, alt="density of eigenvalues", style="max-width: 100%; background: white")
    atoms = [(f"{one.x:.10g}", f"{one.y:.10g}", f"{one.weight:.8g}") for one in found.atoms]
    return page(
        plot,
        captioned("Atoms", table(("x", "y", "weight"), atoms)) if atoms else None,
        faint(f"x + i y = {found.variable}; density and atoms hold {found.mass:.6g} of all eigenvalues"),
    )
