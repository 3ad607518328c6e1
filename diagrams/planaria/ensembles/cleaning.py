"""Text of others, made harmless: what a reader does not see, or what moves a terminal, is written out.

Titles, names, arguments and file names come from whoever wrote a model file. An escape character among them moves
a terminal's cursor, a bidirectional override turns the letters behind it around, and a line separator ends a
comment of LaTeX. The list of models answers without sympy: this module imports nothing heavy.
"""

from __future__ import annotations

import unicodedata

__all__ = ["clean", "clean_line", "is_clean"]

# Controls (C0, DEL, C1), formats (bidirectional marks, zero widths, tags), surrogates, private use, unassigned
# ones, and the two separators that break lines.
_UNSAFE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def clean(text: str) -> str:
    r"""The text with every invisible or controlling character as a visible escape; line feeds stay.

    >>> clean("bold \x1b[1m, turned \u202e, one\ntwo")
    'bold \\x1b[1m, turned \\u202e, one\ntwo'
    >>> clean("Δ ≤ é, 日本")
    'Δ ≤ é, 日本'
    """
    if is_clean(text):
        return text
    return "".join(one if one == "\n" or not _is_unsafe(one) else _written(one) for one in text)


def clean_line(text: str) -> str:
    r"""The same on one line, every run of white space a single space: for comments, headings and sentences.

    >>> clean_line("a title\n\\input{secrets} \u2028 on \x1b]0;x\x07")
    'a title \\input{secrets} on \\x1b]0;x\\x07'
    """
    return clean(" ".join(text.split()))


def is_clean(text: str) -> bool:
    """Whether ``clean`` would change nothing. Most text is, and this is quick."""
    return text.isprintable() or all(one == "\n" or not _is_unsafe(one) for one in text)


def _is_unsafe(character: str) -> bool:
    return unicodedata.category(character) in _UNSAFE


def _written(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
