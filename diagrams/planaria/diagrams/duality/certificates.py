"""How it is known that an exchange is a duality, or that it is none."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import NamedTuple

from sympy import Add, Expr, Trace, cancel, expand

from planaria.algebra.rational import Ratio
from planaria.diagrams.duality.exchange import Exchange
from planaria.diagrams.duality.expansions import Expansion
from planaria.diagrams.duality.identity import equal_traces
from planaria.diagrams.duality.transform import dual
from planaria.diagrams.graphs.faces import FaceTable
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.diagrams.graphs.weight import ribbon_weights, weight
from planaria.diagrams.graphs.wick import all_contractions, count_contractions
from planaria.ensembles.evidence import Check
from planaria.ensembles.model import Model

__all__ = [
    "Certificate",
    "Mismatch",
    "diagram_certificate",
    "first_mismatch",
    "identity_certificate",
    "law_certificate",
    "polynomial_certificate",
]

MOST_EMPTY_ORDERS = 3  # that are looked at beyond those that are asked for, where none of these has a diagram
_MANY = 20_000  # diagrams of one order that are compared one by one
_LAST_ORDER = 6
_MANY_WORDS, _MANY_LETTERS = 200, 32  # of one order whose exact expectation is compared

Certificate = Check  # of a duality: an identity, diagrams, polynomials, or the closed form


class Mismatch(NamedTuple):
    """The first order at which an exchange fails, with the two expectations; None for both if undecided."""

    order: int
    before: Expr | None
    after: Expr | None


def identity_certificate(expansion: Expansion, exchange: Exchange, factor: Ratio) -> Certificate:
    """The two sides are one noncommutative rational function, up to cyclicity and transposition of traces."""
    passed = equal_traces(expansion.terms, expansion.setting, exchange, factor)
    return Certificate(
        f"the expression is mapped to itself by {exchange}, up to cyclicity, transposition and push-through",
        "identity",
        passed,
        "equal words of every length in standard fields, exact arithmetic in two prime fields of 61 bits"
        if passed
        else "some word of the two sides has different coefficients",
    )


def law_certificate(model: Model, exchange: Exchange) -> Certificate | None:
    """An exchange of fields of one law holds for every quantity: it renames what is averaged over. Else None."""
    if not exchange.renames:
        return None
    pairs = [(model.field_index(symbol), image) for symbol, image in exchange.fields]
    for index, image in pairs:
        other = model.field_index(image.field)
        assert index is not None  # an exchange is one of fields of the model
        assert other is not None
        one, two = model.fields[index], model.fields[other]
        sides = (two.cols, two.rows) if image.transposed else (two.rows, two.cols)
        if (one.law, one.variance, one.rows, one.cols) != (two.law, two.variance, *sides):
            return None
    return Certificate(
        f"{exchange} renames fields of one law, so that every expectation is the same",
        "identity",
        True,
        "equal laws, variances and covariances; it would hold for any expression",
    )


def diagram_certificate(expansion: Expansion, exchange: Exchange, factor: Ratio, order: int) -> Certificate:
    """Every diagram of every Euler characteristic has its own dual, of the same kind and the exchanged weight."""
    kappa = factor.to_sympy()
    counts: Counter[int] = Counter()
    reached, fault, turned = -1, "", False
    weights = _Weights()

    @cache
    def agree(one: Expr, other: Expr) -> bool:
        return bool(expand(exchange.expression(one) - kappa * other) == 0)

    for n in range(order + 1 + MOST_EMPTY_ORDERS):
        if n > order and counts:
            break
        words = [word for word in expansion.words(n) if word.letters]
        if sum(count_contractions(word, expansion.setting) for word in words) > _MANY:
            break
        graphs = [graph for word in words for graph in all_contractions(word, expansion.setting)]
        known, images = set(graphs), set()
        for graph in graphs:
            image, half_edges = dual(graph, expansion, exchange, factor)
            images.add(image)
            counts[graph.euler_characteristic] += 1
            back, inverse = dual(image, expansion, exchange, factor)
            if image.euler_characteristic != graph.euler_characteristic:
                fault = "its dual has another Euler characteristic"
            elif back != graph or any(inverse[place] != i for i, place in enumerate(half_edges)):
                turned = True
                if back.words != graph.words or back.canonical_form != graph.canonical_form:
                    fault = "the dual of its dual is another diagram"
            elif not agree(weights(graph), weights(image)):
                fault = "its dual has another weight"
            if fault:
                fault = f"order {n}, ribbons {graph.ribbons}: {fault}"
                break
        if not fault and images != known:
            fault = f"order {n}: the duals are not all of the diagrams"
        if fault:
            break
        reached = n
    by_chi = ", ".join(f"{number:,} at chi = {chi}" for chi, number in sorted(counts.items(), reverse=True))
    return Certificate(
        f"{exchange} maps the diagrams of each order and Euler characteristic to one another, weight for weight",
        "diagrams",
        not fault and reached >= 0,
        fault
        or (f"there are no diagrams to order {reached}" if not counts else "")
        or f"{_diagrams(counts.total())} to order {reached}: {by_chi}; twice is "
        + ("a turn of their words" if turned else "the identity"),
    )


def _diagrams(number: int) -> str:
    return "the one diagram" if number == 1 else f"all {number:,} diagrams"


def polynomial_certificate(expansion: Expansion, exchange: Exchange, factor: Ratio, order: int) -> Certificate:
    """The exact expectations of each order are mapped to one another, as polynomials in sizes and traces.

    They are found by integration by parts, without any diagram.
    """
    kappa = factor.to_sympy()
    reached, terms, passed = -1, 0, True
    for n in range(order + 1):
        own = _expectation(expansion, n)
        if own is None:
            break
        terms += len(Add.make_args(own)) if own != 0 else 0
        reached = n
        if expand(exchange.expression(own) - kappa * own) != 0:
            passed = False
            break
    number = f"{terms:,} term{'s' if terms != 1 else ''}"
    detail = f"{number} to order {reached}" if passed else f"they differ at order {reached}"
    return Certificate(
        f"{exchange} maps the exact expectation of each order to itself, at every size",
        "polynomials",
        passed and reached >= 0,
        detail,
    )


class _Weights:
    """Weights of many diagrams: those that have equal faces are weighed once."""

    def __init__(self) -> None:
        self._table = FaceTable()
        self._known: dict[object, Expr] = {}

    def __call__(self, graph: RibbonGraph) -> Expr:
        key = (graph.words, ribbon_weights(graph), *sorted(self._table.keys(graph)))
        if key not in self._known:
            self._known[key] = expand(weight(graph))
        return self._known[key]


def first_mismatch(expansion: Expansion, exchange: Exchange) -> Mismatch:
    """The first order whose expectations are not proportional with one and the same factor.

    The expectations are exact polynomials, so that the comparison holds at every size.
    """
    kappa = None
    for n in range(_LAST_ORDER + 1):
        found = _expectation(expansion, n)
        if found is None:
            return Mismatch(n, None, None)
        before = found
        after = expand(exchange.expression(before))
        if before == 0:
            continue
        if kappa is None:
            kappa = cancel(after / before)
            if kappa.is_Add or not kappa.is_commutative or kappa.has(Trace):
                return Mismatch(n, before, after)
        if expand(after - kappa * before) != 0:
            return Mismatch(n, before, after)
    return Mismatch(_LAST_ORDER + 1, None, None)


def _expectation(expansion: Expansion, order: int) -> Expr | None:
    """The exact expectation of the terms of one order; None if it is too much work."""
    words = expansion.standard(order)
    if len(words) > _MANY_WORDS or any(len(word.letters) > _MANY_LETTERS for word in words):
        return None
    return expansion.expectation(order)
