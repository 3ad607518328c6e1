"""Exact limits as numbers, against formulas that are solved here with plain mpmath."""

from __future__ import annotations

from functools import cache

import pytest
from mpmath import findroot, isinf, mp, mpf, workdps
from sympy import Identity, MatrixSymbol, Trace, symbols

from planaria.algebra.errors import InputError
from planaria.derivations import derive
from planaria.diagrams import Gaussian, Model
from planaria.ensembles.library import load_model
from planaria.ensembles.spectra import Exponential
from planaria.numerics.solving.evaluate import evaluate
from planaria.numerics.solving.limits import limit_at_zero

DIGITS = 40
COMMON = {"C": 2, "sigma_u": "0.7", "sigma_w": "1.3", "sigma_eps": "0.1", "alpha": "0.8", "lambda_plus": 1}
LAMBDA = ["0.5", "0.75", "1", "1.25", "1.5", "2", "2.5", "3"]
OMEGA = ["1", "2", "0.5", "1.5", "0.25", "3", "1", "0.75"]


@pytest.fixture(autouse=True)
def _digits():
    with workdps(DIGITS + 15):
        yield


@cache
def derived(model, quantity):
    model_file = load_model(model)
    return derive(model_file.quantity(quantity).expression, model_file.model)


def limit(model, quantity, parameter="gamma", digits=DIGITS, **values):
    return limit_at_zero(derived(model, quantity), values, {parameter: 0}, digits)


def power_law(M):
    return [mpf(i) ** -(1 + mpf("0.8")) for i in range(1, M + 1)]


def pole(spectrum, target):
    """The Delta at which sum lambda / (lambda + Delta) is the target: bisection, then Newton's method."""

    def excess(d):
        return sum(x / (x + d) for x in spectrum) - target

    low, high = mpf(10) ** -30, mpf(10) ** 6
    for _ in range(60):
        middle = mp.sqrt(low * high)
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return findroot(excess, (low, high), solver="anderson", tol=mpf(10) ** -(DIGITS + 8))


def close(estimate, number, digits=DIGITS):
    return abs(estimate.value - number) <= abs(number) * mpf(10) ** (2 - digits)


def squares(spectrum, Delta):
    return sum((x / (x + Delta)) ** 2 for x in spectrum)


@pytest.mark.parametrize(("N", "P", "M"), [(12, 20, 40), (20, 12, 40), (12, 60, 40), (60, 12, 40)])
def test_ridgeless_random_features(N, P, M):
    # Maloney, Roberts, Sully, arXiv:2210.16859, for the loss; the others by the formulas at any ridge at z = n
    spectrum, n, m = power_law(M), min(N, P), max(N, P)
    Delta = pole(spectrum, n)
    q2 = squares(spectrum, Delta)
    C, w, e = 2, mpf("1.3") ** 2, mpf("0.1") ** 2
    D = N * P - q2 * (N + P) + 2 * q2 * n - mpf(n) ** 2
    loss = C * w / (2 * M) * Delta * n * m / (m - n)
    noise = C * e / 2 * (q2 * (N - 2 * n) + n**2) / D
    training = (mpf(P - n) / P) ** 2 * (loss + noise + C * e / 2)
    found = limit("random-features", "loss", N=N, P=P, M=M, **COMMON)
    assert found.status == "limit"
    assert close(found, loss)
    assert abs(found.unknowns["Delta"] - Delta) < Delta * mpf(10) ** (2 - DIGITS)
    assert close(limit("random-features", "noise_loss", N=N, P=P, M=M, **COMMON), noise)
    trained = limit("random-features", "training_loss", N=N, P=P, M=M, **COMMON)
    assert trained.value == 0 if n == P else close(trained, training)


@pytest.mark.parametrize("quantity", ["loss", "noise_loss"])
def test_losses_diverge_at_equal_dimensions(quantity):
    found = limit("random-features", quantity, N=15, P=15, M=40, **COMMON)
    assert found.status == "infinite"
    assert found.value == mp.inf
    assert "without bound as gamma -> 0, since N - P = 0" in found.method


