"""A model and its points held against the oracle, in a process of its own with limits of time and memory."""

from __future__ import annotations

import math
import multiprocessing
import os
import resource
import signal
import tempfile
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

from tests.oracles.finite import simulate
from tests.oracles.generate import Case, needed, random_case
from tests.oracles.planar import NoModelError, NoSolutionError, planar_value
from tests.oracles.reading import read_model, read_point

from planaria.algebra.errors import InputError
from planaria.derivations import derive
from planaria.ensembles.library import load_model
from planaria.numerics.solving.evaluate import evaluate

__all__ = ["BAD", "Outcome", "Verdict", "run_case", "run_seed", "worst"]

AGREEMENT = 1e-9  # relative
MARGIN = 1e-3  # a ladder this close to 1 decides nothing
SECONDS = 20.0  # of processor time, for a derivation and its points
PATIENCE = 10.0  # times as long by the clock: the machine may have other work
ORACLE_SECONDS = 300.0
MEMORY = 4 << 30  # bytes
DIGITS = 15
BAD = ("wrong", "traceback", "killed", "slow")  # what must not happen, the worst first
ORDER = (*BAD, "disputed", "undecided", "refused", "right")


@dataclass(frozen=True)
class Verdict:
    """What became of one point: one of `ORDER`, planaria's value or sentence, the oracle's value and ladder."""

    kind: str
    found: str = ""
    right: str = ""
    radius: float | None = None
    note: str = ""


@dataclass
class Outcome:
    """What became of a model; ``seconds`` are those of deriving and evaluating."""

    name: str
    verdicts: list[Verdict] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def kind(self) -> str:
        """The worst of the points."""
        return worst([one.kind for one in self.verdicts])


def worst(kinds: list[str]) -> str:
    """The worst of several verdicts."""
    return min(kinds, key=ORDER.index)


@dataclass(frozen=True)
class _Truth:
    """What the oracle says of a point: ``status`` is solved, outside, none or unsure."""

    status: str
    value: str
    radius: float | None


def _truth(case: Case, values: Mapping[str, object], refined: bool) -> _Truth:
    model = read_model(case.text)
    try:
        planar = planar_value(model.quantities[case.quantity], model, read_point(model, values), refined=refined)
    except NoModelError:
        return _Truth("outside", "", None)
    except NoSolutionError as reason:
        return _Truth("none", str(reason), None)
    except (ArithmeticError, ValueError) as reason:  # numpy or mpmath on a degenerate system
        return _Truth("none", repr(reason), None)
    largest = max(planar.radius, planar.path_radius)
    if planar.radius >= 1 + MARGIN:
        status = "outside"
    elif largest >= 1 - MARGIN:
        status = "unsure"
    else:
        status = "solved"
    return _Truth(status, str(planar.value), planar.radius)


def _judge(case: Case, values: Mapping[str, object], found: str, truth: _Truth) -> Verdict:
    """Hold a value that planaria gave out against the oracle."""
    if truth.status == "outside":
        return Verdict("wrong", found, "none: the ladder is not below 1", truth.radius)
    if truth.status == "none":
        return _settle(case, values, found, truth)
    if not _agree(found, truth.value):
        truth = _truth(case, values, True)
    if truth.status in ("solved", "unsure") and _agree(found, truth.value):
        return Verdict("right", found, truth.value, truth.radius)
    if truth.status == "solved":
        return Verdict("wrong", found, truth.value, truth.radius)
    return _settle(case, values, found, truth)


def _agree(found: str, right: str) -> bool:
    a, b = complex(found), complex(right)
    return abs(a - b) <= AGREEMENT * abs(b) or a == b


