"""The walk to a limit: the guards of its steps, on equations by hand and on one that is solved by a formula."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from mpmath import mp, mpf, workdps
from sympy import Identity, MatrixSymbol, Rational, Trace, symbols

from planaria.algebra.errors import InputError
from planaria.derivations import derive
from planaria.diagrams import Gaussian, Model
from planaria.numerics.methods.newton import Root
from planaria.numerics.points.problem import Problem, pose
from planaria.numerics.solving import limit_path as module
from planaria.numerics.solving import limits
from planaria.numerics.solving.limit_path import LimitPath

N, P, gamma = symbols("N P gamma", positive=True)
X = MatrixSymbol("x", N, P)
PLAIN = derive(Trace((gamma * Identity(N) + X * X.T).inv()), Model([Gaussian(X, variance=1 / P)]))


@pytest.fixture(autouse=True)
def _digits() -> Iterator[None]:
    with workdps(50):
        yield


def at_zero() -> Problem:
    return pose(PLAIN, {"N": 3, "P": 5}, zero=frozenset({"gamma"}))


def path_of(*points: tuple[float, float]) -> LimitPath:
    path = LimitPath(at_zero(), gamma, 20)
    path.points = [(places, [mpf(value)]) for places, value in points]
    return path


# -- Newton's method ------------------------------------------------------------------------------------------

Formula = Callable[..., tuple[list[Any], list[list[Any]]]]


def solve(monkeypatch: pytest.MonkeyPatch, formula: Formula, *start: Any) -> Any:
    stub = SimpleNamespace(residual=lambda unknowns, spectrum, scalars, strength: formula(*unknowns))
    monkeypatch.setattr(module, "functions_of", lambda closed, kind: stub)
    return module.newton_at(pose(PLAIN, {"N": 3, "P": 5, "gamma": 1}), list(start))


def test_the_root_and_its_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    unknowns, sign = solve(monkeypatch, lambda x: ([x * x - 2], [[2 * x]]), "1.4")
    assert abs(unknowns[0] - mp.sqrt(2)) < mpf(10) ** -48
    assert sign == 1
    _, sign = solve(monkeypatch, lambda x: ([2 - x * x], [[-2 * x]]), "1.4")
    assert sign == -1


def test_a_start_too_far_away_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first step may move each unknown by three tenths; later ones have no bound."""

    def line(x: Any) -> Any:
        return [x - 1], [[mpf(1)]]

    assert solve(monkeypatch, line, "0.78") is not None  # a step of 0.22 on 0.78
    assert solve(monkeypatch, line, "0.76") is None
    assert solve(monkeypatch, line, "1.42") is not None
    assert solve(monkeypatch, line, "1.44") is None

    def pair(x: Any, y: Any) -> Any:
        return [x - 1, y - 1], [[mpf(1), mpf(0)], [mpf(0), mpf(1)]]

    assert solve(monkeypatch, pair, "1.01", "1.44") is None
    assert solve(monkeypatch, pair, "1.01", "1.01") is not None


def test_double_roots_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the distance of a double root the steps only halve at first."""
    tiny = mpf(10) ** -20
    found = solve(monkeypatch, lambda x: ([(x - 1) ** 2 - tiny], [[2 * (x - 1)]]), "1.1")
    assert found is not None
    assert abs(found[0][0] - 1 - mp.sqrt(tiny)) < mpf(10) ** -38


def test_what_does_not_settle_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = {"sign": mpf(1)}

    def cycle(x: Any) -> Any:
        turns["sign"] = -turns["sign"]
        return [turns["sign"] / 10], [[mpf(1)]]

    assert solve(monkeypatch, cycle, 1) is None
    assert solve(monkeypatch, lambda x: ([x], [[x * 0]]), 1) is None


# -- the path -------------------------------------------------------------------------------------------------


def scripted(monkeypatch: pytest.MonkeyPatch, root: Callable[[Sequence[Any], float], Any]) -> list[float]:
    """Newton's method as it is told: what it finds at a number of places; the places that were asked for."""
    asked: list[float] = []

    def newton(problem: Problem, guess: Sequence[Any]) -> Any:
        value = problem.values[gamma]
        places = -float(mp.log10(mpf(int(value.p)) / int(value.q)))
        asked.append(places)
        found = root(guess, places)
        return None if found is None else Root(*found)

    monkeypatch.setattr(module, "newton_at", newton)
    monkeypatch.setattr(module, "value_at", lambda problem, unknowns: unknowns[0])
    return asked


