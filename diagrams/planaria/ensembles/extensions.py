"""What lower floors use and higher ones supply: evaluators and printers, found as entry points.

A derivation knows how to be evaluated, and a graph how to be drawn, without importing numerics or pictures: who
supplies them registers a function in pyproject.toml, in a group of entry points.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from planaria.algebra.errors import InputError

__all__ = ["EVALUATORS", "VIEWS", "extension"]

EVALUATORS = "planaria.evaluators"  # by kind of number: numbers of derivations
VIEWS = "planaria.views"  # by kind of text: svg, tikz, latex, html


@cache
def extension(group: str, name: str) -> Callable[..., Any]:
    """The function that is registered under a name in a group of entry points.

    >>> extension("planaria.views", "flags")
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: planaria.views: nothing is installed for 'flags'; install planaria anew
    """
    from importlib.metadata import entry_points  # twice the time of everything else that `import planaria` needs

    for entry_point in entry_points(group=group, name=name):
        try:
            found: Callable[..., Any] = entry_point.load()
        except (ImportError, AttributeError):  # of an older installation, whose files have moved
            break
        return found
    raise InputError(group, f"nothing is installed for '{name}'", "install planaria anew")
