"""The dual of a diagram: its letters become those of the other side, and its half-edges find their places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from planaria.algebra.errors import InputError
from planaria.algebra.rational import Ratio
from planaria.diagrams.duality.exchange import Exchange
from planaria.diagrams.duality.expansions import Expansion
from planaria.diagrams.duality.standard_fields import StandardWord, alignments, exchanged
from planaria.diagrams.expressions.expression import Setting
from planaria.diagrams.expressions.words import Word
from planaria.diagrams.graphs.ribbon import RibbonGraph

__all__ = ["Dual", "dual", "in_ring"]


Shown = TypeVar("Shown")


class Dual(NamedTuple, Generic[Shown]):
    """A dual diagram.

    Attributes
    ----------
    graph
        The diagram on the other side; of a networkx graph it is one.
    half_edges
        For each letter of the diagram, the letter of its dual that it becomes.
    """

    graph: Shown
    half_edges: tuple[int, ...]


@dataclass(frozen=True)
class _Move:
    """What becomes of one word: the word, whether it is turned over, the place of each letter."""

    word: Word
    turned: bool
    places: tuple[int, ...]


def dual(graph: RibbonGraph, expansion: Expansion, exchange: Exchange, factor: Ratio) -> Dual[RibbonGraph]:
    """The diagram on the other side of an exchange, and the map of half-edges.

    The weight of the diagram, exchanged, is ``factor`` times the weight of its dual. Every word becomes a word of
    the same expansion, read from another letter or backwards if it has to be; a word that the expansion does not
    hold keeps its letters in their places. Twice is the identity, but for words that it turns, as a <-> b does
    tr(a b a b): then it is a turn of these.

    Raises InputError for a diagram with open words or with fields that the expansion does not have.
    """
    moves = [_moved(word, graph.setting, expansion, exchange, factor) for word in graph.words]
    half_edges: list[int] = []
    home: list[int] = []
    for number, move in enumerate(moves):
        start = len(half_edges)
        half_edges += (start + place for place in move.places)
        home += [number] * len(move.places)
    pairing = [0] * len(half_edges)
    twisted = set()
    for i, j in graph.ribbons:
        a, b = half_edges[i], half_edges[j]
        pairing[a], pairing[b] = b, a
        # Turning one end of a ribbon over twists it.
        if (i in graph.twisted) != (moves[home[i]].turned != moves[home[j]].turned):
            twisted.add(min(a, b))
    words = tuple(move.word for move in moves)
    return Dual(RibbonGraph(graph.setting, words, tuple(pairing), frozenset(twisted)), tuple(half_edges))


@lru_cache(maxsize=4096)
def _moved(word: Word, setting: Setting, expansion: Expansion, exchange: Exchange, factor: Ratio) -> _Move:
    if not word.closed:
        raise InputError("diagram", "a word of it is open", "take the dual of a trace")
    own = in_ring(word, expansion.setting)
    standard = expansion.gauge.standard(own)
    image = exchanged(standard, exchange, expansion.setting)
    turn, places, target = _place(standard, image, expansion, exchange)
    found = expansion.gauge.word(StandardWord(target.letters, target.corners, image.scalar / factor))
    if found is None:
        raise InputError(
            "diagram",
            f"its dual under {exchange} has roots of covariances at its corners",
            "use a duality of the expression that the diagram comes from",
        )
    return _Move(in_ring(found, setting), turn, places)


def _place(
    standard: StandardWord, image: StandardWord, expansion: Expansion, exchange: Exchange
) -> tuple[bool, tuple[int, ...], StandardWord]:
    """The word of the expansion that the image is, with the places of the letters in it.

    The choice is made once for a word and its partner, so that one map is the inverse of the other.
    """
    setting = expansion.setting
    stay = False, tuple(range(len(image.letters))), image
    classes = _classes(expansion, len(image.letters) // 2)
    own, other = (classes.get(expansion.key(word), ()) for word in (standard, image))
    if image == standard or standard not in own or len(own) != len(other):
        return stay
    partner = other[own.index(standard)]
    if partner == standard:
        turns = list(alignments(image, partner, setting))
        if not turns:
            return stay
        # Where only a quarter turn brings a word back, as tr(a b a b) under a <-> b, twice is half a turn.
        turn, places = next((one for one in turns if _is_involution(one[1])), turns[0])
        return turn, places, partner
    if list(classes).index(expansion.key(image)) > list(classes).index(expansion.key(standard)):
        return (*next(alignments(image, partner, setting)), partner)
    # The partner has chosen: invert its choice.
    turn, places = next(alignments(exchanged(partner, exchange, setting), standard, setting))
    inverse = [0] * len(places)
    for i, place in enumerate(places):
        inverse[place] = i
    return turn, tuple(inverse), partner


def _is_involution(places: Sequence[int]) -> bool:
    return all(places[place] == i for i, place in enumerate(places))


@lru_cache(maxsize=256)
def _classes(expansion: Expansion, ribbons: int) -> dict[object, tuple[StandardWord, ...]]:
    """The words of so many ribbons, those together that are equal as traces."""
    found: dict[object, dict[StandardWord, None]] = {}
    for word in expansion.words_by_ribbons(ribbons):
        standard = expansion.gauge.standard(word)
        found.setdefault(expansion.key(standard), {})[standard] = None
    return {key: tuple(words) for key, words in found.items()}


def in_ring(word: Word, setting: Setting) -> Word:
    """The same word in another ring. InputError where the ring lacks a name that occurs."""
    ring = setting.ring

    def moved(values: Iterable[Ratio]) -> list[Ratio]:
        found = []
        for value in values:
            for name in sorted(value.support(), key=str):
                if name not in ring.index:
                    raise InputError("diagram", f"it depends on {name}", "use the duality of its own expression")
            found.append(value.to(ring))
        return found

    corners = moved(word.corners)
    (coefficient,) = moved([word.coefficient])
    return Word(word.letters, tuple(corners), coefficient, word.rows, word.cols, word.closed)
