"""What an evaluation or a simulation answers: a number, and how far it is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from numbers import Number
from operator import add, ge, gt, le, lt, mod, mul, sub, truediv
from typing import TYPE_CHECKING, Any

from mpmath import mp, mpc, mpf, nstr
from sympy import Basic, Expr, Float, I, sympify

from planaria.algebra.values import Measured
from planaria.ensembles.extensions import VIEWS, extension
from planaria.ensembles.verdicts.statuses import Status
from planaria.ensembles.verdicts.techniques import Taken, in_words

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

__all__ = ["Enclosure", "Estimate", "Simulation"]

GUARD = 10  # digits that are kept beyond those that were asked for


_SCIENTIFIC = re.compile(r"\.(\d+)[eEgG]$")
_DOUBLE = 15  # decimal digits that every float has


def _rounded(number: Any) -> Any:
    return +number if isinstance(number, (mpf, mpc)) else number


@dataclass(frozen=True)
class Enclosure:
    """A number that is proved to lie within a radius of a middle; both are decimal texts, and exact.

    >>> third = Enclosure("0.3333", "3.34e-5")
    >>> print(third, Fraction(1, 3) in third, Fraction(1, 2) in third)
    0.3333 +/- 3.34e-5 True False
    """

    middle: str
    radius: str

    def __contains__(self, number: Fraction | int | str) -> bool:
        return abs(Fraction(number) - Fraction(self.middle)) <= Fraction(self.radius)

    def __str__(self) -> str:
        return f"{self.middle} +/- {self.radius}"


@dataclass(frozen=True, eq=False)
class Estimate(Measured):
    """A number with its evidence. It counts as its value in arithmetic, and keeps its digits there.

    >>> quarter = Estimate(mpf(1) / 4, mpf(0), (), Status.VERIFIED, {}, mpf(0), 20)
    >>> quarter
    Estimate(0.25000000000000000000, verified)
    >>> quarter + 1, 2 / quarter, quarter > 0
    (mpf('1.25'), mpf('8.0'), True)
    >>> f"{quarter:.3e}, {quarter:.20f}, {quarter:.1%}", round(quarter, 1), divmod(7 * quarter, quarter)
    ('2.500e-01, 0.25000000000000000000, 25.0%', mpf('0.2'), (mpf('7.0'), mpf('0.0')))

    To numpy it is a float: ``numpy.log(estimate)``, ``estimate * numpy.arange(3)``.

    Attributes
    ----------
    value
        An ``mpf`` with a few digits more than were asked for, or an ``mpc`` at complex parameters; infinite where
        a limit diverges.
    error
        The difference that the last raise of precision made: a bound on rounding, not on finite-size effects.
    steps
        How the number was found, one step after the other.
    status
        ``"verified"``: the unreduced Schwinger-Dyson equations hold at this very point to the digits, the ladder's
        spectral radius is below 1, so that this is the solution of the matrices, and the digits stood when the
        precision was raised. ``"limit"``: the same, in an exact limit.
        ``"numerical limit"``: values ever closer to the limit settle, without an exact branch.
        ``"infinite"``: the limit diverges. ``"certified"``: value and unknowns are proved to lie in their
        enclosures.
    unknowns
        The unknowns of the closed form at the solution.
    residual
        The largest relative residual of the unreduced equations.
    digits
        The number of digits asked for.
    radius
        The spectral radius of the ladder map, below 1 outside of the spectrum; None where it was not computed in
        double precision.
    enclosure
        Where the value is proved to lie; None if no proof was asked for.
    enclosures
        The same for each unknown that the solution fixes.
    notes
        What limits the value and no error tells: eigenvalues that hold fewer digits than were asked for.
    """

    value: mpf
    error: mpf
    steps: tuple[Taken, ...]
    status: Status
    unknowns: Mapping[str, mpf]
    residual: mpf
    digits: int
    radius: float | None = None
    enclosure: Enclosure | None = None
    enclosures: Mapping[str, Enclosure] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Keep no more digits than are known: the working precision may have been thousands."""
        object.__setattr__(self, "status", Status(self.status))
        with mp.workdps(max(self.digits, 15) + GUARD):
            for name in ("value", "error", "residual"):
                object.__setattr__(self, name, _rounded(getattr(self, name)))
            object.__setattr__(self, "unknowns", {name: _rounded(x) for name, x in self.unknowns.items()})

    @property
    def method(self) -> str:
        """How the number was found, in words."""
        return in_words(self.steps)

    def __repr__(self) -> str:
        return f"Estimate({self}, {self.status})"

    def _repr_html_(self) -> str:
        return str(extension(VIEWS, "html")(self))

    def __str__(self) -> str:
        return str(nstr(self.value, self.digits, strip_zeros=False))

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    __trunc__ = __int__

    def __floor__(self) -> int:
        return int(mp.floor(self.value, prec=0))

    def __ceil__(self) -> int:
        return int(mp.ceil(self.value, prec=0))

    def __round__(self, places: int | None = None) -> Any:
        """An integer, or with a number of decimal places an ``mpf``; halves go to the even neighbour."""
        if places is None:
            return int(mp.nint(self.value, prec=0))
        with mp.workdps(max(mp.dps, self.digits + GUARD)):
            scale = mpf(10) ** places
            return mp.nint(self.value * scale, prec=0) / scale if mp.isfinite(self.value) else self.value

    def __format__(self, specification: str) -> str:
        """As a float is formatted, with the digits of the estimate where more of them are asked for.

        A complex one as Python's own complex numbers are, in double precision.
        """
        if not specification:
            return str(self)
        if isinstance(self.value, mpc):
            return format(complex(self.value), specification)
        scientific = _SCIENTIFIC.search(specification)
        number = float(self.value)
        short = scientific is not None and int(scientific[1]) < _DOUBLE
        if not mp.isfinite(self.value) or (short and (self.value == 0 or 1e-300 < abs(number) < 1e300)):
            return format(number, specification)
        with localcontext() as context:
            # No error for a format that asks for more digits than are known; zeros stand for these.
            context.prec = max(self.digits + GUARD, 10_000)
            places = self.digits if "." not in specification else max(self.digits, _DOUBLE) + GUARD
            return format(Decimal(nstr(self.value, places)), specification)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """What numpy takes it for: a float, or the ``mpf`` in an array of objects."""
        import numpy as np  # whoever asks has loaded it

        if copy is False:
            raise ValueError("an Estimate has no memory to share with an array")
        return np.array(self.value if dtype is not None and np.dtype(dtype) == object else float(self), dtype)

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
            try:
                number = number if isinstance(number, (mpf, mpc)) else mp.convert(number)
            except TypeError:
                return NotImplemented  # an array knows what to do with a number
            return operation(self.value, number)

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

    def __floordiv__(self, other: Any) -> Any:
        return self._with(other, _floor_divided)

    def __rfloordiv__(self, other: Any) -> Any:
        return self._with(other, lambda one, two: _floor_divided(two, one))

    def __mod__(self, other: Any) -> Any:
        return self._with(other, mod)

    def __rmod__(self, other: Any) -> Any:
        return self._with(other, lambda one, two: two % one)

    def __divmod__(self, other: Any) -> Any:
        return self._with(other, lambda one, two: (_floor_divided(one, two), one % two))

    def __rdivmod__(self, other: Any) -> Any:
        return self._with(other, lambda one, two: (_floor_divided(two, one), two % one))

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

    def __lt__(self, other: Any) -> Any:
        return _truth(self._with(other, lt))

    def __le__(self, other: Any) -> Any:
        return _truth(self._with(other, le))

    def __gt__(self, other: Any) -> Any:
        return _truth(self._with(other, gt))

    def __ge__(self, other: Any) -> Any:
        return _truth(self._with(other, ge))


Number.register(Estimate)


def _floor_divided(one: Any, two: Any) -> Any:
    return one // two if isinstance(one, Basic) or isinstance(two, Basic) else mp.floor(one / two)


def _truth(compared: Any) -> Any:
    return compared if compared is NotImplemented else bool(compared)


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

    def _repr_html_(self) -> str:
        return str(extension(VIEWS, "html")(self))
