"""Newton's polygon with several scales: how an unknown can scale, and with what factor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import TypeAlias

from sympy import Expr, Poly, Symbol, factor_list, sqrt

from planaria.algebra.rational import Ratio
from planaria.derivations.asymptotics.generalised import (
    Field,
    GeneralisedPolynomial,
    Monomial,
    constant_number,
    is_remainder,
    monomial,
    number_of,
)

__all__ = ["Scales", "Weight", "balances", "leading_roots", "regular_roots"]

Weight: TypeAlias = tuple[Ratio, ...]
"""The powers of the scales, the first of which is infinite against all powers of the others."""


@dataclass(frozen=True)
class Scales:
    """The weight of every variable that goes to a limit."""

    field: Field
    known: Mapping[Symbol, Weight]
    length: int

    @property
    def zero(self) -> Weight:
        return (self.field.zero,) * self.length

    def weight(self, key: Monomial) -> Weight:
        total = self.zero
        for variable, exponent in key:
            if variable in self.known:
                total = tuple(a + exponent * b for a, b in zip(total, self.known[variable], strict=True))
        return total

    def with_weight(self, variable: Symbol, weight: Weight) -> Scales:
        return Scales(self.field, {**self.known, variable: weight}, self.length)

    def order(self, weight: Weight) -> tuple[Fraction, ...]:
        """What weights are compared by: numbers at the witness, in the order of the scales."""
        return tuple(self.field.at_witness(one) for one in weight)

    def top(self, polynomial: GeneralisedPolynomial) -> tuple[Weight, GeneralisedPolynomial]:
        """The largest weight, and the terms that have it."""
        weights = {key: self.weight(key) for key in polynomial.terms}
        best = max(weights.values(), key=self.order)
        mark = self.order(best)
        kept = {key: polynomial.terms[key] for key, weight in weights.items() if self.order(weight) == mark}
        return best, GeneralisedPolynomial(self.field, kept)

    def difference(self, left: Weight, right: Weight) -> Weight:
        return tuple(a - b for a, b in zip(left, right, strict=True))

    def gap(self, left: Weight, right: Weight) -> Ratio | None:
        """The first scale in which they differ: the condition on alpha for left to be the larger one."""
        return next((one for one in self.difference(left, right) if one), None)


def balances(
    polynomial: GeneralisedPolynomial, unknown: Symbol, scales: Scales
) -> Iterator[tuple[Weight, dict[Ratio, GeneralisedPolynomial], list[Ratio]]]:
    """Every weight of the unknown at which two terms balance and no other is larger.

    Yields the weight, the terms that balance by powers of the unknown, and what has to be positive for it.
    """
    field = scales.field
    sides = {}
    for power, rest in polynomial.by_power(unknown).items():
        weight, leading = scales.top(rest)
        sides[power] = weight, leading
    powers = sorted(sides, key=field.at_witness)
    numbers = {p: (field.at_witness(p), scales.order(sides[p][0])) for p in powers}
    seen = set()
    for i, low in enumerate(powers):
        for high in powers[i + 1 :]:
            step = high - low
            weight = tuple(x / step for x in scales.difference(sides[low][0], sides[high][0]))
            mark = scales.order(weight)
            if mark in seen:
                continue
            level = {
                p: tuple(v + e * w for v, w in zip(own, mark, strict=True)) for p, (e, own) in numbers.items()
            }
            best = max(level.values())
            if level[low] != best or level[high] != best:
                continue
            seen.add(mark)
            balanced = {p: sides[p][1] for p in powers if level[p] == best}
            gaps = []
            for p in powers:
                if p not in balanced:
                    own = tuple(v + p * w for v, w in zip(sides[p][0], weight, strict=True))
                    most = tuple(v + low * w for v, w in zip(sides[low][0], weight, strict=True))
                    gap = scales.gap(most, own)
                    gaps += [gap] if gap is not None else []
            yield weight, balanced, gaps


def leading_roots(
    balanced: Mapping[Ratio, GeneralisedPolynomial],
    constants: Mapping[Symbol, Expr],
    field: Field,
    *,
    signed: bool,
    fresh: str,
) -> list[tuple[GeneralisedPolynomial, dict[Symbol, Expr]]] | None:
    """Leading terms of the unknown, with the constants that they bring; None if there is no formula.

    Parameters
    ----------
    signed
        Whether the unknown may be negative; else only positive roots are taken.
    fresh
        The name of a new constant.
    """
    if any(is_remainder(v) for part in balanced.values() for v in part.variables):
        return None
    for kept in (True, False):
        parts = _parts(balanced, constants, kept)
        if parts is None:
            continue
        powers = sorted(parts, key=field.at_witness)
        if len(powers) < 2:
            return []
        low, high = powers[0], powers[-1]
        step = field.one / (high - low)
        shift = {v: e * step for v, e in _quotient(parts[low][0], parts[high][0], field).items()}
        # with the unknown in this unit all terms must be of one kind
        if all(
            monomial({v: e * (low - p) for v, e in shift.items()})
            == monomial(_quotient(parts[p][0], parts[low][0], field))
            for p in powers
        ):
            break
    else:
        return None
    roots = _roots({power: parts[power][1] for power in powers}, field, constants, signed)
    if roots is None:
        return None
    found = []
    for root in roots:
        own: dict[Symbol, Expr] = {}
        exponents, coefficient = dict(shift), field.one
        try:
            coefficient = field(root)
            negative = field.sign(coefficient) < 0
            if coefficient not in (field.one, -field.one):
                raise KeyError(root)
        except KeyError:
            negative = constant_number(field, root) < 0
            name = Symbol(fresh, positive=True)
            own[name] = -root if negative else root
            exponents[name] = field.one
        sign = -field.one if negative else field.one
        found.append((GeneralisedPolynomial(field, {monomial(exponents): sign}), own))
    return found


def _parts(
    balanced: Mapping[Ratio, GeneralisedPolynomial], constants: Mapping[Symbol, Expr], kept: bool
) -> dict[Ratio, tuple[Monomial, Expr]] | None:
    """By powers of the unknown, a monomial and the number in front of it; None where parameters differ.

    ``kept`` says whether positive constants stay in the monomial, which needs parts of one term.
    """
    found = {}
    for power, part in balanced.items():
        inner = {v for v in constants if not (kept and v.is_positive)}
        outer = {tuple((v, e) for v, e in key if v not in inner) for key in part.terms}
        if len(outer) != 1:
            return None
        if number_of(part.field, part.terms, constants):
            (key,) = outer
            inverse = GeneralisedPolynomial(part.field, {tuple((v, -e) for v, e in key): part.field.one})
            found[power] = key, (part * inverse).to_sympy(constants)
    return found


def _quotient(left: Monomial, right: Monomial, field: Field) -> dict[Symbol, Ratio]:
    found = dict(left)
    for variable, exponent in right:
        found[variable] = found.get(variable, field.zero) - exponent
    return {v: e for v, e in found.items() if e}


def _roots(
    coefficients: Mapping[Ratio, Expr], field: Field, constants: Mapping[Symbol, Expr], signed: bool
) -> list[Expr] | None:
    """The real roots that are not zero; None where there is no formula for them."""
    powers = sorted(coefficients, key=field.at_witness)
    low = powers[0]
    if len(powers) == 2:
        step = powers[1] - low
        ratio = (-coefficients[low] / coefficients[powers[1]]).cancel()
        positive = constant_number(field, ratio) > 0
        root = (ratio if positive else -ratio) ** (1 / step.to_sympy())
        whole = field.at_witness(step).denominator == 1 and step.is_polynomial and not step.support()
        if not signed or not whole:
            return [root] if positive else []
        if int(field.at_witness(step)) % 2:
            return [root if positive else -root]
        return [root, -root] if positive else []
    steps = [p - low for p in powers[1:]]
    numbers = [one / steps[0] for one in steps]
    if any(one.support() for one in numbers):
        return None  # powers that differ by multiples of alpha: no polynomial
    fractions = [field.at_witness(one) for one in numbers]
    common = lcm(*(one.denominator for one in fractions))
    degrees = [0, *(int(one * common) for one in fractions)]
    divisor = gcd(*degrees)
    degrees = [one // divisor for one in degrees]
    x = Symbol("x")
    polynomial = sum(coefficients[p].together() * x**d for p, d in zip(powers, degrees, strict=True))
    exponent = field(Fraction(degrees[1])) / steps[0]
    whole = exponent.is_one
    found: list[Expr] = []
    _, factors = factor_list(polynomial.together().as_numer_denom()[0], x)
    for factor, _ in factors:
        roots = _simple_roots(Poly(factor, x), field)
        if roots is None:
            return None
        found += roots
    taken = []
    for root in dict.fromkeys(found):
        number = constant_number(field, root)
        if number > 0:
            taken.append(root if whole else root ** exponent.to_sympy())
        elif number and signed and whole:
            taken.append(root)
    return taken


def _simple_roots(polynomial: Poly, field: Field) -> list[Expr] | None:
    """The real roots of a polynomial of degree 2 at most, in a form that stands where it becomes linear."""
    if polynomial.degree() == 0:
        return []
    if polynomial.degree() == 1:
        a, b = polynomial.all_coeffs()
        return [(-b / a).cancel()]
    if polynomial.degree() > 2:
        return None
    a, b, c = polynomial.all_coeffs()
    if constant_number(field, b**2 - 4 * a * c) < 0:
        return []
    return list(regular_roots(polynomial.as_expr(), polynomial.gen))


def regular_roots(polynomial: Expr, unknown: Symbol) -> tuple[Expr, ...]:
    """The roots of a polynomial of degree 2 at most, in a form that stands where it becomes linear; else none.

    Zero must be no root of it.
    """
    coefficients = Poly(polynomial, unknown).all_coeffs()
    if len(coefficients) == 2:
        return ((-coefficients[1] / coefficients[0]).cancel(),)
    if len(coefficients) != 3:
        return ()
    a, b, c = coefficients
    root = sqrt((b**2 - 4 * a * c).factor())
    return 2 * c / (-b + root), 2 * c / (-b - root)
