"""A closed form at a point: value and loops of its unknowns, and its unknowns of loops."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flint import arb
from sympy import Expr, Integer, Symbol

from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.numerics.equations.functions import functions_of
from planaria.numerics.points.balls import ball_spectrum, from_ball, to_ball, working_balls
from planaria.numerics.points.problem import Problem, to_mpf
from planaria.numerics.points.refusals import SingularError

__all__ = ["loops_of", "unknowns_of", "value_and_loops", "value_of"]


def value_and_loops(problem: Problem, unknowns: Sequence[Any]) -> tuple[Any, dict[Symbol, Any]]:
    """The quantity and the loops as balls, for unknowns that are balls, at the balls' precision.

    Raises ZeroDivisionError where one of them divides by what may be zero.
    """
    functions, scalars, one = (
        functions_of(problem.derivation.closed_form, "balls"),
        problem.scalars(to_ball),
        arb(1),
    )
    sums = functions.sum_values(unknowns, ball_spectrum(problem), scalars)
    return functions.value_at(unknowns, sums, scalars), _loops_at(problem, unknowns, sums, scalars, one)


def _loops_at(
    problem: Problem, unknowns: Sequence[Any], sums: Sequence[Any], scalars: Mapping[Expr, Any], one: Any
) -> dict[Symbol, Any]:
    closed = problem.derivation.closed_form
    at: dict[Expr, Any] = {**scalars, STRENGTH: one}
    at |= {u.symbol: x for u, x in zip(closed.unknowns, unknowns, strict=True)}
    at |= {symbol: x for (symbol, _), x in zip(closed.sums, sums, strict=True)}
    return {symbol: ratio.evaluate(at, one) for symbol, ratio in closed.loops}


def value_of(problem: Problem, unknowns: Sequence[Any]) -> Any:
    """The quantity at the working precision. SingularError where it divides by zero."""
    functions = functions_of(problem.derivation.closed_form, "balls")
    with working_balls():
        exact = [arb(x) for x in unknowns]
        try:
            value = functions.value(exact, ball_spectrum(problem), problem.scalars(to_ball))
        except ZeroDivisionError:
            raise SingularError() from None
        if not value.is_finite():
            raise SingularError()
        return from_ball(value)


def loops_of(problem: Problem, unknowns: Sequence[Any]) -> dict[Symbol, Any]:
    """The loops that the closed form gives for its unknowns, at the working precision.

    Raises SingularError where one of them divides by zero.
    """
    closed = problem.derivation.closed_form
    with working_balls():
        exact, scalars, one = [arb(x) for x in unknowns], problem.scalars(to_ball), arb(1)
        try:
            sums = functions_of(closed, "balls").sum_values(exact, ball_spectrum(problem), scalars)
            loops = _loops_at(problem, exact, sums, scalars, one)
        except ZeroDivisionError:
            raise SingularError() from None
        if not all(ball.is_finite() for ball in loops.values()):
            raise SingularError()
        return {symbol: from_ball(ball) for symbol, ball in loops.items()}


def unknowns_of(problem: Problem, loops: Mapping[Symbol, Any], number: Callable[[Any], Any] = to_mpf) -> list[Any]:
    """The unknowns of the closed form through loops, in numbers of any kind: ``number`` makes them."""
    one = number(Integer(1))
    at = {**problem.scalars(number), **loops, STRENGTH: one}
    for generator in problem.derivation.rules.setting.ring.generators:
        if generator.free_symbols and generator.free_symbols <= set(problem.values):
            at.setdefault(generator, number(problem.exact(generator)))
    return [u.definition.evaluate(at, one) for u in problem.derivation.closed_form.unknowns]
