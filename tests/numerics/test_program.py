"""Programs against a direct evaluation in numpy, node by node as it is written, with its own rounding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sympy import (
    Add,
    Expr,
    Identity,
    MatAdd,
    MatMul,
    MatPow,
    MatrixExpr,
    MatrixSymbol,
    Mul,
    Pow,
    Trace,
    Transpose,
    ZeroMatrix,
    conjugate,
    symbols,
)
from sympy.matrices.expressions import Adjoint

from planaria.algebra.errors import InputError
from planaria.ensembles.library import load_model
from planaria.ensembles.model import Gaussian
from planaria.numerics.simulation import simulate as simulation
from planaria.numerics.simulation.finite_size import Evaluator
from planaria.numerics.simulation.program import DIAGONAL, Program, compiled, trait_of
from planaria.numerics.simulation.words import Trait

N, P, M, GAMMA, S = symbols("N P M gamma s", positive=True)
SIZES = {N: 3, P: 7, M: 5}
SCALARS = {**SIZES, GAMMA: 1.5, S: -0.75}
COMPLEX = {**SCALARS, S: 0.5 - 1j}  # though it was declared positive
KINDS: dict[str, tuple[Any, Any, str]] = {
    "x": (M, P, "real"),
    "u": (N, M, "real"),
    "c": (N, P, "complex"),
    "h": (M, M, "hermitian"),
    "s": (P, P, "symmetric"),
    "a": (M, M, "antisymmetric"),
    "e": (N, N, "real"),
    "z": (P, P, "complex"),
}
FIELDS = {name: Gaussian(MatrixSymbol(name, r, c), kind=kind) for name, (r, c, kind) in KINDS.items()}
LAMBDA, OMEGA = MatrixSymbol("Lambda", M, M), MatrixSymbol("Omega", P, P)
EPS = 2.0**-52


def drawn(seed: int) -> tuple[dict[Any, Any], dict[Any, Any], dict[Any, Trait]]:
    """Drawn matrices, diagonal ones, and what is known of each."""
    rng = np.random.default_rng(seed)
    fixed = {LAMBDA: rng.uniform(0.2, 2, 5), OMEGA: rng.uniform(0.2, 2, 7)}
    matrices, traits = {}, dict.fromkeys(fixed, DIAGONAL)
    for field in FIELDS.values():
        shape = SIZES[field.symbol.rows], SIZES[field.symbol.cols]
        matrices[field.symbol] = field.law.sample(rng, shape, {})
        sample = field.law.sample(rng, (3, 3), {})
        traits[field.symbol] = trait_of(sample, is_square=field.law.is_square)
    return matrices, fixed, traits


def program(expression: Expr, seed: int) -> tuple[Program, dict[Any, Any], dict[Any, Any]]:
    matrices, fixed, traits = drawn(seed)
    full = {**scalars_of(seed), **matrices, **{matrix: np.diag(entries) for matrix, entries in fixed.items()}}
    return compiled([expression], Evaluator(fixed, scalars_of(seed)), traits), matrices, full


def scalars_of(seed: int) -> dict[Any, Any]:
    return COMPLEX if seed % 2 else SCALARS


def directly(node: Any, matrices: Mapping[Any, Any]) -> tuple[Any, float]:
    """The value as written, and a bound on its rounding: norms of what is added, multiplied and inverted."""
    if isinstance(node, MatrixSymbol):
        return matrices[node], 0.0
    if isinstance(node, Identity):
        return np.eye(SIZES[node.rows]), 0.0
    if isinstance(node, ZeroMatrix):
        return np.zeros([SIZES[space] for space in node.shape]), 0.0
    if not node.args or not node.has(MatrixSymbol, Identity, ZeroMatrix):
        value = complex(node.subs({symbol: matrices[symbol] for symbol in node.free_symbols}))
        return value, EPS * abs(value)
    if isinstance(node, MatPow):
        value, error = directly(node.base, matrices)
        if node.exp < 0:
            inverse = np.linalg.inv(value)
            size = np.linalg.norm(inverse)
            value, error = inverse, size**2 * (error + 10 * EPS * np.linalg.norm(value))
        size = max(np.linalg.norm(value), 1.0)
        power = abs(int(node.exp))
        return np.linalg.matrix_power(value, power), power * size ** (power - 1) * (error + 10 * EPS * size)
    if isinstance(node, Pow):
        (value, error), power = directly(node.base, matrices), int(node.exp)
        return value**power, power * max(abs(value), 1) ** (power - 1) * (error + EPS * abs(value))
    parts = [directly(one, matrices) for one in node.args]
    values, errors = [value for value, _ in parts], [error for _, error in parts]
    if isinstance(node, (MatAdd, Add)):
        return sum(values[1:], start=values[0]), sum(errors) + EPS * sum(map(np.linalg.norm, values))
    if isinstance(node, (MatMul, Mul)):
        product, error = parts[0]
        for value, other in parts[1:]:
            sizes = np.linalg.norm(product), np.linalg.norm(value)
            error = error * sizes[1] + sizes[0] * other + 10 * EPS * sizes[0] * sizes[1]
            product = product @ value if np.ndim(product) and np.ndim(value) else product * value
        return product, error
    (value,), (error,) = values, errors
    match node:
        case Trace():
            return np.trace(value), 3 * error + EPS * np.linalg.norm(value)
        case Adjoint() | conjugate():
            return value.conj().T, error
        case _:
            assert isinstance(node, Transpose)
            return value.T, error


@st.composite
def matrix(draw: Any, rows: Any, cols: Any, depth: int) -> MatrixExpr:
    kinds = ["leaf", "leaf", "turned"] + (["sum", "product", "product"] if depth else [])
    if rows == cols:
        kinds += ["inverse", "inverse", "power"] if depth else []
    match draw(st.sampled_from(kinds)):
        case "turned":
            return draw(st.sampled_from([lambda one: one.T, Adjoint]))(draw(matrix(cols, rows, max(depth - 1, 0))))
        case "sum":
            one, other = (draw(matrix(rows, cols, depth - 1)) for _ in range(2))
            return draw(st.sampled_from([1, S, 2, GAMMA, -1])) * one + other
        case "product":
            middle = draw(st.sampled_from([N, P, M]))
            return draw(matrix(rows, middle, depth - 1)) * draw(matrix(middle, cols, depth - 1))
        case "inverse":
            inner = draw(matrix(rows, draw(st.sampled_from([N, P, M])), depth - 1))
            under = draw(st.sampled_from([GAMMA, GAMMA, GAMMA - 4, S])) * Identity(rows)
            inverse = (
                under + draw(st.sampled_from([1, 1, S])) * inner * draw(st.sampled_from([inner.T, Adjoint(inner)]))
            ).inv()
            beside = draw(st.sampled_from(["alone", "before", "after", "square"]))
            if beside == "before":  # what a push-through needs
                return inverse * inner * draw(matrix(inner.cols, cols, 0))
            if beside == "after":
                return draw(matrix(rows, inner.cols, 0)) * inner.T * inverse
            return inverse * inverse if beside == "square" else inverse
        case "power":
            return draw(matrix(rows, cols, depth - 1)) ** draw(st.integers(2, 5))
    leaves: list[MatrixExpr] = [one.symbol for one in FIELDS.values() if one.symbol.shape == (rows, cols)]
    leaves += [one.symbol.T for one in FIELDS.values() if one.symbol.shape == (cols, rows)]
    leaves += [one for one in (LAMBDA, OMEGA) if one.shape == (rows, cols)]
    return draw(st.sampled_from(leaves))


@st.composite
def quantity(draw: Any) -> Expr:
    space = draw(st.sampled_from([N, P, M]))
    found: Expr = Trace(draw(matrix(space, space, draw(st.integers(1, 4))))) / draw(st.sampled_from([1, N]))
    if draw(st.booleans()):
        found = found * Trace(draw(matrix(M, M, 1))) + Trace(Trace(draw(matrix(N, N, 1))) * draw(matrix(P, P, 1)))
    return found


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(quantity(), st.integers(0, 20))
def test_a_program_is_what_is_written(expression: Expr, seed: int) -> None:
    made, matrices, full = program(expression, seed)
    expected, error = directly(expression, full)
    if not 1e3 * error < 1e-3 * max(abs(expected), 1):  # ill-conditioned: nothing to hold it to
        return
    (found,) = made.values(matrices)
    assert abs(found - expected) <= 1e3 * error + 1e-13 * abs(expected), expression


def test_an_inverse_goes_to_the_smaller_side() -> None:
    """No matrix of the large space is made, nor one of its samples: P and M are 1,000."""
    file = load_model("random-features")
    expression = file.quantity("loss").expression + file.quantity("gram_resolvent").expression
    point = {"N": 3, "P": 1000, "M": 300, "C": 1, "gamma": 0.1, "alpha": 1, "lambda_plus": 1}
    scales = {"sigma_u": 1, "sigma_w": 1, "sigma_eps": 1}
    plan = simulation._Plan.of({"q": expression}, file.model, {**point, **scales}, 0)
    draw = {one.field.symbol: one.sample(0, 0) for one in plan.samplers}
    results = plan.program.results(draw)
    assert max(np.size(one) for one in results if isinstance(one, np.ndarray)) == 300 * 1000  # x itself
    (found,) = plan.program.values(draw)
    x, u, w = (draw[field.symbol] for field in file.model.fields[:3])
    phi = u @ x
    theta = w @ x @ np.linalg.inv(0.1 * np.eye(1000) + phi.T @ phi) @ phi.T
    rest = theta @ u - w
    loss = np.sum(rest**2 * np.arange(1, 301) ** -2.0) / 2
    resolvent = np.sum(1 / (0.1 + np.linalg.eigvalsh(phi.T @ phi))) / 1000
    assert found == pytest.approx(loss + resolvent, rel=1e-9)


def test_no_push_through_without_a_bare_part() -> None:
    """inv(x.T*x) of a wide x is singular, whatever it multiplies."""
    x, y = MatrixSymbol("x", N, P), MatrixSymbol("y", N, P)
    wide = np.zeros((3, 7))
    wide[:, :3] = np.eye(3)
    made = compiled(
        [Trace((x.T * x).inv() * x.T * y)], Evaluator({}, SIZES), dict.fromkeys((x, y), Trait(is_real=True))
    )
    with pytest.raises(InputError, match="is singular; add a positive ridge"):
        made.values({x: wide, y: wide})


def test_each_part_is_made_once() -> None:
    x = MatrixSymbol("x", N, P)
    q = (GAMMA * Identity(N) + x * x.T).inv()
    made = compiled(
        [Trace(q * x * x.T * q.T) + Trace(q) + Trace(q * q)], Evaluator({}, SCALARS), {x: Trait(is_real=True)}
    )
    names = [type(one).__name__ for one in made.operations]
    assert names.count("Factorise") == 1
    assert made.operations[names.index("Factorise")].is_hermitian  # type: ignore[union-attr]


def test_the_order_is_that_of_least_work() -> None:
    """A row before two large squares is carried through them."""
    row, big = MatrixSymbol("r", 1, P), MatrixSymbol("b", P, P)
    other = MatrixSymbol("d", P, P)
    traits = {one: Trait(is_real=True) for one in (row, big, other)}
    made = compiled([Trace(row * big * other * big * row.T)], Evaluator({}, {P: 500}), traits)
    rng = np.random.default_rng(0)
    draw = {row: rng.normal(size=(1, 500)), big: rng.normal(size=(500, 500)), other: rng.normal(size=(500, 500))}
    (found,) = made.values(draw)
    assert found == pytest.approx(
        (draw[row] @ draw[big] @ draw[other] @ draw[big] @ draw[row].T).item(), rel=1e-10
    )
    results = made.results(draw)
    made_of = [
        np.shape(one)
        for one, operation in zip(results, made.operations, strict=True)
        if type(operation).__name__ == "Product"
    ]
    assert made_of
    assert all(1 in shape for shape in made_of)