def test_training_loss_vanishes_at_equal_dimensions():
    found = limit("random-features", "training_loss", N=15, P=15, M=40, **COMMON)
    assert (found.status, found.value) == ("limit", 0)


@pytest.mark.parametrize(("N", "P"), [(30, 45), (45, 30), (30, 30), (20, 45), (45, 20)])
def test_enough_features_and_samples(N, P):
    # Every latent direction is resolved: ordinary least squares.
    values = {"N": N, "P": P, "M": 20, **COMMON}
    loss = limit("random-features", "loss", **values)
    assert (loss.status, loss.value, loss.unknowns["Delta"]) == ("limit", 0, 0)
    noise = limit("random-features", "noise_loss", **values)
    if P == 20:
        assert (noise.status, noise.value) == ("infinite", mp.inf)
    else:
        assert close(noise, mpf("0.01") * 20 / (P - 20))


def test_all_dimensions_equal():
    # Delta^3 t_-1^2 = gamma M / sigma_u^2: the loss goes to C sigma_w^2 M / (6 t_-1), neither zero nor infinite
    found = limit("random-features", "loss", N=20, P=20, M=20, **COMMON)
    assert found.status == "limit"
    assert close(found, 2 * mpf("1.69") * 20 / (6 * sum(1 / x for x in power_law(20))))


def test_a_narrow_hidden_layer():
    # H < N, P: the same as H features
    values = {"P": 20, "M": 40, **COMMON}
    wide = limit("two-layer-random-features", "loss", N=30, H=12, sigma_v="0.9", **values)
    assert close(wide, limit("random-features", "loss", N=12, **values).value)
    Delta = pole(power_law(40), 12)
    assert close(wide, 2 * mpf("1.69") / 80 * Delta * 12 * 20 / (20 - 12))
    assert limit("two-layer-random-features", "loss", N=30, H=20, sigma_v="0.9", **values).value == mp.inf


def test_marchenko_pastur():
    assert close(limit("marchenko-pastur", "resolvent", N=3, P=7), mpf(7) / 4)
    assert close(limit("marchenko-pastur", "gram_resolvent", N=7, P=3), mpf(3) / 4)
    for N, P in [(7, 3), (5, 5)]:
        found = limit("marchenko-pastur", "resolvent", N=N, P=P)
        assert (found.status, found.value) == ("infinite", mp.inf)


def test_product_of_wisharts():
    assert close(limit("product-of-wisharts", "resolvent", N=3, P=7, M=5), mpf(35) / 8)
    assert isinf(limit("product-of-wisharts", "resolvent", N=3, P=7, M=3).value)


def test_ridgeless_regression():
    # Hastie, Montanari, Rosset, Tibshirani, arXiv:1903.08560
    spectrum, teacher = [mpf(x) for x in LAMBDA], [mpf(x) for x in OMEGA]
    values = {"Lambda": LAMBDA, "Omega": OMEGA, "sigma_eps": "0.3", "C": 1}
    P = 5
    Delta = pole(spectrum, P)
    rest = P - squares(spectrum, Delta)
    bias = Delta**2 * P / rest * sum(o * x / (x + Delta) ** 2 for x, o in zip(spectrum, teacher, strict=True)) / 16
    variance = mpf("0.09") / 2 * squares(spectrum, Delta) / rest
    assert close(limit("ridge-regression", "bias", P=P, **values), bias)
    assert close(limit("ridge-regression", "variance", P=P, **values), variance)
    assert close(limit("ridge-regression", "loss", P=P, **values), bias + variance)
    assert limit("ridge-regression", "loss", P=8, **values).value == mp.inf
    assert limit("ridge-regression", "bias", P=13, **values).value == 0
    assert close(limit("ridge-regression", "variance", P=13, **values), mpf("0.09") / 2 * 8 / 5)
    resolvent = limit("ridge-regression", "resolvent", P=13, **values)
    assert close(resolvent, mpf(13) / 5 * sum(1 / x for x in spectrum) / 8)


