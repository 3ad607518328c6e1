"""Diagrams in files of graphs: all of it comes back, and nothing else is taken."""

from __future__ import annotations

import io
import json
import pickle
from contextlib import suppress

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Identity, MatrixSymbol, Rational, Symbol, Trace, pi, sqrt, symbols
from tests.random_graphs import SIGNED, graphs

import planaria as pl
from planaria.diagrams.duality import dualities
from planaria.diagrams.irreducible.cuts import irreducible_parts, skeleton
from planaria.diagrams.irreducible.self_energy import self_energy
from planaria.ensembles.laws.real import Real
from planaria.ensembles.library import load_model, model_names

N, P, gamma, b = symbols("N P gamma b", positive=True)
tau, rho = Symbol("tau", real=True), Symbol("rho")
k = Symbol("k", integer=True, positive=True)
x, y, h, e = (
    MatrixSymbol("x", N, P),
    MatrixSymbol("y", N, 3),
    MatrixSymbol("h", N, N),
    MatrixSymbol("e", k, k),
)
Lambda, A, B, C = (MatrixSymbol(name, N, N) for name in ("Lambda", "A", "B", "C"))
MODEL = pl.Model(
    [
        pl.Gaussian(x, variance=sqrt(b) / P, rows=Lambda + tau * Identity(N)),
        pl.Gaussian(y, kind="complex", rows=A, cols=MatrixSymbol("D", 3, 3)),
        pl.Gaussian(h, kind="hermitian", rows=B),
        pl.Gaussian(e, kind="elliptic", rho=rho, variance=Rational(1, 3) / k),
    ],
    {
        Lambda: pl.PowerLaw(b),
        A: pl.Eigenvalues.of([1, "1/3", 2]),
        B: pl.UnitSpectrum(),
        C: pl.TwoLevel(upper=b),
    },
)
EXPRESSIONS = [
    Trace((gamma * Identity(N) + x * x.T).inv() * C),
    Trace(y * y.adjoint() * h * h),
    (gamma * Identity(N) + x * x.T).inv(),
    Trace(e * e.adjoint()) * Trace(e * e),
    (x, x, Trace(h)),
]


def some():
    for expression in EXPRESSIONS:
        for order in (0, 1, 2, 3):
            yield from pl.expand(expression, MODEL, order=order, euler=None)


def graphml(graph):
    stream = io.BytesIO()
    nx.write_graphml(graph, stream)
    return nx.read_graphml(io.BytesIO(stream.getvalue()))


def gml(graph):
    return nx.parse_gml("\n".join(nx.generate_gml(graph)))


def node_link(graph):
    return nx.node_link_graph(json.loads(json.dumps(nx.node_link_data(graph, edges="links"))), edges="links")


@pytest.mark.parametrize("travel", [graphml, gml, node_link, nx.MultiGraph.copy])
def test_all_comes_back(travel):
    count = 0
    for one in some():
        again = pl.diagram(travel(one.plain))
        assert again == one
        assert again.setting == one.setting
        assert again.faces == one.faces
        assert again.weight == one.weight
        assert again.canonical_form == one.canonical_form
        count += 1
    assert count > 20


@settings(max_examples=100, deadline=None)
@given(graphs(blocks=SIGNED), st.randoms())
def test_random_diagrams_come_back_from_graphml(graph, random):
    read = graphml(graph.plain)
    nodes, edges = list(read.nodes(data=True)), list(read.edges(data=True))
    random.shuffle(nodes)
    random.shuffle(edges)
    shuffled = nx.MultiGraph(**read.graph)
    shuffled.add_nodes_from(nodes)
    shuffled.add_edges_from((a, b, data) if random.random() < 0.5 else (b, a, data) for a, b, data in edges)
    assert pl.diagram(read) == pl.diagram(shuffled) == graph


@pytest.mark.parametrize("name", model_names())
def test_diagrams_of_every_built_in_model_come_back(name):
    file = load_model(name)
    for quantity in file.quantities[:2]:
        for order in (0, 1):
            for one in list(pl.expand(file, quantity.name, order=order))[:5]:
                assert pl.diagram(graphml(one.plain)) == one


def test_what_is_made_of_diagrams_comes_back():
    model = pl.Model([pl.Gaussian(x)])
    (duality,) = dualities(model, Trace((gamma * Identity(N) + x * x.T).inv()))
    for one in pl.expand(duality.expression, model, order=2):
        assert pl.diagram(graphml(one.dual(duality).graph.plain)) == one.dual(duality).graph
    for one in self_energy((gamma * Identity(N) + x * x.T).inv(), model, 2):
        for part in (one, *irreducible_parts(one), skeleton(one)[0]):
            assert pl.diagram(graphml(part.plain)) == part


