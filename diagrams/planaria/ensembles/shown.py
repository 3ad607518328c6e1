"""Tuples that show themselves in notebooks, and how plain lists of what shows itself do.

A tuple of checks or of diagrams has no look of its own: a notebook prints its ``repr``. `Shown` has one, and is a
tuple in every other respect. A list that somebody makes is out of its reach, so IPython is told of lists.
"""

from __future__ import annotations

import sys
from typing import Any, SupportsIndex, TypeVar, overload

from planaria.ensembles.extensions import VIEWS, extension

__all__ = ["Shown", "Visible", "tell_ipython"]

T = TypeVar("T")

_OURS = "planaria."


class Shown(tuple[T, ...]):
    """A tuple of results of one kind, which a notebook shows as a table or as pictures; a slice of it is one, too.

    >>> three = Shown([1, 2, 3])
    >>> three, three == (1, 2, 3), hash(three) == hash((1, 2, 3))
    ((1, 2, 3), True, True)
    >>> type(three[1:]).__name__, three[0]
    ('Shown', 1)
    """

    __slots__ = ()

    @overload
    def __getitem__(self, place: SupportsIndex, /) -> T: ...

    @overload
    def __getitem__(self, place: slice, /) -> Shown[T]: ...

    def __getitem__(self, place: SupportsIndex | slice, /) -> T | Shown[T]:
        if isinstance(place, slice):
            return Shown(super().__getitem__(place))
        return super().__getitem__(place)

    def __str__(self) -> str:
        """Each of them on a line of its own."""
        return "\n".join(map(str, self)) if self else "()"

    def _repr_html_(self) -> str | None:
        """None, which leaves the text, where there is nothing to show."""
        found: str | None = extension(VIEWS, "html")(self)
        return found


class Visible:
    """A value that shows itself in notebooks, and as LaTeX; how, is registered on the floor of writing."""

    __slots__ = ()

    def latex(self, width: float | str | None = None) -> str:
        """Its formulas as LaTeX for a page of a width, in points or as ``"12cm"``; else as in notebooks."""
        return str(extension(VIEWS, "latex")(self, width))

    def _repr_latex_(self) -> str:
        return str(extension(VIEWS, "latex")(self))

    def _repr_html_(self) -> str:
        return str(extension(VIEWS, "html")(self))


def tell_ipython() -> None:
    """Let notebooks show lists and tuples of results as they show `Shown`; nothing happens outside of IPython.

    Lists of anything else look as before, and so do all if somebody has said before how lists look.
    """
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    if shell is None:
        return
    formatter = shell.display_formatter.formatters["text/html"]
    for kind in (list, tuple):
        if kind not in formatter.type_printers:
            formatter.for_type(kind, _html)


def _html(value: Any) -> str | None:
    """HTML of a plain list or tuple of results; IPython asks it of types made of these, too, which know better."""
    if type(value) not in (list, tuple):
        own = getattr(value, "_repr_html_", None)
        return None if own is None else own()
    kinds = {type(one) for one in value}
    if len(kinds) != 1 or not kinds.pop().__module__.startswith(_OURS):
        return None
    return Shown(value)._repr_html_()
