"""Notebooks executed anew, and their texts beside those that are stored.

``python -m tests.notebooks.execution examples/tour.ipynb`` stores what a notebook shows now.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

__all__ = ["alike", "executed", "texts"]

_NUMBER = re.compile(r"(?<![\w.])-?\d+\.\d+(?:e[-+]?\d+)?")
_CLOSE, _TINY = 1e-6, 1e-20  # of floats, which differ in their last digits; residuals of exact equations
_SECONDS = 240
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def executed(notebook: Path) -> Any:
    """The notebook with what its cells show now, and nothing that differs from run to run beside it."""
    read = nbformat.read(notebook, as_version=4)
    folder = {"metadata": {"path": str(notebook.parent)}}
    NotebookClient(read, timeout=_SECONDS, kernel_name="python3", resources=folder, record_timing=False).execute()
    read.metadata = nbformat.from_dict(_METADATA)
    return read


def texts(notebook: Any) -> list[str]:
    """The text of every cell of code: what it prints, and what its value says to a terminal."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            outputs = (one.get("text") or one.get("data", {}).get("text/plain", "") for one in cell.outputs)
            found.append("\n".join(outputs))
    return found


def alike(one: str, two: str) -> bool:
    """Whether two texts are equal, floats of some places up to rounding.

    >>> alike("mean 0.12345678", "mean 0.12345679"), alike("mean 0.123", "mean 0.124"), alike("a 1.0", "b 1.0")
    (True, False, False)
    >>> alike("residual 1.8e-64", "residual 4.4e-63")
    True
    """
    if _NUMBER.sub("#", one) != _NUMBER.sub("#", two):
        return False
    pairs = zip(map(float, _NUMBER.findall(one)), map(float, _NUMBER.findall(two)), strict=True)
    return all(abs(a - b) <= _CLOSE * max(abs(a), abs(b)) or max(abs(a), abs(b)) < _TINY for a, b in pairs)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        nbformat.write(executed(Path(name)), name)
