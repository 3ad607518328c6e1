"""Points with a parameter that is very small or very large: the branch is brought there from a moderate point.

Near such a point roots come so close, and terms cancel so far, that a path in the strength of the fields needs
hundreds of digits from its start on. So the solution is found and verified where all parameters are moderate, and
followed to where they are extreme, in their logarithm: unknowns are powers of it, or go to limits with a power,
and each step may be twice as long as the one before. Balls measure how many digits cancel on the way, so that no
precision has to be tried. Nothing has to be assumed of the path: verification proves the branch in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, log2
from typing import Any

from flint import arb, arb_mat
from mpmath import mp, mpf
from sympy import Expr, Rational, Symbol

from planaria.algebra.errors import InputError
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.ensembles.estimate import Estimate
from planaria.ensembles.verdicts.reasons import Reason, RefusedError
from planaria.numerics.equations.functions import functions_of
from planaria.numerics.equations.unreduced import unreduced
from planaria.numerics.methods.newton import Guard, balls, newton
from planaria.numerics.points.balls import ball_numbers, ball_spectrum, from_ball, to_ball, working_balls
from planaria.numerics.points.problem import Problem, parameters_of, to_mpf
from planaria.numerics.points.refusals import ContradictionError, PolesError
from planaria.numerics.solving.branch import PathEndsError
from planaria.numerics.solving.direct import follow_directly
from planaria.numerics.solving.prediction import power_of_ten, predicted

__all__ = ["Extreme", "Reached", "extreme", "polished", "reached", "reached_directly"]

# All distances are counted in decimal places: at p places the most extreme parameter is 10**p or 10**-p.
EXTREME = 15  # places from which on double precision is no place to start from
STARTS = (8.0, 4.0, 2.0)  # places at which the branch is followed from the bare propagators, in turn
FEWEST = 12  # digits that loops must have left on the way
GUARD = 20  # digits beyond those that are known to be lost
BEGINNING = 1 / 32  # from the first place to the second, to which nothing can be predicted yet
FIRST_STEP = 0.25
LONGEST_STEP = 0.6  # of the places gone: a limit is known to as many places as the last two points have together
SHORTEST_STEP = 1e-2
PLAIN = 1e-2  # by which a power may differ from a multiple of 1/12
MOST_STEPS = 200
NEARBY = Guard(rounds=40, near=0, widest=0.3)  # at a double root's distance Newton's method only halves at first


@dataclass(frozen=True)
class Extreme:
    """A problem, and the decimal logarithms of its extreme parameters, to many digits.

    What goes to a limit is predicted across as many places as positions have digits.
    """

    problem: Problem
    logarithms: Mapping[Symbol, Any]

    @property
    def places(self) -> Any:
        """How far away the problem is."""
        return max(map(abs, self.logarithms.values()))

    @property
    def names(self) -> str:
        return " and ".join(map(str, self.logarithms))

    def at(self, places: Any) -> Problem:
        """The problem with its extreme parameters brought to so many places, in proportion."""
        if places >= self.places:
            return self.problem
        moved = {}
        with mp.workdps(_digits_of_positions(self.places)):
            for symbol, logarithm in self.logarithms.items():
                size = power_of_ten(logarithm * (places / self.places))
                sign = -1 if self.problem.values[symbol].is_negative else 1
                moved[symbol] = sign * _exactly(size)
        cache = {} if self._moves_a_spectrum else self.problem._cache
        return replace(self.problem, values={**self.problem.values, **moved}, _cache=cache)

    @property
    def _moves_a_spectrum(self) -> bool:
        moving = set(self.logarithms)
        return any(one.free_symbols & moving for _, _, one in self.problem.spectra)


def extreme(problem: Problem) -> Extreme | None:
    """What is extreme in a problem; None if nothing is.

    A dimension is none: there is nothing between two sizes.
    """
    spaces = problem.derivation.rules.setting.spaces
    found = {}
    for symbol in sorted(parameters_of(problem.derivation) & set(problem.values), key=str):
        number = problem.values[symbol]
        if symbol in spaces or number.is_zero:
            continue
        with mp.workdps(EXTREME):
            places = abs(mp.log10(abs(to_mpf(number))))
        if places > EXTREME:
            with mp.workdps(_digits_of_positions(places)):
                found[symbol] = _logarithm(abs(to_mpf(number)))
    return Extreme(problem, found) if found else None


def _digits_of_positions(places: Any) -> int:
    return 60 + 3 * int(places)


def _logarithm(number: Any) -> Any:
    """The decimal logarithm at the working precision."""
    with working_balls():
        return from_ball(arb(number).log() / arb(10).log())


def _exactly(number: Any) -> Rational:
    mantissa, exponent = number.man_exp
    return Rational(int(mantissa) << max(exponent, 0), 1 << max(-exponent, 0))


@dataclass(frozen=True)
class Reached:
    """A solution at a point.

    Attributes
    ----------
    unknowns
        Those of the closed form, or loops in the order of its loops.
    lost
        Digits that cancel on the way to loops and value.
    sign
        That of the Jacobian determinant, which neighbouring roots do not share; 0 where it is not known.
    """

    unknowns: list[Any]
    lost: int
    sign: int


# Newton's method from a guess, with so many digits; None where it does not settle nearby.
Newton = Callable[[Problem, Sequence[Any], int], Reached | None]


def reached(here: Extreme, solver: Callable[[Problem], Estimate]) -> Reached:
    """The unknowns of the closed form at an extreme point, to the digits that loops need.

    Parameters
    ----------
    solver
        What evaluates a moderate point.

    Raises InputError where the solution is lost on the way, or there is none to start from, and ContradictionError
    as the solver does.
    """
    return _reached(here, lambda problem: list(solver(problem).unknowns.values()), newton_on_the_closed_form)


def reached_directly(here: Extreme) -> Reached:
    """The same with the unreduced equations, where the closed form has no value on the way: loops in its order.

    Raises InputError where the solution is lost on the way, or there is none to start from.
    """

    def start(problem: Problem) -> Sequence[Any]:
        path = follow_directly(problem)
        if path.loops is None:
            raise PathEndsError(path.strength, certain=path.ends)
        return [mpf(x) for x in path.loops.values()]

    return _reached(here, start, newton_on_the_equations)


def _reached(here: Extreme, start: Callable[[Problem], Sequence[Any]], newton: Newton) -> Reached:
    reason = ""
    for places in STARTS:
        try:
            first = _begun(newton, here, places, start(here.at(places)))
            beside = places + BEGINNING
            try:
                second = _begun(newton, here, beside, first.unknowns)
            except InputError:
                second = None
            if second is None or second.sign != first.sign:  # where roots are close the way is not told yet
                second = _begun(newton, here, beside, start(here.at(beside)))
            points = [(places, first), (beside, second)]
            return _follow(here, points, newton)
        except (ContradictionError, PolesError):
            raise
        except InputError as error:
            reason = reason or error.problem
        except ZeroDivisionError:
            reason = reason or "the equations are singular"
    raise RefusedError(Reason.TOO_FAR, names=here.names, because=reason)


def _begun(newton: Newton, here: Extreme, places: float, guess: Sequence[Any]) -> Reached:
    root = _settled(newton, here.at(places), guess, GUARD + FEWEST + int(4 * places))
    if root is None:
        raise _lost(here, places)
    return root


def _follow(here: Extreme, points: Sequence[tuple[Any, Reached]], newton: Newton) -> Reached:
    """From the first points to the extreme one."""
    step = FIRST_STEP
    for _ in range(MOST_STEPS):
        position, last = points[-1]
        if position >= here.places:
            return last
        target = min(here.places, position + step)
        # What goes to a limit has to be known as far beyond the cancelling digits as the next step may cancel.
        working = GUARD + FEWEST + int(2 * last.lost * target / position)
        positions, history = [p for p, _ in points], [root.unknowns for _, root in points]
        for settling in (True, False):
            with mp.workdps(working):
                guess = _guess(positions, history, target, settling)
            root = _settled(newton, here.at(target), guess, working)
            if root is not None and root.sign == last.sign:
                points = [*points[-2:], (target, root)]
                step = min(2 * step, floor(LONGEST_STEP * target))
                break
        else:
            step /= 2
            if step < SHORTEST_STEP:
                break
    raise _lost(here, points[-1][0])


def _guess(positions: Sequence[Any], history: Sequence[Sequence[Any]], target: Any, settling: bool) -> list[Any]:
    """A prediction of the unknowns over the powers with which they plainly go."""
    last, before = history[-1], history[-2]
    powers = []
    for x, y in zip(last, before, strict=True):
        with mp.workdps(EXTREME):
            slope = mp.log10(x / y) / (positions[-1] - positions[-2]) if x * y > 0 else mpf(0)
        power = mpf(round(12 * slope)) / 12
        powers.append(power if abs(slope - power) < PLAIN else mpf(0))
    reduced = [
        [x * power_of_ten(-power * place) for x, power in zip(unknowns, powers, strict=True)]
        for place, unknowns in zip(positions, history, strict=True)
    ]
    found = predicted(positions, reduced, target, settling=settling)
    return [x * power_of_ten(power * target) for x, power in zip(found, powers, strict=True)]


def _settled(newton: Newton, problem: Problem, guess: Sequence[Any], working: int) -> Reached | None:
    """A root with so many digits that the loops have some left."""
    for _ in range(4):
        working = _rounded(working)
        root = newton(problem, guess, working)
        if root is None or working - root.lost >= FEWEST:
            return root
        guess = root.unknowns
        working = root.lost + GUARD + FEWEST if root.lost < working else 2 * working
    return None


def _rounded(working: int) -> int:
    """A precision of few: eigenvalues are made anew for each."""
    power = ceil(2 * log2(working))
    return ceil(2 ** (power / 2))


def _lost(here: Extreme, places: Any) -> InputError:
    return RefusedError(
        Reason.LOST, places=f"{float(places):.4g}", all_places=f"{float(here.places):.4g}", names=here.names
    )


def newton_on_the_closed_form(problem: Problem, guess: Sequence[Any], working: int) -> Reached | None:
    """Newton's method on the relations in balls, whose radii tell what rounding leaves."""
    functions = functions_of(problem.derivation.closed_form, "balls")
    with mp.workdps(working), working_balls():
        spectrum = ball_spectrum(problem)
        scalars = problem.scalars(to_ball)

        def relations(unknowns: Sequence[Any]) -> tuple[Sequence[Any], Any]:
            residual, jacobian = functions.residual(unknowns, spectrum, scalars, arb(1))
            return residual, arb_mat(jacobian)

        root = newton(relations, guess, balls(), NEARBY)
        if root is None:
            return None
        unknowns, sign = root
        lost = max(0, working - _digits(problem, unknowns, spectrum, scalars))
        return Reached([from_ball(x) for x in unknowns], lost, sign)


