"""Where blocks are kept as they come: a zarr group, on disk or in memory, in which a block is a chunk.

A chunk is there as a whole or not at all, and the status of a block is written after its numbers. So a block whose
status is there is complete, whenever a process was killed.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planaria.algebra.errors import InputError
from planaria.numerics.datasets.blocks import Block
from planaria.numerics.datasets.labels import (
    DRAWS_STATUS,
    NOT_COMPUTED,
    Names,
    attributes,
    coordinates,
    identity,
    variables,
)
from planaria.numerics.datasets.libraries import library
from planaria.numerics.datasets.plan import Plan

__all__ = ["Store", "check_identity", "opened"]

IDENTITY = "planaria_sweep"
_DIFFERENCES = {  # parts of an identity, in the order in which a difference is told
    "model": "another model",
    "quantities": "other quantities",
    "dimensions": "another grid",
    "grid": "another grid",
    "fixed": "other numbers of parameters",
    "draws": "other draws",
    "chunk": "other blocks",
    "version": "another version of planaria",
}


@dataclass(frozen=True)
class Store:
    """The numbers of a plan, as far as they are known."""

    plan: Plan
    group: Any

    def missing(self) -> Iterator[int]:
        """The tasks that are still to be done, in their order."""
        plan = self.plan
        *_, last = plan.quantities
        points = self.group[Names(last).status]
        draws = points if plan.draws is None else self.group[DRAWS_STATUS]
        for task in range(plan.tasks):
            portion = plan.portion(task)
            array = draws if portion.is_drawn else points
            if (array[portion.region] == NOT_COMPUTED).any():
                yield task

    def write(self, task: int, block: Block) -> None:
        """Keep a block; its last variable is its status."""
        region = self.plan.portion(task).region
        for name, numbers in block.items():
            array = self.group[name]
            array[region[: array.ndim]] = numbers

    def dataset(self) -> Any:
        """The numbers as an `xarray.Dataset`; those of a file are read when they are used."""
        found = library("xarray").open_zarr(self.group.store, consolidated=False, chunks=None)
        return found[[one.name for one in variables(self.plan)]]


def opened(plan: Plan, path: Path | None, place: str) -> Store:
    """The store of a plan: the one that is there, or a new one.

    Raises InputError where there is something else; it is left as it is.
    """
    zarr = library("zarr")
    if path is None:
        return Store(plan, _filled(plan, zarr.storage.MemoryStore()))
    if path.exists():
        check_identity(_identity(path), plan, place)
        return Store(plan, zarr.open_group(path, mode="r+"))
    beside = path.with_name(f".planaria-{os.getpid()}-{secrets.token_hex(4)}{path.suffix}")
    try:
        _filled(plan, beside)
        os.replace(beside, path)
    except OSError as error:
        problem = f"it cannot be written ({error.strerror or error})"
        raise InputError(place, problem, "choose another place") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return Store(plan, zarr.open_group(path, mode="r+"))


def check_identity(found: str | None, plan: Plan, place: str) -> None:
    """Raise InputError unless what a file says of itself is this sweep.

    Parameters
    ----------
    found
        The attribute of a file; None where it has none.
    """
    remedy = "give another name, or remove it"
    try:
        theirs = json.loads(found or "")
    except ValueError:
        theirs = None
    if not isinstance(theirs, dict):
        raise InputError(place, "there is something that is no sweep", remedy)
    mine = json.loads(json.dumps(identity(plan)))
    for part, words in _DIFFERENCES.items():
        if theirs.get(part) != mine[part]:
            raise InputError(place, f"there is a sweep of {words}", remedy)


def _identity(path: Path) -> str | None:
    try:
        found = library("zarr").open_group(path, mode="r").attrs.get(IDENTITY)
    except (OSError, ValueError, KeyError):
        return None
    return found if isinstance(found, str) else None


def _filled(plan: Plan, where: Any) -> Any:
    """A group with all labels and no numbers."""
    zarr = library("zarr")
    group = zarr.create_group(where, zarr_format=3)
    labels = coordinates(plan)
    dimensions = {axis.name for axis in plan.grid.axes}
    beside = [name for name in labels if name not in dimensions]
    group.attrs.update({**attributes(plan), **({"coordinates": " ".join(beside)} if beside else {})})
    for name, (dims, numbers, about) in labels.items():
        group.create_array(name, data=numbers, dimension_names=dims, attributes=about)
    for one in variables(plan):
        group.create_array(
            one.name,
            shape=one.shape,
            chunks=one.chunk,
            dtype=one.dtype,
            fill_value=one.fill.item(),
            dimension_names=one.dimensions,
            attributes=dict(one.about),
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the format does not know it yet; without it xarray warns
        return zarr.consolidate_metadata(group.store)
