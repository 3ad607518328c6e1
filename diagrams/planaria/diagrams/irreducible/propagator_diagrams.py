"""Propagator diagrams: walks through the blocks of a pencil, contracted.

K = K0 + V is the pencil of an expression. Its blocks are index lines, G0 = K0^-1 are their bare propagators,
and every field entry of -V is a vertex, from its row block to its column block. An amputated diagram is a walk
vertex, G0, vertex, ..., vertex with a contraction of its letters:

    K^-1 = G0 + G0 T G0,    T = sum of all amputated diagrams.

The pencil knows what may follow what, so that diagrams can be joined and inserted into one another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from sympy import Expr

from planaria.algebra.errors import InputError
from planaria.algebra.linear import Inverse
from planaria.algebra.rational import Ratio
from planaria.algebra.values import Portable
from planaria.diagrams.expressions.expression import Setting
from planaria.diagrams.expressions.words import Word, split
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.diagrams.graphs.wick import all_contractions, planar_contractions
from planaria.diagrams.rules.pencil import FeynmanRules, Vertex

__all__ = ["LineDiagram", "Lines", "contracted"]


@dataclass(frozen=True)
class LineDiagram:
    """An amputated propagator diagram: vertices of a pencil by number, from left to right, and their ribbons."""

    walk: tuple[int, ...]
    pairing: tuple[int, ...]
    twisted: frozenset[int] = frozenset()

    def slice(self, start: int, stop: int) -> LineDiagram:
        """The vertices of an interval that no ribbon leaves."""
        return LineDiagram(
            self.walk[start:stop],
            tuple(k - start for k in self.pairing[start:stop]),
            frozenset(k - start for k in self.twisted if start <= k < stop),
        )


@dataclass(frozen=True, eq=False)
class Lines(Portable):
    """The lines and vertices of a pencil.

    >>> from sympy import Identity, MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.rules.pencil import linearise
    >>> from planaria.diagrams.expressions.expression import prepare, read
    >>> N, P, gamma = symbols("N P gamma", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> q = (gamma * Identity(N) + x * x.T).inv()
    >>> setting = prepare([q], Model([Gaussian(x)]))
    >>> lines = Lines(linearise([read(q, setting)], setting))
    >>> [(start, end) for start, end, _ in lines.vertices], lines.bare
    ([(0, 1), (1, 0)], {(0, 0): 1, (1, 1): 1/gamma})
    """

    rules: FeynmanRules

    @property
    def setting(self) -> Setting:
        return self.rules.setting

    @cached_property
    def vertices(self) -> tuple[tuple[int, int, Vertex], ...]:
        """Row block, column block and field of every vertex."""
        return tuple(self.rules.vertices())

    @cached_property
    def bare(self) -> Mapping[tuple[int, int], Ratio]:
        """The bare propagators that are not zero, from a column block to a row block."""
        found: dict[tuple[int, int], Ratio] = {}
        for space in dict.fromkeys(self.rules.row_spaces):
            rows, cols = self.rules.rows_of(space), self.rules.cols_of(space)
            inverse = Inverse(self.setting.ring, self.rules.bare_inverse(space), rows, cols)
            if inverse.is_singular:
                raise InputError(
                    "rules", "the bare propagator does not exist", "the deterministic part must be invertible"
                )
            found |= inverse.entries()
        return found

    @cached_property
    def left(self) -> Mapping[int, Ratio]:
        """What stands before a diagram that begins in a row block: a^T G0 of the first reading."""
        return self._ends(dict(self.rules.readings[0].a), from_left=True)

    @cached_property
    def right(self) -> Mapping[int, Ratio]:
        """What stands behind a diagram that ends in a column block: G0 b of the first reading."""
        return self._ends(dict(self.rules.readings[0].b), from_left=False)

    def _ends(self, read: Mapping[int, Ratio], *, from_left: bool) -> Mapping[int, Ratio]:
        found: dict[int, Ratio] = {}
        for (col, row), value in self.bare.items():
            inner, outer = (row, col) if from_left else (col, row)
            if outer in read:
                found[inner] = found.get(inner, self.setting.ring.zero) + read[outer] * value
        return {block: value for block, value in found.items() if value}

    def start(self, diagram: LineDiagram) -> int:
        """The row block in which a diagram begins."""
        return self.vertices[diagram.walk[0]][0]

    def end(self, diagram: LineDiagram) -> int:
        """The column block in which a diagram ends."""
        return self.vertices[diagram.walk[-1]][1]

    def word(self, walk: Sequence[int], *, dressed: bool = False) -> Word:
        """The open word of an amputated walk; dressed, its propagators are full ones and written as 1."""
        ring = self.setting.ring
        parts = [self.vertices[number] for number in walk]
        functions = [-parts[0][2].left]
        for (_, col, one), (row, _, other) in pairwise(parts):
            between = ring.one if dressed else self.bare[col, row]
            functions.append(-(one.right * between * other.left))
        functions.append(parts[-1][2].right)
        coefficient, corners = ring.one, []
        for function in functions:
            factor, corner = split(function, self.setting)
            coefficient = coefficient * factor
            corners.append(corner)
        letters = tuple(vertex.letter for _, _, vertex in parts)
        return Word(letters, tuple(corners), coefficient, letters[0].rows, letters[-1].cols)

    def graph(self, diagram: LineDiagram, *, dressed: bool = False) -> RibbonGraph:
        """The ribbon graph of an amputated diagram."""
        return RibbonGraph(
            self.setting, (self.word(diagram.walk, dressed=dressed),), diagram.pairing, diagram.twisted
        )

    def diagrams(self, ribbons: int, *, planar: bool) -> Iterator[LineDiagram]:
        """Every amputated diagram with so many ribbons, one-particle reducible ones included."""
        for walk in self.walks(2 * ribbons, self.bare):
            yield from contracted(walk, self.word(walk), self.setting, planar=planar)

    def walks(self, letters: int, joined: Mapping[tuple[int, int], object]) -> Iterator[tuple[int, ...]]:
        """Every walk of so many vertices along given propagators that has a contraction, perhaps twisted."""
        none = (0,) * len(self.setting.fields)

        def grow(walk: tuple[int, ...], balance: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
            left = letters - len(walk)
            if sum(map(abs, balance)) > left:
                return
            if not left:
                yield walk
                return
            for w in self._following(walk, joined):
                yield from grow((*walk, w), self._balanced(balance, w))

        yield from grow((), none)

    def paths(self, letters: int, joined: Mapping[tuple[int, int], object]) -> Iterator[tuple[int, ...]]:
        """Every walk of so many vertices along given propagators, whatever its letters."""
        walks: list[tuple[int, ...]] = [()]
        for _ in range(letters):
            walks = [(*walk, w) for walk in walks for w in self._following(walk, joined)]
        yield from walks

    def _following(self, walk: tuple[int, ...], joined: Mapping[tuple[int, int], object]) -> Iterator[int]:
        for w, (row, _, _) in enumerate(self.vertices):
            if not walk or (self.vertices[walk[-1]][1], row) in joined:
                yield w

    def full(self, *, planar: bool) -> frozenset[tuple[int, int]]:
        """From which column block to which row block a full propagator leads.

        The planar ones are the fixed point of G = G0 + G0 Sigma[G] G on what is not zero.
        """
        return self._full_planar() if planar else self._full_of_all()

    def _full_planar(self) -> frozenset[tuple[int, int]]:
        found = frozenset(self.bare)
        while True:
            self_energy = {
                (row, end)
                for row, col, one in self.vertices
                for start, end, other in self.vertices
                if (col, start) in found and self._pairs(one, other)
            }
            longer = {
                (col, last)
                for col, row in self.bare
                for start, end in self_energy
                if start == row
                for inner, last in found
                if inner == end
            }
            if longer <= found:
                return found
            found |= longer

    def _full_of_all(self) -> frozenset[tuple[int, int]]:
        found = set()
        none = (0,) * len(self.setting.fields)
        farthest = 2 * len(self.vertices)
        for start in set(range(len(self.rules.col_spaces))):
            seen = {(start, none)}
            waiting = [(start, none)]
            while waiting:
                col, balance = waiting.pop()
                for (one, row), _ in self.bare.items():
                    if one != col:
                        continue
                    if balance == none:
                        found.add((start, row))
                    for w, (begin, end, _) in enumerate(self.vertices):
                        state = (end, self._balanced(balance, w))
                        if begin == row and state not in seen and max(map(abs, state[1])) <= farthest:
                            seen.add(state)
                            waiting.append(state)
        return frozenset(found)

    def _pairs(self, one: Vertex, other: Vertex) -> bool:
        return one.letter.pairs_untwisted(other.letter, self.setting.fields[one.letter.field].law)

    def _balanced(self, balance: tuple[int, ...], number: int) -> tuple[int, ...]:
        """How many letters of each field wait for a partner, one vertex further on."""
        letter = self.vertices[number][2].letter
        if self.setting.fields[letter.field].law.is_charged:
            value = balance[letter.field] + (-1 if letter.conjugated else 1)
        else:
            value = 1 - balance[letter.field]
        return (*balance[: letter.field], value, *balance[letter.field + 1 :])

    def space(self, block: int) -> Expr:
        """The space of a row block."""
        return self.rules.row_spaces[block]


def contracted(walk: tuple[int, ...], word: Word, setting: Setting, *, planar: bool) -> Iterator[LineDiagram]:
    """The contractions of a walk, whose word is given."""
    make: Callable[[Word, Setting], Iterator[RibbonGraph]] = planar_contractions if planar else all_contractions
    for graph in make(word, setting):
        yield LineDiagram(walk, graph.pairing, graph.twisted)