def test_symbols_keep_what_is_known_of_them():
    odd = Symbol("n", odd=True, positive=True)
    model = pl.Model([pl.Gaussian(MatrixSymbol("x", odd, odd), variance=Symbol("v"))])
    one = pl.expand(Trace(model.fields[0].symbol ** 2), model, order=0, euler=None)[0]
    again = pl.diagram(graphml(one.plain))
    assert again == one
    assert {str(s): s.is_odd for s in again.setting.ring.generators} == {"n": True, "v": None}
    assert pickle.loads(pickle.dumps(again)) == one


def test_the_plain_form_has_plain_attributes_only():
    for one in some():
        graph = one.plain
        attributes = [
            graph.graph,
            *(d for _, d in graph.nodes(data=True)),
            *(d for *_, d in graph.edges(data=True)),
        ]
        assert {type(value) for each in attributes for value in each.values()} <= {str, int, bool}


def test_what_the_grammar_has_no_words_for_is_refused():
    class Own(Real):
        """A law of one's own."""

    twins = {A: pl.TwoLevel(upper=Symbol("b", real=True))}
    cases = {
        "cannot be written": pl.Model([pl.Gaussian(x, variance=0.5)]),
        "pi cannot be written": pl.Model([pl.Gaussian(x, variance=pi)]),
        "its law Own has no name of its own": pl.Model([pl.Gaussian(x, law=Own())]),
        "symbol b: two things of the model are called so": pl.Model([pl.Gaussian(x, variance=b)], twins),
    }
    for sentence, model in cases.items():
        one = pl.expand(Trace(x * x.T), model, order=0)[0]
        assert pl.diagram(one.graph) == one
        with pytest.raises(pl.InputError, match=sentence):
            one.plain  # noqa: B018


ONE = pl.expand(Trace((gamma * Identity(N) + x * x.T).inv() * C), MODEL, order=1)[0]
SET = {
    "graph": lambda graph, key, value: graph.graph.__setitem__(key, value),
    "node": lambda graph, key, value: graph.nodes["0"].__setitem__(key, value),
    "edge": lambda graph, key, value: next(iter(graph.edges(data=True)))[2].__setitem__(key, value),
}
BOMB = "__import__('os').system('true')"
HOSTILE = [
    ("graph", "model", 3, "its model is an int"),
    ("graph", "model", "{", "it is no JSON"),
    ("graph", "model", "[" * 100_000, "it is no JSON"),
    ("graph", "model", "[]", "no JSON object"),
    ("graph", "model", "{}", "symbols are no table"),
    ("node", "position", "0", "its position is a str"),
    ("node", "position", 7, "no node has the position 0"),
    ("node", "position", True, "its position is a bool"),
    ("node", "letters", "x", "has 2 corners, and 1 letters need 1"),
    ("node", "letters", "q x.T", "there is no field 'q'"),
    ("node", "letters", "x x.Q", "is no letter"),
    ("node", "letters", "x.H x.T", "has no such letter"),
    ("node", "letters", "x.T x.T", "do not fit together"),
    ("node", "corners", BOMB, ""),
    ("node", "corners", "1; 1/(lambda_I - lambda_I)", "division by zero"),
    ("node", "corners", "1; 1/((N + P)**2 - N**2 - 2*N*P - P**2)", "divides by zero"),
    ("node", "corners", "1; (N + P + gamma + b)**900", ""),
    ("node", "corners", "1; 9**9**9**9", ""),
    ("node", "corners", "1; " + "(" * 5000, ""),
    ("node", "corners", "1; sqrt(N)", ""),
    ("node", "corners", "1; N**(1/2)", "is no function of its model"),
    ("node", "corners", "1; oo", "there is no name 'oo'"),
    ("node", "corners", "1; tr(I(N))", ""),
    ("node", "coefficient", "lambda_I", "there is no name 'lambda_I'"),
    ("node", "coefficient", 1, "its coefficient is an int"),
    ("node", "rows", "Q", "there is no space 'Q'"),
    ("node", "closed", "yes", "its closed is 'yes'"),
    ("edge", "first", 5, "there is no letter 5"),
    ("edge", "first", 1, "it joins letter 1 to itself"),
    ("edge", "first", "0", "its first is a str"),
    ("edge", "twisted", 2, "its twisted is 2"),
    ("edge", "twisted", "true", "its twisted is 'true'"),
    ("edge", "twisted", True, "by a twisted ribbon"),
    ("edge", "field", "y", "its field is 'y'"),
]


