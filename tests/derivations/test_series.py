"""Series about limits: held against formulas of the literature, and against verified values near the limit."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from mpmath import mp, mpf
from sympy import Rational, oo

from planaria.algebra.errors import InputError
from planaria.derivations import Derivation, derive
from planaria.derivations.analysis.parameter_series import ParameterSeries

M = 12
SPECTRUM = {"M": M, "alpha": "0.8", "lambda_plus": 1}
UNITS = {"sigma_u": "1.1", "sigma_w": "0.7", "C": 1}
FEATURES = {**SPECTRUM, **UNITS}
TWO: dict[str, Any] = {"N": 5, "P": 7} | {
    "A": [Rational(k, 2) for k in range(1, 6)],
    "B": [Rational(3, k) for k in range(1, 8)],
}


@pytest.fixture(scope="module")
def loss() -> Derivation:
    return derive("random-features", "loss")


def eigenvalues() -> list[mpf]:
    return [mpf(k) ** -(1 + mpf("0.8")) for k in range(1, M + 1)]


def ridgeless(n: int) -> mpf:
    """Delta of sum lambda/(lambda + Delta) = n."""
    return mp.findroot(lambda d: sum(x / (x + d) for x in eigenvalues()) - n, mpf("0.05"))


def numbers(one: ParameterSeries, values: dict[str, Any], digits: int = 30) -> dict[Fraction, mpf]:
    return {Fraction(str(power)): +number for power, number in one.evaluate(values, digits=digits)}


def holds_near(
    derivation: Derivation, one: ParameterSeries, values: dict[str, Any], near: dict[str, Any], t: str
) -> None:
    """What is left of a value beside its series is of the order of the first term that is left out."""
    terms = numbers(one, values, digits=60)
    with mp.workdps(80):
        small = mpf(t)
        exact = derivation.evaluate({**values, **near}, digits=70)
        parts = [x * small ** (mpf(power.numerator) / power.denominator) for power, x in terms.items()]
        order = mpf(int(one.order.p)) / int(one.order.q)
        assert abs(exact - sum(parts)) < 1e4 * max(map(abs, terms.values())) * small**order
        assert abs(exact - sum(parts[:-1])) > abs(parts[-1]) / 2  # the last term is needed


@pytest.mark.parametrize(("N", "P"), [(4, 7), (7, 4)])
def test_the_ridgeless_limit_and_its_first_correction(loss: Derivation, N: int, P: int) -> None:
    # arXiv:2210.16859: L = (C sigma_w^2/2M) Delta n m/(m - n); arXiv:2405.19398: times
    # 1 - 2 gamma M/(sigma_u^2 Delta (m - n)^2) at a small ridge
    values = {"N": N, "P": P, **FEATURES}
    (one,) = loss.series(2, gamma=0, values=values)
    with mp.workdps(40):
        n, m = min(N, P), max(N, P)
        delta = ridgeless(n)
        leading = mpf("0.49") / (2 * M) * delta * n * m / (m - n)
        found = numbers(one, values)
        assert abs(found[Fraction(0)] / leading - 1) < mpf(10) ** -28
        correction = -2 * M / (mpf("1.21") * delta * (m - n) ** 2)
        assert abs(found[Fraction(1)] / (leading * correction) - 1) < mpf(10) ** -28
    holds_near(loss, one, values, {"gamma": "1e-12"}, "1e-12")


def test_equal_sizes_have_powers_of_one_half(loss: Derivation) -> None:
    # arXiv:2405.19398: L = (C sigma_w^2/2M) N^2 Delta^(3/2)/2 sqrt(sigma_u^2/(gamma M)) at N = P
    values = {"N": 5, "P": 5, **FEATURES}
    (one,) = loss.series("1/2", gamma=0, values=values)
    assert [power for power, _ in one.terms] == [Rational(-1, 2), 0, Rational(1, 2)]
    with mp.workdps(40):
        expected = mpf("0.49") / (2 * M) * 25 * ridgeless(5) ** mpf("1.5") / 2 * mp.sqrt(mpf("1.21") / M)
        assert abs(numbers(one, values)[Fraction(-1, 2)] / expected - 1) < mpf(10) ** -28
    holds_near(loss, one, values, {"gamma": "1e-12"}, "1e-12")
    assert one.value is oo


def test_more_features_and_samples_than_dimensions(loss: Derivation) -> None:
    # (C sigma_w^2/2M) Delta^2 tr Lambda^-1 N P/((N-M)(P-M)) with Delta = gamma M/(sigma_u^2 (N-M)(P-M))
    values = {"N": 20, "P": 17, **FEATURES}
    (one,) = loss.series(gamma=0, values=values)
    with mp.workdps(40):
        apart = (20 - M) * (17 - M)
        trace = sum(1 / x for x in eigenvalues())
        expected = mpf("0.49") / (2 * M) * (M / (mpf("1.21") * apart)) ** 2 * trace * 20 * 17 / apart
        assert abs(numbers(one, values)[Fraction(2)] / expected - 1) < mpf(10) ** -28
    assert one.value == 0


def test_large_ridges_and_kernels(loss: Derivation) -> None:
    values = {"N": 4, "P": 7, **FEATURES}
    (one,) = loss.series(2, gamma="oo", values=values)
    with mp.workdps(40):  # the loss of nothing: (C sigma_w^2/2M) tr Lambda
        expected = mpf("0.49") / (2 * M) * sum(eigenvalues())
        assert abs(numbers(one, values)[Fraction(0)] / expected - 1) < mpf(10) ** -28
    holds_near(loss, one, values, {"gamma": "1e12"}, "1e-12")
    # the kernel limit, gamma in proportion to N: ridge regression with Delta (P - z) = M kappa/sigma_u^2
    values = {"P": 7, "kappa": "0.3", **FEATURES}
    (one,) = loss.series(N="oo", ratios={"gamma/N": "kappa"}, values=values)
    with mp.workdps(40):
        spectrum, ridge = eigenvalues(), M * mpf("0.3") / mpf("1.21")
        delta = mp.findroot(lambda d: d * (7 - sum(x / (x + d) for x in spectrum)) - ridge, 1)
        z, q = (sum((x / (x + delta)) ** k for x in spectrum) for k in (1, 2))
        expected = mpf("0.49") / (2 * M) * delta * 7 * (z - q) / (7 - q)
        assert abs(numbers(one, values)[Fraction(0)] / expected - 1) < mpf(10) ** -28


@pytest.mark.parametrize(
    ("model", "quantity", "limit", "order", "values", "near", "t"),
    [
        ("marchenko-pastur", "resolvent", {"gamma": 0}, 3, {"N": 4, "P": 9}, {"gamma": "1e-9"}, "1e-9"),
        ("wigner", "resolvent", {"z": 2}, "3/2", {"N": 5}, {"z": "2.000000001"}, "1e-9"),
        (
            "product-of-wisharts",
            "resolvent",
            {"gamma": 0},
            1,
            {"N": 4, "P": 4, "M": 4},
            {"gamma": "1e-15"},
            "1e-15",
        ),
        ("correlated-wishart", "resolvent", {"gamma": 0}, 1, TWO, {"gamma": "1e-9"}, "1e-9"),
        (
            "correlated-wishart",
            "resolvent",
            {"gamma": "oo"},
            3,
            TWO,
            {"gamma": "1e9"},
            "1e-9",
        ),
        (
            "signal-plus-noise",
            "resolvent",
            {"sigma": 0},
            2,
            {"S": TWO["A"], "N": 5, "gamma": "0.3"},
            {"sigma": "1e-9"},
            "1e-9",
        ),
    ],
)
def test_a_series_is_what_the_solution_does(
    model: str,
    quantity: str,
    limit: dict[str, Any],
    order: Any,
    values: dict[str, Any],
    near: dict[str, Any],
    t: str,
) -> None:
    derivation = derive(model, quantity)
    (one,) = derivation.series(order, values=values, **limit)
    holds_near(derivation, one, values, near, t)


def test_catalan_numbers() -> None:
    (one,) = derive("wigner", "resolvent").series(9, z="oo")
    assert one.terms == tuple((Rational(2 * n + 1), c) for n, c in enumerate((1, 1, 2, 5, 14)))
    assert one.holds == ()


def test_inequalities_are_found() -> None:
    found = derive("marchenko-pastur", "resolvent").series(gamma=0)
    assert {str(one.holds): str(one.value) for one in found} == {"(P < N,)": "oo", "(N < P,)": "-P/(N - P)"}
    assert all(one.samples >= 2 for one in found)


def test_the_branches_of_random_features_and_where_they_hold(loss: Derivation) -> None:
    # arXiv:2210.16859: the smaller of N and P bounds z, where it is smaller than the latent dimension, too
    found = {frozenset(map(str, one.holds or ())): one for one in loss.series(gamma=0)}
    assert set(found) == {
        frozenset({"N < P", "N < M"}),
        frozenset({"P < N", "P < M"}),
        frozenset({"M < N", "M < P"}),
    }
    fewer = found[frozenset({"N < P", "N < M"})]
    assert [str(one) for one in fewer.conditions] == ["Eq(S_11, N)"]


def test_what_is_no_limit_is_refused(loss: Derivation) -> None:
    for limits, ratios, words in (
        ({}, None, "nothing is asked for"),
        ({"gama": 0}, None, "did you mean 'gamma'"),
        ({"N": 3}, None, "goes to infinity alone; give N=oo"),
        ({"M": "oo"}, None, "runs over M, and its eigenvalues"),
        ({"gamma": "small"}, None, "is no limit; give 0, oo"),
        ({}, {"gamma/sigma_u": 2}, "a ratio alone is no limit"),
        ({"gamma": 0}, {"N": 2}, "write it as N/P"),
        ({"gamma": 0}, {"N/P": -1}, "not positive"),
    ):
        with pytest.raises(InputError, match=words):
            loss.series(ratios=ratios, **limits)
    with pytest.raises(InputError, match="is no power; give 3, or 1/2"):
        loss.series("much", gamma=0)


def test_a_limit_that_depends_on_the_path_says_both_values() -> None:
    derivation = derive("ridge-regression", "variance")
    values = {"M": 5, "C": 1, "gamma": "0.2", "Lambda": [1, 2, 3, 4, 5]}
    with pytest.raises(InputError, match=r"depends on the path: it is oo .*, and 0 where"):
        derivation.series(P="oo", sigma_eps="oo", values=values)
