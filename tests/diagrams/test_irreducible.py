"""Irreducible parts, skeletons, ladders and the Dyson equation, against power series and plain graph theory."""

from collections import Counter
from itertools import product
from math import comb

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Adjoint, Identity, MatrixSymbol, Trace, symbols

from planaria.diagrams import Gaussian, InputError, Model, expand
from planaria.diagrams.graphs.weight import total_weight
from planaria.diagrams.irreducible import dyson as dyson_module
from planaria.diagrams.irreducible.cuts import (
    cuts,
    has_insertion,
    insertions,
    irreducible_parts,
    ladder_kernels,
    one_particle_irreducible,
    skeleton,
    two_particle_irreducible,
)
from planaria.diagrams.irreducible.dyson import dyson_check
from planaria.diagrams.irreducible.propagator_diagrams import LineDiagram
from planaria.diagrams.irreducible.self_energy import kernels, lines_of, self_energy, skeletons
from planaria.ensembles.spectra import eigenvalue

N, P, M, gamma, s = symbols("N P M gamma s", positive=True)
x, u, h = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M), MatrixSymbol("h", N, N)
z = MatrixSymbol("z", N, N)
Lambda, Omega = MatrixSymbol("Lambda", M, M), MatrixSymbol("Omega", N, N)
MODEL = Model(
    [
        Gaussian(x, rows=Lambda, variance=s),
        Gaussian(u),
        Gaussian(h, kind="symmetric", rows=Omega),
        Gaussian(z, kind="complex", cols=Omega),
    ]
)
phi = u * x
q = (gamma * Identity(N) + phi * phi.T).inv()
wishart = (gamma * Identity(M) + x * x.T).inv()
wigner = (gamma * Identity(N) - h).inv()
R = Identity(M) - x * x.T * u.T * q * u


def self_energy_series(propagator):
    """S with G = 1 / (1 - S), coefficient by coefficient: G_n = sum_k S_k G_{n-k}."""
    series = []
    for n in range(1, len(propagator)):
        series.append(propagator[n] - sum(series[k - 1] * propagator[n - k] for k in range(1, n)))
    return series


def fuss_catalan(order, n):
    return comb((order + 1) * n, n) // (order * n + 1)


def test_planar_self_energies_are_counted_by_the_inverse_series():
    """A001764 for phi = u x, Catalan numbers for one matrix."""
    counts = [sum(1 for _ in expand(q, MODEL, order=n)) for n in range(6)]
    assert counts == [fuss_catalan(2, n) for n in range(6)]
    expected = self_energy_series(counts)
    assert expected == [1, 2, 7, 30, 143]  # A006013
    assert [sum(1 for _ in self_energy(q, MODEL, 2 * n)) for n in range(1, 6)] == expected
    assert [sum(map(one_particle_irreducible, expand(q, MODEL, order=n))) for n in range(1, 6)] == expected
    catalan = [fuss_catalan(1, n) for n in range(6)]
    for resolvent in (wishart, wigner):
        found = [sum(1 for _ in self_energy(resolvent, MODEL, n)) for n in range(1, 6)]
        assert found == self_energy_series(catalan)


@pytest.mark.parametrize(("resolvent", "letters"), [(wigner, 1), (wishart, 2)])
def test_all_self_energies_are_counted_by_the_inverse_series(resolvent, letters):
    """Twists count as well: 2^n (2n - 1)!! pairings of a symmetric matrix, (2n - 1)!! of a real one."""
    double = [1, 1, 3, 15, 105]
    counts = [2**n * k if letters == 1 else k for n, k in enumerate(double)]
    found = [sum(1 for _ in self_energy(resolvent, MODEL, n, euler=None)) for n in range(1, 5)]
    assert found == self_energy_series(counts)
    by_euler = Counter(d.euler_characteristic for d in self_energy(resolvent, MODEL, 3, euler=None))
    for chi, count in by_euler.items():
        assert sum(1 for _ in self_energy(resolvent, MODEL, 3, euler=chi)) == count


