"""Times of exact moments, after import, on one core.

    python benchmarks/bench_moments.py [NAME ...]

Each line is the least of several runs, from the expression to the expanded polynomial in sympy, with the target
and their ratio. No test depends on it.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable

from sympy import Expr, MatrixSymbol, Trace, symbols

from planaria.diagrams import Gaussian, Model, moment

N, P, M, Q = symbols("N P M Q", positive=True)
Lambda = MatrixSymbol("Lambda", M, M)
x, u, v = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M), MatrixSymbol("v", Q, N)
X, H = MatrixSymbol("X", N, P), MatrixSymbol("H", N, N)
FEATURES = Model([Gaussian(x, rows=Lambda), Gaussian(u)])
LAYERS = Model([Gaussian(x, rows=Lambda), Gaussian(u), Gaussian(v)])
COMPLEX, REAL = Model([Gaussian(X, kind="complex")]), Model([Gaussian(X)])
GUE, GOE = Model([Gaussian(H, kind="hermitian")]), Model([Gaussian(H, kind="symmetric")])


def features(n: int) -> Trace:
    return Trace((x.T * u.T * u * x) ** n)


def main(wanted: list[str]) -> None:
    cases: list[tuple[str, float | None, int, Callable[[], Expr]]] = [
        # name, target in seconds, runs, what is timed
        ("complex Wishart, tr (X X^H)^7", 0.05, 9, lambda: moment(Trace((X * X.adjoint()) ** 7), COMPLEX)),
        ("real Wishart, tr (X X^T)^5", 0.02, 9, lambda: moment(Trace((X * X.T) ** 5), REAL)),
        ("random features, n = 6", 5.0, 9, lambda: moment(features(6), FEATURES)),
        ("random features, n = 8", 120.0, 5, lambda: moment(features(8), FEATURES)),
        ("random features, n = 12", None, 2, lambda: moment(features(12), FEATURES)),
        ("random features, n = 16", None, 1, lambda: moment(features(16), FEATURES)),
        ("random features, n = 16, planar", None, 3, lambda: moment(features(16), FEATURES, planar=True)),
        ("three layers, n = 8", None, 2, lambda: moment(Trace((x.T * u.T * v.T * v * u * x) ** 8), LAYERS)),
        ("hermitian, tr H^40", None, 2, lambda: moment(Trace(H**40), GUE)),
        ("symmetric, tr H^40", None, 2, lambda: moment(Trace(H**40), GOE)),
        (
            "symmetric, 4 traces tr H^6, connected",
            None,
            3,
            lambda: moment(Trace(H**6) ** 4, GOE, connected=True),
        ),
    ]
    print(f"{'':40}{'least':>12}{'target':>10}{'ratio':>8}{'terms':>8}{'peak MiB':>10}")
    for name, target, runs, action in cases:
        if wanted and not any(word in name for word in wanted):
            continue
        times = []
        for _ in range(runs):
            start = time.perf_counter()
            found = action()
            times.append(time.perf_counter() - start)
        goal = f"{target:10.4g}{min(times) / target:8.4f}" if target else " " * 18
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{name:40}{min(times):12.6f}{goal}{len(found.args):8}{peak:10.0f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
