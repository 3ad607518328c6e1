"""TeX for the tests, where it is installed: how large formulas are, and what the log of a document says."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from planaria.derivations import Derivation, derive
from planaria.ensembles.library import load_model, model_names

PDFLATEX = shutil.which("pdflatex")
needs_tex = pytest.mark.skipif(
    PDFLATEX is None, reason="there is no pdflatex; install texlive-latex-recommended to run this"
)


@cache
def derivations() -> dict[str, Derivation]:
    """Every quantity of every built-in model, by a name for both."""
    found = {}
    for model in model_names():
        file = load_model(model)
        for quantity in file.quantities:
            found[f"{model} {quantity.name}"] = derive(quantity.expression, file.model)
    return found


def log_of(body: str, folder: Path, width: float = 345.0) -> str:
    """The log of a document with amsmath and nothing else, on a page of that width."""
    assert PDFLATEX is not None
    lengths = rf"\textwidth={width}pt \columnwidth\textwidth \hsize\textwidth \linewidth\textwidth"
    head = "\\documentclass{article}\n\\usepackage{amsmath}\n\\newlinechar=`\\^^J\n"
    (folder / "page.tex").write_text(f"{head}{lengths}\n\\begin{{document}}\n{body}\n\\end{{document}}\n")
    done = subprocess.run(
        [PDFLATEX, "-interaction=nonstopmode", "-halt-on-error", "page.tex"],
        cwd=folder,
        capture_output=True,
        timeout=300,
        check=False,
    )
    log = (folder / "page.log").read_text(encoding="latin-1")
    assert done.returncode == 0, log[-3000:]
    return log


def widths(formulas: Sequence[str], folder: Path) -> list[float]:
    """How wide TeX sets formulas behind the sign of an alignment, in points."""
    boxes = [
        rf"\setbox0\hbox{{$\displaystyle{{}}{formula}$}}\message{{^^J[[{place}: \the\wd0]]^^J}}"
        for place, formula in enumerate(formulas)
    ]
    found = re.findall(r"\[\[(\d+): ([-\d.]+)pt\]\]", log_of("\n".join(boxes), folder))
    assert [int(place) for place, _ in found] == list(range(len(formulas)))
    return [float(width) for _, width in found]
