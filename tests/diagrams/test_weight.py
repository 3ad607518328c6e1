"""Weights: exact moments of the random-feature kernel, rational faces, and exact evaluation."""

from fractions import Fraction
from math import prod
from time import process_time

import pytest
from sympy import Identity, Integer, MatPow, MatrixSymbol, Trace, symbols
from sympy import expand as expand_sympy

from planaria.diagrams import Gaussian, InputError, Model, UnitSpectrum
from planaria.diagrams.expansion import expand
from planaria.diagrams.graphs.weight import face_functions, scalar, total_weight
from planaria.diagrams.weights.evaluation import Evaluator, evaluate_weight
from planaria.ensembles.spectra import eigenvalue

N, P, M = symbols("N P M", positive=True)
gamma, s = symbols("gamma sigma", positive=True)
x, u = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
Lambda, Omega = MatrixSymbol("Lambda", M, M), MatrixSymbol("Omega", M, M)
lam, omega = eigenvalue(Lambda), eigenvalue(Omega)
MODEL = Model([Gaussian(x, rows=Lambda), Gaussian(u)])
WORD = x.T * u.T * u * x
t1, t2, t3 = Trace(Lambda), Trace(Lambda**2), Trace(Lambda**3)

# E tr (phi^T phi)^n for phi = u x with unit-variance u and x with covariance Lambda, exact at every size.
MOMENTS = {
    1: N * P * t1,
    2: t1**2 * (N**2 * P + N * P**2 + N * P) + t2 * (N**2 * P**2 + N**2 * P + N * P**2 + 3 * N * P),
    3: t1**3 * (N**3 * P + 3 * N**2 * P**2 + 3 * N**2 * P + N * P**3 + 3 * N * P**2 + 4 * N * P)
    + t1
    * t2
    * (
        3 * N**3 * P**2
        + 3 * N**3 * P
        + 3 * N**2 * P**3
        + 12 * N**2 * P**2
        + 21 * N**2 * P
        + 3 * N * P**3
        + 21 * N * P**2
        + 24 * N * P
    )
    + t3
    * (
        N**3 * P**3
        + 3 * N**3 * P**2
        + 4 * N**3 * P
        + 3 * N**2 * P**3
        + 21 * N**2 * P**2
        + 24 * N**2 * P
        + 4 * N * P**3
        + 24 * N * P**2
        + 36 * N * P
    ),
}


@pytest.mark.parametrize("n", MOMENTS)
def test_exact_moments_of_the_random_feature_kernel(n):
    assert total_weight(expand(Trace(WORD**n), MODEL, order=0, euler=None)) == expand_sympy(MOMENTS[n])


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_at_size_one_the_moments_are_those_of_two_gaussian_numbers(n):
    one = Fraction(1)
    value = Evaluator({N: one, P: one}, {M: [(1, {lam: one})]})
    moment = prod(range(1, 2 * n, 2)) ** 2
    assert value.total(expand(Trace(WORD**n), MODEL, order=0, euler=None)) == moment


def test_evaluation_agrees_with_the_symbolic_weight():
    model = Model([Gaussian(x, rows=Lambda, variance=s), Gaussian(u, cols=Omega, variance=1 / M)])
    expression = Trace((gamma * Identity(P) + WORD).inv()) / P
    values = {N: Fraction(3), P: Fraction(5), gamma: Fraction(7, 2), s: Fraction(2, 3)}
    points = [
        (Fraction(2), {lam: Fraction(1, 2), omega: Fraction(3)}),
        (Fraction(1), {lam: Fraction(4), omega: Fraction(1, 5)}),
    ]

    def trace(term):
        """The trace of a product of powers of Lambda and Omega in that measure."""
        degree = dict.fromkeys((Lambda, Omega), 0)
        for factor in term.arg.args if term.arg.is_MatMul else (term.arg,):
            base, exponent = factor.args if isinstance(factor, MatPow) else (factor, 1)
            degree[base] += int(exponent)
        return sum(w * p[lam] ** degree[Lambda] * p[omega] ** degree[Omega] for w, p in points)

    def rational(value):
        return Integer(value.numerator) / value.denominator

    for order in range(3):
        for d in expand(expression, model, order, euler=None):
            weight = d.weight
            for term in weight.atoms(Trace):
                weight = weight.subs(term, rational(trace(term)))
            weight = weight.subs({key: rational(value) for key, value in {**values, M: Fraction(3)}.items()})
            assert evaluate_weight(d, values, {M: points}) == Fraction(int(weight.p), int(weight.q))


