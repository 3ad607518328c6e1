"""Arrays of random-feature regression over twelve decades, against the formulas of the literature.

A few hundred points; ``python -m tests.oracles.sweep_survey`` takes more.
"""

from __future__ import annotations

import pytest
from tests.oracles.sweep_survey import QUANTITIES, describe, survey


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_no_point_of_an_array_is_wrong(quantity: str) -> None:
    """A point is right or nan, and most are right."""
    count = survey(1, 75, (quantity,))
    assert set(count.kinds) <= {"right", "nan"}, describe(count)
    assert count.kinds["right"] >= 60, describe(count)
