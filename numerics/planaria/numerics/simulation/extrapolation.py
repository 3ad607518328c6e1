"""Means of simulations at growing sizes, extrapolated to infinite size and compared with a planar value.

The deviation from the planar value is a series in h = s**-p, s the scale of the sizes and p = 1 or 2. Means at two
or three scales give the value at h = 0 up to a remainder. Both the error and the remainder are measured:

* The error is that of the means, propagated; it counts as often as Student's distribution of so many draws says,
  for a false alarm in a million; in the worst case of a curve that is hidden by chance, one in ten thousand.
* The remainder is bounded by the last step of the extrapolation: what a polynomial of another degree gives. Near
  a singularity (the edge of a spectrum, equal sizes at a tiny ridge) the deviations fall more slowly than h, and a
  polynomial in h runs too short. So with three scales the limit is also taken for an unknown power (Aitken), and
  the distance of the two limits counts; with two scales the last step counts twice.

Neither is trusted blindly. A sample whose variance hangs on a few draws has no error bar that agreement could
rest on; a difference still counts if it is many times larger, and the tails are thin enough for a mean to exist.
Deviations that do not get smaller have no limit; a band as wide as the value tells nothing. Then the verdict is
that there is none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import stdtrit

from planaria.algebra.values import Measured
from planaria.ensembles.estimate import Simulation
from planaria.ensembles.evidence import Outcome

__all__ = ["Comparison", "compare", "no_comparison"]

FALSE_ALARM = 1e-6  # of a normal sample; skewed ones have more, far below one in a thousand
WIDEST_BAND = 0.1  # of the value, beyond which agreement says nothing
EFFECTIVE_RUNS = 20  # the variance is then known to about a fifth
THIN_TAIL = 1.5  # tail index from which the mean of a sample without error bar is known at all
HEAVY_FACTOR = 5.0  # how much more often its standard error counts
LARGEST_STEP = 0.25  # of the value, by which the last step of an extrapolation may change it
SLOWEST = 0.85  # ratio of steps beyond which deviations are not seen to fall
SEEN = 4.0  # standard errors from which a step of the deviations is one
CURVED = 3.0  # standard errors from which means are not on a line
PARABOLA = 0.8  # times the number of standard errors, by which the curve through all means must contradict as well
ROUND_OFF = 1e-9  # of the value


@dataclass(frozen=True, eq=False)
class Comparison(Measured):
    """A planar value beside means of simulations.

    Attributes
    ----------
    verdict, reason
        Whether the simulation agrees (passed) or contradicts (failed); why, where nothing can be said.
    planar
        The planar value.
    scales, means
        The simulations, by their scale, of one planar value; in rising order of scales.
    extrapolated, standard_error
        Their value at infinite size, and its propagated error. NaN where there is none.
    difference
        Extrapolated minus planar.
    remainder
        The bound on what the extrapolation leaves.
    factor
        How often the standard error counts.
    """

    verdict: Outcome
    reason: str
    planar: float | complex
    scales: tuple[int, ...]
    means: tuple[Simulation, ...]
    extrapolated: float | complex
    standard_error: float
    difference: float | complex
    remainder: float
    factor: float

    @property
    def band(self) -> float:
        """The largest difference that agrees."""
        return self.factor * self.standard_error + self.remainder

    @property
    def unit(self) -> float:
        """What percentages are of: the planar value; for zero, the size of the values that are averaged."""
        return _unit(self.planar, self.means)


def no_comparison(planar: float | complex, found: Sequence[tuple[int, Simulation]], reason: str) -> Comparison:
    """A comparison without an extrapolation, and why there is none."""
    scales, means = tuple(s for s, _ in found), tuple(one for _, one in found)
    nan = math.nan
    return Comparison(Outcome.INCONCLUSIVE, reason, planar, scales, means, nan, nan, nan, nan, nan)


def compare(planar: float | complex, found: Sequence[tuple[int, Simulation]], power: int) -> Comparison:
    """Extrapolate the means at two or more scales, and compare.

    Parameters
    ----------
    planar
        The value at infinite size that is claimed.
    found
        Scales in rising order with independent simulations; with three, each twice the one before.
    power
        Deviations are a series in ``scale**-power``.

    >>> means = [(s, Simulation(2 + 1 / s, 1e-3, 100, 0, 33.0, 4.0)) for s in (1, 2, 4)]
    >>> compare(2.0, means, 1).verdict.value, compare(2.05, means, 1).verdict.value
    ('passed', 'failed')
    """
    scales, means = tuple(s for s, _ in found), tuple(one for _, one in found)
    values = [one.mean for one in means]
    errors = [one.standard_error for one in means]
    weights, step = _best(scales, values, errors, power)
    extrapolated = _total(weights, values)
    error = _error(weights, errors)
    remainder = 2 * step if len(scales) == 2 else step
    unit = max(_unit(planar, means), abs(extrapolated))
    reason, heavy = _scatter(means)
    if len(scales) > 2:
        if not _fall(values, errors):
            reason, heavy = reason or "the deviations do not fall with the size", False
        elif _is_seen(values[-2] - values[-3], errors[-3:-1]):
            remainder = max(remainder, abs(extrapolated - _aitken(values)))
    if remainder > LARGEST_STEP * unit:
        too_large = f"the corrections at these sizes are too large to extrapolate, {remainder / unit:.0%}"
        reason, heavy = reason or too_large, False
    factor = _student(weights, means) * (HEAVY_FACTOR if heavy else 1)
    difference = extrapolated - planar
    scale = _unit(planar, means)
    remainder += ROUND_OFF * scale
    band = factor * error + remainder
    parabola = _weights(scales, power)
    if abs(difference) > band and not reason:
        beyond = PARABOLA * factor * _error(parabola, errors)
        if abs(_total(parabola, values) - planar) <= beyond:
            reason = "a line through the means contradicts, but a curve does not: it needs more draws"
    if abs(difference) > band and (heavy or not reason):
        verdict, reason = Outcome.FAILED, ""
    elif reason or band > WIDEST_BAND * scale:
        verdict = Outcome.INCONCLUSIVE
        reason = reason or f"the band is {band / scale:.0%} of the value: it needs more draws, or larger sizes"
    else:
        verdict = Outcome.PASSED
    return Comparison(verdict, reason, planar, scales, means, extrapolated, error, difference, remainder, factor)


def _unit(planar: float | complex, means: Sequence[Simulation]) -> float:
    if planar:
        return abs(planar)
    return max(math.hypot(abs(m.mean), m.standard_error * math.sqrt(m.runs)) for m in means) or 1.0


def _weights(scales: Sequence[int], power: int) -> list[float]:
    """Of the values at the scales in the polynomial in h = scale**-power through them, at h = 0."""
    h = [float(scale) ** -power for scale in scales]
    return [math.prod(b / (b - a) for j, b in enumerate(h) if j != i) for i, a in enumerate(h)]


def _best(
    scales: Sequence[int], values: Sequence[float | complex], errors: Sequence[float], power: int
) -> tuple[list[float], float]:
    """The weights of the limit, and how far it is from that of a polynomial of another degree.

    The polynomial through all means has the smaller remainder and the larger error. So with three scales it is
    taken only where the means are seen to curve; else the line through the last two. One bad mean in the middle
    can bend the line and hide the curve at once: so a contradiction must be one of the curve, too (see `compare`).
    """
    full = _weights(scales, power)
    line = [0.0, *_weights(scales[1:], power)]
    change = [a - b for a, b in zip(full, line, strict=True)]
    step = abs(_total(change, values))
    curved = len(scales) == 2 or step > CURVED * _error(change, errors)
    return (full if curved else line), step


def _error(weights: Sequence[float], errors: Sequence[float]) -> float:
    return math.hypot(*(w * e for w, e in zip(weights, errors, strict=True)))


def _total(weights: Sequence[float], values: Sequence[float | complex]) -> float | complex:
    return sum(w * v for w, v in zip(weights, values, strict=True))


def _is_seen(step: float | complex, errors: Sequence[float]) -> bool:
    return abs(step) > SEEN * math.hypot(*errors)


def _fall(values: Sequence[float | complex], errors: Sequence[float]) -> bool:
    """Whether the last step is smaller than the one before, as far as the errors tell."""
    first, second = values[-2] - values[-3], values[-1] - values[-2]
    return not abs(second) > SLOWEST * abs(first) + SEEN * math.hypot(*errors[-3:])


def _aitken(values: Sequence[float | complex]) -> float | complex:
    """The limit of values whose deviations fall like an unknown power of the scale."""
    first, second = values[-2] - values[-3], values[-1] - values[-2]
    ratio = min(abs(second / first), SLOWEST)
    return values[-1] + second * ratio / (1 - ratio)


def _scatter(means: Sequence[Simulation]) -> tuple[str, bool]:
    """Why an error bar is not to be trusted, empty if there is no reason; whether a large difference counts."""
    heavy = [one for one in means if one.effective_runs < min(EFFECTIVE_RUNS, one.runs / 6)]
    if not heavy:
        return "", False
    few = f"the scatter of {heavy[0].runs:,} draws hangs on {heavy[0].effective_runs:.1f} of them"
    return f"{few}: it has no error bar", all(one.tail_index >= THIN_TAIL for one in heavy)


def _student(weights: Sequence[float], means: Sequence[Simulation]) -> float:
    """How many standard errors are a false alarm in a million: Student's distribution, degrees of freedom by
    Welch and Satterthwaite."""
    parts = [(w * m.standard_error) ** 2 for w, m in zip(weights, means, strict=True)]
    total = sum(parts)
    below = sum(part**2 / (m.runs - 1) for part, m in zip(parts, means, strict=True))
    freedom = total**2 / below if below else math.inf
    return float(stdtrit(min(freedom, 1e9), 1 - FALSE_ALARM / 2))
