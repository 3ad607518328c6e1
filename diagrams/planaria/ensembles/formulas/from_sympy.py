"""Scalars of sympy as formulas: what somebody has computed there, to be held against a derivation."""

from __future__ import annotations

from fractions import Fraction

from sympy import Add, Expr, Float, Mul, Pow, Rational, Symbol

from planaria.algebra.errors import InputError
from planaria.ensembles.formulas.nodes import Name, Negative, Node, Number, Plus, Power, Quotient, Times

__all__ = ["formula_of"]


def formula_of(expression: Expr) -> Node:
    """A scalar of sympy as a formula; symbols count by their names.

    >>> from sympy import sqrt, symbols
    >>> from planaria.ensembles.formulas.writing import written
    >>> a, b = symbols("a b")
    >>> written(formula_of((a - sqrt(a**2 - 4*b)) / (2*b)))
    '(a - sqrt(a**2 - 4*b))/(2*b)'

    Raises InputError for functions, matrices and what is not real.
    """
    match expression:
        case Symbol():
            return Name(str(expression.name))
        case Rational() if expression.is_finite:
            return _number(Fraction(int(expression.p), int(expression.q)))
        case Float() if expression.is_finite:
            return _number(Fraction(str(expression)))
        case Add():
            return Plus(tuple(formula_of(one) for one in expression.as_ordered_terms()))
        case Mul():
            return _product(expression)
        case Pow(exp=Rational() as exponent):
            power = Fraction(int(exponent.p), int(exponent.q))
            if power < 0:
                return Quotient(Number(Fraction(1)), formula_of(expression.base**-exponent))
            return Power(formula_of(expression.base), power, "sqrt" if power == Fraction(1, 2) else "")
    raise InputError(
        "FORMULA", f"{expression} has no words in the grammar", "give numbers, symbols, sums, products, powers"
    )


def _number(value: Fraction) -> Node:
    size = Number(abs(value))
    return Negative(size) if value < 0 else size


def _product(expression: Expr) -> Node:
    """A product with its denominators below one line, and its sign in front."""
    coefficient, rest = expression.as_coeff_Mul()
    if coefficient.is_negative:
        return Negative(formula_of(-expression))
    above: list[Node] = []
    below: list[Node] = []
    value = Fraction(str(coefficient))
    if value.numerator != 1:
        above.append(Number(Fraction(value.numerator)))
    if value.denominator != 1:
        below.append(Number(Fraction(value.denominator)))
    for factor in Mul.make_args(rest):
        if isinstance(factor, Pow) and isinstance(factor.exp, Rational) and factor.exp < 0:
            below.append(formula_of(factor.base**-factor.exp))
        elif factor != 1:
            above.append(formula_of(factor))
    top = _joined(above)
    return Quotient(top, _joined(below)) if below else top


def _joined(factors: list[Node]) -> Node:
    if not factors:
        return Number(Fraction(1))
    return factors[0] if len(factors) == 1 else Times(tuple(factors))
