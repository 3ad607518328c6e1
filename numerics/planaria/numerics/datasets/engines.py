"""Who computes the blocks: this process, processes of this machine (joblib), or a cluster (dask.distributed)."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from itertools import islice
from signal import SIG_IGN, SIGINT, signal
from threading import Thread
from typing import Any, TypeAlias

from planaria.algebra.errors import InputError, check_whole, described
from planaria.numerics.datasets.blocks import Block, computed
from planaria.numerics.datasets.libraries import library

__all__ = ["Engine", "engine"]

Engine: TypeAlias = Callable[[bytes, Iterable[int]], Iterator[tuple[int, Block]]]
"""From pickled work and numbers of tasks to blocks, each with its number, in any order."""

_SECONDS_TO_ANSWER = 10
_AHEAD = 4  # tasks of a thread that are sent before it asks
_GOES_ON = "what was computed is kept: the same sweep goes on with it"


@contextmanager
def engine(workers: int = 1, scheduler: Any = None) -> Generator[Engine, None, None]:
    """What computes blocks.

    Parameters
    ----------
    workers
        The number of processes on this machine; 1 is this process itself.
    scheduler
        The address of a Dask scheduler, or a ``distributed.Client``, in place of them.

    Raises InputError for a scheduler that does not answer, has no workers, or whose workers have another planaria.
    """
    check_whole(workers, "workers", 1)
    if scheduler is None:
        yield _here if workers == 1 else partial(_on_processes, workers)
        return
    if workers != 1:
        problem = "processes and a scheduler are two ways to compute"
        raise InputError("workers", problem, "leave one of them out")
    with _client(scheduler) as client:
        yield partial(_on_cluster, client)


def _numbered(payload: bytes, task: int) -> tuple[int, Block]:
    return task, computed(payload, task)


def _begin(parent: int) -> None:
    """What a process does first: Ctrl-C is for the one that started it, and it ends where that one was killed.

    It is told who started it: where that one is killed before the process gets here, its parent is another by now.
    """
    signal(SIGINT, SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def _here(payload: bytes, tasks: Iterable[int]) -> Iterator[tuple[int, Block]]:
    for task in tasks:
        yield _numbered(payload, task)


def _on_processes(workers: int, payload: bytes, tasks: Iterable[int]) -> Iterator[tuple[int, Block]]:
    joblib = library("joblib")
    ended = library("joblib.externals.loky.process_executor").TerminatedWorkerError
    begin = {"initializer": _begin, "initargs": (os.getpid(),)}
    with joblib.parallel_config(backend="loky", n_jobs=workers, inner_max_num_threads=1, **begin):
        parallel = joblib.Parallel(return_as="generator_unordered", pre_dispatch="2*n_jobs", batch_size=1)
        stream = parallel(joblib.delayed(_numbered)(payload, task) for task in tasks)
    try:
        yield from stream
    except ended:
        problem = f"a process was ended from outside, perhaps for its memory; {_GOES_ON}"
        raise InputError("workers", problem, "give fewer workers, or smaller blocks") from None
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # joblib's, of blocks that are given up on purpose
            stream.close()


@contextmanager
def _client(scheduler: Any) -> Generator[Any, None, None]:
    distributed = library("distributed")
    if isinstance(scheduler, distributed.Client):
        _check_workers(scheduler, "scheduler")
        yield scheduler
        return
    if not isinstance(scheduler, str) or not scheduler.strip():
        problem = f"{described(scheduler)} is no address"
        raise InputError("scheduler", problem, "give one such as tcp://127.0.0.1:8786, or a distributed.Client")
    place = f"scheduler {scheduler}"
    try:
        client = distributed.Client(scheduler, timeout=_SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, ValueError, TypeError):  # a time-out is an OSError
        raise InputError(
            place, "it does not answer", "start one with 'dask scheduler', or check the address"
        ) from None
    with client:
        _check_workers(client, place)
        yield client


def _check_workers(client: Any, place: str) -> None:
    try:
        client.wait_for_workers(1, timeout=_SECONDS_TO_ANSWER)
    except TimeoutError:
        raise InputError(
            place, "it has no workers", "start some with 'dask worker ADDRESS --nthreads 1'"
        ) from None
    mine = version("planaria")
    try:
        found = set(client.run(version, "planaria").values())
    except ImportError:
        found = {"none"}
    if found != {mine}:
        theirs = ", ".join(sorted(found))
        raise InputError(place, f"its workers have planaria {theirs}, and not {mine}", "install the same there")


def _on_cluster(client: Any, payload: bytes, tasks: Iterable[int]) -> Iterator[tuple[int, Block]]:
    """Blocks as they are done. A worker that is lost loses nothing: its tasks are given to others."""
    distributed = library("distributed")
    # A task of its own, and no scattered data: what a lost worker held is made again.
    sent = client.submit(_same, payload, pure=False)
    waiting = iter(tasks)

    def submitted(count: int) -> list[Any]:
        return [client.submit(_numbered, sent, task, pure=False) for task in islice(waiting, count)]

    running = distributed.as_completed(submitted(_AHEAD * _threads(client)), loop=client.loop, with_results=True)
    try:
        for future, found in running:
            future.release()
            yield found
            running.update(submitted(max(1, _AHEAD * _threads(client) - running.count())))
    except distributed.KilledWorker:
        problem = f"a task was lost with several workers, perhaps for their memory; {_GOES_ON}"
        raise InputError("scheduler", problem, "give workers more memory, or take smaller blocks") from None
    finally:
        client.cancel([*running.futures, sent])


def _threads(client: Any) -> int:
    """Of all workers that are there now."""
    return max(1, sum(map(int, client.nthreads().values())))


def _same(payload: bytes) -> bytes:
    return payload
