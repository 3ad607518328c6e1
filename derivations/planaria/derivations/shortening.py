"""Shorter forms of a value by the equations that fix its unknowns."""

from __future__ import annotations

from contextlib import suppress

from sympy import Expr, Symbol

from planaria.algebra.linear import degree_in, root_unless
from planaria.algebra.rational import Ratio
from planaria.algebra.work import WorkLimitError, charge, limited
from planaria.derivations.elimination.eliminate import FACTOR, linear_parameters
from planaria.derivations.elimination.reduced import Reduced
from planaria.derivations.equations.zero_test import Witness
from planaria.diagrams.expressions.expression import Setting

__all__ = ["best_read", "shortest"]

SHORTENING = 1.0  # seconds of work for one attempt to write a value with fewer terms


def shortest(value: Ratio, reduced: Reduced, setting: Setting) -> Ratio:
    """The shortest of the forms that a value takes when a relation is solved for a parameter, or for a sum.

    For a sum where the solution is one term: what is written with differences would lose digits.
    """
    best = value
    for relation in (one.polynomial.to(value.ring) for one in reduced.relations):
        for symbol in (*linear_parameters(relation, setting), *_linear_sums(relation, reduced)):
            if (solution := root_unless(reduced.witness.vanishes, relation, symbol)) is None:
                continue
            if symbol in reduced.sums.values() and max(len(solution.numerator), len(solution.denominator)) > 1:
                continue
            with suppress(WorkLimitError), limited(SHORTENING):
                candidate = best.substitute({symbol: solution})
                if _length(candidate) < _length(best):
                    best = candidate
    return best


def _linear_sums(relation: Ratio, reduced: Reduced) -> list[Symbol]:
    """The spectral sums in which a relation is linear."""
    present = relation.support()
    return [one for one in reduced.sums.values() if one in present and degree_in(relation, one) == 1]


def _length(value: Ratio) -> int:
    """Terms of all irreducible factors: how long the value is when written as a product."""
    total = 0
    for polynomial in (value.numerator, value.denominator):
        if not polynomial.is_zero():
            charge(FACTOR * len(polynomial))
            total += sum(len(factor) for factor, _ in polynomial.factor()[1])
    return total


def best_read(relation: Ratio, witness: Witness, setting: Setting) -> Expr | None:
    """The parameter, no dimension, in which a relation is linear and its solution shortest."""
    candidates = []
    for parameter in linear_parameters(relation, setting):
        if parameter in setting.spaces:
            continue
        if (solution := root_unless(witness.vanishes, relation, parameter)) is not None:
            candidates.append((_length(solution), str(parameter), parameter))
    return min(candidates)[2] if candidates else None
