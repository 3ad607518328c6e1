"""Several words: correlators of traces and of matrix elements against Isserlis' theorem in entries."""

from collections import Counter
from fractions import Fraction
from itertools import islice, product
from math import factorial

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import (
    Adjoint,
    Identity,
    Integer,
    KroneckerDelta,
    MatAdd,
    MatMul,
    MatPow,
    MatrixExpr,
    MatrixSymbol,
    Poly,
    Trace,
    symbols,
)
from sympy import expand as expand_sympy
from sympy.matrices.expressions.matexpr import MatrixElement

from planaria.diagrams import Gaussian, InputError, Model, RibbonGraph, expand
from planaria.diagrams.expressions.expression import prepare, read
from planaria.diagrams.expressions.trace_products import linear_in_traces, products_of_traces
from planaria.diagrams.expressions.words import close, words
from planaria.diagrams.graphs.weight import line_functions, total_weight
from planaria.diagrams.graphs.wick import all_contractions, count_contractions

N, P, M, gamma, s = symbols("N P M gamma s", positive=True)
x, u = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
Lambda = MatrixSymbol("Lambda", M, M)
MODEL = Model([Gaussian(x, rows=Lambda, variance=s), Gaussian(u)])
q = (gamma * Identity(N) + u * x * x.T * u.T).inv()

# One point for all: sizes, eigenvalues and the variance.
SIZES = {N: 1, P: 3, M: 2}
EIGENVALUES = (Fraction(1, 2), Fraction(3))
VARIANCE = Fraction(2, 5)
SHAPES = {"x": (M, P), "u": (N, M)}


def pairings(entries):
    """Isserlis' theorem: the expectation of a product of entries (name, row, column)."""
    if not entries:
        return Fraction(1)
    (name, i, j), *rest = entries
    total = Fraction(0)
    for k, (other, row, column) in enumerate(rest):
        if (other, row, column) == (name, i, j):
            covariance = VARIANCE * EIGENVALUES[i] if name == "x" else 1
            total += covariance * pairings(rest[:k] + rest[k + 1 :])
    return total


def expectation(group, ends):
    """E of a product of words, each a list such as ["x", "xT"]; its ends (i, j), or None for a trace."""
    ranges, slots = [], []
    for letters, fixed in zip(group, ends, strict=True):
        shapes = [SHAPES[a] if len(a) == 1 else SHAPES[a[0]][::-1] for a in letters]
        indices = [len(ranges) + k for k in range(len(letters) - 1 if fixed else len(letters))]
        ranges += [range(SIZES[shape[1]]) for shape in shapes[: len(indices)]]
        slots.append((letters, indices, fixed))
    total = Fraction(0)
    for values in product(*ranges):
        entries = []
        for letters, indices, fixed in slots:
            inner = [values[k] for k in indices]
            path = [fixed[0], *inner, fixed[1]] if fixed else [inner[-1], *inner]
            for a, i, j in zip(letters, path, path[1:], strict=False):
                entries.append((a[0], i, j) if len(a) == 1 else (a[0], j, i))
        total += pairings(entries)
    return total


def matrix(letters):
    return MatMul(*({"x": x, "u": u}[a[0]] if len(a) == 1 else {"x": x, "u": u}[a[0]].T for a in letters))


