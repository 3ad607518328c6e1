"""How things show themselves: what the entry points of the group ``planaria.views`` name (see CONTRIBUTING)."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from planaria.derivations.derivation import Derivation
from planaria.diagrams.duality import Duality
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.diagrams.rules.pencil import FeynmanRules
from planaria.writing.emitters.svg import to_svg
from planaria.writing.emitters.tikz import to_tikz
from planaria.writing.latex.derivation import latex_expression, latex_summary
from planaria.writing.latex.rules import latex_rules
from planaria.writing.pictures.layout import lay_out

__all__ = ["latex", "svg", "tikz"]

_EXCHANGED = r"\leftrightarrow"


def svg(graph: RibbonGraph) -> str:
    """The picture of a graph as SVG text."""
    return to_svg(lay_out(graph))


def tikz(graph: RibbonGraph) -> str:
    """The picture of a graph as a tikzpicture environment."""
    return to_tikz(lay_out(graph))


@singledispatch
def latex(value: Any) -> str:
    """LaTeX for a notebook, with its dollars or environments."""
    raise TypeError(f"no LaTeX is known for a {type(value).__name__}")


@latex.register
def _(value: RibbonGraph) -> str:
    return f"${latex_expression(value.weight)}$"


@latex.register
def _(value: Duality) -> str:
    pairs = ((latex_expression(a), latex_expression(b)) for a, b in value.exchange.spaces)
    return f"${', '.join(rf'{a} {_EXCHANGED} {b}' for a, b in pairs)}$"


@latex.register
def _(value: FeynmanRules) -> str:
    return f"${latex_rules(value)}$"


@latex.register
def _(value: Derivation) -> str:
    return latex_summary(value)