def test_correlated_wishart():
    a, b = LAMBDA[:3], LAMBDA
    found = limit("correlated-wishart", "resolvent", A=a, B=b)
    Delta = pole([mpf(x) for x in b], 3)
    assert close(found, 8 * sum(1 / mpf(x) for x in a) / (9 * Delta))
    assert found.unknowns["Delta_1"] == 0
    assert limit("correlated-wishart", "resolvent", A=b, B=a).value == mp.inf
    white = limit("correlated-wishart", "resolvent", A=a, B=[1] * 8)
    assert close(white, mpf(8) / 5 * sum(1 / mpf(x) for x in a) / 3)


def test_two_vanishing_unknowns_are_told_by_numbers():
    found = limit("correlated-wishart", "resolvent", A=LAMBDA, B=OMEGA)
    assert found.value == mp.inf
    assert "no exact branch" in found.method
    assert "gamma**-0.5" in found.method


def test_no_features():
    found = limit("random-features", "loss", "sigma_u", gamma="0.1", N=12, P=20, M=40, **without("sigma_u"))
    assert close(found, mpf("1.69") * sum(power_law(40)) / 40)
    assert found.unknowns["Delta"] == mp.inf


def test_no_noise():
    values = {"gamma": "0.01", "N": 12, "P": 20, "M": 40, **without("sigma_eps")}
    assert limit("random-features", "noise_loss", "sigma_eps", **values).value == 0
    loss = evaluate(derived("random-features", "loss"), {**values, "sigma_eps": 1}, digits=DIGITS)
    assert close(limit("random-features", "loss", "sigma_eps", **values), loss.value)


def without(name):
    return {key: value for key, value in COMMON.items() if key != name}


def test_zero_eigenvalues_are_answered_by_numbers():
    # Five directions without variance: least squares on the other eight
    values = {key: COMMON[key] for key in ("C", "sigma_u", "sigma_w", "sigma_eps")}
    found = limit("random-features", "noise_loss", N=11, P=12, Lambda=[0] * 5 + LAMBDA, **values)
    assert found.status == "numerical limit"
    assert close(found, mpf("0.01") * 8 / 4)


def test_tiny_eigenvalues_are_no_zeros():
    # At gamma = 1e-40 the small eigenvalues still look like zeros: 8/(12 - 8) instead of 11/(12 - 11)
    values = {key: COMMON[key] for key in ("C", "sigma_u", "sigma_w", "sigma_eps")}
    found = limit("random-features", "noise_loss", N=13, P=12, Lambda=["1e-45"] * 3 + LAMBDA, **values)
    assert found.status == "limit"
    assert close(found, mpf("0.01") * 11)


def test_an_unknown_that_stops_short_of_zero():
    # Delta falls with gamma down to 1e-60, where the small eigenvalues hold it: the loss is tiny and not zero.
    values = {key: COMMON[key] for key in ("C", "sigma_u", "sigma_w", "sigma_eps")}
    found = limit("random-features", "loss", N=9, P=12, Lambda=["1e-60"] * 3 + LAMBDA, **values)
    Delta = 2 * mpf(10) ** -60  # 3 x/(x + Delta) = 1, to the digits asked for and beyond
    assert close(found, 2 * mpf("1.69") / 22 * Delta * 9 * 12 / 3)


def test_a_parameter_of_the_spectrum_is_answered_by_numbers():
    values = {"gamma": "0.1", "N": 12, "P": 20, "M": 40, **without("alpha")}
    found = limit("random-features", "resolvent", "alpha", **values)
    assert found.status == "numerical limit"
    spectrum = [1 / mpf(i) for i in range(1, 41)]

    def mismatch(d):
        z = sum(x / (x + d) for x in spectrum)
        return d * (12 - z) * (20 - z) * mpf("0.49") / 4 - 1

    low = pole(spectrum, 12)
    Delta = findroot(mismatch, (low, 10 * low), solver="anderson", tol=mpf(10) ** -(DIGITS + 8))
    z = sum(x / (x + Delta) for x in spectrum)
    assert close(found, (12 - z) / mpf("1.2"))


