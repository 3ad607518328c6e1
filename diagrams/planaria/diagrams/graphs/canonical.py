"""Ribbon graphs up to isomorphism: canonical forms, automorphisms, classes with their multiplicities.

Two graphs are isomorphic if renaming their half-edges makes one the other. Closed words have no first letter
and no order among themselves, and they can be turned over (see `turning`); open words stay where they are, as
their ends carry indices. Letters, corners and the product of the coefficients are kept, and so are weight and
faces.

There are two ways to the least of all names. The words alone have a group of symmetries; where it is small,
it is applied to the pairing. Otherwise, and for any size, half-edges are named in the order in which a walk
from one of them meets them, and the least result of all starts is taken, component by component. The words
decide which way is taken, so that isomorphic graphs take the same.

Every function takes networkx graphs as well (`RibbonGraph.graph`), and gives such graphs for such.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, permutations, product
from math import factorial, prod
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from planaria.algebra.errors import InputError, kind_of
from planaria.diagrams.expressions.cyclic_words import transposes_of
from planaria.diagrams.graphs.contraction import Contraction, G, trusted_contractions
from planaria.diagrams.graphs.labelling import Labelling, labellings
from planaria.diagrams.graphs.networkx_view import frozen_view
from planaria.diagrams.graphs.symmetry import Symmetry, symmetry_of
from planaria.diagrams.networks.reading import Node, Other, given, is_network

if TYPE_CHECKING:
    from networkx import Graph, MultiGraph

__all__ = [
    "GraphClass",
    "automorphism_order",
    "automorphisms",
    "canonical_form",
    "classes",
    "isomorphic",
    "relabellings",
]

Shown_co = TypeVar("Shown_co", covariant=True)


@dataclass(frozen=True)
class GraphClass(Generic[Shown_co]):
    """Isomorphic graphs: their canonical form, and how many there are."""

    graph: Shown_co
    multiplicity: int


@overload
def canonical_form(graph: G) -> G: ...
@overload
def canonical_form(graph: Graph[Node]) -> MultiGraph[int]: ...
def canonical_form(graph: G | Graph[Node]) -> G | MultiGraph[int]:
    """The one graph that stands for all graphs that are isomorphic to a graph.

    Its words are in their normal form, and the first one carries the coefficient of all.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model, expand
    >>> N = symbols("N", positive=True)
    >>> H = MatrixSymbol("H", N, N)
    >>> model = Model([Gaussian(H, kind="hermitian")])
    >>> for graph in expand(Trace(H**4), model, order=0):
    ...     print(graph.pairing, graph.canonical_form.pairing, graph.automorphism_order)
    (1, 0, 3, 2) (1, 0, 3, 2) 2
    (3, 2, 1, 0) (1, 0, 3, 2) 2
    """
    if not isinstance(graph, Contraction):
        return frozen_view(canonical_form(given(graph, Contraction)))
    symmetry = _symmetry(graph)
    if symmetry.elements is None:
        return _labelled(graph, symmetry)
    return _decoded(graph, symmetry, symmetry.least(symmetry.encode(graph.pairing, graph.twisted)))


def isomorphic(one: Contraction | Graph[Node], other: Contraction | Graph[Other]) -> bool:
    """Whether renaming half-edges makes one graph the other.

    The same as ``networkx.is_isomorphic`` of their flags with `node_match` and `edge_match`, and faster.
    """
    one, other = given(one, Contraction), given(other, Contraction)
    if len(one.pairing) != len(other.pairing) or len(one.words) != len(other.words):
        return False
    return canonical_form(one) == canonical_form(other)


def automorphism_order(graph: Contraction | Graph[Node]) -> int:
    """How many renamings of the half-edges leave a graph as it is, words turned over included.

    Times the number of contractions that are isomorphic to the graph it is `relabellings`.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model, expand
    >>> N = symbols("N", positive=True)
    >>> S = MatrixSymbol("S", N, N)
    >>> model = Model([Gaussian(S, kind="symmetric")])
    >>> [graph.automorphism_order for graph in expand(Trace(S**4), model, order=0, euler=1)]
    [2, 2, 8, 2, 2]
    """
    graph = given(graph, Contraction)
    symmetry = _symmetry(graph)
    if symmetry.elements is not None:
        return symmetry.stabiliser(symmetry.encode(graph.pairing, graph.twisted))
    groups = _isomorphic_components(graph)
    return prod(factorial(len(group)) * prod(map(len, group)) for group in groups)


def automorphisms(graph: Contraction | Graph[Node]) -> Iterator[tuple[int, ...]]:
    """The automorphisms, lazily, as permutations of sides; the identity is the first.

    Side ``2 * k`` is the left index of letter k and ``2 * k + 1`` the right one; a word that is turned over
    exchanges the two. Words without letters have no sides.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model, expand
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> graph, = expand(Trace(x * x.T), Model([Gaussian(x)]), order=0)
    >>> list(automorphisms(graph))  # as it is, and from behind
    [(0, 1, 2, 3), (3, 2, 1, 0)]
    """
    graph = given(graph, Contraction)
    groups = _isomorphic_components(graph)
    arrangements = product(*(permutations(range(len(group))) for group in groups))
    for arrangement in arrangements:
        choices = [
            [(group[k][0], image) for image in group[place]]
            for group, order in zip(groups, arrangement, strict=True)
            for k, place in enumerate(order)
        ]
        for chosen in product(*choices):
            sides = [0] * (2 * len(graph.pairing))
            for source, target in chosen:
                for (i, i_turned), (j, j_turned) in zip(source.letters, target.letters, strict=True):
                    flip = i_turned != j_turned
                    sides[2 * i], sides[2 * i + 1] = 2 * j + flip, 2 * j + 1 - flip
            yield tuple(sides)


def relabellings(graph: Contraction | Graph[Node]) -> int:
    """In how many ways the words of a graph can be rotated, turned over and exchanged, and be the same words.

    That is the number of contractions that are isomorphic to the graph, times `automorphism_order`.
    """
    return _symmetry(given(graph, Contraction)).order


@overload
def classes(graphs: Iterable[G]) -> tuple[GraphClass[G], ...]: ...
@overload
def classes(graphs: Iterable[Graph[Node]]) -> tuple[GraphClass[MultiGraph[int]], ...]: ...
def classes(
    graphs: Iterable[G] | Iterable[Graph[Node]],
) -> tuple[GraphClass[G], ...] | tuple[GraphClass[MultiGraph[int]], ...]:
    """Graphs sorted by isomorphism, in the order in which each class is first met.

    Memory is that of the classes, not of the graphs. If a networkx graph is among them, classes have such graphs.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model, expand
    >>> N = symbols("N", positive=True)
    >>> H = MatrixSymbol("H", N, N)
    >>> model = Model([Gaussian(H, kind="hermitian")])
    >>> for n in (1, 2, 3, 4):  # chord diagrams up to rotation, OEIS A007769
    ...     found = classes(expand(Trace(H ** (2 * n)), model, order=0, euler=None))
    ...     print(len(found), sum(one.multiplicity for one in found))
    1 1
    2 3
    5 15
    18 105

    Raises InputError for what is no diagram and no networkx graph of one.
    """
    if isinstance(graphs, (Contraction, str)) or is_network(graphs) or not isinstance(graphs, Iterable):
        problem = f"{kind_of(graphs)} is no sequence of diagrams"
        raise InputError("graphs", problem, "give [d, ...], or what expand gives")
    networks: list[bool] = []

    def read() -> Iterator[Contraction]:
        each: Any
        for each in graphs:
            if not isinstance(each, Contraction):
                networks.append(True)
            yield given(each, Contraction)

    found: tuple[GraphClass[Any], ...] = _classes(read())
    if networks:
        return tuple(GraphClass(frozen_view(one.graph), one.multiplicity) for one in found)
    return found


def _classes(graphs: Iterable[G]) -> tuple[GraphClass[G], ...]:
    counts: dict[tuple[int, int], int] = {}
    examples: dict[int, tuple[G, Symmetry]] = {}
    numbers: dict[object, int] = {}
    large: Counter[G] = Counter()
    order: list[tuple[int, int] | G] = []
    words = setting = None
    number, symmetry = -1, None
    for graph in graphs:
        if symmetry is None or graph.words is not words or graph.setting is not setting:
            words, setting, symmetry = graph.words, graph.setting, _symmetry(graph)
            key = (symmetry.words, setting.ring.generators, setting.model)
            number = numbers.setdefault(key, len(numbers))
            examples.setdefault(number, (graph, symmetry))
        if symmetry.elements is None:
            form = _labelled(graph, symmetry)
            if form not in large:
                order.append(form)
            large[form] += 1
            continue
        code = number, symmetry.least(symmetry.encode(graph.pairing, graph.twisted))
        if code in counts:
            counts[code] += 1
        else:
            counts[code] = 1
            order.append(code)
    return tuple(
        GraphClass(_decoded(*examples[one[0]], one[1]), counts[one])
        if isinstance(one, tuple)
        else GraphClass(one, large[one])
        for one in order
    )


def _symmetry(graph: Contraction) -> Symmetry:
    return symmetry_of(graph.words, transposes_of(graph.setting))


def _decoded(graph: G, symmetry: Symmetry, code: int) -> G:
    pairing, twisted = symmetry.decode(code)
    return trusted_contractions(type(graph), graph.setting, symmetry.words)(pairing, twisted)


def _isomorphic_components(graph: Contraction) -> list[list[tuple[Labelling, ...]]]:
    """The components with letters, isomorphic ones together: for each its least labellings."""
    found = [one for one in labellings(graph) if one[0].letters]
    return [list(group) for _, group in groupby(found, key=lambda one: one[0].code)]


def _labelled(graph: G, symmetry: Symmetry) -> G:
    """The canonical form by labelling: the least labellings of the components, one after the other."""
    placed = [one for component in labellings(graph) for one in component[0].words]
    origin, turned = symmetry.arrange(graph.words, transposes_of(graph.setting), placed)
    place = {letter: n for n, letter in enumerate(origin)}
    pairing = tuple(place[graph.pairing[letter]] for letter in origin)
    twisted = frozenset(
        place_of_first
        for i, j in graph.ribbons
        if (i in graph.twisted) != (turned[i] != turned[j])
        for place_of_first in (min(place[i], place[j]),)
    )
    return trusted_contractions(type(graph), graph.setting, symmetry.words)(pairing, twisted)
