"""Expressions on given matrices, against numpy written by hand and against exact identities."""

from __future__ import annotations

import ast
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sympy import (
    Abs,
    Determinant,
    Dummy,
    Function,
    HadamardProduct,
    I,
    Identity,
    Integer,
    Inverse,
    MatPow,
    MatrixSymbol,
    Rational,
    Symbol,
    Trace,
    ZeroMatrix,
    conjugate,
    exp,
    im,
    log,
    pi,
    re,
    sqrt,
    symbols,
    zoo,
)
from sympy.matrices.expressions import Adjoint

from planaria.algebra.errors import InputError
from planaria.numerics.simulation import finite_size
from planaria.numerics.simulation.finite_size import Evaluator, evaluate_matrix

N, P, M, K = symbols("N P M K", positive=True)
GAMMA, S = symbols("gamma s", positive=True)
X, U = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
A, B, C = (MatrixSymbol(name, N, N) for name in "ABC")
LAMBDA = MatrixSymbol("Lambda", M, M)


@pytest.fixture
def square() -> dict[Any, Any]:
    rng = np.random.default_rng(7)
    return {A: rng.normal(size=(5, 5)), B: rng.normal(size=(5, 5)) + 1j * rng.normal(size=(5, 5))}


def features(n: int, p: int, m: int) -> dict[Any, Any]:
    rng = np.random.default_rng(3)
    spectrum = np.arange(1, m + 1) ** -1.8
    return {
        X: np.sqrt(spectrum)[:, None] * rng.normal(size=(m, p)),
        U: rng.normal(size=(n, m)) / math.sqrt(m),
        LAMBDA: np.diag(spectrum),
    }


def random_features_residual() -> Any:
    q = (GAMMA * Identity(N) + U * X * X.T * U.T).inv()
    return Identity(M) - X * X.T * U.T * q * U


def test_every_matrix_node(square: dict[Any, Any]) -> None:
    a, b = square[A], square[B]
    one = np.eye(5)
    cases = [
        (A + B, a + b),
        (2 * A * B - S * A, 2 * a @ b - 0.5 * a),
        (A + S * Identity(N), a + 0.5 * one),
        (Identity(N) * A * Identity(N), a),
        (A**3, a @ a @ a),
        (MatPow(A, 0), one),
        (A.inv(), np.linalg.inv(a)),
        (Inverse(A) * B, np.linalg.solve(a, b)),
        (A**-2, np.linalg.inv(a @ a)),
        (A.T, a.T),
        (Adjoint(B), b.conj().T),
        (A * B * A.T * B, a @ b @ a.T @ b),
        (Trace(A) * Identity(N) + A, np.trace(a) * one + a),
        (A + ZeroMatrix(N, N), a),
        (ZeroMatrix(N, 2), np.zeros((5, 2))),
        ((S * Identity(N)).inv(), 2 * one),
        (Identity(N), one),
    ]
    for expression, expected in cases:
        found = evaluate_matrix(expression, square, {S: 0.5})
        assert isinstance(found, np.ndarray)
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-11, err_msg=str(expression))


def test_every_scalar_node(square: dict[Any, Any]) -> None:
    a, b = square[A], square[B]
    ta, tb = float(np.trace(a)), complex(np.trace(b))
    cases = [
        (Trace(A), ta),
        (Trace(A * B), np.trace(a @ b)),
        (Trace(A + B), ta + tb),
        (Trace(2 * A + 3 * A * A * A), 2 * ta + 3 * np.trace(a @ a @ a)),
        (Trace(A.T * A) ** 2 / N, np.sum(a * a) ** 2 / 5),
        (Trace(Identity(N)), 5.0),
        (Trace(A**-2), np.trace(np.linalg.inv(a @ a))),
        (log(Trace(A * A.T)), math.log(np.sum(a * a))),
        (exp(-S) + sqrt(N) + Rational(1, 3) + pi, math.exp(-0.5) + math.sqrt(5) + 1 / 3 + math.pi),
        (conjugate(Trace(B)), tb.conjugate()),
        (re(Trace(B)) + I * im(Trace(B)), tb),
        (Abs(Trace(B)), abs(tb)),
        (sqrt(-S), 1j * math.sqrt(0.5)),
        (Trace(A) * Trace(B), ta * tb),
        (Integer(7), 7.0),
    ]
    for expression, expected in cases:
        found = evaluate_matrix(expression, square, {S: 0.5})
        assert isinstance(found, (float, complex))
        assert found == pytest.approx(expected, rel=1e-11), expression
    assert isinstance(evaluate_matrix(Trace(A), square, {}), float)


