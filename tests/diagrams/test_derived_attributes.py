"""What graphs say of their diagrams is held against the diagrams; matchers of flags want flags."""

from __future__ import annotations

import networkx as nx
import pytest
from sympy import MatrixSymbol, Symbol, Trace, symbols

import planaria as pl

N, P = symbols("N P", positive=True)
x = MatrixSymbol("x", N, P)
ONE = pl.expand(Trace((x * x.T) ** 2), pl.Model([pl.Gaussian(x)]), order=0)[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [("weight", Symbol("w")), ("faces", ()), ("lines", (1,)), ("spaces", ()), ("euler_characteristic", 0)],
)
def test_an_attribute_that_follows_is_held_against_the_diagram(name, value):
    graph = ONE.graph.copy()
    graph.graph[name] = value
    with pytest.raises(pl.InputError, match=f"graph: its {name} is"):
        pl.diagram(graph)
    del graph.graph[name]
    assert pl.diagram(graph) == ONE


def test_spaces_of_an_edge_are_held_against_its_ribbon():
    graph = ONE.graph.copy()
    edge = next(iter(graph.edges(data=True)))[2]
    edge["spaces"] = (P, P)
    with pytest.raises(pl.InputError, match="graph, edge 0 - 0: its spaces are"):
        pl.diagram(graph)


@pytest.mark.parametrize(("name", "value"), [("weight", "N**9"), ("euler_characteristic", 1)])
def test_plain_graphs_are_held_against_the_diagram(name, value):
    graph = ONE.plain
    assert pl.diagram(graph) == ONE
    graph.graph[name] = value
    with pytest.raises(pl.InputError, match=f"graph: its {name} is"):
        pl.diagram(graph)


@pytest.mark.parametrize("kinds", [("node_match",), ("edge_match",), ("node_match", "edge_match")])
def test_matchers_say_what_they_compare(kinds):
    with pytest.raises(pl.InputError, match=r"compare d\.flags"):
        nx.is_isomorphic(ONE.graph, ONE.graph, **{kind: getattr(pl, kind) for kind in kinds})
