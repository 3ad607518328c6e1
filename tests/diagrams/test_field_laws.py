"""Antisymmetric and elliptic fields against brute force: Wick's theorem on the entries, index by index."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest
from sympy import (
    Add,
    Expr,
    ImmutableMatrix,
    Integer,
    MatrixSymbol,
    Rational,
    Symbol,
    Trace,
    expand,
    symbols,
)

from planaria.algebra.errors import InputError
from planaria.diagrams import Gaussian, Model, dualities
from planaria.diagrams import expand as diagrams_of
from planaria.diagrams.expressions.expression import prepare, read
from planaria.diagrams.expressions.words import close, words
from planaria.diagrams.graphs.canonical import automorphism_order, classes, relabellings
from planaria.diagrams.graphs.weight import total_weight
from planaria.diagrams.graphs.wick import count_contractions
from planaria.diagrams.moments.moment import moment
from planaria.diagrams.weights.planar_sums import planar_total, weigh_planar
from planaria.models.laws.known import LAWS, law_of
from planaria.numerics.simulation.draws import draw

N, v = symbols("N v", positive=True)
rho = Symbol("rho", real=True)
KINDS = ("antisymmetric", "elliptic", "real-elliptic")


def parameters(kind: str, value: Any = rho) -> dict[str, Any]:
    return {} if kind == "antisymmetric" else {"rho": value}


def field(name: str, kind: str, space: Expr, **more: Any) -> Gaussian:
    return Gaussian(MatrixSymbol(name, space, space), kind=kind, **parameters(kind), **more)


# Brute force. A letter is (name, transposed, conjugated); an entry is (name, i, j, conjugated).

Letter = tuple[str, bool, bool]
Entry = tuple[str, int, int, bool]


def covariance(kind: str, one: Entry, other: Entry) -> Any:
    """E of two entries, from the definitions of the laws."""
    if one[0] != other[0]:
        return 0
    (_, i, j, a), (_, k, m, b) = one, other
    straight, crossed = int(i == k and j == m), int(i == m and j == k)
    if kind == "antisymmetric":
        return straight - crossed
    if kind == "real-elliptic":
        return straight + rho * crossed
    assert kind == "elliptic"
    return straight if a != b else rho * crossed


def expectation(entries: list[Entry], pair: Callable[[Entry, Entry], Any]) -> Any:
    """Isserlis' theorem."""
    if not entries:
        return 1
    first, *rest = entries
    total: Any = 0
    for k, other in enumerate(rest):
        weight = pair(first, other)
        if weight != 0:
            total = total + weight * expectation(rest[:k] + rest[k + 1 :], pair)
    return total


def brute(traces: list[list[Letter]], kind: str, spectrum: list[int]) -> Any:
    """E of a product of traces of words, with the covariance as a matrix before each letter."""
    size = len(spectrum)
    letters = [letter for trace in traces for letter in trace]
    found: dict[tuple[Entry, ...], Any] = {}
    for indices in product(range(size), repeat=len(letters)):
        entries, weight, start = [], Integer(1), 0
        for trace in traces:
            own = indices[start : start + len(trace)]
            for k, (name, transposed, conjugated) in enumerate(trace):
                i, j = own[k], own[(k + 1) % len(trace)]
                # A letter is sqrt(L) Y sqrt(L): both roots of a corner make one L, and L stands there, too.
                weight *= spectrum[i] ** 2
                entries.append((name, *((j, i) if transposed else (i, j)), conjugated))
            start += len(trace)
        key = tuple(entries)
        found[key] = found.get(key, 0) + weight
    pair = lambda one, other: covariance(kind, one, other)  # noqa: E731
    return expand(Add(*(weight * expectation(list(key), pair) for key, weight in found.items())))


