"""Draws against exact moments at finite size, and the promises about seeds, workers and time."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from mpmath import mpf
from sympy import Identity, Integer, MatrixSymbol, Rational, Symbol, Trace, symbols
from sympy.matrices.expressions import Adjoint

from planaria.algebra.errors import InputError
from planaria.ensembles.estimate import Simulation
from planaria.ensembles.model import Gaussian, Model
from planaria.ensembles.spectra import Eigenvalues, PowerLaw, UnitSpectrum
from planaria.numerics.simulation.simulate import draw, simulate

N, P, M, K = symbols("N P M K", positive=True)
GAMMA, S = symbols("gamma s", positive=True)
ALPHA, SCALE = symbols("alpha lambda_plus", positive=True)
X, U, H = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M), MatrixSymbol("h", N, N)
LAMBDA, OMEGA, A = MatrixSymbol("Lambda", M, M), MatrixSymbol("Omega", P, P), MatrixSymbol("A", N, N)
LISTED = Eigenvalues.of([1, "0.5", "0.25"])
SPREAD = 5  # standard errors: one chance in two million, and the seeds are fixed


def agrees(result: Simulation, exact: float) -> bool:
    assert isinstance(result.mean, float)
    assert result.standard_error < 0.05 * abs(exact)  # the test can fail
    return abs(result.mean - exact) < SPREAD * result.standard_error


def test_second_moment_of_a_real_field() -> None:
    model = Model([Gaussian(X, variance=S**2 / M)])
    result = simulate({"norm": Trace(X * X.T)}, model, {M: 4, P: 3, S: 2}, runs=4000)["norm"]
    assert agrees(result, 4 * 3 * 2**2 / 4)


@pytest.mark.parametrize("sizes", [(2, 4), (4, 2), (3, 3)])
def test_exact_moments_of_random_features(sizes: tuple[int, int]) -> None:
    """E tr (phi^T phi)^n for n = 1, 2 at every size, as polynomials in N, P and tr Lambda^k."""
    n, p = sizes
    t1, t2 = 1 + 0.5 + 0.25, 1 + 0.5**2 + 0.25**2
    model = Model([Gaussian(X, rows=LAMBDA), Gaussian(U)], {LAMBDA: LISTED})
    gram = (U * X).T * U * X
    result = simulate({"one": Trace(gram), "two": Trace(gram * gram)}, model, {N: n, P: p, M: 3}, runs=15_000)
    second = t1**2 * (n**2 * p + n * p**2 + n * p) + t2 * (n**2 * p**2 + n**2 * p + n * p**2 + 3 * n * p)
    assert agrees(result["one"], n * p * t1)
    assert agrees(result["two"], second)


def test_correlated_rows_and_columns() -> None:
    a, b = np.array([1, 0.5, 0.25]), np.array([2.0, 3.0])
    covariances = {LAMBDA: LISTED, OMEGA: Eigenvalues.of([2, 3])}
    real = Model([Gaussian(X, variance=S, rows=LAMBDA**2 + LAMBDA, cols=OMEGA)], covariances)
    complex_ = Model([Gaussian(X, variance=S, rows=LAMBDA, cols=OMEGA, kind="complex")], covariances)
    values = {S: Rational(3, 2)}  # the sizes are the lengths of the lists
    rows = a**2 + a
    square = Trace(X * X.T * X * X.T)
    result = simulate({"two": Trace(X * X.T), "four": square}, real, values, runs=8000)
    assert agrees(result["two"], 1.5 * rows.sum() * b.sum())
    planar = rows.sum() ** 2 * (b**2).sum() + (rows**2).sum() * b.sum() ** 2
    assert agrees(result["four"], 1.5**2 * (planar + (rows**2).sum() * (b**2).sum()))
    adjoint = Adjoint(X)
    quantities = {"two": Trace(X * adjoint), "four": Trace(X * adjoint * X * adjoint)}
    result = simulate(quantities, complex_, values, runs=8000)
    assert agrees(result["two"], 1.5 * a.sum() * b.sum())
    assert agrees(result["four"], 1.5**2 * (a.sum() ** 2 * (b**2).sum() + (a**2).sum() * b.sum() ** 2))


def test_symmetric_and_hermitian_moments() -> None:
    """GOE: N^2 + N and 2 N^3 + 5 N^2 + 5 N; GUE (Harer-Zagier): N^2 and 2 N^3 + N."""
    n = 4
    exact = {"symmetric": (n**2 + n, 2 * n**3 + 5 * n**2 + 5 * n), "hermitian": (n**2, 2 * n**3 + n)}
    for kind, (second, fourth) in exact.items():
        model = Model([Gaussian(H, kind=kind)])  # type: ignore[arg-type]
        result = simulate({"two": Trace(H * H), "four": Trace(H**4)}, model, {N: n}, runs=8000)
        assert agrees(result["two"], second)
        assert agrees(result["four"], fourth)


@pytest.mark.parametrize("kind", ["real", "complex", "symmetric", "hermitian"])
def test_all_covariances_of_the_entries(kind: Any) -> None:
    """E X_ij X_kl and E X_ij conj(X)_kl, every index, as the model's conventions say."""
    square = kind in ("symmetric", "hermitian")
    a = np.diag([1.0, 0.5, 2.0])
    b = a if square else np.diag([3.0, 1.0])
    field = Gaussian(MatrixSymbol("y", 3, len(b)), kind=kind)
    rng = np.random.default_rng(11)
    runs = 20_000
    cols = None if square else np.diagonal(b)
    samples = np.array(
        [draw(field, (3, len(b)), rng, variance=0.7, rows=np.diagonal(a), cols=cols) for _ in range(runs)]
    )
    straight, crossed = np.einsum("ik,jl->ijkl", a, b), np.einsum("il,jk->ijkl", a, b) if square else 0
    plain, conjugate = {
        "real": (straight, straight),
        "complex": (0 * straight, straight),
        "symmetric": (straight + crossed, straight + crossed),
        "hermitian": (crossed, straight),
    }[kind]
    for second, expected in ((samples, plain), (samples.conj(), conjugate)):
        products = np.einsum("rij,rkl->rijkl", samples, second)
        error = products.std(axis=0) / np.sqrt(runs) + 1e-12
        assert (abs(products.mean(axis=0) - 0.7 * expected) < SPREAD * error).all()
    assert abs(samples.mean(axis=0)).max() < 0.1
    assert np.iscomplexobj(samples) == (kind in ("complex", "hermitian"))


