"""How much room a label takes: an estimate on the safe side, as every reader has fonts of their own."""

from __future__ import annotations

from planaria.writing.emitters.shapes import Label, Text

__all__ = ["box", "width"]

_NARROW = frozenset("ijltfr.,:;'()[] −")
_WIDE = frozenset("MWmw№")


def width(text: Text, size: float) -> float:
    """The width of a text, in points.

    >>> width(Text((("σ", 0), ("u", -1)), ""), 10)
    10.2
    """
    ems = 0.0
    for piece, level in text.pieces:
        for letter in piece:
            em = 0.4 if letter in _NARROW else 0.9 if letter in _WIDE else 0.6 if letter.islower() else 0.68
            ems += em if level == 0 else 0.7 * em
    return round(ems * size, 2)


def box(label: Label) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a label.

    >>> box(Label((10.0, 10.0), Text((("N", 0),), "N"), 10.0, start=True))
    (10.0, 5.5, 16.8, 14.5)
    """
    x, y = label.at
    wide = width(label.text, label.size)
    left = x if label.start else x - wide / 2
    return left, y - 0.45 * label.size, left + wide, y + 0.45 * label.size
