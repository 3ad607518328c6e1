"""Optima over a parameter, held against a scalar minimisation of the literature's formula with many digits."""

from __future__ import annotations

import pytest
from mpmath import mp, mpf
from sympy import Symbol

from planaria.algebra.errors import InputError
from planaria.app.matrices import with_kinds
from planaria.derivations import derive
from planaria.derivations.asked import derive as derive_expression
from planaria.ensembles.library import load_model

M, N, P = 12, 4, 7


def loss(gamma: mpf) -> mpf:
    """arXiv:2405.19398, with sigma_u = sigma_w = C = 1: Delta (N - z)(P - z) = gamma M, and the loss."""
    spectrum = [mpf(k) ** -(1 + mpf("0.8")) for k in range(1, M + 1)]

    def z(delta: mpf) -> mpf:
        return sum(x / (x + delta) for x in spectrum)

    low, high = mpf("1e-8"), mpf(10) ** 8
    while z(low) > N:
        low *= 2
    for _ in range(200):  # bisection in the logarithm: the left side grows with Delta beyond z = N
        middle = mp.sqrt(low * high)
        low, high = (low, middle) if middle * (N - z(middle)) * (P - z(middle)) > gamma * M else (middle, high)
    first, second = z(low), sum((x / (x + low)) ** 2 for x in spectrum)
    below = N * P - second * (N + P) + 2 * second * first - first**2
    return low * N * P * (first - second) / (2 * M * below)


def test_the_best_ridge_of_random_features() -> None:
    values = {"N": N, "P": P, "M": M, "alpha": "0.8", "lambda_plus": 1, "sigma_u": 1, "sigma_w": 1, "C": 1}
    found = derive("random-features", "loss").optimum("gamma", values=values, digits=30)
    assert found.at is not None
    assert found.value is not None
    assert found.explicit is None
    with mp.workdps(34):
        low, high = mpf("1e-3"), mpf(1)
        for _ in range(55):  # golden section: the parameter to half of the digits, the value to all
            a, b = (high ** (1 - g) * low**g for g in (mpf("0.618"), mpf("0.382")))
            low, high = (low, b) if loss(a) < loss(b) else (a, high)
        assert abs(found.at / low - 1) < mpf(10) ** -10
        assert abs(found.value / loss(low) - 1) < mpf(10) ** -20
        slope = derive("random-features", "loss").derivative(gamma=1)
        assert abs(slope.evaluate({**values, "gamma": mp.nstr(found.at.value, 40)}, digits=20)) < mpf(10) ** -28


def test_the_bayes_ridge_of_the_kernel_limit_is_a_formula() -> None:
    # arXiv:2405.19398: gamma = sigma_u^2 sigma_eps^2 N/sigma_w^2 for any spectrum, as N goes to infinity
    file = load_model("random-features")
    whole = file.quantity("loss").expression + file.quantity("noise_loss").expression
    found = derive_expression(whole, file.model).optimum("kappa", limits={"N": "oo"}, ratios={"gamma/N": "kappa"})
    assert str(found.explicit) == "sigma_eps**2*sigma_u**2/sigma_w**2"
    names = {str(s): s for s in found.stationarity.lhs.free_symbols}
    assert set(names) >= {"Delta", "P", "S_11", "M", "sigma_eps", "sigma_w"}
    delta, p, s, m, eps, w = (Symbol(n) for n in ("Delta", "P", "S_11", "M", "sigma_eps", "sigma_w"))
    plain = found.stationarity.lhs.xreplace({one: Symbol(name) for name, one in names.items()})
    assert (plain / (delta * (p - s) * w**2 - m * eps**2)).simplify() in (1, -1)


def test_ridge_regression_of_an_isotropic_teacher_has_the_bayes_ridge() -> None:
    # arXiv:1903.08560: lambda = sigma^2 d/(r^2 n); here with (1/P) x x^T and a teacher of variance 1/M
    file = load_model("ridge-regression")
    model = with_kinds(file, ("Omega=identity",))
    found = derive_expression(file.quantity("loss").expression, model).optimum("gamma")
    assert str(found.explicit) == "M*sigma_eps**2/P"


def test_an_optimum_at_the_boundary_is_said() -> None:
    noise = derive("random-features", "noise_loss")
    values = {"N": N, "P": P, "M": M, "alpha": "0.8", "lambda_plus": 1, "sigma_u": 1, "sigma_eps": 1, "C": 1}
    with pytest.raises(InputError, match="least at the boundary, gamma -> infinity"):
        noise.optimum("gamma", values=values)
    with pytest.raises(InputError, match="did you mean 'gamma'"):
        noise.optimum("gama")
    with pytest.raises(InputError, match="gamma has a value as well"):
        noise.optimum("gamma", values={**values, "gamma": 1})
    with pytest.raises(InputError, match="monotonic in sigma_w"):
        derive("random-features", "loss").optimum("sigma_w")
