"""The PDF emitter: vectors and letters, drawn by matplotlib."""

from __future__ import annotations

from pathlib import Path

from matplotlib import rc_context
from matplotlib.backends.backend_pdf import FigureCanvasPdf

from planaria.writing.emitters.figure import figure_of
from planaria.writing.emitters.shapes import Picture

__all__ = ["write_pdf"]

_OUTLINES = {"pdf.fonttype": 42}  # TrueType: letters can be searched for and edited


def write_pdf(picture: Picture, path: Path) -> None:
    """Write a picture as one page of its size, the same bytes each time.

    Raises OSError where the file cannot be written.
    """
    figure = figure_of(picture)
    FigureCanvasPdf(figure)
    with rc_context(_OUTLINES):
        figure.savefig(path, format="pdf", metadata={"Title": picture.title, "CreationDate": None})
