"""Exponents and prefactors, held against the formulas of arXiv:2210.16859 (MRS) and arXiv:2405.19398 (Zhang).

The formulas are written here, and nowhere in the toolkit. In them s = 1 + alpha, rho = (pi/s)/sin(pi/s),
A = alpha (alpha + 1), K = C sigma_w^2 lambda_plus rho^s/(2 M).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import pytest
from mpmath import mp, mpf
from sympy import Expr, Symbol

from planaria import derive
from planaria.algebra.errors import InputError
from planaria.derivations import Derivation
from planaria.derivations.asymptotics.corner import corner_of
from planaria.derivations.asymptotics.path import read_path
from planaria.derivations.asymptotics.result import Scaling, scaling_of
from planaria.numerics.asymptotics.scaling import scaling

TOTAL = "tr((theta*u - w)*Lambda*(theta*u - w).T)/2 + tr(theta_noise*u*Lambda*u.T*theta_noise.T)/2"
NUMBERS = {
    "alpha": "0.8", "lambda_plus": "1.3", "sigma_u": "0.7", "sigma_w": "1.9", "sigma_eps": "0.6",
    "C": "2", "M": "1e9",
    "N": "2000", "P": "7e6", "gamma": "3e-11",
}  # fmt: skip
Oracle = Callable[["Point"], mpf]


class Point:
    """The numbers of a point, and what the papers abbreviate."""

    def __init__(self, **changed: object) -> None:
        self.numbers = {name: mpf(str(value)) for name, value in (NUMBERS | changed).items()}
        n = self.numbers
        self.a, self.N, self.P, self.M, self.g = n["alpha"], n["N"], n["P"], n["M"], n["gamma"]
        self.top, self.u2 = n["lambda_plus"], n["sigma_u"] ** 2
        self.s = 1 + self.a
        self.rho = (mp.pi / self.s) / mp.sin(mp.pi / self.s)
        self.A = self.a * self.s
        self.clean = n["C"] * n["sigma_w"] ** 2 / (2 * self.M)
        self.noise = n["C"] * n["sigma_eps"] ** 2 / 2
        self.K = self.clean * self.top * self.rho**self.s
        self.share = self.M * n["sigma_eps"] ** 2 / n["sigma_w"] ** 2  # M sigma_eps^2/sigma_w^2


@cache
def derived(quantity: str) -> Derivation:
    found = derive("random-features", quantity)
    assert isinstance(found, Derivation)
    return found


def number(formula: Expr, point: Point) -> mpf:
    values: Mapping[Symbol, object] = {s: str(point.numbers[str(s)]) for s in formula.free_symbols}
    return mpf(str(formula.evalf(30, subs=values)))


def symbolic(quantity: str, symbol: str, given: str) -> tuple[Scaling, ...]:
    """All candidates, without the engine's numbers."""
    corner = corner_of(derived(quantity), read_path(derived(quantity), symbol, given))
    return tuple(scaling_of(corner, one, ()) for one in corner.candidates())


def ridgeless(p: Point) -> mpf:
    return p.K * p.N**-p.a / (1 - p.N / p.P)


def coinciding(p: Point) -> mpf:
    level = p.top * (p.rho / p.N) ** p.s
    return p.clean * p.N**2 * level ** mpf("1.5") / 2 * mp.sqrt(p.u2 / (p.g * p.M))


def large_ridge(p: Point) -> mpf:
    return p.clean * p.rho * p.top / p.s * (p.g * p.M / (p.u2 * p.top * p.N * p.P)) ** (p.a / p.s)


def optimal(p: Point) -> mpf:
    z = 2 * p.N * p.P / (p.N + p.P + mp.sqrt((p.N - p.P) ** 2 + 8 * p.N * p.P / p.A))
    return p.clean * p.top * (p.rho / z) ** p.s * p.N * p.P / (p.N + p.P - 2 * (p.a - 1) * z / p.a)


def additive(p: Point) -> mpf:
    """MRS: exact at alpha = 1 only."""
    return p.K * (1 / p.N + 1 / p.P)


def optimal_ridge(p: Point) -> mpf:
    z = 2 * p.N * p.P / (p.N + p.P + mp.sqrt((p.N - p.P) ** 2 + 8 * p.N * p.P / p.A))
    return p.u2 / p.M * p.top * (p.rho / z) ** p.s * (p.N - z) * (p.P - z)


