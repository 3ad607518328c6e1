"""Which value looks how: what the entry point ``html`` of the group ``planaria.views`` names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import singledispatch
from typing import Any

from planaria.algebra.errors import kind_of
from planaria.derivations.analysis.consequence import Consequence
from planaria.derivations.analysis.limits import LimitBranch
from planaria.derivations.analysis.optimum import Optimum
from planaria.derivations.analysis.parameter_series import ParameterSeries
from planaria.derivations.asymptotics.result import Scaling
from planaria.derivations.bulk.form import BulkForm
from planaria.derivations.compared import Comparison
from planaria.derivations.derivation import Derivation
from planaria.derivations.log_determinants import LogDetDerivation
from planaria.derivations.signs.result import SignVerdict
from planaria.derivations.steps import Step
from planaria.diagrams.duality import Dualities, Duality, Refutation
from planaria.diagrams.expansion import Diagrams
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.diagrams.rules.pencil import FeynmanRules
from planaria.ensembles.estimate import Estimate, Simulation
from planaria.ensembles.evidence import Check
from planaria.ensembles.model import Model
from planaria.ensembles.shown import Shown
from planaria.ensembles.text.model_data import ModelFile
from planaria.numerics.asymptotics.regimes import Regimes
from planaria.numerics.nonhermitian.values import PlaneDensity
from planaria.numerics.spectral.values import Density
from planaria.writing.notebook.analysis import analysis_html, series_html
from planaria.writing.notebook.comparisons import comparison_html
from planaria.writing.notebook.densities import density_html, plane_density_html
from planaria.writing.notebook.derivations import derivation_html, limits_html, log_determinant_html, steps_html
from planaria.writing.notebook.diagrams import diagram_html, diagrams_html
from planaria.writing.notebook.dualities import dualities_html, duality_html, refutation_html
from planaria.writing.notebook.evidence import checks_html
from planaria.writing.notebook.models import model_file_html, model_html
from planaria.writing.notebook.numbers import estimate_html, simulation_html
from planaria.writing.notebook.rules import rules_html

__all__ = ["html"]


@singledispatch
def html(value: Any) -> str | None:
    """The HTML of a value for a notebook; None for a tuple of what has no look together.

    Raises TypeError for what shows itself otherwise.
    """
    raise TypeError(f"no HTML is known for {kind_of(value)}")


for _kind, _show in (
    (Model, model_html),
    (ModelFile, model_file_html),
    (FeynmanRules, rules_html),
    (Derivation, derivation_html),
    (LogDetDerivation, log_determinant_html),
    (Comparison, comparison_html),
    (Consequence, analysis_html),
    (ParameterSeries, analysis_html),
    (Optimum, analysis_html),
    (Scaling, analysis_html),
    (Regimes, analysis_html),
    (BulkForm, analysis_html),
    (SignVerdict, analysis_html),
    (Estimate, estimate_html),
    (Simulation, simulation_html),
    (Density, density_html),
    (PlaneDensity, plane_density_html),
    (Duality, duality_html),
    (Dualities, dualities_html),
    (Refutation, refutation_html),
    (RibbonGraph, diagram_html),
    (Diagrams, diagrams_html),
):
    html.register(_kind)(_show)


# Of several values of one kind; a single one is shown as several would be.
_TOGETHER: Mapping[type, Callable[[Any], str]] = {
    Step: steps_html,
    Check: checks_html,
    LimitBranch: limits_html,
    RibbonGraph: diagrams_html,
    Duality: dualities_html,
    Refutation: dualities_html,
    ParameterSeries: series_html,
}


@html.register(Step)
@html.register(Check)
@html.register(LimitBranch)
def _(value: Step | Check | LimitBranch) -> str:
    return _TOGETHER[type(value)]((value,))


@html.register
def _(value: Shown) -> str | None:  # type: ignore[type-arg]
    kinds = {type(one) for one in value}
    show = _TOGETHER.get(kinds.pop()) if len(kinds) == 1 else None
    return None if show is None else show(value)
