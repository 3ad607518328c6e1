"""Wick contractions of words, planar ones and all, and the diagrams of an expression."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache, cached_property
from itertools import product
from math import comb, factorial, prod
from typing import Literal

from planaria.algebra.errors import InputError
from planaria.diagrams.expressions.cyclic_words import is_zero, transposes_of
from planaria.diagrams.expressions.expression import Letter, Setting
from planaria.diagrams.expressions.trace_products import Factor, Term, linear_in_traces
from planaria.diagrams.expressions.words import Word, close, words
from planaria.diagrams.graphs.contraction import corner_joints, trusted_contractions
from planaria.diagrams.graphs.pairings import interval_counts, matchings, noncrossing, untwisted_partners
from planaria.diagrams.graphs.planar_pairings import spheres
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.ensembles.laws.law import Law

__all__ = [
    "Euler",
    "all_contractions",
    "check_euler",
    "contractions_of",
    "count_contractions",
    "count_planar",
    "diagrams_of",
    "linear_in_traces",
    "planar_contractions",
    "untwisted_partners",
    "word_groups",
]


Euler = int | Literal["planar"] | None


def check_euler(euler: Euler, highest: int) -> None:
    """Raise InputError for what is no Euler characteristic, or one above the highest that there can be."""
    if euler is None or (isinstance(euler, str) and euler == "planar"):
        return
    if isinstance(euler, bool) or not isinstance(euler, int) or euler > highest:
        numbers = f"{highest}{' (planar)' if highest == 2 else ''}, {highest - 1}, {highest - 2}, ..."
        raise InputError(
            "euler",
            f"no diagram has the Euler characteristic {euler!r}",
            f"give {numbers} or None",
        )


def diagrams_of(
    terms: tuple[Term, ...], setting: Setting, order: int, euler: Euler, connected: bool
) -> Iterator[RibbonGraph]:
    """The diagrams of exactly one order of some terms, lazily, the highest Euler characteristic first.

    No diagram of a lower one is made before. Those of one Euler characteristic come as the terms and their words
    do, as if it was asked for alone.
    """
    groups = (group for term in terms for group in word_groups(term, setting, order))
    most = max((len(term.factors) for term in terms), default=1)
    yield from contractions_of(groups, setting, euler, connected, most)


def contractions_of(
    words: Iterable[tuple[Word, ...]], setting: Setting, euler: Euler, connected: bool, most: int
) -> Iterator[RibbonGraph]:
    """The contractions of some groups of words, each of ``most`` words at most, in the order of `diagrams_of`."""
    groups = (_Group(group, setting, connected) for group in words)
    if isinstance(euler, int):
        for group in groups:
            yield from group.of(euler)
        return
    highest = 2 if connected else 2 * most
    known: list[_Group] = []
    for group in groups:  # made one by one: the first diagram does not wait for all words
        known.append(group)
        yield from group.of(highest, euler)
    lowest = min((group.lowest for group in known), default=highest) if euler is None else 2
    for chi in range(highest - 1, lowest - 1, -1):
        for group in known:
            yield from group.of(chi, euler)


class _Group:
    """Words that are contracted with one another, and how many of their contractions were made."""

    def __init__(self, words: tuple[Word, ...], setting: Setting, connected: bool) -> None:
        self.words = words
        self.setting = setting
        self.connected = connected
        self.made = 0
        # Every contraction has a face.
        self.lowest = _without_faces(words) + any(word.letters for word in words)

    @cached_property
    def number(self) -> int | None:
        """How many there are of every Euler characteristic; None where nobody knows."""
        return None if self.connected else count_contractions(self.words, self.setting)

    @cached_property
    def has_twists(self) -> bool:
        """Whether any ribbon can be twisted; else there are no odd Euler characteristics."""
        letters = tuple(letter for word in self.words for letter in word.letters)
        return any(twist for each in _options(letters, self.setting) for _, twist in each)

    def of(self, chi: int, euler: Euler = None) -> Iterator[RibbonGraph]:
        """Those of one Euler characteristic, of all or of the planar ones."""
        if chi < self.lowest or self.made == self.number or (chi % 2 and not self.has_twists):
            return
        for graph in _contractions(self.words, self.setting, chi, self.connected, planar=euler == "planar"):
            self.made += 1
            yield graph


def word_groups(term: Term, setting: Setting, order: int) -> Iterator[tuple[Word, ...]]:
    """The words of a term, one for each factor, that have so many insertions together.

    The first word takes the coefficient of the term.
    """

    transposes = transposes_of(setting)

    @cache
    def words_of(factor: Factor, part: int) -> tuple[Word, ...]:
        found = words(factor.node, setting, part)
        if not factor.closed:
            return found
        return tuple(word for word in close(found, setting) if not is_zero(word, transposes))

    for parts in _compositions(order, len(term.factors)):
        choices = (words_of(factor, part) for factor, part in zip(term.factors, parts, strict=True))
        for first, *others in product(*choices):
            yield replace(first, coefficient=term.coefficient * first.coefficient), *others


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Every way to share a number among some parts.

    >>> list(_compositions(2, 2))
    [(0, 2), (1, 1), (2, 0)]
    """
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in _compositions(total - first, parts - 1):
            yield (first, *rest)


