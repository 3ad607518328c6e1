"""The best value of a parameter: the equation for it, and what is found at a point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sympy import Eq, Expr, Mul, Symbol

from planaria.algebra.values import Portable
from planaria.derivations.analysis.consequence import Source
from planaria.derivations.calculus.stationarity import Stationarity
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.ensembles.estimate import Estimate
from planaria.ensembles.shown import Visible

__all__ = ["Optimum"]


@dataclass(frozen=True)
class Optimum(Visible, Portable):
    """A least value over a parameter.

    Attributes
    ----------
    source
        The derivation.
    about
        In which limit it is taken; empty for none.
    parameter
        What is varied, over positive numbers.
    factors
        Which factors of the derivative may vanish at the optimum; with numbers, the one that does.
    at, value
        The parameter and the quantity there, as numbers; None where no numbers were given.
    condition
        The stationarity by itself, in closed form.
    """

    source: Source
    about: str
    parameter: Symbol
    factors: tuple[int, ...]
    condition: Stationarity = field(repr=False)
    at: Estimate | None = None
    value: Estimate | None = None

    @property
    def stationarity(self) -> Eq:
        """What holds at the optimum, beside the equations of the derivation."""
        names = self.condition.solved(self.factors[0]).named_sums
        written = [self.condition.factors[n].to_sympy().xreplace(dict(names)) for n in self.factors]
        return Eq(Mul(*written), 0, evaluate=False)

    @cached_property
    def explicit(self) -> Expr | None:
        """The parameter at the optimum where it is a formula of other parameters alone; else None."""
        return self.condition.explicit(self.factors[0]) if len(self.factors) == 1 else None

    @cached_property
    def least(self) -> Expr | None:
        """The value at the optimum, shortened by the stationarity; None where that makes it no shorter."""
        return self.condition.least(self.factors[0]) if len(self.factors) == 1 else None

    @property
    def equations(self) -> tuple[Eq, ...]:
        """The equations of the unknowns: one of them gives the parameter."""
        return self.condition.form.equations

    @property
    def spectral_sums(self) -> Mapping[Symbol, SpectralSum]:
        """What the symbols S_.. and R_.. stand for."""
        form = self.condition.solved(self.factors[0])
        used = {s for r in (form.value, *form.relations) for s in r.support()}
        return {form.named_sums[symbol]: one for symbol, one in form.sums if symbol in used}

    def __str__(self) -> str:
        text = f"{self.stationarity.lhs} = {self.stationarity.rhs}"
        return text if self.at is None else f"{text}: {self.parameter} = {self.at}, value {self.value}"
