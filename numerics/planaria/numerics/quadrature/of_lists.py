"""A long list of eigenvalues as few nodes and weights of some 26 digits, with a bound.

Sums over a spectrum are rational in the eigenvalue, with poles at negative ones or at 0. So eigenvalues are put
into bins, and those of a bin are replaced by the Gauss rule of their own discrete measure: m nodes that are exact
for polynomials of degree 2m - 1. The rule comes from the moments of the measure with Chebyshev's polynomials,
which numbers of 32 digits give for all eigenvalues at once, by Chebyshev's algorithm in its modified form
(W. Gautschi, Orthogonal Polynomials, section 2.1.7). Then the moments of the rule are held against those of the
measure, and a bin whose rule does not have them stays as it is.
"""

from __future__ import annotations

from itertools import pairwise
from math import ceil, inf, log2
from typing import Any, NamedTuple

import numpy as np
from flint import arb, ctx
from mpmath import mp
from numpy.typing import NDArray

from planaria.ensembles.spectra import Spectrum
from planaria.ensembles.spectra.spectrum import Fall
from planaria.numerics.methods.centres import centre_of
from planaria.numerics.methods.doubled import Doubled
from planaria.numerics.methods.memo import once
from planaria.numerics.quadrature.of_laws import row_of
from planaria.numerics.spectra import listed_floats

__all__ = ["BITS", "MOST_MERGED", "ListNodes", "list_nodes", "merged_columns"]

BITS = 88  # binary digits of sums over the nodes
MOST_MERGED = 20  # digits that are worth to be asked of them
MARGIN = 10  # bits by which moments of a rule have to be better: terms grow round a bin
MOST_CUTS = 5  # of a bin, one in the other
WORK = 400  # bits of Chebyshev's algorithm, which loses some
BLOCK = 2**15  # eigenvalues that are worked on at once: they fit the cache
HELD = 100  # bits of a number of 32 digits
SMALLEST = 1e-280  # of a positive eigenvalue that numbers of 32 digits hold


class ListNodes(NamedTuple):
    """Nodes and weights as balls, arrays of one shape; the weights hold the error of sums of positive terms."""

    nodes: NDArray[Any]
    weights: NDArray[Any]


@once
def list_nodes(spectrum: Spectrum, degree: int) -> ListNodes | None:
    """The nodes of a list, for terms of a degree (see `of_laws.bits_lost`).

    None where an eigenvalue is negative, or so small that numbers of 32 digits do not hold it.
    """
    values, counts = _distinct(spectrum)
    zeros = values.high == 0
    if (values.high < 0).any() or (values.high[~zeros] < SMALLEST).any() or not np.isfinite(values.high).all():
        return None
    size, count = row_of(Fall.POWER, 1.0, degree, BITS)
    nodes = [arb(0)] * int(zeros.any())
    weights = [arb(int(counts[zeros].sum()))] * int(zeros.any())
    first, high = int(zeros.sum()), values.high
    with ctx.workprec(WORK):
        while first < len(high):
            last = int(np.searchsorted(high, high[first] * size, side="right"))
            part = slice(first, max(last, first + 1))
            own, masses = _merged(values[part], counts[part], count)
            nodes += own
            weights += masses
            first = part.stop
    return ListNodes(np.array(nodes, dtype=object), np.array(weights, dtype=object))


def merged_columns(spectrum: Spectrum, degree: int, kind: type) -> tuple[NDArray[Any], NDArray[Any]]:
    """Nodes and weights, of a list that has some, as arrays of floats or of mpmath's numbers."""
    return _columns(spectrum, degree, None if kind is float else int(mp.prec))


@once
def _columns(spectrum: Spectrum, degree: int, bits: int | None) -> tuple[NDArray[Any], NDArray[Any]]:
    """The same, as floats or as mpmath's numbers at its working precision of so many bits."""
    found = list_nodes(spectrum, degree)
    assert found is not None
    if bits is None:
        return np.array([float(x) for x in found.nodes]), np.array([float(x) for x in found.weights])
    nodes, weights = (np.array([centre_of(x) for x in one], dtype=object) for one in (found.nodes, found.weights))
    return nodes, weights


def _distinct(spectrum: Spectrum) -> tuple[Doubled, NDArray[np.int64]]:
    """The eigenvalues that differ, in order and to 32 digits, and how often each occurs."""
    high = listed_floats(spectrum)
    low = np.zeros_like(high)
    for k, (one, nearest) in enumerate(zip(spectrum.listed or (), high.tolist(), strict=True)):
        if nearest not in (inf, -inf):
            p, q = int(one.p), int(one.q)
            m, n = nearest.as_integer_ratio()
            low[k] = (p * n - m * q) / (q * n)
    order = np.lexsort((low, high))
    high, low = high[order], low[order]
    new = np.concatenate([[True], (high[1:] != high[:-1]) | (low[1:] != low[:-1])])
    places = np.flatnonzero(new)
    return Doubled(high[places], low[places]), np.diff(np.append(places, len(high)))


def _whole(counts: NDArray[np.int64]) -> list[Any]:
    return [arb(int(n)) for n in counts]


def _ball(number: Doubled) -> Any:
    """With its error, but for a number that a double holds."""
    whole = arb(float(number.high))
    return whole + arb(float(number.low), abs(whole) * arb(2) ** -HELD) if number.low else whole


