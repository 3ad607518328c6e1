"""Simulations of a model that grows, and the planar value that they must approach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Expr, Symbol

from planaria.algebra.errors import InputError
from planaria.ensembles.estimate import Simulation
from planaria.ensembles.model import Model
from planaria.numerics.simulation.extrapolation import Comparison, compare, no_comparison
from planaria.numerics.simulation.simulate import Interrupted, simulate
from planaria.numerics.simulation.stretching import correction_power, stretch

__all__ = ["LARGEST", "ApproachInterrupted", "Effort", "approach", "seed_of"]

LARGEST = 5000  # size of a space whose matrices are still drawn
_NAME = "quantity"


@dataclass(frozen=True)
class Effort:
    """How many draws are made at a scale, and in how many seconds at most."""

    scale: int
    runs: int
    seconds: float | None = None


class ApproachInterrupted(KeyboardInterrupt):
    """Somebody interrupted; ``comparison`` is inconclusive, and has the means of what was drawn."""

    def __init__(self, comparison: Comparison) -> None:
        super().__init__("the simulation was interrupted; what was drawn is in .comparison")
        self.comparison = comparison


def approach(
    expression: Expr,
    model: Model,
    values: Mapping[Symbol, Any],
    planar: float | complex,
    efforts: tuple[Effort, ...],
    *,
    seed: int,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Simulate at several scales, extrapolate, and compare with the planar value at `values`.

    What keeps a scale from being simulated makes the comparison inconclusive; at scale 1 it is raised, since
    there it is what somebody asked for.

    Parameters
    ----------
    expression, model, values
        The quantity, its model, and numbers for all that occurs: see `stretch`.
    planar
        The planar value at these numbers.
    efforts
        Two scales or more, rising.
    seed, workers
        As in `simulate`; the draws of different scales are independent.
    progress
        Called with how many draws are done, and how many there may be.

    Raises
    ------
    ApproachInterrupted
        A `KeyboardInterrupt` with the means of what was drawn, where somebody interrupts after two draws.
    """
    found: list[tuple[int, Simulation]] = []
    total = sum(one.runs for one in efforts)
    begun = 0
    for effort in efforts:
        stretched = stretch(expression, model, values, effort.scale)
        if effort.scale > 1 and stretched.largest > LARGEST:
            return no_comparison(
                planar,
                found,
                f"at {effort.scale} times the sizes the matrices are too large to draw, {stretched.largest:,}",
            )

        def report(done: int, _: int, begun: int = begun) -> None:
            if progress is not None:
                progress(begun + done, total)

        try:
            outcome = simulate(
                {_NAME: stretched.expression},
                stretched.model,
                stretched.values,
                runs=effort.runs,
                seed=seed_of(seed, effort.scale),
                workers=workers,
                time_budget=effort.seconds,
                progress=report,
            )[_NAME]
        except KeyboardInterrupt as stop:
            if isinstance(stop, Interrupted):
                found.append((effort.scale, stop.found[_NAME]))
            if not found:
                raise
            raise ApproachInterrupted(no_comparison(planar, found, "it was interrupted")) from None
        except InputError as error:
            if effort.scale == 1:
                raise
            return no_comparison(planar, found, f"{effort.scale} times the sizes fail: {error.problem}")
        found.append((effort.scale, outcome))
        begun += effort.runs
    return compare(planar, found, correction_power(expression, model))


def seed_of(seed: int, scale: int) -> int:
    """The seed of the draws at a scale: that of the user at scale 1, and independent ones beyond.

    >>> seed_of(7, 1), seed_of(7, 2) != seed_of(7, 4)
    (7, True)
    """
    if scale == 1:
        return seed
    words = np.random.SeedSequence(seed, spawn_key=(scale,)).generate_state(4)
    return int.from_bytes(words.tobytes(), "little")
