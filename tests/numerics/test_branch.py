"""Following a branch: paths against solved formulas."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from math import exp, log, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf, workdps
from sympy import Identity, MatrixSymbol, Trace, symbols

from planaria.algebra.errors import InputError
from planaria.derivations import derive
from planaria.diagrams import Gaussian, Model
from planaria.numerics.methods.newton import DOUBLE, Root, precise
from planaria.numerics.points.problem import Problem, pose, to_float
from planaria.numerics.solving import branch as module
from planaria.numerics.solving.branch import (
    BOLD,
    CAREFUL,
    Pace,
    PathEndsError,
    core_of,
    follow,
    iterate,
)

N, P, gamma = symbols("N P gamma", positive=True)
X, LAMBDA, H = MatrixSymbol("x", N, P), MatrixSymbol("Lambda", N, N), MatrixSymbol("H", N, N)
PLAIN = derive(Trace((gamma * Identity(N) + X * X.T).inv()), Model([Gaussian(X, variance=1 / P)]))
CORRELATED = derive(
    Trace((gamma * Identity(N) + X * X.T).inv()), Model([Gaussian(X, variance=1 / P, rows=LAMBDA)])
)
WIGNER = derive(Trace((gamma * Identity(N) - H).inv()) / N, Model([Gaussian(H, variance=1 / N, kind="hermitian")]))


@pytest.fixture(autouse=True)
def _digits() -> Iterator[None]:
    with workdps(40):
        yield


# -- the walk -------------------------------------------------------------------------------------------------

Script = Callable[[Any, float], tuple[float, int] | None]


def walk(
    monkeypatch: pytest.MonkeyPatch, root: Script, pace: Pace = CAREFUL, start: float = -4.0, first: float = 1.0
) -> tuple[float, list[tuple[float, float]]]:
    """Follow one unknown where Newton's method finds what `root` says, from a guess at a position.

    The end, and the positions and guesses that were tried.
    """
    tried: list[tuple[float, float]] = []

    def scripted(system: Any, guess: Any, arithmetic: Any, guard: Any) -> Any:
        position = log(float(system.keywords["strength"]))
        tried.append((position, float(guess[0])))
        found = root(float(guess[0]), position)
        return None if found is None else Root([found[0]], found[1])

    monkeypatch.setattr(module, "newton", scripted)
    monkeypatch.setattr(module, "_start", lambda problem, arithmetic: (start, np.array([first])))
    problem = pose(PLAIN, {"N": 2, "P": 3, "gamma": 1})
    (end,) = follow(problem, DOUBLE, pace)
    return end, tried


def test_a_path_goes_to_full_strength(monkeypatch: pytest.MonkeyPatch) -> None:
    end, tried = walk(monkeypatch, lambda guess, position: (exp(position / 2), 1), first=exp(-2))
    assert end == pytest.approx(1.0)
    positions = [position for position, _ in tried]
    assert positions[0] == pytest.approx(-4.0)
    assert positions[-1] == pytest.approx(0.0)
    steps = [b - a for a, b in itertools.pairwise(positions)]
    # a constant is predicted first: exp(step/2) is more than five per cent off until the step is short
    assert steps[0] == pytest.approx(0.5)
    assert max(steps) <= CAREFUL.longest + 1e-9
    # a power of the strength is predicted exactly from the third point on
    for position, guess in tried[-3:]:
        assert guess == pytest.approx(exp(position / 2))


def test_steps_grow_by_the_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    def still(guess: float, position: float) -> tuple[float, int]:
        return 2.0, 1

    for pace, lengths in ((CAREFUL, [0.5, 0.7, 0.98, 1.372, 1.5, 1.5]), (BOLD, [1.0, 2.0, 4.0, 8.0])):
        _, tried = walk(monkeypatch, still, pace, start=-30.0, first=2.0)
        positions = [position for position, _ in tried]
        if pace is BOLD:  # which looks aside for the slope first
            assert positions.pop(1) == pytest.approx(-30.0 - module.ASIDE)
        steps = [b - a for a, b in itertools.pairwise(positions)]
        assert steps[: len(lengths)] == pytest.approx(lengths)


def test_the_sign_must_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next root, with the other sign, lies within the widest correction: only shorter steps avoid it."""

    def two_roots(guess: float, position: float) -> tuple[float, int]:
        here = previous[-1]
        if position - here > 0.2:
            return 1.02, -1
        previous.append(position)
        return 1.0, 1

    previous = [-2.0]
    end, tried = walk(monkeypatch, two_roots, start=-2.0)
    assert end == 1.0
    assert len(tried) > 10


