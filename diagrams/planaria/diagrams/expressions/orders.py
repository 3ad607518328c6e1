"""The order of a trace where some spaces are small: N over a large space, 1 over a small one.

A closed index loop over a small space costs a factor 1/N. A word whose index line comes through a small space has
such a loop, and its trace is of order 1 wherever it is read: tr(q v v^T) is v^T q v. By cyclicity it is turned
until it begins on the small space, and is read there. A trace over a large space that does not come through one is
of order N, and what of it does (the spikes in its inverses, or in a sum beside what does not) is 1/N of that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction

from sympy import (
    Add,
    Adjoint,
    Expr,
    Inverse,
    MatAdd,
    MatMul,
    MatPow,
    MatrixExpr,
    MatrixSymbol,
    S,
    Trace,
    Transpose,
    ZeroMatrix,
)

from planaria.algebra.errors import InputError
from planaria.diagrams.expressions.trace_function import TraceFunction, in_text_order
from planaria.ensembles.extent import MOST_PRODUCTS
from planaria.ensembles.model import Model
from planaria.ensembles.text.formatting import format_expression

__all__ = ["bulk_sentence", "bulk_traces", "check_orders", "check_vanishing", "read_on_small"]

LONGEST = 50  # characters of an expression in a sentence


def read_on_small(expression: Expr, model: Model) -> Expr:
    """The expression with each trace of order 1 turned so that it begins on a small space.

    >>> from sympy import symbols
    >>> from planaria.ensembles.model import Gaussian
    >>> M, P, C = symbols("M P C", positive=True)
    >>> z, v = MatrixSymbol("z", M, P), MatrixSymbol("v", M, C)
    >>> model = Model([Gaussian(z, 1 / P), Gaussian(v, 1 / M)], small=[C])
    >>> read_on_small(Trace(z * z.T * v * v.T) + Trace(z * z.T), model)
    Trace(z*z.T) + Trace(v.T*z*z.T*v)

    Raises InputError where a sum in a trace has too many terms to be written out.
    """
    if not model.small:
        return expression
    small = frozenset(model.small)
    turned = {one: _turned(one.arg, small) for one in expression.atoms(Trace) if _is_of_order_one(one.arg, small)}
    return expression.xreplace(turned) if turned else expression


def bulk_traces(expression: Expr, model: Model) -> tuple[Trace, ...]:
    """The traces over large spaces that have fields with a small index in them, which do not matter to them."""
    small = frozenset(model.small)
    fields = {one.symbol for one in model.fields if small & set(one.shape)}
    found = [one for one in expression.atoms(Trace) if one.arg.shape[0] not in small]
    return tuple(in_text_order(one for one in found if one.atoms(MatrixSymbol) & fields))


def bulk_sentence(trace: Trace) -> str:
    """What is left out of a trace over a large space."""
    space = trace.arg.shape[0]
    return (
        f"{_short(trace)} runs over the large space {space}: what its fields with a small index change "
        f"is 1/{space} of it, and is left out."
    )


def check_vanishing(vanishing: Iterable[Trace]) -> None:
    """Raise InputError for a trace over a large space of which nothing but what is left out is there."""
    for trace in vanishing:
        raise InputError(
            "expression",
            f"{_short(trace)} runs over the large space {trace.arg.shape[0]} and does not grow with it: what its "
            "fields with a small index contribute is a correction, which is left out",
            "ask for a trace over the small space, such as tr(v.T*q*v)",
        )


def check_orders(expression: Expr, model: Model) -> None:
    """Raise InputError where traces of different orders are added, and for a mean over a small space.

    >>> from sympy import symbols
    >>> from planaria.ensembles.model import Gaussian
    >>> M, P, C = symbols("M P C", positive=True)
    >>> z, v = MatrixSymbol("z", M, P), MatrixSymbol("v", M, C)
    >>> model = Model([Gaussian(z, 1 / P), Gaussian(v, 1 / M)], small=[C])
    >>> check_orders(Trace(v.T * v) + Trace(z * z.T) / M, model)
    >>> check_orders(Trace(v.T * v) + Trace(z * z.T), model)
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: expression: tr(z*z.T) runs over the large space M and grows with it, and \
tr(v.T*v) over the small space C and does not, so that their sum has no one leading order; divide tr(z*z.T) by M, \
or take each by itself
    """
    small = frozenset(model.small)
    quantity = TraceFunction(expression)
    own = [one for one in quantity.traces if one.arg.shape[0] in small]
    large = [one for one in quantity.traces if one.arg.shape[0] not in small]
    for one in own:
        space = one.arg.shape[0]
        if quantity.divided_by(space):
            raise InputError(
                "expression",
                f"{_short(one)} is divided by the size of the small space {space}, over which nothing averages",
                f"leave 1/{space} out, or let {space} be large",
            )
    if not own or not large:
        return
    sizes = {space for field in model.fields for space in field.shape} - small
    plain = dict.fromkeys((*large, *sizes), 1)
    if quantity.degree(plain) is None and not _is_of_one_order(quantity, model, sizes):
        first, second = large[0], own[0]
        raise InputError(
            "expression",
            f"{_short(first)} runs over the large space {first.arg.shape[0]} and grows with it, and "
            f"{_short(second)} over the small space {second.arg.shape[0]} and does not, so that their sum has no "
            "one leading order",
            f"divide {_short(first)} by {first.arg.shape[0]}, or take each by itself",
        )


def _is_of_one_order(quantity: TraceFunction, model: Model, sizes: Collection[Expr]) -> bool:
    """Whether the terms of a quantity grow alike when fields grow as their variances say.

    A field whose variance does not fall is as large as the root of a size: tr(x^T q x)/P^2 is of order 1 where x
    has the variance 1, and q = inv(1 + x x^T/P).
    """
    growing = dict.fromkeys(sizes, Fraction(1))
    fields: dict[Expr, Fraction] = {}
    for one in model.fields:
        falls = TraceFunction(one.variance).degree(growing)
        if falls is None:
            return False
        fields[one.symbol] = (1 + falls) / 2
    degrees = dict(growing)
    for trace in quantity.traces:
        degree = _degree(trace.arg, fields, growing)
        if degree is None:
            return False
        degrees[trace] = degree + growing.get(trace.arg.shape[0], 0)
    return quantity.degree(degrees) is not None


def _degree(
    matrix: MatrixExpr, fields: Mapping[Expr, Fraction], growing: Mapping[Expr, Fraction]
) -> Fraction | None:
    """With which power of a size a matrix grows; None where its terms do not grow alike."""
    match matrix:
        case MatrixSymbol():
            return fields.get(matrix, Fraction(0))
        case Inverse() | MatPow():
            base = _degree(matrix.base, fields, growing)
            return None if base is None else base * Fraction(int(matrix.exp))
        case Transpose() | Adjoint():
            return _degree(matrix.arg, fields, growing)
        case MatMul():
            coefficient, factors = matrix.as_coeff_matrices()
            found = [
                TraceFunction(coefficient).degree(growing),
                *(_degree(one, fields, growing) for one in factors),
            ]
            return None if None in found else sum((one for one in found if one is not None), Fraction(0))
        case MatAdd():
            terms = {_degree(one, fields, growing) for one in matrix.args}
            return terms.pop() if len(terms) == 1 else None
    return Fraction(0)


def _is_of_order_one(matrix: MatrixExpr, small: Collection[Expr]) -> bool:
    """Whether every word of a matrix with large ends comes through a small space."""
    if any(space in small for space in matrix.shape):
        return False  # is read there as it is
    return _comes_through(matrix, small)


def _comes_through(matrix: MatrixExpr, small: Collection[Expr]) -> bool:
    if any(space in small for space in matrix.shape):
        return True
    match matrix:
        case ZeroMatrix():
            return True
        case Inverse():
            return False
        case Transpose() | Adjoint():
            return _comes_through(matrix.arg, small)
        case MatPow():
            return bool(matrix.exp.is_positive) and _comes_through(matrix.base, small)
        case MatMul():
            return any(_comes_through(one, small) for one in matrix.as_coeff_matrices()[1])
        case MatAdd():
            return all(_comes_through(one, small) for one in matrix.args)
    return False


def _turned(matrix: MatrixExpr, small: Collection[Expr]) -> Expr:
    """The trace of what comes through a small space, as a sum of traces over small spaces."""
    total: list[Expr] = []
    pending = [_flat(matrix)]
    while pending:
        coefficient, factors = pending.pop()
        if len(total) + len(pending) > MOST_PRODUCTS:
            raise InputError(
                "expression",
                f"a trace of order 1 has more than {MOST_PRODUCTS:,} terms when it is written out",
                "write it as a trace over the small space, as in tr(v.T*q*v) for tr(q*v*v.T)",
            )
        cut = next((n for n, factor in enumerate(factors) if factor.shape[0] in small), None)
        if cut is not None:
            total.append(coefficient * Trace(MatMul(*factors[cut:], *factors[:cut]).doit(deep=False)))
            continue
        place, factor = next((n, factor) for n, factor in enumerate(factors) if _comes_through(factor, small))
        for one, parts in _written_out(factor):
            pending.append((coefficient * one, [*factors[:place], *parts, *factors[place + 1 :]]))
    return Add(*total)


def _written_out(factor: MatrixExpr) -> list[tuple[Expr, list[MatrixExpr]]]:
    """A factor with large ends that comes through a small space, as a sum of products of its parts."""
    match factor:
        case ZeroMatrix():
            return []
        case MatAdd():
            return [_flat(one) for one in factor.args]
        case MatMul():
            return [_flat(factor)]
        case MatPow():
            return [(S.One, [factor.base] * int(factor.exp))]
        case Transpose() | Adjoint() if isinstance(factor.arg, MatAdd):
            return [_flat(factor.func(one)) for one in factor.arg.args]
        case Transpose() | Adjoint():
            return [_flat(factor.doit(deep=False))]
    raise InputError("expression", f"{_short(factor)} comes through a small space", "write its product out")


def _flat(matrix: MatrixExpr) -> tuple[Expr, list[MatrixExpr]]:
    """A product as its coefficient and its factors."""
    if not isinstance(matrix, MatMul):
        return S.One, [matrix]
    coefficient, factors = matrix.as_coeff_matrices()
    return coefficient, list(factors)


def _short(expression: Expr | MatrixExpr) -> str:
    try:
        text = format_expression(expression)
    except InputError:
        text = str(expression)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
