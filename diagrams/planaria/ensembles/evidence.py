"""How it is known that something holds: what every check, of a closed form, a duality or a simulation, says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from planaria.ensembles.extensions import VIEWS, extension

__all__ = ["Check", "Method", "Outcome", "Progress"]

# From the strongest: every order and size at once; the equations and the value of the closed form; a bijection of
# diagrams; exact expectations at every size; sums of diagrams in exact rationals; the unreduced equations to many
# digits; drawn matrices.
Method = Literal[
    "identity", "closed form", "diagrams", "polynomials", "all diagrams", "residual", "simulation"
]  # fmt: skip
EXACT: tuple[Method, ...] = ("all diagrams", "residual")  # of a closed form, without statistical error

# How a check reports where it is: what is being done, how far it is, and how far it goes.
Progress = Callable[[str, int, int], None]


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
    method: Method
    outcome: Outcome
    detail: str

    def __init__(self, statement: str, method: Method, outcome: Outcome | bool, detail: str) -> None:
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

    def __str__(self) -> str:
        return f"{self.method}: {self.outcome.value}, {self.detail}"

    def _repr_html_(self) -> str:
        return str(extension(VIEWS, "html")(self))
