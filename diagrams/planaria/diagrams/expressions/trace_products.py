"""What is expanded: a scalar as a sum of products of traces, or several factors of a correlator.

Every factor of a term becomes one word: a closed one for a trace, an open one for a matrix expression.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from sympy import Add, Expr, MatrixExpr, Mul, Pow, S, SympifyError, Trace, default_sort_key, sympify

from planaria.algebra.errors import InputError
from planaria.algebra.rational import Ratio
from planaria.diagrams.expressions.expression import (
    Diagonal,
    Inversion,
    Node,
    Product,
    Setting,
    Sum,
    deterministic_part,
    prepare,
    read,
)
from planaria.models.extent import check_products
from planaria.models.model import Model

__all__ = ["Factor", "Term", "linear_in_traces", "products_of_traces", "read_terms"]

MOST_FACTORS = 64


@dataclass(frozen=True)
class Factor:
    """One factor of a term: the trace of a node, or its matrix element with free ends."""

    node: Node
    closed: bool


@dataclass(frozen=True)
class Term:
    """coefficient * factor * factor * ..., one word for each factor."""

    coefficient: Ratio
    factors: tuple[Factor, ...]


def read_terms(expression: Expr | Sequence[Expr], model: Model) -> tuple[tuple[Term, ...], Setting]:
    """Read a scalar, a matrix expression, or a sequence of both (the factors of a correlator).

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> terms, _ = read_terms((x, 2 * Trace(x * x.T) ** 2 + Trace(x.T * x)), Model([Gaussian(x)]))
    >>> [(term.coefficient, [factor.closed for factor in term.factors]) for term in terms]
    [(1, [False, True]), (2, [False, True, True])]

    Raises InputError for anything else, and for an inverse without a deterministic part.
    """
    several = isinstance(expression, (tuple, list))
    given = [_sympified(one) for one in (expression if several else (expression,))]
    if not given:
        raise InputError("expression", "there is no factor", "give at least one trace or matrix expression")
    sums = [None if isinstance(one, MatrixExpr) else products_of_traces(one) for one in given]
    scalars = [coefficient for terms in sums if terms is not None for coefficient in terms.values()]
    setting = prepare(given, model, extra=scalars)
    nodes: dict[Expr, Node] = {}

    def node(matrix: MatrixExpr) -> Node:
        if matrix not in nodes:
            nodes[matrix] = read(matrix, setting)
            _check_inverses(nodes[matrix], setting)
        return nodes[matrix]

    def terms_of(one: Expr, traces: dict[tuple[Trace, ...], Expr] | None) -> Iterator[Term]:
        if traces is None:
            yield Term(setting.ring.one, (Factor(node(one), False),))
            return
        for key, coefficient in traces.items():
            if key:
                yield Term(setting.ring(coefficient), tuple(Factor(node(trace.arg), True) for trace in key))
                continue
            # c = (c/D) tr 1 for a space of dimension D, so that a constant is a word like any other.
            if not setting.spaces:
                raise InputError("expression", f"{one} contains no matrix", "give a trace")
            space = setting.spaces[0]
            unit = Factor(Diagonal(space, setting.ring.one), True)
            yield Term(setting.ring(coefficient) / setting.ring(space), (unit,))

    by_factor = [tuple(terms_of(one, traces)) for one, traces in zip(given, sums, strict=True)]
    found = []
    for choice in product(*by_factor):
        coefficient = setting.ring.one
        for term in choice:
            coefficient = coefficient * term.coefficient
        found.append(Term(coefficient, tuple(factor for term in choice for factor in term.factors)))
    return tuple(found), setting


def products_of_traces(expression: Expr) -> dict[tuple[Trace, ...], Expr]:
    """Write a scalar as a sum of coefficient * product of traces; the empty product is the constant.

    >>> from sympy import MatrixSymbol, symbols
    >>> N, P = symbols("N P")
    >>> a, b = MatrixSymbol("a", N, N), MatrixSymbol("b", P, P)
    >>> products_of_traces(2 * N * Trace(a) * (Trace(b) - 3) + P)
    {(): P, (Trace(a),): -6*N, (Trace(a), Trace(b)): 2*N}

    Raises InputError for a trace in a denominator or a function, and for a matrix outside of traces.
    """
    check_products(expression)
    found: dict[tuple[Trace, ...], Expr] = {}
    for traces, coefficient in _products(expression):
        key = tuple(sorted(traces, key=default_sort_key))
        found[key] = found.get(key, S.Zero) + coefficient
    return {key: found[key] for key in sorted(found, key=len) if found[key] != 0}


def linear_in_traces(expression: Expr) -> tuple[dict[Trace, Expr], Expr]:
    """Write a scalar as a sum of coefficient * trace, and a constant.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> N, P = symbols("N P")
    >>> a = MatrixSymbol("a", N, N)
    >>> linear_in_traces((Trace(a) + 2 * N) / N)
    ({Trace(a): 1/N}, 2)

    Raises InputError for a product of traces, or a trace in a denominator or a function.
    """
    terms = products_of_traces(expression)
    for key in terms:
        if len(key) > 1:
            raise InputError(
                "expression",
                f"it contains a product of traces, {Mul(*key)}",
                "take each trace by itself: a product factorises at leading order",
            )
    constant = terms.pop((), S.Zero)
    return {key[0]: coefficient for key, coefficient in terms.items()}, constant


def _sympified(expression: Expr) -> Expr:
    try:
        return sympify(expression, strict=True)
    except SympifyError:
        raise InputError(
            "expression",
            f"{expression!r} is no sympy expression",
            "build it from matrix symbols, or parse it",
        ) from None


def _products(term: Expr) -> list[tuple[tuple[Trace, ...], Expr]]:
    """The terms of a scalar, each as its traces and its coefficient."""
    if isinstance(term, Trace):
        return [((term,), S.One)]
    if not term.has(Trace):
        if term.has(MatrixExpr):
            raise InputError("expression", f"{term} has a matrix outside of traces", "take its trace")
        return [((), term)]
    if isinstance(term, Add):
        return [one for part in term.args for one in _products(part)]
    if isinstance(term, Mul):
        ((_, plain),) = _products(Mul(*(one for one in term.args if not one.has(Trace))))
        return _distributed(plain, [_products(one) for one in term.args if one.has(Trace)])
    if isinstance(term, Pow) and term.exp.is_Integer and term.exp.is_positive:
        if term.exp > MOST_FACTORS:
            raise InputError("expression", f"{term} has too many factors", f"stay within {MOST_FACTORS}")
        return _distributed(S.One, [_products(term.base)] * int(term.exp))
    raise InputError(
        "expression",
        f"it is not linear in traces, and no sum of products of traces: {term}",
        "give a sum of products of traces with coefficients",
    )


def _distributed(
    plain: Expr, parts: list[list[tuple[tuple[Trace, ...], Expr]]]
) -> list[tuple[tuple[Trace, ...], Expr]]:
    total: dict[tuple[Trace, ...], Expr] = {(): plain}
    for part in parts:
        longer: dict[tuple[Trace, ...], Expr] = {}
        for traces, coefficient in total.items():
            for more, factor in part:
                key = tuple(sorted((*traces, *more), key=default_sort_key))
                if len(key) > MOST_FACTORS:
                    raise InputError("expression", "it has too many factors", f"stay within {MOST_FACTORS}")
                longer[key] = longer.get(key, S.Zero) + coefficient * factor
        total = longer
    return list(total.items())


def _check_inverses(node: Node, setting: Setting) -> None:
    """Raise InputError for an inverse that cannot be expanded, wherever it stands."""
    waiting = [node]
    while waiting:
        match waiting.pop():
            case Inversion(argument=argument) as inverse:
                deterministic_part(inverse, setting)
                waiting.append(argument)
            case Sum(terms=parts) | Product(factors=parts):
                waiting.extend(parts)
            case _:
                pass
