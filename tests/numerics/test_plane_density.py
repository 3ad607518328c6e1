"""Densities of complex eigenvalues, against laws of the literature and drawn matrices."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from sympy import Adjoint, Identity, MatrixExpr, MatrixSymbol, Rational, Symbol, Trace, symbols

import planaria as pl
from planaria.algebra.errors import InputError
from planaria.numerics.spectral.draws import drawn_complex_eigenvalues

N, P, z = symbols("N P z", positive=True)
g, k, b, h = (MatrixSymbol(name, N, N) for name in "gkbh")
x, y = MatrixSymbol("x", N, P), MatrixSymbol("y", P, N)
unit = Identity(N)


def model(kind: str = "real", levels: tuple[int, ...] = (-1, 1), **parameters: Any) -> pl.Model:
    fields = [pl.Gaussian(one, variance=1 / N, kind=kind, **parameters) for one in (g, k)]
    fields += [pl.Gaussian(one, variance=1 / N) for one in (x, y)]
    return pl.Model([*fields, pl.Gaussian(h, variance=1 / N, kind="symmetric")], {b: pl.Eigenvalues.of(levels)})


def density(matrix: MatrixExpr, one: pl.Model | None = None, points: int = 400, **sizes: int) -> pl.PlaneDensity:
    resolvent = Trace((z * unit - matrix).inv()) / N
    values: dict[str, int] = {} if matrix.has(b) else {"N": 100}
    return pl.plane_density(resolvent, one or model(), {**values, **sizes}, of=z, points=points)


@pytest.mark.parametrize("kind", ["real", "complex"])
def test_the_circular_law(kind: str) -> None:
    """Girko (1985): 1/pi in the unit disc."""
    found = density(g, model(kind))
    assert found.radial is not None
    assert found.radial.rings == ((0.0, pytest.approx(1, abs=1e-10)),)
    assert np.abs(found.radial.rho * np.pi - 1).max() < 1e-6
    assert np.abs(found.radial.share - found.radial.r**2).max() < 1e-8
    assert found.mass == pytest.approx(1, abs=1e-6)
    assert found.atoms == ()
    distances = np.hypot(*np.meshgrid(found.x, found.y))
    assert (found.rho[distances > 1] == 0).all()
    assert np.abs(found.rho[distances < 0.999] * np.pi - 1).max() < 1e-8


def test_a_product_of_two() -> None:
    """Burda, Janik and Waclaw (2010): 1/(2 pi r) in the unit disc."""
    found = density(g * k)
    assert found.radial is not None
    assert np.abs(found.radial.rho * 2 * np.pi * found.radial.r - 1).max() < 1e-7
    assert found.radial.rings[0][1] == pytest.approx(1, abs=1e-10)


@pytest.mark.parametrize("kind", ["elliptic", "real-elliptic"])
def test_the_elliptic_law(kind: str) -> None:
    """Girko (1986): uniform in the ellipse with half axes 1 + rho and 1 - rho."""
    found = density(g, model(kind, rho=Rational(1, 4)), 300)
    assert found.radial is None
    (line,) = found.boundary
    assert np.abs((line[:, 0] / 1.25) ** 2 + (line[:, 1] / 0.75) ** 2 - 1).max() < 1e-9
    inside = (found.x / 1.25) ** 2 + (found.y[:, np.newaxis] / 0.75) ** 2 < 0.99
    assert np.abs(found.rho[inside] * np.pi * (1 - 1 / 16) - 1).max() < 1e-7


@pytest.mark.parametrize(("levels", "lines"), [((-1, 1), 1), ((-3, 3), 2)])
def test_deterministic_plus_ginibre(levels: tuple[int, int], lines: int) -> None:
    """Khoruzhenko (1996): the boundary is the line on which the mean of 1/|a - w|^2 is 1."""
    found = density(b + g, model(levels=levels), 600)
    assert len(found.boundary) == lines
    for line in found.boundary:
        w = line[:, 0] + 1j * line[:, 1]
        assert np.abs(np.mean([1 / np.abs(a - w) ** 2 for a in levels], axis=0) - 1).max() < 1e-9
    assert found.mass == pytest.approx(1, abs=5e-3)


def test_rectangular_fields_make_an_atom() -> None:
    """Burda et al. (2010): x y with P < N has N - P eigenvalues 0, the others are those of y x."""
    found = density(x * y, P=50)
    assert found.radial is not None
    assert [(one.x, one.y, round(one.weight, 4)) for one in found.atoms] == [(0.0, 0.0, 0.5)]
    # r^2 = F (F - 1/2) where F is the share within r: F of x y in units of variances 1/N.
    share, r = found.radial.share, found.radial.r
    assert np.abs(share * (share - 0.5) - r**2).max() < 1e-6
    assert found.radial.rings[0][1] == pytest.approx(0.5**0.5, abs=1e-10)


@pytest.mark.parametrize("matrix", [g * k + k * g, b + h * g, 2 * unit + h * g])
def test_drawn_matrices(matrix: MatrixExpr) -> None:
    """Shares within circles, and to the left of lines, of three matrices with 300 eigenvalues each."""
    one = model(levels=(-1,) * 150 + (1,) * 150)
    found = density(matrix, one, 400)
    values: dict[Symbol, int] = {N: 300}
    drawn = drawn_complex_eigenvalues(matrix, one, values, runs=4).ravel()
    if found.radial is not None:
        for r, share in zip(found.radial.r[::40], found.radial.share[::40], strict=True):
            assert abs(np.mean(np.abs(drawn - found.centre) < r) - share) < 0.02
    low, high, bottom, top = found.box
    assert np.mean((drawn.real < low - 0.1) | (drawn.real > high + 0.1)) < 0.005
    assert np.mean(np.abs(drawn.imag) > top + 0.1) < 0.005
    assert bottom == pytest.approx(-top)
    weights = found.rho / found.rho.sum()
    borders = (found.x[1:] + found.x[:-1]) / 2
    for at in borders[len(borders) // 5 :: len(borders) // 4]:
        assert abs(np.mean(drawn.real < at) - weights[:, found.x < at].sum()) < 0.03


def test_other_signs_and_centres() -> None:
    found = pl.plane_density(Trace((z * unit + g + 2 * unit).inv()) / N, model(), of="z", N=9, points=100)
    assert found.variable == "-z"
    assert found.centre == pytest.approx(2)
    assert found.radial is not None
    assert found.radial.rings == ((0.0, pytest.approx(1, abs=1e-9)),)


def test_a_hermitian_matrix_is_refused() -> None:
    with pytest.raises(InputError, match="is Hermitian"):
        density(h * 2 + b)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"points": 2}, "points = 2 is out of range"),
        ({"of": "N"}, "N is a dimension"),
        ({"z": 1}, "z is given a number"),
    ],
)
def test_bad_input(options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        pl.plane_density(Trace((z * unit - g).inv()) / N, model(), **{"of": "z", "N": 5, **options})


def test_a_quantity_that_shows_no_matrix_is_refused() -> None:
    with pytest.raises(InputError, match="does not show the matrix"):
        pl.plane_density(Trace(g * (z * unit - g).inv()) / N, model(), of="z", N=5)


def test_the_adjoint_of_a_complex_field_is_taken() -> None:
    """c c^H is Hermitian, c c is not."""
    with pytest.raises(InputError, match="is Hermitian"):
        density(g * Adjoint(g), model("complex"))
