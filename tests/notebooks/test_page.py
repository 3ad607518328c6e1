"""The page itself: JupyterLab shows notebooks in a headless Chromium, and formulas and pictures are there.

It runs where the extra 'page' and a Chromium are installed (see CONTRIBUTING), and is skipped elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from tests.notebooks.lab import chromium, page_of

TOUR = Path(__file__).parents[2] / "examples" / "tour.ipynb"

# What is no formula: it stays as it is.
HOSTILE = r"""
import planaria as pl
pl.Check("costs $5 and $6, \\( x \\)", "residual", False, "<b>bold</b> & \\begin{align}y\\end{align}")
"""

_MISSING = [name for name in ("jupyterlab", "playwright", "nbclient") if find_spec(name) is None]
if chromium() is None:
    _MISSING.append("a Chromium of the system")
pytestmark = pytest.mark.skipif(bool(_MISSING), reason=f"not installed: {', '.join(_MISSING)}")


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tour as it is stored, and a cell whose text looks like formulas and HTML."""
    import nbformat
    from tests.notebooks.execution import executed

    file = tmp_path_factory.mktemp("notebook") / "tour.ipynb"
    cell = nbformat.v4.new_code_cell(HOSTILE.strip(), id="hostile")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), file)
    tour = nbformat.read(TOUR, as_version=4)
    tour.cells += executed(file).cells
    nbformat.write(tour, file)
    return file


@pytest.fixture(scope="module", params=["JupyterLab Light", "JupyterLab Dark"])
def page(
    request: pytest.FixtureRequest, notebook: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    with page_of(notebook, tmp_path_factory.mktemp("lab"), theme=request.param) as found:
        found.theme = request.param
        yield found


def test_formulas_are_typeset(page: Any) -> None:
    outputs = page.locator(".jp-OutputArea-output")
    assert outputs.locator("mjx-container").count() > 50
    assert outputs.locator("mjx-merror, [data-mjx-error]").count() == 0
    left = outputs.locator(".mathjax_process").filter(has_text="\\displaystyle")
    assert left.count() == 0
    empty = "all => all.filter(one => one.getBoundingClientRect().width < 2 && !one.closest('details')).length"
    assert outputs.locator("mjx-container").evaluate_all(empty) == 0


def test_pictures_are_there(page: Any) -> None:
    sizes = page.locator(".jp-OutputArea-output img").evaluate_all(
        "all => all.map(one => [one.complete, one.naturalWidth, one.getBoundingClientRect().width])"
    )
    assert len(sizes) == 4  # a sheet, a diagram, a list of diagrams, a plot
    for complete, natural, shown in sizes:
        assert complete
        assert natural > 200
        assert shown > 200


def test_nothing_runs_over(page: Any) -> None:
    wide = page.locator(".jp-RenderedHTMLCommon").evaluate_all(
        "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.textContent.slice(0, 60))"
    )
    assert wide == []


def test_text_can_be_read_on_the_theme(page: Any) -> None:
    """Text is dark on the light page and light on the dark one; pictures have a light ground on both."""
    cell = page.locator(".jp-OutputArea-output td").first
    words = cell.evaluate("one => getComputedStyle(one).color")
    red, green, blue = (int(one) for one in words[words.index("(") + 1 :].split(")")[0].split(",")[:3])
    assert (red + green + blue < 300) == page.theme.endswith("Light")
    ground = page.locator(".jp-OutputArea-output img").first.evaluate(
        "one => getComputedStyle(one).backgroundColor"
    )
    assert ground == "rgb(255, 255, 255)"


def test_text_of_others_stays_text(page: Any) -> None:
    last = page.locator(".jp-OutputArea-output").last
    assert last.locator("mjx-container").count() == 0
    text = last.inner_text()
    assert "costs $5 and $6, \\( x \\)" in text
    assert "<b>bold</b> & \\begin{align}y\\end{align}" in text
