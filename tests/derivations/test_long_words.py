"""Long words: planar sums in the place of their traces."""

import time
from math import comb

import pytest
from sympy import Identity, MatrixSymbol, Rational, Trace, binomial, symbols

from planaria.algebra.errors import InputError
from planaria.derivations import derive
from planaria.derivations.derivation import Derivation
from planaria.derivations.equations import long_words as words
from planaria.derivations.equations.long_words import LONG
from planaria.diagrams import Gaussian, Model
from planaria.ensembles.evidence import Outcome
from planaria.numerics.evidence.check_diagrams import check_diagrams

N, P, M, gamma, s = symbols("N P M gamma s", positive=True)
x, u, Lambda = MatrixSymbol("x", N, P), MatrixSymbol("u", M, N), MatrixSymbol("Lambda", N, N)
h, k = MatrixSymbol("h", N, N), MatrixSymbol("k", N, N)
CORRELATED = Model([Gaussian(x, variance=s / P, rows=Lambda), Gaussian(u, variance=1 / M)])


def both_ways(expression, model, point, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """The number by planar sums, and by the pencil that has an index line for each letter."""
    monkeypatch.setattr(words, "LONG", 0)
    summed = derive(expression, model)
    monkeypatch.setattr(words, "LONG", 10**6)
    linearised = derive(expression, model)
    assert summed.words
    assert not linearised.words
    return summed.evaluate(point, digits=30).value, linearised.evaluate(point, digits=30).value


@pytest.mark.parametrize(
    "expression",
    [
        Trace((x * x.T) ** 3),
        Trace(x * x.T * Lambda * x * x.T * Lambda**2 * u.T * u),
        Trace((x * x.T + Lambda + gamma * Identity(N)) ** 3),
        Trace(u * x * x.T * u.T * u * Lambda * u.T) * Trace((gamma * Identity(N) + x * x.T).inv()) + N,
    ],
)
def test_a_planar_sum_is_what_the_pencil_gives(expression, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    point = {"P": 3, "M": 4, "s": "0.7", "Lambda": [1, "0.5", 2]}
    if expression.has(gamma):
        point["gamma"] = "9"
    one, other = both_ways(expression, CORRELATED, point, monkeypatch)
    assert abs(one - other) <= abs(other) * 1e-28


def test_noncommuting_hermitian_fields_and_a_sum_of_words(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model([Gaussian(one, variance=1 / N, kind="hermitian") for one in (h, k)])
    one, other = both_ways(Trace((h * k + k * h) ** 2 - (h + k) ** 4) / N, model, {"N": 5}, monkeypatch)
    assert one == other == 2 - 8  # two noncrossing pairings of hkkh and khhk; two for each of the 4 letters' 2^2


@pytest.mark.parametrize("n", [LONG // 2 + 1, 64])
def test_the_largest_power_has_narayana_numbers_at_once(n: int) -> None:
    begun = time.process_time()
    result = derive(Trace((x * x.T) ** n) / N, Model([Gaussian(x, variance=1 / P)]))
    assert time.process_time() - begun < 5
    narayana = sum(comb(n, j) * comb(n, j - 1) // n * Rational(3, 4) ** (j - 1) for j in range(1, n + 1))
    estimate = result.evaluate({"N": 3, "P": 4}, digits=40)
    assert estimate.status == "verified"
    assert abs(estimate.value / narayana.evalf(60) - 1) < 1e-38
    assert result.rules.size == 0


def test_three_fields_have_fuss_and_catalan_numbers() -> None:
    result = derive(
        Trace((u * x * x.T * u.T) ** 16), Model([Gaussian(x, variance=1 / P), Gaussian(u, variance=1 / N)])
    )
    assert result.value.subs({N: 1, P: 1, M: 1}) == binomial(48, 16) / 33


def test_the_diagrams_of_a_long_word_are_compared_and_not_none(monkeypatch: pytest.MonkeyPatch) -> None:
    result = derive(Trace((x * x.T) ** 12), CORRELATED)
    check = check_diagrams(result, 1, lambda *_: None)
    assert check.passed
    assert not check.detail.startswith("0 ")
    wrong = derive(
        Trace((x * x.T) ** 12), Model([Gaussian(x, variance=2 * s / P, rows=Lambda), *CORRELATED.fields[1:]])
    )
    monkeypatch.setattr(Derivation, "model", CORRELATED)
    assert check_diagrams(wrong, 1, lambda *_: None).outcome is Outcome.FAILED


def test_a_sum_of_too_many_terms_is_refused_at_once_and_truly() -> None:
    begun = time.process_time()
    with pytest.raises(
        InputError, match=r"word of 128 letters has intervals of more than 1,000 terms.*take shorter words"
    ):
        derive(Trace((x * x.T) ** 64), CORRELATED)
    assert time.process_time() - begun < 10


def test_a_planar_sum_that_is_not_that_of_its_intervals_is_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words._Numbers, "recursion", lambda self, word: 1)
    with pytest.raises(ArithmeticError, match="another value"):
        derive(Trace((x * x.T) ** 12), CORRELATED)


def test_a_field_of_a_long_word_must_have_a_law() -> None:
    result = derive(Trace((x * x.T) ** 12), Model([Gaussian(x, variance=symbols("v", real=True))]))
    with pytest.raises(InputError, match="variance"):
        result.evaluate({"N": 3, "P": 4, "v": -1})


def test_a_check_that_compared_no_order_is_inconclusive() -> None:
    result = derive(Trace((x * x.T) ** 40) + Trace(Lambda) + Trace(Lambda * Lambda), Model([Gaussian(x)]))
    check = check_diagrams(result, 1, lambda *_: None)
    assert check.outcome is Outcome.INCONCLUSIVE
    assert "words of order 0 have more ribbons" in check.detail


def test_a_number_of_a_long_word_says_what_it_rests_on() -> None:
    result = derive(Trace((x * x.T) ** 20) / N, Model([Gaussian(x, variance=1 / P)]))
    assert "planar sums, held against a recursion modulo a prime" in result.evaluate({"N": 3, "P": 4}).method
