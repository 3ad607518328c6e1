"""Polynomials with powers of sums in them, written with these: (A + B)**2 R + A S, and not term by term."""

from __future__ import annotations

from typing import Any

from sympy import Add, Expr, count_ops

from planaria.algebra.polynomials import grouped, primitive_part, sympy_number
from planaria.algebra.rational import Ratio, Ring, expanded, factored

__all__ = ["written"]

FEWEST, MOST = 4, 60  # terms of a sum that is looked at
SHORTER = 0.8  # of its operations, which it may have after that


def written(ratio: Ratio) -> Expr:
    """A rational function as numerator and denominator in factors, each with the powers of sums that it contains.

    >>> from sympy.abc import a, b, r, s
    >>> written(Ring([a, b, r, s])((a**2 * r + 2 * a * b * r + b**2 * r + a * s) / (a**2 + a * b - s)))
    (a*s + r*(a + b)**2)/(a**2 + a*b - s)
    """
    return _product(ratio.ring, ratio.numerator) / _product(ratio.ring, ratio.denominator)


def _product(ring: Ring, polynomial: Any) -> Expr:
    if len(polynomial) < FEWEST:
        return factored(ring, polynomial)
    content, factors = polynomial.factor()
    product = None
    for factor, multiplicity in factors:
        scale, primitive = primitive_part(factor)
        content = content * scale**multiplicity
        one = _sum(ring, primitive) ** multiplicity
        product = one if product is None else product * one
    return sympy_number(content) * product


def _sum(ring: Ring, polynomial: Any) -> Expr:
    """A polynomial by powers of one generator, where what multiplies one of these has a power of a sum in it."""
    plain = expanded(ring, polynomial)
    if not FEWEST <= len(polynomial) <= MOST:
        return plain
    best, least = plain, SHORTER * int(count_ops(plain))
    for place, generator in enumerate(ring.generators):
        groups = grouped(polynomial, [place])
        if len(groups) < 2:
            continue
        parts = {key[0]: ring.polynomial(terms).numerator for key, terms in groups.items()}
        if not any(_has_power(one) for one in parts.values()):
            continue
        shown = Add(*(generator**power * factored(ring, one) for power, one in parts.items()))
        if (length := int(count_ops(shown))) <= least:
            best, least = shown, length
    return best


def _has_power(polynomial: Any) -> bool:
    return len(polynomial) > 2 and any(power > 1 and len(one) > 1 for one, power in polynomial.factor()[1])
