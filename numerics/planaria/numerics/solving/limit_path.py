"""The way to the limit of a parameter at zero: the physical solution at smaller and smaller values of it.

All smallness is counted in decimal places: at `places` the parameter is 10**-places. Several parameters, and
dimensions too, may move with it as functions of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from mpmath import mp, mpf
from sympy import Expr, Rational, Symbol

from planaria.algebra.errors import InputError
from planaria.numerics.equations.functions import functions_of
from planaria.numerics.methods.newton import Guard, Root, newton, precise
from planaria.numerics.points.problem import Posed, Problem, to_mpf
from planaria.numerics.solving.prediction import predicted
from planaria.numerics.solving.solve import loops_of, solve
from planaria.numerics.solving.verification import in_the_spectrum, verify

__all__ = ["LimitPath", "newton_at", "value_at"]

STARTS = ((8, 9), (4, 5), (2, 3))  # places at which the branch is followed from the bare propagators, in turn
CANCELLATION = 6  # powers of the parameter up to which terms of equations and value may cancel
SHORTEST_STEP = 1e-3
WIDEST_CORRECTION = 0.3  # of a prediction by a Newton step, relative


@dataclass
class LimitPath:
    """The physical solution at ever smaller values of the parameter.

    Neighbouring roots differ in the sign of the Jacobian determinant, which therefore may not change: where two
    roots meet in the limit, closeness alone would not tell them apart.
    """

    at_zero: Problem
    parameter: Symbol
    digits: int
    points: list[tuple[float, list[Any]]] = field(default_factory=list)
    stations: list[tuple[int, list[Any], Any]] = field(default_factory=list)
    sign: int = 0
    moving: Mapping[Symbol, Expr] | None = None

    @classmethod
    def start(
        cls, at_zero: Problem, parameter: Symbol, digits: int, moving: Mapping[Symbol, Expr] | None = None
    ) -> LimitPath:
        """A path with its first two points; the later starts are for equations singular near zero.

        Parameters
        ----------
        moving
            What changes, by functions of the parameter, which is then no parameter of the problem; dimensions are
            whole numbers at the reciprocals of whole numbers.
        """
        reason = ""
        for pair in STARTS:
            path = cls(at_zero, parameter, digits, moving=moving)
            try:
                for places in pair:
                    unknowns = path.newton(places, list(solve(path.problem(places), 15).unknowns.values()))
                    if unknowns is None:
                        raise path.lost(places)
                    path.points.append((places, unknowns))
                return path
            except (InputError, ZeroDivisionError) as error:
                reason = reason or getattr(error, "problem", "the equations are singular")
        raise InputError(
            "limit",
            f"there is no solution at small {parameter} from which to go to 0 ({reason})",
            "check the other values; inside of a spectrum there is no real limit",
        )

    def problem(self, places: float) -> Problem:
        """The derivation with the parameter at 10**-places."""
        whole = int(places)
        small = Rational(1, 10**whole) * Rational(repr(10.0 ** (whole - places)))
        if self.moving is None:
            return self.at_zero.at({**self.at_zero.values, self.parameter: small})
        fixed = {**self.at_zero.values, self.parameter: self.small(places)}
        moved = {symbol: one.subs(fixed) for symbol, one in self.moving.items()}
        return self.at_zero.at({**self.at_zero.values, **moved})

    def small(self, places: float) -> Rational:
        """About 10**-places, the reciprocal of a whole number: dimensions that are multiples of it are whole."""
        whole = int(places)
        return Rational(1, max(1, int(10**whole / Rational(repr(10.0 ** (whole - places))))))

    def precision(self, places: float) -> int:
        """Working digits: differences of sums cancel up to powers of the parameter."""
        return self.digits + 20 + int(CANCELLATION * places)

    def advance(self, target: int) -> None:
        """Follow the solution to a smaller parameter, and take down unknowns and value there."""
        step = 1.0
        while self.points[-1][0] < target:
            places = min(float(target), self.points[-1][0] + step)
            guesses = (self.predicted(places, settling) for settling in (True, False))
            found = next((one for guess in guesses if (one := self.newton(places, guess)) is not None), None)
            if found is None:
                step /= 2
                if step < SHORTEST_STEP:
                    raise self.lost(places)
                continue
            self.points.append((places, found))
            step *= 2
        self.stations.append((target, self.points[-1][1], self.value()))

    def predicted(self, places: float, settling: bool) -> list[Any]:
        """Powers of the parameter; for steady unknowns a limit and a power, or else a constant."""
        positions, history = zip(*self.points[-3:], strict=True)
        with mp.workdps(self.precision(places)):
            return predicted(positions, history, places, settling=settling)

    def newton(self, places: float, guess: Sequence[Any], factor: int = 1) -> list[Any] | None:
        """The root at a parameter from a prediction; None where it moves far or changes the sign."""
        problem = self.problem(places)
        with mp.workdps(factor * self.precision(places)):
            found = newton_at(problem, guess)
        if found is None or self.sign not in (0, found.sign):
            return None
        self.sign = found.sign
        return found.unknowns

    def value(self) -> Any:
        """The quantity at the last point, once its digits stand when the precision is doubled."""
        places, unknowns = self.points[-1]
        problem, previous = self.problem(places), None
        for factor in (1, 2, 4):
            if (found := self.newton(places, unknowns, factor)) is None:
                break
            with mp.workdps(factor * self.precision(places)):
                try:
                    value = value_at(problem, found)
                except ZeroDivisionError:
                    continue
                if previous is not None and abs(value - previous) <= abs(value) * mpf(10) ** (-self.digits - 5):
                    return value
                previous = value
        raise self.lost(places)

    def verify(self) -> Any:
        """Hold the last point against the unreduced equations, and give their residual there.

        So the limit is that of the matrices' values.
        """
        places, unknowns = self.points[-1]
        problem = self.problem(places)
        for factor in (1, 2, 4):
            if (found := self.newton(places, unknowns, factor)) is None:
                break
            with mp.workdps(factor * self.precision(places)):
                bound = mpf(10) ** -(self.digits + 5)
                try:
                    verdict, value = verify(problem, loops_of(problem, found), bound), value_at(problem, found)
                except ZeroDivisionError:
                    continue
                if verdict.stable is False:
                    raise in_the_spectrum(verdict)
                close = abs(verdict.value - value) <= abs(value) * bound
                if verdict.stable and verdict.residual <= bound and close:
                    return verdict.residual
        at = f"{self.parameter} = 1e-{places:.4g}"
        raise self.error(f"the unreduced equations do not confirm the solution at {at}")

    def error(self, problem: str) -> InputError:
        return InputError("limit", problem, f"evaluate at small values of {self.parameter} instead")

    def lost(self, places: float) -> InputError:
        return self.error(f"the planar solution is lost at {self.parameter} = 10**-{places:.4g} on the way to 0")


def newton_at(problem: Posed, guess: Sequence[Any]) -> Root | None:
    """Newton's method at the working precision; None where it does not settle or starts too far away."""
    system = partial(
        functions_of(problem.form, "mpmath").residual,
        spectrum=problem.mpfs(),
        scalars=problem.scalars(to_mpf),
        strength=mpf(1),
    )
    # from a double root's distance it only halves at first
    guard = Guard(rounds=40 + mp.dps, near=mpf(10) ** (-mp.dps // 2), widest=WIDEST_CORRECTION)
    return newton(system, guess, precise(mp.dps), guard)


def value_at(problem: Posed, unknowns: Sequence[Any]) -> Any:
    """The value of a closed form at its unknowns, in mpmath's working precision."""
    functions = functions_of(problem.form, "mpmath")
    return functions.value(unknowns, problem.mpfs(), problem.scalars(to_mpf)) * mpf(1)