def value(weight, ends):
    """A weight at that point and at those ends."""
    if isinstance(weight, MatrixExpr):  # one word is open: all deterministic matrices are diagonal
        i, j = next(fixed for fixed in ends if fixed)
        terms = weight.args if isinstance(weight, MatAdd) else (weight,)
        parts = [term.as_coeff_mmul() if isinstance(term, MatMul) else (1, term) for term in terms]
        parts = [(coefficient, factor.doit()) for coefficient, factor in parts]
        weight = sum(c * (KroneckerDelta(i, j) if m.is_Identity else MatrixElement(m, i, j)) for c, m in parts)
    index = {}
    for number, fixed in enumerate(ends, start=1):
        if fixed:
            names = {f"i_{number}": fixed[0], f"j_{number}": fixed[1]}
            index |= {symbol: names[str(symbol)] for symbol in weight.free_symbols if str(symbol) in names}
    weight = weight.subs(index)

    def power(expression):
        base, exponent = expression.args if isinstance(expression, MatPow) else (expression, 1)
        assert base == Lambda
        return [Integer(e.numerator) ** exponent / Integer(e.denominator) ** exponent for e in EIGENVALUES]

    weight = weight.replace(
        lambda e: isinstance(e, MatrixElement), lambda e: power(e.parent)[int(e.i)] if e.i == e.j else Integer(0)
    )
    weight = weight.replace(lambda e: isinstance(e, Trace), lambda e: sum(power(e.arg)))
    weight = weight.subs({**SIZES, s: Integer(VARIANCE.numerator) / VARIANCE.denominator})
    return Fraction(int(weight.p), int(weight.q))


OPEN = {"x": (1, 2), "xT": (2, 1), "u": (0, 1), "uT": (1, 0)}  # ends that are seen by a word that starts so
GROUPS = [
    ([["x", "xT"], ["xT", "x"]], (False, False)),
    ([["x", "xT"], ["uT", "u"], ["x", "xT"]], (False, False, False)),
    ([["x", "xT", "uT", "u"], ["x", "xT"]], (False, False)),
    ([["x"], ["x"]], (True, True)),
    ([["x"], ["xT"]], (True, True)),
    ([["x", "xT"], ["x", "xT"]], (True, True)),
    ([["x", "xT"], ["x", "xT"]], (True, False)),
    ([["x"], ["xT"], ["x", "xT"]], (True, True, False)),
    ([["x"], ["x"], ["x"], ["x"]], (True,) * 4),
    ([["u", "x"], ["u", "x"]], (True, True)),
    ([["u", "x"], ["xT", "uT"], ["u", "x"], ["u", "x"]], (True,) * 4),
    ([["u", "x"], ["xT"], ["uT"]], (True,) * 3),
    ([["uT", "u", "x"], ["xT"], ["x", "xT"]], (True, True, False)),
]


def size_of_end(a, right):
    shape = SHAPES[a[0]] if len(a) == 1 else SHAPES[a[0]][::-1]
    return SIZES[shape[1 if right else 0]]


