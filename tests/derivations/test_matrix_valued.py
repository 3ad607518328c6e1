"""Deterministic equivalents: published formulas, drawn matrices, and traces that are derived by themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp
from sympy import Identity, MatrixSymbol, Rational, Symbol, Trace, simplify, symbols

import planaria as pl
from planaria.algebra.errors import InputError
from planaria.derivations.matrix_valued import MatrixDerivation
from planaria.ensembles.evidence import Outcome

R = "(I(M) - x*inv(gamma*I(P) + x.T*u.T*u*x)*x.T*u.T*u)"
EIGENVALUES = [Rational(1, k * k) for k in range(1, 41)]


def of(model: str, expression: str) -> MatrixDerivation:
    found = pl.derive(model, expression)
    assert isinstance(found, MatrixDerivation)
    return found


def names(one: MatrixDerivation) -> dict[str, object]:
    return {**one.symbols, **{str(s): s for s in one.eigenvalues}}


def test_the_propagator_of_the_latent_line() -> None:
    # arXiv:2405.19398: E (1 + x x^T u^T u / gamma)^-1 = Delta (Lambda + Delta)^-1
    found = of("random-features", R)
    known = names(found)
    assert simplify(found.value - known["Delta"] / (known["lambda_I"] + known["Delta"])) == 0
    assert found.eigenvalues == (known["lambda_I"],)


def test_the_resolvents_of_the_features_and_of_the_samples() -> None:
    # arXiv:2405.19398: E q = (N - z)/(gamma N), E Q = (P - z)/(gamma P), z = S_11
    for space, text in (
        ("N", "inv(gamma*I(N) + u*x*x.T*u.T)"),
        ("P", "inv(gamma*I(P) + x.T*u.T*u*x)"),
    ):
        found = of("random-features", text)
        known = names(found)
        size = known[space]
        assert simplify(found.value - (size - known["S_11"]) / (size * known["gamma"])) == 0
        assert found.eigenvalues == ()


def test_the_loss_of_one_mode() -> None:
    # A teacher on one mode: lambda Delta P [(N - q2) Delta + (z - q2) lambda]/((lambda + Delta)^2 D)
    found = of("random-features", f"{R}*Lambda*{R}.T")
    at = {"N": 60, "P": 120, "M": 40, "gamma": "1e-2", "sigma_u": 1, "Lambda": EIGENVALUES}
    delta = float(found.evaluate(at, mode=1).unknowns["Delta"])
    lam = np.array([float(one) for one in EIGENVALUES])
    z, q2 = (lam / (lam + delta)).sum(), ((lam / (lam + delta)) ** 2).sum()
    D = 60 * 120 - q2 * 180 + 2 * q2 * z - z**2
    for mode in (1, 7, 40):
        one = lam[mode - 1]
        expected = one * delta * 120 * ((60 - q2) * delta + (z - q2) * one) / ((one + delta) ** 2 * D)
        assert float(found.evaluate(at, mode=mode, digits=15)) == pytest.approx(expected, rel=1e-12)


def test_a_law_of_eigenvalues_counts_its_modes() -> None:
    found = of("random-features", R)
    at = {"N": 60, "P": 120, "M": 400, "gamma": "1e-4", "sigma_u": 1, "alpha": "0.8", "lambda_plus": 1}
    delta = 0.001439115962953793372532  # arXiv:2405.19398 at these numbers, by an independent solver
    for mode in (1, 20, 400):
        lam = mode**-1.8
        assert float(found.evaluate(at, mode=mode, digits=15)) == pytest.approx(delta / (lam + delta), rel=1e-12)


def test_drawn_matrices_have_these_diagonals() -> None:
    rng = np.random.default_rng(1)
    M, P, draws = 60, 90, 300
    lam = np.linspace(0.2, 3.0, M)
    total = np.zeros(M)
    for _ in range(draws):
        x = np.sqrt(lam)[:, None] * rng.normal(size=(M, P))
        total += np.diag(np.linalg.inv(0.3 * np.eye(M) + x @ x.T / P))
    found = of("ridge-regression", "inv(gamma*I(M) + x*x.T/P)")
    values = {"M": M, "P": P, "gamma": "0.3", "Lambda": list(lam)}
    for mode in (1, 30, 60):
        drawn = total[mode - 1] / draws
        assert float(found.evaluate(values, mode=mode, digits=10)) == pytest.approx(drawn, rel=0.03)


def test_modes_sum_to_the_trace() -> None:
    found = of("random-features", f"{R}*Lambda*{R}.T")
    at = {"N": 30, "P": 50, "M": 40, "gamma": "1e-2", "sigma_u": 1, "Lambda": EIGENVALUES}
    whole = found.evaluate(at, weights=[1] * 40, digits=30)
    trace = found.trace().evaluate(at, digits=30)
    with mp.workdps(35):
        assert abs(whole.value / trace.value - 1) < 1e-29


def test_a_bilinear_form_of_fixed_vectors() -> None:
    rng = np.random.default_rng(2)
    M, P = 40, 60
    lam = np.linspace(0.5, 2.0, M)
    a, b = rng.normal(size=(2, M))
    total, draws = 0.0, 2000
    for _ in range(draws):
        x = np.sqrt(lam)[:, None] * rng.normal(size=(M, P))
        total += a @ np.linalg.solve(0.5 * np.eye(M) + x @ x.T / P, b)
    found = of("ridge-regression", "inv(gamma*I(M) + x*x.T/P)")
    value = float(found.evaluate(M=M, P=P, gamma="0.5", Lambda=list(lam), weights=a * b, digits=10))
    assert value == pytest.approx(total / draws, abs=0.02 * float(np.abs(a * b).sum()))


def test_several_matrices_of_one_space() -> None:
    N, P, gamma = symbols("N P gamma", positive=True)
    x = MatrixSymbol("x", N, P)
    A, B = MatrixSymbol("A", N, N), MatrixSymbol("B", N, N)
    model = pl.Model([pl.Gaussian(x, variance=1 / P, rows=A)])
    found = pl.derive((gamma * Identity(N) + B + x * x.T).inv(), model)
    assert isinstance(found, MatrixDerivation)
    assert [str(one) for one in found.eigenvalues] == ["a_I", "b_I"]
    at = {"N": 3, "P": 4, "gamma": 1, "A": [1, 2, 3], "B": [0, 1, 5]}
    g = float(found.evaluate(at, mode=1, digits=20).value)
    # g_I = 1/(gamma + b_I + a_I/(1 + sum over J of a_J g_J / P)), solved by iteration
    one = np.ones(3)
    for _ in range(500):
        one = 1 / (1 + np.array([0, 1, 5]) + np.array([1, 2, 3]) / (1 + np.dot([1, 2, 3], one) / 4))
    assert g == pytest.approx(one[0], rel=1e-12)


def test_a_name_of_the_model_is_not_taken_by_the_probe() -> None:
    N, P, gamma = symbols("N P gamma", positive=True)
    x, D = MatrixSymbol("x", N, P), MatrixSymbol("D", N, N)
    model = pl.Model([pl.Gaussian(x, variance=1 / P, rows=D)])
    found = pl.derive((gamma * Identity(N) + x * x.T).inv(), model)
    assert isinstance(found, MatrixDerivation)
    assert str(found.probe.name) == "D_1"
    assert {str(one) for one in found.value.free_symbols} >= {"gamma", "d_I"}


def test_every_check_is_made_for_any_diagonal_matrix() -> None:
    found = of("ridge-regression", "inv(gamma*I(M) + x*x.T/P)")
    assert [one.outcome for one in found.check()] == [Outcome.PASSED] * 3


@settings(max_examples=15)
@given(st.lists(st.sampled_from(["x*x.T", "Lambda", "inv(gamma*I(M) + x*x.T/P)"]), max_size=2))
def test_the_trace_of_a_product_is_the_sum_over_its_modes(factors: list[str]) -> None:
    text = "*".join([*factors, "inv(gamma*I(M) + x*x.T/P)"])
    found = of("ridge-regression", text)
    at = {"M": 5, "P": 7, "gamma": "0.5", "Lambda": [3, 2, 1, "0.5", "0.1"]}
    whole = pl.derive("ridge-regression", f"tr({text})").evaluate(at, digits=20)
    with mp.workdps(25):
        modes = sum(found.evaluate(at, mode=mode, digits=20).value for mode in range(1, 6))
        assert abs(modes / whole.value - 1) < 1e-18


def test_what_vanishes_has_the_value_zero() -> None:
    N = Symbol("N", positive=True)
    g, h = MatrixSymbol("g", N, N), MatrixSymbol("h", N, N)
    model = pl.Model([pl.Gaussian(g, variance=1 / N), pl.Gaussian(h, variance=1 / N)])
    found = pl.derive(g * h, model)
    assert found.value == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, "mode: nothing says on which mode; give one of them"),
        ({"mode": 0}, "mode: 0 is no mode from 1 to 40"),
        ({"mode": 41}, "mode: 41 is no mode from 1 to 40"),
        ({"mode": 1.5}, "is no mode from 1 to 40"),
        ({"mode": 1, "weights": [1] * 40}, "mode: there are a mode and weights"),
        ({"weights": [1, 2]}, "weights: there are 2 weights, and 40 modes"),
        ({"weights": "abc"}, "weights: .* is no list of numbers"),
        ({"mode": 1, "D": [1] * 40}, "D: the probe stands for every diagonal matrix"),
        ({"mode": 1, "M": "many"}, "M: .* is no number of modes"),
    ],
)
def test_what_is_refused(change: dict[str, object], message: str) -> None:
    found = of("random-features", R)
    at = {"N": 30, "P": 50, "M": 40, "gamma": "1e-2", "sigma_u": 1, "Lambda": EIGENVALUES, **change}
    with pytest.raises(InputError, match=message):
        found.evaluate(**at)


def test_matrices_that_have_no_eigenbasis_are_refused() -> None:
    with pytest.raises(InputError, match=r"it is a matrix of shape M x P, which has no eigenbasis"):
        pl.derive("ridge-regression", "x")


def test_arrays_and_draws_are_of_scalars() -> None:
    found = of("ridge-regression", "inv(gamma*I(M) + x*x.T/P)")
    for method in (found.evaluate_array, found.simulate):
        with pytest.raises(InputError, match="the value is a matrix, and not a scalar"):
            method(M=3, P=4, gamma=1, Lambda=[1, 2, 3])
    for call in (found.series, found.optimum, found.equals, found.scaling, found.regimes):
        with pytest.raises(InputError, match="the value is a matrix, and not a scalar"):
            call("gamma")
    with pytest.raises(InputError, match="the value is a matrix, and not a scalar"):
        pl.evaluate_array(found, {"M": 3, "P": [4, 5], "gamma": 1, "Lambda": [1, 2, 3]})


def test_numbers_and_checks_come_through_the_functions_too() -> None:
    found = of("ridge-regression", "inv(gamma*I(M) + x*x.T/P)")
    at = {"M": 3, "P": 4, "gamma": 1, "Lambda": [1, 2, 3]}
    assert pl.evaluate(found, at, mode=2, digits=10).value == found.evaluate(at, mode=2, digits=10).value
    assert all(one.outcome is Outcome.PASSED for one in pl.check(found, simulation=False))


def test_limits_hold_on_every_mode() -> None:
    found = of("ridge-regression", "gamma*inv(gamma*I(M) + x*x.T/P)")
    values = [str(one.value) for one in found.limit(gamma=0)]
    assert values == ["0", "Delta/(Delta + lambda_I)"]


def test_it_shows_itself() -> None:
    found = of("ridge-regression", "inv(gamma*I(M) + x*x.T/P)")
    assert "value on mode I" in str(found)
    assert r"\right]_{II}" in found.latex(345)
    assert r"\mathbf{1}_N" in of("marchenko-pastur", "inv(gamma*I(N) + x*x.T)").latex()
    assert "value, times I(N)" in str(of("marchenko-pastur", "inv(gamma*I(N) + x*x.T)"))
    assert "Derivation" in found._repr_html_()
    assert Trace(found.expression).args[0] == found.expression
