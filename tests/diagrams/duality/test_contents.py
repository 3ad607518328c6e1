"""Fields and matrices that a quantity does not contain have no part in its dualities; fields of one law do."""

from __future__ import annotations

import pytest
from sympy import Expr, Identity, MatrixSymbol, Rational, Trace, symbols

from planaria.diagrams import Gaussian, Model
from planaria.diagrams.duality import dualities

N, P, gamma, s, t = symbols("N P gamma s t", positive=True)
x, y, z = (MatrixSymbol(name, N, P) for name in "xyz")
g, h = MatrixSymbol("g", N, N), MatrixSymbol("h", N, N)
A, B = MatrixSymbol("A", N, N), MatrixSymbol("B", N, N)


def resolvent(field: MatrixSymbol) -> Expr:
    return Trace((gamma * Identity(N) + field * field.T).inv())


MIXED = Trace(x * x.T * y * y.T * x * x.T)

OTHERS = {
    "a covariance on one side": [Gaussian(y, rows=A)],
    "two covariances on one side": [Gaussian(y, rows=A), Gaussian(z, rows=B)],
    "a covariance on both sides": [Gaussian(y, rows=A, cols=MatrixSymbol("C", P, P))],
    "another field of one law": [Gaussian(y)],
}


@pytest.mark.parametrize("others", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("quantity", [resolvent(x), Trace((x * x.T) ** 2)])
def test_the_dualities_are_those_of_the_model_without_the_rest(quantity: Expr, others: list[Gaussian]) -> None:
    alone = dualities(Model([Gaussian(x)]), quantity, order=1)
    found = dualities(Model([Gaussian(x), *others]), quantity, order=1)
    assert [str(one.exchange) for one in found] == [str(one.exchange) for one in alone] == ["N <-> P, x <-> x.T"]
    assert [one.remainder for one in found] == [one.remainder for one in alone]
    assert [str(one.exchange) for one in found.refuted] == [str(one.exchange) for one in alone.refuted]


def test_matrices_of_another_quantity_make_no_duality() -> None:
    model = Model([Gaussian(h, kind="hermitian"), Gaussian(g, rows=A + B, kind="hermitian")])
    found = dualities(model, Trace(h**4), order=1)
    assert not found.found
    assert not found.refuted
    (inside,) = dualities(model, Trace(g**4), order=1)
    assert str(inside.exchange) == "A <-> B"


@pytest.mark.parametrize("kind", ["real", "complex"])
@pytest.mark.parametrize("law", [{}, {"rows": A}, {"variance": s / N}])
def test_fields_of_one_law_can_be_exchanged_in_every_expression(kind: str, law: dict[str, Expr]) -> None:
    model = Model([Gaussian(one, kind=kind, **law) for one in (x, y)])
    quantity = MIXED if kind == "real" else Trace(x * x.adjoint() * y * y.adjoint() * x * x.adjoint())
    found = dualities(model, quantity, order=1)
    (duality,) = (one for one in found if one.exchange.renames)
    assert (str(duality.exchange), duality.verdict, duality.is_proved) == ("x <-> y", "invariant", True)
    assert "one law" in duality.certificates[0].statement
    assert not any(one.exchange.renames for one in found.refuted)


def test_transposes_have_the_law_with_the_sides_exchanged() -> None:
    u, v = MatrixSymbol("u", N, P), MatrixSymbol("v", P, N)
    quantity = Trace(u * v * u * u.T)
    for cols, holds in ((A, True), (B, False)):
        found = dualities(Model([Gaussian(u, rows=A), Gaussian(v, cols=cols)]), quantity, order=1)
        names = [str(one.exchange) for one in found if one.exchange.renames]
        assert names == (["u <-> v"] if holds else [])
        assert all(one.exchange.image(u).transposed for one in found if one.exchange.renames)


@pytest.mark.parametrize(
    ("first", "second"), [(1, Rational(1, 2)), (s, s**2), (s, 2 * s)], ids=["numbers", "powers", "multiples"]
)
def test_fields_of_two_laws_are_not_exchanged_for_nothing(first: Expr, second: Expr) -> None:
    found = dualities(Model([Gaussian(x, variance=first), Gaussian(y, variance=second)]), MIXED, order=1)
    assert not any(one.exchange.renames for one in (*found, *found.refuted))


def test_fields_whose_laws_follow_are_exchanged_with_them() -> None:
    model = Model([Gaussian(x, variance=s), Gaussian(y, variance=t)])
    quantity = MIXED + Trace((x * x.T) ** 2)
    (refutation,) = (one for one in dualities(model, quantity, order=1).refuted if not one.exchange.spaces)
    assert str(refutation.exchange) == "x <-> y, s <-> t"
    assert refutation.is_decided
    found = [str(one.exchange) for one in dualities(model, Trace((x * x.T + y * y.T) ** 2), order=1)]
    assert any("x <-> y" in one and "s <-> t" in one for one in found)