def _merged(
    values: Doubled, counts: NDArray[np.int64], count: int, turns: int = MOST_CUTS
) -> tuple[list[Any], list[Any]]:
    """The rule of a bin, or of its parts to both sides of its widest gap, or its eigenvalues where neither is one.

    A measure of a few clusters is so near to one of a few atoms that its moments do not tell the rule.
    """
    number = len(counts)
    if number > count:
        if rule := _rule(values, counts, count):
            return rule
        if turns:
            gap = 1 + int(np.argmax(values.high[1:] / values.high[:-1]))
            parts = [
                _merged(values[part], counts[part], count, turns - 1) for part in (slice(gap), slice(gap, None))
            ]
            return parts[0][0] + parts[1][0], parts[0][1] + parts[1][1]
    return [_ball(values[k]) for k in range(number)], _whole(counts)


def _rule(values: Doubled, counts: NDArray[np.int64], count: int) -> tuple[list[Any], list[Any]] | None:
    """The Gauss rule of a bin; None where its moments are not those of the measure."""
    least, largest = values[0], values[len(values.high) - 1]
    middle, half = (least + largest) * 0.5, (largest - least) * 0.5
    moments = _moments(values, counts, middle, half, 2 * count)
    centres = [_ball(one).mid() for one in moments]
    found = _gauss(centres, count)
    if found is None:
        return None
    places, masses = found
    allowed = moments[0].high * 2.0 ** -(BITS + MARGIN)
    before, here = list(masses), [x * w for x, w in zip(places, masses, strict=True)]
    for moment in centres:  # masses times T_k at the places
        if not abs(sum(before, arb(0)) - moment) <= allowed:
            return None
        before, here = here, [2 * x * b - a for x, a, b in zip(places, before, here, strict=True)]
    error = arb(1, arb(2) ** (1 - BITS))  # of the rule, and of what its moments and nodes are rounded to
    return [(_ball(middle) + x * _ball(half)).mid() for x in places], [w.mid() * error for w in masses]


def _moments(
    values: Doubled, counts: NDArray[np.int64], middle: Doubled, half: Doubled, number: int
) -> list[Doubled]:
    """The sums of Chebyshev's polynomials over a bin, brought to [-1, 1]."""
    totals = [Doubled(0.0) for _ in range(number)]
    for start in range(0, len(counts), BLOCK):
        part = slice(start, start + BLOCK)
        x = (values[part] - middle) / half
        many = counts[part].astype(float)
        before, here = Doubled(many, np.zeros_like(many)), x * many
        twice = x * 2.0
        for k in range(number):
            totals[k] = totals[k] + before.sum()
            before, here = here, twice * here - before
    return totals


def _gauss(moments: list[Any], count: int) -> tuple[list[Any], list[Any]] | None:
    """Nodes in [-1, 1] and weights of the Gauss rule with such moments; None where these are none of a measure."""
    # Monic Chebyshev polynomials: T_k / 2**(k - 1), with p_{k+1} = x p_k - b_k p_{k-1}, b_1 = 1/2 and 1/4 behind.
    monic = [moments[0], *(m / arb(2) ** (k - 1) for k, m in enumerate(moments[1:], start=1))]
    beside = [arb(0), arb(1) / 2, *([arb(1) / 4] * (2 * count))]
    a, b = [monic[1] / monic[0]], [monic[0]]
    last, here = [arb(0)] * (2 * count), monic
    for k in range(1, count):
        new = [arb(0)] * (2 * count)
        for j in range(k, 2 * count - k):
            new[j] = here[j + 1] - a[k - 1] * here[j] - b[k - 1] * last[j] + beside[j] * here[j - 1]
            new[j] = new[j].mid()
        if not (new[k] > 0 and here[k - 1] > 0):
            return None
        a.append((new[k + 1] / new[k] - here[k] / here[k - 1]).mid())
        b.append((new[k] / here[k - 1]).mid())
        last, here = here, new
    return _of_recurrence(a, b, count)


def _of_recurrence(a: list[Any], b: list[Any], count: int) -> tuple[list[Any], list[Any]] | None:
    """The rule whose monic polynomials are p_{k+1} = (x - a_k) p_k - b_k p_{k-1}."""
    sides = np.sqrt([float(x) for x in b[1:]])
    matrix = np.diag([float(x) for x in a]) + np.diag(sides, 1) + np.diag(sides, -1)
    if not np.isfinite(matrix).all():
        return None
    total = arb(1)
    for x in b:
        total = total * x
    nodes, weights = [], []
    rounds = ceil(log2(WORK / 40)) + 1
    for start in np.linalg.eigvalsh(matrix):
        x = arb(float(start))
        for turn in range(rounds + 1):
            below, value, slope_below, slope = arb(0), arb(1), arb(0), arb(0)
            for k in range(count):
                if k == count - 1:
                    one_below = value
                value, below, slope, slope_below = (
                    (x - a[k]) * value - (b[k] * below if k else 0),
                    value,
                    value + (x - a[k]) * slope - (b[k] * slope_below if k else 0),
                    slope,
                )
            if slope.contains(0):
                return None
            if turn < rounds:
                x = (x - value / slope).mid()
        nodes.append(x)
        weights.append((total / (one_below * slope)).mid())
    good = all(w > 0 for w in weights) and all(x < y for x, y in pairwise(nodes))
    return (nodes, weights) if good else None
