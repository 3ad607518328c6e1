"""Hints and refusals that somebody missed, each in one sentence."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import MatrixSymbol, Symbol, Trace, symbols

import planaria as pl
from planaria.algebra.errors import InputError
from planaria.numerics.spectra import exact_number

FEATURES = {"N": 4, "P": 5, "gamma": 1, "sigma_u": 1}


@pytest.mark.parametrize(
    ("text", "remedy"),
    [("1+0.1i", "write 1+0.1j"), ("2*I", "write 2j"), ("-0.5i", "write -0.5j"), ("hi", "give a number")],
)
def test_complex_numbers_are_written_as_python_writes_them(text: str, remedy: str) -> None:
    with pytest.raises(InputError) as caught:
        exact_number(text, "z")
    assert caught.value.remedy == remedy


@pytest.mark.parametrize(
    ("text", "meant"), [("trr(x*x.T)", "tr"), ("tr(invv(x*x.T))", "inv"), ("logdt(x*x.T)", "logdet")]
)
def test_a_misspelt_function_is_told(text: str, meant: str) -> None:
    with pytest.raises(InputError) as caught:
        pl.derive("marchenko-pastur", text)
    assert caught.value.remedy.endswith(f"is no function; did you mean '{meant}'?")
    with pytest.raises(InputError, match="the functions are inv, tr, logdet and I; write a product with"):
        pl.derive("marchenko-pastur", "gamma(x*x.T)")


def test_a_simulation_takes_eigenvalues_by_name() -> None:
    model = pl.load_model("random-features").model
    matrix = next(one for one in model.fields if one.name == "x").rows
    assert isinstance(matrix, MatrixSymbol)
    declared = model.with_spectra({matrix: pl.Eigenvalues.of([1, 2])})
    expression = pl.load_model("random-features").quantity("resolvent").expression
    expected = pl.simulate(expression, declared, FEATURES, runs=5)
    given: list[dict[str, Any]] = [{"Lambda": [1, 2]}, {"Lambda": pl.Eigenvalues.of([1, 2])}]
    for one in given:
        assert pl.simulate("random-features", "resolvent", FEATURES, runs=5, **one).mean == expected.mean


def test_what_is_wrong_with_a_quantity_without_a_name() -> None:
    N = Symbol("N", positive=True)
    g = MatrixSymbol("g", N, N)
    with pytest.raises(InputError, match=r"^quantity: "):
        pl.simulate(g, pl.Model([pl.Gaussian(g)]), N=3, runs=2)
    with pytest.raises(InputError, match=r"^quantity size: "):
        pl.simulate({"size": g}, pl.Model([pl.Gaussian(g)]), N=3, runs=2)


def test_a_dimension_is_no_correlation() -> None:
    N, P = symbols("N P", positive=True)
    g, x = MatrixSymbol("g", N, N), MatrixSymbol("x", N, P)
    for rho in (N, 1 - P):
        field = pl.Gaussian(g, kind="elliptic", variance=1 / N, rho=rho)
        with pytest.raises(
            InputError, match=r"field g: rho of its law contains ., which is a dimension; give rho a"
        ):
            pl.Model([field, pl.Gaussian(x)])
    assert pl.derive(
        Trace(g * g) / N, pl.Model([pl.Gaussian(g, kind="elliptic", variance=1 / N, rho=Symbol("r"))])
    )
