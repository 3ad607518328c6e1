"""`planaria density`: the spectral density of a resolvent, as text, JSON, CSV and a picture."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sympy import Symbol

from planaria.algebra.errors import InputError, placed
from planaria.app.display import heading, line, messages, note, output, print_json, working
from planaria.app.files import check_target, write_whole
from planaria.app.inputs import Names, check_count, read_values
from planaria.app.matrices import listed_sizes, with_files, with_kinds
from planaria.derivations import derive
from planaria.ensembles.library import load_model
from planaria.numerics.simulation.spectrum import drawn_eigenvalues
from planaria.numerics.spectral.density import Density, density
from planaria.numerics.spectral.resolvent import parameter_of, shape_of

__all__ = ["DensityOptions", "show_density"]

_SUFFIXES = (".svg", ".png", ".pdf")
_MOST_POINTS = 1_000_000
_MOST_RUNS = 10_000
_BINS = 80


@dataclass(frozen=True)
class DensityOptions:
    """The options of the command, as they were written."""

    of: str
    values: tuple[str, ...]
    spectrum: tuple[str, ...]
    spectrum_files: tuple[str, ...]
    points: int
    runs: int
    seed: int
    draw: str | None
    csv: str | None
    as_json: bool


def show_density(model_name: str, quantity_name: str, options: DensityOptions) -> None:
    """Derive, solve on the axis, and write what was asked for."""
    check_count("--points", options.points, 2, _MOST_POINTS)
    check_count("--runs", options.runs, 0, _MOST_RUNS)
    picture, table = _target(options.draw, "--draw", _SUFFIXES), _target(options.csv, "--csv", (".csv",))
    file = load_model(model_name)
    quantity = file.quantity(quantity_name)
    model = with_files(file, with_kinds(file, options.spectrum), options.spectrum_files, (), None)
    names = Names(file, dict(model.spectra).values())
    given = read_values(options.values, names, names.free)
    listed = {s: size for s, size in listed_sizes(model).items() if isinstance(s, Symbol)}
    status = messages()
    with working(status, f"deriving {quantity.name}"), placed(file.place(quantity)):
        derivation = derive(quantity.expression, model)
    parameter = parameter_of(derivation, options.of)
    everything: dict[Any, Any] = {**names.defaults, **given, **listed}
    known = {str(s): s for s in derivation.rules.setting.ring.generators}
    values = {s: v for s, v in everything.items() if s in quantity.expression.free_symbols or str(s) in known}
    values |= {
        s: v
        for s, v in everything.items()
        if s in listed or any(s in one.free_symbols for _, one in model.spectra)
    }
    if parameter in given:
        raise InputError(f"--set {parameter}", "the density runs over it", "leave it out")
    values.pop(parameter, None)
    with working(status, f"solving for the density of {quantity.name}"):
        found = density(derivation, values, of=parameter, points=options.points)
    _, matrix = shape_of(derivation.expression, parameter)
    drawn = None
    if picture is not None and options.runs:
        if matrix is None:
            raise InputError("--draw", "the matrix is not seen in the quantity", "add --runs 0: no histogram")
        with working(status, "drawing matrices"):
            drawn = drawn_eigenvalues(matrix, model, values, runs=options.runs, seed=options.seed).ravel()
    if table is not None:
        write_whole(table, f"--csv {options.csv}", lambda path: _write_csv(path, found))
    if picture is not None:
        write_whole(picture, f"--draw {options.draw}", lambda path: _draw(path, found, drawn))
    if options.as_json:
        print_json({"model": file.name, "quantity": quantity.name, **density_json(found)})
    else:
        _print(quantity.name, found)


def density_json(found: Density) -> dict[str, Any]:
    """The density as it is printed with --json."""
    rho = [None if np.isnan(value) else float(value) for value in found.rho]
    return {
        "variable": found.variable,
        "density": {"x": [float(x) for x in found.x], "rho": rho},
        "edges": list(found.edges),
        "bands": len(found.bands),
        "atoms": [[atom.x, atom.weight] for atom in found.atoms],
        "mass": found.mass,
        "moments": [{"order": m.order, "value": m.value, "exact": m.exact} for m in found.moments],
    }


def _target(text: str | None, option: str, suffixes: tuple[str, ...]) -> Path | None:
    if text is None:
        return None
    path = Path(text)
    if path.suffix.lower() not in suffixes:
        said = f"the suffix is {path.suffix or 'missing'}"
        raise InputError(f"{option} {text}", said, f"give a {' or '.join(suffixes)} file")
    check_target(path, f"{option} {text}")
    return path


def _write_csv(path: Path, found: Density) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["x", "rho"])
        writer.writerows(zip(map(float, found.x), map(float, found.rho), strict=True))


def _draw(path: Path, found: Density, drawn: Any) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.0, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    heavy = {atom.x for atom in found.atoms}
    if drawn is not None:
        span = max(found.edges) - min(found.edges) if found.bands else 1.0
        free = np.array([value for value in drawn if all(abs(value - x) > 1e-6 * span for x in heavy)])
        bins = np.linspace(min(found.edges), max(found.edges), _BINS + 1) if found.bands else _BINS
        counts, sides = np.histogram(free, bins=bins)
        heights = counts / len(drawn) / np.diff(sides)
        axes.stairs(heights, sides, fill=True, color="#c9d6e8", label="drawn matrices")
    for band in found.bands:
        own = (found.x >= band.low) & (found.x <= band.high)
        axes.plot(found.x[own], found.rho[own], color="#1f4e8c", linewidth=1.5)
    inside = found.rho[np.isfinite(found.rho)]
    if len(inside):
        axes.set_ylim(0, 1.15 * min(float(inside.max()), 6 * float(np.median(inside[inside > 0]))))
    for atom in found.atoms:
        axes.axvline(atom.x, color="#b03a2e", linewidth=1.5)
        axes.annotate(f"{atom.weight:.4g}", (atom.x, axes.get_ylim()[1]), (4, -12), textcoords="offset points")
    axes.set_xlabel("x")
    axes.set_ylabel("density")
    if drawn is not None:
        axes.legend(frameon=False)
    figure.savefig(path, format=path.suffix.lower().removeprefix("."), dpi=150)


def _print(name: str, found: Density) -> None:
    console = output()
    line(console, f"{name}: density in x = {found.variable}")
    heading(console, "Bands", f"{len(found.bands)}")
    for band in found.bands:
        line(console, f"{band.low:.10g} to {band.high:.10g}")
    if found.atoms:
        heading(console, "Atoms")
        for atom in found.atoms:
            line(console, f"{atom.x:.10g} with weight {atom.weight:.10g}")
    heading(console, "Moments")
    for one in found.moments:
        beside = "" if one.exact is None else f"   exact {one.exact:.10g}"
        line(console, f"{one.order}: {one.value:.8g}{beside}")
    note(console, f"bands and atoms hold {found.mass:.8g} of all eigenvalues")
