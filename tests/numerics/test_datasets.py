"""Sweeps as labelled data: right at every point, the same to the bit by whomever, and whole whatever is killed."""

from __future__ import annotations

import csv
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
import zarr
from sympy import MatrixSymbol, Symbol, Trace, symbols

import planaria as pl
from planaria.algebra.errors import InputError
from planaria.ensembles.library import load_model, model_names
from planaria.ensembles.points import PointStatus
from planaria.ensembles.text.model_file import read_model
from planaria.ensembles.text.model_text import model_text
from planaria.numerics.datasets import engines, libraries, store
from planaria.numerics.datasets.asking import planned
from planaria.numerics.datasets.blocks import Work, block, computed, seed_at
from planaria.numerics.datasets.exports import Target
from planaria.numerics.datasets.grid import read_grid
from planaria.numerics.datasets.labels import code_of
from planaria.numerics.datasets.sweep import run
from planaria.numerics.datasets.tasks import Blocks, chunk_shape, draws_chunk

OK = code_of(PointStatus.OK)
WISHART = {"N": [40, 80, 160], "P": 100, "gamma": [0.1, 0.5, 1, 5]}


def marchenko_pastur(n: float, p: float, gamma: float) -> float:
    """tr (gamma + x x^T)^-1 / N for variance 1/P: the positive root of its quadratic equation (1967)."""
    ratio = n / p
    b = gamma + 1 - ratio
    return (-b + sqrt(b * b + 4 * ratio * gamma)) / (2 * ratio * gamma)


def content(path: Path) -> dict[str, str]:
    """Digests of all files below a path, by their names."""
    files = [one for one in path.rglob("*") if one.is_file()]
    return {str(one.relative_to(path)): sha256(one.read_bytes()).hexdigest() for one in files}


def numbers(dataset: xr.Dataset) -> dict[str, bytes]:
    return {str(name): np.asarray(one.values).tobytes() for name, one in dataset.variables.items()}


# -- numbers --------------------------------------------------------------------------------------------------


def test_values_are_those_of_the_literature_and_of_evaluate() -> None:
    found = pl.sweep("marchenko-pastur", ["resolvent", "tr(x*x.T)/N"], WISHART, chunk=5)
    assert found.resolvent.dims == ("N", "gamma")
    assert (found.resolvent_status == OK).all()
    result = pl.derive("marchenko-pastur", "resolvent")
    for n in (40, 160):
        for gamma in (0.1, 5):
            value = found.resolvent.sel(N=n, gamma=gamma).item()
            assert value == pytest.approx(marchenko_pastur(n, 100, gamma), rel=1e-12)
            exact = result.evaluate(N=n, P=100, gamma=gamma, digits=20).value
            assert abs(value - float(exact)) <= found.resolvent_error.sel(N=n, gamma=gamma).item() + 1e-16
    # E tr(x x^T)/N = 1 for variance 1/P, whatever N and gamma are; the other quantity is `value`
    assert found.value.values == pytest.approx(np.ones((3, 4)), rel=1e-14)


def test_labels_say_what_everything_is() -> None:
    found = pl.sweep("marchenko-pastur", "resolvent", WISHART)
    assert found.gamma.attrs == {"long_name": "ridge", "units": "1"}
    assert found.N.dtype == np.int64
    assert found.P.item() == 100
    assert found.resolvent.attrs["long_name"] == "resolvent of the sample covariance"
    assert found.resolvent.attrs["expression"] == "tr(inv(gamma*I(N) + x*x.T))/N"
    assert found.attrs["planaria_version"]
    flags = found.resolvent_status.attrs
    words = dict(zip(flags["flag_values"], flags["flag_meanings"].split(), strict=True))
    assert words[0] == "not_computed"
    assert words[OK] == "ok"
    again = read_model(found.attrs["model"], "again", "again.toml")
    assert again.model == load_model("marchenko-pastur").model
    assert (
        again.quantity("resolvent").expression == load_model("marchenko-pastur").quantity("resolvent").expression
    )


@pytest.mark.parametrize("name", model_names())
def test_the_text_of_a_model_reads_back(name: str) -> None:
    file = load_model(name)
    text = model_text(file.model, {one.name: one.expression for one in file.quantities})
    again = read_model(text, name, name)
    assert again.model == file.model
    assert [one.expression for one in again.quantities] == [one.expression for one in file.quantities]


