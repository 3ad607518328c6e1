"""Derivations as text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.text import Text
from sympy import Symbol, collect, count_ops, factor, oo, together

from planaria.algebra.errors import InputError
from planaria.app.counting import count_diagrams
from planaria.app.display import heading, line, note, plain_table, title
from planaria.app.reports.derived import REFUTED, VERDICTS, Derived, inequality, known_renames
from planaria.app.words.early import is_word
from planaria.app.words.quantities import formula_name
from planaria.derivations import Derivation
from planaria.derivations.analysis.limits import LimitBranch
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.ensembles.evidence import Check, Outcome
from planaria.ensembles.text.model_data import ModelFile, Quantity
from planaria.writing.latex.derivation import latex_determinants, latex_equations, latex_value
from planaria.writing.terminal.derivations import value_title
from planaria.writing.terminal.expressions import Formulas
from planaria.writing.terminal.rules import propagator_rows, vertex_rows

__all__ = ["TextReport"]

_ORDERS = 4  # planar diagrams are counted at orders 0 to 3
_MANY = 10**9
_FEW = 3  # conditions of a limit that are printed
_LONG = 1500  # operations beyond which a polynomial is only named


class TextReport:
    """Text for a terminal."""

    def __init__(self, console: Console, formulas: Formulas, *, has_rules: bool = True) -> None:
        self.console = console
        self.formulas = formulas
        self.has_rules = has_rules
        self.width = max(40, console.width - 4)
        self.first_check = False

    def begin(self, file: ModelFile) -> None:
        title(self.console, file.title or file.name, file.about)
        lines = [*file.citations, *file.model.small_spaces]
        if lines:
            self.console.print()
        for one in lines:
            note(self.console, one)

    def quantity(self, derived: Derived) -> None:
        self._head(derived.quantity)
        if self.has_rules:
            self._rules(derived.derivation)
        self._diagrams(derived)
        if derived.refuted:
            heading(self.console, "Value")
            note(self.console, REFUTED)
            self.first_check = True
            return
        self._integrated(derived)
        self._equations(derived)
        for one in derived.notes:
            note(self.console, one)
        if derived.sums:
            heading(self.console, "Spectral sums")
            self._sums(derived.sums)
        self._value(derived)
        self._parts(derived)
        self._latex(derived)
        for parameter, found in derived.limits.items():
            self._limit(derived, parameter, found)
        self.first_check = True

    def underived(self, quantity: Quantity, error: InputError) -> None:
        self._head(quantity)
        note(self.console, f"not derived: {error}")

    def _head(self, quantity: Quantity) -> None:
        self.console.print()
        head = quantity.name if is_word(quantity.name) else self.formulas.renamed_text(quantity.name)
        self.console.rule(Text(head, style="bold"), align="left", style="dim")
        if quantity.about:
            note(self.console, quantity.about)
        shown = self.formulas.plain(quantity.expression)
        if shown != head:  # as it is for an expression that needs no definitions
            line(self.console, shown)

    def _rules(self, derivation: Derivation) -> None:
        rules = derivation.rules
        lines = "index line" if rules.size == 1 else "index lines"
        heading(self.console, "Feynman rules", f"{rules.size} {lines}, of {rules.plain_size} before elimination")
        propagators = propagator_rows(rules, self.formulas)
        self.console.print(plain_table(("space", "bare propagator", "index lines"), propagators))
        self.console.print()
        vertices = vertex_rows(rules, self.formulas)
        self.console.print(plain_table(("field", "spaces", "vertex", "from line, to line"), vertices))

    def _diagrams(self, derived: Derived) -> None:
        heading(self.console, "Planar diagrams")
        expression, model = derived.quantity.expression, derived.model
        try:
            counts = [
                count_diagrams(expression, model, order, planar=True, enough=_MANY) for order in range(_ORDERS)
            ]
        except InputError as error:
            note(self.console, f"not counted: {error.problem}")
            return
        rows = [("order", *map(str, range(_ORDERS))), ("diagrams", *(f"{one.diagrams:,}" for one in counts))]
        self.console.print(plain_table([""] * (_ORDERS + 1), rows))

    def _equations(self, derived: Derived) -> None:
        derivation = derived.derivation
        unknowns = derivation.closed_form.unknowns
        if not unknowns:
            return
        heading(self.console, "Unknowns" if len(unknowns) > 1 else "Unknown")
        rows = [(self.formulas.name(one.symbol), self.formulas.meaning(one.meaning)) for one in unknowns]
        self.console.print(plain_table(("", ""), rows))
        heading(self.console, "Equations" if len(derivation.equations) > 1 else "Equation")
        for equation in derivation.equations:
            line(self.console, self.formulas.block(equation.lhs, equation.rhs, self.width))

    def _integrated(self, derived: Derived) -> None:
        """The log det that this resolvent is for, its formula in a line that nothing breaks."""
        if text := derived.integral_text(self.formulas):
            heading(self.console, "Integral", "what the resolvent is for")
            formula, _, scale = text.rpartition(", ")
            line(self.console, formula)
            line(self.console, scale)

    def _sums(self, sums: Mapping[Symbol, SpectralSum]) -> None:
        sign = "Σ" if self.formulas.unicode else "sum"
        rows = [
            (
                f"{self.formulas.name(symbol)} = {sign} {self.formulas.inline(one.summand)}",
                f"I = 1..{self.formulas.name(one.space)}",
            )
            for symbol, one in sums.items()
        ]
        self.console.print(plain_table(("", ""), rows))

    def _value(self, derived: Derived) -> None:
        name, derivation = formula_name(derived.quantity), derived.derivation
        if derivation.determinants:
            several = "s" if len(derivation.determinants) > 1 else ""
            heading(self.console, f"Determinant{several}", "of 1 minus a ladder")
        for number, one in enumerate(derivation.determinants):
            if number:
                self.console.print()
            line(self.console, self.formulas.determinant_block(one, self.width))
        heading(self.console, value_title(derivation, self.formulas).replace("value", "Value", 1))
        line(self.console, self.formulas.block(name, derivation.value_as_shown, self.width))
        form = derived.algebraic
        if form is None:
            return
        own = Symbol("value" if name in map(str, form.polynomial.free_symbols) else name)
        heading(self.console, "Algebraic equation", f"for {own}, of degree {form.degree}")
        if count_ops(form.polynomial) > _LONG:
            note(self.console, "It is too long to be read.")
            return
        whole = (form.polynomial.lhs - form.polynomial.rhs).xreplace({Symbol("value"): own})
        polynomial = collect(whole, own, factor)
        line(self.console, self.formulas.block("0", polynomial, self.width))
        if form.root is not None:
            heading(self.console, "Its physical root")
            line(self.console, self.formulas.block(name, together(form.root), self.width))

    def _parts(self, derived: Derived) -> None:
        if not derived.parts:
            return
        heading(self.console, "Parts", "which add up to the value")
        for number, one in enumerate(derived.parts):
            if number:
                self.console.print()
            line(
                self.console,
                self.formulas.block(f"{self.formulas.inline(one.factor)} part", derived.shown(one), self.width),
            )

    def _latex(self, derived: Derived) -> None:
        """Equations and value, to be copied; --latex prints rules and sums too."""
        heading(self.console, "LaTeX")
        renames = known_renames(derived, self.formulas)
        for row in derived.integral_rows(renames):
            line(self.console, f"{row.left} {row.right}")
        for equation in latex_equations(derived.derivation, renames):
            line(self.console, equation)
        for determinant in latex_determinants(derived.derivation, renames):
            line(self.console, determinant)
        line(self.console, latex_value(derived.derivation, formula_name(derived.quantity), renames))

    def _limit(self, derived: Derived, parameter: Symbol, found: tuple[LimitBranch, ...]) -> None:
        name, formulas = formula_name(derived.quantity), self.formulas
        told = all(branch in derived.holds for branch in found)
        several = "one of these; the numbers decide which" if len(found) > 1 and not told else ""
        heading(self.console, f"Limit {formulas.name(parameter)} {formulas.arrow} 0", several)
        if not found:
            note(self.console, "No formula is found; 'planaria evaluate --limit' gives the number.")
        for number, branch in enumerate(found):
            if number:
                self.console.print()
            holds = ", ".join(inequality(one, formulas.inline) for one in derived.holds.get(branch, ()))
            prefix = f"for {holds}, " if holds else ""
            line(self.console, Text(f"{prefix}where {self._conditions(branch)}", style="dim"))
            if branch.value is oo:
                line(self.console, f"{name} grows without bound")
            else:
                line(self.console, formulas.block(name, branch.value, self.width))
            further = derived.further_sums(branch)
            if further:
                self._sums(further)

    def _conditions(self, branch: LimitBranch) -> str:
        if len(branch.conditions) > _FEW:
            return f"{len(branch.conditions)} equations hold, which --json lists"
        inline, arrow = self.formulas.inline, self.formulas.arrow
        return " and ".join(
            f"{inline(one.lhs)} {arrow if one.rhs is oo else '='} {inline(one.rhs)}" for one in branch.conditions
        )

    def check(self, check: Check) -> None:
        if self.first_check:
            heading(self.console, "Checks")
            self.first_check = False
        mark, style, quiet = {
            Outcome.PASSED: (self.formulas.tick, "green", "dim"),
            Outcome.FAILED: (VERDICTS[Outcome.FAILED], "bold red", "red"),
            Outcome.INCONCLUSIVE: ("?", "bold yellow", "yellow"),
        }[check.outcome]
        sign = Text(mark, style=style)
        about = Text(check.statement)
        about.append(f"\n{check.method}: {check.detail}", style=quiet)
        self.console.print(plain_table(("", ""), [(sign, about)]))

    def end(self) -> None:
        """Everything is printed already."""
