r"""Limits of a quantity as LaTeX: one block for each branch."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Symbol

from planaria.derivations.analysis.limits import LimitBranch
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.writing.latex.abbreviations import free_stem, narrowed
from planaria.writing.latex.derivation import latex_quantity, names_in
from planaria.writing.latex.metric import formula_width
from planaria.writing.latex.page import WIDTH, AlignedRow, checked_width, on_pages, room_beside
from planaria.writing.latex.printing import FormulaPrinter, tidy
from planaria.writing.renames import NO_RENAMES, checked_renames

__all__ = ["latex_limit"]


def latex_limit(
    branch: LimitBranch,
    parameter: Symbol,
    name: str,
    sums: Mapping[Symbol, SpectralSum],
    renames: Mapping[str, str] = NO_RENAMES,
    width: float = WIDTH,
) -> str:
    r"""The value of a quantity on one branch, where it holds, and the sums to define, as an ``align*`` block.

    Renames of names that do not occur are no error here. InputError where two names would become one, and for a
    width below 240 points.

    >>> from planaria.derivations import derive
    >>> from planaria.derivations.analysis.limits import limit_branches
    >>> from planaria.ensembles.library import load_model
    >>> file = load_model("marchenko-pastur")
    >>> gamma = file.parameters[0].symbol
    >>> branches = limit_branches(derive(file.quantity("resolvent").expression, file.model).closed_form, gamma)
    >>> print(latex_limit(branches[1], gamma, "f", {}))
    \begin{align*}
    \lim_{\gamma \to 0} f &= \frac{P}{P - N} \\
    & \text{where } g_P = \frac{P - N}{P}
    \end{align*}
    """
    formulas = [tidy(branch.value), *(tidy(one) for one in branch.conditions)]
    names = {str(parameter.name)}.union(*map(names_in, (*formulas, *sums, *(s.summand for s in sums.values()))))
    names |= {name for one in sums.values() for name in names_in(one.space)}
    chosen = checked_renames({old: new for old, new in renames.items() if old in names}, sorted(names), "renames")
    printer = FormulaPrinter(chosen)
    left = rf"\lim_{{{printer.doprint(parameter)} \to 0}} {latex_quantity(name)}"
    room = room_beside([AlignedRow(left, "")], checked_width(width)) - formula_width("= -")
    taken = {name, *(chosen.get(one, one) for one in names)}
    # The block of the quantity has letters of its own, A_1 and so on.
    (value, *conditions), parts = narrowed(formulas, [], printer, taken, room, stem=free_stem("BJUYZ", taken))
    rows = [AlignedRow(left, f"= {printer.doprint(value)}")]
    rows += (AlignedRow("", rf"\text{{where }} {printer.doprint(one)}") for one in conditions)
    rows += (
        AlignedRow(printer.doprint(one), f"= {printer.spectral_sum(meaning)}") for one, meaning in sums.items()
    )
    rows += (AlignedRow(printer.doprint(one), f"= {printer.doprint(meaning)}") for one, meaning in parts)
    return on_pages("align*", rows, width)
