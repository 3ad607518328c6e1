"""Arrays by programs that are proved for a derivation: the proof can fail, and numbers are the literature's."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from mpmath import mpf
from sympy import Symbol
from tests.oracles.literature import random_features, random_features_in_bulk

from planaria.derivations import derive
from planaria.diagrams import Gaussian, Model
from planaria.ensembles.library import load_model
from planaria.numerics.equations import identity
from planaria.numerics.equations.columns import Spectra
from planaria.numerics.equations.identity import agreeing
from planaria.numerics.equations.reduced import PositiveSum, reduced_of
from planaria.numerics.methods.program import Builder, Program
from planaria.numerics.points.problem import pose
from planaria.numerics.sweeps import at_once as module
from planaria.numerics.sweeps.arrays import evaluate_array
from planaria.numerics.sweeps.at_once import at_once
from planaria.numerics.sweeps.group import Group, group_of
from planaria.numerics.sweeps.neighbours import Known
from planaria.numerics.sweeps.node_sums import TABLED, WANDER, NodeSums

SCALES = {"sigma_u": 1, "sigma_w": 1, "C": 1, "lambda_plus": 1, "alpha": "0.8"}


def derived(model: str = "random-features", quantity: str = "loss") -> Any:
    file = load_model(model)
    return derive(file.quantity(quantity).expression, file.model)


LOSS = derived()


def group(size: int, **columns: Any) -> Group:
    arrays = {name: np.array(column, dtype=float) for name, column in columns.items()}
    first = {name: float(column[0]) for name, column in arrays.items()}
    count = len(next(iter(arrays.values())))
    return group_of(pose(LOSS, {**SCALES, "N": 8, "P": 12, "M": size, **first}), arrays, count)


@pytest.mark.parametrize("model", ["random-features", "two-layer-random-features"])
def test_closed_forms_are_proved_to_solve_their_equations(model: str) -> None:
    assert agreeing(derived(model)) is not None


def test_the_proof_fails_for_another_value_or_ladder(monkeypatch: pytest.MonkeyPatch) -> None:
    derivation = derived()
    right = reduced_of(derivation)
    assert right is not None
    places = len(right.judged.results)
    for n in range(places):
        nodes = (
            *right.judged.nodes,
            ("const", Fraction(2)),
            ("mul", right.judged.results[n], len(right.judged.nodes)),
        )
        results = [len(nodes) - 1 if k == n else place for k, place in enumerate(right.judged.results)]
        wrong = replace(right, judged=Program(nodes, tuple(results)))
        monkeypatch.setattr(identity, "reduced_of", lambda _, wrong=wrong: wrong)
        assert agreeing(derived()) is None, n


def test_the_proof_fails_for_a_loop_that_is_not_what_it_claims() -> None:
    derivation = derived()
    closed = derivation.closed_form
    (symbol, ratio), *others = closed.loops
    changed = replace(closed, loops=((symbol, ratio + ratio), *others))
    object.__setattr__(derivation, "closed_form", changed)
    assert agreeing(derivation) is None


def test_bounds_hold_what_cancels() -> None:
    a, b = Symbol("a"), Symbol("b")
    builder = Builder([a, b])
    difference = builder.add(builder.input(a), builder.mul(builder.constant(-1), builder.input(b)))
    program = builder.program([builder.div(builder.constant(Fraction(1, 3)), difference)])
    (value,), (bound,) = program.run_bounded([1 + 1e-9, 1.0], [2e-16, None])
    right = mpf(1) / 3 / (mpf(10) ** -9)
    assert abs(value - right) <= 2 * bound
    assert 1e-8 < bound / value < 1e-6


def test_tables_are_sums_over_nodes() -> None:
    chance = np.random.default_rng(3)
    symbol, pole = Symbol("lambda"), Symbol("Delta")
    spectra = Spectra({symbol: 10 ** chance.uniform(-9, 3, 40)}, {symbol: chance.uniform(1, 5, 40)})
    sums = [PositiveSum(symbol, a, ((pole, b),)) for a, b in ((0, 1), (1, 1), (1, 2), (2, 3))]
    logarithms = chance.uniform(-40, 20, 500)
    poles = {pole: np.exp(logarithms)}
    plain = NodeSums(sums, range(4), spectra).at(poles, 500)
    tabled = NodeSums(sums, range(4), spectra)
    for part in (slice(0, 5), slice(0, 500)):  # the second leads out of the first table
        found = tabled.at({pole: poles[pole][part]}, part.stop, {pole: logarithms[part]})
        for n in range(4):
            bound = TABLED + sums[n].power(pole) * WANDER * np.abs(logarithms[part])
            assert (np.abs(found[n] / plain[n][part] - 1) <= bound).all()
    assert tabled.tables


def test_known_points_tell_the_others() -> None:
    chance = np.random.default_rng(4)
    where = chance.uniform(0, 3, (4000, 3))
    slopes = np.array([0.5, -1.0, 2.0])
    known = Known(where, np.exp(where @ slopes)[:, np.newaxis], np.broadcast_to(slopes, (4000, 1, 3)))
    targets = chance.uniform(-0.2, 3.2, (1000, 3))
    np.testing.assert_allclose(known.predicted(targets)[:, 0], np.exp(targets @ slopes), rtol=1e-9)


def test_values_and_errors_of_a_long_array() -> None:
    chance = np.random.default_rng(5)
    count = 6000
    columns = {
        "N": np.round(10 ** chance.uniform(0.3, 3, count)),
        "P": np.round(10 ** chance.uniform(0.3, 3, count)),
        "gamma": 10 ** chance.uniform(-5, 2, count),
    }
    found = evaluate_array(LOSS, {**SCALES, "M": 100, **columns})
    ones = np.ones(count)
    spectrum = np.arange(1, 101, dtype=np.longdouble) ** -np.longdouble("1.8")
    right = random_features_in_bulk(**columns, spectrum=spectrum, sigma_u=ones, sigma_w=ones, sigma_eps=ones)[
        "loss"
    ]
    assert np.isfinite(np.asarray(found)).all()
    off = np.abs(np.asarray(found) - right)
    assert (off <= found.errors + 1e-13 * right).all()
    assert np.median(found.errors / np.asarray(found)) < 1e-11


def test_extended_precision_agrees_with_many_digits() -> None:
    columns = {"N": [20.0, 8.0, 8.0], "P": [10.0, 8.0, 9.0], "gamma": [1e-3, 1.0, 1e-9]}
    ones = np.ones(3)
    spectrum = [0.5**k for k in range(30)]
    arrays = {name: np.array(column) for name, column in columns.items()}
    found = random_features_in_bulk(**arrays, spectrum=spectrum, sigma_u=ones, sigma_w=ones, sigma_eps=ones)
    for k in range(3):
        right = random_features(*(column[k] for column in columns.values()), spectrum)
        for name in ("Delta", "loss", "noise_loss", "training_loss", "resolvent", "gram_resolvent"):
            assert abs(mpf(float(found[name][k])) / getattr(right, name) - 1) < 1e-12


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_roots_beyond_the_domain_are_not_confirmed() -> None:
    # With z > max(N, P) both factors of the relation are negative, and it has a root of the same sign there.
    here = group(400, N=[62.0], P=[57.0], gamma=[1.5656e-6])
    fast = at_once(here)
    assert fast is not None
    one = np.array([0])
    spurious = fast.solve(one, np.array([[5.4e-9]]), None, rounds=40)
    assert spurious.signs[0] == 1
    assert np.isinf(spurious.errors[0])
    roots = fast.solve(np.zeros(41, dtype=int), np.geomspace(1e-5, 1e-2, 41)[:, np.newaxis], None, rounds=40)
    root = roots.unknowns[np.argmin(roots.errors)]
    assert np.isfinite(roots.errors.min())
    fast.enter(0, root)
    again = fast.solve(one, np.array([[5.4e-9]]), 1.0, rounds=40)
    np.testing.assert_allclose(again.unknowns[0], root, rtol=1e-9)


def test_a_value_is_left_open_where_its_error_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    here = group(30, gamma=[1.0, 2.0])
    fast = at_once(here)
    assert fast is not None
    points, starts = np.arange(2), np.ones((2, 1))
    assert np.isfinite(fast.solve(points, starts, None, rounds=40).errors).all()
    monkeypatch.setattr(module, "ACCURACY", 1e-16)
    assert np.isinf(fast.solve(points, starts, None, rounds=40).errors).all()


def test_arrays_do_not_depend_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {**SCALES, "M": 30, "N": 8, "P": 12, "gamma": np.geomspace(1e-4, 1e2, 50)}
    fast = evaluate_array(LOSS, values)
    monkeypatch.setattr("planaria.numerics.sweeps.engine.at_once", lambda group: None)
    slow = evaluate_array(LOSS, values)
    assert (np.abs(np.asarray(fast) - np.asarray(slow)) <= fast.errors + slow.errors).all()


def test_a_ridge_next_to_the_end_of_the_range_of_a_float() -> None:
    M, P, gamma = sympy.symbols("M P gamma", positive=True)
    x = sympy.MatrixSymbol("x", M, P)
    model = Model([Gaussian(x, variance=1 / P, rows=sympy.MatrixSymbol("Lambda", M, M))])
    result = derive(sympy.Trace((gamma * sympy.Identity(M) + x * x.T).inv()), model)
    for ridge in (1e285, 1e290, 1e300):  # the trace is M/gamma there
        found = result.evaluate_array({"P": 20, "Lambda": ["1e-15", "1", "7e11"]}, gamma=[ridge])
        assert found.values[0] == pytest.approx(3 / ridge, rel=1e-12, abs=0)


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize("count", [4, 5000])  # sums over the nodes, and from tables
def test_errors_hold_what_sums_may_be_off(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums that are off by what is said of them move no value by more than its error, which is made of that."""
    here = group(400, N=[40.0] * count, P=[41.0] * count, gamma=np.geomspace(1e-5, 1e-3, count))
    fast = at_once(here)
    assert fast is not None
    assert fast.by_tables == (count == 5000)
    every = np.arange(count)
    tried = fast.solve(np.zeros(41, dtype=int), np.geomspace(1e-8, 1.0, 41)[:, np.newaxis], None, rounds=40)
    root = tried.unknowns[[int(np.argmin(tried.errors))]]
    roots = fast.solve(every, root.repeat(count, axis=0), None, rounds=60)
    logarithms = [np.log(roots.unknowns[:, 0])]
    inverse, _ = fast._settled([own.copy() for own in logarithms], fast.scalars, 6, None)

    def judged() -> tuple[Any, Any]:
        return fast._judged(logarithms, inverse, fast.scalars, None, every)[:2]

    values, errors = judged()
    assert np.isfinite(errors).all()
    said, at = fast.rounding, NodeSums.at
    fast.rounding = 0.0
    _, without = judged()
    fast.rounding = said
    monkeypatch.setattr(
        NodeSums, "at", lambda *given: {n: x * (1 + (-1) ** n * said) for n, x in at(*given).items()}
    )
    moved = np.abs(judged()[0] - values)
    assert (moved <= errors).all()
    assert (errors > 2 * without).all()
