"""The numbers of a block: points solved together, or draws at points. They depend on the plan and nothing else."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planaria.algebra.errors import InputError
from planaria.algebra.values import Portable
from planaria.derivations.derivation import Derivation
from planaria.derivations.log_determinants import LogDetDerivation
from planaria.diagrams.expressions.contents import contents_of
from planaria.ensembles.points import PointArray, PointStatus
from planaria.numerics.datasets.labels import DRAWN, DRAWS_STATUS, NOT_DRAWN, SEED, Names, code_of
from planaria.numerics.datasets.libraries import library
from planaria.numerics.datasets.plan import Draws, Plan, Region
from planaria.numerics.points.problem import parameters_of
from planaria.numerics.points.refusals import ContradictionError
from planaria.numerics.simulation.simulate import trial
from planaria.numerics.solving.exclusive import exclusive
from planaria.numerics.sweeps.arrays import evaluate_array
from planaria.numerics.sweeps.complex_points import exact_complex

__all__ = ["Block", "Work", "block", "computed", "seed_at"]

Block = dict[str, NDArray[Any]]
"""Arrays of the shape of a block, by the names of the variables."""

_SEED_BITS = 63  # whole numbers of 64 bits with a sign hold them


@dataclass(frozen=True, eq=False)
class Work(Portable):
    """A plan with the derivations of its quantities: what workers are sent."""

    plan: Plan
    derivations: Mapping[str, Derivation | LogDetDerivation]


@exclusive
def computed(payload: bytes, task: int) -> Block:
    """A task of pickled work: what a worker is sent, and what it answers.

    One at a time in a process, and on one thread of BLAS: on more, sums are added up in another order.
    """
    with _threads().limit(limits=1, user_api="blas"):
        return block(_opened(payload), task)


@lru_cache(maxsize=4)
def _opened(payload: bytes) -> Work:
    """Derivations keep the formulas that they have compiled: a worker opens them once."""
    work: Work = pickle.loads(payload)
    return work


@cache
def _threads() -> Any:
    return library("threadpoolctl").ThreadpoolController()


def block(work: Work, task: int) -> Block:
    """All variables of one task."""
    plan = work.plan
    portion = plan.portion(task)
    if portion.is_drawn and plan.draws is not None:
        return _drawn(plan, plan.draws, portion.region)
    found: Block = {}
    for name, derivation in work.derivations.items():
        names = Names(name)
        array = _quantity(plan, derivation, portion.region)
        found[names.value], found[names.error] = array.values, array.errors
        found[names.status] = np.vectorize(code_of, otypes=[np.uint8])(array.status)
    return found


def _shape(region: Sequence[slice]) -> tuple[int, ...]:
    return tuple(one.stop - one.start for one in region)


def _quantity(plan: Plan, derivation: Derivation | LogDetDerivation, region: Region) -> PointArray:
    """Values over a region; along an axis that makes no difference they are computed once."""
    needed = _parameters(derivation)
    own = tuple(
        slice(one.start, one.start + 1) if needed.isdisjoint(axis.columns) else one
        for one, axis in zip(region, plan.grid.axes, strict=True)
    )
    columns = {name: column for name, column in plan.grid.columns(own).items() if name in needed}
    fixed = {name: number for name, number in plan.grid.fixed.items() if name in needed}
    found = _points(derivation, fixed, columns, prod(_shape(own)))
    return PointArray.of(
        *(
            np.broadcast_to(one.reshape(_shape(own)), _shape(region))
            for one in (found.values, found.errors, found.status)
        )
    )


def _parameters(derivation: Derivation | LogDetDerivation) -> set[str]:
    """The names of everything that has numbers."""
    if isinstance(derivation, LogDetDerivation):
        return set(map(str, contents_of(derivation.expression, derivation.model).symbols))
    return {str(one) for one in parameters_of(derivation)}


def _points(
    derivation: Derivation | LogDetDerivation,
    fixed: Mapping[str, Any],
    columns: Mapping[str, NDArray[Any]],
    count: int,
) -> PointArray:
    """Points in a row. Where some make an array refuse all of them, they are found by halving."""
    try:
        found = evaluate_array(derivation, {**fixed, **columns})
        return PointArray.of(*(one.reshape(count) for one in (found.values, found.errors, found.status)))
    except ContradictionError:  # a defect, and no property of a point
        raise
    except (InputError, OverflowError) as error:
        if count == 1:
            status = PointStatus.of(error) if isinstance(error, InputError) else PointStatus.OUT_OF_RANGE
            return PointArray.of([np.nan], [np.nan], [status])
    half = count // 2
    parts = [
        _points(derivation, fixed, {name: column[where] for name, column in columns.items()}, length)
        for where, length in ((slice(0, half), half), (slice(half, count), count - half))
    ]
    kinds = ([one.values for one in parts], [one.errors for one in parts], [one.status for one in parts])
    return PointArray.of(*map(np.concatenate, kinds))


def seed_at(seed: int, point: int) -> int:
    """The seed of a point by its number in the order of the grid: ``simulate`` draws the same with it.

    >>> len({seed_at(0, 0), seed_at(0, 1), seed_at(1, 0)})
    3
    """
    words = np.random.SeedSequence(seed, spawn_key=(point,)).generate_state(1, np.uint64)
    return int(words[0]) >> (64 - _SEED_BITS)


def _drawn(plan: Plan, draws: Draws, region: Region) -> Block:
    """Draws of all quantities at the points of a region."""
    *where, runs = region
    points, count = prod(_shape(where)), runs.stop - runs.start
    values = np.full((len(plan.quantities), points, count), np.nan, dtype=complex)
    status = np.full((points, count), NOT_DRAWN, dtype=np.uint8)
    seeds = np.empty(points, dtype=np.int64)
    for row, (point, numbers) in enumerate(_each(plan, where)):
        seeds[row] = seed_at(draws.seed, point)
        for column, outcome in enumerate(_outcomes(plan, numbers, int(seeds[row]), range(runs.start, runs.stop))):
            if outcome is not None:
                values[:, row, column], status[row, column] = outcome, DRAWN
    found: Block = {}
    for name, own in zip(plan.quantities, values, strict=True):
        found[Names(name).draws] = own.real.reshape(_shape(region))
        if plan.draws_are_complex:
            found[Names(name).draws_imag] = own.imag.reshape(_shape(region))
    found[SEED] = seeds.reshape(_shape(where))
    found[DRAWS_STATUS] = status.reshape(_shape(region))
    return found


def _outcomes(
    plan: Plan, numbers: Mapping[str, Any], seed: int, runs: Sequence[int]
) -> Iterator[tuple[complex, ...] | None]:
    """What the runs at a point give; None for a run that is refused, or all of them."""
    expressions = {name: one.expression for name, one in plan.quantities.items()}
    try:
        outcome: Callable[[int], tuple[complex, ...]] = trial(expressions, plan.model, numbers, seed=seed)
    except InputError:
        yield from (None for _ in runs)
        return
    for run in runs:
        try:
            yield outcome(run)
        except InputError:
            yield None


def _each(plan: Plan, where: Sequence[slice]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The number of each point of a region in the order of the grid, and its numbers by name."""
    needed = plan.needed_for_draws
    columns = {name: column for name, column in plan.grid.columns(where).items() if name in needed}
    fixed = {name: number for name, number in plan.grid.fixed.items() if name in needed}
    for row, place in enumerate(product(*(range(one.start, one.stop) for one in where))):
        point = int(np.ravel_multi_index(place, plan.grid.shape)) if place else 0
        yield point, {**fixed, **{name: exact_complex(column[row]) for name, column in columns.items()}}
