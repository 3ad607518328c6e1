"""Times of spectral densities on a grid of 1,000 points, after derivation, on one core.

    OPENBLAS_NUM_THREADS=1 python benchmarks/bench_density.py

Each line is the least processor time of several runs: the points on the axis alone, and the whole answer with
bands, edges, atoms and moments. No test depends on it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

import planaria as pl
from planaria.numerics.plane.loops import Plane
from planaria.numerics.points.problem import pose
from planaria.numerics.spectral.axis import on_axis
from planaria.numerics.spectral.resolvent import parameter_of, resolvent_of

POINTS, RUNS = 1000, 3
FEATURES = {"N": 60, "P": 120, "M": 400, "alpha": "0.8", "sigma_u": 1, "lambda_plus": 1}
CASES: list[tuple[str, str, str, dict[str, Any], tuple[float, float]]] = [
    ("wigner", "resolvent", "z", {"N": 10}, (-2.5, 2.5)),
    ("marchenko-pastur", "resolvent", "gamma", {"N": 100, "P": 400}, (0.1, 2.5)),
    ("random-features", "resolvent", "gamma", FEATURES, (0.001, 25.0)),
]


def least(action: Callable[[], object], runs: int) -> float:
    times = []
    for _ in range(runs):
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    print(f"{'':24}{'axis, s':>10}{'whole, s':>10}   target of the axis: 0.5 s for random features")
    for name, quantity, of, values, (low, high) in CASES:
        law = pl.derive(name, quantity)
        parameter = parameter_of(law, of)
        resolvent = resolvent_of(law, Plane.of(pose(law, {**values, parameter: 1j})), parameter)
        x = np.linspace(low, high, POINTS)
        axis = least(lambda resolvent=resolvent, x=x: on_axis(resolvent, x), RUNS)  # type: ignore[misc]
        whole = least(lambda law=law, of=of, values=values, x=x: pl.density(law, values=values, of=of, x=x), 1)  # type: ignore[misc]
        print(f"{name:24}{axis:10.3f}{whole:10.2f}", flush=True)


if __name__ == "__main__":
    main()
