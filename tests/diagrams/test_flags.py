"""networkx's own isomorphism of flags, with our matchers, is our isomorphism of diagrams."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations, permutations

import networkx as nx
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.random_graphs import SETTING, SIGNED, Omega, a, graphs, h, letter, pairs, s, t, u, word_of, x, z

from planaria.diagrams import InputError, RibbonGraph, edge_match, isomorphic, node_match
from planaria.diagrams.expressions.cyclic_words import is_zero, transposes_of
from planaria.diagrams.expressions.words import Word
from planaria.diagrams.graphs.canonical import automorphism_order, classes
from planaria.diagrams.graphs.wick import all_contractions

MATCHERS = {"node_match": node_match, "edge_match": edge_match}
KINDS = transposes_of(SETTING)
TWINS = {3: 6, 6: 3}  # s and t are both symmetric
MISSES = ["end", "twist", "field", "corner", "coefficient", "order"]


def same(one, other):
    return nx.is_isomorphic(one.flags, other.flags, **MATCHERS)


def subdivided(flags):
    """The flags with a node in the place of each edge, for matchers that look at nodes only."""
    found = nx.Graph()
    found.add_nodes_from(flags.nodes(data=True))
    for one, other, key, kind in flags.edges(keys=True, data="kind"):
        found.add_node(("edge", one, other, key), label=kind)
        found.add_edges_from((end, ("edge", one, other, key)) for end in (one, other))
    return found


def proper(graph):
    """No word is minus itself: what such a word is worth is 0, whatever its sign."""
    return not any(is_zero(word, KINDS) for word in graph.words)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(pairs(blocks=SIGNED))
def test_a_graph_that_is_written_down_anew_has_the_same_flags(pair):
    graph, other = pair
    assume(proper(graph))
    assert isomorphic(graph, other)
    assert same(graph, other)
    assert nx.vf2pp_is_isomorphic(subdivided(graph.flags), subdivided(other.flags), node_label="label")


@st.composite
def misses(draw, what):
    """A graph, and another one that differs from it in one thing, or does not."""
    graph, other = draw(pairs(blocks=SIGNED, most_words=3))
    assume(proper(graph) and other.ribbons)
    pairing, twisted, words = list(other.pairing), set(other.twisted), list(other.words)
    twins = [(i, j) for i, j in other.ribbons if other.letters[i].field in TWINS]
    pairs_of_ribbons = permutations(other.ribbons, 2)
    like = [(r, q) for r, q in pairs_of_ribbons if other.letters[r[0]].field == other.letters[q[0]].field]
    impossible = {"field": not twins, "end": not like}
    assume(not impossible.get(what))
    assume(what != "order" or sum(not one.closed for one in words) > 1)  # the order of closed words is none
    (i, j), number = (
        draw(st.sampled_from(twins if what == "field" else other.ribbons)),
        draw(st.integers(0, len(words) - 1)),
    )
    word = words[number]
    match what:
        case "end":
            (i, j), (k, m) = draw(st.sampled_from(like))
            pairing[i], pairing[k], pairing[j], pairing[m] = k, i, m, j
            twisted = {p for p, q in enumerate(pairing) if p < q and (p in (i, j, k, m) or p in twisted)}
            twisted -= {p for p in (i, j, k, m) if draw(st.booleans())}
        case "twist":
            twisted ^= {i}
        case "field":
            start = 0
            for number, each in enumerate(words):
                own = list(each.letters)
                for k in {i, j} & set(range(start, start + len(own))):
                    own[k - start] = replace(own[k - start], field=TWINS[own[k - start].field])
                words[number] = replace(each, letters=tuple(own))
                start += len(each.letters)
        case "corner":
            place = draw(st.integers(0, len(word.corners) - 1))
            space = word.spaces[place]
            values = [SETTING.ring.generator(symbol) for m, symbol in SETTING.matrices if m.shape[0] == space]
            corner = draw(st.sampled_from([SETTING.ring.one, *values]))
            words[number] = replace(word, corners=(*word.corners[:place], corner, *word.corners[place + 1 :]))
        case "coefficient":
            words[number] = replace(word, coefficient=-word.coefficient)
        case "order":
            words.reverse()
            count = len(pairing)
            sizes = [len(one.letters) for one in other.words]
            starts = [sum(sizes[:k]) for k in range(len(sizes))]
            origin = [starts[k] + n for k in reversed(range(len(sizes))) for n in range(sizes[k])]
            place_of = {old: new for new, old in enumerate(origin)}
            pairing = [place_of[other.pairing[origin[k]]] for k in range(count)]
            twisted = {min(place_of[p], place_of[q]) for p, q in other.ribbons if p in other.twisted}
    try:
        changed = RibbonGraph(SETTING, tuple(words), tuple(pairing), frozenset(twisted))
    except InputError:
        assume(False)
    assume(proper(changed))
    return graph, changed


@pytest.mark.parametrize("what", MISSES)
def test_close_misses_are_told_apart_as_ours_are(what):
    verdicts: Counter = Counter()

    @settings(max_examples=80, suppress_health_check=list(HealthCheck))
    @given(misses(what))
    def check(case):
        graph, changed = case
        verdict = isomorphic(graph, changed)
        assert same(graph, changed) == verdict
        nodes = subdivided(graph.flags), subdivided(changed.flags)
        assert nx.vf2pp_is_isomorphic(*nodes, node_label="label") == verdict
        verdicts[verdict] += 1

    check()
    assert verdicts[False] > 0
    if what == "corner":  # often the one that was there
        assert verdicts[True] > 0


@pytest.mark.parametrize(
    "factors",
    [
        [h**4],
        [s**4],
        [s, s, s * s],
        [s * Omega * s**3],
        [a * s * t, a * s * t],
        [u * u.T, u.T * u],
        [z * z.adjoint()],
        [x * x.T * x * x.T],
        [h, h, h.T, h.T],
    ],
)
def test_all_contractions_fall_into_the_same_classes(factors):
    found = list(all_contractions(tuple(word_of(one) for one in factors), SETTING))
    own = [one.graph for one in classes(found)]
    assert not any(same(one, other) for one, other in combinations(own, 2))
    assert all(sum(same(graph, one) for one in own) == 1 for graph in found)


def open_word(*codes):
    letters = tuple(letter(code) for code in codes)
    spaces = [letters[0].rows, *(one.cols for one in letters)]
    return Word(letters, (SETTING.ring.one,) * len(spaces), SETTING.ring.one, spaces[0], spaces[-1])


@pytest.mark.parametrize(
    "words",
    [["s", "s"], ["t", "t"], ["a", "a"], ["h", "h"], ["x", "x"], ["s", "s", "ss"], ["a", "a", "as", "s", "a"]],
)
def test_open_words_keep_their_ends(words):
    """Not even a word of one letter that is its own transpose may be turned: no diagram is like another one."""
    found = list(all_contractions(tuple(open_word(*codes) for codes in words), SETTING))
    assert found
    for one, other in combinations(found, 2):
        assert not isomorphic(one, other)
        assert not same(one, other)


@settings(max_examples=40, deadline=None)
@given(graphs(most_words=3, opened=False))
def test_automorphisms_are_those_of_the_flags(graph):
    flags = graph.flags
    flags.remove_nodes_from([node for node in flags if isinstance(node, tuple)])  # bare words have no letters
    assume(len(flags) <= 17)
    matcher = nx.isomorphism.MultiGraphMatcher(flags, flags, **MATCHERS)
    assert sum(1 for _ in matcher.isomorphisms_iter()) == automorphism_order(graph)


@settings(max_examples=50, deadline=None)
@given(graphs(blocks=SIGNED))
def test_every_flag_has_one_neighbour_of_each_kind(graph):
    flags = graph.flags
    closed = [k for word, own in zip(graph.words, graph.vertices, strict=True) if word.closed for k in own]
    for side in (2 * k + right for k in closed for right in (0, 1)):
        assert sorted(kind for _, _, kind in flags.edges(side, data="kind")) == ["corner", "letter", "ribbon"]
    # Corners and ribbons alone go around the faces of closed words.
    if all(word.closed for word in graph.words):
        along = nx.Graph((p, q) for p, q, kind in flags.edges(data="kind") if kind != "letter")
        assert nx.number_connected_components(along) == len(graph.face_cycles)
