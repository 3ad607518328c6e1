"""Times of derivation and evaluation, after import, on one core.

    python benchmarks/bench_spine.py [NAME ...]

Each line is the median of several runs, with the target and their ratio. No test depends on it.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np
from sympy import Identity, MatrixSymbol, Trace, symbols

from planaria.derivations import derive
from planaria.diagrams import Gaussian, Model
from planaria.ensembles.library import load_model
from planaria.numerics.evidence.checks import checks
from planaria.numerics.solving.evaluate import evaluate
from planaria.numerics.sweeps.arrays import evaluate_array

N, P, M, gamma, sigma_u = symbols("N P M gamma sigma_u", positive=True)
Lambda, x, u = MatrixSymbol("Lambda", M, M), MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
MODEL = Model([Gaussian(x, rows=Lambda), Gaussian(u, variance=sigma_u**2 / M)])
phi = u * x
q = (gamma * Identity(N) + phi * phi.T).inv()
R = Identity(M) - x * x.T * u.T * q * u
POINT = {"sigma_u": 1, "sigma_w": 1, "C": 1, "lambda_plus": 1, "alpha": "0.8"}


def quantity(model: str, name: str) -> Callable[[], object]:
    file = load_model(model)
    return lambda: derive(file.quantity(name).expression, file.model)


def all_checks() -> None:
    file = load_model("random-features")
    for one in file.quantities:
        assert not any(check.failed for check in checks(derive(one.expression, file.model)))


def main(wanted: list[str]) -> None:
    loss = quantity("random-features", "loss")()
    small = {**POINT, "M": 400, "N": 60, "P": 120, "gamma": "1e-4"}
    points = 1000
    sweep = {**POINT, "M": 10_000, "N": 600, "P": 1200, "gamma": np.geomspace(1e-6, 1e2, points)}
    evaluate_array(loss, {**sweep, "gamma": sweep["gamma"][:2]})  # type: ignore[arg-type, index]
    cases: list[tuple[str, float, int, int, Callable[[], object]]] = [
        # name, target in seconds, runs, divisor, what is timed
        ("derive tr q", 0.1, 9, 1, lambda: derive(Trace(q), MODEL).value),
        ("derive tr R Lambda R^T", 0.5, 9, 1, lambda: derive(Trace(R * Lambda * R.T), MODEL).value),
        ("two-layer-random-features loss", 2.0, 5, 1, quantity("two-layer-random-features", "loss")),
        ("nonlinear-random-features resolvent", 1.0, 5, 1, quantity("nonlinear-random-features", "resolvent")),
        (
            "nonlinear-random-features gram_resolvent",
            1.0,
            5,
            1,
            quantity("nonlinear-random-features", "gram_resolvent"),
        ),
        ("evaluate 50 digits, M = 400", 0.3, 9, 1, lambda: evaluate(loss, small, digits=50)),
        ("float64, M = 10^4, per point of a sweep", 0.3e-3, 5, points, lambda: evaluate_array(loss, sweep)),
        ("random-features, all quantities and checks", 10.0, 1, 1, all_checks),
    ]
    print(f"{'':44}{'median':>12}{'target':>10}{'ratio':>8}")
    for name, target, runs, divisor, action in cases:
        if wanted and not any(word in name for word in wanted):
            continue
        times = []
        for _ in range(runs):
            start = time.perf_counter()
            action()
            times.append((time.perf_counter() - start) / divisor)
        print(f"{name:44}{median(times):12.6f}{target:10.4g}{median(times) / target:8.2f}", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MiB")


if __name__ == "__main__":
    main(sys.argv[1:])
