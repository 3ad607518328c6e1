"""Densities against formulas of the literature, exact moments and drawn matrices."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from sympy import Identity, MatrixSymbol, Rational, Trace, symbols

import planaria as pl
from planaria.algebra.errors import InputError
from planaria.numerics.plane.loops import Plane
from planaria.numerics.points.problem import pose
from planaria.numerics.spectral.axis import from_above
from planaria.numerics.spectral.draws import drawn_eigenvalues
from planaria.numerics.spectral.resolvent import resolvent_of, shape_of

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
        assert abs(share - np.mean(drawn <= level)) < 1 / 60  # an eigenvalue: corrections of order 1/N


def test_the_kernel_of_random_features_is_that_of_drawn_matrices() -> None:
    features = pl.derive("random-features", "resolvent")
    values = {"N": 60, "P": 120, "M": 400, "alpha": "0.8", "sigma_u": 1, "lambda_plus": 1}
    found = pl.density(features, values=values, of="gamma", points=400, moments=2)
    assert moments_agree(found, 1e-9)
    # The largest eigenvalues stand apart, the first gap by half a percent: each band holds a multiple of 1/N.
    assert abs(found.mass - 1) < 1e-9
    assert [round(one, 2) for one in found.edges][1:] == [1.96, 1.97, 3.37, 3.91, 7.08, 13.29, 24.74]
    (ridge,) = (one for one in features.rules.setting.ring.generators if str(one) == "gamma")
    matrix = shape_of(features.expression, ridge)[1]
    assert matrix is not None
    drawn = drawn_eigenvalues(matrix, features.model, values, runs=20).ravel()
    for level in (0.003, 0.02, 0.1, 1.0, 3.6, 10.0):
        share = sum(_piece(found, band, level) for band in found.bands)
        assert abs(share - np.mean(drawn <= level)) < 1 / 60  # an eigenvalue: corrections of order 1/N


def _piece(found: pl.Density, band: Any, level: float) -> float:
    own = (found.x >= band.low) & (found.x <= min(band.high, level))
    return float(np.trapezoid(found.rho[own], found.x[own]))


def test_the_product_of_three_is_fuss_catalan() -> None:
    """Haagerup and Moeller (2013): x = sin^(n+1)((n+1)t)/(sin t sin^n(nt)), the density on this curve."""
    fields = [MatrixSymbol(name, N, N) for name in ("a", "b", "c")]
    product = fields[0] * fields[1] * fields[2]
    model = pl.Model([pl.Gaussian(one, variance=1 / N) for one in fields])
    n, t = 3, np.linspace(0.05, np.pi / 4 - 0.1, 25)[::-1]
    x = np.sin((n + 1) * t) ** (n + 1) / (np.sin(t) * np.sin(n * t) ** n)
    right = np.sin(t) ** 2 * np.sin(n * t) ** (n - 1) / (np.pi * np.sin((n + 1) * t) ** n)
    found = pl.density(Trace((gamma * unit + product * product.T).inv()) / N, model, of=gamma, x=x, N=9)
    assert np.abs(found.rho / right - 1).max() < 1e-10
    assert found.edges == pytest.approx((0, 256 / 27), abs=1e-9)
    assert found.atoms == ()
    assert abs(found.mass - 1) < 1e-4
    assert [one.exact for one in found.moments] == [1, 4, 22, 140]


def test_signal_plus_noise() -> None:
    """Pastur (1972): g = sum p_i/(x - b_i - s g), a cubic whose root in the lower half plane counts."""
    signal, noise = MatrixSymbol("b", N, N), symbols("s", positive=True)
    model = pl.Model(
        [pl.Gaussian(h, variance=noise / N, kind="symmetric")], {signal: pl.Eigenvalues.of([-1, 2, 2])}
    )
    law = pl.derive(Trace((z * unit - signal - h).inv()) / N, model)
    x = np.linspace(-5, 6, 111)
    for s, bands in ((0.25, 2), (4.0, 1)):
        found = pl.density(law, of="z", x=x, s=s)
        assert len(found.bands) == bands
        for at, rho in zip(found.x, found.rho, strict=True):
            w = np.poly1d([-s, at])  # x - s g, as a polynomial in g
            roots = (np.poly1d([1, 0]) * (w + 1) * (w - 2) - (w - 2) / 3 - 2 * (w + 1) / 3).roots
            assert abs(rho - max(0.0, -min(roots.imag)) / np.pi) < 1e-6
        assert moments_agree(found)


def test_a_zero_of_the_resolvent_in_a_gap_is_no_band() -> None:
    """Between two equal levels G vanishes: the equation is even about the middle, which two edges mirror."""
    signal = MatrixSymbol("b", N, N)
    model = pl.Model([pl.Gaussian(h, variance=1 / (4 * N), kind="symmetric")], {signal: pl.Eigenvalues.of([0, 2])})
    found = pl.density(Trace((z * unit - signal - h).inv()) / N, model, of=z, x=[0.0, 1.0])
    # With w = z - g/4 and g = (1/w + 1/(w - 2))/2, edges are where dz/dw = 1 - (1/w**2 + 1/(w - 2)**2)/8 vanishes.
    w = np.roots(np.polysub(8 * np.polymul([1, 0, 0], [1, -4, 4]), np.polyadd([1, 0, 0], [1, -4, 4])))
    right = np.sort((w + (1 / w + 1 / (w - 2)) / 8).real)
    assert found.edges == pytest.approx(tuple(right), abs=1e-10)
    assert found.rho[1] == 0


def test_an_atom_that_is_not_at_zero_and_a_rational_matrix() -> None:
    """x -> 1/(1 + x) carries the Marchenko-Pastur law with its atom along: edges, weights and moments."""
    x = MatrixSymbol("x", N, P)
    model = pl.Model([pl.Gaussian(x, variance=1 / P)])
    found = pl.density(Trace((z * unit - 3 * (unit + x * x.T).inv()).inv()) / N, model, of=z, N=400, P=100)
    low, high = 3 / (1 + (1 + 2) ** 2), 3 / (1 + (1 - 2) ** 2)
    assert found.edges == pytest.approx((low, high), abs=1e-9)
    assert [(one.x, one.weight) for one in found.atoms] == [(pytest.approx(3), pytest.approx(0.75))]
    assert found.mass == pytest.approx(1, abs=1e-6)


def test_a_narrow_band_is_not_missed() -> None:
    levels = pl.Eigenvalues.of([1] * 10 + [10] * 10)
    values = {"N": 20, "P": 200_000, "A": levels, "B": pl.UnitSpectrum()}
    found = pl.density(
        pl.derive("correlated-wishart", "resolvent"), values=values, of="gamma", points=20, moments=0
    )
    c = 1e-4 / 2  # of half of the dimensions, far from the others
    right = [level * (1 + sign * np.sqrt(c)) ** 2 for level in (1, 10) for sign in (-1, 1)]
    assert found.edges == pytest.approx(right, rel=1e-4)
    assert found.mass == pytest.approx(1, abs=1e-8)


def test_a_question_in_every_form() -> None:
    asked = [
        pl.density("wigner", "resolvent", of="z", x=[0], N=5),
        pl.density("wigner", "tr(inv(z*I(N) - h))/N", of="z", x=[0], N=5),
        pl.density(pl.derive("wigner", "resolvent"), values={"N": 5}, of="z", x=[0]),
        pl.density(Trace((z * unit - h).inv()) / N, hermitian(h), {N: 5}, of=z, x=np.array([0.0])),
    ]
    assert all(one.rho == pytest.approx([1 / np.pi]) for one in asked)
    assert asked[0] == asked[1]
    assert "<img" in asked[0]._repr_html_()
    with pytest.raises(InputError, match="a derivation has its model"):
        pl.density(PASTUR, "resolvent", of="gamma")


def test_a_root_of_the_parameter_is_refused() -> None:
    rooted = Trace((gamma ** Rational(1, 2) * unit + h).inv()) / N
    with pytest.raises(InputError, match=re.escape("sqrt(gamma) has no one value")):
        pl.density(rooted, hermitian(h), of=gamma, N=5)


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


def test_a_hard_edge_is_reached_where_the_signal_has_zeros() -> None:
    """Dozier and Silverstein (2007): m = mean of 1/(t/(1 + m) - (1 + m) x) over t, where G = -m."""
    signal, noise = MatrixSymbol("b", N, N), MatrixSymbol("y", N, N)
    model = pl.Model([pl.Gaussian(noise, variance=1 / N)], {signal: pl.Eigenvalues.of([0, 2])})
    law = pl.derive(Trace((z * unit - (signal + noise) * (signal + noise).T).inv()) / N, model)
    resolvent = resolvent_of(law, Plane.of(pose(law, {z: 1j})), z)
    x = np.array([-1e-4, -1e-6, 1e-6, 1e-4])
    m = -from_above(resolvent, x).values
    assert (m[2:].imag > 70).all()
    right = sum(1 / (t / (1 + m) - (1 + m) * x) for t in (0, 4)) / 2
    assert np.abs(right / m - 1).max() < 1e-6
