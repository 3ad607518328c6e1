"""Where the order of deterministic matrices is lost: they commute, so that the order of a product does not count.

A product of deterministic matrices of one space is read as one function of their eigenvalues, and written in the
order of their names. So A*C - C*A is zero, but only because all deterministic matrices of a space commute here.
What relies on that says so, with the sentences that are made here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from sympy import (
    Adjoint,
    Expr,
    Identity,
    Inverse,
    MatAdd,
    MatMul,
    MatPow,
    MatrixExpr,
    MatrixSymbol,
    Trace,
    Transpose,
)

from planaria.diagrams.expressions.contents import contents_of
from planaria.diagrams.expressions.trace_function import in_text_order
from planaria.ensembles.model import Model

__all__ = ["Reordering", "reorderings"]

_Part = frozenset[MatrixSymbol] | None  # the matrices of a deterministic factor; None where there are fields alone


@dataclass(frozen=True)
class Reordering:
    """Two matrices of one space whose order does not count.

    Attributes
    ----------
    before
        A product as it was written; as it may arise, where covariances meet what stands beside their field.
    after
        The same product in the order of the names.
    literal
        Whether it stands in the expression.
    """

    before: MatMul
    after: MatMul
    literal: bool

    @property
    def sentence(self) -> str:
        """What happened, and why it is allowed."""
        first, second = self.after.args
        space = first.shape[0]
        if self.literal:
            commute = f"deterministic matrices of one space, here {space}, commute"
            return f"{self.before} is read as {self.after}: {commute}"
        return (
            f"{first} and {second}, matrices of the space {space}, commute: "
            f"their products are written in the order of the names, whatever order they arise in"
        )


def reorderings(expression: Expr, model: Model) -> tuple[Reordering, ...]:
    """Every pair of deterministic matrices whose order is lost on reading an expression, or on averaging fields.

    >>> from sympy import symbols
    >>> from planaria.diagrams import Gaussian
    >>> N, P = symbols("N P", positive=True)
    >>> A, C, x = MatrixSymbol("A", N, N), MatrixSymbol("C", N, N), MatrixSymbol("x", N, P)
    >>> for one in reorderings(Trace((A*C - C*A) * x * x.T), Model([Gaussian(x)])):
    ...     print(one.sentence)
    C*A is read as A*C: deterministic matrices of one space, here N, commute
    >>> reorderings(Trace(A * C * x * x.T), Model([Gaussian(x)]))
    ()
    """
    reader = _Reader(model)
    for trace in in_text_order(expression.atoms(Trace)):
        reader.trace(trace.arg)
    if isinstance(expression, MatrixExpr):
        reader.product(expression)
    contents = contents_of(expression, model)
    covariances = [one for field in contents.fields for one in (field.rows, field.cols) if one is not None]
    for covariance in covariances:
        reader.product(covariance)
    return tuple(reader.found.values()) + tuple(_meeting(expression, covariances, reader))


def _meeting(expression: Expr, covariances: list[MatrixExpr], reader: _Reader) -> Iterator[Reordering]:
    """Pairs of what stands in a face again and again with what it meets there.

    That are covariances and the matrices under an inverse; they meet one another, and all others.
    """
    inverses = reader.inverses(expression)
    outside = expression.xreplace({one: Identity(one.shape[0]) for one in inverses})
    sources = [reader.matrices(one) for one in (*covariances, *inverses, outside)]
    pairs = {
        (min(a, c, key=_name), max(a, c, key=_name))
        for n, one in enumerate(sources[:-1])
        for other in sources[n + 1 :]
        for a in one
        for c in other
        if a != c and a.shape == c.shape
    }
    for corners in reader.corners:
        # On a circle that can be turned over, two matrices of which one stands once have one order, and so have
        # three that stand once.
        counts = sorted(corners.values())
        if sum(counts) > 3 and not (len(counts) == 2 and counts[0] == 1):
            names = sorted(corners, key=_name)
            pairs |= {(a, c) for a in names for c in names if _name(a) < _name(c) and a.shape == c.shape}
    for first, second in sorted(pairs, key=str):
        if (first, second) not in reader.found:
            after = MatMul(first, second, evaluate=False)
            yield Reordering(MatMul(second, first, evaluate=False), after, literal=False)


class _Reader:
    """Goes through expressions as they are written, and keeps the pairs that stand against the names' order."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.found: dict[tuple[MatrixSymbol, MatrixSymbol], Reordering] = {}
        self.corners: list[Counter[MatrixSymbol]] = []  # how many stretches of a trace with fields have a matrix

    def matrices(self, expression: Expr) -> frozenset[MatrixSymbol]:
        """The deterministic matrices that have eigenvalues of their own."""
        return frozenset(
            one
            for one in expression.atoms(MatrixSymbol)
            if self.model.field_index(one) is None
            and not ((spectrum := self.model.spectrum(one)) and spectrum.is_identity)
        )

    def inverses(self, expression: Expr) -> list[MatrixExpr]:
        """The inverses with fields in them, without those inside of others."""
        found = [
            one
            for one in expression.atoms(Inverse, MatPow)
            if (one.exp.is_negative or isinstance(one, Inverse))
            and any(self.model.field_index(atom) is not None for atom in one.atoms(MatrixSymbol))
        ]
        return [one for one in in_text_order(found) if not any(other != one and other.has(one) for other in found)]

    def trace(self, expression: MatrixExpr) -> None:
        """A trace of terms: the end of each one meets its beginning."""
        if isinstance(expression, MatAdd):
            for term in expression.args:
                self.trace(term)
            return
        parts = self.parts(expression, False)
        if None in parts:
            start = parts.index(None)
            around = [*parts[start:], *parts[:start]]
            self.stretches(around)
            ends = [n for n, part in enumerate(around) if part is None] + [len(around)]
            stretches = (around[n + 1 : m] for n, m in pairwise(ends))
            self.corners.append(Counter(one for s in stretches for one in {m for part in s if part for m in part}))
            return
        # A trace may be turned round and over: the order of two matrices in it is none.
        turns = [one[k:] + one[:k] for one in (parts, parts[::-1]) for k in range(len(parts))]
        if parts and not any(self.is_ordered(one) for one in turns):
            self.stretches(parts)

    def product(self, expression: MatrixExpr) -> None:
        self.stretches(self.parts(expression, False))

    def stretches(self, parts: Iterable[_Part]) -> None:
        """Note what stands in another order, in each stretch of deterministic factors."""
        before: list[frozenset[MatrixSymbol]] = []
        for part in parts:
            if part is None:
                before = []
                continue
            for earlier in before:
                for a, c in ((a, c) for c in earlier for a in part if _name(a) < _name(c)):
                    after = MatMul(a, c, evaluate=False)
                    self.found.setdefault((a, c), Reordering(MatMul(c, a, evaluate=False), after, literal=True))
            before.append(part)

    def is_ordered(self, parts: list[_Part]) -> bool:
        """Whether no factor stands after one of a later name."""
        sets = [part for part in parts if part]
        return all(
            _name(c) <= _name(a)
            for n, one in enumerate(sets)
            for other in sets[n + 1 :]
            for c in one
            for a in other
        )

    def parts(self, expression: MatrixExpr, turned: bool) -> list[_Part]:
        """The factors of a product, from left to right; what stands inside of them is gone through by itself."""
        match expression:
            case Transpose() | Adjoint():
                return self.parts(expression.arg, not turned)
            case MatMul():
                factors = [one for one in expression.args if isinstance(one, MatrixExpr)]
                return [p for one in (reversed(factors) if turned else factors) for p in self.parts(one, turned)]
            case Inverse():
                return self.inverse(expression.arg, turned)
            case MatPow() if expression.exp.is_Integer:
                inner = self.parts if expression.exp > 0 else self.inverse
                return inner(expression.base, turned) * min(abs(int(expression.exp)), 2)
            case MatAdd():
                return [self.sum(expression)]
            case Identity():
                return [frozenset()]
            case _:
                found = self.matrices(expression)
                return [found if found or not expression.atoms(MatrixSymbol) else self.bare(expression)]

    def inverse(self, argument: MatrixExpr, turned: bool) -> list[_Part]:
        parts = self.parts(argument, not turned)
        if None not in parts:
            return parts
        self.stretches(self.parts(argument, turned))
        return [None]

    def sum(self, expression: MatAdd) -> _Part:
        """The terms without fields together, as one factor; the others end a stretch."""
        plain: set[MatrixSymbol] = set()
        has_plain = False
        for term in expression.args:
            parts = self.parts(term, False)
            self.stretches(parts)
            if None not in parts:
                has_plain = True
                plain |= {one for part in parts if part for one in part}
        return frozenset(plain) if has_plain else None

    def bare(self, expression: MatrixExpr) -> _Part:
        """A field, or a matrix that is the identity."""
        fields = any(self.model.field_index(one) is not None for one in expression.atoms(MatrixSymbol))
        return None if fields else frozenset()


def _name(matrix: MatrixSymbol) -> str:
    return str(matrix.name)
