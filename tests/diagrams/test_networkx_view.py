"""The networkx view carries everything."""

import networkx as nx
import pytest
from sympy import Identity, MatrixSymbol, Trace, symbols

from planaria.diagrams import Gaussian, InputError, Model
from planaria.diagrams.expansion import expand
from planaria.diagrams.expressions.expression import prepare, read
from planaria.diagrams.expressions.words import close, words
from planaria.diagrams.graphs.networkx_view import to_networkx
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.diagrams.graphs.wick import all_contractions

N, P, gamma = symbols("N P gamma", positive=True)
x, h = MatrixSymbol("x", N, P), MatrixSymbol("h", N, N)
Lambda = MatrixSymbol("Lambda", N, N)
MODEL = Model([Gaussian(x, rows=Lambda), Gaussian(h, kind="symmetric")])


def graphs():
    yield from expand(Trace((gamma * Identity(N) + x * x.T + h).inv()), MODEL, order=3, euler=None)
    yield from expand((gamma * Identity(N) + x * x.T).inv(), MODEL, order=2, euler=None)
    expressions = [Lambda, h * h, x * x.T * Lambda]
    setting = prepare(expressions, MODEL)
    several = tuple(w for e in expressions for w in close(words(read(e, setting), setting, 0), setting))
    for group in (several, several[::-1], (several[1], several[0], several[1])):
        yield from all_contractions(group, setting)


def test_the_round_trip_is_exact():
    count = 0
    for graph in graphs():
        again = RibbonGraph.from_networkx(to_networkx(graph))
        assert again == graph
        assert again.faces == graph.faces
        assert again.weight == graph.weight if sum(not w.closed for w in graph.words) <= 1 else True
        count += 1
    assert count > 30


def test_the_round_trip_survives_new_names_and_another_order_of_nodes():
    for graph in graphs():
        view = to_networkx(graph)
        names = {node: f"word {len(view) - node}" for node in view}
        shuffled = nx.relabel_nodes(view, names)
        other = nx.MultiGraph(**shuffled.graph)
        other.add_nodes_from(sorted(shuffled.nodes(data=True), key=lambda node: node[0]))
        other.add_edges_from(reversed(list(shuffled.edges(keys=True, data=True))))
        assert RibbonGraph.from_networkx(other) == graph


def test_loops_and_parallel_ribbons_stay():
    graph = expand(Trace((x * x.T) ** 3), MODEL, order=0)[0]
    view = graph.to_networkx()
    assert view.number_of_edges(0, 0) == len(graph.ribbons) == 3
    assert dict(view.degree()) == {0: 6}
    assert {data["field"] for *_, data in view.edges(data=True)} == {"x"}
    assert view.graph["faces"] == graph.faces


def test_a_graph_that_is_no_view_is_refused():
    with pytest.raises(InputError, match="setting"):
        RibbonGraph.from_networkx(nx.MultiGraph([(0, 1)]))
    view = expand(Trace((x * x.T) ** 2), MODEL, order=0)[0].to_networkx()
    del view.edges[0, 0, 0]["twisted"]
    with pytest.raises(InputError, match="twisted"):
        RibbonGraph.from_networkx(view)
    view.remove_edge(0, 0, 0)
    with pytest.raises(InputError, match="node 0: its letter 0 has no ribbon"):
        RibbonGraph.from_networkx(view)
