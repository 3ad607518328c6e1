"""The field of functions on the branch of the matrices, in which two formulas are equal or not.

Every formula becomes a rational function of generators that no equation relates: each relation of the closed
form is solved for a parameter in which it is linear, as a rule a ridge, and each sum over eigenvalues is brought
to one basis by partial fractions, where a denominator that the relations make equal to a known one is that one.
Roots and unknowns of somebody's own that are not rational are adjoined with their polynomials. A difference that
is reduced to zero vanishes wherever the relations hold and no denominator vanishes: the ideal is that of the
relations, saturated by the slopes that they are solved with, and none of these is zero on the branch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Protocol

from sympy import Expr, Integer, Symbol

from planaria.algebra.linear import degree_in, root
from planaria.algebra.polynomials import sympy_number
from planaria.algebra.rational import Ratio, Ring
from planaria.derivations.derivation import Derivation
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.derivations.equations.spectral_sums import Factor, SpectralSum, coefficients_of, decompose
from planaria.derivations.equations.spectral_symbols import sum_name

__all__ = ["Branch", "Equations", "Oracle", "UnprovableError"]


class UnprovableError(ArithmeticError):
    """Algebra does not say whether a claim holds; the message says why."""


@dataclass(frozen=True)
class Equations:
    """The equations of unknowns of somebody's own, in a field that has all of them as generators.

    Attributes
    ----------
    numerators
        By name, the generator, and what vanishes: both sides over one denominator.
    """

    branch: Branch
    numerators: Mapping[str, tuple[Symbol, Ratio]]


class Oracle(Protocol):
    """Certified numbers on the branch of the matrices: what a proof asks for where algebra alone does not tell."""

    def signs(self, branch: Branch, value: Ratio) -> tuple[int | None, ...]:
        """The sign of a function at several points, each proved in balls; None where a ball contains zero."""
        ...

    def closest(
        self,
        branch: Branch,
        name: str,
        candidates: Sequence[Ratio],
        known: Mapping[str, Ratio],
        equations: Equations,
    ) -> tuple[int, ...] | None:
        """Which of several functions are the root that is meant by an unknown of somebody's own.

        None where numbers do not tell which root is meant.
        """
        ...


class Branch:
    """The field; it grows while formulas are read.

    Attributes
    ----------
    ring
        Its generators so far.
    sums
        The basis: symbols of sums over eigenvalues.
    solved
        The generators that the relations give, each free of those before it.
    algebraic
        What is adjoined, with the polynomial that it satisfies.
    """

    def __init__(self, derivation: Derivation, fixed: Mapping[Symbol, Expr], oracle: Oracle) -> None:
        closed, setting = derivation.closed_form, derivation.rules.setting
        self.derivation, self.oracle, self.setting = derivation, oracle, setting
        self._closed_sums = dict(closed.sums)
        symbols = [g for g in closed.ring.generators if g not in self._closed_sums and g != STRENGTH]
        symbols += [g for g in setting.ring.generators if g != STRENGTH]
        symbols += [space for space in setting.spaces if not isinstance(space, Integer)]
        for _, spectrum in derivation.model.spectra:
            symbols += sorted(spectrum.free_symbols, key=str)
        symbols += [eigen for _, eigen in setting.matrices]
        self.ring = Ring(symbols)
        self.fixed = {symbol: value for symbol, value in fixed.items() if symbol in self.ring.index}
        self.sums: dict[SpectralSum, Symbol] = {}
        self.solved: list[tuple[Expr, Ratio]] = []
        self.algebraic: list[tuple[Symbol, Ratio]] = []
        self.defined: dict[Symbol, Ratio] = {}  # coefficients of denominators that the closed form does not have
        self.coefficients: list[tuple[Expr, Ratio]] = []
        self._values: dict[Symbol, Ratio] = {}
        own = {c for factor in closed.factors() for _, c in factor.coefficients}
        for symbol in sorted(own, key=str):
            self.coefficients.append((symbol, self.expression(symbol)))
        for relation, parameter in zip(closed.relations, closed.solved_for, strict=True):
            self._solve(self.closed(relation), parameter)
        self.value = self.closed(closed.value)

    def copy(self) -> Branch:
        """The same field, which grows by itself."""
        other = copy(self)
        for name in ("sums", "defined", "_values"):
            setattr(other, name, dict(getattr(self, name)))
        for name in ("solved", "algebraic", "coefficients"):
            setattr(other, name, list(getattr(self, name)))
        return other

    # -- what is in it -------------------------------------------------------------------------------------

    def adjoin(self, name: str) -> Ratio:
        """A new generator."""
        symbol = Symbol(name)
        while symbol in self.ring.index:
            symbol = Symbol(f"{symbol.name}'")
        self.ring = self.ring.extend([symbol])
        return self.ring.generator(symbol)

    def expression(self, expression: Expr) -> Ratio:
        """A scalar of sympy in the generators, with the numbers that are given for some of them."""
        return self._fix(self.ring(expression))

    def symbol(self, symbol: Symbol) -> Ratio:
        """A parameter, an unknown, or a sum of the closed form."""
        if symbol in self._closed_sums:
            if symbol not in self._values:
                one = self._closed_sums[symbol]
                summand = self.expression(one.summand)
                self._values[symbol] = self.trace(summand, one.space)
            return self._values[symbol].to(self.ring)
        return self.expression(symbol)

    def closed(self, ratio: Ratio) -> Ratio:
        """A formula of the closed form, at field strength 1."""
        support = ratio.support()
        sums = {symbol: self.symbol(symbol) for symbol in self._closed_sums if symbol in support}
        wide = self.ring.extend([STRENGTH, *sums])
        replacements = {symbol: value.to(wide) for symbol, value in sums.items()}
        found = ratio.to(wide).substitute({**replacements, STRENGTH: wide.one})
        return self._fix(found.to(self.ring))

    def _fix(self, ratio: Ratio) -> Ratio:
        present = {s: self.ring(v) for s, v in self.fixed.items() if s in ratio.support()}
        return ratio.substitute(present) if present else ratio

    # -- when two are equal --------------------------------------------------------------------------------

    def normal(self, ratio: Ratio) -> Ratio:
        """The function in free generators, and in what is adjoined."""
        found = ratio.to(self.ring)
        for generator, solution in self.solved:
            if generator in found.support():
                found = found.substitute({generator: solution.to(self.ring)})
        return found

    def is_zero(self, ratio: Ratio) -> bool:
        """Whether a function is zero on the branch, for any choice of the roots that are adjoined."""
        top = self.ring.from_mpoly(self.normal(ratio).numerator)
        for symbol, polynomial in reversed(self.algebraic):
            top = _pseudo_remainder(top, polynomial.to(self.ring), symbol)
        return not top

    # -- sums over eigenvalues -----------------------------------------------------------------------------

    def trace(self, summand: Ratio, space: Expr) -> Ratio:
        """The sum of a rational function over the eigenvalues of a space, in the basis."""
        eigenvalues = tuple(symbol for _, symbol in self.setting.matrices_of(space))
        summand = summand.to(self.ring)
        content, pieces = summand.denominator.factor()
        outside = self.ring.constant(1) / self.ring.from_mpoly(self.ring.context.constant(content))
        factors: dict[Factor, int] = {}
        for piece, multiplicity in pieces:
            one, power = self.ring.from_mpoly(piece), int(multiplicity)
            if not one.support() & set(eigenvalues):
                outside = outside.to(self.ring) / one.to(self.ring) ** power
                continue
            factor, leading = self._factor(one, space, eigenvalues)
            factors[factor] = factors.get(factor, 0) + power
            outside = outside.to(self.ring) / leading.to(self.ring) ** power
        top = summand.ring.from_mpoly(summand.numerator).to(self.ring)
        found = decompose(top, space, eigenvalues, list(factors.items()))
        named = [(self._sum(one, space), coefficient) for one, coefficient in found.items()]
        total = self.ring.zero
        for one, coefficient in named:  # the ring has all of them by now
            total = total + coefficient.to(self.ring) * one.to(self.ring)
        result = total * outside.to(self.ring)
        given = {s: v.to(self.ring) for s, v in self.defined.items() if s in result.support()}
        return result.substitute(given) if given else result

    def _sum(self, one: SpectralSum | None, space: Expr) -> Ratio:
        if one is None:
            return self.expression(space)
        if one not in self.sums:
            name = next((str(symbol) for symbol, known in self._closed_sums.items() if known == one), None)
            generator = self.adjoin(name or sum_name(one.exponents, one.factors))
            (self.sums[one],) = generator.support()
        return self.ring.generator(self.sums[one])

    def _factor(self, one: Ratio, space: Expr, eigenvalues: tuple[Symbol, ...]) -> tuple[Factor, Ratio]:
        """An irreducible denominator made monic, with names for its coefficients; and what was divided by."""
        groups = coefficients_of(one, eigenvalues)
        leading = max(groups, key=lambda exponents: (sum(exponents), exponents))
        scale = groups.pop(leading)
        lower = []
        for exponents, coefficient in sorted(groups.items()):
            name = self._coefficient(coefficient.to(self.ring) / scale.to(self.ring))
            if name != 0:
                lower.append((exponents, name))
        return Factor(space, eigenvalues, leading, tuple(lower)), scale

    def _coefficient(self, value: Ratio) -> Expr:
        """The number or the name that a coefficient of a denominator has: a known one where they are equal."""
        if not value.support():
            return sympy_number(value.numerator.leading_coefficient()) if value else Integer(0)
        value = value.to(self.ring)
        for name, known in self.coefficients:
            if known.to(self.ring) == value or self.is_zero(value - known.to(self.ring)):
                return name
        generator = self.adjoin(f"kappa_{len(self.defined) + 1}")
        (symbol,) = generator.support()
        self.defined[symbol] = value
        self.coefficients.append((symbol, value))
        return symbol

    # -- the relations -------------------------------------------------------------------------------------

    def _solve(self, relation: Ratio, parameter: Expr | None) -> None:
        """Take one more generator for what a relation makes of it."""
        polynomial = self._vanishing(self.normal(relation))
        eigen = {symbol for _, symbol in self.setting.matrices}
        own = {unknown.symbol for unknown in self.derivation.closed_form.unknowns} | set(self.sums.values())
        linear = [g for g in polynomial.support() - eigen if degree_in(polynomial, g) == 1]
        # First what derive has solved it for, whose slope is not zero; then parameters, and short slopes.
        slopes = {generator: polynomial.derivative(generator) for generator in linear}
        last = own | set(self.setting.spaces)
        linear.sort(key=lambda g: (g != parameter, g in last, slopes[g].size, str(g)))
        for generator in linear:
            slope = slopes[generator]
            if generator == parameter or len(slope.numerator) == 1 or self._is_nonzero(slope):
                self.solved.append((generator, root(polynomial, generator)))
                return
        *_, generator = min((degree_in(polynomial, g), str(g), g) for g in polynomial.support() & own)
        self.algebraic.append((generator, polynomial))

    def _vanishing(self, relation: Ratio) -> Ratio:
        """The irreducible factor of a relation that is zero on the branch."""
        factors = [self.ring.from_mpoly(factor) for factor, _ in relation.numerator.factor()[1]]
        if len(factors) == 1:
            return factors[0]
        left = [one for one in factors if not self._is_nonzero(one)]
        if len(left) != 1:
            raise UnprovableError(
                "an equation of the model has several factors, and numbers do not tell them apart"
            )
        return left[0]

    def _is_nonzero(self, value: Ratio) -> bool:
        signs = self.oracle.signs(self, value)
        return bool(signs) and any(sign is not None for sign in signs)


def _pseudo_remainder(value: Ratio, polynomial: Ratio, symbol: Symbol) -> Ratio:
    """The remainder by a polynomial in a generator, times a power of the leading coefficient of that."""
    ring = value.ring
    degree = degree_in(polynomial, symbol)
    generator = ring.generator(symbol)
    leading = _coefficient_of(polynomial, symbol, degree)
    while value and (own := degree_in(value, symbol)) >= degree:
        top = _coefficient_of(value, symbol, own)
        value = value * leading - polynomial * top * generator ** (own - degree)
    return value


def _coefficient_of(polynomial: Ratio, symbol: Symbol, exponent: int) -> Ratio:
    ring = polynomial.ring
    place = ring.index[symbol]
    terms: dict[tuple[int, ...], Any] = {}
    for exponents, coefficient in polynomial.numerator.terms():
        if int(exponents[place]) == exponent:
            terms[tuple(0 if n == place else int(e) for n, e in enumerate(exponents))] = coefficient
    return ring.polynomial(terms)
