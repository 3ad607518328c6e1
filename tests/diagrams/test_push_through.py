"""Pushing through changes how a matrix is written, and not the matrix: against numpy, at finite sizes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray
from sympy import Expr, Identity, MatrixExpr, MatrixSymbol, symbols

from planaria.diagrams import Gaussian, Model
from planaria.diagrams.expressions.expression import (
    Diagonal,
    Inversion,
    Letter,
    Node,
    Product,
    Setting,
    Sum,
    prepare,
    read,
)
from planaria.diagrams.expressions.push_through import letters_in, pushed_through

N, P, M, C = symbols("N P M C", positive=True)
gamma, b = symbols("gamma b", positive=True)
x, u, w, n = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M), MatrixSymbol("w", C, M), MatrixSymbol("n", N, P)
Lambda = MatrixSymbol("Lambda", M, M)
MODEL = Model([Gaussian(x), Gaussian(u), Gaussian(w), Gaussian(n)])
SIZES = {N: 3, P: 4, M: 5, C: 2}
Array = NDArray[np.float64]

phi = u * x
Q = (gamma * Identity(P) + phi.T * phi).inv()
q = (gamma * Identity(N) + b * phi * phi.T).inv()
mixed = phi + b * n
K = (gamma * Identity(P) + mixed.T * mixed).inv()
weighted = (gamma * Identity(M) + x * x.T * Lambda).inv()
coloured = (Lambda + x * x.T).inv()


def matrix(node: Node, fields: Mapping[int, Array], values: Mapping[Expr, float], setting: Setting) -> Array:
    """The matrix that a tree says, for drawn fields; Lambda has the eigenvalues 1, 2, 3, ..."""
    match node:
        case Diagonal(space=space, value=value):
            spectra = {symbol: [float(k) for k in range(1, SIZES[space] + 1)] for _, symbol in setting.matrices}
            points = [
                {**values, **{symbol: one[k] for symbol, one in spectra.items()}} for k in range(SIZES[space])
            ]
            return np.diag([float(value.evaluate(point, 1.0)) for point in points])
        case Letter(field=field, transposed=transposed):
            return fields[field].T if transposed else fields[field]
        case Sum(terms=terms):
            return np.sum([matrix(one, fields, values, setting) for one in terms], axis=0)
        case Product(factors=factors):
            product = np.eye(SIZES[node.rows])
            for one in factors:
                product = product @ matrix(one, fields, values, setting)
            return product
        case Inversion(argument=argument):
            return np.linalg.inv(matrix(argument, fields, values, setting))


@pytest.mark.parametrize(
    ("expression", "everywhere", "letters"),
    [
        (w * x * Q * phi.T * u - w, False, 5),  # the error: w and one inverse
        (Identity(M) - b * x * x.T * u.T * q * u, False, 4),
        (x * Q * phi.T * u - Identity(M), False, 4),
        (Q * phi.T * phi - Identity(P), False, 4),
        (w * x * K * mixed.T * mixed - w * x, False, 8),
        (Identity(M) - x * x.T * Lambda * weighted, False, 2),
        (x * Q * phi.T * u * (x * Q * phi.T * u - Identity(M)), False, 12),
        (x * Q * phi.T * u * x, True, 5),
        (x * Q * phi.T * u, False, None),  # the 1 stays
        (x * Q * phi.T * u - 2 * Identity(M), False, None),
        (w * x * x.T + w, False, None),  # a common factor alone
        (x.T * coloured * x - Identity(P), False, None),  # its constant is no scalar
        (Q * phi.T, True, None),
    ],
)
def test_the_matrix_is_the_same(expression: MatrixExpr, everywhere: bool, letters: int | None) -> None:
    setting = prepare([expression], MODEL)
    node = read(expression, setting)
    pushed = pushed_through(node, setting, everywhere=everywhere)
    if letters is None:
        assert pushed is node
    else:
        assert letters_in(pushed) == letters < letters_in(node)
    source = np.random.default_rng(3)
    fields = {
        k: source.normal(size=tuple(SIZES[one] for one in field.shape)) for k, field in enumerate(MODEL.fields)
    }
    values: dict[Expr, float] = {gamma: 0.7, b: 1.3}
    one, other = (matrix(tree, fields, values, setting) for tree in (node, pushed))
    assert np.allclose(one, other, rtol=1e-10, atol=1e-10)
    assert one.shape == (SIZES[node.rows], SIZES[node.cols])
