"""Limits that `derive --limit` prints: each branch against the literature, the physical one against numbers."""

from __future__ import annotations

import pytest
from sympy import Eq, Expr, Symbol, oo, symbols

from planaria.derivations import Derivation, derive
from planaria.derivations.analysis.limits import limit_branches
from planaria.derivations.equations.spectral_symbols import SpectralSymbol
from planaria.ensembles.library import load_model
from planaria.ensembles.spectra import UnitSpectrum
from planaria.numerics.solving.evaluate import evaluate

N, P, M, C, gamma, sigma_u, sigma_w, sigma_eps = symbols("N P M C gamma sigma_u sigma_w sigma_eps", positive=True)
Delta, S_11 = Symbol("Delta"), Symbol("S_11")


def derived(model: str, quantity: str) -> Derivation:
    file = load_model(model)
    return derive(file.quantity(quantity).expression, file.model)


def by_condition(derivation: Derivation, parameter: Symbol) -> dict[Eq, Expr]:
    """The values by the first condition of each branch, its sums told by their names."""
    return {plain(one.conditions[0]): one.value for one in limit_branches(derivation.closed_form, parameter)}


def plain(condition: Eq) -> Eq:
    return condition.xreplace({one: Symbol(one.name) for one in condition.atoms(SpectralSymbol)})


def equal(one: Expr, other: Expr) -> bool:
    return bool((one - other).simplify() == 0)


def test_the_ridgeless_loss_is_that_of_maloney_roberts_and_sully() -> None:
    found = by_condition(derived("random-features", "loss"), gamma)
    assert set(found) == {Eq(Delta, 0), Eq(S_11, N), Eq(S_11, P)}
    # L = (C sigma_w^2 / 2M) Delta n m / (m - n), n the smaller one of N and P (arXiv:2210.16859)
    scale = C * sigma_w**2 * Delta * N * P / (2 * M)
    assert equal(found[Eq(S_11, N)], scale / (P - N))
    assert equal(found[Eq(S_11, P)], scale / (N - P))
    assert found[Eq(Delta, 0)] == 0


def test_ridgeless_noise_beyond_the_latent_dimension_is_ordinary_least_squares() -> None:
    found = by_condition(derived("random-features", "noise_loss"), gamma)
    assert equal(found[Eq(Delta, 0)], C * sigma_eps**2 * M / (2 * (P - M)))


def test_a_resolvent_of_a_singular_matrix_diverges() -> None:
    found = by_condition(derived("random-features", "resolvent"), gamma)
    assert found[Eq(Delta, 0)] is oo
    assert found[Eq(S_11, P)] is oo
    assert equal(found[Eq(S_11, N)], M / (Delta * N * sigma_u**2 * (P - N)))


def test_inverse_wishart() -> None:
    g = Symbol("g_P")
    found = by_condition(derived("marchenko-pastur", "resolvent"), gamma)
    # tr (x x^T)^-1 / N = P/(P - N) for entries of variance 1/P
    finite = {condition: value for condition, value in found.items() if value is not oo}
    assert [condition.lhs for condition in finite] == [g]
    assert equal(next(iter(finite.values())), P / (P - N))
    assert len(found) == 2


@pytest.mark.parametrize(
    ("sizes", "condition"),
    [
        ({N: 20, P: 35, M: 90}, Eq(S_11, N)),
        ({N: 35, P: 20, M: 90}, Eq(S_11, P)),
        ({N: 35, P: 50, M: 20}, Eq(Delta, 0)),
    ],
)
@pytest.mark.parametrize("quantity", ["loss", "noise_loss", "training_loss", "gram_resolvent"])
def test_the_physical_branch_is_where_evaluation_goes(
    sizes: dict[Symbol, int], condition: Eq, quantity: str
) -> None:
    derivation = derived("random-features", quantity)
    numbers = {C: 1, sigma_u: 1, sigma_w: 1, sigma_eps: "0.3", "alpha": "0.5", "lambda_plus": 1}
    close = evaluate(derivation, {**numbers, **sizes, gamma: "1e-14"}, digits=20)
    value = by_condition(derivation, gamma)[condition]
    if value is oo:
        assert close.value > 1e8
        return
    unknowns = {Symbol(name): number for name, number in close.unknowns.items()}
    point = {**sizes, C: 1, sigma_u: 1, sigma_w: 1, sigma_eps: 0.3, **unknowns}
    # The sums of the branch that are left are functions of Delta.
    eigenvalues = [index**-1.5 for index in range(1, sizes[M] + 1)]
    for name, one in derivation.spectral_sums.items():
        if value.has(name):
            (eigenvalue,) = one.eigenvalues
            point[name] = sum(float(one.summand.subs({**point, eigenvalue: x})) for x in eigenvalues)
    assert float(value.subs(point)) == pytest.approx(float(close.value), rel=1e-6, abs=1e-6)


def test_the_trace_of_an_inverse_covariance() -> None:
    # tr q/N is t/(N Delta_2) P/N with t = tr A^-1: the inverse of A^1/2 x B x^T A^1/2 for N < P
    derivation = derived("correlated-wishart", "resolvent")
    branch = next(
        one
        for one in limit_branches(derivation.closed_form, gamma)
        if one.conditions[0] == Eq(Symbol("Delta_1"), 0)
    )
    ((name, spectral_sum),) = (
        pair for pair in branch.closed_form.spectral_sums.items() if branch.value.has(pair[0])
    )
    (eigenvalue,) = spectral_sum.summand.free_symbols
    assert spectral_sum.summand == 1 / eigenvalue
    assert equal(branch.value, P * name / (N**2 * Symbol("Delta_2")))


def test_an_identity_spectrum() -> None:
    file = load_model("random-features")
    unit = {one.symbol: UnitSpectrum() for one in file.matrices}
    derivation = derive(file.quantity("noise_loss").expression, file.model.with_spectra(unit))
    values = [one.value for one in limit_branches(derivation.closed_form, gamma)]
    expected = C * sigma_eps**2 * M / (2 * (P - M))
    assert any(value is not oo and equal(value, expected) for value in values)
