"""Exact rational functions: the arithmetic under rules, equations and closed forms.

sympy writes the formulas that people read; between two formulas, python-flint does the algebra. A `Ring` says
which sympy expressions are the generators; a `Ratio` is a reduced quotient of two polynomials over the
rationals in those generators. Both are immutable.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

from flint import Ordering, fmpq_mpoly_ctx
from sympy import Add, Expr, Float, Mul, Pow, Rational, S

from planaria.algebra.errors import InputError
from planaria.algebra.polynomials import (
    Packed,
    Terms,
    moved,
    packed,
    polynomial_hash,
    primitive_part,
    rational_number,
    sympy_number,
    terms_of,
    unpacked,
    value_at,
)
from planaria.algebra.substitution import power_terms, substituted
from planaria.algebra.values import Immutable
from planaria.algebra.work import charge

__all__ = ["Ratio", "Ring", "generators_of"]

MOVE = 10  # term products that a term costs which is moved to another ring
FEW = 40  # generators, whose exponents are moved about for each term, that the unit of work is meant for
GCD = 30  # term products that a greatest common divisor costs for each term


class Ring(Immutable):
    """Rational functions over Q in given generators (sympy expressions, most often symbols).

    >>> from sympy.abc import a, b
    >>> ring = Ring([a, b])
    >>> print(ring((a**2 - b**2) / (a + b)))
    a - b
    """

    def __init__(self, generators: Iterable[Expr]) -> None:
        self.generators: tuple[Expr, ...] = tuple(dict.fromkeys(generators))
        # flint wants at least one generator, and names that it can print: they are never parsed.
        names = tuple(f"g{i}" for i in range(max(1, len(self.generators))))
        self.context = fmpq_mpoly_ctx.get(names, Ordering.degrevlex)

    @cached_property
    def index(self) -> Mapping[Expr, int]:
        return {generator: i for i, generator in enumerate(self.generators)}

    @cached_property
    def weight(self) -> float:
        """What work on a term costs, in units of that in a ring of few generators."""
        return max(1.0, len(self.generators) / FEW)

    @cached_property
    def zero(self) -> Ratio:
        return Ratio(self, self.context.constant(0), self._one)

    @cached_property
    def one(self) -> Ratio:
        return Ratio(self, self._one, self._one)

    @cached_property
    def _one(self) -> Any:
        return self.context.constant(1)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ring) and self.generators == other.generators

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(self.generators)

    def __reduce__(self) -> tuple[Any, ...]:
        return Ring, (self.generators,)

    def extend(self, generators: Iterable[Expr]) -> Ring:
        """The ring with further generators behind the present ones."""
        return Ring((*self.generators, *generators))

    def constant(self, number: int | Fraction | Rational) -> Ratio:
        return Ratio(self, self.context.constant(rational_number(number)), self._one)

    def generator(self, expression: Expr) -> Ratio:
        return Ratio(self, self.context.gen(self.index[expression]), self._one)

    def polynomial(self, terms: Mapping[tuple[int, ...], Any]) -> Ratio:
        return Ratio(self, self.context.from_dict(dict(terms)), self._one)

    def from_mpoly(self, polynomial: Any) -> Ratio:
        return Ratio(self, polynomial, self._one)

    def __call__(self, expression: Expr) -> Ratio:
        """Read a sympy scalar whose atoms are generators of this ring; KeyError otherwise."""
        if expression in self.index:
            return self.generator(expression)
        if expression.is_Rational:
            return self.constant(expression)
        if isinstance(expression, Float):
            return self.constant(Rational(str(expression)))
        if isinstance(expression, Add):
            total = self.zero
            for term in expression.args:
                total = total + self(term)
            return total
        if isinstance(expression, Mul):
            product = self.one
            for factor in expression.args:
                product = product * self(factor)
            return product
        if isinstance(expression, Pow) and expression.exp.is_Integer:
            return self(expression.base) ** int(expression.exp)
        raise KeyError(expression)


def generators_of(expression: Expr) -> tuple[Expr, ...]:
    """The sympy expressions in which a scalar is a rational function: symbols, and whatever is opaque.

    >>> from sympy import sqrt
    >>> from sympy.abc import a, b
    >>> generators_of(a**2 / (1 + sqrt(b)))
    (a, sqrt(b))
    """
    found: dict[Expr, None] = {}

    def visit(node: Expr) -> None:
        if node.is_Rational or isinstance(node, Float):
            return
        if isinstance(node, (Add, Mul)):
            for argument in node.args:
                visit(argument)
        elif isinstance(node, Pow) and node.exp.is_Integer:
            visit(node.base)
        elif node in (S.Infinity, S.NegativeInfinity, S.NaN, S.ComplexInfinity):
            raise InputError("expression", f"it contains {node}", "use finite numbers")
        else:
            found[node] = None

    visit(expression)
    return tuple(sorted(found, key=lambda one: one.sort_key()))


class Ratio(Immutable):
    """A reduced quotient numerator / denominator; the denominator is monic. Immutable and hashable."""

    __slots__ = ("_hash", "_support", "_terms", "denominator", "numerator", "ring")

    def __init__(self, ring: Ring, numerator: Any, denominator: Any) -> None:
        self.ring = ring
        self.numerator = numerator
        self.denominator = denominator

    @classmethod
    def reduced(cls, ring: Ring, numerator: Any, denominator: Any) -> Ratio:
        """The quotient in lowest terms. ZeroDivisionError for a zero denominator."""
        if denominator.is_zero():
            raise ZeroDivisionError("division by the zero polynomial")
        if numerator.is_zero():
            return ring.zero
        if not denominator.is_constant():
            terms, others = len(numerator), len(denominator)
            charge((GCD * (terms + others) + terms * others / 40) * ring.weight)
            common = numerator.gcd(denominator)
            if not common.is_one():
                numerator = numerator / common
                denominator = denominator / common
        leading = denominator.leading_coefficient()
        if leading != 1:
            numerator = numerator * (1 / leading)
            denominator = denominator * (1 / leading)
        return cls(ring, numerator, denominator)

    def __add__(self, other: Ratio) -> Ratio:
        if self.numerator.is_zero():
            return other
        if other.numerator.is_zero():
            return self
        if self.denominator == other.denominator:
            if self.denominator.is_one():
                return Ratio(self.ring, self.numerator + other.numerator, self.denominator)
            return Ratio.reduced(self.ring, self.numerator + other.numerator, self.denominator)
        a, b, c, d = map(len, (self.numerator, self.denominator, other.numerator, other.denominator))
        charge((a * d + b * c + b * d) * self.ring.weight)
        return Ratio.reduced(
            self.ring,
            self.numerator * other.denominator + other.numerator * self.denominator,
            self.denominator * other.denominator,
        )

    def __neg__(self) -> Ratio:
        return Ratio(self.ring, -self.numerator, self.denominator)

    def __sub__(self, other: Ratio) -> Ratio:
        return self + (-other)

    def __mul__(self, other: Ratio) -> Ratio:
        a, b, c, d = map(len, (self.numerator, self.denominator, other.numerator, other.denominator))
        charge((a * c + b * d) * self.ring.weight)
        if self.denominator.is_one() and other.denominator.is_one():
            return Ratio(self.ring, self.numerator * other.numerator, self.denominator)
        return Ratio.reduced(self.ring, self.numerator * other.numerator, self.denominator * other.denominator)

    def __truediv__(self, other: Ratio) -> Ratio:
        a, b, c, d = map(len, (self.numerator, self.denominator, other.numerator, other.denominator))
        charge((a * d + b * c) * self.ring.weight)
        return Ratio.reduced(self.ring, self.numerator * other.denominator, self.denominator * other.numerator)

    def __pow__(self, exponent: int) -> Ratio:
        if exponent < 0:
            return self.ring.one / self ** (-exponent)
        charge(power_terms(self.numerator, exponent) + power_terms(self.denominator, exponent))
        return Ratio(self.ring, self.numerator**exponent, self.denominator**exponent)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Ratio)
            and (self.ring is other.ring or self.ring == other.ring)
            and self.numerator == other.numerator
            and self.denominator == other.denominator
        )

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            self._hash: int = hash((polynomial_hash(self.numerator), polynomial_hash(self.denominator)))
            return self._hash

    def __reduce__(self) -> tuple[Any, ...]:
        return _of_terms, (self.ring, packed(self.numerator), packed(self.denominator))

    def __bool__(self) -> bool:
        return not self.numerator.is_zero()

    def __repr__(self) -> str:
        return str(self.to_sympy())

    @property
    def is_one(self) -> bool:
        return bool(self.numerator.is_one() and self.denominator.is_one())

    @property
    def is_polynomial(self) -> bool:
        return bool(self.denominator.is_one())

    @property
    def size(self) -> int:
        """Number of terms: the measure by which the simpler of two equal expressions is chosen."""
        return len(self.numerator) + len(self.denominator)

    def support(self) -> frozenset[Expr]:
        """The generators that occur."""
        try:
            return self._support
        except AttributeError:
            degrees = zip(self.numerator.degrees(), self.denominator.degrees(), strict=True)
            self._support: frozenset[Expr] = frozenset(
                one for one, (a, b) in zip(self.ring.generators, degrees, strict=False) if a > 0 or b > 0
            )
            return self._support

    def to(self, ring: Ring) -> Ratio:
        """The same rational function in another ring, which must have the generators that occur."""
        if ring is self.ring or ring == self.ring:
            return self
        numerator, denominator = (self._moved(p, ring) for p in (self.numerator, self.denominator))
        # Another order of generators may have another leading monomial.
        leading = denominator.leading_coefficient()
        if leading != 1:
            numerator, denominator = numerator * (1 / leading), denominator * (1 / leading)
        return Ratio(ring, numerator, denominator)

    def _moved(self, polynomial: Any, ring: Ring) -> Any:
        charge((len(self.ring.generators) + MOVE * len(polynomial)) * ring.weight)
        places = [ring.index.get(generator) for generator in self.ring.generators]
        try:
            return moved(polynomial, places, ring.context)
        except KeyError as missing:
            raise KeyError(self.ring.generators[missing.args[0]]) from None

    def substitute(self, replacements: Mapping[Expr, Ratio]) -> Ratio:
        """Replace generators by rational functions of the same ring, all at once.

        Raises ZeroDivisionError where the denominator becomes zero.
        """
        index = self.ring.index
        present = {index[g]: r for g, r in replacements.items() if g in index}
        if not present:
            return self
        quotients = {i: (one.numerator, one.denominator) for i, one in present.items()}
        top, bottom = (
            Ratio.reduced(self.ring, *substituted(one, quotients)) for one in (self.numerator, self.denominator)
        )
        return top / bottom

    def derivative(self, generator: Expr) -> Ratio:
        i = self.ring.index[generator]
        n, d = self.numerator, self.denominator
        if d.is_one():
            return Ratio(self.ring, n.derivative(i), d)
        return Ratio.reduced(self.ring, n.derivative(i) * d - n * d.derivative(i), d * d)

    def evaluate(self, values: Mapping[Expr, Any], one: Any = Fraction(1)) -> Any:
        """The value at a point of any field of characteristic zero whose unit is given.

        >>> from sympy.abc import a, b
        >>> Ring([a, b])((a**2 - b) / (a + 1)).evaluate({a: Fraction(2), b: Fraction(3)})
        Fraction(1, 3)
        """
        top, bottom, used = self._compiled
        points = {i: values.get(generator) for i, generator in used}
        value = value_at(top, points, one)
        return value if bottom is None else value / value_at(bottom, points, one)

    @property
    def _compiled(self) -> tuple[Terms, Terms | None, tuple[tuple[int, Expr], ...]]:
        """Numerator, denominator unless it is 1, and the generators that occur, made once."""
        try:
            return self._terms
        except AttributeError:
            top = terms_of(self.numerator)
            bottom = None if self.denominator.is_one() else terms_of(self.denominator)
            places = sorted({i for _, _, factors in (*top, *(bottom or ())) for i, _ in factors})
            self._terms: tuple[Any, Any, Any] = top, bottom, tuple((i, self.ring.generators[i]) for i in places)
            return self._terms

    def at(self, points: Sequence[Any]) -> Any:
        """The value at a rational point, one flint number for each generator."""
        return self.numerator(*points) / self.denominator(*points)

    def to_sympy(self) -> Expr:
        """A sympy expression, numerator and denominator factored."""
        return factored(self.ring, self.numerator) / factored(self.ring, self.denominator)


def _of_terms(ring: Ring, numerator: Packed, denominator: Packed) -> Ratio:
    """The ratio that `Ratio.__reduce__` took apart."""
    return Ratio(ring, *(unpacked(ring.context, one) for one in (numerator, denominator)))


def factored(ring: Ring, polynomial: Any) -> Expr:
    """A polynomial as a sympy product of its irreducible factors over the rationals."""
    if polynomial.is_zero():
        return S.Zero
    content, factors = polynomial.factor()
    product = S.One
    for factor, multiplicity in factors:
        scale, primitive = primitive_part(factor)
        content = content * scale**multiplicity
        product = product * expanded(ring, primitive) ** multiplicity
    return sympy_number(content) * product


def expanded(ring: Ring, polynomial: Any) -> Expr:
    """A polynomial as a sympy sum of monomials."""
    terms = []
    for exponents, coefficient in polynomial.terms():
        powers = [
            generator**exponent
            for generator, exponent in zip(ring.generators, exponents, strict=False)
            if exponent
        ]
        terms.append(Mul(sympy_number(coefficient), *powers))
    return Add(*terms)
