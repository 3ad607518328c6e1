"""The checks of a derivation, each by a route that shares no code with the derivation beyond the model.

* *all diagrams*: planar contractions of the expression's own expansion, summed in exact rationals, against the
  power series of the closed form;
* *residual*: the full Schwinger-Dyson equations at a solution of the closed form, to fifty digits;
* *simulation*: matrices drawn at finite size, the expression computed as it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from planaria.derivations.derivation import Derivation

__all__ = ["Check", "checks"]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Check:
    """A verdict: what is claimed, how it was checked, whether it holds, and the numbers behind it."""

    statement: str
    method: str
    passed: bool
    detail: str


def checks(
    derivation: Derivation,
    *,
    seed: int = 0,
    simulation: bool = True,
    seconds: float = 1.0,
    progress: Progress | None = None,
) -> Iterator[Check]:
    """All checks of a derivation, one after the other.

    Parameters
    ----------
    seed
        Fixes random points and draws.
    simulation
        Whether to draw matrices.
    seconds
        About how long the simulation may take; runs are added up to it, and their number is stated.
    progress
        Called with what is being done, how far it is, and how far it goes.
    """
    from planaria.numerics.check_diagrams import check_diagrams
    from planaria.numerics.check_residual import check_residual
    from planaria.numerics.check_simulation import check_simulation

    report = progress or (lambda text, done, total: None)
    yield check_diagrams(derivation, seed, report)
    yield check_residual(derivation, seed, report)
    if simulation:
        yield check_simulation(derivation, seed, seconds, report)
