"""Every function of diagrams takes networkx graphs as well, and gives such graphs for them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import networkx as nx
import pytest
from sympy import Identity, MatrixSymbol, Trace, symbols

import planaria as pl
from planaria import diagrams
from planaria.app.pictures import draw
from planaria.diagrams.graphs import canonical, weight
from planaria.diagrams.weights.evaluation import Evaluator, evaluate_weight
from planaria.writing import views
from planaria.writing.pictures import beside, dual_sheets, lay_out, sheet, sheets

N, P, gamma = symbols("N P gamma", positive=True)
x = MatrixSymbol("x", N, P)
MODEL = pl.Model([pl.Gaussian(x)])
Q = (gamma * Identity(N) + x * x.T).inv()
(DUALITY,) = pl.dualities(MODEL, Trace(Q))
CLOSED = list(pl.expand(Trace(Q), MODEL, order=2))
OPEN = list(pl.expand(Q, MODEL, order=3))
VALUES = {N: Fraction(2), P: Fraction(3), gamma: Fraction(1)}
MEASURES: dict[Any, Any] = {N: [(2, {})], P: [(3, {})]}


def back(answer: Any) -> Any:
    """An answer with diagrams in the place of their networkx graphs."""
    if isinstance(answer, nx.MultiGraph):
        assert nx.is_frozen(answer)
        return pl.diagram(answer)
    assert not isinstance(answer, pl.RibbonGraph)
    if isinstance(answer, diagrams.GraphClass):
        return diagrams.GraphClass(back(answer.graph), answer.multiplicity)
    if isinstance(answer, tuple):
        parts = [back(one) for one in answer]
        return type(answer)(*parts) if hasattr(answer, "_fields") else tuple(parts)
    return answer


ONE: dict[str, Callable[[Any], Any]] = {
    "automorphisms": lambda one: tuple(diagrams.automorphisms(one)),
    "canonical_form": diagrams.canonical_form,
    "automorphism_order": canonical.automorphism_order,
    "relabellings": canonical.relabellings,
    "isomorphic": lambda one: pl.isomorphic(one, CLOSED[0]),
    "isomorphic, the other": lambda one: pl.isomorphic(CLOSED[0], one),
    "classes": lambda one: pl.classes([one, one]),
    "diagram": lambda one: pl.diagram(one).svg(),
    "dual": lambda one: DUALITY.dual(one) if all(w.closed for w in pl.diagram(one).words) else None,
    "weight": weight.weight,
    "total_weight": lambda one: weight.total_weight([one, one]),
    "face_functions": weight.face_functions,
    "line_functions": weight.line_functions,
    "evaluate_weight": lambda one: evaluate_weight(one, VALUES, MEASURES) if pl.diagram(one) in CLOSED else None,
    "Evaluator": lambda one: Evaluator(VALUES, MEASURES)(one) if pl.diagram(one) in CLOSED else None,
    "Evaluator.total": lambda one: (
        Evaluator(VALUES, MEASURES).total([one, one]) if pl.diagram(one) in CLOSED else None
    ),
    "lay_out": lay_out,
    "sheet": lambda one: sheet([one, one]),
    "sheets": lambda one: tuple(sheets([one, one], most=1)),
    "beside": lambda one: beside(one, one, range(len(pl.diagram(one).pairing))),
    "svg": views.svg,
    "tikz": views.tikz,
}
LINE: dict[str, Callable[[Any], Any]] = {
    "one_particle_irreducible": diagrams.one_particle_irreducible,
    "two_particle_irreducible": diagrams.two_particle_irreducible,
    "irreducible_parts": diagrams.irreducible_parts,
    "skeleton": lambda one: diagrams.skeleton(diagrams.irreducible_parts(one)[0]),
    "ladder_kernels": lambda one: diagrams.ladder_kernels(one, 2),
}
NO_DIAGRAMS = {  # of the public names of the floor, those that take no diagram
    *("Duality", "Eigenvalues", "Exponential", "Gaussian", "GraphClass", "InputError", "Model", "ModelFile"),
    *("PowerLaw", "RibbonGraph", "TwoLevel", "UnitSpectrum", "dualities", "dyson_check", "expand", "kernels"),
    *("edge_match", "load_model_file", "moment", "node_match", "planar_total", "self_energy", "skeletons"),
    "weigh_planar",
}


@pytest.mark.parametrize("name", ONE)
def test_a_networkx_graph_is_answered_as_its_diagram_is(name: str) -> None:
    for one in [*CLOSED, *OPEN]:
        expected = ONE[name](one)
        for graph in (one.graph, nx.relabel_nodes(one.graph, {0: "a word"}), one.plain):
            assert back(ONE[name](graph)) == expected


@pytest.mark.parametrize("name", LINE)
def test_so_is_an_open_line(name: str) -> None:
    for one in OPEN:
        assert back(LINE[name](one.graph)) == back(LINE[name](one.plain)) == LINE[name](one)


def test_every_public_function_of_the_floor_is_here() -> None:
    assert {*ONE, *LINE} >= set(diagrams.__all__) - NO_DIAGRAMS


def test_duals_of_many_and_files(tmp_path: Any) -> None:
    graphs = [one.graph for one in CLOSED]
    assert [*dual_sheets(DUALITY, graphs)] == [*dual_sheets(DUALITY, CLOSED)]
    draw(graphs[0], tmp_path / "one.svg")
    draw(CLOSED[0], tmp_path / "other.svg")
    assert (tmp_path / "one.svg").read_text() == (tmp_path / "other.svg").read_text()
    assert pl.classes(iter([])) == ()
    found = pl.classes(iter(graphs))
    assert [one.multiplicity for one in found] == [one.multiplicity for one in pl.classes(CLOSED)]


@pytest.mark.parametrize("name", [name for name in ONE if name != "dual"])
@pytest.mark.parametrize("wrong", [None, 3, "d", nx.MultiGraph(), nx.DiGraph(CLOSED[0].graph), CLOSED], ids=str)
def test_what_is_no_diagram_is_refused(name: str, wrong: Any) -> None:
    with pytest.raises(pl.InputError) as caught:
        ONE[name](wrong)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", LINE)
@pytest.mark.parametrize(
    "wrong", [None, 3, nx.MultiGraph(), CLOSED[0], CLOSED[0].graph], ids=lambda one: type(one).__name__
)
def test_what_is_no_open_line_is_refused(name: str, wrong: Any) -> None:
    with pytest.raises(pl.InputError, match="graph: "):
        LINE[name](wrong)


def edited(change: Callable[[Any], Any], graph: Any) -> Any:
    copy = graph.copy()
    answer = change(copy)
    return answer if isinstance(answer, nx.Graph) else copy


TRACES = list(pl.expand(Trace(x * x.T) ** 2, MODEL, order=0, euler=None))
TWO = next(one for one in TRACES if one.is_connected)
OTHER = pl.expand(Trace(x.T * x), pl.Model([pl.Gaussian(x, variance=1 / symbols("b"))]), order=0)[0]
LONG = CLOSED[0].graph
EDITS: list[tuple[Any, Callable[[Any], Any], str]] = [
    (LONG, lambda g: g.remove_edge(0, 0, 0), "node 0: its letter 0 has no ribbon"),
    (LONG, lambda g: g.remove_node(0), "it has no nodes"),
    (LONG, lambda g: g.add_node("new"), "node 'new': the attribute 'position' is missing"),
    (LONG, lambda g: g.add_node("new", position=0, word=g.nodes[0]["word"]), "its position 0 is that of node 0"),
    (LONG, lambda g: g.add_edge(0, 0), "edge 0 - 0: the attribute 'darts' is missing"),
    (LONG, lambda g: g.add_edge(0, 0, darts=(0, 1), twisted=False), "letter 0 has another ribbon already"),
    (LONG, lambda g: g.add_edge(0, 0, darts=(0, 9), twisted=False), "letter 0 has another ribbon"),
    (LONG, lambda g: g.add_edge(0, 0, darts=(9, 9), twisted=False), "there is no letter 9"),
    (LONG, lambda g: g.add_edge(0, 0, darts=3, twisted=False), "its darts is an int"),
    (LONG, lambda g: g.add_edge(0, 0, darts=(1.0, 2), twisted=False), "its darts are (1.0, 2)"),
    (LONG, lambda g: nx.Graph(g), "has no ribbon"),
    (LONG, lambda g: nx.MultiDiGraph(g), "its edges have directions"),
    (LONG, lambda g: g.nodes[0].pop("word"), "node 0: the attribute 'word' is missing"),
    (LONG, lambda g: g.nodes[0].update(word="x"), "node 0: its word is a str"),
    (LONG, lambda g: g.nodes[0].update(word=OTHER.words[0]), "its word belongs to another model"),
    (LONG, lambda g: g.nodes[0].update(letters=(1, 0, 2, 3)), "its letters are (1, 0, 2, 3), and by its position"),
    (LONG, lambda g: g.graph.pop("setting"), "the attribute 'setting' is missing"),
    (LONG, lambda g: g.graph.update(setting=3), "its setting is an int"),
    (LONG, lambda g: g.edges[0, 0, 0].update(field="y"), "its field is 'y', and its letter 0 is one of 'x'"),
    (LONG, lambda g: g.edges[0, 0, 0].update(twisted=None), "its twisted is None"),
    (LONG, lambda g: g.edges[0, 0, 0].update(twisted=True), "have no contraction by a twisted ribbon"),
    (TWO.graph, lambda g: nx.contracted_nodes(g, 0, 1), "edge 0 - 0: there is no letter 2"),
    (TWO.graph, lambda g: g.remove_node(1), "has no ribbon"),
    (TWO.graph, lambda g: g.remove_node(0), "no node has the position 0"),
    (TWO.graph, lambda g: nx.disjoint_union(g, g), "its position 0 is that of node 0"),
    (TWO.graph, lambda g: nx.complement(g), "is missing"),
    (TWO.graph, lambda g: nx.line_graph(g), "is missing"),
]


@pytest.mark.parametrize(("graph", "change", "sentence"), EDITS)
def test_the_first_thing_that_is_wrong_is_named(graph: Any, change: Callable[[Any], Any], sentence: str) -> None:
    with pytest.raises(pl.InputError) as caught:
        pl.diagram(edited(change, graph))
    assert sentence in str(caught.value)
    assert str(caught.value).startswith("graph")
    assert "\n" not in str(caught.value)


def test_a_change_of_what_is_read_makes_another_diagram() -> None:
    graph = TWO.graph.copy()
    for *_, data in graph.edges(data=True):
        data["darts"] = data["darts"][::-1]
    assert pl.diagram(graph) == TWO
    other = nx.relabel_nodes(graph, {0: 1, 1: 0})
    assert pl.diagram(other) == TWO
    for node in other:
        other.nodes[node]["position"] = 1 - other.nodes[node]["position"]
        del other.nodes[node]["letters"]
    for *_, data in other.edges(data=True):
        data["darts"] = tuple((k + 2) % 4 for k in data["darts"])
    assert pl.isomorphic(other, TWO)
    assert pl.diagram(other).faces  # made anew
    assert pl.diagram(other).weight == TWO.weight


def test_the_graph_carries_everything() -> None:
    graph = TWO.graph
    assert graph.graph["weight"] == TWO.weight
    assert graph.graph["faces"] == TWO.faces
    assert {data["spaces"] for *_, data in graph.edges(data=True)} <= {(N, P), (P, N)}
    assert {data["field"] for *_, data in graph.edges(data=True)} == {"x"}
