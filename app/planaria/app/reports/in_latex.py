"""Derivations as LaTeX."""

from __future__ import annotations

from dataclasses import replace

from rich.console import Console

from planaria.algebra.errors import InputError
from planaria.app.reports.derived import REFUTED, VERDICTS, Derived, latex_of
from planaria.app.words.quantities import formula_name
from planaria.diagrams.expressions.contents import contents_of
from planaria.ensembles.cleaning import clean_line
from planaria.ensembles.evidence import Check
from planaria.ensembles.text.model_data import ModelFile, Quantity
from planaria.writing.latex.limits import latex_limit
from planaria.writing.latex.page import WIDTH
from planaria.writing.latex.parts import latex_parts
from planaria.writing.latex.rules import rules_on_pages
from planaria.writing.renames import known_names
from planaria.writing.terminal.expressions import Formulas

__all__ = ["LatexReport"]


class LatexReport:
    """LaTeX on standard output, on pages of some width; names and verdicts as comments."""

    def __init__(
        self, console: Console, formulas: Formulas, *, width: float = WIDTH, has_rules: bool = True
    ) -> None:
        self.console = console
        self.formulas = formulas
        self.width = width
        self.has_rules = has_rules

    def begin(self, file: ModelFile) -> None:
        self._comment(file.title or file.name)

    def quantity(self, derived: Derived) -> None:
        self._lines("%")  # an empty line would end the paragraph that the formula stands in
        self._comment(f"{derived.quantity.name}: {derived.quantity.about}".removesuffix(": "))
        if derived.refuted:
            self._comment(REFUTED)
            return
        for remark in derived.notes:
            self._comment(remark)
        if self.has_rules:
            rules = derived.derivation.rules
            known = known_names(rules.setting)
            renames = {name: new for name, new in self.formulas.renames.items() if name in known}
            fields = contents_of(derived.derivation.expression, rules.setting.model).fields  # of long words, too
            self._lines(rules_on_pages(rules, renames, self.width, fields))
        self._lines(latex_of(derived, self.formulas, self.width))
        if derived.parts:
            name, renames = formula_name(derived.quantity), self.formulas.renames
            parts = [replace(one, value=derived.shown(one)) for one in derived.parts]
            self._lines(latex_parts(parts, name, renames, self.width))
        for parameter, found in derived.limits.items():
            for one in found:
                sums, renames = derived.further_sums(one), self.formulas.renames
                self._lines(latex_limit(one, parameter, formula_name(derived.quantity), sums, renames, self.width))

    def underived(self, quantity: Quantity, error: InputError) -> None:
        self.console.print()
        self._comment(f"{quantity.name}: not derived: {error}")

    def check(self, check: Check) -> None:
        self._comment(f"{VERDICTS[check.outcome]}: {check.statement} ({check.method}: {check.detail})")

    def end(self) -> None:
        """Everything is printed already."""

    def _comment(self, text: str) -> None:
        self._lines("% " + clean_line(text))

    def _lines(self, text: str) -> None:
        self.console.print(text, soft_wrap=True)
