"""Raised and lowered characters of Unicode: the only place that knows which there are."""

from __future__ import annotations

__all__ = ["RAISED", "level_again", "lowered", "raised"]

_ABOVE = dict(zip("0123456789-/", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᐟ", strict=True))
_BELOW = dict(zip("0123456789+−aehiklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True))

RAISED = "".join(_ABOVE.values())
_RAISED, _LEVEL = str.maketrans(_ABOVE), str.maketrans({above: sign for sign, above in _ABOVE.items()})


def raised(number: object) -> str:
    """A rational number as an exponent.

    >>> raised(12), raised("-1/2")
    ('¹²', '⁻¹ᐟ²')
    """
    return str(number).translate(_RAISED)


def level_again(text: str) -> str:
    """A text with its raised characters back on the line.

    >>> level_again("⁻¹²")
    '-12'
    """
    return text.translate(_LEVEL)


def lowered(text: str) -> str | None:
    """A text as an index; None where Unicode has no such characters.

    >>> lowered("11"), lowered("u"), lowered("w")
    ('₁₁', 'ᵤ', None)
    """
    return "".join(_BELOW[sign] for sign in text) if all(sign in _BELOW for sign in text) else None
