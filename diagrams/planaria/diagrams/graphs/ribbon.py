"""Ribbon graphs: contractions with their weights, canonical forms, duals and views."""

from __future__ import annotations

from collections.abc import Hashable
from os import PathLike
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from sympy import Expr

from planaria.algebra.errors import InputError, described
from planaria.diagrams.graphs.canonical import automorphism_order, canonical_form
from planaria.diagrams.graphs.contraction import Contraction
from planaria.diagrams.graphs.networkx_view import frozen_view, to_networkx
from planaria.diagrams.graphs.weight import weight
from planaria.diagrams.networks.flags import flags
from planaria.diagrams.networks.plain import plain
from planaria.diagrams.networks.reading import Node, given
from planaria.ensembles.extensions import VIEWS, extension

if TYPE_CHECKING:
    from networkx import Graph, MultiGraph

__all__ = ["RibbonGraph", "diagram"]

Dual_co = TypeVar("Dual_co", covariant=True)


class Dualises(Protocol[Dual_co]):
    """What takes a graph to its dual: a `planaria.diagrams.Duality`."""

    def dual(self, graph: RibbonGraph, /) -> Dual_co: ...


class RibbonGraph(Contraction):
    """A Wick contraction of one or several words, with what it contributes and how it is shown.

    What is built of `Contraction` alone is found there: the orientation, the parameters and the errors, faces,
    components, Euler characteristic.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model, expand
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> for d in expand(Trace(x * x.T * x * x.T), Model([Gaussian(x)]), order=0, euler=None):
    ...     print(d.pairing, sorted(d.twisted), d.euler_characteristic, d.weight)
    (1, 0, 3, 2) [] 2 N*P**2
    (3, 2, 1, 0) [] 2 N**2*P
    (2, 3, 0, 1) [0, 1] 1 N*P
    """

    def __str__(self) -> str:
        number = len(self.pairing) // 2
        ribbons = f"{number} ribbon{'s' * (number != 1)}"
        return f"{ribbons}, Euler characteristic {self.euler_characteristic}: {self.weight}"

    @property
    def weight(self) -> Expr:
        """What the diagram contributes, as a sympy expression (see ``planaria.diagrams.graphs.weight``)."""
        return weight(self)

    @property
    def canonical_form(self) -> Self:
        """The graph that stands for all that are isomorphic to it (see ``planaria.diagrams.graphs.canonical``)."""
        return canonical_form(self)

    @property
    def automorphism_order(self) -> int:
        """How many renamings of half-edges leave it as it is (see ``planaria.diagrams.graphs.canonical``)."""
        return automorphism_order(self)

    @property
    def graph(self) -> MultiGraph[int]:
        """The same as a frozen networkx MultiGraph, for networkx's own functions; `diagram` reads it back."""
        return frozen_view(self)

    @property
    def plain(self) -> MultiGraph[int]:
        """The same as a networkx MultiGraph of texts and numbers, to be written to files; `diagram` reads it back.

        GraphML, GML and JSON hold all of it. Scalars are written in the grammar of model files.

        Raises InputError for a model that the grammar has no words for: with floats, functions, laws of one's own.
        """
        return plain(self, self.weight)

    @property
    def flags(self) -> MultiGraph[Hashable]:
        """Its flags as a networkx MultiGraph, to be matched with `node_match` and `edge_match`.

        Two diagrams are isomorphic exactly if these are (see ``planaria.diagrams.networks.flags``).
        """
        return flags(self)

    def to_networkx(self) -> MultiGraph[int]:
        """A networkx MultiGraph that carries everything (see ``planaria.diagrams.graphs.networkx_view``)."""
        return to_networkx(self)

    @classmethod
    def from_networkx(cls, view: Graph[Node]) -> Self:
        """The graph of a networkx view: the inverse of `to_networkx` and of `plain`, under any names of the nodes.

        Raises InputError that names the first node or edge that is wrong.
        """
        return given(view, cls)

    def dual(self, duality: Dualises[Dual_co]) -> Dual_co:
        """The diagram on the other side, and the map of half-edges (see ``planaria.diagrams.duality``)."""
        if isinstance(duality, RibbonGraph) or not hasattr(duality, "dual"):
            raise InputError("dual", f"{described(duality)} is no duality", "take one of dualities(...)")
        return duality.dual(self)

    def svg(self) -> str:
        """A picture: SVG text."""
        return str(extension(VIEWS, "svg")(self))

    def tikz(self) -> str:
        """The same picture: a tikzpicture environment."""
        return str(extension(VIEWS, "tikz")(self))

    def draw(self, path: str | PathLike[str], *, width: float | str | None = None) -> None:
        """Draw it into a file; its ending says how: .svg, .tex, .png.

        ``width`` is a number of points, 72 to an inch, or a length such as ``"8cm"``.
        """
        extension(VIEWS, "file")(self, path, width=width)

    def _repr_svg_(self) -> str:
        return self.svg()

    def _repr_html_(self) -> str:
        return str(extension(VIEWS, "html")(self))


def diagram(graph: RibbonGraph | Graph[Node]) -> RibbonGraph:
    """The diagram that a networkx graph carries, checked: the inverse of `RibbonGraph.graph` and of ``plain``.

    Nodes may have any names, and stand in any order. What follows from words, ribbons and twists (faces, weight)
    is made anew; what the graph says of it must agree, or be deleted.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model, expand
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> one = expand(Trace((x * x.T)**2), Model([Gaussian(x)]), order=0)[0]
    >>> diagram(one.graph) == diagram(one.plain) == one
    True
    >>> spoiled = one.graph.copy()
    >>> spoiled.remove_edge(0, 0, 2)
    >>> diagram(spoiled)
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: graph, node 0: its letter 2 has no ribbon; give each letter one edge

    Raises InputError if it is no such graph, and names the first node or edge that is wrong.
    """
    return given(graph, RibbonGraph)
