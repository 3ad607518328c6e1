"""What the variance and the covariances of a field may be."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import (
    Abs,
    Determinant,
    HadamardProduct,
    I,
    Identity,
    MatMul,
    MatrixSymbol,
    Rational,
    Trace,
    nan,
    oo,
    pi,
    sin,
    sqrt,
    symbols,
)

from planaria.diagrams import Gaussian, InputError
from planaria.ensembles.text.model_file import read_model

N, P, s = symbols("N P s", positive=True)
x = MatrixSymbol("x", N, P)
Lambda = MatrixSymbol("Lambda", N, N)


@pytest.mark.parametrize("variance", [2, 0.5, 1 / P, (s - 1) / P, sqrt(s), pi, s ** Rational(1, 3) / (1 + s)])
def test_scalars_of_numbers_and_symbols_are_variances(variance: Any) -> None:
    assert Gaussian(x, variance=variance).variance == variance


@pytest.mark.parametrize(
    "variance",
    [Trace(Lambda), 1 / Trace(x * x.T), s * Trace(Lambda) + 1, (1 + Trace(Lambda) / N) ** 2],
)
def test_a_trace_in_a_variance_is_refused(variance: Any) -> None:
    with pytest.raises(InputError, match=r"^field x: the variance .* has a trace in it; give it a parameter"):
        Gaussian(x, variance=variance)


@pytest.mark.parametrize(
    "variance", [sin(s), Abs(s - 1), Lambda[0, 0], x[0, 1], s**s, Determinant(Lambda), I, I * s]
)
def test_a_variance_is_made_of_sums_products_and_powers(variance: Any) -> None:
    with pytest.raises(InputError, match=r"^field x: the variance .* is no rational function; use numbers"):
        Gaussian(x, variance=variance)


@pytest.mark.parametrize("variance", [oo, nan, -1, 0, -s, -s / P, 1 - sqrt(2)])
def test_a_variance_that_is_never_one_is_refused(variance: Any) -> None:
    with pytest.raises(InputError, match=r"^field x: the variance "):
        Gaussian(x, variance=variance)


@pytest.mark.parametrize("rows", [-Lambda, Lambda - 3 * Identity(N), s * Lambda**-2, (Lambda + Identity(N)).inv()])
def test_rational_functions_of_matrices_are_covariances(rows: Any) -> None:
    assert Gaussian(x, rows=rows).rows == rows


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (Trace(Lambda) * Lambda, "has a trace in it"),
        (Lambda + Lambda / (1 + Trace(Lambda)), "has a trace in it"),
        (HadamardProduct(Lambda, Lambda), "is no rational function"),
        (Lambda ** Rational(1, 2), "is no rational function"),
        (Determinant(Lambda) * Lambda, "is no rational function"),
        (Lambda[0, 0] * Lambda, "is no rational function"),
        (MatMul(I, Lambda), "is no rational function"),
    ],
)
def test_other_covariances_are_refused_when_they_are_given(rows: Any, problem: str) -> None:
    with pytest.raises(InputError, match=rf"^field x: the covariance rows = .* {problem}"):
        Gaussian(x, rows=rows)


@pytest.mark.parametrize("law", ['variance = "tr(Lambda)/P"', 'rows = "tr(Lambda)*Lambda"'])
def test_a_file_with_a_trace_in_a_law_is_refused_when_it_is_read(law: str) -> None:
    text = (
        '[spaces]\nN = ""\nP = ""\n[matrices]\nLambda = { space = "N" }\n'
        f'[fields]\nx = {{ shape = ["N", "P"], {law} }}\n[quantities]\nf = "tr(x*x.T)"\n'
    )
    with pytest.raises(InputError, match=r"^m.toml, \[fields\] x: the .* has a trace in it; "):
        read_model(text, "m", "m.toml")
