"""How large an expression is when it is multiplied out: bounds, found without multiplying anything out.

A short text can stand for more than any memory holds: ``(gamma + s + N + P + 1)**64`` has 814,385 terms. What is
beyond the bounds is refused before the first multiplication.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from math import comb

from sympy import (
    Add,
    Adjoint,
    Basic,
    Expr,
    Identity,
    Inverse,
    MatAdd,
    MatMul,
    MatPow,
    MatrixExpr,
    MatrixSymbol,
    Mul,
    Pow,
    Trace,
    Transpose,
    ZeroMatrix,
)
from sympy.core.numbers import Number

from planaria.algebra.errors import InputError

__all__ = [
    "MOST_LETTERS",
    "MOST_PRODUCTS",
    "MOST_TERMS",
    "MOST_TRACES",
    "check_letters",
    "check_products",
    "check_terms",
]

MOST_LETTERS = 512
"""Matrices in a product, powers written out: four times those of ``tr((x*x.T)**64)``."""

MOST_TERMS = 1_000
"""Terms of a scalar, or of a function of deterministic matrices: numerator and denominator multiplied out."""

MOST_PRODUCTS = 20_000
"""Products of traces in a quantity that is multiplied out."""

MOST_TRACES = 2_000
"""Traces in one of these products, powers written out."""

_CAP = 10**30  # beyond every bound; no number grows further


@dataclass(frozen=True)
class _Extent:
    """Bounds on the terms and degrees of a quotient of polynomials, and what it is a function of."""

    terms: tuple[int, int]
    degrees: tuple[int, int]
    variables: frozenset[Basic]

    @property
    def largest(self) -> int:
        return max(self.terms)


def check_terms(expressions: Iterable[Basic], is_field: Callable[[MatrixSymbol], bool]) -> None:
    """Raise InputError for a scalar, or a deterministic matrix, with more than `MOST_TERMS` terms.

    >>> from sympy.abc import a, b, c
    >>> check_terms([(a + b + c) ** 40], lambda matrix: False)
    >>> check_terms([(a + b + c + 1) ** 40], lambda matrix: False)
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: expression: (a + b + c + 1)**40 has up to 12,341 terms when it is \
multiplied out, more than 1,000; give the sum a name of its own under [parameters], or take a smaller power
    """
    found: dict[Basic, _Extent | None] = {}
    for expression in expressions:
        for one in _from_the_leaves(expression, into_traces=True):
            if one in found:
                continue
            found[one] = extent = _extent(one, found, is_field)
            if extent is not None and extent.largest > MOST_TERMS:
                raise InputError(
                    "expression",
                    f"{_short(one)} has {_up_to(extent.largest)} terms when it is multiplied out, "
                    f"more than {MOST_TERMS:,}",
                    "give the sum a name of its own under [parameters], or take a smaller power",
                )


def check_products(expression: Expr) -> None:
    """Raise InputError for a scalar with more than `MOST_PRODUCTS` products, or `MOST_TRACES` traces in one.

    >>> from sympy import MatrixSymbol
    >>> x = MatrixSymbol("x", 3, 3)
    >>> check_products((Trace(x) + 1) ** 2000)
    >>> check_products((Trace(x) + 1) ** 2001)
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: expression: (Trace(x) + 1)**2001 may have 2,001 traces in a product when \
it is multiplied out, more than 2,000; lower the powers, or give fewer terms
    """
    found: dict[Basic, _Extent | None] = {}
    for one in _from_the_leaves(expression, into_traces=False):
        if one in found:
            continue
        if not one.has(Trace):
            found[one] = _Extent((1, 1), (0, 0), frozenset())  # a coefficient
            continue
        found[one] = extent = _extent(one, found, lambda matrix: False)
        if extent is None:
            continue
        if extent.largest > MOST_PRODUCTS:
            problem = f"more than {MOST_PRODUCTS:,} products of traces when it is multiplied out"
        elif max(extent.degrees) > MOST_TRACES:
            count = _count(max(extent.degrees))
            problem = f"{count} traces in a product when it is multiplied out, more than {MOST_TRACES:,}"
        else:
            continue
        raise InputError(
            "expression", f"{_short(one)} may have {problem}", "lower the powers, or give fewer terms"
        )


def check_letters(expression: Basic) -> None:
    """Raise InputError for a matrix product of more than `MOST_LETTERS` matrices, its powers written out.

    >>> from sympy import MatrixSymbol
    >>> x = MatrixSymbol("x", 3, 3)
    >>> check_letters((x * x.T) ** 64)
    >>> check_letters(((x * x.T) ** 64 + x) ** 64)
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: expression: ((x*x.T)**64 + x)**64 has 8,256 matrices when its powers \
are written out, more than 512; take smaller powers or fewer factors
    """
    found: dict[Basic, int] = {}
    for one in _from_the_leaves(expression, into_traces=True):
        if one in found:
            continue
        parts = [found.get(part, 0) for part in one.args] if not isinstance(one, MatrixSymbol) else []
        count = 1 if isinstance(one, MatrixSymbol) else min(_CAP, sum(parts))
        if isinstance(one, MatPow) and one.exp.is_Integer:
            count *= abs(int(one.exp))
        found[one] = count
        if isinstance(one, MatrixExpr) and count > MOST_LETTERS:
            raise InputError(
                "expression",
                f"{_short(one)} has {_count(count)} matrices when its powers are written out, "
                f"more than {MOST_LETTERS:,}",
                "take smaller powers or fewer factors",
            )


def _from_the_leaves(expression: Basic, *, into_traces: bool) -> list[Basic]:
    """Every part of an expression once, after the parts that it is made of; no recursion, however deep it is."""
    order: dict[Basic, None] = {}
    pending: list[tuple[Basic, bool]] = [(expression, False)]
    while pending:
        one, done = pending.pop()
        if done:
            order[one] = None
        elif one not in order:
            pending.append((one, True))
            closed = isinstance(one, (MatrixSymbol, Identity, ZeroMatrix))
            if not closed and (into_traces or not isinstance(one, Trace)):
                pending.extend((part, False) for part in one.args)
    return list(order)


def _extent(
    one: Basic, found: dict[Basic, _Extent | None], is_field: Callable[[MatrixSymbol], bool]
) -> _Extent | None:
    """The extent of a scalar or a deterministic matrix; None for what contains a field outside of a trace."""
    if isinstance(one, (Number, Identity, ZeroMatrix)):
        return _Extent((1, 1), (0, 0), frozenset())
    if isinstance(one, MatrixSymbol):
        return None if is_field(one) else _variable(one)
    parts = [found[part] for part in one.args] if isinstance(one, _OPERATIONS) else []
    whole = [part for part in parts if part is not None]
    if isinstance(one, (MatAdd, MatMul)) and len(whole) < len(parts):
        # What stands beside a field is multiplied, or added up, by itself.
        rest = reduce(_product if isinstance(one, MatMul) else _sum, whole) if whole else None
        if rest is not None and rest.largest > MOST_TERMS:
            return rest
        return None
    if len(whole) < len(parts):
        return None
    match one:
        case Add() | MatAdd():
            return reduce(_sum, whole)
        case Mul() | MatMul():
            return reduce(_product, whole)
        case Pow() | MatPow() if one.exp.is_Integer:
            return _power(whole[0], int(one.exp))
        case Inverse():
            return _power(whole[0], -1)
        case Transpose() | Adjoint():
            return whole[0]
    return _variable(one)


_OPERATIONS = (Add, MatAdd, Mul, MatMul, Pow, MatPow, Inverse, Transpose, Adjoint)


def _variable(one: Basic) -> _Extent:
    return _Extent((1, 1), (1, 0), frozenset({one}))


def _bounded(terms: tuple[int, int], degrees: tuple[int, int], variables: frozenset[Basic]) -> _Extent:
    """There are no more terms than monomials of the degree."""
    first, second = (
        min(count, _monomials(degree, len(variables)), _CAP) for count, degree in zip(terms, degrees, strict=True)
    )
    return _Extent((first, second), (min(degrees[0], _CAP), min(degrees[1], _CAP)), variables)


def _monomials(degree: int, variables: int) -> int:
    if degree > 10**6 and variables:
        return _CAP
    return comb(degree + variables, min(degree, variables)) if variables < 100 or degree < 20 else _CAP


def _sum(a: _Extent, b: _Extent) -> _Extent:
    (p, q), (r, s) = a.terms, b.terms
    (i, j), (k, m) = a.degrees, b.degrees
    return _bounded((p * s + r * q, q * s), (max(i + m, k + j), j + m), a.variables | b.variables)


def _product(a: _Extent, b: _Extent) -> _Extent:
    (p, q), (r, s) = a.terms, b.terms
    (i, j), (k, m) = a.degrees, b.degrees
    return _bounded((p * r, q * s), (i + k, j + m), a.variables | b.variables)


def _power(a: _Extent, exponent: int) -> _Extent:
    n = abs(exponent)
    first, second = (_multichoose(count, n) for count in a.terms)
    i, j = (degree * n for degree in a.degrees)
    if exponent < 0:
        first, second, i, j = second, first, j, i
    return _bounded((first, second), (i, j), a.variables)


def _multichoose(terms: int, n: int) -> int:
    """The terms of a sum to the n-th power, no two alike."""
    if terms <= 1 or n <= 1:
        return terms if n else 1
    return _CAP if min(terms, n) > 1000 else min(_CAP, comb(terms + n - 1, min(n, terms - 1)))


def _up_to(count: int) -> str:
    return f"up to {_count(count)}" if count < 10**12 else "more than 10^12"


def _count(count: int) -> str:
    return f"{count:,}" if count < 10**12 else "more than 10^12"


def _short(expression: Basic, length: int = 60) -> str:
    """The expression, or the beginning of one that is too large to be printed whole."""
    nodes = sum(1 for _ in zip(_walk(expression), range(200), strict=False))
    if nodes == 200:
        return "it"
    text = str(expression)
    return text if len(text) <= length else text[: length - 3] + "..."


def _walk(expression: Basic) -> Iterable[Basic]:
    pending = [expression]
    while pending:
        one = pending.pop()
        yield one
        pending.extend(one.args)