def features() -> tuple[dict[str, Any], Model, dict[Any, Any]]:
    phi = U * X
    q = (GAMMA * Identity(N) + phi * phi.T).inv()
    R = Identity(M) - X * X.T * U.T * q * U
    model = Model([Gaussian(X, rows=LAMBDA), Gaussian(U, variance=1 / M)], {LAMBDA: PowerLaw()})
    quantities = {"loss": Trace(R * LAMBDA * R.T) / (2 * M), "resolvent": Trace(q) / N}
    return quantities, model, {N: 30, P: 60, M: 100, GAMMA: "1e-4", ALPHA: 0.8, SCALE: 1}


def test_random_features_loss_is_near_its_planar_value() -> None:
    """The reference numbers: planar L_clean = 2.0945e-4 at these sizes; 0.6 % above it with real matrices."""
    quantities, model, values = features()
    result = simulate(quantities, model, {**values, N: 60, P: 120, M: 400}, runs=30)["loss"]
    assert abs(result.mean - 2.1079e-4) < 4 * np.hypot(result.standard_error, 0.0008e-4)
    assert result.standard_error < 0.02e-4


def test_the_same_bits_on_any_number_of_workers() -> None:
    quantities, model, values = features()
    one, two, five = (simulate(quantities, model, values, runs=23, seed=4, workers=w) for w in (1, 2, 5))
    assert one == two == five
    assert one != simulate(quantities, model, values, runs=23, seed=5)
    assert one["loss"].runs == 23
    assert one["loss"].seed == 4


def test_a_quantity_does_not_depend_on_the_others() -> None:
    quantities, model, values = features()
    quantities["first"] = Trace(X * X.T)
    together = simulate(quantities, model, values, runs=4)
    assert simulate({"first": quantities["first"]}, model, {**values}, runs=4)["first"] == together["first"]
    assert simulate({"norm": Trace(U * U.T)}, model, {N: 2, M: 3}, runs=4)["norm"].runs == 4
    assert simulate({}, model, {}, runs=2) == {}


