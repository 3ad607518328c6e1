"""Exact moments, against entrywise Gaussian moments, all diagrams, and the literature."""

from __future__ import annotations

from fractions import Fraction
from math import comb, factorial, prod
from typing import Any

import pytest
from sympy import (
    Add,
    Expr,
    Identity,
    Integer,
    MatrixExpr,
    MatrixSymbol,
    Mul,
    Poly,
    Symbol,
    Trace,
    sqrt,
    symbols,
)
from sympy import (
    expand as expand_sympy,
)

from planaria.diagrams import Gaussian, InputError, Model, expand, moment
from planaria.diagrams.expressions.expression import prepare, read
from planaria.diagrams.expressions.words import close, words
from planaria.diagrams.graphs.weight import total_weight
from planaria.diagrams.graphs.wick import all_contractions
from planaria.ensembles.spectra import UnitSpectrum

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


def census(degrees: tuple[int, ...]) -> int:
    """W. T. Tutte, A census of slicings (1962): maps on the sphere with rooted vertices of given degrees,
    of which none or two are odd: (e - 1)!/(e - v + 2)! times a number for each vertex."""
    edges = sum(degrees) // 2
    total = Fraction(factorial(edges - 1), factorial(edges - len(degrees) + 2))
    for degree in degrees:
        half = degree // 2
        total *= Fraction(factorial(degree), factorial(half) * factorial(half if degree % 2 else half - 1))
    assert total.denominator == 1
    return int(total)


@pytest.mark.parametrize(
    "degrees",
    [
        (6, 2, 2),
        (2, 2, 2),
        (4, 4, 2),
        (4, 4, 4),
        (6, 4, 2),
        (2, 2, 2, 2),
        (4, 2, 2, 2),
        (4, 4, 2, 2),
        (6, 4, 4, 2),
        (2, 2, 2, 2, 2),
        (3, 3),
        (1, 1, 2, 2),
        (3, 3, 2),
        (3, 1, 2, 4),
        (5, 3, 2, 2),
        (3, 3, 4, 4),
    ],
)
def test_connected_planar_moments_are_the_census_of_slicings(degrees: tuple[int, ...]) -> None:
    """Each number of traces, equal ones and different ones: tr H^6 (tr H^2)^2 is 240 N^4 at leading order."""
    number = census(degrees)
    power = sum(degrees) // 2 - len(degrees) + 2
    traces = Mul(*(Trace(H**degree) for degree in degrees))
    assert moment(traces, GUE, planar=True, connected=True) == number * N**power
    # symmetric matrices: every trace but one may be turned over
    assert moment(traces, GOE, planar=True, connected=True) == 2 ** (len(degrees) - 1) * number * N**power
    exact = moment(traces, GUE, connected=True)
    assert _coefficients(exact, N)[power] == number
    assert max(_coefficients(exact, N)) == power


@pytest.mark.parametrize(("inner", "outer"), [(H, G), (G, H)])
def test_traces_of_another_field_are_not_connected(inner: MatrixSymbol, outer: MatrixSymbol) -> None:
    """Two traces that close a face among themselves leave the third apart, in whichever order they come."""
    both = Model([Gaussian(H, kind="hermitian"), Gaussian(G, kind="hermitian")])
    for planar in (True, False):
        assert moment(Trace(inner**2) * Trace(outer) ** 2, both, connected=True, planar=planar) == 0
        assert moment(Trace(inner * outer) * Trace(inner) * Trace(outer), both, connected=True, planar=planar) == N


def test_the_census_by_its_first_entries() -> None:
    """By hand: two vertices of degree two are joined in two ways, and 36 = 32 + 4 for two of degree four."""
    assert [census(one) for one in ((2,), (4,), (2, 2), (4, 4), (3, 3), (6, 2, 2))] == [1, 2, 2, 36, 12, 240]


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


# --- what an expression may be -------------------------------------------------------------------------------


def test_products_of_words_add_up() -> None:
    """Rotations and transposes are one word; a trace of a sum is a sum of traces."""
    assert moment(Trace(y * z.T * z * y.T) - Trace(z * y.T * y * z.T), REAL) == 0
    matrix = (y + 2 * z) * (y + 2 * z).T
    assert moment(Trace(matrix * matrix), REAL) == expand_sympy(25 * moment(Trace((y * y.T) ** 2), REAL))


def test_scalars() -> None:
    model = Model([Gaussian(y, variance=s**2 / N)])
    assert moment(3 * Trace(y * y.T) / P + gamma, model) == 3 * s**2 + gamma
    assert moment((Trace(y * y.T) - N) ** 2, model) == P**2 * s**4 + 2 * P * s**4 / N - 2 * N * P * s**2 + N**2
    assert moment(Trace(y * y.T) / (N + P), model) == P * s**2 / (N + P)
    assert moment(Trace(y * y.T), Model([Gaussian(y, variance=sqrt(s))])) == N * P * sqrt(s)
    assert moment(gamma**2 + 1, model) == gamma**2 + 1
    assert moment(Integer(0), model) == 0
    assert moment(Trace(y * y.T) * 0.25, model) == P * s**2 / 4