@pytest.mark.parametrize(("where", "key", "value", "sentence"), HOSTILE)
def test_hostile_graphs_are_refused_with_one_sentence(where, key, value, sentence):
    graph = graphml(ONE.plain)
    assert pl.diagram(graph) == ONE
    SET[where](graph, key, value)
    with pytest.raises(pl.InputError) as caught:
        pl.diagram(graph)
    assert sentence in str(caught.value)
    assert str(caught.value).startswith("graph")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


WRONG_MODELS = [
    ("symbols", {"N": {"positive": 1}}, "no table of truths"),
    ("symbols", {"N": {"huge": True}}, "there is no assumption 'huge'"),
    ("symbols", {"N": {"positive": True, "negative": True}}, "cannot be made"),
    ("symbols", {"a b": {}}, "is no name"),
    ("symbols", {"inv": {}}, "is no name"),
    ("symbols", [], "symbols are no table"),
    ("matrices", {"N": "N"}, "N stands for two things"),
    ("matrices", {"Lambda": BOMB}, "is no space"),
    ("matrices", {"Lambda": "99999999999"}, "is no space"),
    ("fields", {}, "fields are no list"),
    ("fields", [{}], "the name of a field is a NoneType"),
    ("fields", [3], "fields are no list"),
    ("scalars", ["q"], "there is no name 'q'"),
    ("scalars", ["N"], "not those of its fields"),
    ("scalars", ["Lambda"], "is a matrix"),
    ("eigenvalues", ["q"], "there is no matrix 'q'"),
    ("eigenvalues", [], "not those of its fields"),
    ("spectra", {"q": {}}, "there is no matrix 'q'"),
    ("spectra", {"A": 3}, "a spectrum is no table"),
    ("spectra", {"A": {"kind": "cauchy"}}, "there is no spectrum 'cauchy'"),
    ("spectra", {"A": {"kind": "power-law", "beta": "1"}}, "there is no parameter 'beta'"),
    ("spectra", {"A": {"eigenvalues": ["nan"]}}, "nan"),
    ("spectra", {"A": {"eigenvalues": "1e999999999"}}, "not a list"),
]
FIELDS = [
    ("name", BOMB, "is no name"),
    ("name", "N", "N stands for two things"),
    ("rows", "0", "is no space"),
    ("law", "cauchy", "there is no kind of field 'cauchy'"),
    ("law", "hermitian", "square"),
    ("variance", "0 - N", "is not positive"),
    ("variance", "x*x.T", "there is no name 'x'"),
    ("variance", 3, "the variance of a field is an int"),
    ("parameters", [], "parameters are no table"),
    ("parameters", {"symbol": "1"}, "a name of the field's own"),
    ("parameters", {"rho": "1"}, "takes no rho"),
    ("row covariance", "1/3", "not a matrix"),
    ("row covariance", {}, "is no text"),
    ("row covariance", "I(P)", "has shape"),
]


@pytest.mark.parametrize(("key", "value", "sentence"), WRONG_MODELS)
def test_wrong_models_are_refused_with_one_sentence(key, value, sentence):
    graph = graphml(ONE.plain)
    graph.graph["model"] = json.dumps(json.loads(graph.graph["model"]) | {key: value})
    with pytest.raises(pl.InputError, match="graph, model") as caught:
        pl.diagram(graph)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("key", "value", "sentence"), FIELDS)
def test_wrong_fields_are_refused_with_one_sentence(key, value, sentence):
    graph = graphml(ONE.plain)
    data = json.loads(graph.graph["model"])
    data["fields"][0][key] = value
    graph.graph["model"] = json.dumps(data)
    with pytest.raises(pl.InputError) as caught:
        pl.diagram(graph)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_stands_in_a_file_is_a_diagram_or_is_refused(data):
    graph = graphml(ONE.plain)
    where = data.draw(st.sampled_from(sorted(SET)))
    own = {"graph": graph.graph, "node": graph.nodes["0"], "edge": next(iter(graph.edges(data=True)))[2]}[where]
    key = data.draw(st.sampled_from(sorted(own)))
    value = own[key]
    if isinstance(value, str) and data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(value)))
        new = value[:place] + data.draw(st.text(max_size=3)) + value[place + data.draw(st.integers(0, 3)) :]
    else:
        new = data.draw(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just([])))
    own[key] = new
    with suppress(pl.InputError):  # and no other error
        assert isinstance(pl.diagram(graph), pl.RibbonGraph)
