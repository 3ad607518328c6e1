"""Scaling exponents: the physical one of the candidates, and its local exponents at finite sizes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Float, Rational, Symbol

from planaria.algebra.errors import InputError
from planaria.derivations.asymptotics.corner import Candidate, Corner, corner_of, correction
from planaria.derivations.asymptotics.path import read_path
from planaria.derivations.asymptotics.polygon import Weight
from planaria.derivations.asymptotics.result import Scaling, holding, scaling_of
from planaria.derivations.derivation import Derivation
from planaria.ensembles.evidence import Check, Outcome
from planaria.numerics.asymptotics.far import STEP, FarPoints, exact_values, far_points, finite_values, predicted

__all__ = ["scaling"]

OTHERS = Rational(1, 2), Rational(3, 2), Rational(2)  # alpha, where the witness gives slow corrections
CLOSE = 0.25  # logarithm of value over prediction at the farthest point
TINY = 1e-2  # what does not have to shrink
SLOW = -0.3  # the power of a correction that is slow
SHARE = 1 / 3  # of the power of the largest correction, by which deviations have to fall
DECADES = range(-24, 25, 4)  # in which an optimum is looked for where no balance has one
BESIDE = Rational(3, 2)  # factor beside an optimum at which the value is to be larger


def scaling(derivation: Derivation, symbol: str, given: str | Mapping[str, object] = "") -> Scaling:
    """How a quantity scales along a path, with the evidence of numbers.

    Parameters
    ----------
    symbol
        What goes to infinity last, as ``"N"``; to zero as ``"gamma=0"``.
    given
        What others do before: ``"gamma=0, P=oo, M=oo"``, ``"P/N=2"``, ``"gamma=optimum"``. What is not named is
        fixed.

    Raises InputError for what is no path, a spectrum that is no law, a limit that depends on the order of
    limits, and where no dominant balance has the value of the engine far out.

    >>> from planaria.derivations import derive
    >>> found = scaling(derive("random-features", "loss"), "N", "gamma=0, P=oo, M=oo")
    >>> found.exponent, found.prefactor
    (-alpha, C*lambda_plus*rho**(alpha + 1)*sigma_w**2/(2*M))
    """
    path = read_path(derivation, symbol, given)
    corner = corner_of(derivation, path)
    candidate, check, alpha, rate = _physical(corner)
    other = _other_order(corner, candidate)
    if other is not None:
        order, found = other
        raise InputError(
            "--given",
            f"the limit depends on the path: {_leading(corner, candidate)} if the order of limits is "
            f"{_named(corner)}, and {_leading(order, found)} if it is {_named(order)}",
            "say how fast one goes with the other, as gamma=1/N",
        )
    return scaling_of(corner, candidate, (check, _local(corner, candidate, alpha, rate)))


def _leading(corner: Corner, candidate: Candidate) -> str:
    found = scaling_of(corner, candidate, ())
    return str(found.value)


def _named(corner: Corner) -> str:
    return ", ".join(f"{symbol} = {limit}" for symbol, limit in corner.limits)


def _physical(corner: Corner) -> tuple[Candidate, Check, Rational, float]:
    """The candidate that the engine's values approach, at which alpha, and how fast deviations have to fall."""
    candidates = corner.candidates()
    if not candidates:
        _refuse_boundary(corner)
        raise InputError(
            "scaling",
            f"no dominant balance along {corner.path} has a formula: the unknown may stay finite",
            "let more parameters go to a limit, or give them by another",
        )
    best: tuple[float, Candidate, NDArray[np.float64], Rational, float] | None = None
    values: dict[Rational, NDArray[np.float64]] = {}
    for candidate in candidates:
        size = correction(candidate, corner.scales)
        alpha = _alpha(corner, candidate, size)
        points = far_points(corner, alpha)
        if not corner.path.optimised and alpha not in values:
            values[alpha] = exact_values(corner.derivation, points.points)
        off = _deviations(corner, candidate, points, values.get(alpha))
        rate = _rate(corner, size, alpha)
        shrinks = rate ** (len(points.points) - 1)
        if off is None or not (abs(off[-1]) < CLOSE and abs(off[-1]) < shrinks * abs(off[0]) + TINY):
            continue
        if best is None or abs(off[-1]) < best[0]:
            best = abs(off[-1]), candidate, off, alpha, rate
    if best is None:
        _refuse_boundary(corner)
        raise InputError(
            "scaling",
            f"none of {len(candidates)} dominant balances along {corner.path} is the value of the engine far out",
            "say more of the path, or give alpha another value",
        )
    _, candidate, off, alpha, rate = best
    points = far_points(corner, alpha)
    sizes = ", ".join(f"{x:.3g}" for x in points.column(corner.path.symbol))
    ratios = ", ".join(f"{np.exp(x):.4f}" for x in off)
    detail = f"value over leading term is {ratios} at {corner.path.symbol} = {sizes}"
    check = Check(
        "the physical branch is the one whose leading term the exact value approaches", "residual", True, detail
    )
    return candidate, check, alpha, rate


