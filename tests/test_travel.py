"""Values travel: pickled, copied, sent to other processes, they are equal and hash equal; and nothing leaks."""

from __future__ import annotations

import copy
import multiprocessing
import os
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields, is_dataclass
from fractions import Fraction
from functools import cached_property
from importlib import import_module
from inspect import isclass
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import joblib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Symbol, symbols
from tests.travelling import ERRORS, POINT, VALUES, built_in, derived, loss, number, number_of

import planaria
from planaria.algebra.errors import InputError
from planaria.algebra.polynomials import polynomial_text
from planaria.algebra.rational import Ratio, Ring
from planaria.algebra.values import Portable
from planaria.numerics import evaluate_array

ROOT = Path(__file__).parent.parent
COPIES = {
    "pickle": lambda value: pickle.loads(pickle.dumps(value)),
    "old pickle": lambda value: pickle.loads(pickle.dumps(value, protocol=2)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}


@pytest.mark.parametrize("way", COPIES)
@pytest.mark.parametrize("name", VALUES)
def test_values_travel(name: str, way: str) -> None:
    value = VALUES[name]()
    number = hash(value)
    again = COPIES[way](value)
    assert again == value
    assert hash(again) == number
    assert {value: 1}[again] == 1


@pytest.mark.parametrize("error", ERRORS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("way", COPIES)
def test_errors_travel(error: Exception, way: str) -> None:
    again = COPIES[way](error)
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


@pytest.mark.parametrize("seed", ["0", "1"])
def test_values_travel_to_another_process_and_back(seed: str, tmp_path: Path) -> None:
    """There they are equal and hash equal to fresh ones, whatever the seed of hashes."""
    values = {name: make() for name, make in VALUES.items()}
    for value in values.values():
        hash(value)  # kept, and not to be believed elsewhere
    came, back = tmp_path / "came", tmp_path / "back"
    came.write_bytes(pickle.dumps(values))
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.travelling", str(came), str(back)]
    found = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    again = pickle.loads(back.read_bytes())
    assert again == values
    assert all(hash(again[name]) == hash(value) for name, value in values.items())


def test_what_was_computed_stays_behind() -> None:
    result = loss()
    number(str(POINT["gamma"]))
    assert result.algebraic is None
    for one in (result, result.closed_form, next(iter(VALUES["graphs"]()))):
        assert set(vars(pickle.loads(pickle.dumps(one)))) == {field.name for field in fields(one)}


def test_steps_are_written_as_before() -> None:
    again = pickle.loads(pickle.dumps(loss()))
    assert [(s.before, s.after) for s in again.steps] == [(s.before, s.after) for s in loss().steps]
    assert again.steps == loss().steps
    assert loss().steps[-1].after == loss().value


def public_classes() -> list[type[Any]]:
    found = {}
    for module in walk_packages(planaria.__path__, "planaria."):
        if module.name.split(".")[1] in ("algebra", "ensembles", "diagrams", "derivations", "numerics"):
            for name, one in vars(import_module(module.name)).items():
                if isclass(one) and one.__module__ == module.name and not name.startswith("_"):
                    found[one] = None
    return list(found)


def test_what_caches_leaves_its_caches_behind() -> None:
    caching = [one for one in public_classes() if any(isinstance(x, cached_property) for x in vars(one).values())]
    assert len(caching) > 5
    frozen = [one for one in caching if is_dataclass(one)]
    assert [one for one in frozen if not issubclass(one, Portable)] == []


def test_values_hold_no_functions() -> None:
    # An arithmetic is no value: it is how one path is followed. An element of a symmetry can be pickled.
    allowed = {"Arithmetic", "Element"}
    frozen = [one for one in public_classes() if is_dataclass(one)]
    holding = {one.__name__ for one in frozen if any("Callable" in str(field.type) for field in fields(one))}
    assert holding <= allowed


# -- rings and ratios ------------------------------------------------------------------------------------------

GENERATORS = symbols("a b c")
RING = Ring(GENERATORS)
Terms = dict[tuple[int, ...], Fraction]
COEFFICIENTS = st.fractions(min_value=-5, max_value=5, max_denominator=6)
POLYNOMIALS = st.dictionaries(st.tuples(*[st.integers(0, 3)] * 3), COEFFICIENTS, max_size=6)


def ratio(top: Terms, bottom: Terms, ring: Ring = RING) -> Ratio:
    one, other = ring.zero, ring.zero
    for total in (top, bottom):
        part = ring.zero
        for exponents, coefficient in total.items():
            term = ring.constant(coefficient)
            for generator, exponent in zip(GENERATORS, exponents, strict=True):
                term = term * ring.generator(generator) ** exponent
            part = part + term
        one, other = other, part
    return one / other if other else one


@given(POLYNOMIALS, POLYNOMIALS)
def test_ratios_travel(top: Terms, bottom: Terms) -> None:
    value = ratio(top, bottom)
    for way in COPIES.values():
        again = way(value)
        assert again == value
        assert hash(again) == hash(value)
        assert again.ring == value.ring
        assert again + value == value * RING.constant(2)  # of one context of python-flint
    fresh = ratio(dict(reversed(top.items())), bottom, Ring(GENERATORS))
    assert fresh == value
    assert hash(fresh) == hash(value)
    assert polynomial_text(value.numerator) == str(value.numerator)


@given(POLYNOMIALS, POLYNOMIALS)
def test_hashes_tell_ratios_apart(one: Terms, two: Terms) -> None:
    a, b = ratio(one, {}), ratio(two, {})
    if hash(a) == hash(b):
        assert len(a.numerator) == len(b.numerator)
        assert a.numerator.degrees() == b.numerator.degrees()


@given(st.lists(st.sampled_from(symbols("a:z", positive=True)), max_size=5))
def test_rings_travel(generators: list[Symbol]) -> None:
    ring = Ring(generators)
    for way in COPIES.values():
        assert way(ring) == ring
        assert hash(way(ring)) == hash(ring)
        assert way(ring).one == ring.one


# -- workers ---------------------------------------------------------------------------------------------------

GAMMAS = ("0.1", "0.5", "2")


def serial() -> list[Any]:
    return [number_of((derived(), gamma)) for gamma in GAMMAS]


@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_multiprocessing(method: str) -> None:
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(number_of, [(derived(), gamma) for gamma in GAMMAS]) == serial()
        assert pool.map(number, GAMMAS) == [str(found) for found, _ in serial()]


def test_futures() -> None:
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(number_of, [(derived(), gamma) for gamma in GAMMAS])) == serial()
        with pytest.raises(InputError, match="there is no value for a, b"):  # an error comes back whole
            pool.submit(derived().evaluate, {"N": 2, "P": 3, "gamma": 1}).result()


@pytest.mark.parametrize("backend", ["loky", "multiprocessing", "threading"])
def test_joblib(backend: str) -> None:
    tasks = [joblib.delayed(number_of)((derived(), gamma)) for gamma in GAMMAS]
    assert joblib.Parallel(n_jobs=2, backend=backend)(tasks) == serial()


# -- memory ----------------------------------------------------------------------------------------------------


def resident() -> int:
    """Resident memory in kilobytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE") // 1024


needs_proc = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read in /proc")


@needs_proc
def test_array_points_leak_nothing() -> None:
    result = built_in("random-features", "loss")
    values = {"N": 20, "P": 30, "M": 40, "Lambda": list(np.linspace(0.1, 1, 40))}
    values |= {
        str(s): 1 for s in result.rules.setting.ring.generators if str(s).startswith("sigma") or str(s) == "C"
    }

    def sweep(points: int) -> None:
        found = evaluate_array(result, {**values, "gamma": np.geomspace(0.1, 10, points)})
        assert np.isfinite(found).all()

    sweep(50)
    before = resident()
    sweep(400)
    sweep(400)
    assert resident() - before < 8000  # 65 kB for each point would be 52 MB


@needs_proc
def test_hashes_leak_nothing() -> None:
    value = RING((GENERATORS[0] + 2 * GENERATORS[1] + 3 * GENERATORS[2] + 1) ** 9)
    before = resident()
    for _ in range(1000):
        hash(Ratio(RING, value.numerator, value.denominator))
        polynomial_text(value.numerator)
    assert resident() - before < 2000