def test_the_streams_are_the_children_of_the_seed() -> None:
    """run by run, field by field: SeedSequence(seed).spawn(runs)[run].spawn(fields)[field]."""
    model = Model([Gaussian(X), Gaussian(U)])
    result = simulate({"u": Trace(U * U.T)}, model, {N: 2, M: 3}, runs=3, seed=9)["u"]
    norms = []
    for child in np.random.SeedSequence(9).spawn(3):
        rng = np.random.Generator(np.random.PCG64(child.spawn(2)[1]))
        norms.append(np.sum(rng.standard_normal((2, 3)) ** 2))
    assert result.mean == pytest.approx(np.mean(norms), rel=1e-14)
    assert result.standard_error == pytest.approx(np.std(norms, ddof=1) / np.sqrt(3), rel=1e-12)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_time_budget_gives_the_first_runs(workers: int) -> None:
    quantities, model, values = features()
    simulate(quantities, model, values, runs=4, workers=workers)  # processes start
    started = time.monotonic()
    result = simulate(quantities, model, values, runs=10**6, time_budget=0.2, workers=workers)
    assert time.monotonic() - started < 10
    runs = result["loss"].runs
    assert 2 <= runs < 10**6
    assert result == simulate(quantities, model, values, runs=runs)
    least = simulate(quantities, model, values, runs=100, time_budget=1e-9, workers=workers)
    assert least["loss"].runs == 2


