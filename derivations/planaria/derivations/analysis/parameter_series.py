"""A quantity near a limit of its parameters: leading term and corrections, and where they hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sympy import Add, Eq, Expr, Mul, Pow, Rational, S, Symbol, sqrt
from sympy.core.relational import Relational

from planaria.algebra.rational import Ratio
from planaria.algebra.values import Portable
from planaria.derivations.analysis.consequence import Source
from planaria.derivations.calculus.branch_data import BranchSeries
from planaria.derivations.elimination.closed_form import Form
from planaria.ensembles.estimate import Estimate
from planaria.ensembles.extensions import EVALUATORS, extension
from planaria.ensembles.question import Given, Values
from planaria.ensembles.shown import Shown, Visible

__all__ = ["ParameterSeries"]


@dataclass(frozen=True)
class ParameterSeries(Visible, Portable):
    """A quantity as a series about a limit, along the branch that belongs to the matrices.

    Attributes
    ----------
    source
        The derivation.
    about
        The limit, such as ``gamma -> 0``.
    variable
        What the powers are of: ``gamma``, or ``1/N`` where N grows.
    holds
        Inequalities of parameters and dimensions between which this is the solution of the matrices; empty where
        it always is. None where samples have shown it, but no inequality tells it from others.
    samples
        At how many points the solution was followed and found to be this one.
    series
        The terms in exact arithmetic.
    moving
        How parameters and dimensions go to their limits, as functions of one small variable.
    """

    source: Source
    about: str
    variable: Expr
    holds: tuple[Relational, ...] | None
    samples: int
    series: BranchSeries = field(repr=False)
    moving: Mapping[Symbol, Expr] = field(repr=False, hash=False)

    @cached_property
    def terms(self) -> tuple[tuple[Rational, Expr], ...]:
        """Powers with their coefficients, from the leading one on, in closed form."""
        return tuple(
            (Rational(power.numerator, power.denominator), self._written(coefficient))
            for power, coefficient in self.series.terms
        )

    @property
    def order(self) -> Rational:
        """The power of the first term that is left out."""
        return Rational(self.series.rest.numerator, self.series.rest.denominator)

    @property
    def expression(self) -> Expr:
        """The terms added up, in the variable."""
        return Add(*(Mul(coefficient, Pow(self.variable, power)) for power, coefficient in self.terms))

    @property
    def value(self) -> Expr:
        """The limit: 0, ``oo`` for growth of either sign, or the coefficient of the power 0."""
        power, coefficient = self.terms[0]
        return coefficient if power == 0 else S.Infinity if power < 0 else S.Zero

    @property
    def conditions(self) -> tuple[Eq, ...]:
        """What the unknowns fulfil in the limit; their symbols stand for the limits in the coefficients."""
        return self.series.conditions

    @property
    def form(self) -> Form:
        """The unknowns that are left, with their relations and the leading coefficient."""
        return self.series.form

    @property
    def spectral_sums(self) -> dict[Symbol, object]:
        """What the symbols S_.. and t_.. in the coefficients stand for."""
        used = {str(s) for _, one in self.terms for s in one.free_symbols}
        used |= {str(s) for one in self.conditions for s in one.free_symbols}
        return {symbol: one for symbol, one in self.series.sums if str(symbol) in used}

    def evaluate(
        self, values: Values | None = None, *, digits: int = 50, **numbers: Given
    ) -> Shown[tuple[Rational, Estimate]]:
        """Every coefficient as a number: pairs of a power and an `Estimate`.

        Raises InputError for values at which this is not the solution of the matrices.
        """
        found: Shown[tuple[Rational, Estimate]] = extension(EVALUATORS, "series numbers")(
            self, values, digits=digits, **numbers
        )
        return found

    def _written(self, coefficient: Ratio) -> Expr:
        """A coefficient with square roots written out."""
        roots = {symbol: sign * sqrt(square.to_sympy()) for symbol, square, sign in self.series.roots}
        written: Expr = coefficient.to_sympy().xreplace(roots)
        return written

    def __str__(self) -> str:
        where = "" if not self.holds else " for " + ", ".join(map(str, self.holds))
        text = " + ".join(f"({one})*({self.variable})**({power})" for power, one in self.terms)
        return f"{self.about}{where}: {text}"
