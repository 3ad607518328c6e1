"""What is known of a branch, and what a series along it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from sympy import Eq, Symbol

from planaria.algebra.rational import Ratio, Ring
from planaria.algebra.values import Portable
from planaria.derivations.elimination.closed_form import Form
from planaria.derivations.equations.spectral_sums import SpectralSum

__all__ = ["BranchSeries", "Growth", "NoSeriesError", "Number", "SingularBranchError", "with_value"]

Number = Callable[[Ratio, Mapping[Symbol, SpectralSum]], tuple[Any, Any]]
"""The value of a polynomial on the solution, and the sum of the moduli of its terms."""


class NoSeriesError(ArithmeticError):
    """There is no series of this kind; the text says why."""


class SingularBranchError(NoSeriesError):
    """The branch is not regular with these exponents: another branch meets it."""


@dataclass(frozen=True)
class Growth:
    """How an unknown behaves: t**power times a constant, or a constant with t**offset behind it."""

    power: Fraction
    offset: Fraction | None = None


@dataclass(frozen=True)
class BranchSeries(Portable):
    """A value as a series along a branch.

    Attributes
    ----------
    terms
        Powers of the small variable with their coefficients, from the leading one on; none for a value that is
        zero to every power that was looked at.
    rest
        The first power that is not known.
    conditions
        What holds in the limit, as equations to read.
    form
        The unknowns that are left, with their relations; its value is the leading coefficient.
    leading
        Of every unknown, its power and its leading coefficient.
    sums
        What all coefficients and conditions contain.
    roots
        Symbols that stand for square roots in coefficients, with what they are roots of and their sign.
    starts
        The unknowns that are left as numbers on the solution, about.
    """

    terms: tuple[tuple[Fraction, Ratio], ...]
    rest: Fraction
    conditions: tuple[Eq, ...]
    form: Form
    leading: tuple[tuple[Symbol, Fraction, Ratio], ...]
    sums: tuple[tuple[Symbol, SpectralSum], ...] = ()
    roots: tuple[tuple[Symbol, Ratio, int], ...] = ()
    starts: tuple[tuple[Symbol, Any], ...] = field(default=(), repr=False, compare=False)

    def up_to(self, order: Fraction | None) -> BranchSeries:
        """Without the terms beyond a power; with the leading one alone where none is given."""
        most = self.terms[0][0] if order is None else max(order, self.terms[0][0])
        kept = tuple(pair for pair in self.terms if pair[0] <= most)
        dropped = [power for power, _ in self.terms if power > most]
        return replace(self, terms=kept, rest=min(dropped)) if dropped else replace(self, terms=kept)

    def coefficient(self, number: int) -> Form:
        """A coefficient as a form, which can be evaluated."""
        value, form = self.terms[number][1], self.form
        wide = replace(
            form, ring=value.ring, relations=tuple(r.to(value.ring) for r in form.relations), sums=self.sums
        )
        return with_value(wide, value)


def with_value(form: Form, value: Ratio) -> Form:
    """The form with another value, and no more sums and generators than it needs."""
    used = {s for r in (value.to(form.ring), *form.relations) for s in r.support()}
    sums = tuple(pair for pair in form.sums if pair[0] in used)
    needed = used | {u.symbol for u in form.unknowns} | {s for _, one in sums for s in one.unknowns}
    needed |= {s for _, one in sums for s in one.space.free_symbols}
    ring = Ring([*(g for g in form.ring.generators if g in needed), *sorted(needed - used, key=str)])
    relations = tuple(r.to(ring) for r in form.relations)
    blank: tuple[Any, ...] = (None,) * len(relations)
    return Form(ring, form.unknowns, relations, sums, value.to(ring), blank, declared=form.declared)
