"""Arrays of some 32 digits: each number is the unevaluated sum of two doubles.

Error-free sums and products are Knuth's and Dekker's (T. J. Dekker, A floating-point technique for extending the
available precision, Numerische Mathematik 18, 1971). All points of an array are worked on at once, so that such
digits cost some thirty times a double and not some thousand times, as arbitrary precision does. The exponent
range is that of doubles: beyond 1e300 the result is nan.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

__all__ = ["DOUBLED_ROUNDING", "Doubled"]

DOUBLED_ROUNDING = 2.0**-100  # some operations' worth
SPLITTER = 2.0**27 + 1


class Doubled:
    """``high + low``, arrays or numbers that broadcast against others.

    >>> third = Doubled(1.0) / 3.0
    >>> float((third * 3.0 - 1.0).high), third.high == 1 / 3, third.low != 0
    (0.0, True, True)
    """

    __array_ufunc__ = None  # numpy leaves mixed operations to this class
    __slots__ = ("high", "low")

    def __init__(self, high: Any, low: Any = 0.0) -> None:
        self.high, self.low = high, low

    @classmethod
    def of(cls, number: Fraction) -> Doubled:
        """A fraction to some 32 digits."""
        high = float(number)
        return cls(high, float(number - Fraction(high)))

    def __getitem__(self, key: Any) -> Doubled:
        return Doubled(self.high[key], self.low[key] if np.ndim(self.low) else self.low)

    def broadcast(self, *shape: int) -> Doubled:
        """The same numbers in a shape."""
        return Doubled(np.broadcast_to(self.high, shape), np.broadcast_to(self.low, shape))

    def column(self) -> Doubled:
        """With one more axis, of length 1."""
        return Doubled(np.asarray(self.high)[..., np.newaxis], np.asarray(self.low)[..., np.newaxis])

    def __neg__(self) -> Doubled:
        return Doubled(-self.high, -self.low)

    def __add__(self, other: Any) -> Doubled:
        b = _doubled(other)
        total, error = _two_sum(self.high, b.high)
        return _normal(total, error + (self.low + b.low))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Doubled:
        difference: Doubled = self + (-_doubled(other))
        return difference

    def __rsub__(self, other: Any) -> Doubled:
        difference: Doubled = -self + other
        return difference

    def __mul__(self, other: Any) -> Doubled:
        b = _doubled(other)
        product, error = _two_product(self.high, b.high)
        return _normal(product, error + (self.high * b.low + self.low * b.high))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Doubled:
        b = _doubled(other)
        first = self.high / b.high
        rest = self - b * first
        second = rest.high / b.high
        third = (rest - b * second).high / b.high
        quotient: Doubled = _normal(*_two_sum(first, second)) + third
        return quotient

    def __rtruediv__(self, other: Any) -> Doubled:
        quotient: Doubled = _doubled(other) / self
        return quotient

    def __pow__(self, exponent: int) -> Doubled:
        if exponent < 1:
            return Doubled(1.0) / self**-exponent if exponent else Doubled(1.0)
        half = self ** (exponent // 2) if exponent > 1 else Doubled(1.0)
        if exponent == 1:
            return self
        square = half * half
        return square * self if exponent % 2 else square

    def sum(self) -> Doubled:
        """Over the last axis, pair by pair."""
        found = self
        while (length := found.high.shape[-1]) > 1:
            half = length // 2
            pairs = found[..., :half] + found[..., half : 2 * half]
            if length % 2:
                last = found[..., 2 * half :]
                pairs = Doubled(
                    np.concatenate([pairs.high, last.high], axis=-1),
                    np.concatenate([pairs.low, last.low], axis=-1),
                )
            found = pairs
        return found[..., 0]


def _doubled(number: Any) -> Doubled:
    return number if isinstance(number, Doubled) else Doubled(number)


def _two_sum(a: Any, b: Any) -> tuple[Any, Any]:
    """The sum and its rounding error."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def _normal(high: Any, low: Any) -> Doubled:
    total = high + low
    return Doubled(total, low - (total - high))


def _split(a: Any) -> tuple[Any, Any]:
    scaled = SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high


def _two_product(a: Any, b: Any) -> tuple[Any, Any]:
    """The product and its rounding error."""
    product = a * b
    a1, a2 = _split(a)
    b1, b2 = _split(b)
    return product, ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2
