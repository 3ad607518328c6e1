"""Feynman rules as data: lines with their bare propagators, and vertices.

A walk through the expansion of K^-1 = (K0 + V)^-1 alternates bare propagators, entries of K0^-1, with
vertices, entries of -V. Both are given here with exactly that sign, so that a diagram is their product.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as attribute

from sympy import Expr, Identity, MatrixSymbol, symbols

from planaria.algebra.linear import Inverse
from planaria.algebra.values import Portable
from planaria.diagrams.expressions.expression import Letter, prepare, read
from planaria.diagrams.rules.pencil import FeynmanRules, linearise
from planaria.ensembles.model import Gaussian, Model

__all__ = ["PencilLine", "VertexRow", "example_rules", "pencil_lines", "suffix", "vertex_table"]

_LARGEST = 40  # terms of a propagator that somebody reads


@dataclass(frozen=True)
class PencilLine(Portable):
    """A row of the pencil and the column of its space that goes with it.

    Attributes
    ----------
    number
        The name of the line, from 1.
    space, row, column
        The range of its index, and where it stands in the pencil.
    inverse
        The deterministic entries in its row, by the number of the line whose column they are in.
    propagators
        The entries of K0^-1 from its column to the rows of other lines, and itself, by their number. Empty
        where K0 is singular; None for a function that is too long to be read.
    """

    number: int
    space: Expr
    row: int
    column: int
    inverse: tuple[tuple[int, Expr], ...]
    propagators: tuple[tuple[int, Expr | None], ...]

    @property
    def propagator(self) -> Expr | None:
        """The bare propagator of the line by itself; None where there is none, or a long one."""
        return dict(self.propagators).get(self.number)


@dataclass(frozen=True)
class VertexRow(Portable):
    """A vertex: the lines that meet at it, and the field between its two deterministic factors.

    ``left`` carries the sign of -V. ``field`` is written with ``.T``, ``.H`` or ``.conj``.
    """

    row: int
    column: int
    field: str
    left: Expr
    right: Expr
    letter: Letter = attribute(repr=False)


def pencil_lines(rules: FeynmanRules) -> tuple[PencilLine, ...]:
    """The index lines, numbered in the order of the rows of the pencil.

    >>> lines = pencil_lines(example_rules())
    >>> [(line.number, line.space, line.propagator) for line in lines]
    [(1, P, 1), (2, N, 1/gamma)]
    """
    column_of = _pairing(rules)
    number = {column: row + 1 for row, column in column_of.items()}
    found: dict[int, PencilLine] = {}
    for space in dict.fromkeys(rules.row_spaces):
        rows, bare = rules.rows_of(space), rules.bare_inverse(space)
        columns = [column_of[row] for row in rows]
        inverse = Inverse(rules.setting.ring, bare, rows, columns)
        for row, column in zip(rows, columns, strict=True):
            entries = tuple((number[j], bare[row, j].to_sympy()) for j in columns if (row, j) in bare)
            line = [] if inverse.is_singular else [(i, inverse.entry(column, i)) for i in rows]
            propagators = tuple(
                (i + 1, value.to_sympy() if value.size <= _LARGEST else None) for i, value in line if value
            )
            found[row] = PencilLine(row + 1, space, row, column, entries, propagators)
    return tuple(found[row] for row in sorted(found))


def vertex_table(rules: FeynmanRules) -> tuple[VertexRow, ...]:
    """The vertices in the order of the pencil, with the numbers that `pencil_lines` gives.

    >>> for vertex in vertex_table(example_rules()):
    ...     print(vertex)
    VertexRow(row=1, column=2, field='x.T', left=-1, right=1)
    VertexRow(row=2, column=1, field='x', left=1, right=1)
    """
    number_of_column = {column: row + 1 for row, column in _pairing(rules).items()}
    found = []
    for row, column, vertex in rules.vertices():
        name = rules.setting.fields[vertex.letter.field].name + suffix(vertex.letter)
        left, right = -vertex.left, vertex.right
        if right.numerator.leading_coefficient() < 0:
            left, right = -left, -right
        factors = left.to_sympy(), right.to_sympy()
        found.append(VertexRow(row + 1, number_of_column[column], name, *factors, vertex.letter))
    return tuple(found)


def suffix(letter: Letter) -> str:
    """How a letter is marked behind the name of its field: .T, .H, .conj or nothing."""
    if letter.transposed:
        return ".H" if letter.conjugated else ".T"
    return ".conj" if letter.conjugated else ""


def _pairing(rules: FeynmanRules) -> dict[int, int]:
    """To each row of the pencil a column of the same space: the same number where that is one."""
    pairs: dict[int, int] = {}
    for space in dict.fromkeys(rules.row_spaces):
        rows, columns = rules.rows_of(space), rules.cols_of(space)
        same = set(rows) & set(columns)
        others = ([i for i in blocks if i not in same] for blocks in (rows, columns))
        pairs.update([(i, i) for i in same] + list(zip(*others, strict=True)))
    return pairs


def example_rules() -> FeynmanRules:
    """The rules of a resolvent of x x^T, for docstrings."""
    N, P, gamma = symbols("N P gamma", positive=True)
    x = MatrixSymbol("x", N, P)
    q = (gamma * Identity(N) + x * x.T).inv()
    setting = prepare([q], Model([Gaussian(x)]))
    return linearise([read(q, setting)], setting)
