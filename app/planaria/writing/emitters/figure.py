"""The picture of the SVG and TikZ emitters as a figure of matplotlib, for the emitters of PNG and PDF."""

from __future__ import annotations

import re
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import Circle, PathPatch
from matplotlib.path import Path as Curve

from planaria.writing.emitters.shapes import Dot, Fill, Label, Path, Picture, Shape, Stroke, Text

__all__ = ["figure_of"]

_POINTS = 72


def figure_of(picture: Picture) -> Figure:
    """A figure of the size of the picture, 72 points to an inch.

    >>> [float(inches) for inches in figure_of(Picture(144, 72, (), "nothing")).get_size_inches()]
    [2.0, 1.0]
    """
    scale = picture.scale
    figure = Figure(figsize=(scale * picture.width / _POINTS, scale * picture.height / _POINTS), facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, picture.width)
    axes.set_ylim(picture.height, 0)
    axes.axis("off")
    for depth, shape in enumerate(picture.shapes):
        _draw(axes, shape, depth, scale)
    return figure


def _draw(axes: Any, shape: Shape, depth: int, scale: float) -> None:
    match shape:
        case Stroke(path, colour, width, is_round):
            cap = "round" if is_round else "butt"
            patch = PathPatch(_curve(path), fill=False, edgecolor=colour, linewidth=scale * width, zorder=depth)
            patch.set_capstyle(cap)
            if shape.dashes:  # matplotlib counts them in widths of the line
                patch.set_linestyle((0, [length / width for length in shape.dashes]))
            axes.add_patch(patch)
        case Fill(path, colour):
            axes.add_patch(PathPatch(_curve(path), facecolor=colour, linewidth=0, zorder=depth))
        case Dot(centre, radius, colour, hollow):
            inside = "white" if hollow else colour
            width = scale * 1.8 if hollow else 0
            axes.add_patch(
                Circle(centre, radius, facecolor=inside, edgecolor=colour, linewidth=width, zorder=depth)
            )
        case Label(at, text, size, colour, start):
            axes.text(
                *at,
                _mathtext(text),
                fontsize=scale * size,
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
