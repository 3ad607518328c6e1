"""Numbers of a problem as Arb's balls, at mpmath's working precision, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from flint import acb, arb, ctx, fmpq
from mpmath import mp, mpc, mpf
from numpy.typing import NDArray
from sympy import Basic, Expr, Symbol, Trace

from planaria.algebra.rational import generators_of
from planaria.derivations.derivation import Derivation
from planaria.ensembles.spectra import Spectrum
from planaria.numerics.equations.unreduced import Numbers
from planaria.numerics.methods.centres import centre_of
from planaria.numerics.methods.memo import Itself, once
from planaria.numerics.methods.node_functions import Nodes
from planaria.numerics.points.problem import Problem, to_mpf
from planaria.numerics.quadrature.nodes import law_nodes
from planaria.numerics.quadrature.of_lists import list_nodes
from planaria.numerics.quadrature.weighted import Weighted
from planaria.numerics.spectra import eigenvalues_mp

__all__ = [
    "ball_functions",
    "ball_numbers",
    "ball_spectrum",
    "from_ball",
    "generators",
    "to_ball",
    "working_balls",
]

GUARD = 16  # bits beyond mpmath's
MANY = 64  # nodes of a space
STEP = 64  # bits of a machine word
REMEMBERED = 10_000  # eigenvalues of a formula that are kept for the next point


@contextmanager
def working_balls() -> Iterator[None]:
    """Balls at mpmath's working precision and a few bits more."""
    with ctx.workprec(mp.prec + GUARD):
        yield


def to_ball(number: Any) -> Any:
    """A sympy number or an mpf as a ball; a complex one for what is not real."""
    if isinstance(number, Expr):
        if number.is_extended_real is False:
            return acb(*(to_ball(part) for part in number.as_real_imag()))
        if number.is_Rational:
            return arb(fmpq(int(number.p), int(number.q)))
        number = to_mpf(number)
    return arb(number)


def from_ball(ball: Any) -> Any:
    """The centre of a ball, an mpf or an mpc; nan where it is not finite."""
    if isinstance(ball, acb):
        return mpc(from_ball(ball.real), from_ball(ball.imag))
    if not ball.is_finite():
        return mpf("nan")
    return centre_of(ball)


def generators(problem: Problem) -> set[Expr]:
    """Every generator of the rules and of the quantity that has a value at a point."""
    known = set(problem.values)
    return {g for g, symbols in _generators(problem.derivation) if symbols <= known}


@once
def _generators(derivation: Derivation) -> tuple[tuple[Expr, frozenset[Basic]], ...]:
    """The generators that may have a value, and the symbols that each is made of."""
    setting = derivation.rules.setting
    found = {*setting.ring.generators, *setting.spaces, *generators_of(derivation.expression)}
    return tuple((g, frozenset(g.free_symbols)) for g in found if not g.has(Trace))


def ball_numbers(problem: Problem) -> Numbers:
    """The problem in balls; equal nodes of a space are taken together."""
    nodes, single = _nodes(problem, _bits())
    return Numbers(arb(1), {g: to_ball(problem.exact(g)) for g in generators(problem)}, nodes, single=single)


def ball_functions(problem: Problem) -> Numbers | None:
    """The same with polynomials in place of arrays; None where there are too few nodes for that to be worth it."""
    numbers = ball_numbers(problem)
    nodes: dict[Expr, tuple[Mapping[Expr, Any], Any]] = {}
    most = 0
    for space, (values, counts) in numbers.nodes.items():
        if not values:
            nodes[space] = values, counts
            continue
        own = Nodes(list(values.values()), None if space in numbers.single else counts)
        most = max(most, own.size)
        nodes[space] = {symbol: own.variable(n) for n, symbol in enumerate(values)}, own.moment(0)
    return replace(numbers, nodes=nodes, single=frozenset()) if most >= MANY else None


def ball_spectrum(problem: Problem) -> Weighted:
    """Eigenvalues as arrays of balls."""
    return _spectrum(problem, _bits())


