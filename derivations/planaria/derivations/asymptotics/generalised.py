"""Polynomials whose exponents and coefficients are rational functions of the exponent of a spectrum.

Such are closed forms after spectral sums of a power law have been expanded: S_22 = (1 - 1/s)(z + 1/2) - 1/2 +
..., Delta = lambda_plus rho^s z^-s (1 - s/(2 z) + ...), with s = 1 + alpha. Everything positive that is raised
to a power is a variable, also numbers such as rho: coefficients are rational functions of alpha alone, and
equality is exact. What is left out of a series stands in it as a term with a variable of its own, a *remainder*
of order one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as member
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any, TypeAlias

from mpmath import mp, mpf
from sympy import Add, Dummy, Expr, Mul, Symbol, lambdify

from planaria.algebra.rational import Ratio, Ring
from planaria.algebra.values import Portable

__all__ = ["Field", "GeneralisedPolynomial", "Monomial", "is_remainder", "monomial", "remainder"]

Monomial: TypeAlias = tuple[tuple[Symbol, Ratio], ...]
"""Variables with their exponents, none of which is zero, sorted by name."""

DIGITS = 40  # of the numbers by which a coefficient with irrational constants is told from zero
REMAINDER = "O#"  # no name of a model has this sign


def remainder(name: str) -> Symbol:
    """The variable that stands for a function of order one which is not known further."""
    return Symbol(REMAINDER + name, positive=True)


def is_remainder(symbol: Symbol) -> bool:
    return str(symbol.name).startswith(REMAINDER)


@dataclass(frozen=True)
class Field(Portable):
    """The rational functions of alpha, at a witness: an exponent is positive if it is at that alpha.

    Attributes
    ----------
    alpha
        The exponent of the spectrum: a symbol, or a number.
    witness
        The alpha at which exponents are compared; the number itself where it is one.
    """

    alpha: Expr
    witness: Fraction

    @cached_property
    def symbol(self) -> Symbol:
        return self.alpha if isinstance(self.alpha, Symbol) else Dummy("alpha", positive=True)

    @cached_property
    def ring(self) -> Ring:
        return Ring([self.symbol])

    @cached_property
    def s(self) -> Ratio:
        """1 + alpha."""
        return self.ring.one + self(self.alpha)

    @property
    def one(self) -> Ratio:
        return self.ring.one

    @property
    def zero(self) -> Ratio:
        return self.ring.zero

    def __call__(self, number: int | Fraction | Expr) -> Ratio:
        if isinstance(number, Expr):
            return self.ring(number)
        return self.ring.constant(number)

    def at_witness(self, ratio: Ratio) -> Fraction:
        if ratio not in self._seen:
            self._seen[ratio] = Fraction(ratio.evaluate({self.symbol: self.witness}))
        return self._seen[ratio]

    @cached_property
    def _seen(self) -> dict[Ratio, Fraction]:
        """The numbers that were asked for: the same few exponents occur in thousands of terms."""
        return {}

    def sign(self, ratio: Ratio) -> int:
        """-1, 0 or 1."""
        number = self.at_witness(ratio)
        return (number > 0) - (number < 0)


def monomial(exponents: Mapping[Symbol, Ratio]) -> Monomial:
    return tuple(sorted(((v, e) for v, e in exponents.items() if e), key=_name))


def _name(pair: tuple[Symbol, Ratio]) -> str:
    return str(pair[0].name)


@dataclass(frozen=True)
class GeneralisedPolynomial(Portable):
    """A sum of coefficient * product of variable**exponent, coefficients and exponents in Q(alpha).

    >>> alpha, z = Symbol("alpha", positive=True), Symbol("z", positive=True)
    >>> field = Field(alpha, Fraction(4, 5))
    >>> one = GeneralisedPolynomial.power(field, z, -field.s)
    >>> ((one + one.scaled(field.s)) * one).to_sympy()
    z**(-2*alpha - 2)*(alpha + 2)
    """

    field: Field
    terms: Mapping[Monomial, Ratio] = member(hash=False)

    @classmethod
    def constant(cls, field: Field, number: Ratio) -> GeneralisedPolynomial:
        return cls(field, {(): number} if number else {})

    @classmethod
    def power(cls, field: Field, variable: Symbol, exponent: Ratio) -> GeneralisedPolynomial:
        return cls(field, {monomial({variable: exponent}): field.one})

    @classmethod
    def total(cls, field: Field, parts: Iterable[GeneralisedPolynomial]) -> GeneralisedPolynomial:
        found: dict[Monomial, Ratio] = {}
        for part in parts:
            for key, coefficient in part.terms.items():
                found[key] = found[key] + coefficient if key in found else coefficient
        return cls(field, {key: c for key, c in found.items() if c})

    def __add__(self, other: GeneralisedPolynomial) -> GeneralisedPolynomial:
        return self.total(self.field, (self, other))

    def __sub__(self, other: GeneralisedPolynomial) -> GeneralisedPolynomial:
        return self + other.scaled(-self.field.one)

    def __mul__(self, other: GeneralisedPolynomial) -> GeneralisedPolynomial:
        found: dict[Monomial, Ratio] = {}
        for left, a in self.terms.items():
            for right, b in other.terms.items():
                key = _product(left, right)
                found[key] = found[key] + a * b if key in found else a * b
        return GeneralisedPolynomial(self.field, {key: c for key, c in found.items() if c})

    def __pow__(self, exponent: int) -> GeneralisedPolynomial:
        result = self.constant(self.field, self.field.one)
        for _ in range(exponent):
            result = result * self
        return result

    def scaled(self, number: Ratio) -> GeneralisedPolynomial:
        return GeneralisedPolynomial(self.field, {k: c * number for k, c in self.terms.items() if number})

    @property
    def single(self) -> tuple[Monomial, Ratio] | None:
        """The only term, if there is one only."""
        return next(iter(self.terms.items())) if len(self.terms) == 1 else None

    @property
    def variables(self) -> frozenset[Symbol]:
        return frozenset(v for key in self.terms for v, _ in key)

    def reciprocal(self) -> GeneralisedPolynomial:
        """One over a polynomial of one term."""
        ((key, coefficient),) = self.terms.items()
        inverse = tuple((v, -e) for v, e in key)
        return GeneralisedPolynomial(self.field, {inverse: self.field.one / coefficient})

    def derivative(self, variable: Symbol) -> GeneralisedPolynomial:
        found = {}
        for key, coefficient in self.terms.items():
            exponent = dict(key).get(variable)
            if exponent is not None:
                found[monomial({**dict(key), variable: exponent - self.field.one})] = coefficient * exponent
        return GeneralisedPolynomial(self.field, found)

    def replace(self, variable: Symbol, power: Callable[[Ratio], GeneralisedPolynomial]) -> GeneralisedPolynomial:
        """Every power of a variable by what a function gives for its exponent."""
        known: dict[Ratio, GeneralisedPolynomial] = {}
        parts = []
        for key, coefficient in self.terms.items():
            exponents = dict(key)
            exponent = exponents.pop(variable, None)
            rest = GeneralisedPolynomial(self.field, {monomial(exponents): coefficient})
            if exponent is None:
                parts.append(rest)
                continue
            if exponent not in known:
                known[exponent] = power(exponent)
            parts.append(rest * known[exponent])
        return self.total(self.field, parts)

    def by_power(self, variable: Symbol) -> dict[Ratio, GeneralisedPolynomial]:
        """What stands at each power of a variable."""
        groups: dict[Ratio, dict[Monomial, Ratio]] = {}
        for key, coefficient in self.terms.items():
            exponents = dict(key)
            exponent = exponents.pop(variable, self.field.zero)
            groups.setdefault(exponent, {})[monomial(exponents)] = coefficient
        return {e: GeneralisedPolynomial(self.field, terms) for e, terms in groups.items()}

    def cleaned(self, constants: Mapping[Symbol, Expr]) -> GeneralisedPolynomial:
        """Without terms that cancel once the constants have their numbers, such as powers of an algebraic root."""
        groups: dict[Monomial, list[Monomial]] = {}
        for key in self.terms:
            groups.setdefault(tuple((v, e) for v, e in key if v not in constants), []).append(key)
        kept: dict[Monomial, Ratio] = {}
        for members in groups.values():
            if len(members) == 1 or number_of(self.field, {k: self.terms[k] for k in members}, constants):
                kept.update({key: self.terms[key] for key in members})
        return GeneralisedPolynomial(self.field, kept)

    def to_sympy(self, constants: Mapping[Symbol, Expr] | None = None) -> Expr:
        """A sympy expression, the constants written out."""
        known = dict(constants or {})
        return Add(
            *(
                Mul(c.to_sympy(), *(known.get(v, v) ** e.to_sympy() for v, e in key))
                for key, c in self.terms.items()
            )
        )


def number_of(field: Field, terms: Mapping[Monomial, Ratio], constants: Mapping[Symbol, Expr]) -> mpf:
    """The number of a sum at the witness, other variables being one; exactly 0 if it is one to 30 digits."""
    with mp.workdps(DIGITS):
        total, largest = mpf(0), mpf(0)
        for key, coefficient in terms.items():
            term = _mpf(field.at_witness(coefficient))
            for variable, exponent in key:
                if variable in constants:
                    term *= constant_number(field, constants[variable]) ** _mpf(field.at_witness(exponent))
            total += term
            largest = max(largest, abs(term))
        return total if abs(total) > largest * mpf(10) ** -(DIGITS - 10) else mpf(0)


def constant_number(field: Field, expression: Expr) -> mpf:
    """The number of a constant at the witness."""
    return _constant_number(field.symbol, field.witness, expression)


@lru_cache(maxsize=1024)
def _constant_number(symbol: Symbol, witness: Fraction, expression: Expr) -> mpf:
    with mp.workdps(DIGITS):
        function: Any = lambdify(symbol, expression, "mpmath")
        return mpf(function(_mpf(witness)))


def _mpf(number: Fraction) -> mpf:
    return mpf(number.numerator) / number.denominator


def _product(left: Monomial, right: Monomial) -> Monomial:
    if not left or not right:
        return left or right
    exponents = dict(left)
    for variable, exponent in right:
        exponents[variable] = exponents[variable] + exponent if variable in exponents else exponent
    return monomial(exponents)