def test_cancellation_at_a_small_parameter_does_not_show():
    # Terms cancel up to the fourth power of mu_1 here: too few digits once made this vanish
    values = {"N": 6, "P": 10, "M": 8, "C": 1, "mu_star": "0.5", "sigma_w": 1, "sigma_eps": 0, "gamma": "0.1"}
    result = derived("nonlinear-random-features", "loss")
    found = limit_at_zero(result, values, {"mu_1": 0}, 20)
    near = evaluate(result, {**values, "mu_1": "1e-5"}, digits=20)
    assert abs(found.value / near.value - 1) < mpf("1e-7")


@pytest.mark.parametrize("digits", [1, 15, 200])
def test_digits(digits):
    found = limit("random-features", "loss", digits=digits, N=12, P=20, M=40, **COMMON)
    Delta = pole(power_law(40), 12)
    assert close(found, 2 * mpf("1.69") / 80 * Delta * 12 * 20 / 8, min(digits, DIGITS))
    assert found.error <= abs(found.value) * mpf(10) ** -digits


def test_the_limit_is_where_small_values_go():
    values = {"N": 12, "P": 20, "M": 40, **COMMON}
    result = derived("random-features", "loss")
    at_zero = limit("random-features", "loss", **values).value
    distances = [
        abs(evaluate(result, {**values, "gamma": f"1e-{k}"}, digits=30).value - at_zero) for k in (4, 6, 8)
    ]
    assert distances[0] > 50 * distances[1] > 2500 * distances[2]


def test_evaluate_takes_limits():
    values = {"N": 3, "P": 7}
    assert close(evaluate(derived("marchenko-pastur", "resolvent"), values, limit={"gamma": 0}), mpf(7) / 4)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({}, "0 parameters are given"),
        ({"gamma": 0, "sigma_w": 0}, "2 parameters are given"),
        ({"gamma": 1}, "gamma -> 1 is no limit"),
        ({"gama": 0}, "did you mean 'gamma'"),
        ({"N": 0}, "N is a dimension"),
        ({"sigma_w": 0}, "sigma_w has a value as well"),
    ],
)
def test_wrong_limits(limits, words):
    with pytest.raises(InputError, match=words):
        limit_at_zero(derived("random-features", "loss"), {"N": 3, "P": 4, "M": 5, **COMMON}, limits, 20)


def test_eigenvalues_that_vanish_faster_than_any_power_are_refused_at_once():
    xi, M, P, gamma = symbols("xi M P gamma", positive=True)
    x, Lambda = MatrixSymbol("x", M, P), MatrixSymbol("Lambda", M, M)
    trace = Trace((gamma * Identity(M) + x * x.T).inv())

    def result(span):
        fields = [Gaussian(x, variance=1 / P, rows=Lambda)]
        return derive(trace, Model(fields, spectra=[(Lambda, Exponential(span, 1))]))

    at = {"M": 5, "P": 9}
    for span in (xi, 2 * xi):
        with pytest.raises(InputError, match=r"limit: the eigenvalues of Lambda .*; give xi a small number"):
            limit_at_zero(result(span), {**at, "gamma": 1}, {"xi": 0}, 15)
    # A range that does not go to zero is no reason: at a ridge of zero, tr W^-1 is kappa = 1 - M/P times that
    found = limit_at_zero(result(xi), {**at, "xi": 2}, {"gamma": 0}, 15).value
    right = mp.fsum(mp.exp(mpf(k) / 2) for k in range(1, 6)) / (1 - mpf(5) / 9)
    assert abs(found - right) < mpf("1e-13") * right


def test_inside_of_a_spectrum_is_no_limit():
    with pytest.raises(InputError, match="no solution at small z"):
        limit("wigner", "resolvent", "z", N=3)
