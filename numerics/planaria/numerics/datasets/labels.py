"""What stands beside the numbers: names of variables, statuses as small numbers, meanings, what they are of."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

from planaria.algebra.errors import InputError
from planaria.ensembles.points import PointStatus
from planaria.ensembles.text.formatting import format_expression
from planaria.ensembles.text.model_text import model_text
from planaria.numerics.datasets.plan import Plan

__all__ = [
    "DRAW",
    "DRAWN",
    "DRAWS_STATUS",
    "NOT_COMPUTED",
    "NOT_DRAWN",
    "SEED",
    "Names",
    "Variable",
    "attributes",
    "code_of",
    "coordinates",
    "identity",
    "status_of",
    "variables",
]

DRAW = "draw"
"""The dimension of draws."""

NOT_COMPUTED = 0
"""The status of what no block holds yet."""

DRAWN, NOT_DRAWN = 1, 2

_STATUSES = dict(enumerate(PointStatus, start=1))
_CODES = {status: code for code, status in _STATUSES.items()}
_UNIT = "1"  # as the conventions for climate and forecast data write it: models have numbers without dimension


def code_of(status: PointStatus) -> int:
    """A status as a small number, from 1.

    >>> status_of(code_of(PointStatus.OK))
    <PointStatus.OK: 'ok'>
    """
    return _CODES[status]


def status_of(code: int) -> PointStatus:
    """The status that a number stands for."""
    return _STATUSES[code]


@dataclass(frozen=True)
class Names:
    """The variables of a quantity."""

    value: str

    @property
    def error(self) -> str:
        return f"{self.value}_error"

    @property
    def status(self) -> str:
        return f"{self.value}_status"

    @property
    def draws(self) -> str:
        return f"{self.value}_draws"

    @property
    def draws_imag(self) -> str:
        return f"{self.value}_draws_imag"


SEED, DRAWS_STATUS = "seed", "draws_status"


@dataclass(frozen=True)
class Variable:
    """An array of a dataset, before it has numbers."""

    name: str
    dimensions: tuple[str, ...]
    shape: tuple[int, ...]
    chunk: tuple[int, ...]
    fill: Any
    about: Mapping[str, Any]

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.asarray(self.fill).dtype


def variables(plan: Plan) -> Iterator[Variable]:
    """The arrays of a sweep; the last one of points, and the last one of draws, are statuses."""
    dims, shape = tuple(axis.name for axis in plan.grid.axes), plan.grid.shape
    nan, empty = np.float64(np.nan), np.uint8(NOT_COMPUTED)
    for name, quantity in plan.quantities.items():
        names, label = Names(name), quantity.about or quantity.name
        about = {"long_name": label, "units": _UNIT, "expression": _formula(quantity.expression)}
        none = np.complex128(np.nan) if plan.is_complex(name) else nan
        yield Variable(
            name, dims, shape, plan.chunk, none, {**about, "ancillary_variables": f"{names.error} {names.status}"}
        )
        error = {"long_name": f"estimated absolute error of {name}", "units": _UNIT}
        yield Variable(names.error, dims, shape, plan.chunk, nan, error)
        status = {"long_name": f"what became of {name}", **_flags(_STATUSES)}
        yield Variable(names.status, dims, shape, plan.chunk, empty, status)
    draws = plan.draws
    if draws is None:
        return
    whole, chunk = (*shape, draws.number), draws.chunk
    for name in plan.quantities:
        names = Names(name)
        about = {"long_name": f"{name} of drawn matrices", "units": _UNIT}
        yield Variable(names.draws, (*dims, DRAW), whole, chunk, nan, about)
        if plan.draws_are_complex:
            about = {"long_name": f"imaginary part of {name} of drawn matrices", "units": _UNIT}
            yield Variable(names.draws_imag, (*dims, DRAW), whole, chunk, nan, about)
    about = {"long_name": "seed of the draws at a point, as simulate takes it"}
    yield Variable(SEED, dims, shape, chunk[:-1], np.int64(-1), about)
    about = {"long_name": "what became of a draw", **_flags({DRAWN: "drawn", NOT_DRAWN: "not drawn"})}
    yield Variable(DRAWS_STATUS, (*dims, DRAW), whole, chunk, empty, about)


def coordinates(plan: Plan) -> dict[str, tuple[tuple[str, ...], Any, dict[str, str]]]:
    """Dimensions, numbers and words of everything that has numbers, by name."""
    found: dict[str, tuple[tuple[str, ...], Any, dict[str, str]]] = {}
    for axis in plan.grid.axes:
        for name, column in axis.columns.items():
            found[name] = (axis.name,), _whole(name, column, plan), _words(name, plan)
    for name, number in plan.grid.fixed.items():
        words = {**_words(name, plan), "exact": str(number)}
        found[name] = (
            (),
            _whole(name, np.complex128(number) if number.is_extended_real is False else np.float64(number), plan),
            words,
        )
    return found


def _whole(name: str, numbers: Any, plan: Plan) -> Any:
    """Sizes as whole numbers where these have a type."""
    return numbers.astype(np.int64) if name in plan.sizes and (abs(numbers) < 2**53).all() else numbers


def _words(name: str, plan: Plan) -> dict[str, str]:
    about = plan.meanings.get(name, "")
    return {"long_name": about or name, "units": _UNIT}


def _flags(statuses: Mapping[int, Any]) -> dict[str, Any]:
    """Statuses as small numbers with their words, as the conventions for climate and forecast data have them."""
    words = {NOT_COMPUTED: "not computed", **{code: getattr(one, "value", one) for code, one in statuses.items()}}
    meanings = {one.value: one.meaning for one in statuses.values() if isinstance(one, PointStatus)}
    remedies = {one.value: one.remedy for one in statuses.values() if isinstance(one, PointStatus) and one.remedy}
    return {
        "flag_values": list(words),
        "flag_meanings": " ".join(one.replace(" ", "_") for one in words.values()),
        **({"meanings": json.dumps(meanings), "remedies": json.dumps(remedies)} if meanings else {}),
    }


def attributes(plan: Plan) -> dict[str, Any]:
    """What the numbers are of: enough to compute them again."""
    found = {
        "title": plan.title,
        "model": _model(plan),
        "planaria_version": version("planaria"),
        "planaria_sweep": json.dumps(identity(plan), sort_keys=True),
    }
    return found if plan.draws is None else {**found, "seed": plan.draws.seed}


def identity(plan: Plan) -> dict[str, Any]:
    """What tells a sweep from others: two that agree in it have the same numbers to the bit."""
    draws = plan.draws
    return {
        "model": _model(plan),
        "quantities": {name: _formula(one.expression) for name, one in plan.quantities.items()},
        "grid": plan.grid.digests(),
        "dimensions": [axis.name for axis in plan.grid.axes],
        "fixed": {name: str(number) for name, number in sorted(plan.grid.fixed.items())},
        "draws": None if draws is None else [draws.number, draws.seed],
        "chunk": [list(plan.chunk), None if draws is None else list(draws.chunk)],
        "version": version("planaria"),
    }


def _model(plan: Plan) -> str:
    return model_text(plan.model, {n: one.expression for n, one in plan.quantities.items()}, plan.meanings)


def _formula(expression: Any) -> str:
    try:
        return format_expression(expression)
    except InputError:
        return str(expression)
