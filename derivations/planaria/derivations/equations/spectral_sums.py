"""Traces of rational functions of eigenvalues, as spectral sums over named poles.

A propagator in a space with deterministic matrices is a rational function of their eigenvalues whose
denominator depends on the loops. Every irreducible factor of a denominator is made monic and its other
coefficients get names: for a factor that is linear in one eigenvalue that is its pole, the renormalised ridge
Delta in lambda + Delta. Traces then are linear combinations of *spectral sums*, such as
S_bb = tr [lambda / (lambda + Delta)]^b, which are functions of the named coefficients alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import comb

from sympy import Expr, Mul, Symbol

from planaria.algebra.polynomials import grouped
from planaria.algebra.rational import Ratio, Ring
from planaria.algebra.univariate import partial_fractions, univariate
from planaria.algebra.values import Portable

__all__ = ["Factor", "SpectralSum", "Summand", "coefficients_of", "decompose"]

Exponents = tuple[int, ...]


@dataclass(frozen=True)
class Factor(Portable):
    """A monic polynomial in the eigenvalues of one space: its leading monomial and the other coefficients.

    Coefficients are sympy expressions: names of unknowns, or known scalars.
    """

    space: Expr
    eigenvalues: tuple[Symbol, ...]
    leading: Exponents
    coefficients: tuple[tuple[Exponents, Expr], ...]

    @property
    def is_pole(self) -> bool:
        """Whether the factor is lambda + Delta in one eigenvalue."""
        return sum(self.leading) == 1 and all(sum(e) == 0 for e, _ in self.coefficients)

    @property
    def is_shift(self) -> bool:
        """Whether the factor is a monomial of the eigenvalues plus one coefficient, such as f lambda + kappa."""
        return [exponents for exponents, _ in self.coefficients] == [(0,) * len(self.leading)]

    @property
    def expression(self) -> Expr:
        total = _monomial(self.eigenvalues, self.leading)
        for exponents, coefficient in self.coefficients:
            total += coefficient * _monomial(self.eigenvalues, exponents)
        return total


@dataclass(frozen=True, repr=False)
class SpectralSum(Portable):
    """The trace over one space of scale * monomial / product of factor**power.

    The scale is a product of coefficients of the factors: with it the terms of a sum may be products of
    lambda/(lambda + Delta) and Delta/(lambda + Delta), which are no small differences and have no unit.

    >>> from sympy.abc import M, l, D
    >>> SpectralSum(M, (l,), (2,), ())
    sum of l**2, I = 1..M
    >>> pole = Factor(M, (l,), (1,), (((0,), D),))
    >>> SpectralSum(M, (l,), (1,), ((pole, 2),), ((D, 1),))
    sum of D*l/(D + l)**2, I = 1..M
    """

    space: Expr
    eigenvalues: tuple[Symbol, ...]
    exponents: Exponents
    factors: tuple[tuple[Factor, int], ...]
    scale: tuple[tuple[Expr, int], ...] = ()

    def __repr__(self) -> str:
        return f"sum of {self.summand}, I = 1..{self.space}"

    def __lt__(self, other: SpectralSum) -> bool:
        # sympy sorts symbols of one name by what they contain, equal ones too: those of two derivations
        return repr(self) < repr(other)

    @property
    def summand(self) -> Expr:
        """The term of the sum, a sympy expression in the eigenvalues and the unknowns."""
        return Mul(
            *(coefficient**power for coefficient, power in self.scale),
            _monomial(self.eigenvalues, self.exponents),
            *(factor.expression**-power for factor, power in self.factors),
        )

    @property
    def is_composed(self) -> bool:
        """Whether it is a combination of sums over powers of one factor, with numerators below the factors."""
        degree = sum(self.exponents) + sum(power for _, power in self.scale)
        if self.scale or any(
            not factor.is_pole and all(a >= b for a, b in zip(self.exponents, factor.leading, strict=True))
            for factor, _ in self.factors
        ):
            return True
        poles = all(factor.is_pole for factor, _ in self.factors)
        return len(self.factors) > 1 and poles and degree >= sum(power for _, power in self.factors)

    @property
    def is_pure(self) -> bool:
        """Whether its terms are products of quotients of parts of one factor by the whole: pure numbers."""
        if len(self.factors) != 1:
            return False
        ((factor, left),) = self.factors
        monomials = {coefficient: exponents for exponents, coefficient in factor.coefficients}
        exponents = list(self.exponents)
        for coefficient, power in self.scale:
            left -= power
            exponents = [a - power * b for a, b in zip(exponents, monomials[coefficient], strict=True)]
        return left >= 0 and exponents == [left * e for e in factor.leading]

    @property
    def unknowns(self) -> frozenset[Symbol]:
        """The names in the denominators, and in the scale."""
        names: set[Symbol] = {name for coefficient, _ in self.scale for name in coefficient.free_symbols}
        for factor, _ in self.factors:
            for _, coefficient in factor.coefficients:
                names |= coefficient.free_symbols
        return frozenset(names)

    @property
    def occurring(self) -> tuple[Symbol, ...]:
        """The eigenvalues that the summand contains."""
        monomials = [self.exponents]
        for factor, _ in self.factors:
            monomials += [factor.leading, *(exponents for exponents, _ in factor.coefficients)]
        return tuple(one for n, one in enumerate(self.eigenvalues) if any(e[n] for e in monomials))


# What a decomposition is made of: a spectral sum, or the dimension of the space (None).
Summand = SpectralSum | None


def decompose(
    value: Ratio,
    space: Expr,
    eigenvalues: tuple[Symbol, ...],
    factors: list[tuple[Factor, int]],
    *,
    split: bool = True,
) -> dict[Summand, Ratio]:
    """The trace of value / product of factor**power as a combination of spectral sums.

    Parameters
    ----------
    value
        Polynomial in the eigenvalues, in a ring that has the names of the factors among its generators.
    split
        Whether products of factors are taken apart by partial fractions, which divide by differences of poles.

    Returns
    -------
    Coefficients by spectral sum, free of eigenvalues; None stands for the trace of one.
    """
    variables = {n: _variables(factor) for n, (factor, _) in enumerate(factors)}
    if split and all(len(own) == 1 for own in variables.values()):
        terms = [_Term(value, (0,) * len(eigenvalues), ())]
        for variable in range(len(eigenvalues)):
            own_factors = [factors[n] for n, own in variables.items() if own == {variable}]
            terms = [new for term in terms for new in _separate(term, eigenvalues, variable, own_factors)]
        result: dict[Summand, Ratio] = {}
        for term in terms:
            plain = not any(term.exponents) and not term.factors
            key = None if plain else SpectralSum(space, eigenvalues, term.exponents, term.factors)
            result[key] = result[key] + term.coefficient if key in result else term.coefficient
        return {key: coefficient for key, coefficient in result.items() if coefficient}
    return _multivariate(value.ring, coefficients_of(value, eigenvalues), space, eigenvalues, factors)


def _variables(factor: Factor) -> set[int]:
    """The positions of the eigenvalues that occur in a factor."""
    monomials = (factor.leading, *(exponents for exponents, _ in factor.coefficients))
    return {i for exponents in monomials for i, e in enumerate(exponents) if e}


@dataclass(frozen=True)
class _Term:
    """coefficient * monomial / factors, the coefficient polynomial in the eigenvalues not yet separated."""

    coefficient: Ratio
    exponents: Exponents
    factors: tuple[tuple[Factor, int], ...]


def coefficients_of(value: Ratio, eigenvalues: tuple[Symbol, ...]) -> dict[Exponents, Ratio]:
    """A ratio that is polynomial in the eigenvalues, by exponents."""
    ring = value.ring
    groups = grouped(value.numerator, [ring.index[symbol] for symbol in eigenvalues])
    one = ring.one
    denominator = one if value.is_polynomial else ring.from_mpoly(value.denominator)
    return {key: ring.polynomial(terms) / denominator for key, terms in groups.items()}


def _separate(
    term: _Term, eigenvalues: tuple[Symbol, ...], variable: int, factors: list[tuple[Factor, int]]
) -> list[_Term]:
    """Partial fractions in one eigenvalue, the others being spectators."""
    ring = term.coefficient.ring
    numerator = univariate(
        ring, {e[0]: c for e, c in coefficients_of(term.coefficient, (eigenvalues[variable],)).items()}
    )
    dense = []
    for factor, power in factors:
        lower = {exponents[variable]: ring(c) for exponents, c in factor.coefficients}
        dense.append((univariate(ring, {**lower, factor.leading[variable]: ring.one}), power))
    whole, parts = partial_fractions(ring, numerator, dense)
    found: list[_Term] = []

    def add(coefficient: Ratio, exponent: int, factor: Factor | None, power: int) -> None:
        if coefficient:
            exponents = tuple(exponent if i == variable else e for i, e in enumerate(term.exponents))
            denominators = term.factors if factor is None else (*term.factors, (factor, power))
            found.append(_Term(coefficient, exponents, denominators))

    for exponent, coefficient in enumerate(whole):
        add(coefficient, exponent, None, 0)
    for (position, k), remainder in parts.items():
        factor = factors[position][0]
        constant = dense[position][0][0]
        if factor.is_pole and constant:
            # 1/(lambda + Delta) = (1 - x)/Delta with x = lambda/(lambda + Delta): sums of powers of x.
            scale = remainder[0] / constant**k
            add(scale, 0, None, 0)
            for b in range(1, k + 1):
                add(scale * ring.constant((-1) ** b * comb(k, b)), b, factor, b)
            continue
        for exponent, coefficient in enumerate(remainder):
            add(coefficient, exponent, factor, k)
    return found


def _multivariate(
    ring: Ring,
    coefficients: Mapping[Exponents, Ratio],
    space: Expr,
    eigenvalues: tuple[Symbol, ...],
    factors: list[tuple[Factor, int]],
) -> dict[Summand, Ratio]:
    """Division by one factor after the other; without partial fractions, which need one eigenvalue."""
    result: dict[Summand, Ratio] = {}
    zero = (0,) * len(eigenvalues)
    pending: list[tuple[dict[Exponents, Ratio], tuple[int, ...]]] = [
        (dict(coefficients), tuple(power for _, power in factors))
    ]
    while pending:
        terms, powers = pending.pop()
        position = next((n for n, power in enumerate(powers) if power), None)
        quotient: dict[Exponents, Ratio] = {}
        if position is not None:
            terms, quotient = _reduce(ring, terms, factors[position][0])
        if quotient:
            lower = tuple(p - (n == position) for n, p in enumerate(powers))
            pending.append((quotient, lower))
        present = tuple((factors[n][0], p) for n, p in enumerate(powers) if p)
        for exponents, coefficient in terms.items():
            if coefficient:
                plain = exponents == zero and not present
                key = None if plain else SpectralSum(space, eigenvalues, exponents, present)
                result[key] = result[key] + coefficient if key in result else coefficient
    return {key: value for key, value in result.items() if value}


def _reduce(
    ring: Ring, terms: dict[Exponents, Ratio], factor: Factor
) -> tuple[dict[Exponents, Ratio], dict[Exponents, Ratio]]:
    """Divide by a monic factor: remainder without multiples of its leading monomial, and quotient."""
    remainder: dict[Exponents, Ratio] = {}
    quotient: dict[Exponents, Ratio] = {}
    todo = dict(terms)
    lower = [(exponents, ring(c)) for exponents, c in factor.coefficients]
    while todo:
        exponents = max(todo, key=lambda e: (sum(e), e))
        coefficient = todo.pop(exponents)
        if not coefficient:
            continue
        shift = tuple(a - b for a, b in zip(exponents, factor.leading, strict=True))
        if min(shift) < 0:
            remainder[exponents] = coefficient
            continue
        quotient[shift] = coefficient
        for other, c in lower:
            key = tuple(a + b for a, b in zip(shift, other, strict=True))
            todo[key] = todo[key] - coefficient * c if key in todo else -(coefficient * c)
    return remainder, quotient


def _monomial(symbols: tuple[Symbol, ...], exponents: Exponents) -> Expr:
    return Mul(*(symbol**exponent for symbol, exponent in zip(symbols, exponents, strict=True)))
