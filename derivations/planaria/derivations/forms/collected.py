"""A value collected in symbols of somebody's choice: parameters, dimensions, unknowns or spectral sums."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Add, Expr, Integer, Mul, Symbol

from planaria.algebra.errors import InputError, unknown_name
from planaria.algebra.polynomials import grouped, primitive_part, sympy_number
from planaria.algebra.rational import Ratio
from planaria.derivations.elimination.closed_form import ClosedForm
from planaria.derivations.elimination.powers import written
from planaria.derivations.equations.schwinger_dyson import STRENGTH

__all__ = ["collected", "read_symbols"]


def read_symbols(names: Sequence[str], closed: ClosedForm) -> tuple[Symbol, ...]:
    """The symbols of a closed form by their names, in one text or in several.

    Raises InputError for none, for one that is given twice, and for a name that the value does not contain.
    """
    given = [one.strip() for name in names for one in str(name).split(",")]
    known = {str(g): g for g in closed.value.support() if isinstance(g, Symbol) and g != STRENGTH}
    if not any(given):
        raise InputError("collect", "nothing is to be collected", 'name symbols, as in "N, S_22"')
    for place, name in enumerate(given):
        if name not in known:
            raise unknown_name("collect", "symbol", name, sorted(known))
        if name in given[:place]:
            raise InputError("collect", f"{name} is given twice", "give it once")
    return tuple(known[name] for name in given)


def collected(closed: ClosedForm, symbols: Sequence[Symbol]) -> Expr:
    """The value by powers of symbols, the highest first, every coefficient factored.

    Where the symbols stand below a fraction, too, every factor above and below is collected by itself.

    >>> from planaria.derivations.resummation import derive
    >>> loss = derive("random-features", "loss").closed_form
    >>> collected(loss, read_symbols(["N"], loss))
    C*Delta*N*P*R_12*sigma_w**2/(2*M*(N*(P - S_22) - P*S_22 - R_12**2 + S_22**2))
    >>> train = derive("ridge-regression", "bias + variance").closed_form
    >>> collected(train, read_symbols(["sigma_eps"], train))
    C*Delta*P*R_112/(2*M*(P - S_202)) + C*S_202*sigma_eps**2/(2*(P - S_202))
    """
    value = closed.value.substitute({STRENGTH: closed.ring.one})
    ring = value.ring
    bottom = ring.from_mpoly(value.denominator)
    if not bottom.support() & set(symbols):
        terms = [monomial * written(coefficient / bottom) for monomial, coefficient in _groups(value, symbols)]
        return _named(Add(*terms), closed)
    top = _product(value.numerator, symbols, value)
    return _named(top / _product(value.denominator, symbols, value), closed)


def _product(polynomial: Any, symbols: Sequence[Symbol], value: Ratio) -> Expr:
    """The irreducible factors of a polynomial, each collected."""
    content, factors = polynomial.factor()
    result: Expr = Integer(1)
    for factor, multiplicity in factors:
        scale, primitive = primitive_part(factor)
        content = content * scale**multiplicity
        groups = _groups(value.ring.from_mpoly(primitive), symbols)
        result *= Add(*(monomial * written(one) for monomial, one in groups)) ** multiplicity
    return sympy_number(content) * result


def _groups(value: Ratio, symbols: Sequence[Symbol]) -> list[tuple[Expr, Ratio]]:
    """Products of powers of the symbols in a numerator, and what each is multiplied by, the highest first."""
    ring = value.ring
    groups = grouped(value.numerator, [ring.index[one] for one in symbols])
    return [
        (Mul(*(one**e for one, e in zip(symbols, key, strict=True))), ring.polynomial(groups[key]))
        for key in sorted(groups, reverse=True)
    ]


def _named(expression: Expr, closed: ClosedForm) -> Expr:
    return expression.xreplace(dict(closed.named_sums))
