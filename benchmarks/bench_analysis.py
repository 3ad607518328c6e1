"""Seconds of every analysis of a built-in loss, after its derivation, and of one claim.

python benchmarks/bench_analysis.py
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

import planaria as pl


def main() -> None:
    """Print a line for each analysis: the first time in this process, and a second time."""
    loss = pl.derive("random-features", "loss")
    numbers = {"N": 60, "P": 120, "M": 400, "alpha": "0.8", "lambda_plus": 1, "sigma_u": 1, "sigma_w": 1, "C": 1}
    let = ["z = sum(lambda_I/(lambda_I + Delta))", "q2 = sum(lambda_I**2/(lambda_I + Delta)**2)"]
    claim = "C*sigma_w**2*Delta*N*P*(z - q2)/(2*M*(N*P - q2*(N + P) + 2*q2*z - z**2))"
    work: dict[str, Callable[[], Any]] = {
        "derivative": lambda: loss.derivative(gamma=1),
        "series": lambda: loss.series(1, gamma=0),
        "optimum, closed form": lambda: loss.optimum("gamma"),
        "optimum, 20 digits": lambda: loss.optimum("gamma", values=numbers, digits=20),
        "scaling": lambda: loss.scaling("N", "gamma=0, P/N=2, M=oo"),
        "scaling at the optimum": lambda: loss.scaling("N", "gamma=optimum, P=N, M=oo"),
        "regimes, three symbols": lambda: loss.regimes("N, P, gamma", "M=oo"),
        "regimes with M": lambda: loss.regimes("N, M, gamma", "P=N"),
        "form in z": lambda: loss.bulk(1),
        "sign, proved": lambda: loss.sign("N + P", "N*P, Delta"),
        "sign, refuted": lambda: loss.sign("N"),
        "compare": lambda: loss.equals(claim, let),
    }
    for name, run in work.items():
        times = []
        for _ in range(2):
            start = perf_counter()
            run()
            times.append(perf_counter() - start)
        print(f"{name:24} {times[0]:8.3f} s, again {times[1]:8.3f} s", flush=True)


if __name__ == "__main__":
    main()
