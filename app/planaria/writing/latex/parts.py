r"""The parts of a value as LaTeX: one line for each, in one block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from planaria.derivations.forms.parts import Part
from planaria.writing.latex.abbreviations import narrowed
from planaria.writing.latex.derivation import latex_quantity, names_in
from planaria.writing.latex.metric import formula_width
from planaria.writing.latex.page import WIDTH, AlignedRow, checked_width, on_pages, room_beside
from planaria.writing.latex.printing import FormulaPrinter, tidy
from planaria.writing.renames import NO_RENAMES, checked_renames

__all__ = ["latex_parts"]


def latex_parts(
    parts: Sequence[Part], name: str, renames: Mapping[str, str] = NO_RENAMES, width: float = WIDTH
) -> str:
    r"""What each power of the parameters contributes to a quantity, as an ``align*`` block.

    Renames of names that do not occur are no error here. InputError where two names would become one, and for a
    width below 240 points.

    >>> from planaria.derivations import derive
    >>> from planaria.derivations.splitting import split
    >>> print(latex_parts(split(derive("ridge-regression", "bias + variance"), "eps"), "f"))  # doctest: +ELLIPSIS
    \begin{align*}
    \left. f \right|_{\varepsilon} &= ... \\
    \left. f \right|_{1} &= ...
    \end{align*}
    """
    names = set().union(*(names_in(one.value) | names_in(one.factor) for one in parts))
    chosen = checked_renames({old: new for old, new in renames.items() if old in names}, sorted(names), "renames")
    printer = FormulaPrinter(chosen)
    lefts = [rf"\left. {latex_quantity(name)} \right|_{{{printer.doprint(tidy(one.factor))}}}" for one in parts]
    widest = max(lefts, key=formula_width)
    room = room_beside([AlignedRow(widest, "")], checked_width(width)) - formula_width("= -")
    taken = {name, *(chosen.get(one, one) for one in names)}
    # The block of the quantity has letters of its own, A_1 and so on.
    formulas, letters = narrowed([tidy(one.value) for one in parts], [], printer, taken, room, stem="B")
    rows = [AlignedRow(left, f"= {printer.doprint(one)}") for left, one in zip(lefts, formulas, strict=True)]
    rows += (AlignedRow(printer.doprint(one), f"= {printer.doprint(meaning)}") for one, meaning in letters)
    return on_pages("align*", rows, width)
