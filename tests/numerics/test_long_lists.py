"""Long lists of eigenvalues, taken together at few nodes: held against sums over all of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import arb, ctx
from mpmath import mp, mpf
from sympy import Identity, MatrixSymbol, Trace, symbols

from planaria.derivations import Derivation, derive
from planaria.diagrams import Gaussian, Model
from planaria.ensembles.spectra import Eigenvalues
from planaria.ensembles.verdicts.techniques import Technique
from planaria.numerics import evaluate
from planaria.numerics.quadrature.of_lists import list_nodes

N, P, gamma = symbols("N P gamma", positive=True)
COUNT = 6000


def _sample(kind: str) -> list[float]:
    chance = np.random.default_rng(11)
    return {
        "lognormal": lambda: np.exp(3 * chance.normal(size=COUNT)),
        "power law": lambda: np.arange(1.0, COUNT + 1) ** -1.7,
        "few levels": lambda: chance.choice([0.0, 1e-9, 0.3, 0.3 + 1e-13, 2.0], size=COUNT),
        "clusters": lambda: np.repeat([1.0, 1.5, 1e-6], COUNT // 3) * (1 + 1e-9 * chance.normal(size=COUNT)),
    }[kind]().tolist()


@pytest.mark.parametrize("kind", ["lognormal", "power law", "few levels", "clusters"])
def test_sums_over_the_nodes_enclose_those_over_all_eigenvalues(kind: str) -> None:
    spectrum = Eigenvalues.of(_sample(kind))
    found = list_nodes(spectrum, 4)
    assert found is not None
    assert len(found.nodes) < 700
    with ctx.workprec(300):
        everything = [arb(int(one.p)) / int(one.q) for one in spectrum.values]
        for pole in (arb(10) ** -12, arb(10) ** -3, arb(1), arb(10) ** 5):
            for top, bottom in ((0, 0), (1, 1), (2, 2), (1, 3), (0, 2), (4, 4)):

                def term(x: Any, pole: Any = pole, top: int = top, bottom: int = bottom) -> Any:
                    return x**top / (x + pole) ** bottom

                right = sum(map(term, everything), arb(0))
                own = sum((w * term(x) for x, w in zip(found.nodes, found.weights, strict=True)), arb(0))
                assert own.overlaps(right)
                assert own.rad() < right * arb(10) ** -24


def test_negative_and_tiny_eigenvalues_are_taken_one_by_one() -> None:
    assert list_nodes(Eigenvalues.of([1.0, -1.0]), 2) is None
    assert list_nodes(Eigenvalues.of([1.0, "1e-290"]), 2) is None
    assert list_nodes(Eigenvalues.of([1.0, "1e400"]), 2) is None


@pytest.fixture(scope="module")
def sample_covariance() -> Derivation:
    x, A = MatrixSymbol("x", N, P), MatrixSymbol("A", N, N)
    model = Model([Gaussian(x, variance=1 / P, rows=A)])
    return derive(Trace((gamma * Identity(N) + x * x.T).inv()) / N, model)


@pytest.mark.parametrize(("samples", "ridge"), [(9000, "0.01"), (6000, "1e-6"), (500, "1e-9"), (1, "3")])
def test_a_point_is_that_of_all_eigenvalues(sample_covariance: Derivation, samples: int, ridge: str) -> None:
    # Oracle: 1/m = gamma + (1/P) sum of s/(1 + m s) for the companion m (Marchenko and Pastur), by bisection and
    # Newton's method over every eigenvalue; the value is sum 1/(gamma (1 + m s)) / N.
    spectrum = Eigenvalues.of(_sample("lognormal"))
    found = evaluate(sample_covariance, {"A": spectrum, "P": samples, "gamma": ridge}, digits=15)
    with mp.workdps(40):
        eigenvalues = [mpf(int(one.p)) / int(one.q) for one in spectrum.values]
        g = mpf(ridge)

        def mismatch(m: mpf) -> mpf:
            return 1 / m - g - sum(s / (1 + m * s) for s in eigenvalues) / samples

        floats = np.array([float(x) for x in eigenvalues])
        low, high = float(1 / (g + sum(eigenvalues) / samples)), float(1 / g)
        for _ in range(200):
            middle = (low * high) ** 0.5
            beyond = 1 / middle - float(g) - (floats / (1 + middle * floats)).sum() / samples < 0
            low, high = (low, middle) if beyond else (middle, high)
        m = mpf(low)
        for _ in range(4):
            slope = -1 / m**2 + sum(s**2 / (1 + m * s) ** 2 for s in eigenvalues) / samples
            m -= mismatch(m) / slope
        assert abs(mismatch(m) * m) < mpf(10) ** -25
        right = sum(1 / (1 + m * s) for s in eigenvalues) / (g * COUNT)
        assert abs(found.value / right - 1) < mpf(10) ** -15
    assert found.status == "verified"


def test_more_digits_take_every_eigenvalue(sample_covariance: Derivation) -> None:
    values = {"A": Eigenvalues.of(_sample("power law")), "P": 300, "gamma": "1e-3"}
    few, many = (evaluate(sample_covariance, values, digits=digits) for digits in (20, 30))
    assert abs(few.value / many.value - 1) < mpf(10) ** -20
    assert few.steps[-1].technique is Technique.MERGED
    assert Technique.MERGED not in [step.technique for step in many.steps]
