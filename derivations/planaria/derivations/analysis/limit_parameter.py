"""Which parameter of a quantity somebody takes to zero."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Expr, Symbol

from planaria.algebra.errors import InputError, described, unknown_name
from planaria.diagrams.expressions.contents import contents_of
from planaria.diagrams.expressions.expression import Setting

__all__ = ["limit_parameter"]


def limit_parameter(expression: Expr, setting: Setting, asked: Mapping[str, object]) -> Symbol:
    """The symbol of the one parameter that goes to zero.

    Raises InputError for several parameters, for another target, and for a name that the quantity does not have.
    """
    if len(asked) != 1 or not all(type(one) in (int, float) and one == 0 for one in asked.values()):
        said = ", ".join(f"{name} = {_target(target)}" for name, target in asked.items()) or "nothing"
        raise InputError("limit", f"{said} is no limit", "take one parameter to 0, as in limit(gamma=0)")
    (name,) = asked
    symbols = contents_of(expression, setting.model).symbols
    known = {str(one): one for one in symbols if one not in setting.spaces}
    if name not in known:
        raise unknown_name("limit", "parameter", name, sorted(known))
    return known[name]


def _target(value: object) -> str:
    return str(value) if type(value) in (int, float) else described(value)