def _bits() -> int:
    """A precision of few, for eigenvalues: more bits than are worked with do no harm."""
    return -(-int(ctx.prec) // STEP) * STEP


def _spectrum(problem: Problem, bits: int) -> Weighted:
    if ("balls", bits) not in problem._cache:
        found, weights, floors = {}, {}, {}
        with mp.workprec(bits):
            for matrix, symbol, spectrum in problem.spectra:
                if (degree := problem.degree_of(matrix, spectrum)) is not None:
                    size = problem.exact(matrix.shape[0])
                    nodes = _nodes_of(spectrum, size, problem.values_of(spectrum), degree, bits)
                    found[symbol], weights[symbol], floors[symbol] = nodes
                    continue
                size = problem.size(matrix.shape[0])
                if spectrum.listed is None and size <= REMEMBERED:
                    found[symbol] = _remembered(spectrum, size, problem.values_of(spectrum), bits)
                else:
                    found[symbol] = _array(problem.mpfs()[symbol])
        problem._cache["balls", bits] = Weighted(found, weights, floors)
    result: Weighted = problem._cache["balls", bits]
    return result


@lru_cache(maxsize=16)
def _remembered(spectrum: Spectrum, size: int, values: tuple[tuple[Symbol, Expr], ...], bits: int) -> NDArray[Any]:
    """The eigenvalues of a formula at a precision: the powers of a law cost more than a whole evaluation."""
    with mp.workprec(bits):
        return _array(eigenvalues_mp(spectrum, size, dict(values)))


def _nodes_of(
    spectrum: Spectrum, size: Expr, values: tuple[tuple[Symbol, Expr], ...], degree: int, bits: int
) -> tuple[NDArray[Any], NDArray[Any], Any]:
    if spectrum.listed is None:
        return _law(spectrum, size, values, degree, bits)
    merged = list_nodes(spectrum, degree)
    assert merged is not None  # `degree_of` has asked
    return merged.nodes, merged.weights, arb(0)


@lru_cache(maxsize=16)
def _law(
    spectrum: Spectrum, size: Expr, values: tuple[tuple[Symbol, Expr], ...], degree: int, bits: int
) -> tuple[NDArray[Any], NDArray[Any], Any]:
    """The nodes of a law at a precision, their weights, and the floor."""
    with mp.workprec(bits):
        nodes, weights, floor = law_nodes(spectrum, size, dict(values), degree, mpf, "spectrum")
        return _array(nodes), _array(weights), arb(floor)


def _array(numbers: Iterable[Any]) -> NDArray[Any]:
    return np.array([arb(x) for x in numbers], dtype=object)


_Nodes = tuple[dict[Expr, tuple[dict[Expr, Any], Any]], frozenset[Expr]]


def _nodes(problem: Problem, bits: int) -> _Nodes:
    """The nodes of each space, and the spaces in which each of them counts once."""
    if ("nodes", bits) not in problem._cache:  # points with the same spectra share it, whatever their other sizes
        problem._cache["nodes", bits] = _nodes_of_spectra(problem, _spectrum(problem, bits))
    nodes, single = problem._cache["nodes", bits]
    sizes: dict[Expr, tuple[dict[Expr, Any], Any]] = {
        space: ({}, arb(problem.size(space))) for space in _spaces(problem) if space not in nodes
    }
    return {**nodes, **sizes}, single


def _spaces(problem: Problem) -> set[Expr]:
    rules = problem.derivation.rules
    return {*rules.row_spaces, *(reading.rows for reading in rules.readings)}


def _nodes_of_spectra(problem: Problem, spectrum: Weighted) -> _Nodes:
    """The nodes of the spaces that have matrices."""
    setting = problem.derivation.rules.setting
    nodes: dict[Expr, tuple[dict[Expr, Any], Any]] = {}
    single = set()
    for space in _spaces(problem):
        own = [symbol for _, symbol in setting.matrices_of(space) if symbol in spectrum]
        if not own:
            continue
        if own[0] in spectrum.weights:  # then it is the only one
            nodes[space] = {own[0]: spectrum[own[0]]}, spectrum.weights[own[0]]
            continue
        key = tuple(Itself(spectrum[symbol]) for symbol in own)
        few = len(key[0].thing) <= REMEMBERED  # more of them would fill the memory
        columns, counts, once_each = _counted(key) if few else _count(key)
        nodes[space] = dict(zip(own, columns, strict=True)), counts
        if once_each:
            single.add(space)
    return nodes, frozenset(single)


def _count(columns: tuple[Itself, ...]) -> tuple[list[NDArray[Any]], NDArray[Any], bool]:
    """The nodes that differ, how often each of them occurs, and whether all of them occur once."""
    counts: dict[tuple[Any, ...], int] = {}
    places: dict[tuple[Any, ...], int] = {}
    for place, node in enumerate(zip(*(column.thing for column in columns), strict=True)):
        key = tuple([(int(m), int(e)) for m, e in [ball.man_exp() for ball in node]])
        counts[key] = counts.get(key, 0) + 1
        places[key] = place
    kept = list(places.values())
    many = np.array([arb(n) for n in counts.values()], dtype=object)
    return [column.thing[kept] for column in columns], many, len(kept) == len(columns[0].thing)


_counted = lru_cache(maxsize=8)(_count)
