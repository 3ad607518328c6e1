"""The networkx view of a contraction: words as nodes, ribbons as edges.

A MultiGraph keeps loops and parallel edges, which planar embeddings of networkx drop; the cyclic orders are
attributes of its nodes, so that nothing is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sympy import Expr

from planaria.diagrams.expressions.expression import Letter, Setting
from planaria.diagrams.expressions.words import Word

if TYPE_CHECKING:
    from networkx import MultiGraph

__all__ = ["Contracted", "view"]


class Contracted(Protocol):
    """What a view shows: a contraction of words, with what follows from it."""

    @property
    def setting(self) -> Setting: ...
    @property
    def words(self) -> tuple[Word, ...]: ...
    @property
    def pairing(self) -> tuple[int, ...]: ...
    @property
    def twisted(self) -> frozenset[int]: ...
    @property
    def letters(self) -> tuple[Letter, ...]: ...
    @property
    def ribbons(self) -> tuple[tuple[int, int], ...]: ...
    @property
    def vertices(self) -> tuple[tuple[int, ...], ...]: ...
    @property
    def faces(self) -> tuple[object, ...]: ...
    @property
    def lines(self) -> tuple[object, ...]: ...
    @property
    def euler_characteristic(self) -> int: ...


def view(graph: Contracted, weight: Expr) -> MultiGraph[int]:
    """The MultiGraph of a contraction of some weight.

    What is read back: ``setting`` of the graph; ``position`` and ``word`` of a node; ``darts`` and ``twisted`` of
    an edge. All else follows from it and is there to be looked at.
    """
    from networkx import MultiGraph  # half a second that graphs do not need

    found: MultiGraph[int] = MultiGraph(
        setting=graph.setting,
        spaces=graph.setting.spaces,
        faces=graph.faces,
        lines=graph.lines,
        euler_characteristic=graph.euler_characteristic,
        weight=weight,
    )
    home: dict[int, int] = {}
    for number, (word, letters) in enumerate(zip(graph.words, graph.vertices, strict=True)):
        found.add_node(number, position=number, word=word, letters=letters)
        home.update(dict.fromkeys(letters, number))
    for i, j in graph.ribbons:
        letter = graph.letters[i]
        found.add_edge(
            home[i],
            home[j],
            key=i,
            darts=(i, j),
            field=graph.setting.fields[letter.field].name,
            spaces=(letter.rows, letter.cols),
            twisted=i in graph.twisted,
        )
    return found