def test_push_through_on_both_sides() -> None:
    """The residual R three ways: physics of random features, exact at every size."""
    matrices = features(4, 6, 9)
    Q = (GAMMA * Identity(P) + (U * X).T * (U * X)).inv()
    ways = [
        random_features_residual(),
        Identity(M) - X * Q * (U * X).T * U,
        (Identity(M) + X * X.T * U.T * U / GAMMA).inv(),
    ]
    first, *others = (evaluate_matrix(way, matrices, {GAMMA: 0.3}) for way in ways)
    for other in others:
        np.testing.assert_allclose(other, first, rtol=0, atol=1e-10)
    q = (GAMMA * Identity(N) + U * X * X.T * U.T).inv()
    identity = Trace(Q) - P / GAMMA - Trace(q) + N / GAMMA
    assert evaluate_matrix(identity, matrices, {GAMMA: 0.3}) == pytest.approx(0, abs=1e-10)


def test_random_features_loss_against_plain_numpy() -> None:
    n, p, m, gamma = 12, 20, 50, 1e-3
    matrices = features(n, p, m)
    R = random_features_residual()
    x, u, spectrum = matrices[X], matrices[U], matrices[LAMBDA]
    phi = u @ x
    residual = np.eye(m) - x @ np.linalg.solve(gamma * np.eye(p) + phi.T @ phi, phi.T @ u)
    expected = np.trace(residual @ spectrum @ residual.T) / (2 * m)
    found = evaluate_matrix(Trace(R * LAMBDA * R.T) / (2 * M), matrices, {GAMMA: gamma})
    assert found == pytest.approx(expected, rel=1e-9)
    vector = {**matrices, LAMBDA: np.diagonal(spectrum)}
    assert evaluate_matrix(Trace(R * LAMBDA * R.T) / (2 * M), vector, {GAMMA: gamma}) == pytest.approx(
        expected, rel=1e-9
    )


def test_a_vector_is_a_diagonal_matrix(square: dict[Any, Any]) -> None:
    d = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    expressions = [C, C.inv(), C**-2, A * C, C * A, C * C, A * C * A, A + C, C + C, C.T, Adjoint(C)]
    for expression in [*expressions, Trace(C), Trace(C * C), Trace(A * C), Trace(C * A)]:
        thin = evaluate_matrix(expression, {**square, C: d}, {})
        full = evaluate_matrix(expression, {**square, C: np.diag(d)}, {})
        np.testing.assert_allclose(thin, full, rtol=1e-12, atol=1e-12, err_msg=str(expression))
        assert np.shape(thin) == np.shape(full)


