"""Double precision for many parameters at once: sweeps and plots.

The first point is reached from the bare propagators; every next one from its neighbour, by the same Newton
steps with the same tests. A point that the tests refuse is reached from the bare propagators again. All points
are then held against the unreduced equations; what these do not confirm in double precision is evaluated one by
one, with as many digits as it takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sympy import Expr, MatrixSymbol, Symbol

from planaria.algebra.errors import InputError, described, unknown_name
from planaria.derivations.derivation import Derivation
from planaria.diagrams.expressions.contents import contents_of
from planaria.ensembles.question import Given, Values, given
from planaria.numerics.equations.functions import Functions, functions_of
from planaria.numerics.equations.newton import DOUBLE, newton
from planaria.numerics.points.balls import generators
from planaria.numerics.points.problem import Problem, check_admissible, pose, to_float
from planaria.numerics.points.refusals import ContradictionError, refuse_beyond
from planaria.numerics.solving.branch import CONTRACTING, follow
from planaria.numerics.solving.exclusive import exclusive
from planaria.numerics.solving.solve import refuse_zero, solve
from planaria.numerics.sweeps.confirmation import confirmed

__all__ = ["evaluate_array"]

Floats = NDArray[np.float64]

DIGITS = 15  # of points that double precision does not confirm


@exclusive
def evaluate_array(derivation: Derivation, values: Values | None = None, **numbers: Given) -> Floats:
    """The quantity in double precision over arrays of parameters.

    Parameters
    ----------
    values
        As for `planaria.numerics.solving.evaluate`, but a parameter or dimension may also be an array; arrays are
        broadcast against each other. Spectra, and what they depend on, are the same at all points.

    Returns
    -------
    An array of the broadcast shape, right to nine digits; nan where `evaluate` refuses the point, and where
    a value is beyond the range of doubles.

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
    refuse_beyond(problem, "values")
    _check_sweep(problem, columns)
    refuse_zero(problem)
    return _sweep(problem, columns, count).reshape(shape)


def _sweep(problem: Problem, columns: Mapping[str, Floats], count: int) -> Floats:
    unknowns, values = _in_double_precision(problem, columns, count)
    hidden = _hidden(problem, columns)
    good = np.zeros(count, dtype=bool) if hidden else confirmed(problem, columns, unknowns, values)
    lawful = _lawful(problem, columns, count)
    values[~lawful] = np.nan
    for point in np.flatnonzero(lawful & ~good):
        try:
            start = unknowns[point] if np.isfinite(unknowns[point]).all() else None
            found = solve(_at(problem, columns, int(point)), DIGITS, start).value
            values[point] = float(found) if not found or float(found) else np.nan
        except ContradictionError:
            raise
        except (InputError, OverflowError):
            values[point] = np.nan
    values[np.isinf(values)] = np.nan  # beyond the range of doubles
    return values


def _lawful(problem: Problem, columns: Mapping[str, Floats], count: int) -> NDArray[np.bool_]:
    """At which points every variance and covariance is one; asked where one of them depends on what changes."""
    fields = problem.derivation.rules.setting.fields
    laws = {g for one in fields for law in one.numbers for g in law.support()}
    if not any(str(symbol) in columns for generator in laws for symbol in generator.free_symbols):
        return np.ones(count, dtype=bool)
    known: dict[tuple[float, ...], bool] = {}
    found = np.zeros(count, dtype=bool)
    moving = [n for n in columns if any(n == str(symbol) for g in laws for symbol in g.free_symbols)]
    for point in range(count):
        key = tuple(float(columns[name][point]) for name in moving)
        if key not in known:
            try:
                check_admissible(_at(problem, columns, point))
                known[key] = True
            except InputError:
                known[key] = False
        found[point] = known[key]
    return found


def _hidden(problem: Problem, columns: Mapping[str, Floats]) -> bool:
    """Whether a function of what changes, such as a root, is a generator of its own."""
    return any(
        str(symbol) in columns
        for generator in generators(problem)
        if not generator.is_Symbol
        for symbol in generator.free_symbols
    )


