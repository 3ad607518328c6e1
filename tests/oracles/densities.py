"""Random Hermitian matrices whose density is held against the eigenvalues of drawn ones.

    python -m tests.oracles.densities --seeds 0:20

What is compared: how many eigenvalues lie below some levels, and the resolvent at real and complex points, which
is refused, where the spectrum is, or the mean of drawn matrices. Drawn matrices know nothing of equations.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Expr, Identity, MatAdd, MatrixExpr, MatrixSymbol, Rational, Symbol, Trace, symbols

import planaria as pl
from planaria.numerics.spectral.draws import drawn_eigenvalues

N, P, z = symbols("N P z", positive=True)
SIZE = 240
RUNS = 4
LEVELS = 40
SHARE = 0.012  # of all eigenvalues: rounding at the levels and corrections in 1/SIZE
MEAN = 0.03  # relative, of a resolvent


@dataclass(frozen=True)
class Case:
    """A Hermitian matrix in a model, and sizes."""

    matrix: MatrixExpr
    model: pl.Model
    values: dict[Symbol, int]

    @property
    def resolvent(self) -> Expr:
        return Trace((z * Identity(N) - self.matrix).inv()) / N


def case(seed: int) -> Case:
    """A sum of two or three terms in Hermitian, symmetric and rectangular fields and a matrix of two levels."""
    rng = np.random.default_rng(seed)
    kind, other = ("symmetric", "real") if rng.random() < 0.5 else ("hermitian", "complex")
    h, k, x = MatrixSymbol("h", N, N), MatrixSymbol("k", N, N), MatrixSymbol("x", N, P)
    y, b = MatrixSymbol("y", N, N), MatrixSymbol("b", N, N)
    unit = Identity(N)
    adjoint = (lambda m: m.T) if other == "real" else (lambda m: m.adjoint())
    samples = int(rng.choice([SIZE // 3, SIZE, 2 * SIZE]))
    terms = [
        h,
        h * h,
        h * k + k * h,
        x * adjoint(x),
        y + adjoint(y),
        h * k * h,
        b,
        b * h + h * b,
        x * adjoint(x) * h + h * x * adjoint(x),
        (2 * unit + h * h).inv(),
        (unit + x * adjoint(x)).inv(),
        h * (unit + k * k).inv() * h,
        y * b * adjoint(y),
    ]
    chosen = rng.choice(len(terms), size=int(rng.integers(1, 4)), replace=False)
    if set(chosen) <= {6}:
        chosen = np.array([0, 6])  # a matrix without fields has no density
    weights = [Rational(int(rng.choice([-3, -2, -1, 1, 2, 3])), 2) for _ in chosen]
    matrix = MatAdd(*(w * terms[n] for w, n in zip(weights, chosen, strict=True))).doit(deep=False)
    fields = [
        pl.Gaussian(h, variance=1 / N, kind=kind),
        pl.Gaussian(k, variance=1 / N, kind=kind),
        pl.Gaussian(x, variance=1 / P, kind=other),
        pl.Gaussian(y, variance=1 / N, kind=other),
    ]
    levels = [-1] * (SIZE // 3) + [2] * (SIZE - SIZE // 3)
    return Case(matrix, pl.Model(fields, {b: pl.Eigenvalues.of(levels)}), {N: SIZE, P: samples})


@dataclass(frozen=True)
class Outcome:
    """What was compared: the largest difference of shares; points that are right, wrong or refused."""

    shares: float | None
    right: int
    wrong: tuple[str, ...]
    refused: int
    said: str = ""


def compare(one: Case, seed: int = 0) -> Outcome:
    """The density of a case, its shares below levels, and its resolvent at points against drawn matrices."""
    occurring = one.matrix.atoms(MatrixSymbol)
    values: dict[Any, Any] = {N: SIZE} | ({P: one.values[P]} if MatrixSymbol("x", N, P) in occurring else {})
    drawn = drawn_eigenvalues(one.matrix, one.model, values, runs=RUNS, seed=seed)
    law = pl.derive(one.resolvent, one.model)
    try:
        found = pl.density(law, values=values, of=z, points=2000)
    except pl.InputError as error:
        return Outcome(None, 0, (), 0, str(error))
    if found.variable.startswith("-"):  # with signs that are all minus, x is that of the matrix without them
        drawn = -drawn
    shares = max(abs(share_below(found, x) - np.mean(drawn <= x)) for x in levels(drawn))
    right, refused, wrong = 0, 0, []
    for at in points(found, drawn, seed):
        mean = np.mean(1 / (at - drawn))
        try:
            sign = -1 if found.variable.startswith("-") else 1
            value = sign * complex(law.evaluate({**values, z: sign * at}, digits=15))
        except pl.InputError as error:
            refused += 1
            inside = isinstance(at, float) and any(e.low < at < e.high for e in found.bands)
            if not inside:
                wrong.append(f"{at} is refused: {error}")
            continue
        if isinstance(at, float) and any(e.low < at < e.high for e in found.bands):
            wrong.append(f"{at} lies in a band and has the value {value}")
        elif abs(value - mean) > MEAN * abs(mean):
            wrong.append(f"at {at} the value is {value}, and that of drawn matrices {mean}")
        else:
            right += 1
    return Outcome(float(shares), right, tuple(wrong), refused)


def levels(drawn: Any) -> Any:
    """Numbers in the middle between eigenvalues, so that no atom lies on one."""
    ordered = np.sort(drawn.ravel())
    places = np.linspace(0, len(ordered) - 2, LEVELS).astype(int)
    gaps = ordered[places + 1] - ordered[places]
    wide = gaps > 1e-9 * np.abs(ordered).max()
    return (ordered[places] + gaps / 2)[wide]


def share_below(found: pl.Density, x: float) -> float:
    """Integral of the density up to x, with the atoms there."""
    total = sum(atom.weight for atom in found.atoms if atom.x <= x)
    for band in found.bands:
        inside = (found.x >= band.low) & (found.x <= band.high)
        at, rho = found.x[inside], found.rho[inside]
        # Steps of the cumulative share, which is smooth where the density diverges.
        steps = (rho[1:] + rho[:-1]) / 2 * np.diff(at)
        whole = np.concatenate([[0], np.cumsum(steps)])
        total += float(np.interp(x, at, whole, left=0.0, right=whole[-1]))
    return total


def points(found: pl.Density, drawn: Any, seed: int) -> list[float | complex]:
    """Real points in bands and outside, and complex ones."""
    rng = np.random.default_rng(seed)
    low, high = float(drawn.min()), float(drawn.max())
    span = high - low
    chosen: list[float | complex] = [round(low - 0.3 * span, 3), round(high + 0.2 * span, 3)]
    for band in found.bands[:2]:
        chosen.append(round(band.low + (band.high - band.low) * float(rng.uniform(0.2, 0.8)), 4))
    for left, right in zip(found.bands, found.bands[1:], strict=False):
        if right.low - left.high > 0.2 * span and not any(left.high < a.x < right.low for a in found.atoms):
            chosen.append(round((left.high + right.low) / 2, 4))
    for _ in range(2):
        real = float(rng.uniform(low, high))
        chosen.append(
            complex(round(real, 3), round(float(rng.choice([-1, 1])) * span * float(rng.uniform(0.1, 1)), 3))
        )
    return [at for at in chosen if at]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0:20")
    first, last = map(int, parser.parse_args().seeds.split(":"))
    for seed in range(first, last):
        one, start = case(seed), time.process_time()
        try:
            done: object = compare(one, seed)
        except Exception as error:  # a survey goes on
            done = repr(error)
        print(seed, one.matrix, f"{time.process_time() - start:.1f} s", done, sep="\n    ", flush=True)


if __name__ == "__main__":
    main()
