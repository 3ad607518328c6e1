"""Words of standard fields: every variance and covariance moved into scalars and corners, exactly.

A field is X = sqrt(v) A X1 B with A^2 and B^2 its covariances, and standard entries in X1. Between two letters,
the right covariance f of the first, the corner c and the left covariance g of the second meet in c sqrt(f g).
All of them are functions of the eigenvalues of one space, so that

    c sqrt(f g) = s sqrt(t),    s rational, t without square factors,

and two words of standard fields are equal when their letters and the pairs (s, t) are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sympy import Expr

from planaria.algebra.numbering import Numbering
from planaria.algebra.rational import Ratio
from planaria.diagrams.duality.exchange import Exchange, turned
from planaria.diagrams.expressions.bracelets import bracelet, from_behind, rotations_to
from planaria.diagrams.expressions.expression import Letter, Setting
from planaria.diagrams.expressions.words import Word, split

__all__ = ["Corner", "Gauge", "StandardWord", "alignments", "canonical", "exchanged"]


@dataclass(frozen=True)
class Corner:
    """s sqrt(t), a function of the eigenvalues of a space."""

    space: Expr
    s: Ratio
    t: Ratio


@dataclass(frozen=True)
class StandardWord:
    """A closed word of standard fields: corners[k] stands before letters[k].

    The scalar holds everything else: the coefficient of the word, and the variances of all its ribbons.
    """

    letters: tuple[Letter, ...]
    corners: tuple[Corner, ...]
    scalar: Ratio = field(compare=False)

    def __hash__(self) -> int:
        return hash(self.letters)


class Gauge:
    """The way from words of a setting to standard words and back."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self._sides: dict[tuple[int, bool], tuple[Ratio, dict[Ratio, int]]] = {}
        self._roots: dict[tuple[int, bool, int, bool], tuple[Ratio, Ratio]] = {}

    def standard(self, word: Word) -> StandardWord:
        """The standard word of a closed word that has contractions."""
        ring, letters = self.setting.ring, word.letters
        scalar = word.coefficient * self._ribbons(letters)
        corners = []
        for k, letter in enumerate(letters):
            s, t = self._root(letters[k - 1], letter)
            factor, rest = split(word.corners[k] * s, self.setting)
            scalar = scalar * factor
            corners.append(Corner(letter.rows, rest, t))
        if not letters:
            factor, rest = split(word.corners[0], self.setting)
            scalar, corners = scalar * factor, [Corner(word.rows, rest, ring.one)]
        return StandardWord(letters, tuple(corners), scalar)

    def word(self, standard: StandardWord) -> Word | None:
        """The word of a standard word; None where a corner of it would be irrational."""
        letters = standard.letters
        if not letters:
            (corner,) = standard.corners
            return Word((), (corner.s,), standard.scalar, corner.space, corner.space, closed=True)
        coefficient = standard.scalar / self._ribbons(letters)
        corners = []
        for k, (letter, corner) in enumerate(zip(letters, standard.corners, strict=True)):
            s, t = self._root(letters[k - 1], letter)
            if t != corner.t:
                return None
            factor, rest = split(corner.s / s, self.setting)
            coefficient = coefficient * factor
            corners.append(rest)
        space = letters[0].rows
        return Word(letters, tuple(corners), coefficient, space, space, closed=True)

    def scale(self, index: int) -> Ratio:
        """The scalar of one ribbon of a field: its variance, and the scalar factors of its covariances."""
        return self.setting.fields[index].variance * self._side(index, False)[0] * self._side(index, True)[0]

    def factors(self, index: int, cols: bool) -> dict[Ratio, int]:
        """A covariance without its scalar factor: powers of irreducible functions of eigenvalues."""
        return self._side(index, cols)[1]

    def _ribbons(self, letters: Iterable[Letter]) -> Ratio:
        """The scalar of all ribbons: variances, and the scalar factors of covariances."""
        product = self.setting.ring.one
        counts: dict[int, int] = {}
        for letter in letters:
            counts[letter.field] = counts.get(letter.field, 0) + 1
        for index, count in counts.items():
            product = product * self.scale(index) ** (count // 2)
        return product

    def _side(self, index: int, cols: bool) -> tuple[Ratio, dict[Ratio, int]]:
        """A covariance as scalar * product of powers of irreducible functions of eigenvalues."""
        if (index, cols) not in self._sides:
            one = self.setting.fields[index]
            scalar, rest = split(one.cols if cols else one.rows, self.setting)
            self._sides[index, cols] = (scalar, _factors(rest, self.setting))
        return self._sides[index, cols]

    def _root(self, before: Letter, after: Letter) -> tuple[Ratio, Ratio]:
        """sqrt(f g) = s sqrt(t) at the corner between two letters."""
        key = (before.field, not before.transposed, after.field, after.transposed)
        if key not in self._roots:
            powers = dict(self._side(*key[:2])[1])
            for factor, power in self._side(*key[2:])[1].items():
                powers[factor] = powers.get(factor, 0) + power
            s = t = self.setting.ring.one
            for factor, power in powers.items():
                s = s * factor ** (power // 2)
                t = t * factor ** (power % 2)
            self._roots[key] = (s, t)
        return self._roots[key]


def _factors(value: Ratio, setting: Setting) -> dict[Ratio, int]:
    powers: dict[Ratio, int] = {}
    for polynomial, sign in ((value.numerator, 1), (value.denominator, -1)):
        for factor, power in polynomial.factor()[1]:
            _, primitive = split(setting.ring.from_mpoly(factor), setting)
            powers[primitive] = powers.get(primitive, 0) + sign * int(power)
    return powers


def exchanged(word: StandardWord, exchange: Exchange, setting: Setting) -> StandardWord:
    """The standard word of the other side, letter by letter."""
    scalar = exchange.ratio(word.scalar)
    corners = []
    for corner in word.corners:
        factor, s = split(exchange.ratio(corner.s), setting)
        scalar = scalar * factor
        _, t = split(exchange.ratio(corner.t), setting)  # a positive function: its content is a square
        corners.append(Corner(exchange.space(corner.space), s, t))
    letters = tuple(exchange.letter(letter, setting) for letter in word.letters)
    return StandardWord(letters, tuple(corners), scalar)


_Token = tuple[Corner, Letter]


def alignments(
    first: StandardWord, second: StandardWord, setting: Setting
) -> Iterator[tuple[bool, tuple[int, ...]]]:
    """The ways to read the second word as the first one: rotations, and reflections with all letters transposed.

    Yields whether the word is turned over, and the position in the second word of each letter of the first.
    Reflections come first: they are their own inverses.
    """
    n = len(first.letters)
    for turn in (True, False):
        tokens = _turned_tokens(first, setting) if turn else _tokens(first)
        for shift in rotations_to(tokens, _tokens(second)):
            places = (n - 1 - i if turn else i for i in range(n))
            yield turn, tuple((place + shift) % n for place in places)


def canonical(word: StandardWord, setting: Setting, numbers: Numbering[object]) -> tuple[tuple[int, int], ...]:
    """A key that is equal for words that are equal as traces; ``numbers`` is the table that it counts in."""
    number = numbers.number

    if not word.letters:
        return ((number(word.corners[0]), -1),)
    here, behind = (
        tuple((number(corner), number(letter)) for corner, letter in tokens)
        for tokens in (_tokens(word), _turned_tokens(word, setting))
    )
    return bracelet(here, behind)[0]


def _tokens(word: StandardWord) -> tuple[_Token, ...]:
    return tuple(zip(word.corners, word.letters, strict=True))


def _turned_tokens(word: StandardWord, setting: Setting) -> tuple[_Token, ...]:
    letters = (turned(letter, setting) for letter in reversed(word.letters))
    return tuple(zip(from_behind(word.corners), letters, strict=True))
