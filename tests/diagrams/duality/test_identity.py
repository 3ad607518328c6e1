"""The zero test of noncommutative rational functions against free words and against matrices."""

from __future__ import annotations

import pytest
from sympy import Expr, Identity, MatrixSymbol, Trace

from planaria.diagrams import Gaussian, Model
from planaria.diagrams.duality.exchange import Exchange, Image
from planaria.diagrams.duality.expansions import Expansion
from planaria.diagrams.duality.identity import equal_traces

from .conftest import LOSS, MODEL, NOISE, Lambda, M, N, P, Q, gamma, q, u, x

DUAL = Exchange(((N, P),), ((x, Image(u, transposed=True)), (u, Image(x, transposed=True))))
y = MatrixSymbol("y", M, P)
SWAP = Exchange((), ((x, Image(y)), (y, Image(x))))
PAIR = Model([Gaussian(x), Gaussian(y)])
a = (gamma * Identity(M) + x * x.T).inv()
b = (gamma * Identity(M) + y * y.T).inv()
both = (gamma * Identity(M) + x * x.T + y * y.T).inv()


def equal(expression: Expr, model: Model, exchange: Exchange) -> bool:
    expansion = Expansion.of(expression, model)
    return equal_traces(expansion.terms, expansion.setting, exchange, expansion.setting.ring.one)


@pytest.mark.parametrize(
    ("expression", "model", "exchange", "expected"),
    [
        (LOSS, MODEL, DUAL, True),
        (NOISE, MODEL, DUAL, False),
        (Trace(q * q) * gamma, MODEL, DUAL, True),
        (Trace(u * x * Q * x.T * u.T), MODEL, DUAL, True),  # push-through
        (Trace(a * b), PAIR, SWAP, True),  # cyclic
        (Trace(a * b * b), PAIR, SWAP, False),
        (Trace(a * a * b * b), PAIR, SWAP, True),
        (Trace(a * b * a * b), PAIR, SWAP, True),
        (Trace(a * a * b * a * b * b), PAIR, SWAP, True),  # by transposition only: aababb against bbabaa
        (Trace(x * y.T * a * Lambda), PAIR, SWAP, False),
        (Trace(x * y.T), PAIR, SWAP, True),
        (Trace(both * Lambda), PAIR, SWAP, True),
        (Trace(both * x * x.T), PAIR, SWAP, False),
        (Trace(Lambda * both * Lambda * both), PAIR, SWAP, True),
    ],
)
def test_identities(expression: Expr, model: Model, exchange: Exchange, expected: bool) -> None:
    assert equal(expression, model, exchange) is expected


def test_an_identity_of_complex_fields_needs_the_right_flags() -> None:
    model = Model([Gaussian(x, kind="complex"), Gaussian(y, kind="complex")])
    expression = Trace(x * y.adjoint() * x * y.adjoint()) + Trace(y * x.adjoint() * x * x.adjoint())
    assert not equal(expression, model, SWAP)
    assert equal(Trace(x * y.adjoint()) + Trace(y * x.adjoint()), model, SWAP)
    # An adjoint is no transpose: tr x y^H under the exchange is tr y x^H, another function.
    assert not equal(Trace(x * y.adjoint()), model, SWAP)


@pytest.mark.parametrize("order", range(4))
def test_the_words_say_the_same(order: int) -> None:
    """A second route: the words themselves, order by order."""
    expansion = Expansion.of(LOSS, MODEL)
    assert expansion.content(order) == expansion.content(order, DUAL)
    other = Expansion.of(NOISE, MODEL)
    assert other.content(order) != other.content(order, DUAL)
