"""`planaria evaluate`: a number, its evidence, and a simulation that it is checked against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mpmath import isinf, mpc
from rich.console import Console
from rich.text import Text
from sympy import Expr, Integer, Symbol

from planaria.algebra.errors import InputError, placed
from planaria.app.display import (
    assignments,
    heading,
    line,
    messages,
    note,
    output,
    plain_table,
    print_json,
    quantity_head,
    working,
)
from planaria.app.inputs import Names, check_count, read_limits, read_renames, read_sweep
from planaria.app.matrices import listed_sizes, with_files, with_kinds
from planaria.app.missing_values import Needs, check_sizes, needs_of
from planaria.app.points.numbers import decimal, decimal_json, largest, short
from planaria.app.points.sweep import SWEEP_DIGITS, Sweep
from planaria.app.points.table import SweepReport, Table
from planaria.app.reports.simulation import print_simulation, simulate_beside, simulation_json
from planaria.app.words.quantities import formula_name, scalar_quantity
from planaria.derivations.asked import derive
from planaria.derivations.log_determinants import LogDetDerivation
from planaria.diagrams.expressions.commuting import reorderings
from planaria.ensembles.estimate import Enclosure, Estimate
from planaria.ensembles.evidence import Outcome
from planaria.ensembles.library import load_model
from planaria.ensembles.model import Model
from planaria.ensembles.text.model_data import ModelFile, Quantity
from planaria.ensembles.verdicts.statuses import Status
from planaria.ensembles.verdicts.techniques import Technique
from planaria.numerics.given_digits import notes_on_digits
from planaria.numerics.integrals.log_determinant import evaluate_log_determinants
from planaria.numerics.simulation.approach import ApproachInterrupted
from planaria.numerics.simulation.extrapolation import Comparison
from planaria.numerics.solving.evaluate import evaluate
from planaria.writing.terminal.expressions import Formulas

__all__ = ["EvaluateOptions", "evaluate_quantity"]

_MOST_DIGITS = 1000
_DIGITS = 20
_ONE_BY_ONE = "give each name one number, and prove point by point; or leave it out: each point is verified"
_MOST_RUNS = 1_000_000
_MOST_WORKERS = 1024


@dataclass(frozen=True)
class EvaluateOptions:
    """The options of the command, as they were written."""

    values: tuple[str, ...]
    spectrum: tuple[str, ...]
    spectrum_files: tuple[str, ...]
    data_files: tuple[str, ...]
    matrix: str | None
    digits: int | None
    limits: tuple[str, ...]
    runs: int | None
    workers: int
    symbols: tuple[str, ...]
    csv: str | None
    seed: int
    budget: float
    certify: bool
    as_json: bool


@dataclass(frozen=True)
class _Point:
    """Where a quantity is evaluated: the numbers that were given or are defaults, and the limits."""

    values: dict[Symbol, Expr]
    limits: dict[str, int]


def evaluate_quantity(model_name: str, quantity_name: str, options: EvaluateOptions) -> bool:
    """Evaluate, simulate if asked to, and print; whether no simulation contradicts the number."""
    if options.digits is not None:
        check_count("--digits", options.digits, 1, _MOST_DIGITS)
    if options.runs is not None:
        check_count("--simulate", options.runs, 2, _MOST_RUNS)
    elif options.workers != 1:
        raise InputError("--workers", "nothing is drawn that processes could share", "add --simulate RUNS")
    check_count("--workers", options.workers, 1, _MOST_WORKERS)
    target = Table.of(options.csv, as_json=options.as_json)
    file = load_model(model_name)
    quantity = scalar_quantity(file, quantity_name)
    model = with_kinds(file, options.spectrum)
    model = with_files(file, model, options.spectrum_files, options.data_files, options.matrix)
    names = Names(file, dict(model.spectra).values())
    needs = needs_of(quantity.expression, model)
    given = read_sweep(options.values, names)
    has_several = any(len(some) > 1 for some in given.values())
    if options.runs is not None and (has_several or target is not None):
        raise InputError("--simulate", "a table of points is not simulated", "leave it out, or give one point")
    if options.certify and (has_several or target is not None):
        raise InputError("--certify", "a proof is of one point, and this is a table", _ONE_BY_ONE)
    point = _point(
        quantity, model, names, needs, options, {symbol: largest(some) for symbol, some in given.items()}
    )
    status = messages()
    with working(status, f"deriving {quantity.name}"), placed(file.place(quantity)):
        derivation = derive(quantity.expression, model, budget=options.budget)
    has_logdet = isinstance(derivation, LogDetDerivation)
    if has_logdet and point.limits:
        raise InputError("--limit", "no exact limit of a log det is known", "set a small value")
    parts = derivation.parts if isinstance(derivation, LogDetDerivation) else (derivation,)
    occurring = sorted({str(s) for part in parts for s in (*part.unknowns, *part.spectral_sums)})
    console = output()
    renames = read_renames(options.symbols, names, occurring)
    formulas = Formulas(renames, unicode="utf" in console.encoding.lower())
    notes = [one.sentence for one in reorderings(quantity.expression, model)]
    if target is not None or has_several:
        digits = options.digits or (SWEEP_DIGITS if has_several else _DIGITS)
        own = [(matrix, one) for matrix, one in model.spectra if matrix in needs.matrices]
        notes += notes_on_digits(own, digits)
        sweep = Sweep(derivation, given, point.values, point.limits, needs.symbols, digits)
        report = SweepReport(sweep, file, quantity, formulas, notes)
        report.give(console, status, target, as_json=options.as_json)
        return True
    relevant = {s: value for s, value in point.values.items() if s in needs.symbols}
    with working(status, f"evaluating {quantity.name}"):
        digits, limit = options.digits or _DIGITS, point.limits or None
        if isinstance(derivation, LogDetDerivation):
            if options.certify:
                raise InputError("--certify", "a log det is an integral, which is not proved", "leave it out")
            estimate = evaluate_log_determinants(derivation, relevant, digits=digits)
        else:
            estimate = evaluate(derivation, relevant, digits=digits, limit=limit, certify=options.certify)
    simulation: Comparison | None = None
    failure: BaseException | None = None
    if options.runs is not None:
        effort = options.runs, options.seed, options.workers
        try:
            simulation = simulate_beside(quantity, model, relevant, estimate.value, *effort, status)
        except ApproachInterrupted as stop:  # what was drawn is given out
            simulation, failure = stop.comparison, stop
        except InputError as error:  # the number stands without it, and is given out first
            failure = error
    contradicted = simulation is not None and simulation.verdict is Outcome.FAILED
    if contradicted:
        estimate = replace(estimate, status=Status.CONTRADICTED)
    if options.as_json:
        content = _json(file, quantity, estimate, simulation, formulas)
        notes += estimate.notes
        print_json({**content, **({"notes": notes} if notes else {})})
    else:
        _print(console, formulas, file, quantity, point, needs, estimate)
        for remark in notes:
            note(console, remark)
        if simulation is not None:
            print_simulation(console, formulas, quantity, model, simulation)
    if failure is not None:
        raise failure
    return not contradicted


def _point(
    quantity: Quantity,
    model: Model,
    names: Names,
    needs: Needs,
    options: EvaluateOptions,
    given: Mapping[Symbol, Expr],
) -> _Point:
    """The values that were given, and what the model knows; of several values the largest."""
    limits = read_limits(options.limits, names)
    for name in limits:
        if names.parameters[name] in given:
            raise InputError(f"--limit {name}", "--set gives it a value, too", "leave one of them out")
    if limits and options.runs is not None:
        raise InputError("--simulate", "a limit cannot be simulated", "leave out --limit, and set a small value")
    sizes = listed_sizes(model)
    for space, size in sizes.items():
        if given.get(space, size) != size:
            raise InputError(
                f"--set {space}",
                f"{given[space]} is not the number of eigenvalues that are given, {size}",
                f"leave {space} out",
            )
    listed = {space: Integer(size) for space, size in sizes.items() if isinstance(space, Symbol)}
    values = {**names.defaults, **given, **listed}
    zero = {names.parameters[name]: Integer(0) for name in limits}
    needs.check_given([*values, *zero], model, names, f"evaluate {quantity.name}")
    check_sizes(needs, model, values, simulated=options.runs is not None)
    return _Point({s: v for s, v in values.items() if s not in zero}, limits)


def _json(
    file: ModelFile,
    quantity: Quantity,
    estimate: Estimate,
    simulation: Comparison | None,
    formulas: Formulas,
) -> dict[str, Any]:
    digits = estimate.digits
    return {
        "model": file.name,
        "quantity": quantity.name,
        "value": decimal_json(estimate.value, digits),
        "digits": digits,
        "unknowns": {
            formulas.plain_name(name): decimal_json(value, digits) for name, value in estimate.unknowns.items()
        },
        "residual": decimal(estimate.residual, 3),
        "status": estimate.status.value,
        "radius": estimate.radius,
        **_enclosures(estimate, formulas),
        "simulation": simulation_json(simulation),
    }


def _enclosures(estimate: Estimate, formulas: Formulas) -> dict[str, Any]:
    """What is proved of value and unknowns; nothing if no proof was asked for."""
    if estimate.enclosure is None:
        return {}
    unknowns = {formulas.plain_name(name): _interval(one) for name, one in estimate.enclosures.items()}
    return {"enclosure": {**_interval(estimate.enclosure), "unknowns": unknowns}}


def _interval(one: Enclosure) -> dict[str, str]:
    return {"middle": one.middle, "radius": one.radius}


def _print(
    console: Console,
    formulas: Formulas,
    file: ModelFile,
    quantity: Quantity,
    point: _Point,
    needs: Needs,
    estimate: Estimate,
) -> None:
    quantity_head(console, quantity.name, file.title or file.name, quantity.about)
    at = [f"{formulas.name(s)} = {short(v)}" for s, v in point.values.items() if s in needs.symbols]
    at += [f"{formulas.name(name)} {formulas.arrow} 0" for name in point.limits]
    assignments(console, at)
    failed = estimate.status == Status.CONTRADICTED
    console.print()
    line(
        console,
        Text.assemble(
            f"{formula_name(quantity)} = ",
            (_shown(estimate), "bold red" if failed else "bold green"),
        ),
    )
    for remark in estimate.notes:
        note(console, remark)
    if estimate.unknowns:
        heading(console, "Unknowns")
        for name, value in estimate.unknowns.items():
            shown = str(estimate.enclosures.get(name) or decimal(value, estimate.digits))
            line(console, f"{formulas.name(name)} = {shown}")
    heading(console, "Evidence")
    rows: list[tuple[str, str | Text]] = [
        ("status", Text(estimate.status, style="bold red") if failed else estimate.status),
        ("method", estimate.method),
        ("residual", f"{decimal(estimate.residual, 3)} of the equations, relative"),
    ]
    if estimate.radius is not None:
        rows.append(("ladder", f"spectral radius {_radius(estimate.radius)}: outside of the spectrum"))
    is_complex = isinstance(estimate.value, mpc)
    if estimate.enclosure is None and (is_complex or not isinf(estimate.value)):
        is_integral = any(step.technique is Technique.QUADRATURE for step in estimate.steps)
        what = "that the quadrature may leave" if is_integral else "when the precision was raised"
        rows.append(("error", f"{decimal(estimate.error, 3)} {what}"))
    console.print(plain_table(("", ""), rows))


def _shown(estimate: Estimate) -> str:
    return str(estimate.enclosure or decimal(estimate.value, estimate.digits))


def _radius(radius: float) -> str:
    """A radius that is known to be below 1, whatever it rounds to."""
    distance = 1 - radius
    if distance > 1e-3:
        return f"{radius:.4f}, below 1"
    return f"1 - {distance:.1e}" if distance > 1e-12 else "below 1 by less than 1e-12"
