"""The PNG emitter: the picture of the SVG and TikZ emitters, drawn by matplotlib."""

from __future__ import annotations

import re
from pathlib import Path as FilePath
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle, PathPatch
from matplotlib.path import Path as Curve

from planaria.writing.emitters.shapes import Dot, Fill, Label, Path, Picture, Shape, Stroke, Text

__all__ = ["write_png"]

_POINTS = 72
_RESOLUTION = 160.0
_MOST_PIXELS = 16_000


def write_png(picture: Picture, path: FilePath) -> None:
    """Write a picture, at 160 dots per inch, or less where the sheet is very large.

    Raises OSError where the file cannot be written.
    """
    size = picture.width / _POINTS, picture.height / _POINTS
    figure = Figure(figsize=size, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, picture.width)
    axes.set_ylim(picture.height, 0)
    axes.axis("off")
    for depth, shape in enumerate(picture.shapes):
        _draw(axes, shape, depth)
    figure.savefig(
        path, dpi=min(_RESOLUTION, _MOST_PIXELS / max(size)), format="png", metadata={"Title": picture.title}
    )


def _draw(axes: Any, shape: Shape, depth: int) -> None:
    match shape:
        case Stroke(path, colour, width, is_round):
            cap = "round" if is_round else "butt"
            axes.add_patch(
                PathPatch(_curve(path), fill=False, edgecolor=colour, linewidth=width, capstyle=cap, zorder=depth)
            )
        case Fill(path, colour):
            axes.add_patch(PathPatch(_curve(path), facecolor=colour, linewidth=0, zorder=depth))
        case Dot(centre, radius, colour, hollow):
            inside = "white" if hollow else colour
            width = 1.8 if hollow else 0
            axes.add_patch(
                Circle(centre, radius, facecolor=inside, edgecolor=colour, linewidth=width, zorder=depth)
            )
        case Label(at, text, size, colour, start):
            axes.text(
                *at,
                _mathtext(text),
                fontsize=size,
                color=colour,
                ha="left" if start else "center",
                va="center_baseline",
                math_fontfamily="stix",
                zorder=depth,
            )


def _curve(path: Path) -> Curve:
    points, codes = [path.start], [Curve.MOVETO]
    for curve in path.curves:
        points += curve
        codes += [Curve.CURVE4] * 3
    return Curve(points, codes)


def _mathtext(text: Text) -> str:
    """A label in matplotlib's own typesetting.

    >>> _mathtext(Text((("σ", 0), ("u", -1), ("x y", 0)), ""))
    '$\\\\mathit{σ}_{\\\\mathrm{u}}\\\\mathrm{x\\\\ y}$'
    """
    found = ""
    for (piece, level), variable in zip(text.pieces, text.variables, strict=True):
        found += {0: "{}", 1: "^{{{}}}", -1: "_{{{}}}"}[level].format(
            _set(piece, "mathit" if variable else "mathrm")
        )
    return f"${found}$"


def _set(text: str, style: str) -> str:
    escaped = re.sub(r"([\\#$%&_{}^~])", r"\\\1", text).replace(" ", r"\ ").replace("=\\ −", "=\\ {−}")
    return rf"\{style}{{{escaped}}}"
