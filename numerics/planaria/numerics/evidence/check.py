"""What a check says: a claim, how it was checked, and how that ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Check", "Outcome", "Progress"]

Progress = Callable[[str, int, int], None]

EXACT = ("all diagrams", "residual")  # methods without statistical error


class Outcome(StrEnum):
    """How a check ended. What could not be decided is not passed, and is no failure."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, init=False)
class Check:
    """A verdict: what is claimed, how it was checked, how that ended, and the numbers behind it.

    >>> Check("one is one", "identity", True, "no difference").outcome.value
    'passed'
    """

    statement: str
    method: str
    outcome: Outcome
    detail: str

    def __init__(self, statement: str, method: str, outcome: Outcome | bool, detail: str) -> None:
        """`outcome` may be a bool where a check has two outcomes only."""
        if isinstance(outcome, bool):
            outcome = Outcome.PASSED if outcome else Outcome.FAILED
        object.__setattr__(self, "statement", statement)
        object.__setattr__(self, "method", method)
        object.__setattr__(self, "outcome", outcome)
        object.__setattr__(self, "detail", detail)

    @property
    def passed(self) -> bool:
        """Whether the claim was found to hold; not so where the check was inconclusive."""
        return self.outcome is Outcome.PASSED

    @property
    def refutes(self) -> bool:
        """Whether an exact check failed: the closed form is wrong, and must not be given out."""
        return self.failed and self.method in EXACT

    @property
    def failed(self) -> bool:
        """Whether the claim was found to be wrong."""
        return self.outcome is Outcome.FAILED