@pytest.mark.parametrize(("group", "is_open"), GROUPS)
def test_correlators_are_what_isserlis_says(group, is_open):
    factors = tuple(
        matrix(letters) if free else Trace(matrix(letters)) for letters, free in zip(group, is_open, strict=True)
    )
    total = total_weight(expand(factors, MODEL, order=0, euler=None))
    some = [
        [(i, j) for i in range(size_of_end(w[0], False)) for j in range(size_of_end(w[-1], True))]
        if free
        else [None]
        for w, free in zip(group, is_open, strict=True)
    ]
    seen = 0
    for ends in islice(product(*some), 0, None, max(1, len(list(product(*some))) // 25)):
        expected = expectation(group, ends)
        assert value(total, ends) == expected
        seen += expected != 0
    assert seen


def test_known_cumulants():
    a = Trace(x * x.T)
    plain = Model([Gaussian(x)])
    for k in (1, 2, 3, 4):  # a is chi-squared with M P degrees of freedom
        cumulant = total_weight(expand(a**k, plain, order=0, euler=None, connected=True))
        assert cumulant == 2 ** (k - 1) * factorial(k - 1) * M * P
    h = MatrixSymbol("h", N, N)
    hermitian = Model([Gaussian(h, kind="hermitian")])
    assert total_weight(expand(Trace(h) ** 2, hermitian, order=0, connected=True)) == N
    # Var tr h^2 = 2 N^2, and Var tr h^3 = 12 N^3 + 3 N (Tutte's slicings)
    assert total_weight(expand(Trace(h**2) ** 2, hermitian, 0, euler=None, connected=True)) == 2 * N**2
    assert total_weight(expand(Trace(h**3) ** 2, hermitian, 0, euler=None, connected=True)) == 12 * N**3 + 3 * N


def test_connected_is_all_minus_disconnected():
    """The cumulants of traces, from moments, by the general formula for three."""
    a, b, c = Trace(x * x.T), Trace(u.T * u * x * x.T), Trace(u * u.T)

    def moment(*factors):
        return total_weight(expand(factors, MODEL, order=0, euler=None))

    cumulant = (
        moment(a, b, c)
        - moment(a) * moment(b, c)
        - moment(b) * moment(a, c)
        - moment(c) * moment(a, b)
        + 2 * moment(a) * moment(b) * moment(c)
    )
    connected = total_weight(expand((a, b, c), MODEL, order=0, euler=None, connected=True))
    assert expand_sympy(cumulant - connected) == 0
    assert connected != 0


def test_a_product_of_traces_is_the_tuple_of_them():
    a, b = Trace(q), Trace(u * u.T)
    for order in range(3):
        product_of_both = list(expand(a * b, MODEL, order, euler=None))
        (pair,) = products_of_traces(a * b)
        assert set(pair) == {a, b}
        assert Counter(product_of_both) == Counter(expand(pair, MODEL, order, euler=None))
    power = expand(3 * a**2 * (b + 2) / N, MODEL, order=1, euler=None)
    parts = [*expand(a**2 * b, MODEL, order=1, euler=None), *expand(a**2, MODEL, order=1, euler=None)]
    whole = 3 * total_weight(parts) / N
    extra = 3 * total_weight(expand(a**2, MODEL, order=1, euler=None)) / N
    assert expand_sympy(total_weight(power) - whole - extra) == 0


def test_insertions_are_shared_among_the_factors():
    graphs = list(expand(Trace(q) ** 2, MODEL, order=2, euler=None))
    lengths = Counter(tuple(len(word.letters) for word in d.words) for d in graphs)
    # 4 letters for an insertion, and (3!!)^2 contractions of two insertions wherever they are
    assert lengths == {(0, 8): 9, (4, 4): 9, (8, 0): 9}
    assert total_weight(expand((Trace(q), 1), MODEL, order=1)) == total_weight(expand(Trace(q), MODEL, order=1))


def test_a_constant_is_connected_to_nothing():
    assert list(expand((Trace(x * x.T), 3), MODEL, order=0, euler=None, connected=True)) == []
    assert total_weight(expand((Trace(u * u.T), 3), MODEL, order=0, euler=None)) == 3 * M * N


FIELDS = {"a": "real", "b": "complex", "c": "symmetric", "d": "hermitian"}
SYMBOLS = {name: MatrixSymbol(name, N, N) for name in FIELDS}
SQUARE = Model([Gaussian(SYMBOLS[name], kind=kind) for name, kind in FIELDS.items()])


@st.composite
def groups(draw, most=8):
    """One to four words of square matrices, most of which have contractions; open or closed."""
    half = draw(st.lists(st.sampled_from(sorted(FIELDS)), max_size=most // 2))
    letters = [SYMBOLS[name] for name in half]
    for name in half:
        a = SYMBOLS[name]
        letters.append(draw(st.sampled_from([a, a.T])) if FIELDS[name] == "real" else Adjoint(a))
    letters = draw(st.permutations(letters))
    cuts = sorted(draw(st.lists(st.integers(0, len(letters)), max_size=3)))
    parts = [letters[i:j] for i, j in zip([0, *cuts], [*cuts, len(letters)], strict=True)]
    setting = prepare([Identity(N), *SYMBOLS.values()], SQUARE)
    found = []
    for part in parts:
        (word,) = words(read(MatMul(*part, Identity(N)), setting), setting, 0)
        found += [word] if draw(st.booleans()) else close([word], setting)
    return tuple(found), setting


def contractions(group, setting, **options):
    """What expand makes of words, without an expression."""
    from planaria.diagrams.graphs.wick import contractions_of

    euler, connected = options.get("euler"), options.get("connected", False)
    return list(contractions_of([group], setting, euler, connected, most=len(group)))


@settings(max_examples=80)
@given(groups())
def test_planar_contractions_of_several_words_are_the_planar_ones_of_all(given_words):
    group, setting = given_words
    everything = list(all_contractions(group, setting))
    assert len(everything) == len(set(everything)) == count_contractions(group, setting)
    planar = contractions(group, setting, euler="planar")
    assert Counter(planar) == Counter(d for d in everything if d.is_planar)
    spheres = contractions(group, setting, euler=2, connected=True)
    assert Counter(spheres) == Counter(d for d in everything if d.is_planar and d.is_connected)
    assert Counter(contractions(group, setting, connected=True)) == Counter(
        d for d in everything if len(d.components) == 1
    )


def index_graph(graph):
    """Sides joined by ribbons and by the corners inside of words; the free ends are nodes of their own."""
    lines = nx.MultiGraph()
    for number, (word, letters) in enumerate(zip(graph.words, graph.vertices, strict=True)):
        left, right = (number, "left"), (number, "right")
        sides = [side for k in letters for side in (2 * k, 2 * k + 1)]
        path = sides[1:] + sides[:1] if word.closed else [left, *sides, right]
        lines.add_edges_from(zip(path[::2], path[1::2], strict=True))
    for i, j in graph.ribbons:
        turn = 0 if i in graph.twisted else 1
        lines.add_edges_from([(2 * i, 2 * j + turn), (2 * i + 1, 2 * j + 1 - turn)])
    return lines


@settings(max_examples=150)
@given(groups(), st.data())
def test_lines_join_the_ends_and_faces_are_closed(given_words, data):
    group, setting = given_words
    everything = list(islice(all_contractions(group, setting), 200))
    if not everything:
        return
    graph = data.draw(st.sampled_from(everything))
    free = [w for w, word in enumerate(graph.words) if not word.closed]
    ends = [(end.word, end.side) for line in graph.lines for end in (line.start, line.end)]
    assert sorted(ends) == sorted((w, side) for w in free for side in ("left", "right"))
    components = [set(one) for one in nx.connected_components(index_graph(graph))]
    for line in graph.lines:
        both = {(line.start.word, line.start.side), (line.end.word, line.end.side)}
        assert both | set(line.sides) in components
        assert len(line.corners) == len(line.sides) // 2 + 1
    closed = [face for face in graph.faces if not face.is_open]
    loops = [one for one in components if not any(isinstance(node, tuple) for node in one)]
    assert sorted(map(sorted, loops)) == sorted(sorted(face.sides) for face in closed if face.sides)
    passed = [k for part in (*closed, *graph.lines) for k in part.corners]
    assert sorted(passed) == list(range(len(graph.corners)))
    followed = [side for part in (*closed, *graph.lines) for side in part.sides]
    assert sorted(followed) == list(range(2 * len(graph.letters)))
    # chi by the degree of the weight in the dimension, as all spaces are the same here and no variance has it
    weight = graph.weight
    scalar = weight.as_coeff_mmul()[0] if hasattr(weight, "as_coeff_mmul") else weight
    scalar = scalar.replace(lambda e: isinstance(e, KroneckerDelta), lambda e: Integer(1))
    outside = sum(face.is_open for face in graph.faces)
    degree = Poly(scalar, N).degree()
    assert graph.euler_characteristic == len(graph.words) - len(graph.ribbons) + degree + outside


def test_the_four_point_function_of_a_random_network():
    f = u * x  # one output row for each feature, one column for each input
    plain = Model([Gaussian(x), Gaussian(u, variance=1 / M)])
    graphs = list(expand((f, f, f, f), plain, order=0, connected=True))
    assert len(graphs) == 6
    assert all(d.euler_characteristic == 2 and len(d.lines) == 4 for d in graphs)
    # of order 1/M: the width; the three pairings of neurons by three of inputs, but for equal ones
    for d in graphs:
        deltas = d.weight.atoms(KroneckerDelta)
        assert len(deltas) == 4
        assert d.weight.subs(dict.fromkeys(deltas, 1)) == 1 / M
    disconnected = set(expand((f, f, f, f), plain, order=0, euler=None)) - set(graphs)
    assert {len(d.components) for d in disconnected} == {2}
    assert len(disconnected) == 3


def test_the_total_of_open_words_tells_the_open_line_from_faces():
    h, D = MatrixSymbol("h", N, N), MatrixSymbol("D", N, N)
    model = Model([Gaussian(h, kind="hermitian")])
    total = total_weight(expand(h * h * D * h * h, model, order=0))
    assert total == N**2 * D + (N * Trace(D)) * Identity(N)
    assert total_weight(expand((h * D * h, h * D * h), model, order=0, euler=8 - 4)).has(Trace)


def test_lines_of_rectangular_words():
    (d,) = expand((x, x), MODEL, order=0)
    assert [(line.space, line.start.side, line.end.side) for line in d.lines] == [
        (M, "left", "left"),
        (P, "right", "right"),
    ]
    assert [str(function) for _, function in line_functions(d)] == ["lambda_I", "1"]
    assert d.euler_characteristic == 2  # the two words, closed by their ends, and one ribbon on a sphere


def test_the_euler_characteristic_is_of_the_whole_graph():
    a = Trace(x * x.T)
    pair = {chi: len(list(expand(a**2, MODEL, 0, euler=chi))) for chi in (4, 3, 2, 1, "planar", None)}
    assert pair == {4: 1, 3: 0, 2: 2, 1: 0, "planar": 3, None: 3}
    with pytest.raises(InputError, match=r"characteristic 5; give 4, 3, 2"):
        expand(a**2, MODEL, 0, euler=5)
    with pytest.raises(InputError, match=r"characteristic 3; give 2 \(planar\)"):
        expand(a**2, MODEL, 0, euler=3, connected=True)
    with pytest.raises(InputError, match="euler"):
        expand(a**2, MODEL, 0, euler="flat")


def test_connected_planar_diagrams_come_at_once():
    deep = expand(Trace(q) ** 2, MODEL, order=8, connected=True)
    graphs = list(islice(deep, 5))
    assert len(set(graphs)) == 5
    assert all(d.is_connected and d.is_planar for d in graphs)


def test_reading_of_products():
    a, b = Trace(x * x.T), Trace(u * u.T)
    assert products_of_traces((a + 1) ** 2 - 2 * a) == {(): 1, (a, a): 1}
    assert products_of_traces(a * b - b * a) == {}
    assert linear_in_traces((a + b) ** 2 - a**2 - b**2 - 2 * a * b + a) == ({a: 1}, 0)
    with pytest.raises(InputError, match="product of traces"):
        linear_in_traces(a * b)


def test_equal_groups_of_words_make_equal_graphs():
    first, again = (list(expand((x, x.T, Trace(x * x.T)), MODEL, 0, euler=None)) for _ in range(2))
    assert first == again
    assert all(isinstance(d, RibbonGraph) for d in first)


@pytest.mark.parametrize("powers", [(3, 3), (4, 4), (1, 3, 4), (2, 2, 2, 2)])
def test_words_that_are_turned_over(powers):
    """Symmetric matrices: a word that is joined by twisted ribbons lies the other way up."""
    h = MatrixSymbol("h", N, N)
    model = Model([Gaussian(h, kind="symmetric")])
    traces = tuple(Trace(h**n) for n in powers)
    everything = list(expand(traces, model, order=0, euler=None))
    found = list(expand(traces, model, order=0, connected=True))
    assert Counter(found) == Counter(d for d in everything if d.is_connected and d.is_planar)
    assert any(d.twisted and len(d.twisted) >= 2 for d in found)
