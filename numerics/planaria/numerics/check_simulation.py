"""Check: matrices of finite size, drawn with a seed, give the planar value up to corrections of order 1/N."""

from __future__ import annotations

from planaria.derivations.derivation import Derivation
from planaria.numerics.admissible import admissible_point
from planaria.numerics.checks import Check, Progress
from planaria.numerics.evaluate import solve
from planaria.numerics.problem import pose
from planaria.numerics.simulate import simulate

__all__ = ["check_simulation"]

SIZES = (24, 48)  # of the smallest space but for one
MOST_RUNS = 400
SIGMAS = 5.0
LARGEST_COEFFICIENT = 4.0  # of 1/N in the relative correction that is still called expected


def check_simulation(derivation: Derivation, seed: int, seconds: float, progress: Progress) -> Check:
    """Compare planar value and simulation at two sizes, the second twice the first.

    Real matrices deviate by a relative c/N. The check passes if at the larger size the deviation is within
    five standard errors and c below 4, and if a deviation that is seen at the smaller size shrinks.
    """
    deviations = []
    smallest = 1
    for number, size in enumerate(SIZES):
        values = admissible_point(derivation, size, seed)
        problem = pose(derivation, values)
        planar = float(solve(problem, 12).value)
        model = derivation.model.with_spectra({m: s for m, _, s in problem.spectra})

        def report(done: int, total: int, number: int = number) -> None:
            progress("simulating", number * total + done, len(SIZES) * total)

        outcome = simulate(
            {"quantity": derivation.expression},
            model,
            problem.values,
            runs=MOST_RUNS,
            seed=seed,
            time_budget=seconds * (0.3 if number == 0 else 0.7),
            progress=report,
        )["quantity"]
        smallest = min(problem.size(s) for s in derivation.rules.setting.spaces if not s.is_Integer)
        deviations.append((complex(outcome.mean).real - planar, outcome.standard_error, outcome.runs, planar))
    (first, first_error, _, _), (last, error, runs, planar) = deviations
    scale = abs(planar)
    expected = LARGEST_COEFFICIENT * scale / smallest
    shrinks = abs(first) < SIGMAS * first_error or abs(last) < 0.8 * abs(first) + SIGMAS * error
    passed = abs(last) <= SIGMAS * error + expected and shrinks
    relative = last / scale if scale else last
    detail = (
        f"{runs} draws, smallest space {smallest}: planar {planar:.6g}, deviation {relative:+.2%} "
        f"+- {error / scale if scale else error:.2%}, expected O(1/N): a few times {1 / smallest:.1%}"
    )
    return Check("drawn matrices give the planar value up to O(1/N)", "simulation", passed, detail)
