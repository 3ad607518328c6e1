"""Arrays of a built-in model against the literature: ``python -m tests.oracles.sweep_survey --points 20000``.

Random-feature ridge regression, its losses and resolvents, over twelve decades of every parameter: sizes with N
= P and N = P +- 1, ridges from 1e-20 to 1e6, power laws and lists of eigenvalues down to 1e-30. Half of the
arrays are random points in random order, half are monotone sweeps. A value is wrong beyond 1e-9, relative, or
beyond ten times the error that is stated with it.

With ``--length 5000`` arrays are long, and held against the same formulas in extended precision first: where these
do not agree, against hundreds of digits.

``--single`` takes points one by one, of sample covariances with a spectrum (V. A. Marchenko, L. A. Pastur, 1967):
ridges from 1e-300 to 1e300, spectra over 30 decades, one mode and one sample among them.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from mpmath import mp, mpf
from sympy import Identity, MatrixSymbol, Trace, symbols
from tests.oracles.literature import random_features, random_features_in_bulk

from planaria.algebra.errors import InputError
from planaria.derivations import derive
from planaria.derivations.derivation import Derivation
from planaria.diagrams import Gaussian, Model
from planaria.ensembles.library import load_model
from planaria.ensembles.text.model_file import ModelFile
from planaria.numerics.sweeps.arrays import evaluate_array

__all__ = ["QUANTITIES", "Array", "Count", "arrays", "describe", "survey"]

QUANTITIES = ("loss", "noise_loss", "training_loss", "resolvent", "gram_resolvent")
TOLERANCE = 1e-9
AGREE = 1e-12  # relative, with extended precision: as well as both can
BEYOND = 10  # times the stated error
LONG = 1000  # points of an array that is first looked at in extended precision
SCALES = ("sigma_u", "sigma_w", "sigma_eps")


@dataclass(frozen=True)
class Array:
    """One call of `evaluate_array`: columns of equal length, and what is the same at all points."""

    columns: dict[str, list[float]]
    spectrum: tuple[float, ...]
    power_law: tuple[float, float, int] | None  # alpha, lambda_plus, M

    def __len__(self) -> int:
        return len(self.columns["gamma"])


@dataclass
class Count:
    """Points by verdict, and the wrong ones."""

    kinds: Counter[str] = field(default_factory=Counter)
    wrong: list[dict[str, Any]] = field(default_factory=list)


def _log_uniform(chance: random.Random, low: float, high: float) -> float:
    return float(f"{10 ** chance.uniform(low, high):.4g}")


def _array(chance: random.Random, count: int) -> Array:
    power_law = None
    if chance.random() < 0.5:
        alpha, scale = round(chance.uniform(0.1, 4), 2), _log_uniform(chance, -6, 6)
        M = chance.choice([3, 10, 40, 100])
        power_law = (alpha, scale, M)
        spectrum = tuple(scale * k ** -(1 + alpha) for k in range(1, M + 1))
    else:
        M = chance.choice([1, 2, 4, 12, 30])
        lowest = chance.choice([-1, -6, -12, -30])
        spectrum = tuple(_log_uniform(chance, lowest, 1) for _ in range(M))
        if chance.random() < 0.3:
            spectrum = (spectrum[0],) * M
    columns: dict[str, list[float]] = {name: [] for name in ("N", "P", "gamma", *SCALES)}
    columns["gamma"] = [_log_uniform(chance, -20, 6) for _ in range(count)]
    for name in SCALES:
        same = _log_uniform(chance, -6, 6)
        columns[name] = [same] * count
    for _ in range(count):
        N = max(2, round(_log_uniform(chance, 0.3, chance.choice([2, 3, 6, 12]))))
        columns["N"].append(N)
        columns["P"].append(
            chance.choice([N, N + 1, N - 1, max(1, round(_log_uniform(chance, 0, 6))), max(1, N // 3), 2 * N])
        )
    if chance.random() < 0.5:  # a sweep of one parameter
        swept = chance.choice(["gamma", "N", "P", *SCALES])
        for name, column in columns.items():
            if name == swept:
                low, high = {"gamma": (-20, 6), "N": (0.3, 6), "P": (0.3, 6)}.get(name, (-6, 6))
                values = [10 ** (low + (high - low) * k / (count - 1)) for k in range(count)]
                if name in ("N", "P"):
                    values = [max(2, round(one)) for one in values]
                columns[name] = [float(f"{one:.4g}") for one in values]
                if chance.random() < 0.5:
                    columns[name].reverse()
            else:
                columns[name] = [column[0]] * count
    return Array(columns, spectrum, power_law)


def arrays(seed: int, points: int, length: int = 25) -> Iterator[Array]:
    """Random arrays with so many points in all."""
    chance = random.Random(f"sweeps {seed}")
    for _ in range(0, points, length):
        yield _array(chance, length)


class _Models:
    """Each quantity derived once, with a power law and with a list."""

    def __init__(self) -> None:
        self.file: ModelFile = load_model("random-features")
        self.known: dict[str, Derivation] = {}

    def derivation(self, quantity: str) -> Derivation:
        if quantity not in self.known:
            self.known[quantity] = derive(self.file.quantity(quantity).expression, self.file.model)
        return self.known[quantity]


def _right(one: Array, k: int) -> Any:
    column = {name: values[k] for name, values in one.columns.items()}
    spectrum: list[Any] = list(one.spectrum)
    if one.power_law:
        alpha, scale, M = one.power_law
        with mp.workdps(420):
            spectrum = [mpf(str(scale)) * mpf(index) ** -(1 + mpf(str(alpha))) for index in range(1, M + 1)]
    scales: dict[str, Any] = {name: column[name] for name in SCALES}
    return random_features(column["N"], column["P"], column["gamma"], spectrum, **scales)


def _settled(one: Array, quantity: str, values: Any, errors: Any) -> Any:
    """Which points extended precision settles: values that agree with it, and within their errors."""
    if len(one) < LONG:
        return np.zeros(len(one), dtype=bool)
    spectrum: Any = one.spectrum
    if one.power_law:
        alpha, scale, M = one.power_law
        wide = np.longdouble
        spectrum = wide(str(scale)) * np.arange(1, M + 1, dtype=wide) ** -(1 + wide(str(alpha)))
    columns = {name: np.array(column) for name, column in one.columns.items()}
    with np.errstate(all="ignore"):
        right = random_features_in_bulk(spectrum=spectrum, **columns)[quantity]
        off = np.abs(values - right)
        return (off <= np.maximum(errors, AGREE * np.abs(right))) & (off <= TOLERANCE * np.abs(right))


def survey(seed: int, points: int, quantities: tuple[str, ...] = QUANTITIES, length: int = 25) -> Count:
    """Evaluate random arrays of one random quantity each, and count."""
    models = _Models()
    chance = random.Random(f"quantities {seed}")
    count = Count()
    for one in arrays(seed, points, length):
        quantity = chance.choice(quantities)
        derivation = models.derivation(quantity)
        names = {"resolvent": ["sigma_u"], "gram_resolvent": ["sigma_u"], "loss": ["sigma_u", "sigma_w"]}.get(
            quantity, ["sigma_u", "sigma_eps"] if quantity == "noise_loss" else list(SCALES)
        )
        values: dict[Any, Any] = {name: one.columns[name] for name in ("N", "P", "gamma", *names)}
        if "resolvent" not in quantity:
            values["C"] = 1
        if one.power_law:
            alpha, scale, M = one.power_law
            values |= {"M": M, "alpha": str(alpha), "lambda_plus": str(scale)}
        else:
            values["Lambda"] = [repr(x) for x in one.spectrum]
        try:
            found = evaluate_array(derivation, values)
        except InputError as refusal:
            count.kinds["refused"] += len(one)
            count.wrong.append({"quantity": quantity, "refusal": str(refusal)})
            continue
        except Exception as error:
            count.kinds["traceback"] += len(one)
            count.wrong.append({"quantity": quantity, "traceback": repr(error), "spectrum": one.spectrum[:5]})
            continue
        settled = _settled(one, quantity, np.asarray(found), found.errors)
        count.kinds["right"] += int(settled.sum())
        for k in np.flatnonzero(~settled).tolist():
            value = float(found.values[k])
            if value != value:
                count.kinds["nan"] += 1
                continue
            right = getattr(_right(one, k), quantity)
            off = abs(mpf(value) - right)
            if off <= TOLERANCE * abs(right) and off <= BEYOND * found.errors[k]:
                count.kinds["right"] += 1
            else:
                count.kinds["wrong" if off > TOLERANCE * abs(right) else "beyond its error"] += 1
                point = {name: values[k] for name, values in one.columns.items()}
                spectrum = one.power_law or one.spectrum
                count.wrong.append(
                    {"quantity": quantity, **point, "spectrum": spectrum, "value": value, "right": float(right)}
                )
    return count


def sample_resolvent(samples: int, ridge: Any, spectrum: list[Any]) -> Any:
    """tr (ridge + x x^T)^-1 for x of variance 1/samples and rows of this spectrum, by bisection in log kappa.

    kappa (1 - sum lambda/(lambda + kappa)/samples) = ridge, and the trace is kappa/ridge sum 1/(lambda + kappa).
    Written as samples - size + sum kappa/(lambda + kappa), nothing cancels but next to the kappa that a ridge of
    zero has, and there it does not matter: so 60 digits are enough at any ridge.
    """
    with mp.workdps(60):
        excess = samples - len(spectrum)
        low, high = mp.log(ridge), mp.log(ridge + mp.fsum(spectrum)) + 1
        for _ in range(160):
            middle = (low + high) / 2
            kappa = mp.exp(middle)
            left = kappa * (excess + mp.fsum(kappa / (x + kappa) for x in spectrum)) / samples
            low, high = (middle, high) if left < ridge else (low, middle)
        return kappa / ridge * mp.fsum(1 / (x + kappa) for x in spectrum)


def single(seed: int, points: int) -> Count:
    """Evaluate random points one by one, and all of one spectrum as an array."""
    M, P, gamma = symbols("M P gamma", positive=True)
    Lambda, x = MatrixSymbol("Lambda", M, M), MatrixSymbol("x", M, P)
    model = Model([Gaussian(x, variance=1 / P, rows=Lambda)])
    result = derive(Trace((gamma * Identity(M) + x * x.T).inv()), model)
    chance, count = random.Random(f"points {seed}"), Count()
    for _ in range(points):
        size = chance.choice([1, 2, 3, 7, 20])
        decades = chance.choice([0, 3, 30])
        spectrum = [f"{10 ** chance.uniform(-decades / 2, decades / 2):.4g}" for _ in range(size)]
        samples = chance.choice([1, size, max(1, size - 1), size + 1, chance.randint(1, 10**6)])
        farthest = chance.choice([6, 20, 300])
        exponent = chance.uniform(-farthest, farthest)
        ridge = f"{10 ** (exponent % 1):.4g}e{int(exponent // 1)}"
        at: dict[Any, Any] = {"P": samples, "Lambda": spectrum}
        point = {"P": samples, "gamma": ridge, "spectrum": spectrum}
        right = sample_resolvent(samples, mpf(ridge), [mpf(one) for one in spectrum])
        for kind, ask in (
            ("single", lambda at=at, ridge=ridge: result.evaluate(at, gamma=ridge, digits=12).value),
            ("array", lambda at=at, ridge=ridge: mpf(float(result.evaluate_array(at, gamma=[float(ridge)])[0]))),
        ):
            try:
                value = ask()
            except InputError as refusal:
                count.kinds[f"{kind} refused"] += 1
                count.wrong.append({**point, "kind": kind, "refusal": str(refusal)})
                continue
            if value != value:
                count.kinds[f"{kind} nan"] += 1
            elif abs(value - right) <= TOLERANCE * abs(right):
                count.kinds[f"{kind} right"] += 1
            else:
                count.kinds[f"{kind} wrong"] += 1
                count.wrong.insert(0, {**point, "kind": kind, "value": str(value), "right": mp.nstr(right, 15)})
    return count


def describe(count: Count) -> str:
    """The counts, and some of what is not right."""
    return "\n".join([str(dict(count.kinds)), *map(str, count.wrong[:20])])


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--length", type=int, default=25, help="points of an array")
    parser.add_argument("--out", help="a file for the wrong points, one line of JSON each")
    parser.add_argument(
        "--jobs", type=int, default=1, help="processes; each takes its part with a seed of its own"
    )
    parser.add_argument("--single", action="store_true", help="points one by one, of sample covariances")
    arguments = parser.parse_args()
    work = single if arguments.single else partial(survey, length=arguments.length)
    jobs = max(1, arguments.jobs)
    seeds = [arguments.seed] if jobs == 1 else [1000 * arguments.seed + job for job in range(jobs)]
    with ProcessPoolExecutor(jobs) as pool:
        counts = list(pool.map(work, seeds, [arguments.points // jobs] * jobs))
    count = Count()
    for one in counts:
        count.kinds.update(one.kinds)
        count.wrong += one.wrong
    print(describe(count))
    if arguments.out:
        with open(arguments.out, "w", encoding="utf-8") as stream:
            stream.writelines(json.dumps(one) + "\n" for one in count.wrong)


if __name__ == "__main__":
    main()