def test_a_far_correction_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """A root of the right sign, four tenths away, is another one."""

    def jump(pace: Pace, size: float) -> float:
        previous = [-2.0]

        def root(guess: float, position: float) -> tuple[float, int]:
            if position - previous[-1] > 0.2:
                return 1.0 + size, 1
            previous.append(position)
            return 1.0, 1

        return walk(monkeypatch, root, pace, start=-2.0)[0]

    assert jump(CAREFUL, 0.06) == 1.0
    assert jump(CAREFUL, -0.06) == 1.0
    assert jump(BOLD, 0.31) == 1.0
    assert jump(BOLD, -0.31) == 1.0
    assert jump(BOLD, 0.2) == pytest.approx(1.2)  # within what a bold path allows
    assert CAREFUL.widest == 0.05
    assert BOLD.widest == 0.3


def test_a_path_that_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    def until(end: float) -> Root:
        return lambda guess, position: (1.0, 1) if position <= end else None

    with pytest.raises(PathEndsError) as found:
        walk(monkeypatch, until(-1.0), start=-3.0)
    assert found.value.strength == pytest.approx(exp(-1), rel=1e-5)
    assert not found.value.certain
    with pytest.raises(PathEndsError) as found:
        walk(monkeypatch, lambda guess, position: None, start=-3.0)
    assert found.value.strength == pytest.approx(exp(-3))


def test_a_refused_step_is_halved(monkeypatch: pytest.MonkeyPatch) -> None:
    failed: list[float] = []

    def once(guess: float, position: float) -> tuple[float, int] | None:
        if position > -3.9 and not failed:
            failed.append(position)
            return None
        return 1.0, 1

    _, tried = walk(monkeypatch, once)
    assert tried[1][0] == pytest.approx(-3.5)
    assert tried[2][0] == pytest.approx(-3.75)


def test_many_digits_have_few_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[float] = []

    def scripted(system: Any, guess: Any, arithmetic: Any, guard: Any) -> Any:
        calls.append(float(system.keywords["strength"]))
        return Root([mpf(1)], 1)

    monkeypatch.setattr(module, "newton", scripted)
    monkeypatch.setattr(module, "MOST_CALLS", 5)
    monkeypatch.setattr(module, "_start", lambda problem, arithmetic: (-30.0, np.array([mpf(1)], dtype=object)))
    problem = pose(PLAIN, {"N": 2, "P": 3, "gamma": 1})
    assert list(follow(problem, precise(30), BOLD)) == [1]  # calls that go well may be many
    calls.clear()

    def failing(*arguments: Any) -> Any:
        calls.append(0.0)
        return Root([mpf(1)], 1) if len(calls) == 1 else None

    monkeypatch.setattr(module, "newton", failing)
    with pytest.raises(PathEndsError):
        follow(problem, precise(30), CAREFUL)
    assert len(calls) == 7
    calls.clear()
    monkeypatch.setattr(module, "_start", lambda problem, arithmetic: (-30.0, np.array([1.0])))
    with pytest.raises(PathEndsError):
        follow(problem, DOUBLE, CAREFUL)
    assert len(calls) > 20  # in double precision the shortest step is the bound


# -- predictions ----------------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(st.floats(-3, 3), st.floats(0.1, 5), st.floats(-3, -1), st.floats(0.1, 1), st.floats(0.1, 2))
def test_powers_are_predicted(power: float, size: float, start: float, first: float, second: float) -> None:
    positions = [start, start + first, start + first + second]
    points = [(p, np.array([size * exp(power * p), -size * exp(power * p)])) for p in positions]
    guess = module._predict(points[0], points[1], positions[2])
    assert guess == pytest.approx(points[2][1], rel=1e-9)


def test_a_change_of_sign_is_predicted_by_a_line() -> None:
    one, other = (0.0, np.array([1.0, 2.0])), (1.0, np.array([-1.0, 4.0]))
    assert module._predict(one, other, 3.0) == pytest.approx([-5.0, 16.0])
    assert module._predict(None, other, 3.0) is other[1]


def test_predictions_keep_the_numbers() -> None:
    points = [(-2.0, np.array([mpf(1)], dtype=object)), (-1.0, np.array([mpf(3)], dtype=object))]
    (guess,) = module._guesses(points, 0.0, DOUBLE, CAREFUL)
    assert isinstance(guess[0], mpf)
    assert guess[0] == 9


