"""Exact moments: the expectation of a polynomial in traces, at every finite size, and its planar part.

Nothing is enumerated. Integration by parts (``contraction``, ``spheres``) leads from each product of traces
to shorter ones, and those that are equal are done once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import comb, prod
from typing import Any

from sympy import Expr, MatrixExpr

from planaria.algebra.errors import InputError, check_truth
from planaria.diagrams.expressions.trace_products import products_of_traces
from planaria.diagrams.moments.faces_to_traces import FaceSum
from planaria.diagrams.moments.integration_by_parts import Contractions, State, too_much
from planaria.diagrams.moments.planar import PlanarContractions
from planaria.diagrams.moments.trace_polynomials import products_of_words
from planaria.ensembles.question import Asked, question

__all__ = ["HIGHEST_DEGREE", "MOST_PRODUCTS", "moment"]

HIGHEST_DEGREE = 96
MOST_PRODUCTS = 100_000


def moment(
    expression: Asked,
    model: Asked | None = None,
    *,
    connected: bool = False,
    planar: bool = False,
    limit: int | None = MOST_PRODUCTS,
) -> Expr:
    """The exact expectation of a polynomial in traces, at every finite size.

    Parameters
    ----------
    expression
        A trace of a polynomial in fields and deterministic matrices, a product or a power of such traces, or a
        sum of those with scalar coefficients.
    model
        The fields and their laws. Or a model, by its name, by the path of its file or as a `ModelFile`, and one of
        its quantities or an expression in its grammar: ``moment("wigner", "tr(h**4)")``.
    connected
        Take each product of traces as a correlator and give its connected part, the cumulant. A trace without
        fields is a coefficient.
    planar
        Only the sphere: the planar part of each trace of a product, multiplied, which is the leading order; with
        ``connected``, the connected contractions of Euler characteristic 2.
    limit
        The largest number of different products of traces to go through. None lifts it, and the bound on
        the degree, `HIGHEST_DEGREE`, with it.

    Returns
    -------
    Expr
        Expanded: a polynomial in dimensions, parameters and traces of products of the deterministic matrices.
        Negative powers of scalars stand where variances and coefficients have them.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> N, P, M = symbols("N P M", positive=True)
    >>> Lambda, x, u = MatrixSymbol("Lambda", M, M), MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
    >>> model = Model([Gaussian(x, rows=Lambda), Gaussian(u)])
    >>> phi = u * x
    >>> moment(Trace(phi * phi.T), model)
    N*P*Trace(Lambda)
    >>> y = MatrixSymbol("y", N, P)
    >>> wishart, real = y * y.T, Model([Gaussian(y)])
    >>> moment(Trace(wishart**3), real)
    N**3*P + 3*N**2*P**2 + 3*N**2*P + N*P**3 + 3*N*P**2 + 4*N*P
    >>> moment(Trace(wishart**3), real, planar=True)
    N**3*P + 3*N**2*P**2 + N*P**3
    >>> moment(Trace(wishart)**2, real), moment(Trace(wishart)**2, real, connected=True)
    (N**2*P**2 + 2*N*P, 2*N*P)

    Raises InputError for what is no such polynomial, for a degree above the bound, and at the limit.
    """
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise InputError("limit", f"{limit!r} is no positive whole number", "give a number of products, or None")
    check_truth(connected, "connected")
    check_truth(planar, "planar")
    asked = question(expression, model, "moment")
    if isinstance(asked.expression, MatrixExpr):
        raise InputError("expression", "it is a matrix, and a moment is a number", "take its trace")
    terms = products_of_traces(asked.expression, asked.model)
    alphabet, products = products_of_words(
        terms, asked.model, connected=connected, highest_degree=None if limit is None else HIGHEST_DEGREE
    )
    states = tuple(dict.fromkeys(one.words for one in products))
    if connected and limit is not None and sum(map(_number_of_shares, states)) > limit:
        raise too_much(limit)
    if planar:
        roots: Sequence[State] = states if connected else [(word,) for state in states for word in state]
        spheres = PlanarContractions(alphabet, (root for root in roots if root), limit)
        faces, found = spheres.faces, spheres.values()
    else:
        roots = [part for state in states for part, _, _ in _shares(state)] if connected else states
        contractions = Contractions(alphabet, roots, limit)
        faces, found = contractions.faces, contractions.values()
    total = FaceSum(alphabet, faces, (one.faces for one in products))
    value = _value(found, total.one, connected=connected, planar=planar)
    for one, coefficient in products.items():
        total.add(coefficient, one.faces, value(one.words))
    return total.to_sympy()


def _value(found: Mapping[State, Any], one: Any, *, connected: bool, planar: bool) -> Callable[[State], Any]:
    """How the value of a product of traces follows from what integration by parts has found."""
    zero = one * 0

    def expectation(state: State) -> Any:
        return found.get(state, zero) if state else one

    if planar and not connected:
        return lambda state: prod((expectation((word,)) for word in state), start=one)
    if planar or not connected:
        return expectation
    cumulants: dict[State, Any] = {}

    def cumulant(state: State) -> Any:
        """E[state] less all ways to have its first trace in a smaller connected part."""
        if len(state) < 2:
            return expectation(state)
        if state not in cumulants:
            total = expectation(state)
            for with_first, rest, count in _shares(state[1:]):
                if rest:
                    total = total - cumulant((state[0], *with_first)) * expectation(rest) * count
            cumulants[state] = total
        return cumulants[state]

    return cumulant


def _shares(words: State) -> Iterator[tuple[State, State, int]]:
    """The ways to part a sorted product in two, and how often each occurs where traces are equal."""
    kinds = list(Counter(words).items())
    # every part comes after all of its own parts, so that a cumulant finds the smaller ones done
    for taken in product(*(range(number + 1) for _, number in kinds)):
        mine = tuple(word for (word, _), k in zip(kinds, taken, strict=True) for _ in range(k))
        rest = tuple(word for (word, number), k in zip(kinds, taken, strict=True) for _ in range(number - k))
        yield mine, rest, prod(comb(number, k) for (_, number), k in zip(kinds, taken, strict=True))


def _number_of_shares(words: State) -> int:
    """How many pairs there are of a part of a product and a part of that: the work of its cumulants."""
    return prod(comb(number + 2, 2) for number in Counter(words).values())
