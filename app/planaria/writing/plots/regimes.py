"""The phase diagram of regimes: a section of the space of logarithms, each regime with its exponents."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from planaria.algebra.errors import InputError
from planaria.numerics.asymptotics.regimes import Regime, Regimes
from planaria.writing.terminal.expressions import Formulas

__all__ = ["phase_section", "write_phase_diagram"]

REACH = 4.0  # of the axes, in units of the logarithm of the first symbol
EDGE = 1e-7  # the side of a cone belongs to it
FINE = 241  # points of an axis
COLOURS = ("#c9d6e8", "#f2d9b8", "#cfe3c4", "#e3c9dd", "#f0e6a8", "#c4e3e0", "#e8c9c9", "#d9d9d9")
_SALT = {"svg.hashsalt": "planaria"}  # the same bytes each time
_METADATA = {"svg": {"Date": None}, "png": {}, "pdf": {"CreationDate": None}}


def phase_section(found: Regimes) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Two axes, and the number of the regime at each of their points, -1 where there is none.

    With two symbols the axes are their logarithms; with three those of the last two over that of the first, which
    grows. InputError for other numbers of symbols.
    """
    count = len(found.symbols)
    if count not in (2, 3):
        raise InputError("--draw", f"regimes over {count} symbols have no plane", "name two or three symbols")
    y = np.linspace(-REACH, REACH, FINE)
    grows = count == 3 or all(found.at((-1.0, b)) is None for b in y)
    x = np.linspace(0.0 if grows else -REACH, REACH, FINE)
    grid = np.full((FINE, FINE), -1, dtype=np.int64)
    plane = np.stack(np.meshgrid(x, y), axis=-1)
    directions = plane if count == 2 else np.concatenate([np.ones((FINE, FINE, 1)), plane], axis=-1)
    for number, regime in reversed(list(enumerate(found.regimes))):
        grid[np.all(directions @ np.array(regime.cone.forms).T > -EDGE, axis=-1)] = number
    return x, y, grid


def write_phase_diagram(path: Path, found: Regimes) -> None:
    """Write the section as the ending says: .svg, .png or .pdf."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.colors import BoundaryNorm, ListedColormap
    from matplotlib.figure import Figure

    x, y, grid = phase_section(found)
    figure = Figure(figsize=(6.0, 4.6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    colours = ["#ffffff", *(COLOURS[n % len(COLOURS)] for n in range(len(found.regimes)))]
    norm = BoundaryNorm(np.arange(len(colours) + 1) - 1.5, len(colours))
    axes.pcolormesh(x, y, grid, cmap=ListedColormap(colours), norm=norm, shading="nearest", rasterized=True)
    for number, regime in enumerate(found.regimes):
        if np.any(grid == number):
            place = _middle(grid == number)
            axes.text(x[place[1]], y[place[0]], _label(number, regime), ha="center", va="center", fontsize=8)
    names = [str(one) for one in found.symbols]
    over = f" / ln {names[0]}" if len(names) == 3 else ""
    axes.set_xlabel(f"ln {names[-2]}{over}")
    axes.set_ylabel(f"ln {names[-1]}{over}")
    axes.set_title(f"regimes at alpha = {float(found.witness):.3g}", fontsize=9)
    kind = path.suffix.lower().removeprefix(".")
    with rc_context(_SALT):
        figure.savefig(path, format=kind, metadata=_METADATA.get(kind, {}))


def _middle(inside: NDArray[np.bool_]) -> tuple[int, int]:
    """The point of a region that is farthest from what is not of it."""
    from scipy.ndimage import distance_transform_edt

    depth = distance_transform_edt(np.pad(inside, 1))[1:-1, 1:-1]
    row, column = np.unravel_index(int(np.argmax(depth)), depth.shape)
    return int(row), int(column)


def _label(number: int, regime: Regime) -> str:
    formulas = Formulas({}, unicode=True)
    powers = [
        f"{formulas.inline(symbol)}^({formulas.inline(power)})" for symbol, power in regime.exponents.items()
    ]
    return f"{number + 1}\n" + (" ".join(powers) or "constant")
