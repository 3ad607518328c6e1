"""`planaria derive`: rules, diagrams, equations, value and checks of the quantities of a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.text import Text
from sympy import Expr, Symbol, oo

from planaria.app.counting import count_diagrams
from planaria.app.display import heading, line, messages, note, output, plain_table, print_json, title
from planaria.app.formulas import Formulas
from planaria.app.inputs import Names, read_limits, read_renames
from planaria.app.limits import Branch, branches
from planaria.app.matrices import with_kinds
from planaria.app.rules_table import propagator_rows, vertex_rows
from planaria.derivations import Derivation, derive
from planaria.derivations.latex import latex_derivation, latex_rules
from planaria.derivations.models import load_model
from planaria.diagrams.errors import InputError
from planaria.diagrams.model import Model
from planaria.diagrams.modeldata import ModelFile, Quantity
from planaria.numerics.checks import Check, checks

__all__ = ["DeriveOptions", "derive_quantities"]

_ORDERS = 4  # planar diagrams are counted at orders 0 to 3
_MANY = 10**9


@dataclass(frozen=True)
class DeriveOptions:
    """The options of the command, as they were written."""

    quantities: tuple[str, ...]
    spectrum: tuple[str, ...]
    limits: tuple[str, ...]
    symbols: tuple[str, ...]
    as_latex: bool
    simulation: bool
    seed: int
    as_json: bool


def derive_quantities(name: str, options: DeriveOptions) -> bool:
    """Derive, print and check quantities of a model; whether every check passed."""
    file = load_model(name)
    quantities = _chosen(file, options.quantities)
    model = with_kinds(file, options.spectrum)
    names = Names(file, dict(model.spectra).values())
    limits = [names.parameters[one] for one in read_limits(options.limits, names)]
    status = messages()
    derivations: dict[Quantity, Derivation] = {}
    for quantity in quantities:
        with status.status(f"deriving {quantity.name}"):
            derivations[quantity] = derive(quantity.expression, model)
    occurring = {str(s.name) for d in derivations.values() for s in (*d.unknowns, *d.spectral_sums)}
    renames = read_renames(options.symbols, names, sorted(occurring))
    console = output()
    formulas = Formulas(renames, unicode="utf" in console.encoding.lower())
    report = _LatexReport if options.as_latex else _TextReport
    printer: _Report = _JsonReport(file) if options.as_json else report(console)
    printer.begin(file)
    passed = True
    for quantity, derivation in derivations.items():
        found = {one: branches(derivation, one) for one in limits}
        printer.quantity(quantity, derivation, found, model, formulas)
        for check in _run_checks(derivation, options, status, quantity.name):
            printer.check(check)
            passed = passed and check.passed
    printer.end()
    return passed


def _chosen(file: ModelFile, wanted: tuple[str, ...]) -> list[Quantity]:
    if not file.quantities:
        raise InputError(f"model {file.name}", "it has no quantities", "add a table [quantities] to the file")
    if not wanted:
        return list(file.quantities)
    return [file.quantity(one) for one in dict.fromkeys(wanted)]


def _run_checks(
    derivation: Derivation, options: DeriveOptions, status: Console, name: str
) -> Iterator[Check]:
    """The checks as they are done, with their progress on standard error."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(24), MofNCompleteColumn())
    with Progress(*columns, console=status, transient=True) as progress:
        task = progress.add_task(f"checking {name}", total=None)

        def show(text: str, done: int, total: int) -> None:
            progress.update(task, description=f"checking {name}: {text}", completed=done, total=total)

        found = checks(derivation, seed=options.seed, simulation=options.simulation, progress=show)
        # All of them before any is printed: a line between the frames of a progress bar would tear it.
        done = list(found)
    yield from done


class _Report:
    """Where results go."""

    def begin(self, file: ModelFile) -> None:
        raise NotImplementedError

    def quantity(
        self,
        quantity: Quantity,
        derivation: Derivation,
        limits: Mapping[Symbol, tuple[Branch, ...]],
        model: Model,
        formulas: Formulas,
    ) -> None:
        raise NotImplementedError

    def check(self, check: Check) -> None:
        raise NotImplementedError

    def end(self) -> None:
        """Nothing is left to do where results are printed as they come."""


