"""How things show themselves: what the entry points of the group ``planaria.views`` name (see CONTRIBUTING)."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

from planaria.algebra.errors import InputError, described, kind_of
from planaria.derivations.analysis.consequence import Consequence
from planaria.derivations.analysis.optimum import Optimum
from planaria.derivations.analysis.parameter_series import ParameterSeries
from planaria.derivations.asymptotics.result import Scaling
from planaria.derivations.bulk.form import BulkForm
from planaria.derivations.compared import Comparison
from planaria.derivations.derivation import Derivation
from planaria.derivations.log_determinants import LogDetDerivation
from planaria.derivations.signs.result import SignVerdict
from planaria.diagrams.duality import Duality
from planaria.diagrams.expansion import SHOWN, Diagrams
from planaria.diagrams.expressions.contents import contents_of
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.diagrams.networks.reading import Node
from planaria.diagrams.rules.pencil import FeynmanRules
from planaria.ensembles.shown import Visible
from planaria.numerics.asymptotics.regimes import Regimes
from planaria.writing.analysis.views import analysis_text, latex_analysis
from planaria.writing.comparisons.latex import latex_comparison
from planaria.writing.emitters.shapes import Picture
from planaria.writing.emitters.svg import to_svg
from planaria.writing.emitters.tikz import to_tikz
from planaria.writing.latex.derivation import latex_derivation, latex_expression, latex_summary
from planaria.writing.latex.log_determinants import latex_integrals
from planaria.writing.latex.page import WIDTH, checked_width, points
from planaria.writing.latex.rules import latex_rules, rules_on_pages
from planaria.writing.notebook.html import html
from planaria.writing.pictures.layout import lay_out
from planaria.writing.pictures.pages.sheet import sheet
from planaria.writing.terminal.comparisons import comparison_text
from planaria.writing.terminal.derivations import consequence_text, derivation_text, log_determinant_text

if TYPE_CHECKING:
    from networkx import Graph

__all__ = ["html", "latex", "picture", "svg", "text", "tikz"]

_EXCHANGED = r"\leftrightarrow"


def picture(value: RibbonGraph | Graph[Node] | Diagrams) -> Picture:
    """The picture of a graph, or of the first of many on a contact sheet."""
    if not isinstance(value, Diagrams):
        return lay_out(value)
    shown = value[:SHOWN]
    if not shown:
        raise InputError("draw", "there are no diagrams", "take another order")
    return sheet(shown)


def svg(value: RibbonGraph | Graph[Node] | Diagrams) -> str:
    """The picture as SVG text."""
    return to_svg(picture(value))


def tikz(value: RibbonGraph | Graph[Node] | Diagrams) -> str:
    """The picture as a tikzpicture environment."""
    return to_tikz(picture(value))


def text(value: Derivation | LogDetDerivation | Comparison | Consequence | BulkForm | SignVerdict) -> str:
    """A few lines for a terminal."""
    if isinstance(value, Comparison):
        return comparison_text(value)
    if isinstance(value, Consequence):
        return consequence_text(value)
    if isinstance(value, (BulkForm, SignVerdict)):
        return analysis_text(value)
    return log_determinant_text(value) if isinstance(value, LogDetDerivation) else derivation_text(value)


@singledispatch
def latex(value: Any, width: float | str | None = None, rules: bool = False) -> str:
    """LaTeX for a notebook, with its dollars or environments; of a derivation also for a page of some width."""
    raise TypeError(f"no LaTeX is known for {kind_of(value)}")


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
def _(value: Derivation, width: float | str | None = None, rules: bool = False) -> str:
    if width is None and not rules:
        return latex_summary(value, width=WIDTH)
    room = WIDTH if width is None else _width(width)
    block = latex_derivation(value, width=room)
    if not rules:
        return block
    fields = contents_of(value.expression, value.model).fields  # also those of long words
    return f"{rules_on_pages(value.rules, width=room, fields=fields)}\n{block}"


@latex.register(Consequence)
@latex.register(ParameterSeries)
@latex.register(Optimum)
@latex.register(Scaling)
@latex.register(Regimes)
@latex.register(BulkForm)
@latex.register(SignVerdict)
def _(value: Visible, width: float | str | None = None) -> str:
    return latex_analysis(value, None if width is None else _width(width))


@latex.register
def _(value: Comparison) -> str:
    return latex_comparison(value)


@latex.register
def _(value: LogDetDerivation, width: float | str | None = None, rules: bool = False) -> str:
    blocks = [f"$$\n{one}\n$$" for one in latex_integrals(value)]
    return "\n".join([*blocks, *(latex(one, width, rules) for one in value.parts)])


def _width(width: object) -> float:
    if isinstance(width, str):
        return points(width, "width")
    if isinstance(width, bool) or not isinstance(width, (int, float)):
        raise InputError(
            "width", f"{described(width)} is not a length", "give a number of pt, such as 345, or '12cm'"
        )
    return checked_width(width)
