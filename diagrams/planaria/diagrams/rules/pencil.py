"""Feynman rules: rational matrix expressions as r = corner + a^T K^-1 b, with K affine in every field.

One pencil K serves several expressions, each read at its own a and b.

K is a block matrix. Its blocks are index lines, its deterministic entries are inverse bare propagators, and
its field entries are the vertices. The plain rules give one block or two for every letter; then every block
whose row or column is deterministic is eliminated.

    atom X        [[1, -X], [0, 1]]                 read at (0, 1)
    product       [[K1, -b1 a2^T], [0, K2]]         read at (a1, b2)
    sum           direct sum
    inverse       [[K, b], [-a^T, 0]]               read at the new corner

(Schur complements; the construction is known as linearisation or as the pencil of a rational expression.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import itemgetter

from sympy import Expr, Symbol, Trace

from planaria.algebra.rational import Ratio
from planaria.algebra.values import Portable
from planaria.diagrams.expressions.expression import Diagonal, Inversion, Letter, Node, Product, Setting, Sum
from planaria.ensembles.extensions import VIEWS, extension

__all__ = ["Entry", "FeynmanRules", "Reading", "Vertex", "linearise"]


@dataclass(frozen=True)
class Vertex:
    """A field in the pencil, between two deterministic functions: left * letter * right."""

    letter: Letter
    left: Ratio
    right: Ratio


@dataclass(frozen=True)
class Entry:
    """One entry of the pencil: a deterministic part and field parts. An absent entry is zero."""

    constant: Ratio | None
    vertices: tuple[Vertex, ...] = ()


@dataclass(frozen=True)
class Reading:
    """Where one expression is read off the inverse pencil: r = corner + a^T K^-1 b.

    a is by column of K, b by row of K; all are functions of the eigenvalues. The corner is the deterministic
    part that elimination has split off. The trace is that of the expression, where it is read for one.
    """

    rows: Expr
    cols: Expr
    a: tuple[tuple[int, Ratio], ...]
    b: tuple[tuple[int, Ratio], ...]
    corner: Ratio
    trace: Trace | None = None


@dataclass(frozen=True)
class FeynmanRules(Portable):
    """The pencil K of some expressions, and where each of them is read.

    Attributes
    ----------
    row_spaces, col_spaces
        The space of each row and of each column block of K; every space occurs equally often in both.
    entries
        The entries of K that are not zero, by (row, column).
    readings
        One for each expression.
    plain_size
        Number of blocks that the plain rules gave before elimination.
    """

    setting: Setting = field(repr=False)
    row_spaces: tuple[Expr, ...]
    col_spaces: tuple[Expr, ...]
    entries: tuple[tuple[tuple[int, int], Entry], ...] = field(repr=False)
    readings: tuple[Reading, ...]
    plain_size: int

    @property
    def size(self) -> int:
        """Number of blocks."""
        return len(self.row_spaces)

    def rows_of(self, space: Expr) -> tuple[int, ...]:
        return tuple(i for i, s in enumerate(self.row_spaces) if s == space)

    def cols_of(self, space: Expr) -> tuple[int, ...]:
        return tuple(i for i, s in enumerate(self.col_spaces) if s == space)

    def vertices(self) -> Iterator[tuple[int, int, Vertex]]:
        """Every field part of the pencil, with its row and its column."""
        for (i, j), entry in self.entries:
            for vertex in entry.vertices:
                yield i, j, vertex

    def eigenvalues_of(self, space: Expr) -> tuple[Symbol, ...]:
        """The eigenvalues that occur in a space: a model may have matrices that no expression here contains."""
        return tuple(symbol for _, symbol in self.setting.matrices_of(space) if symbol in self._support)

    @cached_property
    def _support(self) -> frozenset[Expr]:
        """What pencil, readings and the covariances of its fields depend on."""
        values = [entry.constant for _, entry in self.entries if entry.constant is not None]
        for _, _, vertex in self.vertices():
            field = self.setting.fields[vertex.letter.field]
            values += [vertex.left, vertex.right, field.rows, field.cols]
        for reading in self.readings:
            values += [reading.corner, *(value for _, value in (*reading.a, *reading.b))]
        return frozenset(generator for value in values for generator in value.support())

    def bare_inverse(self, space: Expr) -> dict[tuple[int, int], Ratio]:
        """The deterministic entries of one space: the inverse bare propagator of its index lines."""
        return {
            (i, j): entry.constant
            for (i, j), entry in self.entries
            if entry.constant is not None and self.row_spaces[i] == space and self.col_spaces[j] == space
        }

    def _repr_html_(self) -> str:
        return str(extension(VIEWS, "html")(self))

    def _repr_latex_(self) -> str:
        return str(extension(VIEWS, "latex")(self))


def linearise(nodes: Sequence[Node], setting: Setting, traces: Sequence[Trace] = ()) -> FeynmanRules:
    """The smallest pencil that elimination of deterministic rows and columns reaches.

    The readings name the traces, if there are any: one for each node.

    >>> from sympy import Identity, MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expressions.expression import prepare, read
    >>> N, P, gamma = symbols("N P gamma", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> q = (gamma * Identity(N) + x * x.T).inv()
    >>> setting = prepare([q], Model([Gaussian(x)]))
    >>> rules = linearise([read(q, setting)], setting)
    >>> rules.plain_size, rules.size
    (6, 2)
    """
    pencil = _Pencil(setting)
    for number, node in enumerate(nodes):
        pencil.add_reading(number, node)
    plain = len(pencil.row_spaces)
    pencil.eliminate()
    return pencil.freeze(plain, nodes, traces or [None] * len(nodes))


def _reading(number: int) -> int:
    """Readings are kept as border rows and columns of the pencil, under negative numbers."""
    return -1 - number


class _Pencil:
    """The bordered pencil [[K, b], [a^T, -corner]] while it is being built and reduced.

    Taking Schur complements of blocks of K treats the border like everything else.
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.eigenvalues = frozenset(symbol for _, symbol in setting.matrices)
        self.row_spaces: dict[int, Expr] = {}
        self.col_spaces: dict[int, Expr] = {}
        self.by_row: dict[int, dict[int, Entry]] = {}
        self.by_col: dict[int, set[int]] = {}

    def add_reading(self, number: int, node: Node) -> None:
        a, b = self._build(node)
        border = _reading(number)
        self.by_row[border], self.by_col[border] = {}, set()
        for j, value in a.items():
            self._set(border, j, Entry(value))
        for i, value in b.items():
            self._set(i, border, Entry(value))

    def _block(self, space: Expr, constant: Ratio | None) -> int:
        index = len(self.row_spaces)
        self.row_spaces[index] = self.col_spaces[index] = space
        self.by_row[index], self.by_col[index] = {}, set()
        if constant is not None:
            self._set(index, index, Entry(constant))
        return index

    def _set(self, i: int, j: int, entry: Entry) -> None:
        if entry.constant is None and not entry.vertices:
            self.by_row[i].pop(j, None)
            self.by_col[j].discard(i)
        else:
            self.by_row[i][j] = entry
            self.by_col[j].add(i)

    def _add(self, i: int, j: int, entry: Entry) -> None:
        present = self.by_row[i].get(j)
        self._set(i, j, entry if present is None else _added(present, entry))

    def _build(self, node: Node) -> tuple[dict[int, Ratio], dict[int, Ratio]]:
        """Add the blocks of a node; return where to read it: a over columns, b over rows."""
        one = self.setting.ring.one
        match node:
            case Diagonal(space=space, value=value):
                block = self._block(space, one)
                return {block: value}, {block: one}
            case Letter(rows=rows, cols=cols):
                first, last = self._block(rows, one), self._block(cols, one)
                self._set(first, last, Entry(None, (Vertex(node, -one, one),)))
                return {first: one}, {last: one}
            case Sum(terms=terms):
                a: dict[int, Ratio] = {}
                b: dict[int, Ratio] = {}
                for term in terms:
                    a_term, b_term = self._build(term)
                    a.update(a_term)
                    b.update(b_term)
                return a, b
            case Product(factors=factors):
                built = [self._build(factor) for factor in factors]

                def join(
                    left: tuple[dict[int, Ratio], dict[int, Ratio]],
                    right: tuple[dict[int, Ratio], dict[int, Ratio]],
                ) -> tuple[dict[int, Ratio], dict[int, Ratio]]:
                    for i, b_i in left[1].items():
                        for j, a_j in right[0].items():
                            self._add(i, j, Entry(-(b_i * a_j)))
                    return left[0], right[1]

                return reduce(join, built)
            case Inversion(argument=argument):
                a, b = self._build(argument)
                block = self._block(node.rows, None)
                for i, b_i in b.items():
                    self._set(i, block, Entry(b_i))
                for j, a_j in a.items():
                    self._set(block, j, Entry(-a_j))
                return {block: one}, {block: one}

    def eliminate(self) -> None:
        """Remove deterministic rows and columns, cheapest first, until none is left."""
        while (pivot := self._pivot()) is not None:
            self._schur(*pivot)

    def _pivot(self) -> tuple[int, int] | None:
        best: tuple[int, int] | None = None
        cost = 0
        for i in self.row_spaces:
            row = self.by_row[i]
            row_is_plain = not any(entry.vertices for entry in row.values())
            for j, entry in row.items():
                if j < 0 or entry.vertices or entry.constant is None or not self._is_scalar(entry.constant):
                    continue
                column = self.by_col[j]
                column_is_plain = not any(self.by_row[k][j].vertices for k in column)
                # The border stays deterministic: no field may be carried into it.
                if not column_is_plain and (not row_is_plain or min(row) < 0):
                    continue
                if not row_is_plain and min(column) < 0:
                    continue
                fill = (len(row) - 1) * (len(column) - 1)
                if best is None or fill < cost:
                    best, cost = (i, j), fill
        return best

    def _is_scalar(self, value: Ratio) -> bool:
        """Whether no eigenvalue occurs: a nonzero scalar may be divided by, an eigenvalue can be zero."""
        return not (value.support() & self.eigenvalues)

    def _product(self, left: Entry, right: Entry, scale: Ratio) -> Entry:
        """left * scale * right, at least one of them being deterministic."""
        if not left.vertices:
            assert left.constant is not None
            factor = left.constant * scale
            constant = None if right.constant is None else factor * right.constant
            return Entry(constant, tuple(Vertex(v.letter, factor * v.left, v.right) for v in right.vertices))
        assert right.constant is not None
        constant = None if left.constant is None else left.constant * scale * right.constant
        # A scalar goes to the left of the letter, so that equal vertices are recognised as equal.
        if self._is_scalar(right.constant):
            to_left, to_right = scale * right.constant, self.setting.ring.one
        else:
            to_left, to_right = scale, right.constant
        return Entry(
            constant, tuple(Vertex(v.letter, v.left * to_left, v.right * to_right) for v in left.vertices)
        )

    def _schur(self, i: int, j: int) -> None:
        row = self.by_row[i]
        pivot = row[j].constant
        assert pivot is not None
        inverse = self.setting.ring.one / pivot
        others = [(k, self.by_row[k][j]) for k in self.by_col[j] if k != i]
        for k, left in others:
            for m, right in row.items():
                if m != j:
                    self._add(k, m, self._product(left, right, -inverse))
        for m in row:
            self.by_col[m].discard(i)
        for k, _ in others:
            del self.by_row[k][j]
        del self.by_row[i], self.by_col[j], self.row_spaces[i], self.col_spaces[j]

    def freeze(self, plain_size: int, nodes: Sequence[Node], traces: Sequence[Trace | None]) -> FeynmanRules:
        rows = {i: n for n, i in enumerate(self.row_spaces)}
        cols = {j: n for n, j in enumerate(self.col_spaces)}
        entries = {
            (rows[i], cols[j]): entry
            for i, row in self.by_row.items()
            for j, entry in row.items()
            if i >= 0 and j >= 0
        }
        readings = []
        for number, (node, trace) in enumerate(zip(nodes, traces, strict=True)):
            border = _reading(number)
            a = {cols[j]: _constant(e) for j, e in self.by_row[border].items() if j >= 0}
            b = {rows[i]: _constant(self.by_row[i][border]) for i in self.by_col[border] if i >= 0}
            corner = self.by_row[border].get(border)
            readings.append(
                Reading(
                    node.rows,
                    node.cols,
                    tuple(sorted(a.items(), key=itemgetter(0))),
                    tuple(sorted(b.items(), key=itemgetter(0))),
                    self.setting.ring.zero if corner is None else -_constant(corner),
                    trace,
                )
            )
        return FeynmanRules(
            self.setting,
            tuple(self.row_spaces.values()),
            tuple(self.col_spaces.values()),
            tuple(sorted(entries.items(), key=itemgetter(0))),
            tuple(readings),
            plain_size,
        )


def _constant(entry: Entry) -> Ratio:
    assert entry.constant is not None
    return entry.constant


def _added(first: Entry, second: Entry) -> Entry:
    constant = first.constant
    if second.constant is not None:
        constant = second.constant if constant is None else constant + second.constant
        if not constant:
            constant = None
    vertices: dict[tuple[Letter, Ratio], Ratio] = {}
    for vertex in (*first.vertices, *second.vertices):
        key = vertex.letter, vertex.right
        vertices[key] = vertices[key] + vertex.left if key in vertices else vertex.left
    return Entry(
        constant, tuple(Vertex(letter, left, right) for (letter, right), left in vertices.items() if left)
    )
