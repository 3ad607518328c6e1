"""What is positive on the branch of the matrices, and why.

Where an equation gives a positive parameter, as gamma = Delta sigma_u^2 (N - z)(P - z)/M, no factor of it can
vanish on the branch: gamma would. The branch is connected, from large ridges to small ones and from any sizes and
eigenvalues to any others, so each factor has the sign that it has at one point. A denominator must not vanish
with a factor: it is made of parameters, or the numerator is not zero where it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sympy import Expr, Symbol

from planaria.algebra.linear import degree_in, root
from planaria.algebra.rational import Ratio
from planaria.derivations.derivation import Derivation
from planaria.derivations.elimination.closed_form import Form

__all__ = ["Premise", "covariances", "premises_of"]


@dataclass(frozen=True)
class Premise:
    """A factor with a sign."""

    factor: Ratio
    sign: int
    parameter: Symbol


def covariances(derivation: Derivation) -> frozenset[Symbol]:
    """The eigenvalues that are positive: those of covariances."""
    matrices = set()
    for one in derivation.model.fields:
        for side in (one.rows, one.cols):
            if side is not None:
                matrices |= set(side.free_symbols)
    return frozenset(symbol for matrix, symbol in derivation.rules.setting.matrices if matrix in matrices)


def premises_of(form: Form, sign_at: Callable[[Ratio], int | None]) -> tuple[Premise, ...]:
    """The factors that cannot vanish, with their signs at a point; factors without a certain sign are left out."""
    found = []
    for relation, parameter in zip(form.relations, form.solved_for, strict=True):
        if not isinstance(parameter, Symbol) or not parameter.is_positive or degree_in(relation, parameter) != 1:
            continue
        given = root(relation, parameter)
        factors, below = (
            [given.ring.from_mpoly(one) for one, _ in side.factor()[1]]
            for side in (given.numerator, given.denominator)
        )
        below = [one for one in below if not _is_parameter(one, form)]
        if not all(_stays(one, given, form) for one in below):
            continue  # a factor could vanish together with one of these
        for factor in (*factors, *below):
            if not _is_parameter(factor, form) and (sign := sign_at(factor)):
                found.append(Premise(factor, sign, parameter))
    return tuple(found)


def _stays(factor: Ratio, given: Ratio, form: Form) -> bool:
    """Whether a denominator cannot vanish: it is linear in an unknown, where it is zero the numerator is not."""
    unknowns = {u.symbol for u in form.unknowns}
    own: set[Expr] = unknowns | {s for s, _ in form.sums}
    inside = factor.support() & own
    if len(inside) != 1 or not inside <= unknowns:
        return False
    (unknown,) = inside
    if degree_in(factor, unknown) != 1:
        return False
    top = given.ring.from_mpoly(given.numerator).substitute({unknown: root(factor, unknown)})
    signs = [{coefficient > 0 for _, coefficient in side.terms()} for side in (top.numerator, top.denominator)]
    return all(len(one) == 1 for one in signs) and not top.support() & own


def _is_parameter(factor: Ratio, form: Form) -> bool:
    """Whether it is a parameter by itself, which is positive anyway."""
    own: set[Expr] = {u.symbol for u in form.unknowns} | {s for s, _ in form.sums}
    return len(factor.numerator) == 1 and not factor.support() & own
