"""What is shown of an analysis: a title, formulas in the order in which they are read, and remarks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import singledispatch
from typing import Any, TypeAlias

from mpmath import nstr
from sympy import Eq, Expr, Mul, Order, Symbol
from sympy.core.relational import Relational

from planaria.algebra.errors import kind_of
from planaria.derivations.analysis.consequence import Consequence
from planaria.derivations.analysis.optimum import Optimum
from planaria.derivations.analysis.parameter_series import ParameterSeries
from planaria.derivations.asymptotics.expansions import State
from planaria.derivations.asymptotics.result import Scaling
from planaria.derivations.bulk.form import BulkForm
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.derivations.signs.result import SignVerdict
from planaria.numerics.asymptotics.regimes import Regimes

__all__ = ["Row", "Sheet", "Side", "sheet_of"]

Side: TypeAlias = Expr | SpectralSum | str
"""A formula, a sum that is written out, or words."""


@dataclass(frozen=True)
class Row:
    """Two sides with a sign between them: ``=``, ``~`` for a leading term, ``>>``."""

    left: Side
    right: Side
    sign: str = "="


@dataclass(frozen=True)
class Sheet:
    """What is shown of one value."""

    title: str
    rows: tuple[Row, ...]
    remarks: tuple[str, ...] = ()


@singledispatch
def sheet_of(value: Any) -> Sheet:
    """What is shown of a value; TypeError for what is no analysis."""
    raise TypeError(f"no sheet is known for {kind_of(value)}")


def _equations(equations: tuple[Eq, ...]) -> Iterator[Row]:
    for one in equations:
        yield Row(one.lhs, one.rhs)


def _named(values: Mapping[Symbol, Any]) -> Iterator[Row]:
    """Sums or constants by their names."""
    for symbol, one in values.items():
        yield Row(symbol, one)


@sheet_of.register
def _(value: Consequence) -> Sheet:
    used = value.value.free_symbols.union(*(one.free_symbols for one in value.equations))
    sums = {symbol: one for symbol, one in value.spectral_sums.items() if symbol in used}
    rows = (*_equations(value.equations), *_named(sums), Row("value", value.value))
    return Sheet(value.about, rows)


@sheet_of.register
def _(value: ParameterSeries) -> Sheet:
    rest = Order(value.variable**value.order)
    terms = [Mul(coefficient, value.variable**power) for power, coefficient in value.terms]
    rows = [Row("value" if not n else "", one, "=" if not n else "+") for n, one in enumerate(terms)]
    rows.append(Row("", rest, "+"))
    conditions = (
        Row(one.lhs, one.rhs, "->" if one.rhs.is_infinite or one.rhs == 0 else "=") for one in value.conditions
    )
    remarks = (f"for {', '.join(map(_inequality, value.holds))}",) if value.holds else ()
    return Sheet(value.about, (*rows, *conditions, *_named(value.spectral_sums)), remarks)


def _inequality(one: Relational) -> str:
    return f"{one.lhs} {one.rel_op} {one.rhs}"


@sheet_of.register
def _(value: Optimum) -> Sheet:
    rows = [Row(value.stationarity.lhs, value.stationarity.rhs), *_equations(value.equations)]
    rows += _named(value.spectral_sums)
    if value.explicit is not None:
        rows.append(Row(value.parameter, value.explicit))
    remarks = []
    if value.at is not None and value.value is not None:
        remarks = [f"{value.parameter} = {value.at}", f"least value = {value.value}"]
    about = f"optimum over {value.parameter}" + (f", {value.about}" if value.about else "")
    return Sheet(about, tuple(rows), tuple(remarks))


@sheet_of.register
def _(value: Scaling) -> Sheet:
    leading = value.value if value.next_term is None else Mul(value.value, 1 + value.next_term, evaluate=False)
    rows = [Row("value", leading, "~"), Row(f"exponent of {value.path.symbol}", value.exponent)]
    if value.optimum is not None and value.path.optimised is not None:
        rows.append(Row(value.path.optimised, value.optimum, "~"))
    rows += [
        Row(_unknown(value.state) if not n else "", one, "~" if not n else "+")
        for n, one in enumerate(value.unknown)
    ]
    rows += _named(value.constants)
    remarks = (f"holds for {value.domain}", *(f"{c.outcome.value}: {c.detail}" for c in value.checks))
    return Sheet(f"scaling along {value.path}", tuple(rows), remarks)


def _unknown(state: State) -> Side:
    return (
        Symbol("z", positive=True)
        if state is State.BULK
        else "the pole"
        if state is not State.PLAIN
        else "the unknown"
    )


@sheet_of.register
def _(value: Regimes) -> Sheet:
    rows: list[Row] = []
    known: dict[Symbol, Expr] = {}
    for number, one in enumerate(value.regimes, 1):
        rows.append(Row(f"regime {number}", one.value, "~"))
        rows += [Row("", large, ">> 1:") for large in one.domain]
        known |= one.constants
    for crossing in value.crossovers:
        left, right = crossing.between
        rows.append(Row(f"{left} and {right} meet", Eq(crossing.symbol, crossing.at, evaluate=False), "at"))
        known |= crossing.constants
    rows += _named(known)
    return Sheet(f"regimes over {', '.join(map(str, value.symbols))}", tuple(rows))


@sheet_of.register
def _(value: BulkForm) -> Sheet:
    rows = (
        Row(value.equation.lhs, value.equation.rhs),
        Row("value", value.value),
        Row(value.pole, value.pole_of_z),
        *_named(value.constants),
    )
    return Sheet(
        "closed form among infinitely many eigenvalues of a power law",
        rows,
        (f"up to relative errors of {value.error}",),
    )


@sheet_of.register
def _(value: SignVerdict) -> Sheet:
    rows = (Row(value.about, value.expression), *_named(value.sums))
    remarks = [f"{value.verdict.value}: {value.statement}", value.reason]
    for one in value.witnesses:
        where = ", ".join(f"{name} = {number}" for name, number in one.at.items())
        remarks.append(f"{nstr(float(one.value.middle), 6)} at {where}")
    return Sheet("sign", rows, tuple(remarks))
