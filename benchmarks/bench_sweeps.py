"""Sweeps in double precision beside twenty lines of numpy, in one run: process time for each point.

    python benchmarks/bench_sweeps.py [NAME ...] [--runs R]

The peer knows one model: it solves Delta (N - z) (P - z) = gamma M/sigma_u**2 (arXiv:2405.19398) for a whole array
by Newton's method in log Delta within a bracket, takes all eigenvalues at all points, and proves nothing of its
numbers. The library's are confirmed one by one. Least of several runs, process time, one core. No test needs it.
Of large arrays the peer takes a sample. Models with two and three unknowns (`benchmarks/models`) have no peer. The
row "leak" is what the process has grown by over 10**6 points, in ten arrays.
"""

from __future__ import annotations

import gc
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planaria.derivations import derive
from planaria.ensembles.library import load_model
from planaria.numerics.sweeps.arrays import evaluate_array

Floats = NDArray[np.float64]
SCALES = {"sigma_u": 1, "sigma_w": 1, "C": 1, "lambda_plus": 1, "alpha": "0.8"}
MODELS = Path(__file__).parent / "models"
SAMPLE = 2000  # points of a large array that the peer takes
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


def unknowns(wanted: list[str], runs: int) -> None:
    """Models with two and three unknowns, at points along a line and at scattered ones."""
    chance = np.random.default_rng(1)
    names = {"structured-layers": ("N", "P", "gamma"), "two-generations": ("P_1", "P_2", "gamma_1", "gamma_2")}
    names["three-generations"] = ("P_1", "P_2", "P_3", "gamma_1", "gamma_2", "gamma_3")
    fixed: dict[str, Any] = {"M": 400, "C": 1, "alpha": "0.8", "lambda_plus": 1}
    for name, moving in names.items():
        if wanted and name not in wanted:
            continue
        file = load_model(MODELS / f"{name}.toml")
        loss = derive(file.quantity("loss").expression, file.model)
        own = {**fixed, "H": 200, "beta": "0.5", "omega": 1} if name == "structured-layers" else fixed
        count = 10_000 if len(moving) < 6 else 1000
        ridge = next(one for one in moving if one.startswith("gamma"))
        line = {one: 0.01 if one.startswith("gamma") else 60 + 30 * n for n, one in enumerate(moving)}
        scattered = {
            one: 10 ** chance.uniform(-3, 2, count)
            if one.startswith("gamma")
            else np.round(10 ** chance.uniform(1, 3, count))
            for one in moving
        }
        for kind, columns in (("line", {**line, ridge: np.geomspace(1e-3, 1e2, count)}), ("scattered", scattered)):
            given = {**own, **columns}
            evaluate_array(loss, {**own, **{key: x[:2] if np.ndim(x) else x for key, x in columns.items()}})  # type: ignore[index]
            least, values = timed(lambda given=given, loss=loss: evaluate_array(loss, given), runs)
            none = int(np.isnan(np.asarray(values)).sum())
            print(f"{name + ', ' + kind:32}{count:10}{least / count * 1e6:11.2f}{none:11}")


def leak() -> None:
    """What the process grows by over ten arrays of 10**5 points."""
    file = load_model("random-features")
    loss = derive(file.quantity("loss").expression, file.model)
    chance, sizes = np.random.default_rng(2), []
    for _ in range(11):
        columns = {
            "N": np.full(10**5, 60.0),
            "P": np.full(10**5, 120.0),
            "gamma": 10 ** chance.uniform(-3, 2, 10**5),
        }
        evaluate_array(loss, {**SCALES, "M": 400, **columns})
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        sizes.append(pages * resource.getpagesize())
    grown = sizes[-1] - sizes[0]
    print(f"leak: {grown / 2**10:.0f} KiB over 10**6 points, {grown / 10**6:.2f} bytes a point")


def main(arguments: list[str]) -> None:
    runs = int(arguments[arguments.index("--runs") + 1]) if "--runs" in arguments else 3
    wanted = [one for one in arguments if not one.startswith("--") and not one.isdigit()]
    file = load_model("random-features")
    loss = derive(file.quantity("loss").expression, file.model)
    cases: list[tuple[str, int, dict[str, Floats], bool]] = [
        ("sweep-100", 100, points(10_000, "sweep"), True),
        ("long-100", 100, points(10**5, "sweep"), True),
        ("long-10000", 10_000, points(10**5, "sweep"), True),
        ("scattered-long", 400, points(10**5, "scattered"), True),
        ("sweep-400", 400, points(10_000, "sweep"), True),
        ("sweep-10000", 10_000, points(10_000, "sweep"), True),
        ("scattered-400", 400, points(10_000, "scattered"), True),
        ("sweep-1000000", 10**6, points(10_000, "sweep"), False),
        ("surface-10000", 10_000, surface((200, 200, 50)), True),
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
            full = [x.ravel() for x in np.broadcast_arrays(*columns.values())]
            chosen = np.linspace(0, count - 1, min(count, SAMPLE if count >= 10**5 else count)).astype(int)
            part = {key: x[chosen].astype(float) for key, x in zip(columns, full, strict=True)}
            other, right = timed(lambda part=part, M=M: peer(**part, M=M), 1 if count >= 10**5 else runs)
            other *= count / len(chosen)
            differs = float(np.nanmax(np.abs(np.asarray(values).ravel()[chosen] / right - 1)))
        none = int(np.isnan(np.asarray(values)).sum())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"{name:18}{count:10}{own / count * 1e6:11.2f}{other / count * 1e6:9.2f}{own / other:8.2f}"
            f"{none:11}{differs:10.1e}{peak:7}"
        )

    unknowns(wanted, runs)
    if not wanted or "leak" in wanted:
        leak()
    if not wanted or "sizes" in wanted:
        sizes(runs)


if __name__ == "__main__":
    main(sys.argv[1:])
