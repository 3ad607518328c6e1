"""Enumeration: what is made without a check would pass it, and nothing is left out or made twice."""

from collections import Counter

import pytest
from sympy import Identity, MatrixSymbol, Trace, symbols

from planaria.diagrams import Gaussian, Model, RibbonGraph, expand
from planaria.diagrams.expressions.expression import prepare, read
from planaria.diagrams.expressions.words import Word, close, words
from planaria.diagrams.graphs.wick import all_contractions, count_contractions

N, P, M, gamma = symbols("N P M gamma", positive=True)
x, u = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
h, s, z = (MatrixSymbol(name, N, N) for name in "hsz")
MODEL = Model(
    [
        Gaussian(x),
        Gaussian(u),
        Gaussian(h, kind="hermitian"),
        Gaussian(s, kind="symmetric"),
        Gaussian(z, kind="complex"),
    ]
)


def checked(graph):
    """The same graph by the public constructor, which checks it and computes everything anew."""
    return RibbonGraph(graph.setting, graph.words, graph.pairing, graph.twisted)


@pytest.mark.parametrize(
    "expression",
    [
        Trace((x.T * u.T * u * x) ** 3),
        Trace(h**4 * s**2),
        Trace(h * h.T * h * h.T),
        Trace((z * z.adjoint()) ** 3),
        Trace((gamma * Identity(P) + x.T * u.T * u * x).inv()),
        x * x.T * u.T * u,
    ],
)
def test_what_is_made_without_a_check_passes_it(expression):
    order = 2 if "gamma" in str(expression) else 0
    found = list(expand(expression, MODEL, order=order, euler=None))
    assert len(set(found)) == len(found)
    for graph in found:
        again = checked(graph)
        assert graph == again
        assert hash(graph) == hash(again)
        assert graph.euler_characteristic == again.euler_characteristic
        assert graph.letters == again.letters
        assert graph.weight == again.weight
    for euler in range(-6, 3):
        kept = list(expand(expression, MODEL, order=order, euler=euler))
        assert set(kept) == {graph for graph in found if checked(graph).euler_characteristic == euler}


@pytest.mark.parametrize(
    "factors",
    [
        [x * x.T, x * x.T],
        [x.T * u.T * u * x, u * u.T, s * s],
        [h * h, h * h.T, h * h],
        [z * z.adjoint(), z * z.adjoint(), Identity(N)],
        [s, s, s, s],
    ],
)
def test_contractions_of_several_words(factors):
    setting = prepare(factors, MODEL)
    group = tuple(one for factor in factors for one in close(words(read(factor, setting), setting, 0), setting))
    found = list(all_contractions(group, setting))
    letters = tuple(letter for word in group for letter in word.letters)
    one = setting.ring.one
    line = Word(letters, (one,) * (len(letters) + 1), one, group[0].rows, group[0].rows)
    assert len(set(found)) == len(found) == count_contractions(line, setting)
    by_euler = Counter(checked(graph).euler_characteristic for graph in found)
    for euler in range(min(by_euler) - 1, max(by_euler) + 2):
        assert sum(1 for _ in all_contractions(group, setting, euler=euler)) == by_euler[euler]
