"""Densities against formulas of the literature, exact moments and drawn matrices."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from sympy import Identity, MatrixSymbol, Trace, symbols

import planaria as pl
from planaria.algebra.errors import InputError
from planaria.numerics.spectral.draws import drawn_eigenvalues
from planaria.numerics.spectral.resolvent import shape_of

N, P, z, gamma = symbols("N P z gamma", positive=True)
h, k = MatrixSymbol("h", N, N), MatrixSymbol("k", N, N)
unit = Identity(N)
PASTUR = pl.derive("marchenko-pastur", "resolvent")


def hermitian(*fields: MatrixSymbol) -> pl.Model:
    return pl.Model([pl.Gaussian(field, variance=1 / N, kind="hermitian") for field in fields])


def moments_agree(found: pl.Density, tolerance: float = 1e-6) -> bool:
    exact = [one.exact for one in found.moments]
    assert None not in exact
    pairs = [(one.value, one.exact) for one in found.moments if one.exact is not None]
    return all(abs(value - exact) <= tolerance * max(1.0, abs(exact)) for value, exact in pairs)


def test_the_semicircle() -> None:
    law = pl.derive(Trace((z * unit - h).inv()) / N, hermitian(h))
    x = np.linspace(-2.5, 2.5, 101)
    found = pl.density(law, of=z, x=x, N=7)
    assert found.variable == "z"
    assert np.abs(found.rho - np.sqrt(np.maximum(4 - x**2, 0)) / (2 * np.pi)).max() < 1e-5
    inner = np.abs(x) < 1.99
    assert np.abs(found.rho - np.sqrt(np.maximum(4 - x**2, 0)) / (2 * np.pi))[inner].max() < 1e-12
    assert found.edges == pytest.approx((-2, 2), abs=1e-9)
    assert found.atoms == ()
    assert moments_agree(found)


@pytest.mark.parametrize(("n", "p"), [(100, 400), (400, 100)])
def test_marchenko_pastur(n: int, p: int) -> None:
    """Marchenko and Pastur (1967): density, edges (1 -+ sqrt(c))^2 and the atom 1 - 1/c at zero."""
    c = n / p
    low, high = (1 - c**0.5) ** 2, (1 + c**0.5) ** 2
    found = pl.density(PASTUR, of="gamma", points=60, N=n, P=p)
    assert found.variable == "-gamma"
    right = np.sqrt(np.maximum((high - found.x) * (found.x - low), 0)) / (2 * np.pi * c * found.x)
    assert np.abs(found.rho - right).max() < 1e-7 * right.max()
    assert found.edges == pytest.approx((low, high), abs=1e-8)
    assert [(one.x, one.weight) for one in found.atoms] == ([] if c <= 1 else [(0.0, pytest.approx(1 - 1 / c))])
    assert found.mass == pytest.approx(1, abs=1e-6)
    assert moments_agree(found)


@pytest.mark.parametrize(("ratio", "large", "bands"), [(0.1, 10, 2), (0.5, 2, 1)])
def test_two_levels_make_one_band_or_two(ratio: float, large: float, bands: int) -> None:
    """Silverstein and Choi (1995): on the complement of the spectrum x(g) = -1/g + c <t/(1 + t g)> rises."""
    samples = round(200 / ratio)
    values = {"N": 200, "P": samples, "A": [1] * 100 + [large] * 100, "B": [1] * samples}
    found = pl.density(pl.derive("correlated-wishart", "resolvent"), values=values, of="gamma", points=20)
    levels = np.array([1.0, large])
    g = -np.sort(np.concatenate([np.geomspace(1e-3, 50, 400_001), [50.0]]))
    poles = (g > -1 + 1e-9) & (g < -1 / large - 1e-9)
    slope = 1 / g**2 - ratio * np.mean(levels**2 / (1 + levels * g[:, np.newaxis]) ** 2, axis=1)
    position = -1 / g + ratio * np.mean(levels / (1 + levels * g[:, np.newaxis]), axis=1)
    turns = np.flatnonzero(slope[:-1] * slope[1:] < 0)
    right = sorted(position[t] for t in turns)
    assert poles.any()
    assert len(found.bands) == bands
    assert found.edges == pytest.approx(right, rel=1e-4)
    assert found.mass == pytest.approx(1, abs=1e-5)


def test_the_anticommutator() -> None:
    """Nica and Speicher (1998): the support of hk + kh ends at sqrt((11 + 5 sqrt 5)/2)."""
    law = pl.derive(Trace((z * unit - h * k - k * h).inv()) / N, hermitian(h, k))
    found = pl.density(law, of=z, points=20, N=7)
    edge = ((11 + 5 * 5**0.5) / 2) ** 0.5
    assert found.edges == pytest.approx((-edge, edge), abs=1e-7)
    assert moments_agree(found, 1e-4)


def test_a_sum_of_a_product_and_a_field_is_that_of_drawn_matrices() -> None:
    x, y = MatrixSymbol("x", N, N), MatrixSymbol("y", N, N)
    matrix = x * y + y.T * x.T + h
    fields = [pl.Gaussian(x, variance=1 / N), pl.Gaussian(y, variance=1 / N)]
    model = pl.Model([*fields, pl.Gaussian(h, variance=1 / N, kind="symmetric")])
    found = pl.density(
        pl.derive(Trace((z * unit - matrix).inv()) / N, model), of="z", x=np.linspace(-5, 5, 1001), N=50
    )
    drawn = drawn_eigenvalues(matrix, model, {N: 400}, runs=4).ravel()
    for level in (-1.0, 0.0, 0.5, 2.0):
        below = found.x <= level
        share = np.trapezoid(np.nan_to_num(found.rho[below]), found.x[below])
        assert abs(share - np.mean(drawn <= level)) < 0.01


def test_the_kernel_of_random_features_is_that_of_drawn_matrices() -> None:
    features = pl.derive("random-features", "resolvent")
    values = {"N": 60, "P": 120, "M": 400, "alpha": "0.8", "sigma_u": 1, "lambda_plus": 1}
    found = pl.density(features, values=values, of="gamma", points=200, moments=2)
    assert moments_agree(found, 1e-4)
    assert abs(found.mass - 1) < 1e-3
    assert len(found.bands) > 1


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (Trace((z * unit - h).inv()), "falls off like"),
        (Trace((z * unit - h).inv() * (z * unit - h).inv()) / N, "does not fall off like 1/z"),
        (Trace((z * unit - h * k).inv()) / N, "is no resolvent of a Hermitian matrix in z"),
    ],
)
def test_what_is_no_resolvent_is_refused(expression: Any, words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        pl.density(pl.derive(expression, hermitian(h, k)), of=z, N=5)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"of": "N"}, "N is a dimension"),
        ({"of": "gama"}, "did you mean 'gamma'"),
        ({"of": "gamma", "gamma": 1}, "gamma is given a number"),
        ({"of": "gamma", "x": [1, 0]}, "x is no ascending list"),
        ({"of": "gamma", "points": 1}, "points = 1 is out of range"),
    ],
)
def test_bad_input(options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        pl.density(PASTUR, **{"N": 5, "P": 10, **options})


def test_the_sign_is_read_off_the_expression() -> None:
    assert shape_of(Trace((gamma * unit + h * h).inv()) / N, gamma) == (-1, h**2)
    assert shape_of(Trace((h - z * unit).inv()) / N, z) == (1, h)
    assert shape_of(Trace(h) / N, z) == (1, None)
