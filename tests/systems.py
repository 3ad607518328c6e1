"""Small systems that several tests share: Schwinger-Dyson equations that can be written down by hand."""

from __future__ import annotations

from sympy import Expr, Identity, MatrixSymbol, Trace, symbols

from planaria.derivations.equations.equal_loops import schwinger_dyson
from planaria.derivations.equations.schwinger_dyson import STRENGTH, SchwingerDyson
from planaria.diagrams import Gaussian, Model
from planaria.diagrams.expressions.expression import prepare, read
from planaria.diagrams.rules.pencil import FeynmanRules, linearise

N, P, M = symbols("N P M", positive=True)
gamma, s = symbols("gamma sigma", positive=True)
x, y, u = MatrixSymbol("x", N, P), MatrixSymbol("y", N, P), MatrixSymbol("u", N, M)
z = MatrixSymbol("z", M, P)
Lambda = MatrixSymbol("Lambda", N, N)
Omega = MatrixSymbol("Omega", N, N)

PLAIN = Model([Gaussian(x, variance=1 / P)])
CORRELATED = Model([Gaussian(x, variance=1 / P, rows=Lambda)])
TWO = Model([Gaussian(x, variance=1 / P), Gaussian(y, variance=s / P)])
FEATURES = Model([Gaussian(u, variance=s**2 / M), Gaussian(z)])

q = (gamma * Identity(N) + x * x.T).inv()
features = (gamma * Identity(N) + u * z * z.T * u.T).inv()


def rules_of(*expressions: Expr, model: Model) -> FeynmanRules:
    """The Feynman rules of matrix expressions, the strength of the fields among the scalars."""
    setting = prepare([Trace(one) for one in expressions], model, extra=[STRENGTH])
    return linearise([read(one, setting) for one in expressions], setting)


def system_of(*expressions: Expr, model: Model) -> SchwingerDyson:
    """The Schwinger-Dyson system of matrix expressions."""
    return schwinger_dyson(rules_of(*expressions, model=model))
