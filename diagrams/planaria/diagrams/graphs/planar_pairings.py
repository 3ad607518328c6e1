"""Planar contractions of several words, lazily: every component a sphere.

A region of the sphere is bounded by words that wait for their contractions. Take the first letter of the first
boundary. Its ribbon ends

- on the same boundary, and splits the region in two; the other boundaries go to the one side or the other;
- on another boundary, and makes one boundary of the two. That other word is still free to lie either way up:
  an untwisted ribbon leaves it as it is, a twisted one turns it over.

A region with one empty boundary is a face. If others are left there, the graph is not connected. Every
connected planar graph comes exactly once, as each step is read off the graph.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from planaria.diagrams.expressions.expression import Letter, Setting
from planaria.diagrams.expressions.words import Word

__all__ = ["spheres"]

# Letters by their number + 1, negative where the word is turned over.
_Boundary = tuple[int, ...]
_Region = tuple[_Boundary, ...]
_Ribbons = tuple[tuple[int, int], ...]


def spheres(
    words: tuple[Word, ...], setting: Setting, *, components: int
) -> Iterator[tuple[tuple[int, ...], frozenset[int]]]:
    """The pairings and twists of the planar contractions of some words that have so many components.

    An open word counts as closed.

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expressions.words import close, words
    >>> from planaria.diagrams.expressions.expression import prepare, read
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> setting = prepare([x * x.T], Model([Gaussian(x)]))
    >>> word, = close(words(read(x * x.T, setting), setting, 0), setting)
    >>> for pairing, twisted in spheres((word, word), setting, components=1):
    ...     print(pairing, sorted(twisted))
    (2, 3, 0, 1) [0, 1]
    (3, 2, 1, 0) []
    >>> list(spheres((word, word), setting, components=2))
    [((1, 0, 3, 2), frozenset())]
    """
    letters = tuple(letter for word in words for letter in word.letters)
    boundaries, start = [], 1
    for word in words:
        boundaries.append(tuple(range(start, start + len(word.letters))))
        start += len(word.letters)
    search = _Search(letters, setting)
    for ribbons in search.components(tuple(boundaries), components):
        pairing = [-1] * len(letters)
        twisted = []
        for a, b in ribbons:
            i, j = abs(a) - 1, abs(b) - 1
            pairing[i], pairing[j] = j, i
            if (a > 0) != (b > 0):
                twisted.append(min(i, j))
        yield tuple(pairing), frozenset(twisted)


class _Search:
    """The regions of one group of words; which of them can be filled is remembered."""

    def __init__(self, letters: tuple[Letter, ...], setting: Setting) -> None:
        self.letters = letters
        self.setting = setting
        self.known: dict[_Region, bool] = {}
        self.joints: dict[tuple[int, int], bool] = {}

    def components(self, boundaries: _Region, count: int) -> Iterator[_Ribbons]:
        """Every way to part the words into so many connected spheres."""
        if not boundaries:
            yield ()
            return
        first, others = boundaries[0], boundaries[1:]
        for inside, outside in _parts(others):
            region = (first, *inside)
            # Each sphere has a word, and each word that is left a sphere.
            if not min(len(outside), 1) <= count - 1 <= len(outside) or not self.possible(region):
                continue
            for ribbons in self.fill(region):
                for more in self.components(outside, count - 1):
                    yield ribbons + more

    def fill(self, region: _Region) -> Iterator[_Ribbons]:
        """The connected planar contractions of the boundaries of a region."""
        if not region[0]:
            if len(region) == 1:
                yield ()
            return
        for ribbon, parts in self.steps(region):
            if not all(map(self.possible, parts)):
                continue
            if len(parts) == 1:
                for ribbons in self.fill(parts[0]):
                    yield (ribbon, *ribbons)
                continue
            for ribbons in self.fill(parts[0]):
                for more in self.fill(parts[1]):
                    yield (ribbon, *ribbons, *more)

    def possible(self, region: _Region) -> bool:
        """Whether a region has a connected planar contraction."""
        if not region[0]:
            return len(region) == 1
        if region not in self.known:
            self.known[region] = self._is_balanced(region) and any(
                all(map(self.possible, parts)) for _, parts in self.steps(region)
            )
        return self.known[region]

    def steps(self, region: _Region) -> Iterator[tuple[tuple[int, int], tuple[_Region, ...]]]:
        """The ribbons of the first letter, and the regions that each leaves."""
        (a, *rest), others = region[0], region[1:]
        boundary = tuple(rest)
        for p, b in enumerate(boundary):
            if self._join(a, b):
                for inside, outside in _parts(others):
                    yield (a, b), ((boundary[:p], *inside), (boundary[p + 1 :], *outside))
        for w, other in enumerate(others):
            remaining = others[:w] + others[w + 1 :]
            for p, b in enumerate(other):
                behind = other[p + 1 :] + other[:p]
                if self._join(a, b):
                    yield (a, b), ((boundary + behind, *remaining),)
                if self._join(a, -b):
                    turned = tuple(-k for k in reversed(behind))
                    yield (a, -b), ((boundary + turned, *remaining),)

    def _join(self, a: int, b: int) -> bool:
        if (a, b) not in self.joints:
            one, other = self.letters[abs(a) - 1], self.letters[abs(b) - 1]
            law = self.setting.fields[one.field].law
            pairs = one.pairs_untwisted if (a > 0) == (b > 0) else one.pairs_twisted
            self.joints[a, b] = pairs(other, law)
        return self.joints[a, b]

    def _is_balanced(self, region: _Region) -> bool:
        letters = [self.letters[abs(k) - 1] for boundary in region for k in boundary]
        plain = Counter(letter.field for letter in letters)
        conjugated = Counter(letter.field for letter in letters if letter.conjugated)
        return all(
            n % 2 == 0 and (not self.setting.fields[field].law.is_charged or 2 * conjugated[field] == n)
            for field, n in plain.items()
        )


def _parts(boundaries: _Region) -> Iterator[tuple[_Region, _Region]]:
    """Every way to part boundaries into two groups, the first one small at first."""
    places = range(len(boundaries))
    for size in range(len(boundaries) + 1):
        for chosen in combinations(places, size):
            yield (
                tuple(boundaries[k] for k in chosen),
                tuple(boundaries[k] for k in places if k not in chosen),
            )
