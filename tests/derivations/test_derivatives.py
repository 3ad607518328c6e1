"""Derivatives along the solution, held against differences of verified values with many digits."""

from __future__ import annotations

import pytest
from mpmath import mp, mpf
from sympy import Rational

from planaria.algebra.errors import InputError
from planaria.derivations import Derivation, derive

SPECTRA = {
    "Lambda": [Rational(1, k**2) for k in range(1, 7)],
    "Omega": [Rational(k, 3) for k in range(1, 7)],
    "A": [Rational(k, 2) for k in range(1, 6)],
    "B": [Rational(3, k) for k in range(1, 6)],
    "S": [Rational(k, 4) for k in range(1, 6)],
}
NUMBERS = {"N": "5", "P": "7", "M": "6", "H": "9", "T": "8", "C": "1", "gamma": "0.3", "z": "3.1"}
OTHERS = {"sigma": "0.7", "sigma_u": "1.2", "sigma_v": "0.9", "sigma_w": "1.1", "sigma_eps": "0.4"}
FURTHER = {"mu_1": "0.8", "mu_star": "0.6", "alpha": "0.8", "lambda_plus": "1.3"}


def point(derivation: Derivation) -> dict[str, object]:
    """Numbers for everything that a derivation has."""
    setting = derivation.rules.setting
    spectral = {s for _, spectrum in derivation.model.spectra for s in spectrum.free_symbols}
    scalars = spectral.union(*(g.free_symbols for g in setting.ring.generators))
    names = {str(s) for s in scalars} | set(map(str, setting.spaces))
    matrices = {str(m.name): m.shape[0] for m, _ in setting.matrices}
    found: dict[str, object] = {n: x for n, x in (NUMBERS | OTHERS | FURTHER).items() if n in names}
    for name, space in matrices.items():
        if derivation.model.spectrum(next(m for m, _ in setting.matrices if m.name == name)) is None:
            found[name] = SPECTRA[name][: int(NUMBERS[str(space)])]
            found[str(space)] = len(SPECTRA[name])
    return found


def difference(derivation: Derivation, name: str, order: int) -> mpf:
    """A central difference of some order; its error is of the order of the square of the step."""
    at = point(derivation)
    with mp.workdps(80):
        step, total = mpf(10) ** -12, mpf(0)
        for k in range(order + 1):
            moved = mpf(str(at[name])) + (mpf(order) / 2 - k) * step
            total += (
                (-1) ** k
                * mp.binomial(order, k)
                * derivation.evaluate({**at, name: mp.nstr(moved, 70)}, digits=60)
            )
        return total / step**order


@pytest.mark.parametrize(
    ("model", "quantity", "name", "order"),
    [
        ("random-features", "loss", "gamma", 1),
        ("random-features", "loss", "gamma", 2),
        ("random-features", "noise_loss", "gamma", 1),
        ("random-features", "training_loss", "sigma_u", 1),
        ("two-layer-random-features", "loss", "gamma", 1),
        ("ridge-regression", "loss", "gamma", 3),
        ("ridge-regression", "loss", "sigma_eps", 2),
        ("marchenko-pastur", "resolvent", "gamma", 4),
        ("correlated-wishart", "resolvent", "gamma", 2),
        ("sum-of-wisharts", "first_resolvent", "gamma", 1),
        ("signal-plus-noise", "resolvent", "sigma", 2),
        ("nonlinear-random-features", "loss", "mu_star", 1),
        ("wigner", "resolvent", "z", 2),
    ],
)
def test_a_derivative_is_what_differences_of_values_go_to(
    model: str, quantity: str, name: str, order: int
) -> None:
    derivation = derive(model, quantity)
    found = derivation.derivative(**{name: order}).evaluate(point(derivation), digits=40)
    expected = difference(derivation, name, order)
    assert abs(found - expected) < abs(expected) * mpf(10) ** -18
    assert found.digits == 40


def test_a_derivative_by_a_dimension_is_that_of_the_formula() -> None:
    # Marchenko-Pastur with c = N/P: g = (c - 1 - gamma + sqrt((1 + c + gamma)^2 - 4 c))/(2 c gamma)
    found = derive("marchenko-pastur", "resolvent").derivative(P=1).evaluate(N=5, P=7, gamma="0.3", digits=30)
    with mp.workdps(60):
        g = mpf("0.3")

        def closed(p: mpf) -> mpf:
            c = 5 / p
            return (c - 1 - g + mp.sqrt((1 + c + g) ** 2 - 4 * c)) / (2 * c * g)

        assert abs(found - mp.diff(closed, 7)) < mpf(10) ** -28


def test_derivatives_in_two_parameters_commute() -> None:
    derivation = derive("random-features", "loss")
    at = point(derivation)
    one = derivation.derivative(gamma=1, N=1).evaluate(at, digits=30)
    other = derivation.derivative(N=1).derivative(gamma=1).evaluate(at, digits=30)
    assert abs(one / other - 1) < mpf(10) ** -29
    assert len(derivation.derivative(gamma=1, N=1).steps) == 2


def test_the_slope_of_random_features_has_the_ladders_determinant_alone_below() -> None:
    # physics: D = N P - q2 (N + P) + 2 q2 z - z^2 with z = S_22 + R_12 is all that a ridge's derivative divides by
    value = derive("random-features", "loss").derivative(gamma=1).value
    _, below = value.as_numer_denom()
    N, P, S, R = (next(s for s in value.free_symbols if str(s) == name) for name in ("N", "P", "S_22", "R_12"))
    sigma = next(s for s in value.free_symbols if str(s) == "sigma_u")
    ladder = N * P - S * (N + P) + 2 * S * (S + R) - (S + R) ** 2
    assert (below / (sigma**2 * ladder**3)).simplify().is_number


def test_what_a_sum_runs_over_or_is_made_of_is_refused() -> None:
    derivation = derive("random-features", "loss")
    with pytest.raises(InputError, match="S_11 depends on M by its range"):
        derivation.derivative(M=1)
    known = "C, N, P, gamma, sigma_u, sigma_w"
    with pytest.raises(InputError, match=f"do not contain 'sigma_eps'; they contain {known}"):
        derivation.derivative(sigma_eps=1)
    with pytest.raises(InputError, match="give gamma=1, 2"):
        derivation.derivative(gamma=0)
    with pytest.raises(InputError, match="no parameter is given"):
        derivation.derivative()
    with pytest.raises(InputError, match="S_11 depends on alpha"):
        derivation.derivative(alpha=1)
