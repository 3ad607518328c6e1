"""Fields that are integrated out: a quadratic form in numbers decides."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import Expr, Identity, MatrixSymbol, Trace, symbols

from planaria.diagrams import Gaussian, Model
from planaria.diagrams.duality.integrating_out import average_spectators
from planaria.ensembles.library import load_model
from planaria.ensembles.spectra import PowerLaw

from .conftest import MODEL, TEACHER, C, Lambda, M, N, P, Q, R, gamma, number, phi, q, sigma, u, w, x

SIZES = {N: 3, P: 4, M: 2, C: 2}


def sample(seed: int) -> dict[object, object]:
    source = np.random.default_rng(seed)
    values: dict[object, object] = {**SIZES, gamma: 0.7, sigma: 1.3, Lambda: np.diag([1.5, 0.4])}
    for matrix in (x, u, w):
        rows, cols = (SIZES[space] for space in matrix.shape)
        values[matrix] = source.normal(size=(rows, cols))
    return values


def averaged_over_teacher(expression: Expr, values: dict[object, object], variance: float) -> float:
    """E of a form of degree two in w with independent entries: its value at zero and on a basis."""
    zero = np.zeros((SIZES[C], SIZES[M]))
    bare = number(expression, {**values, w: zero})
    total = bare
    for k in range(zero.size):
        basis = zero.copy()
        basis.flat[k] = 1
        total += variance * (number(expression, {**values, w: basis}) - bare)
    return float(total)


@pytest.mark.parametrize(
    "expression",
    [
        TEACHER,
        Trace(w * Lambda * w.T) * gamma,
        Trace((w * x * phi.T - w * u.T) * q * (phi * x.T * w.T - 2 * u * w.T)),
        Trace(w.T * w * R),
        3 * Trace(R) + Trace(w * R * w.T),
    ],
)
def test_the_average_over_a_teacher(expression: Expr) -> None:
    averaged = average_spectators(expression, MODEL)
    assert averaged.spectators == ("w",)
    assert not averaged.expression.has(w)
    values = sample(1)
    expected = averaged_over_teacher(expression, values, 1 / SIZES[M])
    assert number(averaged.expression, values) == pytest.approx(expected, rel=1e-12)


def test_a_lone_letter_has_no_expectation() -> None:
    square = MatrixSymbol("s", M, M)
    model = Model([*MODEL.fields, Gaussian(square)])
    averaged = average_spectators(Trace(square * R) + Trace(R), model)
    assert averaged.spectators == ("s",)
    assert number(averaged.expression, sample(5)) == pytest.approx(number(Trace(R), sample(5)), rel=1e-12)


@pytest.mark.parametrize(
    "expression",
    [
        Trace(q),
        Trace(w * R * w.T * w * w.T),  # four letters
        Trace((gamma * Identity(C) + w * w.T).inv()),  # in an inverse
        Trace(w * R * w.T * w * Lambda * w.T),
    ],
)
def test_what_is_no_spectator_stays(expression: Expr) -> None:
    averaged = average_spectators(expression, Model([*MODEL.fields]))
    assert averaged.expression == expression
    assert averaged.spectators == ()


def test_two_random_sides_stay() -> None:
    """E tr(s A s^T B) is a product of two random traces."""
    square = MatrixSymbol("s", M, P)
    model = Model([*MODEL.fields, Gaussian(square)])
    expression = Trace(square * Q * square.T * R)
    assert average_spectators(expression, model).spectators == ()


def test_a_square_real_field_stays() -> None:
    """It also contracts with itself untransposed: E tr(s A s^T) then is the same, but E tr(s A s B) is not."""
    square = MatrixSymbol("s", M, M)
    model = Model([*MODEL.fields, Gaussian(square)])
    assert average_spectators(Trace(square * R * square), model).spectators == ()


@pytest.mark.parametrize(
    ("kind", "expression"),
    [
        ("symmetric", lambda t: Trace(t * R * t)),
        ("symmetric", lambda t: Trace(t * R * t.T)),
        ("symmetric", lambda t: Trace(t * Lambda * t * R)),
        ("symmetric", lambda t: Trace(R * t.T * t) + Trace(R)),
    ],
)
def test_a_field_that_also_contracts_with_a_twist_stays(kind: str, expression: object) -> None:
    """E tr(S A S) = v tr A N + v tr A for symmetric S: a second, reversed trace beside the planar one."""
    square = MatrixSymbol("S", M, M)
    model = Model([*MODEL.fields, Gaussian(square, kind=kind)])  # type: ignore[arg-type]
    given = expression(square)  # type: ignore[operator]
    averaged = average_spectators(given, model)
    assert averaged.spectators == ()
    assert averaged.expression == given


@pytest.mark.parametrize("kind", ["hermitian", "complex"])
def test_a_field_without_a_twist_goes(kind: str) -> None:
    square = MatrixSymbol("S", M, M)
    model = Model([*MODEL.fields, Gaussian(square, kind=kind, variance=sigma)])  # type: ignore[arg-type]
    dagger = square if kind == "hermitian" else square.adjoint()
    averaged = average_spectators(Trace(square * R * dagger), model)
    assert averaged.spectators == ("S",)
    values = sample(4)
    assert number(averaged.expression, values) == pytest.approx(number(sigma * M * Trace(R), values), rel=1e-12)


def test_a_covariance_of_the_teacher_moves_inside() -> None:
    v = symbols("v", positive=True)
    model = Model([Gaussian(x), Gaussian(w, variance=v, cols=Lambda)], {Lambda: PowerLaw()})
    model = Model([*model.fields, Gaussian(u)])
    averaged = average_spectators(Trace(w * R * w.T), model)
    values = sample(2)
    values[v] = 0.9
    root = np.sqrt(values[Lambda])
    expected = SIZES[C] * 0.9 * np.trace(root @ number(R, values) @ root)
    assert number(averaged.expression, values) == pytest.approx(expected, rel=1e-12)


def test_both_teacher_and_noise_of_a_training_loss() -> None:
    file = load_model("random-features")
    averaged = average_spectators(file.quantity("training_loss").expression, file.model)
    assert averaged.spectators == ("w", "eps")
