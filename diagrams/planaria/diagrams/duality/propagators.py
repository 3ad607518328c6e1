"""What a duality makes of matrices: the propagators of one side are those of the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sympy import MatrixExpr, MatrixSymbol, Trace, expand

from planaria.diagrams.duality.expansions import Expansion
from planaria.diagrams.duality.identity import equal_traces
from planaria.diagrams.duality.search import Duality

__all__ = ["exchanged_matrices"]


def exchanged_matrices(duality: Duality, matrices: Mapping[str, MatrixExpr]) -> tuple[tuple[str, str], ...]:
    """The pairs of matrices, by name, that the exchange maps to one another, draw by draw.

    Only matrices over spaces that change places are asked about: a resolvent of features, say, that becomes one
    of samples.

    >>> from sympy import Identity, MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model, dualities
    >>> N, P, gamma = symbols("N P gamma", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> q = (gamma * Identity(N) + x * x.T).inv()
    >>> Q = (gamma * Identity(P) + x.T * x).inv()
    >>> duality, = dualities(Model([Gaussian(x)]), Trace(q), order=0)
    >>> exchanged_matrices(duality, {"q": q, "Q": Q, "Q2": Q * Q})
    (('q', 'Q'),)
    """
    found = []
    for one, other in duality.exchange.spaces:
        mine = {name: matrix for name, matrix in matrices.items() if matrix.shape == (one, one)}
        theirs = {name: matrix for name, matrix in matrices.items() if matrix.shape == (other, other)}
        # A symbolic matrix beside each of them makes a trace as good as all matrix elements.
        here, there = MatrixSymbol("probe_1", one, one), MatrixSymbol("probe_2", other, other)
        exchange = replace(duality.exchange, matrices=(*duality.exchange.matrices, (here, there)))
        for name, matrix in mine.items():
            for partner, image in theirs.items():
                expansion = Expansion.of(Trace(matrix * here) + Trace(image * there), duality.model)
                bare = expansion.bare
                if expand(exchange.expression(bare) - bare) == 0 and equal_traces(
                    expansion.terms, expansion.setting, exchange, expansion.setting.ring.one
                ):
                    found.append((name, partner))
    return tuple(found)
