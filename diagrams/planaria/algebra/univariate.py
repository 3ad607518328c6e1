"""Polynomials in one eigenvalue over rational functions, and partial fractions.

A polynomial is the tuple of its coefficients, lowest first, without trailing zeros.
"""

from __future__ import annotations

from collections.abc import Sequence

from planaria.algebra.rational import Ratio, Ring

__all__ = ["Polynomial", "partial_fractions", "univariate"]

Polynomial = tuple[Ratio, ...]


def univariate(ring: Ring, coefficients: dict[int, Ratio]) -> Polynomial:
    """The polynomial with given coefficients by exponent."""
    return _trim([coefficients.get(k, ring.zero) for k in range(max(coefficients, default=-1) + 1)])


def partial_fractions(
    ring: Ring, numerator: Polynomial, factors: Sequence[tuple[Polynomial, int]]
) -> tuple[Polynomial, dict[tuple[int, int], Polynomial]]:
    """numerator / product of factor**multiplicity as polynomial + sum of remainder / factor**k.

    Parameters
    ----------
    factors
        Monic polynomials without common roots, with their multiplicities.

    Returns
    -------
    The polynomial part, and by (position of the factor, k) the remainder, of lower degree than the factor.

    >>> from sympy.abc import a
    >>> ring = Ring([a])
    >>> x_plus_a, x = (ring(a), ring.one), (ring.zero, ring.one)
    >>> partial_fractions(ring, (ring.one,), [(x, 1), (x_plus_a, 1)])
    ((), {(0, 1): (1/a,), (1, 1): (-1/a,)})
    """
    denominator: Polynomial = (ring.one,)
    powers = []
    for factor, multiplicity in factors:
        power: Polynomial = (ring.one,)
        for _ in range(multiplicity):
            power = _multiply(ring, power, factor)
        powers.append(power)
        denominator = _multiply(ring, denominator, power)
    whole, rest = _divide(ring, numerator, denominator)
    parts: dict[tuple[int, int], Polynomial] = {}
    for position, (factor, multiplicity) in enumerate(factors):
        if len(factor) == 2 and len(factors) > 1:
            others = [pair for other, pair in enumerate(factors) if other != position]
            for k, constant in _at_root(ring, rest, -factor[0], multiplicity, others).items():
                parts[position, k] = (constant,)
            continue
        share = rest
        if len(factors) > 1:
            complement: Polynomial = (ring.one,)
            for other, power in enumerate(powers):
                if other != position:
                    complement = _multiply(ring, complement, power)
            inverse = _inverse_modulo_power(ring, complement, factor, multiplicity)
            share = _divide(ring, _multiply(ring, rest, inverse), powers[position])[1]
        for k in range(multiplicity, 0, -1):
            share, remainder = _divide(ring, share, factor)
            if remainder:
                parts[position, k] = remainder
    return whole, parts


def _at_root(
    ring: Ring, numerator: Polynomial, root: Ratio, order: int, others: Sequence[tuple[Polynomial, int]]
) -> dict[int, Ratio]:
    """Coefficients of 1/(x - root)**k, k = 1..order: the power series of numerator / others about the root."""
    series = _taylor(ring, numerator, root, order)
    for factor, multiplicity in others:
        divisor = _taylor(ring, factor, root, order)
        if not divisor[0]:
            raise ZeroDivisionError("the factors have a common root")
        for _ in range(multiplicity):
            quotient: list[Ratio] = []
            for n in range(order):
                rest = series[n]
                for k in range(1, n + 1):
                    if divisor[k] and quotient[n - k]:
                        rest = rest - divisor[k] * quotient[n - k]
                quotient.append(rest / divisor[0])
            series = quotient
    return {order - n: series[n] for n in range(order) if series[n]}


def _taylor(ring: Ring, polynomial: Polynomial, point: Ratio, order: int) -> list[Ratio]:
    """The first coefficients of the polynomial about a point, by repeated synthetic division."""
    coefficients = list(polynomial)
    expansion: list[Ratio] = []
    for _ in range(order):
        if not coefficients:
            expansion.append(ring.zero)
            continue
        for n in range(len(coefficients) - 2, -1, -1):
            if coefficients[n + 1]:
                coefficients[n] = coefficients[n] + point * coefficients[n + 1]
        expansion.append(coefficients[0])
        coefficients = coefficients[1:]
    return expansion


def _trim(coefficients: Sequence[Ratio]) -> Polynomial:
    last = len(coefficients)
    while last and not coefficients[last - 1]:
        last -= 1
    return tuple(coefficients[:last])


def _multiply(ring: Ring, first: Polynomial, second: Polynomial) -> Polynomial:
    if not first or not second:
        return ()
    product = [ring.zero] * (len(first) + len(second) - 1)
    for i, p in enumerate(first):
        for j, q in enumerate(second):
            if p and q:
                product[i + j] = product[i + j] + p * q
    return _trim(product)


def _subtract(ring: Ring, first: Polynomial, second: Polynomial) -> Polynomial:
    width = max(len(first), len(second))
    a = [*first, *[ring.zero] * (width - len(first))]
    b = [*second, *[ring.zero] * (width - len(second))]
    return _trim([p - q for p, q in zip(a, b, strict=True)])


def _divide(ring: Ring, numerator: Polynomial, denominator: Polynomial) -> tuple[Polynomial, Polynomial]:
    rest = list(numerator)
    degree = len(denominator) - 1
    leading = denominator[-1]
    quotient = [ring.zero] * max(0, len(numerator) - degree)
    for shift in range(len(numerator) - degree - 1, -1, -1):
        factor = rest[shift + degree] if leading.is_one else rest[shift + degree] / leading
        quotient[shift] = factor
        if factor:
            for k in range(degree):
                if denominator[k]:
                    rest[shift + k] = rest[shift + k] - factor * denominator[k]
    return _trim(quotient), _trim(rest[:degree])


def _inverse_modulo_power(ring: Ring, element: Polynomial, factor: Polynomial, power: int) -> Polynomial:
    """The inverse modulo factor**power: modulo the factor first, then lifted by Newton's iteration."""
    inverse = _inverse_modulo(ring, _divide(ring, element, factor)[1], factor)
    reached, modulus = 1, factor
    two: Polynomial = (ring.constant(2),)
    while reached < power:
        reached, modulus = 2 * reached, _multiply(ring, modulus, modulus)
        product = _divide(ring, _multiply(ring, element, inverse), modulus)[1]
        inverse = _divide(ring, _multiply(ring, inverse, _subtract(ring, two, product)), modulus)[1]
    return inverse


def _inverse_modulo(ring: Ring, element: Polynomial, modulus: Polynomial) -> Polynomial:
    """The inverse by the extended Euclidean algorithm; ZeroDivisionError for a common root."""
    old_r, r = modulus, element
    old_s: Polynomial = ()
    s: Polynomial = (ring.one,)
    while len(r) > 1:
        quotient, remainder = _divide(ring, old_r, r)
        old_r, r = r, remainder
        old_s, s = s, _subtract(ring, old_s, _multiply(ring, quotient, s))
    if not r:
        raise ZeroDivisionError("the factors have a common root")
    return tuple(c / r[0] for c in s)
