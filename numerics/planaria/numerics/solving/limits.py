"""The exact limit of a parameter at zero, on the physical branch.

The planar solution is followed from a small value of the parameter to smaller ones.
`planaria.derivations.analysis.limits` names the ways in which the equations can hold at zero; the one that the
solution approaches is solved there, to all digits, and counts only if value and unknowns go to it on the way.
Where none is approached, the value at such a small parameter that every digit stands is given, and called a
numerical limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mpmath import mp, mpf
from sympy import Symbol, nan, oo, zoo

from planaria.algebra.errors import InputError, unknown_name
from planaria.algebra.rational import factored
from planaria.derivations.analysis.limits import LimitBranch, limit_branches
from planaria.derivations.derivation import Derivation
from planaria.derivations.elimination.plain import plain_form
from planaria.ensembles.estimate import Estimate
from planaria.ensembles.spectra.spectrum import Fall
from planaria.ensembles.verdicts.statuses import Status
from planaria.ensembles.verdicts.techniques import Technique
from planaria.numerics.equations.functions import functions_of
from planaria.numerics.points.infinite import check_infinite
from planaria.numerics.points.problem import Posed, Problem, parameters_of, pose, to_mpf
from planaria.numerics.points.refusals import refuse_beyond
from planaria.numerics.solving.limit_path import LimitPath, newton_at, value_at
from planaria.numerics.spectra import exact_number

__all__ = ["limit_at_zero", "on_a_form"]

FIRST_STATION = 20  # decimal places at which the solution is compared with the branches: here and at each doubling
NUMERICAL = 320  # places at which, and from which on, a value without a branch may count
APPROACH = 5  # at p places what goes to a finite limit is closer than 10**(-p / APPROACH)
LONGEST_CONDITION = 60  # letters of a condition that is quoted in a method
SAME_POWER = 1e-2  # by which powers between stations may differ where they alone speak for growth or vanishing
SLOWEST_POWER = 0.2  # of the parameter with which something vanishes or grows


def limit_at_zero(
    derivation: Derivation, values: Mapping[Any, Any], limit: Mapping[Any, Any], digits: int
) -> Estimate:
    """The limit of a quantity when one parameter goes to zero from above.

    Parameters
    ----------
    values
        Numbers and spectra as for `planaria.numerics.solving.evaluate.evaluate`, without the parameter.
    limit
        One parameter, by symbol or by name, and 0.

    Returns
    -------
    An `Estimate` of status ``"limit"`` (solved at zero), ``"numerical limit"`` (a small parameter, all digits
    standing) or ``"infinite"``, the sign of the growth in its value. Unknowns that vanish or grow are 0 and inf.

    Raises
    ------
    InputError
        For more than one parameter, a target other than 0, a dimension, and where no limit exists.

    >>> from sympy import Identity, MatrixSymbol, Trace, symbols
    >>> from planaria.derivations import derive
    >>> from planaria.diagrams import Gaussian, Model
    >>> N, P, gamma = symbols("N P gamma", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> q = (gamma * Identity(N) + x * x.T).inv()
    >>> result = derive(Trace(q) / N, Model([Gaussian(x, variance=1 / P)]))
    >>> print(limit_at_zero(result, {"N": 2, "P": 5}, {"gamma": 0}, 20))
    1.6666666666666666667
    >>> print(limit_at_zero(result, {"N": 5, "P": 5}, {"gamma": 0}, 20))
    +inf
    """
    parameter = _parameter(derivation, values, limit)
    at_zero = pose(derivation, values, zero=frozenset({str(parameter)}))
    refuse_beyond(at_zero, "limit")
    check_infinite(at_zero)
    for symbol, number in at_zero.values.items():
        if number is oo:
            raise InputError("limit", f"{symbol} = oo, and two limits are not taken at once", "give a finite size")
    _check_fall(at_zero, parameter)
    path = LimitPath.start(at_zero, parameter, digits)
    sizes = {s: path.at_zero.values[s] for s in derivation.rules.setting.spaces if s in path.at_zero.values}
    # Branches for any dimensions first: they say more, but their leading terms may cancel at these
    branches = [
        *limit_branches(derivation.closed_form, parameter),
        *limit_branches(derivation.closed_form, parameter, sizes),
    ]
    places, enough = FIRST_STATION, max(NUMERICAL, 3 * digits + 60)
    path.advance(places)
    while places < 2 * enough:
        places *= 2
        path.advance(places)
        found = next((one for branch in branches if (one := _on_branch(branch, path, digits))), None)
        if found is None and places >= enough:
            found = _numerical(path, digits)
        if found is not None:
            return replace(found, residual=max(found.residual, path.verify()))
    seen = ", ".join(f"{mp.nstr(value, 8)} at {parameter} = 1e-{p}" for p, _, value in path.stations[-2:])
    raise path.error(f"the value does not settle: it is {seen}")


def _check_fall(at_zero: Problem, parameter: Symbol) -> None:
    """Raise InputError where eigenvalues vanish like exp(-1/parameter): limits are found by powers of it."""
    for matrix, _, spectrum in at_zero.spectra:
        decay = spectrum.decay(spectrum.parameters)
        if decay is None or decay.fall is not Fall.EXPONENTIAL:
            continue
        if decay.rate.subs(parameter, 0).has(oo, zoo, nan):
            problem = f"the eigenvalues of {matrix} vanish like exp(-1/{parameter}), faster than any power"
            raise InputError("limit", problem, f"give {parameter} a small number in place of the limit")


def _parameter(derivation: Derivation, values: Mapping[Any, Any], limit: Mapping[Any, Any]) -> Symbol:
    """The one parameter whose limit is asked for."""
    if len(limit) != 1:
        raise InputError("limit", f"{len(limit)} parameters are given", "take the limit of one at a time")
    ((key, target),) = limit.items()
    known = {str(symbol): symbol for symbol in parameters_of(derivation)}
    name = str(key)
    if name not in known:
        raise unknown_name("limit", "parameter", name, sorted(known))
    symbol = known[name]
    if symbol in derivation.rules.setting.spaces:
        raise InputError("limit", f"{name} is a dimension", "take the limit of a parameter")
    if not exact_number(target, f"limit of {name}").is_zero:
        raise InputError("limit", f"{name} -> {target} is no limit", f"only {name}=0 is one; set other values")
    if any(str(given) == name for given in values):
        raise InputError("limit", f"{name} has a value as well", "leave out one of the two")
    return symbol


def _on_branch(branch: LimitBranch, path: LimitPath, digits: int) -> Estimate | None:
    """The limit on a branch, if the last two stations approach it."""
    (before, _, _), (now, _, _) = path.stations[-2:]
    original = path.at_zero.derivation
    symbols = original.unknowns
    columns = {s: [unknowns[k] for _, unknowns, _ in path.stations[-2:]] for k, s in enumerate(symbols)}
    small, vanishing = branch.vanishing or branch.growing, branch.vanishing is not None
    if small is not None and not _asymptotic(path, symbols.index(small), vanishing):
        return None
    problem = path.at_zero.limiting(branch.closed_form)
    left = [s for s in symbols if s != small]
    if (found := on_a_form(problem, [columns[s][1] for s in left], digits)) is None:
        return None
    unknowns, value, error, residual = found
    roots = dict(zip(left, unknowns, strict=True))
    if not all(_reached(columns[s], x, before, now, digits) for s, x in roots.items()):
        return None
    names = {str(s): roots.get(s, mpf(0) if vanishing else mpf("inf")) for s in symbols}
    measured = [value for _, _, value in path.stations[-2:]]
    name = path.parameter
    words = [f"{c.lhs} {'->' if c.lhs == small else '='} {c.rhs}" for c in branch.conditions]
    short = ", ".join(one for one in words if len(one) <= LONGEST_CONDITION)
    steps = [Technique.LIMIT.taken(parameter=name)]
    if short:
        steps.append(Technique.LIMIT_BRANCH.taken(conditions=short))
    if branch.order < 0 or value is None:
        if _power(measured, now - before) > -SLOWEST_POWER:
            return None
        ratio = branch.closed_form.value
        factors = [factored(ratio.ring, factor) for factor, _ in ratio.denominator.factor()[1]]
        zeros = [f"{one} = 0" for one in factors if one.subs(path.at_zero.values) == 0]
        because = ", since " + " and ".join(zeros) if zeros else ""
        steps.append(Technique.POWER.taken(behaviour=f"the value grows without bound as {name} -> 0{because}"))
        infinite = mp.sign(measured[1]) * mpf("inf")
        return Estimate(infinite, mpf(0), tuple(steps), Status.INFINITE, names, residual, digits)
    if not value:
        if any(measured) and _power(measured, now - before) < SLOWEST_POWER:
            return None
    elif not _reached(measured, value, before, now, digits):
        return None
    steps.append(Technique.AT_ZERO.taken(parameter=name, before=before, now=now))
    return Estimate(value, error, tuple(steps), Status.LIMIT, names, residual, digits)


def _asymptotic(path: LimitPath, small: int, vanishing: bool) -> bool:
    """Whether an unknown vanishes (or grows), and every spectral sum goes to what it is then.

    An unknown that is small beside most eigenvalues may still be large beside the least.
    """
    (before, start, _), (now, end, _) = path.stations[-2:]
    power = _power((start[small], end[small]), now - before)
    if (power if vanishing else -power) < SLOWEST_POWER:
        return False
    closed = plain_form(path.at_zero.derivation.closed_form)  # a branch is of plain sums
    functions, symbol = functions_of(closed, "mpmath"), closed.unknowns[small].symbol
    own = [n for n, (_, one) in enumerate(closed.sums) if symbol in one.unknowns]
    rows = []
    for places, unknowns, _ in path.stations[-2:]:
        problem = path.problem(places)
        with mp.workdps(path.precision(places)):
            at = problem.mpfs(), problem.scalars(to_mpf), own
            sums = functions.sum_values(unknowns, *at)
            edge = [mpf(0) if n == small else x for n, x in enumerate(unknowns)]
            try:
                limits = functions.sum_values(edge, *at) if vanishing else [mpf(1)] * len(sums)
                rows.append([sums[n] / limits[n] for n in own])
            except ZeroDivisionError:
                return False
    if vanishing:
        return all(_approached(pair, mpf(1), before, now) for pair in zip(*rows, strict=True))
    return all(_power(pair, now - before) > SLOWEST_POWER for pair in zip(*rows, strict=True))


def on_a_form(problem: Posed, start: Sequence[Any], digits: int) -> tuple[list[Any], Any, Any, Any] | None:
    """Unknowns, value (None where its denominator is zero), error, residual; None if there is no root near."""
    unknowns, previous = list(start), None
    for working in (digits + 10, digits + 22, 2 * digits + 40, 4 * digits + 80):
        with mp.workdps(working):
            if (found := newton_at(problem, unknowns)) is None:
                return None
            unknowns, _ = found
            try:
                value = value_at(problem, unknowns)
            except ZeroDivisionError:
                return unknowns, None, mpf(0), _residual(problem, unknowns)
            if previous is not None and abs(value - previous) <= abs(value) * mpf(10) ** -digits:
                return unknowns, value, abs(value - previous), _residual(problem, unknowns)
            previous = value
    return None


def _residual(problem: Posed, unknowns: Sequence[Any]) -> Any:
    """The largest residual, relative to what a unit relative change of the unknowns would make."""
    functions = functions_of(problem.form, "mpmath")
    residual, jacobian = functions.residual(unknowns, problem.mpfs(), problem.scalars(to_mpf), mpf(1))
    scales = [sum(abs(j * x) for j, x in zip(row, unknowns, strict=True)) for row in jacobian]
    return max((abs(r) / s if s else abs(r) for r, s in zip(residual, scales, strict=True)), default=mpf(0))


def _power(pair: Sequence[Any], places: int) -> float:
    """The power of the parameter with which something changes between two stations."""
    a, b = pair
    return float(mp.log10(abs(a / b)) / places) if a and b else float("inf")


def _approached(pair: Sequence[Any], target: Any, before: int, now: int) -> bool:
    """Whether something goes to a limit that is not zero, at least with a small power of the parameter."""
    with mp.workdps(now + 20):
        limits = zip(pair, (before, now), strict=True)
        return bool(target) and all(abs(x / target - 1) < mpf(10) ** (-places / APPROACH) for x, places in limits)


def _reached(pair: Sequence[Any], target: Any, before: int, now: int, digits: int) -> bool:
    """Whether a limit is approached, and all digits of the last value: a limit near the true one is not it."""
    with mp.workdps(now + digits + 20):
        return _approached(pair, target, before, now) and abs(pair[-1] / target - 1) < mpf(10) ** -digits


def _numerical(path: LimitPath, digits: int) -> Estimate | None:
    """The limit by values at small parameters, where no branch is approached; None while they do not settle."""
    name = path.parameter
    (start, _, zeroth), (before, _, first), (now, unknowns, last) = path.stations[-3:]
    names = dict(zip(map(str, path.at_zero.derivation.unknowns), unknowns, strict=True))
    steps = (Technique.LIMIT.taken(parameter=name), Technique.SMALL_VALUES.taken(parameter=name, now=now))
    with mp.workdps(digits + 20):
        error = abs(last - first)
        if error <= abs(last) * mpf(10) ** -digits:
            return Estimate(+last, error, steps, Status.NUMERICAL_LIMIT, names, mpf(0), digits)
    power = _power((first, last), now - before)
    if abs(power) < SLOWEST_POWER or abs(power - _power((zeroth, first), before - start)) > SAME_POWER:
        return None
    if power < 0:
        grows = Technique.POWER.taken(behaviour=f"the value grows like {name}**{power:.4g}")
        infinite = mp.sign(last) * mpf("inf")
        return Estimate(infinite, mpf(0), (*steps, grows), Status.INFINITE, names, mpf(0), digits)
    vanishes = Technique.POWER.taken(behaviour=f"it vanishes like {name}**{power:.4g}")
    return Estimate(mpf(0), abs(last), (*steps, vanishes), Status.NUMERICAL_LIMIT, names, mpf(0), digits)
