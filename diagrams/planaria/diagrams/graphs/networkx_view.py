"""The networkx view of a ribbon graph, both ways.

A MultiGraph keeps loops and parallel edges, which planar embeddings of networkx drop; the cyclic orders are
attributes of its nodes, so that nothing is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planaria.algebra.errors import InputError
from planaria.diagrams.graphs.contraction import Contraction, G

if TYPE_CHECKING:
    from networkx import MultiGraph

__all__ = ["read_networkx", "to_networkx"]


def to_networkx(graph: Contraction) -> MultiGraph[int]:
    """A MultiGraph with the words as nodes and the ribbons as edges.

    - node w: ``word``, its ``position`` among the words, and ``letters``, its half-edges in cyclic order;
    - edge with the key i, the first letter of the ribbon: ``darts`` (i, j), ``field`` (a name), ``twisted``;
    - graph: ``setting``, ``faces`` (a tuple of `Face`), ``lines`` (the open ones, a tuple of `OpenLine`),
      ``spaces``, ``euler_characteristic``.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expansion import expand
    >>> from planaria.diagrams.graphs.ribbon import RibbonGraph
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> d, = expand(Trace(x * x.T), Model([Gaussian(x)]), order=0)
    >>> view = d.to_networkx()
    >>> list(view.edges(keys=True, data="darts")), view.graph["euler_characteristic"]
    ([(0, 0, 0, (0, 1))], 2)
    >>> read_networkx(view, RibbonGraph) == d
    True
    """
    from networkx import MultiGraph  # half a second that graphs do not need

    view: MultiGraph[int] = MultiGraph(
        setting=graph.setting,
        faces=graph.faces,
        lines=graph.lines,
        spaces=graph.setting.spaces,
        euler_characteristic=graph.euler_characteristic,
    )
    home: dict[int, int] = {}
    for number, (word, letters) in enumerate(zip(graph.words, graph.vertices, strict=True)):
        view.add_node(number, position=number, word=word, letters=letters)
        home.update(dict.fromkeys(letters, number))
    for i, j in graph.ribbons:
        name = graph.setting.fields[graph.letters[i].field].name
        view.add_edge(home[i], home[j], key=i, darts=(i, j), field=name, twisted=i in graph.twisted)
    return view


def read_networkx(view: MultiGraph[int], kind: type[G]) -> G:
    """The graph of a view: the inverse of `to_networkx`, after any relabelling of the nodes.

    Raises InputError if an attribute that a view carries is missing, or if the ribbons are no contraction.
    """
    if not isinstance(getattr(view, "graph", None), dict):
        what = type(view).__name__
        raise InputError("graph", f"a {what} is no networkx graph", "give the graph of a diagram, or a copy of it")
    try:
        setting = view.graph["setting"]
        nodes = sorted(
            ((data["position"], data["word"]) for _, data in view.nodes(data=True)), key=lambda node: node[0]
        )
        edges = [(data["darts"], data["twisted"]) for _, _, data in view.edges(data=True)]
    except KeyError as missing:
        raise InputError(
            "graph", f"the attribute {missing} is missing", "make the view with to_networkx"
        ) from None
    pairing = {end: other for (i, j), _ in edges for end, other in ((i, j), (j, i))}
    return kind(
        setting,
        tuple(word for _, word in nodes),
        tuple(pairing.get(k, -1) for k in range(len(pairing))),
        frozenset(i for (i, _), twisted in edges if twisted),
    )
