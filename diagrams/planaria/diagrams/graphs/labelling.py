"""Names for the half-edges of a ribbon graph in the order in which a walk meets them.

A walk starts at a letter and a direction, reads the word from there, and then the words at the other ends of
its ribbons, each from that end on and in the direction in which the ribbon has no twist. Nothing is left to
choose, so that a component has as many walks as it has letters and directions, and two components are
isomorphic if they have a walk in common. An open word is read as it is written, and where there is one, the
walk starts there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from planaria.diagrams.expressions.cyclic_words import Placing, readings, transposes_of, word_key
from planaria.diagrams.graphs.contraction import Contraction

__all__ = ["Labelling", "labellings"]


@dataclass(frozen=True)
class Labelling:
    """A walk: the words in the order in which it meets them, and how it reads them.

    Attributes
    ----------
    code
        All that it sees, without the names that it started with.
    words
        The number of each word, and how it is read.
    letters
        The letters in their new order, each with whether its word is turned over.
    """

    code: tuple[int, ...]
    words: tuple[tuple[int, Placing], ...]
    letters: tuple[tuple[int, bool], ...]


def labellings(graph: Contraction) -> list[tuple[Labelling, ...]]:
    """For each component its walks with the least code; the components sorted by code."""
    walker = _Walker(graph)
    return sorted((walker.least(component) for component in graph.components), key=lambda one: one[0].code)


class _Walker:
    """What the walks of one graph need to know of it."""

    def __init__(self, graph: Contraction) -> None:
        self.graph = graph
        transposes = transposes_of(graph.setting)
        self.starts = [0]
        for word in graph.words:
            self.starts.append(self.starts[-1] + len(word.letters))
        self.home = [number for number, word in enumerate(graph.words) for _ in word.letters]
        # A colour for everything that a word can be read as; open words are told apart by their numbers.
        keys = {}
        for number, word in enumerate(graph.words):
            position = -1 if word.closed else number
            for placing, reading in readings(word, transposes):
                keys[number, placing] = (position, word_key(reading))
        ranks = {key: rank for rank, key in enumerate(sorted(set(keys.values())))}
        self.colours = {place: ranks[key] for place, key in keys.items()}
        self.placings: list[list[Placing]] = [[] for _ in graph.words]
        for number, placing in keys:
            self.placings[number].append(placing)

    def least(self, component: Sequence[int]) -> tuple[Labelling, ...]:
        opened = [number for number in component if not self.graph.words[number].closed]
        roots = [(number, placing) for number in opened[:1] or component for placing in self.placings[number]]
        # A code begins with the colour of its root.
        first = min(self.colours[root] for root in roots)
        walks = [self.walk(root) for root in roots if self.colours[root] == first]
        code = min(walk.code for walk in walks)
        return tuple(walk for walk in walks if walk.code == code)

    def walk(self, root: tuple[int, Placing]) -> Labelling:
        graph = self.graph
        found = [root]
        placed = {root[0]: root[1]}
        label: dict[int, int] = {}
        letters: list[tuple[int, bool]] = []

        def read(number: int, placing: Placing) -> None:
            start = self.starts[number]
            for k in placing.order(len(graph.words[number].letters)):
                label[start + k] = len(letters)
                letters.append((start + k, placing.turned))

        read(*root)
        code: list[int] = []
        done = 0
        for number, placing in found:  # grows
            code.append(self.colours[number, placing])
            for letter, turned in letters[done : done + len(graph.words[number].letters)]:
                partner = graph.pairing[letter]
                twist = min(letter, partner) in graph.twisted
                other = self.home[partner]
                if other not in placed:
                    placing_there = Placing(0, False)
                    if graph.words[other].closed:
                        placing_there = Placing(partner - self.starts[other], turned != twist)
                    placed[other] = placing_there
                    found.append((other, placing_there))
                    read(other, placing_there)
                left = twist ^ turned ^ placed[other].turned
                code.append(2 * label[partner] + left)
            done += len(graph.words[number].letters)
        return Labelling(tuple(code), tuple(found), tuple(letters))