def test_deterministic_traces() -> None:
    assert moment(t1**2 * Trace(x * x.T) / t2, FEATURES) == P * t1**3 / t2
    assert moment(Trace(Lambda + Identity(M)), FEATURES) == M + t1
    # a deterministic trace is a coefficient of a correlator, not a member
    assert moment(t1 * Trace(x * x.T) ** 2, FEATURES, connected=True) == 2 * P * t1 * t2
    assert moment(Trace(Identity(M) + x * x.T) ** 2, FEATURES, connected=True) == 2 * P * t2


def test_numbers_as_dimensions_and_unit_spectra() -> None:
    w = MatrixSymbol("w", 2, P)
    assert moment(Trace(w * w.T) ** 2, Model([Gaussian(w)])) == 4 * P**2 + 4 * P
    model = Model([Gaussian(x, rows=Lambda)], {Lambda: UnitSpectrum()})
    assert moment(Trace(x * x.T * Lambda), model) == M * P


def test_odd_words_vanish() -> None:
    for matrix in (H, H * H * G, H**3):
        for planar in (False, True):
            assert moment(Trace(matrix), GOE, planar=planar) == 0
    # phases of complex entries
    c = MatrixSymbol("c", N, N)
    assert moment(Trace(c * c), Model([Gaussian(c, kind="complex")])) == 0
    assert moment(Trace(c) ** 2 * Trace(c.adjoint()) ** 2, Model([Gaussian(c, kind="complex")])) == 2 * N**2


def test_leading_order_of_a_product() -> None:
    """The planar part of a product is that of its traces, multiplied."""
    exact = Poly(moment(Trace(H**2) ** 2 * Trace(H**4), GOE), N)
    planar = moment(Trace(H**2) ** 2 * Trace(H**4), GOE, planar=True)
    assert planar == exact.LC() * N ** exact.degree() == 2 * N**7


def test_planar_is_the_leading_order() -> None:
    """Every dimension grows alike: what is left at leading order is planar."""
    for matrix, model in (((y * y.T) ** 4, REAL), ((y * z.T * z * y.T) ** 2, REAL), (H * G**2 * H**3, GOE)):
        exact = Poly(moment(Trace(matrix), model), N, P)
        planar = Poly(moment(Trace(matrix), model, planar=True), N, P)
        top = {powers: c for powers, c in exact.terms() if sum(powers) == exact.total_degree()}
        assert dict(planar.terms()) == top


@pytest.mark.parametrize(
    ("expression", "problem", "remedy"),
    [
        (Trace((gamma * Identity(N) + y * y.T).inv()), "an inverse of a random matrix", "derive or evaluate"),
        (y * y.T, "it is a matrix", "take its trace"),
        (1 / Trace(y * y.T), "no polynomial in traces", "positive powers"),
        (sqrt(Trace(y * y.T)), "no polynomial in traces", "positive powers"),
        (Trace(y * y.T) * y[0, 0], "a matrix outside of traces", "take its trace"),
        (Trace(MatrixSymbol("y", P, N)), "but an expression uses it with shape", "one symbol"),
        (Trace((y * y.T) ** 60), "of degree 120 in the random matrices, more than 96", "limit=None"),
        (Trace(y * y.T) ** 49, "of degree 98 in the random matrices, more than 96", "limit=None"),
        (Trace((y * y.T + Identity(N) + z * z.T) ** 20), "more than 20,000 products", "lower the powers"),
        ((Trace(y * y.T) + 1) ** 30_000, "more than 20,000 products", "lower the powers"),
        ("tr(y)", "y has shape (N, P) and is not square", "square matrix"),
    ],
)
def test_refusals(expression: Any, problem: str, remedy: str) -> None:
    with pytest.raises(InputError) as caught:
        moment(expression, REAL)
    assert problem in caught.value.problem
    assert remedy in caught.value.remedy


@pytest.mark.parametrize("options", [{}, {"planar": True}, {"connected": True}])
def test_the_limit(options: dict[str, bool]) -> None:
    word = Trace((phi.T * phi) ** 3)
    with pytest.raises(InputError, match=r"more than 5 different products of traces; .*limit=None"):
        moment(word, FEATURES, limit=5, **options)
    assert moment(word, FEATURES, limit=None, **options) == moment(word, FEATURES, limit=1000, **options)
    for limit in (0, -1, True, 1.5):
        with pytest.raises(InputError, match="no positive whole number"):
            moment(word, FEATURES, limit=limit, **options)  # type: ignore[arg-type]


def test_correlators_of_too_many_traces() -> None:
    traces = [Trace(y * y.T * A**k) for k in range(1, 21)]
    for planar in (False, True):
        with pytest.raises(InputError, match="more than 100,000 different products"):
            moment(Mul(*traces), REAL, connected=True, planar=planar)


def test_a_correlator_of_many_equal_traces() -> None:
    """tr y y^T is a sum of squares: its n-th cumulant is 2^(n-1) (n-1)! for each entry."""
    wanted = 2**39 * factorial(39) * N * P
    assert moment(Trace(y * y.T) ** 40, REAL, connected=True) == wanted
    assert moment(Trace(y * y.T) ** 40, REAL, connected=True, planar=True) == wanted
