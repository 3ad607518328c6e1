"""Results that belong to one object: they live as long as it does, or are looked up by what it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

__all__ = ["Itself", "once"]

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


@dataclass(frozen=True, eq=False)
class Itself:
    """An object to be looked up by itself, whatever it is equal to: an array that is kept from point to point.

    >>> one, other = Itself([1]), Itself([1])
    >>> one == other, one == Itself(one.thing), hash(one) == hash(Itself(one.thing))
    (False, True, True)
    """

    thing: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Itself) and other.thing is self.thing

    def __hash__(self) -> int:
        return id(self.thing)
