"""What is said of a claim that a quantity is equal to a formula: an enumeration."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Verdict"]


class Verdict(StrEnum):
    """How a comparison ended.

    >>> Verdict.HOLDS.meaning
    'equal to many digits at random points, without a proof'
    >>> [one.value for one in Verdict if one.agrees]
    ['proved', 'holds']
    """

    PROVED = "proved"
    HOLDS = "holds"
    REFUTED = "refuted"
    UNDECIDED = "undecided"

    @property
    def meaning(self) -> str:
        """What it says, in words."""
        return _SENTENCES[self]

    @property
    def agrees(self) -> bool:
        """Whether both sides are known to be equal, by proof or by numbers."""
        return self in (Verdict.PROVED, Verdict.HOLDS)


_SENTENCES = {
    Verdict.PROVED: "equal by algebra, wherever both sides have a value on the branch of the matrices",
    Verdict.HOLDS: "equal to many digits at random points, without a proof",
    Verdict.REFUTED: "different at a point where both sides are known",
    Verdict.UNDECIDED: "neither proved nor refuted",
}
