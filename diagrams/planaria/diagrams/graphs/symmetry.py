"""The symmetries of the words of a ribbon graph, without its ribbons, and the least of all equal pairings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby, permutations, product
from math import factorial, prod
from operator import itemgetter

from planaria.diagrams.expressions.cyclic_words import Placing, normal_form, read_word, word_key
from planaria.diagrams.expressions.words import Word

__all__ = ["Symmetry", "symmetry_of"]

LARGEST_GROUP = 512  # elements that are applied one after the other
LONGEST_BYTES = 127  # letters: partner and twist of each fit into one byte

_DOUBLE = bytes(2 * k % 256 for k in range(256))
_HALF = bytes(k // 2 for k in range(256))

# A word to place: its number, and how it is read.
Placed = tuple[int, Placing]
# The letters in their new order, and for each old letter whether its word is turned over.
Arrangement = tuple[tuple[int, ...], tuple[bool, ...]]


@dataclass(frozen=True)
class Element:
    """One way to bring words into their normal form, ready to be applied to pairings.

    A pairing is coded by one byte for each letter, twice its partner and one more if the ribbon is twisted.
    Bytes are translated (the partners renamed), rearranged, and the twists of words that are turned over are
    toggled: an exclusive or with ``toggles``.
    """

    translation: bytes
    rearranged: Callable[[bytes], tuple[int, ...]] = field(compare=False)
    toggles: int


@dataclass(frozen=True)
class Symmetry:
    """The symmetries of some words.

    Attributes
    ----------
    words
        The words in normal form: open words first, in their order, then closed ones, sorted. The first one
        has the coefficient of all.
    order
        How many ways there are to rotate, turn over and exchange them and have the same words.
    elements
        All of these ways, each from the given words to the normal ones; None if they are too many.
    """

    words: tuple[Word, ...]
    order: int
    elements: tuple[Element, ...] | None

    def encode(self, pairing: tuple[int, ...], twisted: frozenset[int]) -> bytes:
        """A pairing of the given words as bytes."""
        code = bytes(pairing).translate(_DOUBLE)
        if not twisted:
            return code
        marked = bytearray(code)
        for i in twisted:
            marked[i] |= 1
            marked[pairing[i]] |= 1
        return bytes(marked)

    def decode(self, code: int) -> tuple[tuple[int, ...], frozenset[int]]:
        """The pairing of the normal words that a number stands for, and its twisted ribbons."""
        marked = code.to_bytes(sum(len(word.letters) for word in self.words), "big")
        pairing = tuple(marked.translate(_HALF))
        return pairing, frozenset(i for i, j in enumerate(pairing) if i < j and marked[i] & 1)

    def least(self, code: bytes) -> int:
        """The least number that any element makes of a pairing."""
        return min(self._images(code))

    def stabiliser(self, code: bytes) -> int:
        """How many elements make the least number of a pairing: the order of its automorphism group."""
        images = self._images(code)
        return images.count(min(images))

    def _images(self, code: bytes) -> list[int]:
        if self.elements is None:
            raise ValueError("the words have too many symmetries to apply each of them")
        if not code:
            return [0]
        return [
            int.from_bytes(bytes(one.rearranged(code.translate(one.translation))), "big") ^ one.toggles
            for one in self.elements
        ]

    @staticmethod
    def arrange(words: Sequence[Word], transposes: tuple[int, ...], placed: Sequence[Placed]) -> Arrangement:
        """Bring words that are read in a given order and in given ways into their normal form.

        Everything depends on the words as they are read, and not on how they were numbered before.
        """
        composed = []
        for number, placing in placed:
            word = words[number]
            normal, placings = normal_form(read_word(word, placing, transposes), transposes)
            again = placings[0]
            order = placing.order(len(word.letters))
            if word.letters:
                order = tuple(order[k] for k in again.order(len(order)))
            composed.append((number, order, placing.turned != again.turned, normal))
        composed.sort(key=lambda one: _place(one[0], one[3]))
        return _arrangement(words, [(number, order, turned) for number, order, turned, _ in composed])


@lru_cache(maxsize=1024)
def symmetry_of(words: tuple[Word, ...], transposes: tuple[int, ...]) -> Symmetry:
    """The symmetries of words whose fields have these transposes."""
    forms = [normal_form(word, transposes) for word in words]
    slots = sorted(range(len(words)), key=lambda number: _place(number, forms[number][0]))
    normal = [forms[number][0] for number in slots]
    if normal:
        coefficient = prod((word.coefficient for word in words), start=words[0].coefficient.ring.one)
        signs = prod((form.coefficient for form, _ in forms), start=coefficient.ring.one)
        normal = [replace(word, coefficient=coefficient.ring.one) for word in normal]
        normal[0] = replace(normal[0], coefficient=coefficient * signs)
    # Equal words can be exchanged; words without letters have nothing that would notice.
    equal = [list(group) for _, group in groupby(slots, key=lambda number: _place(number, forms[number][0]))]
    exchanges = [factorial(len(group)) if words[group[0]].letters else 1 for group in equal]
    order = prod(exchanges) * prod(len(placings) for _, placings in forms)
    letters = sum(len(word.letters) for word in words)
    if order > LARGEST_GROUP or letters > LONGEST_BYTES:
        return Symmetry(tuple(normal), order, None)
    elements = []
    for arranged in _orders(equal, words):
        for placings in product(*(forms[number][1] for number in arranged)):
            placed = [
                (number, placing.order(len(words[number].letters)), placing.turned)
                for number, placing in zip(arranged, placings, strict=True)
            ]
            elements.append(_element(*_arrangement(words, placed)))
    return Symmetry(tuple(normal), order, tuple(elements))


def _place(number: int, normal: Word) -> tuple[object, ...]:
    """What words are sorted by: open words by their number, closed ones by what they are."""
    return word_key(normal) if normal.closed else (False, number)


def _orders(equal: Sequence[Sequence[int]], words: Sequence[Word]) -> Iterator[list[int]]:
    choices = [permutations(group) if words[group[0]].letters else [tuple(group)] for group in equal]
    for chosen in product(*choices):
        yield [number for group in chosen for number in group]


def _arrangement(words: Sequence[Word], placed: Sequence[tuple[int, tuple[int, ...], bool]]) -> Arrangement:
    starts, total = [], 0
    for word in words:
        starts.append(total)
        total += len(word.letters)
    turned = [False] * total
    origin: list[int] = []
    for number, order, is_turned in placed:
        origin += (starts[number] + k for k in order)
        for k in order:
            turned[starts[number] + k] = is_turned
    return tuple(origin), tuple(turned)


def _element(origin: tuple[int, ...], turned: tuple[bool, ...]) -> Element:
    translation = bytearray(range(256))
    for place, letter in enumerate(origin):
        for twist in (0, 1):
            translation[2 * letter + twist] = 2 * place + (twist ^ turned[letter])
    toggles = int.from_bytes(bytes(turned[letter] for letter in origin), "big")
    rearranged = itemgetter(*origin) if len(origin) > 1 else tuple
    return Element(bytes(translation), rearranged, toggles)