def newton_on_the_equations(problem: Problem, guess: Sequence[Any], working: int) -> Reached | None:
    """The same for loops and the unreduced equations."""
    equations = unreduced(problem.derivation)
    symbols = [symbol for symbol, _ in problem.derivation.closed_form.loops]
    with mp.workdps(working), working_balls():
        numbers = ball_numbers(problem)

        def differences(loops: Sequence[Any]) -> tuple[Sequence[Any], Any]:
            propagators = equations.propagators(numbers, dict(zip(symbols, loops, strict=True)))
            image = equations.image(numbers, symbols, propagators)
            slope = equations.jacobian(numbers, symbols, propagators)
            size = range(len(symbols))
            matrix = [[(1 if m == n else 0) - slope[m][n] for n in size] for m in size]
            return [x - y for x, y in zip(loops, image, strict=True)], arb_mat(matrix)

        root = newton(differences, guess, balls(), NEARBY)
        if root is None:
            return None
        loops, sign = root
        value = equations.value(numbers, equations.propagators(numbers, dict(zip(symbols, loops, strict=True))))
        known = min((_accuracy(x) for x in [*loops, value] if not x.is_zero()), default=working)
        return Reached([from_ball(x) for x in loops], max(0, working - known), sign)


def polished(problem: Problem, unknowns: Sequence[Any]) -> list[Any]:
    """The unknowns of the closed form at mpmath's working precision, from some of their digits."""
    root = newton_on_the_closed_form(problem, unknowns, mp.dps)
    if root is None:
        raise InputError("evaluate", "Newton's method does not settle on the branch", "give less extreme values")
    return root.unknowns


def _digits(
    problem: Problem, unknowns: Sequence[Any], spectrum: Mapping[Symbol, Any], scalars: Mapping[Expr, Any]
) -> int:
    """To how many digits unknowns with an error fix loops and value; 0 where one of them has none."""
    closed = problem.derivation.closed_form
    sums = functions_of(closed, "balls").sum_values(unknowns, spectrum, scalars)
    at: dict[Expr, Any] = {**scalars, STRENGTH: arb(1)}
    at |= {u.symbol: x for u, x in zip(closed.unknowns, unknowns, strict=True)}
    at |= {symbol: x for (symbol, _), x in zip(closed.sums, sums, strict=True)}
    loops = [ratio.evaluate(at, arb(1)) for _, ratio in closed.loops]
    value = functions_of(closed, "balls").value(unknowns, spectrum, scalars)
    return min((_accuracy(ball) for ball in [*loops, value] if not ball.is_zero()), default=mp.dps)


def _accuracy(ball: Any) -> int:
    """Digits of a ball; 0 where it has none."""
    return max(0, int(ball.rel_accuracy_bits() / log2(10))) if ball.is_finite() else 0
