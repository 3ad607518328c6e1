"""Faces as keys: which functions of eigenvalues a face passes, compared without any algebra."""

from __future__ import annotations

from collections.abc import Hashable

from sympy import Expr

from planaria.algebra.numbering import Numbering
from planaria.algebra.rational import Ratio
from planaria.diagrams.expressions.expression import Letter, Setting
from planaria.diagrams.expressions.words import Word
from planaria.diagrams.graphs.contraction import Contraction

__all__ = ["FaceTable", "covariance"]


def covariance(letter: Letter, right: bool, setting: Setting) -> Ratio:
    """The covariance, as a function of eigenvalues, of a letter's left or right index."""
    field = setting.fields[letter.field]
    return field.cols if right != letter.transposed else field.rows


class FaceTable:
    """Numbers the functions that faces pass, so that faces can be compared without any algebra.

    Everything that depends on the words alone is computed once for all of their contractions.
    """

    def __init__(self) -> None:
        self.functions: Numbering[Ratio] = Numbering()
        self.spaces: Numbering[Expr] = Numbering()
        self._by_words: dict[tuple[Word, ...], tuple[Setting, list[int], list[int], list[int]]] = {}

    def number(self, function: Ratio) -> int:
        """The number of a function; -1 for the constant 1."""
        return -1 if function.is_one else self.functions.number(function)

    def keys(self, graph: Contraction) -> list[tuple[int, ...]]:
        """One tuple for each face: the number of its space, then those of its functions, sorted."""
        entry = self._by_words.get(graph.words)
        if entry is None or entry[0].ring is not graph.setting.ring:
            entry = self._by_words[graph.words] = (graph.setting, *self._tables(graph))
        _, space_of, covariance_of, corner_of = entry
        found: list[tuple[int, ...]] = []
        for cycle in graph.face_cycles:
            passed = []
            for along, across in zip(cycle[::2], cycle[1::2], strict=True):
                if (number := covariance_of[along]) >= 0:
                    passed.append(number)
                if (number := corner_of[across]) >= 0:
                    passed.append(number)
            passed.sort()
            found.append((space_of[cycle[0]], *passed))
        for word in graph.words:
            if not word.letters:
                number = self.number(word.corners[0])
                found.append((self.spaces.number(word.rows), *((number,) if number >= 0 else ())))
        return found

    def open_keys(self, graph: Contraction) -> tuple[list[tuple[int, ...]], list[tuple[Hashable, ...]]]:
        """The keys of the closed faces, and those of the open lines, which their ends tell apart."""
        corners, letters = graph.corners, graph.letters

        def key(space: Expr, passed: tuple[int, ...], sides: tuple[int, ...]) -> tuple[int, ...]:
            numbers = [self.number(corners[k][1]) for k in passed]
            numbers += [
                self.number(covariance(letters[side // 2], side % 2 == 1, graph.setting)) for side in sides[::2]
            ]
            return (self.spaces.number(space), *sorted(number for number in numbers if number >= 0))

        closed = [key(face.space, face.corners, face.sides) for face in graph.faces if not face.is_open]
        return closed, [(line.start, line.end, *key(line.space, line.corners, line.sides)) for line in graph.lines]

    def _tables(self, graph: Contraction) -> tuple[list[int], list[int], list[int]]:
        """By side of a letter: its space, its covariance, and the corner that follows it on a face."""
        space_of: list[int] = []
        covariance_of: list[int] = []
        for letter in graph.letters:
            for right, space in ((False, letter.rows), (True, letter.cols)):
                space_of.append(self.spaces.number(space))
                covariance_of.append(self.number(covariance(letter, right, graph.setting)))
        corner_of: list[int] = []
        for word in graph.words:
            n = len(word.letters)
            numbers = [self.number(corner) for corner in word.corners]
            if n and not word.closed:
                numbers[0] = self.number(word.corners[n] * word.corners[0])
            for k in range(n):
                corner_of += (numbers[k], numbers[(k + 1) % n])
        return space_of, covariance_of, corner_of
