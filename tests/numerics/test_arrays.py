"""Arrays of points: Newton's method on all at once, 32 digits, bounds on the radius, shared sums, paths."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf
from sympy import Identity, MatrixSymbol, Trace, symbols

import planaria as pl
from planaria.algebra.errors import InputError
from planaria.derivations import derive
from planaria.diagrams import Gaussian, Model
from planaria.ensembles.library import load_model
from planaria.numerics.equations.columns import form_of
from planaria.numerics.equations.radius import distances, exact_distances
from planaria.numerics.methods.doubled import Doubled
from planaria.numerics.points.problem import pose
from planaria.numerics.sweeps import engine as module
from planaria.numerics.sweeps.confirmation import judged, judged_again, judged_by_nodes
from planaria.numerics.sweeps.group import Group, group_of

N, P, gamma = symbols("N P gamma", positive=True)
X = MatrixSymbol("x", N, P)
PLAIN = derive(Trace((gamma * Identity(N) + X * X.T).inv()) / N, Model([Gaussian(X, variance=1 / P)]))
POINT = {"sigma_u": 1, "sigma_w": 1, "C": 1, "lambda_plus": 1, "alpha": "0.8", "M": 30, "N": 8, "P": 12}


def features(quantity: str = "loss") -> Any:
    file = load_model("random-features")
    return derive(file.quantity(quantity).expression, file.model)


def ridges(*values: float) -> Group:
    at = np.array(values)
    return group_of(pose(features(), {**POINT, "gamma": float(at[0])}), {"gamma": at}, len(at))


def exact(number: Doubled, k: int) -> Any:
    return mpf(float(np.asarray(number.high)[k])) + mpf(float(np.asarray(number.low)[k]))


def test_two_doubles_have_thirty_digits() -> None:
    chance = np.random.default_rng(3)
    a, b = (Doubled(chance.normal(size=50), 1e-18 * chance.normal(size=50)) for _ in range(2))
    third = Doubled.of(Fraction(1, 3))
    with mp.workdps(60):
        for k in range(50):
            x, y = exact(a, k), exact(b, k)
            for found, right in (
                (a + b, x + y),
                (a - b, x - y),
                (a * b, x * y),
                (a / b, x / y),
                (1.0 / a, 1 / x),
                (a**3, x**3),
                (a**-2, x**-2),
                (a * third + 1.0, x / 3 + 1),
            ):
                assert abs(exact(found, k) - right) <= mpf(10) ** -29 * (abs(x) + abs(y) + abs(right))


@pytest.mark.parametrize("length", [1, 2, 7, 100])
def test_sums_of_two_doubles(length: int) -> None:
    values = np.where(np.arange(length) % 2, -1.0, 1.0) / (1 + np.arange(length))
    found = Doubled(values[np.newaxis, :], 1e-18 * values[np.newaxis, :]).sum()
    with mp.workdps(50):
        right = mp.fsum(mpf(float(x)) + mpf(float(1e-18 * x)) for x in values)
        assert abs(exact(found, 0) - right) < mpf(10) ** -29


def test_the_distance_from_the_radius_is_a_lower_bound() -> None:
    """Random matrices without negative entries, some reducible, on both sides of 1."""
    chance = np.random.default_rng(5)
    for size in (1, 2, 4, 6):
        full = chance.uniform(size=(200, size, size)) * (chance.uniform(size=(size, size)) < 0.7)
        full *= (10 ** chance.uniform(-3, 0.2, 200) / size)[:, None, None]
        entries = {(m, n): full[:, m, n] for m in range(size) for n in range(size)}
        right = 1 - np.abs(np.linalg.eigvals(full)).max(axis=1)
        found = distances(entries, size, 200)
        assert (found <= right + 1e-12).all()
        assert (np.isfinite(found) == (right > 0)).all()
        near = (right > 0) & (right < 0.5) & (full > 0).all(axis=(1, 2))
        assert (found[near] >= 0.5 * right[near]).all()
        assert exact_distances(entries, size, 200) == pytest.approx(right)


def test_a_negative_entry_has_no_cheap_bound() -> None:
    assert distances({(0, 0): np.array([-0.5, 0.5])}, 1, 2).tolist() == [-np.inf, 0.5]


def test_newton_on_all_points_at_once() -> None:
    """Marchenko and Pastur's law, by its quadratic equation."""
    at = np.geomspace(1e-3, 1e3, 200)
    group = group_of(pose(PLAIN, {"N": 30, "P": 50, "gamma": 1}), {"gamma": at}, len(at))
    form = form_of(PLAIN.closed_form)
    start = (1 - 0.6 / (1.7 + at))[:, np.newaxis]  # near 1 / (1 + tr q / P)
    found, settled = form.settle(start, group.scalars, group.spectra)
    assert settled.all()
    values = np.asarray(form.values(list(found.T), group.scalars, group.spectra).value)
    # gamma c g^2 + (gamma + 1 - c) g - 1 = 0 with c = N/P.
    c = 30 / 50
    right = (np.sqrt((at + 1 - c) ** 2 + 4 * at * c) - (at + 1 - c)) / (2 * at * c)
    assert values == pytest.approx(right, rel=1e-11)


