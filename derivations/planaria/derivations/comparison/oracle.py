"""What a proof asks numbers for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from planaria.algebra.rational import Ratio

if TYPE_CHECKING:
    from planaria.derivations.comparison.branch import Branch

__all__ = ["Oracle", "UnprovableError"]


class UnprovableError(ArithmeticError):
    """Algebra does not say whether a claim holds; the message says why."""


class Oracle(Protocol):
    """Certified numbers on the branch of the matrices."""

    def signs(self, branch: Branch, value: Ratio) -> tuple[int | None, ...]:
        """The sign of a function at several points, each proved in balls; None where a ball contains zero."""
        ...

    def closest(
        self, branch: Branch, name: str, candidates: Sequence[Ratio], known: Mapping[str, Ratio]
    ) -> int | None:
        """Which of several functions is the root that is meant by an unknown of somebody's own, beside known ones.

        None where numbers do not tell.
        """
        ...