def test_the_self_energy_resums_to_the_resolvent():
    """Every order of q is the product of 1PI parts, weight for weight, in sympy."""
    by_order = {n: total_weight(self_energy(q, MODEL, 2 * n)) for n in (1, 2, 3)}
    sigma = {n: weight.as_coeff_mmul()[0] for n, weight in by_order.items()}
    order_two = (sigma[2] + sigma[1] ** 2 / gamma) / gamma**2
    order_three = (sigma[3] + 2 * sigma[1] * sigma[2] / gamma + sigma[1] ** 3 / gamma**2) / gamma**2
    for n, expected in ((1, sigma[1] / gamma**2), (2, order_two), (3, order_three)):
        total = total_weight(expand(q, MODEL, order=n)).as_coeff_mmul()[0]
        assert (total - expected).expand() == 0


@st.composite
def pairings(draw, most=6):
    """A pairing of 2n letters."""
    n = draw(st.integers(1, most))
    order = draw(st.permutations(range(2 * n)))
    pairing = [0] * (2 * n)
    for a, b in zip(order[::2], order[1::2], strict=True):
        pairing[a], pairing[b] = b, a
    return tuple(pairing)


def propagator_graph(pairing):
    """The word as a path of letters, with external ends, and the ribbons across."""
    graph = nx.MultiGraph()
    n = len(pairing)
    nx.add_path(graph, range(-1, n + 1), kind="line")
    graph.add_edges_from((i, j) for i, j in enumerate(pairing) if i < j)
    return graph


@settings(max_examples=200)
@given(pairings())
def test_irreducibility_is_what_cutting_lines_says(pairing):
    """By the definition: take one line out of the graph, or two, and see whether it falls apart."""
    n = len(pairing)
    graph = propagator_graph(pairing)
    inner = [(k - 1, k) for k in range(1, n)]
    single = [b for a, b in inner if not nx.is_connected(nx.restricted_view(graph, [], [(a, b, 0)]))]
    assert list(cuts(pairing)) == single
    if single:
        return
    amputated = nx.MultiGraph(graph.subgraph(range(n)))
    pairs = [
        (b, d)
        for (a, b), (c, d) in product(inner, repeat=2)
        if b < d and not nx.is_connected(nx.restricted_view(amputated, [], [(a, b, 0), (c, d, 0)]))
    ]
    assert has_insertion(pairing) == bool(pairs)
    largest = [(b, d) for b, d in pairs if not any((i <= b and d <= j) and (i, j) != (b, d) for i, j in pairs)]
    assert list(insertions(pairing)) == sorted(largest)


@pytest.mark.parametrize("expression", [q, R, wigner, wishart * Lambda * wishart])
def test_parts_and_skeletons_of_every_diagram(expression):
    order = {q: 2, R: 1, wigner: 4}.get(expression, 2)
    seen = Counter()
    for d in expand(expression, MODEL, order, euler=None):
        parts = irreducible_parts(d)
        assert all(map(one_particle_irreducible, parts))
        assert sum(len(part.ribbons) for part in parts) == len(d.ribbons)
        # closed by its ends, a sequence is a connected sum of surfaces
        assert d.euler_characteristic - 2 == sum(part.euler_characteristic - 2 for part in parts)
        assert d.is_planar == all(part.is_planar for part in parts)
        for part in parts:
            bones, inserted = skeleton(part)
            assert two_particle_irreducible(bones)
            assert len(inserted) == len(bones.letters) - 1
            inside = [one for one in inserted if one is not None]
            assert len(bones.ribbons) + sum(len(one.ribbons) for one in inside) == len(part.ribbons)
            assert part.is_planar == (bones.is_planar and all(one.is_planar for one in inside))
            if part.is_planar:
                assert len(bones.ribbons) == 1
            seen[len(bones.ribbons)] += 1
    assert min(seen[1], seen[2]) > 0


def test_the_semicircle_has_one_skeleton():
    (rainbow,) = skeletons(wigner, MODEL)
    assert rainbow.pairing == (1, 0)
    assert rainbow.is_planar
    assert list(skeletons(wigner, MODEL, ribbons=2)) == []
    crossed = list(skeletons(wigner, MODEL, ribbons=2, euler=None))
    assert {d.pairing for d in crossed} == {(2, 3, 0, 1)}
    assert len(crossed) == 4  # each of the two ribbons twisted or not
    # 2PI pairings: connected and irreducible chord diagrams without insertions, 1, 1, 4, 27 (A000699)
    hermitian = Model([Gaussian(h, kind="hermitian")])
    counts = [sum(1 for _ in skeletons(wigner, hermitian, n, euler=None)) for n in (1, 2, 3, 4)]
    assert counts == [1, 1, 4, 27]


