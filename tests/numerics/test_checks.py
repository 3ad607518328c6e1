"""The checks pass for every built-in model, and fail when a derivation is spoiled."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import Symbol

from planaria.derivations import Derivation, derive
from planaria.ensembles.evidence import Check, Outcome
from planaria.ensembles.library import load_model, model_names
from planaria.numerics.evidence.check_diagrams import check_diagrams
from planaria.numerics.evidence.check_residual import check_residual
from planaria.numerics.evidence.check_simulation import check_simulation
from planaria.numerics.evidence.checks import checks
from planaria.numerics.points.refusals import ContradictionError
from planaria.numerics.solving.evaluate import evaluate

CASES = [(name, quantity.name) for name in model_names() for quantity in load_model(name).quantities]
# Two resolvents and three random matrices: exact diagrams to order 3 take minutes, a lower order is summed.
LONG = {("nonlinear-random-features", "loss"), ("nonlinear-random-features", "noise_loss")}


def derivation(model: str, quantity: str) -> Derivation:
    file = load_model(model)
    return derive(file.quantity(quantity).expression, file.model)


def silent(text: str, done: int, total: int) -> None:
    return None


@pytest.mark.parametrize(("model", "quantity"), [case for case in CASES if case not in LONG])
def test_every_built_in_quantity_passes_its_checks(model: str, quantity: str) -> None:
    found = list(checks(derivation(model, quantity), seed=3, seconds=1.0))
    assert [check.method for check in found] == ["all diagrams", "residual", "simulation"]
    assert found[0].passed, found[0]
    assert found[1].passed, found[1]
    assert not found[2].failed, found[2]  # on a busy machine there may be too few draws to tell
    assert "order 3" in found[0].statement


@pytest.mark.parametrize(("model", "quantity"), sorted(LONG))
def test_the_nonlinear_losses(model: str, quantity: str) -> None:
    result = derivation(model, quantity)
    assert check_residual(result, 3, silent).passed
    assert not check_simulation(result, 3, 2.0, silent).failed


def test_progress_is_reported_to_the_end() -> None:
    seen: list[tuple[int, int]] = []
    check_diagrams(derivation("random-features", "loss"), 0, lambda text, done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1] > 1000
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


SCALES = {"sigma_u": 1, "sigma_w": 1, "C": 1, "alpha": "0.8", "lambda_plus": 1}


def spoiled_value(result: Derivation) -> Derivation:
    closed = result.closed_form
    factor = closed.ring.constant(1) + closed.ring.constant(1) / closed.ring.constant(1000)
    return replace(result, closed_form=replace(closed, value=closed.value * factor))


def spoiled_equation(result: Derivation) -> Derivation:
    closed = result.closed_form
    shifted = closed.relations[0] + closed.ring.generator(Symbol("gamma", positive=True))
    return replace(result, closed_form=replace(closed, relations=(shifted, *closed.relations[1:])))


@pytest.mark.parametrize("spoil", [spoiled_value, spoiled_equation])
def test_diagrams_and_residual_see_a_wrong_closed_form(spoil: object) -> None:
    wrong = spoil(derivation("random-features", "loss"))  # type: ignore[operator]
    exact = list(checks(wrong, simulation=False))
    assert [one.outcome for one in exact] == [Outcome.FAILED, Outcome.FAILED]
    assert all(one.refutes for one in exact)
    with pytest.raises(ContradictionError, match="the equations it came from give"):
        evaluate(wrong, {"N": 6, "P": 9, "M": 12, "gamma": "0.1", **SCALES}, digits=15)


def test_a_check_has_three_outcomes() -> None:
    passed, failed = Check("a", "b", True, "c"), Check("a", "b", False, "c")
    unknown = Check("a", "b", Outcome.INCONCLUSIVE, "c")
    assert (passed.passed, failed.passed, unknown.passed) == (True, False, False)
    assert (passed.failed, failed.failed, unknown.failed) == (False, True, False)
    assert passed == Check("a", "b", Outcome.PASSED, "c")


def test_the_same_seed_gives_the_same_check() -> None:
    result = derivation("marchenko-pastur", "resolvent")
    assert check_diagrams(result, 5, silent) == check_diagrams(result, 5, silent)
    assert check_residual(result, 5, silent) == check_residual(result, 5, silent)
