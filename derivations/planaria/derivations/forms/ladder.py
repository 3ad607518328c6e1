"""The ladders of a derivation: what 1 minus the sum of their rungs is, as a matrix in unknowns and spectral sums.

Behind the nonlinear core of Schwinger-Dyson equations every group of loops that depend on one another is linear in
itself, T = J T + (what is known): a ladder between two resolvents. Its solution is (1 - J)^-1, so that det (1 - J)
is the denominator of every quantity with such a ladder. J is the exact slope of the equations of these loops.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import networkx as nx
from sympy import Expr, Symbol

from planaria.algebra.rational import Ratio
from planaria.derivations.elimination.closed_form import ClosedForm
from planaria.derivations.elimination.reduced import Reduced
from planaria.derivations.elimination.traces import Traces
from planaria.derivations.equations.equal_loops import dependencies
from planaria.derivations.equations.propagator import Propagators
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.derivations.equations.zero_test import Witness

__all__ = ["Matrix", "ladders"]

Matrix = tuple[tuple[Ratio, ...], ...]

LARGEST = 16  # loops of a ladder whose matrix is made


def ladders(closed: ClosedForm) -> Iterator[tuple[Reduced, Matrix]]:
    """The matrix 1 - J of every ladder, at field strength 1.

    The entries are in the ring of the state beside it, which has the names of the closed form, and names for
    the spectral sums that only the matrix contains. A ladder with other poles than the closed form is left out.

    >>> from planaria.derivations.resummation import derive
    >>> ((_, matrix),) = ladders(derive("ridge-regression", "variance").closed_form)
    >>> for row in matrix:
    ...     print(row)
    (1, -(P - S_11)**2/P)
    (-S_22/(P - S_11)**2, 1)
    """
    system = closed.system
    graph: nx.DiGraph[Symbol] = nx.DiGraph(
        (other, symbol) for symbol, others in dependencies(system).items() for other in others
    )
    known = {symbol for symbol, _ in closed.loops}
    propagators = Propagators(system)
    order = {symbol: n for n, symbol in enumerate(system.unknowns)}
    groups = [sorted(one, key=order.__getitem__) for one in nx.strongly_connected_components(graph)]
    for members in sorted(groups, key=lambda one: order[one[0]]):
        if not 2 <= len(members) <= LARGEST or not known >= set(members):
            continue
        slopes = _slopes(members, closed, propagators)
        if slopes is None:
            continue
        state = _restored(closed)
        poles = len(state.poles)
        try:
            traces = Traces(system, state, {}).of(slopes)
        except ArithmeticError:
            continue
        if len(state.poles) > poles:
            continue
        ring, size = state.ring, len(members)
        entries = [one.to(ring).substitute({STRENGTH: ring.one}) for one in traces]
        matrix = [[-entries[row * size + column] for column in range(size)] for row in range(size)]
        for n in range(size):
            matrix[n][n] = matrix[n][n] + ring.one
        yield state, tuple(map(tuple, matrix))


def _slopes(
    members: Sequence[Symbol], closed: ClosedForm, propagators: Propagators
) -> list[tuple[Ratio, Expr]] | None:
    """What the traces of J are of, row by row; None where the loops are not linear in themselves."""
    system, found = closed.system, []
    own = set(members)
    for symbol in members:
        loop = system.representative(symbol)
        entry = loop.weight.to(system.ring) * propagators.entry(loop.space, loop.column, loop.row)
        for other in members:
            slope = entry.derivative(other)
            if slope.support() & own:
                return None
            found.append((slope, loop.space))
    return found


def _restored(closed: ClosedForm) -> Reduced:
    """A closed form as the state of elimination that it was reached in, by its final names."""
    witness = Witness(closed.system)
    for unknown in closed.unknowns:
        witness.define(unknown.symbol, unknown.definition)
    for symbol, one in closed.sums:
        witness.define_sum(symbol, one)
    ring = closed.ring.extend(closed.system.ring.generators)
    state = Reduced(ring, witness)
    state.poles = [one.symbol for one in closed.unknowns]
    state.sums = {one: symbol for symbol, one in closed.sums}
    state.loops = {symbol: one.to(ring) for symbol, one in closed.loops}
    return state
