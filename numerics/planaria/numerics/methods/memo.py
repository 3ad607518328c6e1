"""Results that belong to one object and live as long as it does."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

__all__ = ["once"]

T = TypeVar("T")


def once(function: Callable[..., T]) -> Callable[..., T]:
    """Cache a function of one object, and of hashable arguments, in the object itself.

    To look a derivation or a closed form up by its content would go through all of its polynomials. What is
    `Portable` leaves such results behind where it is pickled or copied.

    >>> class Thing: pass
    >>> calls = []
    >>> remembered = once(lambda thing, k: calls.append(k))
    >>> thing = Thing()
    >>> remembered(thing, 1), remembered(thing, 1), calls
    (None, None, [1])
    """

    @wraps(function)
    def remembered(thing: Any, *arguments: Any) -> T:
        # As functools.cached_property does it: beside the fields, so that frozen dataclasses may have it.
        own = vars(thing).setdefault("_remembered", {})
        key = (function, *arguments)
        if key not in own:
            own[key] = function(thing, *arguments)
        result: T = own[key]
        return result

    return remembered
