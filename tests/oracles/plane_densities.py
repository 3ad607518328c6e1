"""Matrices that are not Hermitian, whose density in the plane is held against eigenvalues of drawn ones.

    python -m tests.oracles.plane_densities --cases 0:10

What is compared: the shares of eigenvalues within circles, or to the left of lines, and how many lie outside of
the boundary. Drawn matrices know nothing of equations.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
from sympy import Identity, MatrixExpr, MatrixSymbol, Trace, symbols

import planaria as pl
from planaria.numerics.spectral.draws import drawn_complex_eigenvalues

N, P, z = symbols("N P z", positive=True)
SIZE, RUNS, POINTS = 240, 4, 400
g, k, b, h, c = (MatrixSymbol(name, N, N) for name in "gkbhc")
x, y = MatrixSymbol("x", N, P), MatrixSymbol("y", P, N)
MODEL = pl.Model(
    [
        *(pl.Gaussian(one, variance=1 / N) for one in (g, k, x, y)),
        pl.Gaussian(h, variance=1 / N, kind="symmetric"),
        pl.Gaussian(c, variance=1 / N, kind="complex"),
    ],
    {b: pl.Eigenvalues.of([-1] * (SIZE // 2) + [1] * (SIZE // 2))},
)
CASES: tuple[MatrixExpr, ...] = (
    g,
    g * k,
    b + g,
    c + 2 * g,
    x * y,
    g * k + k * g,
    g**2 + k,
    h + 2 * g,
    h * g,
    b * g + g / 2,
)


def compare(matrix: MatrixExpr) -> str:
    """What was found, with the largest differences of shares; or why it was refused."""
    values: dict[Any, Any] = {N: SIZE} | ({P: SIZE // 2} if matrix.has(P) else {})
    resolvent = Trace((z * Identity(N) - matrix).inv()) / N
    try:
        found = pl.plane_density(resolvent, MODEL, values, of=z, points=POINTS)
    except pl.InputError as error:
        return f"refused: {error}"
    drawn = drawn_complex_eigenvalues(matrix, MODEL, values, runs=RUNS).ravel()
    difference = max(differences(found, drawn))
    low, high, _, top = found.box
    margin = 0.05 * (high - low)
    away = (drawn.real < low - margin) | (drawn.real > high + margin) | (abs(drawn.imag) > top + margin)
    return f"{found}: mass {found.mass:.6f}, shares differ by {difference:.4f}, beyond {np.mean(away):.4f}"


def differences(found: pl.PlaneDensity, drawn: Any) -> list[float]:
    """Of shares, each an absolute number."""
    if found.radial is not None:
        distances = np.abs(drawn - found.centre)
        pairs = zip(found.radial.r, found.radial.share, strict=True)
        return [abs(float(np.mean(distances < r)) - float(share)) for r, share in list(pairs)[::20]]
    weights = found.rho.sum(axis=0) / found.rho.sum() * (1 - sum(atom.weight for atom in found.atoms))
    borders = (found.x[1:] + found.x[:-1]) / 2
    shares = np.cumsum(weights)[:-1] + [sum(a.weight for a in found.atoms if a.x < at) for at in borders]
    return [abs(float(np.mean(drawn.real < at)) - float(s)) for at, s in zip(borders, shares, strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", default=f"0:{len(CASES)}")
    first, last = map(int, parser.parse_args().cases.split(":"))
    for number in range(first, last):
        start = time.process_time()
        said = compare(CASES[number])
        print(number, CASES[number], f"{time.process_time() - start:.1f} s", said, sep="\n    ", flush=True)


if __name__ == "__main__":
    main()
