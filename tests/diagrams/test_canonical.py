"""Graphs up to isomorphism: against the definition, counts of the literature, and networkx."""

from collections import Counter
from itertools import islice
from math import factorial

import networkx as nx
import pytest
from hypothesis import given, settings
from sympy import Trace
from tests.random_graphs import (
    FIELDS,
    MODEL,
    SETTING,
    Lambda,
    N,
    Omega,
    graphs,
    h,
    letter,
    pairs,
    renamed,
    s,
    u,
    word_of,
    x,
    z,
)

from planaria.diagrams import Gaussian, Model, RibbonGraph, expand
from planaria.diagrams.expressions.words import Word
from planaria.diagrams.graphs import symmetry
from planaria.diagrams.graphs.canonical import (
    automorphism_order,
    automorphisms,
    canonical_form,
    classes,
    isomorphic,
    relabellings,
)
from planaria.diagrams.graphs.weight import face_functions, scalar
from planaria.diagrams.graphs.wick import all_contractions


@pytest.fixture(params=["group", "labelling"])
def way(request, monkeypatch):
    """Either way to the canonical form, for graphs of any size."""
    symmetry.symmetry_of.cache_clear()
    monkeypatch.setattr(symmetry, "LARGEST_GROUP", 10**6 if request.param == "group" else 0)
    yield request.param
    symmetry.symmetry_of.cache_clear()


def contents(graph):
    """What a graph is worth: its scalar, and the space and function of each face."""
    faces = [(str(space), str(f)) for space, f in face_functions(graph)]
    return scalar(graph), sorted(faces), graph.euler_characteristic, len(graph.components), graph.is_orientable


@settings(max_examples=150)
@given(pairs())
def test_writing_a_graph_down_anew_changes_no_content(pair):
    graph, other = pair  # that `other` could be made at all is the first half: its ribbons are contractions
    assert contents(graph) == contents(other)


@pytest.mark.parametrize("limit", [0, 512, 10**6])
def test_the_canonical_form_is_that_of_all_names(limit, monkeypatch):
    monkeypatch.setattr(symmetry, "LARGEST_GROUP", limit)
    symmetry.symmetry_of.cache_clear()

    @settings(max_examples=150)
    @given(pairs())
    def check(pair):
        graph, other = pair
        form = canonical_form(graph)
        assert form == canonical_form(other) == canonical_form(form)
        assert hash(form) == hash(canonical_form(other))
        assert form == RibbonGraph(form.setting, form.words, form.pairing, form.twisted)  # checks it
        assert contents(form) == contents(graph)
        assert isomorphic(graph, other)
        assert automorphism_order(graph) == automorphism_order(other) == automorphism_order(form)

    check()
    symmetry.symmetry_of.cache_clear()


def flags(graph):
    """A coloured graph whose isomorphisms are those of the ribbon graph; no code shared with it.

    A node for each end of each side of a letter and each corner. Real, symmetric and complex letters look the
    same from behind with their sides exchanged, so that a side is coloured by the index that it carries.
    """
    found = nx.Graph()
    number = 0
    for w, word in enumerate(graph.words):
        n = len(word.letters)
        hub = ("word", w)
        name = ("closed", len(word.letters)) if word.closed else ("open", w)
        bare = str(word.corners[0]) + str(word.rows) if not n else ""
        found.add_node(hub, colour=("word", name, bare))
        for k, one in enumerate(word.letters):
            kind = list(FIELDS.values())[one.field]
            for right in (0, 1):
                index = right ^ one.transposed if kind != "symmetric" else 0
                colour = ("side", one.field, index, one.conjugated, () if word.closed else (w, k, right))
                found.add_node((number + k, right), colour=colour)
                found.add_edge(hub, (number + k, right))
            found.add_edge((number + k, 0), (number + k, 1))
        for k in range(n):
            ends = (number + (k - 1) % n, 1), (number + k, 0)
            functions = [word.corners[k]] if word.closed or k else [word.corners[n], word.corners[0]]
            corner = ("corner", w, k)
            found.add_node(corner, colour=("corner", *map(str, functions), word.closed or k > 0))
            for end in ends:
                found.add_edge(corner, end)
        number += n
    for i, j in graph.ribbons:
        for a in (0, 1):
            ribbon = ("ribbon", i, a)
            found.add_node(ribbon, colour="ribbon")
            found.add_edge(ribbon, (i, a))
            found.add_edge(ribbon, (j, a if i in graph.twisted else 1 - a))
    found.graph["coefficient"] = str(graph.coefficient)
    return found


def same_flags(one, other):
    a, b = flags(one), flags(other)
    return a.graph["coefficient"] == b.graph["coefficient"] and nx.is_isomorphic(
        a, b, node_match=lambda left, right: left["colour"] == right["colour"]
    )


@pytest.mark.parametrize(
    "factors",
    [
        [x.T * u.T * u * x * x.T * u.T * u * x],
        [x * x.T * Lambda * x * x.T],
        [h**4],
        [h * h.T * h * h.T],
        [s**4],
        [s * Omega * s * s * s],
        [z * z.adjoint() * z * z.adjoint()],
        [u * u.T, u * u.T, u.T * u],
        [h * h, h * h.T],
        [s, s, s * s],
        [h, h, h.T, h.T],
    ],
)
def test_networkx_finds_the_same_isomorphisms(factors, way):
    group = tuple(word_of(factor) for factor in factors)
    found = list(all_contractions(group, SETTING))
    representatives = [one.graph for one in classes(found)]
    for k, one in enumerate(representatives):
        for other in representatives[:k]:
            assert not same_flags(one, other)
    for graph in found:
        matching = [one for one in representatives if same_flags(graph, one)]
        assert len(matching) == 1
        assert isomorphic(graph, matching[0])
        assert canonical_form(graph) == matching[0]


