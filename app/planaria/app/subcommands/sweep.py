"""`planaria sweep`: quantities over a grid or a list of points, into a file, and what became of the points."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.text import Text
from sympy import Expr, Integer, Symbol

from planaria.algebra.errors import InputError
from planaria.app.display import messages, note, output, plain_table, print_json, progress_bar, title, working
from planaria.app.inputs import Names, check_count, read_sweep
from planaria.app.matrices import listed_sizes, with_files, with_kinds
from planaria.app.missing_values import check_sizes, needs_of
from planaria.app.points.numbers import largest, short
from planaria.app.words.quantities import chosen_quantities
from planaria.ensembles.files import check_ordinary
from planaria.ensembles.library import load_model
from planaria.ensembles.model import Model
from planaria.ensembles.points import PointStatus
from planaria.ensembles.text.model_data import Quantity
from planaria.numerics.datasets.asking import planned
from planaria.numerics.datasets.exports import Target
from planaria.numerics.datasets.grid import MOST_POINTS
from planaria.numerics.datasets.plan import Plan
from planaria.numerics.datasets.sweep import run
from planaria.numerics.datasets.tally import Tally, tally

__all__ = ["SweepOptions", "sweep_quantities"]

_MOST_DRAWS = 1_000_000
_MOST_WORKERS = 1024
_MOST_AT_ONCE = 10_000_000


@dataclass(frozen=True)
class SweepOptions:
    """The options of the command, as they were written."""

    quantities: tuple[str, ...]
    out: str
    values: tuple[str, ...]
    points: str | None
    spectrum: tuple[str, ...]
    spectrum_files: tuple[str, ...]
    data_files: tuple[str, ...]
    matrix: str | None
    draws: int
    workers: int
    scheduler: str | None
    chunk: int | None
    seed: int
    budget: float
    as_json: bool


def sweep_quantities(model_name: str, options: SweepOptions) -> None:
    """Compute what is missing, and say what became of the points.

    Raises InputError, after all is written, if points are refused.
    """
    check_count("--draws", options.draws, 0, _MOST_DRAWS)
    check_count("--workers", options.workers, 1, _MOST_WORKERS)
    if options.chunk is not None:
        check_count("--chunk", options.chunk, 1, _MOST_AT_ONCE)
    target = Target.of(options.out, "--out")
    file = load_model(model_name)
    model = with_kinds(file, options.spectrum)
    model = with_files(file, model, options.spectrum_files, options.data_files, options.matrix)
    names = Names(file, dict(model.spectra).values())
    quantities = chosen_quantities(file, options.quantities)
    given = read_sweep(options.values, names, MOST_POINTS)
    points = [] if options.points is None else _read_points(options.points, names, given)
    _check_given(quantities, model, names, given, points, is_drawn=options.draws > 0)
    plan = planned(
        replace(file, model=model),
        [one.name for one in quantities],
        points or {symbol.name: some[0] if len(some) == 1 else list(some) for symbol, some in given.items()},
        draws=options.draws,
        seed=options.seed,
        chunk=options.chunk,
    )
    status = messages()
    done = 0
    with progress_bar(status) as progress:
        task = progress.add_task(f"sweeping {', '.join(plan.quantities)}", total=plan.tasks)

        def count(number: int, _: int) -> None:
            nonlocal done
            done = number
            progress.update(task, completed=number)

        try:
            dataset = run(
                plan,
                target,
                workers=options.workers,
                scheduler=options.scheduler,
                budget=options.budget,
                progress=count,
            )
        except KeyboardInterrupt:
            progress.stop()
            kept = f"{done:,} of {plan.tasks:,} blocks are done" if done else "what was done"
            status.print(f"{kept}, kept in {target.working}; the same command goes on", soft_wrap=True)
            raise
    status.print(f"wrote {target.path}", soft_wrap=True)
    with working(status, "counting"):
        tallies = {name: tally(plan, dataset, name) for name in plan.quantities}
    if options.as_json:
        print_json(_json(plan, target, tallies))
    else:
        _print(plan, tallies)
    _refuse(plan, tallies)


def _read_points(text: str, names: Names, given: Mapping[Symbol, tuple[Expr, ...]]) -> list[dict[str, Any]]:
    """The points of a file, with the numbers of ``--set`` at each of them."""
    place = f"--points {text}"
    for symbol, some in given.items():
        if len(some) > 1:
            raise InputError(f"--set {symbol.name}", "there is a list of points", "give one number beside it")
    try:
        check_ordinary(Path(text), place, "give a .csv file")
        with open(text, encoding="utf-8-sig", newline="") as stream:
            head, *rows = [row for row in csv.reader(stream) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise InputError(place, f"it cannot be read ({reason})", "give a .csv file") from None
    except ValueError:  # nothing to take a head from
        raise InputError(place, "it is empty", "begin with a line of names, such as N,gamma") from None
    columns = [one.strip() for one in head]
    for name in columns:
        symbol = names.scalar(name, place)
        if symbol in given or columns.count(name) > 1:
            raise InputError(place, f"{name} has numbers twice", "give them once")
    if not rows:
        raise InputError(place, "there are no points behind the names", "give a line of numbers for each")
    beside = {symbol.name: some[0] for symbol, some in given.items()}
    points = []
    for number, row in enumerate(rows, start=1):
        if len(row) != len(columns):
            problem = f"point {number} has {len(row)} numbers for {len(columns)} names"
            raise InputError(place, problem, "give one for each name")
        points.append({**beside, **dict(zip(columns, map(str.strip, row), strict=True))})
    return points


def _check_given(
    quantities: list[Quantity],
    model: Model,
    names: Names,
    given: Mapping[Symbol, tuple[Expr, ...]],
    points: list[dict[str, Any]],
    *,
    is_drawn: bool,
) -> None:
    """InputError for numbers that are missing, with options to add, and for sizes that do not fit into memory."""
    listed = {space: Integer(size) for space, size in listed_sizes(model).items() if isinstance(space, Symbol)}
    for symbol, some in given.items():
        is_size = str(symbol) in {str(space) for field in model.fields for space in field.shape}
        if is_size and any(one.is_extended_real is False for one in some):
            raise InputError(f"--set {symbol.name}", "a size is a real number", "give whole numbers >= 1")
    known = {**names.defaults, **{symbol: largest(some) for symbol, some in given.items()}, **listed}
    in_points = {names.scalars[name] for name in (points[0] if points else ())}
    for one in quantities:
        needs = needs_of(one.expression, model)
        needs.check_given([*known, *in_points], model, names, f"sweep {one.name}")
        if not points:
            check_sizes(needs, model, known, simulated=is_drawn)


def _json(plan: Plan, target: Target, tallies: Mapping[str, Tally]) -> dict[str, Any]:
    return {
        "file": str(target.path),
        "dimensions": {axis.name: len(axis) for axis in plan.grid.axes},
        "draws": plan.draws.number if plan.draws is not None else None,
        "quantities": {
            name: {
                "points": plan.grid.points,
                "status": {status.value: count for status, count in one.counts.items()},
                "first_refused": None if one.first is None else _numbers_at(plan, one.first[0]),
            }
            for name, one in tallies.items()
        },
    }


def _print(plan: Plan, tallies: Mapping[str, Tally]) -> None:
    console = output()
    title(console, plan.title)
    shape = " x ".join(f"{len(axis):,} {axis.name}" for axis in plan.grid.axes) or "one point"
    draws = f"; {plan.draws.number:,} draws at each, seed {plan.draws.seed}" if plan.draws is not None else ""
    note(console, f"{shape}{draws}")
    console.print()
    rows = [
        (name, f"{count:,}", Text(status.value, style="green" if status is PointStatus.OK else "bold yellow"))
        for name, one in tallies.items()
        for status, count in one.counts.items()
    ]
    console.print(plain_table(("", "points", "status"), rows, right=["points"]))


def _numbers_at(plan: Plan, place: tuple[int, ...]) -> dict[str, str]:
    columns = plan.grid.columns([slice(n, n + 1) for n in place])
    return {name: f"{column[0]:.12g}" for name, column in columns.items()}


def _refuse(plan: Plan, tallies: Mapping[str, Tally]) -> None:
    for name, one in tallies.items():
        if one.first is None:
            continue
        place, status = one.first
        numbers = _numbers_at(plan, place) or {key: short(x) for key, x in plan.grid.fixed.items()}
        at = ", ".join(f"{key}={number}" for key, number in numbers.items())
        several = f"{one.refused:,} of {plan.grid.points:,} points are refused, the first at {at}"
        raise InputError(f"sweep {name}", f"{several}: {status.meaning}", status.remedy)