def test_where_newton_does_not_start_it_does_not_settle() -> None:
    group = group_of(pose(PLAIN, {"N": 30, "P": 50, "gamma": 1}), {"gamma": np.array([1.0, 1.0])}, 2)
    form = form_of(PLAIN.closed_form)
    start = np.full((2, len(form.closed.unknowns)), 0.5)
    start[1] = np.nan
    assert form.settle(start, group.scalars, group.spectra)[1].astype(bool).tolist() == [True, False]


def test_shared_sums_judge_as_nodes_do() -> None:
    group = ridges(0.1, 0.3, 1.0, 3.0)
    unknowns, values, errors = module.engine(group)
    assert np.isfinite(errors).all()
    by_nodes = judged_by_nodes(group, unknowns, values, np.full(4, np.inf))
    assert np.isfinite(by_nodes[1]).all()
    wrong = values * (1 + 1e-9)
    assert np.isinf(judged(group, unknowns, wrong)[1]).all()
    assert np.isinf(judged_by_nodes(group, unknowns, wrong, np.full(4, np.inf))[1]).all()
    assert np.isinf(judged(group, unknowns * (1 + 1e-8))[1]).all()


def test_more_digits_confirm_what_doubles_do_not() -> None:
    group = ridges(1e-6)
    unknowns, values, errors = module.engine(group)
    assert np.isinf(judged(group, unknowns)[1]).all()
    assert np.isfinite(errors).all()
    right = features().evaluate({**POINT, "gamma": 1e-6}, digits=20)
    assert values[0] == pytest.approx(float(right.value), rel=1e-12)


def test_another_root_is_not_confirmed() -> None:
    """With z above N and P the equation has a root of its own, which is not that of matrices."""
    group = ridges(1e-3)
    form = form_of(group.problem.derivation.closed_form)
    found, settled = form.settle(np.array([[1e-4]]), group.scalars, group.spectra)
    assert settled.all()
    eigenvalues = np.arange(1.0, 31) ** -1.8
    assert (eigenvalues / (eigenvalues + found[0, 0])).sum() > 12
    assert np.isinf(judged_again(group, found, *judged(group, found))[1]).all()


def test_a_path_in_the_parameters() -> None:
    """From a large ridge to a small one, in several strides where one does not do."""
    group = ridges(1e2, 1e-9, 1e-3)
    form = form_of(group.problem.derivation.closed_form)
    start, settled = form.settle(np.ones((3, 1)), group.part(np.array([0, 0, 0])).scalars, group.spectra)
    assert settled.all()
    found, arrived = module._walk(
        group, form, settled[0], np.array([1, 2]), np.array([0, 0]), start[:2], module.BOLD
    )
    assert arrived.all()
    eigenvalues = np.arange(1.0, 31) ** -1.8
    for Delta, ridge in zip(found[:, 0], (1e-9, 1e-3), strict=True):
        z = (eigenvalues / (eigenvalues + Delta)).sum()
        assert z < 8
        assert Delta * (8 - z) * (12 - z) == pytest.approx(ridge * 30, rel=1e-5)


def test_between_parameters_is_a_power() -> None:
    one, two = {N: np.array([1.0, -1.0]), P: 3.0}, {N: np.array([100.0, 1.0]), P: 3.0}
    found = module._between(one, two, np.array([0, 1]), np.array([0.5, 0.5]))
    assert found[N].tolist() == [10.0, 0.0]
    assert found[P] == 3.0


