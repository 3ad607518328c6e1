"""Wick contractions as permutations of half-edges: their faces, components and Euler characteristic.

`RibbonGraph` is a contraction with what can be made of it: weight, canonical form, dual, pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TypeVar

from sympy import Expr

from planaria.algebra.errors import InputError
from planaria.algebra.rational import Ratio
from planaria.algebra.values import Portable
from planaria.diagrams.expressions.expression import Letter, Setting
from planaria.diagrams.expressions.words import Word
from planaria.diagrams.graphs.open_lines import OpenLine, open_lines

__all__ = ["Contraction", "Face", "corner_joints", "trusted_contractions"]

G = TypeVar("G", bound="Contraction")


@dataclass(frozen=True)
class Face:
    """A closed index line: the corners it passes and the ribbon sides it runs along, in cyclic order.

    Attributes
    ----------
    space
        The space of the index.
    corners
        Its corners, numbered along the words.
    sides
        The sides of the letters that it touches, two for each ribbon that it follows: side ``2 * k`` is the
        left (row) index of letter k, and ``2 * k + 1`` the right (column) index.
    is_open
        Whether it passes through the ends of open words. Its index is then not summed over: the face is made of
        open index lines (``Contraction.lines``) and of the external corners between them. Of several words
        the ends may lie in several spaces; the face then names that of its first side.
    """

    space: Expr
    corners: tuple[int, ...]
    sides: tuple[int, ...]
    is_open: bool = False


@dataclass(frozen=True, eq=False)
class Contraction(Portable):
    """One Wick contraction of one or several words: letters joined in pairs by ribbons.

    Orientation. Letters are numbered along the words, the first word first, and words are read from left to
    right; letter k is a half-edge, which the word (a vertex) meets in this cyclic order. Its left index is
    side ``2 * k`` and its right index is side ``2 * k + 1``. The corner before a letter joins the right side
    of the letter before it to the left side of the letter; an open word is closed by one external corner,
    from its last letter to its first. An untwisted ribbon (i, j) joins left(i) to right(j) and right(i) to
    left(j), as E[X G X^T] does; a twisted one joins left to left and right to right. With these joints every
    face is a cycle, and a circle with parallel untwisted ribbons inside is planar.

    Parameters
    ----------
    setting
        The model in exact arithmetic: what the letters mean.
    words
        The vertices.
    pairing
        The partner of each letter: an involution without fixed points.
    twisted
        The ribbons with a half twist, each named by its first letter.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expansion import expand
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> for d in expand(Trace(x * x.T * x * x.T), Model([Gaussian(x)]), order=0, euler=None):
    ...     print(d.pairing, sorted(d.twisted), d.euler_characteristic, d.weight)
    (1, 0, 3, 2) [] 2 N*P**2
    (3, 2, 1, 0) [] 2 N**2*P
    (2, 3, 0, 1) [0, 1] 1 N*P

    Raises InputError if the pairing is no contraction of the words.
    """

    setting: Setting = field(repr=False)
    words: tuple[Word, ...]
    pairing: tuple[int, ...]
    twisted: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        letters, pairing, twisted, fields = self.letters, self.pairing, self.twisted, self.setting.fields
        if len(pairing) != len(letters):
            raise InputError(
                "pairing",
                f"it has {len(pairing)} entries for {len(letters)} letters",
                "give each letter a partner",
            )
        for i, j in enumerate(pairing):
            if i == j or not 0 <= j < len(letters) or pairing[j] != i:
                raise InputError(
                    "pairing",
                    f"letter {i} is joined to {j}, which is not joined back to it",
                    "join letters in pairs",
                )
            if i < j:
                law, one, other = fields[letters[i].field].law, letters[i], letters[j]
                pairs = one.pairs_twisted if i in twisted else one.pairs_untwisted
                if not pairs(other, law):
                    shape = "a twisted" if i in twisted else "an untwisted"
                    raise InputError(
                        "pairing",
                        f"letters {i} and {j} have no contraction by {shape} ribbon",
                        "see Letter.pairs_untwisted and Letter.pairs_twisted",
                    )
        for i in twisted:
            if not 0 <= i < len(pairing) or pairing[i] < i:
                raise InputError("twisted", f"{i} is not the first letter of a ribbon", "name ribbons by it")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Contraction):
            return NotImplemented
        mine, theirs = self.setting, other.setting
        return (
            self.pairing == other.pairing
            and self.twisted == other.twisted
            and self.words == other.words
            and (mine is theirs or (mine.ring.generators == theirs.ring.generators and mine.model == theirs.model))
        )

    def __hash__(self) -> int:
        return hash((self.pairing, self.twisted, self.words))

    @cached_property
    def letters(self) -> tuple[Letter, ...]:
        """All letters, along the words."""
        if len(self.words) == 1:
            return self.words[0].letters
        return tuple(letter for word in self.words for letter in word.letters)

    @cached_property
    def corners(self) -> tuple[tuple[Expr, Ratio], ...]:
        """Space and function of every corner, along the words."""
        return tuple(pair for word in self.words for pair in zip(word.spaces, word.corners, strict=True))

    @cached_property
    def ribbons(self) -> tuple[tuple[int, int], ...]:
        """The pairs of letters, first letter first."""
        return tuple((i, j) for i, j in enumerate(self.pairing) if i < j)

    @cached_property
    def coefficient(self) -> Ratio:
        """The product of the words' coefficients."""
        product = self.setting.ring.one
        for word in self.words:
            product = product * word.coefficient
        return product

    @cached_property
    def vertices(self) -> tuple[tuple[int, ...], ...]:
        """The letters of each word in cyclic order."""
        found, start = [], 0
        for word in self.words:
            found.append(tuple(range(start, start + len(word.letters))))
            start += len(word.letters)
        return tuple(found)

    @cached_property
    def face_cycles(self) -> tuple[tuple[int, ...], ...]:
        """Each face as a cycle of sides (see `Face`), words without letters left out.

        It runs along a ribbon between the entries 2m and 2m + 1 of the cycle, and then through a corner.
        """
        pairing, twisted = self.pairing, self.twisted
        ribbon = [0] * (2 * len(pairing))
        for i, j in enumerate(pairing):
            flip = min(i, j) in twisted
            ribbon[2 * i] = 2 * j if flip else 2 * j + 1
            ribbon[2 * i + 1] = 2 * j + 1 if flip else 2 * j
        corner = corner_joints(tuple(len(word.letters) for word in self.words))
        seen = bytearray(2 * len(pairing))
        cycles = []
        for start in range(2 * len(pairing)):
            if seen[start]:
                continue
            cycle: list[int] = []
            side = start
            while not seen[side]:
                other = ribbon[side]
                seen[side] = seen[other] = 1
                cycle += (side, other)
                side = corner[other]
            cycles.append(tuple(cycle))
        return tuple(cycles)

    @cached_property
    def faces(self) -> tuple[Face, ...]:
        """The closed index lines, with the space of their index and all that they pass."""
        before, external = self._corner_numbers
        found = []
        for cycle in self.face_cycles:
            corners: list[int] = []
            is_open = False
            for side in cycle[1::2]:
                passed = before[side]
                is_open = is_open or passed in external
                corners += external.get(passed, (passed,))
            letter = self.letters[cycle[0] // 2]
            found.append(Face(letter.cols if cycle[0] % 2 else letter.rows, tuple(corners), cycle, is_open))
        number = 0
        for word in self.words:
            if not word.letters:
                found.append(Face(word.rows, (number,), (), not word.closed))
            number += len(word.corners)
        return tuple(found)

    @cached_property
    def lines(self) -> tuple[OpenLine, ...]:
        """The open index lines, each from one end of an open word to another end."""
        return open_lines(self.words, self.letters, self.pairing, self.twisted)

    @cached_property
    def _corner_numbers(self) -> tuple[tuple[int, ...], dict[int, tuple[int, ...]]]:
        """The corner at each side; and for the external corner of an open word, under the number of its first
        corner, the two corners (last, first) that it stands for."""
        before: list[int] = []
        external: dict[int, tuple[int, ...]] = {}
        number = 0
        for word in self.words:
            n = len(word.letters)
            for k in range(n):
                before += (number + k, number + (k + 1) % n)
            if n and not word.closed:
                external[number] = (number + n, number)
            number += len(word.corners)
        return tuple(before), external

    @cached_property
    def components(self) -> tuple[tuple[int, ...], ...]:
        """The connected components, each as its words."""
        return tuple(sorted(tuple(sorted(one)) for one in self._components[0]))

    @cached_property
    def _components(self) -> tuple[list[list[int]], bool]:
        """Components, and whether the words can be oriented so that no ribbon is twisted."""
        if len(self.words) == 1:
            return [[0]], not self.twisted
        home = [w for w, vertex in enumerate(self.vertices) for _ in vertex]
        joined: dict[int, list[tuple[int, bool]]] = {w: [] for w in range(len(self.words))}
        for i, j in self.ribbons:
            joined[home[i]].append((home[j], i in self.twisted))
            joined[home[j]].append((home[i], i in self.twisted))
        turned: dict[int, bool] = {}
        components, orientable = [], True
        for root in joined:
            if root in turned:
                continue
            turned[root] = False
            component, waiting = [root], [root]
            while waiting:
                w = waiting.pop()
                for v, flip in joined[w]:
                    if v not in turned:
                        turned[v] = turned[w] != flip
                        component.append(v)
                        waiting.append(v)
                    elif turned[v] != (turned[w] != flip):
                        orientable = False
            components.append(component)
        return components, orientable

    @cached_property
    def euler_characteristic(self) -> int:
        """Vertices - edges + faces, over all components; an open word counts as closed by its ends."""
        bare = sum(not word.letters for word in self.words)
        return len(self.words) - len(self.pairing) // 2 + len(self.face_cycles) + bare

    @property
    def is_planar(self) -> bool:
        """Whether every component is a sphere."""
        return self.euler_characteristic == 2 * len(self.components)

    @property
    def is_connected(self) -> bool:
        """Whether all words hang together."""
        return len(self.components) == 1

    @property
    def is_orientable(self) -> bool:
        """Whether turning some words over leaves no ribbon twisted."""
        return self._components[1]


@lru_cache(maxsize=256)
def corner_joints(lengths: tuple[int, ...]) -> tuple[int, ...]:
    """The side that each side meets at its corner, for words of given lengths."""
    joints: list[int] = []
    start = 0
    for n in lengths:
        for k in range(n):
            joints += (2 * (start + (k - 1) % n) + 1, 2 * (start + (k + 1) % n))
        start += n
    return tuple(joints)


def trusted_contractions(kind: type[G], setting: Setting, words: tuple[Word, ...]) -> Callable[..., G]:
    """A constructor of contractions of some words, for pairings that an enumeration makes: nothing is checked.

    ``kind`` is the class of what it makes. It takes the pairing, the twisted ribbons, and the Euler
    characteristic where it is known. What depends on the words alone is computed once and shared.
    """
    letters = words[0].letters if len(words) == 1 else tuple(letter for word in words for letter in word.letters)
    new, untwisted = object.__new__, frozenset[int]()

    def make(
        pairing: tuple[int, ...], twisted: frozenset[int] = untwisted, euler_characteristic: int | None = None
    ) -> G:
        graph = new(kind)
        # Past the frozen attributes, which is what makes it fast; cached properties live in the same place.
        known = graph.__dict__
        known["setting"] = setting
        known["words"] = words
        known["pairing"] = pairing
        known["twisted"] = twisted
        known["letters"] = letters
        if euler_characteristic is not None:
            known["euler_characteristic"] = euler_characteristic
        return graph

    return make