def test_the_skeletons_of_random_features():
    """One rainbow for each line of the circle N, M, P, M: an outer line and the line that it encloses."""
    found = {(d.words[0].rows, d.letters[0].cols) for d in skeletons(q, MODEL)}
    assert found == {(N, M), (M, P), (P, M), (M, N)}
    assert {d.words[0].rows for d in self_energy(q, MODEL, 1, lines="all")} == {M}
    assert list(self_energy(q, MODEL, 1)) == []


@pytest.mark.parametrize(
    ("expression", "ribbons", "planar"),
    [
        (q, 6, True),
        (q, 4, False),
        (R, 4, True),
        (R * Lambda * R.T, 4, True),
        (wigner, 4, True),
        (wigner, 3, False),
        ((gamma * Identity(N) + Omega * z * Adjoint(z) - h).inv(), 3, True),
        ((gamma * Identity(N) + Omega * z * Adjoint(z) - h).inv(), 2, False),
        ((gamma * Identity(M) + (x * x.T) ** 2).inv(), 4, True),  # a vertex that falls into two
        ((gamma * Identity(N) + h * (Omega + u * Lambda * u.T).inv() * h).inv(), 3, True),  # nested
        ((Lambda + x * x.T).inv() * Lambda * wishart, 4, True),
        ((Lambda + x * x.T).inv() * Lambda * wishart, 3, False),
    ],
)
def test_the_dyson_equation_holds(expression, ribbons, planar):
    check = dyson_check(expression, MODEL, ribbons, planar=planar)
    assert [failure for step in check.steps for failure in step.failures] == []
    assert check.holds
    assert check.planar == planar
    assert any(step.contractions > 1 for step in check.steps)
    assert sum(step.irreducible for step in check.steps) > sum(step.skeletons for step in check.steps[1:])


def broken(monkeypatch, name, function):
    monkeypatch.setattr(dyson_module, name, function)
    check = dyson_check(wishart, MODEL, 3)
    assert not check.holds
    return " ".join(failure for step in check.steps for failure in step.failures)


def test_the_check_sees_a_missing_1pi_diagram(monkeypatch):
    real = cuts
    lost = (3, 2, 1, 0)  # as if it could be cut
    message = broken(monkeypatch, "cuts", lambda pairing: (2,) if pairing == lost else real(pairing))
    assert "joined 1PI diagrams are not the diagrams" in message


def test_the_check_sees_a_missing_skeleton_and_a_wrong_insertion(monkeypatch):
    message = broken(monkeypatch, "insertions", lambda pairing: ())
    assert "a planar skeleton has more than one ribbon" in message


def test_the_check_sees_wrong_propagators(monkeypatch):
    real = lines_of

    def wrong(expression, model):
        lines = real(expression, model)
        lines.__dict__["bare"] = {key: value * value for key, value in lines.bare.items()}
        return lines

    assert "another weight than in the expression" in broken(monkeypatch, "lines_of", wrong)


def test_the_check_sees_wrong_weights(monkeypatch):
    real = dyson_module.scalar
    message = broken(
        monkeypatch, "scalar", lambda graph: real(graph) * real(graph) if len(graph.letters) == 4 else real(graph)
    )
    assert "is not the product of its parts" in message


def test_the_bare_propagators_invert_the_pencil():
    lines = lines_of(R * Lambda * R.T, MODEL)
    rules, ring = lines.rules, lines.setting.ring
    for space in set(rules.row_spaces):
        K = rules.bare_inverse(space)
        rows, cols = rules.rows_of(space), rules.cols_of(space)
        for i, k in product(rows, repeat=2):
            total = ring.zero
            for j in cols:
                if (i, j) in K and (j, k) in lines.bare:
                    total = total + K[i, j] * lines.bare[j, k]
            assert total == (ring.one if i == k else ring.zero)


