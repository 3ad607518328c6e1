"""The tour in `examples`: executed anew, it says what it says on the page."""

from __future__ import annotations

from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat", reason="nbformat, nbclient and ipykernel are of the extra 'test'")

from tests.notebooks.execution import alike, executed, texts  # noqa: E402

TOUR = Path(__file__).parents[2] / "examples" / "tour.ipynb"


def test_the_tour_says_what_it_said() -> None:
    stored = nbformat.read(TOUR, as_version=4)
    fresh = executed(TOUR)
    for cell, before, now in zip(
        (one for one in stored.cells if one.cell_type == "code"), texts(stored), texts(fresh), strict=True
    ):
        assert alike(before, now), f"{cell.source}\n{before}\n{now}"
    for before, now in zip(stored.cells, fresh.cells, strict=True):
        kinds = [[sorted(one.get("data", ())) for one in each.get("outputs", ())] for each in (before, now)]
        assert kinds[0] == kinds[1], now.source


def test_the_tour_is_stored_with_what_it_shows() -> None:
    stored = nbformat.read(TOUR, as_version=4)
    shown = [one.data for cell in stored.cells for one in cell.get("outputs", ()) if "data" in one]
    assert sum("text/html" in one for one in shown) >= 12
    assert sum("data:image/svg+xml" in one.get("text/html", "") for one in shown) >= 3
    assert sum("image/png" in one for one in shown) == 1
    assert not [out for cell in stored.cells for out in cell.get("outputs", ()) if out.output_type == "error"]
