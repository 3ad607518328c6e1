"""Antisymmetric and elliptic fields in numbers: closed forms of the literature, drawn matrices, and the ladder."""

from __future__ import annotations

from math import sqrt
from typing import Any

import pytest
from sympy import Expr, Identity, MatrixSymbol, Rational, Symbol, Trace, symbols

from planaria.algebra.errors import InputError
from planaria.derivations import derive
from planaria.diagrams import Gaussian, Model
from planaria.ensembles.evidence import Outcome
from planaria.ensembles.text.model_file import read_model
from planaria.numerics import evaluate, evaluate_array
from planaria.numerics.evidence.checks import checks
from planaria.numerics.simulation.simulate import simulate
from planaria.numerics.simulation.stretching import correction_power

N, P, gamma = symbols("N P gamma", positive=True)
rho = Symbol("rho", real=True)
X, Y, u = MatrixSymbol("X", N, N), MatrixSymbol("Y", N, N), MatrixSymbol("u", N, P)
ONE = Identity(N)
KINDS = ("antisymmetric", "elliptic", "real-elliptic")


def field(kind: str, symbol: MatrixSymbol = X, **more: Any) -> Gaussian:
    own = {} if kind == "antisymmetric" else {"rho": rho}
    return Gaussian(symbol, variance=1 / N, kind=kind, **own, **more)


def value(expression: Expr, model: Model, **numbers: Any) -> float:
    return float(evaluate(derive(expression, model), {"N": 40, **numbers}, digits=20).value)


@pytest.mark.parametrize("kind", ["elliptic", "real-elliptic"])
@pytest.mark.parametrize("correlation", [-0.7, 0.4])
def test_the_resolvent_of_an_elliptic_matrix(kind: str, correlation: float) -> None:
    """rho g^2 - gamma g + 1 = 0 outside of the ellipse, whose half axis is 1 + rho."""
    found = value(Trace((gamma * ONE - X).inv()) / N, Model([field(kind)]), gamma=2, rho=correlation)
    assert found == pytest.approx((2 - sqrt(4 - 4 * correlation)) / (2 * correlation), rel=1e-12)


@pytest.mark.parametrize("kind", ["elliptic", "real-elliptic"])
def test_x_times_its_adjoint_does_not_know_the_correlation(kind: str) -> None:
    found = value(Trace((gamma * ONE + X * X.adjoint()).inv()) / N, Model([field(kind)]), gamma=3, rho=0.5)
    assert found == pytest.approx((sqrt(21) - 3) / 6, rel=1e-12)


def test_the_square_of_an_antisymmetric_matrix() -> None:
    model = Model([field("antisymmetric")])
    for matrix in (gamma * ONE + X * X.T, gamma * ONE - X * X):
        assert value(Trace(matrix.inv()) / N, model, gamma=3) == pytest.approx((sqrt(21) - 3) / 6, rel=1e-12)
    # The mean of 1/(gamma - i s) over a semicircle.
    lone = value(Trace((gamma * ONE - X).inv()) / N, model, gamma=3)
    assert lone == pytest.approx((sqrt(13) - 3) / 2, rel=1e-12)


@pytest.mark.parametrize("correlation", [-0.5, 0.5])
def test_a_point_in_the_spectrum_is_refused(correlation: float) -> None:
    """X + X^T is symmetric with the edge 2 sqrt(2 (1 + rho)): the rungs of X and X^T act together."""
    edge = 2 * sqrt(2 * (1 + correlation))
    model = Model([field("real-elliptic")])
    derivation = derive(Trace((gamma * ONE - X - X.T).inv()) / N, model)
    outside = evaluate(derivation, {"N": 40, "gamma": 1.03 * edge, "rho": correlation})
    assert outside.status == "verified"
    with pytest.raises(InputError):
        evaluate(derivation, {"N": 40, "gamma": 0.97 * edge, "rho": correlation})


@pytest.mark.parametrize("kind", ["elliptic", "real-elliptic"])
def test_a_point_in_the_ellipse_is_refused(kind: str) -> None:
    derivation = derive(Trace((gamma * ONE - X).inv()) / N, Model([field(kind)]))
    assert evaluate(derivation, {"N": 40, "gamma": 1.55, "rho": 0.5}).status == "verified"
    with pytest.raises(InputError):
        evaluate(derivation, {"N": 40, "gamma": 1.45, "rho": 0.5})


