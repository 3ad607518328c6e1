"""Values in a form that is regular where the physics is: no differences of poles, none of nearly equal sums.

Elimination takes sums over powers of each pole alone, which are independent. Here the result is written with other
sums, each a linear combination of those:

1. where several poles of one space occur, with the sums of their chain (see `equations.quotients`). Differences of
   poles then stand in numerator and denominator alike and cancel, once the parameters that the equations give are
   inserted: gamma_1 - gamma_2 is such a difference, too;
2. factor by factor, with sums of positive terms in place of differences, as sum lambda Delta/(lambda+Delta)**2 for
   S_11 - S_22, where the factor is shorter or better conditioned with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from random import Random
from typing import Any

from flint import fmpq
from sympy import Expr, Symbol

from planaria.algebra.linear import root_unless
from planaria.algebra.rational import Ratio
from planaria.algebra.values import Portable
from planaria.algebra.work import WorkLimitError, charge, limited
from planaria.derivations.elimination.conditioning import Samples, operations
from planaria.derivations.elimination.eliminate import FACTOR, linear_parameters
from planaria.derivations.elimination.reduced import Reduced
from planaria.derivations.equations.quotients import Chain, chains, plain_expansion, related
from planaria.derivations.equations.spectral_sums import SpectralSum, Summand
from planaria.diagrams.expressions.expression import Setting

__all__ = ["Regular"]

SHARE = 3.0  # seconds of work for one formula
SWOLLEN = 3  # times as long: nobody reads that, and numbers at equal poles may come from the equations
SHORT = 3  # operations of a value that needs no other
LONGEST = 200  # terms of a factor that other sums are tried in
POWERS = (-2, -1, 1, 2)  # of a parameter that are taken back into a formula without it
ROUNDS = 4  # sums that are put into one factor, one after the other
DIGIT = 2.0  # operations that one digit more is worth
SUM = 1.0  # operations that one sum more is worth
CLEARLY = 0.5  # operations that a change has to be worth


@dataclass
class Regular(Portable):
    """Rewrites formulas of one elimination; the sums that it brings in are named in its state.

    Attributes
    ----------
    left
        Whether a formula has kept differences of poles.
    """

    reduced: Reduced
    setting: Setting
    left: bool = False
    _drafts: dict[SpectralSum, Symbol] = field(default_factory=dict)

    def value(self, value: Ratio) -> Ratio:
        """The same value, without differences of poles, in the sums that serve each of its factors best."""
        value = value.to(self.reduced.ring)
        if not value.support() & set(self.reduced.sums.values()):
            return value
        best, least = value, inf
        tried: Ratio | None = None
        with suppress(WorkLimitError), limited(SHARE):
            most = SWOLLEN * _length(value)
            for make in (self._as_it_is, self._inserted):
                regular = make(value)
                if regular is None or regular == tried:
                    continue
                tried = regular
                if (length := _length(regular)) < min(least, most):  # where better sums take too much work
                    best, least = regular, length
                written = self._positive(regular)
                if (length := _length(written)) < min(least, most):
                    best, least = written, length
                if least <= SHORT:
                    break
        if least == inf and self._mixed(value):
            self.left = True
        return best.to(self.reduced.ring)

    def loop(self, loop: Ratio) -> Ratio:
        """The same for a loop; it is changed where it has differences of poles alone.

        ArithmeticError where the planar solution refutes the change.
        """
        if not self._mixed(loop):
            return loop
        try:
            written = self.value(loop)
            if not self.reduced.witness.agrees(written, lambda witness: witness.evaluate(loop)):
                raise ArithmeticError("a loop is not what it was")
        except WorkLimitError:
            self.left = True
            return loop
        return written

    # -- one basis for several poles -----------------------------------------------------------------------

    def _chains(self, value: Ratio) -> list[Chain]:
        support = value.support()
        present = [one for one, symbol in self.reduced.sums.items() if symbol in support]
        return chains(present, self.reduced.poles)

    def _mixed(self, value: Ratio) -> list[Chain]:
        return [chain for chain in self._chains(value) if chain.is_mixed]

    def _as_it_is(self, value: Ratio) -> Ratio | None:
        """In chains where there are several poles; None where differences of them stay in the denominator."""
        mixed = self._mixed(value)
        if not mixed:
            return value
        tried = self._in_chains(value, mixed)
        return tried if self._is_regular(tried, mixed, self._solved) else None

    def _inserted(self, value: Ratio) -> Ratio | None:
        """The same with the parameters that the equations give inserted, and taken back where that is shorter."""
        solved = self._solved
        inserted = value
        if not self._mixed(value) and not any(parameter in value.support() for parameter, _ in solved):
            return None
        for parameter, solution in solved:
            inserted = inserted.substitute({parameter: solution.to(inserted.ring)})
        mixed = self._mixed(inserted)
        if mixed:
            inserted = self._in_chains(inserted, mixed)
            if not self._is_regular(inserted, mixed, solved):
                return None
        best, least = inserted, _length(inserted)
        for parameter, solution in solved:
            one = self._in_chains(solution, mixed)
            ring = self.reduced.ring
            unit = ring.generator(parameter) / one.to(ring)
            start = best.to(ring)
            for power in POWERS:
                candidate = start * unit**power
                if (length := _length(candidate)) < least:
                    best, least = candidate, length
        return best

    @cached_property
    def _solved(self) -> list[tuple[Expr, Ratio]]:
        """Parameters as the relations give them, each free of those before it; dimensions for lack of others."""
        ring = self.reduced.ring
        found: list[tuple[Expr, Ratio]] = []
        for relation in self.reduced.relations:
            polynomial = relation.polynomial.to(ring)
            for parameter, solution in found:
                polynomial = polynomial.substitute({parameter: solution})
            polynomial = ring.from_mpoly(polynomial.numerator)
            options = []
            for parameter in linear_parameters(polynomial, self.setting):
                if (root := root_unless(self.reduced.witness.vanishes, polynomial, parameter)) is not None:
                    options.append((parameter in self.setting.spaces, root.size, str(parameter), parameter, root))
            if options:
                *_, parameter, solution = min(options, key=lambda one: one[:3])
                found.append((parameter, solution))
        return found

    def _in_chains(self, value: Ratio, mixed: Sequence[Chain]) -> Ratio:
        """With the sums of chains in place of those over one pole each."""
        support = value.support()
        known: dict[Symbol, tuple[SpectralSum, dict[Summand, Ratio]]] = {}
        for one, symbol in list(self.reduced.sums.items()):
            chain = next((chain for chain in mixed if chain.spans(one)), None)
            if symbol in support and chain is not None:
                known[symbol] = one, chain.expansion(one, self.reduced.ring)
        for _, parts in known.values():
            for part in parts:
                if part is not None and part.factors:
                    self._name(part)
        ring = self.reduced.ring
        totals: dict[Expr, Ratio] = {}
        for symbol, (one, parts) in known.items():
            total = ring.zero
            for part, coefficient in parts.items():
                total = total + coefficient.to(ring) * ring(self._known(part, one))
            totals[symbol] = total
        return value.to(ring).substitute(totals)

    def _is_regular(self, value: Ratio, mixed: Sequence[Chain], solved: Sequence[tuple[Expr, Ratio]]) -> bool:
        """Whether the denominator has a value where all poles of a space coincide, at a random point."""
        ring = self.reduced.ring
        random = Random(5)
        at: dict[Expr, Any] = {
            g: fmpq(random.randint(10**4, 10**6), random.randint(10**4, 10**6)) for g in ring.generators
        }
        for chain in mixed:
            (first, _), *others = chain.poles
            for factor, _ in others:
                if isinstance(pole := factor.coefficients[0][1], Symbol):
                    at[pole] = ring(first.coefficients[0][1]).evaluate(at, fmpq(1))
        for parameter, solution in reversed(solved):
            written = self._in_chains(solution, mixed).to(ring := self.reduced.ring)
            at |= {g: fmpq(random.randint(10**4, 10**6), 10**5) for g in ring.generators if g not in at}
            try:
                at[parameter] = written.evaluate(at, fmpq(1))
            except ZeroDivisionError:
                return False
        return bool(ring.from_mpoly(value.to(ring).denominator).evaluate(at, fmpq(1)))

    # -- the best sums for each factor ---------------------------------------------------------------------

    def _positive(self, value: Ratio) -> Ratio:
        """Every irreducible factor in the sums that make it shortest and best conditioned."""
        options = self._options(value)
        if not options:
            return value
        ring = self.reduced.ring.extend([one.symbol for one in options])
        value = value.to(ring)
        samples = Samples(self.reduced, self.setting)
        samples.know({symbol: one for one, symbol in self.reduced.sums.items()})
        samples.know({one.symbol: one.sum for one in options})
        factors = [
            (ring.from_mpoly(factor), sign * int(multiplicity))
            for polynomial, sign in ((value.numerator, 1), (value.denominator, -1))
            for factor, multiplicity in self._factors(polynomial)
        ]
        content = value.numerator.factor()[0] / value.denominator.factor()[0]
        needed = frozenset().union(*(one.polynomial.support() for one in self.reduced.relations))
        needed &= set(self.reduced.sums.values())

        def written(without: _Option | None) -> tuple[float, list[Ratio]]:
            """The factors at their best, and what they cost: operations, digits, and sums to be defined."""
            allowed = [one for one in options if one is not without]
            best = [self._best(one, allowed, samples) for one, _ in factors]
            symbols = needed.union(*(one.support() for one in best)) & names
            return sum(samples.cost(one, DIGIT) for one in best) + SUM * len(symbols), best

        names = {one.symbol for one in options} | set(self.reduced.sums.values())
        least, best = written(None)
        with suppress(WorkLimitError):
            for option in [one for one in options if any(one.symbol in f.support() for f in best)]:
                cost, other = written(option)
                if cost < least:
                    least, best = cost, other
        result = ring.from_mpoly(ring.context.constant(content))
        for one, (_, power) in zip(best, factors, strict=True):
            result = result * one**power
        used = result.support()
        for option in options:
            if option.symbol in used:
                self._name(option.sum)
        return result.to(self.reduced.ring)

    def _factors(self, polynomial: Any) -> list[tuple[Any, int]]:
        charge(FACTOR * len(polynomial))
        found: list[tuple[Any, int]] = polynomial.factor()[1]
        return found

    def _options(self, value: Ratio) -> list[_Option]:
        """Sums that are combinations of those present."""
        support = value.support()
        ring = self.reduced.ring
        present = [one for one, symbol in self.reduced.sums.items() if symbol in support]
        expansions = [
            (one, chain.expansion(one, ring)) for chain in self._chains(value) for one in chain.members()
        ]
        expansions += [(one, plain_expansion(one, ring)) for one in related(present)]
        found = []
        for one, parts in expansions:
            names = {part: self._known(part, one) for part in parts}
            if (
                (len(parts) == 1 and not one.is_pure)
                or set(parts) == {one}
                or not all(name in support for name in names.values())
            ):
                continue
            total = ring.zero
            for part, coefficient in parts.items():
                total = total + coefficient * ring(names[part])
            symbol = self.reduced.sums.get(one) or self._drafts.setdefault(
                one, Symbol(f"sum_of_{one.summand}_{one.space}")
            )
            found.append(_Option(symbol, one, total, frozenset(names.values())))
        return found

    def _known(self, part: Summand, of: SpectralSum) -> Expr | None:
        """The name of a part of a sum, or its dimension."""
        if part is None or not (part.factors or any(part.exponents)):
            return of.space
        return self.reduced.sums.get(part)

    def _best(self, factor: Ratio, options: Sequence[_Option], samples: Samples) -> Ratio:
        """A factor in other sums where these are better; what is below is a monomial in poles."""
        sums = {one.symbol for one in options} | set(self.reduced.sums.values())
        if not 2 <= len(factor.numerator) <= LONGEST or not factor.support() & sums:
            return factor
        best, least = factor, samples.cost(factor, DIGIT)
        for _ in range(ROUNDS):
            start = best
            for candidate in self._variants(start, options):
                cost = samples.cost(candidate, DIGIT)
                if cost < least - CLEARLY:
                    best, least = candidate, cost
            if best == start:
                break
        return best

    def _variants(self, factor: Ratio, options: Sequence[_Option]) -> Iterator[Ratio]:
        """A factor with one sum replaced by another and the rest of its combination."""
        ring = factor.ring
        support = factor.support()
        poles = set(self.reduced.poles)
        for one in options:
            if one.symbol in support or not one.parts <= support:
                continue
            total = one.total.to(ring)
            for old in sorted(one.parts, key=str):
                slope = total.derivative(old)
                charge(FACTOR // 10 * len(factor.numerator))
                solution = (ring.generator(one.symbol) - (total - slope * ring.generator(old))) / slope
                new = factor.substitute({old: solution})
                below = new.denominator
                if len(below) == 1 and ring.from_mpoly(below).support() <= poles:
                    yield new

    # -- names ---------------------------------------------------------------------------------------------

    def _name(self, one: SpectralSum) -> Symbol:
        state = self.reduced
        if one not in state.sums:
            symbol = self._drafts.get(one) or Symbol(f"sum_{len(state.sums) + 1}")
            state.sums[one] = symbol
            state.ring = state.ring.extend([symbol])
            state.witness.define_sum(symbol, one)
        return state.sums[one]


def _length(value: Ratio) -> int:
    """The operations of all irreducible factors, written as a product."""
    total = 0
    for polynomial in (value.numerator, value.denominator):
        charge(FACTOR * len(polynomial))
        total += sum(operations(value.ring.from_mpoly(factor)) + 1 for factor, _ in polynomial.factor()[1])
    return total


@dataclass(frozen=True)
class _Option:
    """A sum that is a combination of others: its symbol, the combination, and the symbols of what it combines."""

    symbol: Symbol
    sum: SpectralSum
    total: Ratio
    parts: frozenset[Expr]
