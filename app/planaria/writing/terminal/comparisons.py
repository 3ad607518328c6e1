"""A comparison in a few lines of text: what ``print`` shows."""

from __future__ import annotations

from collections.abc import Iterator

from planaria.derivations.compared import Comparison, Counterexample
from planaria.writing.terminal.expressions import Formulas

__all__ = ["comparison_text", "counterexample_rows", "evidence_text"]


def comparison_text(comparison: Comparison, formulas: Formulas | None = None) -> str:
    """The claim, the verdict, the counterexample and the correction.

    >>> from planaria.derivations import derive
    >>> print(derive("marchenko-pastur", "resolvent").equals("1/(gamma - g_P)"))
    1/(gamma - g_P)
      refuted         the sides differ
      at              N = 1, P = 1, γ = 1
      quantity        0.6180339887498948 +/- 4.83e-17
      formula         2.618033988749895 +/- 1.52e-16
      right would be  1/(gamma + g_P)
                      (the sign of g_P: proved)
    """
    show = formulas or Formulas()
    rows = [(comparison.verdict.value, evidence_text(comparison))]
    if comparison.counterexample is not None:
        rows += counterexample_rows(comparison.counterexample, show)
    if (correction := comparison.correction) is not None:
        rows += [("right would be", str(correction)), ("", f"({correction.change}: {correction.verdict.value})")]
    width = max(len(kind) for kind, _ in rows)
    lines = [f"  {kind:{width}}  {text}" for kind, text in rows]
    return "\n".join([str(comparison.claim), *lines])


def evidence_text(comparison: Comparison) -> str:
    """Why the verdict is this one, in a line."""
    if comparison.digits is None:
        return comparison.reason
    return f"to {comparison.digits} digits at {comparison.points} random points; {comparison.reason}"


def counterexample_rows(one: Counterexample, formulas: Formulas) -> Iterator[tuple[str, str]]:
    """Where two sides differ, and what they are there."""
    yield "at", ", ".join(f"{formulas.name(name)} = {value}" for name, value in one.at.items())
    yield "quantity", str(one.quantity)
    yield "formula", "no real value" if one.formula is None else str(one.formula)
    if not one.certified:
        yield "", "(verified, and not proved to lie in these intervals)"
