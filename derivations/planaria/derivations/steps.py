"""A derivation as data: what was done, to what, with what result, and how it is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from sympy import Expr

__all__ = ["Step"]

# Formulas may be large: they are written out when somebody looks at them.
Lazy = Expr | Callable[[], Expr]


@dataclass(frozen=True)
class Step:
    """One move of a derivation.

    >>> from sympy.abc import x
    >>> step = Step("double", x, lambda: 2 * x, "an example")
    >>> step.before, step.after
    (x, 2*x)
    """

    rule: str
    _before: Lazy
    _after: Lazy
    reason: str

    @cached_property
    def before(self) -> Expr:
        return self._before if isinstance(self._before, Expr) else self._before()

    @cached_property
    def after(self) -> Expr:
        return self._after if isinstance(self._after, Expr) else self._after()
