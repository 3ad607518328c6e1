"""One claim after derivation: processor time of equals, the least of several runs, and of the first one.

    OPENBLAS_NUM_THREADS=1 python benchmarks/bench_compare.py

Claims of arXiv:2405.19398 and arXiv:1507.03003, true and false. The first run makes the field of functions on the
branch and, for a false claim, random points with their proofs. The target is that of issue 11.
"""

from __future__ import annotations

import time

from planaria.derivations import Derivation, derive

RUNS = 7
TARGET = 100  # ms

ZHANG = (
    "z = sum(lambda_I/(lambda_I + Delta))",
    "q2 = sum(lambda_I**2/(lambda_I + Delta)**2)",
    "D = det([[N - q2, z - q2], [z - q2, P - q2]])",
)
OWN = ("Delta: Delta*(N - z)*(P - z) = gamma*M/sigma_u**2", *ZHANG)
DEGREES = (
    "k: gamma = k*(1 - df1/P)",
    "df1 = tr(Lambda*inv(Lambda + k*I(M)))",
    "df2 = tr(Lambda**2*inv((Lambda + k*I(M))**2))",
)
CLAIMS = (
    ("random-features", "loss", "C*sigma_w**2/(2*M)*Delta*N*P*(z - q2)/D", ZHANG),
    ("random-features", "loss", "C*sigma_w**2/(2*M)*Delta*N*P*(z - q2)/D", OWN),
    ("random-features", "noise_loss", "C*sigma_eps**2/2*(P*(N - q2)/D - 1)", ZHANG),
    ("ridge-regression", "variance", "C*sigma_eps**2/2*df2/(P - df2)", DEGREES),
    (
        "marchenko-pastur",
        "resolvent",
        "(sqrt((gamma + 1 - c)**2 + 4*c*gamma) - gamma - 1 + c)/(2*c*gamma)",
        ("c = N/P",),
    ),
    ("wigner", "resolvent", "(z - sqrt(z**2 - 4))/2", ()),
    ("random-features", "loss", "C*sigma_w**2/M*Delta*N*P*(z - q2)/D", ZHANG),
    ("random-features", "loss", "C*sigma_w**2/(2*M)*Delta*N*P*(z + q2)/D", ZHANG),
    ("random-features", "noise_loss", "C*sigma_eps**2/2*(N*(N - q2)/D - 1)", ZHANG),
    ("random-features", "noise_loss", "C*sigma_eps**2/2*q2*N/D", ZHANG),
    ("ridge-regression", "variance", "C*sigma_eps**2/2*df2/(P - df1)", DEGREES),
    ("wigner", "resolvent", "(z + sqrt(z**2 - 4))/2", ()),
)


def timed(derivation: Derivation, formula: str, let: tuple[str, ...]) -> tuple[float, str]:
    start = time.process_time()
    found = derivation.equals(formula, let)
    return 1000 * (time.process_time() - start), f"{found.verdict.value:9} {found.correction or ''}"


def main() -> None:
    print(f"{'first ms':>9} {'least ms':>9} {'target':>7}  verdict")
    for model, quantity, formula, let in CLAIMS:
        derivation = derive(model, quantity)
        first, verdict = timed(derivation, formula, let)
        least = min(timed(derivation, formula, let)[0] for _ in range(RUNS))
        print(f"{first:9.1f} {least:9.1f} {TARGET:7}  {model}/{quantity}: {formula}: {verdict}")


if __name__ == "__main__":
    main()
