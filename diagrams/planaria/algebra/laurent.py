"""Laurent series, truncated, and aware of their own precision.

Coefficients are rational numbers, or residues modulo a prime, into which rational numbers are taken where the
two meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flint import fmpq, fmpq_poly, nmod, nmod_poly

__all__ = ["PRIME", "Laurent", "residue"]

EXACT = 10**9  # the precision of a series that is known to the end
PRIME = (1 << 61) - 1  # of the residues of series, and of everything else that is decided modulo a prime


@dataclass(frozen=True)
class Laurent:
    """The series t**low * polynomial(t) + O(t**high).

    >>> t = Laurent.of([0, 1], high=4)
    >>> (1 / (t - t * t)).coefficients()
    {-1: 1, 0: 1, 1: 1}
    """

    low: int
    polynomial: Any
    high: int

    def __reduce__(self) -> tuple[Any, ...]:
        return _of_numbers, (self.low, *self._numbers, self.high)

    def __hash__(self) -> int:
        return hash((self.low, self._numbers, self.high))

    @property
    def _numbers(self) -> tuple[int, tuple[Any, ...]]:
        """The prime, or zero, and the coefficients in Python's numbers, which pickle and hash."""
        if isinstance(self.polynomial, nmod_poly):
            return int(self.polynomial.modulus()), tuple(map(int, self.polynomial.coeffs()))
        return 0, tuple((int(c.p), int(c.q)) for c in self.polynomial.coeffs())

    @classmethod
    def of(cls, coefficients: list[Any], low: int = 0, high: int = EXACT) -> Laurent:
        return cls._normal(low, _polynomial(coefficients), high)

    @classmethod
    def _normal(cls, low: int, polynomial: Any, high: int) -> Laurent:
        if high < EXACT and polynomial.length() > high - low:
            polynomial = polynomial.truncate(max(0, high - low))
        if polynomial.is_zero():
            return cls(high, polynomial, high)
        shift = 0
        while polynomial[shift] == 0:
            shift += 1
        return cls(low + shift, polynomial.right_shift(shift), high) if shift else cls(low, polynomial, high)

    def coefficients(self) -> dict[int, Any]:
        """Coefficient by exponent, zeros left out."""
        return {self.low + i: c for i, c in enumerate(self.polynomial.coeffs()) if c != 0}

    def coefficient(self, exponent: int) -> Any:
        """One coefficient. ValueError where the series is not known so far."""
        if exponent >= self.high:
            raise ValueError(f"the series is known below t**{self.high} only")
        return self.polynomial[exponent - self.low] if exponent >= self.low else fmpq(0)

    def vanishes(self) -> bool:
        """Whether every known coefficient is zero."""
        return bool(self.polynomial.is_zero())

    @property
    def known_terms(self) -> int:
        """How many coefficients are known from the leading one on."""
        return self.high - self.low

    def __add__(self, other: Laurent | int) -> Laurent:
        a, b = _together(self, other)
        if a is not self:
            return a + b
        high = min(self.high, b.high)
        if self.polynomial.is_zero():
            return Laurent._normal(b.low, b.polynomial, high)
        if b.polynomial.is_zero():
            return Laurent._normal(self.low, self.polynomial, high)
        low = min(self.low, b.low)
        total = self.polynomial.left_shift(self.low - low) + b.polynomial.left_shift(b.low - low)
        return Laurent._normal(low, total, high)

    __radd__ = __add__

    def __neg__(self) -> Laurent:
        return Laurent(self.low, -self.polynomial, self.high)

    def __sub__(self, other: Laurent | int) -> Laurent:
        return self + (-_series(other))

    def __rsub__(self, other: int) -> Laurent:
        return _series(other) + (-self)

    def __mul__(self, other: Laurent | int) -> Laurent:
        a, b = _together(self, other)
        if a is not self:
            return a * b
        low = self.low + b.low
        exact = self.high == EXACT and b.high == EXACT
        high = EXACT if exact else min(self.low + b.high, b.low + self.high, EXACT)
        if (self.high == EXACT and self.polynomial.is_zero()) or (b.high == EXACT and b.polynomial.is_zero()):
            return _series(0)
        return Laurent._normal(low, self.polynomial * b.polynomial, high)

    __rmul__ = __mul__

    def inverse(self) -> Laurent:
        """1/series. ZeroDivisionError where the series cannot be told from zero."""
        if self.polynomial.is_zero():
            raise ZeroDivisionError("the series vanishes as far as it is known")
        leading = self.polynomial[0]
        if self.polynomial.length() == 1 and self.high == EXACT:
            return Laurent(-self.low, _polynomial([1 / leading]), EXACT)
        terms = min(self.known_terms, 64)
        inverse = [1 / leading]
        for n in range(1, terms):
            carried = sum((self.polynomial[k] * inverse[n - k] for k in range(1, n + 1)), 0 * leading)
            inverse.append(-carried / leading)
        return Laurent._normal(-self.low, _polynomial(inverse), -self.low + terms)

    def __truediv__(self, other: Laurent | int) -> Laurent:
        return self * _series(other).inverse()

    def __rtruediv__(self, other: int) -> Laurent:
        return _series(other) * self.inverse()

    def __pow__(self, exponent: int) -> Laurent:
        if exponent < 0:
            return self.inverse() ** (-exponent)
        result, square = _series(1), self
        while exponent:
            if exponent & 1:
                result = result * square
            exponent >>= 1
            if exponent:
                square = square * square
        return result


def _of_numbers(low: int, prime: int, numbers: Sequence[Any], high: int) -> Laurent:
    """The series that ``Laurent.__reduce__`` took apart."""
    polynomial = nmod_poly(list(numbers), prime) if prime else fmpq_poly([fmpq(p, q) for p, q in numbers])
    return Laurent(low, polynomial, high)


def residue(number: Any, prime: int) -> Any:
    """A rational number modulo a prime; ZeroDivisionError where the prime divides the denominator."""
    return nmod(int(number.p), prime) / nmod(int(number.q), prime)


def _polynomial(coefficients: Sequence[Any]) -> Any:
    """A polynomial over what its coefficients are of."""
    prime = next((int(c.modulus()) for c in coefficients if isinstance(c, nmod)), None)
    if prime is None:
        return fmpq_poly(list(coefficients))
    return nmod_poly([c if isinstance(c, nmod) else residue(fmpq(c), prime) for c in coefficients], prime)


def _together(one: Laurent, other: Laurent | int) -> tuple[Laurent, Laurent]:
    """Two series over the same numbers: residues if one of them has residues."""
    other = _series(other)
    kinds = isinstance(one.polynomial, nmod_poly), isinstance(other.polynomial, nmod_poly)
    if kinds[0] == kinds[1]:
        return one, other
    if kinds[0]:
        return one, _residues(other, int(one.polynomial.modulus()))
    return _residues(one, int(other.polynomial.modulus())), other


def _residues(series: Laurent, prime: int) -> Laurent:
    polynomial = nmod_poly([residue(c, prime) for c in series.polynomial.coeffs()], prime)
    return Laurent._normal(series.low, polynomial, series.high)


def _series(value: Any) -> Laurent:
    return value if isinstance(value, Laurent) else Laurent.of([fmpq(value)])
