"""A derivation with numbers: what is read, what is refused and in which words, and what is needed."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf, workdps
from sympy import Expr, Float, I, Identity, Integer, MatrixSymbol, Rational, Symbol, Trace, sqrt, symbols

from planaria.algebra.errors import InputError
from planaria.algebra.rational import Ratio, Ring
from planaria.derivations import derive
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.diagrams import Gaussian, Model
from planaria.ensembles.spectra import Eigenvalues, PowerLaw, Spectrum, UnitSpectrum, eigenvalue
from planaria.numerics.points import problem as module
from planaria.numerics.points import reading
from planaria.numerics.points.balls import ball_numbers, working_balls
from planaria.numerics.points.problem import Problem, check_admissible, parameters_of, pose, to_float, to_mpf

N, P, M, gamma, s = symbols("N P M gamma s", positive=True)
t = symbols("t", real=True)
w = Symbol("w")
alpha, lambda_plus = symbols("alpha lambda_plus", positive=True)
X, Y, U = MatrixSymbol("x", N, P), MatrixSymbol("y", N, P), MatrixSymbol("u", M, M)
L, W, B = MatrixSymbol("Lambda", N, N), MatrixSymbol("Omega", N, N), MatrixSymbol("B", M, M)
unit = Identity(N)
q = (gamma * unit + X * X.T).inv()
PLAIN = derive(Trace(q), Model([Gaussian(X, variance=1 / P)]))
ROWS = derive(Trace(q), Model([Gaussian(X, variance=s / P, rows=L)]))
BOTH = derive(Trace(q * W), Model([Gaussian(X, variance=1 / P, rows=L)]))
DECLARED = derive(Trace(q), Model([Gaussian(X, variance=1 / P, rows=L)], {L: PowerLaw(alpha, lambda_plus)}))
SET = derive(Trace(q * W), Model([Gaussian(X, variance=1 / P, rows=L)], {W: UnitSpectrum()}))
FREE = derive(Trace(X * X.T) * t + w, Model([Gaussian(X, variance=s - 1)]))


def refused(derivation: Any, values: Any, words: str, remedy: str = "") -> InputError:
    with pytest.raises(InputError, match=re.escape(words)) as found:
        pose(derivation, values)
    assert remedy in str(found.value) or remedy in found.value.remedy
    return found.value


# -- numbers --------------------------------------------------------------------------------------------------


def test_values_are_exact() -> None:
    problem = pose(PLAIN, {"N": 3, P: 5, gamma: 0.1})
    assert problem.values == {N: Integer(3), P: Integer(5), gamma: Rational(1, 10)}
    assert problem.exact(gamma) == Rational(1, 10)
    assert problem.exact(gamma**2 * N) == Rational(3, 100)
    assert problem.size(N) == 3
    assert problem.size(N * P) == 15
    assert problem.size(Integer(4)) == 4
    assert problem.spectra == ()
    assert problem.floats() == {}
    assert problem.mpfs() == {}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("N", 0, "dimension N: 0 is not a positive integer"),
        ("N", -1, "dimension N: -1 is not a positive integer"),
        ("P", "5/2", "dimension P: 5/2 is not a positive integer"),
        ("gamma", "x", "parameter gamma"),
        ("gamma", float("nan"), "parameter gamma"),
    ],
)
def test_wrong_numbers(name: str, value: object, words: str) -> None:
    refused(PLAIN, {"N": 3, "P": 5, "gamma": 1} | {name: value}, words)


def test_numbers_at_the_border() -> None:
    problem = pose(PLAIN, {"N": 1, "P": 1, "gamma": 0})
    assert problem.values[gamma] == 0
    assert problem.size(N) == 1
    negative = pose(FREE, {"N": 1, "P": 1, "s": 2, "t": -3, "w": "-1/2"})
    assert negative.values[t] == -3
    assert negative.values[w] == Rational(-1, 2)
    assert pose(FREE, {"N": 1, "P": 1, "s": 2, "t": 1, "w": 2j}).values[w] == 2 * I
    assert pose(PLAIN, {"N": 1, "P": 1, "gamma": -1}).values[gamma] == -1


@pytest.mark.parametrize(("number", "words"), [(-1, "-1 is negative"), (1j, "1j is not a real number")])
def test_what_a_variance_depends_on_is_real_and_positive(number: complex, words: str) -> None:
    scaled = derive(Trace(q), Model([Gaussian(X, variance=s**2)]))
    refused(scaled, {"N": 3, "P": 5, "gamma": 1, "s": number}, f"parameter s: {words}, and a variance")


def test_to_numbers() -> None:
    assert to_float(Rational(1, 3)) == 1 / 3
    with workdps(50):
        assert to_mpf(Rational(1, 3)) == mpf(1) / 3
        assert to_mpf(Rational(-7, 4)) == mpf("-1.75")
        assert to_mpf(sqrt(2)) == mp.sqrt(2)
        precision = mp.prec
        to_mpf(sqrt(3))
        assert mp.prec == precision
    with workdps(15):
        assert to_mpf(sqrt(2)) == mp.sqrt(2)
        assert to_mpf(Float("0.5")) == mpf("0.5")


def test_scalars_are_what_formulas_take() -> None:
    problem = pose(ROWS, {"P": 5, "gamma": "1/2", "s": 2, "Lambda": [1, 2, 3]})
    found = problem.scalars(to_float)
    assert found == {P: 5.0, N: 3.0, gamma: 0.5, s: 2.0} or found == {P: 5.0, gamma: 0.5, s: 2.0, N: 3}
    own = {u.symbol for u in ROWS.closed_form.unknowns} | set(ROWS.closed_form.spectral_sums)
    assert not set(found) & (own | {STRENGTH, eigenvalue(L)})
    assert set(found) == {g for g in ROWS.closed_form.ring.generators if g in (P, N, gamma, s)}
    with workdps(30):
        assert problem.scalars(to_mpf)[gamma] == mpf("0.5")


def test_the_only_parameter_is_a_scalar() -> None:
    fixed = MatrixSymbol("x", 2, 3)
    result = derive(Trace((gamma * Identity(2) + fixed * fixed.T).inv()), Model([Gaussian(fixed)]))
    assert pose(result, {"gamma": "1/4"}).scalars(to_float) == {gamma: 0.25}


def test_scalars_without_a_value_are_left_out() -> None:
    problem = pose(PLAIN, {"N": 3, "P": 5}, zero=frozenset({"gamma"}))
    assert set(problem.scalars(to_float)) == {N, P}
    assert gamma not in problem.values


# -- names ----------------------------------------------------------------------------------------------------


def test_unknown_names() -> None:
    error = refused(PLAIN, {"N": 3, "P": 5, "gama": 1}, "gama")
    assert "gamma" in str(error)
    refused(ROWS, {"P": 5, "gamma": 1, "s": 1, "Lambd": [1]}, "Lambd", "Lambda")
    error = refused(PLAIN, {"N": 3, "P": 5, "gamma": 1, MatrixSymbol("Z", N, N): [1]}, "Z")
    assert "sets its spectrum" not in str(error)


def test_a_spectrum_that_the_model_sets() -> None:
    error = refused(SET, {"P": 5, "gamma": 1, "Lambda": [1, 2], W: [1, 1]}, "the model sets its spectrum to one")
    assert error.place == "matrix Omega"
    assert pose(SET, {"P": 5, "gamma": 1, "Lambda": [1, 2]}).size(N) == 2


def test_missing_values_are_named() -> None:
    refused(PLAIN, {"N": 3, "P": 5}, "there is no value for gamma", "give gamma=...")
    refused(PLAIN, {"N": 3}, "there is no value for P, gamma", "give P=..., gamma=...")
    refused(PLAIN, {"P": 3, "gamma": 1}, "there is no value for N")
    refused(ROWS, {"P": 5, "gamma": 1, "Lambda": [1]}, "there is no value for s")
    refused(FREE, {"N": 2, "P": 5, "s": 2}, "there is no value for t, w")
    pose(PLAIN, {"N": 3, "P": 5}, zero=frozenset({"gamma"}))
    with pytest.raises(InputError, match="no value for P"):
        pose(PLAIN, {"N": 3}, zero=frozenset({"gamma"}))


def test_missing_values_of_a_declared_spectrum() -> None:
    refused(DECLARED, {"N": 3, "P": 5, "gamma": 1}, "no value for alpha, lambda_plus")
    refused(DECLARED, {"N": 3, "P": 5, "gamma": 1, "alpha": 1}, "no value for lambda_plus")
    refused(DECLARED, {"P": 5, "gamma": 1, "alpha": 1, "lambda_plus": 1}, "no value for N")
    problem = pose(DECLARED, {"N": 3, "P": 5, "gamma": 1, "alpha": 1, "lambda_plus": 18})
    (values,) = problem.floats().values()
    assert values == pytest.approx([18, 4.5, 2])
    assert DECLARED.model.spectrum(L) == PowerLaw(alpha, lambda_plus)


def test_what_only_the_branch_needs() -> None:
    """The value has one unknown, and no formula of it contains sigma: the equations that are followed do."""
    other = MatrixSymbol("v", N, P)
    both = derive(Trace(q), Model([Gaussian(X, variance=1 / P), Gaussian(other, variance=t)]))
    assert pose(both, {"N": 3, "P": 5, "gamma": 1}).size(P) == 5  # v does not occur at all
    free = derive(Trace(X * X.T), Model([Gaussian(X, variance=1 / P), Gaussian(other, variance=t)]))
    assert not free.closed_form.unknowns
    assert pose(free, {"N": 3, "P": 5}).values == {N: 3, P: 5}


def test_the_branch_needs_the_whole_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_support_of_system", lambda derivation: {t})
    refused(PLAIN, {"N": 3, "P": 5, "gamma": 1}, "no value for t")
    free = derive(Trace(X * X.T), Model([Gaussian(X, variance=1 / P)]))
    assert pose(free, {"N": 3, "P": 5}).size(N) == 3


def test_the_support_of_a_system() -> None:
    found = module._support_of_system(ROWS)
    assert found >= {N, P, gamma, s, eigenvalue(L), STRENGTH}
    assert module._support_of_system(PLAIN) == {N, P, gamma, STRENGTH}


# -- spectra --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given_", [[1, "1/2", 3], np.array([1, 0.5, 3]), Eigenvalues.of([1, "1/2", 3])])
def test_lists(given_: Any) -> None:
    problem = pose(ROWS, {"P": 5, "gamma": 1, "s": 1, L: given_})
    assert problem.values[N] == 3
    ((matrix, symbol, spectrum),) = problem.spectra
    assert (matrix, symbol) == (L, eigenvalue(L))
    assert isinstance(spectrum, Eigenvalues)
    assert list(problem.floats()[symbol]) == [1, 0.5, 3]
    assert problem.floats() is problem.floats()
    with workdps(30):
        many = problem.mpfs()[symbol]
        assert list(many) == [1, mpf("0.5"), 3]
        assert many.dtype == object
        assert problem.mpfs() is problem.mpfs()
    with workdps(50):
        thirds = pose(ROWS, {"P": 5, "gamma": 1, "s": 1, L: ["1/3"]})
        assert thirds.mpfs()[symbol][0] == mpf(1) / 3
        with workdps(20):
            assert thirds.mpfs()[symbol][0] == mpf(1) / 3


def test_caches_are_not_compared() -> None:
    values = {"N": 3, "P": 5, "gamma": 1}
    one, other = pose(PLAIN, values), pose(PLAIN, values)
    one.floats()
    assert one == other
    assert "_cache" not in repr(one)


def test_lists_that_do_not_fit() -> None:
    base = {"P": 5, "gamma": 1}
    error = refused(BOTH, {**base, "Lambda": [1, 2], "Omega": [1, 2, 3]}, "it has 3 eigenvalues, but Lambda on")
    assert "same space N has 2" in str(error)
    assert error.place == "matrix Omega"
    refused(
        BOTH, {**base, "Lambda": [1, 2], "Omega": [3, 4], "N": 3}, "it has 2 eigenvalues, but N = 3", "leave N out"
    )
    assert pose(BOTH, {**base, "Lambda": [1, 2], "Omega": [3, 4], "N": 2}).size(N) == 2
    fixed = MatrixSymbol("x", 2, P)
    rows = MatrixSymbol("Lambda", 2, 2)
    result = derive(
        Trace((gamma * Identity(2) + fixed * fixed.T).inv()), Model([Gaussian(fixed, variance=1 / P, rows=rows)])
    )
    refused(result, {**base, "Lambda": [1, 2, 3]}, "it has 3 eigenvalues, but 2 = 2")
    problem = pose(result, {**base, "Lambda": [1, 2]})
    assert set(problem.values) == {P, gamma}


def test_long_lists_fit_by_their_length() -> None:
    ones = [1] * 300
    problem = pose(BOTH, {"P": 5, "gamma": 1, "Lambda": ones, "Omega": list(ones), "N": 300})
    assert problem.size(N) == 300
    refused(BOTH, {"P": 5, "gamma": 1, "Lambda": ones, "Omega": ones[1:]}, "it has 299 eigenvalues, but Lambda")
    refused(BOTH, {"P": 5, "gamma": 1, "Lambda": ones, "Omega": ones, "N": 301}, "but N = 301")


def test_spectra_that_are_missing() -> None:
    error = refused(ROWS, {"N": 3, "P": 5, "gamma": 1, "s": 1}, "its spectrum is not known", "a declared spectrum")
    assert error.place == "matrix Lambda"
    refused(BOTH, {"P": 5, "gamma": 1, "Lambda": [1, 2]}, "matrix Omega: its spectrum is not known")


def test_a_spectrum_that_is_not_needed() -> None:
    """A covariance of a field that does not occur needs no eigenvalues."""
    result = derive(Trace(q), Model([Gaussian(X, variance=1 / P), Gaussian(U, rows=B)]))
    problem = pose(result, {"N": 3, "P": 5, "gamma": 1})
    assert problem.spectra == ()
    given_ = pose(result, {"N": 3, "P": 5, "gamma": 1, "B": [1, 2]})
    assert [matrix for matrix, _, _ in given_.spectra] == [B]
    assert given_.values[M] == 2


def test_a_given_spectrum_goes_before_a_declared_one() -> None:
    problem = pose(DECLARED, {"P": 5, "gamma": 1, "Lambda": [1, 2]})
    (values,) = problem.floats().values()
    assert list(values) == [1, 2]
    assert alpha not in problem.values


@pytest.mark.parametrize(
    ("expression", "model", "used"),
    [
        (Trace(q), Model([Gaussian(X, variance=1 / P, rows=L)]), {L}),
        (Trace((gamma * unit + L + X * X.T).inv()), Model([Gaussian(X, variance=1 / P)]), {L}),
        (Trace(W * q), Model([Gaussian(X, variance=1 / P)]), {W}),
        (Trace((gamma * unit + W * X * X.T * W).inv()), Model([Gaussian(X)]), {W}),
        (Trace(L * X * X.T), Model([Gaussian(X)]), {L}),
        (Trace(L * W) + Trace(q), Model([Gaussian(X)]), {L, W}),
        (Trace(q) + Trace(Y * Y.T * W), Model([Gaussian(X), Gaussian(Y)]), {W}),
        (Trace(q), Model([Gaussian(X), Gaussian(Y, rows=W)]), set()),
    ],
)
def test_which_matrices_are_used(expression: Expr, model: Model, used: set[MatrixSymbol]) -> None:
    found = module._used_matrices(derive(expression, model))
    assert found == {eigenvalue(one) for one in used}


PLACES = ("sum", "constant", "left", "right", "both", "corner", "a", "b", "term", "loop")


@pytest.mark.parametrize("place", PLACES)
def test_each_place_where_a_matrix_may_stand_is_looked_at(place: str) -> None:
    """A derivation in outline, with the eigenvalue in one place alone."""
    symbol = eigenvalue(W)
    ring = Ring([gamma, symbol])

    def here(*places: str) -> Ratio:
        return ring(symbol + gamma) if place in places else ring(gamma)

    vertex = SimpleNamespace(left=here("left", "both"), right=here("right", "both"))
    entries = (
        ((0, 0), SimpleNamespace(constant=here("constant"), vertices=())),
        ((0, 1), SimpleNamespace(constant=None, vertices=(vertex,))),
    )
    reading = SimpleNamespace(corner=here("corner"), a=((0, here("a")),), b=((0, here("b")),))
    sums = ((Symbol("S"), SimpleNamespace(eigenvalues=(symbol,) if place == "sum" else ())),)
    derivation: Any = SimpleNamespace(
        rules=SimpleNamespace(
            entries=entries,
            readings=(reading,),
            setting=SimpleNamespace(matrices=((W, symbol), (L, eigenvalue(L)))),
        ),
        system=SimpleNamespace(
            terms=(SimpleNamespace(factor=here("term")),), loops=(SimpleNamespace(weight=here("loop")),)
        ),
        closed_form=SimpleNamespace(sums=sums),
    )
    assert module._used_matrices(derivation) == {symbol}


# -- laws -----------------------------------------------------------------------------------------------------


def test_a_variance_that_is_negative_is_refused() -> None:
    values = {"N": 2, "P": 5, "t": 1, "w": 0}
    error = refused(FREE, {**values, "s": "1/2"}, "its variance s - 1 is -1/2 here")
    assert error.place == "field x"
    problem = pose(FREE, {**values, "s": 1})
    moved = Problem(FREE, {**problem.values, s: Rational(1, 3)}, problem.spectra)
    with pytest.raises(InputError, match="variance"):
        check_admissible(moved)
    check_admissible(problem)


def test_only_fields_that_occur_need_a_law() -> None:
    result = derive(Trace(q), Model([Gaussian(X, variance=1 / P), Gaussian(Y, variance=s - 1)]))
    assert pose(result, {"N": 2, "P": 5, "gamma": 1, "s": "1/2"}).values[s] == Rational(1, 2)


def test_a_law_at_a_vanishing_parameter() -> None:
    values = {"N": 2, "P": 5, "t": 1, "w": 0}
    with pytest.raises(InputError, match="variance"):
        pose(FREE, values, zero=frozenset({"s"}))
    problem = pose(FREE, {**values, "s": 2})
    bare = Problem(FREE, {k: v for k, v in problem.values.items() if k != s}, problem.spectra)
    check_admissible(bare)  # nothing is said of what has no value
    check_admissible(problem=bare)
    with pytest.raises(TypeError):
        check_admissible(bare, frozenset({"s"}))  # type: ignore[misc]
    with pytest.raises(InputError, match="variance"):
        check_admissible(bare, zero=frozenset({"s"}))


# -- parameters -----------------------------------------------------------------------------------------------


def test_the_parameters_of_a_model() -> None:
    assert parameters_of(PLAIN) == {N, P, gamma}
    assert parameters_of(ROWS) == {N, P, gamma, s}
    assert parameters_of(DECLARED) == {N, P, gamma, alpha, lambda_plus}
    assert parameters_of(FREE) == {N, P, s, t, w}
    wider = derive(Trace(q), Model([Gaussian(X, variance=sqrt(lambda_plus)), Gaussian(U, rows=B)]))
    assert parameters_of(wider) == {N, P, M, gamma, lambda_plus}


def test_a_spectrum_is_a_spectrum() -> None:
    law: Spectrum = PowerLaw(alpha, lambda_plus)
    assert reading.spectrum_of(law, "Lambda") is law
    assert reading.spectrum_of([1, 2], "Lambda") == Eigenvalues.of([1, 2])
    assert reading.spectrum_of(np.array([1.0, 2.0]), "Lambda") == Eigenvalues.of([1, 2])
    with pytest.raises(InputError, match="matrix Lambda"):
        reading.spectrum_of("nonsense", "Lambda")


def test_points_that_share_their_spectra_have_sizes_of_their_own():
    one = pose(ROWS, {"P": 7, "s": 1, "gamma": "0.1", "Lambda": [2, 1, 1]})
    other = replace(one, values={**one.values, P: Integer(9)})
    assert other._cache is one._cache
    with working_balls():
        for problem, size in ((one, 7), (other, 9)):
            (count,) = [count for values, count in ball_numbers(problem).nodes.values() if not values]
            assert count == size
