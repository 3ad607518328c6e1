"""Sums over the positions of a law of eigenvalues, of any number and to any number of digits, with a stated bound.

The first positions are summed one by one. Then come rows of positions, longer and longer for a power law, and each
is replaced by the Gauss rule of its whole numbers (`counting`). The terms are rational in the eigenvalue, with
poles at 0 or at negative ones, so that they are regular round each row where the phase of the eigenvalue stays
below pi: |term| is then at most a known multiple of its least value in the row.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import acosh, atan2, cos, cosh, exp, inf, log, pi, sinh, sqrt

from flint import arb, ctx
from mpmath import mp, mpf
from sympy import Expr

from planaria.algebra.errors import InputError
from planaria.ensembles.spectra.spectrum import Decay, Fall
from planaria.numerics.methods.centres import centre_of
from planaria.numerics.quadrature.counting import counting_rule

__all__ = ["DEPTH", "MOST_NODES", "Positions", "bits_lost", "positions_of", "row_of"]

RATIOS = (1.05, 1.1, 1.2, 1.35, 1.6, 2.0, 2.5, 3.0, 4.0)  # of the last position of a row to its first, for powers
WIDTHS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)  # of a row in the logarithm of the eigenvalue, for exponentials
HEIGHTS = 40  # ellipses that are tried for the best bound
MOST_TERMS = 600  # of one row
MOST_NODES = 100_000
DEPTH = 40  # decimal places below the first eigenvalue, besides the digits, from which on a tail counts as a whole
GUARD = 16  # bits


@dataclass(frozen=True)
class Positions:
    """Positions, which need not be whole, and how often each counts: numbers of mpmath.

    Attributes
    ----------
    cut
        The position behind which all count as a whole: eigenvalues that are 0 beside every pole, or which enter by
        their sum alone. None where each row has its rule.
    zeros
        How many eigenvalues behind the cut count as 0.
    """

    nodes: tuple[mpf, ...]
    weights: tuple[mpf, ...]
    cut: int | None
    zeros: int


def bits_lost(fall: Fall, rate: float, size: float, degree: int, count: int) -> float:
    """The binary logarithm of a bound on the error of the rule of one row, relative to the sum over it.

    It holds for terms lambda**a / product of (lambda + Delta_i)**b_i, all Delta_i >= 0, with a and the sum of the
    b_i at most `degree`. A Gauss rule of n nodes errs by at most twice its mass times the best approximation by
    polynomials of degree 2n - 1, which is at most 2 F rho**(1 - 2n) / (rho - 1), F being the largest size of the
    term on an ellipse with rho the sum of its half-axes (Bernstein). On it |lambda + Delta| is at least
    cos(phase/2) (|lambda| + Delta), and between positive eigenvalues the logarithm of a term changes by at most
    `degree` times that of the eigenvalue.

    Parameters
    ----------
    size
        For powers the ratio of the last position to the first, and for exponentials the same of the eigenvalues,
        in the logarithm.

    >>> bits_lost(Fall.POWER, 2.0, 2.0, 4, 40) < -100 < bits_lost(Fall.POWER, 2.0, 2.0, 4, 10)
    True
    """
    best = inf
    half = (size - 1) / 2 if fall is Fall.POWER else size / 2
    middle = (size + 1) / 2
    for k in range(1, HEIGHTS):
        if fall is Fall.POWER:  # the row is from 1 to `size`
            u = acosh(middle / half) * k / HEIGHTS
            across, high = half * cosh(u), half * sinh(u)
            phase = rate * atan2(high, sqrt(middle**2 - across**2))
            apart = rate * max(log(middle + across), log(size / (middle - across)))
        else:
            phase = high = pi * k / HEIGHTS
            across = sqrt(high**2 + half**2)
            u, apart = log((across + high) / half), across + half
        if phase < pi:
            growth = degree * (apart - log(cos(phase / 2)))
            best = min(best, (log(4) + growth - 2 * count * u - log(1 - exp(-u))) / log(2))
    return best


@lru_cache(maxsize=1024)
def row_of(fall: Fall, rate: float, degree: int, bits: int) -> tuple[float, int]:
    """The size of rows and the number of their nodes for which the fewest nodes are needed in all."""
    best: tuple[float, float, int] | None = None
    for size in RATIOS if fall is Fall.POWER else WIDTHS:
        low, high = 1, MOST_TERMS
        if bits_lost(fall, rate, size, degree, high) > -bits:
            continue
        while low < high:
            middle = (low + high) // 2
            low, high = (
                (low, middle) if bits_lost(fall, rate, size, degree, middle) <= -bits else (middle + 1, high)
            )
        density = low / (log(size) if fall is Fall.POWER else size)
        if best is None or density < best[0]:
            best = density, size, low
    if best is None:
        raise _too_many()
    return best[1], best[2]


def _too_many() -> InputError:
    return InputError(
        "spectrum",
        f"sums over it need more than {MOST_NODES:,} terms at these digits",
        "ask for fewer digits, or give a smaller size or a slower decay",
    )


@lru_cache(maxsize=64)
def positions_of(decay: Decay, degree: int, bits: int, size: int | None, depth: int = DEPTH) -> Positions:
    """Positions and weights for sums over the positions 1..size of a law.

    Parameters
    ----------
    degree
        Of the terms: see `bits_lost`.
    bits
        Binary digits of the sums, relative.
    size
        None for infinitely many.
    depth
        Where a tail counts as a whole, eigenvalues are below the first by so many decimal places and `bits`.

    Raises InputError where more than MOST_NODES terms would be needed.
    """
    with mp.workprec(bits + GUARD):
        rate = _number(decay.rate)
        power = decay.fall is Fall.POWER
        places = bits * mp.ln2 + depth * mp.ln10
        cut: int | None = None
        if power and size is None:
            cut = int(mp.ceil(mp.exp(places / rate)))
        if not power and (size is None or size * rate > places):
            cut = int(mp.ceil(places / rate))
        last = cut if cut is not None else size
        assert last is not None
        row, count = row_of(decay.fall, float(rate) * (1 + 1e-12), degree, bits)
        nodes: list[mpf] = []
        weights: list[mpf] = []
        first = 1
        while first <= last:
            end = first * mpf(row) if power else first + mpf(row) / rate
            behind = min(last, int(mp.floor(end))) + 1
            length = behind - first
            if length <= count:
                nodes += map(mpf, range(first, behind))
                weights += [mpf(1)] * length
            else:
                places_, shares = counting_rule(length, count, bits + GUARD)
                middle = first + mpf(length - 1) / 2
                nodes += [middle + x * length / 2 for x in places_]
                weights += [w * length for w in shares]
            if len(nodes) > MOST_NODES:
                raise _too_many()
            first = behind
        if cut is None or size is not None:
            return Positions(tuple(nodes), tuple(weights), cut, 0 if cut is None or size is None else size - cut)
        if power:  # the rest by its sum of eigenvalues, as one that is far below them
            far = cut * mp.power(2, bits / rate)
            nodes.append(far)
            weights.append(_rest(rate, cut + 1) * mp.power(far, rate))
        return Positions(tuple(nodes), tuple(weights), cut, 0)


def _number(value: Expr) -> mpf:
    if value.is_Rational:
        return mpf(int(value.p)) / int(value.q)
    return mp.make_mpf(value.evalf(mp.dps + 5)._mpf_)


def _rest(rate: mpf, first: int) -> mpf:
    """The sum of I**-rate from a position on: Hurwitz's zeta function."""
    with ctx.workprec(2 * mp.prec + GUARD):
        ball = arb(rate).zeta(arb(first))
    return centre_of(ball)
