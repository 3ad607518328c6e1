"""Polynomials of python-flint: what their arithmetic needs beside that library, and what it will cost.

python-flint has no type information: a polynomial is ``Any`` here. Rational functions are in
`planaria.algebra.rational`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import Any

from flint import acb, arb, fmpq
from sympy import Expr, Integer, Rational

__all__ = [
    "Packed",
    "Terms",
    "grouped",
    "moved",
    "packed",
    "polynomial_hash",
    "polynomial_text",
    "power",
    "primitive_part",
    "rational_number",
    "sympy_number",
    "terms_of",
    "unpacked",
    "value_at",
]

# A polynomial that travels: the exponents, the numerator and the denominator of the coefficient of each term.
Packed = tuple[tuple[tuple[int, ...], int, int], ...]

HASHED = 8  # coefficients that a hash looks at


def packed(polynomial: Any) -> Packed:
    """The terms of a polynomial in Python's numbers: python-flint does not pickle."""
    return tuple((tuple(map(int, e)), int(c.p), int(c.q)) for e, c in polynomial.terms())


def unpacked(context: Any, terms: Packed) -> Any:
    return context.from_dict({exponents: fmpq(p, q) for exponents, p, q in terms})


def polynomial_hash(polynomial: Any) -> int:
    """A hash of a polynomial from its degrees and its first coefficients: equal ones have it, few others do.

    python-flint hashes no polynomial, and printing one leaks memory.
    """
    if polynomial.is_one():
        return 1
    coefficients = polynomial.coeffs()
    first = tuple((int(c.p), int(c.q)) for c in coefficients[:HASHED])
    return hash((len(coefficients), polynomial.degrees(), first))


def polynomial_text(polynomial: Any) -> str:
    """What ``str`` makes of a polynomial, to sort by, without python-flint's printing, which leaks memory."""
    text = ""
    for exponents, c in polynomial.terms():
        number, below = int(c.p), int(c.q)
        powers = [f"g{i}^{e}" if e != 1 else f"g{i}" for i, e in enumerate(exponents) if e]
        size = f"{abs(number)}/{below}" if below != 1 else str(abs(number))
        sign = "-" if number < 0 else "+"
        text += (f" {sign} " if text else sign.strip("+")) + "*".join(
            powers if size == "1" and powers else [size, *powers]
        )
    return text or "0"


def primitive_part(polynomial: Any) -> tuple[Any, Any]:
    """A rational number and a polynomial with coprime integer coefficients, the leading one positive."""
    numerators, denominators = zip(*((int(c.p), int(c.q)) for c in polynomial.coeffs()), strict=True)
    scale = fmpq(gcd(*numerators), lcm(*denominators))
    if polynomial.leading_coefficient() < 0:
        scale = -scale
    return scale, polynomial * (1 / scale)


def sympy_number(number: Any) -> Expr:
    if int(number.q) == 1:
        return Integer(int(number.p))
    return Rational(int(number.p), int(number.q))


def rational_number(number: int | Fraction | Rational) -> fmpq:
    if isinstance(number, int):
        return fmpq(number)
    if isinstance(number, Fraction):
        return fmpq(number.numerator, number.denominator)
    return fmpq(int(number.p), int(number.q))


# The terms of a polynomial in Python's numbers: numerator and denominator, and variables with their exponents.
Terms = tuple[tuple[int, int, tuple[tuple[int, int], ...]], ...]


def terms_of(polynomial: Any) -> Terms:
    """What `value_at` goes through, for a polynomial that is evaluated often."""
    return tuple(
        (int(c.p), int(c.q), tuple((i, int(e)) for i, e in enumerate(exponents) if e))
        for exponents, c in polynomial.terms()
    )


def value_at(terms: Terms, points: Mapping[int, Any], one: Any) -> Any:
    """The value of a polynomial where its variables have values in a field with the given unit."""
    total: Any = None
    powers: dict[tuple[int, int], Any] = {}
    for top, bottom, factors in terms:
        term: Any = None
        if top != 1 or bottom != 1 or not factors:
            term = one * top if bottom == 1 else one * top / bottom
        for key in factors:
            if key not in powers:
                powers[key] = power(points[key[0]], key[1])
            # An integer that stands for a variable becomes a number of the field.
            found = one * powers[key] if term is None and isinstance(powers[key], int) else powers[key]
            term = found if term is None else term * found
        total = term if total is None else total + term
    return 0 * one if total is None else total


def power(base: Any, exponent: int) -> Any:
    """A power of a number, of a ball or of an array of either.

    Balls are multiplied out: python-flint takes a logarithm, which one that contains zero does not have.

    >>> from flint import arb
    >>> power(arb(0, 1), 2).contains(1), power(2, 3), power(2.0, -1), power(arb(2), -2), power(arb(2), 0)
    (True, 8, 0.5, 0.250000000000000, 1.00000000000000)
    """
    if exponent == 1:
        return base
    kind = getattr(getattr(base, "dtype", None), "kind", "")
    # numpy takes a logarithm for third powers, which is some twenty times slower than two products.
    is_ball = isinstance(base, (arb, acb))
    if not (is_ball or kind == "O" or (kind == "f" and base.ndim and 2 < exponent < 9)):
        return base**exponent
    if exponent < 1:
        return 1 / power(base, -exponent) if exponent else base * 0 + 1
    found = None
    while exponent:
        if exponent % 2:
            found = base if found is None else found * base
        exponent //= 2
        base = base * base if exponent else base
    return found


def grouped(polynomial: Any, places: Sequence[int]) -> dict[tuple[int, ...], dict[tuple[int, ...], Any]]:
    """The terms of a polynomial by their exponents at given places, where the terms themselves have none.

    What is left of a group are the terms of its coefficient, as ``from_dict`` of a context takes them.

    >>> from flint import Ordering, fmpq_mpoly_ctx
    >>> context = fmpq_mpoly_ctx.get(("x", "a", "b"), Ordering.degrevlex)
    >>> x, a, b = context.gens()
    >>> {key: context.from_dict(terms) for key, terms in grouped((a + b) * x**2 + (a - 1) * x + b, [0]).items()}
    {(2,): a + b, (1,): a - 1, (0,): b}
    """
    width = polynomial.context().nvars()
    kept = [0 if i in places else 1 for i in range(width)]
    groups: dict[tuple[int, ...], dict[tuple[int, ...], Any]] = {}
    for exponents, coefficient in polynomial.terms():
        key = tuple([int(exponents[i]) for i in places])
        rest = tuple([e if keep else 0 for e, keep in zip(exponents, kept, strict=True)])
        if key in groups:
            groups[key][rest] = coefficient
        else:
            groups[key] = {rest: coefficient}
    return groups


def moved(polynomial: Any, places: Sequence[int | None], context: Any) -> Any:
    """A polynomial in the variables of another context: the place there of each old one, None where it has none.

    Raises KeyError with the number of a variable that occurs and has no place.
    """
    width = len(context.names())
    terms: dict[tuple[int, ...], Any] = {}
    for exponents, coefficient in polynomial.terms():
        moved = [0] * width
        for number, (place, exponent) in enumerate(zip(places, exponents, strict=False)):
            if exponent:
                if place is None:
                    raise KeyError(number)
                moved[place] = exponent
        terms[tuple(moved)] = coefficient
    return context.from_dict(terms)
