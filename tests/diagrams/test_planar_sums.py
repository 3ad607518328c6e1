"""Planar sums without diagrams, against the diagrams one by one, and against the literature."""

from collections import Counter
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Adjoint, Identity, MatAdd, MatMul, MatrixSymbol, Trace, symbols
from sympy import expand as expand_sympy

from planaria.diagrams import Gaussian, InputError, Model, expand
from planaria.diagrams.expressions.expression import prepare, read
from planaria.diagrams.expressions.words import close, words
from planaria.diagrams.graphs.weight import total_weight
from planaria.diagrams.weights.planar_sums import planar_sum, planar_total, weigh_planar

N, P, M, gamma, v = symbols("N P M gamma v", positive=True)
x, u = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
h, s, z = (MatrixSymbol(name, N, N) for name in "hsz")
Lambda, Omega, Pi = MatrixSymbol("Lambda", M, M), MatrixSymbol("Omega", N, N), MatrixSymbol("Pi", P, P)
MODEL = Model(
    [
        Gaussian(x, rows=Lambda, cols=Pi),
        Gaussian(u, variance=v / M, cols=Lambda),
        Gaussian(h, rows=Omega, kind="hermitian"),
        Gaussian(s, variance=v, kind="symmetric"),
        Gaussian(z, rows=Omega, kind="complex"),
    ]
)
phi = u * x
Q = (gamma * Identity(P) + phi.T * phi).inv()
G = (gamma * Identity(M) + Lambda + x * x.T).inv()
R = Identity(M) - x * Q * phi.T * u
CASES = {
    "resolvent": (Trace(Q), 3),
    "loss": (Trace(R * Lambda * R.T) / M, 2),
    "sum with a constant": (3 * Trace(Q) / P + Trace(h**2) - gamma + 2, 2),
    "covariance in the denominator": (Trace(G * Lambda), 3),
    "two resolvents": (Trace(G * x * Q * x.T), 2),
    "nested": (Trace((gamma * Identity(N) + h * (gamma * Identity(N) - s).inv() * h).inv()), 2),
    "hermitian": (Trace(h**4 * Omega * h * h), 0),
    "hermitian transposes": (Trace(h * h.T * s * h.T * h * s), 0),
    "complex": (Trace((z * Adjoint(z)) ** 3 * Omega), 0),
    "symmetric": (Trace((gamma * Identity(N) - s).inv()), 6),
    "nothing planar": (Trace(x.T * x * Pi) - Trace(h * s * h * s), 0),
    "no letters": (Trace(Lambda + gamma * Identity(M)), 0),
    "odd": (Trace(h * s * h), 0),
}


@pytest.mark.parametrize("name", CASES)
def test_the_sum_is_that_of_the_diagrams(name):
    expression, highest = CASES[name]
    for order in range(highest + 1):
        diagrams = list(expand(expression, MODEL, order))
        assert weigh_planar(expression, MODEL, order) == Counter(d.weight for d in diagrams)
        assert planar_total(expression, MODEL, order) == total_weight(diagrams)


def by_matrix(total):
    """A sum of scalar * matrix as a dictionary: sympy does not collect equal matrices."""
    found = Counter()
    for term in MatAdd.make_args(total) if total.is_Matrix and not total.is_ZeroMatrix else ():
        scalar, matrix = term.as_coeff_mmul()
        found[matrix] += scalar
    return {matrix: expand_sympy(scalar) for matrix, scalar in found.items()}


def sum_by_matrix(diagrams):
    """The same of the weights of diagrams, added one by one."""
    found = Counter()
    for diagram in diagrams:
        for matrix, scalar in by_matrix(diagram.weight).items():
            found[matrix] += scalar
    return {matrix: expand_sympy(scalar) for matrix, scalar in found.items()}


@pytest.mark.parametrize("expression", [x * x.T, (x * x.T) ** 3, (gamma * Identity(P) + phi.T * phi).inv()])
def test_open_lines(expression):
    for order in range(3):
        diagrams = list(expand(expression, MODEL, order))
        assert weigh_planar(expression, MODEL, order) == Counter(d.weight for d in diagrams)
        total = planar_total(expression, MODEL, order)
        assert total.shape == expression.shape
        assert by_matrix(total) == sum_by_matrix(diagrams)
        assert by_matrix(total_weight(diagrams)) == sum_by_matrix(diagrams)


SQUARE = {"h": h, "s": s, "z": z, "Z": Adjoint(z), "a": Omega}


@settings(max_examples=80)
@given(st.lists(st.sampled_from("hszZa"), min_size=1, max_size=10))
def test_random_words(names):
    expression = Trace(MatMul(*(SQUARE[name] for name in names), Identity(N)))
    diagrams = list(expand(expression, MODEL, 0))
    assert weigh_planar(expression, MODEL, 0) == Counter(d.weight for d in diagrams)


def test_fuss_catalan_numbers():
    # OEIS A001764, far beyond what could be made one by one
    plain = Model([Gaussian(x), Gaussian(u)])
    for n in (1, 2, 5, 12, 16):
        found = weigh_planar(Trace((phi.T * phi) ** n), plain, 0)
        assert sum(found.values()) == comb(3 * n, n) // (2 * n + 1)


def test_narayana_numbers():
    plain = Model([Gaussian(x)])
    n = 20
    narayana = {M ** (n + 1 - k) * P**k: comb(n, k) * comb(n, k - 1) // n for k in range(1, n + 1)}
    assert weigh_planar(Trace((x * x.T) ** n), plain, 0) == narayana


def test_noncrossing_partitions_by_type():
    # Kreweras, Discrete Math. 1 (1972): noncrossing partitions by the sizes of their blocks.
    plain = Model([Gaussian(x, rows=Lambda)])
    found = planar_total(Trace((x.T * x) ** 4), plain, 0)
    t1, t2, t3, t4 = (Trace(Lambda**k) if k > 1 else Trace(Lambda) for k in (1, 2, 3, 4))
    expected = P**4 * t4 + P**3 * (4 * t1 * t3 + 2 * t2**2) + 6 * P**2 * t1**2 * t2 + P * t1**4
    assert expand_sympy(found - expected) == 0


def test_words_share_a_table():
    setting = prepare([h], MODEL)
    both = [word for power in (2, 4, 3) for word in close(words(read(h**power, setting), setting, 0), setting)]
    found = planar_sum(both, setting)
    assert found.count == 1 + 2
    t1, t2 = Trace(Omega), Trace(Omega**2)
    assert found.total() == expand_sympy(t1**2 + 2 * t1**2 * t2)


@pytest.mark.parametrize(
    ("expression", "order"),
    [(Trace(h * h) ** 2, 0), (Trace(h * h), -1), (Trace(h.inv()), 1), ("h", 0)],
)
def test_what_cannot_be_weighed(expression, order):
    with pytest.raises(InputError):
        weigh_planar(expression, MODEL, order)
    with pytest.raises(InputError):
        planar_total(expression, MODEL, order)
