"""Check: drawn matrices of growing size approach the planar value."""

from __future__ import annotations

import math

from sympy import Trace

from planaria.derivations.derivation import Derivation
from planaria.diagrams.expressions.contents import contents_of
from planaria.ensembles.evidence import Check, Outcome, Progress
from planaria.numerics.evidence.admissible import admissible_point
from planaria.numerics.points.problem import pose
from planaria.numerics.simulation.approach import Effort, approach
from planaria.numerics.simulation.extrapolation import Comparison
from planaria.numerics.simulation.stretching import sizes_of
from planaria.numerics.solving.solve import solve

__all__ = ["check_simulation"]

BASE = 4  # about the sizes of the random point; it is stretched for the simulation, which keeps its planar value
LARGEST_BASE = 24  # where lists of eigenvalues ask for larger spaces beside them
SMALLEST = 16  # size of the smallest space at the first scale; then two and four times that
SMALLEST_OF_ORDER_ONE = 40  # where a trace over a small space scatters like 1/sqrt(size), not like 1/size
MOST_RUNS = 4000
AGAIN = 4.0  # times the seconds where the first look is inconclusive
SHARES = ((1, 0.15), (2, 0.25), (4, 0.6))  # of the time, by scale


def check_simulation(derivation: Derivation, seed: int, seconds: float, progress: Progress) -> Check:
    """Compare the planar value with simulations at three scales, extrapolated to infinite size.

    Every space is made large, whatever the lengths of lists of eigenvalues and whatever dimensions are plain
    numbers, unless it is declared small: the model at a small point is stretched (see `stretching`), and its
    planar value stays.
    """
    problem = pose(derivation, admissible_point(derivation, _base(derivation), seed))
    planar = complex(solve(problem, 12).value)
    model = derivation.model.with_spectra({m: s for m, _, s in problem.spectra})
    sizes = sizes_of(derivation.expression, model, problem.values)
    smallest = min(size for space, size in sizes.items() if space not in model.small)
    is_small = any(trace.arg.shape[0] in model.small for trace in derivation.expression.atoms(Trace))
    first = max(1, -(-(SMALLEST_OF_ORDER_ONE if is_small else SMALLEST) // smallest))

    def compared(seconds: float) -> Comparison:
        return approach(
            derivation.expression,
            model,
            problem.values,
            planar if planar.imag else planar.real,
            tuple(Effort(first * scale, MOST_RUNS, seconds * share) for scale, share in SHARES),
            seed=seed,
            progress=lambda done, total: progress("simulating", done, total),
        )

    comparison = compared(seconds)
    if comparison.verdict is Outcome.INCONCLUSIVE:
        comparison = compared(AGAIN * seconds)
    return Check(
        "drawn matrices of growing size approach the planar value",
        "simulation",
        comparison.verdict,
        _detail(comparison, first * smallest),
    )


def _base(derivation: Derivation) -> int:
    """Sizes of spaces without a list are about that of the shortest list, if there are lists."""
    contained = contents_of(derivation.expression, derivation.model).matrices
    spectra = [s for matrix, s in derivation.model.spectra if matrix in contained]
    lengths = [len(s.listed) for s in spectra if s.listed is not None]
    return max(BASE, min([LARGEST_BASE, *lengths])) if lengths else BASE


def _detail(comparison: Comparison, smallest: int) -> str:
    draws = sum(one.runs for one in comparison.means)
    text = f"{draws} draws at {len(comparison.means)} sizes, smallest space {smallest}"
    if not math.isnan(comparison.band):
        unit = comparison.unit
        text += (
            f": planar {_short(comparison.planar)}, extrapolated {_short(comparison.extrapolated)}, "
            f"difference {abs(comparison.difference) / unit:.2%}, band {comparison.band / unit:.2%} "
            f"({comparison.factor:.1f} standard errors of {comparison.standard_error / unit:.2%}, "
            f"and {comparison.remainder / unit:.2%} left of 1/size)"
        )
    return f"{text}; inconclusive: {comparison.reason}" if comparison.reason else text


def _short(value: float | complex) -> str:
    return f"{value:.6g}"