class _JsonReport(_Report):
    def __init__(self, file: ModelFile) -> None:
        self.content: dict[str, Any] = {"model": file.name, "quantities": {}}
        self.checks: list[dict[str, Any]] = []

    def begin(self, file: ModelFile) -> None:
        """The object is printed at the end."""

    def quantity(
        self,
        quantity: Quantity,
        derivation: Derivation,
        limits: Mapping[Symbol, tuple[Branch, ...]],
        model: Model,
        formulas: Formulas,
    ) -> None:
        self.checks = []
        entry: dict[str, Any] = {
            "unknowns": {
                formulas.plain_name(one.symbol): one.meaning for one in derivation.closed_form.unknowns
            },
            "equations": [f"{formulas.plain(e.lhs)} = {formulas.plain(e.rhs)}" for e in derivation.equations],
            "value": formulas.plain(derivation.value),
            "spectral_sums": {
                formulas.plain_name(symbol): {
                    "summand": formulas.plain(spectral_sum.summand),
                    "space": formulas.plain_name(spectral_sum.space),
                }
                for symbol, spectral_sum in used_sums(derivation).items()
            },
            "latex": latex_derivation(derivation, formulas.renames),
            "checks": self.checks,
        }
        if limits:
            entry["limits"] = {
                formulas.plain_name(parameter): [
                    {
                        "where": None
                        if one.condition is None
                        else f"{formulas.plain(one.condition.lhs)} = {formulas.plain(one.condition.rhs)}",
                        "value": None if one.value is None else _plain_value(one.value, formulas),
                    }
                    for one in found
                ]
                for parameter, found in limits.items()
            }
        self.content["quantities"][quantity.name] = entry

    def check(self, check: Check) -> None:
        self.checks.append(
            {
                "statement": check.statement,
                "method": check.method,
                "passed": check.passed,
                "detail": check.detail,
            }
        )

    def end(self) -> None:
        print_json(self.content)


