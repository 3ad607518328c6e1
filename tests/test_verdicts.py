"""Statuses, methods and reasons: enumerations with one sentence each."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from string import Formatter
from typing import Any

import pytest

import planaria as pl
from planaria.ensembles.points import PointStatus
from planaria.ensembles.verdicts.reasons import Reason, RefusedError
from planaria.ensembles.verdicts.statuses import Status
from planaria.ensembles.verdicts.techniques import Taken, Technique, in_words

AT = {"N": 30, "P": 40}
SHARED = {Reason.NO_LAW, Reason.OUT_OF_RANGE}  # statuses of points that are never raised


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_has_a_problem_and_a_remedy(reason: Reason) -> None:
    texts = (reason.problem, reason.remedy)
    names = {field for text in texts for _, field, _, _ in Formatter().parse(text) if field is not None}
    error = RefusedError(reason, **dict.fromkeys(names, "7"))
    assert error.problem
    assert error.remedy
    assert "{" not in str(error)
    again = pickle.loads(pickle.dumps(error))
    assert (again, again.reason) == (error, reason)


@pytest.mark.parametrize("status", Status)
def test_a_status_has_a_meaning(status: Status) -> None:
    assert status.meaning
    assert bool(status.remedy) == (status in {Status.NUMERICAL_LIMIT, Status.INFINITE, Status.CONTRADICTED})


def test_points_and_single_refusals_share_their_sentences() -> None:
    for reason in (Reason.IN_THE_SPECTRUM, Reason.PATH_ENDS, *SHARED):
        assert PointStatus(reason.value).remedy == reason.remedy
    with pytest.raises(RefusedError) as caught:
        pl.derive("wigner", "resolvent").evaluate(z=1, N=100)
    assert caught.value.reason is Reason.PATH_ENDS
    (found,) = pl.derive("wigner", "resolvent").evaluate_array(z=[1.0], N=100).status
    assert (found, found.remedy) == (PointStatus.of(caught.value), caught.value.remedy)


@pytest.mark.parametrize(
    ("ask", "steps", "status", "words"),
    [
        (
            lambda one: one.evaluate(AT, gamma=1),
            [Technique.PATH, Technique.NEWTON],
            Status.VERIFIED,
            "branch followed from the bare propagators, Newton's method on the closed form",
        ),
        (
            lambda one: one.evaluate(AT, gamma=1, certify=True),
            [Technique.PATH, Technique.NEWTON, Technique.KRAWCZYK],
            Status.CERTIFIED,
            "closed form; Krawczyk's test on the unreduced equations, the ladder's radius proved below 1",
        ),
        (
            lambda one: one.evaluate(AT, gamma="-1+0.5j"),
            [Technique.COMPLEX_PATH],
            Status.VERIFIED,
            "unreduced equations, followed from the bare propagators in the complex plane",
        ),
        (
            lambda one: one.evaluate(AT, limit={"gamma": 0}),
            [Technique.LIMIT, Technique.LIMIT_BRANCH, Technique.AT_ZERO],
            Status.LIMIT,
            "limit gamma -> 0 on the branch",
        ),
        (
            lambda one: one.evaluate(N=40, P=30, limit={"gamma": 0}),
            [Technique.LIMIT, Technique.LIMIT_BRANCH, Technique.POWER],
            Status.INFINITE,
            ": the value grows without bound as gamma -> 0",
        ),
    ],
)
def test_how_a_number_was_found(
    ask: Callable[[Any], pl.Estimate], steps: list[Technique], status: Status, words: str
) -> None:
    found = ask(pl.derive("marchenko-pastur", "resolvent"))
    assert [one.technique for one in found.steps] == steps
    assert found.status is status
    assert words in found.method
    assert found.method == in_words(found.steps)


def test_quadrature_is_told_by_its_step() -> None:
    found = pl.derive("marchenko-pastur", "logdet(gamma*I(N) + x*x.T)/N").evaluate(AT, gamma=1, digits=6)
    (step,) = found.steps
    assert step.technique is Technique.QUADRATURE
    assert step.words.startswith("Gauss-Legendre quadrature")
    assert int(dict(step.details)["nodes"]) > 1


@pytest.mark.parametrize("technique", Technique)
def test_a_step_has_words_and_travels(technique: Technique) -> None:
    names = ("way", "parameter", "conditions", "before", "now", "behaviour", "nodes", "what")
    step = technique.taken(**dict.fromkeys(names, "7"))
    assert step.words
    assert pickle.loads(pickle.dumps(step)) == step
    assert isinstance(step, Taken)
