"""Spectators: fields that occur once on each side of a trace, integrated out exactly at every size.

A teacher or a label noise stands outside of all inverses, twice in every term: E tr(w A w^T B) = v tr(A) tr(B).
Where one of the two traces is a number the other one is what the expectation is about, and it may have
symmetries that hold for no draw of w, but for the average over w.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sympy import Add, Expr, MatAdd, MatMul, MatrixExpr, Trace, ZeroMatrix

from planaria.algebra.rational import Ratio
from planaria.algebra.values import Portable
from planaria.diagrams.expressions.expression import (
    Diagonal,
    Inversion,
    Letter,
    Node,
    Product,
    Setting,
    Sum,
    prepare,
    product_of,
    read,
    sum_of,
)
from planaria.diagrams.graphs.weight import function_of_matrices, trace_of_function
from planaria.diagrams.graphs.wick import linear_in_traces
from planaria.ensembles.model import Model

__all__ = ["Averaged", "average_spectators", "to_sympy"]


@dataclass(frozen=True)
class Averaged(Portable):
    """An expression after its spectators are integrated out.

    Attributes
    ----------
    expression
        What is left: the same expectation, at every size.
    spectators
        The names of the fields that are gone.
    """

    expression: Expr
    spectators: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Term:
    """coefficient * trace of a product."""

    coefficient: Ratio
    factors: tuple[Node, ...]


def average_spectators(expression: Expr, model: Model) -> Averaged:
    """Integrate out every field that can be, one after the other.

    >>> from sympy import Identity, MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian
    >>> N, P, C, gamma, v = symbols("N P C gamma v", positive=True)
    >>> x, w = MatrixSymbol("x", N, P), MatrixSymbol("w", C, N)
    >>> q = (gamma * Identity(N) + x * x.T).inv()
    >>> average_spectators(Trace(w * q * w.T), Model([Gaussian(x), Gaussian(w, variance=v)]))
    Averaged(expression=C*v*Trace((gamma*I + x*x.T)**(-1)), spectators=('w',))

    The expression is linear in traces; one without spectators comes back as it is.
    """
    traces, constant = linear_in_traces(expression)
    setting = prepare([expression], model, extra=[*traces.values(), constant])
    terms = [
        one
        for trace, coefficient in traces.items()
        for one in _distribute(setting.ring(coefficient), read(trace.arg, setting), setting)
    ]
    gone: list[str] = []
    while True:
        for index, field in enumerate(setting.fields):
            averaged = _average(terms, index, setting)
            if averaged is not None:
                terms = averaged
                gone.append(field.name)
                break
        else:
            break
    if not gone:
        return Averaged(expression)
    parts = [term.coefficient.to_sympy() * _trace(term.factors, setting) for term in terms]
    return Averaged(Add(constant, *parts), tuple(gone))


def _average(terms: list[_Term], index: int, setting: Setting) -> list[_Term] | None:
    """The terms with one field integrated out; None if it is no spectator."""
    if not any(_occurs(factor, index) for term in terms for factor in term.factors):
        return None
    result: list[_Term] = []
    for term in terms:
        places = [k for k, one in enumerate(term.factors) if isinstance(one, Letter) and one.field == index]
        if sum(_occurs(one, index) for one in term.factors) > len(places) or len(places) > 2:
            return None
        if not places:
            result.append(term)
        elif len(places) == 2:
            averaged = _contract(term, places[0], places[1], setting)
            if averaged is None:
                return None
            result.extend(averaged)
        # A single letter has no partner, and the term has no expectation.
    return result


def _contract(term: _Term, i: int, j: int, setting: Setting) -> list[_Term] | None:
    """E tr(w A w^T B) where A or B is deterministic, with its trace a multiple of the dimension."""
    one, other = term.factors[i], term.factors[j]
    assert isinstance(one, Letter)
    assert isinstance(other, Letter)
    field = setting.fields[one.field]
    # A field with twisted contractions between these letters would give a second, reversed trace.
    if not one.pairs_untwisted(other, field.law) or one.pairs_twisted(other, field.law):
        return None
    left, right = (field.cols, field.rows) if one.transposed else (field.rows, field.cols)
    inside = product_of(setting, [*term.factors[i + 1 : j], Diagonal(one.cols, right)])
    outside = product_of(setting, [*term.factors[j + 1 :], *term.factors[:i], Diagonal(one.rows, left)])
    for closed, rest in ((inside, outside), (outside, inside)):
        if isinstance(closed, Diagonal) and not _depends(closed.value, setting):
            dimension = setting.ring(closed.space)
            ribbon = field.variance * field.weight(one, other, twisted=False)
            factor = term.coefficient * ribbon * closed.value * dimension
            return _distribute(factor, rest, setting)
    return None


def _depends(value: Ratio, setting: Setting) -> bool:
    return bool(value.support() & {symbol for _, symbol in setting.matrices})


def _occurs(node: Node, index: int) -> bool:
    return index in _fields(node)


def _distribute(coefficient: Ratio, node: Node, setting: Setting) -> list[_Term]:
    """A trace as a sum of traces of products: sums are grouped by their outermost letters and multiplied out.

    Only letters of fields that stand outside of every inverse are split off: the others are no spectators.
    """
    inner = set(_inside_inverses(node))
    terms = [_Term(coefficient, ())]
    for factor in node.factors if isinstance(node, Product) else (node,):
        groups = _groups(factor, inner, setting) if isinstance(factor, Sum) else [(factor,)]
        terms = [_Term(term.coefficient, (*term.factors, *group)) for term in terms for group in groups]
    return [_flat(term, setting) for term in terms]


def _flat(term: _Term, setting: Setting) -> _Term:
    node = product_of(setting, term.factors)
    coefficient, factors = term.coefficient, []
    for factor in node.factors if isinstance(node, Product) else (node,):
        if isinstance(factor, Diagonal) and not _depends(factor.value, setting):
            coefficient = coefficient * factor.value
        else:
            factors.append(factor)
    return _Term(coefficient, tuple(factors) or (Diagonal(node.rows, setting.ring.one),))


def _groups(node: Sum, inner: set[int], setting: Setting) -> list[tuple[Node, ...]]:
    """The terms of a sum, those that begin and end with the same outer letters factored together."""
    groups: dict[tuple[Letter | None, Letter | None], list[Node]] = {}

    def outer(candidate: Node) -> Letter | None:
        return candidate if isinstance(candidate, Letter) and candidate.field not in inner else None

    parts = [_scalar_first(one, setting) for term in node.terms for one in _opened(term, inner, setting)]
    for scalar, factors in sorted(parts, key=lambda part: len(part[1]) == 1):
        first = outer(factors[0])
        last = outer(factors[-1])
        if len(factors) == 1:  # the letter may be taken to either side: to where it stands in other terms
            taken_last = last is not None and any(key[1] == last for key in groups)
            first, last = (None, last) if taken_last else (first, None)
        middle = factors[first is not None : len(factors) - (last is not None)]
        space = node.rows if first is None else first.cols
        groups.setdefault((first, last), []).append(product_of(setting, [Diagonal(space, scalar), *middle]))
    if set(groups) == {(None, None)}:
        return [(node,)]
    return [
        tuple(
            one for one in (first, sum_of(setting, rests, rests[0].rows, rests[0].cols), last) if one is not None
        )
        for (first, last), rests in groups.items()
    ]


def _opened(term: Node, inner: set[int], setting: Setting) -> list[Node]:
    """A term multiplied out, so that no outer letter stands inside of a sum in it."""
    if not isinstance(term, Product):
        return [term]
    products: list[tuple[Node, ...]] = [()]
    for factor in term.factors:
        parts: list[Node] = [factor]
        if isinstance(factor, Sum) and any(field not in inner for field in _fields(factor)):
            parts = [one for part in factor.terms for one in _opened(part, inner, setting)]
        products = [(*before, part) for before in products for part in parts]
    return [product_of(setting, factors) for factors in products]


def _fields(node: Node) -> Iterator[int]:
    match node:
        case Letter(field=field):
            yield field
        case Sum(terms=parts) | Product(factors=parts):
            for part in parts:
                yield from _fields(part)
        case Inversion(argument=argument):
            yield from _fields(argument)
        case _:
            pass


def _scalar_first(term: Node, setting: Setting) -> tuple[Ratio, tuple[Node, ...]]:
    factors = term.factors if isinstance(term, Product) else (term,)
    head = factors[0]
    if len(factors) > 1 and isinstance(head, Diagonal) and not _depends(head.value, setting):
        return head.value, factors[1:]
    return setting.ring.one, factors


def _inside_inverses(node: Node) -> Iterator[int]:
    match node:
        case Sum(terms=parts) | Product(factors=parts):
            for part in parts:
                yield from _inside_inverses(part)
        case Inversion(argument=argument):
            yield from _fields(argument)
        case _:
            pass


def _trace(factors: Iterable[Node], setting: Setting) -> Expr:
    node = product_of(setting, factors)
    if isinstance(node, Diagonal):
        return trace_of_function(node.space, node.value, setting)
    return Trace(to_sympy(node, setting))


def to_sympy(node: Node, setting: Setting) -> MatrixExpr:
    """The matrix expression that a tree was read from, or one that is read to the same tree."""
    match node:
        case Diagonal(space=space, value=value):
            return function_of_matrices(space, value, setting)
        case Letter(field=field):
            symbol = setting.model.fields[field].symbol
            if node.conjugated:
                return symbol.adjoint() if node.transposed else symbol.adjoint().T
            return symbol.T if node.transposed else symbol
        case Sum(terms=terms):
            parts = [to_sympy(term, setting) for term in terms]
            return MatAdd(*parts) if parts else ZeroMatrix(node.rows, node.cols)
        case Product():
            term = _flat(_Term(setting.ring.one, node.factors), setting)
            factors = [to_sympy(factor, setting) for factor in term.factors]
            return MatMul(*factors) if term.coefficient.is_one else MatMul(term.coefficient.to_sympy(), *factors)
        case Inversion(argument=argument):
            return to_sympy(argument, setting).inv()
