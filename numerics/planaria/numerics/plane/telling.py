"""How far work on points has come, for those who watch."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

__all__ = ["Told", "untold"]

Told: TypeAlias = Callable[[int, int], None]
"""Told how many points are done, and of how many."""


def untold(done: int, total: int) -> None:
    """Nobody watches."""
