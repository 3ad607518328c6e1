"""A derivation as data: what was done, to what, with what result, and how it is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from sympy import Expr

from planaria.algebra.rational import Ratio
from planaria.algebra.values import Portable
from planaria.ensembles.extensions import VIEWS, extension

__all__ = ["Formula", "Step"]


@dataclass(frozen=True)
class Formula(Portable):
    """A rational function that is written out when somebody looks at it: it may be large.

    Attributes
    ----------
    ratio
        What is written.
    ones
        Generators that are set to one before.
    names
        New names by old ones, one table after the other.
    """

    ratio: Ratio
    ones: tuple[Expr, ...] = ()
    names: tuple[tuple[tuple[Expr, Expr], ...], ...] = ()

    @property
    def expression(self) -> Expr:
        one = self.ratio.ring.one
        written = (self.ratio.substitute(dict.fromkeys(self.ones, one)) if self.ones else self.ratio).to_sympy()
        for table in self.names:
            written = written.xreplace(dict(table))
        return written


@dataclass(frozen=True)
class Step(Portable):
    """One move of a derivation; its formulas are written out when they are looked at.

    >>> from sympy.abc import x
    >>> from planaria.algebra.rational import Ring
    >>> step = Step("double", x, Formula(Ring([x])(2 * x)), "an example")
    >>> step.before, step.after
    (x, 2*x)
    """

    rule: str
    source: Expr | Formula
    result: Expr | Formula
    reason: str

    @cached_property
    def before(self) -> Expr:
        return _written(self.source)

    @cached_property
    def after(self) -> Expr:
        return _written(self.result)

    def __str__(self) -> str:
        return f"{self.rule}: {self.before} -> {self.after}"

    def _repr_html_(self) -> str:
        return str(extension(VIEWS, "html")(self))

    def renamed(self, names: Mapping[Expr, Expr]) -> Step:
        """The same step with other names in its formulas."""
        return replace(self, source=_renamed(self.source, names), result=_renamed(self.result, names))


def _written(formula: Expr | Formula) -> Expr:
    return formula.expression if isinstance(formula, Formula) else formula


def _renamed(formula: Expr | Formula, names: Mapping[Expr, Expr]) -> Expr | Formula:
    if not isinstance(formula, Formula):
        return formula.xreplace(dict(names))
    return replace(formula, names=(*formula.names, tuple(names.items())))
