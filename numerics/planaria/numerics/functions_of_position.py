"""Functions that formulas for eigenvalues need, in floats, mpfs and balls: see `ensembles.spectra.spectrum`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from flint import arb, ctx
from mpmath import mp, mpf
from mpmath.libmp import from_man_exp
from numpy.typing import NDArray

__all__ = ["Balls", "Floats", "Mpfs"]

_GUARD_BITS = 20


class Floats:
    """Double precision, at an array of positions; `number` makes a float of a parameter."""

    def __init__(self, number: Callable[[Any], float]) -> None:
        self.number = number

    def power(self, base: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
        return base**exponent

    def exp(self, exponent: NDArray[np.float64]) -> NDArray[np.float64]:
        with np.errstate(under="ignore"):
            return np.exp(exponent)

    def choose(self, condition: NDArray[np.bool_], yes: float, no: float) -> NDArray[np.float64]:
        return np.where(condition, yes, no)


class Mpfs:
    """mpmath's working precision, at one position; `number` makes an mpf of a parameter."""

    def __init__(self, number: Callable[[Any], mpf]) -> None:
        self.number = number

    def power(self, base: int, exponent: mpf) -> mpf:
        """By Arb: some ten times as fast as mpmath."""
        with ctx.workprec(mp.prec + _GUARD_BITS):
            found = arb(base) ** arb(exponent)
        if not found.is_finite():  # beyond the range of Arb
            return mp.power(base, exponent)
        mantissa, power = found.mid().man_exp()
        return mp.make_mpf(from_man_exp(int(mantissa), int(power), mp.prec, "n"))

    def exp(self, exponent: mpf) -> mpf:
        return mp.exp(exponent)

    def choose(self, condition: bool, yes: mpf, no: mpf) -> mpf:
        return yes if condition else no


class Balls:
    """Arb's balls at their working precision, at one position; `number` encloses a parameter."""

    def __init__(self, number: Callable[[Any], Any]) -> None:
        self.number = number

    def power(self, base: int, exponent: Any) -> Any:
        return arb(base) ** exponent

    def exp(self, exponent: Any) -> Any:
        return exponent.exp()

    def choose(self, condition: bool, yes: Any, no: Any) -> Any:
        return yes if condition else no
