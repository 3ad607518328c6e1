"""From the Schwinger-Dyson system to as few unknowns as exact algebra reaches.

The loops are taken component by component of their dependencies, the nonlinear core first, the ladders (which
are linear in what is new) behind it. In each component

1. propagators become sums over named poles (`spectral`), so that every equation is polynomial in the loops,
   the names and the spectral sums;
2. loops are eliminated one after the other, each from an equation that is linear in it, the shortest first;
3. of every polynomial only the irreducible factor that vanishes on the planar solution is kept: the witness,
   an exact power series at a random point, decides which.

Nothing here knows a model. A loop for which no linear equation is left stays as an unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations, product
from typing import TypeVar

import networkx as nx
from sympy import Expr, Integer, Symbol

from planaria.algebra.linear import degree_in, root, root_unless
from planaria.algebra.rational import Ratio
from planaria.algebra.work import WorkLimitError, charge, limited
from planaria.derivations.elimination.reduced import Reduced, Relation, Strategy
from planaria.derivations.elimination.traces import Traces
from planaria.derivations.equations.propagator import Propagators
from planaria.derivations.equations.schwinger_dyson import STRENGTH, SchwingerDyson
from planaria.derivations.equations.zero_test import Witness
from planaria.derivations.steps import Formula, Step
from planaria.diagrams.expressions.expression import Setting

__all__ = ["eliminate"]

T = TypeVar("T")

FACTOR = 2000  # term products that factoring costs for each term


class _ConstantFoundError(Exception):
    """A coefficient of a denominator turned out to be a scalar of the model: with that known, begin again."""

    def __init__(self, definition: Ratio, value: Ratio) -> None:
        super().__init__(f"{definition} = {value}")
        self.definition, self.value = definition, value


def eliminate(
    system: SchwingerDyson, depends: Mapping[Symbol, set[Symbol]], witness: Witness, strategy: Strategy
) -> Reduced:
    """Solve the loops that the readings need, and express the readings; `depends` tells what equations contain.

    Nothing is divided by that vanishes on the planar solution. ArithmeticError where the equations do not fix
    the unknowns.
    """
    while True:
        try:
            return _Elimination(system, depends, witness.fresh(), strategy).run()
        except _ConstantFoundError as found:
            strategy = replace(strategy, constants={**strategy.constants, found.definition: found.value})


class _Elimination:
    def __init__(
        self, system: SchwingerDyson, depends: Mapping[Symbol, set[Symbol]], witness: Witness, strategy: Strategy
    ) -> None:
        self.system = system
        self.depends = depends
        self.witness = witness
        self.strategy = strategy
        self.propagators = Propagators(system)
        self.state = Reduced(system.ring, witness)
        self.traces = Traces(system, self.state, strategy.constants)

    # -- the order of work ---------------------------------------------------------------------------------

    def run(self) -> Reduced:
        readings = [self._reading(number) for number in range(len(self.system.rules.readings))]
        needed = {s for r in readings for s in r.support() if s in set(self.system.unknowns)}
        graph: nx.DiGraph[Symbol] = nx.DiGraph()
        graph.add_nodes_from(needed)
        depends = self.depends
        todo = list(needed)
        while todo:
            symbol = todo.pop()
            for other in depends[symbol]:
                if other not in graph:
                    todo.append(other)
                graph.add_edge(other, symbol)
        components = nx.condensation(graph)
        order = {symbol: n for n, symbol in enumerate(self.system.unknowns)}
        # Independent components in the order of the pencil: the result does not depend on hashes.
        for node in nx.lexicographical_topological_sort(
            components, key=lambda n: min(order[s] for s in components.nodes[n]["members"])
        ):
            self._component(sorted(components.nodes[node]["members"], key=order.__getitem__))
        for number, value in enumerate(readings):
            space = self.system.rules.readings[number].rows
            known_poles = len(self.state.poles)
            self.state.readings.append(self.traces.of([(value, space)])[0])
            self._solve(self._pole_equations(known_poles), [])
        self._look_for_hidden_constants()
        unknowns = len(self.state.poles) + len(self.state.kept)
        # Equations of coincidence may be implied by the others: the shortest are enough.
        self.state.relations.sort(key=lambda one: one.polynomial.size)
        del self.state.relations[unknowns:]
        if len(self.state.relations) != unknowns:
            raise ArithmeticError(f"{len(self.state.relations)} equations are left for {unknowns} unknowns")
        return self.state

    def _reading(self, number: int) -> Ratio:
        ring = self.system.ring
        reading = self.system.rules.readings[number]
        total = reading.corner.to(ring)
        for j, a in reading.a:
            for i, b in reading.b:
                entry = self.propagators.entry(reading.rows, j, i)
                total = total + a.to(ring) * b.to(ring) * entry
        return total

    def _component(self, members: Sequence[Symbol]) -> None:
        values = []
        for symbol in members:
            loop = self.system.representative(symbol)
            entry = self.propagators.entry(loop.space, loop.column, loop.row)
            values.append((loop.weight.to(self.system.ring) * entry, loop.space))
        known_poles = len(self.state.poles)
        traces = self.traces.of(values)
        ring = self.state.ring
        for symbol, trace in zip(members, traces, strict=True):
            reason = self._meaning(symbol)
            self.state.steps.append(Step("close a loop", symbol, Formula(trace), reason))
        equations = [ring.generator(s) - t.to(ring) for s, t in zip(members, traces, strict=True)]
        definitions = self._pole_equations(known_poles)
        self._solve([*(self._numerator(e) for e in equations), *definitions], list(members))

    def _pole_equations(self, start: int) -> list[Ratio]:
        """The definitions of the poles that were named from a position on, as polynomial equations."""
        ring = self.state.ring
        found = []
        for pole in self.state.poles[start:]:
            definition = self.state.definitions[pole]
            self.state.steps.append(
                Step("name a pole", Formula(definition), pole, "a coefficient of a denominator")
            )
            found.append(self._numerator(ring.generator(pole) - self.traces.inserted(definition.to(ring))))
        found += [self._numerator(self.traces.inserted(one.to(ring))) for one in self.traces.coincidences]
        self.traces.coincidences.clear()
        return found

    def _meaning(self, symbol: Symbol) -> str:
        loop = self.system.representative(symbol)
        weight = "" if loop.weight.is_one else f"{loop.weight} "
        return f"{symbol} = tr_{loop.space}[{weight}G({loop.column + 1},{loop.row + 1})], by partial fractions"

    # -- algebra -------------------------------------------------------------------------------------------

    def _numerator(self, value: Ratio) -> Ratio:
        return value.ring.from_mpoly(value.numerator)

    def _vanishing_factor(self, polynomial: Ratio) -> Ratio | None:
        """The irreducible factor that the planar solution kills; None for the zero polynomial."""
        if not polynomial:
            return None
        charge(FACTOR * len(polynomial.numerator))
        _, factors = polynomial.numerator.factor()
        ones = [polynomial.ring.from_mpoly(factor) for factor, _ in factors]
        for one in sorted(ones, key=lambda r: r.size):
            if self.witness.vanishes(one):
                return one
        raise ArithmeticError("no factor of an equation vanishes on the planar solution")

    def _solve(self, equations: Iterable[Ratio], loops: list[Symbol]) -> None:
        """Eliminate loops from polynomial equations; what remains are relations and kept loops."""
        ring = self.state.ring
        system = [e for e in map(self._vanishing_factor, equations) if e is not None]
        solved: dict[Symbol, Ratio] = {}
        while loops:
            choice = self._linear(system, loops)
            if choice is None:
                # The loop that the fewest equations would be rid of stays: the others still may go.
                kept = max(loops, key=lambda s: sum(degree_in(e, s) for e in system))
                loops.remove(kept)
                self.state.kept.append(kept)
                self.state.steps.append(Step("keep a loop", kept, kept, "no equation is linear in a loop"))
                continue
            position, symbol = choice
            solution = root(system[position], symbol)
            loops.remove(symbol)
            rest = self._affordable(partial(self._insert, system, position, symbol, solution))
            if rest is None or sum(e.size for e in rest) > max(self.strategy.largest, sum(e.size for e in system)):
                # Fewer unknowns in equations of thousands of terms help nobody.
                self.state.kept.append(symbol)
                self.state.steps.append(
                    Step("keep a loop", symbol, symbol, "eliminating it would make thousands of terms")
                )
                continue
            system = rest
            solved = {s: r.substitute({symbol: solution}) for s, r in solved.items()}
            solved[symbol] = solution
            self.state.steps.append(
                Step("eliminate a loop", symbol, Formula(solution), "an equation is linear in it")
            )
        self.state.loops.update({s: r.to(ring) for s, r in solved.items()})
        for equation in dict.fromkeys(system):
            self._look_for_constant(equation)
            self.state.relations.append(Relation(equation, "what remains of the equations of one component"))
            self.state.steps.append(
                Step("keep an equation", Formula(equation), Integer(0), "no loop is left that it could eliminate")
            )
            self._affordable(partial(self._rewrite, equation, list(solved)))

    def _affordable(self, work: Callable[[], T]) -> T | None:
        """The result of one move, or None where it would take more than its share of the budget."""
        try:
            with limited(self.strategy.move):
                return work()
        except WorkLimitError:
            return None

    def _look_for_constant(self, relation: Ratio) -> None:
        """A relation that gives a coefficient of a denominator by scalars of the model alone is no equation."""
        support = relation.support() & {*self.state.poles, *self.state.kept, *self.state.sums.values()}
        pole = next(iter(support)) if len(support) == 1 else None
        if pole is not None and pole in self.state.definitions and degree_in(relation, pole) == 1:
            raise _ConstantFoundError(self.state.definitions[pole], root(relation, pole))

    def _look_for_hidden_constants(self) -> None:
        """Coefficients that do not change with the strength, and that two relations together give as scalars."""
        ring = self.state.ring
        names = {*self.state.poles, *self.state.kept, *self.state.sums.values()}
        constant = [p for p in self.state.poles if set(self.witness.series[p].coefficients()) <= {0}]
        for pole, (one, other) in product(constant, combinations(self.state.relations, 2)):
            first, second = one.polynomial.to(ring), other.polynomial.to(ring)
            setting = self.system.rules.setting
            for parameter in set(linear_parameters(first, setting)) & set(linear_parameters(second, setting)):
                difference = first.derivative(parameter) * second - second.derivative(parameter) * first
                factor = self._affordable(partial(self._vanishing_factor, difference))
                if factor is not None and factor.support() & names == {pole} and degree_in(factor, pole) == 1:
                    raise _ConstantFoundError(self.state.definitions[pole], root(factor, pole))

    def _rewrite(self, relation: Ratio, loops: Sequence[Symbol]) -> None:
        """Solve a relation for the parameter that makes the solved loops shortest, if any does.

        The relation, with what is known inserted, may have fallen into factors: the one that vanishes is solved.
        """
        if not self.strategy.rewrite:
            return
        ring = self.state.ring
        reduced = self._vanishing_factor(self._numerator(self.traces.inserted(relation)))
        if reduced is None:
            return
        values = {s: self.traces.inserted(self.state.loops[s].to(ring)) for s in loops}
        best: tuple[tuple[bool, int], Expr, Ratio, dict[Symbol, Ratio]] | None = None
        setting = self.system.rules.setting
        for parameter in linear_parameters(reduced, setting):
            if (solution := root_unless(self.witness.vanishes, reduced, parameter)) is None:
                continue
            changed = {s: v.substitute({parameter: solution}) for s, v in values.items()}
            # Dimensions come last: they occur in the traces to come, a ridge only in bare propagators.
            cost = parameter in setting.spaces, sum(v.size for v in changed.values()) + solution.size
            if best is None or cost < best[0]:
                best = cost, parameter, solution, changed
        if best is None:
            return
        _, parameter, solution, changed = best
        self.state.rewrites = {
            p: r.to(ring).substitute({parameter: solution}) for p, r in self.state.rewrites.items()
        }
        self.state.rewrites[parameter] = solution
        self.state.steps.append(
            Step("use an equation", parameter, Formula(solution), "what follows is shorter without this parameter")
        )
        self.state.loops.update(changed)

    def _insert(self, system: Sequence[Ratio], position: int, symbol: Symbol, solution: Ratio) -> list[Ratio]:
        """The other equations with a loop replaced by its solution."""
        changed: list[Ratio] = []
        for number, equation in enumerate(system):
            if number == position:
                continue
            if not degree_in(equation, symbol):
                changed.append(equation)
                continue
            one = self._vanishing_factor(self._numerator(equation.substitute({symbol: solution})))
            if one is not None:
                changed.append(one)
        return changed

    def _linear(self, system: Sequence[Ratio], loops: Sequence[Symbol]) -> tuple[int, Symbol] | None:
        """The shortest equation that is linear in a loop, the coefficient not vanishing on the solution."""
        best: tuple[int, int, Symbol] | None = None
        for position, equation in enumerate(system):
            for symbol in loops:
                if degree_in(equation, symbol) != 1:
                    continue
                occurrences = sum(1 for e in system if degree_in(e, symbol))
                cost = equation.size * occurrences
                if best is not None and cost >= best[0]:
                    continue
                if not self.witness.vanishes(equation.derivative(symbol)):
                    best = cost, position, symbol
        return None if best is None else best[1:]


def linear_parameters(relation: Ratio, setting: Setting) -> list[Expr]:
    """The parameters of a model in which a polynomial is linear, the field strength left out."""
    others = {STRENGTH, *(symbol for _, symbol in setting.matrices)}
    return [g for g in setting.ring.generators if g not in others and degree_in(relation, g) == 1]
