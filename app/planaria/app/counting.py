"""How many diagrams there are, before any of them is made."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr

from planaria.diagrams.expansion import close, words
from planaria.diagrams.model import Model
from planaria.diagrams.tree import prepare, read
from planaria.diagrams.wick import count_contractions, count_planar, linear_in_traces

__all__ = ["Count", "count_diagrams"]


@dataclass(frozen=True)
class Count:
    """A number of diagrams of one order, or the first order below it that has more than were asked about.

    The number of words and the size of each grow with the order, so that counting stops there.
    """

    diagrams: int
    order: int


def count_diagrams(expression: Expr, model: Model, order: int, *, planar: bool, enough: int) -> Count:
    """Count the contractions of one order, planar or all.

    Parameters
    ----------
    enough
        Orders are counted one after the other up to the one that is asked for, and no further than one that
        has more diagrams than this.

    Raises InputError for an expression that is not linear in traces.

    >>> from sympy import Identity, MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian
    >>> N, P, gamma = symbols("N P gamma", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> q, model = (gamma * Identity(N) + x * x.T).inv(), Model([Gaussian(x)])
    >>> count_diagrams(Trace(q), model, 4, planar=True, enough=1000)
    Count(diagrams=14, order=4)
    >>> count_diagrams(Trace(q), model, 40, planar=True, enough=1000)
    Count(diagrams=1430, order=8)
    """
    traces, constant = linear_in_traces(expression)
    setting = prepare([expression], model, extra=[*traces.values(), constant])
    nodes = [read(trace.arg, setting) for trace in traces]
    counter = count_planar if planar else count_contractions
    for one in range(order + 1):
        found = 1 if one == 0 and constant != 0 else 0
        for node in nodes:
            found += sum(counter(word, setting) for word in close(words(node, setting, one), setting))
        if found > enough:
            return Count(found, one)
    return Count(found, order)
