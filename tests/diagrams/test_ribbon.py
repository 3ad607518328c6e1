"""Ribbon graphs: faces and Euler characteristic against independent definitions; symmetry; errors."""

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Identity, MatrixSymbol, Trace, symbols

from planaria.diagrams import Gaussian, InputError, Model
from planaria.diagrams.expansion import expand
from planaria.diagrams.expressions.expression import Letter, prepare, read
from planaria.diagrams.expressions.words import Word, close, words
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.diagrams.graphs.weight import face_functions, scalar
from planaria.diagrams.graphs.wick import all_contractions

N, P, M, gamma = symbols("N P M gamma", positive=True)
x, u, h = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M), MatrixSymbol("h", N, N)
Lambda, Omega = MatrixSymbol("Lambda", M, M), MatrixSymbol("Omega", N, N)
MODEL = Model([Gaussian(x, rows=Lambda), Gaussian(u, variance=1 / M), Gaussian(h, rows=Omega, kind="symmetric")])
SETTING = prepare([Lambda, Omega, gamma * Identity(N), Identity(P)], MODEL)


def letter(name, transposed=False):
    index = ["x", "u", "h"].index(name)
    rows, cols = MODEL.fields[index].shape
    return Letter(index, transposed, False, *((cols, rows) if transposed else (rows, cols)))


def closed_word(expression):
    (word,) = close(words(read(expression, SETTING), SETTING, 0), SETTING)
    return word


@st.composite
def graphs(draw, most_letters=12):
    """A random contraction of one to three closed words made of blocks x x^T, x^T x, u ... and h."""
    ring = SETTING.ring
    generators = [ring.generator(symbol) for _, symbol in SETTING.matrices]
    blocks = {
        "N": [
            [letter("u"), letter("u", True)],
            [letter("h"), letter("h")],
            [letter("u"), letter("x"), letter("x", True), letter("u", True)],
        ],
        "M": [[letter("x"), letter("x", True)], [letter("u", True), letter("u")]],
        "P": [
            [letter("x", True), letter("x")],
            [letter("x", True), letter("u", True), letter("u"), letter("x")],
        ],
    }
    found, total = [], 0
    for _ in range(draw(st.integers(1, 3))):
        space = draw(st.sampled_from(sorted(blocks)))
        letters = [one for block in draw(st.lists(st.sampled_from(blocks[space]), max_size=3)) for one in block]
        if total + len(letters) > most_letters:
            letters = []
        total += len(letters)
        spaces = [one.rows for one in letters] or [symbols(space, positive=True)]
        of_space = {matrix.shape[0]: g for (matrix, _), g in zip(SETTING.matrices, generators, strict=True)}
        corners = tuple(of_space[s] if s in of_space and draw(st.booleans()) else ring.one for s in spaces)
        found.append(Word(tuple(letters), corners, ring.one, spaces[0], spaces[0], True))
    letters = [one for word in found for one in word.letters]
    free, pairing, twisted = list(range(len(letters))), [-1] * len(letters), set()
    while free:
        i = free.pop(0)
        one, kind = letters[i], SETTING.fields[letters[i].field].law
        choices = [(j, False) for j in free if one.pairs_untwisted(letters[j], kind)]
        choices += [(j, True) for j in free if one.pairs_twisted(letters[j], kind)]
        j, twist = draw(st.sampled_from(choices))
        free.remove(j)
        pairing[i], pairing[j] = j, i
        twisted |= {i} if twist else set()
    return RibbonGraph(SETTING, tuple(found), tuple(pairing), frozenset(twisted))


def index_lines(graph):
    """The index lines by another route: connected components of the sides, joined by corners and ribbons."""
    lines = nx.Graph()
    lines.add_nodes_from(range(2 * len(graph.letters)))
    for letters in graph.vertices:
        for k, following in zip(letters, letters[1:] + letters[:1], strict=True):
            lines.add_edge(2 * k + 1, 2 * following)
    for i, j in graph.ribbons:
        turn = 0 if i in graph.twisted else 1
        lines.add_edges_from([(2 * i, 2 * j + turn), (2 * i + 1, 2 * j + 1 - turn)])
    return {frozenset(component) for component in nx.connected_components(lines)}


@settings(max_examples=150)
@given(graphs())
def test_faces_are_the_components_of_the_index_lines(graph):
    lines = index_lines(graph)
    with_sides = [face for face in graph.faces if face.sides]
    assert {frozenset(face.sides) for face in with_sides} == lines
    assert len(with_sides) == len(lines)
    for face in graph.faces:
        assert {graph.corners[k][0] for k in face.corners} == {face.space}
        assert 2 * len(face.corners) == len(face.sides) or not face.sides
    # every corner is passed once and every side of a ribbon is followed once
    assert sorted(k for face in graph.faces for k in face.corners) == list(range(len(graph.corners)))
    assert sorted(s for face in graph.faces for s in face.sides) == list(range(2 * len(graph.letters)))


@settings(max_examples=150)
@given(graphs())
def test_euler_characteristic_obeys_the_classification_of_surfaces(graph):
    V, E, F = len(graph.words), len(graph.ribbons), len(graph.faces)
    assert graph.euler_characteristic == V - E + F
    assert graph.euler_characteristic <= 2 * len(graph.components)
    if graph.is_orientable:
        assert graph.euler_characteristic % 2 == 0
    if graph.is_planar:
        assert graph.is_orientable
    if graph.is_connected and not graph.is_orientable:
        assert graph.euler_characteristic <= 1
    view = nx.Graph(graph.to_networkx())
    assert len(graph.components) == nx.number_connected_components(view)