@pytest.mark.parametrize("kind", KINDS)
def test_derivations_agree_with_drawn_matrices(kind: str) -> None:
    """Two fields, one of them between two others, with a covariance-like pair: no closed form is known here."""
    model = Model([field(kind), field(kind, Y), Gaussian(u, variance=1 / N)])
    adjoint = X.adjoint() if kind == "elliptic" else X.T
    matrix = (
        gamma * ONE + u * u.T + X * u * u.T * adjoint + (X * Y + Y.T * adjoint if kind != "elliptic" else X * X)
    )
    quantity = Trace(matrix.inv()) / N
    numbers = {"P": 20, "gamma": 6} | ({} if kind == "antisymmetric" else {"rho": 0.6})
    planar = value(quantity, model, **numbers)
    at = {N: 120, P: 60, gamma: 6.0, rho: 0.6}
    drawn = simulate({"q": quantity}, model, at, runs=60, seed=3)["q"]
    mean = drawn.mean.real
    assert abs(mean - planar) < 5 * drawn.standard_error + 0.3 * planar / 120


@pytest.mark.parametrize("kind", KINDS)
def test_every_check_passes(kind: str) -> None:
    derivation = derive(Trace((gamma * ONE - X - X * X).inv()) / N, Model([field(kind)]))
    found = [one.outcome for one in checks(derivation, simulation=False)]
    assert found
    assert all(one is Outcome.PASSED for one in found)


@pytest.mark.parametrize("outside", [-1.5, 1.01])
def test_a_correlation_out_of_range_is_refused(outside: float) -> None:
    model = Model([field("elliptic")])
    derivation = derive(Trace((gamma * ONE - X).inv()) / N, model)
    with pytest.raises(InputError, match="rho"):
        evaluate(derivation, {"N": 40, "gamma": 3, "rho": outside})
    with pytest.raises(InputError, match="rho"):
        simulate({"q": Trace(X * X)}, model, {N: 4, rho: outside}, runs=2)


def test_what_corrections_are_a_series_in() -> None:
    assert correction_power(Trace(X * X.adjoint()), Model([field("elliptic")])) == 2
    assert correction_power(Trace(X * X.T), Model([field("elliptic")])) == 1
    assert correction_power(Trace(X * X.T), Model([field("real-elliptic")])) == 1
    assert correction_power(Trace(X * X.T), Model([field("antisymmetric")])) == 1


FILE = """
[spaces]
N = "size"
[parameters]
gamma = "ridge"
rho = { about = "correlation", sign = "any" }
[fields]
X = { shape = ["N", "N"], kind = "elliptic", rho = "rho", variance = "1/N" }
Y = { shape = ["N", "N"], kind = "real-elliptic", rho = -0.5 }
Z = { shape = ["N", "N"], kind = "antisymmetric" }
[quantities]
resolvent = "tr(inv(gamma*I(N) - X))/N"
"""


def test_a_model_file_says_the_same() -> None:
    file = read_model(FILE, "laws", "laws.toml")
    wanted = (
        Gaussian(X, variance=1 / N, kind="elliptic", rho=rho),
        Gaussian(Y, kind="real-elliptic", rho=Rational(-1, 2)),
        Gaussian(MatrixSymbol("Z", N, N), kind="antisymmetric"),
    )
    assert file.model.fields == wanted
    found = value(file.quantity("resolvent").expression, file.model, gamma=3, rho=-0.5)
    assert found == pytest.approx((sqrt(9 + 2) - 3), rel=1e-12)
    for old, new, problem in (
        ('rho = "rho", variance', "variance", "it has no rho"),
        ('rho = "rho", variance', "rho = 3, variance", "rho is 3"),
        ('kind = "antisymmetric"', 'kind = "antisymmetric", rho = 1', "rho"),
        ('sign = "any"', 'sign = "some"', "the sign"),
    ):
        with pytest.raises(InputError, match=problem):
            read_model(FILE.replace(old, new), "laws", "laws.toml")


def test_a_correlation_of_any_sign_and_none() -> None:
    rho, z = Symbol("rho", real=True), Symbol("z", positive=True)
    size = Symbol("n", positive=True)
    X = MatrixSymbol("X", size, size)
    law = Model([Gaussian(X, variance=1 / size, kind="elliptic", rho=rho)])
    result = derive(Trace((z * Identity(size) - X).inv()) / size, law)
    # z g = 1 + rho g^2
    values = [-0.5, 0.0, 0.3]
    expected = [(3 - (9 - 4 * r) ** 0.5) / (2 * r) if r else 1 / 3 for r in values]
    at = {"n": 4, "z": 3}
    assert evaluate_array(result, {**at, "rho": values}) == pytest.approx(expected)
    assert [float(evaluate(result, {**at, "rho": r}).value) for r in values] == pytest.approx(expected)
