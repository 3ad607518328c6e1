"""What a simulation costs beside a loop in numpy: the random-feature loss, N = 50, P = M = 1000, on one core.

    OPENBLAS_NUM_THREADS=1 python benchmarks/bench_simulation.py [RUNS [WORKERS]]

Peer and toolkit take turns, and the least process time of each counts. Their draws are not the same ones, so the
two means agree within their standard errors, which is printed. Then the same runs on processes, by the clock,
after their start. No test depends on it.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from threadpoolctl import threadpool_limits

import planaria as pl

N, P, M, GAMMA, ALPHA = 50, 1000, 1000, 1e-3, 1.0
POINT = {
    "N": N,
    "P": P,
    "M": M,
    "C": 1,
    "gamma": GAMMA,
    "alpha": ALPHA,
    "lambda_plus": 1,
    "sigma_u": 1,
    "sigma_w": 1,
}
ROUNDS = 3


def peer(runs: int, seed: int) -> np.ndarray:
    """The loss as somebody writes it who knows on which side the small matrix is."""
    covariance = np.arange(1, M + 1) ** -(1 + ALPHA)
    root = np.sqrt(covariance)[:, None]
    found = np.empty(runs)
    for run, child in enumerate(np.random.SeedSequence(seed).spawn(runs)):
        rng = np.random.default_rng(child)
        x = root * rng.standard_normal((M, P))
        u = rng.standard_normal((N, M)) / np.sqrt(M)
        w = rng.standard_normal((1, M)) / np.sqrt(M)
        phi = u @ x
        theta = np.linalg.solve(GAMMA * np.eye(N) + phi @ phi.T, phi @ (w @ x).T).T
        error = theta @ u - w
        found[run] = np.sum(error * covariance * error) / 2
    return found


def main(runs: int = 20, workers: int = 2) -> None:
    file = pl.load_model("random-features")
    loss, model = file.quantity("loss").expression, file.model

    def ours(workers: int, count: int = runs) -> pl.Simulation:
        return pl.simulate(loss, model, POINT, runs=count, workers=workers)

    theirs, mine = [], []
    with threadpool_limits(1):
        for _ in range(ROUNDS):
            start = time.process_time()
            sample = peer(runs, 0)
            theirs.append(time.process_time() - start)
            start = time.process_time()
            found = ours(1)
            mine.append(time.process_time() - start)
    error = np.std(sample, ddof=1) / np.sqrt(runs)
    apart = abs(found.mean - sample.mean()) / np.hypot(error, found.standard_error)
    print(f"{'numpy with solve':28}{min(theirs) / runs * 1e3:10.2f} ms a draw   {sample.mean():.5g} ± {error:.1g}")
    print(
        f"{'simulate':28}{min(mine) / runs * 1e3:10.2f} ms a draw   {found.mean:.5g} ± {found.standard_error:.1g}"
        f"   ({apart:.1f} standard errors apart)"
    )
    print(f"{'ratio':28}{min(mine) / min(theirs):10.2f}")
    for count in sorted({1, workers}):
        start = time.perf_counter()
        ours(count, 8 * count)
        begun = time.perf_counter()
        same = ours(count) == found
        end = time.perf_counter()
        print(
            f"{f'workers={count}':28}{(end - begun) / runs * 1e3:10.2f} ms a draw by the clock, "
            f"{begun - start:.2f} s to start, {'the same bits' if same else 'OTHER BITS'}"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