def rotated(graph, number, shift):
    """The same graph with one of its words read from another letter."""
    letters = graph.vertices[number]
    turned = letters[shift:] + letters[:shift]
    order = [k for v, own in enumerate(graph.vertices) for k in (turned if v == number else own)]
    return relabelled(
        graph,
        order,
        number,
        lambda w: replace_word(w, w.letters[shift:] + w.letters[:shift], w.corners[shift:] + w.corners[:shift]),
    )


def replace_word(word, letters, corners):
    return Word(letters, corners, word.coefficient, letters[0].rows, letters[0].rows, True)


def relabelled(graph, order, number, change, flipped=frozenset()):
    new = {old: k for k, old in enumerate(order)}
    pairing = tuple(new[graph.pairing[old]] for old in order)
    twisted = {
        min(new[i], new[j]) for i, j in graph.ribbons if (i in graph.twisted) != ((i in flipped) != (j in flipped))
    }
    changed = tuple(change(w) if k == number else w for k, w in enumerate(graph.words))
    return RibbonGraph(graph.setting, changed, pairing, frozenset(twisted))


def transposed(graph, number):
    """The same graph with one of its words turned over: tr A = tr A^T."""
    own = graph.vertices[number]
    order = [
        k for v, letters in enumerate(graph.vertices) for k in (reversed(letters) if v == number else letters)
    ]

    def turn(word):
        letters = tuple(
            Letter(
                a.field,
                a.transposed != (graph.setting.fields[a.field].law.name != "symmetric"),
                False,
                a.cols,
                a.rows,
            )
            for a in reversed(word.letters)
        )
        # the corner before the last letter of the old word comes after the first letter of the new one
        return replace_word(word, letters, (word.corners[0], *reversed(word.corners[1:])))

    return relabelled(graph, order, number, turn, frozenset(own))


def invariants(graph):
    functions = sorted((str(space), str(function)) for space, function in face_functions(graph))
    return graph.euler_characteristic, graph.is_orientable, len(graph.components), scalar(graph), functions


@settings(max_examples=100)
@given(graphs(), st.data())
def test_reading_a_word_from_elsewhere_or_turned_over_changes_nothing(graph, data):
    candidates = [k for k, word in enumerate(graph.words) if word.letters]
    if not candidates:
        return
    number = data.draw(st.sampled_from(candidates))
    shift = data.draw(st.integers(0, len(graph.words[number].letters) - 1))
    assert invariants(rotated(graph, number, shift)) == invariants(graph)
    assert invariants(transposed(graph, number)) == invariants(graph)
    assert transposed(transposed(graph, number), number) == graph


def test_the_smallest_surfaces():
    """Sphere, projective plane, torus and Klein bottle."""
    word = closed_word(h * h)
    plain, turned = (
        RibbonGraph(SETTING, (word,), (1, 0)),
        RibbonGraph(SETTING, (word,), (1, 0), frozenset({0})),
    )
    assert (plain.euler_characteristic, plain.is_planar, plain.is_orientable) == (2, True, True)
    assert (turned.euler_characteristic, turned.is_planar, turned.is_orientable) == (1, False, False)
    crossed = closed_word(h**4)
    torus = RibbonGraph(SETTING, (crossed,), (2, 3, 0, 1))
    klein = RibbonGraph(SETTING, (crossed,), (2, 3, 0, 1), frozenset({0}))
    assert (torus.euler_characteristic, torus.is_orientable) == (0, True)
    assert (klein.euler_characteristic, klein.is_orientable) == (0, False)


def test_two_words_joined_by_twisted_ribbons_only_are_orientable():
    word = closed_word(x * x.T)
    graphs = list(all_contractions((word, word), SETTING))
    turned = [d for d in graphs if d.twisted]
    assert len(turned) == 1
    assert turned[0].is_orientable
    assert turned[0].euler_characteristic == 2


def test_an_open_line_is_closed_by_its_ends():
    diagrams = list(expand((gamma * Identity(M) + x * x.T).inv(), MODEL, order=2, euler=None))
    assert sorted(d.euler_characteristic for d in diagrams) == [1, 2, 2]
    for d in diagrams:
        (line,) = [face for face in d.faces if face.is_open]
        assert line.space == M
        assert {0, 4} <= set(line.corners)


def test_equal_graphs_are_equal_and_hash_alike():
    first, again = (list(expand(Trace((u.T * u) ** 3), MODEL, order=0, euler=None)) for _ in range(2))
    assert first == again
    assert len({*first, *again}) == len(first) == 15
    other = Model([Gaussian(u, variance=1 / M)])
    assert set(expand(Trace((u.T * u) ** 3), other, order=0, euler=None)).isdisjoint(first)


@pytest.mark.parametrize(
    ("pairing", "twisted", "message"),
    [
        ((1, 0), (), "4 letters"),
        ((0, 1, 3, 2), (), "letter 0 is joined to 0"),
        ((1, 2, 3, 0), (), "not joined back"),
        ((7, 0, 3, 2), (), "letter 0 is joined to 7"),
        ((1, 0, 3, 2), (0,), "no contraction by a twisted ribbon"),
        ((2, 3, 0, 1), (), "no contraction by an untwisted ribbon"),
        ((1, 0, 3, 2), (1,), "1 is not the first letter"),
    ],
)
def test_pairings_that_are_no_contraction_are_refused(pairing, twisted, message):
    word = closed_word(x * x.T * x * x.T)
    with pytest.raises(InputError, match=message):
        RibbonGraph(SETTING, (word,), pairing, frozenset(twisted))
