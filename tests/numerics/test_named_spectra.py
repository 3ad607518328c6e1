"""Spectra that formulas give: eigenvalues, moments and counts against sums that are written out."""

from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import numpy as np
import pytest
from mpmath import mp
from sympy import I, Identity, Integer, MatrixSymbol, Rational, Symbol, Trace, symbols

from planaria.algebra.errors import InputError
from planaria.derivations import derive
from planaria.diagrams import Gaussian, Model
from planaria.ensembles.spectra import Eigenvalues, Exponential, PowerLaw, Spectrum, TwoLevel, UnitSpectrum
from planaria.ensembles.spectra.known import SPECTRA, named_spectrum
from planaria.ensembles.text.model_file import read_model
from planaria.numerics import evaluate
from planaria.numerics.spectra import eigenvalues, eigenvalues_mp
from planaria.writing.latex.derivation import latex_derivation
from planaria.writing.latex.spectra import latex_eigenvalue

M, P, gamma = symbols("M P gamma", positive=True)
xi, fraction, alpha = symbols("xi fraction alpha", positive=True)
plus, minus = symbols("lambda_plus lambda_minus", real=True)
scale = symbols("lambda_plus", positive=True)
Lambda, x = MatrixSymbol("Lambda", M, M), MatrixSymbol("x", M, P)
NUMBERS: dict[Any, Any] = {xi: 2.5, plus: 3, scale: 3, minus: "0.25", fraction: "0.4", alpha: 1}

WRITTEN = {
    "exponential": lambda i, m: 3 * math.exp(-i / 2.5),
    "two-level": lambda i, m: 3.0 if i <= {7: 3, 5: 2, 1: 0}[m] else 0.25,
    "power-law": lambda i, m: 3 / i**2,
    "identity": lambda i, m: 1.0,
}
ALL = [*map(named_spectrum, SPECTRA), Eigenvalues.of([3, "0.5", 1, 0, 2])]


@pytest.mark.parametrize("size", [1, 5, 7])
@pytest.mark.parametrize("kind", list(SPECTRA))
def test_eigenvalues(kind: str, size: int) -> None:
    wanted = [WRITTEN[kind](i, size) for i in range(1, size + 1)]
    spectrum = named_spectrum(kind)
    assert eigenvalues(spectrum, size, NUMBERS) == pytest.approx(wanted, rel=1e-14)
    with mp.workdps(40):
        precise = eigenvalues_mp(spectrum, size, NUMBERS)
        assert [float(one) for one in precise] == pytest.approx(wanted, rel=1e-14)
        if kind == "exponential":
            assert abs(precise[0] - 3 * mp.exp(mp.mpf(-2) / 5)) < mp.mpf(10) ** -38


@pytest.mark.parametrize("spectrum", ALL, ids=lambda one: one.title)
def test_moments_are_sums_of_powers(spectrum: Spectrum) -> None:
    numbers = {symbol: Rational(str(value)) for symbol, value in NUMBERS.items()}
    found = eigenvalues(spectrum, 5, NUMBERS)
    for power in (1, 2, 3):
        exact = spectrum.moment(power, Integer(5)).subs(numbers)
        assert float(exact) == pytest.approx((found**power).sum(), rel=1e-13)


@pytest.mark.parametrize("spectrum", ALL, ids=lambda one: one.title)
def test_counts_are_those_of_the_eigenvalues(spectrum: Spectrum) -> None:
    size = 5 if spectrum.listed is not None else 1000
    found = eigenvalues(spectrum, size, NUMBERS)
    numbers = {symbol: Rational(str(value)) for symbol, value in NUMBERS.items()}
    for level in (Rational(1, 3), Rational(1, 20)):
        counted = spectrum.counting(level, Integer(size)).subs(numbers)
        assert abs(float(counted) - int((found > level).sum())) <= 1


def test_spectra_are_values() -> None:
    for one in ALL:
        assert copy.deepcopy(one) == one == pickle.loads(pickle.dumps(one))
        assert hash(copy.copy(one)) == hash(one)
    assert len(set(ALL)) == len(ALL)


