"""A problem in balls that hold its exact numbers, for proofs: nothing is rounded outside of a ball.

`planaria.numerics.points.balls` takes eigenvalues as mpmath has rounded them. Here each is computed in balls from
the exact parameters, so that what is proved with these numbers holds for the exact ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, ROUND_UP, Context, Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from flint import arb, fmpq
from sympy import Add, Expr, Mul, Pow, S, exp, log

from planaria.algebra.errors import NotProvedError
from planaria.algebra.polynomials import power
from planaria.ensembles.estimate import Enclosure
from planaria.ensembles.spectra import Spectrum
from planaria.numerics.equations.unreduced import Numbers
from planaria.numerics.functions_of_position import Balls
from planaria.numerics.points.balls import generators
from planaria.numerics.points.extent import can_be_taken_in_full
from planaria.numerics.points.problem import Problem
from planaria.numerics.quadrature.nodes import MOST_PRECISE

__all__ = ["enclosed", "enclosed_numbers", "enclosure"]

RADIUS_DIGITS = 3  # of a radius that is written down, rounded up
LARGEST_EXPONENT = 10**17  # of ten: a decimal text of any size

_CONSTANTS: Mapping[Expr, Callable[[], Any]] = {S.Pi: arb.pi, S.Exp1: arb.const_e, S.EulerGamma: arb.const_euler}


def enclosed(number: Expr) -> Any:
    """A ball at Arb's working precision that holds an exact number.

    Raises NotProvedError for a number that is not made of rational ones, pi and e by sums, products, powers, exp
    and log.

    >>> from flint import arb
    >>> from sympy import Rational, sqrt
    >>> (enclosed(Rational(1, 3)) * 3).contains(1), enclosed(sqrt(2) / 2).rel_accuracy_bits() > 45
    (True, True)
    """
    if number.is_Rational:
        return arb(fmpq(int(number.p), int(number.q)))
    if number in _CONSTANTS:
        return _CONSTANTS[number]()
    if isinstance(number, Add):
        return sum((enclosed(one) for one in number.args), arb(0))
    if isinstance(number, Mul):
        product = arb(1)
        for one in number.args:
            product = product * enclosed(one)
        return product
    if isinstance(number, Pow):
        base, exponent = number.args
        inner = enclosed(base)
        if exponent.is_Integer:
            return power(inner, int(exponent))
        return inner.sqrt() if exponent == S.Half else inner ** enclosed(exponent)
    if isinstance(number, exp | log):
        inner = enclosed(number.args[0])
        return inner.exp() if isinstance(number, exp) else inner.log()
    raise NotProvedError("certify", f"{number} is no number that balls enclose", "give a rational number for it")


def enclosed_numbers(problem: Problem) -> Numbers:
    """The problem in balls that hold it, at Arb's working precision; equal nodes of a space are taken together.

    Raises NotProvedError for numbers that balls do not enclose.
    """
    if not can_be_taken_in_full(problem):
        why = f"more than {MOST_PRECISE:,} eigenvalues are not enclosed one by one"
        raise NotProvedError("certify", why, "give a smaller size")
    own = {symbol: (spectrum, matrix.shape[0]) for matrix, symbol, spectrum in problem.spectra}
    setting = problem.derivation.rules.setting
    nodes: dict[Expr, tuple[dict[Expr, Any], Any]] = {}
    for space in {*problem.derivation.rules.row_spaces, *(r.rows for r in problem.derivation.rules.readings)}:
        symbols = [symbol for _, symbol in setting.matrices_of(space) if symbol in own]
        if not symbols:
            nodes[space] = {}, arb(problem.size(space))
            continue
        columns = [_eigenvalues(problem, own[s][0], problem.size(own[s][1])) for s in symbols]
        counts: dict[tuple[Any, ...], int] = {}
        balls: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        for node in zip(*columns, strict=True):
            # What holds two numbers holds both of them: equal balls count twice, whatever is in them.
            key = tuple((*ball.mid().man_exp(), *ball.rad().man_exp()) for ball in node)
            counts[key] = counts.get(key, 0) + 1
            balls[key] = node
        values: dict[Expr, Any] = {
            symbol: np.array(column, dtype=object)
            for symbol, column in zip(symbols, zip(*balls.values(), strict=True), strict=True)
        }
        nodes[space] = values, np.array([arb(n) for n in counts.values()], dtype=object)
    single = frozenset(space for space, (_, n) in nodes.items() if isinstance(n, np.ndarray) and (n == 1).all())
    scalars = {g: enclosed(problem.exact(g)) for g in generators(problem)}
    return Numbers(arb(1), scalars, nodes, single=single)


def _eigenvalues(problem: Problem, spectrum: Spectrum, size: int) -> list[Any]:
    if spectrum.listed is not None:
        return [enclosed(value) for value in spectrum.listed]
    parameters = {name: problem.exact(value) for name, value in spectrum.parameters.items()}
    functions = Balls(cache(enclosed))
    found = [spectrum.at(position, size, parameters, functions) for position in range(1, size + 1)]
    return [enclosed(one) if isinstance(one, Expr) else one for one in found]


def enclosure(ball: Any, digits: int) -> Enclosure:
    """A finite ball in decimals: the middle rounded to so many digits, the radius rounded up with what that moved.

    >>> from flint import arb, ctx
    >>> with ctx.workprec(100):
    ...     print(enclosure(arb(1) / 3, 20))
    0.33333333333333333333 +/- 3.34e-21
    """
    middle, radius = _fraction(ball.mid()), _fraction(ball.rad())
    rounded = _decimal(middle, digits, ROUND_HALF_EVEN)
    most = radius + abs(Fraction(rounded) - middle)
    return Enclosure(_text(rounded), _text(_decimal(most, RADIUS_DIGITS, ROUND_UP)))


def _fraction(exact: Any) -> Fraction:
    mantissa, exponent = (int(one) for one in exact.man_exp())
    return Fraction(mantissa * 2**exponent) if exponent >= 0 else Fraction(mantissa, 2**-exponent)


def _decimal(number: Fraction, digits: int, rounding: str) -> Decimal:
    """A quotient of integers is rounded once, and correctly."""
    context = Context(prec=digits, rounding=rounding, Emin=-LARGEST_EXPONENT, Emax=LARGEST_EXPONENT)
    return context.divide(Decimal(number.numerator), Decimal(number.denominator))


def _text(number: Decimal) -> str:
    return str(number).replace("E", "e").replace("e+", "e")