def test_a_text_tells_models_apart_for_which_there_are_no_words() -> None:
    M, P = symbols("M P", positive=True)
    x, a = MatrixSymbol("x", M, P), MatrixSymbol("a", M, M)
    texts = {
        model_text(pl.Model([pl.Gaussian(x, rows=a)], {a: spectrum}), {"t": Trace(x * x.T)})
        for spectrum in (
            pl.PowerLaw(2, 1),
            pl.PowerLaw(3, 1),
            pl.Eigenvalues.of([1] * 2000),
            pl.Eigenvalues.of([1] * 1999 + [2]),
        )
    }
    assert len(texts) == 4


def test_what_makes_no_difference_is_an_axis_all_the_same() -> None:
    found = pl.sweep("marchenko-pastur", {"one": "tr(x*x.T)/N", "r": "resolvent"}, WISHART, chunk=2)
    assert found.one.shape == found.r.shape == (3, 4)
    assert len(np.unique(found.r.values)) == 12


def test_points_in_a_list() -> None:
    points = [{"N": 40, "P": 80, "gamma": 0.5}, {"N": 80, "P": 40, "gamma": "1/8"}]
    found = pl.sweep("marchenko-pastur", "resolvent", points)
    assert found.resolvent.dims == ("point",)
    assert found.gamma.dims == ("point",)
    for place, one in enumerate([(40, 80, 0.5), (80, 40, 0.125)]):
        assert found.resolvent.values[place] == pytest.approx(marchenko_pastur(*one), rel=1e-12)


def test_one_point_has_no_dimension() -> None:
    found = pl.sweep("wigner", "resolvent", {"N": 20, "z": 3}, draws=2)
    assert found.resolvent.dims == ()
    assert found.resolvent.item() == pytest.approx((3 - sqrt(5)) / 2, rel=1e-12)
    assert found.resolvent_draws.shape == (2,)


def test_a_model_of_python_with_a_spectrum_among_the_numbers() -> None:
    M, P = symbols("M P", positive=True)
    x, a = MatrixSymbol("x", M, P), MatrixSymbol("a", M, M)
    model = pl.Model([pl.Gaussian(x, rows=a)])
    found = pl.sweep(model, Trace(x * x.T), {"a": [1, 2, 3], P: [5, 10]})
    assert found.value.values.tolist() == [30, 60]
    assert found.M.item() == 3


def test_a_space_may_be_infinite() -> None:
    """Samples of a power law with infinitely many modes, beside so many that no more make a difference."""
    grid = {"N": [20, 40], "P": 60, "gamma": 0.1, "alpha": 1, "lambda_plus": 1, "sigma_u": 1, "sigma_w": 1}
    expression = "tr(inv(gamma*I(P) + x.T*x))/P"
    endless = pl.sweep("random-features", expression, {**grid, "M": "oo"})
    large = pl.sweep("random-features", expression, {**grid, "M": 10**15})
    assert endless.M.item() == np.inf
    assert (endless.value_status == OK).all()
    assert endless.value.values == pytest.approx(large.value.values, rel=1e-9)
    with pytest.raises(InputError, match="dimension M"):
        pl.sweep("random-features", expression, {**grid, "M": [100, "oo"]})


def test_a_refused_point_has_its_status_and_no_number() -> None:
    found = pl.sweep("wigner", "resolvent", {"N": 20, "z": [1, 1.5, 2.5, 3]})
    assert np.isnan(found.resolvent.values).tolist() == [True, True, False, False]
    assert (found.resolvent_status.values == OK).tolist() == [False, False, True, True]
    assert (found.resolvent_status.values != 0).all()


def test_points_that_have_no_law_do_not_hold_up_others() -> None:
    N, c = Symbol("N", positive=True), Symbol("c", positive=True)
    h = MatrixSymbol("h", N, N)
    model = pl.Model([pl.Gaussian(h, variance=(1 - c) / N, kind="symmetric")])
    found = pl.sweep(model, Trace(h * h) / N, {"N": 10, "c": [2, 0.5, 3, 0.75, 0.25]}, draws=2)
    assert np.isnan(found.value.values).tolist() == [True, False, True, False, False]
    assert (found.value_status.values == OK).tolist() == [False, True, False, True, True]
    assert found.value.values[1] == pytest.approx(0.5 * 1)
    assert found.draws_status.values.tolist() == [[2, 2], [1, 1], [2, 2], [1, 1], [1, 1]]
    assert np.isnan(found.value_draws.values).any(axis=1).tolist() == [True, False, True, False, False]


