"""Shorter forms of a value by the equations that fix its unknowns."""

from __future__ import annotations

from contextlib import suppress

from sympy import Expr

from planaria.algebra.linear import root_unless
from planaria.algebra.rational import Ratio
from planaria.algebra.work import WorkLimitError, charge, limited
from planaria.derivations.elimination.eliminate import FACTOR, linear_parameters
from planaria.derivations.elimination.reduced import Reduced
from planaria.derivations.equations.zero_test import Witness
from planaria.diagrams.expressions.expression import Setting

__all__ = ["best_read", "shortest"]

SHORTENING = 1.0  # seconds of work for one attempt to write a value with fewer terms


def shortest(value: Ratio, reduced: Reduced, setting: Setting) -> Ratio:
    """The shortest of the forms that a value takes when a relation is solved for one of its parameters."""
    best = value
    for relation in (one.polynomial.to(value.ring) for one in reduced.relations):
        for parameter in linear_parameters(relation, setting):
            if (solution := root_unless(reduced.witness.vanishes, relation, parameter)) is None:
                continue
            with suppress(WorkLimitError), limited(SHORTENING):
                candidate = best.substitute({parameter: solution})
                if _length(candidate) < _length(best):
                    best = candidate
    return best


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
