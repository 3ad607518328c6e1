"""Sweeps in double precision beside twenty lines of numpy, in one run: process time for each point.

    python benchmarks/bench_sweeps.py [NAME ...] [--runs R]

The peer knows one model: it solves Delta (N - z) (P - z) = gamma M/sigma_u**2 (arXiv:2405.19398) for a whole array
by Newton's method in log Delta within a bracket, takes all eigenvalues at all points, and proves nothing of its
numbers. The library's are confirmed one by one. Least of several runs, process time, one core. No test needs it.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planaria.derivations import derive
from planaria.ensembles.library import load_model
from planaria.numerics.sweeps.arrays import evaluate_array

Floats = NDArray[np.float64]
SCALES = {"sigma_u": 1, "sigma_w": 1, "C": 1, "lambda_plus": 1, "alpha": "0.8"}
CHUNK = 2**17  # entries of the peer's arrays, so that they fit the cache


def peer(N: Floats, P: Floats, gamma: Floats, M: int) -> Floats:
    """The test loss of random features over a power law, all scales 1: vectorised Newton in log Delta."""
    eigenvalues = np.arange(1.0, M + 1) ** -1.8
    found = np.empty(len(gamma))
    length = max(1, CHUNK // M)
    for start in range(0, len(gamma), length):
        part = slice(start, start + length)
        n, p, target = N[part], P[part], gamma[part] * M
        least = np.minimum(n, p)
        low, high = np.full(len(n), -60.0), np.log(target / (n * p) + eigenvalues.sum() / least) + 1
        position = high.copy()
        for _ in range(80):
            Delta = np.exp(position)
            x = eigenvalues / (eigenvalues + Delta[:, None])
            z, q2 = x.sum(axis=1), np.einsum("ij,ij->i", x, x)
            a, b, fall = n - z, p - z, z - q2
            beyond = (a <= 0) | (b <= 0)
            height = np.log(np.where(beyond, 1e-300, Delta * a * b / target))
            low, high = np.where(height < 0, position, low), np.where(height >= 0, position, high)
            after = position - height / np.where(
                beyond, 1.0, 1 + fall / np.where(beyond, 1.0, a) + fall / np.where(beyond, 1.0, b)
            )
            after = np.where((after > low) & (after < high) & ~beyond, after, (low + high) / 2)
            change = np.abs(after - position).max()
            position = after
            if change < 1e-10:
                break
        D = n * p - q2 * (n + p) + 2 * q2 * z - z * z
        found[part] = Delta * n * p * (z - q2) / (2 * M * D)
    return found


def points(count: int, kind: str) -> dict[str, Floats]:
    """Parameters of so many points, by name."""
    if kind == "sweep":
        return {"N": np.full(count, 60.0), "P": np.full(count, 120.0), "gamma": np.geomspace(1e-6, 1e2, count)}
    chance = np.random.default_rng(1)
    return {
        "N": np.round(10 ** chance.uniform(1, 3, count)),
        "P": np.round(10 ** chance.uniform(1, 3, count)),
        "gamma": 10 ** chance.uniform(-6, 2, count),
    }


def surface(sides: tuple[int, int, int]) -> dict[str, Floats]:
    """A grid over N, P and gamma, as axes that broadcast."""
    n, p, g = sides
    return {
        "N": np.round(np.geomspace(10, 1000, n))[:, None, None],
        "P": np.round(np.geomspace(10, 1000, p))[None, :, None],
        "gamma": np.geomspace(1e-4, 1e2, g)[None, None, :],
    }


def timed(work: Callable[[], Any], runs: int) -> tuple[float, Any]:
    """The least process time of several runs, and what the last gave."""
    least = float("inf")
    for _ in range(runs):
        start = time.process_time()
        found = work()
        least = min(least, time.process_time() - start)
    return least, found


def sizes(runs: int) -> None:
    """One point of random features' loss over a power law, 15 digits, at sizes beyond and below all terms."""
    file = load_model("random-features")
    loss = derive(file.quantity("loss").expression, file.model)
    print(f"\n{'one point, 15 digits':24}{'ms, first':>12}{'ms, again':>12}")
    for size in (400, 10**4, 10**6, 10**9, 10**18):
        point: dict[str, Any] = {**SCALES, "N": 60, "P": 120, "gamma": "1/1000", "M": size}
        first, _ = timed(lambda point=point: loss.evaluate(point, digits=15), 1)
        again, _ = timed(lambda point=point: loss.evaluate(point, digits=15), runs)
        print(
            f"{'M = ' + format(size, '.0e') if size > 400 else 'M = 400':24}{first * 1e3:12.0f}{again * 1e3:12.0f}"
        )


def main(arguments: list[str]) -> None:
    runs = int(arguments[arguments.index("--runs") + 1]) if "--runs" in arguments else 3
    wanted = [one for one in arguments if not one.startswith("--") and not one.isdigit()]
    file = load_model("random-features")
    loss = derive(file.quantity("loss").expression, file.model)
    cases: list[tuple[str, int, dict[str, Floats], bool]] = [
        ("sweep-100", 100, points(10_000, "sweep"), True),
        ("sweep-400", 400, points(10_000, "sweep"), True),
        ("sweep-10000", 10_000, points(10_000, "sweep"), True),
        ("scattered-400", 400, points(10_000, "scattered"), True),
        ("sweep-1000000", 10**6, points(10_000, "sweep"), False),
        ("surface-10000", 10_000, surface((200, 200, 50)), False),
        ("million-400", 400, points(10**6, "sweep"), False),
    ]
    print(
        f"{'':18}{'points':>10}{'us/point':>11}{'peer':>9}{'ratio':>8}{'no number':>11}{'differs':>10}{'MiB':>7}"
    )
    for name, M, columns, compared in cases:
        if wanted and name not in wanted:
            continue
        given = {**SCALES, "M": M, **columns}
        # The first call compiles.
        evaluate_array(loss, {**given, **{key: np.ravel(x)[:2] for key, x in columns.items()}})  # type: ignore[arg-type]
        count = int(np.prod(np.broadcast_shapes(*(x.shape for x in columns.values())), dtype=int))
        many = runs if count < 10**5 else 1
        own, values = timed(lambda given=given: evaluate_array(loss, given), many)
        other = differs = float("nan")
        if compared:
            other, right = timed(lambda columns=columns, M=M: peer(**columns, M=M), runs)
            differs = float(np.nanmax(np.abs(np.asarray(values) / right - 1)))
        none = int(np.isnan(np.asarray(values)).sum())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"{name:18}{count:10}{own / count * 1e6:11.2f}{other / count * 1e6:9.2f}{own / other:8.2f}"
            f"{none:11}{differs:10.1e}{peak:7}"
        )

    if not wanted or "sizes" in wanted:
        sizes(runs)


if __name__ == "__main__":
    main(sys.argv[1:])
