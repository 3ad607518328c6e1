"""`planaria evaluate`: a number, its evidence, and a simulation beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mpmath import isinf, nstr
from rich.console import Console
from rich.text import Text
from sympy import Expr, Integer, Rational, Symbol

from planaria.app.display import (
    heading,
    line,
    messages,
    note,
    output,
    plain_table,
    print_json,
    progress_bar,
    working,
)
from planaria.app.formulas import Formulas
from planaria.app.inputs import Names, check_count, read_limits, read_values
from planaria.app.matrices import listed_sizes, with_files, with_kinds
from planaria.app.needs import Needs, check_sizes, needs_of
from planaria.derivations import derive
from planaria.derivations.models import load_model
from planaria.diagrams.errors import InputError, placed
from planaria.diagrams.model import Model
from planaria.diagrams.modeldata import ModelFile, Quantity
from planaria.numerics.estimate import Estimate
from planaria.numerics.evaluate import evaluate
from planaria.numerics.simulate import Simulation, simulate

__all__ = ["EvaluateOptions", "evaluate_quantity"]

_MOST_DIGITS = 1000
_MOST_RUNS = 1_000_000


@dataclass(frozen=True)
class EvaluateOptions:
    """The options of the command, as they were written."""

    values: tuple[str, ...]
    spectrum: tuple[str, ...]
    spectrum_files: tuple[str, ...]
    data_files: tuple[str, ...]
    matrix: str | None
    digits: int
    limits: tuple[str, ...]
    runs: int | None
    seed: int
    as_json: bool


@dataclass(frozen=True)
class _Point:
    """Where a quantity is evaluated: the numbers that were given or are defaults, and the limits."""

    values: dict[Symbol, Expr]
    limits: dict[str, int]


def evaluate_quantity(model_name: str, quantity_name: str, options: EvaluateOptions) -> None:
    """Evaluate, simulate if asked to, and print."""
    check_count("--digits", options.digits, 1, _MOST_DIGITS)
    if options.runs is not None:
        check_count("--simulate", options.runs, 2, _MOST_RUNS)
    file = load_model(model_name)
    quantity = file.quantity(quantity_name)
    model = with_kinds(file, options.spectrum)
    model = with_files(file, model, options.spectrum_files, options.data_files, options.matrix)
    names = Names(file, dict(model.spectra).values())
    needs = needs_of(quantity.expression, model)
    point = _point(quantity, model, names, needs, options)
    status = messages()
    with working(status, f"deriving {quantity.name}"), placed(file.place(quantity)):
        derivation = derive(quantity.expression, model)
    relevant = {s: value for s, value in point.values.items() if s in needs.symbols}
    with working(status, f"evaluating {quantity.name}"):
        estimate = evaluate(derivation, relevant, digits=options.digits, limit=point.limits or None)
    simulation = None
    if options.runs is not None:
        simulation = _simulation(quantity, model, relevant, options, status)
    if options.as_json:
        print_json(_json(file, quantity, estimate, simulation))
    else:
        _print(output(), file, quantity, point, needs, estimate, simulation)


def _point(quantity: Quantity, model: Model, names: Names, needs: Needs, options: EvaluateOptions) -> _Point:
    given = read_values(options.values, names)
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


def _simulation(
    quantity: Quantity,
    model: Model,
    values: Mapping[Symbol, Expr],
    options: EvaluateOptions,
    status: Console,
) -> Simulation:
    runs = options.runs or 0
    with progress_bar(status) as progress:
        task = progress.add_task("simulating", total=runs)
        found = simulate(
            {quantity.name: quantity.expression},
            model,
            values,
            runs=runs,
            seed=options.seed,
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    return found[quantity.name]


def _number(value: Any, digits: int) -> str:
    """A decimal string; infinities without a plus."""
    if isinf(value):
        return "-inf" if value < 0 else "inf"
    return str(nstr(value, digits, strip_zeros=False))


def _json(
    file: ModelFile, quantity: Quantity, estimate: Estimate, simulation: Simulation | None
) -> dict[str, Any]:
    digits = estimate.digits
    return {
        "model": file.name,
        "quantity": quantity.name,
        "value": _number(estimate.value, digits),
        "digits": digits,
        "unknowns": {name: _number(value, digits) for name, value in estimate.unknowns.items()},
        "residual": _number(estimate.residual, 3),
        "status": estimate.status,
        "simulation": None
        if simulation is None
        else {
            "mean": str(simulation.mean),
            "standard_error": str(simulation.standard_error),
            "runs": simulation.runs,
        },
    }


def _print(
    console: Console,
    file: ModelFile,
    quantity: Quantity,
    point: _Point,
    needs: Needs,
    estimate: Estimate,
    simulation: Simulation | None,
) -> None:
    formulas = Formulas(unicode="utf" in console.encoding.lower())
    console.print(Text.assemble((quantity.name, "bold"), (f"  {file.title or file.name}", "dim")))
    if quantity.about:
        note(console, quantity.about)
    at = [f"{formulas.name(s)} = {_short(v)}" for s, v in point.values.items() if s in needs.symbols]
    at += [f"{formulas.name(name)} {formulas.arrow} 0" for name in point.limits]
    note(console, "   ".join(at))
    console.print()
    line(
        console,
        Text.assemble(f"{quantity.name} = ", (_number(estimate.value, estimate.digits), "bold green")),
    )
    if estimate.unknowns:
        heading(console, "Unknowns")
        for name, value in estimate.unknowns.items():
            line(console, f"{formulas.name(name)} = {_number(value, estimate.digits)}")
    heading(console, "Evidence")
    rows = [
        ("status", estimate.status),
        ("method", estimate.method),
        ("residual", f"{_number(estimate.residual, 3)} of the equations, relative"),
    ]
    if not isinf(estimate.value):
        rows.append(("error", f"{_number(estimate.error, 3)} when the precision was raised"))
    console.print(plain_table(("", ""), rows))
    if simulation is not None:
        _print_simulation(console, estimate, simulation, point, needs)


def _print_simulation(
    console: Console, estimate: Estimate, simulation: Simulation, point: _Point, needs: Needs
) -> None:
    heading(console, "Simulation", f"{simulation.runs:,} runs, seed {simulation.seed}")
    rows = [("mean", f"{simulation.mean:.6g} ± {simulation.standard_error:.2g}")]
    value = float(estimate.value)
    if value:
        rows.append(("relative difference", f"{abs(simulation.mean - value) / abs(value):.2%}"))
    if simulation.standard_error:
        deviation = abs(simulation.mean - value) / simulation.standard_error
        rows.append(("difference", f"{deviation:.1f} standard errors"))
    console.print(plain_table(("", ""), rows))
    sizes = {space: int(point.values.get(space, space)) for field in needs.fields for space in field.shape}
    # Spaces that a quantity is only proportional to, such as one output, are not large and need not be.
    large = [size for size in sizes.values() if size > 1]
    if large:
        real = any(field.kind in ("real", "symmetric") for field in needs.fields)
        order, smallest = ("1/n", min(large)) if real else ("1/n²", min(large))
        note(
            console,
            f"The planar value is that of infinite size; expect a correction of relative order {order}, "
            f"where n = {smallest} is the smallest size.",
        )


def _short(value: Expr) -> str:
    """A number as a person would write it."""
    if isinstance(value, Rational) and value.q != 1:
        decimal = nstr(float(value), 12)
        return decimal if Rational(decimal) == value else str(value)
    return str(value)
