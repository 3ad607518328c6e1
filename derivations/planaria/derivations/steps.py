"""A derivation as data: what was done, to what, with what result, and how it is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sympy import Expr

__all__ = ["Step"]

# Formulas may be large: they are written out when somebody looks at them.
Lazy = Callable[[], Expr]


@dataclass(frozen=True)
class Step:
    """One move of a derivation.

    >>> from sympy.abc import x
    >>> step = Step("double", x, lambda: 2 * x, "an example")
    >>> step.before, step.after
    (x, 2*x)
    """

    rule: str
    _before: Expr | Lazy
    _after: Expr | Lazy
    reason: str

    @cached_property
    def before(self) -> Expr:
        return _written(self._before)

    @cached_property
    def after(self) -> Expr:
        return _written(self._after)

    def renamed(self, names: Mapping[Expr, Expr]) -> Step:
        """The same step with other names in its formulas, still written out when it is looked at."""
        table = dict(names)
        return Step(
            self.rule,
            lambda: self.before.xreplace(table),
            lambda: self.after.xreplace(table),
            self.reason,
        )


def _written(formula: Any) -> Expr:
    return formula if isinstance(formula, Expr) else formula()
