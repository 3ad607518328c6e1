"""Dualities that are found, and exchanges that are none: finite matrices decide."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import Expr, Identity, MatrixSymbol, Symbol, Trace, expand, symbols

from planaria.diagrams import Gaussian, Model, dualities
from planaria.diagrams.duality import Duality
from planaria.ensembles.library import load_model

from .conftest import (
    CORRELATED,
    LOSS,
    MODEL,
    NOISE,
    TEACHER,
    B,
    Lambda,
    M,
    N,
    P,
    Q,
    R,
    gamma,
    number,
    q,
    sigma,
    u,
    x,
)

y, z = MatrixSymbol("y", M, P), MatrixSymbol("z", M, P)
T, S = symbols("T S", positive=True)
v, t = MatrixSymbol("v", M, T), MatrixSymbol("t", M, S)
A, D = MatrixSymbol("A", M, M), MatrixSymbol("D", P, P)
ridge = symbols("ridge", positive=True)
plain = Model([Gaussian(x)])
one_sided = (gamma * Identity(M) + x * x.T).inv()
two = gamma * Identity(M) + x * x.T + v * v.T
three = two + t * t.T

FOUND = [
    # expression, model, pairs, verdict
    (LOSS, MODEL, {"N P", "u x"}, "invariant"),
    (Trace(R * Lambda), MODEL, {"N P", "u x"}, "invariant"),
    (Trace(q), MODEL, {"N P", "u x"}, "covariant"),
    (Trace(q) / N, MODEL, {"N P", "u x"}, "covariant"),
    (Trace(q) + Trace(Q), MODEL, {"N P", "u x"}, "invariant"),
    (Trace(one_sided), plain, {"M P", "x x.T"}, "covariant"),
    (Trace(one_sided * one_sided * x * x.T), plain, {"M P", "x x.T"}, "invariant"),
    (Trace(u * x * x.T * u.T), MODEL, {"N P", "u x"}, "invariant"),
    (Trace(two.inv()), Model([Gaussian(x), Gaussian(v)]), {"P T", "v x"}, "invariant"),
    (
        Trace(two.inv()),
        Model([Gaussian(x, variance=gamma), Gaussian(v, variance=ridge)]),
        None,  # gamma stands in the resolvent too: see below
        None,
    ),
    (
        Trace(one_sided),
        Model([Gaussian(x, rows=A, cols=D)]),
        {"M P", "x x.T", "A D"},
        "covariant",
    ),
    (
        Trace((gamma * Identity(M) + x * x.T).inv() * (ridge * Identity(M) + v * v.T).inv()),
        Model([Gaussian(x), Gaussian(v)]),
        {"P T", "v x", "gamma ridge"},
        "invariant",
    ),
]


def pairs(duality: Duality) -> set[str]:
    return {" ".join(sorted(pair)) for pair in duality.exchange.pairs}


@pytest.mark.parametrize(("expression", "model", "exchanged", "verdict"), FOUND)
def test_what_is_found(expression: Expr, model: Model, exchanged: set[str] | None, verdict: str | None) -> None:
    found = dualities(model, expression, order=1)
    if exchanged is None:
        assert len(found) == 0
        return
    assert [pairs(one) for one in found] == [exchanged]
    (duality,) = found
    assert duality.verdict == verdict
    assert duality.is_proved
    assert all(one.passed for one in duality.certificates)


@pytest.mark.parametrize(("expression", "model"), [(e, m) for e, m, exchanged, _ in FOUND if exchanged])
def test_finite_matrices_agree(expression: Expr, model: Model) -> None:
    """The identity holds draw by draw: standard matrices change places, whatever their sizes are."""
    (duality,) = dualities(model, expression, order=0)
    here, there = both_sides(duality, model, seed=3)
    assert number(expression, there) == pytest.approx(
        number(duality.factor, here) * number(expression, here) + number(duality.remainder, here), rel=1e-9
    )


def both_sides(duality: Duality, model: Model, seed: int) -> tuple[dict[object, object], dict[object, object]]:
    """Values on the two sides: X = sqrt(v) A X1 B, with the same standard matrices in other places."""
    source = np.random.default_rng(seed)
    exchange = duality.exchange
    swap = {a: b for p in (*exchange.spaces, *exchange.parameters, *exchange.matrices) for a, b in (p, p[::-1])}
    spaces = sorted({s for one in model.fields for s in one.shape}, key=str)
    sizes = dict(zip(spaces, (2, 3, 4, 5), strict=False))
    here: dict[object, object] = {**sizes, gamma: 0.7, sigma: 1.3, ridge: 1.9}
    matrices = {Lambda, B, A, D} & {s for one in model.fields for c in (one.rows, one.cols) if c for s in [c]}
    for matrix in sorted(matrices, key=str):
        here[matrix] = np.diag(source.uniform(0.5, 2, size=sizes[matrix.shape[0]]))
    there = {swap.get(key, key): value for key, value in here.items()}
    standard = {one.symbol: source.normal(size=[sizes[s] for s in one.shape]) for one in model.fields}
    images = {}
    for one in model.fields:
        image = exchange.image(one.symbol)
        images[image.field] = standard[one.symbol].T if image.transposed else standard[one.symbol]
    for values, draws in ((here, standard), (there, images)):
        for one in model.fields:
            left, right = (
                np.sqrt(number(c, values)) if c is not None else np.eye(int(values[s]))  # type: ignore[call-overload]
                for c, s in zip((one.rows, one.cols), one.shape, strict=True)
            )
            values[one.symbol] = np.sqrt(number(one.variance, values)) * left @ draws[one.symbol] @ right
    return here, there


def test_a_product_of_covariances_is_symmetric_by_itself() -> None:
    """The resolvent of correlated features depends on B Lambda alone; its exchange of N and P needs no other."""
    found = dualities(CORRELATED, Trace(q), order=1)
    assert [pairs(one) for one in found] == [{"B Lambda"}, {"N P", "u x"}]
    assert [one.verdict for one in found] == ["invariant", "covariant"]


def test_remainder_of_the_resolvent() -> None:
    """tr Q - P/gamma = tr q - N/gamma."""
    (duality,) = dualities(MODEL, Trace(q), order=0)
    assert duality.factor == 1
    assert expand(duality.remainder - (P - N) / gamma) == 0


@pytest.mark.parametrize(
    ("expression", "model", "order"),
    [
        (NOISE, MODEL, 0),
        (LOSS, CORRELATED, 0),
        (Trace(q * q * q), MODEL, None),
        (Trace(one_sided), Model([Gaussian(x, variance=1 / P)]), 2),
        (Trace(Lambda * two.inv()), Model([Gaussian(x), Gaussian(v, rows=Lambda)]), 1),
    ],
)
def test_what_is_refuted(expression: Expr, model: Model, order: int | None) -> None:
    found = dualities(model, expression, order=0)
    if order is None:
        assert len(found) == 1
        return
    assert len(found) == 0
    (refutation, *_) = found.refuted
    assert refutation.order == order
    assert refutation.before is not None
    assert refutation.after is not None
    # Not proportional: their quotient is no function of the parameters alone, or not that of a lower order.
    assert expand(refutation.before - refutation.after) != 0


def test_the_counterexample_of_the_noise_loss_is_the_expectation() -> None:
    """Order 0 at M = 1, by hand."""
    (refutation,) = dualities(MODEL, NOISE).refuted
    values = {M: 1, N: 1, P: 5, gamma: 1, sigma: 1, Lambda: np.eye(1)}
    # E sum_p x_p^2 (u^2)^2 with one u and five x; with five u and one x it is E (sum u^2)^2 = 5^2 + 2 * 5.
    assert number(refutation.before, values) == 15  # type: ignore[arg-type]
    assert number(refutation.after, values) == 35  # type: ignore[arg-type]


def test_three_equal_matrices_have_three_exchanges() -> None:
    model = Model([Gaussian(x), Gaussian(v), Gaussian(t)])
    found = dualities(model, Trace(three.inv()), order=0)
    assert sorted(sorted(pairs(one)) for one in found) == [["P S", "t x"], ["P T", "v x"], ["S T", "t v"]]


def test_fields_on_one_space_change_places_without_it() -> None:
    model = Model([Gaussian(x), Gaussian(y)])
    (duality,) = dualities(model, Trace((gamma * Identity(M) + x * x.T + y * y.T).inv()), order=1)
    assert pairs(duality) == {"x y"}
    assert duality.verdict == "invariant"


@pytest.mark.parametrize("kind", ["complex", "hermitian", "symmetric"])
def test_other_kinds(kind: str) -> None:
    if kind == "complex":
        model = Model([Gaussian(x, kind="complex")])
        expression = Trace((gamma * Identity(M) + x * x.adjoint()).inv())
        expected = [{"M P", "x x.T"}, {"M P", "x x.H"}]
    else:
        h, k = MatrixSymbol("h", M, M), MatrixSymbol("k", M, M)
        model = Model([Gaussian(h, kind=kind), Gaussian(k, kind=kind)])  # type: ignore[arg-type]
        expression = Trace((gamma * Identity(M) - h - k * k).inv()) + Trace(
            (gamma * Identity(M) - k - h * h).inv()
        )
        expected = [{"h k"}]
    found = dualities(model, expression, order=1)
    assert len(found) == 1
    assert pairs(found[0]) in expected
    assert all(one.passed for one in found[0].certificates)


@pytest.mark.parametrize(
    ("name", "expected"), [("loss", 1), ("noise_loss", 0), ("resolvent", 1), ("training_loss", 0)]
)
def test_the_built_in_model(name: str, expected: int) -> None:
    file = load_model("random-features")
    found = dualities(file.model, file.quantity(name).expression, order=0)
    assert len(found) == expected
    assert len(found) + len(found.refuted) == 1


def test_a_teacher_is_averaged_first() -> None:
    (duality,) = dualities(MODEL, TEACHER, order=0)
    assert duality.spectators == ("w",)
    assert duality.verdict == "invariant"


def test_a_slightly_different_expression_has_no_duality() -> None:
    """The identity can fail: one more insertion on one side is enough."""
    for extra in (NOISE / 1000, Trace(x.T * x)):
        assert len(dualities(MODEL, LOSS + extra, order=0)) == 0


def test_scalars() -> None:
    (duality,) = dualities(MODEL, LOSS, order=0)
    assert duality.exchange.expression(N**2 * P + Trace(Lambda) * Symbol("a")) == P**2 * N + Trace(
        Lambda
    ) * Symbol("a")


def test_correlations_change_places_with_their_fields() -> None:
    a, b, c = (MatrixSymbol(name, N, N) for name in "abc")
    rho, sigma = symbols("rho sigma", real=True)
    model = Model(
        [
            Gaussian(one, kind="elliptic", rho=value)
            for one, value in ((a, rho), (b, sigma), (c, Symbol("tau") / 2))
        ]
    )
    resolvent = (gamma * Identity(N) - a - b).inv()
    (duality,) = dualities(model, Trace(resolvent), order=2)
    assert str(duality.exchange) == "a <-> b, rho <-> sigma"
    assert duality.verdict == "invariant"
    assert all(one.passed for one in duality.certificates)
    assert not dualities(model, Trace((gamma * Identity(N) - a - c).inv()))  # tau/2 is no parameter to exchange
    assert not dualities(model, Trace((gamma * Identity(N) - a - 2 * b).inv()))