def written(traces: list[list[Letter]], size: int) -> Expr:
    """The same as an expression."""
    L = MatrixSymbol("L", size, size)
    result: Any = 1
    for trace in traces:
        factors = []
        for name, transposed, conjugated in trace:
            X = MatrixSymbol(name, size, size)
            one = X.adjoint() if conjugated else X
            factors += [L, one.T if transposed != conjugated else one]
        matrix = factors[0]
        for factor in factors[1:]:
            matrix = matrix * factor
        result = result * Trace(matrix)
    return result


def at(value: Expr, spectrum: list[int]) -> Expr:
    """Traces of the deterministic matrix as numbers."""
    size = len(spectrum)
    L = MatrixSymbol("L", size, size)
    matrix = ImmutableMatrix(size, size, lambda i, j: spectrum[i] if i == j else 0)
    traces = {one: one.arg.xreplace({L: matrix}).doit().trace() for one in value.atoms(Trace)}
    return expand(value.xreplace(traces))


X, XT, XC, XH = (("X", t, c) for t, c in ((False, False), (True, False), (False, True), (True, True)))
Y, YT, Z = ("Y", False, False), ("Y", True, False), ("Z", False, False)
WORDS: list[list[list[Letter]]] = [
    [[X, X]],
    [[X, XT]],
    [[X, X, XT, XT]],
    [[X, X, X, XT]],
    [[X, Y, X, YT]],
    [[X, X, Y, X, X, YT]],
    [[X], [XT]],
    [[X, X], [X, XT]],
    [[X, X, X], [XT, XT, XT]],
    [[X, Y, Z], [X, Y, Z]],
    [[X, Y, Z], [Z, Y, X]],
    [[X, Y], [X, X, XT, Y]],
]
COMPLEX: list[list[list[Letter]]] = [
    [[X, XH]],
    [[X, XC]],
    [[X, X, XH, XH]],
    [[X, XC, XT, XH]],
    [[X, X, XH, X]],
    [[X, X], [XH, XH]],
    [[X, XH], [X, XT]],
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("traces", WORDS, ids=str)
def test_moments_and_diagrams_are_sums_over_entries(kind: str, traces: list[list[Letter]]) -> None:
    compare(kind, traces)


@pytest.mark.parametrize("traces", COMPLEX, ids=str)
def test_conjugates_of_elliptic_fields(traces: list[list[Letter]]) -> None:
    compare("elliptic", traces)


def compare(kind: str, traces: list[list[Letter]]) -> None:
    # Antisymmetric matrices of size 2 are multiples of one another, and the trace of three is zero.
    spectrum = [1, 3, 2] if any(Z in trace for trace in traces) else [1, 3]
    size = len(spectrum)
    L = MatrixSymbol("L", size, size)
    model = Model([field(name, kind, Integer(size), rows=L) for name in "XYZ"])
    wanted, quantity = brute(traces, kind, spectrum), written(traces, size)
    assert wanted != 0 or size == 2
    assert expand(at(moment(quantity, model), spectrum) - wanted) == 0
    graphs = list(diagrams_of(quantity, model, order=0, euler=None))
    assert expand(at(total_weight(graphs), spectrum) - wanted) == 0
    assert expand(at(Add(*(d.weight for d in graphs)), spectrum) - wanted) == 0
    assert expand(at(Add(*(d.canonical_form.weight for d in graphs)), spectrum) - wanted) == 0
    found = classes(graphs)
    assert expand(at(Add(*(c.multiplicity * c.graph.weight for c in found)), spectrum) - wanted) == 0
    for one in found:
        assert one.multiplicity * automorphism_order(one.graph) == relabellings(one.graph)


@pytest.mark.parametrize("kind", KINDS)
def test_counts_are_those_of_what_is_made(kind: str) -> None:
    X, Y = MatrixSymbol("X", N, N), MatrixSymbol("Y", N, N)
    model = Model([field("X", kind, N), field("Y", kind, N)])
    for matrix in (
        X**4,
        X * X.T * X * X,
        X * Y * X.T * Y,
        X.adjoint() * X * X * X,
        X * Y * X.adjoint() * Y.T * X * X,
    ):
        setting = prepare([matrix], model)
        graphs = list(diagrams_of(Trace(matrix), model, order=0, euler=None))
        (word,) = close(words(read(matrix, setting), setting, 0), setting)
        assert count_contractions(word, setting) == len(graphs)
        assert sum(weigh_planar(Trace(matrix), model, 0).values()) == sum(
            d.euler_characteristic == 2 for d in graphs
        )


def test_elliptic_moments_of_the_literature() -> None:
    """phi(X^2 X*^2) = 1 + rho^2 and phi(X^3 X*^3) = 1 + 4 rho^2, at planar order, for both elliptic laws."""
    X = MatrixSymbol("X", N, N)
    for kind in ("elliptic", "real-elliptic"):
        model = Model([Gaussian(X, variance=1 / N, kind=kind, rho=rho)])
        for power, wanted in ((1, 1), (2, 1 + rho**2), (3, 1 + 4 * rho**2)):
            quantity = Trace(X**power * X.adjoint() ** power) / N
            assert expand(planar_total(quantity, model, 0) - wanted) == 0
            assert expand(moment(quantity, model, planar=True) - wanted) == 0


def test_an_antisymmetric_matrix_has_the_semicircle_law_along_the_imaginary_axis() -> None:
    X = MatrixSymbol("X", N, N)
    model = Model([Gaussian(X, variance=1 / N, kind="antisymmetric")])
    for n, catalan in ((1, 1), (2, 2), (3, 5), (4, 14), (5, 42)):
        assert planar_total(Trace(X ** (2 * n)) / N, model, 0) == (-1) ** n * catalan
    assert moment(Trace(X**3) ** 2, model) == 0  # a trace that is minus itself
    assert list(diagrams_of(Trace(X**3) ** 2, model, order=0, euler=None)) == []
    assert expand(moment(Trace(X * X.T), model) - (N - 1)) == 0


@pytest.mark.parametrize(
    ("kind", "value", "same"),
    [
        ("real-elliptic", 1, "symmetric"),
        ("real-elliptic", 0, "real"),
        ("real-elliptic", -1, "antisymmetric"),
        ("elliptic", 1, "hermitian"),
        ("elliptic", 0, "complex"),
    ],
)
def test_elliptic_laws_end_in_the_others(kind: str, value: int, same: str) -> None:
    X = MatrixSymbol("X", N, N)
    elliptic, other = Model([Gaussian(X, kind=kind, rho=value)]), Model([Gaussian(X, kind=same)])
    for matrix in (X**2, X * X.adjoint(), X * X.T, X**3 * X.adjoint(), X * X * X.adjoint() * X.T):
        quantity = Trace(matrix)
        assert expand(moment(quantity, elliptic) - moment(quantity, other)) == 0
        assert expand(total_weight(diagrams_of(quantity, elliptic, order=0, euler=None))
                      - total_weight(diagrams_of(quantity, other, order=0, euler=None))) == 0  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_draws_have_the_covariance_of_the_law(kind: str) -> None:
    size, runs, value = 3, 20_000, -0.6
    one = field("X", kind, Integer(size))
    rng = np.random.default_rng(5)
    samples = np.array(
        [draw(one, (size, size), rng, variance=1.0, parameters=parameters(kind, value)) for _ in range(runs)]
    )
    for conjugated in (False, True):
        other = samples.conj() if conjugated else samples
        found = np.einsum("rij,rkl->ijkl", samples, other) / runs
        for i, j, k, m in product(range(size), repeat=4):
            wanted = covariance(kind, ("X", i, j, False), ("X", k, m, conjugated))
            assert abs(found[i, j, k, m] - float(Expr.subs(Integer(1) * wanted, rho, value))) < 6 * 2 / runs**0.5


def laws() -> Iterator[Any]:
    for kind in LAWS:
        yield law_of(kind, "field", **(parameters(kind) if "elliptic" in kind else {}))


def test_laws_are_values() -> None:
    for law in laws():
        assert law.pairs  # a cached table travels with it
        for again in (pickle.loads(pickle.dumps(law)), copy.copy(law), copy.deepcopy(law)):
            assert again == law
            assert hash(again) == hash(law)
    assert len(set(laws())) == len(LAWS)


def test_tables_of_laws_agree_with_what_letters_are() -> None:
    """What is read as its own transpose or conjugate has the ribbons of that, its sign included."""
    flags = list(product((False, True), repeat=2))
    for law in laws():
        for one, other in product(flags, repeat=2):
            sign, *mine = law.read(*one)
            second, *theirs = law.read(*other)
            direct = law.ribbon(mine[0] != theirs[0], mine[1] != theirs[1])
            # Both letters transposed, or both conjugated, change nothing.
            for t, c in ((True, False), (False, True)):
                a, b = law.read(one[0] != t, one[1] != c), law.read(other[0] != t, other[1] != c)
                image = law.ribbon(a[1] != b[1], a[2] != b[2])
                assert [sign * second * w for w in direct] == [a[0] * b[0] * w for w in image]
            # One letter transposed exchanges the two ribbons.
            a = law.read(not one[0], one[1])
            image = law.ribbon(a[1] != theirs[0], a[2] != theirs[1])
            assert [sign * w for w in direct] == [a[0] * w for w in reversed(image)]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"kind": "hermitean"}, "there is no kind of field 'hermitean'"),
        ({"kind": "elliptic"}, "it has no rho"),
        ({"kind": "elliptic", "rho": 2}, "rho is 2"),
        ({"kind": "elliptic", "rho": 1 / N}, "no polynomial"),
        ({"kind": "real-elliptic", "rho": "rho"}, "is text"),
        ({"kind": "complex", "rho": 1}, "takes no rho"),
        ({"kind": "antisymmetric", "cols": MatrixSymbol("L", N, N)}, "has one covariance"),
        ({"law": "elliptic"}, "is not a law"),
        ({"kind": "real", "law": law_of("real", "field")}, "its law is given, and kind as well"),
    ],
)
def test_what_is_no_law_is_refused_where_it_enters(arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        Gaussian(MatrixSymbol("X", N, N), **arguments)
    if set(arguments) == {"kind"}:
        with pytest.raises(InputError):
            law_of(arguments["kind"], "field")


@pytest.mark.parametrize("kind", KINDS)
def test_these_laws_are_square(kind: str) -> None:
    P = Symbol("P", positive=True)
    with pytest.raises(InputError, match="is square"):
        Gaussian(MatrixSymbol("X", N, P), kind=kind, **parameters(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_dualities_exchange_fields_of_one_law(kind: str) -> None:
    gamma = Symbol("gamma", positive=True)
    X, Y = MatrixSymbol("X", N, N), MatrixSymbol("Y", N, N)
    quantity = Trace((gamma * MatrixSymbol("L", N, N) - X * Y - Y * X).inv())
    model = Model([field("X", kind, N), field("Y", kind, N)])
    (found,) = (one for one in dualities(model, quantity) if ("X", "Y") in one.exchange.pairs)
    assert found.verdict == "invariant"
    assert all(one.passed for one in found.certificates)
    if kind != "antisymmetric":
        other = Gaussian(Y, kind=kind, rho=Rational(1, 2))
        assert not dualities(Model([field("X", kind, N), other]), quantity)


def test_the_correlation_is_a_polynomial_in_parameters() -> None:
    X = MatrixSymbol("X", N, N)
    model = Model([Gaussian(X, kind="elliptic", rho=1 - 2 * rho)])
    assert expand(moment(Trace(X * X), model) - N**2 * (1 - 2 * rho)) == 0
    assert expand(planar_total(Trace(X * X), model, 0) - N**2 * (1 - 2 * rho)) == 0
