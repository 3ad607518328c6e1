"""Spikes, means and classes: values of order 1 against the literature, drawn matrices and counts of diagrams."""

from __future__ import annotations

from math import erfc, sqrt
from pathlib import Path

import numpy as np
import pytest
from mpmath import mp, mpf, polyroots
from sympy import Adjoint, Identity, MatrixExpr, MatrixSymbol, Trace, Transpose, symbols

import planaria as pl
from planaria.algebra.errors import InputError
from planaria.derivations.equations import equal_loops, schwinger_dyson
from planaria.ensembles.evidence import Outcome
from planaria.ensembles.library import load_model
from planaria.numerics.evidence.check_diagrams import check_diagrams
from planaria.numerics.simulation.stretching import correction_power, stretch

EXAMPLES = Path(__file__).parents[2] / "examples"
SPIKED = load_model(str(EXAMPLES / "spiked-covariance.toml"))
MIXTURE = load_model(str(EXAMPLES / "gaussian-mixture.toml"))
SIZES = {"M": 240, "P": 360}

# E v^T q v and E s x^T q v at gamma = 0.1, M : P = 2 : 3, by a planar solver that shares no code with this one.
KNOWN = {"0.5": (1.4989, 0.3400), "1": (0.9926, 0.4504), "2": (0.4222, 0.3831)}


def spiked(quantity: str) -> pl.Derivation:
    return pl.derive(SPIKED, quantity)


@pytest.mark.parametrize("theta", KNOWN)
def test_a_spike_has_the_known_overlaps(theta: str) -> None:
    for quantity, known in zip(("overlap", "cross"), KNOWN[theta], strict=True):
        value = spiked(quantity).evaluate(SIZES, gamma="0.1", theta=theta, digits=12).value
        assert float(value) == pytest.approx(known, abs=6e-5)


@pytest.mark.parametrize("theta", [0.5, 2.0])
def test_drawn_matrices_have_them_too(theta: float) -> None:
    rng = np.random.default_rng(5)
    m, p, gamma, runs = 240, 360, 0.1, 150
    drawn = []
    for _ in range(runs):
        v = rng.standard_normal(m) / sqrt(m)
        s = rng.standard_normal(p) / sqrt(p)
        x = rng.standard_normal((m, p)) / sqrt(p) + theta * np.outer(v, s)
        q = np.linalg.inv(gamma * np.eye(m) + x @ x.T)
        drawn.append((v @ q @ v, s @ x.T @ q @ v))
    mean, error = np.mean(drawn, axis=0), np.std(drawn, axis=0) / sqrt(runs)
    for n, quantity in enumerate(("overlap", "cross")):
        planar = float(spiked(quantity).evaluate(SIZES, gamma="0.1", theta=theta, digits=12).value)
        assert abs(mean[n] - planar) < 4 * error[n] + 3 * planar / p


def residue(ell: float, centre: float, radius: float) -> tuple[complex, complex]:
    """(1/2 pi i) times the integrals of f and of f x, f(x) = E v^T (x - S)^-1 v, round a circle; 24 points."""
    overlap, total, first = spiked("overlap"), 0j, 0j
    angles = 2 * np.pi * (np.arange(24) + 0.5) / 24
    for angle in angles:
        x = centre + radius * np.exp(1j * angle)
        at = overlap.evaluate(SIZES, gamma=str(-x).strip("()"), theta=str(sqrt(ell)), digits=12)
        f = -complex(at.value)
        total += f * radius * np.exp(1j * angle) / len(angles)
        first += f * x * radius * np.exp(1j * angle) / len(angles)
    return total, first


@pytest.mark.parametrize("ell", [1.2, 2.5])
def test_above_the_threshold_an_eigenvalue_leaves_the_bulk(ell: float) -> None:
    """Baik, Ben Arous and Peche; Paul: it stands at (1 + l)(1 + c/l), and has the weight (1 - c/l^2)/(1 + c/l)."""
    c = 2 / 3
    position, weight = (1 + ell) * (1 + c / ell), (1 - c / ell**2) / (1 + c / ell)
    edge = (1 + sqrt(c)) ** 2
    total, first = residue(ell, position, 0.8 * (position - edge))
    assert total == pytest.approx(weight, abs=1e-5)
    assert (first / total) == pytest.approx(position, abs=1e-5)


def test_below_the_threshold_none_does() -> None:
    ell, c = 0.5, 2 / 3  # l^2 < c
    position = (1 + ell) * (1 + c / ell)
    edge = (1 + sqrt(c)) ** 2
    assert position > edge  # the formula has a value there, and the spectrum has no eigenvalue
    total, _ = residue(ell, position, (position - edge) / 2)
    assert abs(total) < 1e-6


