"""Which numbers a parameter of a model file may have: positive ones, real ones of any sign, or complex ones."""

from __future__ import annotations

from planaria.algebra.errors import InputError

__all__ = ["range_of"]


def range_of(value: object, place: str) -> tuple[bool, bool]:
    """Whether a declared parameter may have any sign, and whether it may be complex.

    Raises InputError for a `complex` that is no truth value, and for a complex number with a sign.

    >>> range_of({"sign": "any"}, "model"), range_of({"complex": True}, "model"), range_of("ridge", "model")
    ((True, False), (True, True), (False, False))
    """
    entry = value if isinstance(value, dict) else {}
    signed, is_complex = entry.get("sign") is not None, entry.get("complex", False)
    if not isinstance(is_complex, bool) or (is_complex and signed):
        problem = "a complex number has no sign" if signed else f"complex is {is_complex!r}"
        raise InputError(place, problem, "write complex = true, or leave it out")
    return signed or is_complex, is_complex