class _TextReport(_Report):
    def __init__(self, console: Console) -> None:
        self.console = console
        self.first_check = False

    def begin(self, file: ModelFile) -> None:
        title(self.console, file.title or file.name, file.about)
        for citation in file.citations:
            note(self.console, citation)

    def quantity(
        self,
        quantity: Quantity,
        derivation: Derivation,
        limits: Mapping[Symbol, tuple[Branch, ...]],
        model: Model,
        formulas: Formulas,
    ) -> None:
        console = self.console
        console.print()
        console.rule(Text(quantity.name, style="bold"), align="left", style="dim")
        if quantity.about:
            note(console, quantity.about)
        line(console, formulas.renamed_text(formulas.plain(quantity.expression)))
        self._rules(derivation, formulas)
        self._diagrams(quantity, model)
        self._closed_form(quantity, derivation, formulas)
        for parameter, found in limits.items():
            self._limit(quantity, parameter, found, formulas)
        self.first_check = True

    def _rules(self, derivation: Derivation, formulas: Formulas) -> None:
        rules, console = derivation.rules, self.console
        heading(console, "Feynman rules", f"{rules.size} index lines, of {rules.plain_size} before elimination")
        console.print(
            plain_table(("space", "bare propagator", "index lines"), propagator_rows(rules, formulas))
        )
        console.print(
            plain_table(("field", "spaces", "vertex", "from line→to line"), vertex_rows(rules, formulas))
        )

    def _diagrams(self, quantity: Quantity, model: Model) -> None:
        console = self.console
        heading(console, "Planar diagrams")
        try:
            counts = [
                count_diagrams(quantity.expression, model, order, planar=True, enough=_MANY)
                for order in range(_ORDERS)
            ]
        except InputError as error:
            note(console, f"not counted: {error.problem}")
            return
        rows = [("order", *map(str, range(_ORDERS))), ("diagrams", *(f"{one.diagrams:,}" for one in counts))]
        console.print(plain_table([""] * (_ORDERS + 1), rows))

    def _closed_form(self, quantity: Quantity, derivation: Derivation, formulas: Formulas) -> None:
        console = self.console
        width = max(40, console.width - 4)
        unknowns = derivation.closed_form.unknowns
        if unknowns:
            heading(console, "Unknowns")
            rows = [(formulas.name(one.symbol), one.meaning) for one in unknowns]
            console.print(plain_table(("", ""), rows))
            heading(console, "Equations" if len(derivation.equations) > 1 else "Equation")
            for equation in derivation.equations:
                line(console, formulas.block(equation.lhs, equation.rhs, width))
        sums = used_sums(derivation)
        if sums:
            heading(console, "Spectral sums")
            rows = [
                (
                    f"{formulas.name(symbol)} = {_SUM[formulas.unicode]} {formulas.inline(one.summand)}",
                    f"I = 1..{formulas.name(one.space)}",
                )
                for symbol, one in sums.items()
            ]
            console.print(plain_table(("", ""), rows))
        heading(console, "Value")
        line(console, formulas.block(quantity.name, derivation.value, width))
        algebraic = derivation.algebraic
        if algebraic is not None:
            heading(console, "Algebraic form")
            polynomial = algebraic.polynomial
            line(console, formulas.block(formulas.inline(polynomial.lhs), polynomial.rhs, width))
            if algebraic.root is not None:
                line(console, formulas.block(quantity.name, algebraic.root, width))

    def _limit(
        self, quantity: Quantity, parameter: Symbol, found: tuple[Branch, ...], formulas: Formulas
    ) -> None:
        console = self.console
        arrow = "→" if formulas.unicode else "->"
        several = "one of these; the sizes decide which" if len(found) > 1 else ""
        heading(console, f"Limit {formulas.name(parameter)} {arrow} 0", several)
        for one in found:
            if one.condition is not None:
                where = f"{formulas.inline(one.condition.lhs)} = {formulas.inline(one.condition.rhs)}"
                line(console, Text(f"where {where}", style="dim"))
            if one.value is None:
                line(console, f"{quantity.name}: the next order decides; 'planaria evaluate --limit' follows it")
            elif one.value is oo:
                line(console, f"{quantity.name} diverges")
            else:
                line(console, formulas.block(quantity.name, one.value, max(40, console.width - 4)))

    def check(self, check: Check) -> None:
        if self.first_check:
            heading(self.console, "Checks")
            self.first_check = False
        utf = "utf" in self.console.encoding.lower()
        sign = (Text("✓" if utf else "ok", style="green") if check.passed else Text("✗" if utf else "FAILED", style="bold red"))
        about = Text(check.statement)
        about.append(f"\n{check.method}", style="dim")
        if check.detail:
            about.append(f": {check.detail}", style="dim" if check.passed else "red")
        self.console.print(plain_table(("", ""), [(sign, about)]))


class _LatexReport(_TextReport):
    """LaTeX on standard output, with verdicts as comments."""

    def begin(self, file: ModelFile) -> None:
        self._comment(file.title or file.name)

    def quantity(
        self,
        quantity: Quantity,
        derivation: Derivation,
        limits: Mapping[Symbol, tuple[Branch, ...]],
        model: Model,
        formulas: Formulas,
    ) -> None:
        self._comment(quantity.name)
        self.console.print(latex_derivation(derivation, formulas.renames), soft_wrap=True)

    def check(self, check: Check) -> None:
        self._comment(f"{'passed' if check.passed else 'FAILED'}: {check.statement} ({check.method}: {check.detail})")

    def _comment(self, text: str) -> None:
        self.console.print("% " + " ".join(text.split()), soft_wrap=True)


_SUM = {True: "Σ", False: "sum"}


def used_sums(derivation: Derivation) -> dict[Symbol, Any]:
    """The spectral sums that value and equations contain."""
    used = set(derivation.value.free_symbols).union(*(e.free_symbols for e in derivation.equations))
    return {symbol: one for symbol, one in derivation.spectral_sums.items() if symbol in used}


def _plain_value(value: Expr, formulas: Formulas) -> str:
    return "inf" if value is oo else formulas.plain(value)