def noisy_optimum(p: Point) -> mpf:
    return p.clean * p.top * p.rho * (p.share / (p.top * p.P)) ** (p.a / p.s)


def without_ridge(p: Point) -> mpf:
    """The best N without a ridge is worse than the optimal ridge by a constant."""
    return noisy_optimum(p) * (1 + p.a) * p.a ** (-p.a / p.s)


def noise_over(p: Point) -> mpf:
    return p.noise * (p.a * p.N + (1 - p.a) * p.P) / (p.N - p.P)


# quantity, what scales, what is given, the exponent at alpha, the literature's leading term, numbers on the path
ROWS: list[tuple[str, str, str, str, Oracle, dict[str, object]]] = [
    ("loss", "N", "gamma=0, P=oo, M=oo", "-alpha", lambda p: p.K * p.N**-p.a, {}),
    ("loss", "N", "gamma=0, P/N=2, M=oo", "-alpha", ridgeless, {"P": 4000}),
    ("loss", "N", "gamma=0, P=N, M=oo", "1/2 - 3*alpha/2", coinciding, {"P": 2000}),
    ("loss", "P", "N=P, gamma=P, M=oo", "-alpha/(alpha + 1)", large_ridge, {"N": 7e6, "gamma": 7e6}),
    ("loss", "N", "gamma=optimum, P/N=2, M=oo", "-alpha", optimal, {"P": 4000}),
    ("loss", "N", "gamma=optimum, P=N, M=oo", "-alpha", optimal, {"P": 2000}),
    ("loss", "N", "gamma=optimum, P=oo, M=oo", "-alpha", lambda p: p.K * p.N**-p.a, {}),
    ("loss", "N", "gamma=optimum, P/N=3, M=oo, alpha=1", "-1", additive, {"P": 6000, "alpha": 1}),
    ("loss", "P", "N=oo, gamma=0, M=oo", "-alpha", lambda p: p.K * p.P**-p.a, {}),
    ("noise_loss", "N", "gamma=0, P/N=2, M=oo", "0", lambda p: p.noise * p.N / (p.P - p.N), {"P": 4000}),
    ("noise_loss", "N", "gamma=0, P/N=1/2, M=oo", "0", noise_over, {"P": 1000}),
    ("noise_loss", "P", "N=oo, gamma=0, M=oo", "0", lambda p: p.noise * p.a, {}),
    (TOTAL, "P", "N=oo, gamma=optimum, M=oo", "-alpha/(alpha + 1)", noisy_optimum, {}),
    (TOTAL, "P", "N=P, gamma=optimum, M=oo", "-alpha/(alpha + 1)", noisy_optimum, {"N": 7e6}),
    (TOTAL, "P", "gamma=0, N=optimum, M=oo", "-alpha/(alpha + 1)", without_ridge, {}),
    (TOTAL, "P", "sigma_eps=0, N=oo, gamma=optimum, M=oo", "-alpha", lambda p: p.K * p.P**-p.a, {}),
]  # fmt: skip


@pytest.mark.parametrize(("quantity", "symbol", "given", "exponent", "oracle", "changed"), ROWS)
def test_a_row_of_the_literature_is_among_the_balances(
    quantity: str, symbol: str, given: str, exponent: str, oracle: Oracle, changed: dict[str, object]
) -> None:
    point = Point(**changed)
    corner = corner_of(derived(quantity), read_path(derived(quantity), symbol, given))
    candidates = corner.candidates()
    with mp.workdps(30):
        expected = oracle(point)
        offs = [abs(number(one.value.written_out, point) / expected - 1) for one in candidates]
    assert min(offs) < 1e-15
    assert str(candidates[offs.index(min(offs))].value.exponent(corner.path.symbol)) == exponent


@pytest.mark.parametrize("row", [1, 2, 5, 6, 10, 12])
def test_the_engine_chooses_the_row_of_the_literature(row: int) -> None:
    quantity, symbol, given, exponent, oracle, changed = ROWS[row]
    found = scaling(derived(quantity), symbol, given)
    point = Point(**changed)
    with mp.workdps(30):
        assert abs(number(found.written_out, point) / oracle(point) - 1) < 1e-15
    assert str(found.exponent) == exponent
    assert [one.outcome.value for one in found.checks] == ["passed", "passed"]


