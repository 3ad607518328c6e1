"""Rates and times of diagrams: enumeration, canonical forms, planar sums and series, on one core.

    python benchmarks/bench_diagrams.py [NAME ...]

Each line is the median of several runs, with the target and their ratio; for rates, more is better. No test
depends on it.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterable
from statistics import median

from sympy import Identity, MatrixSymbol, Trace, symbols

from planaria.derivations.planar_polynomials import planar_polynomials
from planaria.diagrams import Gaussian, Model, canonical_form, classes, expand, planar_total, weigh_planar
from planaria.ensembles.library import load_model

N, P, M, gamma = symbols("N P M gamma", positive=True)
Lambda, x, u = MatrixSymbol("Lambda", M, M), MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
MODEL = Model([Gaussian(x, rows=Lambda), Gaussian(u)])
WORD = x.T * u.T * u * x
R = (Identity(M) + x * x.T * u.T * u / gamma).inv()


def number(some: Iterable[object]) -> int:
    return sum(1 for _ in some)


def main(wanted: list[str]) -> None:
    eight = list(expand(Trace(WORD**4), MODEL, 0, euler=None))
    file = load_model("random-features")
    loss = file.quantity("loss").expression
    rates: list[tuple[str, float, int, Callable[[], int]]] = [
        # name, target in items per second, runs, what is timed; it returns the number of items
        *(
            (f"planar graphs, n = {n}", 1e5, 5, lambda n=n: number(expand(Trace(WORD**n), MODEL, 0)))
            for n in (6, 7, 8)
        ),
        ("all graphs, n = 4", 1e5, 5, lambda: number(expand(Trace(WORD**4), MODEL, 0, euler=None))),
        *(
            (f"planar weights, n = {n}", 5e6, 5, lambda n=n: sum(weigh_planar(Trace(WORD**n), MODEL, 0).values()))
            for n in (8, 10, 12)
        ),
        ("canonical forms, 8 ribbons", 5e4, 5, lambda: len([canonical_form(graph) for graph in eight])),
        ("classes, 8 ribbons", 5e4, 5, lambda: len(eight) if classes(eight) else 0),
    ]
    times: list[tuple[str, float, int, Callable[[], object]]] = [
        # name, target in seconds, runs, what is timed
        (
            "one crosscap, n = 4: 243 of 11025 graphs",
            0.1,
            5,
            lambda: number(expand(Trace(WORD**4), MODEL, 0, euler=1)),
        ),
        ("planar sum of the loss, order 10", 1.0, 3, lambda: planar_total(loss, file.model, 10)),
        (
            "series of tr R Lambda R^T to order 40",
            5.0,
            3,
            lambda: planar_polynomials(Trace(R * Lambda * R.T), MODEL, 40),
        ),
        ("series of the loss of the model to order 40", 5.0, 3, lambda: planar_polynomials(loss, file.model, 40)),
    ]
    print(f"{'':46}{'median':>14}{'target':>12}{'ratio':>9}")

    def report(name: str, value: float, target: float, unit: str) -> None:
        print(f"{name:46}{value:14,.4g}{target:10,.4g}{unit:>2}{value / target:9.2f}", flush=True)

    for name, target, runs, action in rates:
        if not wanted or any(word in name for word in wanted):
            found = []
            for _ in range(runs):
                start = time.perf_counter()
                items = action()
                found.append(items / (time.perf_counter() - start))
            report(name, median(found), target, "/s")
    for name, target, runs, timed in times:
        if not wanted or any(word in name for word in wanted):
            found = []
            for _ in range(runs):
                start = time.perf_counter()
                timed()
                found.append(time.perf_counter() - start)
            report(name, median(found), target, "s")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main(sys.argv[1:])
