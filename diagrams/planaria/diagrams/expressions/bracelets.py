"""Bracelets: the canonical form of a closed word, which has no first letter and can be turned over.

The trace of a product does not change when its factors are rotated, nor when it is transposed: read backwards,
with every factor transposed. So a closed word is written by the least of its readings. Factors that are minus
their own transpose give a word a sign when it is turned over, and a word that is minus itself is zero.

A word is a string or a tuple here, of tokens that can be ordered. Who asks gives the word turned over, too: only
there it is known what a token transposed is.
"""

from __future__ import annotations

from typing import Any, TypeVar

__all__ = ["bracelet", "from_behind", "least_rotation", "rotations_to"]

W = TypeVar("W", str, tuple[Any, ...])


def least_rotation(word: W) -> W:
    """The least of the rotations of a word.

    >>> least_rotation("banana"), least_rotation((2, 1, 1))
    ('abanan', (1, 1, 2))
    """
    first, twice, length = min(word), word + word, len(word)
    place = word.index(first)  # the least rotation begins with a least token
    best = twice[place : place + length]
    for _ in range(word.count(first) - 1):
        place = twice.index(first, place + 1)
        rotated = twice[place : place + length]
        if rotated < best:
            best = rotated
    return best


def rotations_to(least: W, word: W) -> list[int]:
    """The places from which a word is read as one of its rotations.

    >>> rotations_to("abab", "baba"), rotations_to((1, 2), (1, 1))
    ([1, 3], [])
    """
    twice, length = word + word, len(word)
    return [place for place in range(length) if twice[place : place + length] == least]


def bracelet(word: W, turned: W, sign: int = 1) -> tuple[W, int]:
    """The least reading of a closed word, and its sign: the word is so many times that reading.

    Parameters
    ----------
    turned
        The word turned over, from whichever token on.
    sign
        1 or -1: the word is so many times the one that is turned over.

    >>> bracelet("cab", "bac"), bracelet("cab", "bac", -1), bracelet("acb", "bca", -1), bracelet("aba", "aba", -1)
    (('abc', 1), ('abc', 1), ('abc', -1), ('aab', 0))
    """
    least, other = least_rotation(word), least_rotation(turned)
    if least == other:
        return least, 1 if sign > 0 else 0
    return (least, 1) if least < other else (other, sign)


def from_behind(corners: W) -> W:
    """The corners before the letters of a closed word that is turned over, its last letter first.

    The corner before a letter is then the one that was behind it.

    >>> from_behind("abc")
    'acb'
    """
    return corners[:1] + corners[:0:-1]
