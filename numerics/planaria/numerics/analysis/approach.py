"""How the solution that belongs to the matrices behaves on a way to a limit: which unknowns vanish or grow.

It is followed from the bare propagators to a small value of the variable and on to smaller ones; powers are read
off between distant points and are rational numbers of small denominators. The series that they lead to is held
against the values on the way: what is left has the power of the first term that is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mpmath import mp, mpf
from sympy import Dummy, Expr, Rational, Symbol

from planaria.algebra.errors import InputError
from planaria.algebra.rational import Ratio
from planaria.algebra.work import WorkLimitError, limited
from planaria.derivations.calculus.branch_data import (
    BranchSeries,
    Growth,
    NoSeriesError,
    Number,
    SingularBranchError,
)
from planaria.derivations.calculus.branch_series import branch_series
from planaria.derivations.calculus.differentiation import physical
from planaria.derivations.derivation import Derivation
from planaria.derivations.elimination.closed_form import Form
from planaria.derivations.elimination.plain import plain_form
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.numerics.equations.functions import functions_of
from planaria.numerics.points.infinite import check_infinite
from planaria.numerics.points.problem import Problem, parameters_of, pose, to_mpf
from planaria.numerics.points.refusals import refuse_beyond
from planaria.numerics.quadrature.weighted import total
from planaria.numerics.solving.limit_path import LimitPath
from planaria.numerics.solving.limits import on_a_form

__all__ = ["SMALL", "Approach", "approach", "numbers_of", "series_at"]

SMALL = Dummy("t", positive=True)  # the variable that goes to zero
STATIONS = (12, 24, 48)  # decimal places at which the solution is looked at
DIGITS = 25  # of the value there, for the leading term
MOST_PARTS = 12  # the denominator of a power
CLOSE = 1e-6  # of a measured power to a rational number
SPARE = 5  # digits of the value that are not counted on
SHARE = 0.5  # of the power of what is left out, by which it has to be smaller than the last term
BUDGET = 20.0  # seconds of work for one series, about
START = Rational(1, 10**4)  # of the small variable, where the point is posed


@dataclass
class Approach:
    """The solution on its way.

    Attributes
    ----------
    moving
        What changes, by functions of the small variable; what is equal to something else, by it.
    path
        With unknowns and value at its stations.
    growth
        Of every unknown of the closed form.
    """

    derivation: Derivation
    moving: Mapping[Symbol, Expr]
    path: LimitPath
    growth: dict[Symbol, Growth]

    @property
    def point(self) -> Problem:
        """The point, with what moves at a small value."""
        return self.path.at_zero

    def offsets(self) -> dict[Symbol, Growth]:
        """The same with the powers at which limits that are not zero are approached."""
        (a, first, _), (b, second, _), (c, third, _) = self.path.stations[-3:]
        found = {}
        for k, symbol in enumerate(self.derivation.unknowns):
            growth = self.growth[symbol]
            if not growth.power:
                with mp.workdps(self.path.precision(c)):
                    early, late = abs(first[k] - third[k]), abs(second[k] - third[k])
                    power = mp.log10(early / late) / (b - a) if early and late else mpf(0)
                offset = _rational(power)
                if offset is None or offset <= 0:
                    raise NoSeriesError(f"{symbol} does not go to its limit like a power")
                growth = Growth(growth.power, offset)
            found[symbol] = growth
        return found

    def leaders(self, growth: Mapping[Symbol, Growth]) -> dict[Symbol, Any]:
        """Unknowns and coefficients of their leading powers as numbers, about."""
        (near, before, _), (far, now, _) = self.path.stations[-2:]
        found: dict[Symbol, Any] = {}
        with mp.workdps(self.path.precision(far)):
            small = {p: to_mpf(self.path.small(p)) for p in (near, far)}
            for symbol, one, other in zip(self.derivation.unknowns, now, before, strict=True):
                power, offset = growth[symbol].power, growth[symbol].offset
                found[symbol], leader = one, Symbol(f"c_{symbol}")
                if offset is not None:
                    found[leader] = (other - one) / small[near] ** _mpf(offset)
                elif power:
                    found[leader] = one / small[far] ** _mpf(power)
        return found

    def number(self, growth: Mapping[Symbol, Growth]) -> Number:
        """Values on the solution of polynomials in limits, leading coefficients and sums."""
        far = self.path.stations[-1][0]
        problem = self.path.problem(far)
        with mp.workdps(self.path.precision(far)):
            at: dict[Expr, Any] = dict(problem.scalars(to_mpf))
            at |= {s: to_mpf(x) for s, x in problem.values.items() if s != SMALL}
            at |= self.leaders(growth)
            spectrum = problem.mpfs()
        functions = functions_of(plain_form(self.derivation.closed_form), "mpmath")

        def number(polynomial: Ratio, sums: Mapping[Symbol, SpectralSum]) -> tuple[Any, Any]:
            with mp.workdps(self.path.precision(far)):
                point = dict(at)
                for symbol in polynomial.support():
                    if isinstance(symbol, Symbol) and symbol in sums:
                        one = sums[symbol]
                        terms = functions.terms(one, spectrum, point)
                        point[symbol] = total(terms, one.eigenvalues[0], spectrum)
                value, scale = mpf(0), mpf(0)
                for exponents, coefficient in polynomial.numerator.terms():
                    term = mpf(int(coefficient.p)) / int(coefficient.q)
                    for g, e in zip(polynomial.ring.generators, exponents, strict=False):
                        if e:
                            term *= point[g] ** int(e)
                    value += term
                    scale += abs(term)
                return value, scale

        return number


def _mpf(power: Fraction) -> mpf:
    return mpf(power.numerator) / power.denominator


def _rational(power: Any) -> Fraction | None:
    """The rational number that a measured power is; None for none."""
    found = Fraction(float(power)).limit_denominator(MOST_PARTS)
    return found if abs(float(power) - float(found)) < CLOSE else None


def approach(
    derivation: Derivation,
    values: Mapping[Any, Any],
    moving: Mapping[Symbol, Expr],
    order: Fraction | None = None,
) -> Approach:
    """Follow the solution to a limit.

    Parameters
    ----------
    values
        Numbers and spectra, without what moves.
    moving
        Parameters and dimensions as functions of `SMALL`, or of one another.
    order
        The power to which a series will be held against it.

    Raises
    ------
    InputError
        As `planaria.numerics.evaluate`, and where the solution ends before the limit.
    NoSeriesError
        Where an unknown behaves like no power.
    """
    numbers = {str(getattr(key, "name", key)): value for key, value in values.items()}
    defaults = {str(s): v for s, v in derivation.defaults.items()}
    names = {str(s) for s in moving}
    free = {s for e in moving.values() for s in e.free_symbols} - parameters_of(derivation)
    names |= {str(s) for s in free}
    start = {key: value for key, value in values.items() if str(getattr(key, "name", key)) not in names}
    for symbol, expression in moving.items():
        own = {s: (defaults | numbers).get(str(s)) for s in expression.free_symbols if s != SMALL}
        if missing := sorted(str(s) for s, value in own.items() if value is None):
            raise InputError("values", f"there is no value for {missing[0]}", f"give {missing[0]}=...")
        start[symbol] = expression.subs({s: Rational(str(v)) for s, v in own.items()}).subs(SMALL, START)
    problem = pose(derivation, start)
    refuse_beyond(problem, "limit")
    check_infinite(problem)
    problem = problem.at({**problem.values, **{s: Rational(str(numbers[str(s)])) for s in free - {SMALL}}})
    digits = DIGITS + int(STATIONS[0] * max(0, 1 + (order or 0)))
    path = LimitPath.start(problem, SMALL, digits, moving)
    for places in STATIONS:
        path.advance(places)
    growth = {}
    (near, before, _), (far, now, _) = path.stations[-2:]
    for symbol, one, other in zip(derivation.unknowns, before, now, strict=True):
        with mp.workdps(path.precision(far)):
            power = -mp.log10(abs(other / one)) / (far - near)
        rational = _rational(power)
        if rational is None:
            raise NoSeriesError(f"{symbol} goes like no power of the small variable, but like {float(power):.4g}")
        growth[symbol] = Growth(rational)
    path.verify()
    return Approach(derivation, moving, path, growth)


def series_at(found: Approach, order: Fraction | None) -> BranchSeries:
    """The series along the branch of an approach, to a power of the small variable; None for the leading term.

    Raises NoSeriesError where there is none, or where it is not what the solution does.
    """
    form = plain_form(physical(found.derivation.closed_form))
    try:
        with limited(BUDGET):
            return _checked(found, form, order)
    except WorkLimitError:
        raise NoSeriesError("the formulas grow too long") from None


def _checked(found: Approach, form: Form, order: Fraction | None) -> BranchSeries:
    growth = found.growth
    try:
        series = branch_series(form, found.moving, SMALL, growth, found.number(growth), order)
    except SingularBranchError:
        growth = found.offsets()
        series = branch_series(form, found.moving, SMALL, growth, found.number(growth), order)
    _check(found, series)
    return series


def numbers_of(found: Approach, series: BranchSeries, digits: int) -> list[tuple[Fraction, Any, Any, Any]]:
    """Power, coefficient, its error and the residual of the relations for every term of a series, as numbers."""
    values = []
    for number, (power, _) in enumerate(series.terms):
        form = series.coefficient(number)
        start = [x for _, x in series.starts]
        at = on_a_form(found.point.limiting(form), start, digits)
        if at is None or at[1] is None:
            raise NoSeriesError("the limits of the unknowns are not found again")
        values.append((power, at[1], at[2], at[3]))
    return values


def _check(found: Approach, series: BranchSeries) -> None:
    """Hold a series against the value on the way, where it is known to more digits than the series has."""
    digits = found.path.digits
    first, last = float(series.terms[0][0]), float(series.terms[-1][0])
    places, _, value = max(
        (one for one in found.path.stations[:-1] if (last - first) * one[0] + SPARE <= digits),
        key=lambda one: one[0],
        default=found.path.stations[0],
    )
    terms = numbers_of(found, series, digits + SPARE)
    with mp.workdps(2 * digits + SPARE):
        small = to_mpf(found.path.small(places))
        parts = [x * small ** _mpf(power) for power, x, _, _ in terms]
        left = abs(value - sum(parts, mpf(0)))
        gap = float(series.rest) - last
        if left > abs(parts[-1]) * mpf(10) ** (-places * gap * SHARE) + abs(value) * mpf(10) ** (SPARE - digits):
            apart = mp.nstr(left / abs(value), 3)
            raise NoSeriesError(f"the series is off by {apart} relative at 1e-{places} of its variable")
