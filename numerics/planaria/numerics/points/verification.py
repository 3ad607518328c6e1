"""What the unreduced equations say of loops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Verification", "at_least_one"]


@dataclass(frozen=True)
class Verification:
    """What the unreduced equations say of loops, at real parameters or at complex ones.

    Attributes
    ----------
    value
        The quantity, read off the propagators.
    residual
        The largest relative change of a loop under the equations, rounding included; inf where it is not known.
    stable
        Whether the ladder's spectral radius is below 1; None where this precision does not tell.
    radius
        That radius, in double precision; None where it is beyond.
    """

    value: Any
    residual: Any
    stable: bool | None
    radius: float | None

    @property
    def radius_in_words(self) -> str:
        """The radius of what is not below 1.

        >>> Verification(0, 0, False, 1.25).radius_in_words, Verification(0, 0, False, None).radius_in_words
        ('1.25', '1 or more')
        """
        return at_least_one(self.radius)


def at_least_one(radius: float | None) -> str:
    """A spectral radius that is known not to be below 1, whatever it rounds to."""
    return "1 or more" if radius is None or radius < 1 else f"{radius:.4g}"
