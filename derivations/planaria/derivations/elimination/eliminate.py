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

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations, product
from typing import TypeVar

import networkx as nx
from sympy import Expr, Integer, Symbol

from planaria.algebra.rational import Ratio
from planaria.algebra.work import WorkLimitError, charge, limited
from planaria.derivations.elimination.reduced import Reduced, Relation, Strategy
from planaria.derivations.equations.equal_loops import dependencies
from planaria.derivations.equations.propagator import Propagators
from planaria.derivations.equations.schwinger_dyson import STRENGTH, SchwingerDyson
from planaria.derivations.equations.spectral_sums import Factor, SpectralSum, Summand, coefficients_of, decompose
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


def eliminate(system: SchwingerDyson, witness: Witness, strategy: Strategy) -> Reduced:
    """Solve the loops that the readings need, and express the readings.

    Nothing is divided by that vanishes on the planar solution. ArithmeticError where the equations do not fix
    the unknowns.
    """
    while True:
        try:
            return _Elimination(system, witness.fresh(), strategy).run()
        except _ConstantFoundError as found:
            strategy = replace(strategy, constants={**strategy.constants, found.definition: found.value})


class _Elimination:
    def __init__(self, system: SchwingerDyson, witness: Witness, strategy: Strategy) -> None:
        self.system = system
        self.witness = witness
        self.strategy = strategy
        self.propagators = Propagators(system)
        self.state = Reduced(system.ring, witness)
        self.factors: dict[Ratio, Factor] = {}
        self.coincidences: list[Ratio] = []

    # -- the order of work ---------------------------------------------------------------------------------

    def run(self) -> Reduced:
        readings = [self._reading(number) for number in range(len(self.system.rules.readings))]
        needed = {s for r in readings for s in r.support() if s in set(self.system.unknowns)}
        graph: nx.DiGraph[Symbol] = nx.DiGraph()
        graph.add_nodes_from(needed)
        depends = dependencies(self.system)
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
            self.state.readings.append(self._trace([(value, space)])[0])
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
        traces = self._trace(values)
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
            found.append(self._numerator(ring.generator(pole) - self._solved(definition.to(ring))))
        found += [self._numerator(self._solved(one.to(ring))) for one in self.coincidences]
        self.coincidences.clear()
        return found

    def _meaning(self, symbol: Symbol) -> str:
        loop = self.system.representative(symbol)
        weight = "" if loop.weight.is_one else f"{loop.weight} "
        return f"{symbol} = tr_{loop.space}[{weight}G({loop.column + 1},{loop.row + 1})], by partial fractions"

    # -- traces --------------------------------------------------------------------------------------------

    def _trace(self, values: Sequence[tuple[Ratio, Expr]]) -> list[Ratio]:
        """Traces over spaces of rational functions of eigenvalues, known loops inserted."""
        prepared = [self._monic(value, space) for value, space in values]
        parts = [
            self._decomposed(numerator, space, factors)
            for (_, space), (numerator, factors) in zip(values, prepared, strict=True)
        ]
        for part in parts:
            for summand in part:
                if summand is not None and summand not in self.state.sums:
                    self._name_sum(summand)
        ring = self.state.ring
        totals = []
        for part, (_, space) in zip(parts, values, strict=True):
            total = ring.zero
            for summand, coefficient in part.items():
                if summand is None:
                    measure = ring.constant(int(space)) if space.is_Integer else ring.generator(space)
                else:
                    measure = ring.generator(self.state.sums[summand])
                total = total + self._solved(coefficient.to(ring)) * measure
            totals.append(total)
        return totals

    def _decomposed(
        self, numerator: Ratio, space: Expr, factors: list[tuple[Factor, int]]
    ) -> dict[Summand, Ratio]:
        """A trace by partial fractions; over products of poles where two of them coincide on the solution."""
        eigenvalues = tuple(symbol for _, symbol in self.system.rules.setting.matrices_of(space))
        numerator = numerator.to(self.state.ring)
        for split in (True, False):
            try:
                parts = decompose(numerator, space, eigenvalues, factors, split=split)
            except ZeroDivisionError:
                continue
            denominators = {c.ring.from_mpoly(c.denominator): c for c in parts.values() if not c.is_polynomial}
            if all(self.witness.regular(c) for c in denominators.values()):
                return parts
        raise ZeroDivisionError("a denominator vanishes on the planar solution")

    def _living(self, value: Ratio, eigenvalues: tuple[Symbol, ...]) -> Ratio:
        """A function of eigenvalues whose denominator is rid of the coefficients that vanish on the solution."""
        ring = value.ring
        while True:
            denominator = ring.from_mpoly(value.denominator)
            coefficients = coefficients_of(denominator, eigenvalues)
            dead = [e for e, c in coefficients.items() if self.witness.vanishes(c)]
            if not dead:
                return value
            for exponents in dead:
                monomial = ring.one
                for symbol, exponent in zip(eigenvalues, exponents, strict=True):
                    monomial = monomial * ring.generator(symbol) ** exponent
                denominator = denominator - coefficients[exponents] * monomial
            value = ring.from_mpoly(value.numerator) / denominator

    def _monic(self, value: Ratio, space: Expr) -> tuple[Ratio, list[tuple[Factor, int]]]:
        """Split off the denominator's factors that contain eigenvalues, and make them monic."""
        eigenvalues = tuple(symbol for _, symbol in self.system.rules.setting.matrices_of(space))
        ring = value.ring
        if not eigenvalues or value.is_polynomial:
            return value, []
        value = self._living(value, eigenvalues)
        _, factors = value.denominator.factor()
        scalar = ring.from_mpoly(value.denominator.leading_coefficient() * ring.context.constant(1))
        found: list[tuple[Factor, int]] = []
        for polynomial, multiplicity in factors:
            one = ring.from_mpoly(polynomial)
            if one.support() & set(eigenvalues):
                factor, leading = self._factor(one, space, eigenvalues)
                found.append((factor, multiplicity))
                scalar = scalar * leading**multiplicity
            else:
                scalar = scalar * one**multiplicity
        lead = ring.one
        for polynomial, multiplicity in factors:
            lead = (
                lead * ring.from_mpoly(polynomial.leading_coefficient() * ring.context.constant(1)) ** multiplicity
            )
        merged: dict[Factor, int] = {}
        for factor, multiplicity in found:
            merged[factor] = merged.get(factor, 0) + multiplicity
        return ring.from_mpoly(value.numerator) * lead / scalar, list(merged.items())

    def _factor(self, polynomial: Ratio, space: Expr, eigenvalues: tuple[Symbol, ...]) -> tuple[Factor, Ratio]:
        """The monic factor of an irreducible polynomial, with names for its coefficients, and what it lost."""
        coefficients = coefficients_of(polynomial, eigenvalues)
        leading = max(coefficients, key=lambda e: (sum(e), e))
        top = coefficients.pop(leading)
        if polynomial in self.factors:
            return self.factors[polynomial], top
        named: list[tuple[tuple[int, ...], Expr]] = []
        for exponents in sorted(coefficients):
            named.append((exponents, self._coefficient(coefficients[exponents] / top)))
        factor = Factor(space, eigenvalues, leading, tuple(named))
        self.factors[polynomial] = factor
        return factor, top

    def _coefficient(self, value: Ratio) -> Expr:
        """The name of a coefficient of a denominator; a scalar of the model needs none."""
        loops = set(self.system.unknowns)
        if not value.support() & loops:
            return value.to_sympy()
        if value in self.strategy.constants:
            return self.strategy.constants[value].to_sympy()
        inserted = self._solved(value.to(self.state.ring))
        if not inserted.support() & (loops | set(self.state.poles) | set(self.state.sums.values())):
            return inserted.to_sympy()
        for pole in self.state.poles:
            difference = value.to(self.state.ring) - self.state.ring.generator(pole)
            if self.witness.vanishes(difference):
                # That both are equal may be what fixes them: it is kept as an equation.
                self.coincidences.append(difference)
                return pole
        pole = Symbol(f"pole_{len(self.state.poles) + 1}")
        self.state.poles.append(pole)
        self.state.definitions[pole] = value
        self.state.ring = self.state.ring.extend([pole])
        self.witness.define(pole, value)
        return pole

    def _name_sum(self, summand: SpectralSum) -> None:
        symbol = Symbol(f"sum_{len(self.state.sums) + 1}")
        self.state.sums[summand] = symbol
        self.state.ring = self.state.ring.extend([symbol])
        self.witness.define_sum(symbol, summand)

    # -- algebra -------------------------------------------------------------------------------------------

    def _solved(self, value: Ratio) -> Ratio:
        """Known loops inserted, and parameters that a relation gives."""
        ring = value.ring
        for table in (self.state.loops, self.state.rewrites):
            known = {s: table[s].to(ring) for s in value.support() if s in table}
            value = value.substitute(known) if known else value
        return value

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
                kept = max(loops, key=lambda s: sum(_degree(e, s) for e in system))
                loops.remove(kept)
                self.state.kept.append(kept)
                self.state.steps.append(Step("keep a loop", kept, kept, "no equation is linear in a loop"))
                continue
            position, symbol = choice
            solution = _root(system[position], symbol)
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
        if pole is not None and pole in self.state.definitions and _degree(relation, pole) == 1:
            raise _ConstantFoundError(self.state.definitions[pole], _root(relation, pole))

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
                if factor is not None and factor.support() & names == {pole} and _degree(factor, pole) == 1:
                    raise _ConstantFoundError(self.state.definitions[pole], _root(factor, pole))

    def _rewrite(self, relation: Ratio, loops: Sequence[Symbol]) -> None:
        """Solve a relation for the parameter that makes the solved loops shortest, if any does.

        The relation, with what is known inserted, may have fallen into factors: the one that vanishes is solved.
        """
        if not self.strategy.rewrite:
            return
        ring = self.state.ring
        reduced = self._vanishing_factor(self._numerator(self._solved(relation)))
        if reduced is None:
            return
        values = {s: self._solved(self.state.loops[s].to(ring)) for s in loops}
        best: tuple[tuple[bool, int], Expr, Ratio, dict[Symbol, Ratio]] | None = None
        setting = self.system.rules.setting
        for parameter in linear_parameters(reduced, setting):
            if self.witness.vanishes(reduced.derivative(parameter)):
                continue
            solution = _root(reduced, parameter)
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
            if not _degree(equation, symbol):
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
                if _degree(equation, symbol) != 1:
                    continue
                occurrences = sum(1 for e in system if _degree(e, symbol))
                cost = equation.size * occurrences
                if best is not None and cost >= best[0]:
                    continue
                if not self.witness.vanishes(equation.derivative(symbol)):
                    best = cost, position, symbol
        return None if best is None else best[1:]


def linear_parameters(relation: Ratio, setting: Setting) -> list[Expr]:
    """The parameters of a model in which a polynomial is linear, the field strength left out."""
    eigenvalues = {symbol for _, symbol in setting.matrices}
    return [
        g for g in setting.ring.generators if g not in eigenvalues and g != STRENGTH and _degree(relation, g) == 1
    ]


def _degree(polynomial: Ratio, symbol: Symbol) -> int:
    return int(polynomial.numerator.degrees()[polynomial.ring.index[symbol]])


def _root(equation: Ratio, symbol: Symbol) -> Ratio:
    """The solution of an equation that is linear in a symbol."""
    ring = equation.ring
    slope = equation.derivative(symbol)
    rest = equation - slope * ring.generator(symbol)
    return -rest / slope
