"""How many diagrams there are, before any of them is made."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice

from sympy import Expr

from planaria.diagrams.expressions.trace_products import read_terms
from planaria.diagrams.graphs.planar_pairings import spheres
from planaria.diagrams.graphs.wick import count_contractions, count_planar, word_groups
from planaria.ensembles.model import Model

__all__ = ["Count", "count_diagrams"]


@dataclass(frozen=True)
class Count:
    """A number of diagrams of one order, or the first order below it that has more than were asked about.

    The number of words and the size of each grow with the order, so that counting stops there.
    """

    diagrams: int
    order: int


def count_diagrams(
    expression: Expr, model: Model, order: int, *, planar: bool, enough: int, connected: bool = False
) -> Count:
    """Count the contractions of one order, planar or all.

    Parameters
    ----------
    enough
        Orders are counted one after the other up to the one that is asked for, and no further than one that
        has more diagrams than this.

    connected
        Whether to count connected planar diagrams only. All diagrams are counted whether connected or not:
        nothing but making them tells which they are.

    Raises InputError for an expression that has no diagrams, as ``expand`` does.

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
    terms, setting = read_terms(expression, model)
    for one in range(order + 1):
        found = 0
        for term in terms:
            for group in word_groups(term, setting, one):
                if not planar:
                    found += count_contractions(group, setting)
                elif len(group) == 1:
                    found += count_planar(group[0], setting)
                else:  # planar ones of several words are counted one by one, as far as anyone asks
                    parts = (1,) if connected else range(len(group), 0, -1)
                    several = chain.from_iterable(spheres(group, setting, components=k) for k in parts)
                    found += sum(1 for _ in islice(several, max(0, enough + 1 - found)))
        if found > enough:
            return Count(found, one)
    return Count(found, order)
