"""One- and two-particle-irreducible parts of propagator diagrams: where an open word can be cut.

An open word is a line of letters, each a vertex, with an index line (a propagator) at every corner between
two of them. Cutting a corner that no ribbon passes over leaves two parts: a diagram without such a corner is
*one-particle irreducible* (1PI), a contribution to a self-energy. Cutting two corners of it leaves a part in
between, if no ribbon leads out of it: that part is an insertion into a propagator. A 1PI diagram without
insertions is *two-particle irreducible*: a skeleton, whose corners stand for full propagators.

Between two lines that meet at a corner, as in q A q, the ribbons from the one to the other are the rungs of a
ladder. Cutting both lines at once gives its kernels.

Every function takes a networkx graph as well (`RibbonGraph.graph`), and gives such graphs for it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, overload

from planaria.algebra.errors import InputError
from planaria.diagrams.expressions.words import Word
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.diagrams.networks.reading import Node, given

if TYPE_CHECKING:
    from networkx import Graph, MultiGraph

__all__ = [
    "cuts",
    "has_insertion",
    "insertions",
    "irreducible_parts",
    "kernel_cuts",
    "ladder_kernels",
    "one_particle_irreducible",
    "part",
    "skeleton",
    "two_particle_irreducible",
]


def one_particle_irreducible(graph: RibbonGraph | Graph[Node]) -> bool:
    """Whether an open line stays in one piece wherever a single propagator is cut.

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expansion import expand
    >>> N = symbols("N", positive=True)
    >>> h = MatrixSymbol("h", N, N)
    >>> model = Model([Gaussian(h, kind="hermitian")])
    >>> [(d.pairing, one_particle_irreducible(d)) for d in expand(h**4, model, order=0, euler=None)]
    [((1, 0, 3, 2), False), ((3, 2, 1, 0), True), ((2, 3, 0, 1), True)]

    A bare propagator, without any ribbon, is no part of a self-energy: False.

    Raises InputError unless the graph is one open word.
    """
    graph = _open_word(graph)
    return bool(graph.pairing) and not cuts(graph.pairing)


def two_particle_irreducible(graph: RibbonGraph | Graph[Node]) -> bool:
    """Whether a diagram is a skeleton of a self-energy: 1PI, and without insertions into its propagators.

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expansion import expand
    >>> N = symbols("N", positive=True)
    >>> h = MatrixSymbol("h", N, N)
    >>> model = Model([Gaussian(h, kind="hermitian")])
    >>> [(d.pairing, two_particle_irreducible(d)) for d in expand(h**4, model, order=0, euler=None)]
    [((1, 0, 3, 2), False), ((3, 2, 1, 0), False), ((2, 3, 0, 1), True)]

    Raises InputError unless the graph is one open word.
    """
    graph = _open_word(graph)
    return one_particle_irreducible(graph) and not has_insertion(graph.pairing)


@overload
def irreducible_parts(graph: RibbonGraph) -> tuple[RibbonGraph, ...]: ...
@overload
def irreducible_parts(graph: Graph[Node]) -> tuple[MultiGraph[int], ...]: ...
def irreducible_parts(graph: RibbonGraph | Graph[Node]) -> tuple[RibbonGraph, ...] | tuple[MultiGraph[int], ...]:
    """The one-particle-irreducible parts of an open line, from left to right, amputated.

    The corners between the parts, those at the ends, and the coefficient of the word belong to the bare
    propagators and are left out. The diagram is planar exactly if every part is.

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expansion import expand
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> for d in expand((x * x.T) ** 2, Model([Gaussian(x)]), order=0):
    ...     print(d.pairing, [part.pairing for part in irreducible_parts(d)])
    (1, 0, 3, 2) [(1, 0), (1, 0)]
    (3, 2, 1, 0) [(3, 2, 1, 0)]

    Raises InputError unless the graph is one open word.
    """
    if not isinstance(graph, RibbonGraph):
        return tuple(one.graph for one in irreducible_parts(given(graph, RibbonGraph)))
    _open_word(graph)
    if not graph.pairing:
        return ()
    stops = (0, *cuts(graph.pairing), len(graph.pairing))
    return tuple(part(graph, start, stop) for start, stop in pairwise(stops))


@overload
def skeleton(graph: RibbonGraph) -> tuple[RibbonGraph, tuple[RibbonGraph | None, ...]]: ...
@overload
def skeleton(graph: Graph[Node]) -> tuple[MultiGraph[int], tuple[MultiGraph[int] | None, ...]]: ...
def skeleton(
    graph: RibbonGraph | Graph[Node],
) -> (
    tuple[RibbonGraph, tuple[RibbonGraph | None, ...]] | tuple[MultiGraph[int], tuple[MultiGraph[int] | None, ...]]
):
    """The skeleton of a 1PI diagram, and what is inserted at each of its inner corners (None: nothing).

    The corners of the skeleton stand for full propagators and are written as 1; its coefficient is 1.

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expansion import expand
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> d = list(expand((x * x.T) ** 3, Model([Gaussian(x)]), order=0))[-1]
    >>> bones, (inserted,) = skeleton(d)
    >>> d.pairing, bones.pairing, inserted.pairing
    ((5, 4, 3, 2, 1, 0), (1, 0), (3, 2, 1, 0))

    Raises InputError unless the graph is one open word that is 1PI.
    """
    if not isinstance(graph, RibbonGraph):
        bones, filling = skeleton(given(graph, RibbonGraph))
        return bones.graph, tuple(None if one is None else one.graph for one in filling)
    if not one_particle_irreducible(graph):
        raise InputError("graph", "it is not one-particle irreducible", "take its irreducible_parts first")
    inside = dict(insertions(graph.pairing))
    kept: list[int] = []
    inserted: list[RibbonGraph | None] = []
    k = 0
    while k < len(graph.pairing):
        if k in inside:
            inserted.append(part(graph, k, inside[k]))
            k = inside[k]
        elif kept:
            inserted.append(None)
        kept.append(k)
        k += 1
    # An insertion comes with the letter behind it, so that each letter but the first has one entry.
    return _restricted(graph, [kept]), tuple(inserted)


@overload
def ladder_kernels(graph: RibbonGraph, position: int) -> tuple[RibbonGraph, ...]: ...
@overload
def ladder_kernels(graph: Graph[Node], position: int) -> tuple[MultiGraph[int], ...]: ...
def ladder_kernels(
    graph: RibbonGraph | Graph[Node], position: int
) -> tuple[RibbonGraph, ...] | tuple[MultiGraph[int], ...]:
    """The two-particle-irreducible kernels between two lines that meet before a letter, inner one first.

    The word is read as two lines: the letters before ``position`` and those from it on, as in q A q with A at
    that corner. Each kernel is a graph of two open words, the piece of the one line and that of the other.
    Insertions into single lines are left out, and the kernels of a planar diagram are its rungs.

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expansion import expand
    >>> N = symbols("N", positive=True)
    >>> h = MatrixSymbol("h", N, N)
    >>> model = Model([Gaussian(h, kind="hermitian")])
    >>> for d in expand(h**4, model, order=0):
    ...     print(d.pairing, [kernel.pairing for kernel in ladder_kernels(d, 2)])
    (1, 0, 3, 2) []
    (3, 2, 1, 0) [(1, 0), (1, 0)]

    Raises InputError unless the graph is one open word, or for a position outside of it.
    """
    if not isinstance(graph, RibbonGraph):
        return tuple(one.graph for one in ladder_kernels(given(graph, RibbonGraph), position))
    _open_word(graph)
    if isinstance(position, bool) or not isinstance(position, int):
        raise InputError("position", f"{position!r} is not a whole number", f"give 0 to {len(graph.pairing)}")
    if not 0 <= position <= len(graph.pairing):
        raise InputError("position", f"{position} is not in the word", f"give 0 to {len(graph.pairing)}")
    found = []
    for (start, stop), (after, end) in kernel_cuts(graph.pairing, position):
        own = [*range(start, stop), *range(after, end)]
        inner = {letter for i, j in _proper_insertions(graph.pairing, own) for letter in own[i:j]}
        upper = [k for k in range(start, stop) if k not in inner]
        found.append(_restricted(graph, [upper, [k for k in range(after, end) if k not in inner]]))
    return tuple(found)


def cuts(pairing: tuple[int, ...]) -> tuple[int, ...]:
    """The places between letters, 1 to n - 1, that no ribbon passes over.

    >>> cuts((1, 0, 5, 4, 3, 2))
    (2,)
    """
    found, reach = [], 0
    for k, partner in enumerate(pairing):
        if k and k > reach:
            found.append(k)
        reach = max(reach, k, partner)
    return tuple(found)


def insertions(pairing: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """The largest intervals (start, stop) inside of a 1PI contraction that no ribbon leaves.

    They do not overlap: the union of two that do is closed as well.

    >>> insertions((5, 2, 1, 4, 3, 0))
    ((1, 5),)
    """
    return _proper_insertions(pairing, list(range(len(pairing))))


def has_insertion(pairing: tuple[int, ...]) -> bool:
    """Whether some proper interval of letters is contracted within itself."""
    n = len(pairing)
    return any(True for start in range(n) for stop in _closed_stops(pairing, start) if stop - start < n)


def kernel_cuts(pairing: tuple[int, ...], position: int) -> tuple[tuple[tuple[int, int], tuple[int, int]], ...]:
    """The kernels of a ladder as intervals of letters, on the line before a position and on that behind it."""
    n = len(pairing)
    starts: dict[int, list[int]] = {}  # by stop, the starts of all closed intervals
    stops: dict[int, list[int]] = {}
    for start in range(n):
        for stop in _closed_stops(pairing, start):
            stops.setdefault(start, []).append(stop)
            starts.setdefault(stop, []).append(start)
    i = j = position
    found: list[tuple[tuple[int, int], tuple[int, int]]] = []
    while True:
        i, j = min(starts.get(i, [i])), max(stops.get(j, [j]))  # full propagators on either line
        around = [(a, b) for a in range(i) for b in stops.get(a, []) if b > j]
        if not around:
            return tuple(found)
        a, b = max(a for a, _ in around), min(b for _, b in around)
        found.append(((a, i), (j, b)))
        i, j = a, b


def part(graph: RibbonGraph, start: int, stop: int) -> RibbonGraph:
    """Some neighbouring letters that are contracted among themselves, with the corners between them."""
    one, word = graph.setting.ring.one, graph.words[0]
    letters = word.letters[start:stop]
    corners = (one, *word.corners[start + 1 : stop], one)
    return RibbonGraph(
        graph.setting,
        (Word(letters, corners, one, letters[0].rows, letters[-1].cols),),
        tuple(k - start for k in graph.pairing[start:stop]),
        frozenset(k - start for k in graph.twisted if start <= k < stop),
    )


def _proper_insertions(pairing: tuple[int, ...], own: list[int]) -> tuple[tuple[int, int], ...]:
    """The largest closed intervals of some letters (as places in them) but for all of them."""
    place = {letter: k for k, letter in enumerate(own)}
    inner = tuple(place[pairing[letter]] for letter in own)
    found: list[tuple[int, int]] = []
    n, k = len(own), 0
    while k < n:
        stops = [stop for stop in _closed_stops(inner, k) if stop - k < n]
        if stops:
            found.append((k, max(stops)))
            k = max(stops)
        else:
            k += 1
    return tuple(found)


def _closed_stops(pairing: tuple[int, ...], start: int) -> list[int]:
    """The ends of the intervals from a letter on that no ribbon leaves."""
    found, reach = [], start
    for k in range(start, len(pairing)):
        if pairing[k] < start:
            break
        reach = max(reach, pairing[k])
        if reach == k:
            found.append(k + 1)
    return found


def _restricted(graph: RibbonGraph, groups: list[list[int]]) -> RibbonGraph:
    """Some letters of an open word, contracted among themselves, as open words with corners 1."""
    one, letters = graph.setting.ring.one, graph.letters
    order = [k for group in groups for k in group]
    place = {old: new for new, old in enumerate(order)}
    words = tuple(
        Word(
            tuple(letters[k] for k in group),
            (one,) * (len(group) + 1),
            one,
            letters[group[0]].rows,
            letters[group[-1]].cols,
        )
        for group in groups
    )
    return RibbonGraph(
        graph.setting,
        words,
        tuple(place[graph.pairing[k]] for k in order),
        frozenset(place[k] for k in graph.twisted if k in place),
    )


def _open_word(graph: RibbonGraph | Graph[Node]) -> RibbonGraph:
    graph = given(graph, RibbonGraph)
    if len(graph.words) != 1 or graph.words[0].closed:
        raise InputError(
            "graph",
            "it is no propagator diagram, which is one open word",
            "expand a matrix expression, not its trace",
        )
    return graph
