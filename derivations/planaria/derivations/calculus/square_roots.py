"""Rational functions with square roots in them, which are generators of their ring."""

from __future__ import annotations

from typing import Any

from sympy import Symbol

from planaria.algebra.rational import Ratio
from planaria.derivations.equations.spectral_sums import coefficients_of

__all__ = ["square_root", "without_powers"]


def square_root(value: Ratio) -> tuple[Ratio, Ratio]:
    """What can be taken out of a square root, and what is left under it.

    >>> from sympy.abc import a, b
    >>> from planaria.algebra.rational import Ring
    >>> square_root(Ring([a, b])(a**3 * b / (a - b) ** 2))
    (a/(a - b), a*b)
    """
    ring = value.ring
    outside = left = ring.one
    for polynomial, sign in ((value.numerator, 1), (value.denominator, -1)):
        content, factors = polynomial.factor()
        left = left * ring.from_mpoly(ring.context.constant(content)) ** sign
        for factor, multiplicity in factors:
            one = ring.from_mpoly(factor)
            outside = outside * one ** (sign * (int(multiplicity) // 2))
            left = left * one ** (sign * (int(multiplicity) % 2))
    return outside, left


def without_powers(value: Ratio, symbol: Symbol, square: Ratio) -> Ratio:
    """A ratio with the square of a root for its powers, and without the root in the denominator.

    >>> from sympy.abc import a, r
    >>> from planaria.algebra.rational import Ring
    >>> ring = Ring([a, r])
    >>> without_powers(ring((r**3 + 1) / r), r, ring(a))
    (a**2 + r)/a
    """
    if symbol not in value.support():
        return value

    def halves(polynomial: Any) -> tuple[Ratio, Ratio]:
        even, odd = value.ring.zero, value.ring.zero
        for (exponent,), one in coefficients_of(value.ring.from_mpoly(polynomial), (symbol,)).items():
            part = one * square ** (exponent // 2)
            even, odd = (even, odd + part) if exponent % 2 else (even + part, odd)
        return even, odd

    (a, b), (c, d) = halves(value.numerator), halves(value.denominator)
    norm = c * c - d * d * square
    return (a * c - b * d * square) / norm + (b * c - a * d) / norm * value.ring.generator(symbol)
