"""Truncated power series in one small variable, with rational functions for coefficients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sympy import Expr

from planaria.algebra.rational import Ratio, Ring

__all__ = ["Series", "inserted"]


@dataclass(frozen=True)
class Series:
    """The sum of ``terms[k] * small**(low + k)``; what follows is not known.

    >>> from sympy.abc import a
    >>> ring = Ring([a])
    >>> one = Series(ring, 0, (ring.one, ring(a), ring.zero))
    >>> (one.inverse() * one).terms, one.inverse().terms
    ((1, 0, 0), (1, -a, a**2))
    """

    ring: Ring
    low: int
    terms: tuple[Ratio, ...]

    @property
    def end(self) -> int:
        """The first power that is not known any more."""
        return self.low + len(self.terms)

    @classmethod
    def of(cls, value: Ratio, power: int, count: int) -> Series:
        """``value * small**power``, known to so many terms."""
        zero = value.ring.zero
        return cls(value.ring, power, (value, *[zero] * (count - 1)))

    def at(self, power: int) -> Ratio:
        """A coefficient; ArithmeticError where it is not known."""
        if power >= self.end:
            raise ArithmeticError("the series is not known so far")
        return self.terms[power - self.low] if power >= self.low else self.ring.zero

    def stripped(self) -> Series:
        """Without zeros in front."""
        skip = next((k for k, one in enumerate(self.terms) if one), len(self.terms))
        return Series(self.ring, self.low + skip, self.terms[skip:])

    def __add__(self, other: Series) -> Series:
        low, end = min(self.low, other.low), min(self.end, other.end)
        terms = (self.at(k) + other.at(k) for k in range(low, max(low, end)))
        return Series(self.ring, low, tuple(terms))

    def __mul__(self, other: Series) -> Series:
        count = min(len(self.terms), len(other.terms))
        found = [self.ring.zero] * count
        for i, a in enumerate(self.terms[:count]):
            if a:
                for j, b in enumerate(other.terms[: count - i]):
                    if b:
                        found[i + j] = found[i + j] + a * b
        return Series(self.ring, self.low + other.low, tuple(found))

    def scaled(self, factor: Ratio) -> Series:
        return Series(self.ring, self.low, tuple(one * factor for one in self.terms))

    def inverse(self) -> Series:
        """1 over it. ZeroDivisionError where all that is known is zero."""
        own = self.stripped()
        if not own.terms:
            raise ZeroDivisionError("a series of zeros")
        first, found = self.ring.one / own.terms[0], list[Ratio]()
        for k in range(len(own.terms)):
            total = self.ring.one if not k else self.ring.zero
            for j in range(1, k + 1):
                if own.terms[j]:
                    total = total - own.terms[j] * found[k - j]
            found.append(total * first)
        return Series(self.ring, -own.low, tuple(found))

    def __pow__(self, exponent: int) -> Series:
        if exponent < 0:
            return self.inverse() ** -exponent
        found = Series.of(self.ring.one, 0, max(1, len(self.terms)))
        for _ in range(exponent):
            found = found * self
        return found

    def mapped(self, change: Any) -> Series:
        """With every coefficient changed by a function of it."""
        return Series(self.ring, self.low, tuple(change(one) for one in self.terms))


def inserted(polynomial: Any, generators: Sequence[Expr], known: Mapping[Expr, Series], ring: Ring) -> Series:
    """A polynomial of python-flint with series in place of some generators; the others must be in the ring."""
    count = max((len(one.terms) for one in known.values()), default=1)
    power = cache(lambda g, e: known[g] ** e)
    total: Series | None = None
    for exponents, coefficient in polynomial.terms():
        plain, parts = ring.from_mpoly(ring.context.constant(coefficient)), []
        for g, e in zip(generators, exponents, strict=False):
            if e and g in known:
                parts.append(power(g, int(e)))
            elif e:
                plain = plain * ring.generator(g) ** int(e)
        term = Series.of(plain, 0, count)
        for part in parts:
            term = term * part
        total = term if total is None else total + term
    return Series.of(ring.zero, 0, count) if total is None else total
