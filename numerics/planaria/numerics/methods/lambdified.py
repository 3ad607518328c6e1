"""Functions of symbols as functions of numpy columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sympy import Dummy, Expr, Symbol, lambdify

__all__ = ["of_columns"]


def of_columns(symbols: Sequence[Symbol], expression: Expr) -> Callable[..., Any]:
    """An expression as a function of arrays, one for each symbol in turn.

    sympy writes code for it, in which no name of a file may stand: names are replaced before. It would also take
    a parameter that is called sqrt for the function.

    >>> from sympy import sqrt
    >>> root = Symbol("sqrt", positive=True)  # a parameter of that name
    >>> float(of_columns([root], sqrt(root))(4.0))
    2.0
    """
    places = {symbol: Dummy() for symbol in symbols}
    function: Callable[..., Any] = lambdify(list(places.values()), expression.xreplace(places), "numpy")
    return function
