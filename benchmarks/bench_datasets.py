"""What a sweep costs beside its numbers: a task, its traffic, its file, and the memory of a worker.

    python benchmarks/bench_datasets.py            # about a minute; a cluster of two local workers
    python benchmarks/bench_datasets.py --points   # points a second and memory, by the size of a block: minutes

Each figure is the least of several runs, in process CPU time where nothing is said.
"""

from __future__ import annotations

import argparse
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import planaria as pl
from planaria.numerics.datasets.asking import planned
from planaria.numerics.datasets.blocks import Work, block
from planaria.numerics.datasets.engines import engine
from planaria.numerics.datasets.plan import Plan
from planaria.numerics.datasets.store import opened

REPEATS = 3
TASKS = 200
POINTS = 131_072
SCALES = {"alpha": 1, "lambda_plus": 1, "sigma_u": 1, "sigma_w": 1, "M": 400}


def surface(points: int) -> Plan:
    """A surface over N and gamma of the random-feature loss, in one block."""
    sizes = max(1, points // 1024)
    grid = {"N": np.arange(50, 50 + sizes), "P": 200, "gamma": np.geomspace(1e-3, 1, min(points, 1024)), **SCALES}
    return planned("random-features", "loss", grid, chunk=points)


def least(work: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    found = []
    for _ in range(REPEATS):
        started = clock()
        work()
        found.append(clock() - started)
    return min(found)


def empty(payload: bytes, task: int) -> tuple[int, int]:
    """A task that does nothing: what is left is the cost of sending it."""
    return task, len(payload)


def overhead() -> None:
    work = Work(surface(256), {"loss": pl.derive("random-features", "loss")})
    payload = pickle.dumps(work)
    print(f"work that is sent once to a worker   {len(payload) / 1e3:8.1f} kB")
    print(f"to open it there                     {1e3 * least(lambda: pickle.loads(payload)):8.1f} ms")
    block(work, 0)
    print(f"a block of 256 points                {1e3 * least(lambda: block(work, 0)):8.1f} ms")
    for points in (8192, POINTS):
        plan = surface(points)
        numbers = {"loss": np.random.default_rng(0).random(plan.grid.shape)}
        full = {
            **numbers,
            "loss_error": numbers["loss"] * 1e-15,
            "loss_status": np.ones(plan.grid.shape, np.uint8),
        }
        size = sum(one.nbytes for one in full.values())
        with tempfile.TemporaryDirectory() as folder:
            store = opened(plan, Path(folder) / "a.zarr", "out")
            seconds = least(lambda store=store, full=full: store.write(0, full))  # type: ignore[misc]
            stored = sum(one.stat().st_size for one in Path(folder).rglob("c/*/*"))
        sizes = f"{size / 1e6:.2f} MB, on disk {stored / 1e6:.2f}"
        print(f"to write a block of {points:7,} points   {1e3 * seconds:8.1f} ms, {sizes}")
    from planaria.numerics.datasets import engines

    engines._numbered = empty  # type: ignore[assignment]
    for words, options in (("processes", {"workers": 2}), ("a local cluster of Dask", None)):
        if options is not None:
            with engine(**options) as compute:
                list(compute(payload, range(4)))
                wall = least(lambda compute=compute: list(compute(payload, range(TASKS))), time.perf_counter)  # type: ignore[misc]
        else:
            wall = _cluster(payload)
        print(f"a task on 2 {words:24} {1e3 * wall / TASKS:8.2f} ms of wall time")


def _cluster(payload: bytes) -> float:
    from distributed import LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, memory_limit=0) as cluster,
        engine(scheduler=cluster.scheduler_address) as compute,
    ):
        list(compute(payload, range(4)))
        return least(lambda: list(compute(payload, range(TASKS))), time.perf_counter)


def points() -> None:
    """Seconds and memory of one block, each size in a process of its own."""
    for size in (1024, 8192, 32_768, POINTS):
        done = subprocess.run(
            [sys.executable, __file__, "--one", str(size)], capture_output=True, text=True, check=True
        )
        print(done.stdout, end="")


def one(size: int) -> None:
    work = Work(surface(size), {"loss": pl.derive("random-features", "loss")})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    block(work, 0)
    seconds = time.process_time() - started
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"a block of {size:7,} points   {seconds:7.2f} s, {1e6 * seconds / size:6.1f} us a point; "
          f"{before / 1024:.0f} MB before it, {after / 1024:.0f} MB at its peak")  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", action="store_true")
    parser.add_argument("--one", type=int)
    arguments = parser.parse_args()
    if arguments.one:
        one(arguments.one)
    elif arguments.points:
        points()
    else:
        overhead()