def test_a_root_of_the_other_sign_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    signs = iter([1, -1, 1, -1])
    scripted(monkeypatch, lambda guess, places: ([mpf(2)], next(signs)))
    path = path_of((8, 2), (9, 2))
    assert path.sign == 0
    assert path.newton(10, [mpf(2)]) == [2]
    assert path.sign == 1
    assert path.newton(11, [mpf(2)]) is None
    assert path.sign == 1
    assert path.newton(11, [mpf(2)]) == [2]
    assert path.newton(11, [mpf(2)]) is None


def test_a_path_avoids_the_next_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long steps meet the neighbour, of the other sign; the path then takes shorter ones."""
    reached = [9.0]

    def two(guess: Sequence[Any], places: float) -> Any:
        if places - reached[-1] > 2:
            return [mpf("2.1")], -1
        reached.append(places)
        return [mpf(2)], 1

    scripted(monkeypatch, two)
    path = path_of((8, 2), (9, 2))
    path.sign = 1
    path.advance(20)
    assert all(x == [2] for _, x in path.points)
    assert path.stations == [(20, [2], 2)]
    assert path.points[-1][0] == 20


def test_a_path_that_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = scripted(monkeypatch, lambda guess, places: ([mpf(2)], 1) if places < 12 else None)
    path = path_of((8, 2), (9, 2))
    with pytest.raises(InputError, match=r"lost at gamma = 10\*\*-12"):
        path.advance(20)
    assert len(asked) < 60


def test_steps_double_where_they_go_well(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = scripted(monkeypatch, lambda guess, places: ([mpf(2)], 1))
    path = path_of((8, 2), (9, 2))
    path.advance(40)
    assert [round(p) for p in asked[:5]] == [10, 12, 16, 24, 40]


def test_the_problem_on_the_way() -> None:
    path = path_of((8, 2), (9, 2))
    assert path.problem(3).values[gamma] == Rational(1, 1000)
    assert path.problem(2.5).values[gamma] == Rational(1, 100) * Rational(repr(10**-0.5))
    assert path.precision(10) > 20 + 60


def test_a_value_must_stand_when_the_precision_is_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    precisions: list[int] = []
    values = iter([mpf(3), mpf("3.0001"), mpf("3.0001")])

    def value(problem: Problem, unknowns: Sequence[Any]) -> Any:
        precisions.append(mp.dps)
        return next(values)

    scripted(monkeypatch, lambda guess, places: ([mpf(2)], 1))
    monkeypatch.setattr(module, "value_at", value)
    path = path_of((8, 2), (9, 2))
    assert path.value() == mpf("3.0001")
    assert precisions == [path.precision(9) * k for k in (1, 2, 4)]
    restless = iter(map(mpf, range(3, 9)))
    monkeypatch.setattr(module, "value_at", lambda problem, unknowns: next(restless))
    with pytest.raises(InputError, match="lost"):
        path.value()


def test_the_path_of_marchenko_and_pastur() -> None:
    """tr (x x^T)^-1 = N P/(P - N) for more samples than features."""
    path = LimitPath.start(at_zero(), gamma, 20)
    path.advance(20)
    ((places, _, value),) = path.stations
    assert places == 20
    assert abs(value - mpf(15) / 2) < mpf(10) ** -17
    assert path.sign in (1, -1)
    assert path.verify() < mpf(10) ** -20


# -- what is read off two stations ----------------------------------------------------------------------------


def test_powers_between_stations() -> None:
    assert limits._power((mpf(10) ** -20, mpf(10) ** -40), 20) == pytest.approx(1)
    assert limits._power((mpf(10) ** 10, mpf(10) ** 20), 20) == pytest.approx(-0.5)
    assert limits._power((mpf(0), mpf(1)), 20) == float("inf")
    assert limits._power((mpf(-1), mpf(-1)), 20) == 0


def test_a_limit_is_approached_with_a_power() -> None:
    def near(first: int, second: int) -> tuple[mpf, mpf]:
        return 2 + 2 * mpf(10) ** -first, 2 + 2 * mpf(10) ** -second

    assert limits._approached(near(5, 9), mpf(2), 20, 40)
    assert not limits._approached(near(5, 7), mpf(2), 20, 40)
    assert not limits._approached(near(3, 9), mpf(2), 20, 40)
    assert not limits._approached(near(5, 9), mpf(0), 20, 40)
    assert limits._reached(near(5, 22), mpf(2), 20, 40, 20)
    assert not limits._reached(near(5, 18), mpf(2), 20, 40, 20)
    assert not limits._reached(near(3, 22), mpf(2), 20, 40, 20)
