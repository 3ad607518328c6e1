"""Random Hermitian matrices of the survey against drawn ones; `tests.oracles.densities` has them all."""

from __future__ import annotations

import pytest
from tests.oracles.densities import SHARE, case, compare

KEPT = (0, 4, 6, 7, 9, 10, 18, 19)  # minus signs, LAPACK overflow, rational terms, an atom on the scan, sums


@pytest.mark.parametrize("seed", KEPT)
def test_densities_are_those_of_drawn_matrices(seed: int) -> None:
    found = compare(case(seed), seed)
    assert found.said == ""
    assert found.wrong == ()
    assert found.right >= 4
    assert found.refused >= 1
    assert found.shares is not None
    assert found.shares < SHARE
