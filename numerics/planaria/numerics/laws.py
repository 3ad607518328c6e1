"""Whether the laws of the fields are laws at given numbers: variances and covariances real, finite and >= 0.

A closed form knows nothing of that: with a negative variance it gives a number that no random matrix has.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from mpmath import mp, mpf
from numpy.typing import NDArray
from sympy import Expr, MatrixSymbol, Rational, Symbol

from planaria.algebra.errors import InputError
from planaria.algebra.rational import Ratio
from planaria.diagrams.expressions.expression import Setting
from planaria.ensembles.laws.law import Law
from planaria.ensembles.spectra import Spectrum
from planaria.numerics.functions_of_position import Floats, Mpfs
from planaria.numerics.methods.memo import once
from planaria.numerics.spectra import listed_floats, put_in

__all__ = ["check_laws"]

_Spectra = Sequence[tuple[MatrixSymbol, Symbol, Spectrum]]

_MOST = 10**7  # eigenvalues that are looked at one by one
_TINY = Rational(1, 10**1000)  # stands for a parameter that goes to zero from above
_DIGITS = 80  # where a number is not rational
_DOUBTFUL = 1e-6  # relative to the terms that make it up; what is smaller is computed again, exactly


def check_laws(
    setting: Setting,
    fields: Iterable[int],
    values: Mapping[Symbol, Expr],
    spectra: _Spectra,
    *,
    zero: Container[str] = (),
) -> None:
    """Raise InputError unless each field's variance and covariances are finite and >= 0 at these numbers.

    Parameters
    ----------
    fields
        The indices of the fields that occur.
    values
        Exact numbers by symbol. What depends on a number that is missing is not checked: the value does not.
    spectra
        The deterministic matrices with their eigenvalue symbols and spectra.
    zero
        The names of parameters that go to zero from above.
    """
    symbols = {s for one in (*setting.ring.generators, *(one for _, _, one in spectra)) for s in one.free_symbols}
    missing = {s for s in symbols if s not in values and str(s) in zero}
    near = {**values, **dict.fromkeys(missing, _TINY)}
    eigen = {symbol for _, symbol in setting.matrices}
    scalars = {
        g: _number(g, near) for g in setting.ring.generators if g not in eigen and g.free_symbols <= set(near)
    }
    for index in sorted(set(fields)):
        one, field = setting.model.fields[index], setting.fields[index]
        place = f"field {one.name}"
        bare = field.variance.support()
        number = _value(field.variance, {g: scalars[g] for g in bare}) if bare <= set(scalars) else Fraction(0)
        if not _is_admissible(number):
            raise InputError(
                place,
                f"its variance {one.variance} is {_shown(number)} here",
                "give values at which the variance is a finite number >= 0",
            )
        _check_parameters(one.law, setting, scalars, place)
        for side, ratio, space in (("rows", field.rows, one.shape[0]), ("cols", field.cols, one.shape[1])):
            found = _wrong_eigenvalue(ratio, space, scalars, near, spectra)
            if found is not None:
                position, number = found
                covariance = f"{side} = {getattr(one, side)}"
                raise InputError(
                    place,
                    f"eigenvalue {position} of its covariance {covariance} is {_shown(number)} here",
                    "give values and spectra at which the eigenvalues of the covariance are finite and >= 0",
                )


def _check_parameters(law: Law, setting: Setting, scalars: Mapping[Expr, Any], place: str) -> None:
    """Raise InputError unless the parameters of a law are in their range."""
    found = {}
    for name, value in law.parameters.items():
        ratio = setting.ring(value)
        support = ratio.support()
        if not support <= set(scalars):
            return
        found[name] = _value(ratio, {g: scalars[g] for g in support})
        if found[name] is None:
            problem = f"its {name} = {value} is no real number here"
            raise InputError(place, problem, "give values that make it real")
    wrong = law.check(found) if found else None
    if wrong is not None:
        raise InputError(place, f"its {wrong[0]} here", wrong[1])


def _number(generator: Expr, values: Mapping[Symbol, Expr]) -> Any:
    """A generator as a fraction, or at many digits where it is irrational; None where it is not real."""
    number = values[generator] if generator in values else put_in(generator, values)
    if number.is_Rational:
        return Fraction(int(number.p), int(number.q))
    if number.is_real is not True or not number.is_finite:
        return None
    with mp.workdps(_DIGITS + 20):
        return mpf(number._to_mpmath(mp.prec))


def _value(ratio: Ratio, points: Mapping[Expr, Any]) -> Any:
    """An exact value, or one of many digits; None where there is no real one."""
    if any(one is None for one in points.values()):
        return None
    exact = all(isinstance(one, Fraction) for one in points.values())
    try:
        if exact:
            return ratio.evaluate(points)
        with mp.workdps(_DIGITS):
            return ratio.evaluate({g: _to_mpf(one) for g, one in points.items()}, mpf(1))
    except ZeroDivisionError:
        return None


def _to_mpf(number: Fraction | mpf) -> mpf:
    return mpf(number.numerator) / number.denominator if isinstance(number, Fraction) else number


def _is_admissible(number: Any) -> bool:
    return number is not None and number >= (0 if isinstance(number, Fraction) else -(mpf(10) ** (20 - _DIGITS)))


def _shown(number: Any) -> str:
    if number is None:
        return "not a finite real number"
    exact = isinstance(number, Fraction) and len(str(number)) <= 20
    return str(number) if exact else str(mp.nstr(_to_mpf(number), 6))


def _wrong_eigenvalue(
    ratio: Ratio,
    space: Expr,
    scalars: Mapping[Expr, Any],
    values: Mapping[Symbol, Expr],
    spectra: _Spectra,
) -> tuple[int, Any] | None:
    """The first eigenvalue of a covariance that is none, with its position from 1."""
    support = ratio.support()
    points = {g: scalars[g] for g in support if g in scalars}
    lists = {symbol: spectrum for _, symbol, spectrum in spectra if symbol in support}
    if support - set(points) - set(lists):
        return None  # the value does not depend on it, or the number would have been asked for
    if not lists:
        number = _value(ratio, points)
        return None if _is_admissible(number) else (1, number)
    if _plainly_positive(ratio, points, lists.values(), values):
        return None
    number = put_in(space, values)
    if number > _MOST:
        raise InputError(
            f"dimension {space}",
            f"whether a covariance is positive would be asked at each of {number} eigenvalues",
            f"give at most {_MOST:,}, or a covariance without differences",
        )
    size = int(number)
    for position in _doubtful(ratio, points, lists, size, values):
        own = {symbol: _eigenvalue(one, int(position) + 1, size, values) for symbol, one in lists.items()}
        number = _value(ratio, {**points, **own})
        if not _is_admissible(number):
            return int(position) + 1, number
    return None


def _plainly_positive(
    ratio: Ratio, points: Mapping[Expr, Any], lists: Iterable[Spectrum], values: Mapping[Symbol, Expr]
) -> bool:
    """Whether a covariance is made of positive terms alone, of positive lists and of laws that fall."""
    if any(number is None or not number > 0 for number in points.values()):
        return False
    for spectrum in lists:
        if spectrum.listed is not None:
            if not _lists_positive(spectrum):
                return False
            continue
        numbers = {name: put_in(value, values) for name, value in spectrum.parameters.items()}
        if any(number.free_symbols for number in numbers.values()) or spectrum.decay(numbers) is None:
            return False
    return all(c > 0 for one in (ratio.numerator, ratio.denominator) for _, c in one.terms())


@once
def _lists_positive(spectrum: Spectrum) -> bool:
    """Whether all eigenvalues of a list are positive, and floats: looked at once for all points."""
    found = listed_floats(spectrum)
    return bool(((found > 0) & np.isfinite(found)).all())


def _doubtful(
    ratio: Ratio,
    points: Mapping[Expr, Any],
    lists: Mapping[Symbol, Spectrum],
    size: int,
    values: Mapping[Symbol, Expr],
) -> NDArray[np.intp]:
    """Positions whose eigenvalue double precision does not show to be finite and positive: a few, as a rule."""
    if any(one is None for one in points.values()):
        return np.array([0])
    with np.errstate(all="ignore"), mp.workdps(20):
        floats: dict[Expr, Any] = {g: np.float64(float(_to_mpf(one))) for g, one in points.items()}
        for symbol, spectrum in lists.items():
            floats[symbol] = _floats(spectrum, size, values)
        parts = []
        for polynomial in (ratio.numerator, ratio.denominator):
            alone = Ratio(ratio.ring, polynomial, ratio.ring.one.denominator)
            sizes = Ratio(ratio.ring, _absolute(ratio, polynomial), ratio.ring.one.denominator)
            value = np.broadcast_to(alone.evaluate(floats, np.float64(1)), size)
            scale = np.broadcast_to(sizes.evaluate(floats, np.float64(1)), size)
            parts.append(np.where(np.abs(value) > _DOUBTFUL * scale, np.sign(value), np.nan))
            parts[-1][~np.isfinite(scale)] = np.nan
        clear = parts[0] * parts[1] > 0
    found: NDArray[np.intp] = np.flatnonzero(~clear)
    return found


def _absolute(ratio: Ratio, polynomial: Any) -> Any:
    """The polynomial with the absolute values of its coefficients: how large the terms are that may cancel."""
    return ratio.ring.context.from_dict({exponents: abs(c) for exponents, c in polynomial.terms()})


def _floats(spectrum: Spectrum, size: int, values: Mapping[Symbol, Expr]) -> NDArray[np.float64]:
    if spectrum.listed is not None:
        return listed_floats(spectrum)  # what is infinite is doubtful, and computed exactly
    numbers = {name: _number(one, values) for name, one in spectrum.parameters.items()}
    positions = np.arange(1, size + 1, dtype=np.float64)
    found: NDArray[np.float64] = spectrum.at(
        positions, size, numbers, Floats(lambda value: float(_to_number(value)))
    )
    return found


def _to_number(value: Any) -> mpf:
    return _to_mpf(Fraction(value) if isinstance(value, int) else value)


def _eigenvalue(spectrum: Spectrum, position: int, size: int, values: Mapping[Symbol, Expr]) -> Any:
    if spectrum.is_identity:
        return Fraction(1)
    if spectrum.listed is not None:
        value = spectrum.listed[position - 1]
        return Fraction(int(value.p), int(value.q))
    numbers = {name: _number(one, values) for name, one in spectrum.parameters.items()}
    with mp.workdps(_DIGITS):
        return spectrum.at(position, size, numbers, Mpfs(_to_number))
