"""Where a sweep is evaluated: numbers along named dimensions, and numbers that do not move."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import isfinite, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Basic, Expr, Rational, oo

from planaria.algebra.errors import InputError, described, unknown_name
from planaria.algebra.values import Portable
from planaria.ensembles.question import Values
from planaria.ensembles.ranges import shown
from planaria.ensembles.text.grids import has_several, numbers_of
from planaria.numerics.spectra import exact_number

__all__ = ["POINT", "Axis", "Grid", "read_grid"]

Numbers = NDArray[Any]

POINT = "point"
"""The dimension of a list of points."""

MOST_POINTS = 10**12


@dataclass(frozen=True, eq=False)
class Axis(Portable):
    """A dimension of a sweep: one parameter that moves, or several together along a list of points.

    Attributes
    ----------
    name
        Of the dimension.
    columns
        The numbers along it, by parameter, each of shape (points,); complex ones for a ridge or a spectral
        parameter.
    """

    name: str
    columns: Mapping[str, Numbers]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))


@dataclass(frozen=True, eq=False)
class Grid(Portable):
    """All combinations of the numbers along its axes, beside numbers that do not move.

    Attributes
    ----------
    axes
        The last one moves first.
    fixed
        Exact numbers by name.
    """

    axes: tuple[Axis, ...]
    fixed: Mapping[str, Expr]

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(map(len, self.axes))

    @property
    def points(self) -> int:
        return prod(self.shape)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that has numbers."""
        return (*(name for axis in self.axes for name in axis.columns), *self.fixed)

    def columns(self, region: Sequence[slice]) -> dict[str, Numbers]:
        """The numbers that move in a region, point by point in its order, by name.

        >>> grid = read_grid({"N": [1, 2], "gamma": [0.5, 1.5, 2.5], "P": 7}, sizes={"N", "P"})
        >>> grid.columns([slice(0, 2), slice(1, 3)])
        {'N': array([1., 1., 2., 2.]), 'gamma': array([1.5, 2.5, 1.5, 2.5])}
        """
        parts = [
            {n: x[where] for n, x in axis.columns.items()} for axis, where in zip(self.axes, region, strict=True)
        ]
        shape = [len(next(iter(part.values()))) for part in parts]
        found = {}
        for place, part in enumerate(parts):
            own = [1] * len(shape)
            own[place] = shape[place]
            for name, column in part.items():
                found[name] = np.broadcast_to(column.reshape(own), shape).ravel()
        return found

    def digests(self) -> dict[str, Any]:
        """What tells this grid from others, in few words: lengths and digests of the numbers along each axis."""
        return {
            axis.name: {
                name: [
                    len(axis),
                    sha256(
                        np.ascontiguousarray(column, dtype="<c16" if np.iscomplexobj(column) else "<f8").tobytes()
                    ).hexdigest(),
                ]
                for name, column in axis.columns.items()
            }
            for axis in self.axes
        }


def read_grid(
    given: Values | Sequence[Values],
    *,
    sizes: Collection[str] = (),
    signed: Collection[str] = (),
) -> Grid:
    """A grid from numbers by name, or from a list of points, each of them numbers by name.

    In a grid, a name with one number does not move; with several (a list, an array, or text such as ``10:400:60``
    and ``10:1000:log50``) it has an axis.

    Parameters
    ----------
    sizes
        Names of dimensions, which are positive whole numbers.
    signed
        Names of parameters that may have any sign; all others are positive.

    Raises InputError for what are no numbers, for numbers out of range, and for points with different names.

    >>> read_grid({"N": "10:1000:log3", "gamma": "0.1"}, sizes={"N"}).axes[0].columns
    {'N': array([  10.,  100., 1000.])}
    >>> points = read_grid([{"N": 10, "P": 20}, {"N": 20, "P": 10}], sizes={"N", "P"})
    >>> points.axes[0].name, points.shape
    ('point', (2,))
    """
    if isinstance(given, Mapping):
        rows = {_name(key): value for key, value in given.items()}
        if len(rows) < len(given):
            raise InputError("grid", "a name is given twice, as text and as a symbol", "give it once")
        several = {name: value for name, value in rows.items() if _is_several(value)}
        fixed = {name: _exact(name, value, sizes, signed) for name, value in rows.items() if name not in several}
        axes = tuple(
            Axis(name, {name: _column(name, value, sizes, signed, once=True)}) for name, value in several.items()
        )
    else:
        axes, fixed = (Axis(POINT, _table(given, sizes, signed)),), {}
    grid = Grid(axes, fixed)
    if grid.points > MOST_POINTS:
        raise InputError(
            "grid", f"it has {grid.points:,} points", f"give at most {MOST_POINTS:,}, in several sweeps"
        )
    return grid


