"""The dual of a diagram: a bijection that keeps what it should."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Identity, MatMul, MatrixSymbol, Rational, Trace, expand

from planaria.diagrams import Gaussian, InputError, Model, RibbonGraph, dualities
from planaria.diagrams import expand as diagrams
from planaria.diagrams.duality import Duality
from planaria.diagrams.duality.expansions import Expansion
from planaria.diagrams.graphs.wick import all_contractions
from planaria.ensembles.library import load_model

from .conftest import LOSS, MODEL, TEACHER, M, N, P, gamma, q, u, x

y = MatrixSymbol("y", M, P)
PAIR = Model([Gaussian(x), Gaussian(y)])
A, B = x * x.T, y * y.T
CASES: list[tuple[Expr, Model, int]] = [
    (LOSS, MODEL, 0),
    (Trace(q), MODEL, 2),
    (Trace(q) / N, MODEL, 1),
    (Trace(x.T * u.T * u * x * x.T * u.T * u * x), MODEL, 0),
    (Trace((gamma * Identity(M) + A + B).inv()), PAIR, 2),
    (Trace(A * B * A * B), PAIR, 0),  # turned into itself by a rotation only
]


def found(expression: Expr, model: Model) -> Duality:
    return dualities(model, expression, order=0)[0]


@pytest.mark.parametrize(("expression", "model", "order"), CASES)
def test_the_dual_is_a_bijection_of_the_diagrams(expression: Expr, model: Model, order: int) -> None:
    duality = found(expression, model)
    graphs = list(diagrams(duality.expression, model, order, euler=None))
    duals = [graph.dual(duality) for graph in graphs]
    assert len({dual.graph for dual in duals}) == len(graphs)
    for graph, (image, half_edges) in zip(graphs, duals, strict=True):
        assert image.euler_characteristic == graph.euler_characteristic
        assert image.is_orientable == graph.is_orientable
        assert expand(duality.exchange.expression(graph.weight) - duality.factor * image.weight) == 0
        back, inverse = image.dual(duality)
        assert back == graph
        assert tuple(inverse[place] for place in half_edges) == tuple(range(len(half_edges)))


@pytest.mark.parametrize("law", ["hermitian", "antisymmetric", "symmetric", "elliptic"])
@pytest.mark.parametrize("word", ["abab", "abababab", "aabb", "aaabab"])
def test_a_word_that_only_a_turn_brings_back(law: str, word: str) -> None:
    """Under a <-> b, tr(a b a b) becomes itself read from its second letter: twice is a turn by two letters."""
    letters = {"a": MatrixSymbol("a", N, N), "b": MatrixSymbol("b", N, N)}
    options = {"rho": Rational(1, 3)} if law == "elliptic" else {}
    model = Model([Gaussian(one, kind=law, **options) for one in letters.values()])
    expression = Trace(MatMul(*(letters[one] for one in word)))
    if word == "aaabab":
        expression = expression + Trace(MatMul(*(letters[one] for one in "bbbaba")))
    duality = found(expression, model)
    graphs = list(diagrams(duality.expression, model, 0, euler=None))
    duals = [graph.dual(duality) for graph in graphs]
    assert graphs
    assert Counter(dual.graph for dual in duals) == Counter(graphs)
    for graph, (image, half_edges) in zip(graphs, duals, strict=True):
        back, inverse = image.dual(duality)
        assert back.words == graph.words
        assert back.canonical_form == graph.canonical_form
        assert image.euler_characteristic == graph.euler_characteristic
        twice = [inverse[place] for place in half_edges]
        for i, j in graph.ribbons:  # the half-edges carry the diagram to the dual of its dual
            assert tuple(sorted((twice[i], twice[j]))) in back.ribbons
    (certificate,) = (one for one in duality.certificates if one.method == "diagrams")
    assert certificate.passed
    assert ("turn" in certificate.detail) == (twice != sorted(twice))


def test_orders_without_diagrams_are_passed_over() -> None:
    a, b = MatrixSymbol("a", N, N), MatrixSymbol("b", N, N)
    model = Model([Gaussian(one, kind="hermitian") for one in (a, b)])
    (duality, *_) = dualities(model, Trace((gamma * Identity(N) - a * b - b * a).inv()), order=1)
    (certificate,) = (one for one in duality.certificates if one.method == "diagrams")
    assert certificate.passed
    assert "to order 2" in certificate.detail


@pytest.mark.parametrize(("expression", "model", "order"), CASES[:5])
def test_the_duals_are_the_diagrams(expression: Expr, model: Model, order: int) -> None:
    duality = found(expression, model)
    graphs = list(diagrams(duality.expression, model, order, euler=None))
    assert Counter(graph.dual(duality).graph for graph in graphs) == Counter(graphs)


@given(st.data())
def test_half_edges_follow_their_fields(data: st.DataObject) -> None:
    duality = found(Trace(q), MODEL)
    graph = data.draw(st.sampled_from(list(diagrams(Trace(q), MODEL, 2, euler=None))))
    image, half_edges = graph.dual(duality)
    names = {"x": "u", "u": "x"}
    for i, letter in enumerate(graph.letters):
        field = graph.setting.fields[letter.field].name
        assert image.setting.fields[image.letters[half_edges[i]].field].name == names[field]
        assert image.pairing[half_edges[i]] == half_edges[graph.pairing[i]]
    spaces = Counter(str(face.space) for face in graph.faces)
    assert Counter(str(face.space) for face in image.faces) == Counter(
        {"N": spaces["P"], "P": spaces["N"], "M": spaces["M"]}
    )


def test_several_traces_have_duals_word_by_word() -> None:
    duality = found(Trace(q), MODEL)
    one, *_ = diagrams(Trace(q), MODEL, 2, euler=1)
    (word,) = one.words
    n = len(word.letters)
    crossed = list(range(n, 2 * n)) + list(range(n))
    both = RibbonGraph(one.setting, (word, word), tuple(crossed), frozenset(range(n)))
    image, _ = both.dual(duality)
    assert image.euler_characteristic == both.euler_characteristic
    assert expand(duality.exchange.expression(both.weight) - image.weight) == 0
    assert image.dual(duality).graph == both


def test_a_word_that_is_turned_beside_one_that_is_not() -> None:
    """A ribbon between them gets another twist."""
    mixed = x * y.T * x * y.T * A
    image = y * x.T * y * x.T * B
    expression = Trace(mixed) + Trace(image) + Trace(A * B)
    duality = found(expression, PAIR)
    expansion = Expansion.of(expression, PAIR)
    straight, _, palindrome = expansion.words(0)
    changed = 0
    for graph in islice(all_contractions((straight, palindrome), expansion.setting), 0, 2000, 17):
        dual, half_edges = graph.dual(duality)
        changed += any(
            (i in graph.twisted) != (min(half_edges[i], half_edges[j]) in dual.twisted) for i, j in graph.ribbons
        )
        assert dual.euler_characteristic == graph.euler_characteristic
        assert expand(duality.exchange.expression(graph.weight) - dual.weight) == 0
        assert dual.dual(duality).graph == graph
    assert changed


@pytest.mark.parametrize("expression", [TEACHER, load_model("random-features").quantity("loss").expression])
def test_diagrams_with_a_teacher(expression: Expr) -> None:
    """The ribbon of the teacher stays, and what is inside of it becomes its dual."""
    model = MODEL if expression == TEACHER else load_model("random-features").model
    (duality,) = dualities(model, expression, order=0)
    assert duality.spectators == ("w",)
    for order, euler in ((0, None), (1, 2)):
        graphs = list(diagrams(expression, model, order, euler=euler))
        duals = [graph.dual(duality) for graph in graphs]
        assert Counter(image for image, _ in duals) == Counter(graphs)
        for graph, (image, half_edges) in zip(graphs, duals, strict=True):
            assert expand(duality.exchange.expression(graph.weight) - image.weight) == 0
            back, inverse = image.dual(duality)
            assert back == graph
            assert tuple(inverse[place] for place in half_edges) == tuple(range(len(half_edges)))


def test_refusals() -> None:
    (duality,) = dualities(MODEL, TEACHER, order=0)
    with pytest.raises(InputError, match="open"):
        next(iter(diagrams(q, MODEL, 1))).dual(found(Trace(q), MODEL))
    with pytest.raises(InputError, match="another model"):
        next(iter(diagrams(Trace(A), PAIR, 0))).dual(duality)


def test_the_clean_loss_of_random_features() -> None:
    file = load_model("random-features")
    (duality,) = dualities(file.model, file.quantity("loss").expression, order=1)
    (diagrams_certificate,) = (one for one in duality.certificates if one.method == "diagrams")
    assert diagrams_certificate.passed
    assert "479 diagrams to order 1" in diagrams_certificate.detail
