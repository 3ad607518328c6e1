"""Words read from another letter or from behind: one vertex of a ribbon graph, written differently.

A closed word has no first letter: it can be rotated. It can also be turned over, as the trace of a matrix is
that of its transpose: the order of letters and corners is reversed, every letter is transposed, and the
ribbons that leave the word get a half twist. A ribbon with both ends in the word gets two, which is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from planaria.algebra.polynomials import polynomial_text
from planaria.diagrams.expressions.bracelets import bracelet, from_behind, rotations_to
from planaria.diagrams.expressions.expression import Setting
from planaria.diagrams.expressions.letters import transposed_letter
from planaria.diagrams.expressions.words import Word

__all__ = [
    "Placing",
    "is_zero",
    "normal_form",
    "read_word",
    "readings",
    "transposes_of",
    "turn_over",
    "word_key",
]


@dataclass(frozen=True)
class Placing:
    """How the letters of a word are read: from letter ``first`` on, and backwards if the word is turned over."""

    first: int
    turned: bool

    def order(self, length: int) -> tuple[int, ...]:
        """The letters in the order in which they are read.

        >>> Placing(1, False).order(4), Placing(1, True).order(4)
        ((1, 2, 3, 0), (1, 0, 3, 2))
        """
        step = -1 if self.turned else 1
        return tuple((self.first + step * k) % length for k in range(length))


def transposes_of(setting: Setting) -> tuple[int, ...]:
    """What the transpose of each field is: the field, minus the field (-1), or a letter of its own (0)."""
    return tuple(one.law.transpose for one in setting.fields)


def turn_over(word: Word, transposes: Sequence[int]) -> Word:
    """A closed word read from behind: the trace of the transpose, written out.

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expressions.words import close, words
    >>> from planaria.diagrams.expressions.expression import prepare, read
    >>> N, P = symbols("N P", positive=True)
    >>> x, A = MatrixSymbol("x", N, P), MatrixSymbol("A", N, N)
    >>> setting = prepare([A * x * x.T], Model([Gaussian(x)]))
    >>> word, = close(words(read(A * x * x.T * x * x.T, setting), setting, 0), setting)
    >>> turn_over(word, transposes_of(setting)) == word  # A x x^T x x^T is not symmetric, but its trace is
    True

    Raises ValueError for an open word: its two ends are not alike.
    """
    if not word.closed:
        raise ValueError("an open word has its ends where they are")
    return read_word(word, Placing(len(word.letters) - 1, True), transposes)


def read_word(word: Word, placing: Placing, transposes: Sequence[int]) -> Word:
    """A word as it is read from another letter on, or from behind.

    Raises ValueError for an open word, unless it is read as it is.
    """
    n = len(word.letters)
    if not n or placing == Placing(0, False):
        return word
    if not word.closed:
        raise ValueError("an open word has its ends where they are")
    letters, corners, coefficient, place = word.letters, word.corners, word.coefficient, placing.first
    if placing.turned:
        letters = tuple(transposed_letter(letter, transposes[letter.field]) for letter in reversed(letters))
        corners, place = from_behind(corners), n - 1 - place
        coefficient = coefficient if _turning(word, transposes) > 0 else -coefficient
    letters, corners = letters[place:] + letters[:place], corners[place:] + corners[:place]
    space = letters[0].rows
    return replace(word, letters=letters, corners=corners, coefficient=coefficient, rows=space, cols=space)


def _turning(word: Word, transposes: Sequence[int]) -> int:
    """The sign that a word gets when it is turned over."""
    return -1 if sum(transposes[letter.field] < 0 for letter in word.letters) % 2 else 1


def readings(word: Word, transposes: Sequence[int]) -> Iterator[tuple[Placing, Word]]:
    """Every way to read a word: one for an open word, two for each letter of a closed one."""
    if not word.closed or not word.letters:
        yield Placing(0, False), word
        return
    for turned in (False, True):
        for first in range(len(word.letters)):
            placing = Placing(first, turned)
            yield placing, read_word(word, placing, transposes)


def is_zero(word: Word, transposes: Sequence[int]) -> bool:
    """Whether a closed word is minus itself, as the trace of the cube of an antisymmetric matrix is."""
    if not word.closed or _turning(word, transposes) > 0:
        return False
    here, behind = (
        tuple(zip(_letters(one), _corners(one), strict=True)) for one in (word, turn_over(word, transposes))
    )
    return bracelet(here, behind, -1)[1] == 0


def word_key(word: Word) -> tuple[Any, ...]:
    """A key that orders words, and is equal for words that are equal up to their coefficients."""
    return word.closed, len(word.letters), _letters(word), _corners(word), str(word.rows), str(word.cols)


def _letters(word: Word) -> tuple[tuple[int, bool, bool], ...]:
    return tuple((one.field, one.transposed, one.conjugated) for one in word.letters)


def _corners(word: Word) -> tuple[tuple[str, str], ...]:
    return tuple((polynomial_text(one.numerator), polynomial_text(one.denominator)) for one in word.corners)


@lru_cache(maxsize=4096)
def normal_form(word: Word, transposes: tuple[int, ...]) -> tuple[Word, tuple[Placing, ...]]:
    """The least of the readings of a word, with the coefficient 1, and every way to read it so.

    The coefficient is -1 where the word is minus that reading, as tr(ABC) = -tr(CBA) of antisymmetric matrices.

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expressions.words import close, words
    >>> from planaria.diagrams.expressions.expression import prepare, read
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> setting = prepare([x], Model([Gaussian(x)]))
    >>> word, = close(words(read((x.T * x) ** 2, setting), setting, 0), setting)
    >>> normal, placings = normal_form(word, transposes_of(setting))
    >>> [letter.transposed for letter in normal.letters], len(placings)
    ([False, True, False, True], 4)
    """
    alone = replace(word, coefficient=word.coefficient.ring.one)
    n = len(word.letters)
    if not word.closed or not n:
        return alone, (Placing(0, False),)
    turned = turn_over(alone, transposes)
    least, _ = bracelet(_letters(alone), _letters(turned))
    # Corners decide where the letters are alike.
    found = [
        (corners[place:] + corners[:place], Placing(n - 1 - place if one is turned else place, one is turned))
        for one, corners in ((alone, _corners(alone)), (turned, _corners(turned)))
        for place in rotations_to(least, _letters(one))
    ]
    lowest = min(corners for corners, _ in found)
    same = sorted(
        (placing for corners, placing in found if corners == lowest), key=lambda one: (one.turned, one.first)
    )
    return read_word(alone, same[0], transposes), tuple(same)
