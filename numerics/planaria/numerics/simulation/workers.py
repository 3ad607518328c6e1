"""The same work on any number of processes, in order, with the same bits."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController

__all__ = ["in_order", "one_thread"]

_SECONDS = 0.2  # of work that a process takes at once: sending it costs a thousandth of that
_SHARES = 8  # at least so many portions for each process, so that they end together


def in_order(work: Callable[[int], Any], runs: int, workers: int) -> Generator[Any, None, None]:
    """``work(0), work(1), ..., work(runs - 1)``. To close the iterator is to stop.

    The first one is done here, so that what it raises is raised before any process starts.

    Parameters
    ----------
    work
        Does not depend on what was done before. It can be pickled.
    workers
        The number of processes; joblib starts them, and keeps them for the next time.

    >>> list(in_order(abs, 4, 1))
    [0, 1, 2, 3]
    """
    started = time.perf_counter()
    first = work(0)
    seconds = time.perf_counter() - started
    yield first
    if workers == 1 or runs == 1:
        for run in range(1, runs):
            yield work(run)
        return
    yield from _on_processes(work, runs, workers, seconds)


def _on_processes(
    work: Callable[[int], Any], runs: int, workers: int, seconds: float
) -> Generator[Any, None, None]:
    from joblib import Parallel, delayed, parallel_config  # a quarter of a second, for those who want processes

    count = max(1, min(int(_SECONDS / max(seconds, 1e-6)), runs // (_SHARES * workers)))
    portions = (range(begin, min(begin + count, runs)) for begin in range(1, runs, count))
    with parallel_config(backend="loky", n_jobs=workers, inner_max_num_threads=1):
        stream = Parallel(return_as="generator", pre_dispatch="2*n_jobs")(
            delayed(_portion)(work, portion) for portion in portions
        )
    try:
        for found in stream:
            yield from found
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # joblib's, of portions that are given up here on purpose
            stream.close()


def _portion(work: Callable[[int], Any], runs: Iterable[int]) -> list[Any]:
    with one_thread():
        return [work(run) for run in runs]


@contextmanager
def one_thread() -> Generator[None, None, None]:
    """Linear algebra on one thread: on more, sums are added up in another order, and last bits differ."""
    with _controller().limit(limits=1, user_api="blas"):
        yield


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()