def _in_double_precision(problem: Problem, columns: Mapping[str, Floats], count: int) -> tuple[Floats, Floats]:
    """Unknowns, of shape (points, unknowns), and values; nan where Newton's method finds none."""
    closed = problem.derivation.closed_form
    functions = functions_of(closed, "numpy")
    spectrum = problem.floats()
    base = problem.scalars(to_float)
    symbols = {str(g): g for g in base}
    values = np.full(count, np.nan)
    found_at = np.full((count, len(closed.unknowns)), np.nan)
    unknowns: Any = None
    before: Any = None
    sign = 0
    with np.errstate(all="ignore"):
        for point in range(count):
            scalars: dict[Expr, Any] = dict(base)
            for name, column in columns.items():
                if name in symbols:
                    scalars[symbols[name]] = float(column[point])
            found: tuple[Any, int] | None = (np.zeros(0), sign)
            if closed.unknowns:
                for guess in _guesses(unknowns, before):
                    found = _root(functions, guess, spectrum, scalars)
                    if found is not None and found[1] == sign:
                        break
                else:
                    found = _afresh(_at(problem, columns, point), scalars)
            if found is None:
                unknowns = before = None
                continue
            before = unknowns
            unknowns, sign = found
            found_at[point] = unknowns
            with suppress(ZeroDivisionError, OverflowError):
                values[point] = functions.value(list(unknowns), spectrum, scalars)
    return found_at, values


def _guesses(unknowns: Any, before: Any) -> list[Any]:
    """Where Newton may start: what the last two points extrapolate to, as a geometric series, or the last one."""
    if unknowns is None:
        return []
    if before is None:
        return [unknowns]
    ratio = unknowns / before
    if (ratio < 0.5).any() or (ratio > 2).any():
        return [unknowns]
    return [unknowns * ratio, unknowns]


def _at(problem: Problem, columns: Mapping[str, Floats], point: int) -> Problem:
    """The problem at one of the points."""
    symbols = {str(symbol): symbol for symbol in problem.values}
    moved = {symbols[name]: _number(column[point]) for name, column in columns.items()}
    return Problem(problem.derivation, {**problem.values, **moved}, problem.spectra, problem._cache)


def _afresh(here: Problem, scalars: Mapping[Expr, Any]) -> tuple[Any, int] | None:
    """A point reached from the bare propagators, and the sign of its Jacobian; None where that does not work."""
    functions = functions_of(here.derivation.closed_form, "numpy")
    try:
        return _root(functions, follow(here), here.floats(), scalars)
    except (InputError, ZeroDivisionError, OverflowError):
        return None


def _root(
    functions: Functions, guess: Any, spectrum: Mapping[Symbol, Any], scalars: Mapping[Expr, Any]
) -> tuple[Any, int] | None:
    system = partial(functions.residual, spectrum=spectrum, scalars=scalars, strength=1.0)
    root = newton(system, guess, DOUBLE, CONTRACTING)
    return None if root is None else (np.array(root.unknowns), root.sign)


def _check_sweep(problem: Problem, columns: Mapping[str, Floats]) -> None:
    known = {str(symbol): symbol for symbol in problem.values}
    spectral: set[Symbol] = set()
    for matrix, _, spectrum in problem.spectra:
        spectral |= matrix.shape[0].free_symbols
        for attribute in ("alpha", "scale"):
            if hasattr(spectrum, attribute):
                spectral |= getattr(spectrum, attribute).free_symbols
    scalars = {str(g) for g in problem.scalars(to_float)}
    contained = {str(s) for s in contents_of(problem.derivation.expression, problem.derivation.model).symbols}
    sizes = {str(space) for space in problem.derivation.rules.setting.spaces}
    for name, column in columns.items():
        if name not in known:
            raise unknown_name("values", "parameter", name, known)
        # What the quantity does not contain makes no difference: it is the same at all of these points.
        if name in {str(s) for s in spectral} or (name in contained and name not in scalars):
            raise InputError(f"parameter {name}", "a spectrum depends on it", "evaluate one spectrum at a time")
        signed = not known[name].is_nonnegative
        if not np.isfinite(column).all() or (not signed and (column <= 0).any()):
            raise InputError(
                f"parameter {name}", "the array holds a number that is not positive", "give positive ones"
            )
        if name in sizes and (column != np.floor(column)).any():
            raise InputError(f"dimension {name}", "the array holds a size that is not whole", "give whole sizes")


def _floats(name: str, value: ArrayLike) -> Floats:
    try:
        array = np.asarray(value, dtype=float)
    except OverflowError:
        raise InputError(
            f"parameter {name}", "the array holds a number beyond 1e308", "give smaller ones"
        ) from None
    except (TypeError, ValueError):
        raise InputError(
            f"parameter {name}", "the array does not hold numbers", "give an array of numbers"
        ) from None
    if not array.size:
        raise InputError(f"parameter {name}", "the array is empty", "give at least one number")
    return array


def _first(column: Floats) -> int | float:
    value = float(column[0])
    return int(value) if value.is_integer() else value


def _number(value: float) -> Any:
    from planaria.numerics.spectra import exact_number

    return exact_number(_first(np.array([value])), "values")
