"""What an evaluation or a simulation answers: a number, and how far it is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import add, ge, gt, le, lt, mul, sub, truediv
from typing import Any

from mpmath import mp, mpc, mpf, nstr
from sympy import Basic, Expr, Float, I, sympify

from planaria.algebra.values import Measured
from planaria.ensembles.evidence import Status

__all__ = ["Estimate", "Simulation"]

GUARD = 10  # digits that are kept beyond those that were asked for


def _rounded(number: Any) -> Any:
    return +number if isinstance(number, (mpf, mpc)) else number


@dataclass(frozen=True, eq=False)
class Estimate(Measured):
    """A number with its evidence. It counts as its value in arithmetic, and keeps its digits there.

    >>> quarter = Estimate(mpf(1) / 4, mpf(0), "by hand", "verified", {}, mpf(0), 20)
    >>> quarter
    Estimate(0.25000000000000000000, verified)
    >>> quarter + 1, 2 / quarter, quarter > 0
    (mpf('1.25'), mpf('8.0'), True)

    Attributes
    ----------
    value
        An ``mpf`` with a few digits more than were asked for, or an ``mpc`` at complex parameters; infinite where
        a limit diverges.
    error
        The difference that the last raise of precision made: a bound on rounding, not on finite-size effects.
    method
        How the number was found, in words.
    status
        ``"verified"``: the unreduced Schwinger-Dyson equations hold at this very point to the digits, the ladder's
        spectral radius is below 1, so that this is the solution of the matrices, and the digits stood when the
        precision was raised. ``"limit"``: the same, in an exact limit.
        ``"numerical limit"``: values ever closer to the limit settle, without an exact branch.
        ``"infinite"``: the limit diverges.
    unknowns
        The unknowns of the closed form at the solution.
    residual
        The largest relative residual of the unreduced equations.
    digits
        The number of digits asked for.
    radius
        The spectral radius of the ladder map, below 1 outside of the spectrum; None where it was not computed in
        double precision.
    """

    value: Any
    error: Any
    method: str
    status: Status
    unknowns: Mapping[str, Any]
    residual: Any
    digits: int
    radius: float | None = None

    def __post_init__(self) -> None:
        """Keep no more digits than are known: the working precision may have been thousands."""
        with mp.workdps(max(self.digits, 15) + GUARD):
            for name in ("value", "error", "residual"):
                object.__setattr__(self, name, _rounded(getattr(self, name)))
            object.__setattr__(self, "unknowns", {name: _rounded(x) for name, x in self.unknowns.items()})

    def __repr__(self) -> str:
        return f"Estimate({self}, {self.status})"

    def __str__(self) -> str:
        return str(nstr(self.value, self.digits, strip_zeros=False))

    def __float__(self) -> float:
        return float(self.value)

    def __complex__(self) -> complex:
        return complex(self.value)

    def _mpmath_(self, precision: int, rounding: str) -> Any:
        return self.value

    def _sympy_(self) -> Expr:
        if isinstance(self.value, mpc):
            real, imag = (Float(nstr(x, self.digits), self.digits) for x in (self.value.real, self.value.imag))
            return real + I * imag
        return Float(str(self), self.digits) if mp.isfinite(self.value) else sympify(self.value)

    def _with(self, other: Any, operation: Callable[[Any, Any], Any]) -> Any:
        """The result with as many digits as the estimate has, or as mpmath works with, whichever are more."""
        if isinstance(other, Basic):
            return operation(self._sympy_(), other)
        with mp.workdps(max(mp.dps, self.digits + GUARD)):
            number = other.value if isinstance(other, Estimate) else other
            return operation(self.value, number if isinstance(number, (mpf, mpc)) else mp.convert(number))

    def __add__(self, other: Any) -> Any:
        return self._with(other, add)

    def __radd__(self, other: Any) -> Any:
        return self._with(other, lambda one, two: two + one)

    def __sub__(self, other: Any) -> Any:
        return self._with(other, sub)

    def __rsub__(self, other: Any) -> Any:
        return self._with(other, lambda one, two: two - one)

    def __mul__(self, other: Any) -> Any:
        return self._with(other, mul)

    def __rmul__(self, other: Any) -> Any:
        return self._with(other, lambda one, two: two * one)

    def __truediv__(self, other: Any) -> Any:
        return self._with(other, truediv)

    def __rtruediv__(self, other: Any) -> Any:
        return self._with(other, lambda one, two: two / one)

    def __pow__(self, other: Any) -> Any:
        return self._with(other, pow)

    def __rpow__(self, other: Any) -> Any:
        return self._with(other, lambda one, two: two**one)

    def __neg__(self) -> Any:
        return self._with(0, lambda one, two: -one)

    def __pos__(self) -> Any:
        return self.value

    def __abs__(self) -> Any:
        return self._with(0, lambda one, two: abs(one))

    def __lt__(self, other: Any) -> bool:
        return bool(self._with(other, lt))

    def __le__(self, other: Any) -> bool:
        return bool(self._with(other, le))

    def __gt__(self, other: Any) -> bool:
        return bool(self._with(other, gt))

    def __ge__(self, other: Any) -> bool:
        return bool(self._with(other, ge))


@dataclass(frozen=True, eq=False)
class Simulation(Measured):
    """The result of a simulation.

    Attributes
    ----------
    mean
        The average over the runs; complex only where the values have an imaginary part beyond round-off.
    standard_error
        The standard error of the mean; of a complex mean, the root of the summed squares of the errors of its
        real and imaginary part.
    runs
        The number of independent draws that were made; below the number asked for if the time ran out.
    seed
        The seed that gives these draws again.
    effective_runs
        On how many draws the scatter rests: (sum d**2)**2 / sum d**4 of their deviations d from the mean. A
        quarter of the runs for a normal distribution; a few, however many runs, where the tails are heavy, and
        then the standard error means little.
    tail_index
        Hill's estimate of the power a in P(|d| > t) ~ t**-a, from the largest twentieth of the deviations. The
        mean exists for a > 1, the variance for a > 2; zero where there are too few draws to tell.
    """

    mean: float | complex
    standard_error: float
    runs: int
    seed: int
    effective_runs: float
    tail_index: float
