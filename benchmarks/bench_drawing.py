"""How long pictures take, and how large they are.

    python benchmarks/bench_drawing.py

Targets: a contact sheet of 500 diagrams of order 4 in a few seconds, a diagram of order 4 in about 10 kB.
"""

from __future__ import annotations

from itertools import islice
from time import perf_counter

from planaria.diagrams.expansion import expand
from planaria.ensembles.library import load_model
from planaria.writing.pictures import sheets, to_svg, to_tikz


def main() -> None:
    file = load_model("random-features")
    resolvent = file.quantity("resolvent").expression
    every = expand(resolvent, file.model, order=4, euler=None)
    for name, graphs in (
        ("55 planar diagrams", list(expand(resolvent, file.model, order=4))),
        ("500 diagrams of every kind", list(islice(every, 0, 11_000, 22))),
    ):
        start = perf_counter()
        pages = list(sheets(graphs))
        laid_out = perf_counter()
        size = sum(len(to_svg(page)) for page in pages)
        svg = perf_counter()
        for page in pages:
            to_tikz(page)
        tikz = perf_counter()
        print(f"{name}: layout {laid_out - start:.2f} s, SVG {svg - laid_out:.2f} s, TikZ {tikz - svg:.2f} s")
        alone = [len(graph.svg()) for graph in graphs[::10]]
        print(f"  {size / len(graphs) / 1000:.1f} kB each on a sheet, {max(alone) / 1000:.1f} kB at most alone")


if __name__ == "__main__":
    main()
