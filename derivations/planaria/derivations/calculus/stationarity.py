"""Where a value is stationary in a parameter, in closed form.

Where equations are solved for parameters, a value often depends on one of them through an unknown alone, as that
of ridge regression does on gamma through Delta. Then dv/dgamma = (dv/dDelta)(dDelta/dgamma), and what vanishes is
the first factor, which does not contain the parameter. Each irreducible factor of the numerator of the derivative
along the solution is a candidate; those that cannot vanish, as bare symbols, are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Symbol

from planaria.algebra.linear import degree_in, root
from planaria.algebra.rational import Ratio, Ring
from planaria.algebra.values import Portable
from planaria.derivations.calculus.combinations import dependencies, shortened
from planaria.derivations.calculus.differentiation import Differentiation, check_differentiable, physical
from planaria.derivations.elimination.closed_form import Form, Unknown
from planaria.derivations.equations.spectral_sums import SpectralSum

__all__ = ["Stationarity", "stationarity"]

MOST = 40  # ways of putting equations into a factor


@dataclass(frozen=True)
class Stationarity(Portable):
    """The condition for a value to be stationary in a parameter.

    Attributes
    ----------
    parameter
        What is varied.
    factors
        Polynomials, one of which vanishes where the value is stationary.
    slope
        The derivative along the solution, as a form.
    form
        The form with the parameter among the unknowns; a factor is its last relation.
    sums
        What all of them contain.
    """

    parameter: Symbol
    factors: tuple[Ratio, ...]
    slope: Form
    form: Form
    sums: tuple[tuple[Symbol, SpectralSum], ...]

    def solved(self, number: int) -> Form:
        """The unknowns and the parameter at the stationary point, with the value there."""
        factor = self.factors[number]
        sums = self.sums
        hidden = [s for _, one in sums for s in (*one.unknowns, *one.space.free_symbols)]
        ring = Ring([*factor.ring.generators, *self.form.ring.generators, *hidden])
        unknown = Unknown(self.parameter, "the parameter at its optimum", ring.generator(self.parameter))
        relations = (*(r.to(ring) for r in self.form.relations), factor.to(ring))
        unknowns = (*self.form.unknowns, unknown)
        blank = (None,) * len(relations)
        return Form(ring, unknowns, relations, sums, self.form.value.to(ring), blank, declared=self.form.declared)

    def explicit(self, number: int) -> Expr | None:
        """The parameter at the stationary point where the equations give it without any unknown; else None."""
        own = {u.symbol for u in self.form.unknowns} | {s for s, _ in self.sums}
        form = self.solved(number)
        *relations, factor = form.relations
        present = frozenset().union(*(one.support() for one in form.relations))
        relations += dependencies(present, form.ring, dict(self.sums))
        pending, seen = [factor], set()
        while pending:
            tried = pending.pop()
            if tried in seen or not tried:
                continue
            seen.add(tried)
            if not tried.support() & own and degree_in(tried, self.parameter) == 1:
                return root(tried, self.parameter).to_sympy()
            for relation in relations:
                for symbol in sorted(relation.support() & tried.support() - {self.parameter}, key=str):
                    if degree_in(relation, symbol) == 1 and len(seen) < MOST:
                        inserted = tried.substitute({symbol: root(relation, symbol)})
                        parts = [tried.ring.from_mpoly(one) for one, _ in inserted.numerator.factor()[1]]
                        # A symbol by itself does not vanish; of several other factors any might.
                        parts = [part for part in parts if len(part.numerator) > 1]
                        if len(parts) == 1 and parts[0].size <= tried.size:
                            pending.append(parts[0])
        return None

    def least(self, number: int) -> Expr | None:
        """The value at the stationary point, a parameter being taken from the condition if that is shorter."""
        own = {u.symbol for u in self.form.unknowns} | {s for s, _ in self.sums} | {self.parameter}
        form = self.solved(number)
        factor = form.relations[-1]
        tried = [
            shortened(form.value.substitute({symbol: root(factor, symbol)}), dict(self.sums))
            for symbol in sorted(factor.support() - own, key=str)
            if degree_in(factor, symbol) == 1
        ]
        best = min(tried, key=lambda one: one.size, default=None)
        if best is None or best.size >= form.value.size:
            return None
        return best.to_sympy().xreplace(dict(form.named_sums))


def stationarity(form: Form, parameter: Symbol) -> Stationarity:
    """The factors of the derivative of a value by a parameter that may vanish.

    Raises InputError for what the sums depend on by their range or their eigenvalues.
    """
    form = physical(form)
    check_differentiable(form, parameter)
    at = Differentiation(form)
    slope = shortened(at.along(form.value, parameter), at.sums)
    own = {u.symbol for u in form.unknowns} | set(at.sums) | {parameter}
    found = []
    for polynomial, _ in slope.numerator.factor()[1]:
        factor = slope.ring.from_mpoly(polynomial)
        if len(polynomial) > 1 and factor.support() & own:
            found.append(factor)
    return Stationarity(parameter, tuple(found), at.form_of(slope), form, tuple(at.sums.items()))
