"""The PNG emitter: pixels, drawn by matplotlib."""

from __future__ import annotations

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg

from planaria.writing.emitters.figure import figure_of
from planaria.writing.emitters.shapes import Picture

__all__ = ["write_png"]

_RESOLUTION = 160.0
_MOST_PIXELS = 16_000


def write_png(picture: Picture, path: Path) -> None:
    """Write a picture, at 160 dots per inch, or less where the sheet is very large.

    Raises OSError where the file cannot be written.
    """
    figure = figure_of(picture)
    FigureCanvasAgg(figure)
    resolution = min(_RESOLUTION, _MOST_PIXELS / max(figure.get_size_inches()))
    figure.savefig(path, dpi=resolution, format="png", metadata={"Title": picture.title})
