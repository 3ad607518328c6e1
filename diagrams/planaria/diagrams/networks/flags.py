"""The flags of a ribbon graph as a networkx graph, which tells a matcher of networkx all of it.

A graph of vertices and edges forgets in which order a vertex meets its half-edges, and which ribbons are twisted.
The graph of flags forgets nothing. A flag is a side of a half-edge; every flag lies at one letter, at one corner
and on one ribbon, and has one neighbour along each: a graph with three kinds of edges, in which every node meets
each kind once (a graph-encoded map: S. Lins, Graph-encoded maps, J. Combin. Theory B 32 (1982) 171). To rotate a
word or to turn it over, which twists its ribbons, changes no flag and no edge. So two ribbon graphs are isomorphic
exactly if their graphs of flags are, labels and kinds included.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from planaria.algebra.errors import InputError
from planaria.diagrams.expressions.cyclic_words import normal_form, transposes_of
from planaria.diagrams.expressions.letters import Letter
from planaria.diagrams.networks.view import Contracted

if TYPE_CHECKING:
    from networkx import MultiGraph

Kind = TypeVar("Kind")

__all__ = ["edge_match", "flags", "node_match"]


def flags(graph: Contracted) -> MultiGraph[Hashable]:
    """The flags of a contraction, joined by edges of the ``kind`` ``"letter"``, ``"corner"`` and ``"ribbon"``.

    - node ``2 * k`` is the left (row) side of letter k and ``2 * k + 1`` the right one; its ``label`` holds the
      field, whether it is the side of its rows or of its columns, conjugation, space and function of the corner,
      and of an open word, which stays where it is, the place;
    - a word without letters is one node, ``("word", its number)``;
    - the node ``"whole"`` has a label of what no flag knows: the coefficients, and the model.
    """
    from networkx import MultiGraph

    setting = graph.setting
    transposes = transposes_of(setting)
    found: MultiGraph[Hashable] = MultiGraph()
    whole = setting.ring.one
    opened = 0
    for number, (word, own) in enumerate(zip(graph.words, graph.vertices, strict=True)):
        sign = normal_form(word, transposes)[0].coefficient
        whole = whole * word.coefficient * sign
        count = len(own)
        corners = list(zip(word.spaces, word.corners, strict=True))
        if not own:
            found.add_node(("word", number), label=("word", None if word.closed else opened, *corners[0]))
        for place, k in enumerate(own):
            letter = word.letters[place]
            stays = () if word.closed else (opened, place)
            after = (place + 1) % count if word.closed else place + 1
            for right, corner in ((False, corners[place]), (True, corners[after])):
                side = _side(letter, right, transposes)
                name = setting.fields[letter.field].name
                label = ("side", name, letter.conjugated, side, *corner, *stays)
                found.add_node(2 * k + right, label=label)
            found.add_edge(2 * k, 2 * k + 1, kind="letter")
        found.add_edges_from((2 * a + 1, 2 * b, {"kind": "corner"}) for a, b in pairwise(own))
        if own and word.closed:
            found.add_edge(2 * own[-1] + 1, 2 * own[0], kind="corner")
        opened += not word.closed
    for i, j in graph.ribbons:
        flip = i in graph.twisted
        found.add_edge(2 * i, 2 * j + (not flip), kind="ribbon")
        found.add_edge(2 * i + 1, 2 * j + flip, kind="ribbon")
    found.add_node("whole", label=("whole", whole, setting.ring.generators, setting.model))
    return found


def node_match(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Whether two flags can correspond: for ``networkx.is_isomorphic`` of two `RibbonGraph.flags`.

    >>> import networkx as nx
    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model, edge_match, expand, node_match
    >>> N, P = symbols("N P", positive=True)
    >>> h = MatrixSymbol("h", N, N)
    >>> one, other, crossed = expand(Trace(h**4), Model([Gaussian(h, kind="hermitian")]), order=0, euler=None)
    >>> match = {"node_match": node_match, "edge_match": edge_match}
    >>> nx.is_isomorphic(one.flags, other.flags, **match), nx.is_isomorphic(one.flags, crossed.flags, **match)
    (True, False)
    """
    return bool(_of_flags(one, "label") == _of_flags(other, "label"))


def edge_match(one: Mapping[int, Mapping[str, str]], other: Mapping[int, Mapping[str, str]]) -> bool:
    """Whether the edges between two flags can correspond: of the same kinds. It goes with `node_match`."""
    kinds, others = (sorted(_of_flags(edge, "kind") for edge in each.values()) for each in (one, other))
    return kinds == others


def _of_flags(data: Mapping[str, Kind], name: str) -> Kind:
    """An attribute that nodes or edges of flags have, and no others."""
    if name not in data:
        problem = "these are no nodes or edges of flags"
        raise InputError("node_match and edge_match", problem, "compare d.flags of two diagrams, and not d.graph")
    return data[name]


def _side(letter: Letter, right: bool, transposes: tuple[int, ...]) -> str:
    """The index of the field itself at a side of one of its letters; a field that is its own transpose has one."""
    if transposes[letter.field]:
        return "index"
    return "columns" if right != letter.transposed else "rows"
