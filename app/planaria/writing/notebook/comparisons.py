"""Comparisons on a page: the claim, how it ended, a counterexample, and what would be right."""

from __future__ import annotations

from planaria.derivations.compared import Comparison
from planaria.ensembles.verdicts.claims import Verdict
from planaria.writing.comparisons.formulas import latex_claim
from planaria.writing.notebook.markup import element, faint, formula, heading, page, plural, table
from planaria.writing.terminal.comparisons import counterexample_rows, evidence_text
from planaria.writing.terminal.expressions import Formulas

__all__ = ["comparison_html"]

# Signs that are told apart without their colours, as those of checks are.
_SIGNS = {
    Verdict.PROVED: ("✓", "#2E9E4F"),
    Verdict.HOLDS: ("≈", "#2E9E4F"),
    Verdict.REFUTED: ("✗", "#E0453A"),
    Verdict.UNDECIDED: ("?", "#B7791F"),
}


def comparison_html(comparison: Comparison) -> str:
    """The claim in LaTeX, the verdict, and what stands behind it."""
    sign, colour = _SIGNS[comparison.verdict]
    mark = element("b", f"{sign} {comparison.verdict.value}", style=f"color: {colour}")
    rows = [
        (formula(left), formula(f"= {right}")) for left, right in latex_claim(comparison.claim, r"\text{quantity}")
    ]
    details: list[tuple[str, str]] = []
    if comparison.counterexample is not None:
        details += counterexample_rows(comparison.counterexample, Formulas())
    if (correction := comparison.correction) is not None:
        details.append(("right would be", f"{correction} ({correction.change}: {correction.verdict.value})"))
    return page(
        heading("Comparison"),
        table((), rows),
        element("div", mark, f": {evidence_text(comparison)}"),
        table((), details) if details else None,
        faint(f"{plural(len(comparison.steps), 'step')} led here, and are its .steps")
        if comparison.steps
        else None,
    )
