"""Raised and lowered characters of Unicode: the only place that knows which there are."""

from __future__ import annotations

__all__ = ["lowered", "raised"]

_ABOVE = dict(zip("0123456789-/", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᐟ", strict=True))
_BELOW = dict(zip("0123456789+−aehiklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True))

_RAISED = str.maketrans(_ABOVE)


def raised(number: object) -> str:
    """A rational number as an exponent.

    >>> raised(12), raised("-1/2")
    ('¹²', '⁻¹ᐟ²')
    """
    return str(number).translate(_RAISED)


def lowered(text: str) -> str | None:
    """A text as an index; None where Unicode has no such characters.

    >>> lowered("11"), lowered("u"), lowered("w")
    ('₁₁', 'ᵤ', None)
    """
    return "".join(_BELOW[sign] for sign in text) if all(sign in _BELOW for sign in text) else None