def test_predictions_are_interpolated_in_logarithms() -> None:
    where = np.array([[0.0], [1.0], [2.0], [5.0]])
    unknowns = np.array([[1.0], [np.nan], [100.0], [np.nan]])
    starts, nearest = module._predicted(where, np.array([0, 2]), np.array([1, 3]), unknowns)
    assert starts[:, 0].tolist() == pytest.approx([10.0, 100.0])
    assert nearest.tolist()[1] == 2
    alone, _ = module._predicted(where, np.array([0]), np.array([1, 3]), unknowns)
    assert alone[:, 0].tolist() == [1.0, 1.0]


def test_numbers_beyond_doubles() -> None:
    result = pl.derive("marchenko-pastur", "resolvent")
    assert np.isnan(result.evaluate_array(N=3, P=3, gamma="1e400"))
    assert np.isnan(result.evaluate_array(N=4, P=3, gamma="1e-400"))  # 2.5e399
    with pytest.raises(InputError, match="parameter N: the array holds a number beyond 1e308"):
        result.evaluate_array(N=[10**309, 3], P=3, gamma=1)
    for size in ("1e400", 10**400):
        for function in (result.evaluate, result.evaluate_array):
            with pytest.raises(InputError, match=r"dimension N: 1\S* is larger than 10\^300; give a smaller size"):
                function(N=size, P=3, gamma=1)


@pytest.mark.parametrize(
    ("numbers", "problem"),
    [
        ({"P": np.array([12 + 1j])}, "dimension P: .* is not a positive integer; give a size of at least 1"),
        ({"gamma": [1j, complex("nan")]}, "parameter gamma: the array holds a number that is not finite"),
        ({"gamma": [1j, 2], "N": [2, 2.5]}, "dimension N: the array holds a size that is not whole"),
    ],
)
def test_complex_numbers_where_only_real_ones_are_meant(numbers, problem):
    result = pl.derive("marchenko-pastur", "resolvent")
    with pytest.raises(InputError, match=problem):
        result.evaluate_array(**{"N": 6, "P": 12, "gamma": 1, **numbers})


def test_a_complex_variance_is_refused():
    result = pl.derive("random-features", "resolvent")
    with pytest.raises(InputError, match=r"sigma_u: .* is not a real number, and a variance"):
        result.evaluate_array(N=6, P=12, gamma=1, Lambda=[1, 2], sigma_u=[1, 1j])


def semicircle(z):
    """tr (z - g)^-1 / N, the branch that falls like 1/z: E. Wigner, Ann. Math. 67, 325 (1958)."""
    return (z - np.sqrt(z - 2) * np.sqrt(z + 2)) / 2


def test_complex_arrays_against_the_semicircle():
    z = np.concatenate([np.linspace(-4, 4, 81) + 1e-3j, np.linspace(-4, 4, 9) - 0.5j, [3, 3 + 0j, -5, 0.5]])
    found = pl.derive("wigner", "resolvent").evaluate_array(N=[[10], [1000]], z=z)
    assert found.dtype == complex
    assert found.shape == (2, 94)
    assert {one.value for one in found.status[:, :-1].ravel()} == {"ok"}
    assert {one.value for one in found.status[:, -1]} <= {"in the spectrum", "path ends"}  # 0.5, on the cut
    right = semicircle(z.astype(complex))
    distance = abs(found.values - right)[:, :-1]
    assert (distance <= found.errors[:, :-1] + 1e-14).all()
    assert distance.max() < 1e-10
    assert np.isnan(found.values[:, -1]).all()


def test_complex_arrays_of_features_are_the_single_points():
    result = pl.derive("random-features", "resolvent")
    at = {"sigma_u": 1, "Lambda": [1, 0.5, 0.2]}
    ridges = np.array([0.1 + 0.05j, -0.01 + 0.02j, 1e-3 + 1e-4j])
    found = result.evaluate_array(at, N=np.array([[2], [3]]), P=3, gamma=ridges)
    for n, row in zip((2, 3), found, strict=True):
        for ridge, value in zip(ridges, row, strict=True):
            assert abs(value - complex(result.evaluate(at, N=n, P=3, gamma=ridge, digits=15))) < 1e-10 * abs(value)