def test_the_first_diagram_of_the_resolvent():
    model = Model([Gaussian(x, rows=Lambda), Gaussian(u, variance=s**2 / M)])
    (d,) = expand(Trace((gamma * Identity(P) + WORD).inv()), model, order=1)
    ring = d.setting.ring
    assert scalar(d) == ring(-(s**2) / (M * gamma**2))
    assert sorted((str(space), function) for space, function in face_functions(d)) == [
        ("M", ring(lam)),
        ("N", ring.one),
        ("P", ring.one),
    ]
    assert d.weight == -N * P * s**2 * Trace(Lambda) / (M * gamma**2)
    assert "\\Lambda" in d._repr_html_()


def test_a_resolvent_of_a_deterministic_matrix_gives_rational_faces():
    r = (gamma * Identity(M) + 2 * Lambda + x * x.T).inv()
    (d,) = expand(Trace(r * (Omega + 3 * Identity(M))), MODEL, order=1)
    inverse = (gamma * Identity(M) + 2 * Lambda) ** -2
    expected = -P * (3 * Trace(Lambda * inverse) + Trace(Lambda * Omega * inverse))
    assert expand_sympy(d.weight - expected) == 0
    (line,) = expand(r, MODEL, order=0)
    assert line.weight == (gamma * Identity(M) + 2 * Lambda).inv()


def test_a_unit_spectrum_leaves_dimensions_only():
    model = MODEL.with_spectra({Lambda: UnitSpectrum()})
    assert total_weight(expand(Trace(WORD), model, order=0)) == M * N * P


def test_numbers_as_dimensions():
    y = MatrixSymbol("y", 2, 3)
    (d,) = expand(Trace(y * y.T), Model([Gaussian(y)]), order=0)
    assert d.weight == 6
    assert Evaluator({}, {})(d) == 6


def test_what_evaluation_lacks_is_named():
    (d,) = expand(Trace(WORD) / gamma, MODEL, order=0)
    one = Fraction(1)
    with pytest.raises(InputError, match="gamma has no value"):
        Evaluator({N: one, P: one}, {M: [(1, {lam: one})]})(d)
    with pytest.raises(InputError, match="space P has no dimension"):
        Evaluator({N: one, gamma: one}, {M: [(1, {lam: one})]})(d)
    with pytest.raises(InputError, match="lambda_I has no value"):
        Evaluator({N: one, P: one, M: one, gamma: one}, {})(d)
    with pytest.raises(InputError, match="space M: its measure has the weight 1"):
        Evaluator({M: Fraction(2)}, {M: [(1, {lam: one})]})
    (line,) = expand(x * x.T, MODEL, order=0)
    with pytest.raises(InputError, match="is open"):
        Evaluator({P: one, M: one}, {})(line)


def test_ten_thousand_diagrams_take_about_half_a_second():
    q = (gamma * Identity(N) + u * x * x.T * u.T).inv()
    R = Identity(M) - x * x.T * u.T * q * u
    value = Evaluator(
        {N: Fraction(3), P: Fraction(5), gamma: Fraction(7)},
        {M: [(1, {lam: Fraction(1)}), (2, {lam: Fraction(1, 3)})]},
    )
    start = process_time()
    count = sum(1 for d in expand(Trace(R * Lambda * R.T), MODEL, order=4) if value(d) is not None)
    assert count == 10066
    assert process_time() - start < 5  # generous: a slow machine is no failure
