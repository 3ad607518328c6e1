"""A closed form as functions of numbers, in double precision, in mpmath's or in Arb's balls.

Relations, value and their derivatives are compiled once from the exact formulas; spectral sums and their
derivatives are sums over arrays of eigenvalues, of floats, mpmath numbers or balls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from flint import arb
from mpmath import mpf
from sympy import Dummy, Expr, Symbol

from planaria.algebra.linear import root
from planaria.algebra.polynomials import power
from planaria.algebra.rational import Ratio, Ring, generators_of
from planaria.derivations.elimination.closed_form import Form
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.numerics.methods.doubled import Doubled
from planaria.numerics.methods.memo import once
from planaria.numerics.methods.program import Builder, Program
from planaria.numerics.quadrature.weighted import Weighted, total

__all__ = ["ONE", "Functions", "ball_of", "degree_of_sums", "functions_of", "inputs_of", "residuals_of"]

ONE = Dummy("one")  # the unit of the numbers in use, carried along with them


class Functions:
    """Residuals, their Jacobian and the value, for ``"numpy"``, ``"mpmath"`` or ``"balls"``."""

    def __init__(self, closed: Form, module: str) -> None:
        self.closed = closed
        self.one, self.number = _KINDS[module]
        self.unknowns = tuple(unknown.symbol for unknown in closed.unknowns)
        self.sums = tuple(symbol for symbol, _ in closed.sums)
        self.parameters = _parameters(closed)
        used = {s for relation in closed.relations for s in relation.support()}
        self.in_relations = tuple(n for n, symbol in enumerate(self.sums) if symbol in used)
        # Sums of powers of one quotient x = lambda / (lambda + Delta) share x, and their derivatives are sums too.
        self.powers: dict[int, tuple[Symbol, Expr, int]] = {}
        for n, (_, one) in enumerate(closed.sums):
            if len(one.factors) == 1 and one.factors[0][0].is_pole and not one.scale:
                factor, power = one.factors[0]
                symbol = _only(one, power)
                # omega / (lambda + Delta) is no quotient of this kind: the pole must be that of the numerator.
                own = symbol is not None and factor.leading[one.eigenvalues.index(symbol)] == 1
                if own and factor.coefficients:
                    self.powers[n] = symbol, factor.coefficients[0][1], power

        # Those with powers of y = Delta / (lambda + Delta) besides share both.
        self.both: dict[int, tuple[Symbol, Expr, int, int]] = {}
        for n, (_, one) in enumerate(closed.sums):
            if (found := _both(one)) is not None:
                self.both[n] = found

    @property
    def system(self) -> Program:
        """Residuals and their partial derivatives."""
        return _system_of(self.closed)

    @property
    def value_program(self) -> Program:
        return _value_of(self.closed)

    def number_of(self, expression: Expr, at: Mapping[Expr, Any]) -> Any:
        """A coefficient of a denominator."""
        return _number(expression, at)

    def terms(self, one: SpectralSum, spectrum: Mapping[Symbol, Any], at: Mapping[Expr, Any]) -> Any:
        """The terms of a spectral sum, one for each eigenvalue."""
        return _terms(one, spectrum, at)

    def slope_terms(
        self, one: SpectralSum, unknown: Symbol, terms: Any, spectrum: Mapping[Symbol, Any], at: Mapping[Expr, Any]
    ) -> Any | None:
        """Their derivatives by an unknown; None for zero."""
        return _slope_terms(one, unknown, terms, spectrum, at)

    def _point(
        self, unknowns: Sequence[Any], scalars: Mapping[Expr, Any], strength: Any = None
    ) -> dict[Expr, Any]:
        strength = self.one if strength is None else strength
        return {**scalars, **dict(zip(self.unknowns, unknowns, strict=True)), ONE: self.one, STRENGTH: strength}

    def sum_values(
        self,
        unknowns: Sequence[Any],
        spectrum: Mapping[Symbol, Any],
        scalars: Mapping[Expr, Any],
        which: Any = None,
    ) -> list[Any]:
        """Spectral sums, zero for those that are not asked for."""
        at = self._point(unknowns, scalars)
        chosen = range(len(self.sums)) if which is None else which
        values: list[Any] = [0] * len(self.sums)
        quotients = _Quotients(spectrum, at)
        for n in chosen:
            if n in self.powers:
                values[n] = quotients.sum(*self.powers[n])
            elif n in self.both:
                values[n] = quotients.both(*self.both[n])
            else:
                one = self.closed.sums[n][1]
                values[n] = total(_terms(one, spectrum, at), one.eigenvalues[0], spectrum)
        return values

    def residual(
        self,
        unknowns: Sequence[Any],
        spectrum: Mapping[Symbol, Any],
        scalars: Mapping[Expr, Any],
        strength: Any,
    ) -> tuple[list[Any], list[list[Any]]]:
        """Residuals of the relations and their total derivatives by the unknowns."""
        at = self._point(unknowns, scalars, strength)
        sums: list[Any] = [0] * len(self.sums)
        slopes: dict[tuple[int, int], Any] = {}
        quotients = _Quotients(spectrum, at)
        for n in self.in_relations:
            if n in self.powers:
                symbol, pole, power = self.powers[n]
                sums[n] = quotients.sum(symbol, pole, power)
                if pole in self.unknowns:
                    higher = quotients.sum(symbol, pole, power + 1)
                    slopes[n, self.unknowns.index(pole)] = -power * (sums[n] - higher) / at[pole]
                continue
            one = self.closed.sums[n][1]
            terms = _terms(one, spectrum, at)
            sums[n] = total(terms, one.eigenvalues[0], spectrum)
            for k, unknown in enumerate(self.unknowns):
                slope = _slope(one, unknown, terms, spectrum, at)
                if slope is not None:
                    slopes[n, k] = slope
        parameters = [scalars.get(p, 0) for p in self.parameters]
        results = self.system.run([*unknowns, *sums, *parameters, strength], self.number)
        count, width = len(self.unknowns), len(self.unknowns) + len(self.sums)
        rows = len(self.closed.relations)
        residuals = results[:rows]
        partials = [results[rows + width * k : rows + width * (k + 1)] for k in range(rows)]
        jacobian = [list(row[:count]) for row in partials]
        for (n, k), slope in slopes.items():
            for row in range(len(residuals)):
                jacobian[row][k] = jacobian[row][k] + partials[row][count + n] * slope
        return residuals, jacobian

    def columns_of_sums(
        self, at: Mapping[Expr, Any], spectrum: Mapping[Symbol, Any], counts: Mapping[Symbol, Any]
    ) -> dict[Symbol, Any]:
        """Spectral sums at many points: unknowns and parameters are columns, eigenvalues and their counts rows."""
        here = {**at, ONE: self.one}
        found = {}
        for symbol, one in self.closed.sums:
            terms = _terms(one, spectrum, here) * counts[one.eigenvalues[0]]
            found[symbol] = terms.sum(axis=1, keepdims=True)
        return found

    def value(self, unknowns: Sequence[Any], spectrum: Mapping[Symbol, Any], scalars: Mapping[Expr, Any]) -> Any:
        """The quantity at field strength 1."""
        return self.value_at(unknowns, self.sum_values(unknowns, spectrum, scalars), scalars)

    def value_at(self, unknowns: Sequence[Any], sums: Sequence[Any], scalars: Mapping[Expr, Any]) -> Any:
        """The same where the spectral sums are known."""
        inputs = [*unknowns, *sums, *[scalars.get(p, 0) for p in self.parameters], self.one]
        return self.value_program.run(inputs, self.number)[0]


class _Quotients:
    """Sums of powers of x = lambda / (lambda + Delta) at one point, each array made once."""

    def __init__(self, spectrum: Mapping[Symbol, Any], at: Mapping[Expr, Any]) -> None:
        self.spectrum, self.at = spectrum, at
        self.powers: dict[tuple[Symbol, Expr], list[Any]] = {}
        self.others: dict[tuple[Symbol, Expr], Any] = {}

    def sum(self, symbol: Symbol, pole: Expr, power: int) -> Any:
        if (symbol, pole) not in self.powers:
            values = self.spectrum[symbol]
            self.powers[symbol, pole] = [values / (values + _number(pole, self.at))]
        arrays = self.powers[symbol, pole]
        x = arrays[0]
        weights = self.spectrum.weights.get(symbol) if isinstance(self.spectrum, Weighted) else None
        if power == 1:
            return x.sum() if weights is None else x.dot(weights)
        while len(arrays) < power - 1:
            arrays.append(arrays[-1] * x)
        return arrays[power - 2].dot(x if weights is None else x * weights)

    def both(self, symbol: Symbol, pole: Expr, power: int, other: int) -> Any:
        """The sum of x**power y**other, for positive powers."""
        if (symbol, pole) not in self.powers:
            self.sum(symbol, pole, 1)
        weights = self.spectrum.weights.get(symbol) if isinstance(self.spectrum, Weighted) else None
        number = _number(pole, self.at)
        if (symbol, pole) not in self.others:
            self.others[symbol, pole] = number / (self.spectrum[symbol] + number)
        x, y = self.powers[symbol, pole][0], self.others[symbol, pole]
        terms = _raised(x, power) * _raised(y, other - 1) if other > 1 else _raised(x, power)
        return terms.dot(y if weights is None else y * weights)


def _raised(base: Any, exponent: int) -> Any:
    return power(base, exponent)


@once
def functions_of(closed: Form, module: str) -> Functions:
    """The compiled functions of a closed form, made once."""
    return Functions(closed, module)


def degree_of_sums(form: Form) -> int | None:
    """The largest power in the spectral sums of a closed form; None where a factor is no simple pole."""
    if not all(factor.is_pole for _, one in form.sums for factor, _ in one.factors):
        return None
    powers = (max(sum(one.exponents), sum(power for _, power in one.factors)) for _, one in form.sums)
    return max(powers, default=0)


def _parameters(closed: Form) -> tuple[Expr, ...]:
    eigenvalues = {symbol for _, one in closed.sums for symbol in one.eigenvalues}
    own = {*(u.symbol for u in closed.unknowns), *(symbol for symbol, _ in closed.sums), STRENGTH, *eigenvalues}
    return tuple(g for g in closed.ring.generators if g not in own)


def inputs_of(closed: Form) -> tuple[Expr, ...]:
    """What programs of a closed form take: unknowns, sums, parameters and the strength of the fields."""
    unknowns, sums = (u.symbol for u in closed.unknowns), (symbol for symbol, _ in closed.sums)
    return (*unknowns, *sums, *_parameters(closed), STRENGTH)


@once
def _system_of(closed: Form) -> Program:
    """Residuals, and their derivatives by unknowns and sums, row by row."""
    builder = Builder(inputs_of(closed))
    residuals = [_residual(closed, k, builder) for k in range(len(closed.relations))]
    variables = [*(u.symbol for u in closed.unknowns), *(symbol for symbol, _ in closed.sums)]
    partials = [builder.derivative(residual, symbol) for residual in residuals for symbol in variables]
    return builder.program([*residuals, *partials])


@once
def residuals_of(closed: Form) -> Program:
    """The residuals alone."""
    builder = Builder(inputs_of(closed))
    return builder.program([_residual(closed, k, builder) for k in range(len(closed.relations))])


@once
def _value_of(closed: Form) -> Program:
    builder = Builder(inputs_of(closed))
    return builder.program([builder.ratio(closed.value.substitute({STRENGTH: closed.ring.one}))])


def _exact(value: Fraction) -> Any:
    return mpf(value.numerator) / value.denominator


def ball_of(value: Fraction) -> Any:
    """A fraction as a ball."""
    return arb(value.numerator) / value.denominator


# The unit of each kind of numbers, and how a constant becomes one of them.
_KINDS: Mapping[str, tuple[Any, Callable[[Fraction], Any]]] = {
    "numpy": (1.0, float),
    "mpmath": (mpf(1), _exact),
    "balls": (arb(1), ball_of),
}


def _residual(closed: Form, k: int, builder: Builder) -> int:
    """A relation as what vanishes: where it is solved for a parameter, the relative mismatch of the two."""
    relation, parameter = closed.relations[k], closed.solved_for[k]
    if parameter is None:
        return builder.ratio(relation)
    claimed = builder.div(builder.ratio(root(relation, parameter)), builder.input(parameter))
    return builder.add(claimed, builder.constant(-1))


@lru_cache(maxsize=256)
def _read_scalar(expression: Expr) -> Ratio:
    return Ring(generators_of(expression))(expression)


def _number(expression: Expr, at: Mapping[Expr, Any]) -> Any:
    """A coefficient of a denominator: an unknown, or a scalar of the model."""
    return at[expression] if expression in at else _read_scalar(expression).evaluate(at, at[ONE])


def _monomial(one: SpectralSum, exponents: Sequence[int], spectrum: Mapping[Symbol, Any]) -> Any:
    product: Any = 1
    for symbol, exponent in zip(one.eigenvalues, exponents, strict=True):
        if exponent:
            product = product * power(spectrum[symbol], exponent)
    return product


def _factor(one: SpectralSum, position: int, spectrum: Mapping[Symbol, Any], at: Mapping[Expr, Any]) -> Any:
    factor = one.factors[position][0]
    value = _monomial(one, factor.leading, spectrum)
    for exponents, coefficient in factor.coefficients:
        value = value + _number(coefficient, at) * _monomial(one, exponents, spectrum)
    return value


def _terms(one: SpectralSum, spectrum: Mapping[Symbol, Any], at: Mapping[Expr, Any]) -> Any:
    """The terms of a spectral sum, one for each eigenvalue.

    They are products of quotients as far as numerator and denominator reach: these are in range where powers of
    eigenvalues and poles would not be.
    """
    above = [(spectrum[symbol], e) for symbol, e in zip(one.eigenvalues, one.exponents, strict=True) if e]
    above += [(_number(coefficient, at), e) for coefficient, e in one.scale]
    terms: Any = 1
    for position, (_, multiplicity) in enumerate(one.factors):
        value, left = _factor(one, position, spectrum, at), multiplicity
        while left and above and above[0][1] > 0:
            base, exponent = above.pop(0)
            taken = min(left, exponent)
            terms = terms * power(base / value, taken)
            left -= taken
            if exponent > taken:
                above.insert(0, (base, exponent - taken))
        if left:
            terms = terms / power(value, left)
    for base, exponent in above:
        terms = terms * power(base, exponent)
    if isinstance(terms, (np.ndarray, Doubled)):
        return terms
    return terms * np.ones_like(spectrum[one.eigenvalues[0]])


def _both(one: SpectralSum) -> tuple[Symbol, Expr, int, int] | None:
    """Eigenvalue, pole and the powers of x and y, where each term is a product of both."""
    if len(one.factors) != 1 or len(one.scale) != 1 or not one.factors[0][0].is_pole:
        return None
    (factor, whole), (coefficient, other) = one.factors[0], one.scale[0]
    present = [(symbol, e) for symbol, e in zip(one.eigenvalues, one.exponents, strict=True) if e]
    if len(present) != 1 or not factor.coefficients or factor.coefficients[0][1] != coefficient:
        return None
    ((symbol, exponent),) = present
    own = factor.leading[one.eigenvalues.index(symbol)] == 1
    return (symbol, coefficient, exponent, other) if own and exponent > 0 < other == whole - exponent else None


def _only(one: SpectralSum, power: int) -> Symbol | None:
    """The eigenvalue whose `power` is the whole numerator, if there is one."""
    present = [(symbol, e) for symbol, e in zip(one.eigenvalues, one.exponents, strict=True) if e]
    return present[0][0] if len(present) == 1 and present[0][1] == power else None


def _slope(
    one: SpectralSum, unknown: Symbol, terms: Any, spectrum: Mapping[Symbol, Any], at: Mapping[Expr, Any]
) -> Any | None:
    """The derivative of a spectral sum by an unknown coefficient of its denominators."""
    found = _slope_terms(one, unknown, terms, spectrum, at)
    return None if found is None else total(found, one.eigenvalues[0], spectrum)


def _slope_terms(
    one: SpectralSum, unknown: Symbol, terms: Any, spectrum: Mapping[Symbol, Any], at: Mapping[Expr, Any]
) -> Any | None:
    total: Any | None = None
    for coefficient, exponent in one.scale:
        if coefficient == unknown:
            total = exponent * (terms / _number(coefficient, at))
    for position, (factor, multiplicity) in enumerate(one.factors):
        for exponents, coefficient in factor.coefficients:
            if coefficient == unknown:
                value = _factor(one, position, spectrum, at)
                part = -multiplicity * (terms * _monomial(one, exponents, spectrum) / value)
                total = part if total is None else total + part
    return total
