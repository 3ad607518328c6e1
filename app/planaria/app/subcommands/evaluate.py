"""`planaria evaluate`: a number, its evidence, and a simulation that it is checked against."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from mpmath import isinf, mp, mpc, mpf, nstr
from rich.console import Console
from rich.text import Text
from sympy import Expr, Integer, Rational, Symbol

from planaria.algebra.errors import InputError, placed
from planaria.app.display import (
    heading,
    line,
    messages,
    note,
    output,
    plain_table,
    print_json,
    working,
)
from planaria.app.inputs import Names, check_count, read_limits, read_values
from planaria.app.matrices import listed_sizes, with_files, with_kinds
from planaria.app.missing_values import Needs, check_sizes, needs_of
from planaria.app.subcommands.simulation import print_simulation, simulate_beside, simulation_json
from planaria.derivations import derive
from planaria.diagrams.expressions.commuting import reorderings
from planaria.ensembles.estimate import Estimate
from planaria.ensembles.evidence import Outcome, Status
from planaria.ensembles.library import load_model
from planaria.ensembles.model import Model
from planaria.ensembles.text.model_data import ModelFile, Quantity
from planaria.numerics.simulation.extrapolation import Comparison
from planaria.numerics.solving.evaluate import evaluate
from planaria.writing.terminal.expressions import Formulas

__all__ = ["EvaluateOptions", "evaluate_quantity"]

_MOST_DIGITS = 1000
_LONGEST = 300  # decimal places of a number that is compared with what is printed of it
_MOST_RUNS = 1_000_000
_CONTRADICTED: Status = "contradicted"  # the status of a number that a simulation contradicts


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
    budget: float
    as_json: bool


@dataclass(frozen=True)
class _Point:
    """Where a quantity is evaluated: the numbers that were given or are defaults, and the limits."""

    values: dict[Symbol, Expr]
    limits: dict[str, int]


def evaluate_quantity(model_name: str, quantity_name: str, options: EvaluateOptions) -> bool:
    """Evaluate, simulate if asked to, and print; whether no simulation contradicts the number."""
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
        derivation = derive(quantity.expression, model, budget=options.budget)
    relevant = {s: value for s, value in point.values.items() if s in needs.symbols}
    with working(status, f"evaluating {quantity.name}"):
        estimate = evaluate(derivation, relevant, digits=options.digits, limit=point.limits or None)
    simulation, failure = None, None
    if options.runs is not None:
        runs, seed = options.runs, options.seed
        try:
            simulation = simulate_beside(quantity, model, relevant, estimate.value, runs, seed, status)
        except InputError as error:  # the number stands without it, and is given out first
            failure = error
    contradicted = simulation is not None and simulation.verdict is Outcome.FAILED
    if contradicted:
        estimate = replace(estimate, status=_CONTRADICTED)
    notes = [one.sentence for one in reorderings(quantity.expression, model)]
    if options.as_json:
        print_json({**_json(file, quantity, estimate, simulation), **({"notes": notes} if notes else {})})
    else:
        console = output()
        _print(console, file, quantity, point, needs, estimate)
        for remark in notes:
            note(console, remark)
        if simulation is not None:
            print_simulation(console, _formulas(console), quantity, model, simulation)
    if failure is not None:
        raise failure
    return not contradicted


def _point(quantity: Quantity, model: Model, names: Names, needs: Needs, options: EvaluateOptions) -> _Point:
    given = read_values(options.values, names, names.free)
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


def _number(value: Any, digits: int) -> str:
    """A decimal string; infinities without a plus."""
    if not isinstance(value, mpc) and isinf(value):
        return "-inf" if value < 0 else "inf"
    return str(nstr(value, digits, strip_zeros=False))


def _number_json(value: Any, digits: int) -> str | dict[str, str]:
    """A decimal string; real and imaginary part of a complex number."""
    if isinstance(value, mpc):
        return {"real": _number(value.real, digits), "imag": _number(value.imag, digits)}
    return _number(value, digits)


def _json(
    file: ModelFile, quantity: Quantity, estimate: Estimate, simulation: Comparison | None
) -> dict[str, Any]:
    digits = estimate.digits
    return {
        "model": file.name,
        "quantity": quantity.name,
        "value": _number_json(estimate.value, digits),
        "digits": digits,
        "unknowns": {name: _number_json(value, digits) for name, value in estimate.unknowns.items()},
        "residual": _number(estimate.residual, 3),
        "status": estimate.status,
        "radius": estimate.radius,
        "simulation": simulation_json(simulation),
    }


def _print(
    console: Console,
    file: ModelFile,
    quantity: Quantity,
    point: _Point,
    needs: Needs,
    estimate: Estimate,
) -> None:
    formulas = _formulas(console)
    console.print(Text.assemble((quantity.name, "bold"), (f"  {file.title or file.name}", "dim")))
    if quantity.about:
        note(console, quantity.about)
    at = [f"{formulas.name(s)} = {_short(v)}" for s, v in point.values.items() if s in needs.symbols]
    at += [f"{formulas.name(name)} {formulas.arrow} 0" for name in point.limits]
    note(console, "   ".join(at))
    failed = estimate.status == _CONTRADICTED
    console.print()
    line(
        console,
        Text.assemble(
            f"{quantity.name} = ",
            (_number(estimate.value, estimate.digits), "bold red" if failed else "bold green"),
        ),
    )
    if estimate.unknowns:
        heading(console, "Unknowns")
        for name, value in estimate.unknowns.items():
            line(console, f"{formulas.name(name)} = {_number(value, estimate.digits)}")
    heading(console, "Evidence")
    rows: list[tuple[str, str | Text]] = [
        ("status", Text(estimate.status, style="bold red") if failed else estimate.status),
        ("method", estimate.method),
        ("residual", f"{_number(estimate.residual, 3)} of the equations, relative"),
    ]
    if estimate.radius is not None:
        rows.append(("ladder", f"spectral radius {_radius(estimate.radius)}: outside of the spectrum"))
    if not isinf(estimate.value):
        rows.append(("error", f"{_number(estimate.error, 3)} when the precision was raised"))
    console.print(plain_table(("", ""), rows))


def _radius(radius: float) -> str:
    """A radius that is known to be below 1, whatever it rounds to."""
    distance = 1 - radius
    if distance > 1e-3:
        return f"{radius:.4f}, below 1"
    return f"1 - {distance:.1e}" if distance > 1e-12 else "below 1 by less than 1e-12"


def _formulas(console: Console) -> Formulas:
    return Formulas(unicode="utf" in console.encoding.lower())


def _short(value: Expr) -> str:
    """A number as a person would write it."""
    if value.is_real is False:
        real, imag = value.as_real_imag()
        sign = "-" if imag.is_negative else "+"
        return f"{_short(real)}{sign}{_short(abs(imag))}j" if real else f"{_short(imag)}j"
    if isinstance(value, Rational) and value.q != 1:
        with mp.workdps(20):
            number = mpf(int(value.p)) / int(value.q)
            decimal = nstr(number, 12)
        # A power of ten of thousands of places is not written out to be compared.
        if abs(mp.log10(abs(number))) > _LONGEST or Rational(decimal) == value:
            return str(decimal)
    return nstr(mpf(int(value)), 12) if value.is_Integer and abs(value) > 10**_LONGEST else str(value)
