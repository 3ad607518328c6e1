"""The least value of a quantity over a parameter: found on a grid, proved stationary, to any number of digits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from mpmath import mp, mpf
from sympy import Rational, Symbol

from planaria.algebra.errors import InputError, unknown_name
from planaria.derivations.analysis.optimum import Optimum
from planaria.derivations.calculus.branch_data import NoSeriesError
from planaria.derivations.calculus.stationarity import Stationarity, stationarity
from planaria.derivations.derivation import Derivation
from planaria.ensembles.estimate import Estimate
from planaria.ensembles.question import Values, given
from planaria.ensembles.verdicts.statuses import Status
from planaria.ensembles.verdicts.techniques import Technique
from planaria.numerics.analysis.chambers import chambers
from planaria.numerics.analysis.targets import targets_of
from planaria.numerics.points.problem import parameters_of, pose
from planaria.numerics.points.refusals import refuse_beyond
from planaria.numerics.solving.evaluate import evaluate
from planaria.numerics.solving.limits import on_a_form
from planaria.numerics.sweeps.arrays import evaluate_array

__all__ = ["optimum_of"]

RANGE = (-15.0, 15.0)  # decimal logarithms of the parameter between which an optimum is looked for
COARSE, FINE = 181, 61  # points of the grid, and of the finer ones about its least value
ROUNDS = 2  # of finer grids
FLAT = 1e-9  # relative difference below which values on the grid are equal
START = 20  # digits of the unknowns from which Newton's method starts


def optimum_of(
    derivation: Derivation,
    name: str,
    *,
    values: Values | None = None,
    digits: int = 50,
    limits: Mapping[str, Any] | None = None,
    ratios: Mapping[str, Any] | None = None,
) -> Optimum:
    """Where a quantity is least over a positive parameter.

    Parameters
    ----------
    values
        Numbers and spectra, without the parameter; None for the stationarity in closed form alone.
    limits, ratios
        A limit in which it is asked for, in closed form alone, as in `planaria.numerics.analysis.series`; the
        parameter may then be a new name for a ratio.

    Raises
    ------
    InputError
        For what is no parameter, and where the least value is at the boundary: at 0 or at infinity.
    """
    if limits or ratios:
        return _in_a_limit(derivation, name, limits or {}, ratios or {})
    parameter = _parameter(derivation, name)
    condition = stationarity(derivation.closed_form, parameter)
    every = tuple(range(len(condition.factors)))
    if not every:
        raise InputError(f"optimum over {name}", f"the value is monotonic in {name}", "there is none inside")
    if values is None:
        return Optimum(derivation, "", parameter, every, condition)
    at = given(values, {}, derivation.defaults)
    if any(str(getattr(key, "name", key)) == name for key in values):
        raise InputError(f"optimum over {name}", f"{name} has a value as well", "leave it out")
    at = {key: value for key, value in at.items() if str(getattr(key, "name", key)) != name}
    best, low, high = _on_a_grid(derivation, at, name)
    return _stationary(derivation, condition, at, (best, low, high), digits)


def _parameter(derivation: Derivation, name: str) -> Symbol:
    known = {str(s): s for s in parameters_of(derivation) if s not in derivation.rules.setting.spaces}
    if name not in known:
        raise unknown_name("optimum", "parameter", name, sorted(known))
    return known[name]


def _on_a_grid(derivation: Derivation, at: Mapping[Any, Any], name: str) -> tuple[float, float, float]:
    """The parameter with the least value on a grid, and its neighbours there."""
    logs = np.linspace(*RANGE, COARSE)
    for round_ in range(1 + ROUNDS):
        points = evaluate_array(derivation, {**at, name: 10.0**logs})
        value = np.asarray(points.values, dtype=float)
        known = np.isfinite(value)
        if known.sum() < 3:
            raise InputError(f"optimum over {name}", f"there is no value at most {name}", "check the other values")
        logs, value = logs[known], value[known]
        k = int(np.argmin(value))
        ends = value[0], value[-1]
        if not round_ and (k in (0, len(value) - 1) or min(ends) <= value[k] + FLAT * abs(value[k])):
            end = "0" if ends[0] <= ends[1] else "infinity"
            problem = f"the value is least at the boundary, {name} -> {end}, and goes to {min(ends):.6g} there"
            raise InputError(f"optimum over {name}", problem, "take the limit instead")
        low, high = logs[max(0, k - 1)], logs[min(len(logs) - 1, k + 1)]
        best = logs[k]
        logs = np.linspace(low, high, FINE)
    return float(10.0**best), float(10.0**low), float(10.0**high)


def _stationary(
    derivation: Derivation,
    condition: Stationarity,
    at: Mapping[Any, Any],
    around: tuple[float, float, float],
    digits: int,
) -> Optimum:
    """The root of a factor of the slope near the least value of the grid, and the verified value there."""
    best, low, high = around
    name = str(condition.parameter)
    start_at = {**at, name: Rational(repr(best))}
    problem = pose(derivation, start_at)
    refuse_beyond(problem, f"optimum over {name}")
    base = evaluate(derivation, start_at, digits=START)
    start = [base.unknowns[str(u)] for u in derivation.unknowns] + [mpf(repr(best))]
    free = {s: x for s, x in problem.values.items() if s != condition.parameter}
    for number in range(len(condition.factors)):
        form = condition.solved(number)
        found = on_a_form(problem.at(free).limiting(form), start, digits + 5)
        if found is None or not low <= found[0][-1] <= high:
            continue
        unknowns, _, error, residual = found
        with mp.workdps(digits + 15):
            text = mp.nstr(unknowns[-1], digits + 12)
        value = evaluate(derivation, {**at, name: text}, digits=digits)
        steps = (*base.steps, Technique.CONSEQUENCE.taken(what=f"the slope by {name} is zero:"))
        parameter = Estimate(unknowns[-1], error, steps, Status.VERIFIED, value.unknowns, residual, digits)
        return Optimum(derivation, "", condition.parameter, (number,), condition, parameter, value)
    raise InputError(
        f"optimum over {name}",
        f"the least value on a grid is at {name} = {best:.6g}, but no factor of the slope has a root there",
        "evaluate near it instead",
    )


def _in_a_limit(
    derivation: Derivation, name: str, limits: Mapping[str, Any], ratios: Mapping[str, Any]
) -> Optimum:
    """The stationarity of the leading term of a limit."""
    target = targets_of(derivation, limits, ratios)
    try:
        found = chambers(derivation, target.moving, None)
    except NoSeriesError as error:
        problem = f"there is no closed form in this limit: {error}"
        raise InputError(f"limit {target.about}", problem, "leave the limit out") from None
    form = found[0].series.coefficient(0)
    known = {str(s): s for s in form.ring.generators}
    if name not in known:
        raise unknown_name("optimum", "parameter", name, [str(s) for s in form.ring.generators])
    condition = stationarity(form, known[name])
    every = tuple(range(len(condition.factors)))
    if not every:
        raise InputError(f"optimum over {name}", f"the value is monotonic in {name}", "there is none inside")
    return Optimum(derivation, target.about, known[name], every, condition)