def _settle(case: Case, values: Mapping[str, object], found: str, truth: _Truth) -> Verdict:
    """Ask simulation where the planar oracle has no answer: it can refute a value, not confirm it."""
    model = read_model(case.text)
    point = read_point(model, values)
    largest = max(point.size(space) for space in model.spaces)
    try:
        runs = [
            simulate(model.quantities[case.quantity], model, point, scale=max(1, size // largest), draws=8)
            for size in (60, 160)
        ]
    except (ArithmeticError, ValueError) as reason:
        return Verdict("undecided", found, truth.value, truth.radius, f"simulation: {reason!r}")
    note = (
        ", ".join(f"{one.value:.6g} +- {one.error:.2g}" for one in runs)
        + f"; oracle: {truth.status} {truth.value}"
    )
    distance = abs(runs[1].value - float(complex(found).real))
    spread = 6 * runs[1].error + 2 * abs(runs[1].value - runs[0].value)
    return Verdict("disputed" if distance > spread else "undecided", found, truth.value, truth.radius, note)


def _limit_processor(seconds: float | None) -> None:
    """Stop this process by SIGXCPU, also within C, after so many more seconds of processor time."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = resource.RLIM_INFINITY if seconds is None else math.ceil(time.process_time() + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _work(case: Case, send: Connection, seconds: float) -> None:
    """In the child: first the oracle, then planaria; everything goes through the pipe as it is known."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    truths = [_truth(case, values, False) for values in case.points]
    send.send(("start", None))
    done: list[tuple[str, str]] = []
    begin = time.process_time()
    _limit_processor(seconds)
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{case.name}.toml"
            path.write_text(case.text, encoding="utf-8")
            model = load_model(str(path))
        derivation = derive(model.quantity(case.quantity).expression, model.model)
    except InputError as refusal:
        done = [("refused", f"derive: {refusal}")] * len(case.points)
    except Exception:
        done = [("traceback", traceback.format_exc(limit=-3))] * len(case.points)
    else:
        send.send(("derived", time.process_time() - begin))
        for values in case.points:
            try:
                estimate = evaluate(derivation, _for_planaria(case, values), digits=DIGITS)
                done.append(("value", str(estimate.value)))
            except InputError as refusal:
                done.append(("refused", f"evaluate: {refusal}"))
            except Exception:
                done.append(("traceback", traceback.format_exc(limit=-3)))
    _limit_processor(None)
    send.send(("end", time.process_time() - begin))
    verdicts = []
    for values, (kind, text), truth in zip(case.points, done, truths, strict=True):
        if kind == "value":
            verdicts.append(_judge(case, values, text, truth))
        elif kind == "refused":
            note = "" if truth.status != "solved" else "the oracle has a value"
            verdicts.append(Verdict("refused", text, truth.value, truth.radius, note))
        else:
            verdicts.append(Verdict(kind, text, truth.value, truth.radius))
    send.send(("verdicts", verdicts))


def _for_planaria(case: Case, values: Mapping[str, object]) -> dict[Any, Any]:
    """The values that the quantity depends on; sizes that only a matrix elsewhere fixes are added."""
    model = read_model(case.text)
    numbers = read_point(model, values).numbers
    given = {
        name: values.get(name, str(numbers.get(name)))
        for name in needed(case)
        if name in values or name in numbers
    }
    return dict(sorted(given.items()))


def run_case(case: Case, *, seconds: float = SECONDS) -> Outcome:
    """Run one case in a forked process, which is stopped at the limits."""
    context = multiprocessing.get_context("fork")
    receive, send = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(case, send, seconds))
    process.start()
    send.close()
    outcome = Outcome(case.name)
    stage, deadline = "oracle", time.monotonic() + ORACLE_SECONDS
    try:
        while True:
            if not receive.poll(max(0.0, deadline - time.monotonic())):
                outcome.verdicts = [_stopped(stage, "the time limit")] * len(case.points)
                outcome.seconds = seconds if stage in ("derive", "evaluate") else 0.0
                break
            try:
                message, content = receive.recv()
            except EOFError:
                process.join()
                how = "the time limit" if process.exitcode == -signal.SIGXCPU else f"exit code {process.exitcode}"
                outcome.verdicts = [_stopped(stage, how)] * len(case.points)
                outcome.seconds = seconds if how == "the time limit" else 0.0
                break
            if message == "start":
                stage, deadline = "derive", time.monotonic() + PATIENCE * seconds
            elif message == "derived":
                stage = "evaluate"
            elif message == "end":
                stage, deadline = "judge", time.monotonic() + ORACLE_SECONDS
                outcome.seconds = float(content)
            else:
                outcome.verdicts = cast(list[Verdict], content)
                break
    finally:
        process.kill()
        process.join()
        process.close()
        receive.close()
    return outcome


def _stopped(stage: str, how: str) -> Verdict:
    if stage in ("oracle", "judge"):
        return Verdict("undecided", note=f"{stage}: {how}")
    return Verdict("slow" if "time" in how else "killed", f"{stage}: {how}")


def run_seed(seed: int, *, seconds: float = SECONDS, most_letters: int | None = None) -> Outcome:
    """The random model of a seed."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return run_case(random_case(seed, most_letters=most_letters), seconds=seconds)
