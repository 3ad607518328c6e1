"""Points at which the solution of the matrices is known, in balls: what formulas are held against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from flint import arb
from mpmath import mp
from sympy import Expr, Symbol

from planaria.algebra.errors import InputError, NotProvedError
from planaria.derivations.comparison.branch import Branch
from planaria.derivations.derivation import Derivation
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.ensembles.estimate import Enclosure, Estimate
from planaria.numerics.evidence.admissible import GROWING, drawn_points
from planaria.numerics.points.balls import working_balls
from planaria.numerics.points.enclosures import enclosed, enclosed_numbers
from planaria.numerics.points.problem import Problem, pose
from planaria.numerics.solving.certificate import certified
from planaria.numerics.solving.solve import solve

__all__ = ["DIGITS", "Point", "Points", "ball_of", "point_at"]

NOTHING: Mapping[Expr, Any] = MappingProxyType({})
DIGITS = 30  # to which the solution is proved
WORKING = 45  # in which formulas are computed
SIZE = 4  # by which ratios of sizes are multiplied: all sizes differ
TURNS = 6  # ways in which the sizes are turned


@dataclass(frozen=True, eq=False)
class Point:
    """A point, and the solution of the matrices there.

    Attributes
    ----------
    values
        What was set: exact numbers, and eigenvalues.
    problem
        The same, read.
    estimate
        Value and unknowns.
    scalars
        Parameters, dimensions and unknowns by symbol, in balls.
    nodes
        By space, the eigenvalues by symbol, and how often each of them counts.
    """

    values: Mapping[Any, Any]
    problem: Problem
    estimate: Estimate
    scalars: Mapping[Expr, Any] = field(repr=False)
    nodes: Mapping[Expr, tuple[Mapping[Expr, Any], Any]] = field(repr=False)

    @property
    def is_certified(self) -> bool:
        """Whether the value and every unknown are proved to lie in their balls."""
        names = {str(symbol) for symbol in self.problem.derivation.unknowns}
        return self.estimate.enclosure is not None and names <= set(self.estimate.enclosures)

    @property
    def value(self) -> Any:
        """The quantity, in a ball."""
        return _ball(self.estimate.enclosure, self.estimate.value, self.estimate.digits)

    def sum_of(self, one: SpectralSum, coefficients: Mapping[Expr, Any]) -> Any:
        """A spectral sum, in a ball."""
        values, counts = self.nodes[one.space]
        if not values:
            raise KeyError(one.space)
        total = arb(0)
        for n in range(len(counts)):
            term = counts[n]
            for symbol, exponent in zip(one.eigenvalues, one.exponents, strict=True):
                if exponent:
                    term = term * values[symbol][n] ** exponent
            for coefficient, power in one.scale:
                term = term * coefficients[coefficient] ** power
            for factor, power in one.factors:
                below = arb(0)
                for exponents, coefficient in (*factor.coefficients, (factor.leading, None)):
                    part = arb(1) if coefficient is None else _coefficient(coefficient, coefficients)
                    for symbol, exponent in zip(one.eigenvalues, exponents, strict=True):
                        if exponent:
                            part = part * values[symbol][n] ** exponent
                    below = below + part
                term = term / below**power
            total = total + term
        return total


def _coefficient(coefficient: Expr, at: Mapping[Expr, Any]) -> Any:
    return at[coefficient] if coefficient in at else enclosed(coefficient)


def ball_of(branch: Branch, value: Any, point: Point, further: Mapping[Expr, Any] = NOTHING) -> Any:
    """A function on the branch at a point, in a ball.

    Parameters
    ----------
    further
        Balls for generators that are no functions of the point.

    Raises KeyError for a function with what is adjoined, and for a sum over eigenvalues that are not known there.
    """
    at: dict[Expr, Any] = {**point.scalars, **further}
    for symbol, definition in branch.defined.items():
        if definition.support() <= at.keys():
            at[symbol] = definition.evaluate(at, arb(1))
    symbols = {symbol: one for one, symbol in branch.sums.items()}
    for symbol in value.support():
        if symbol in symbols:
            at[symbol] = point.sum_of(symbols[symbol], at)
    if missing := value.support() - at.keys():
        raise KeyError(*missing)
    return value.evaluate(at, arb(1))


def point_at(derivation: Derivation, values: Mapping[Any, Any]) -> Point:
    """The solution at given numbers, proved where that is possible.

    Raises InputError where there is none.
    """
    problem = pose(derivation, values)
    estimate = solve(problem, DIGITS)
    with suppress(NotProvedError):  # then it is verified, and said to be no more
        estimate = certified(problem, estimate)
    with mp.workdps(WORKING), working_balls():
        numbers = enclosed_numbers(problem)
        scalars: dict[Expr, Any] = {s: enclosed(v) for s, v in problem.values.items()}
        scalars |= dict(numbers.scalars)
        for symbol in derivation.unknowns:
            name = str(symbol)
            if name in estimate.unknowns:
                scalars[symbol] = _ball(estimate.enclosures.get(name), estimate.unknowns[name], DIGITS)
        nodes = {space: (values, np.atleast_1d(counts)) for space, (values, counts) in numbers.nodes.items()}
    return Point(values, problem, estimate, scalars, nodes)


def _ball(enclosure: Enclosure | None, value: Any, digits: int) -> Any:
    if enclosure is not None:
        return arb(enclosure.middle, enclosure.radius)
    return arb(value, abs(arb(value)) * arb(10) ** -digits)


class Points:
    """Random points of a derivation, made when they are asked for, and kept."""

    def __init__(self, derivation: Derivation, seed: int, given: Mapping[Symbol, Expr]) -> None:
        self.derivation, self.seed, self.given = derivation, seed, given
        self.reason = ""
        self._found: list[Point] = []
        self._turn = 0
        self._attempts = 0  # that are passed over, since the ridges were too small for the point before
        self._small: dict[Any, Point | None] = {}

    def small(self, values: Mapping[Any, Any]) -> Point | None:
        """The solution at given numbers, kept; None where there is none."""
        key = frozenset(values.items())
        if key not in self._small:
            try:
                self._small[key] = point_at(self.derivation, values)
            except InputError:
                self._small[key] = None
        return self._small[key]

    def first(self, count: int) -> list[Point]:
        """So many points, or fewer where no more are found."""
        while len(self._found) < count and self._turn < count + TURNS:
            self._found += self._next(self._turn)
            self._turn += 1
        return self._found[:count]

    def _next(self, turn: int) -> Iterator[Point]:
        points = drawn_points(self.derivation, SIZE, self.seed + turn, turn, self.given)
        for attempt, values in enumerate(points):
            if attempt < self._attempts:
                continue
            try:
                yield point_at(self.derivation, values)
            except InputError as error:
                self.reason = f"{error.place}: {error.problem}"
                continue
            self._attempts = attempt if attempt < GROWING else 0
            return
