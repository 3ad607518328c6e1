"""How far one number is known."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Status"]


class Status(StrEnum):
    """What stands behind a number; see `planaria.ensembles.estimate.Estimate`.

    A simulation can contradict any of the others.

    >>> Status.VERIFIED.meaning
    'the unreduced equations hold at this point, and it lies outside of the spectrum'
    >>> Status("numerical limit").remedy
    'give the parameter a small value, which is verified'
    """

    CERTIFIED = "certified"
    VERIFIED = "verified"
    LIMIT = "limit"
    NUMERICAL_LIMIT = "numerical limit"
    INFINITE = "infinite"
    CONTRADICTED = "contradicted"

    @property
    def meaning(self) -> str:
        """What it says, in words."""
        return _SENTENCES[self][0]

    @property
    def remedy(self) -> str:
        """What would give more; empty where nothing is left open."""
        return _SENTENCES[self][1]


_SENTENCES = {
    Status.CERTIFIED: ("proved to lie in its enclosure", ""),
    Status.VERIFIED: ("the unreduced equations hold at this point, and it lies outside of the spectrum", ""),
    Status.LIMIT: ("verified, in an exact limit", ""),
    Status.NUMERICAL_LIMIT: (
        "values ever closer to the limit settle",
        "give the parameter a small value, which is verified",
    ),
    Status.INFINITE: ("the limit diverges", "give the parameter a small value"),
    Status.CONTRADICTED: (
        "a simulation disagrees",
        "draw more matrices, or larger ones; what stays is a defect of the derivation, which should be reported",
    ),
}
