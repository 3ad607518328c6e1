"""Contractions: how many there are, against the literature, and that they are what Wick's theorem says."""

from collections import Counter
from fractions import Fraction
from itertools import islice, pairwise, product
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Adjoint, Identity, Integer, MatMul, MatrixSymbol, Rational, Trace, Transpose, sqrt, symbols

from planaria.diagrams import Gaussian, InputError, Model
from planaria.diagrams.expansion import expand
from planaria.diagrams.expressions.expression import prepare, read
from planaria.diagrams.expressions.words import close, words
from planaria.diagrams.graphs.weight import total_weight
from planaria.diagrams.graphs.wick import (
    all_contractions,
    count_contractions,
    count_planar,
    planar_contractions,
)
from planaria.diagrams.weights.evaluation import Evaluator

N, P, M, gamma = symbols("N P M gamma", positive=True)
x, u = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
MODEL = Model([Gaussian(x), Gaussian(u)])
WORD = x.T * u.T * u * x
Q = (gamma * Identity(P) + WORD).inv()


def closed_word(expression, model):
    setting = prepare([expression], model)
    (word,) = close(words(read(expression, setting), setting, 0), setting)
    return word, setting


# Contractions of tr (x^T u^T u x)^n by Euler characteristic, x and u real; each row adds up to ((2n-1)!!)^2.
BY_EULER = {
    1: {2: 1},
    2: {2: 3, 1: 3, 0: 3},
    3: {2: 12, 1: 30, 0: 75, -1: 72, -2: 36},
    4: {2: 55, 1: 243, 0: 1050, -1: 2274, -2: 3471, -3: 2856, -4: 1076},
}


@pytest.mark.parametrize("n", BY_EULER)
def test_contractions_by_euler_characteristic(n):
    found = Counter(d.euler_characteristic for d in expand(Trace(WORD**n), MODEL, order=0, euler=None))
    assert found == BY_EULER[n]
    word, setting = closed_word(WORD**n, MODEL)
    assert count_contractions(word, setting) == sum(BY_EULER[n].values())


@pytest.mark.parametrize("euler", [2, 1, 0, -1, -2, -7])
def test_the_euler_characteristic_filters(euler):
    found = list(expand(Trace(Q), MODEL, order=3, euler=euler))
    assert len(found) == BY_EULER[3].get(euler, 0)
    assert {d.euler_characteristic for d in found} <= {euler}


def test_planar_counts_are_a001764():
    for n in range(1, 8):
        word, setting = closed_word(WORD**n, MODEL)
        assert count_planar(word, setting) == comb(3 * n, n) // (2 * n + 1)
        if n <= 6:
            assert sum(1 for _ in planar_contractions(word, setting)) == comb(3 * n, n) // (2 * n + 1)


@pytest.mark.parametrize("factors", [1, 2, 3, 4])
def test_products_give_fuss_catalan_numbers(factors):
    spaces = symbols(f"A0:{factors + 1}", positive=True)
    matrices = [MatrixSymbol(f"x{k}", *ends) for k, ends in enumerate(pairwise(spaces))]
    product_of_all = MatMul(*matrices)
    for n in range(1, 6):
        word, setting = closed_word((product_of_all * product_of_all.T) ** n, Model(map(Gaussian, matrices)))
        assert count_planar(word, setting) == comb((factors + 1) * n, n) // (factors * n + 1)


