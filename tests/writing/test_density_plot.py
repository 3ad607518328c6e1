"""What a logarithmic picture of a density shows."""

from __future__ import annotations

import numpy as np
import pytest

import planaria as pl
from planaria.writing.plots.density import _logarithmic_limits


@pytest.mark.parametrize("largest", [10.0, 1e3, 1e5])
def test_a_part_of_every_band_is_in_the_picture(largest: float) -> None:
    values = {"A": ["1 x 95", f"{largest} x 5"], "B": ["1 x 2000"]}
    found = pl.density("correlated-wishart", "resolvent", values=values, of="gamma", points=200, moments=0)
    assert len(found.bands) == 2
    low, high = _logarithmic_limits(found)
    for band in found.bands:
        peak = np.nanmax(found.rho[(found.x >= band.low) & (found.x <= band.high)])
        assert 10 * low < peak < high
