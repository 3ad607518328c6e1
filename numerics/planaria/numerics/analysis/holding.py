"""Which branch of a limit at zero belongs to the matrices, and where."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Eq, Expr, Symbol
from sympy.core.relational import Relational

from planaria.derivations.analysis.limits import LimitBranch
from planaria.derivations.calculus.branch_data import NoSeriesError
from planaria.derivations.derivation import Derivation
from planaria.numerics.analysis.approach import SMALL
from planaria.numerics.analysis.chambers import chambers

__all__ = ["holding"]


def holding(
    derivation: Derivation, parameter: Symbol, branches: Sequence[LimitBranch], seed: int = 0
) -> dict[LimitBranch, tuple[Relational, ...]]:
    """For branches of a limit the inequalities between which each of them is that of the matrices.

    A branch that no random point led to is left out, and so is one that no inequality tells from others. An empty
    tuple says that a branch holds wherever points were drawn.

    >>> from planaria.derivations import derive
    >>> result = derive("marchenko-pastur", "resolvent")
    >>> branches = result.limit(gamma=0)
    >>> for branch, holds in holding(result, result.symbols["gamma"], branches).items():
    ...     print(branch.conditions, holds)
    (Eq(g_P, 0),) (P < N,)
    (Eq(g_P, (-N + P)/P),) (N < P,)
    """
    if not branches:
        return {}
    try:
        found = chambers(derivation, {parameter: SMALL}, None, seed)
    except NoSeriesError:
        return {}
    result = {}
    for branch in branches:
        for one in found:
            if one.holds is not None and _same(branch.conditions, one.series.conditions):
                result[branch] = one.holds
    return result


def _same(one: Sequence[Eq], other: Sequence[Eq]) -> bool:
    return len(one) == len(other) and all(any(_equal(a, b) for b in other) for a in one)


def _equal(one: Eq, other: Eq) -> bool:
    if str(one.lhs) != str(other.lhs):
        return False
    names: dict[Expr, Expr] = {s: Symbol(str(s)) for a in (one, other) for s in a.free_symbols}
    first, second = one.rhs.xreplace(names), other.rhs.xreplace(names)
    return bool(first == second or (first - second).simplify() == 0)
