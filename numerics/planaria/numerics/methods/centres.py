"""Centres of Arb's balls as mpmath's numbers."""

from __future__ import annotations

from typing import Any

from mpmath import mp, mpf
from mpmath.libmp import from_man_exp

__all__ = ["centre_of"]


def centre_of(ball: Any) -> mpf:
    """The centre of a finite real ball, rounded to mpmath's working precision.

    >>> from flint import arb
    >>> print(centre_of(arb(1) / 4))
    0.25
    """
    mantissa, exponent = ball.mid().man_exp()
    return mp.make_mpf(from_man_exp(int(mantissa), int(exponent), mp.prec, "n"))
