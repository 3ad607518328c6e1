"""Merged eigenvalues against sums over all of them."""

from __future__ import annotations

import numpy as np
import pytest

from planaria.numerics.quadrature.gauss import TARGET, bound, merged


def spectra() -> list[np.ndarray]:
    chance = np.random.default_rng(2)
    return [
        np.arange(1.0, 10**5 + 1) ** -1.8,
        np.exp(-np.arange(1.0, 3001) / 40),
        np.sort(chance.chisquare(3, 5000)),
        10 ** chance.uniform(-30, 0, 4000),
        np.array([2.0]),
    ]


def terms(x: np.ndarray, Delta: float, a: int, b: int, c: int) -> np.ndarray:
    """x**a / ((x + Delta)**b (x + 3 Delta)**c), as powers of quotients, without overflow."""
    paired = min(a, b + c)
    quotients = (x / (x + Delta)) ** paired * ((x + Delta) / (x + 3 * Delta)) ** c
    return np.asarray(quotients * x ** (a - paired) * (x + Delta) ** (paired - b - c))


@pytest.mark.parametrize("case", range(5))
def test_sums_of_merged_eigenvalues(case: int) -> None:
    """Every power up to the fourth, products of two poles too, poles from 0 over 40 decades."""
    eigenvalues = spectra()[case]
    rule = merged(eigenvalues, np.ones(len(eigenvalues)))
    assert len(rule.nodes) <= min(len(eigenvalues), 700)
    assert (rule.weights > 0).all()
    assert rule.weights.sum() == pytest.approx(len(eigenvalues), rel=1e-13)
    for Delta in (0.0, *10.0 ** np.arange(-35, 6, 3)):
        for a, b, c in (
            (0, 0, 0),
            (1, 0, 0),
            (2, 0, 0),
            (1, 1, 0),
            (2, 2, 0),
            (1, 2, 0),
            (0, 1, 0),
            (4, 4, 0),
            (2, 1, 1),
        ):
            if not Delta and b + c > a:
                continue
            found = (rule.weights * terms(rule.nodes, Delta, a, b, c)).sum()
            assert found == pytest.approx(terms(eigenvalues, Delta, a, b, c).sum(), rel=1e-13)


def test_zeros_and_counts() -> None:
    rule = merged(np.array([0.0, 1.0, 3.0]), np.array([5.0, 2.0, 1.0]))
    assert rule.nodes.tolist() == [0.0, 1.0, 3.0]
    assert rule.weights.tolist() == [5.0, 2.0, 1.0]
    assert rule.error == 0


def test_the_bound_holds_and_falls() -> None:
    """Against the sums themselves, with few nodes, where the error shows."""
    from planaria.numerics.quadrature.gauss import _gauss

    eigenvalues = np.linspace(1.0, 4.0, 500)
    before = float("inf")
    for count in range(4, 12):
        places, masses = _gauss(np.log(eigenvalues / 2), np.ones(500), count)
        nodes = 2 * np.exp(places)
        worst = max(
            abs(
                float(
                    (masses * nodes**a / (nodes + D) ** b).sum() / (eigenvalues**a / (eigenvalues + D) ** b).sum()
                )
                - 1
            )
            for a in range(5)
            for b in range(5)
            for D in (0.0, 0.1, 1.0, 10.0)
        )
        own = bound(float(np.log(4.0)), count)
        assert worst <= own + 1e-14
        assert own < before
        before = own
    assert TARGET < 1e-13