def test_common_subexpressions_are_inverted_once(square: dict[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    inverse = np.linalg.inv
    monkeypatch.setattr(finite_size.np.linalg, "inv", lambda matrix: calls.append(1) or inverse(matrix))
    q = (Identity(N) + A * A.T).inv()
    draw = Evaluator(square, {})
    draw.value(Trace(q * A * q) + Trace(q) + Trace(q**2))
    draw.value(Trace(q * A))
    assert len(calls) == 1


def test_results_do_not_alias_the_input(square: dict[Any, Any]) -> None:
    before = square[A].copy()
    found = evaluate_matrix(A, square, {})
    assert isinstance(found, np.ndarray)
    found[:] = 0
    np.testing.assert_array_equal(square[A], before)


@pytest.mark.parametrize("value", [0.5, Rational(1, 2), "0.5", np.float64(0.5), 0.5 + 0j])
def test_kinds_of_numbers(value: Any) -> None:
    found = evaluate_matrix(S * Trace(Identity(2)), {}, {S: value})
    assert found == 1.0
    assert isinstance(found, float)


def test_a_dimension_that_no_matrix_has() -> None:
    assert evaluate_matrix(Trace(Identity(K)), {}, {K: 4}) == 4.0


RECTANGLE = MatrixSymbol("r", N, P)
FIXED = MatrixSymbol("t", 2, 2)


@pytest.mark.parametrize(
    ("expression", "matrices", "scalars", "message"),
    [
        (Trace(A), {}, {}, "the matrix A has no value; give A a value"),
        (S * Trace(Identity(2)), {}, {}, "the symbol s has no value"),
        (S, {}, {Symbol("s"): 1}, "'s' is given, but is no such symbol"),
        (Identity(K), {}, {}, "the symbol K has no value"),
        (Identity(K), {}, {K: 2.5}, "K is 2.5, not an integer"),
        (Identity(K), {}, {K: 0}, "the dimension K is 0"),
        (A**K, {A: np.eye(2)}, {K: 0.5}, "K is 0.5, not an integer"),
        (Determinant(A), {A: np.eye(2)}, {}, "is a Determinant, which has no value on matrices"),
        (HadamardProduct(A, B), {A: np.eye(2), B: np.eye(2)}, {}, "is a HadamardProduct"),
        (A[0, 0], {A: np.eye(2)}, {}, "is a MatrixElement"),
        (Function("f")(S), {}, {S: 1}, "the function f has no value"),
        (A.inv(), {A: np.zeros((2, 2))}, {}, "the matrix A is singular; add a positive ridge"),
        (A.inv(), {A: np.array([1.0, 0.0])}, {}, "the matrix A is singular"),
        (1 / (S - 1), {}, {S: 1}, "divides by zero or overflows"),
        (S**1000, {}, {S: 1e10}, "divides by zero or overflows"),
        (log(S - 1), {}, {S: 1}, "divides by zero or overflows"),
        (zoo, {}, {}, "zoo is a ComplexInfinity, which has no value"),
        (S, {}, {S: float("nan")}, "nan is no finite number in the range of a float"),
        (S, {}, {S: True}, "True is not a finite number"),
        (Trace(A), {A: np.ones((2, 3))}, {}, "matrix A: its value has the length 3 where N is 2"),
        (Trace(A), {A: np.eye(2)}, {N: 3}, "matrix A: its value has the length 2 where N is 3"),
        (Trace(A), {A: np.eye(2), RECTANGLE: np.ones((3, 2))}, {}, "matrix r: its value has the length 3"),
        (Trace(A), {A: np.ones((2, 2, 2))}, {}, "3 dimensions"),
        (Trace(A), {A: np.array([["a"]])}, {}, "the type <U1"),
        (Trace(FIXED), {FIXED: np.eye(3)}, {}, "matrix t: its value has the length 3 where 2 is 2"),
    ],
)
def test_bad_input(expression: Any, matrices: Any, scalars: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        evaluate_matrix(expression, matrices, scalars)
    assert message in str(caught.value)


def test_symbols_are_told_apart_by_identity() -> None:
    mine, other = Dummy("t"), Dummy("t")
    assert evaluate_matrix(mine - other, {}, {mine: 3, other: 1}) == 2.0


@pytest.mark.parametrize(
    "module",
    [
        "finite_size.py",
        "simulate.py",
        "draws.py",
        "words.py",
        "order.py",
        "operations.py",
        "program.py",
        "scalars.py",
        "workers.py",
        "../spectra.py",
        "../functions_of_position.py",
    ],
)
def test_the_oracle_shares_no_code_with_what_it_checks(module: str) -> None:
    file = Path(finite_size.__file__).parent / module
    tree = ast.parse(file.read_text(encoding="utf-8"))
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    ours = {name for name in modules if name.startswith("planaria")}
    models = {
        f"planaria.ensembles.{name}" for name in ("model", "spectra", "files", "ranges", "text.log_determinant")
    }
    if module == "simulate.py":  # how it is asked, and what holds its answer; no number comes from there
        models |= {"planaria.ensembles.question", "planaria.ensembles.estimate"}
    assert ours <= models | {
        "planaria.algebra.errors",
        "planaria.algebra.values",
        "planaria.numerics.functions_of_position",
        "planaria.numerics.given_spectra",
        "planaria.numerics.methods.memo",  # keeps results, and makes none
        "planaria.numerics.simulation.draws",
        "planaria.numerics.simulation.finite_size",
        *(
            f"planaria.numerics.simulation.{name}"
            for name in ("words", "order", "operations", "program", "scalars", "workers")
        ),
        "planaria.numerics.spectra",
    }
