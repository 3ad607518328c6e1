"""Diagrams on a page: one with its weight, several on contact sheets.

A picture is an image in the HTML. JupyterLab shows SVG by itself only in notebooks that it trusts, images in all.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from itertools import islice
from xml.etree.ElementTree import Element

from planaria.diagrams.expansion import SHOWN, Diagrams
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.ensembles.model import Model
from planaria.writing.emitters.shapes import Picture
from planaria.writing.emitters.svg import to_svg
from planaria.writing.latex.derivation import latex_expression
from planaria.writing.notebook.markup import ROOM, element, faint, formula, page, plural
from planaria.writing.pictures.layout import lay_out
from planaria.writing.pictures.pages.sheet import sheet

__all__ = ["diagram_html", "diagrams_html"]

_WIDTH = 740.0  # of a sheet: what a notebook has room for
_SCALE = 0.7  # of a sheet, whose diagrams are smaller than one by itself, and still can be read
_CARD = "max-width: 100%; background: #FFFFFF; border-radius: 4px"


def diagram_html(graph: RibbonGraph) -> str:
    """The picture over the weight."""
    return page(
        _image(lay_out(graph)),
        element(
            "div",
            formula(rf"\chi = {graph.euler_characteristic}, \quad {latex_expression(graph.weight)}", ROOM),
            style="margin: 0.3em 0",
        ),
    )


def diagrams_html(graphs: Diagrams | Sequence[RibbonGraph]) -> str:
    """A contact sheet with weights for each model; what is more than a sheet holds is only said."""
    shown = list(islice(graphs, SHOWN))
    more = next(islice(graphs, SHOWN, None), None) is not None
    if not shown:
        return page(faint("no diagrams"))
    title = f"the first {SHOWN} diagrams; a slice shows others" if more else plural(len(shown), "diagram")
    return page(faint(title), *(_image(_sheet(part)) for part in _by_model(shown)))


def _sheet(graphs: Sequence[RibbonGraph]) -> Picture:
    """A sheet as wide as the page, or narrower where it has fewer columns."""
    found = sheet(graphs, width=_WIDTH / _SCALE)
    return found.to_width(min(_SCALE * found.width, _WIDTH))


def _by_model(graphs: Iterable[RibbonGraph]) -> list[list[RibbonGraph]]:
    """One legend stands for one model."""
    parts: dict[Model, list[RibbonGraph]] = {}
    for graph in graphs:
        parts.setdefault(graph.setting.model, []).append(graph)
    return list(parts.values())


def _image(picture: Picture) -> Element:
    data = b64encode(to_svg(picture).encode()).decode()
    inside = element("img", style=_CARD, src=f"data:image/svg+xml;base64,{data}", alt=picture.title)
    return element("div", inside)