def test_the_bulk_is_that_without_a_spike() -> None:
    spike, plain = spiked("resolvent"), pl.derive("marchenko-pastur", "resolvent")
    for gamma in ("0.1", "3"):
        value = spike.evaluate(SIZES, gamma=gamma, theta=5, digits=15).value
        assert float(value) == pytest.approx(
            float(plain.evaluate(N=240, P=360, gamma=gamma, digits=15).value), rel=1e-13
        )
    found = pl.density(SPIKED, "resolvent", of="gamma", values={**SIZES, "theta": 3})
    c = 2 / 3
    assert [float(edge) for edge in found.edges] == pytest.approx(
        [(1 - sqrt(c)) ** 2, (1 + sqrt(c)) ** 2], rel=1e-6
    )


def test_validity_asks_for_the_bulk_alone() -> None:
    plain = pl.derive("marchenko-pastur", "resolvent").evaluate(N=240, P=360, gamma="0.1", digits=15).radius
    assert spiked("overlap").evaluate(SIZES, gamma="0.1", theta=4, digits=15).radius == pytest.approx(plain)
    with pytest.raises(InputError, match="spectrum"):
        spiked("overlap").evaluate(SIZES, gamma="-1", theta=4, digits=15)


def test_a_space_that_counts_as_large_gives_something_else() -> None:
    asked, model = SPIKED.quantity("overlap").expression, SPIKED.model
    large = pl.derive(asked, model.with_all_large())
    small = pl.derive(asked, model)
    one, other = (d.evaluate(M=3, P=4, gamma=1, theta=1, digits=15).value for d in (large, small))
    assert abs(float(one) - float(other)) > 0.01
    assert len(str(large.value)) > 2 * len(str(small.value))


def test_arrays_and_balls() -> None:
    overlap = spiked("overlap")
    thetas = [0.1, 1, 10]
    found = overlap.evaluate_array({**SIZES, "gamma": 0.1, "theta": thetas})
    single = [float(overlap.evaluate(SIZES, gamma="0.1", theta=one, digits=15).value) for one in thetas]
    assert found.values == pytest.approx(single, rel=1e-10)
    ball = overlap.evaluate(SIZES, gamma="0.1", theta=1, digits=30, certify=True)
    assert float(ball.value) == pytest.approx(single[1], rel=1e-12)


def test_without_ridge() -> None:
    """gamma -> 0 at M < P: (x x^T)^-1 along v is (1/(1 - c) - ...)^-1, here from two small ridges."""
    overlap = spiked("overlap")
    limit = float(overlap.evaluate(SIZES, theta=2, limit={"gamma": 0}, digits=15).value)
    one, two = (float(overlap.evaluate(SIZES, theta=2, gamma=g, digits=20).value) for g in ("1e-6", "2e-6"))
    assert limit == pytest.approx(2 * one - two, rel=1e-9)


# A mixture of two Gaussian clouds.


def published(alpha: float, ridge: float, variance: float) -> tuple[mpf, mpf]:
    """Alignment m and squared length q for the square loss: the fixed point of arXiv:2002.11544, for equal clouds.

    mhat = alpha (1 - m)/(1 + D V), qhat = alpha D ((1 - m)^2 + D q)/(1 + D V)^2, Vhat = alpha D/(1 + D V) and
    m = mhat/(ridge + Vhat), q = (mhat^2 + qhat)/(ridge + Vhat)^2, V = 1/(ridge + Vhat), with the variance D.
    """
    with mp.workdps(30):
        a, r, d = mpf(alpha), mpf(ridge), mpf(variance)
        # V (r + a d/(1 + d V)) = 1
        roots = polyroots([r * d, r + a * d - d, -1])
        (v,) = [root.real for root in roots if abs(root.imag) < 1e-20 and root.real > 0]
        bottom, t = r + a * d / (1 + d * v), a / (1 + d * v)
        m = t / (bottom + t)
        square = t**2 / a * d  # qhat = square ((1 - m)^2 + d q)
        q = ((t * (1 - m)) ** 2 + square * (1 - m) ** 2) / (bottom**2 - square * d)
        return m, q


@pytest.mark.parametrize(("alpha", "ridge", "variance"), [(2, 0.1, 1), (0.5, 1, 0.3), (1.5, 10, 2)])
def test_a_mixture_is_classified_as_published(alpha: float, ridge: float, variance: float) -> None:
    m, q = published(alpha, ridge, variance)
    at = {"M": 200, "P": int(200 * alpha), "sigma": sqrt(variance), "gamma": ridge / alpha}
    found = [float(pl.derive(MIXTURE, name).evaluate(at, digits=15).value) for name in ("alignment", "length")]
    assert found == pytest.approx([float(m), float(q)], rel=1e-9)


