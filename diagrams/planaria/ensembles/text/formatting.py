"""Expressions as text of the grammar of model files, so that they read back equal."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import TypeAlias

from sympy import (
    Adjoint,
    Expr,
    Identity,
    MatrixExpr,
    MatrixSymbol,
    Mul,
    Pow,
    Rational,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
)
from sympy.matrices.expressions import Inverse, MatAdd, MatMul, MatPow

from planaria.algebra.errors import InputError
from planaria.ensembles.text.log_determinant import LogDet

__all__ = ["format_expression"]

Value: TypeAlias = Expr | MatrixExpr


class _Level(IntEnum):
    """How tightly a text binds."""

    SUM = 1
    PRODUCT = 2
    POWER = 3
    ATOM = 4


def format_expression(expression: Value) -> str:
    """Write a scalar or a matrix in the grammar of ``parse_expression``, which reads it back equal.

    Equal after ``doit``, where sympy left a sum of matrices or a product in an order of its own.

    Raises InputError for what the grammar has no words for: a float, a function, an explicit matrix, a zero
    matrix that is not square.

    >>> from sympy import Identity, MatrixSymbol, Trace, symbols
    >>> N, P, gamma = symbols("N P gamma", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> format_expression(Trace((gamma*Identity(N) + x*x.T).inv())/(2*N))
    'tr(inv(gamma*I(N) + x*x.T))/(2*N)'
    >>> format_expression(1.5*N)
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: expression: 1.5*N cannot be written in the grammar of model files; \
use names, exact numbers and + - * / ** .T .H inv tr logdet I
    """
    try:
        return _inside(expression)
    except _NoWords:
        raise InputError(
            "expression",
            f"{expression} cannot be written in the grammar of model files",
            "use names, exact numbers and + - * / ** .T .H inv tr logdet I",
        ) from None


class _NoWords(Exception):  # noqa: N818 - never leaves this module
    """A part of the expression has no words in the grammar."""


def _write(expression: Value) -> tuple[str, _Level]:
    match expression:
        case Symbol() | MatrixSymbol():
            name = str(expression.name)
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) or name in ("inv", "tr", "logdet", "I"):
                raise _NoWords
            return name, _Level.ATOM
        case Rational():
            return _number(expression)
        case Identity():
            return f"I({_inside(expression.shape[0])})", _Level.ATOM
        case ZeroMatrix() if expression.shape[0] == expression.shape[1]:
            return f"0*I({_inside(expression.shape[0])})", _Level.PRODUCT
        case Trace():
            return f"tr({_inside(expression.arg)})", _Level.ATOM
        case LogDet():
            return f"logdet({_inside(expression.arg)})", _Level.ATOM
        case Inverse():
            return f"inv({_inside(expression.arg)})", _Level.ATOM
        case Transpose():
            return f"{_at_least(expression.arg, _Level.ATOM)}.T", _Level.ATOM
        case Adjoint():
            return f"{_at_least(expression.arg, _Level.ATOM)}.H", _Level.ATOM
        case MatPow():
            return _power(expression.base, expression.exp)
        case MatMul():
            return _matrix_product(expression)
        case MatAdd():
            return _sum(expression)
        case Pow():
            if isinstance(expression.exp, Rational) and expression.exp < 0:
                return _scalar_product(expression)
            return _power(expression.base, expression.exp)
        case Mul():
            return _scalar_product(expression)
        case Expr() if expression.is_Add:
            return _sum(expression)
    raise _NoWords


def _inside(expression: Value) -> str:
    return _write(expression)[0]


def _at_least(expression: Value, level: _Level) -> str:
    text, own = _write(expression)
    return text if own >= level else f"({text})"


def _number(value: Rational) -> tuple[str, _Level]:
    if value < 0:
        return f"-{_number(-value)[0]}", _Level.SUM
    if value.q == 1:
        return str(value.p), _Level.ATOM
    return f"{value.p}/{value.q}", _Level.PRODUCT


def _power(base: Value, exponent: Expr) -> tuple[str, _Level]:
    if not isinstance(exponent, Rational):
        raise _NoWords
    return f"{_at_least(base, _Level.ATOM)}**{_at_least(exponent, _Level.ATOM)}", _Level.POWER


def _sum(expression: Value) -> tuple[str, _Level]:
    """Terms with a plus first, so that a sign is a binary minus wherever it can be."""
    signed = [_signed(term) for term in _ordered(expression)]
    signed.sort(key=lambda one: one[0])
    text = ""
    for position, (negative, term) in enumerate(signed):
        if position == 0:
            text = f"-{term}" if negative else term
        else:
            text += f" - {term}" if negative else f" + {term}"
    return text, _Level.SUM


def _ordered(expression: Value) -> list[Value]:
    return list(expression.args) if isinstance(expression, MatAdd) else list(expression.as_ordered_terms())


def _signed(term: Value) -> tuple[bool, str]:
    """Whether a term is negative, and the text of its absolute value as an operand of plus or minus."""
    text, level = _write(term)
    if text.startswith("-"):
        return True, text[1:]
    return False, text if level > _Level.SUM else f"({text})"


def _scalar_product(expression: Expr) -> tuple[str, _Level]:
    """Numerator over denominator, in an order in which sympy distributes no number over a sum.

    ``2*(a + b)*c`` is read from the left and becomes ``(2*a + 2*b)*c``; ``(a + b)/c*2`` stays as it is.
    """
    coefficient, rest = expression.as_coeff_Mul(rational=True)
    above: list[Expr] = []
    below: list[Expr] = []
    for factor in Mul.make_args(rest):
        base, exponent = factor.as_base_exp() if isinstance(factor, Pow) else (factor, None)
        if exponent is not None and not isinstance(exponent, Rational):
            raise _NoWords
        if exponent is not None and exponent < 0:
            below.append(Pow(base, -exponent))
        elif factor != 1:
            above.append(factor)
    above.sort(key=lambda factor: bool(factor.is_Add))  # stable: sums last
    texts = [_at_least(factor, _Level.POWER) for factor in above]
    under = [_at_least(factor, _Level.POWER) for factor in below]
    p, q = abs(coefficient.p), coefficient.q
    if above and above[0].is_Add:
        text = "*".join(texts) + "".join(f"/{one}" for one in under)
        text += (f"*{p}" if p != 1 else "") + (f"/{q}" if q != 1 else "")
    else:
        text = "*".join(([str(p)] if p != 1 or not texts else []) + texts)
        under = ([str(q)] if q != 1 else []) + under
        if len(under) > 1 and not any(factor.is_Add for factor in below):
            text += f"/({'*'.join(under)})"
        else:
            text += "".join(f"/{one}" for one in under)
    if coefficient < 0:
        bare = not (above and above[0].is_Add)
        return (f"-{text}" if bare else f"-({text})"), _Level.SUM
    return text, _Level.PRODUCT


def _matrix_product(expression: MatMul) -> tuple[str, _Level]:
    coefficient, matrices = expression.as_coeff_matrices()
    texts = [_at_least(matrix, _Level.POWER) for matrix in matrices]
    text = "*".join(texts)
    if coefficient == 1:
        return text, _Level.PRODUCT
    if coefficient == -1:
        return (f"-({text})" if isinstance(matrices[0], MatAdd) else f"-{text}"), _Level.SUM
    if isinstance(coefficient, Rational) and isinstance(matrices[0], MatAdd):
        # A number in front would be distributed over the sum alone.
        number = _at_least(abs(coefficient), _Level.ATOM)
        return (f"-({text}*{number})", _Level.SUM) if coefficient < 0 else (f"{text}*{number}", _Level.PRODUCT)
    front, level = _write(coefficient)
    if front.startswith("-") and not front.startswith("-("):
        inner = _at_least(-coefficient, _Level.PRODUCT)
        return f"-{inner}*{text}", _Level.SUM
    return f"{front if level >= _Level.PRODUCT else f'({front})'}*{text}", _Level.PRODUCT
