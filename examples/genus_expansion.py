"""Every diagram of a trace, not only the planar ones: exact polynomials in the size.

For a Hermitian matrix the coefficients are the Harer-Zagier numbers: one for each genus. For a real symmetric
matrix ribbons may be twisted, and surfaces that are not orientable come in between.

    python examples/genus_expansion.py [PICTURE.svg]
"""

import sys
from collections import Counter
from pathlib import Path

from sympy import MatrixSymbol, Trace, symbols

from planaria.diagrams import Gaussian, Model, expand
from planaria.diagrams.graphs.weight import total_weight

N = symbols("N", positive=True)
H = MatrixSymbol("H", N, N)


def main() -> None:
    for kind in ("hermitian", "symmetric"):
        model = Model([Gaussian(H, kind=kind)])
        print(kind)
        for power in (2, 4, 6):
            diagrams = list(expand(Trace(H**power), model, order=0, euler=None))
            by_euler = Counter(d.euler_characteristic for d in diagrams)
            counts = ", ".join(f"{by_euler[chi]} of chi {chi}" for chi in sorted(by_euler, reverse=True))
            print(f"  E tr H^{power} = {total_weight(diagrams)}  ({counts})")
    if len(sys.argv) > 1:
        torus = expand(Trace(H**4), Model([Gaussian(H, kind="hermitian")]), order=0, euler=0)[0]
        Path(sys.argv[1]).write_text(torus.svg(), encoding="utf-8")


if __name__ == "__main__":
    main()
