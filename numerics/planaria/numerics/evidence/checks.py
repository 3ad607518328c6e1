"""The checks of a derivation, each by a route that shares no code with the derivation beyond the model.

* *all diagrams*: planar contractions of the expression's own expansion, summed in exact rationals, against the
  power series of the closed form;
* *residual*: the full Schwinger-Dyson equations at a solution of the closed form, to fifty digits;
* *simulation*: matrices drawn at three sizes, the expression computed as it is written, extrapolated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from planaria.algebra.errors import InputError, check_truth, check_whole
from planaria.derivations.derivation import Derivation
from planaria.derivations.log_determinants import LogDetDerivation
from planaria.ensembles.evidence import Check, Method, Outcome, Progress
from planaria.ensembles.shown import Shown
from planaria.numerics.evidence.check_diagrams import check_diagrams
from planaria.numerics.evidence.check_residual import check_residual
from planaria.numerics.evidence.check_simulation import check_simulation
from planaria.numerics.points.refusals import ContradictionError

__all__ = ["check", "checks"]


def checks(
    derivation: Derivation,
    *,
    seed: int = 0,
    simulation: bool = True,
    seconds: float = 2.0,
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
        About how long the simulation may take; runs are added up to it, and their number is stated. Where that
        is not enough to tell anything, it takes four times as long once more.
    progress
        Called with what is being done, how far it is, and how far it goes.
    """
    report = progress or (lambda text, done, total: None)
    yield _guarded("all diagrams", lambda: check_diagrams(derivation, seed, report))
    yield _guarded("residual", lambda: check_residual(derivation, seed, report))
    if simulation:
        yield _guarded("simulation", lambda: check_simulation(derivation, seed, seconds, report))


def check(derivation: Derivation | LogDetDerivation, *, seed: int = 0, simulation: bool = True) -> Shown[Check]:
    """Every check of a derivation, made: each says what it claims, how it ended, and why.

    >>> from planaria.derivations import derive
    >>> [one.outcome.value for one in check(derive("marchenko-pastur", "resolvent"), simulation=False)]
    ['passed', 'passed']

    Raises InputError for what is no derivation.
    """
    if isinstance(derivation, LogDetDerivation):
        return derivation.check(seed=seed, simulation=simulation)
    if not isinstance(derivation, Derivation):
        what = type(derivation).__name__
        raise InputError("check", f"a {what} is no derivation", "derive it first: check(derive(...))")
    check_whole(seed, "seed")
    check_truth(simulation, "simulation")
    return Shown(checks(derivation.checked, seed=seed, simulation=simulation))


def _guarded(method: Method, check: Callable[[], Check]) -> Check:
    """A check that cannot run says so, and costs the others nothing; a contradiction on its way is a failure."""
    try:
        return check()
    except ContradictionError as error:
        return Check("equations and value solve the full Schwinger-Dyson system", method, False, error.problem)
    except InputError as error:
        return Check("this check could not be made", method, Outcome.INCONCLUSIVE, error.problem)
    except Exception as error:  # a defect of the check, which is said, and costs the derivation nothing
        detail = f"it broke off with {type(error).__name__}: {error}; please report this model"
        return Check("this check could not be made", method, Outcome.INCONCLUSIVE, detail)
