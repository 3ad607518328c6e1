"""Numbers where poles coincide, and where sums of one pole are nearly equal: in double precision, too.

The oracle solves the one equation of each ridge with mpmath, to 120 digits, and takes the difference quotient of
the resolvents' traces: tr S_1 S_2 = (tr S_1 - tr S_2)/(gamma_2 - gamma_1), which holds for every matrix.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from mpmath import mp, mpf
from sympy import Identity, MatrixSymbol, Rational, Trace, symbols

from planaria.derivations import Derivation, derive
from planaria.diagrams import Gaussian, Model
from planaria.ensembles.spectra import PowerLaw
from planaria.numerics import evaluate_array
from planaria.numerics.equations.functions import functions_of

N, P, M, gamma, gamma_1, gamma_2 = symbols("N P M gamma gamma_1 gamma_2", positive=True)
alpha = symbols("alpha", positive=True)
Lambda, x, u = MatrixSymbol("Lambda", M, M), MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
SAMPLES = Model([Gaussian(x, rows=Lambda, variance=1 / P)])
FEATURES = Model([Gaussian(x, rows=Lambda), Gaussian(u, variance=1 / M)])
EIGENVALUES = [Rational(1, k * k) for k in range(1, 13)]
RIDGE = Rational(1, 20)
CLOSE = [1, 2, 4, 7, 8, 9, 12, 15, 16, 17, 20, 25, 30, None]


def ridges(model: Model) -> Trace:
    phi, size = (x, M) if model is SAMPLES else (u * x, N)
    first, second = (((g * Identity(size)) + phi * phi.T).inv() for g in (gamma_1, gamma_2))
    return Trace(first * second)


@cache
def derived(name: str) -> Derivation:
    model = {"samples": SAMPLES, "features": FEATURES}[name]
    return derive(ridges(model), model)


def trace(name: str, ridge: mpf) -> mpf:
    """tr (gamma + phi phi^T)^-1 in the planar limit: (size - z)/gamma at Delta (..)(P - z) = gamma .."""
    p, n, m = mpf(30), mpf(20), mpf(12)
    values = [mpf(int(v.p)) / int(v.q) for v in EIGENVALUES]

    def z(delta: mpf) -> mpf:
        return sum(v / (v + delta) for v in values)

    def left(delta: mpf) -> mpf:
        return delta * (1 - z(delta) / p) if name == "samples" else delta * (n - z(delta)) * (p - z(delta)) / m

    low, high = mpf(10) ** -400, mpf(10) ** 400
    for _ in range(3000):  # in the logarithm: the left side grows with Delta, as p and n are above m
        middle = mp.sqrt(low * high)
        low, high = (low, middle) if left(middle) > ridge else (middle, high)
        if high / low - 1 < mpf(10) ** -110:
            break
    return ((m if name == "samples" else n) - z(high)) / ridge


@cache
def oracle(name: str, places: int | None) -> mpf:
    with mp.workdps(120):
        one = mpf(1) / 20
        two = one * (1 + mpf(10) ** -(40 if places is None else places))
        return +((trace(name, one) - trace(name, two)) / (two - one))


def numbers(name: str) -> dict[str, object]:
    own: dict[str, object] = {"P": 30, "Lambda": EIGENVALUES, "gamma_1": RIDGE}
    return own if name == "samples" else {**own, "N": 20}


@pytest.mark.parametrize("name", ["samples", "features"])
def test_ridges_that_come_together_keep_all_digits(name: str) -> None:
    for places in CLOSE:
        second = RIDGE if places is None else RIDGE * (1 + Rational(1, 10**places))
        found = derived(name).evaluate({**numbers(name), "gamma_2": second}, digits=30)
        assert found.status == "verified"
        assert "before elimination" not in found.method
        with mp.workdps(60):
            assert abs(mpf(str(found.value)) / oracle(name, places) - 1) < mpf(10) ** -13


@pytest.mark.parametrize("name", ["samples", "features"])
def test_arrays_keep_theirs_in_double_precision(name: str) -> None:
    steps = [0.0 if places is None else 10.0**-places for places in CLOSE]
    second = 0.05 * (1 + np.array(steps))
    given = {**numbers(name), "gamma_1": 0.05, "gamma_2": second}
    found = evaluate_array(derived(name), given)
    assert all(str(status.value) == "ok" for status in found.status)
    # below the spacing of doubles the second ridge is the first
    expected = [float(oracle(name, places if places is not None and places < 16 else None)) for places in CLOSE]
    assert found.values == pytest.approx(expected, rel=2e-13)


def test_the_closed_form_itself_is_no_quotient_of_small_differences() -> None:
    """Its value in doubles, without anything that would mend it."""
    closed = derived("features").closed_form
    functions = functions_of(closed, "numpy")
    spectrum = {symbol: np.array([float(v) for v in EIGENVALUES]) for symbol in closed.sums[0][1].eigenvalues}
    scalars = {g: {"N": 20.0, "P": 30.0, "M": 12.0}.get(str(g), 1.0) for g in functions.parameters}

    def value(first: float, second: float) -> float:
        for relation, delta in zip(closed.solved_for, (first, second), strict=True):
            z = sum(float(v) / (float(v) + delta) for v in EIGENVALUES)
            scalars[relation] = delta * (20 - z) * (30 - z) / 12
        return float(functions.value([first, second], spectrum, scalars))

    middle = value(0.01, 0.01)
    assert np.isfinite(middle)
    for k in range(6, 17):
        assert value(0.01, 0.01 * (1 + 10.0**-k)) == pytest.approx(middle, rel=max(1e-13, 10.0 ** (1 - k)))


def test_sums_of_positive_terms_keep_digits_at_every_ridge() -> None:
    """gamma tr S Lambda S = Delta/gamma (z - q2)/(1 - q2/P), to rounding from 1e-300 to 1e300."""
    q = (gamma * Identity(M) + x * x.T).inv()
    result = derive(gamma * Trace(q * Lambda * q), SAMPLES)
    assert "R_12" in {str(s) for s in result.value.free_symbols}
    ridges_ = np.array([10.0**k for k in range(-300, 301, 25)])
    found = evaluate_array(result, {"P": 30, "Lambda": EIGENVALUES, "gamma": ridges_})
    assert all(str(status.value) == "ok" for status in found.status)
    for ridge, number in zip(ridges_, found.values, strict=True):
        with mp.workdps(120):
            g = mpf(float(ridge))
            values = [mpf(int(v.p)) / int(v.q) for v in EIGENVALUES]
            delta = _delta(g, values)
            q2 = sum((v / (v + delta)) ** 2 for v in values)
            expected = delta / g * sum(v * delta / (v + delta) ** 2 for v in values) / (1 - q2 / 30)
        assert number == pytest.approx(float(expected), rel=1e-13)


def _delta(ridge: mpf, values: list[mpf]) -> mpf:
    low, high = ridge / 10, ridge * 10
    for _ in range(400):
        middle = (low + high) / 2
        large = middle * (1 - sum(v / (v + middle) for v in values) / 30) > ridge
        low, high = (low, middle) if large else (middle, high)
    return high


def test_laws_of_any_size_have_nodes_for_mixed_sums() -> None:
    """A power law of 100,000 eigenvalues at nodes, against all of them in double precision."""
    model = Model([Gaussian(x, rows=Lambda, variance=1 / P)], spectra={Lambda: PowerLaw(1, alpha)})
    first, second = ((g * Identity(M) + x * x.T).inv() for g in (gamma_1, gamma_2))
    result = derive(Trace(first * Lambda * second * Lambda), model)
    point = {"P": 50, "M": 100_000, "alpha": 1, "gamma_1": 0.01, "gamma_2": 0.01}
    found = result.evaluate(point, digits=20)
    values = np.arange(1, 100_001, dtype=float) ** -2
    low, high = 1e-8, 1e2
    for _ in range(200):
        middle = (low * high) ** 0.5
        large = middle * (1 - (values / (values + middle)).sum() / 50) > 0.01
        low, high = (low, middle) if large else (middle, high)
    share = values / (values + high)
    expected = 50**3 * (share**2).sum() / ((50 - share.sum()) ** 2 * (50 - (share**2).sum()))
    assert float(found.value) == pytest.approx(expected, rel=1e-11)
    assert found.status == "verified"