def test_drawn_labels_are_told_wrongly_as_often() -> None:
    """Labels are 1 and -1 here, and the direction is fixed: neither matters."""
    rng = np.random.default_rng(9)
    m, p, sigma, gamma, runs = 150, 300, 1.0, 0.5, 60
    alignment, length = (
        float(pl.derive(MIXTURE, name).evaluate(M=m, P=p, sigma=sigma, gamma=gamma, digits=12).value)
        for name in ("alignment", "length")
    )
    direction = np.full(m, 1 / sqrt(m))
    wrong = []
    for _ in range(runs):
        labels = rng.choice([-1.0, 1.0], p)
        x = (sigma * rng.standard_normal((m, p)) + np.outer(direction, labels)) / sqrt(p)
        weights = np.linalg.solve(gamma * np.eye(m) + x @ x.T, x @ labels / sqrt(p))
        new = rng.choice([-1.0, 1.0], 2000)
        scores = weights @ (sigma * rng.standard_normal((m, 2000)) + np.outer(direction, new))
        wrong.append(np.mean(scores * new < 0))
    predicted = erfc(alignment / (sigma * sqrt(2 * length))) / 2
    assert abs(np.mean(wrong) - predicted) < 4 * np.std(wrong) / sqrt(runs) + 0.005


@pytest.mark.parametrize("quantity", ["signal", "length"])
def test_a_graph_convolution_is_that_of_drawn_graphs(quantity: str) -> None:
    rng = np.random.default_rng(1)
    n, labelled, features, ridge, homophily, mu, runs = 150, 90, 120, 0.5, 1.5, 1.2, 60
    drawn = []
    for _ in range(runs):
        k = rng.standard_normal((n, features)) / sqrt(features)
        g = rng.standard_normal((labelled, n)) / sqrt(n)
        y, t = rng.choice([-1, 1], n) / sqrt(n), rng.choice([-1, 1], labelled) / sqrt(labelled)
        u = rng.standard_normal(features) / sqrt(features)
        x = k + mu * np.outer(y, u)
        h = (g + homophily * np.outer(t, y)) @ x
        w = np.linalg.solve(ridge * np.eye(features) + h.T @ h, h.T @ t)
        drawn.append(y @ x @ w if quantity == "signal" else w @ x.T @ x @ w)
    found = pl.derive(str(EXAMPLES / "graph-convolution.toml"), quantity)
    at = {"N": n, "T": labelled, "F": features, "gamma": "0.5", "homophily": 1.5, "mu": 1.2}
    planar = float(found.evaluate(at, digits=12).value)
    assert abs(np.mean(drawn) - planar) < 4 * np.std(drawn) / sqrt(runs) + 3 * planar / labelled


# Laws, covariances and sizes other than 1.

M, P, C, gamma = symbols("M P C gamma", positive=True)
Z, V, W = MatrixSymbol("z", M, P), MatrixSymbol("v", M, C), MatrixSymbol("w", C, M)
LAMBDA, A = MatrixSymbol("Lambda", M, M), MatrixSymbol("A", C, C)


def resolvent(x: MatrixExpr) -> MatrixExpr:
    return (gamma * Identity(M) + x * x.T).inv()


def test_a_vector_has_an_overlap_with_each_eigenvalue() -> None:
    """E v^T (gamma + x x^T)^-1 v is the sum of o/(gamma (1 + lambda g)) over eigenvalues, o the overlaps of v.

    For x = Lambda^1/2 z that is the deterministic equivalent of Bai and Silverstein, gamma q = 1/(1 + Lambda g),
    with gamma g (1 + tr q Lambda/P) = 1.
    """
    overlaps = MatrixSymbol("O", M, M)
    model = pl.Model(
        [pl.Gaussian(Z, variance=1 / P, rows=LAMBDA), pl.Gaussian(V, rows=overlaps)],
        small=[C],
    )
    values, own = [mpf(n) / 3 for n in range(1, 7)], [mpf(n * n) / 50 for n in range(1, 7)]
    found = pl.derive(Trace(V.T * resolvent(Z) * V), model).evaluate(
        {"P": 9, "C": 2, "gamma": "0.4", "Lambda": ["1/3", "2/3", 1, "4/3", "5/3", 2],
         "O": [str(n * n) + "/50" for n in range(1, 7)]},
        digits=20,
    )  # fmt: skip
    with mp.workdps(30):
        ridge = mpf("0.4")
        g = mp.findroot(lambda g: ridge * g * (1 + sum(v / (ridge * (1 + v * g)) for v in values) / 9) - 1, 1)
        expected = 2 * sum(o / (ridge * (1 + v * g)) for v, o in zip(values, own, strict=True))
    assert float(found.value) == pytest.approx(float(expected), rel=1e-12)


