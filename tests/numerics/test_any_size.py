"""Laws of any number of eigenvalues: sums by few terms, against all terms, and numbers against formulas."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf
from sympy import Identity, Integer, MatrixSymbol, Rational, Trace, oo, symbols

import planaria as pl
from planaria.derivations import derive
from planaria.diagrams import Gaussian, Model
from planaria.ensembles.spectra import Exponential, PowerLaw
from planaria.ensembles.spectra.spectrum import Decay, Fall
from planaria.numerics.quadrature.counting import counting_rule
from planaria.numerics.quadrature.of_laws import bits_lost, positions_of

SCALES = {"sigma_u": 1, "sigma_w": 1, "lambda_plus": 1}
M, P, gamma = symbols("M P gamma", positive=True)
x, Lam = MatrixSymbol("x", M, P), MatrixSymbol("Lambda", M, M)
GRAM = derive(
    Trace((gamma * Identity(P) + x.T * x).inv()) / P,
    Model([Gaussian(x, rows=Lam)], {Lam: PowerLaw()}),
)


@pytest.mark.parametrize(("length", "count"), [(10, 3), (7, 6), (1000, 9), (10**18, 8)])
def test_rows_of_whole_numbers(length: int, count: int) -> None:
    """Powers up to 2n - 1, against sums of powers by their exact formula."""
    nodes, weights = counting_rule(length, count, 400)
    assert all(w > 0 for w in weights)
    with mp.workprec(400):
        for power in range(2 * count):
            found = length * mp.fsum(
                w * (mpf(length - 1) / 2 + mpf(length) / 2 * y) ** power
                for y, w in zip(nodes, weights, strict=True)
            )
            right = (mp.bernpoly(power + 1, mpf(length)) - mp.bernpoly(power + 1, 0)) / (power + 1)
            assert abs(found - right) <= mpf(10) ** -90 * (1 + abs(right))


@pytest.mark.parametrize(
    ("decay", "size"),
    [
        (Decay(Fall.POWER, Rational(11, 10)), 6_000),
        (Decay(Fall.POWER, Rational(9, 5)), 6_000),
        (Decay(Fall.POWER, Integer(11)), 5_000),
        (Decay(Fall.EXPONENTIAL, Rational(1, 300)), 6_000),
        (Decay(Fall.EXPONENTIAL, Rational(1, 7)), 6_000),
    ],
)
def test_sums_over_laws(decay: Decay, size: int) -> None:
    """All terms one by one, to 30 digits, for poles over forty decades."""
    bits = 110
    found = positions_of(decay, 4, bits, size)
    assert len(found.nodes) < size / 4
    with mp.workprec(bits):
        rate = mpf(int(decay.rate.p)) / int(decay.rate.q)

        def eigenvalue(position: Any) -> Any:
            if decay.fall is Fall.POWER:
                return mp.power(position, -rate)
            return mp.exp(-rate * position)

        full = [eigenvalue(k) for k in range(1, size + 1)]
        few = [eigenvalue(k) for k in found.nodes]
        weights = list(found.weights)
        if found.zeros:
            few.append(mpf(0))
            weights.append(mpf(found.zeros))
        for Delta in (mpf(10) ** -20, mpf(10) ** -6, mpf(1), mpf(10) ** 20):
            for a, b in ((1, 1), (0, 1), (2, 2), (1, 2), (4, 4), (2, 3)):
                right = mp.fsum(y**a / (y + Delta) ** b for y in full)
                sums = mp.fsum(w * y**a / (y + Delta) ** b for y, w in zip(few, weights, strict=True))
                assert abs(sums / right - 1) < mpf(10) ** -30


def test_the_bound_of_a_row_holds_and_falls() -> None:
    """With few nodes, where the error shows: rows of 1000 positions, the last being twice the first."""
    positions = np.arange(1000, 2000, dtype=float)
    before = 0.0
    for count in range(6, 14):
        nodes, weights = counting_rule(1000, count, 60)
        places = 1499.5 + 500 * np.array([float(y) for y in nodes])
        shares = 1000 * np.array([float(w) for w in weights])
        worst = 0.0
        for D in (0.0, 1e-6, 1e-4):
            for a, b in ((1, 1), (2, 2), (0, 1), (4, 4), (0, 4), (4, 0)):
                terms = [y**-1.8 for y in (positions, places)]
                right, found = (
                    float((w * t**a / (t + D) ** b).sum()) for w, t in zip((1.0, shares), terms, strict=True)
                )
                worst = max(worst, abs(found / right - 1))
        bound = bits_lost(Fall.POWER, 1.8, 2.0, 4, count)
        assert worst <= 2.0**bound + 1e-13
        assert bound < before or before == 0.0
        before = bound


def all_terms(size: int, alpha: float, ridge: float, N: int, features: int) -> float:
    """Delta (N - z)(P - z) = gamma M by bisection, and the loss, over all eigenvalues (arXiv:2405.19398)."""
    eigenvalues = np.arange(1.0, size + 1) ** -(1 + alpha)
    low, high = -60.0, 80.0
    for _ in range(90):
        middle = (low + high) / 2
        Delta = np.exp(middle)
        z = (eigenvalues / (eigenvalues + Delta)).sum()
        beyond = z < min(N, features) and Delta * (N - z) * (features - z) > ridge * size
        low, high = (low, middle) if beyond else (middle, high)
    quotients = eigenvalues / (eigenvalues + Delta)
    z, q2 = quotients.sum(), (quotients**2).sum()
    fall = (quotients * (Delta / (eigenvalues + Delta))).sum()
    D = N * features - q2 * (N + features) + 2 * q2 * z - z * z
    return float(Delta * N * features * fall / (2 * size * D))


@pytest.mark.parametrize("alpha", [0.3, 0.8, 2.0])
def test_a_million_eigenvalues(alpha: float) -> None:
    result = pl.derive("random-features", "loss")
    for ridge in (1e-8, 1e-4):
        right = all_terms(10**6, alpha, ridge, 60, 120)
        point = {**SCALES, "N": 60, "P": 120, "M": 10**6, "alpha": alpha}
        assert float(result.evaluate(point, gamma=ridge, digits=15)) == pytest.approx(right, rel=2e-9)
        found = result.evaluate_array(point, gamma=[ridge, 1.0])
        assert found[0] == pytest.approx(right, rel=2e-9)


def by_an_integral(Delta: Any, power: int, size: int, first: int = 300) -> Any:
    """A sum of powers of lambda/(lambda + Delta) by Euler and Maclaurin, derivatives by differences."""

    def term(k: Any) -> Any:
        return (1 / (1 + Delta * k ** mpf("1.8"))) ** power

    with mp.workdps(50):
        head = mp.fsum(term(mpf(k)) for k in range(1, first))
        edges = mp.linspace(mp.log(first), mp.log(size), 25)
        ends = (term(mpf(first)) + term(mpf(size))) / 2
        for k in range(1, 6):
            ends -= mp.bernoulli(2 * k) / mp.factorial(2 * k) * mp.diff(term, mpf(first), 2 * k - 1)
        return head + mp.quad(lambda t: term(mp.exp(t)) * mp.exp(t), edges) + ends


def test_sizes_beyond_all_terms() -> None:
    """10**9 and 10**18 by the same formula, sums as an integral with corrections at its ends."""
    result = pl.derive("random-features", "loss")
    for size in (10**9, 10**18):
        point = {**SCALES, "N": 60, "P": 120, "M": size, "alpha": 0.8}
        ridge = Fraction(10**6, size)
        found = result.evaluate(point, gamma=ridge, digits=20)
        with mp.workdps(40):
            Delta = found.unknowns["Delta"]

            z, q2 = (by_an_integral(Delta, power, size) for power in (1, 2))
            assert abs(Delta * (60 - z) * (120 - z) / 10**6 - 1) < mpf(10) ** -18
            D = 7200 - q2 * 180 + 2 * q2 * z - z * z
            right = Delta * 7200 * (z - q2) / (2 * size * D)
            assert abs(found.value / right - 1) < mpf(10) ** -17
        few = result.evaluate_array(point, gamma=[float(ridge)])
        assert few[0] == pytest.approx(float(right), rel=1e-10)


def test_infinitely_many() -> None:
    """Eigenvalues 1/I**2: the sum of lambda/(1 + t lambda) is (pi r coth(pi r) - 1)/(2t), r = sqrt t."""
    for ridge, columns in (("1/100", 30), ("3", 7)):
        found = GRAM.evaluate(alpha=1, lambda_plus=1, M=oo, P=columns, gamma=ridge, digits=20)
        with mp.workdps(40):
            G = found.value
            t = columns * G
            r = mp.pi * mp.sqrt(t)
            right = 1 / (
                mpf(Fraction(ridge).numerator) / Fraction(ridge).denominator + (r * mp.coth(r) - 1) / (2 * t)
            )
            assert abs(G / right - 1) < mpf(10) ** -19
        array = GRAM.evaluate_array(alpha=1, lambda_plus=1, M="oo", P=columns, gamma=[float(Fraction(ridge)), 1.0])
        assert array[0] == pytest.approx(float(found), rel=1e-10)


def test_finite_sizes_go_to_the_infinite_one() -> None:
    limit = GRAM.evaluate(alpha=1, lambda_plus=1, M=oo, P=7, gamma=1, digits=20).value
    far = [
        abs(GRAM.evaluate(alpha=1, lambda_plus=1, M=10**k, P=7, gamma=1, digits=20).value - limit) for k in (5, 7)
    ]
    assert 50 < far[0] / far[1] < 200


def test_exponential_spectra() -> None:
    """Behind a thousand e-foldings the eigenvalues are zeros beside the pole."""
    values = {"M": 10**5, "P": 9, "gamma": "1/7"}
    found = GRAM.evaluate({**values, Lam: Exponential(xi=30, scale=1)}, digits=15)
    eigenvalues = np.exp(-np.arange(1.0, 10**5 + 1) / 30)
    G = 1.0
    for _ in range(2000):
        G = (G + 1 / (1 / 7 + (eigenvalues / (1 + eigenvalues * 9 * G)).sum())) / 2
    assert float(found) == pytest.approx(G, rel=1e-12)
    endless = GRAM.evaluate({**values, "M": oo, Lam: Exponential(xi=30, scale=1)}, digits=15)
    assert float(endless) == pytest.approx(G, rel=1e-12)


def test_what_is_infinite_and_has_no_value() -> None:
    features = pl.derive("random-features", "loss")
    with pytest.raises(
        pl.InputError, match="dimension M: M = oo, but the equations contain M itself: the sum of 1"
    ):
        features.evaluate({**SCALES, "N": 6, "P": 5, "M": oo, "alpha": 1}, gamma=1)
    with pytest.raises(pl.InputError, match="dimension P: P = oo needs one matrix of this size"):
        GRAM.evaluate(alpha=1, lambda_plus=1, M=3, P=oo, gamma=1)
    covariance = derive(
        Trace((gamma * Identity(M) + x * x.T).inv()), Model([Gaussian(x, rows=Lam)], {Lam: PowerLaw()})
    )
    with pytest.raises(pl.InputError, match="M = oo, but the sum R_01 over all eigenvalues of Lambda diverges"):
        covariance.evaluate(alpha=1, lambda_plus=1, M=oo, P=4, gamma=1)


def test_a_pole_among_the_eigenvalues() -> None:
    """There sums have no bound: each eigenvalue is taken by itself, or the point refused."""
    z = symbols("z", positive=True)
    h = MatrixSymbol("h", M, M)
    model = Model([Gaussian(h, variance=1 / (10**12 * M), kind="hermitian")], {Lam: PowerLaw()})
    result = derive(Trace((z * Identity(M) - Lam - h).inv()) / M, model)
    point = {"alpha": "0.001", "lambda_plus": 1, "z": "0.7"}
    eigenvalues = np.arange(1.0, 3001) ** -1.001
    found = result.evaluate({**point, "M": 3000}, digits=15)
    assert float(found) == pytest.approx((1 / (0.7 - eigenvalues)).mean(), rel=1e-8)
    with pytest.raises(pl.InputError, match="have a pole among them"):
        result.evaluate({**point, "M": 10**6}, digits=15)