def _refuse_boundary(corner: Corner) -> None:
    """Raise InputError where the value is least at the boundary of a parameter that is to be at its optimum."""
    parameter = corner.path.optimised
    if parameter is None or parameter in corner.derivation.rules.setting.spaces:
        return
    witness = Rational(corner.field.witness.numerator, corner.field.witness.denominator)
    point = far_points(corner, witness).points[0]
    values = finite_values(corner.derivation, [{**point, parameter: Rational(10) ** k} for k in DECADES])
    if not values or min(values, key=lambda one: one[1])[0] not in (values[0][0], values[-1][0]):
        return
    end = "0" if values[0][1] < values[-1][1] else "oo"
    raise InputError(
        "--given",
        f"there is no optimum: along {corner.path} the value is least at the boundary, {parameter} = {end}",
        f"give {parameter}={end} in place of {parameter}=optimum",
    )


def _alpha(corner: Corner, candidate: Candidate, size: Weight | None) -> Rational:
    """The alpha at which corrections are smallest, of those at which a candidate holds."""
    field = corner.field
    witness = Rational(field.witness.numerator, field.witness.denominator)
    if not isinstance(field.alpha, Symbol) or size is None or _power(corner, size, witness) < SLOW:
        return witness
    low, high = holding(field, candidate.gaps)
    tried = [witness, *(one for one in OTHERS if low < one < high)]
    return min(tried, key=lambda one: _power(corner, size, one))


def _power(corner: Corner, size: Weight, alpha: Rational) -> float:
    """The power of the last scale in a correction; -1 for one that is small by another scale."""
    *others, last = size
    return -1.0 if any(others) else float(last.to_sympy().subs({corner.field.symbol: alpha}))


def _rate(corner: Corner, size: Weight | None, alpha: Rational) -> float:
    """By which factor deviations have to fall from one point to the next."""
    power = -1.0 if size is None else max(-1.0, _power(corner, size, alpha))
    return float(STEP ** (SHARE * power))


def _deviations(
    corner: Corner, candidate: Candidate, points: FarPoints, shared: NDArray[np.float64] | None
) -> NDArray[np.float64] | None:
    """The logarithms of value over leading term; None where it cannot be the value."""
    moments = candidate.system.expansions.moments
    leading = np.array([predicted(candidate.value, moments, point) for point in _at(corner, candidate, points)])
    if not np.all(leading > 0):
        return None
    values = shared if shared is not None else _optimal(corner, candidate, points)
    if values is None or not np.all(values > 0):
        return None
    found: NDArray[np.float64] = np.log(values / leading)
    return found


def _at(corner: Corner, candidate: Candidate, points: FarPoints) -> list[Mapping[Symbol, Expr]]:
    """The points, with the parameter at its predicted optimum."""
    parameter = corner.path.optimised
    if parameter is None or candidate.optimum is None:
        return list(points.points)
    moments = candidate.system.expansions.moments
    found: list[Mapping[Symbol, Expr]] = []
    for point in points.points:
        without = {s: v for s, v in point.items() if s != parameter}
        number = predicted(candidate.optimum, moments, without)
        is_size = parameter in corner.derivation.rules.setting.spaces and number > 1
        found.append({**without, parameter: Rational(round(number)) if is_size else Float(number)})
    return found


def _optimal(corner: Corner, candidate: Candidate, points: FarPoints) -> NDArray[np.float64] | None:
    """The values at the predicted optimum; None if it is none."""
    parameter = corner.path.optimised
    assert parameter is not None
    here = _at(corner, candidate, points)
    if not all(point[parameter] > 0 for point in here):
        return None
    best = here[-1][parameter]
    beside = [{**here[-1], parameter: best * factor} for factor in (BESIDE, 1 / BESIDE)]
    if best.is_Integer:
        beside = [{**one, parameter: Rational(round(one[parameter]))} for one in beside]
    *values, more, less = exact_values(corner.derivation, [*here, *beside])
    if not (values[-1] <= more and values[-1] <= less):
        return None
    return np.array(values)


def _local(corner: Corner, candidate: Candidate, alpha: Rational, rate: float) -> Check:
    """The local exponents of exact values against the exponent."""
    points = far_points(corner, alpha)
    here = _at(corner, candidate, points)
    values = exact_values(corner.derivation, here)
    x = np.log(points.column(corner.path.symbol))
    local = np.diff(np.log(values)) / np.diff(x)
    exact = candidate.value.exponent(corner.path.symbol)
    expected = float(exact.subs({corner.field.symbol: alpha}))
    off = np.abs(local - expected)
    shrinks = rate ** (len(off) - 1)
    good = bool(off[-1] < TINY / 5 or (off[-1] < shrinks * off[0] and off[-1] < CLOSE / 2))
    detail = f"local exponents {', '.join(f'{one:.4f}' for one in local)} tend to {expected:.4f}"
    outcome = Outcome.PASSED if good else Outcome.INCONCLUSIVE
    return Check(f"d ln value/d ln {corner.path.symbol} at finite sizes", "residual", outcome, detail)


def _other_order(corner: Corner, candidate: Candidate) -> tuple[Corner, Candidate] | None:
    """Another order of limits with another leading term, if there is one."""
    here = candidate.value.written_out
    for order in corner.orders():
        if any((one.value.written_out / here).simplify() == 1 for one in order.candidates()):
            continue
        found, *_ = _physical(order)
        return order, found
    return None