def test_several_outputs_with_weights_of_their_own() -> None:
    model = pl.Model([pl.Gaussian(Z, variance=1 / P), pl.Gaussian(W, variance=1 / M, rows=A)], small=[C])
    found = pl.derive(Trace(W * resolvent(Z) * W.T), model)
    value = found.evaluate({"M": 20, "P": 30, "gamma": 1, "A": [1, 2, 5]}, digits=15).value
    plain = pl.derive("marchenko-pastur", "resolvent").evaluate(N=20, P=30, gamma=1, digits=15).value
    assert float(value) == pytest.approx(8 * float(plain), rel=1e-12)
    assert [one.outcome for one in found.check()] == [Outcome.PASSED] * 3


@pytest.mark.parametrize("kind", ["real", "complex"])
def test_every_check_passes(kind: str) -> None:
    z, v = MatrixSymbol("z", M, P), MatrixSymbol("v", M, C)
    s = MatrixSymbol("s", C, P)
    x = z + 2 * v * s
    variances = {z: 1 / P, v: 1 / M, s: 1 / P}
    model = pl.Model([pl.Gaussian(one, value, kind=kind) for one, value in variances.items()], small=[C])
    turn = Adjoint if kind == "complex" else Transpose
    q = (gamma * Identity(M) + x * turn(x).doit()).inv()
    outer = v * turn(v)
    found = pl.derive(Trace(q * outer), model)
    assert [one.outcome for one in found.check()] == [Outcome.PASSED] * 3
    assert correction_power(found.expression, model) == 1


def test_a_loop_over_a_small_space_is_seen_by_the_diagrams(monkeypatch: pytest.MonkeyPatch) -> None:
    """The equations of the model without small spaces, held against the diagrams of the one with them."""
    whole = schwinger_dyson.self_energy

    def careless(rules: object) -> object:
        model = rules.setting.model
        object.__setattr__(rules.setting, "model", model.with_all_large())
        try:
            return whole(rules)
        finally:
            object.__setattr__(rules.setting, "model", model)

    monkeypatch.setattr(equal_loops, "self_energy", careless)
    wrong = pl.derive(SPIKED.quantity("overlap").expression, SPIKED.model)
    assert check_diagrams(wrong, 0, lambda text, done, total: None).outcome is Outcome.FAILED


def test_the_small_size_stays_when_others_are_stretched() -> None:
    asked, model = SPIKED.quantity("overlap").expression, SPIKED.model
    values = dict(zip(symbols("M P", positive=True), (4, 6), strict=True))
    found = stretch(asked, model, values, 3)
    assert sorted(found.values.values()) == [1, 12, 18]
    assert {str(trace.arg.shape[0]) for trace in found.expression.atoms(Trace)} == {"size 1"}
    assert found.expression.is_Mul is False
    bulk = stretch(SPIKED.quantity("resolvent").expression, model, values, 3)
    assert bulk.expression.as_coeff_Mul()[0] * 12 == 1  # 1/M as written, and the trace by the scale


# What has no leading order.


def refused(text: str) -> InputError:
    with pytest.raises(InputError) as raised:
        pl.derive(SPIKED, text)
    return raised.value


def test_traces_of_different_orders_are_no_sum() -> None:
    error = refused("tr(v.T*q*v) + tr(q)")
    assert "has no one leading order" in error.problem
    assert "take each by itself" in error.remedy
    assert pl.derive(SPIKED, "tr(v.T*q*v) + tr(q)/M").value
    assert pl.derive(SPIKED, "M*tr(v.T*q*v) + tr(q)").value


def test_what_is_left_of_a_bulk_is_no_value() -> None:
    for text in ("tr(q - inv(gamma*I(M) + z*z.T))", "tr(q) - tr(inv(gamma*I(M) + z*z.T))"):
        error = refused(text)
        assert "a correction, which is left out" in error.problem
        assert "small space" in error.remedy


def test_nothing_averages_over_a_small_space() -> None:
    with pytest.raises(InputError, match="divided by the size of the small space C, over which nothing averages"):
        pl.derive(MIXTURE, "tr(w*v)/C")


def test_what_is_left_out_is_said() -> None:
    found = pl.derive(SPIKED, "tr(x*x.T*q)/M")
    assert any("is left out" in step.reason for step in found.steps)
    turned = pl.derive(SPIKED, "tr(q*v*v.T)")
    assert next(step.rule for step in turned.steps) == "turn"
    assert turned.value == spiked("overlap").value
