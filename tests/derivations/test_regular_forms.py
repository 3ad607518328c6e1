"""Closed forms where poles coincide: mixed sums, sums of positive terms, and what becomes of differences.

The two-resolvent formulas are those of the literature on ridge regression and random features, written down here.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Expr, Identity, MatrixExpr, MatrixSymbol, Rational, Trace, fraction, simplify, symbols

from planaria.algebra.rational import Ring
from planaria.derivations import Derivation, derive
from planaria.derivations.elimination.conditioning import operations
from planaria.derivations.elimination.plain import plain_form
from planaria.derivations.equations.quotients import Chain, chains, related
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.derivations.equations.spectral_sums import Factor, SpectralSum
from planaria.derivations.equations.spectral_symbols import SpectralSymbol
from planaria.diagrams import Gaussian, Model
from planaria.ensembles.library import load_model

N, P, M, gamma_1, gamma_2, sigma_u = symbols("N P M gamma_1 gamma_2 sigma_u", positive=True)
Lambda, x, u = MatrixSymbol("Lambda", M, M), MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
F = MatrixSymbol("F", M, M)
SAMPLES = Model([Gaussian(x, rows=Lambda, variance=1 / P)])
FEATURES = Model([Gaussian(x, rows=Lambda), Gaussian(u, variance=sigma_u**2 / M)])
CORRELATED = Model([Gaussian(x, rows=Lambda), Gaussian(u, cols=F, variance=sigma_u**2 / M)])
phi = u * x
lam, mu = symbols("lambda_I mu_I")
D, E = symbols("Delta_1 Delta_2")


def of_samples(gamma: Expr) -> MatrixExpr:
    return (gamma * Identity(M) + x * x.T).inv()


def of_features(gamma: Expr) -> MatrixExpr:
    return (gamma * Identity(N) + phi * phi.T).inv()


def residue(gamma: Expr) -> MatrixExpr:
    return Identity(M) - x * x.T * u.T * of_features(gamma) * u


QUANTITIES = {
    "samples": (Trace(of_samples(gamma_1) * of_samples(gamma_2)), SAMPLES),
    "covariances": (Trace(of_samples(gamma_1) * Lambda * of_samples(gamma_2) * Lambda), SAMPLES),
    "features": (Trace(of_features(gamma_1) * of_features(gamma_2)), FEATURES),
    "loss": (Trace(residue(gamma_1) * Lambda * residue(gamma_2).T), FEATURES),
    "correlated": (Trace(of_features(gamma_1) * of_features(gamma_2)), CORRELATED),
    "one of them twice": (Trace(of_samples(gamma_1) ** 2 * Lambda * of_samples(gamma_2)), SAMPLES),
}


@cache
def derived(name: str) -> Derivation:
    return derive(*QUANTITIES[name])


SPECTRUM = [{"lambda_I": Fraction(a), "f_I": Fraction(b)} for a, b in ((1, 2), (3, 1), (Fraction(1, 2), 5))]
SIZES = {"N": 7, "P": 11, "M": 3, "sigma_u": 2}


def at_point(formula: Expr, result: Derivation, poles: dict[str, Fraction], sums: Iterable[Any] = ()) -> Expr:
    """A formula at given poles and three eigenvalues; ridges as the equations give them."""
    known: dict[Expr, Expr] = {}
    for symbol in (*result.closed_form.named_sums.values(), *sums):
        summand = symbol.spectral_sum.summand
        points = [{**row, **poles} for row in SPECTRUM]
        known[symbol] = sum(
            summand.xreplace({s: Rational(point[str(s)]) for s in summand.free_symbols}) for point in points
        )
    numbers = {**SIZES, **poles}
    for expression in (formula, *result.equations):
        known |= {s: Rational(numbers[str(s)]) for s in expression.free_symbols if str(s) in numbers}
    known |= {one.lhs: one.rhs.xreplace(known) for one in result.equations}
    return formula.xreplace(known)


@pytest.mark.parametrize("name", list(QUANTITIES))
def test_denominators_do_not_vanish_where_poles_coincide(name: str) -> None:
    result = derived(name)
    poles = [str(s) for s in result.unknowns]
    assert len(poles) == 2
    equal = dict.fromkeys(poles, Fraction(2, 3))
    form = result.closed_form
    for ratio in (form.value, *(loop for _, loop in form.loops)):
        below = ratio.ring.from_mpoly(ratio.denominator).substitute({STRENGTH: ratio.ring.one}).to_sympy()
        assert at_point(below.xreplace(dict(form.named_sums)), result, equal) != 0
    apart = dict(zip(poles, (Fraction(2, 3), Fraction(2, 3) + Fraction(1, 10**9)), strict=True))
    near, there = (float(at_point(result.value, result, one)) for one in (apart, equal))
    assert near == pytest.approx(there, rel=1e-7)


def test_two_ridges_of_one_sample_covariance() -> None:
    """tr Lambda S_1 Lambda S_2 = sum x_1 x_2 / (1 - sum x_1 x_2 / P) times 1/((1 - z_1/P)(1 - z_2/P))."""
    result = derived("covariances")
    at = {"Delta_1": Fraction(2, 3), "Delta_2": Fraction(5, 4)}
    ones = [[Fraction(v) / (Fraction(v) + d) for v in (1, 3, Fraction(1, 2))] for d in at.values()]
    mixed = sum(a * b for a, b in zip(*ones, strict=True))
    z_1, z_2 = map(sum, ones)
    expected = 11**3 * mixed / ((11 - z_1) * (11 - z_2) * (11 - mixed))
    assert at_point(result.value, result, at) == expected


def test_two_ridges_of_random_features_have_the_determinant_of_the_ladder() -> None:
    """The loss at two ridges: N P sum lambda x_1' x_2' over det [[N - q, r_1], [r_2, P - q]]."""
    result = derived("loss")
    delta = Fraction(2, 3), Fraction(5, 4)
    at = dict(zip(("Delta_1", "Delta_2"), delta, strict=True))
    eigenvalues = [Fraction(1), Fraction(3), Fraction(1, 2)]
    q = sum(v**2 / (v + delta[0]) / (v + delta[1]) for v in eigenvalues)
    r_1, r_2 = (sum(v * d / (v + delta[0]) / (v + delta[1]) for v in eigenvalues) for d in delta)
    expected = 7 * 11 * delta[0] * r_2 / ((7 - q) * (11 - q) - r_1 * r_2)
    assert at_point(result.value, result, at) == expected
    assert len(str(result.value)) < 160


def test_names_say_powers_and_poles() -> None:
    sums = {str(s): str(one.summand) for s, one in derived("loss").spectral_sums.items()}
    assert sums["S_11_2"] == "lambda_I/(Delta_2 + lambda_I)"
    assert sums["S_211_12"] == "lambda_I**2/((Delta_1 + lambda_I)*(Delta_2 + lambda_I))"
    assert sums["R_111_12"] == "Delta_2*lambda_I/((Delta_1 + lambda_I)*(Delta_2 + lambda_I))"
    latex = derived("loss").latex()
    assert r"R_{111,12} &= \sum_{I=1}^{M} \frac{\Delta_2 \lambda_I}" in latex


def test_a_difference_of_sums_is_a_sum_of_positive_terms() -> None:
    file = load_model("random-features")
    loss = derive(file.quantity("loss").expression, file.model)
    above, _ = fraction(loss.value)
    assert "R_12" in {str(s) for s in above.free_symbols}
    assert not {"S_11", "S_22"} & {str(s) for s in above.free_symbols}
    by_name = {str(s): one for s, one in loss.spectral_sums.items()}
    assert str(by_name["R_12"].summand) == "Delta*lambda_I/(Delta + lambda_I)**2"


@pytest.mark.parametrize(
    ("model", "name", "most"),
    [
        ("random-features", "loss", 18),
        ("random-features", "training_loss", 29),
        ("ridge-regression", "bias", 7),
        ("ridge-regression", "loss", 11),
        ("sum-of-wisharts", "first_resolvent", 3),
    ],
)
def test_values_are_as_short_as_they_were(model: str, name: str, most: int) -> None:
    file = load_model(model)
    value = derive(file.quantity(name).expression, file.model).value
    assert value.count_ops() <= most


def test_correlated_features_depend_on_the_product_of_both_spectra() -> None:
    """The determinant is that of random features, with f lambda in place of lambda."""
    file = load_model(Path(__file__).parents[2] / "examples" / "correlated-features.toml")
    loss = derive(file.quantity("loss").expression, file.model)
    by_summand = {str(one.summand): symbol for symbol, one in loss.spectral_sums.items()}
    q = by_summand["f_I**2*lambda_I**2/(f_I*lambda_I + kappa)**2"]
    r = by_summand["f_I*kappa*lambda_I/(f_I*lambda_I + kappa)**2"]
    names = {str(s): s for s in loss.value.free_symbols}
    _, below = fraction(loss.value)
    determinant = (names["N"] - q) * (names["P"] - q) - r**2
    assert simplify(below / determinant).free_symbols <= {names["M"]}


# -- chains --------------------------------------------------------------------------------------------------

FIRST, SECOND = (Factor(M, (lam,), (1,), (((0,), pole),)) for pole in (D, E))
RING = Ring([M, D, E, lam])


@settings(max_examples=30)
@given(st.integers(1, 2), st.integers(1, 2), st.data())
def test_chains_expand_every_member(first: int, second: int, data: st.DataObject) -> None:
    chain = Chain(M, (lam,), (1,), (0,), ((FIRST, first), (SECOND, second)))
    one = data.draw(st.sampled_from(list(chain.members())))
    eigenvalues = [Fraction(1), Fraction(3), Fraction(2, 7)]
    at = {D: Fraction(4, 3), E: data.draw(st.sampled_from([Fraction(4, 3), Fraction(1, 5)])), M: Fraction(3)}

    def number(part: SpectralSum | None) -> Expr:
        if part is None:
            return Fraction(3)
        return sum(part.summand.subs({**at, lam: v}) for v in eigenvalues)

    total = sum(c.evaluate({**at, lam: None}) * number(part) for part, c in chain.expansion(one, RING).items())
    assert total == number(one)


def test_chains_keep_sums_apart_that_have_other_eigenvalues_besides() -> None:
    pole = Factor(M, (lam, mu), (1, 0), (((0, 0), D),))
    plain = SpectralSum(M, (lam, mu), (1, 0), ((pole, 1),))
    weighted = SpectralSum(M, (lam, mu), (1, 1), ((pole, 1),))
    assert [chain.spectators for chain in chains([plain, weighted], [D])] == [(0, 0), (0, 1)]


def test_what_is_related_to_a_factor_of_three_terms() -> None:
    factor = Factor(M, (lam, mu), (1, 0), (((0, 0), D), ((0, 1), E)))
    found = {str(one.summand) for one in related([SpectralSum(M, (lam, mu), (0, 0), ((factor, 1),))])}
    assert found == {
        f"{part}/(Delta_1 + Delta_2*mu_I + lambda_I)" for part in ("lambda_I", "Delta_1", "Delta_2*mu_I")
    }


# -- other views ---------------------------------------------------------------------------------------------


def test_plain_forms_are_the_same_and_have_sums_of_one_kind() -> None:
    result = derived("covariances")
    plain = plain_form(result.closed_form)
    assert not any(one.is_composed for _, one in plain.sums)
    assert any(one.is_composed for _, one in result.closed_form.sums)
    at = {"Delta_1": Fraction(2, 3), "Delta_2": Fraction(5, 4)}
    expected = at_point(result.value, result, at)
    assert at_point(plain.physical_value, result, at, plain.named_sums.values()) == expected


def test_derivatives_of_sums_with_a_pole_in_the_numerator() -> None:
    one = SpectralSum(M, (lam,), (1,), ((FIRST, 2),), ((D, 1),))
    derivative = SpectralSymbol("R_12", one).diff(D)
    values = {s: s.spectral_sum.summand for s in derivative.atoms(SpectralSymbol)}
    assert simplify(derivative.xreplace(values) - one.summand.diff(D)) == 0
    assert {str(s) for s in values} == {"R_12", "S_13"}


def test_operations_are_counted_as_sympy_counts_them() -> None:
    formula = (N * P - 2 * N**2 + 3).expand()
    assert operations(Ring([N, P])(formula)) == formula.count_ops()
