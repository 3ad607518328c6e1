"""`sweep`: several quantities over a grid or a list of points, as labelled data that is kept as it comes."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from planaria.algebra.errors import placed
from planaria.derivations.asked import derive
from planaria.derivations.resummation import BUDGET
from planaria.ensembles.model import Model
from planaria.ensembles.question import Values
from planaria.ensembles.text.model_data import ModelFile
from planaria.numerics.datasets.asking import Quantities, planned
from planaria.numerics.datasets.blocks import Work
from planaria.numerics.datasets.engines import engine
from planaria.numerics.datasets.exports import Target
from planaria.numerics.datasets.plan import Plan

if TYPE_CHECKING:
    from distributed import Client
    from xarray import Dataset

__all__ = ["run", "sweep"]


def sweep(
    model: Model | ModelFile | str | os.PathLike[str],
    quantities: Quantities,
    grid: Values | Sequence[Values],
    *,
    out: str | os.PathLike[str] | None = None,
    draws: int = 0,
    seed: int = 0,
    workers: int = 1,
    scheduler: str | Client | None = None,
    chunk: int | None = None,
    budget: float = BUDGET,
    progress: Callable[[int, int], object] | None = None,
) -> Dataset:
    """Quantities over a grid or a list of points, as a Dataset of xarray.

    It has a dimension for each parameter that has several numbers, and for each quantity its values, with
    ``_error`` and ``_status`` behind its name two more variables: `evaluate_array` says what they are. Attributes
    hold the model, the version and the meanings of everything.

    Parameters
    ----------
    model
        A model, its name, or the path of its file.
    quantities
        Names of its quantities, or expressions; or expressions by the names to give them.
    grid
        Numbers by symbol or name: one, or several (a list, an array, or text such as ``10:1000:log50``), of which
        all combinations are taken; a spectrum, or a list of eigenvalues, for a matrix. Or a list of points, each
        of them numbers by name.
    out
        A file: ``.zarr``, ``.nc`` or ``.csv``. Where it holds a part of this sweep already, the rest is computed.
    draws
        Of matrices at each point, beside the planar values: ``_draws`` behind the name of a quantity, with the
        dimension ``draw``. ``simulate`` with the ``seed`` of the point draws the same.
    seed
        Of all draws.
    workers
        Processes on this machine; the numbers are the same to the bit on any number of them.
    scheduler
        The address of a Dask scheduler, or its client, in place of processes.
    chunk
        About how many points are computed at once, and lost at most where a worker is killed. It is part of the
        sweep, as it may change the last bits.
    budget
        As for ``derive``.
    progress
        Called with the numbers of blocks that are done, and of all.

    Returns
    -------
    The Dataset: in memory, or read from the file when it is used.

    Raises
    ------
    InputError
        For a question that makes no sense, an existing file of something else, a scheduler that does not answer,
        and a library that is missing. A point that is refused raises nothing: its status says why.

    >>> found = sweep("marchenko-pastur", "resolvent", {"N": [50, 100], "P": 100, "gamma": [0.5, 1]})
    >>> found.resolvent.dims, round(found.resolvent.sel(N=100, gamma=1).item(), 12)
    (('N', 'gamma'), 0.61803398875)
    >>> found.gamma.attrs["long_name"]
    'ridge'
    """
    plan = planned(model, quantities, grid, draws=draws, seed=seed, chunk=chunk)
    return run(plan, Target.of(out), workers=workers, scheduler=scheduler, budget=budget, progress=progress)


def run(
    plan: Plan,
    target: Target,
    *,
    workers: int = 1,
    scheduler: Any = None,
    budget: float = BUDGET,
    progress: Callable[[int, int], object] | None = None,
) -> Dataset:
    """What is missing of a plan, computed and kept block by block.

    What can be refused is refused before anything is derived; what cannot be derived, before anything is written.
    """
    target.check(plan)
    if target.is_finished:
        found: Dataset = target.dataset()
        return found
    with engine(workers, scheduler) as compute:
        payload = pickle.dumps(_derived(plan, budget))
        store = target.store(plan)
        missing = list(store.missing())
        done = plan.tasks - len(missing)
        if missing:
            for task, block in compute(payload, missing):
                store.write(task, block)
                done += 1
                if progress is not None:
                    progress(done, plan.tasks)
    found = target.finish(store)
    return found


def _derived(plan: Plan, budget: float) -> Work:
    derivations = {}
    for name, quantity in plan.quantities.items():
        with placed(f"quantity {name}"):
            derivations[name] = derive(quantity.expression, plan.model, budget=budget)
    return Work(plan, derivations)
