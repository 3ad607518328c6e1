"""What the tests of dualities share: a model by heart, and numbers from numpy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sympy import (
    Add,
    Expr,
    Identity,
    Inverse,
    MatAdd,
    MatMul,
    MatPow,
    MatrixSymbol,
    Mul,
    Pow,
    Symbol,
    Trace,
    Transpose,
    symbols,
)

from planaria.diagrams import Gaussian, Model

N, P, M, C = symbols("N P M C", positive=True)
gamma, sigma = symbols("gamma sigma", positive=True)
x, u, w = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M), MatrixSymbol("w", C, M)
Lambda, B = MatrixSymbol("Lambda", M, M), MatrixSymbol("B", M, M)
phi = u * x
q = (gamma * Identity(N) + phi * phi.T).inv()
Q = (gamma * Identity(P) + phi.T * phi).inv()
R = Identity(M) - x * Q * phi.T * u
LOSS = Trace(R * Lambda * R.T)
NOISE = Trace(Q * phi.T * u * Lambda * u.T * phi * Q)
TEACHER = Trace(w * R * Lambda * R.T * w.T)
MODEL = Model([Gaussian(x, rows=Lambda), Gaussian(u, variance=sigma**2 / M), Gaussian(w, variance=1 / M)])
CORRELATED = Model([Gaussian(x, rows=Lambda), Gaussian(u, variance=sigma**2 / M, cols=B)])


def number(expression: Expr, values: Mapping[Any, Any]) -> Any:
    """A scalar or a matrix expression at numbers and numpy arrays; shares nothing with the package."""
    match expression:
        case MatrixSymbol() | Symbol():
            return values[expression]
        case Identity():
            return np.eye(int(values[expression.shape[0]]))
        case Trace():
            return np.trace(number(expression.arg, values))
        case Transpose():
            return number(expression.arg, values).T
        case Inverse():
            return np.linalg.inv(number(expression.arg, values))
        case MatPow() if expression.exp.is_Integer:
            return np.linalg.matrix_power(number(expression.base, values), int(expression.exp))
        case Add() | MatAdd():
            return sum(number(one, values) for one in expression.args)
        case Mul() | MatMul():
            product: Any = 1.0
            for one in expression.args:
                factor = number(one, values)
                both = np.ndim(product) == 2 and np.ndim(factor) == 2
                product = product @ factor if both else product * factor
            return product
        case Pow():
            return number(expression.base, values) ** number(expression.exp, values)
        case _:
            return float(expression)