def _contractions(
    group: tuple[Word, ...], setting: Setting, chi: int, connected: bool, *, planar: bool
) -> Iterator[RibbonGraph]:
    if len(group) == 1 and chi == 2:
        yield from planar_contractions(group[0], setting)
    elif planar or (connected and chi == 2):
        for pairing, twisted in spheres(group, setting, components=chi // 2) if chi % 2 == 0 else ():
            yield RibbonGraph(setting, group, pairing, twisted)
    else:
        for graph in all_contractions(group, setting, euler=chi):
            if not connected or graph.is_connected:
                yield graph


def count_planar(word: Word, setting: Setting) -> int:
    """How many planar contractions a word has, without making them.

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expressions.expression import prepare, read
    >>> N = symbols("N", positive=True)
    >>> H = MatrixSymbol("H", N, N)
    >>> setting = prepare([H], Model([Gaussian(H, kind="hermitian")]))
    >>> word, = words(read(H**60, setting), setting, 0)
    >>> count_planar(word, setting)  # the 30th Catalan number
    3814986502092304
    """
    return interval_counts(word.letters, setting).get((0, len(word.letters)), 0)


def count_contractions(words: Word | tuple[Word, ...], setting: Setting) -> int:
    """How many contractions one word has, or several words together, planar or not, twisted or not."""
    group = (words,) if isinstance(words, Word) else words
    plain, conjugated = _occurrences(tuple(letter for word in group for letter in word.letters))
    return prod(_ways(setting.fields[k].law, n - conjugated[k], conjugated[k]) for k, n in plain.items())


def _ways(law: Law, plain: int, conjugated: int) -> int:
    """How many contractions so many letters of a field have with one another.

    Mixed ribbons join a conjugated letter to one that is not; the others are paired among themselves.
    """
    alike, mixed = law.ribbons(False, False), law.ribbons(True, False)
    return sum(
        comb(plain, k) * comb(conjugated, k) * factorial(k) * mixed**k
        * _pairings(plain - k) * _pairings(conjugated - k) * alike ** ((plain + conjugated) // 2 - k)
        for k in range(min(plain, conjugated) + 1)
    )  # fmt: skip


def _pairings(letters: int) -> int:
    """The number of ways to join letters in pairs: (letters - 1)!!, none for an odd number."""
    half = letters // 2
    return 0 if letters % 2 else factorial(letters) // (2**half * factorial(half))


def planar_contractions(word: Word, setting: Setting) -> Iterator[RibbonGraph]:
    """The planar contractions of a word, lazily: its noncrossing pairings by untwisted ribbons.

    They are the partitions of an interval of letters: its first letter, the letters up to its partner, and
    the letters behind. A table of counts leaves out every choice that leads nowhere, so that the first
    diagram of a word of any length comes at once.
    """
    make = trusted_contractions(RibbonGraph, setting, (word,))
    for pairing in noncrossing(word.letters, setting):
        yield make(pairing)


def all_contractions(
    words: Word | tuple[Word, ...], setting: Setting, *, euler: int | None = None
) -> Iterator[RibbonGraph]:
    """Every contraction of one word, or of several words together, with every allowed twist, lazily.

    The contractions of several words include those that leave them unconnected. With ``euler`` only those of
    this Euler characteristic: index lines are counted as ribbons are joined, and no other graph is made.
    """
    group = (words,) if isinstance(words, Word) else words
    letters = tuple(letter for word in group for letter in word.letters)
    plain, conjugated = _occurrences(letters)
    for index, total in plain.items():
        if total % 2 or (setting.fields[index].law.is_charged and 2 * conjugated[index] != total):
            return
    without_faces = _without_faces(group)
    joints = corner_joints(tuple(len(word.letters) for word in group))
    wanted = None if euler is None else euler - without_faces
    make = trusted_contractions(RibbonGraph, setting, group)
    for pairing, twisted, faces in matchings(_options(letters, setting), joints, wanted):
        yield make(pairing, twisted, without_faces + faces)


def _without_faces(group: tuple[Word, ...]) -> int:
    """The Euler characteristic without the faces that run along ribbons."""
    ribbons = sum(len(word.letters) for word in group) // 2
    return len(group) - ribbons + sum(not word.letters for word in group)


def _occurrences(letters: tuple[Letter, ...]) -> tuple[Counter[int], Counter[int]]:
    plain = Counter(letter.field for letter in letters)
    return plain, Counter(letter.field for letter in letters if letter.conjugated)


def _options(letters: tuple[Letter, ...], setting: Setting) -> list[list[tuple[int, bool]]]:
    """The later partners of each letter, untwisted before twisted."""
    options: list[list[tuple[int, bool]]] = []
    for i, one in enumerate(letters):
        law = setting.fields[one.field].law
        options.append([])
        for j in range(i + 1, len(letters)):
            if one.pairs_untwisted(letters[j], law):
                options[-1].append((j, False))
            if one.pairs_twisted(letters[j], law):
                options[-1].append((j, True))
    return options
