"""Diagrams have one order: the highest Euler characteristic first, in sequences, lists and sheets."""

from __future__ import annotations

import pickle

import pytest
from sympy import Adjoint, MatrixSymbol, Trace, symbols

import planaria as pl
from planaria.diagrams.graphs import wick

N, P = symbols("N P", positive=True)
h, x, z = MatrixSymbol("h", N, N), MatrixSymbol("x", N, P), MatrixSymbol("z", N, N)
WIGNER = pl.Model([pl.Gaussian(h, kind="hermitian")])
REAL = pl.Model([pl.Gaussian(x)])
COMPLEX = pl.Model([pl.Gaussian(z, kind="complex")])

ASKED = [
    (Trace(h**6), WIGNER),
    (Trace(h**4) * Trace(h**2), WIGNER),
    (Trace(h**2) ** 3 + Trace(h**4), WIGNER),
    (Trace((x * x.T) ** 3), REAL),
    (Trace(x * x.T) * Trace((x * x.T) ** 2), REAL),
    (Trace((z * Adjoint(z)) ** 2) ** 2, COMPLEX),
    (Trace(h) * Trace(h), WIGNER),
]


@pytest.mark.parametrize("connected", [False, True])
@pytest.mark.parametrize("euler", [None, "planar"])
@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_the_highest_euler_characteristic_is_first(asked, euler, connected):
    found = pl.expand(*asked, order=0, euler=euler, connected=connected)
    chis = [one.euler_characteristic for one in found]
    assert chis == sorted(chis, reverse=True)
    assert len(found) == len(chis) == len(set(found)) > 0
    if euler == "planar":
        everything = pl.expand(*asked, order=0, euler=None, connected=connected)
        assert set(found) == {one for one in everything if one.is_planar}


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_none_is_missing_and_each_part_is_what_is_found_by_itself(asked):
    found = pl.expand(*asked, order=0, euler=None)
    terms, setting = found.terms, found.setting
    groups = [group for term in terms for group in wick.word_groups(term, setting, 0)]
    assert set(found) == {one for group in groups for one in wick.all_contractions(group, setting)}
    for chi, part in found.by_euler().items():
        assert list(part) == list(pl.expand(*asked, order=0, euler=chi))


def test_a_loop_over_numbers_makes_each_diagram_once(monkeypatch):
    made = []
    found = pl.expand(Trace(h**8), WIGNER, order=0, euler=None)
    graphs = list(found)

    def counted(*arguments):
        for graph in wick.diagrams_of(*arguments):
            made.append(graph)
            yield graph

    monkeypatch.setattr("planaria.diagrams.expansion.diagrams_of", counted)
    assert [found[k] for k in range(105)] == graphs
    assert len(made) == 105
    assert [found[104], found[3], found[3], found[-1]] == [graphs[104], graphs[3], graphs[3], graphs[-1]]
    made.clear()
    assert [one for k in range(0, 105, 10) for one in found[k : k + 10]] == graphs
    assert len(made) == 105
    assert list(found[5::7]) == graphs[5::7]
    assert list(found[-5:]) == graphs[-5:]
    assert pickle.loads(pickle.dumps(found)) == found


def test_the_first_diagram_waits_for_no_other():
    found = pl.expand(Trace(h**40) * Trace(h**40), WIGNER, order=0, euler=None)  # more than 10^58 of them
    assert found[0].euler_characteristic == found[50].euler_characteristic == 4
    assert len(pl.expand(Trace(h**20), WIGNER, order=0, euler=None)) == 654729075
