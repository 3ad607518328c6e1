"""Series and limits of a derivation, in closed form, with the conditions under which they hold; their numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from mpmath import mpf
from sympy import Rational

from planaria.algebra.errors import InputError, described
from planaria.derivations.analysis.parameter_series import ParameterSeries
from planaria.derivations.calculus.branch_data import NoSeriesError
from planaria.derivations.derivation import Derivation
from planaria.ensembles.estimate import Estimate
from planaria.ensembles.question import Given, Values, given
from planaria.ensembles.shown import Shown
from planaria.ensembles.verdicts.statuses import Status
from planaria.ensembles.verdicts.techniques import Technique
from planaria.numerics.analysis.approach import SMALL, approach, numbers_of, series_at
from planaria.numerics.analysis.chambers import chambers, restricted
from planaria.numerics.analysis.targets import Target, targets_of

__all__ = ["series_numbers", "series_of"]

HIGHEST = 12  # power that may be asked for


def series_of(
    derivation: Derivation,
    limits: Mapping[str, Any],
    *,
    order: Any = None,
    values: Values | None = None,
    ratios: Mapping[str, Any] | None = None,
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
) -> Shown[ParameterSeries]:
    """The series of a quantity about a limit, one for each set of inequalities between its parameters.

    Parameters
    ----------
    limits
        By name: 0, ``"oo"``, a number, or another parameter.
    order
        The last power of what goes to zero (or of the reciprocal of what grows); None for the leading term.
    values
        Numbers and spectra: only the series that holds there is given. Dimensions of equal numbers are equal in
        the formulas.
    ratios
        What holds on the way, such as ``{"N/P": 2}`` or, with a new name, ``{"gamma/N": "kappa"}``.

    Raises
    ------
    InputError
        For what is no limit, where limits at once depend on the path, and where no series is known.
    """
    target = targets_of(derivation, limits, ratios or {})
    power = _order(order)
    try:
        if values is not None:
            return Shown([_at(derivation, target, power, given(values, {}, derivation.defaults))])
        found = chambers(derivation, target.moving, power, seed, progress)
        for path in target.paths:
            others = chambers(derivation, path, None, seed, progress)
            _hold(
                target, [_limit(one.series.terms[0]) for one in found], [_limit(o.series.terms[0]) for o in others]
            )
    except NoSeriesError as error:
        problem = f"there is no series of powers here: {error}"
        raise InputError(
            f"limit {target.about}", problem, "give --set values, or evaluate near the limit"
        ) from None
    except InputError as error:
        raise _named(error, target) from None
    return Shown(
        [
            ParameterSeries(
                derivation, target.about, target.variable, one.holds, one.samples, one.series, target.moving
            )
            for one in found
        ]
    )


def _named(error: InputError, target: Target) -> InputError:
    """An error of the path, with the small variable by its name."""
    problem, remedy = (one.replace(str(SMALL), str(target.variable)) for one in (error.problem, error.remedy))
    return InputError(f"limit {target.about}" if error.place == "limit" else error.place, problem, remedy)


def _hold(target: Target, first: list[str], second: list[str]) -> None:
    """Raise InputError where limits on another path are others."""
    if set(first) == set(second):
        return
    one = next((text for text in first if text not in second), first[0])
    other = next((text for text in second if text not in first), second[0])
    raise InputError(
        f"limit {target.about}",
        f"it depends on the path: it is {one} where all go at one rate, and {other} where one of them is faster",
        "take one limit at a time, or fix a ratio",
    )


def _limit(leading: tuple[Fraction, Any]) -> str:
    power, coefficient = leading
    return "0" if power > 0 else "oo" if power < 0 else str(coefficient.to_sympy())


def _at(
    derivation: Derivation, target: Target, order: Fraction | None, values: Mapping[Any, Any]
) -> ParameterSeries:
    """The series at one point."""
    point = approach(derivation, values, restricted(derivation, values, target.moving), order)
    series = series_at(point, order)
    for path in target.paths:
        other = series_at(approach(derivation, values, restricted(derivation, values, path)), None)
        _hold(target, [_limit(series.terms[0])], [_limit(other.terms[0])])
    return ParameterSeries(derivation, target.about, target.variable, None, 1, series, target.moving)


def _order(order: Any) -> Fraction | None:
    if order is None:
        return None
    try:
        power = Fraction(str(order))
    except (ValueError, ZeroDivisionError):
        raise InputError("order", f"{described(order)} is no power", "give 3, or 1/2") from None
    if power > HIGHEST:
        raise InputError("order", f"{order} is beyond {HIGHEST}", "give a lower power")
    return power


def series_numbers(
    one: ParameterSeries, values: Values | None = None, *, digits: int = 50, **numbers: Given
) -> Shown[tuple[Rational, Estimate]]:
    """The coefficients of a series as numbers, to any number of digits.

    Raises InputError where the solution of the matrices has another series at these values.
    """
    derivation = one.source
    if not isinstance(derivation, Derivation):
        raise InputError("evaluate", "it follows from no derivation", "derive a quantity first")
    at = given(values, numbers, derivation.defaults)
    return numbers_at(derivation, one, at, digits)


def numbers_at(
    derivation: Derivation, one: ParameterSeries, at: Mapping[Any, Any], digits: int
) -> Shown[tuple[Rational, Estimate]]:
    """The same at numbers that are read."""
    moving = one.moving
    order = one.series.terms[-1][0]
    point = approach(derivation, at, restricted(derivation, at, moving), order)
    try:
        own = series_at(point, order)
        found = numbers_of(point, own, digits)
    except NoSeriesError as error:
        raise InputError("series", str(error), "give other values") from None
    if [u for u, *_ in found] != [p for p, _ in own.terms]:
        raise InputError("series", "its powers are others here", "give other values")
    method = (Technique.LIMIT.taken(parameter=one.about), Technique.CONSEQUENCE.taken(what="coefficients"))
    return Shown(
        [
            (
                Rational(power.numerator, power.denominator),
                Estimate(value, error or mpf(0), method, Status.LIMIT, {}, residual, digits),
            )
            for power, value, error, residual in found
        ]
    )
