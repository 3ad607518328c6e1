"""Arrays of random-feature regression over twelve decades, against the formulas of the literature.

A few hundred points; ``python -m tests.oracles.sweep_survey`` takes more.
"""

from __future__ import annotations

import pytest
from tests.oracles.scattered import compare
from tests.oracles.sweep_survey import QUANTITIES, describe, survey


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_no_point_of_an_array_is_wrong(quantity: str) -> None:
    """A point is right or nan, and most are right."""
    count = survey(1, 75, (quantity,))
    assert set(count.kinds) <= {"right", "nan"}, describe(count)
    assert count.kinds["right"] >= 60, describe(count)


def test_a_value_that_is_more_sensitive_than_every_loop() -> None:
    """A training loss with (P - S_11)**2, S_11 within 1e-12 of P: one Newton step too few moved it by 2e-7."""
    count = survey(2044, 25, ("training_loss",))
    assert dict(count.kinds) == {"right": 25}, describe(count)


def test_scattered_points_against_bisection_in_extended_precision() -> None:
    found = compare(120, seed=11, rows=40)  # `python -m tests.oracles.scattered` takes a million
    assert found["right"] >= 90
    assert found["wrong"] == 0
    assert found["refused"] <= 4
