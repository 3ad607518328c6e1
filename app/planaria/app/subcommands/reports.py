"""Where derivations are printed: text for a terminal, LaTeX, or one JSON object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from rich.console import Console
from rich.text import Text
from sympy import Expr, Symbol, collect, count_ops, factor, oo, together

from planaria.algebra.errors import InputError
from planaria.app.counting import count_diagrams
from planaria.app.display import heading, line, note, plain_table, print_json, title
from planaria.app.words.early import is_word
from planaria.app.words.quantities import formula_name
from planaria.derivations import Derivation
from planaria.derivations.analysis.limits import LimitBranch
from planaria.derivations.elimination.algebraic import AlgebraicForm
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.derivations.resummation import COMMUTED, LEADING, STOPPED
from planaria.diagrams.expressions.contents import contents_of
from planaria.ensembles.cleaning import clean_line
from planaria.ensembles.evidence import Check, Outcome
from planaria.ensembles.model import Model
from planaria.ensembles.text.model_data import ModelFile, Quantity
from planaria.writing.latex.derivation import (
    latex_derivation,
    latex_equations,
    latex_value,
    renameable,
)
from planaria.writing.latex.limits import latex_limit
from planaria.writing.latex.page import WIDTH
from planaria.writing.latex.rules import rules_on_pages
from planaria.writing.renames import known_names
from planaria.writing.terminal.expressions import Formulas
from planaria.writing.terminal.rules import propagator_rows, vertex_rows

__all__ = ["Derived", "JsonReport", "LatexReport", "Report", "TextReport"]

_ORDERS = 4  # planar diagrams are counted at orders 0 to 3
_MANY = 10**9
_FEW = 3  # conditions of a limit that are printed
_VERDICTS = {Outcome.PASSED: "passed", Outcome.FAILED: "FAILED", Outcome.INCONCLUSIVE: "inconclusive"}
_REFUTED = "None is given: an exact check of the closed form failed. Please report this model."
_LONG = 1500  # operations beyond which a polynomial is only named


@dataclass(frozen=True)
class Derived:
    """A quantity with its derivation; its algebraic form where that is printed; limits by their parameter.

    ``refuted`` says that an exact check failed: nothing is given out then that could be taken for a result.
    ``absent`` are the parameters whose limits were asked for, but that the quantity does not contain.
    """

    quantity: Quantity
    model: Model
    derivation: Derivation
    algebraic: AlgebraicForm | None
    limits: Mapping[Symbol, tuple[LimitBranch, ...]]
    refuted: bool = False
    absent: tuple[Symbol, ...] = ()
    integral: str = ""  # what the quantity is the integrand of, in a line

    @property
    def notes(self) -> list[str]:
        """What relies on matrices that commute; what was not done, and why."""
        steps = self.derivation.steps
        found = [step.reason for rule in (COMMUTED, LEADING, STOPPED) for step in steps if step.rule == rule]
        found += [self.integral] if self.integral else []
        return found + [
            f"{self.quantity.name} does not contain {one}: its limit is the value" for one in self.absent
        ]

    @property
    def sums(self) -> dict[Symbol, SpectralSum]:
        """The spectral sums that value and equations contain."""
        return _used(self.derivation.spectral_sums, self.derivation.value, *self.derivation.equations)

    def further_sums(self, branch: LimitBranch) -> dict[Symbol, SpectralSum]:
        """The spectral sums of a limit that value and equations do not contain."""
        used = _used(branch.closed_form.spectral_sums, branch.value, *branch.conditions)
        return {symbol: one for symbol, one in used.items() if self.sums.get(symbol) != one}


def _used(sums: Mapping[Symbol, SpectralSum], *formulas: Expr) -> dict[Symbol, SpectralSum]:
    symbols = {symbol for one in formulas for symbol in one.free_symbols}
    return {symbol: one for symbol, one in sums.items() if symbol in symbols}


class Report(Protocol):
    """A model, then each quantity followed by its checks."""

    def begin(self, file: ModelFile) -> None: ...
    def quantity(self, derived: Derived) -> None: ...
    def underived(self, quantity: Quantity, error: InputError) -> None: ...
    def check(self, check: Check) -> None: ...
    def end(self) -> None: ...


class JsonReport:
    """One JSON object, printed at the end."""

    def __init__(self, formulas: Formulas, *, width: float = WIDTH) -> None:
        self.formulas = formulas
        self.width = width  # of a page, for its LaTeX
        self.content: dict[str, Any] = {}

    def begin(self, file: ModelFile) -> None:
        small = {"small_spaces": [str(one) for one in file.model.small]} if file.model.small else {}
        self.content = {"model": file.name, **small, "quantities": {}}

    def quantity(self, derived: Derived) -> None:
        plain, name = self.formulas.plain, self.formulas.plain_name
        derivation = derived.derivation
        entry: dict[str, Any] = {
            "unknowns": {
                name(one.symbol): self.formulas.meaning(one.meaning) for one in derivation.closed_form.unknowns
            },
            "equations": [f"{plain(one.lhs)} = {plain(one.rhs)}" for one in derivation.equations],
            "value": None if derived.refuted else plain(derivation.value),
            "spectral_sums": self._sums(derived.sums),
            "latex": None if derived.refuted else _latex(derived, self.formulas, self.width),
            "notes": derived.notes,
            "checks": [],
        }
        entry |= {"integral": derived.integral} if derived.integral else {}
        if derived.limits and not derived.refuted:
            entry["limits"] = {
                name(parameter): [self._branch(derived, one) for one in found]
                for parameter, found in derived.limits.items()
            }
        self.content["quantities"][derived.quantity.name] = entry

    def underived(self, quantity: Quantity, error: InputError) -> None:
        self.content["quantities"][quantity.name] = {"error": str(error)}

    def _sums(self, sums: Mapping[Symbol, SpectralSum]) -> dict[str, dict[str, str]]:
        plain, name = self.formulas.plain, self.formulas.plain_name
        return {
            name(symbol): {"summand": plain(one.summand), "space": name(one.space)} for symbol, one in sums.items()
        }

    def _branch(self, derived: Derived, branch: LimitBranch) -> dict[str, Any]:
        plain = self.formulas.plain
        return {
            "where": [f"{plain(one.lhs)} = {plain(one.rhs)}" for one in branch.conditions],
            "value": plain(branch.value),
            "spectral_sums": self._sums(derived.further_sums(branch)),
        }

    def check(self, check: Check) -> None:
        *_, last = self.content["quantities"].values()
        last["checks"].append(
            {
                "statement": check.statement,
                "method": check.method,
                "passed": check.passed,
                "outcome": check.outcome.value,
                "detail": check.detail,
            }
        )

    def end(self) -> None:
        print_json(self.content)


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
            note(self.console, _REFUTED)
            self.first_check = True
            return
        self._equations(derived)
        for one in derived.notes:
            note(self.console, one)
        if derived.sums:
            heading(self.console, "Spectral sums")
            self._sums(derived.sums)
        self._value(derived)
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
        heading(self.console, "Value")
        line(self.console, self.formulas.block(name, derivation.value, self.width))
        form = derived.algebraic
        if form is None:
            return
        heading(self.console, "Algebraic equation", f"of value = {name}, of degree {form.degree}")
        if count_ops(form.polynomial) > _LONG:
            note(self.console, "It is too long to be read.")
            return
        polynomial = collect(form.polynomial.lhs - form.polynomial.rhs, Symbol("value"), factor)
        line(self.console, self.formulas.block("0", polynomial, self.width))
        if form.root is not None:
            heading(self.console, "Its physical root")
            line(self.console, self.formulas.block(name, together(form.root), self.width))

    def _latex(self, derived: Derived) -> None:
        """Equations and value, to be copied; --latex prints rules and sums too."""
        heading(self.console, "LaTeX")
        renames = _known_renames(derived, self.formulas)
        for equation in latex_equations(derived.derivation, renames):
            line(self.console, equation)
        line(self.console, latex_value(derived.derivation, formula_name(derived.quantity), renames))

    def _limit(self, derived: Derived, parameter: Symbol, found: tuple[LimitBranch, ...]) -> None:
        name, formulas = formula_name(derived.quantity), self.formulas
        several = "one of these; the numbers decide which" if len(found) > 1 else ""
        heading(self.console, f"Limit {formulas.name(parameter)} {formulas.arrow} 0", several)
        if not found:
            note(self.console, "No formula is found; 'planaria evaluate --limit' gives the number.")
        for number, branch in enumerate(found):
            if number:
                self.console.print()
            line(self.console, Text(f"where {self._conditions(branch)}", style="dim"))
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
            Outcome.FAILED: (_VERDICTS[Outcome.FAILED], "bold red", "red"),
            Outcome.INCONCLUSIVE: ("?", "bold yellow", "yellow"),
        }[check.outcome]
        sign = Text(mark, style=style)
        about = Text(check.statement)
        about.append(f"\n{check.method}: {check.detail}", style=quiet)
        self.console.print(plain_table(("", ""), [(sign, about)]))

    def end(self) -> None:
        """Everything is printed already."""


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
            self._comment(_REFUTED)
            return
        for remark in derived.notes:
            self._comment(remark)
        if self.has_rules:
            rules = derived.derivation.rules
            known = known_names(rules.setting)
            renames = {name: new for name, new in self.formulas.renames.items() if name in known}
            fields = contents_of(derived.derivation.expression, rules.setting.model).fields  # of long words, too
            self._lines(rules_on_pages(rules, renames, self.width, fields))
        self._lines(_latex(derived, self.formulas, self.width))
        for parameter, found in derived.limits.items():
            for one in found:
                sums, renames = derived.further_sums(one), self.formulas.renames
                self._lines(latex_limit(one, parameter, formula_name(derived.quantity), sums, renames, self.width))

    def underived(self, quantity: Quantity, error: InputError) -> None:
        self.console.print()
        self._comment(f"{quantity.name}: not derived: {error}")

    def check(self, check: Check) -> None:
        self._comment(f"{_VERDICTS[check.outcome]}: {check.statement} ({check.method}: {check.detail})")

    def end(self) -> None:
        """Everything is printed already."""

    def _comment(self, text: str) -> None:
        self._lines("% " + clean_line(text))

    def _lines(self, text: str) -> None:
        self.console.print(text, soft_wrap=True)


def _latex(derived: Derived, formulas: Formulas, width: float) -> str:
    """The derivation as LaTeX, on a page of that width."""
    name = formula_name(derived.quantity)
    return latex_derivation(derived.derivation, _known_renames(derived, formulas), name, width)


def _known_renames(derived: Derived, formulas: Formulas) -> dict[str, str]:
    """New names of what another quantity contains are no business of this one."""
    known = renameable(derived.derivation)
    return {name: new for name, new in formulas.renames.items() if name in known}
