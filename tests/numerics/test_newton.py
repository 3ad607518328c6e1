"""Newton's method and its guards on equations by hand, in every arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import exp
from typing import Any

import numpy as np
import pytest
from flint import arb, arb_mat
from mpmath import mp, mpf, workdps

from planaria.numerics.methods.newton import DOUBLE, Guard, balls, newton, precise, settled
from planaria.numerics.points.balls import from_ball, working_balls
from planaria.numerics.solving.branch import CONTRACTING
from planaria.numerics.solving.direct import AT_ONCE


@pytest.fixture(autouse=True)
def _digits() -> Iterator[None]:
    with workdps(40):
        yield


Formula = Callable[..., tuple[list[Any], list[list[Any]]]]


def square(x: Any, s: Any) -> tuple[list[Any], list[list[Any]]]:
    """x^2 = 4 s: the slope is positive at the positive root."""
    return [x * x - 4 * s], [[2 * x]]


def solve(formula: Formula, *start: Any, strength: Any = 1.0, arithmetic: Any = DOUBLE, rounds: int = 12) -> Any:
    return newton(
        lambda unknowns: formula(*unknowns, strength), list(start), arithmetic, replace(CONTRACTING, rounds=rounds)
    )


def test_newton_finds_the_root() -> None:
    unknowns, sign = solve(square, 2.1)
    assert unknowns == pytest.approx([2.0], abs=1e-14)
    assert sign == 1
    assert solve(square, 3.01, strength=2.25)[0] == pytest.approx([3.0], abs=1e-13)
    unknowns, sign = solve(square, -2.1)
    assert unknowns == pytest.approx([-2.0])
    assert sign == -1
    _, sign = solve(lambda x, s: ([4 - x * x], [[-2 * x]]), 2.1)
    assert sign == -1


def test_newton_with_many_digits() -> None:
    with workdps(60):
        unknowns, sign = solve(lambda x, s: ([x * x - 2], [[2 * x]]), mpf("1.41"), arithmetic=precise(60))
        assert abs(unknowns[0] - mp.sqrt(2)) < mpf(10) ** -58
        assert isinstance(unknowns[0], mpf)
        assert sign == 1
        _, sign = solve(lambda x, s: ([2 - x * x], [[-2 * x]]), mpf("1.41"), arithmetic=precise(60))
        assert sign == -1


def test_newton_for_several_unknowns() -> None:
    def circle(x: Any, y: Any, s: Any) -> tuple[list[Any], list[list[Any]]]:
        return [x * x + y * y - 25, x - y + 1], [[2 * x, 2 * y], [1, -1]]

    for arithmetic in (DOUBLE, precise(30)):
        unknowns, sign = solve(circle, 3.1, 3.9, arithmetic=arithmetic)
        assert [float(u) for u in unknowns] == pytest.approx([3.0, 4.0])
        assert sign == -1  # -2 x - 2 y


def test_a_singular_jacobian_has_no_step() -> None:
    for arithmetic in (DOUBLE, precise(30)):
        assert solve(lambda x, s: ([x - 1], [[x * 0]]), 2.0, arithmetic=arithmetic) is None

    def divided(x: Any, s: Any) -> Any:
        raise ZeroDivisionError

    assert solve(divided, 2.0) is None


def test_unknowns_keep_their_sign() -> None:
    """The step from 0.5 leads to a root at -1: it is outside of the domain."""
    assert solve(lambda x, s: ([x + 1], [[1.0]]), 0.5) is None
    assert solve(lambda x, s: ([x - 1], [[1.0]]), -0.5) is None
    assert solve(lambda x, s: ([x], [[1.0]]), 0.5) is None  # zero is no value of an unknown
    assert solve(lambda x, s: ([x - 0.501], [[1.0]]), 0.5)[0] == pytest.approx([0.501])

    def pair(x: Any, y: Any, s: Any) -> Any:
        return [x - 1.01, y + 1], [[1.0, 0.0], [0.0, 1.0]]

    assert solve(pair, 1.0, 0.5) is None
    assert solve(pair, 1.0, -0.99)[0] == pytest.approx([1.01, -1.0])


def test_a_step_that_is_not_finite() -> None:
    assert solve(lambda x, s: ([float("nan")], [[1.0]]), 0.5) is None
    with np.errstate(all="ignore"):
        assert solve(lambda x, s: ([-1e308 * 10], [[1.0]]), 0.5) is None


def test_newton_must_contract_from_the_first_step_on() -> None:
    """A double root only halves the distance: each step is half the one before, and that is too slow."""
    assert solve(lambda x, s: ([(x - 1) ** 2], [[2 * (x - 1)]]), 1.1) is None
    assert CONTRACTING.shrinks == 0.3

    def slowly(factor: float) -> Formula:
        # x -> 1 + factor (x - 1): contraction by that factor at every step
        return lambda x, s: ([(1 - factor) * (x - 1)], [[1.0]])

    assert solve(slowly(0.25), 1.05, rounds=40) is not None
    assert solve(slowly(0.35), 1.05, rounds=40) is None


def test_a_far_start_is_seen_by_its_steps() -> None:
    """From 20 to the root 2 of x^2 = 4 the steps are 0.5, 0.48, ...: no contraction."""
    assert solve(square, 20.0) is None
    assert solve(square, 0.2) is None


def test_steps_at_the_level_of_rounding_end() -> None:
    """Steps of 1e-9 that do not shrink are those of rounding; steps of 1e-5 are none."""

    def noisy(size: float) -> Formula:
        state = {"sign": 1.0}

        def formula(x: Any, s: Any) -> Any:
            state["sign"] = -state["sign"]
            return [state["sign"] * size], [[1.0]]

        return formula

    assert solve(noisy(1e-9), 1.0) is not None
    assert solve(noisy(9e-7), 1.0) is not None
    assert solve(noisy(1e-5), 1.0) is None
    assert solve(noisy(1e-13), 1.0) is not None


def test_rounds_are_bounded() -> None:
    def halting(x: Any, s: Any) -> Any:
        return [0.75 * (x - 1)], [[1.0]]

    assert solve(halting, 1.05, rounds=2) is None
    assert solve(halting, 1.05, rounds=40)[0] == pytest.approx([1.0])


def test_the_level_of_rounding() -> None:
    assert DOUBLE.rounding == 1e-12
    assert precise(40).rounding == pytest.approx(1e-35)
    assert precise(25).rounding == pytest.approx(1e-20)
    assert precise(10_000).rounding == mpf(10) ** -9995
    assert precise(40).exponential(2.0) == mp.exp(2)
    assert DOUBLE.exponential(2.0) == exp(2)
    assert DOUBLE.sign([[0.0, 1.0], [1.0, 0.0]]) == -1
    assert precise(40).sign([[0, 1], [1, 0]]) == -1
    assert list(precise(40).solve([[2, 0], [0, 4]], [1, 1])) == [mpf("0.5"), mpf("0.25")]


# -- guards by themselves, and balls ------------------------------------------------------------------------

LOOSE = Guard(rounds=40, near=1e-9)


def test_nothing_is_asked_of_no_unknowns() -> None:
    root = newton(lambda unknowns: ([], []), [], DOUBLE, LOOSE)
    assert root is not None
    assert root.unknowns == []
    assert root.sign == 1


def test_a_singular_jacobian_may_be_told_from_steps_that_do_not_settle() -> None:
    singular = lambda unknowns: ([unknowns[0] - 1], [[0 * unknowns[0]]])  # noqa: E731
    for arithmetic in (DOUBLE, precise(30)):
        with pytest.raises(ZeroDivisionError):
            settled(singular, [2.0], arithmetic, LOOSE)
    assert settled(lambda unknowns: ([1.0], [[1.0]]), [2.0], DOUBLE, LOOSE) is None


def test_a_double_root_settles_where_contraction_is_not_asked() -> None:
    double = lambda unknowns: ([(unknowns[0] - 1) ** 2], [[2 * (unknowns[0] - 1)]])  # noqa: E731
    root = newton(double, [1.1], DOUBLE, Guard(rounds=60, near=1e-7))
    assert root is not None
    assert root.unknowns[0] == pytest.approx(1, abs=1e-7)
    assert newton(double, [1.1], DOUBLE, Guard(rounds=60, near=1e-7, contracts=True, shrinks=0.3)) is None


def test_the_widest_step() -> None:
    square = lambda unknowns: ([unknowns[0] ** 2 - 4], [[2 * unknowns[0]]])  # noqa: E731
    assert newton(square, [3.0], DOUBLE, Guard(rounds=40, near=1e-9, widest=0.3)) is not None
    assert newton(square, [4.0], DOUBLE, Guard(rounds=40, near=1e-9, widest=0.3)) is None
    assert newton(square, [-2.1], DOUBLE, LOOSE).unknowns == pytest.approx([-2])  # type: ignore[union-attr]


def test_an_unknown_that_starts_from_zero() -> None:
    line = lambda unknowns: ([unknowns[0] - 3], [[1.0]])  # noqa: E731
    for arithmetic in (DOUBLE, precise(30)):
        root = newton(line, [0], arithmetic, LOOSE)
        assert root is not None
        assert root.unknowns == [3]
        still = newton(lambda unknowns: ([unknowns[0]], [[1.0]]), [0], arithmetic, LOOSE)
        assert still is not None
        assert still.unknowns == [0]


def test_balls_hold_the_root_and_the_sign() -> None:
    for sign in (1, -1):
        with workdps(50), working_balls():
            root = newton(
                lambda unknowns: ([sign * (unknowns[0] ** 2 - 2)], arb_mat([[sign * 2 * unknowns[0]]])),  # noqa: B023
                [mpf("1.4")],
                balls(),
                replace(LOOSE, near=0),
            )
            assert root is not None
            assert abs(root.unknowns[0] - arb(2).sqrt()) < arb(10) ** -48
            assert root.sign == sign


def test_balls_that_know_no_sign_of_a_step_are_rounding() -> None:
    with workdps(30), working_balls():
        wide = lambda unknowns: ([unknowns[0] - arb(1, 1e-5)], arb_mat([[arb(1)]]))  # noqa: E731
        root = newton(wide, [mpf(1)], balls(), replace(LOOSE, near=0))
        assert root is not None
        assert root.unknowns[0].contains(arb("1.000005"))
        assert from_ball(root.unknowns[0]) == 1
        unsure = newton(
            lambda unknowns: ([unknowns[0] - 1], arb_mat([[arb(0, 1)]])), [mpf(2)], balls(), replace(LOOSE, near=0)
        )
        assert unsure is None


def walking(*steps: float) -> Callable[[Any], tuple[list[Any], Any]]:
    """A system whose Newton steps are these, one after the other, and then none."""
    left = list(steps)
    return lambda unknowns: ([-left.pop(0) if left else 0.0], [[1.0]])


def test_what_the_equations_ask_of_loops() -> None:
    """Steps may not grow, and none is long, even if the loops settle afterwards."""
    assert newton(walking(0.02, 0.01), [1.0], DOUBLE, AT_ONCE) is not None
    assert newton(walking(0.01, 0.02), [1.0], DOUBLE, AT_ONCE) is None
    assert newton(walking(0.4), [1.0], DOUBLE, AT_ONCE) is None
    assert newton(walking(0.25), [1.0], DOUBLE, AT_ONCE) is not None


def test_what_the_branch_asks_of_unknowns() -> None:
    assert newton(walking(0.02, 0.005), [1.0], DOUBLE, CONTRACTING) is not None
    assert newton(walking(0.02, 0.01), [1.0], DOUBLE, CONTRACTING) is None
    assert newton(walking(-1.5, 0.4), [1.0], DOUBLE, CONTRACTING) is None  # it would change its sign and come back


def test_an_unknown_that_is_rounding_is_measured_by_what_it_is_a_sum_of() -> None:
    noisy = walking(*[1e-17 * (-1) ** n for n in range(40)])
    assert newton(noisy, [1e-17], DOUBLE, Guard(rounds=20, near=1e-30)) is None
    root = newton(noisy, [1e-17], DOUBLE, Guard(rounds=20, near=1e-30), [1.0])
    assert root is not None
    assert newton(walking(1e-5, 1e-5, 1e-5), [1e-5], DOUBLE, Guard(rounds=3, near=0), [1.0]) is None
