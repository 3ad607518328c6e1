"""Points far out on a path, and the exact values there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from mpmath import mpf
from numpy.typing import NDArray
from sympy import Expr, Rational, Symbol, lambdify

from planaria.algebra.errors import InputError
from planaria.derivations.asymptotics.corner import Corner
from planaria.derivations.asymptotics.path import Limit, path_names
from planaria.derivations.asymptotics.quotient import Quotient
from planaria.derivations.derivation import Derivation
from planaria.diagrams.expressions.contents import contents_of
from planaria.numerics.sweeps.arrays import evaluate_array

__all__ = ["STEP", "FarPoints", "exact_values", "far_points", "finite_values", "predicted"]

NEAR, STEP, COUNT = 100, 2, 3  # the sizes at which values are taken
LEVEL = 2.0  # how much further each limit is that is taken earlier
LAST = 2.5  # the level of the limit that is taken just before the last one
INFINITE = 10**12  # eigenvalues of a law that runs on
FIXED_SIZE = 20


@dataclass(frozen=True)
class FarPoints:
    """Numbers for every symbol at some points, each the next one further out."""

    points: tuple[Mapping[Symbol, Expr], ...]

    def column(self, symbol: Symbol) -> NDArray[np.float64]:
        return np.array([float(point[symbol]) for point in self.points])


def far_points(corner: Corner, alpha: Rational) -> FarPoints:
    """Points at which the last symbol grows by factors, those before it held far beyond, at a given alpha."""
    derivation = corner.derivation
    names = path_names(derivation)
    spaces = {s for s in derivation.rules.setting.spaces if isinstance(s, Symbol)}
    fixed: dict[Symbol, Expr] = dict.fromkeys(names.values(), Rational(1))
    fixed.update({s: Rational(FIXED_SIZE) for s in spaces & set(names.values())})
    fixed.update({s: v for s, v in derivation.defaults.items() if s in fixed})
    if isinstance(corner.field.alpha, Symbol):
        fixed[corner.field.alpha] = alpha
    largest = NEAR * STEP ** (COUNT - 1)
    *given, (last, last_limit) = corner.limits
    for place, (symbol, limit) in enumerate(reversed(given)):
        number = Rational(round(largest ** (LAST + place * LEVEL)))
        fixed[symbol] = number if limit is Limit.INFINITY else 1 / number
    if corner.infinite is not None and corner.infinite not in dict(corner.limits):
        fixed[corner.infinite] = Rational(INFINITE)
        for symbol, power in corner.inert.items():
            fixed[symbol] = fixed[symbol] * Rational(INFINITE) ** Rational(power.numerator, power.denominator)
    points = []
    for k in range(COUNT):
        size = Rational(NEAR * STEP**k)
        here = {**fixed, last: size if last_limit is Limit.INFINITY else size**-4}
        for symbol, formula in corner.path.formulas.items():
            number = formula.subs(here)
            here[symbol] = Rational(round(number)) if symbol in spaces and number > 1 else number
        points.append(here)
    return FarPoints(tuple(points))


def predicted(term: Quotient, moments: Mapping[Symbol, Expr], point: Mapping[Symbol, Expr]) -> float:
    """A leading term in numbers, given what its moments stand for; NaN where it has none."""
    formula = term.written_out
    numbers = {s: mpf(str(v.evalf(20))) for s, v in point.items()}
    for symbol in formula.free_symbols & set(moments):
        numbers[symbol] = mpf(str(moments[symbol].subs(dict(point)).evalf(20)))
    symbols = sorted(formula.free_symbols, key=str)
    function: Any = lambdify(symbols, formula, "mpmath")
    number = function(*(numbers[s] for s in symbols))
    return float(number) if isinstance(number, mpf) else float("nan")


def finite_values(derivation: Derivation, points: Sequence[Mapping[Symbol, Expr]]) -> list[tuple[int, float]]:
    """The values at those points, by number, at which there is one."""
    numbers = _values(derivation, points)
    return [(n, float(one)) for n, one in enumerate(numbers) if np.isfinite(one)]


def exact_values(derivation: Derivation, points: Sequence[Mapping[Symbol, Expr]]) -> NDArray[np.float64]:
    """The values of the quantity; InputError where there is none at a point."""
    numbers = _values(derivation, points)
    if not np.all(np.isfinite(numbers)):
        raise InputError(
            "scaling",
            "at a far point of the path the engine has no value",
            "ask for another corner, or give alpha",
        )
    return numbers


def _values(derivation: Derivation, points: Sequence[Mapping[Symbol, Expr]]) -> NDArray[np.float64]:
    symbols = list(points[0])
    values = {str(s): np.array([float(p[s].evalf(20)) for p in points]) for s in symbols}
    own = {str(s) for s in _occurring(derivation)}
    found = evaluate_array(derivation, {name: column for name, column in values.items() if name in own})
    return np.asarray(found.values, dtype=float)


def _occurring(derivation: Derivation) -> set[Symbol]:
    """What evaluation asks for."""
    return {s for s in contents_of(derivation.expression, derivation.model).symbols if isinstance(s, Symbol)}
