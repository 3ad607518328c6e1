"""What the checks of a derivation share: the type of their verdicts, and how they report where they are."""

from __future__ import annotations

from collections.abc import Callable

from planaria.models.evidence import Check, Outcome

__all__ = ["Check", "Outcome", "Progress"]

Progress = Callable[[str, int, int], None]