# -- draws ----------------------------------------------------------------------------------------------------


def test_draws_are_those_of_simulate_with_the_seed_of_the_point() -> None:
    grid = {"N": [10, 20], "P": 15, "gamma": [0.5, 1]}
    found = pl.sweep("marchenko-pastur", "resolvent", grid, draws=70, seed=3)
    assert found.resolvent_draws.dims == ("N", "gamma", "draw")
    assert (found.draws_status == 1).all()
    for number, (n, gamma) in enumerate([(10, 0.5), (10, 1), (20, 0.5), (20, 1)]):
        one = found.sel(N=n, gamma=gamma)
        assert one.seed.item() == seed_at(3, number)
        run_ = pl.simulate("marchenko-pastur", "resolvent", N=n, P=15, gamma=gamma, runs=70, seed=one.seed.item())
        assert one.resolvent_draws.mean().item() == pytest.approx(run_.mean, rel=1e-13)
        assert abs(run_.mean - marchenko_pastur(n, 15, gamma)) < 6 * run_.standard_error + 0.05
    assert len(np.unique(found.resolvent_draws.values)) == 280
    assert len(np.unique(found.seed.values)) == 4


def test_draws_of_complex_matrices_have_an_imaginary_part() -> None:
    N = Symbol("N", positive=True)
    g = MatrixSymbol("g", N, N)
    model = pl.Model([pl.Gaussian(g, variance=1 / N, kind="complex")])
    found = pl.sweep(model, {"q": Trace(g * g)}, {"N": [5, 10]}, draws=3)
    assert (found.q_draws_imag.values != 0).all()
    drawn = pl.simulate(Trace(g * g), model, N=5, runs=3, seed=found.seed.values[0].item())
    assert complex(found.q_draws[0].mean(), found.q_draws_imag[0].mean()) == pytest.approx(drawn.mean)


# -- the same by whomever -------------------------------------------------------------------------------------

FEATURES = {"N": [20, 40], "P": 50, "M": [30, 40], "gamma": "0.001:1:log6", "alpha": 1, "lambda_plus": 1,
            "sigma_u": 1, "sigma_w": 1}  # fmt: skip
ASKED: dict[str, Any] = {"draws": 3, "seed": 1, "chunk": 4}
LONG = {"N": list(range(20, 60)), "P": 50, "gamma": [0.5, 1]}


def test_a_task_gives_the_same_bits_after_any_others() -> None:
    plan = planned("random-features", "loss", FEATURES, **ASKED)
    work = Work(plan, {"loss": pl.derive("random-features", "loss")})
    forward = {task: block(work, task) for task in range(plan.tasks)}
    payload = pickle.dumps(work)
    for task in reversed(range(plan.tasks)):
        for name, one in computed(payload, task).items():
            assert one.tobytes() == forward[task][name].tobytes(), (task, name)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one process gives."""
    path = tmp_path_factory.mktemp("alone") / "alone.zarr"
    pl.sweep("marchenko-pastur", "resolvent", LONG, **ASKED, out=path)
    return path


def test_two_processes_give_the_same_file(alone: Path, tmp_path: Path) -> None:
    pl.sweep("marchenko-pastur", "resolvent", LONG, **ASKED, workers=2, out=tmp_path / "two.zarr")
    assert content(tmp_path / "two.zarr") == content(alone)


@contextmanager
def local_cluster() -> Iterator[Any]:
    """Two workers, each a process of one thread."""
    distributed = pytest.importorskip("distributed")
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, memory_limit=0
    )
    try:
        yield cluster
    finally:
        with suppress(TimeoutError):  # a busy machine may take longer than distributed waits for its processes
            cluster.close()


def test_a_cluster_that_loses_a_worker_gives_the_same_file(alone: Path, tmp_path: Path) -> None:
    plan = planned("marchenko-pastur", "resolvent", LONG, **ASKED)
    with local_cluster() as cluster:
        first = cluster.workers[0].process.pid
        killed: list[int] = []

        def kill(done: int, _: int) -> None:
            if done == 3:  # the next tasks are on both workers by now
                os.kill(first, signal.SIGKILL)
                killed.append(first)

        target = Target.of(tmp_path / "two.zarr")
        run(plan, target, scheduler=cluster.scheduler_address, progress=kill)
    assert killed
    assert content(tmp_path / "two.zarr") == content(alone)


# -- whole, whatever is killed --------------------------------------------------------------------------------

SCRIPT = """
import sys, time
import planaria as pl
def slowly(done, tasks):
    print(done, flush=True)
    time.sleep(0.05)
