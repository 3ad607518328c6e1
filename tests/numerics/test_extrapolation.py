"""Extrapolation and its three verdicts, on means whose truth is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sympy import MatrixSymbol, Trace, symbols

from planaria.ensembles.estimate import Simulation
from planaria.ensembles.evidence import Outcome
from planaria.ensembles.model import Gaussian, Model
from planaria.numerics.simulation.approach import Effort, approach
from planaria.numerics.simulation.extrapolation import Comparison, compare, no_comparison
from planaria.numerics.simulation.simulate import simulate

AGREES, CONTRADICTS, INCONCLUSIVE = Outcome.PASSED, Outcome.FAILED, Outcome.INCONCLUSIVE


def mean(
    value: complex, error: float = 1e-3, runs: int = 300, effective: float = 100, tail: float = 4
) -> Simulation:
    return Simulation(value.real if not value.imag else value, error, runs, 0, effective, tail)


def at(function: object, scales: tuple[int, ...] = (1, 2, 4), **options: float) -> list[tuple[int, Simulation]]:
    return [(s, mean(function(s), **options)) for s in scales]  # type: ignore[operator, arg-type]


def test_the_limit_of_a_polynomial() -> None:
    found = compare(3.0, at(lambda s: 3 + 0.5 / s - 0.05 / s**2, error=1e-6), 1)
    assert found.extrapolated == pytest.approx(3, abs=1e-12)
    assert found.verdict is AGREES
    found = compare(3.0, at(lambda s: 3 + 0.5 / s**2 - 0.05 / s**4, error=1e-6), 2)
    assert found.extrapolated == pytest.approx(3, abs=1e-12)
    assert found.verdict is AGREES


def test_the_error_is_propagated() -> None:
    # The line through two points: 2 m2 - m1.
    found = compare(1.0, [(1, mean(1.0, 0.003)), (2, mean(1.0, 0.004))], 1)
    assert found.standard_error == pytest.approx(math.hypot(0.008, 0.003))
    # (4 m2 - m1)/3 in 1/size^2
    found = compare(1.0, [(1, mean(1.0, 0.003)), (2, mean(1.0, 0.004))], 2)
    assert found.standard_error == pytest.approx(math.hypot(0.016, 0.003) / 3)


def test_the_band_is_what_decides() -> None:
    means = at(lambda s: 1 + 0.2 / s)
    band = compare(1.0, means, 1).band
    assert band < 0.02
    offset = compare(1.0, means, 1).difference
    inside, outside = 1 + offset + 0.97 * band, 1 + offset + 1.03 * band
    assert compare(inside, means, 1).verdict is AGREES
    assert compare(outside, means, 1).verdict is INCONCLUSIVE  # the curve through all means has a larger error
    assert compare(1 + offset + 1.25 * band, means, 1).verdict is CONTRADICTS
    assert compare(1 + offset - 1.25 * band, means, 1).verdict is CONTRADICTS


def test_the_width_of_the_band_in_numbers() -> None:
    """Equal means: the line through the last two, 2 m3 - m2, with 4.89 standard errors for one in a million."""
    found = compare(1.0, at(lambda s: 1.0, error=1e-3, runs=10**9, effective=10**8), 1)
    assert found.factor == pytest.approx(4.8916, abs=1e-3)
    assert found.standard_error == pytest.approx(math.sqrt(5) * 1e-3)
    assert found.remainder == pytest.approx(0, abs=1e-8)
    assert found.band == pytest.approx(4.8916 * math.sqrt(5) * 1e-3, rel=1e-3)
    for offset, verdict in ((4.8, AGREES), (12.0, CONTRADICTS), (-4.8, AGREES), (-12.0, CONTRADICTS)):
        claimed = 1 + offset * math.sqrt(5) * 1e-3
        assert compare(claimed, at(lambda s: 1.0, error=1e-3, runs=10**9, effective=10**8), 1).verdict is verdict


def test_the_remainder_in_numbers() -> None:
    """1 + 0.4/s + 0.1/s^2 without scatter: a parabola has the limit, a line is 0.1 (1/8) off; that is the step."""
    means = at(lambda s: 1 + 0.4 / s + 0.1 / s**2, error=1e-9)
    found = compare(1.0, means, 1)
    assert found.extrapolated == pytest.approx(1)
    assert found.remainder >= 0.1 / 8 - 1e-9
    assert found.band < 0.04
    assert compare(1.0 + 0.06, means, 1).verdict is CONTRADICTS
    # two scales: a line, and twice what it changes
    two = compare(1.0, at(lambda s: 1 + 0.1 / s, (1, 2), error=1e-9), 1)
    assert two.remainder == pytest.approx(2 * 0.05, rel=1e-6)


def test_one_bad_mean_in_the_middle_is_no_contradiction() -> None:
    """It bends the line through the last two means and hides the curve at once; this sample did occur."""
    truth = {s: 1 + 0.3 / s + 0.1 / s**2 for s in (1, 2, 4)}
    errors = {1: (-0.0071, 0.0053), 2: (0.0110, 0.0034), 4: (0.0011, 0.0012)}
    means = [(s, mean(truth[s] + off, error, 1000)) for s, (off, error) in errors.items()]
    found = compare(1.0, means, 1)
    assert abs(found.difference) > found.band
    assert found.verdict is INCONCLUSIVE
    assert "but a curve does not" in found.reason


@pytest.mark.parametrize("power", [0.5, 2 / 3, 1])
@pytest.mark.parametrize("scales", [(1, 2), (1, 2, 4)])
def test_slow_deviations_are_not_called_a_contradiction(power: float, scales: tuple[int, ...]) -> None:
    for size in (0.01, 0.1, 1, 10):
        assert compare(1.0, at(lambda s, a=size: 1 + a * s**-power, scales), 1).verdict is not CONTRADICTS
        assert compare(1.0, at(lambda s, a=size: 1 - a * s**-power, scales), 1).verdict is not CONTRADICTS


def test_deviations_that_do_not_fall_have_no_limit() -> None:
    found = compare(1.0, at(lambda s: 1.2 + 0.1 * s), 1)
    assert found.verdict is INCONCLUSIVE
    assert "do not fall" in found.reason


def test_a_wide_band_says_nothing() -> None:
    found = compare(1.0, at(lambda s: 1.0, error=0.03), 1)
    assert found.verdict is INCONCLUSIVE
    assert "of the value" in found.reason
    assert compare(5.0, at(lambda s: 1.0, error=0.03), 1).verdict is CONTRADICTS


def test_few_draws_have_a_wide_band() -> None:
    few, many = compare(1.0, at(lambda s: 1.0, runs=3, effective=1.5), 1), compare(1.0, at(lambda s: 1.0), 1)
    assert few.factor > 20 * many.factor
    assert many.factor == pytest.approx(4.9, abs=0.1)  # one in a million, and some degrees of freedom


def test_heavy_tails_have_no_error_bar() -> None:
    assert compare(1.0, at(lambda s: 1.0, effective=5), 1).verdict is INCONCLUSIVE
    assert compare(1.03, at(lambda s: 1.0, effective=5), 1).verdict is INCONCLUSIVE
    assert compare(2.0, at(lambda s: 1.0, effective=5), 1).verdict is CONTRADICTS
    assert compare(2.0, at(lambda s: 1.0, effective=5, tail=1.0), 1).verdict is INCONCLUSIVE


def test_a_complex_mean() -> None:
    assert compare(1.0, at(lambda s: 1 + 0.3j), 1).verdict is CONTRADICTS
    assert compare(1 + 0.3j, at(lambda s: 1 + 0.3j), 1).verdict is AGREES
    assert compare(1 - 0.3j, at(lambda s: 1 + 0.3j), 1).verdict is CONTRADICTS


def test_zero_has_the_unit_of_its_values() -> None:
    assert compare(0.0, at(lambda s: 0.0, error=0.0), 1).verdict is AGREES
    assert compare(0.0, at(lambda s: 1e-4, error=1e-3), 1).verdict is INCONCLUSIVE
    assert compare(0.0, at(lambda s: 1e-4, error=1e-3, runs=90_000), 1).verdict is AGREES
    assert compare(0.0, at(lambda s: 1.0), 1).verdict is CONTRADICTS


def test_false_alarms_of_skewed_samples() -> None:
    """Exponential and squared normal values with corrections in 1/size: 1500 samples, no alarm."""
    rng = np.random.default_rng(1)
    verdicts = []
    for number in range(1500):
        found = []
        for scale in (1, 2, 4):
            runs = int(rng.integers(25, 2000))
            draws = rng.exponential(size=runs) if number % 2 else rng.standard_normal(runs) ** 2
            values = 1 + 0.3 / scale + 0.1 / scale**2 + (draws - 1) * 0.2 / scale
            d = (values - values.mean()) ** 2
            error, effective = float(np.sqrt(d.sum() / (runs - 1) / runs)), float(d.sum() ** 2 / (d**2).sum())
            found.append((scale, Simulation(float(values.mean()), error, runs, 0, effective, 3.0)))
        verdicts.append(compare(1.0, found, 1).verdict)
    assert verdicts.count(CONTRADICTS) == 0
    assert verdicts.count(AGREES) > 200


N, P = symbols("N P", positive=True)
X = MatrixSymbol("x", N, P)
MODEL = Model([Gaussian(X, variance=1 / P)])
SQUARE = Trace(X * X.T * X * X.T) / N
POINT = {N: 6, P: 8}
PLANAR = 1 + 6 / 8  # and (N + 1 + P)/P at finite size


def compared(planar: float = PLANAR, **options: int) -> Comparison:
    efforts = (Effort(1, 4000), Effort(2, 2000), Effort(4, 2000))
    return approach(
        SQUARE, MODEL, POINT, planar, efforts, seed=options.get("seed", 3), workers=options.get("workers", 1)
    )


def test_approach_of_an_exact_moment() -> None:
    found = compared()
    assert found.verdict is AGREES
    for scale, one in zip(found.scales, found.means, strict=True):
        assert abs(one.mean - (PLANAR + 1 / 8 / scale)) < 5 * one.standard_error
    assert compared(PLANAR + 1 / 8).verdict is CONTRADICTS  # the value at these sizes is not the planar one


def test_approach_is_the_same_for_any_number_of_workers() -> None:
    assert compared(workers=3) == compared()
    assert compared(seed=4) != compared()
    first = simulate({"q": SQUARE}, MODEL, POINT, runs=4000, seed=3)["q"]
    assert compared().means[0].mean == pytest.approx(first.mean, rel=1e-12)


def test_what_cannot_be_stretched_is_inconclusive() -> None:
    found = approach(Trace(X * X.T) / N, MODEL, {N: 2, P: 3000}, 1.0, (Effort(1, 5), Effort(2, 5)), seed=0)
    assert found.verdict is INCONCLUSIVE
    assert "too large to draw" in found.reason
    assert len(found.means) == 1
    assert found == no_comparison(1.0, [(1, found.means[0])], found.reason) or math.isnan(found.band)
