"""Random points for checks: what is drawn, what grows, and when a point is taken."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import Identity, MatrixSymbol, Rational, Symbol, Trace, symbols

from planaria.algebra.errors import InputError
from planaria.derivations import Derivation, derive
from planaria.diagrams import Gaussian, Model
from planaria.ensembles.laws.elliptic import Elliptic
from planaria.ensembles.spectra import Eigenvalues, PowerLaw
from planaria.numerics.evidence import admissible as module
from planaria.numerics.evidence.admissible import admissible_point
from planaria.numerics.points.problem import Problem, pose
from planaria.numerics.points.refusals import ContradictionError
from planaria.numerics.solving.solve import solve

N, P, M, gamma, s = symbols("N P M gamma s", positive=True)
X, U = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
L = MatrixSymbol("Lambda", M, M)
phi = U * X
FEATURES = derive(
    Trace((gamma * Identity(N) + phi * phi.T).inv()), Model([Gaussian(X, rows=L), Gaussian(U, variance=s / M)])
)
SHIFTED = derive(Trace((gamma * Identity(M) + X * X.T).inv()), Model([Gaussian(X, variance=(s - 1) / P)]))


def attempts(
    monkeypatch: pytest.MonkeyPatch, outcomes: list[str], derivation: Derivation = FEATURES
) -> tuple[Any, list[Any]]:
    """The point that is taken where the attempts end as they are told to, and those that were tried."""
    tried: list[Any] = []

    def scripted(problem: Problem, digits: int) -> None:
        tried.append(problem.values)
        outcome = outcomes[len(tried) - 1] if len(tried) <= len(outcomes) else "refused"
        assert digits == module.DIGITS == 8
        if outcome == "refused":
            raise InputError("evaluate", "no", "try")
        if outcome == "contradiction":
            raise ContradictionError(1, 2)

    monkeypatch.setattr(module, "solve", scripted)
    return admissible_point(derivation, 4, 0), tried


def drawn(number: int, derivation: Derivation = FEATURES, base: int = 4, seed: int = 0) -> Any:
    return module._draw(derivation, base, seed, number)


def test_the_first_point_is_taken_where_it_is_good(monkeypatch: pytest.MonkeyPatch) -> None:
    point, tried = attempts(monkeypatch, ["good"])
    assert point == drawn(0)
    assert len(tried) == 1


def test_a_ridge_grows_until_it_is_enough_and_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    point, tried = attempts(monkeypatch, ["refused", "refused", "good"])
    assert len(tried) == 3
    assert point == drawn(3)
    assert [one[gamma] for one in tried] == [drawn(0)[gamma] * 2**k for k in range(3)]
    assert point[gamma] == 8 * drawn(0)[gamma]
    for symbol in (N, P, s):  # the others stay
        assert point[symbol] == drawn(0)[symbol]
    assert point[L] == drawn(0)[L]


def test_the_last_of_the_growing_ridges_grows_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    point, _ = attempts(monkeypatch, ["refused"] * 6 + ["good"])
    assert point == drawn(7)
    point, _ = attempts(monkeypatch, ["refused"] * 7 + ["good"])
    assert point == drawn(7)
    point, _ = attempts(monkeypatch, ["refused"] * 8 + ["good"])
    assert point == drawn(8)
    point, _ = attempts(monkeypatch, ["refused"] * 11 + ["good"])
    assert point == drawn(11)


def test_a_contradiction_is_for_the_checks_to_find(monkeypatch: pytest.MonkeyPatch) -> None:
    point, tried = attempts(monkeypatch, ["refused", "contradiction"])
    assert len(tried) == 2
    assert point == drawn(1)


def test_in_the_end_there_is_no_point(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "pose", lambda derivation, values: Problem(derivation, values, ()))
    with pytest.raises(InputError, match="no admissible parameters were found"):
        attempts(monkeypatch, [])
    point, tried = attempts(monkeypatch, ["refused"] * 31 + ["good"])
    assert len(tried) == 32
    assert point == drawn(31)


def test_what_cannot_be_posed_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def posed(derivation: Derivation, values: Any) -> Any:
        seen.append(values)
        if len(seen) < 3:
            raise InputError("values", "no", "try")
        return pose(derivation, values)

    monkeypatch.setattr(module, "pose", posed)
    point, tried = attempts(monkeypatch, ["good"])
    assert len(seen) == 3
    assert len(tried) == 1
    assert point == drawn(3)


# -- what is drawn --------------------------------------------------------------------------------------------


def test_sizes_are_all_different_and_about_the_base() -> None:
    for base in (4, 8, 100):
        values = drawn(0, base=base)
        assert (values[M], values[N], values[P]) == (base, 3 * base // 2, 5 * base // 4)
    tiny = drawn(0, base=1)
    assert all(tiny[space] >= 1 for space in (M, N, P))
    assert tuple(map(Rational, ("1", "3/2", "5/4", "2", "3/4", "7/4"))) == module.RATIOS
    assert len(set(module.RATIOS)) == 6


def test_more_spaces_than_ratios() -> None:
    sizes = symbols("n_1:9", positive=True)
    chain = [MatrixSymbol(f"a_{k}", sizes[k], sizes[k + 1]) for k in range(7)]
    product = chain[0]
    for one in chain[1:]:
        product = product * one
    result = derive(Trace(product * product.T), Model([Gaussian(one) for one in chain]))
    values = drawn(0, result, base=4)
    assert [values[one] for one in sizes] == [4, 6, 5, 8, 3, 7, 4, 6]
    assert drawn(0, result, base=1)[sizes[4]] == 1  # 3/4 of one is still one


def test_parameters_are_of_order_one() -> None:
    for seed in range(40):
        values = drawn(0, seed=seed)
        for symbol in (gamma, s):
            assert Rational(1, 2) <= values[symbol] <= Rational(3, 2)
            assert (100 * values[symbol]).is_Integer
        spectrum = values[L]
        assert isinstance(spectrum, Eigenvalues)
        assert len(spectrum.values) == values[M] == 4
        assert all(Rational(1, 2) <= one <= Rational(3, 2) for one in spectrum.values)
    assert len({drawn(0, seed=seed)[gamma] for seed in range(40)}) > 20
    assert min(drawn(0, seed=seed)[gamma] for seed in range(300)) < Rational(55, 100)
    assert max(drawn(0, seed=seed)[gamma] for seed in range(300)) > Rational(145, 100)
    assert drawn(0, seed=3) == drawn(0, seed=3)


def test_the_ranges_are_used_to_their_ends() -> None:
    """From 1/2 to 3/2 at first, and from 1/10 to 4 as soon as everything is drawn anew."""
    narrow = [x for seed in range(300) for x in drawn(0, seed=seed)[L].values]
    assert (min(narrow), max(narrow)) == (Rational(1, 2), Rational(3, 2))
    wide = [x for seed in range(600) for x in drawn(8, seed=seed)[L].values]
    assert (min(wide), max(wide)) == (Rational(1, 10), Rational(4))


def test_only_ridges_grow() -> None:
    """What an equation is solved for is a ridge or a spectral parameter; dimensions and variances are none."""
    assert set(FEATURES.closed_form.solved_for) <= {gamma, s}
    (ridge,) = FEATURES.closed_form.solved_for
    for attempt in range(8):
        assert drawn(attempt)[ridge] == drawn(0)[ridge] * 2**attempt
        for symbol in {gamma, s} - {ridge}:
            assert drawn(attempt)[symbol] == drawn(0)[symbol]


def test_later_attempts_are_drawn_anew_and_wider() -> None:
    points = [drawn(8 + k) for k in range(24)]
    assert len({one[s] for one in points}) > 15
    values = [one[s] for seed in range(20) for one in (drawn(8 + k, seed=seed) for k in range(24))]
    assert all(Rational(1, 10) <= one <= 4 for one in values)
    assert min(values) < Rational(3, 10)
    assert max(values) > Rational(7, 2)
    # the ridges double from the first of eight to the last
    (ridge,) = FEATURES.closed_form.solved_for
    for k in range(24):
        ratio = points[k][ridge] / 2 ** (k % 8)
        assert Rational(1, 10) <= ratio <= 4
    # and eigenvalues grow by four every eight attempts
    for k in range(24):
        numbers = points[k][L].values
        assert all(Rational(4 ** (k // 8), 10) <= one <= 4 * 4 ** (k // 8) for one in numbers)
    wide = [x for seed in range(20) for k in (0, 7) for x in drawn(8 + k, seed=seed)[L].values]
    assert max(wide) > Rational(7, 2)
    assert points[0] != points[1]
    assert points[0] != drawn(0)


def test_spaces_of_lists_have_no_size() -> None:
    listed = derive(
        Trace((gamma * Identity(M) + X * X.T).inv()),
        Model([Gaussian(X, variance=1 / P, rows=L)], {L: Eigenvalues.of([1, 2, 3])}),
    )
    values = drawn(0, listed)
    assert M not in values
    assert L not in values
    assert values[P] == 6
    assert pose(listed, values).size(M) == 3


def test_declared_spectra_have_parameters_and_stay() -> None:
    alpha, scale = symbols("alpha lambda_plus", positive=True)
    declared = derive(
        Trace((gamma * Identity(M) + X * X.T).inv()),
        Model([Gaussian(X, variance=1 / P, rows=L)], {L: PowerLaw(alpha, scale)}),
    )
    values = drawn(0, declared)
    assert L not in values
    assert {alpha, scale, gamma, M, P} == set(values)


def test_a_space_whose_size_is_a_number() -> None:
    fixed, rows = MatrixSymbol("y", 3, P), MatrixSymbol("Omega", 3, 3)
    result = derive(
        Trace((gamma * Identity(3) + fixed * fixed.T).inv()), Model([Gaussian(fixed, variance=1 / P, rows=rows)])
    )
    values = drawn(0, result)
    assert len(values[rows].values) == 3
    assert {key for key in values if isinstance(key, Symbol)} == {P, gamma}


# -- points that hold -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_a_point_has_a_value(seed: int) -> None:
    point = admissible_point(FEATURES, 4, seed)
    assert solve(pose(FEATURES, point), 12).status == "verified"


def test_a_variance_that_must_be_positive_is_found() -> None:
    point = admissible_point(SHIFTED, 4, 1)
    assert point[s] >= 1
    assert solve(pose(SHIFTED, point), 12).status == "verified"


def test_outside_of_a_spectrum() -> None:
    """The Wigner semicircle: z must be beyond 2 sqrt(N v), which a number of order one is not."""
    h = MatrixSymbol("h", N, N)
    z = symbols("z", positive=True)
    result = derive(Trace((z * Identity(N) - h).inv()), Model([Gaussian(h, kind="hermitian")]))
    point = admissible_point(result, 9, 0)
    assert point[z] ** 2 > 4 * point[N]
    assert solve(pose(result, point), 12).status == "verified"


def test_a_correlation_stays_below_one_where_it_would_grow() -> None:
    rho, x = Symbol("rho", real=True), MatrixSymbol("x", N, N)
    elliptic = Model([Gaussian(x, variance=1 / N, law=Elliptic(rho))])
    derivation = derive(Trace((Identity(N) - x / 10).inv()) / N, elliptic)
    assert rho in module.growing(derivation)  # there is no ridge
    for attempt in range(module.GROWING + module.OTHERS):
        assert 0 < drawn(attempt, derivation)[rho] <= 1
