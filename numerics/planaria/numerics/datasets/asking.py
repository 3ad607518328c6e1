"""A question as people write it, read into a plan: models, quantities, grids, and what is wrong with them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from sympy import Expr, Integer, MatrixExpr, Symbol

from planaria.algebra.errors import InputError, check_whole, described
from planaria.diagrams.expressions.contents import contents_of
from planaria.ensembles.library import load_model
from planaria.ensembles.model import Model
from planaria.ensembles.question import Values, question
from planaria.ensembles.text.model_data import ModelFile, Parameter, Quantity, Space
from planaria.numerics.datasets.grid import Grid, check_names, read_grid
from planaria.numerics.datasets.labels import DRAW, variables
from planaria.numerics.datasets.plan import Draws, Plan
from planaria.numerics.datasets.tasks import chunk_shape, draws_chunk, points_at_once
from planaria.numerics.given_spectra import with_spectra

__all__ = ["Quantities", "planned"]

Quantities: TypeAlias = str | Expr | Sequence[str | Expr] | Mapping[str, str | Expr]
"""A quantity of the model by its name, or an expression; several of them; or expressions by names to give them."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_VALUE = "value"


def planned(
    model: Model | ModelFile | str | os.PathLike[str],
    quantities: Quantities,
    grid: Values | Sequence[Values],
    *,
    draws: int = 0,
    seed: int = 0,
    chunk: int | None = None,
) -> Plan:
    """The plan of a sweep; see `planaria.numerics.datasets.sweep.sweep` for what it takes.

    >>> plan = planned("marchenko-pastur", "resolvent", {"N": [50, 100], "P": 100, "gamma": "0.1:10:log3"})
    >>> plan.grid.shape, plan.tasks, plan.meanings["gamma"]
    ((2, 3), 1, 'ridge')
    """
    check_whole(draws, "draws", 0)
    check_whole(seed, "seed", 0)
    if chunk is not None:
        check_whole(chunk, "chunk", 1)
    if isinstance(model, (str, os.PathLike)):
        model = load_model(model)
    if not isinstance(model, (Model, ModelFile)):
        raise InputError("sweep", f"{described(model)} is no model", "give a model, or its name")
    setting = model.model if isinstance(model, ModelFile) else model
    numbers: Any = grid
    if isinstance(grid, Mapping):
        setting, numbers = with_spectra(setting, grid)
    own = replace(model, model=setting) if isinstance(model, ModelFile) else setting
    asked = {name: _quantity(own, text) for name, text in _named(quantities).items()}
    symbols = _symbols(own, asked.values())
    sizes = frozenset(name for name, (_, is_size) in symbols.items() if is_size)
    signed = frozenset(name for name, (symbol, _) in symbols.items() if not symbol.is_nonnegative)
    found = read_grid(numbers, sizes=sizes, signed=signed)
    check_names(found, symbols)
    whole = _completed(found, own, asked.values())
    meanings = {}
    if isinstance(own, ModelFile):
        meanings = {str(one.symbol.name): one.about for one in _declared(own)}
    shape, spectral = whole.shape, _spectral(setting)
    apart = [not spectral.isdisjoint(axis.columns) for axis in whole.axes]
    plan = Plan(
        title=(own.title or own.name) if isinstance(own, ModelFile) else "",
        quantities=asked,
        model=setting,
        meanings=meanings,
        sizes=sizes,
        grid=whole,
        chunk=chunk_shape(shape, apart, chunk or points_at_once(whole.points)),
        draws=Draws(draws, seed, draws_chunk(shape, draws)) if draws else None,
    )
    _check_apart(plan)
    return plan


def _named(quantities: Quantities) -> dict[str, str | Expr]:
    """What is asked for, by the name of its variable: its own, or ``value`` for an expression."""
    if isinstance(quantities, Mapping):
        for name in quantities:
            if not isinstance(name, str) or not _NAME.fullmatch(name):
                raise InputError(
                    "sweep", f"{described(name)} is no name of a variable", "use letters, digits, _ and -"
                )
        found = dict(quantities)
    else:
        several = [quantities] if isinstance(quantities, (str, Expr)) else quantities
        if not isinstance(several, (list, tuple)) or not all(isinstance(one, (str, Expr)) for one in several):
            problem = f"{described(quantities)} is no quantity, and no list of quantities"
            raise InputError("sweep", problem, 'give names or expressions: ["loss", "noise_loss"]')
        plain = [one.strip() if isinstance(one, str) else one for one in several]
        without = [one for one in dict.fromkeys(plain) if not (isinstance(one, str) and _NAME.fullmatch(one))]
        numbers = {one: _VALUE if len(without) == 1 else f"{_VALUE}_{n}" for n, one in enumerate(without, start=1)}
        found = {numbers.get(one, str(one)): one for one in dict.fromkeys(plain)}
    if not found:
        raise InputError("sweep", "no quantity is asked for", "give one, such as 'resolvent'")
    return found


