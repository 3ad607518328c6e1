"""The planar series to high orders: against diagrams at low orders, and against the literature at high ones."""

from math import comb

import pytest
from sympy import Identity, MatrixSymbol, Symbol, Trace, symbols
from sympy.functions.combinatorial.numbers import partition

from planaria.derivations import derive
from planaria.derivations import planar_polynomials as series_module
from planaria.derivations.analysis import lagrange as lagrange_module
from planaria.derivations.analysis.lagrange import lagrange
from planaria.derivations.planar_polynomials import count_insertions, planar_polynomials
from planaria.diagrams import Gaussian, InputError, Model, expand
from planaria.diagrams.graphs.weight import total_weight
from planaria.ensembles.library import load_model

N, P, M, gamma, s = symbols("N P M gamma sigma", positive=True)
x, u, h = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M), MatrixSymbol("h", N, N)
Lambda, Omega = MatrixSymbol("Lambda", M, M), MatrixSymbol("Omega", N, N)
MODEL = Model(
    [Gaussian(x, rows=Lambda), Gaussian(u, variance=s**2 / M), Gaussian(h, rows=Omega, kind="hermitian")]
)
phi = u * x
Q = (gamma * Identity(P) + phi.T * phi).inv()
q = (gamma * Identity(N) + phi * phi.T).inv()
R = Identity(M) - x * Q * phi.T * u
CASES = {
    "resolvent": (Trace(q) / N, 4, True),
    "loss": (Trace(R * Lambda * R.T), 3, True),
    "pushed through": (Trace((Identity(M) + x * x.T * u.T * u / gamma).inv() * Lambda), 4, True),
    "power": (Trace(Q**2) - 2 * gamma * Trace(Q), 3, True),
    "negative power": (Trace((gamma * Identity(P) + phi.T * phi) ** -2), 3, True),
    "one matrix": (Trace(Lambda * (gamma * Identity(M) + x * x.T).inv()) + 3, 4, True),
    "covariance in the denominator": (Trace((gamma * Identity(M) + Lambda + x * x.T).inv()), 3, False),
    "a product with a deterministic part": (
        Trace(((gamma * Identity(M) + x * x.T) * (Identity(M) + x * x.T)).inv()),
        3,
        False,
    ),
    "hermitian": (Trace((gamma * Identity(N) - h).inv()), 4, False),
    "no inverse": (Trace(phi * phi.T), 2, False),
}


@pytest.mark.parametrize("name", CASES)
def test_low_orders_are_those_of_the_diagrams(name, monkeypatch):
    expression, order, inverted = CASES[name]
    used = []
    monkeypatch.setattr(series_module, "Table", lambda *given: used.append(given) or lagrange_module.Table(*given))
    series = planar_polynomials(expression, MODEL, order)
    assert len(series) == order + 1
    for n, found in enumerate(series):
        assert (found.to_sympy() - total_weight(expand(expression, MODEL, n))).expand() == 0
    assert bool(used) == inverted  # or the two would not be independent


@pytest.mark.parametrize(
    ("model", "quantity", "order"),
    [
        ("random-features", "loss", 3),
        ("random-features", "noise_loss", 2),
        ("random-features", "training_loss", 2),
        ("two-layer-random-features", "gram_resolvent", 3),
        ("correlated-wishart", "resolvent", 4),
        ("ridge-regression", "loss", 3),
    ],
)
def test_models(model, quantity, order):
    file = load_model(model)
    expression = file.quantity(quantity).expression
    for n, found in enumerate(planar_polynomials(expression, file.model, order)):
        assert (found.to_sympy() - total_weight(expand(expression, file.model, n))).expand() == 0


def test_high_orders_count_diagrams():
    # With unit dimensions and eigenvalues, each planar diagram counts one: OEIS A001764.
    model = Model([Gaussian(x, rows=Lambda), Gaussian(u)])
    series = planar_polynomials(Trace(Q), model, 25)
    for n, found in enumerate(series):
        assert found.evaluate(dict.fromkeys(found.ring.generators, 1)) == (-1) ** n * (
            comb(3 * n, n) // (2 * n + 1)
        )
    assert set(found.ring.generators) == {N, P, gamma, Trace(Lambda), *(Trace(Lambda**k) for k in range(2, 26))}
    # The planar moments of two matrices: as many terms as parts in all partitions, OEIS A006128.
    parts = sum(divisors * partition(20 - k) for k, divisors in ((k, len(_divisors(k))) for k in range(1, 21)))
    assert len(series[20].numerator) == parts


def _divisors(number):
    return [k for k in range(1, number + 1) if number % k == 0]


def test_insertions_are_counted():
    factor = Symbol("t")
    inner = (gamma * Identity(N) - h).inv()
    nested = Trace((gamma * Identity(N) + h * inner * h).inv())
    counted = count_insertions(nested, MODEL, factor)
    expected = Trace((gamma * Identity(N) + factor * h * (gamma * Identity(N) - factor * h).inv() * h).inv())
    assert total_weight(expand(counted, MODEL, 2)) == total_weight(expand(expected, MODEL, 2))
    # With the factor, a diagram of order n carries its n-th power.
    for n in range(4):
        plain = total_weight(expand(nested, MODEL, n))
        assert (total_weight(expand(counted, MODEL, n)) - factor**n * plain).expand() == 0


def test_a_closed_form_with_two_unknowns_has_no_inversion():
    file = load_model("nonlinear-random-features")
    factor = Symbol("t", positive=True)
    counted = count_insertions(file.quantity("resolvent").expression, file.model, factor)
    assert lagrange(derive(counted, file.model).closed_form, factor) is None


@pytest.mark.parametrize(
    ("expression", "order"),
    [(Trace(q) ** 2, 3), (Trace(q), -1), (q, 2), (Trace((phi * phi.T).inv()), 2), (Trace(q) / Trace(Q), 1)],
)
def test_what_has_no_series(expression, order):
    with pytest.raises(InputError):
        planar_polynomials(expression, MODEL, order)
