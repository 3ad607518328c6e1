"""Traces of propagators: spectral sums over named poles, and what is known of the loops inserted.

Every denominator is taken apart into irreducible factors, and their coefficients get names. Which of them vanish
on the planar solution, and which two are one, the witness decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sympy import Expr, Symbol

from planaria.algebra.rational import Ratio
from planaria.derivations.elimination.reduced import Reduced
from planaria.derivations.equations.schwinger_dyson import SchwingerDyson
from planaria.derivations.equations.spectral_sums import Factor, SpectralSum, Summand, coefficients_of, decompose

__all__ = ["Traces"]


class Traces:
    """The traces that one elimination takes, with the names of poles and sums that it finds on the way.

    Parameters
    ----------
    state
        What elimination has reached: poles and sums are added to it.
    constants
        Coefficients of denominators that are known to be scalars of the model.

    Attributes
    ----------
    coincidences
        Differences of two coefficients that are equal on the solution, not yet used as equations.
    """

    def __init__(self, system: SchwingerDyson, state: Reduced, constants: Mapping[Ratio, Ratio]) -> None:
        self.system = system
        self.state = state
        self.witness = state.witness
        self.constants = constants
        self.factors: dict[Ratio, Factor] = {}
        self.coincidences: list[Ratio] = []

    def of(self, values: Sequence[tuple[Ratio, Expr]]) -> list[Ratio]:
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
                total = total + self.inserted(coefficient.to(ring)) * measure
            totals.append(total)
        return totals

    def _decomposed(
        self, numerator: Ratio, space: Expr, factors: list[tuple[Factor, int]]
    ) -> dict[Summand, Ratio]:
        """A trace by partial fractions; over products of poles where two of them coincide on the solution."""
        eigenvalues = self.system.rules.eigenvalues_of(space)
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
        eigenvalues = self.system.rules.eigenvalues_of(space)
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
        if value in self.constants:
            return self.constants[value].to_sympy()
        inserted = self.inserted(value.to(self.state.ring))
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

    def inserted(self, value: Ratio) -> Ratio:
        """Known loops inserted, and parameters that a relation gives."""
        ring = value.ring
        for table in (self.state.loops, self.state.rewrites):
            known = {s: table[s].to(ring) for s in value.support() if s in table}
            value = value.substitute(known) if known else value
        return value
