"""Contractions as networkx graphs: `planaria.diagrams.networks` with the weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planaria.diagrams.graphs.contraction import Contraction
from planaria.diagrams.graphs.weight import weight
from planaria.diagrams.networks.view import view

if TYPE_CHECKING:
    from networkx import MultiGraph

__all__ = ["frozen_view", "to_networkx"]


def to_networkx(graph: Contraction) -> MultiGraph[int]:
    """A MultiGraph with the words as nodes and the ribbons as edges.

    - node w: ``word``, its ``position`` among the words, and ``letters``, its half-edges in cyclic order;
    - edge with the key i, the first letter of the ribbon: ``darts`` (i, j), ``field`` (a name), ``spaces`` (those
      of the rows and columns of letter i), ``twisted``;
    - graph: ``setting``, ``faces`` (a tuple of `Face`), ``lines`` (the open ones, a tuple of `OpenLine`),
      ``spaces``, ``euler_characteristic``, ``weight``.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expansion import expand
    >>> from planaria.diagrams.graphs.ribbon import RibbonGraph
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> d, = expand(Trace(x * x.T), Model([Gaussian(x)]), order=0)
    >>> view = d.to_networkx()
    >>> list(view.edges(keys=True, data="darts")), view.graph["euler_characteristic"], view.graph["weight"]
    ([(0, 0, 0, (0, 1))], 2, N*P)
    >>> RibbonGraph.from_networkx(view) == d
    True
    """
    return view(graph, weight(graph))


def frozen_view(graph: Contraction) -> MultiGraph[int]:
    """The same, frozen."""
    from networkx import freeze  # half a second that graphs do not need

    found: MultiGraph[int] = freeze(to_networkx(graph))
    return found