pl.sweep("marchenko-pastur", "resolvent", {"N": list(range(20, 60)), "P": 50, "gamma": [0.5, 1]},
         chunk=2, out=sys.argv[1], workers=int(sys.argv[2]), progress=slowly)
"""


def begun(path: Path, workers: int) -> subprocess.Popen[str]:
    """A process in which some blocks of a sweep are done, and others are not, in a group of its own."""
    command = [sys.executable, "-c", SCRIPT, str(path), str(workers)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, start_new_session=True)
    assert process.stdout is not None
    while process.stdout.readline().strip() != "5":
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
    return process


@pytest.mark.parametrize(
    ("how", "ending", "workers"),
    [(signal.SIGKILL, ".zarr", 1), (signal.SIGKILL, ".nc", 1), (signal.SIGINT, ".zarr", 2)],
)
def test_a_sweep_that_was_ended_goes_on_and_gives_the_same_file(
    tmp_path: Path, how: int, ending: str, workers: int
) -> None:
    path = tmp_path / f"killed{ending}"
    process = begun(path, workers)
    os.killpg(process.pid, how)  # as a terminal does it on Ctrl-C: its workers, too
    _, errors = process.communicate(timeout=60)
    assert errors.count("KeyboardInterrupt") == (how == signal.SIGINT)  # workers say nothing
    assert process.returncode != 0
    working = Target.of(path).working
    assert working is not None
    before = {name: digest for name, digest in content(working).items() if not name.endswith(".partial")}
    kept = xr.open_zarr(working)
    assert 5 <= int((kept.resolvent_status == OK).any("gamma").sum()) < 40
    done: list[int] = []
    found = pl.sweep(
        "marchenko-pastur", "resolvent", LONG, chunk=2, out=path, progress=lambda n, _: done.append(n)
    )
    assert 5 < done[0] < 40  # what was there was not done again
    assert done[-1] == 40
    whole = pl.sweep("marchenko-pastur", "resolvent", LONG, chunk=2, out=tmp_path / f"whole{ending}")
    assert numbers(found) == numbers(whole)
    if ending == ".zarr":
        assert content(path) == content(tmp_path / "whole.zarr")
        assert before.items() <= content(path).items()
    else:
        assert not working.exists()
    assert (found.resolvent_status == OK).all()


def living(group: int) -> list[int]:
    """The processes of a group that still run."""
    psutil = pytest.importorskip("psutil")
    found = []
    for one in psutil.process_iter(["status"]):
        with suppress(ProcessLookupError):
            if one.info["status"] != psutil.STATUS_ZOMBIE and os.getpgid(one.pid) == group:
                found.append(one.pid)
    return found


def test_processes_end_when_the_one_that_started_them_was_killed(tmp_path: Path) -> None:
    process = begun(tmp_path / "a.zarr", 2)
    assert len(living(process.pid)) >= 3
    process.kill()
    process.wait()
    until = time.monotonic() + 60
    while left := living(process.pid):
        assert time.monotonic() < until, left
        time.sleep(0.2)


def test_a_process_ends_when_the_one_that_started_it_was_killed_before_it_began() -> None:
    begin = "import sys, time; from planaria.numerics.datasets.engines import _begin"
    script = f"{begin}; _begin(int(sys.argv[1])); print('begun', flush=True); time.sleep(60)"
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = subprocess.Popen([sys.executable, "-c", script, str(gone.pid)], stdout=subprocess.DEVNULL)
    assert left.wait(timeout=55) == 1
    own = subprocess.Popen([sys.executable, "-c", script, str(os.getpid())], stdout=subprocess.PIPE, text=True)
    assert own.stdout is not None
    assert own.stdout.readline() == "begun\n"
    assert own.poll() is None  # the one that started it is there
    own.kill()
    own.wait()


def test_a_block_without_its_status_is_done_again(tmp_path: Path) -> None:
    path = tmp_path / "torn.zarr"
    plan = planned("marchenko-pastur", "resolvent", WISHART, chunk=4)
    run(plan, Target.of(path))
    whole = content(path)
    (path / "resolvent_status" / "c" / "1" / "0").unlink()
    assert list(store.opened(plan, path, "out").missing()) == [1]
    run(plan, Target.of(path))
    assert content(path) == whole


class Broken:
    """A group in which one array cannot be written."""

    def __init__(self, group: Any, name: str) -> None:
        self.group, self.name = group, name

    def __getitem__(self, name: str) -> Any:
        if name == self.name:
            raise KeyboardInterrupt
        return self.group[name]


@pytest.mark.parametrize("draws", [0, 2])
def test_a_block_that_is_half_written_is_missing(draws: int) -> None:
    plan = planned("wigner", ["resolvent", "tr(h**2)/N"], {"N": [20, 30], "z": 3}, draws=draws)
    work = Work(plan, {name: pl.derive(one.expression, plan.model) for name, one in plan.quantities.items()})
    task = plan.tasks - 1
    part = block(work, task)
    for name in part:
        kept = store.opened(plan, None, "memory")
        with pytest.raises(KeyboardInterrupt):
            store.Store(plan, Broken(kept.group, name)).write(task, part)
        assert task in kept.missing(), name
    kept.write(task, part)
    assert task not in kept.missing()


def test_a_finished_sweep_computes_nothing(tmp_path: Path) -> None:
    for ending in (".zarr", ".nc"):
        path = tmp_path / f"done{ending}"
        first = pl.sweep("marchenko-pastur", "resolvent", WISHART, out=path)
        done: list[int] = []
        second = pl.sweep(
            "marchenko-pastur", "resolvent", WISHART, out=path, progress=lambda n, _, d=done: d.append(n)
        )
        assert not done
        assert numbers(first) == numbers(second)


def test_a_table_holds_the_same_numbers(tmp_path: Path) -> None:
    found = pl.sweep("wigner", "resolvent", {"N": 20, "z": [1, 3, 4]}, draws=2, out=tmp_path / "t.csv")
    rows = list(csv.DictReader((tmp_path / "t.csv").open(encoding="utf-8")))
    assert [row["z"] for row in rows] == ["1.0", "3.0", "4.0"]
    assert rows[0]["resolvent"] == ""
    assert rows[0]["resolvent_status"] in {"path ends", "in the spectrum"}
    for place in (1, 2):
        assert float(rows[place]["resolvent"]) == found.resolvent.values[place]
        assert rows[place]["resolvent_status"] == "ok"
        assert float(rows[place]["resolvent_draws_2"]) == found.resolvent_draws.values[place, 1]
        assert int(rows[place]["seed"]) == found.seed.values[place]
    assert [one.name for one in tmp_path.iterdir()] == ["t.csv"]


# -- what is refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", [".zarr", ".nc"])
@pytest.mark.parametrize(
    ("model", "quantities", "grid", "options", "words"),
    [
        ("random-features", "resolvent", {**FEATURES, "N": 20}, {}, "another model"),
        ("marchenko-pastur", "resolvent", {**WISHART, "gamma": [0.1, 0.5, 1, 6]}, {}, "another grid"),
        ("marchenko-pastur", "resolvent", {**WISHART, "P": 99}, {}, "other numbers of parameters"),
        ("marchenko-pastur", "resolvent", WISHART, {"draws": 2}, "other draws"),
        ("marchenko-pastur", "resolvent", WISHART, {"chunk": 1}, "other blocks"),
    ],
)
def test_a_file_of_something_else_is_left_as_it_is(
    tmp_path: Path, ending: str, model: str, quantities: str, grid: Any, options: Any, words: str
) -> None:
    path = tmp_path / f"a{ending}"
    pl.sweep("marchenko-pastur", "resolvent", WISHART, out=path)
    before = content(tmp_path)
    with pytest.raises(InputError, match=f"a{ending}: there is a sweep of {words}; give another name"):
        pl.sweep(model, quantities, grid, out=path, **options)
    assert content(tmp_path) == before


@pytest.mark.parametrize("name", ["a.zarr", "a.nc", "a.csv"])
def test_a_file_that_is_no_sweep_is_left_as_it_is(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(InputError, match=r"no sweep|does not say"):
        pl.sweep("marchenko-pastur", "resolvent", WISHART, out=tmp_path / name)
    assert (tmp_path / name).read_text() == "mine"
    zarr.create_group(tmp_path / "b.zarr")
    with pytest.raises(InputError, match="no sweep"):
        pl.sweep("marchenko-pastur", "resolvent", WISHART, out=tmp_path / "b.zarr")


@pytest.mark.parametrize(
    ("grid", "options", "sentence"),
    [
        ({"N": 10, "P": 10}, {}, "grid: there is no value for gamma; give gamma=..."),
        ({**WISHART, "gama": 1}, {}, "grid: there is no parameter or dimension 'gama'; did you mean 'gamma'?"),
        ({**WISHART, "gamma": [1, -1]}, {}, "parameter gamma: -1 is not positive"),
        ({**WISHART, "gamma": 0}, {}, "parameter gamma: 0 is not positive"),
        ({**WISHART, "gamma": [1, float("nan")]}, {}, "parameter gamma: nan is not a finite number"),
        ({**WISHART, "gamma": np.array([1, np.inf])}, {}, "parameter gamma: inf is not finite"),
        ({**WISHART, "gamma": np.ones((2, 2))}, {}, "its array has the shape (2, 2)"),
        ({**WISHART, "gamma": [1, 1.0]}, {}, "parameter gamma: a number stands there twice"),
        ({**WISHART, "gamma": "1:2"}, {}, "parameter gamma: '1:2' is no grid"),
        ({**WISHART, "gamma": []}, {}, "parameter gamma: there is no number"),
        ({**WISHART, "N": [10.5]}, {}, "dimension N: 10.5 is no size"),
        ([{"N": 10, "P": 10, "gamma": 1}, {"N": 10}], {}, "grid: point 2 has other names than the first"),
        ([], {}, "grid: list [] is neither numbers by name nor a list of points"),
        (WISHART, {"draws": -1}, "draws: int -1 is not a whole number >= 0"),
        (WISHART, {"chunk": 0}, "chunk: int 0 is not a whole number >= 1"),
        (WISHART, {"workers": 0}, "workers: int 0 is not a whole number >= 1"),
        (WISHART, {"out": "a.txt"}, "out a.txt: its suffix is .txt; give a name that ends in .zarr, .nc or .csv"),
        (WISHART, {"out": "no/where.nc"}, "out no/where.nc: there is no folder no; make it first"),
        (
            WISHART,
            {"scheduler": "tcp://127.0.0.1:1"},
            "scheduler tcp://127.0.0.1:1: it does not answer; start one",
        ),
        (WISHART, {"scheduler": "nowhere"}, "scheduler nowhere: it does not answer"),
        (WISHART, {"scheduler": 3}, "scheduler: int 3 is no address"),
        (WISHART, {"scheduler": "x", "workers": 2}, "processes and a scheduler are two ways"),
    ],
)
def test_a_wrong_question_is_one_sentence(
    grid: Any, options: Any, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(engines, "_SECONDS_TO_ANSWER", 0.3)
    with pytest.raises(InputError) as caught:
        pl.sweep("marchenko-pastur", "resolvent", grid, **{"out": "a.zarr", **options})
    assert sentence in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("budget", [0, -1, float("nan")])
def test_what_cannot_be_derived_leaves_no_file(tmp_path: Path, budget: float) -> None:
    with pytest.raises(InputError, match="budget: "):
        pl.sweep("marchenko-pastur", "resolvent", WISHART, out=tmp_path / "a.zarr", budget=budget)
    assert list(tmp_path.iterdir()) == []


def test_names_that_clash_are_refused() -> None:
    with pytest.raises(InputError, match="two things would be called q_error"):
        pl.sweep("marchenko-pastur", {"q": "resolvent", "q_error": "tr(x*x.T)"}, WISHART)
    with pytest.raises(InputError, match="two things would be called gamma"):
        pl.sweep("marchenko-pastur", {"gamma": "resolvent"}, WISHART)


def test_a_missing_library_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "find_spec", lambda name: None)
    sentence = r"sweep: xarray is not installed; install it: pip install 'planaria\[sweep\]'"
    with pytest.raises(InputError, match=sentence):
        pl.sweep("marchenko-pastur", "resolvent", WISHART)
    with pytest.raises(InputError, match=sentence.replace("xarray", "joblib")):
        list(engines._on_processes(2, b"", [1]))


def test_a_worker_process_that_is_killed_is_one_sentence(tmp_path: Path) -> None:
    def suicide(payload: bytes, task: int) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "_numbered", suicide)
        with pytest.raises(InputError, match=r"a process was ended from outside.*what was computed is kept"):
            list(engines._on_processes(2, b"", range(4)))


# -- grids and blocks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(), (1,), (7,), (5, 4), (3, 1, 8), (200, 200, 50)])
@pytest.mark.parametrize("target", [1, 3, 100, 10**6])
def test_blocks_cover_every_point_once(shape: tuple[int, ...], target: int) -> None:
    last = [n % 2 == 0 for n in range(len(shape))]
    blocks = Blocks(shape, chunk_shape(shape, last, target))
    if len(blocks) > 5000:
        assert np.prod(blocks.chunk) <= target
        return
    seen = np.zeros(shape, dtype=int)
    for number in range(len(blocks)):
        seen[blocks.region(number)] += 1
        assert blocks.extent(number) == seen[blocks.region(number)].shape
        assert np.prod(blocks.extent(number)) <= target
    assert (seen == 1).all()


def test_the_division_does_not_ask_for_workers() -> None:
    assert draws_chunk((3,), 64) == (1, 64)
    assert planned("marchenko-pastur", "resolvent", WISHART).chunk == (3, 4)


def test_text_is_a_grid_in_the_grammar_of_the_command() -> None:
    grid = read_grid({"N": "10:1000:log3", "gamma": "0.1,1:2:3"}, sizes={"N"})
    assert [list(one.columns[one.name]) for one in grid.axes] == [[10, 100, 1000], [0.1, 1, 1.5, 2]]


def test_the_identity_of_a_sweep_is_in_its_file(tmp_path: Path) -> None:
    pl.sweep("marchenko-pastur", "resolvent", WISHART, out=tmp_path / "a.zarr")
    found = json.loads(zarr.open_group(tmp_path / "a.zarr").attrs["planaria_sweep"])
    assert found["quantities"] == {"resolvent": "tr(inv(gamma*I(N) + x*x.T))/N"}
    assert found["fixed"] == {"P": "100"}


def test_complex_parameters_in_a_group_that_goes_on(tmp_path: Path) -> None:
    out = tmp_path / "z.zarr"
    at = {"N": 20, "z": [1 + 1j, 3, -0.5 + 0.1j, 4]}
    found = pl.sweep("wigner", "resolvent", at, out=out, chunk=2)
    assert found.resolvent.dtype == complex
    assert (found.z.values == np.array(at["z"])).all()
    again = pl.sweep("wigner", "resolvent", at, out=out, chunk=2)
    assert (again.resolvent.values == found.resolvent.values).all()
    alone = pl.derive("wigner", "resolvent").evaluate_array(N=20, z=np.array(at["z"]))
    assert np.allclose(found.resolvent.values, alone.values, rtol=1e-12)
    with pytest.raises(InputError, match="there is a sweep of another grid"):
        pl.sweep("wigner", "resolvent", {"N": 20, "z": [1 - 1j, 3, -0.5 + 0.1j, 4]}, out=out, chunk=2)


def test_draws_at_complex_parameters() -> None:
    found = pl.sweep("wigner", "resolvent", {"N": 40, "z": [1 + 1j, 3 + 1j]}, draws=30, seed=3)
    drawn = found.resolvent_draws.values + 1j * found.resolvent_draws_imag.values
    assert abs(drawn.mean(axis=-1) - found.resolvent.values).max() < 0.05