def check_names(grid: Grid, known: Iterable[str]) -> None:
    """Raise InputError for a name that is none of a model."""
    names = list(known)
    for name in grid.names:
        if name not in names:
            raise unknown_name("grid", "parameter or dimension", name, names)


def _table(points: object, sizes: Collection[str], signed: Collection[str]) -> dict[str, Numbers]:
    if not isinstance(points, Sequence) or isinstance(points, str) or not points:
        problem = f"{described(points)} is neither numbers by name nor a list of points"
        raise InputError("grid", problem, 'give {"N": [60, 120], "gamma": 0.1} or [{"N": 60, "gamma": 0.1}, ...]')
    columns: dict[str, list[Any]] = {}
    for place, point in enumerate(points, start=1):
        if not isinstance(point, Mapping):
            raise InputError("grid", f"point {place} is {described(point)}", 'give {"N": 60, "gamma": 0.1}')
        own = {_name(key): value for key, value in point.items()}
        if place == 1:
            columns = {name: [] for name in own}
        if set(own) != set(columns) or not own:
            names = ", ".join(columns) or "none"
            raise InputError(
                "grid", f"point {place} has other names than the first, {names}", "name the same in all"
            )
        for name, value in own.items():
            columns[name].append(value)
    return {name: _column(name, values, sizes, signed, once=False) for name, values in columns.items()}


def _name(key: object) -> str:
    if not isinstance(key, (str, Basic)):
        raise InputError("grid", f"{described(key)} is no name", 'give {"N": 60, "gamma": [0.1, 1]}')
    return str(getattr(key, "name", key))


def _is_several(value: object) -> bool:
    if isinstance(value, str):
        return has_several(value)
    return isinstance(value, (list, tuple, range)) or (isinstance(value, np.ndarray) and value.ndim > 0)


def _column(name: str, value: Any, sizes: Collection[str], signed: Collection[str], *, once: bool) -> Numbers:
    """Numbers along an axis, in double precision; `once` where equal ones would be one point twice."""
    place = _place(name, sizes)
    if isinstance(value, str):
        value = numbers_of(value, place, whole=name in sizes)
    if isinstance(value, np.ndarray) and value.ndim != 1:
        raise InputError(
            place, f"its array has the shape {value.shape}", "give a row of numbers: each name has an axis"
        )
    if isinstance(value, np.ndarray) and value.dtype.kind in "iuf":
        found = value.astype(np.float64)
    else:
        found = np.array([_double(_exact(name, one, sizes, signed), place) for one in value])
    if not found.size:
        raise InputError(place, "there is no number", "give at least one")
    _check(found, name, place, sizes, signed)
    if once and len(np.unique(found)) < len(found):
        raise InputError(place, "a number stands there twice", "give each once")
    return found


def _check(found: Numbers, name: str, place: str, sizes: Collection[str], signed: Collection[str]) -> None:
    if not np.isfinite(found).all():
        raise InputError(place, f"{found[~np.isfinite(found)][0]} is not finite", "give finite numbers")
    if name in sizes and ((found != np.floor(found)) | (found < 1)).any():
        wrong = found[(found != np.floor(found)) | (found < 1)][0]
        raise InputError(place, f"{wrong:g} is no size", "give whole numbers >= 1")
    if name not in signed and not np.iscomplexobj(found) and (found <= 0).any():
        raise InputError(place, f"{found[found <= 0][0]:g} is not positive", "give positive numbers")


def _exact(name: str, value: Any, sizes: Collection[str], signed: Collection[str]) -> Expr:
    place = _place(name, sizes)
    if name in sizes and str(value).strip() == str(oo):  # infinitely many eigenvalues, where their sums converge
        return oo
    number = exact_number(value, place)
    if number.is_extended_real is False and name not in sizes:
        return number  # of a ridge or a spectral parameter; what has to be real is told when it is evaluated
    if name in sizes and not (number.is_Integer and number >= 1):
        raise InputError(place, f"{shown(value)} is no size", "give whole numbers >= 1")
    if name not in signed and not number > 0:
        raise InputError(place, f"{shown(value)} is not positive", "give positive numbers")
    return number


def _double(number: Expr, place: str) -> float | complex:
    if number.is_real:
        return _float(number, place)
    real, imag = number.as_real_imag()
    return complex(_float(real, place), _float(imag, place))


def _float(number: Expr, place: str) -> float:
    try:
        found = float(number)
    except OverflowError:
        found = float("inf")
    if not isfinite(found) or (not found and number != Rational(0)):
        raise InputError(place, "a number is beyond the range of doubles", "give numbers from 1e-307 to 1e308")
    return found


def _place(name: str, sizes: Collection[str]) -> str:
    return f"dimension {name}" if name in sizes else f"parameter {name}"
