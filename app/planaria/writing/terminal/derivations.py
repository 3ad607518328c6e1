"""A derivation in a few lines of text: what ``print`` shows."""

from __future__ import annotations

from planaria.derivations.derivation import Derivation
from planaria.writing.terminal.expressions import Formulas

__all__ = ["derivation_text"]


def derivation_text(derivation: Derivation, formulas: Formulas | None = None) -> str:
    """The quantity, its equations, its spectral sums and its value.

    >>> from planaria.derivations import derive
    >>> print(derivation_text(derive("marchenko-pastur", "resolvent")))
    tr(inv(gamma*I(N) + x*x.T))/N
      equation  γ = g_P·(N + P·g_P - P)/(P·(1 - g_P))
      value     1/(g_P + γ)
    """
    show = formulas or Formulas()
    rows = [("equation", f"{show.inline(one.lhs)} = {show.inline(one.rhs)}") for one in derivation.equations]
    used = set().union(*(one.free_symbols for one in (derivation.value, *derivation.equations)))
    for symbol, one in derivation.spectral_sums.items():
        if symbol in used:
            rows.append(("sum", f"{show.name(symbol)} = ∑ {show.inline(one.summand)} over {show.name(one.space)}"))
    rows.append(("value", show.inline(derivation.value)))
    width = max(len(kind) for kind, _ in rows)
    lines = [f"  {kind:{width}}  {text}" for kind, text in rows]
    return "\n".join([show.plain(derivation.expression), *lines])
