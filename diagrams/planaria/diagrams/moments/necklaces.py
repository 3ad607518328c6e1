"""Traces of words as strings: one character for a letter or a corner, and one string for equal traces.

A word with letters is written as its bracelet, the least string that its trace can be read as, and comes with a
sign: 1, -1 or 0. A word whose letters are all contracted is a *face*: one corner, the trace of a function of
eigenvalues.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sympy import Expr, S

from planaria.algebra.errors import InputError
from planaria.algebra.numbering import Numbering
from planaria.algebra.rational import Ratio
from planaria.diagrams.expressions.bracelets import bracelet
from planaria.diagrams.expressions.expression import Letter, Setting
from planaria.diagrams.expressions.letters import transposed_letter
from planaria.diagrams.expressions.words import Word, split
from planaria.diagrams.graphs.faces import covariance

__all__ = ["Alphabet", "Weight", "is_face"]

Weight = tuple[int, str]
"""The weight of a ribbon: a sign, and the corners that stand for scalars."""

# Letters come before corners, so that the least rotation of a word begins with a letter, if it has one.
_FIRST_CORNER = "\u0400"
_MOST_CORNERS = 0xD000  # up to the characters that stand for no character


def is_face(text: str) -> bool:
    """Whether a trace in canonical form has no letters left."""
    return text >= _FIRST_CORNER


class Alphabet:
    """The letters and corners of one setting, what they contract to, and the canonical form of their words.

    Attributes
    ----------
    transposes
        The transposed letter by the letter's number, as ``str.translate`` takes it.
    untwisted, twisted
        The letters that a letter has an untwisted, or a twisted, ribbon with, each with the weight of that
        ribbon: a sign, and the corners that stand for scalars.
    covariances
        The corners that a letter's ribbon puts on its left and on its right index line.
    fields
        The number of the field of a letter.

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expressions.words import close, words
    >>> from planaria.diagrams.expressions.expression import prepare, read
    >>> N, P = symbols("N P", positive=True)
    >>> x, y = MatrixSymbol("x", N, P), MatrixSymbol("y", N, P)
    >>> cyclic, transposed = x.T * x * y.T * y, y.T * y * x.T * x
    >>> setting = prepare([cyclic, transposed], Model([Gaussian(x), Gaussian(y)]))
    >>> alphabet = Alphabet(setting)
    >>> len({alphabet.word(one)[0] for m in (cyclic, transposed)
    ...      for one in close(words(read(m, setting), setting, 0), setting)})
    1
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.letters: dict[Letter, str] = {}
        self.transposes: dict[int, str] = {}
        self.untwisted: dict[str, dict[str, Weight]] = {}
        self.twisted: dict[str, dict[str, Weight]] = {}
        self.scalars: dict[str, Ratio] = {}
        self.covariances: dict[str, tuple[str, str]] = {}
        self.fields: dict[str, int] = {}
        self._corners: Numbering[tuple[Expr, Ratio]] = Numbering()
        self._products: dict[str, str] = {}
        self._units: set[str] = set()
        self._canonical: dict[str, tuple[str, int]] = {}
        self._negative: set[str] = set()  # letters that are minus their transpose

    def letter(self, letter: Letter) -> str:
        """The character of a letter; a letter that is new comes with its transpose."""
        if letter not in self.letters:
            transpose = self.setting.fields[letter.field].law.transpose
            pair = tuple(dict.fromkeys((letter, transposed_letter(letter, transpose))))
            for one in pair:
                self._add_letter(one)
            for one, turned in zip(pair, reversed(pair), strict=True):
                self.transposes[ord(self.letters[one])] = self.letters[turned]
                if transpose < 0:
                    self._negative.add(self.letters[one])
        return self.letters[letter]

    def _add_letter(self, letter: Letter) -> None:
        code = self.letters[letter] = chr(len(self.letters))
        if code >= _FIRST_CORNER:
            raise InputError(
                "model", f"more than {len(self.letters) - 1} different letters occur", "use fewer fields"
            )
        self.fields[code] = letter.field
        left, right = (
            self.corner(space, split(covariance(letter, side, self.setting), self.setting)[1])
            for space, side in ((letter.rows, False), (letter.cols, True))
        )
        self.covariances[code] = (left, right)
        self.untwisted[code], self.twisted[code] = {}, {}
        field = self.setting.fields[letter.field]
        for other, name in self.letters.items():
            if other.field != letter.field:
                continue
            for table, twisted in ((self.untwisted, False), (self.twisted, True)):
                weight = field.weight(letter, other, twisted=twisted)
                if weight:
                    table[code][name] = table[name][code] = self._weight(weight)

    def _weight(self, weight: Ratio) -> Weight:
        one = self.setting.ring.one
        if weight.is_one:
            return 1, ""
        if weight == -one:
            return -1, ""
        # A scalar is written as one more corner: the trace of a function over a space that there is not.
        code = self.corner(S.One, weight)
        self.scalars[code] = weight
        return 1, code

    def corner(self, space: Expr, function: Ratio) -> str:
        """The character of a function of the eigenvalues of a space."""
        number = self._corners.number((space, function))
        if number >= _MOST_CORNERS:
            raise InputError(
                "expression", f"more than {_MOST_CORNERS:,} functions of eigenvalues occur", "lower the degree"
            )
        code = chr(ord(_FIRST_CORNER) + number)
        if function.is_one:
            self._units.add(code)
        return code

    def function(self, corner: str) -> tuple[Expr, Ratio]:
        """The space of a corner, and its function of eigenvalues."""
        return self._corners[ord(corner) - ord(_FIRST_CORNER)]

    def word(self, word: Word) -> tuple[str, int]:
        """A closed word in canonical form, its coefficient left out, and its sign."""
        if not word.letters:
            return self.corner(word.rows, word.corners[0]), 1
        return self.closed(
            "".join(
                self.corner(space, function) + self.letter(letter)
                for space, function, letter in zip(word.spaces, word.corners, word.letters, strict=True)
            )
        )

    def closed(self, text: str) -> tuple[str, int]:
        """The canonical form of the trace of letters and corners, in which corners may be neighbours; its sign."""
        found = self._canonical.get(text)
        if found is None:
            found = self._canonical[text] = self._close(text)
        return found

    def transposed(self, text: str) -> str:
        """The transpose of a product of letters and corners, up to the sign `turning`."""
        return text[::-1].translate(self.transposes)

    def turning(self, text: str) -> int:
        """The sign of the transpose of a product."""
        return -1 if self._negative and sum(one in self._negative for one in text) % 2 else 1

    def field_counts(self, words: Iterable[str]) -> tuple[int, ...]:
        """How many letters of each field some words have."""
        counts = [0] * len(self.setting.fields)
        for text in words:
            for character, number in Counter(text).items():
                if not is_face(character):
                    counts[self.fields[character]] += number
        return tuple(counts)

    def vanishes(self, words: Iterable[str]) -> bool:
        """Whether the letters of some words cannot all be joined in pairs."""
        balance = dict.fromkeys(range(len(self.setting.fields)), 0)
        names = {code: letter for letter, code in self.letters.items()}
        for text in words:
            for character, number in Counter(text).items():
                if not is_face(character):
                    letter = names[character]
                    balance[letter.field] += -number if letter.conjugated else number
        return any(
            total if self.setting.fields[index].law.is_charged else total % 2 for index, total in balance.items()
        )

    def _close(self, text: str) -> tuple[str, int]:
        parts: list[str] = []
        for character in text:
            if parts and is_face(character) and is_face(parts[-1]):
                parts[-1] = self._product(parts[-1], character)
            else:
                parts.append(character)
        if len(parts) > 1 and is_face(parts[0]) and is_face(parts[-1]):
            parts[0] = self._product(parts.pop(), parts[0])
        if len(parts) == 1 and is_face(parts[0]):
            return parts[0], 1
        word = "".join(part for part in parts if part not in self._units)
        return bracelet(word, self.transposed(word), self.turning(word))

    def _product(self, left: str, right: str) -> str:
        if left in self._units:
            return right
        if right in self._units:
            return left
        key = left + right
        if key not in self._products:
            space, function = self.function(left)
            self._products[key] = self._products[right + left] = self.corner(
                space, function * self.function(right)[1]
            )
        return self._products[key]
