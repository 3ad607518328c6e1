"""One evaluation at a time: mpmath has one working precision for all threads of a process."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import ParamSpec, TypeVar

__all__ = ["exclusive"]

P = ParamSpec("P")
T = TypeVar("T")

_lock = RLock()


def exclusive(function: Callable[P, T]) -> Callable[P, T]:
    """Let threads that call any of such functions wait for each other; processes do not.

    Without it a thread would go on with the precision that another one has just set.
    """

    @wraps(function)
    def alone(*arguments: P.args, **options: P.kwargs) -> T:
        with _lock:
            return function(*arguments, **options)

    return alone


def _released() -> None:
    """A process that is forked while another thread evaluates must not wait for a thread that it does not have."""
    global _lock
    _lock = RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_released)
