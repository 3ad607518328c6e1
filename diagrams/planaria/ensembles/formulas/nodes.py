"""The tree of a formula: sums, products, powers, sums over eigenvalues, determinants, as they were written.

Unlike an expression of sympy, a tree is not put in order: what is shown of it is what somebody wrote, and a
place in it stays the same place when something beside it is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol, TypeAlias, TypeVar

__all__ = [
    "Algebra",
    "Determinant",
    "Identity",
    "Name",
    "Negative",
    "Node",
    "Number",
    "Over",
    "Path",
    "Plus",
    "Power",
    "Quotient",
    "Times",
    "at_path",
    "computed",
    "names_of",
    "parts",
    "places",
    "replaced",
    "tidied",
]


@dataclass(frozen=True)
class Number:
    """A rational number that is not negative."""

    value: Fraction


@dataclass(frozen=True)
class Name:
    """A parameter, a dimension, an unknown, a sum, an eigenvalue; in a trace, a matrix."""

    name: str


@dataclass(frozen=True)
class Identity:
    """The identity matrix of a space, in a trace."""

    space: str


@dataclass(frozen=True)
class Negative:
    """A minus in front."""

    of: Node


@dataclass(frozen=True)
class Plus:
    """A sum of two or more terms; a difference has a `Negative` term."""

    terms: tuple[Node, ...]


@dataclass(frozen=True)
class Times:
    """A product of two or more factors."""

    factors: tuple[Node, ...]


@dataclass(frozen=True)
class Quotient:
    """One over another; an inverse of a matrix in a trace is one over it, with the word ``inv``."""

    above: Node
    below: Node
    word: str = ""


@dataclass(frozen=True)
class Power:
    """A power with a rational exponent; a square root has the word ``sqrt``."""

    base: Node
    exponent: Fraction
    word: str = ""


@dataclass(frozen=True)
class Over:
    """A sum over the eigenvalues of a space: ``sum(...)`` of eigenvalues, or ``tr(...)`` of their matrices."""

    summand: Node
    word: str = "sum"


@dataclass(frozen=True)
class Determinant:
    """The determinant of a square matrix that is written out."""

    rows: tuple[tuple[Node, ...], ...]


Node: TypeAlias = Number | Name | Identity | Negative | Plus | Times | Quotient | Power | Over | Determinant

Path: TypeAlias = tuple[int, ...]
"""A place in a tree: which part, which part of that, and so on."""

T = TypeVar("T")


def parts(node: Node) -> tuple[Node, ...]:
    """What a node is made of, in the order in which it is written.

    >>> parts(Quotient(Name("a"), Name("b")))
    (Name(name='a'), Name(name='b'))
    """
    match node:
        case Number() | Name() | Identity():
            return ()
        case Negative(of=one) | Over(summand=one) | Power(base=one):
            return (one,)
        case Plus(terms=several) | Times(factors=several):
            return several
        case Quotient(above=above, below=below):
            return above, below
        case Determinant(rows=rows):
            return tuple(one for row in rows for one in row)


def _with_parts(node: Node, new: tuple[Node, ...]) -> Node:
    match node:
        case Number() | Name() | Identity():
            return node
        case Negative():
            return Negative(new[0])
        case Over(word=word):
            return Over(new[0], word)
        case Power(exponent=exponent, word=word):
            return Power(new[0], exponent, word)
        case Plus():
            return Plus(new)
        case Times():
            return Times(new)
        case Quotient(word=word):
            return Quotient(new[0], new[1], word)
        case Determinant(rows=rows):
            width = len(rows)
            return Determinant(tuple(new[n * width : (n + 1) * width] for n in range(width)))


def places(node: Node) -> Iterator[tuple[Path, Node]]:
    """Every place of a tree with what stands there, the whole first."""
    pending: list[tuple[Path, Node]] = [((), node)]
    while pending:
        path, one = pending.pop()
        yield path, one
        pending += [((*path, n), part) for n, part in reversed(list(enumerate(parts(one))))]


def at_path(node: Node, path: Path) -> Node:
    """What stands at a place."""
    for n in path:
        node = parts(node)[n]
    return node


def replaced(node: Node, path: Path, new: Node) -> Node:
    """The tree with something else at a place.

    >>> replaced(Plus((Name("a"), Name("b"))), (1,), Name("c"))
    Plus(terms=(Name(name='a'), Name(name='c')))
    """
    if not path:
        return new
    first, *rest = path
    own = list(parts(node))
    own[first] = replaced(own[first], tuple(rest), new)
    return _with_parts(node, tuple(own))


def tidied(node: Node) -> Node:
    """The same formula without signs that cancel and brackets that a sum or a product does not need.

    >>> a, b = Name("a"), Name("b")
    >>> tidied(Plus((a, Negative(Negative(b))))), tidied(Negative(Times((Negative(a), b))))
    (Plus(terms=(Name(name='a'), Name(name='b'))), Times(factors=(Name(name='a'), Name(name='b'))))
    """
    node = _with_parts(node, tuple(tidied(one) for one in parts(node)))
    match node:
        case Negative(of=Negative(of=one)):
            return one
        case Plus(terms=terms):
            flat = [one for term in terms for one in (term.terms if isinstance(term, Plus) else (term,))]
            return Plus(tuple(flat))
        case Times(factors=(first, *others)):
            if isinstance(first, Negative):
                return tidied(Negative(Times((first.of, *others))))
            flat = [*(first.factors if isinstance(first, Times) else (first,)), *others]
            flat = [one for one in flat if one != Number(Fraction(1))] or flat[:1]
            return flat[0] if len(flat) == 1 else Times(tuple(flat))
        case Quotient(above=above, below=Number(value=Fraction(numerator=1, denominator=1)), word=""):
            return above
        case Quotient(above=Negative(of=one), below=below, word=""):
            return Negative(Quotient(one, below))
        case _:
            return node


def names_of(node: Node) -> frozenset[str]:
    """Every name in a tree."""
    return frozenset(one.name for _, one in places(node) if isinstance(one, Name))


class Algebra(Protocol[T]):
    """What a formula is computed in: floats, arrays, balls, rational functions."""

    def number(self, value: Fraction) -> T: ...
    def name(self, name: str) -> T: ...
    def power(self, base: T, exponent: Fraction) -> T: ...
    def over(self, node: Over) -> T: ...


def computed(node: Node, algebra: Algebra[Any]) -> Any:
    """The value of a formula in an algebra, whose values know + - * and /.

    Raises ZeroDivisionError where the algebra does.
    """
    match node:
        case Number(value=value):
            return algebra.number(value)
        case Name(name=name):
            return algebra.name(name)
        case Identity():
            return algebra.number(Fraction(1))
        case Negative(of=one):
            return -computed(one, algebra)
        case Plus(terms=terms):
            total = computed(terms[0], algebra)
            for one in terms[1:]:
                if isinstance(one, Negative):
                    total = total - computed(one.of, algebra)
                else:
                    total = total + computed(one, algebra)
            return total
        case Times(factors=factors):
            product = computed(factors[0], algebra)
            for one in factors[1:]:
                product = product * computed(one, algebra)
            return product
        case Quotient(above=above, below=below):
            return computed(above, algebra) / computed(below, algebra)
        case Power(base=base, exponent=exponent):
            return algebra.power(computed(base, algebra), exponent)
        case Over():
            return algebra.over(node)
        case Determinant(rows=rows):
            return _determinant([[computed(one, algebra) for one in row] for row in rows])


def _determinant(rows: list[list[Any]]) -> Any:
    """By minors: the matrices that people write out are small."""
    if len(rows) == 1:
        return rows[0][0]
    total: Any = None
    for n, first in enumerate(rows[0]):
        term = first * _determinant([[*row[:n], *row[n + 1 :]] for row in rows[1:]])
        term = -term if n % 2 else term
        total = term if total is None else total + term
    return total
