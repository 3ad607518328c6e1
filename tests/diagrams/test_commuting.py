"""Where the order of deterministic matrices is lost it is said, and only there."""

from __future__ import annotations

import pytest
from sympy import Expr, Identity, MatrixSymbol, Trace, symbols

from planaria.derivations import derive
from planaria.derivations.resummation import COMMUTED
from planaria.diagrams import Gaussian, Model, UnitSpectrum
from planaria.diagrams.expressions.commuting import reorderings
from planaria.diagrams.moments.moment import moment

N, P, gamma = symbols("N P gamma", positive=True)
A, B, C, h = (MatrixSymbol(name, N, N) for name in "ABCh")
x = MatrixSymbol("x", N, P)
one = Identity(N)
MODEL = Model([Gaussian(x), Gaussian(h, kind="hermitian")])

LITERAL = {
    "a product": C * A * x * x.T,
    "a commutator": (A * C - C * A) * x * x.T,
    "a transpose": (A * C).T * x * x.T,
    "a transpose of a product with fields": (h * A * C * x * x.T).T,
    "an inverse": (A * C).inv() * h,
    "a square": (A + C) ** 2 * h,
    "a function": (A + C).inv() * A * h,
    "the end of a trace": A * x * x.T * C,
    "no fields": A * C * A * C,
    "under an inverse": (gamma * one + C * A + h).inv(),
    "before a sum with fields": C * (A + x * x.T) * h,
    "in a sum with fields": (A + C * A * h) * h,
}
ARISING = {
    "corners twice": (A * h * C * h) ** 2,
    "an inverse and a weight": C * (gamma * one + A + h).inv(),
    "two inverses": (gamma * one + A + h).inv() * (gamma * one + C + h).inv(),
}
SILENT = {
    "in order": A * C * x * x.T,
    "one matrix": A * x * x.T * A,
    "two in a trace": C * A,
    "three in a trace": A * C * B,
    "one function": (gamma * one + A + C + h).inv(),
    "fields between": C * h * A * h,
    "two terms": A * h * A * h + C * h * C * h,
    "two spaces": A * x * MatrixSymbol("D", P, P) * x.T,
}


@pytest.mark.parametrize("matrix", LITERAL.values(), ids=LITERAL)
def test_what_is_written_in_another_order(matrix: Expr) -> None:
    (found,) = reorderings(Trace(matrix), MODEL)
    assert found.literal
    assert found.sentence == "C*A is read as A*C: deterministic matrices of one space, here N, commute"


@pytest.mark.parametrize("matrix", ARISING.values(), ids=ARISING)
def test_what_arises_in_any_order(matrix: Expr) -> None:
    (found,) = reorderings(Trace(matrix), MODEL)
    assert not found.literal
    assert found.sentence.startswith("A and C, matrices of the space N, commute")


@pytest.mark.parametrize("matrix", SILENT.values(), ids=SILENT)
def test_nothing_is_said_where_the_order_is_kept(matrix: Expr) -> None:
    assert reorderings(Trace(matrix), MODEL) == ()


def test_covariances_meet_what_stands_beside_their_field() -> None:
    model = Model([Gaussian(x, rows=C), Gaussian(h, rows=A, kind="hermitian")])
    assert [str(one.after) for one in reorderings(Trace(A * x * x.T), model)] == ["A*C"]
    assert [str(one.after) for one in reorderings(Trace(h * x * x.T), model)] == ["A*C"]
    assert reorderings(Trace(x * x.T), model) == reorderings(Trace(C * x * x.T), model) == ()


def test_a_matrix_that_is_the_identity_has_no_order() -> None:
    assert reorderings(Trace(C * A * x * x.T), Model(MODEL.fields, {A: UnitSpectrum()})) == ()


def test_an_open_product_is_read_as_well() -> None:
    assert len(reorderings(C * A * h, MODEL)) == 1
    assert reorderings(A * C * h, MODEL) == ()


def test_a_derivation_says_it_as_a_step() -> None:
    quantity = Trace((A * C - C * A) * (gamma * one + x * x.T).inv())
    result = derive(quantity, MODEL)
    assert result.value == 0
    (step,) = (one for one in result.steps if one.rule == COMMUTED)
    assert (step.before, step.after) == (C * A, A * C)
    assert "commute" in step.reason
    in_order = derive(Trace(A * C * (gamma * one + x * x.T).inv()), MODEL)
    assert not any(one.rule == COMMUTED for one in in_order.steps)


def test_the_commutator_vanishes_in_moments_for_that_reason() -> None:
    assert moment(Trace((A * C - C * A) * x * x.T), MODEL) == 0
