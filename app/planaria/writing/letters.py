"""Letters of words as they are written: a field with the sign of its transpose, conjugate or adjoint."""

from __future__ import annotations

from typing import NamedTuple

from planaria.diagrams.expressions.expression import Letter
from planaria.diagrams.rules.tables import suffix

__all__ = ["LetterSign", "letter_sign"]


class LetterSign(NamedTuple):
    """The sign behind the name of a field, for each medium; empty strings where there is none."""

    grammar: str
    latex: str
    terminal: str
    raised: str  # what media that can raise any text raise


_SIGNS = {
    one.grammar: one
    for one in (
        LetterSign("", "", "", ""),
        LetterSign(".T", r"^{\mathsf{T}}", "ᵀ", "T"),
        LetterSign(".H", r"^{\dagger}", "†", "†"),
        LetterSign(".conj", "^{*}", "*", "∗"),
    )
}


def letter_sign(letter: Letter) -> LetterSign:
    """The sign of a letter.

    >>> from sympy import symbols
    >>> letter_sign(Letter(0, True, True, *symbols("N P"))).terminal
    '†'
    """
    return _SIGNS[suffix(letter)]
