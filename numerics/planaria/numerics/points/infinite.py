"""Spaces of infinitely many dimensions: where sums over the eigenvalues of a law converge."""

from __future__ import annotations

from sympy import Expr, Symbol, oo

from planaria.algebra.errors import InputError
from planaria.derivations.derivation import Derivation
from planaria.numerics.equations.traces import Traces, traces_of
from planaria.numerics.points.problem import Problem, check_admissible
from planaria.numerics.quadrature.nodes import is_law

__all__ = ["check_infinite"]


def check_infinite(problem: Problem) -> None:
    """Raise InputError for a space of infinite size over which a sum diverges, or whose size stands by itself."""
    sizes = [symbol for symbol, number in problem.values.items() if number == oo]
    for size in sizes:
        _check_size(problem, size)
    if sizes:
        check_admissible(problem)


def _check_size(problem: Problem, size: Symbol) -> None:
    derivation, place = problem.derivation, f"dimension {size}"
    own = [(m, e, s) for m, e, s in problem.spectra if m.shape[0].has(size)]
    if len(own) != 1 or own[0][0].shape[0] != size or not is_law(own[0][2], problem.values):
        raise InputError(
            place,
            f"{size} = oo needs one matrix of this size, with eigenvalues that fall as a law says",
            "declare a power law or an exponential spectrum, or give a finite size",
        )
    alone = [g for g in _generators(derivation) if g.has(size)]
    if alone:
        raise InputError(
            place,
            f"{size} = oo, but the equations contain {alone[0]} itself: the sum of 1 over all eigenvalues of "
            f"{own[0][0].name} diverges",
            f"give a finite size, or variances without {size}",
        )
    for name, one in derivation.closed_form.sums:
        if one.space == size and not any(one.exponents):
            raise InputError(
                place,
                f"{size} = oo, but the sum {name} over all eigenvalues of {own[0][0].name} diverges: its terms do "
                "not go to 0 with the eigenvalue",
                "give a finite size",
            )
    traces = traces_of(derivation)
    if traces is None or problem.degree is None or _diverges(traces, size):
        raise InputError(
            place,
            f"{size} = oo, but a trace over this space in the equations diverges: its terms do not go to 0 with "
            f"the eigenvalue of {own[0][0].name}",
            "give a finite size",
        )


def _generators(derivation: Derivation) -> list[Expr]:
    """Everything that the closed form and the equations contain besides sums, in the order of their names."""
    closed, rules, system = derivation.closed_form, derivation.rules, derivation.system
    found: set[Expr] = set()
    for ratio in (
        closed.value,
        *closed.relations,
        *(r for _, r in closed.loops),
        *(u.definition for u in closed.unknowns),
    ):
        found |= ratio.support()
    for _, entry in rules.entries:
        if entry.constant is not None:
            found |= entry.constant.support()
    for term in system.terms:
        found |= term.factor.support()
    for loop in system.loops:
        found |= loop.weight.support()
    found -= {symbol for symbol, _ in closed.sums}
    return sorted(found, key=str)


def _diverges(traces: Traces, space: Expr) -> bool:
    """Whether a sum over the space has terms that do not vanish with the eigenvalue."""
    places = [one.numerator[0] for one in traces.sums if one.space == space]
    return any(traces.program.nodes[traces.program.results[place]] != ("const", 0) for place in places)
