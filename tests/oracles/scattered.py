"""The clean loss of random features at random points, by bisection in extended precision: twenty lines of numpy.

    OPENBLAS_NUM_THREADS=1 python -m tests.oracles.scattered [POINTS]

Holds that many points (a million unless said otherwise) against arrays of planaria, and says how many are wrong,
refused or left out: over twelve decades in every parameter, ridges from 1e-300 to 1e300, spectra over thirty
decades, N = P and N = P +- 1 and M = 1 and N = 1 among them. It shares no code with what it checks: the equation
and the loss are those of arXiv:2405.19398, written with sums of positive terms alone, and the root is bracketed.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

import planaria as pl

Column = NDArray[Any]

WIDE = np.longdouble  # its exponents reach 1e4900, so that no product of parameters is out of range
BISECTIONS = 90
ROWS = 4000  # points of one spectrum
FEW = 50
CLOSE = 1e-10  # relative, what arrays promise
SMALLEST, LARGEST = 1e-290, 1e290  # of a loss that a double surely holds
PARAMETERS = ("N", "P", "C", "gamma", "sigma_u", "sigma_w")


def _quotients(eigenvalues: Column, delta: Column) -> tuple[Column, Column]:
    """l/(l + D) and D/(l + D), per point and eigenvalue."""
    whole = eigenvalues + delta[:, None]
    return eigenvalues / whole, delta[:, None] / whole


def _left(size: Column, shares: Column, rests: Column) -> Column:
    """A dimension less S_11: of the largest eigenvalues, one for each of its units, l/(l + D) may be next to 1."""
    count = shares.shape[1]
    within = np.arange(count) < size[:, None]
    found: Column = np.where(within, rests, -shares).sum(axis=1) + np.maximum(size - count, 0)
    return found


def clean_loss(eigenvalues: Column, at: dict[str, Column]) -> Column:
    """The loss on clean labels for one falling spectrum at many points of N, P, C, gamma, sigma_u and sigma_w."""
    spectrum = eigenvalues.astype(WIDE)
    N, P, C, gamma, sigma_u, sigma_w = (at[name].astype(WIDE) for name in PARAMETERS)
    M = len(spectrum)
    ridge = gamma * M / sigma_u**2
    low = np.log(ridge) - np.log(N * P) - 1  # Delta (N - S)(P - S) = ridge, where S is at most tr Lambda/Delta
    high = np.log(2 * spectrum.sum() + 4 * ridge / (N * P)) + 1
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        delta = np.exp(middle)
        shares, rests = _quotients(spectrum, delta)
        n, p = _left(N, shares, rests), _left(P, shares, rests)
        above = (n > 0) & (p > 0) & (delta * n * p > ridge)
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    delta = np.exp((low + high) / 2)
    product = np.prod(_quotients(spectrum, delta), axis=0).sum(axis=1)
    both = np.hypot(P - N, 2 * np.sqrt(ridge / delta))  # (N - S) + (P - S) from product and difference
    found: Column = C * sigma_w**2 * delta**2 * N * P * product / (2 * M * (ridge + delta * product * both))
    return found


def points(rng: np.random.Generator, count: int) -> tuple[Column, dict[str, Column]]:
    """A spectrum, and so many points: fewer where ridges are extreme, which are solved one by one."""
    scale = 300 if rng.random() < 0.3 else 6
    count = min(count, FEW) if scale == 300 else count
    M = int(rng.choice([1, 2, 3, 5, 8, 20, 50]))
    eigenvalues = 10 ** rng.uniform(-15, 15, M) if rng.random() < 0.5 else 10 ** rng.uniform(-2, 2, M)
    N = np.round(10 ** rng.uniform(0, 12, count))
    if rng.random() < 0.6:
        N = np.minimum(N, rng.integers(1, 3 * M + 2, count))
    kind = rng.integers(0, 5, count)
    far = np.round(10 ** rng.uniform(0, 12, count))
    P = np.select([kind == 0, kind == 1, kind == 2], [N, N + 1, np.maximum(N - 1, 1)], far)
    at = {"N": N, "P": P, "C": np.round(10 ** rng.uniform(0, 6, count))}
    at["gamma"] = 10 ** rng.uniform(-scale, scale, count)
    at |= {one: 10 ** rng.uniform(-6, 6, count) for one in ("sigma_u", "sigma_w")}
    return np.sort(eigenvalues)[::-1], at


def compare(count: int, seed: int, rows: int = ROWS) -> dict[str, int]:
    """How many of so many points are right, wrong or refused; those whose loss is no double are left out."""
    loss = pl.derive("random-features", "loss")
    rng = np.random.default_rng(seed)
    tally = dict.fromkeys(("right", "wrong", "refused", "out of range"), 0)
    while (done := sum(tally.values())) < count:
        eigenvalues, at = points(rng, min(rows, count - done))
        with np.errstate(all="ignore"):
            wanted = clean_loss(eigenvalues, at)
        found = loss.evaluate_array({**at, "Lambda": eigenvalues})
        held = (wanted > SMALLEST) & (wanted < LARGEST)
        refused = held & np.isnan(found.values)
        close = np.abs(found.values / wanted - 1) <= CLOSE
        for name, which in (
            ("right", held & close),
            ("wrong", held & ~close & ~refused),
            ("refused", refused),
            ("out of range", ~held),
        ):
            tally[name] += int(which.sum())
    return tally


if __name__ == "__main__":
    print(compare(int(sys.argv[1]) if len(sys.argv) > 1 else 10**6, seed=1))
