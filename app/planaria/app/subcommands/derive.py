"""`planaria derive`: closed forms of the quantities of a model, and their checks."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from sympy import Symbol, count_ops

from planaria.algebra.errors import InputError, placed
from planaria.app.display import messages, output, progress_bar, working
from planaria.app.inputs import Names, read_limits, read_renames
from planaria.app.matrices import with_kinds
from planaria.app.reports.derived import Derived, Integrand, Report
from planaria.app.reports.in_json import JsonReport
from planaria.app.reports.in_latex import LatexReport
from planaria.app.reports.in_text import TextReport
from planaria.app.words.quantities import chosen_quantities
from planaria.derivations.analysis.limits import limit_branches
from planaria.derivations.asked import derive
from planaria.derivations.derivation import Derivation
from planaria.derivations.log_determinants import LogDetIntegral
from planaria.diagrams.expressions.contents import contents_of
from planaria.ensembles.evidence import Check
from planaria.ensembles.library import load_model
from planaria.ensembles.text.formatting import format_expression
from planaria.ensembles.text.model_data import Quantity
from planaria.numerics.analysis.holding import holding
from planaria.numerics.evidence.checks import checks
from planaria.writing.latex.page import points
from planaria.writing.terminal.expressions import Formulas

__all__ = ["DeriveOptions", "derive_quantities"]

_LONGEST = 1500  # operations of a closed form whose algebraic equation is looked for


@dataclass(frozen=True)
class DeriveOptions:
    """The options of the command, as they were written."""

    quantities: tuple[str, ...]
    spectrum: tuple[str, ...]
    limits: tuple[str, ...]
    basis: str | None
    by: tuple[str, ...]
    collect: str | None
    determinants: bool
    symbols: tuple[str, ...]
    as_latex: bool
    width: str
    rules: bool
    simulation: bool
    seed: int
    budget: float
    as_json: bool


def derive_quantities(name: str, options: DeriveOptions) -> bool:
    """Derive, print and check quantities of a model; whether no check failed."""
    file = load_model(name)
    quantities = chosen_quantities(file, options.quantities, matrices=True)
    width = points(options.width, "--width")
    model = with_kinds(file, options.spectrum)
    names = Names(file, dict(model.spectra).values())
    limits = [names.parameters[one] for one in read_limits(options.limits, names)]
    status = messages()
    derivations: dict[Quantity, Derivation] = {}
    integrals: dict[Quantity, Integrand] = {}
    asked, quantities = quantities, []
    errors: dict[Quantity, InputError] = {}
    for quantity in asked:
        try:
            with working(status, f"deriving {quantity.name}"), placed(file.place(quantity)):
                found = derive(quantity.expression, model, budget=options.budget)
                if isinstance(found, Derivation) and options.basis is not None:
                    found = found.rewrite(options.basis)
                if isinstance(found, Derivation) and options.collect is not None:
                    found = found.collect(options.collect)
                if isinstance(found, Derivation) and not options.determinants:
                    found = found.written_out()
        except InputError as error:
            errors[quantity] = error  # the others are derived all the same
            quantities.append(quantity)
            continue
        if isinstance(found, Derivation):
            derivations[quantity] = found
            quantities.append(quantity)
            continue
        if limits:
            errors[quantity] = InputError("--limit", "no exact limit of a log det is known", "leave it out")
            quantities.append(quantity)
            continue
        for number, part in enumerate(found.parts):
            integral = found.integrals[number] if number < len(found.integrals) else None
            several = f"_{number + 1}" if len(found.integrals) > 1 else ""
            one = _part(quantity, part, integral, several)
            derivations[one] = part
            quantities.append(one)
            if integral is not None:
                integrals[one] = Integrand(integral, None if number else quantity)
    if not derivations:
        raise next(iter(errors.values()))
    occurring = {str(s.name) for d in derivations.values() for s in _own_names(d)}
    console = output()
    renames = read_renames(options.symbols, names, sorted(occurring))
    formulas = Formulas(renames, unicode="utf" in console.encoding.lower())
    report = _report(options, width, console, formulas)
    report.begin(file)
    passed = True
    for quantity in quantities:
        if quantity in errors:
            report.underived(quantity, errors[quantity])
            continue
        derivation = derivations[quantity]
        with working(status, f"writing {quantity.name}"):
            contained = contents_of(quantity.expression, model).symbols
            branches = {one: limit_branches(derivation.closed_form, one) for one in limits if one in contained}
            parts = tuple(derivation.split(*options.by)) if options.by else ()
            holds = {
                branch: inequalities
                for one, found in branches.items()
                for branch, inequalities in holding(derivation, one, found, options.seed).items()
            }
            absent = tuple(one for one in limits if one not in contained)
            is_text = not options.as_json and not options.as_latex
            algebraic = derivation.algebraic if is_text and _is_readable(derivation) else None
        made = _run_checks(derivation, options, status, quantity.name)
        refuted = any(one.refutes for one in made)
        part_of = integrals.get(quantity)
        report.quantity(
            Derived(quantity, model, derivation, algebraic, branches, refuted, absent, part_of, parts, holds)
        )
        for check in made:
            report.check(check)
            passed = passed and not check.failed
    report.end()
    if errors:
        raise next(iter(errors.values()))
    return passed


def _part(quantity: Quantity, part: Derivation, integral: LogDetIntegral | None, several: str) -> Quantity:
    """What is derived of a quantity with a log det: the resolvent in each, and each trace beside it."""
    if integral is None:
        return Quantity(f"{quantity.name}, {format_expression(part.expression)}", part.expression)
    about = f"the resolvent that {format_expression(integral.logdet)} is an integral of"
    return Quantity(f"{quantity.name}, resolvent{several}", part.expression, about)


def _own_names(derivation: Derivation) -> tuple[Symbol, ...]:
    """The names that a derivation gives."""
    return (*derivation.unknowns, *derivation.spectral_sums, *(one.symbol for one in derivation.determinants))


def _is_readable(derivation: Derivation) -> bool:
    """Whether a closed form is short enough for its polynomial: a resultant of long ones takes minutes."""
    operations = sum(int(count_ops(one)) for one in (derivation.value, *derivation.equations))
    return operations <= _LONGEST


def _report(options: DeriveOptions, width: float, console: Console, formulas: Formulas) -> Report:
    if options.as_json:
        return JsonReport(formulas, width=width)
    if options.as_latex:
        return LatexReport(console, formulas, width=width, has_rules=options.rules)
    return TextReport(console, formulas, has_rules=options.rules)


def _run_checks(derivation: Derivation, options: DeriveOptions, status: Console, name: str) -> list[Check]:
    """All checks of a derivation. None is printed before all are done: a line would tear the progress bar."""
    with progress_bar(status) as progress:
        task = progress.add_task(f"checking {name}", total=None)

        def show(text: str, done: int, total: int) -> None:
            progress.update(task, description=f"checking {name}: {text}", completed=done, total=total)

        return list(checks(derivation.checked, seed=options.seed, simulation=options.simulation, progress=show))