@pytest.mark.parametrize("workers", [1, 3])
def test_progress_counts_every_run(workers: int) -> None:
    seen: list[tuple[int, int]] = []
    model = Model([Gaussian(X)])
    simulate(
        {"a": Trace(X * X.T)},
        model,
        {M: 2, P: 2},
        runs=7,
        workers=workers,
        progress=lambda *pair: seen.append(pair),
    )
    assert seen == [(done, 7) for done in range(1, 8)]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupt_comes_through(workers: int) -> None:
    quantities, model, values = features()

    def interrupt(done: int, runs: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    simulate(quantities, model, values, runs=4, workers=workers)  # processes start
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        simulate(quantities, model, values, runs=10**6, workers=workers, progress=interrupt)
    assert time.monotonic() - started < 10


def test_complex_means_only_where_there_is_an_imaginary_part() -> None:
    Y = MatrixSymbol("y", N, N)
    model = Model([Gaussian(Y, kind="complex")])
    quantities = {
        "norm": Trace(Y * Adjoint(Y)),
        "square": Trace(Y * Y),
        "resolvent": Trace((S * Identity(N) + Y * Adjoint(Y)).inv()),
    }
    result = simulate(quantities, model, {N: 4, S: 1 - 1j}, runs=2000)
    assert isinstance(result["norm"].mean, float)
    assert isinstance(result["square"].mean, complex)
    assert abs(result["square"].mean) < SPREAD * result["square"].standard_error
    assert isinstance(result["resolvent"].mean, complex)
    assert result["resolvent"].mean.imag > SPREAD * result["resolvent"].standard_error


@pytest.mark.parametrize("size", [3, 3.0, np.int64(3), Integer(3), mpf(3), "3"])
def test_kinds_of_integers(size: Any) -> None:
    result = simulate({"a": Trace(X * X.T)}, Model([Gaussian(X)]), {M: size, P: 2}, runs=2)
    assert result == simulate({"a": Trace(X * X.T)}, Model([Gaussian(X)]), {M: 3, P: 2}, runs=2)


def test_deterministic_expressions_and_fixed_sizes() -> None:
    x = MatrixSymbol("x", 2, 3)
    result = simulate({"size": Trace(Identity(K)) * 2}, Model([Gaussian(x)]), {K: 3}, runs=3)["size"]
    assert result == Simulation(6.0, 0.0, 3, 0, 3.0, 0.0)
    norm = simulate({"norm": Trace(x * x.T)}, Model([Gaussian(x)]), {}, runs=2000)["norm"]
    assert agrees(norm, 6)


def test_a_field_without_variance_vanishes() -> None:
    model = Model([Gaussian(X, variance=S**2)])
    result = simulate({"a": Trace(X * X.T)}, model, {M: 2, P: 2, S: 0}, runs=2)["a"]
    assert result.mean == 0.0


def test_a_list_gives_its_space_a_size_to_other_spectra() -> None:
    other = MatrixSymbol("B", M, M)
    model = Model([Gaussian(X, rows=LAMBDA)], {LAMBDA: LISTED, other: UnitSpectrum()})
    result = simulate({"a": Trace(other * LAMBDA)}, model, {}, runs=2)["a"]
    assert result.mean == 1.75


BASE: dict[Any, Any] = {M: 3, P: 2, N: 2}
TWO = {"runs": 2}


@pytest.mark.parametrize(
    ("quantity", "values", "options", "message"),
    [
        (Trace(X * X.T), {M: 3}, TWO, "the dimension P has no value; give P a value"),
        (Trace(X * X.T), {M: 3, 2: 2}, TWO, "values: int 2 is no name"),
        (Trace(X * X.T), {M: 3, P: 2.5}, TWO, "dimension P: its value is 2.5; give P a positive integer"),
        (Trace(X * X.T), {M: 3, P: mpf("2.5")}, TWO, "dimension P: its value is 2.5"),
        (Trace(X * X.T), {M: 3, P: 0}, TWO, "dimension P: its value is 0"),
        (Trace(X * X.T), {M: 3, P: -1}, TWO, "dimension P: its value is -1"),
        (Trace(X * X.T), {M: 3, P: 1j}, TWO, "dimension P: its value is 1j"),
        (Trace(X * X.T), {M: 3, P: "many"}, TWO, "dimension P: 'many' is not a finite number"),
        (Trace(X * X.T), {M: 4, P: 2}, TWO, "eigenvalues is 3, but the size of the space is 4"),
        (Trace(U * U.T), {N: 2, M: 3}, TWO, "the symbol s has no value"),
        (Trace(U * U.T), {N: 2, M: 3, S: -1}, TWO, "field u: the variance is -1.0"),
        (Trace(U * U.T), {N: 2, M: 3, S: 1j}, TWO, "field u: its variance is 1j"),
        (GAMMA * Trace(X * X.T), BASE, TWO, "the symbol gamma has no value"),
        (GAMMA, {GAMMA: float("inf")}, TWO, "parameter gamma: inf is no finite number"),
        (Trace(A), BASE, TWO, "matrix A: it is neither a field nor has it a spectrum; give it a spectrum"),
        (Trace(OMEGA), {P: 2}, TWO, "the parameter alpha has no value"),
        (Trace(MatrixSymbol("x", N, N)), BASE, TWO, "a matrix of that name, but of another shape"),
        (Trace(H.inv()), {N: 2}, TWO, "field h: a covariance has an eigenvalue that is negative"),
        (X * X.T, BASE, TWO, "quantity value: x*x.T is not a scalar; take its Trace"),
        (GAMMA * S * Trace(X * X.T), {**BASE, GAMMA: 1e300, S: 1e300}, TWO, "value in run 1 is (inf"),
        (GAMMA, {GAMMA: 10**400}, TWO, "is no finite number in the range of a float"),
        (Trace(X * X.T), BASE, {"runs": 1}, "runs is 1; give an integer >= 2"),
        (Trace(X * X.T), BASE, {"runs": 2.5}, "runs is 2.5"),
        (Trace(X * X.T), BASE, {"runs": 2, "seed": -1}, "seed is -1"),
        (Trace(X * X.T), BASE, {"runs": 2, "workers": 0}, "workers is 0"),
        (Trace(X * X.T), BASE, {"runs": 2, "time_budget": 0}, "the time budget is 0; give seconds > 0"),
    ],
)
def test_bad_input(quantity: Any, values: Any, options: Any, message: str) -> None:
    fields = [
        Gaussian(X, rows=LAMBDA),
        Gaussian(U, variance=S),
        Gaussian(H, rows=-Identity(N), kind="hermitian"),
    ]
    model = Model(fields, {LAMBDA: LISTED, OMEGA: PowerLaw()})
    with pytest.raises(InputError) as caught:
        simulate({"value": quantity}, model, values, **options)
    assert message in str(caught.value)


def test_a_rectangular_deterministic_matrix_is_refused() -> None:
    rectangle = MatrixSymbol("r", N, P)
    model = Model([], {rectangle: UnitSpectrum()})
    with pytest.raises(InputError, match="matrix r: a deterministic matrix is square"):
        simulate({"a": Trace(rectangle * rectangle.T)}, model, {N: 2, P: 2}, runs=2)


@pytest.mark.parametrize(
    ("kind", "shape", "options", "message"),
    [
        ("real", (2, 2), {"variance": -1.0}, "the variance is -1.0"),
        ("real", (2, 2), {"variance": float("nan")}, "the variance is nan"),
        ("real", (2, 2), {"variance": 1.0, "rows": np.ones(3)}, "shape (3,), but the dimension is 2"),
        ("real", (2, 2), {"variance": 1.0, "cols": np.array([1, -1])}, "negative or infinite"),
        ("hermitian", (2, 3), {"variance": 1.0}, "one covariance, and one size"),
        ("symmetric", (2, 2), {"variance": 1.0, "cols": np.ones(2)}, "one covariance, and one size"),
    ],
)
def test_bad_draws(kind: Any, shape: Any, options: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        draw(Gaussian(MatrixSymbol("y", N, N), kind=kind), shape, np.random.default_rng(0), **options)
    assert message in str(caught.value)
    assert "field y" in str(caught.value)


def test_symbols_with_other_assumptions_are_others() -> None:
    with pytest.raises(InputError, match="'gamma' is given, but is no such symbol"):
        simulate({"a": GAMMA * Trace(Identity(2))}, Model([]), {Symbol("gamma"): 1}, runs=2)
