"""Names as labels: Unicode for SVG and PNG, LaTeX for TikZ."""

from __future__ import annotations

from functools import lru_cache

from planaria.diagrams.expressions.expression import Letter, Setting
from planaria.ensembles.cleaning import clean_line
from planaria.writing.emitters.shapes import Text
from planaria.writing.letters import letter_sign
from planaria.writing.names import spell

__all__ = ["letter_text", "name_text"]


@lru_cache(maxsize=1024)
def name_text(name: str) -> Text:
    """A name, Greek where it is spelled so, its indices below the line.

    >>> name_text("Lambda").plain, name_text("sigma_eps").pieces, name_text("lambda_plus").latex
    ('Λ', (('σ', 0), ('ε', -1)), '\\\\lambda_+')
    """
    name = clean_line(name)  # a line feed in it would end a line of LaTeX
    spelled = spell(name)
    if spelled.is_text:
        return Text.words(name)
    return Text(spelled.pieces, spelled.latex)


@lru_cache(maxsize=1024)
def letter_text(letter: Letter, setting: Setting) -> Text:
    """A field as it stands in a word, with the sign of its transpose, conjugate or adjoint."""
    name, sign = name_text(setting.fields[letter.field].name), letter_sign(letter)
    return Text((*name.pieces, (sign.raised, 1)), name.latex + sign.latex) if sign.grammar else name