@settings(max_examples=60)
@given(graphs(most_words=3), graphs(most_words=3))
def test_networkx_agrees_on_random_graphs(one, other):
    assert isomorphic(one, other) == same_flags(one, other)


GROUPS = {
    "features": [x.T * u.T * u * x * x.T * u.T * u * x],
    "hermitian": [h**6],
    "symmetric": [s**4],
    "complex": [(z * z.adjoint()) ** 3],
    "several": [u * u.T, u * u.T, u * u.T],
    "short": [s, s, s, s],
    "mixed": [h * h, h * h, h.T * h.T, Omega * Omega],
}


@pytest.mark.parametrize("name", GROUPS)
def test_orbits_and_stabilisers(name, way):
    group = tuple(word_of(factor) for factor in GROUPS[name])
    found = list(all_contractions(group, SETTING))
    sorted_out = classes(iter(found))
    assert sum(one.multiplicity for one in sorted_out) == len(found)
    assert Counter(map(canonical_form, found)) == {one.graph: one.multiplicity for one in sorted_out}
    for one in sorted_out:
        order = automorphism_order(one.graph)
        assert one.multiplicity * order == relabellings(one.graph)
        listed = list(automorphisms(one.graph))
        assert len(set(listed)) == len(listed) == order


@settings(max_examples=100)
@given(graphs())
def test_automorphisms_keep_everything(graph):
    view = flags(graph)
    nodes = [(k, right) for k in range(len(graph.letters)) for right in (0, 1)]

    def seen(kind, image):
        """Ribbons or corners by what they join, with their colours."""
        return Counter(
            (frozenset(image.get(side, side) for side in view[node]), view.nodes[node]["colour"])
            for node in view
            if node[0] == kind
        )

    for sides in islice(automorphisms(graph), 20):
        image = {(k, right): divmod(sides[2 * k + right], 2) for k, right in nodes}
        assert sorted(image.values()) == nodes
        assert seen("ribbon", image) == seen("ribbon", {})
        assert seen("corner", image) == seen("corner", {})
        for node, other in image.items():
            assert view.nodes[node]["colour"] == view.nodes[other]["colour"]
    if graph.letters:
        assert next(automorphisms(graph)) == tuple(range(2 * len(graph.letters)))


# One-vertex maps are chord diagrams: of a Hermitian matrix up to rotation, of a symmetric one without twisted
# ribbons up to rotation and reflection; planar ones are noncrossing, which are plane trees without a root.
A007769 = {1: 1, 2: 2, 3: 5, 4: 18, 5: 105, 6: 902}
A054499 = {1: 1, 2: 2, 3: 5, 4: 17, 5: 79}
A002995 = {1: 1, 2: 1, 3: 2, 4: 3, 5: 6, 6: 14, 7: 34, 8: 95}


@pytest.mark.parametrize("n", A007769)
def test_chord_diagrams_up_to_rotation(n):
    assert len(classes(expand(Trace(h ** (2 * n)), MODEL, order=0, euler=None))) == A007769[n]


@pytest.mark.parametrize("n", A054499)
def test_chord_diagrams_up_to_rotation_and_reflection(n):
    untwisted = (graph for graph in expand(Trace(s ** (2 * n)), MODEL, order=0, euler=None) if not graph.twisted)
    assert len(classes(untwisted)) == A054499[n]


@pytest.mark.parametrize("n", A002995)
def test_plane_trees(n):
    assert len(classes(expand(Trace(h ** (2 * n)), MODEL, order=0))) == A002995[n]


def test_large_groups():
    word = word_of(z * z.adjoint())
    n = 10
    letters = 2 * n
    ring = [(2 * k + 1, (2 * k + 2) % letters) for k in range(n)]
    pairing = [0] * letters
    for i, j in ring:
        pairing[i], pairing[j] = j, i
    graph = RibbonGraph(SETTING, (word,) * n, tuple(pairing))
    assert relabellings(graph) == factorial(n)  # tr z z^H has no other symmetry
    assert automorphism_order(graph) == n
    apart = RibbonGraph(SETTING, (word,) * n, tuple(k ^ 1 for k in range(letters)))
    assert automorphism_order(apart) == factorial(n)
    assert next(iter(automorphisms(apart))) == tuple(range(2 * letters))
    assert len({canonical_form(one) for one in (graph, apart)}) == 2
    order = [3, 1, 4, 0, 5, 9, 2, 6, 8, 7]
    again = renamed(graph, order, [0] * n, [False] * n)
    assert isomorphic(graph, again)


def test_many_letters():
    n = 80
    one = SETTING.ring.one
    word = Word((letter("h"),) * (2 * n), (one,) * (2 * n), one, N, N, True)
    graph = RibbonGraph(SETTING, (word,), tuple(k ^ 1 for k in range(2 * n)))
    assert automorphism_order(graph) == n
    assert isomorphic(graph, renamed(graph, [0], [7], [False]))


def test_open_words_keep_their_ends():
    model = Model([Gaussian(s, kind="symmetric")])
    line = list(expand(s**4, model, order=0))
    assert len(classes(line)) == len(line) == 2
    assert {graph.automorphism_order for graph in line} == {1}
    assert all(graph.canonical_form == graph for graph in line)


def test_the_coefficient_is_kept():
    doubled = expand(Trace(2 * h**4), MODEL, order=0)
    plain = expand(Trace(h**4), MODEL, order=0)
    for one, other in zip(doubled, plain, strict=True):
        assert not isomorphic(one, other)
        assert one.canonical_form.coefficient == one.coefficient
