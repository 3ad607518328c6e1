"""The simulation beside a number: a check of it at the sizes that were given, printed in words and as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text
from sympy import Symbol

from planaria.app.display import heading, plain_table, progress_bar
from planaria.ensembles.evidence import Outcome
from planaria.ensembles.model import Model
from planaria.ensembles.text.model_data import Quantity
from planaria.numerics.simulation.approach import Effort, approach
from planaria.numerics.simulation.extrapolation import Comparison
from planaria.numerics.simulation.stretching import correction_power, sizes_of
from planaria.writing.terminal.expressions import Formulas

__all__ = ["print_simulation", "simulate_beside", "simulation_json"]

_SMALL = 128  # largest size of a space up to which four times the sizes are drawn, too
_WORDS = {Outcome.PASSED: "agrees", Outcome.FAILED: "contradicts", Outcome.INCONCLUSIVE: "inconclusive"}
_FEWEST = 100  # draws at larger sizes, if so many were asked for and they are cheap
_FEWEST_LARGE = 20  # if they are not


def simulate_beside(
    quantity: Quantity,
    model: Model,
    values: Mapping[Symbol, Any],
    planar: Any,
    runs: int,
    seed: int,
    workers: int,
    status: Console,
) -> Comparison:
    """Draw `runs` times at the sizes that were given, less often at larger ones, and compare.

    Raises ApproachInterrupted with what was drawn where somebody interrupts.
    """
    with progress_bar(status) as progress:
        task = progress.add_task("simulating", total=runs)
        value = complex(planar)
        return approach(
            quantity.expression,
            model,
            values,
            value if value.imag else value.real,
            _efforts(runs, max(sizes_of(quantity.expression, model, values).values())),
            seed=seed,
            workers=workers,
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )


def _efforts(runs: int, largest: int) -> tuple[Effort, ...]:
    """As many draws at a scale as give about the error of the first: a trace scatters like 1/size. In time it is
    about twice the first simulation at twice the sizes, and four times at four times."""
    scales = (1, 2, 4) if largest <= _SMALL else (1, 2)
    fewest = _FEWEST if largest <= _SMALL else _FEWEST_LARGE
    return tuple(
        Effort(scale, runs if scale == 1 else max(min(runs, fewest), runs // scale**2)) for scale in scales
    )


def simulation_json(comparison: Comparison | None) -> dict[str, Any] | None:
    """The content of the key `simulation`. Keys are only ever added."""
    if comparison is None:
        return None
    first = comparison.means[0]
    return {
        "mean": str(first.mean),
        "standard_error": str(first.standard_error),
        "runs": first.runs,
        "verdict": _WORDS[comparison.verdict],
        "reason": comparison.reason or None,
        "extrapolated": _text(comparison.extrapolated),
        "extrapolated_error": _text(comparison.standard_error),
        "difference": _text(comparison.difference),
        "band": _text(comparison.band),
        "sigmas": _text(comparison.factor),
        "remainder": _text(comparison.remainder),
        "sizes": [
            {"scale": scale, "mean": str(one.mean), "standard_error": str(one.standard_error), "runs": one.runs}
            for scale, one in zip(comparison.scales, comparison.means, strict=True)
        ],
    }


def print_simulation(
    console: Console, formulas: Formulas, quantity: Quantity, model: Model, comparison: Comparison
) -> None:
    """Means, the extrapolation, the band, and the verdict in a sentence."""
    first = comparison.means[0]
    heading(console, "Simulation", f"{first.runs:,} runs, seed {first.seed}")
    rows = [
        (_sizes(scale), f"{one.mean:.6g} ± {one.standard_error:.2g}", f"{one.runs:,} draws")
        for scale, one in zip(comparison.scales, comparison.means, strict=True)
    ]
    unit = comparison.unit
    has_limit = not math.isnan(comparison.band)
    if has_limit:
        power = "1/size" if correction_power(quantity.expression, model) == 1 else "1/size²"
        band = (
            f"{comparison.factor:.1f} standard errors, and {comparison.remainder / unit:.2%} that may be left "
            f"of the corrections in {power}"
        )
        limit = f"{comparison.extrapolated:.6g} ± {comparison.standard_error:.2g}"
        rows += [
            ("extrapolated", limit, "to infinite size"),
            ("difference", f"{abs(comparison.difference) / unit:.2%}", "from the planar value"),
            ("band", f"{comparison.band / unit:.2%}", band),
        ]
    console.print(plain_table(("", "", ""), rows))
    console.print()
    console.print(plain_table(("", ""), [_verdict(formulas, comparison)]))


def _verdict(formulas: Formulas, comparison: Comparison) -> tuple[Text, Text]:
    match comparison.verdict:
        case Outcome.PASSED:
            return Text(formulas.tick, style="green"), Text("the simulation agrees with the planar value")
        case Outcome.FAILED:
            return Text("FAILED", style="bold red"), Text("the simulation contradicts the planar value", "red")
        case Outcome.INCONCLUSIVE:
            sentence = f"the simulation neither agrees nor contradicts: {comparison.reason}"
            return Text("?", style="bold yellow"), Text(sentence)


def _sizes(scale: int) -> str:
    return "at these sizes" if scale == 1 else f"{scale} times larger"


def _text(value: float | complex) -> str | None:
    """A number as decimal text; null where there is none."""
    return None if value != value else str(value)
