"""Exact moments, against entrywise Gaussian moments, all diagrams, and the literature."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import comb, factorial, prod
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import (
    Add,
    Expr,
    Identity,
    Integer,
    MatMul,
    MatPow,
    MatrixExpr,
    MatrixSymbol,
    Mul,
    Poly,
    Symbol,
    Trace,
    expand as expand_sympy,
    sqrt,
    symbols,
)

from planaria.diagrams import Gaussian, InputError, Model, expand, moment
from planaria.diagrams.expansion import close, words
from planaria.diagrams.spectra import UnitSpectrum
from planaria.diagrams.tree import prepare, read
from planaria.diagrams.weight import total_weight
from planaria.diagrams.wick import all_contractions

N, P, M, s, gamma = symbols("N P M s gamma", positive=True)
Lambda, A = MatrixSymbol("Lambda", M, M), MatrixSymbol("A", N, N)
x, u = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
y, z, H, G = MatrixSymbol("y", N, P), MatrixSymbol("z", N, P), MatrixSymbol("H", N, N), MatrixSymbol("G", N, N)
FEATURES = Model([Gaussian(x, rows=Lambda), Gaussian(u)])
phi = u * x
t1, t2, t3 = Trace(Lambda), Trace(Lambda**2), Trace(Lambda**3)

REAL = Model([Gaussian(y), Gaussian(z)])
COMPLEX = Model([Gaussian(y, kind="complex"), Gaussian(z, kind="complex")])
GOE = Model([Gaussian(H, kind="symmetric"), Gaussian(G, kind="symmetric")])
GUE = Model([Gaussian(H, kind="hermitian"), Gaussian(G, kind="hermitian")])


def double_factorial(n: int) -> int:
    return prod(range(n, 0, -2))


# --- the literature ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "polynomial"),
    [
        (1, N * P * t1),
        (2, t1**2 * (N**2 * P + N * P**2 + N * P) + t2 * (N**2 * P**2 + N**2 * P + N * P**2 + 3 * N * P)),
        (
            3,
            t1**3 * (N**3 * P + 3 * N**2 * P**2 + 3 * N**2 * P + N * P**3 + 3 * N * P**2 + 4 * N * P)
            + t1
            * t2
            * (
                3 * (N**3 * P**2 + N**3 * P + N**2 * P**3 + N * P**3)
                + 12 * N**2 * P**2
                + 21 * (N**2 * P + N * P**2)
                + 24 * N * P
            )
            + t3
            * (
                N**3 * P**3
                + 3 * (N**3 * P**2 + N**2 * P**3)
                + 4 * (N**3 * P + N * P**3)
                + 21 * N**2 * P**2
                + 24 * (N**2 * P + N * P**2)
                + 36 * N * P
            ),
        ),
    ],
)
def test_random_features(n: int, polynomial: Expr) -> None:
    assert moment(Trace((phi.T * phi) ** n), FEATURES) == expand_sympy(polynomial)


@pytest.mark.parametrize("n", [1, 4, 8, 10])
def test_random_features_of_one_dimension(n: int) -> None:
    """At N = P = M = 1 the moment is ((2n - 1)!!)^2: high orders."""
    found = moment(Trace((phi.T * phi) ** n), FEATURES)
    ones = {**{trace: Integer(1) for trace in found.atoms(Trace)}}
    assert found.xreplace(ones).subs({N: 1, P: 1, M: 1}) == double_factorial(2 * n - 1) ** 2


def test_random_features_are_dual() -> None:
    """Features and samples may be exchanged, as both come with the one covariance."""
    found = moment(Trace((phi.T * phi) ** 6), FEATURES)
    assert found.xreplace({N: P, P: N}) == found


def harer_zagier(n: int) -> dict[int, int]:
    """The number of ways to glue a 2n-gon to an orientable surface, by genus.

    J. Harer, D. Zagier, The Euler characteristic of the moduli space of curves, Invent. math. 85 (1986):
    (n+1) e(n, g) = 2 (2n-1) e(n-1, g) + (2n-1) (n-1) (2n-3) e(n-2, g-1).
    """
    table = {(0, 0): 1, (1, 0): 1}
    for m in range(2, n + 1):
        for g in range(m // 2 + 1):
            total = 2 * (2 * m - 1) * table.get((m - 1, g), 0)
            total += (2 * m - 1) * (m - 1) * (2 * m - 3) * table.get((m - 2, g - 1), 0)
            table[m, g] = total // (m + 1)
    return {g: table[n, g] for g in range(n // 2 + 1)}


def test_harer_zagier_begins_as_oeis_a035309() -> None:
    assert list(harer_zagier(4).values()) == [14, 70, 21]
    assert list(harer_zagier(6).values()) == [132, 2310, 6468, 1485]


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7, 12])
def test_hermitian(n: int) -> None:
    wanted = {n + 1 - 2 * g: number for g, number in harer_zagier(n).items()}
    assert _coefficients(moment(Trace(H ** (2 * n)), GUE), N) == wanted
    assert _coefficients(moment(Trace(H ** (2 * n)), GUE, planar=True), N) == {n + 1: wanted[n + 1]}


@pytest.mark.parametrize(
    ("n", "coefficients"), [(2, [1, 1]), (4, [2, 5, 5]), (6, [5, 22, 52, 41]), (8, [14, 93, 374, 690, 509])]
)
def test_symmetric(n: int, coefficients: list[int]) -> None:
    """I. P. Goulden, D. M. Jackson, Canad. J. Math. 49 (1997); M. Ledoux, Electron. Commun. Probab. 14 (2009)."""
    powers = range(n // 2 + 1, 0, -1)
    assert _coefficients(moment(Trace(H**n), GOE), N) == dict(zip(powers, coefficients, strict=True))


@pytest.mark.parametrize("kind", ["real", "complex"])
@pytest.mark.parametrize("n", [1, 2, 5, 9])
def test_planar_wishart_is_narayana(kind: str, n: int) -> None:
    model = Model([Gaussian(y, kind=kind)])  # type: ignore[arg-type]
    narayana = [comb(n, k) * comb(n, k - 1) // n for k in range(1, n + 1)]
    wanted = Add(*(number * N**k * P ** (n + 1 - k) for k, number in enumerate(narayana, 1)))
    word = Trace((y * y.adjoint()) ** n if kind == "complex" else (y * y.T) ** n)
    assert moment(word, model, planar=True) == wanted
    exact = Poly(moment(word, model), N, P)
    assert sum(c for exponents, c in exact.terms() if sum(exponents) == n + 1) == sum(narayana)


def test_complex_wishart_of_one_dimension() -> None:
    """|z|^2 is exponential: its n-th moment is n!."""
    assert moment(Trace((y * y.adjoint()) ** 7), COMPLEX).subs({N: 1, P: 1}) == factorial(7)


@pytest.mark.parametrize("n", [1, 2, 5, 12])
def test_planar_random_features_are_fuss_catalan(n: int) -> None:
    found = moment(Trace((phi.T * phi) ** n), FEATURES, planar=True)
    ones = found.xreplace({trace: Integer(1) for trace in found.atoms(Trace)}).subs({N: 1, P: 1})
    assert ones == comb(3 * n, n) // (2 * n + 1)


def test_annulus_of_two_quartic_words() -> None:
    """W. T. Tutte, A census of slicings (1962): two vertices of degree 4 on the sphere, rooted: 36 with N^4."""
    assert moment(Trace(H**4) ** 2, GUE, planar=True, connected=True) == 36 * N**4
    # every one of the two traces may be turned over where matrices are symmetric
    assert moment(Trace(H**4) ** 2, GOE, planar=True, connected=True) == 72 * N**4


def _coefficients(polynomial: Expr, symbol: Symbol) -> dict[int, int]:
    return {power: int(c) for (power,), c in Poly(polynomial, symbol).terms()}


# --- all diagrams --------------------------------------------------------------------------------------------


CORRELATED = Model(
    [
        Gaussian(y, rows=A + 2 * A**2, variance=s / N),
        Gaussian(H, rows=A, kind="symmetric"),
        Gaussian(G, kind="hermitian", variance=s),
        Gaussian(z, kind="complex", rows=3 * A),
    ]
)


@pytest.mark.parametrize(
    "matrix",
    [
        (y * y.T) ** 3,
        A * y * y.T * A**2 * y * y.T,
        H * y * y.T * H + G * A * G,
        (H + A) ** 4,
        H * G * G * H,
        G * G.T * A * G * G.T,
        z * z.adjoint() * H * z * z.adjoint() * H,
        z * z.T * z.adjoint().T * z.adjoint(),
        (gamma * Identity(N) + H) ** 3 * (Identity(N) + A) * H,
        (gamma * Identity(N) + A).inv() * H * A * (gamma * Identity(N) + A).inv() * H,
    ],
)
def test_against_all_diagrams(matrix: MatrixExpr) -> None:
    for planar, euler in ((False, None), (True, 2)):
        wanted = total_weight(expand(Trace(matrix), CORRELATED, order=0, euler=euler))
        assert expand_sympy(moment(Trace(matrix), CORRELATED, planar=planar) - wanted) == 0


@pytest.mark.parametrize(
    ("model", "matrices"),
    [
        (REAL, (y * y.T, y * y.T)),
        (REAL, (y * y.T * z * z.T, y * z.T)),
        (REAL, (y * y.T, y * z.T, z * y.T)),
        (GOE, (H**2, H, H)),
        (GOE, (H * G * H * G, G**2)),
        (GUE, (H**3, H**3)),
        (GUE, (H * G, H * G.T)),
        (COMPLEX, (y * z.adjoint(), z * y.adjoint(), y * y.adjoint())),
        (CORRELATED, (y * y.T * A, H * y * y.T * H)),
        (CORRELATED, (G * A, G, z * z.adjoint())),
    ],
)
def test_correlators_against_all_diagrams(model: Model, matrices: tuple[MatrixExpr, ...]) -> None:
    traces = [Trace(matrix) for matrix in matrices]
    setting = prepare(traces, model)
    parts = tuple(close(words(read(trace.arg, setting), setting, 0), setting)[0] for trace in traces)
    graphs = list(all_contractions(parts, setting))
    expression = Mul(*traces)
    connected = [g for g in graphs if g.is_connected]
    for found, wanted in (
        (moment(expression, model), graphs),
        (moment(expression, model, connected=True), connected),
        (moment(expression, model, connected=True, planar=True), [g for g in connected if g.is_planar]),
        (
            moment(expression, model, planar=True),
            [g for g in graphs if g.is_planar and len(g.components) == len(parts)],
        ),
    ):
        assert expand_sympy(found - total_weight(wanted)) == 0
