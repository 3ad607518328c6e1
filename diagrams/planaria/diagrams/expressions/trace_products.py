"""What is expanded: a scalar as a sum of products of traces, or several factors of a correlator.

Every factor of a term becomes one word: a closed one for a trace, an open one for a matrix expression.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import chain, product
from math import comb

from sympy import (
    Add,
    Expr,
    MatrixExpr,
    MatrixSymbol,
    Mul,
    Pow,
    S,
    SympifyError,
    Trace,
    default_sort_key,
    multinomial_coefficients,
    sympify,
)

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
from planaria.ensembles.extent import MOST_PRODUCTS, check_products
from planaria.ensembles.model import Model

__all__ = ["Factor", "Term", "linear_in_traces", "products_of_traces", "read_terms"]

MOST_WORDS = 64
"""Factors of a product, each a word of every diagram. Exact moments make no diagrams, and do not ask for it."""


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
            if len(key) > MOST_WORDS:
                raise InputError("expression", f"it has too many factors, {len(key)}", f"stay within {MOST_WORDS}")
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


def products_of_traces(expression: Expr, model: Model | None = None) -> dict[tuple[Trace, ...], Expr]:
    """Write a scalar as a sum of coefficient * product of traces; the empty product is the constant.

    Products come by their lengths, the traces of a product in sympy's order. Coefficients are not multiplied out.

    Parameters
    ----------
    model
        Where it is given, a root, a quotient or a function of traces without its fields is a coefficient.

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian
    >>> N, P = symbols("N P")
    >>> a, b = MatrixSymbol("a", N, N), MatrixSymbol("b", P, P)
    >>> products_of_traces(2 * N * Trace(a) * (Trace(b) - 3) + P)
    {(): P, (Trace(a),): -6*N, (Trace(a), Trace(b)): 2*N}
    >>> products_of_traces(Trace(a) ** 2 / Trace(b), Model([Gaussian(a)]))
    {(Trace(a), Trace(a)): 1/Trace(b)}

    Raises InputError for any other trace in a denominator or a function, a matrix outside of traces, and
    beyond the bounds of `extent`.
    """
    expression = _sympified(expression)
    if not isinstance(expression, Expr):
        raise InputError("expression", f"{expression} is no scalar", "give a sum of products of traces")
    check_products(expression)
    traces = sorted(expression.atoms(Trace), key=default_sort_key)
    found = _Reader({trace: place for place, trace in enumerate(traces)}, model).polynomial(expression)
    return {
        tuple(traces[place] for place, power in monomial for _ in range(power)): coefficient
        for monomial, coefficient in sorted(found.items(), key=lambda one: _degree(one[0]))
        if coefficient != 0
    }


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


_Monomial = tuple[tuple[int, int], ...]
"""A product of traces: the place of each trace, in order, with its exponent."""

_Polynomial = dict[_Monomial, Expr]


@dataclass(frozen=True)
class _Reader:
    """Multiplies scalars out: the places of traces, and a model whose fields are in no coefficient."""

    places: Mapping[Trace, int]
    model: Model | None

    def polynomial(self, term: Expr) -> _Polynomial:
        """A scalar as a polynomial in traces, in the order in which a multiplication by hand finds its terms."""
        if isinstance(term, Trace):
            return {((self.places[term], 1),): S.One}
        if not term.has(Trace):
            if term.has(MatrixExpr):
                raise InputError("expression", f"{term} has a matrix outside of traces", "take its trace")
            return {(): term}
        if isinstance(term, Add):
            return _collected(one for part in term.args for one in self.polynomial(part).items())
        if isinstance(term, Mul):
            return reduce(_times, map(self.polynomial, term.args))
        if isinstance(term, Pow) and term.exp.is_Integer and term.exp.is_positive:
            return _power(self.polynomial(term.base), int(term.exp))
        if self.model is None or any(self.model.field_index(one) is not None for one in term.atoms(MatrixSymbol)):
            raise InputError(
                "expression",
                f"it is no polynomial in traces: {term}",
                "give sums, products and positive powers of traces",
            )
        return {(): term}


def _collected(terms: Iterable[tuple[_Monomial, Expr]]) -> _Polynomial:
    """Terms added up, the coefficients of one product all at once: sympy goes through a sum whenever it grows."""
    found: dict[_Monomial, list[Expr]] = {}
    for monomial, coefficient in terms:
        found.setdefault(monomial, []).append(coefficient)
    return {monomial: Add(*parts) if len(parts) > 1 else parts[0] for monomial, parts in found.items()}


def _times(left: _Polynomial, right: _Polynomial) -> _Polynomial:
    return _collected((_joined(one, other), a * b) for one, a in left.items() for other, b in right.items())


def _power(base: _Polynomial, exponent: int) -> _Polynomial:
    """The multinomial theorem, or one factor after the other where more terms collect than remain."""
    if comb(exponent + len(base) - 1, exponent) > MOST_PRODUCTS:
        return reduce(_times, [base] * exponent)
    return _collected(
        _chosen(base, exponents, number)
        for exponents, number in sorted(multinomial_coefficients(len(base), exponent).items(), reverse=True)
    )


def _chosen(base: _Polynomial, exponents: Sequence[int], number: int) -> tuple[_Monomial, Expr]:
    """A product of powers of the terms of a sum, so many times."""
    powers = [(*term, e) for term, e in zip(base.items(), exponents, strict=True) if e]
    monomial = _joined(*(tuple((place, e * power) for place, power in one) for one, _, e in powers))
    return monomial, Mul(number, *(coefficient**e for _, coefficient, e in powers if coefficient != 1))


def _joined(*monomials: _Monomial) -> _Monomial:
    """The product of monomials."""
    powers: dict[int, int] = {}
    for place, power in chain.from_iterable(monomials):
        powers[place] = powers.get(place, 0) + power
    return tuple(sorted(powers.items()))


def _degree(monomial: _Monomial) -> int:
    return sum(power for _, power in monomial)


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