def test_bold_predictions_with_many_digits_may_settle() -> None:
    """1 + 1e-7 / s goes to a limit: predicted once with a power of s and once as a constant."""
    positions = [-6.0, -5.0, -4.0]
    points = [(p, np.array([1 + mpf(exp(-p)) / 10**7], dtype=object)) for p in positions]
    first, second = module._guesses(points, -3.0, precise(40), BOLD)
    assert second[0] == points[-1][1][0]
    truth = 1 + mpf(exp(3.0)) / 10**7
    assert abs(first[0] - truth) < abs(second[0] - truth) / 10**6
    assert len(list(module._guesses(points, -3.0, precise(40), CAREFUL))) == 1
    assert len(list(module._guesses(points[:1], -3.0, precise(40), BOLD))) == 1
    assert len(list(module._guesses(points, -3.0, DOUBLE, BOLD))) == 1
    (alone,) = module._guesses(points[:1], -3.0, precise(40), BOLD)
    assert alone is points[0][1]


# -- iteration and the start ----------------------------------------------------------------------------------


def marchenko_pastur(n: float, p: float, ridge: float, strength: float = 1.0) -> float:
    """tr (ridge + s x x^T)^-1 with variance 1/P: the positive root of s g^2 + (ridge P + s (P - N)) g = N P, g of
    the trace."""
    s = strength
    b = ridge * p + s * (p - n)
    return (-b + sqrt(b * b + 4 * s * ridge * n * p)) / (2 * s * ridge)


def trace_of(problem: Problem, unknowns: Sequence[Any]) -> Any:
    functions = module.functions_of(problem.derivation.closed_form, "numpy")
    return functions.value([float(u) for u in unknowns], problem.floats(), problem.scalars(to_float))


@settings(max_examples=15)
@given(st.integers(1, 40), st.integers(1, 40), st.floats(-9, 3))
def test_paths_lead_to_the_solution(n: int, p: int, places: float) -> None:
    problem = pose(PLAIN, {"N": n, "P": p, "gamma": 10.0**places})
    for pace in (CAREFUL, BOLD):
        value = trace_of(problem, follow(problem, DOUBLE, pace))
        assert value == pytest.approx(marchenko_pastur(n, p, 10.0**places), rel=1e-5)


@pytest.mark.parametrize("pace", [CAREFUL, BOLD])
def test_a_path_with_many_digits(pace: Pace) -> None:
    problem = pose(PLAIN, {"N": 3, "P": 5, "gamma": "1/100"})
    unknowns = follow(problem, precise(40), pace)
    assert isinstance(unknowns[0], mpf)
    functions = module.functions_of(PLAIN.closed_form, "mpmath")
    value = functions.value(unknowns, problem.mpfs(), problem.scalars(module.to_mpf))
    b = mpf(5) / 100 + 2
    assert abs(value - (-b + mp.sqrt(b * b + mpf(60) / 100)) * 50) < mpf(10) ** -25


def test_inside_of_a_spectrum_the_path_ends() -> None:
    """The semicircle at strength s has radius 2 sqrt(s): at z = 1 it is met at s = 1/4."""
    problem = pose(WIGNER, {"N": 3, "gamma": 1})
    for pace in (CAREFUL, BOLD):
        with pytest.raises(PathEndsError) as found:
            follow(problem, DOUBLE, pace)
        assert found.value.strength == pytest.approx(0.25, rel=1e-3)
    outside = pose(WIGNER, {"N": 3, "gamma": 3})
    assert trace_of(outside, follow(outside)) == pytest.approx((3 - sqrt(5)) / 2)


def test_a_path_with_one_parameter() -> None:
    fixed = MatrixSymbol("x", 2, 3)
    result = derive(Trace((gamma * Identity(2) + fixed * fixed.T).inv()), Model([Gaussian(fixed)]))
    problem = pose(result, {"gamma": 3})
    assert module._all_scalars(problem, to_float) == {gamma: 3.0}
    assert trace_of(problem, follow(problem)) == pytest.approx(marchenko_pastur(2, 3, 1) / 3)


def test_nothing_to_follow() -> None:
    alone = derive(Trace(X * X.T), Model([Gaussian(X, variance=1 / P)]))
    assert alone.closed_form.unknowns == ()
    assert follow(pose(alone, {"N": 2, "P": 3})).shape == (0,)


def test_iteration_from_the_bare_propagators() -> None:
    problem = pose(PLAIN, {"N": 3, "P": 5, "gamma": 2})
    loops = iterate(problem, 0.01)
    assert loops is not None
    expected = marchenko_pastur(3, 5, 2, 0.01)
    spaces = {PLAIN.system.representative(symbol).space: value for symbol, value in loops.items()}
    assert abs(spaces[N]) == pytest.approx(expected, rel=1e-11)
    assert abs(spaces[P]) == pytest.approx(5 / (1 + 0.01 * expected / 5), rel=1e-11)
    again = iterate(problem, 0.01, rounds=2, start=loops)
    assert again == pytest.approx(loops)
    assert iterate(problem, 0.01, rounds=2) is None
    assert iterate(problem, 1e9) is None


