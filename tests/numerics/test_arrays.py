"""Points of an array from their neighbours: which roots are taken, and which are reached afresh."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sympy import Identity, MatrixSymbol, Trace, symbols

import planaria as pl
from planaria.algebra.errors import InputError
from planaria.derivations import derive
from planaria.diagrams import Gaussian, Model
from planaria.numerics.points.problem import Problem, pose
from planaria.numerics.sweeps import arrays as module

N, P, gamma = symbols("N P gamma", positive=True)
X = MatrixSymbol("x", N, P)
PLAIN = derive(Trace((gamma * Identity(N) + X * X.T).inv()), Model([Gaussian(X, variance=1 / P)]))
RIDGES = np.array([1.0, 1.1, 1.2, 1.3, 1.4, 1.5])


def swept(
    monkeypatch: pytest.MonkeyPatch,
    root: Callable[[float, float], tuple[float, int] | None],
    afresh: Callable[[float], tuple[float, int] | None],
) -> tuple[list[float], list[float], list[tuple[float, float]]]:
    """The unknown at every ridge, where it was reached afresh, and the guesses."""
    from_the_start: list[float] = []
    guesses: list[tuple[float, float]] = []

    def newton(functions: Any, guess: Any, spectrum: Any, scalars: Any) -> Any:
        ridge = scalars[gamma]
        guesses.append((ridge, float(guess[0])))
        found = root(float(guess[0]), ridge)
        return None if found is None else (np.array([found[0]]), found[1])

    def start(here: Problem, scalars: Any) -> Any:
        from_the_start.append(scalars[gamma])
        found = afresh(scalars[gamma])
        return None if found is None else (np.array([found[0]]), found[1])

    monkeypatch.setattr(module, "_root", newton)
    monkeypatch.setattr(module, "_afresh", start)
    problem = pose(PLAIN, {"N": 3, "P": 5, "gamma": 1})
    unknowns, values = module._in_double_precision(problem, {"gamma": RIDGES}, len(RIDGES))
    assert np.isfinite(values).tolist() == np.isfinite(unknowns[:, 0]).tolist()
    return list(unknowns[:, 0]), from_the_start, guesses


def test_the_first_point_is_reached_afresh_and_the_others_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found, fresh, guesses = swept(monkeypatch, lambda guess, ridge: (ridge, 1), lambda ridge: (ridge, 1))
    assert found == list(RIDGES)
    assert fresh == [1.0]
    assert guesses[0] == (1.1, 1.0)
    # a geometric series from the third point on
    assert guesses[1][1] == pytest.approx(1.1 * 1.1)


def test_a_root_of_the_other_sign_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """At 1.3 Newton's method meets the next root, whose Jacobian has the other sign: afresh, then."""

    def root(guess: float, ridge: float) -> tuple[float, int]:
        return (99.0, -1) if ridge == 1.3 else (ridge, 1)

    found, fresh, guesses = swept(monkeypatch, root, lambda ridge: (ridge, 1))
    assert found == list(RIDGES)
    assert fresh == [1.0, 1.3]
    assert [ridge for ridge, _ in guesses].count(1.3) == 2  # both guesses were tried


def test_the_second_guess_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    def root(guess: float, ridge: float) -> tuple[float, int]:
        return (ridge, 1) if ridge < 1.15 or guess == 1.1 else (99.0, -1)

    found, fresh, _ = swept(monkeypatch, root, lambda ridge: (ridge, 1))
    assert found[2] == 1.2
    assert 1.2 not in fresh


def test_the_sign_is_that_of_the_point_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was reached afresh has a sign of its own, and the next points keep to that."""

    def root(guess: float, ridge: float) -> tuple[float, int] | None:
        return None if ridge == 1.2 else (ridge, 1 if ridge < 1.2 else -1)

    found, fresh, _ = swept(monkeypatch, root, lambda ridge: (ridge, 1 if ridge < 1.2 else -1))
    assert found == list(RIDGES)
    assert fresh == [1.0, 1.2]


def test_a_point_that_cannot_be_reached_is_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def root(guess: float, ridge: float) -> tuple[float, int] | None:
        return None if ridge == 1.2 else (ridge, 1)

    found, fresh, _ = swept(monkeypatch, root, lambda ridge: None if ridge == 1.2 else (ridge, 1))
    assert np.isnan(found[2])
    assert found[:2] + found[3:] == [1.0, 1.1, 1.3, 1.4, 1.5]
    assert fresh == [1.0, 1.2, 1.3]  # the next one has no neighbour to start from


def test_guesses() -> None:
    one, two = np.array([1.0, 4.0]), np.array([1.5, 3.0])
    assert module._guesses(None, None) == []
    assert module._guesses(two, None) == [two]
    first, second = module._guesses(two, one)
    assert list(first) == [2.25, 2.25]
    assert second is two
    assert len(module._guesses(np.array([2.5]), np.array([1.0]))) == 1
    assert len(module._guesses(np.array([0.4]), np.array([1.0]))) == 1
    assert len(module._guesses(np.array([2.0, 0.5]), np.array([1.0, 1.0]))) == 2


def test_afresh_is_the_branch(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = pose(PLAIN, {"N": 3, "P": 5, "gamma": 1})
    found = module._afresh(problem, problem.scalars(float))
    assert found is not None
    assert found[1] in (1, -1)

    def lost(here: Problem) -> Any:
        raise InputError("evaluate", "lost", "move")

    monkeypatch.setattr(module, "follow", lost)
    assert module._afresh(problem, problem.scalars(float)) is None


def test_numbers_beyond_doubles() -> None:
    result = pl.derive("marchenko-pastur", "resolvent")
    assert np.isnan(result.evaluate_array(N=3, P=3, gamma="1e400"))
    assert np.isnan(result.evaluate_array(N=4, P=3, gamma="1e-400"))  # 2.5e399
    with pytest.raises(InputError, match="parameter N: the array holds a number beyond 1e308"):
        result.evaluate_array(N=[10**309, 3], P=3, gamma=1)
    for size in ("1e400", 10**400):
        for function in (result.evaluate, result.evaluate_array):
            with pytest.raises(InputError, match=r"dimension N: 1\S* is larger than 10\^300; give a smaller size"):
                function(N=size, P=3, gamma=1)
