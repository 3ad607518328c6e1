"""log det in double precision for many parameters at once: the resolvent at all nodes of all points together.

With t = kappa e^v, the integrand g(v) = t (n/(kappa + t) - tr (A + t)^-1) is analytic for abs(Im v) < pi, as A is
positive, and falls like t and like 1/t at the ends. On a line with imaginary part d its absolute values add up to
no more than M = (2 n + abs(I))/cos(d/2)^2, where I is the integral: each eigenvalue a gives
t (a - kappa)/((kappa + t)(a + t)), abs(a + t) >= (a + abs(t)) cos(d/2), and the logarithms of a/kappa above 1 add
up to n at most. So the trapezoidal rule with steps h is off by 2 M/(exp(2 pi d/h) - 1) at most. What is beyond the
ends is added from the first powers of t there, as geometric series.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Dummy, Expr

from planaria.algebra.errors import InputError, described
from planaria.derivations.derivation import Derivation
from planaria.derivations.log_determinants import LogDetDerivation, LogDetIntegral, sensitivity
from planaria.ensembles.points import PointArray, PointStatus
from planaria.ensembles.question import Given, Values, given
from planaria.numerics.integrals.log_determinant import by_name, evaluate_log_determinants, own_values
from planaria.numerics.methods.lambdified import of_columns
from planaria.numerics.solving.exclusive import exclusive
from planaria.numerics.spectra import exact_number
from planaria.numerics.sweeps.arrays import evaluate_array
from planaria.numerics.sweeps.group import exact_float

__all__ = ["evaluate_log_determinant_array"]

Floats = NDArray[np.float64]

ACCURACY = 1e-10  # relative, of a value that counts as known
DIGITS = 12  # of points that this does not reach
HEIGHT = 2.8  # d above
STEP = 0.5  # h above: off by 2e-14 of M
FIRST = 12  # steps from the middle to both ends, at first
MORE = 8  # steps by which an end is moved outwards
MOST = 1500  # steps to an end: 325 decades
BEYOND = 1e-12  # of n, that may be left beyond an end
POWERS, APART = 4, 2  # of t that what is beyond an end is made of, and steps between the values that tell them
FALLS = 0.1  # how much smaller the next power is, where they converge
ROUNDING = 2.0**-50
KEPT = APART * (POWERS - 1) + 1  # values at an end
AT_ONCE = 1024  # points


@exclusive
def evaluate_log_determinant_array(
    derivation: LogDetDerivation, values: Values | None = None, **numbers: Given
) -> PointArray:
    """The quantity in double precision over arrays of parameters, as `evaluate_array` takes them.

    Returns
    -------
    A `PointArray`. A point has a status other than ok where some value of the resolvent on the way has; what keeps
    fewer than ten digits here is evaluated by itself.

    Raises InputError as `evaluate` does.

    >>> from planaria.derivations.asked import derive
    >>> result = derive("marchenko-pastur", "logdet(gamma*I(N) + x*x.T)/N")
    >>> evaluate_log_determinant_array(result, N=1, P=1, gamma=[1, 2]).round(10)
    array([0.58045764, 1.0490087 ])
    """
    if not isinstance(derivation, LogDetDerivation):
        problem = f"{described(derivation)} is no derivation with a log det"
        raise InputError("evaluate_array", problem, "derive it first")
    matrices = {str(matrix) for part in derivation.parts for matrix, _ in part.rules.setting.matrices}
    at = by_name(given(values, numbers, derivation.defaults), derivation)
    moving = {
        name: np.real(np.asarray(one))  # that it is real is known by now, whatever its type
        for name, one in at.items()
        if name not in matrices and isinstance(one, (list, tuple, np.ndarray))
    }
    try:
        columns = dict(zip(moving, np.broadcast_arrays(*moving.values()), strict=True))
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in moving.items())
        raise InputError(
            "values", f"the arrays do not fit each other: {shapes}", "give shapes that broadcast"
        ) from None
    shape = next(iter(columns.values())).shape if columns else ()
    points = _Points(
        at, {name: column.ravel() for name, column in columns.items()}, int(np.prod(shape, dtype=int))
    )
    if not points.count:
        name = next(name for name, column in columns.items() if not column.size)
        raise InputError(f"parameter {name}", "the array is empty", "give at least one number")
    parts: dict[Expr, _Found] = {one.logdet: _integrated(one, points) for one in derivation.integrals}
    parts |= {trace: points.evaluate(part) for trace, part in derivation.traces.items()}
    found = _combined(derivation, parts, points)
    for point in np.flatnonzero(
        (found.status == PointStatus.OK) & ~(found.errors <= ACCURACY * abs(found.values))
    ):
        found.put(int(point), derivation, points)
    return PointArray.of(*(one.reshape(shape) for one in (found.values, found.errors, found.status)))


@dataclass
class _Found:
    """Values, absolute errors, and statuses, each of shape (points,)."""

    values: Floats
    errors: Floats
    status: NDArray[Any]

    def put(self, point: int, derivation: LogDetDerivation, points: _Points) -> None:
        """A point with as many digits as it takes."""
        try:
            estimate = evaluate_log_determinants(derivation, points.alone(point), digits=DIGITS)
            self.values[point] = float(estimate.value)
            self.errors[point] = float(estimate.error) + 10.0**-DIGITS * max(1.0, abs(self.values[point]))
        except InputError as error:
            self.values[point] = self.errors[point] = np.nan
            self.status[point] = PointStatus.of(error)


@dataclass(frozen=True)
class _Points:
    """Numbers by name; those that move as columns of shape (points,)."""

    at: Mapping[str, Any]
    columns: Mapping[str, NDArray[Any]]
    count: int

    def alone(self, point: int) -> dict[str, Any]:
        """The numbers of one point."""
        return {**self.at, **{name: exact_float(float(column[point])) for name, column in self.columns.items()}}

    def evaluate(self, part: Derivation, where: NDArray[Any] | None = None, **more: Floats) -> _Found:
        """A part at all points, or at some, with columns of shape (points, nodes) that it needs as well."""
        own = own_values(part, self.at)
        shape = (self.count if where is None else len(where), *next(iter(more.values()), np.zeros(1)).shape[1:])
        for name, column in self.columns.items():
            if name in own:
                some = column if where is None else column[where]
                own[name] = some.reshape(-1, *[1] * (len(shape) - 1))
        found = evaluate_array(part, {**own, **more})
        status = np.empty(shape, dtype=object)
        status[...] = found.status
        values, errors = (np.broadcast_to(one, shape).copy() for one in (found.values, found.errors))
        return _Found(values, errors, status)


def _integrated(one: LogDetIntegral, points: _Points) -> _Found:
    """log det at all points."""
    scale = points.evaluate(one.start)
    size = _column(one.logdet.arg.shape[0], points)
    values, errors = np.full(points.count, np.nan), np.full(points.count, np.nan)
    status = scale.status.copy()
    status[(status == PointStatus.OK) & ~(scale.values > 0)] = PointStatus.NOT_SOLVED
    good = np.flatnonzero(status == PointStatus.OK)
    for start in range(0, len(good), AT_ONCE):
        where = good[start : start + AT_ONCE]
        rule = _Trapezoid(one, points, where, scale.values[where], size[where])
        integral, error, status[where] = rule.integral()
        values[where] = size[where] * np.log(scale.values[where]) + integral
        errors[where] = error + ROUNDING * abs(values[where])
    values[status != PointStatus.OK] = errors[status != PointStatus.OK] = np.nan
    return _Found(values, errors, status)


@dataclass
class _Trapezoid:
    """The trapezoidal rule over v at some points, whose scale and size are of shape (points,)."""

    one: LogDetIntegral
    points: _Points
    where: NDArray[Any]
    scale: Floats
    size: Floats

    def integral(self) -> tuple[Floats, Floats, NDArray[Any]]:
        """The integrals, bounds of their errors, and statuses."""
        count = len(self.where)
        everything = np.arange(count)
        middle, errors, status = self._at(everything, np.arange(-FIRST, FIRST + 1))
        total, rounding = middle.sum(axis=1), errors.sum(axis=1)
        beyond = np.zeros(count)
        for side, ends in ((-1, middle[:, :KEPT]), (1, middle[:, : -KEPT - 1 : -1])):
            last = ends.copy()  # from the end inwards
            open_, done = everything[status == PointStatus.OK], FIRST
            while len(open_):
                tail, left = _tail(last[open_])
                settled = (left <= BEYOND * self.size[open_]) | (done >= MOST)
                total[open_[settled]] += tail[settled]
                beyond[open_[settled]] += left[settled]
                open_ = open_[~settled]
                if not len(open_):
                    break
                more, own, statuses = self._at(open_, side * np.arange(done + 1, done + MORE + 1))
                total[open_] += more.sum(axis=1)
                rounding[open_] += own.sum(axis=1)
                status[open_] = statuses
                last[open_] = more[:, : -KEPT - 1 : -1]
                open_, done = open_[statuses == PointStatus.OK], done + MORE
        integral = STEP * total
        bound = 2 * (2 * self.size + abs(integral)) / np.cos(HEIGHT / 2) ** 2 / np.expm1(2 * np.pi * HEIGHT / STEP)
        return integral, STEP * (rounding + beyond) + bound, status

    def _at(self, some: NDArray[Any], steps: NDArray[Any]) -> tuple[Floats, Floats, NDArray[Any]]:
        """The integrand over v, of shape (points, steps), what rounding does to it, and a status a point."""
        t = self.scale[some, np.newaxis] * np.exp(STEP * steps)
        found = self.points.evaluate(self.one.resolvent, self.where[some], **{str(self.one.path): t})
        size, scale = self.size[some, np.newaxis], self.scale[some, np.newaxis]
        bad = found.status != PointStatus.OK
        first = found.status[np.arange(len(some)), bad.argmax(axis=1)]
        values = t * (size / (scale + t) - found.values)
        return values, t * found.errors + ROUNDING * size, first


def _tail(last: Floats) -> tuple[Floats, Floats]:
    """What the terms beyond an end add up to, from the last ones, and about what is left of it.

    >>> steps = STEP * np.arange(7)
    >>> ends = np.array([1e-3 * np.exp(steps) + 3e-6 * np.exp(2 * steps)])
    >>> tail, left = _tail(ends)
    >>> right = sum(1e-3 * np.exp(-STEP * k) + 3e-6 * np.exp(-2 * STEP * k) for k in range(1, 400))
    >>> bool(abs(tail[0] / right - 1) < 1e-13), bool(left[0] < 1e-14)
    (True, True)
    """
    tails = [last[:, : APART * powers : APART] @ _weights(powers) for powers in range(1, POWERS + 1)]
    *_, before, now, best = tails
    left, last_left = abs(best - now), abs(now - before)
    return best, np.where(left < FALLS * last_left, FALLS * left, left)


@cache
def _weights(powers: int) -> Floats:
    """Of values at an end and inwards, in what lies beyond: exact for so many powers of t."""
    exponents = np.arange(1, powers + 1)
    terms = np.exp(STEP * APART * np.outer(exponents, np.arange(powers)))  # of each power, at each of the values
    return np.linalg.solve(terms, 1 / np.expm1(STEP * exponents))


def _combined(derivation: LogDetDerivation, parts: Mapping[Expr, _Found], points: _Points) -> _Found:
    """The quantity of its log dets and traces, and what their errors do to it."""
    asked = derivation.expression
    value = _numbers(asked, parts, points)
    errors = ROUNDING * abs(value)
    status = np.full(points.count, PointStatus.OK, dtype=object)
    for part, found in parts.items():
        errors = errors + abs(_numbers(sensitivity(asked, part), parts, points)) * found.errors
        status = np.where(status == PointStatus.OK, found.status, status)
    value[status != PointStatus.OK] = errors[status != PointStatus.OK] = np.nan
    return _Found(value, errors, status)


def _numbers(expression: Expr, parts: Mapping[Expr, _Found], points: _Points) -> Floats:
    """A function of log dets, traces and parameters at all points."""
    stand_ins = {part: Dummy() for part in parts}
    outer = expression.xreplace(stand_ins)
    symbols = sorted(outer.free_symbols - set(stand_ins.values()), key=str)
    columns = [_column(symbol, points) for symbol in symbols]
    function = of_columns([*stand_ins.values(), *symbols], outer)
    with np.errstate(all="ignore"):
        found = function(*(parts[part].values for part in stand_ins), *columns)
    return np.array(np.broadcast_to(found, points.count), dtype=float)


def _column(size: Expr, points: _Points) -> Floats:
    """A parameter, a size or a number at all points."""
    if size.is_number:
        return np.full(points.count, float(size))
    name = str(size)
    if name in points.columns:
        return np.asarray(points.columns[name], dtype=float)
    value = points.at[name]
    return np.full(points.count, float(exact_number(value, f"parameter {name}")))
