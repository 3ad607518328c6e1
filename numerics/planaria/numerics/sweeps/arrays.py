"""Double precision for many parameters at once: sweeps and plots.

Points that share their spectra are solved and confirmed all at once (`engine`); what is not confirmed in arrays is
evaluated one by one, with as many digits as it takes.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sympy import MatrixSymbol

from planaria.algebra.errors import InputError, described, unknown_name
from planaria.algebra.rational import Ratio
from planaria.derivations.derivation import Derivation
from planaria.derivations.log_determinants import LogDetDerivation
from planaria.derivations.matrix_valued import MatrixDerivation
from planaria.ensembles.points import PointArray, PointStatus
from planaria.ensembles.question import Given, Values, given
from planaria.numerics.points.infinite import check_infinite
from planaria.numerics.points.problem import Problem, check_admissible, pose
from planaria.numerics.points.refusals import ContradictionError, refuse_beyond
from planaria.numerics.solving.exclusive import exclusive
from planaria.numerics.solving.solve import refuse_zero, solve
from planaria.numerics.spectra import check_parameters
from planaria.numerics.sweeps.complex_points import in_the_plane_at_once
from planaria.numerics.sweeps.engine import engine
from planaria.numerics.sweeps.group import Floats, Group, exact_float, group_of

__all__ = ["evaluate_array"]

LAST = 2.0**-50  # of a value: its last bits, and those of the numbers it is of
DIGITS = 15  # of points that double precision does not confirm


@exclusive
def evaluate_array(
    derivation: Derivation | LogDetDerivation, values: Values | None = None, **numbers: Given
) -> PointArray:
    """The quantity in double precision over arrays of parameters.

    Parameters
    ----------
    values
        As for `planaria.numerics.solving.evaluate`, but a parameter or dimension may also be an array; arrays are
        broadcast against each other. Points that share their spectra are taken together, so that sweeps over what
        spectra depend on take longer; lists of eigenvalues are the same at all points. A ridge or a spectral
        parameter may be complex.

    Returns
    -------
    A `PointArray` of the broadcast shape: the values (complex where a parameter is), to an estimated ten digits or
    more, with ``errors`` and ``status``. There is nan where `evaluate` refuses the point, and where a value is
    beyond the range of doubles.

    Raises InputError as `evaluate` does.

    >>> from sympy import Identity, MatrixSymbol, Trace, symbols
    >>> from planaria.derivations import derive
    >>> from planaria.diagrams import Gaussian, Model
    >>> N, P, gamma = symbols("N P gamma", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> q = (gamma * Identity(N) + x * x.T).inv()
    >>> result = derive(Trace(q) / N, Model([Gaussian(x, variance=1 / P)]))
    >>> evaluate_array(result, {"N": 100, "P": [100, 200], "gamma": [[1.0], [2.0]]}).round(4)
    array([[0.618 , 0.5616],
           [0.366 , 0.3508]])
    """
    if isinstance(derivation, (LogDetDerivation, MatrixDerivation)):
        return derivation.evaluate_array(values, **numbers)
    if not isinstance(derivation, Derivation):
        problem = f"{described(derivation)} is no derivation"
        raise InputError("evaluate_array", problem, "derive it first: evaluate_array(derive(...), ...)")
    swept: dict[str, Floats] = {}
    fixed: dict[Any, Any] = {}
    for key, value in given(values, numbers).items():
        if (
            isinstance(key, MatrixSymbol)
            or not isinstance(value, (list, tuple, np.ndarray))
            or str(key) in {str(matrix.name) for matrix, _ in derivation.rules.setting.matrices}
        ):
            fixed[key] = value
        else:
            swept[str(key)] = _floats(str(key), value)
    try:
        arrays = np.broadcast_arrays(*swept.values())
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in swept.items())
        raise InputError(
            "values", f"the arrays do not fit each other: {shapes}", "give shapes that broadcast"
        ) from None
    shape = arrays[0].shape if arrays else ()
    columns = {name: array.ravel() for name, array in zip(swept, arrays, strict=True)}
    count = int(np.prod(shape, dtype=int))
    problem = pose(derivation, {**fixed, **{name: _first(column) for name, column in columns.items()}})
    is_complex = any(map(np.iscomplexobj, columns.values())) or any(
        x.is_extended_real is False for x in problem.values.values()
    )
    if not is_complex:
        refuse_beyond(problem, "values")
    check_infinite(problem)
    _check_sweep(problem, columns)
    if is_complex:
        return PointArray.of(*(one.reshape(shape) for one in in_the_plane_at_once(problem, columns, count)))
    refuse_zero(problem)
    found = np.full(count, np.nan), np.full(count, np.nan), np.full(count, PointStatus.OK, dtype=object)
    near: Floats | None = None
    for here, where in _spectra(problem, columns, count):
        own = {name: column[where] for name, column in columns.items()}
        parts, near = _sweep(here, own, len(where), near)
        for whole, part in zip(found, parts, strict=True):
            whole[where] = part
    answers, errors, status = found
    errors += LAST * abs(answers)
    return PointArray.of(*(one.reshape(shape) for one in (answers, errors, status)))


def _spectral(problem: Problem) -> set[str]:
    """The names of what the spectra depend on, sizes among them."""
    symbols: set[Any] = set()
    for matrix, _, spectrum in problem.spectra:
        symbols |= matrix.shape[0].free_symbols | set(spectrum.free_symbols)
    return {str(symbol) for symbol in symbols}


def _spectra(
    problem: Problem, columns: Mapping[str, Floats], count: int
) -> Iterator[tuple[Problem, NDArray[np.int64]]]:
    """Points that share their spectra, and the problem at the first of them, in the order of the parameters."""
    moving = [name for name in columns if name in _spectral(problem)]
    if not moving:
        yield problem, np.arange(count)
        return
    keys, group = np.unique(np.stack([columns[name] for name in moving], axis=1), axis=0, return_inverse=True)
    order = np.argsort(group.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(group.ravel(), minlength=len(keys)))
    symbols = {str(symbol): symbol for symbol in problem.values}
    for where in np.split(order, ends[:-1]):
        first = {symbols[name]: exact_float(column[where[0]]) for name, column in columns.items()}
        here = problem.at({**problem.values, **first})
        for matrix, _, spectrum in here.spectra:
            check_parameters(spectrum, here.values, f"spectrum of {matrix.name}")
        yield here, where


def _sweep(
    problem: Problem, columns: Mapping[str, Floats], count: int, near: Floats | None
) -> tuple[tuple[Floats, Floats, NDArray[Any]], Floats | None]:
    """Values, errors and statuses of points that share their spectra; unknowns near which the next ones may be."""
    group = group_of(problem, columns, count)
    lawful = _lawful(group)
    status = np.full(count, PointStatus.OK, dtype=object)
    status[~lawful] = PointStatus.NO_LAW
    found = engine(group, near)
    sure = np.flatnonzero(np.isfinite(found.errors))
    near = found.unknowns[sure[0]] if sure.size and found.unknowns.shape[1] else None
    found.values[~lawful] = np.nan
    for point in np.flatnonzero(lawful & ~np.isfinite(found.errors)).tolist():
        known = found.unknowns[point]
        start = known.tolist() if np.isfinite(known).all() else None
        found.values[point], found.errors[point], status[point] = _alone(group, point, start)
    found.errors[np.isnan(found.values)] = np.nan
    return (found.values, found.errors, status), near


def _alone(group: Group, point: int, start: list[float] | None) -> tuple[float, float, PointStatus]:
    """A point with as many digits as it takes: value, error and status."""
    try:
        estimate = solve(group.at(point), DIGITS, start)
    except ContradictionError:
        raise
    except InputError as error:
        return np.nan, np.nan, PointStatus.of(error)
    try:
        value = float(estimate.value)
    except OverflowError:
        value = np.inf
    if np.isinf(value) or (estimate.value and not value):
        return np.nan, np.nan, PointStatus.OUT_OF_RANGE
    return value, float(estimate.error) + 10.0**-DIGITS * abs(value), PointStatus.OK


def _lawful(group: Group) -> NDArray[np.bool_]:
    """At which points every variance and covariance is one; asked where one of them depends on what changes."""
    problem, columns, count = group.problem, group.columns, group.count
    fields = problem.derivation.rules.setting.fields
    sizes = [law for one in fields for law in (one.variance, one.rows, one.cols) if _may_change(law, columns)]
    weights = [law for one in fields for pair in one.ribbons for law in pair]  # in a range of their own
    laws = {g for law in (*sizes, *weights) for g in law.support()}
    if not any(str(symbol) in columns for generator in laws for symbol in generator.free_symbols):
        return np.ones(count, dtype=bool)
    known: dict[tuple[float, ...], bool] = {}
    found = np.zeros(count, dtype=bool)
    moving = [n for n in columns if any(n == str(symbol) for g in laws for symbol in g.free_symbols)]
    for point in range(count):
        key = tuple(float(columns[name][point]) for name in moving)
        if key not in known:
            try:
                check_admissible(group.at(point))
                known[key] = True
            except InputError:
                known[key] = False
        found[point] = known[key]
    return found


def _may_change(law: Ratio, moving: Container[str]) -> bool:
    """Whether moving parameters may make it no law: a product of powers of positive ones has one sign."""
    moved = [g for g in law.support() if any(str(symbol) in moving for symbol in g.free_symbols)]
    single = len(law.numerator) == 1 and len(law.denominator) == 1
    return bool(moved) and not (single and all(g.is_Symbol and g.is_positive for g in moved))


def _check_sweep(problem: Problem, columns: Mapping[str, Floats]) -> None:
    known = {str(symbol): symbol for symbol in problem.values}
    listed = {
        s for m, _, spectrum in problem.spectra if spectrum.listed is not None for s in m.shape[0].free_symbols
    }
    sizes = {str(space) for space in problem.derivation.rules.setting.spaces}
    for name, column in columns.items():
        if name not in known:
            raise unknown_name("values", "parameter", name, known)
        if name in {str(s) for s in listed} and np.ptp(column) > 0:
            raise InputError(
                f"dimension {name}",
                "eigenvalues are given one by one, so that it is their number",
                "leave it out, or declare a spectrum for any size",
            )
        if np.iscomplexobj(column):
            if not np.isfinite(column).all():
                raise InputError(
                    f"parameter {name}", "the array holds a number that is not finite", "give finite ones"
                )
            continue
        signed = not known[name].is_nonnegative
        if not np.isfinite(column).all() or (not signed and (column <= 0).any()):
            raise InputError(
                f"parameter {name}", "the array holds a number that is not positive", "give positive ones"
            )
        if name in sizes and (column != np.floor(column)).any():
            raise InputError(f"dimension {name}", "the array holds a size that is not whole", "give whole sizes")


def _floats(name: str, value: ArrayLike) -> Floats:
    """An array of numbers, complex only where one of them is."""
    try:
        array = np.asarray(value)
        array = array.astype(complex if np.iscomplexobj(array) else float)
    except OverflowError:
        raise InputError(
            f"parameter {name}", "the array holds a number beyond 1e308", "give smaller ones"
        ) from None
    except (TypeError, ValueError):
        raise InputError(
            f"parameter {name}", "the array does not hold numbers", "give an array of numbers"
        ) from None
    if np.iscomplexobj(array) and not array.imag.any():
        array = array.real
    if not array.size:
        raise InputError(f"parameter {name}", "the array is empty", "give at least one number")
    return array


def _first(column: NDArray[Any]) -> int | float | complex:
    """The first number; of complex ones one that is not real, so that what has to be real is refused."""
    if np.iscomplexobj(column):
        return complex(column[np.flatnonzero(column.imag)[0]])
    value = float(column[0])
    return int(value) if value.is_integer() else value
