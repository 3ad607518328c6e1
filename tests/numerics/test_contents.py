"""What a quantity does not contain is not asked for, and has no say: matrices, parameters, dimensions, fields."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sympy import Expr, Identity, MatrixSymbol, Trace, sqrt, symbols

from planaria.algebra.errors import InputError
from planaria.derivations import Derivation, derive
from planaria.diagrams.expressions.contents import contents_of
from planaria.ensembles.model import Gaussian, Model
from planaria.ensembles.spectra import Eigenvalues, PowerLaw, Spectrum
from planaria.numerics.evidence.checks import checks
from planaria.numerics.simulation.stretching import sizes_of, stretch
from planaria.numerics.solving.evaluate import evaluate
from planaria.numerics.sweeps.arrays import evaluate_array

M, P, K, gamma, s, t, alpha, scale = symbols("M P K gamma s t alpha lambda_plus", positive=True)
w, x, y, v = (MatrixSymbol(name, M, P) for name in "wxyv")
k = MatrixSymbol("k", M, K)
A, B, D = MatrixSymbol("A", M, M), MatrixSymbol("B", P, P), MatrixSymbol("D", K, K)
POINT: dict[Any, Any] = {M: 10, P: 20, gamma: 1}
FIELDS = [
    Gaussian(w, variance=1 / P),
    Gaussian(x, variance=s / P, rows=A),
    Gaussian(y, variance=1 / P, cols=B),
    Gaussian(v, variance=sqrt(t) / P),
    Gaussian(k, variance=1 / K, cols=D),
]


def resolvent(field: MatrixSymbol) -> Expr:
    return Trace((gamma * Identity(M) + field * field.T).inv()) / M


def derived(spectra: dict[MatrixSymbol, Spectrum], field: MatrixSymbol = w) -> Derivation:
    return derive(resolvent(field), Model(FIELDS, spectra))


ALONE = float(evaluate(derive(resolvent(w), Model(FIELDS[:1])), POINT, digits=20).value)


@pytest.mark.parametrize(
    "spectra",
    [{}, {A: PowerLaw(alpha, scale)}, {D: Eigenvalues.of([1, 2, 3])}, {B: Eigenvalues.of([1] * 20)}],
    ids=["symbolic", "power law", "list on a space apart", "list on a space of it"],
)
def test_the_number_is_that_of_the_model_without_the_rest(spectra: dict[MatrixSymbol, Spectrum]) -> None:
    result = derived(spectra)
    assert float(evaluate(result, POINT, digits=20).value) == pytest.approx(ALONE, rel=1e-15)
    assert float(evaluate(result, {M: 10, P: 20}, digits=20, limit={gamma: 0}).value) == pytest.approx(2)
    assert evaluate_array(result, {**POINT, gamma: [1.0, 1.0]}) == pytest.approx([ALONE, ALONE])
    twice = stretch(resolvent(w), result.model, POINT, 2)
    assert set(twice.values) == {gamma, M, P}
    assert sizes_of(resolvent(w), result.model, POINT) == {M: 10, P: 20}


@pytest.mark.parametrize("name", ["alpha", "lambda_plus", "s", "t", "K"])
def test_numbers_for_the_rest_change_nothing(name: str) -> None:
    result = derived({A: PowerLaw(alpha, scale)})
    assert float(evaluate(result, {**POINT, name: 3}, digits=20).value) == pytest.approx(ALONE, rel=1e-15)
    swept = evaluate_array(result, {**POINT, name: np.array([1.0, 2.0, 3.0])})
    assert swept == pytest.approx([ALONE] * 3)


def test_a_limit_of_what_is_not_contained_is_the_value() -> None:
    estimate = evaluate(derived({}), POINT, digits=20, limit={s: 0})
    assert float(estimate.value) == pytest.approx(ALONE, rel=1e-15)


def test_what_is_contained_is_still_asked_for() -> None:
    with pytest.raises(InputError, match="no value for alpha, lambda_plus"):
        evaluate(derived({A: PowerLaw(alpha, scale)}, x), {**POINT, s: 1})
    with pytest.raises(InputError, match="matrix A: its spectrum is not known"):
        evaluate(derived({}, x), {**POINT, s: 1})
    result = derived({A: PowerLaw(alpha, scale)}, x)
    found = evaluate_array(result, {**POINT, s: 1, scale: 1, alpha: [1.0, 2.0]})
    alone = [evaluate(result, {**POINT, s: 1, scale: 1, alpha: one}, digits=20) for one in (1, 2)]
    assert found == pytest.approx([float(one.value) for one in alone], rel=1e-9)


def test_a_matrix_beside_one_that_is_contained() -> None:
    other = MatrixSymbol("S", M, M)
    quantity = Trace((gamma * Identity(M) + other + w * w.T).inv()) / M
    point = {**POINT, other: [1, 2] * 5}
    alone = evaluate(derive(quantity, Model(FIELDS[:1])), point, digits=20).value
    for spectra in ({}, {A: PowerLaw(alpha, scale)}, {A: Eigenvalues.of([*range(1, 11)])}):
        result = derive(quantity, Model(FIELDS, spectra))
        assert result.equations == derive(quantity, Model(FIELDS[:1])).equations  # names and all
        assert evaluate(result, point, digits=20).value == pytest.approx(alone, rel=1e-15)
        assert evaluate_array(result, {**point, gamma: [1.0, 2.0]})[0] == pytest.approx(float(alone))


def test_a_law_that_is_none_counts_only_where_it_occurs() -> None:
    broken = Model([*FIELDS[:1], Gaussian(x, variance=(s - 1) / P)])
    assert float(evaluate(derive(resolvent(w), broken), {**POINT, s: "1/2"}).value) == pytest.approx(ALONE)
    with pytest.raises(InputError, match="variance"):
        evaluate(derive(resolvent(x), broken), {**POINT, s: "1/2"})


@pytest.mark.parametrize("simulation", [False, True])
def test_checks_ask_for_nothing_else(simulation: bool) -> None:
    result = derived({A: PowerLaw(alpha, scale), D: Eigenvalues.of([1] * 30)})
    assert all(one.passed for one in checks(result, simulation=simulation, seconds=1.0))


def test_contents() -> None:
    contents = contents_of(resolvent(x), Model(FIELDS, {A: PowerLaw(alpha, scale), B: PowerLaw()}))
    assert [one.name for one in contents.fields] == ["x"]
    assert contents.matrices == (A,)
    assert contents.symbols == {M, P, gamma, s, alpha, scale}