def test_the_optimal_ridge() -> None:
    """Zhang: z* of N = P, gamma* ~ N^(1-alpha); for N << P it is free of P, and N - z* = 2 N^2/(A P)."""
    with mp.workdps(30):
        (equal,) = symbolic("loss", "N", "gamma=optimum, P=N, M=oo")
        point = Point(P=2000)
        assert equal.optimum is not None
        ridge = equal.optimum.subs(dict(equal.constants))
        assert abs(number(ridge, point) / optimal_ridge(point) - 1) < 1e-15
        over = number(equal.written_out, point) / (point.K * point.N**-point.a)
        assert mp.nstr(over, 9) == "1.82170212"
        (few,) = symbolic("loss", "N", "gamma=optimum, P=oo, M=oo")
        point = Point()
        first, second = few.unknown
        assert str(first) == "N"
        assert abs(number(-second, point) / (2 * point.N**2 / (point.A * point.P)) - 1) < 1e-15
        assert few.optimum is not None
        expected = point.u2 * point.top / point.M * 2 * point.rho**point.s / point.A * point.N ** (1 - point.a)
        assert abs(number(few.optimum.subs(dict(few.constants)), point) / expected - 1) < 1e-15


def test_the_bayes_ridge_of_the_kernel_limit() -> None:
    """gamma* = sigma_u^2 sigma_eps^2 N/sigma_w^2."""
    found = symbolic(TOTAL, "P", "N=oo, gamma=optimum, M=oo")[0]
    assert str(found.optimum) == "N*sigma_eps**2*sigma_u**2/sigma_w**2"


def test_beyond_the_latent_size() -> None:
    """MRS: N, P > M and gamma -> 0: the clean loss is (C sigma_w^2/2M) Delta^2 tr Lambda^-1 N P/((N-M)(P-M))."""
    found = scaling(derived("loss"), "gamma=0", "N/M=2, P/M=3")
    assert str(found.exponent) == "2"
    point = Point(M=50, N=100, P=150)
    with mp.workdps(30):
        level = point.g * point.M / (point.u2 * (point.N - point.M) * (point.P - point.M))
        inverse = mp.fsum(mpf(n) ** point.s for n in range(1, 51)) / point.top
        expected = point.clean * level**2 * inverse * point.N * point.P
        expected /= (point.N - point.M) * (point.P - point.M)
        assert abs(number(found.written_out.subs(Symbol("M", positive=True), 50), point) / expected - 1) < 1e-12
    (noise,) = symbolic("noise_loss", "gamma=0", "N/M=3, P/M=2")
    assert str(noise.value) == "C*sigma_eps**2/2"  # M/(P - M)


def test_corrections_and_where_it_holds() -> None:
    found = symbolic("loss", "N", "gamma=0, P=N, M=oo")[0]
    assert str(found.correction) == "1/N"
    assert found.domain == "alpha > 0"
    assert symbolic("loss", "N", "P=N, M=oo")[0].domain == "0 < alpha < 1"


@pytest.mark.parametrize(
    ("symbol", "given", "words"),
    [
        ("N", "gamma=oo, P=oo, M=oo", "the limit depends on the path: .*zeta_1.* and .*N\\*\\*alpha"),
        ("N", "gamma=0, M=oo, alpha=-1", "not positive"),
        ("N", "lambda_plus=0, gamma=0, M=oo", "a parameter of the spectrum"),
        ("N", "gama=0", "no parameter or dimension 'gama'"),
        ("N", "N=2, gamma=0", "is what scales"),
        ("N", "gamma", "is no statement"),
        ("N", "P/N=oo", "cannot be oo"),
        ("N", "P=1/(N+1), M=oo", "no product of powers"),
        ("N=2", "P=oo", "is no limit"),
        ("N", "sigma_u=optimum, P=N, M=oo", "not linear in sigma_u"),
        ("N", "P=2*N, gamma=P", "which is given by a formula"),
        ("N", "gamma=N, P=N, M=N", "no dominant balance|none of"),
    ],
)
def test_bad_paths(symbol: str, given: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        scaling(derived("loss"), symbol, given)


def test_a_spectrum_without_a_law() -> None:
    ridge = derive("ridge-regression", "variance")
    assert isinstance(ridge, Derivation)
    with pytest.raises(InputError, match="follow no law"):
        scaling(ridge, "P", "gamma=0, M=oo")