def _quantity(model: Model | ModelFile, text: str | Expr) -> Quantity:
    expression = question(model, text, "sweep").expression
    if not isinstance(expression, Expr) or isinstance(expression, MatrixExpr):
        raise InputError("sweep", f"{text} is a matrix, and no scalar", f"take a trace: tr({text})")
    known = {one.name: one for one in model.quantities} if isinstance(model, ModelFile) else {}
    return known[str(text)] if str(text) in known else Quantity(str(text), expression)


def _symbols(model: Model | ModelFile, asked: Iterable[Quantity]) -> dict[str, tuple[Symbol, bool]]:
    """Everything that may have numbers, by name, and whether it is a dimension."""
    setting = model.model if isinstance(model, ModelFile) else model
    found = {one.symbol for one in _declared(model)}
    shapes = [field.shape for field in setting.fields] + [matrix.shape for matrix, _ in setting.spectra]
    for one in asked:
        contents = contents_of(one.expression, setting)
        found |= contents.symbols
        shapes += [matrix.shape for matrix in contents.matrices]
    for _, spectrum in setting.spectra:
        found |= {s for s in spectrum.free_symbols if isinstance(s, Symbol)}
    sizes = {space for shape in shapes for space in shape if isinstance(space, Symbol)}
    return {str(one.name): (one, one in sizes) for one in sorted(found | sizes, key=str)}


def _declared(model: Model | ModelFile) -> tuple[Space | Parameter, ...]:
    return (*model.spaces, *model.parameters) if isinstance(model, ModelFile) else ()


def _completed(grid: Grid, model: Model | ModelFile, asked: Iterable[Quantity]) -> Grid:
    """With the defaults of a model and the lengths of lists; InputError for what is missing or contradicts."""
    setting = model.model if isinstance(model, ModelFile) else model
    given, extra = set(grid.names), dict[str, Expr]()
    for matrix, spectrum in setting.spectra:
        space = matrix.shape[0]
        if spectrum.listed is None or not isinstance(space, Symbol):
            continue
        length = len(spectrum.listed)
        if str(space) in given and grid.fixed.get(str(space)) != length:
            problem = f"{matrix.name} has {length} eigenvalues, which is the size of {space}"
            raise InputError(f"dimension {space}", problem, f"leave {space} out")
        extra[str(space)] = Integer(length)
    needed: set[str] = set()
    for one in asked:
        contents = contents_of(one.expression, setting)
        needed |= set(map(str, contents.symbols))
        for matrix in contents.matrices:
            if setting.spectrum(matrix) is None:
                problem = "its spectrum is not known"
                raise InputError(
                    f"matrix {matrix.name}", problem, "give a list of eigenvalues or a spectrum for it"
                )
    for declared in _declared(model):
        if declared.default is not None and str(declared.symbol) in needed:
            extra.setdefault(str(declared.symbol), declared.default)
    fixed = {**{name: number for name, number in extra.items() if name not in given}, **grid.fixed}
    missing = sorted(needed - given - set(fixed))
    if missing:
        problem = f"there is no value for {', '.join(missing)}"
        raise InputError("grid", problem, "give " + ", ".join(f"{name}=..." for name in missing))
    return Grid(grid.axes, fixed)


def _spectral(model: Model) -> set[str]:
    """The names of what spectra depend on."""
    own = [(matrix, one) for matrix, one in model.spectra if not one.is_identity]
    return {str(s) for matrix, one in own for s in (*matrix.shape[0].free_symbols, *one.free_symbols)}


def _check_apart(plan: Plan) -> None:
    """Raise InputError for two variables of one name."""
    places = dict.fromkeys((*plan.grid.names, *(axis.name for axis in plan.grid.axes)))
    names = [*places, *(one.name for one in variables(plan)), *([DRAW] if plan.draws is not None else [])]
    for name in names:
        if names.count(name) > 1:
            remedy = 'give quantities other names: {"my_name": "tr(...)"}'
            raise InputError("sweep", f"two things would be called {name}", remedy)
