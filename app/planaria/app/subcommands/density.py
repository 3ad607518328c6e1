"""`planaria density`: the spectral density of a resolvent, as text, JSON, a table and a picture."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Integer, MatrixExpr, Symbol

from planaria.algebra.errors import InputError, placed, unknown_name
from planaria.app.display import (
    assignments,
    heading,
    line,
    messages,
    note,
    output,
    print_json,
    progress_bar,
    quantity_head,
    working,
)
from planaria.app.files import check_target, write_whole
from planaria.app.in_the_plane import plane_csv, plane_json, print_plane
from planaria.app.inputs import Names, check_count, read_renames, read_values
from planaria.app.matrices import listed_sizes, with_files, with_kinds
from planaria.app.missing_values import check_sizes, needs_of
from planaria.app.points.numbers import short
from planaria.app.points.table import Table
from planaria.app.words.quantities import scalar_quantity
from planaria.derivations import derive
from planaria.ensembles.library import load_model
from planaria.ensembles.model import Model
from planaria.numerics.nonhermitian.density import plane_density
from planaria.numerics.nonhermitian.values import PlaneDensity
from planaria.numerics.spectral.density import density
from planaria.numerics.spectral.draws import drawn_complex_eigenvalues, drawn_eigenvalues
from planaria.numerics.spectral.resolvent import shape_of
from planaria.numerics.spectral.values import Density
from planaria.writing.plots.density import write_density
from planaria.writing.plots.plane import write_plane_density
from planaria.writing.terminal.expressions import Formulas

__all__ = ["DensityOptions", "show_density"]

_SUFFIXES = (".svg", ".png", ".pdf")
_MOST_POINTS = 1_000_000
_MOST_RUNS = 10_000
ROUNDING = 1e-14  # of the largest eigenvalue to the power of a moment


@dataclass(frozen=True)
class DensityOptions:
    """The options of the command, as they were written."""

    of: str
    values: tuple[str, ...]
    spectrum: tuple[str, ...]
    spectrum_files: tuple[str, ...]
    data_files: tuple[str, ...]
    matrix: str | None
    points: int
    draw: str | None
    runs: int
    csv: str | None
    symbols: tuple[str, ...]
    seed: int
    budget: float
    nonhermitian: bool
    as_json: bool


def show_density(model_name: str, quantity_name: str, options: DensityOptions) -> None:
    """Derive, solve on the axis, and write what was asked for."""
    check_count("--points", options.points, 2, _MOST_POINTS)
    check_count("--runs", options.runs, 0, _MOST_RUNS)
    picture, table = _picture(options.draw), Table.of(options.csv, as_json=options.as_json)
    file = load_model(model_name)
    quantity = scalar_quantity(file, quantity_name)
    model = with_kinds(file, options.spectrum)
    model = with_files(file, model, options.spectrum_files, options.data_files, options.matrix)
    names = Names(file, dict(model.spectra).values())
    renames = read_renames(options.symbols, names)
    needs = needs_of(quantity.expression, model)
    parameter = _parameter(options.of, names, needs.symbols)
    given = read_values(options.values, names)
    if parameter in given:
        raise InputError(f"--set {parameter}", "the density runs over it", "leave it out")
    listed = {s: Integer(size) for s, size in listed_sizes(model).items() if isinstance(s, Symbol)}
    for space, size in listed.items():
        if given.get(space, size) != size:
            problem = f"{given[space]} is not the number of eigenvalues that are given, {size}"
            raise InputError(f"--set {space}", problem, f"leave {space} out")
    everything = {**names.defaults, **given, **listed}
    needs.check_given([*everything, parameter], model, names, f"density of {quantity.name}")
    draws = picture is not None and options.runs > 0
    check_sizes(needs, model, everything, simulated=draws)
    _, matrix = shape_of(quantity.expression, parameter)
    if draws and matrix is None:
        raise InputError("--draw", "the matrix is not seen in the quantity", "add --runs 0: no histogram")
    values = {s: value for s, value in everything.items() if s in needs.symbols and s != parameter}
    status = messages()
    with working(status, f"deriving {quantity.name}"), placed(file.place(quantity)):
        derivation = derive(quantity.expression, model, budget=options.budget)
    eigenvalues = (
        None if not draws or matrix is None else _Draws(matrix, model, values, options.runs, options.seed)
    )
    console = output()
    formulas = Formulas(renames, unicode="utf" in console.encoding.lower())
    heads = {"model": file.name, "quantity": quantity.name}
    with progress_bar(status) as bar:
        task = bar.add_task("points", total=None)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        found: Density | PlaneDensity
        if options.nonhermitian:
            found = plane_density(derivation, values=values, of=parameter, points=options.points, progress=tell)
        else:
            found = density(derivation, values=values, of=parameter, points=options.points, progress=tell)
    drawn: NDArray[Any] | None = None
    if eigenvalues is not None:
        with working(status, "drawing matrices"):
            drawn = eigenvalues.drawn(options.nonhermitian)
    if options.as_json:
        print_json(
            heads
            | (plane_json(found, formulas) if isinstance(found, PlaneDensity) else density_json(found, formulas))
        )
    elif table is None or table.path is not None:
        quantity_head(console, quantity.name, file.title or file.name, quantity.about)
        assignments(console, [f"{formulas.name(s)} = {short(value)}" for s, value in values.items()])
        if isinstance(found, PlaneDensity):
            print_plane(formulas, found)
        else:
            _print(formulas, found)
    if table is not None:
        table.write(plane_csv(found) if isinstance(found, PlaneDensity) else _csv(found), status)
    if picture is not None:
        write_whole(picture, f"--draw {options.draw}", lambda path: _draw(path, found, drawn))
        status.print(f"wrote {picture}", soft_wrap=True)


@dataclass(frozen=True)
class _Draws:
    """Which matrices are drawn, and how often."""

    matrix: MatrixExpr
    model: Model
    values: Mapping[Any, Any]
    runs: int
    seed: int

    def drawn(self, nonhermitian: bool) -> NDArray[Any]:
        """All their eigenvalues."""
        drawn = drawn_complex_eigenvalues if nonhermitian else drawn_eigenvalues
        return drawn(self.matrix, self.model, self.values, runs=self.runs, seed=self.seed).ravel()


def _draw(path: Path, found: Density | PlaneDensity, drawn: NDArray[Any] | None) -> None:
    if isinstance(found, PlaneDensity):
        write_plane_density(path, found, drawn)
    else:
        write_density(path, found, drawn)


def density_json(found: Density, formulas: Formulas) -> dict[str, Any]:
    """The density as it is printed with --json: double precision, which the numbers of JSON keep."""
    rho = [None if np.isnan(value) else float(value) for value in found.rho]
    return {
        "variable": formulas.renamed_text(found.variable),
        "density": {"x": [float(x) for x in found.x], "rho": rho},
        "edges": list(found.edges),
        "bands": len(found.bands),
        "atoms": [[atom.x, atom.weight] for atom in found.atoms],
        "mass": found.mass,
        "moments": [{"order": m.order, "value": m.value, "exact": m.exact} for m in found.moments],
    }


def _parameter(name: str, names: Names, occurring: frozenset[Symbol]) -> Symbol:
    """The spectral parameter of a name, or an InputError that says why it cannot be one."""
    free = {str(symbol.name): symbol for symbol in names.free if symbol in occurring}
    symbol = names.scalar(name, "--of")
    if str(symbol.name) in names.spaces:
        raise InputError("--of", f"{name} is a dimension", "give the spectral parameter of a resolvent")
    if symbol not in names.free:
        raise InputError(
            "--of", f"a law or a spectrum depends on {name}", "give the spectral parameter of a resolvent"
        )
    if symbol not in occurring:
        if not free:
            raise InputError("--of", f"the quantity does not contain {name}", "give a resolvent")
        raise unknown_name("--of", "spectral parameter in the quantity called", name, free)
    return symbol


def _picture(text: str | None) -> Path | None:
    if text is None:
        return None
    path = Path(text)
    if path.suffix.lower() not in _SUFFIXES:
        said = f"the suffix is {path.suffix or 'missing'}"
        raise InputError(f"--draw {text}", said, "give a .svg, .png or .pdf file")
    check_target(path, f"--draw {text}")
    return path


def _csv(found: Density) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["x", "rho"])
    writer.writerows(zip(map(float, found.x), map(float, found.rho), strict=True))
    return text.getvalue()


def _print(formulas: Formulas, found: Density) -> None:
    console = output()
    note(console, f"density in x = {formulas.renamed_text(found.variable)}")
    heading(console, "Bands", f"{len(found.bands)}")
    for band in found.bands:
        line(console, f"{band.low:.10g} to {band.high:.10g}")
    if found.atoms:
        heading(console, "Atoms")
        for atom in found.atoms:
            line(console, f"{atom.x:.10g} with weight {atom.weight:.10g}")
    heading(console, "Moments")
    size = max((abs(x) for x in (*found.edges, *(atom.x for atom in found.atoms))), default=1.0)
    for one in found.moments:
        beside = "" if one.exact is None else f"   exact {one.exact:.10g}"
        # Moments that vanish are sums of parts that cancel.
        value = 0.0 if abs(one.value) < ROUNDING * size**one.order else one.value
        line(console, f"{one.order}: {value:.8g}{beside}")
    note(console, f"bands and atoms hold {found.mass:.8g} of all eigenvalues")