@pytest.mark.parametrize("order", [0, 1, 2, 3, 4])
def test_ladders_of_two_resolvents(order):
    """Planar contractions of q A q, by their number of rungs, against the series of the ladder.

    Let t count ribbons. A line in M has the planar series G = 1/(1 - t H), one in P has H = 1/(1 - t G), so that
    both are Catalan series. A rung leads from a pair of M lines to a pair of P lines, or back, so that the
    ladders are G^2, G^2 (t^2 H^2 G^2), G^2 (t^2 H^2 G^2)^2, ...
    """
    catalan = [comb(2 * n, n) // (n + 1) for n in range(order + 1)]

    def times(a, b):
        return [sum(a[k] * b[n - k] for k in range(n + 1)) for n in range(order + 1)]

    pair = times(catalan, catalan)
    by_rungs = Counter()
    free = MatrixSymbol("A", M, M)
    for d in expand(wishart * free * wishart, MODEL, order):
        position = next(k for k, c in enumerate(d.words[0].corners) if eigenvalue(free) in c.support())
        found = ladder_kernels(d, position)
        assert all(len(kernel.ribbons) == 1 and len(kernel.words) == 2 for kernel in found)
        across = [(i, j) for i, j in d.ribbons if i < position <= j]
        assert len(found) == len(across)
        by_rungs[len(found)] += 1
    cell = times(pair, pair)
    expected = list(pair)
    total = {0: expected[order]}
    for cells in range(1, order // 2 + 1):
        expected = times(expected, cell)
        total[2 * cells] = expected[order - 2 * cells]
    assert by_rungs == Counter({rungs: count for rungs, count in total.items() if count})


def test_kernels_of_a_model():
    found = {tuple((word.rows, word.cols) for word in d.words) for d in kernels(q, q, MODEL)}
    assert found == {
        ((N, M), (M, N)),
        ((M, N), (N, M)),
        ((M, P), (P, M)),
        ((P, M), (M, P)),
    }
    (rung,) = kernels(wigner, wigner, MODEL)
    assert rung.pairing == (1, 0)
    assert [word.closed for word in rung.words] == [False, False]
    assert len(rung.lines) == 2
    everything = list(kernels(wigner, wigner, MODEL, 2, euler=None))
    # four letters crossed as (0 2)(1 3), cut in three places, each ribbon twisted or not
    assert len(everything) == 12
    assert {d.pairing for d in everything} == {(2, 3, 0, 1)}


def test_ladder_kernels_of_crossed_ribbons():
    hermitian = Model([Gaussian(h, kind="hermitian")])
    for d in expand(h**6, hermitian, order=0, euler=None):
        kernel_letters = sum(len(kernel.letters) for kernel in ladder_kernels(d, 3))
        across = [(i, j) for i, j in d.ribbons if i < 3 <= j]
        assert kernel_letters >= 2 * len(across)
        for kernel in ladder_kernels(d, 3):
            order = kernel.pairing
            assert not has_insertion(order)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: one_particle_irreducible(expand(Trace(q), MODEL, 1)[0]), "no propagator diagram"),
        (lambda: irreducible_parts(expand((x, x), MODEL, 0)[0]), "no propagator diagram"),
        (lambda: skeleton(expand((h * h) ** 2, MODEL, 0)[0]), "irreducible_parts"),
        (lambda: skeleton(expand(q, MODEL, 0)[0]), "not one-particle irreducible"),
        (lambda: ladder_kernels(expand(q, MODEL, 1)[0], 9), "9 is not in the word"),
        (lambda: self_energy(Trace(q), MODEL, 1), "no matrix expression"),
        (lambda: self_energy(q, MODEL, 0), "ribbons"),
        (lambda: self_energy(q, MODEL, True), "ribbons"),
        (lambda: self_energy(q, MODEL, 1, euler=3), "euler"),
        (lambda: self_energy(q, MODEL, 1, lines="inner"), "no choice of lines"),
        (lambda: skeletons((x * x.T).inv(), MODEL), "no deterministic part"),
        (lambda: kernels(q, Trace(q), MODEL), "no matrix expression"),
        (lambda: dyson_check(x, MODEL, 2), "shape"),
        (lambda: dyson_check(q, MODEL, 0), "ribbons"),
    ],
)
def test_impossible_requests_are_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_a_bare_line_has_no_parts():
    (line,) = expand(q, MODEL, order=0)
    assert irreducible_parts(line) == ()
    assert not one_particle_irreducible(line)
    assert LineDiagram((0, 1), (1, 0)).slice(0, 2) == LineDiagram((0, 1), (1, 0))
