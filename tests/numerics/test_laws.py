"""Variances and covariances at numbers: what is no law of a random matrix is refused, by every route alike."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from sympy import Identity, MatrixExpr, MatrixSymbol, Rational, Symbol, Trace, sqrt, symbols

from planaria.derivations import Derivation, derive
from planaria.diagrams import Gaussian, InputError, Model
from planaria.ensembles.spectra import Eigenvalues, PowerLaw
from planaria.numerics.points.problem import check_admissible, pose
from planaria.numerics.simulation.simulate import simulate
from planaria.numerics.solving.evaluate import evaluate
from planaria.numerics.sweeps.arrays import evaluate_array

N, P, gamma, s = symbols("N P gamma s", positive=True)
t = Symbol("t", real=True)
x = MatrixSymbol("x", N, P)
Lambda, Omega = MatrixSymbol("Lambda", N, N), MatrixSymbol("Omega", N, N)
POINT: dict[Any, Any] = {N: 3, P: 4, gamma: 1}


def resolvent(spectra: Any = (), **law: Any) -> Derivation:
    q = (gamma * Identity(N) + x * x.T).inv()
    return derive(Trace(q) / N, Model([Gaussian(x, **{"variance": 1 / P, **law})], spectra))


def refusal(derivation: Derivation, values: dict[Any, Any], **options: Any) -> str:
    """What `evaluate`, `evaluate_array` and `pose` say, which is one and the same."""
    sentences = set()
    for route in (pose, evaluate, evaluate_array):
        with pytest.raises(InputError) as refused:
            route(derivation, values, **(options if route is evaluate else {}))  # type: ignore[operator]
        sentences.add(str(refused.value))
    (sentence,) = sentences
    return sentence


@pytest.mark.parametrize(
    ("variance", "values", "shown"),
    [
        ((s - 1) / P, {s: "0.9"}, "-1/40"),
        (1 / (P * (s - 1)), {s: 1}, "not a finite real number"),
        (t / P, {t: -2}, "-1/2"),
        (sqrt(s - 1) / P, {s: "0.5"}, "not a finite real number"),
        ((sqrt(s) - 2) / P, {s: 2}, "-0.146447"),
        ((s - P) / P, {s: 3}, "-1/4"),
    ],
)
def test_a_variance_that_is_none_is_refused(variance: Any, values: dict[Any, Any], shown: str) -> None:
    derivation = resolvent(variance=variance)
    sentence = refusal(derivation, {**POINT, **values})
    assert sentence == (
        f"field x: its variance {variance} is {shown} here; "
        "give values at which the variance is a finite number >= 0"
    )
    with pytest.raises(InputError):
        simulate({"q": derivation.expression}, derivation.model, {**POINT, **_exact(values)}, runs=2)


def _exact(values: dict[Any, Any]) -> dict[Any, Any]:
    return {key: Rational(value) if isinstance(value, str) else value for key, value in values.items()}


def test_a_variance_is_compared_exactly() -> None:
    derivation = resolvent(variance=(s - 1) / P)
    assert "is -2.5e-51 here" in refusal(derivation, {**POINT, s: "0." + "9" * 50})
    pose(derivation, {**POINT, s: "1." + "0" * 50 + "1"})


def test_a_variance_above_zero_is_taken() -> None:
    assert evaluate(resolvent(variance=(s - 1) / P), {**POINT, s: "1.25"}, digits=10).value > 0
    pose(resolvent(variance=(sqrt(s) - 1) / P), {**POINT, s: 2})


def test_a_variance_of_zero_is_a_law() -> None:
    pose(resolvent(variance=(s - 1) / P), {**POINT, s: 1})
    pose(resolvent(variance=(sqrt(s) - sqrt(2)) / P), {**POINT, s: 2})


@pytest.mark.parametrize("side", ["rows", "cols"])
@pytest.mark.parametrize(
    ("covariance", "position", "shown"),
    [
        (lambda m, one: -m, 1, "-4"),
        (lambda m, one: m - 3 * one, 2, "-1"),
        (lambda m, one: m * m - m + one - s * m, 2, "-3"),
        (lambda m, one: m.inv(), 3, "not a finite real number"),
        (lambda m, one: m - s * one, 2, "-1"),
    ],
)
def test_an_eigenvalue_of_a_covariance_below_zero_is_refused(
    side: str, covariance: Any, position: int, shown: str
) -> None:
    space = N if side == "rows" else P
    matrix = MatrixSymbol("A", space, space)
    law: MatrixExpr = covariance(matrix, Identity(space))
    derivation = resolvent(**{side: law})
    values = {**POINT, **({s: 3} if s in law.free_symbols else {}), matrix: [4, 2, 0], P: 3}
    sentence = refusal(derivation, values)
    assert sentence.startswith(
        f"field x: eigenvalue {position} of its covariance {side} = {law} is {shown} here; "
    )
    model = derivation.model.with_spectra({matrix: Eigenvalues.of([4, 2, 0])})
    with pytest.raises(InputError):
        simulate({"q": derivation.expression}, model, {N: 3, P: 3, gamma: 1, s: 3}, runs=2)


def test_eigenvalues_at_the_edge_are_a_law() -> None:
    third = Rational(1, 3)
    pose(resolvent(rows=Lambda - third * Identity(N)), {**POINT, Lambda: ["1/3", "1/3", 1]})
    pose(resolvent(rows=Lambda - Omega), {**POINT, Lambda: [1, 2, 3], Omega: [1, 2, 3]})


def test_two_lists_are_compared_index_by_index() -> None:
    derivation = resolvent(rows=Lambda - Omega)
    values = {**POINT, Lambda: [3, 2, 1], Omega: [1, 2, Fraction(10**30 + 1, 10**30)]}
    assert "eigenvalue 3 of its covariance rows" in refusal(derivation, values)


def test_a_power_law_below_a_constant_is_refused_where_it_passes_it() -> None:
    alpha, scale = symbols("alpha lambda_plus", positive=True)
    derivation = resolvent({Lambda: PowerLaw()}, rows=Lambda - Identity(N))
    assert "eigenvalue 3 of" in refusal(derivation, {P: 4, gamma: 1, N: 5, alpha: 1, scale: 4})
    pose(derivation, {P: 4, gamma: 1, N: 2, alpha: 1, scale: 4})
    with pytest.raises(InputError, match="eigenvalue 2000 of"):
        pose(derivation, {P: 4, gamma: 1, N: 10**5, alpha: 1, scale: 1999**2 + 1})


def test_numbers_beyond_the_range_of_floats_are_compared_exactly() -> None:
    derivation = resolvent(rows=Lambda - gamma * Identity(N))
    pose(derivation, {**POINT, gamma: "1e-400", Lambda: ["2e-400", "1e-400", "1e400"]})
    assert "eigenvalue 2 of" in refusal(derivation, {**POINT, gamma: "1e-400", Lambda: ["2e-400", "1e-401", 1]})


def test_a_field_that_does_not_occur_may_have_any_law() -> None:
    y = MatrixSymbol("y", N, P)
    q = (gamma * Identity(N) + x * x.T).inv()
    model = Model([Gaussian(x, variance=1 / P), Gaussian(y, variance=s - 1)])
    assert evaluate(derive(Trace(q), model), POINT, digits=10).value > 0


def test_on_the_way_to_a_limit_the_law_counts() -> None:
    derivation = resolvent(variance=(1 - s) / P)
    with pytest.raises(InputError, match="its variance"):
        evaluate(derivation, {N: 3, P: 4, s: 2}, limit={"gamma": 0})
    shrinking = resolvent(variance=(s - 2 * t) / P)
    with pytest.raises(InputError, match="its variance"):
        pose(shrinking, {N: 3, P: 4, gamma: 1, t: 1}, zero=frozenset({"s"}))


def test_a_parameter_of_the_spectrum_may_go_to_zero() -> None:
    scale = Symbol("lambda_plus", positive=True)
    derivation = resolvent({Lambda: PowerLaw()}, rows=Lambda - Identity(N))
    zero = frozenset({"alpha"})
    pose(derivation, {P: 4, gamma: 1, N: 3, scale: 4}, zero=zero)
    with pytest.raises(InputError, match="eigenvalue 5 of"):
        pose(derivation, {P: 4, gamma: 1, N: 5, scale: 4}, zero=zero)


def test_a_sweep_can_check_each_of_its_points() -> None:
    problem = pose(resolvent(variance=(s - 1) / P), {**POINT, s: 2})
    check_admissible(problem)
    moved = type(problem)(problem.derivation, {**problem.values, s: Rational(1, 2)}, problem.spectra)
    with pytest.raises(InputError, match="its variance"):
        check_admissible(moved)
