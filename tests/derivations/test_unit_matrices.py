"""Identity matrices by way of arbitrary ones: held against the derivation without, and against given spectra."""

from __future__ import annotations

import pytest
from mpmath import mpf
from sympy import Identity, Integer, MatrixSymbol, Trace, count_ops, symbols

from planaria.derivations import derive
from planaria.derivations.unit_matrices import is_simple, with_symbols
from planaria.diagrams import Gaussian, Model, UnitSpectrum
from planaria.ensembles.library import load_model

SIZES = {"N": 60, "P": 90, "M": 50, "gamma": "0.1", "mu_1": 1, "mu_star": "0.5"}
SCALES = {"sigma_eps": 1, "sigma_w": 1, "C": 1}

# From the closed form in propagators, which the one by way of an arbitrary matrix has replaced.
BEFORE = {"loss": "0.30678174469717488117", "noise_loss": "0.41517032457307917776"}


@pytest.mark.parametrize("quantity", ["resolvent", "gram_resolvent", "loss", "noise_loss"])
def test_a_spectrum_of_ones_gives_the_same_numbers(quantity):
    """The model with an arbitrary matrix, evaluated where all its eigenvalues are 1, knows no specialised form."""
    file = load_model("nonlinear-random-features")
    expression = file.quantity(quantity).expression
    special = derive(expression, file.model)
    general = derive(expression, with_symbols(file.model))
    assert len(special.unknowns) == len(general.unknowns) == 1
    assert special.spectral_sums == {}
    assert len(general.spectral_sums) > 0
    known = SIZES | {name: value for name, value in SCALES.items() if name in general.symbols}
    one = special.evaluate(known, digits=25)
    other = general.evaluate({**known, "Lambda": [1] * 50}, digits=25)
    assert abs(one.value - other.value) < 1e-24 * abs(other.value)
    if quantity in BEFORE:
        assert abs(one.value - mpf(BEFORE[quantity])) < 1e-15
    assert special.check(simulation=False)[0].passed
    assert special.check(simulation=False)[1].passed


def test_values_are_short():
    """2,268 operations in propagators."""
    result = derive("nonlinear-random-features", "noise_loss")
    assert count_ops(result.value) < 200
    assert sum(count_ops(one) for one in result.equations) < 60
    assert any(step.rule == "specialise" and step.after == Integer(1) for step in result.steps)


def test_two_matrices_of_which_one_is_the_identity():
    """Their sums mix both eigenvalues: what is derived is what it is without symbols."""
    N, P, M, gamma = symbols("N P M gamma", positive=True)
    x, u = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
    first, second = MatrixSymbol("Lambda", M, M), MatrixSymbol("Omega", M, M)
    inverse = (gamma * Identity(P) + x.T * u.T * u * x).inv()
    mixed = Model([Gaussian(x, rows=first), Gaussian(u, variance=1 / M, cols=second)], {second: UnitSpectrum()})
    plain = Model([Gaussian(x, rows=first), Gaussian(u, variance=1 / M)])
    found, wanted = derive(Trace(inverse), mixed), derive(Trace(inverse), plain)
    numbers = {"N": 4, "P": 6, "M": 5, "gamma": "0.1", "Lambda": [1, "1/2", "1/3", "1/4", "1/5"]}
    assert abs(found.evaluate(numbers).value - wanted.evaluate(numbers).value) < 1e-40


def test_a_wishart_matrix_stays_with_its_propagator():
    file = load_model("marchenko-pastur")
    system = derive(file.quantity("resolvent").expression, file.model).system
    assert is_simple(system)
    assert with_symbols(file.model) is None
