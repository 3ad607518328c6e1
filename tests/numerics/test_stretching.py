"""Stretched models: the same planar value at every scale, and simulations of them against exact moments."""

from __future__ import annotations

import pytest
from sympy import Identity, Integer, MatrixSymbol, Trace, symbols
from sympy.matrices.expressions import Adjoint

from planaria.algebra.errors import InputError
from planaria.derivations import derive
from planaria.ensembles.library import load_model, model_names
from planaria.ensembles.model import Gaussian, Model
from planaria.ensembles.spectra import Eigenvalues, PowerLaw, UnitSpectrum
from planaria.numerics.evidence.admissible import admissible_point
from planaria.numerics.points.problem import pose
from planaria.numerics.simulation.approach import seed_of
from planaria.numerics.simulation.simulate import simulate
from planaria.numerics.simulation.stretching import correction_power, sizes_of, stretch
from planaria.numerics.solving.evaluate import evaluate

N, P, M = symbols("N P M", positive=True)
GAMMA, ALPHA, SCALE = symbols("gamma alpha lambda_plus", positive=True)
X, Y = MatrixSymbol("x", M, P), MatrixSymbol("y", 1, M)
LAMBDA = MatrixSymbol("Lambda", M, M)
SLOW = {"nonlinear-random-features", "two-layer-random-features"}  # derived twice, with numbers for their sizes
CASES = [(name, q.name) for name in model_names() for q in load_model(name).quantities]


@pytest.mark.parametrize(("name", "quantity"), [case for case in CASES if case[0] not in SLOW])
def test_the_planar_value_stays(name: str, quantity: str) -> None:
    """Evaluated, not assumed: the closed form of the stretched model at twice the sizes."""
    file = load_model(name)
    derivation = derive(file.quantity(quantity).expression, file.model)
    values = admissible_point(derivation, 4, 1)
    problem = pose(derivation, values)
    model = file.model.with_spectra({m: s for m, _, s in problem.spectra})
    twice = stretch(derivation.expression, model, problem.values, 2)
    again = derive(twice.expression, twice.model)
    known = {str(s) for s in again.expression.free_symbols}
    known |= {str(s) for f in twice.model.fields for s in (*f.variance.free_symbols, *f.shape)}
    known |= {str(s) for m, _ in twice.model.spectra for s in m.shape}
    given = {symbol: value for symbol, value in twice.values.items() if str(symbol) in known}
    stretched = evaluate(again, given, digits=15).value
    assert float(stretched) == pytest.approx(float(evaluate(derivation, values, digits=15).value), rel=1e-12)


def test_an_exact_moment_at_three_times_the_size() -> None:
    """E tr (x x^T)^2 with rows of covariance Lambda, t_k = tr Lambda^k, against draws."""
    model = Model([Gaussian(X, variance=1 / P, rows=LAMBDA)], {LAMBDA: Eigenvalues.of([1, "1/2", 2])})
    expression = Trace(X * X.T * X * X.T) * P / M
    three = stretch(expression, model, {P: 4, M: 3}, 3)
    assert three.largest == 12
    assert dict(three.model.spectra)[LAMBDA] == Eigenvalues.of([1, 1, 1, "1/2", "1/2", "1/2", 2, 2, 2])
    # a real matrix of P columns: E tr (x x^T)^2 = v^2 (P t1^2 + (P^2 + P) t2)
    t1, t2, p, v = 3 * 3.5, 3 * 5.25, 12, 1 / 12
    exact = v**2 * (p * t1**2 + (p**2 + p) * t2) * 4 / 3 / 3  # P/M as written, and the trace by the scale
    found = simulate({"q": three.expression}, three.model, three.values, runs=4000)["q"]
    assert found.standard_error < 0.01 * exact
    assert abs(found.mean - exact) < 5 * found.standard_error


def test_a_plain_number_is_stretched_too() -> None:
    model = Model([Gaussian(X, variance=1 / P), Gaussian(Y, variance=1 / M)])
    expression = Trace(Y * X * X.T * Y.T) + Trace(Identity(M))
    twice = stretch(expression, model, {P: 4, M: 3}, 2)
    assert sorted(int(v) for v in twice.values.values()) == [2, 6, 8]
    found = simulate({"q": twice.expression}, twice.model, twice.values, runs=2000)["q"]
    # tr(y A y^T) has one index of size 2, divided by the scale; variances 1/M and 1/P by the scale, too
    assert abs(found.mean - (1 + 3)) < 5 * found.standard_error < 0.2


def test_spectra_are_repeated() -> None:
    model = Model([Gaussian(X, rows=LAMBDA)], {LAMBDA: PowerLaw()})
    twice = stretch(Trace(X * X.T), model, {P: 2, M: 2, ALPHA: 1, SCALE: 4}, 2)
    assert dict(twice.model.spectra)[LAMBDA] == Eigenvalues.of([4, 4, 1, 1])
    unit = stretch(Trace(X * X.T), model.with_spectra({LAMBDA: UnitSpectrum()}), {P: 2, M: 2}, 2)
    assert dict(unit.model.spectra)[LAMBDA] == UnitSpectrum()


def test_sizes_come_from_numbers_and_lists() -> None:
    model = Model([Gaussian(X, rows=LAMBDA), Gaussian(Y)], {LAMBDA: Eigenvalues.of([1, 2, 3])})
    assert sizes_of(Trace(Y * X * X.T * Y.T), model, {P: 7}) == {Integer(1): 1, M: 3, P: 7}
    with pytest.raises(InputError, match="the dimension P has no value"):
        sizes_of(Trace(X * X.T), model, {})
    with pytest.raises(InputError, match="the scale is 0"):
        stretch(Trace(X * X.T), model, {P: 1}, 0)


def test_only_orientable_surfaces_have_even_corrections() -> None:
    real, complex_ = Model([Gaussian(X)]), Model([Gaussian(X, kind="complex")])
    assert correction_power(Trace(X * X.T), real) == 1
    assert correction_power(Trace(X * Adjoint(X)), complex_) == 2
    assert correction_power(Trace(X * X.T * Adjoint(X * X.T)), complex_) == 1  # twisted: E tr has odd terms
    h = MatrixSymbol("h", N, N)
    assert correction_power(Trace(h * h), Model([Gaussian(h, kind="hermitian")])) == 2
    assert correction_power(Trace(h * h), Model([Gaussian(h, kind="symmetric")])) == 1


def test_seeds_of_scales_differ() -> None:
    assert seed_of(5, 1) == 5
    assert len({seed_of(seed, scale) for seed in range(20) for scale in (1, 2, 4, 8)}) == 80
    assert seed_of(5, 2) == seed_of(5, 2)