@pytest.mark.parametrize("kind", ["real", "complex"])
def test_one_matrix_gives_narayana_numbers(kind):
    model = Model([Gaussian(x, kind=kind)])
    for n in range(1, 7):
        series = total_weight(expand(Trace((x * Adjoint(x)) ** n), model, order=0))
        narayana = sum(
            Integer(comb(n, k) * comb(n, k - 1) // n) * M ** (n + 1 - k) * P**k for k in range(1, n + 1)
        )
        assert (series - narayana).expand() == 0


# Harer and Zagier, Invent. Math. 85 (1986); OEIS A035309.
@pytest.mark.parametrize(
    ("n", "polynomial"),
    [(1, N**2), (2, 2 * N**3 + N), (3, 5 * N**4 + 10 * N**2), (4, 14 * N**5 + 70 * N**3 + 21 * N)],
)
def test_hermitian_moments_are_harer_zagier(n, polynomial):
    h = MatrixSymbol("h", N, N)
    model = Model([Gaussian(h, kind="hermitian")])
    assert total_weight(expand(Trace(h ** (2 * n)), model, order=0, euler=None)) == polynomial


# Ledoux, Ann. Inst. H. Poincare Probab. Stat. 45 (2009), with unit off-diagonal variance.
@pytest.mark.parametrize(
    ("n", "polynomial"),
    [(1, N**2 + N), (2, 2 * N**3 + 5 * N**2 + 5 * N), (3, 5 * N**4 + 22 * N**3 + 52 * N**2 + 41 * N)],
)
def test_symmetric_moments(n, polynomial):
    h = MatrixSymbol("h", N, N)
    model = Model([Gaussian(h, kind="symmetric")])
    assert total_weight(expand(Trace(h ** (2 * n)), model, order=0, euler=None)) == polynomial


# Hanlon, Stanley and Stembridge, Contemp. Math. 138 (1992).
def test_complex_wishart_moments():
    model = Model([Gaussian(x, kind="complex")])
    moments = [total_weight(expand(Trace((x * Adjoint(x)) ** n), model, order=0, euler=None)) for n in (1, 2, 3)]
    assert moments == [M * P, M**2 * P + M * P**2, M**3 * P + 3 * M**2 * P**2 + M * P**3 + M * P]


FIELDS = {
    "a": ("real", True, True),
    "b": ("complex", True, True),
    "c": ("symmetric", True, False),
    "d": ("hermitian", True, False),
}
Lambda, Omega = MatrixSymbol("Lambda", N, N), MatrixSymbol("Omega", N, N)
SYMBOLS = {name: MatrixSymbol(name, N, N) for name in FIELDS}
SQUARE = Model(
    Gaussian(SYMBOLS[name], kind=kind, rows=Lambda, cols=Omega if cols else None, variance=Integer(k + 2))
    for k, (name, (kind, _, cols)) in enumerate(FIELDS.items())
)
EIGENVALUES = [(Fraction(1, 2), Fraction(3)), (Fraction(2), Fraction(5))]  # of Lambda and of Omega
OPERATIONS = {"": lambda m: m, "T": lambda m: m.T, "C": lambda m: Transpose(Adjoint(m)), "H": Adjoint}

square_words = st.lists(
    st.tuples(st.sampled_from(sorted(FIELDS)), st.sampled_from(sorted(OPERATIONS))), min_size=1, max_size=3
).flatmap(
    # each field twice, so that most words have contractions
    lambda half: st.permutations(
        [*half, *((name, "H" if FIELDS[name][0] == "complex" and op == "" else op) for name, op in half)]
    )
)


def square_word(letters):
    expression = MatMul(*(OPERATIONS[op](SYMBOLS[name]) for name, op in letters), Identity(N))
    return closed_word(expression, SQUARE)


def moment_of_entries(letters):
    """E tr of a word in 2 x 2 matrices: a sum over indices and pairings of entries, by definition."""

    def entry(name, op, i, j):
        kind = FIELDS[name][0]
        if op in ("T", "H"):
            i, j = j, i
        conjugated = op in ("C", "H")
        if kind == "hermitian" and conjugated:
            i, j, conjugated = j, i, False
        return name, i, j, conjugated and kind == "complex"

    def covariance(one, other):
        (name, i, j, star), (other_name, k, m, other_star) = one, other
        if name != other_name:
            return 0
        kind = FIELDS[name][0]
        variance = 2 + list(FIELDS).index(name)
        lam = [[EIGENVALUES[p][0] if p == q else 0 for q in (0, 1)] for p in (0, 1)]
        om = [[EIGENVALUES[p][1] if p == q else 0 for q in (0, 1)] for p in (0, 1)]
        if kind == "real" or (kind == "complex" and star != other_star):
            return variance * lam[i][k] * om[j][m]
        if kind == "complex":
            return 0
        direct = lam[i][k] * lam[j][m] if kind == "symmetric" else 0
        return variance * (direct + lam[i][m] * lam[j][k])

    def expectation(entries):
        if not entries:
            return Fraction(1)
        first, *rest = entries
        return sum(
            (
                c * expectation(rest[:k] + rest[k + 1 :])
                for k, other in enumerate(rest)
                if (c := covariance(first, other))
            ),
            Fraction(0),
        )

    n = len(letters)
    return sum(
        (
            expectation([entry(*letters[k], indices[k], indices[(k + 1) % n]) for k in range(n)])
            for indices in product((0, 1), repeat=n)
        ),
        Fraction(0),
    )


@settings(max_examples=60)
@given(square_words)
def test_the_sum_of_all_contractions_is_the_expectation(letters):
    """Wick's theorem on explicit 2 x 2 matrices with covariances, for every kind of field and operation."""
    word, setting = square_word(letters)
    eigenvalues = [symbol for _, symbol in setting.matrices]
    evaluator = Evaluator({}, {N: [(1, dict(zip(eigenvalues, values, strict=True))) for values in EIGENVALUES]})
    assert evaluator.total(all_contractions(word, setting)) == moment_of_entries(letters)


@settings(max_examples=60)
@given(square_words)
def test_planar_contractions_are_the_contractions_of_the_sphere(letters):
    word, setting = square_word(letters)
    everything = list(all_contractions(word, setting))
    assert len(everything) == len(set(everything)) == count_contractions(word, setting)
    planar = list(planar_contractions(word, setting))
    assert len(planar) == len(set(planar)) == count_planar(word, setting)
    assert set(planar) == {d for d in everything if d.euler_characteristic == 2}
    for graph in planar:  # noncrossing, by definition
        assert not any(a < c < b < d for (a, b), (c, d) in product(graph.ribbons, repeat=2))


def test_all_contractions_of_several_words_include_unconnected_ones():
    word, setting = closed_word(x * x.T, MODEL)
    graphs = list(all_contractions((word, word), setting))
    # E (tr x x^T)^2 = (M P)^2 + 2 M P
    assert total_weight(graphs) == M**2 * P**2 + 2 * M * P
    assert Counter((len(d.components), d.euler_characteristic) for d in graphs) == {(2, 4): 1, (1, 2): 2}
    assert all(d.is_planar and d.is_orientable for d in graphs)


def test_diagrams_come_at_once_however_many_there_are():
    diagrams = list(islice(expand(Trace(Q), MODEL, order=40), 3))  # of about 10^32
    assert all(d.is_planar and len(d.ribbons) == 80 for d in diagrams)
    assert len(set(diagrams)) == 3


def test_enumeration_agrees_with_interval_recursion():
    q = (gamma * Identity(N) + u * x * x.T * u.T).inv()
    R = Identity(M) - x * x.T * u.T * q * u
    loss = Trace(R * R.T)
    setting = prepare([loss], MODEL)
    evaluator = Evaluator({N: Fraction(3), P: Fraction(5, 2), M: Fraction(7), gamma: Fraction(11)}, {})
    for order in range(5):
        recursion = sum(
            evaluator.planar(w, setting) for w in close(words(read(loss.arg, setting), setting, order), setting)
        )
        assert evaluator.total(expand(loss, MODEL, order)) == recursion


def test_scalars_and_constants():
    expression = (2 * Trace(x * x.T) - 3 * Trace(x.T * x)) / M + sqrt(gamma) * (1 + Trace(u * u.T))
    assert total_weight(expand(expression, MODEL, order=0)) == -P + sqrt(gamma) + sqrt(gamma) * M * N
    assert list(expand(expression, MODEL, order=1)) == []
    nested = sqrt(gamma) * (sqrt(gamma) * Trace(x * x.T) + 1)
    assert total_weight(expand(nested, MODEL, order=0)) == gamma * M * P + sqrt(gamma)


def test_a_matrix_expression_gives_open_lines():
    lines = list(expand(Q, MODEL, order=1, euler=None))
    assert [d.weight for d in lines] == [-M * N / gamma**2 * Identity(P)]
    assert not lines[0].words[0].closed
    assert list(expand(x, MODEL, order=0)) == []


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        ((Trace(Q), MODEL, -1), "order"),
        ((Trace(Q), MODEL, 1.0), "order"),
        ((Trace(Q), MODEL, True), "order"),
        ((Trace(Q) ** Rational(1, 2), MODEL, 1), "no polynomial in traces"),
        ((Trace(Q) ** 65, MODEL, 1), "too many factors"),
        ((Trace(Q) ** 40 * Trace(x * x.T) ** 40, MODEL, 1), "too many factors"),
        ((Trace(Q) * x[0, 0], MODEL, 1), "matrix outside of traces"),
        (((), MODEL, 1), "there is no expression"),
        (((Trace(Q), "q"), MODEL, 1), "str 'q' is no expression"),
        ((1 / Trace(Q), MODEL, 1), "no polynomial in traces"),
        ((Trace(Q) / Trace(x * x.T), MODEL, 1), "no polynomial in traces"),
        (("tr(Q)", MODEL, 1), "there is no name 'Q'"),
        ((Trace((x * x.T).inv()), MODEL, 1), "no deterministic part"),
        ((Trace(x * (x.T * x).inv() * x.T), MODEL, 0), "no deterministic part"),
        ((gamma, Model([]), 0), "contains no matrix"),
    ],
)
def test_impossible_requests_are_refused_at_once(arguments, place):
    with pytest.raises(InputError, match=place):
        expand(*arguments)


@pytest.mark.parametrize("euler", [3, 4, 1.0, True])
def test_impossible_euler_characteristics_are_refused(euler):
    with pytest.raises(InputError, match="euler"):
        expand(Trace(Q), MODEL, 1, euler=euler)