def test_iteration_over_a_list_of_eigenvalues() -> None:
    values = [0.5, 2.0, 3.0]
    problem = pose(CORRELATED, {"P": 5, "gamma": 2, "Lambda": values})
    loops = iterate(problem, 0.05)
    assert loops is not None
    t_p = 5.0
    for _ in range(200):
        t_n = sum(v / (2 + 0.05 * v * t_p / 5) for v in values)
        t_p = 5 / (1 + 0.05 * t_n / 5)
    found = {CORRELATED.system.representative(symbol).space: value for symbol, value in loops.items()}
    assert abs(found[N]) == pytest.approx(t_n, rel=1e-10)
    assert abs(found[P]) == pytest.approx(t_p, rel=1e-10)
    unknowns = follow(problem)
    t_p = 5.0
    for _ in range(2000):
        t_n = sum(v / (2 + v * t_p / 5) for v in values)
        t_p = 5 / (1 + t_n / 5)
    assert trace_of(problem, unknowns) == pytest.approx(sum(1 / (2 + v * t_p / 5) for v in values))


def test_a_dimension_is_a_weight_where_no_eigenvalue_is_left() -> None:
    """A covariance that cancels leaves integrands without eigenvalues: each counts as often as there are some."""
    problem = pose(CORRELATED, {"P": 4, "gamma": 1, "Lambda": [1, 1, 1]})
    assert trace_of(problem, follow(problem)) == pytest.approx(marchenko_pastur(3, 4, 1))


def test_the_start_is_weak_and_on_the_branch() -> None:
    problem = pose(PLAIN, {"N": 3, "P": 5, "gamma": 2})
    position, vector = module._start(problem, DOUBLE)
    assert position == pytest.approx(log(1e-2))
    loops = iterate(problem, 1e-2)
    assert loops is not None
    (unknown,) = PLAIN.closed_form.unknowns
    (symbol,) = unknown.definition.support() & set(loops)
    parameters = dict.fromkeys(unknown.definition.ring.generators, 1.0) | module._all_scalars(problem, to_float)
    scale = unknown.definition.evaluate({**parameters, symbol: loops[symbol]}, 1.0)
    assert list(vector) == pytest.approx([scale])
    tiny = pose(PLAIN, {"N": 3, "P": 5, "gamma": "1e-9"})
    weaker, _ = module._start(tiny, DOUBLE)
    assert weaker < log(1e-9)
    assert (weaker - log(1e-2)) / log(30) == pytest.approx(round((weaker - log(1e-2)) / log(30)))


def test_where_iteration_settles_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = pose(PLAIN, {"N": 3, "P": 5, "gamma": 2})
    strengths: list[float] = []

    def never(problem: Problem, strength: float, near: float) -> None:
        strengths.append(strength)

    monkeypatch.setattr(module, "iterate", never)
    with pytest.raises(InputError, match="settles at no field strength"):
        module._start(problem, DOUBLE)
    assert len(strengths) == 60
    assert strengths[1] == pytest.approx(1e-2 / 30)
    with workdps(40):
        position, vector = module._start(problem, precise(40))  # balls take over
    assert position == pytest.approx(-100 * log(10))
    assert all(isinstance(x, mpf) and x for x in vector)
    monkeypatch.setattr(module, "start_directly", lambda problem: None)
    with pytest.raises(InputError, match="settles at no field strength"):
        module._start(problem, precise(40))


def test_a_start_where_an_unknown_is_zero_or_not_finite_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = pose(PLAIN, {"N": 3, "P": 5, "gamma": 2})
    values = iter([np.array([0.0]), np.array([float("inf")]), np.array([2.5])])
    monkeypatch.setattr(module, "_unknowns", lambda *arguments: next(values))
    position, vector = module._start(problem, DOUBLE)
    assert list(vector) == [2.5]
    assert position == pytest.approx(log(1e-2 / 900))


def test_the_core_is_what_the_unknowns_need() -> None:
    core = core_of(PLAIN)
    assert set(core) == set(PLAIN.system.unknowns)
    square = derive(Trace((gamma * Identity(N) + X * X.T).inv() ** 2), Model([Gaussian(X, variance=1 / P)]))
    assert len(core_of(square)) == 2
    assert len(square.system.unknowns) == 4
    for symbol, (space, integrand) in core_of(square).items():
        assert square.system.representative(symbol).space == space
        assert integrand.support() & set(square.system.unknowns) <= set(core_of(square))


def test_what_is_said_of_the_end_of_a_path() -> None:
    error = PathEndsError(0.12345, certain=True)
    assert error.strength == 0.12345
    assert error.certain
    assert "0.123 of 1" in str(error)
    assert not PathEndsError(strength=0.5).certain
    with pytest.raises(TypeError):
        PathEndsError(0.5, True)  # type: ignore[misc]
