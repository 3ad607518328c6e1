"""The relations of a closed form, each solved for one generator: all others are free then."""

from __future__ import annotations

from sympy import Expr

from planaria.algebra.linear import degree_in, root
from planaria.algebra.rational import Ratio
from planaria.derivations.elimination.closed_form import ClosedForm
from planaria.derivations.equations.schwinger_dyson import STRENGTH

__all__ = ["pivots_of"]


def pivots_of(closed: ClosedForm) -> list[tuple[int, Expr, Ratio]] | None:
    """Each relation once, with a generator for which it is solved, and the root; every root knows those before it.

    None where there are no such generators: parameters, unknowns, or spectral sums.
    """
    one = closed.ring.one
    relations = [relation.substitute({STRENGTH: one}) for relation in closed.relations]
    sums = [symbol for symbol, _ in closed.sums]
    places = {space for _, own in closed.sums for space in own.space.free_symbols}
    fixed = {*sums, *(u.symbol for u in closed.unknowns), STRENGTH, *places}
    parameters = [g for g in closed.ring.generators if g not in fixed]
    unknowns = [u.symbol for u in closed.unknowns]
    poles = {symbol for _, own in closed.sums for symbol in own.unknowns}
    found: list[tuple[int, Expr, Ratio]] = []
    for k, relation in enumerate(relations):
        known = {pivot for _, pivot, _ in found}
        preferred = [closed.solved_for[k]] if closed.solved_for[k] is not None else []
        candidates = [*preferred, *(u for u in unknowns if u not in poles), *sums, *parameters]
        others = [other for n, other in enumerate(relations) if n != k]
        for pivot in candidates:
            assert pivot is not None
            if pivot in known or degree_in(relation, pivot) != 1 or not relation.is_polynomial:
                continue
            if pivot in sums and not _alone(closed, relation, pivot):
                continue
            # What was solved before must not move with this pivot.
            if any(pivot in r.support() for _, _, r in found) or (
                pivot in parameters and any(pivot in other.support() for other in others)
            ):
                continue
            solved = root(relation, pivot)
            for _, earlier, r in found:
                solved = solved.substitute({earlier: r})
            found.append((k, pivot, solved))
            break
        else:
            return None
    return found


def _alone(closed: ClosedForm, relation: Ratio, pivot: Expr) -> bool:
    """Whether a sum is the only one over its eigenvalue in a relation: its weights can be scaled to solve it."""
    own = {symbol: one.eigenvalues for symbol, one in closed.sums}
    return not any(other != pivot and own[other] == own[pivot] for other in relation.support() if other in own)