@pytest.mark.parametrize(
    ("spectrum", "numbers", "problem"),
    [
        (Exponential(), {xi: 0, scale: 1}, "exponential spectrum's xi is 0"),
        (Exponential(), {scale: 1}, "xi"),
        (TwoLevel(), {plus: 1, minus: 1, fraction: 2}, "more than 1"),
        (TwoLevel(lower=I * minus), {plus: 1, minus: 1, fraction: 1}, "lower"),
        ("exponential", {}, "is not a spectrum"),
    ],
)
def test_what_is_out_of_range_is_refused(spectrum: Any, numbers: dict[Any, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        eigenvalues(spectrum, 4, numbers)


@pytest.mark.parametrize(
    ("spectrum", "numbers"),
    [
        (Exponential(), {"xi": 8, "lambda_plus": 2}),
        (TwoLevel(), {"lambda_plus": 2, "lambda_minus": "0.5", "fraction": "0.3"}),
    ],
)
def test_a_value_is_that_of_the_listed_eigenvalues(spectrum: Spectrum, numbers: dict[str, Any]) -> None:
    quantity = Trace((gamma * Identity(M) + x * x.T).inv())
    fields = [Gaussian(x, variance=1 / P, rows=Lambda)]
    given = {str(name): value for name, value in numbers.items()}
    own = {symbol: given[str(symbol)] for symbol in spectrum.free_symbols}
    listed = Eigenvalues.of([str(one) for one in eigenvalues_mp(spectrum, 30, own)])
    sizes = {"M": 30, "P": 20, "gamma": "0.1"}
    found = evaluate(derive(quantity, Model(fields, {Lambda: spectrum})), {**sizes, **given}, digits=15)
    other = evaluate(derive(quantity, Model(fields)), {**sizes, "Lambda": listed}, digits=15)
    assert found.status == "verified"
    assert float(found.value) == pytest.approx(float(other.value), rel=1e-12)


def test_two_levels_solve_their_own_equation() -> None:
    """Written out by hand: g of the samples' space, with K eigenvalues a and M - K eigenvalues b."""
    a, b, k, m, p, ridge = 2.0, 0.5, 9, 30, 20, 0.1
    g = 1 / ridge
    for _ in range(10_000):
        g = 1 / (ridge + (k * a / (1 + a * g) + (m - k) * b / (1 + b * g)) / p)
    wanted = (k / (1 + a * g) + (m - k) / (1 + b * g)) / ridge
    quantity = Trace((gamma * Identity(M) + x * x.T).inv())
    model = Model([Gaussian(x, variance=1 / P, rows=Lambda)], {Lambda: TwoLevel()})
    numbers = {"M": m, "P": p, "gamma": "0.1", "lambda_plus": 2, "lambda_minus": "0.5", "fraction": "0.3"}
    assert float(evaluate(derive(quantity, model), numbers).value) == pytest.approx(wanted, rel=1e-10)


def test_an_external_source_of_two_values() -> None:
    a, h, A = Symbol("a", positive=True), MatrixSymbol("h", M, M), MatrixSymbol("A", M, M)
    source = TwoLevel(upper=a, lower=-a, fraction=Rational(1, 2))
    quantity = Trace((gamma * Identity(M) - A - h).inv()) / M
    fields = [Gaussian(h, variance=1 / M, kind="hermitian")]
    found = evaluate(derive(quantity, Model(fields, {A: source})), {"M": 6, "gamma": 4, "a": 1})
    listed = Model(fields, {A: Eigenvalues.of([1, 1, 1, -1, -1, -1])})
    other = evaluate(derive(quantity, listed), {"gamma": 4})
    assert float(found.value) == pytest.approx(float(other.value), rel=1e-12)
    covariance = Model([Gaussian(x, variance=1 / P, rows=Lambda)], {Lambda: source})
    derivation = derive(Trace((gamma * Identity(M) + x * x.T).inv()), covariance)
    with pytest.raises(InputError, match="covariance"):
        evaluate(derivation, {"M": 6, "P": 3, "gamma": 1, "a": 1})


FILE = """
[spaces]
M = "variables"
P = "samples"
[parameters]
gamma = "ridge"
tau = "range"
[matrices]
Lambda = { space = "M", spectrum = { kind = "exponential", xi = "tau" } }
Omega = { space = "M", spectrum = "two-level" }
[fields]
x = { shape = ["M", "P"], rows = "Lambda", variance = "1/P" }
[quantities]
resolvent = "tr(inv(gamma*I(M) + x*x.T))"
"""


def test_a_model_file_says_the_same() -> None:
    file = read_model(FILE, "spectra", "spectra.toml")
    tau = Symbol("tau", positive=True)
    assert file.model.spectrum(Lambda) == Exponential(xi=tau)
    assert file.model.spectrum(MatrixSymbol("Omega", M, M)) == TwoLevel(upper=scale)  # one name, one symbol
    names = [str(one.symbol) for one in file.parameters]
    assert names == ["gamma", "tau", "lambda_plus", "lambda_minus", "fraction"]
    text = latex_derivation(derive(file.quantity("resolvent").expression, file.model))
    assert r"\lambda_+ e^{-I/\tau}" in text
    with pytest.raises(InputError, match="did you mean 'exponential'"):
        read_model(FILE.replace('"exponential"', '"exponentil"'), "spectra", "spectra.toml")
    with pytest.raises(InputError, match="alpha"):
        read_model(FILE.replace('xi = "tau"', 'alpha = "tau"'), "spectra", "spectra.toml")


def test_formulas_as_latex() -> None:
    assert latex_eigenvalue(Exponential(scale=Integer(1)), str, M) == "e^{-I/xi}"
    assert latex_eigenvalue(TwoLevel(), str, M) == (
        r"lambda_plus \text{ for } I \le \lfloor M*fraction + 1/2 \rfloor, "
        r"\quad lambda_minus \text{ for } I > \lfloor M*fraction + 1/2 \rfloor"
    )
    assert latex_eigenvalue(PowerLaw(alpha=Integer(1)), str, M) == "lambda_plus I^{-2}"
    assert latex_eigenvalue(UnitSpectrum(), str, M) == "1"
    assert latex_eigenvalue(Eigenvalues.of([1]), str, M) is None
    assert all(latex_eigenvalue(named_spectrum(word), str, M) for word in SPECTRA)


def test_the_number_of_first_eigenvalues_is_the_nearest_one() -> None:
    for size in range(1, 12):
        found = eigenvalues(TwoLevel(), size, {plus: 1, minus: Rational(1, 2), fraction: Rational(1, 2)})
        assert int(np.sum(found == 1)) == (size + 1) // 2


def test_parameters_out_of_range_of_a_covariance() -> None:
    result = derive(
        Trace((gamma * Identity(M) + x * x.T).inv()),
        Model([Gaussian(x, variance=1 / P, rows=Lambda)], {Lambda: Exponential()}),
    )
    with pytest.raises(InputError, match=r"spectrum of Lambda: .*xi is 0, not a positive number"):
        evaluate(result, {"M": 4, "P": 5, "gamma": 1, "lambda_plus": 1, "xi": 0})


@pytest.mark.parametrize("text", ["1 + 1", "__import__('os')", "alpha"])
def test_a_parameter_is_no_text(text: str) -> None:
    for kind in (PowerLaw, Exponential, TwoLevel):
        for name in kind.standard:
            with pytest.raises(InputError, match="is text"):
                kind(**{name: text})


def test_a_parameter_may_be_a_number() -> None:
    assert PowerLaw(alpha=1, scale=0.1) == PowerLaw(alpha=Integer(1), scale=Rational(1, 10))
    assert not PowerLaw(alpha=1, scale=0.1).free_symbols
    with pytest.raises(InputError, match="not a scalar"):
        TwoLevel(upper=Lambda)
