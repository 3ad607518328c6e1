"""Numbers on a page, with how they are known."""

from __future__ import annotations

from typing import Any

from mpmath import nstr

from planaria.ensembles.estimate import Estimate, Simulation
from planaria.writing.names import latex_name
from planaria.writing.notebook.markup import Node, element, formula, page, table

__all__ = ["estimate_html", "simulation_html"]

_SHORT, _LONG = 3, 60  # digits of what is small, and of a line


def estimate_html(estimate: Estimate) -> str:
    """The value, and the evidence under it."""
    radius = "" if estimate.radius is None else f"{estimate.radius:.4g}, below 1: outside of the spectrum"
    rows: list[tuple[str, Node]] = [
        ("status", f"{estimate.status}: {estimate.status.meaning}"),
        ("found by", estimate.method),
        ("error", _small(estimate.error)),
        ("residual", f"{_small(estimate.residual)}, relative, of the unreduced equations"),
        ("ladder", f"spectral radius {radius}" if radius else ""),
        *(("note", one) for one in estimate.notes),
    ]
    digits = min(estimate.digits, _LONG)
    unknowns = [(formula(latex_name(name)), nstr(value, digits)) for name, value in estimate.unknowns.items()]
    shown = [row for row in rows if row[1]]
    return page(_large(str(estimate)), table((), [*shown, *unknowns]))


def simulation_html(run: Simulation) -> str:
    """Mean and standard error, and the draws behind them."""
    mean = f"{run.mean:.6g} ± {run.standard_error:.2g}"
    tails = [("tail index", f"{run.tail_index:.3g}")] if run.tail_index else []
    rows = [
        ("draws", f"{run.runs:,}, seed {run.seed}"),
        ("effective draws", f"{run.effective_runs:,.1f}"),
        *tails,
    ]
    return page(_large(mean), table((), rows))


def _large(text: str) -> Any:
    return element("div", element("b", text), style="font-size: 115%; overflow-wrap: anywhere; max-width: 80ch")


def _small(number: Any) -> str:
    return str(nstr(number, _SHORT))
