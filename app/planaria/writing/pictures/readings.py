"""How words are read before they are drawn: from which letter on, and whether from behind.

A trace has no first letter and no direction. The picture of several traces is easier to read if they are turned
over so that few ribbons are twisted; and on a sheet a word always starts at the same letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from planaria.diagrams.expressions.cyclic_words import Placing, read_word, transposes_of
from planaria.diagrams.expressions.expression import Letter
from planaria.diagrams.expressions.words import Word

if TYPE_CHECKING:  # graphs delegate to the modules of this folder, which need no more than their type
    from planaria.diagrams.graphs.ribbon import RibbonGraph

__all__ = ["Reading", "aligned", "read_from", "untwisted"]

AS_IT_IS = Placing(0, False)


class Reading(NamedTuple):
    """A graph with its words read in another way.

    Attributes
    ----------
    graph
        The same graph, its letters numbered as they are read.
    places
        The new number of each letter.
    """

    graph: RibbonGraph
    places: tuple[int, ...]


def read_from(graph: RibbonGraph, placings: Sequence[Placing]) -> Reading:
    """Read every word of a graph as its placing says; open words have one, which is as they are.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expansion import expand
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> graph, _ = expand(Trace((x * x.T) ** 2), Model([Gaussian(x)]), order=0)
    >>> graph.pairing, read_from(graph, [Placing(1, False)]).graph.pairing
    ((1, 0, 3, 2), (3, 2, 1, 0))
    """
    if all(placing == AS_IT_IS for placing in placings):
        return Reading(graph, tuple(range(len(graph.letters))))
    transposes = transposes_of(graph.setting)
    places = [0] * len(graph.letters)
    over: list[bool] = []
    for letters, placing in zip(graph.vertices, placings, strict=True):
        for place, k in enumerate(placing.order(len(letters))):
            places[letters[k]] = letters[place]
        over += [placing.turned] * len(letters)
    pairing = [0] * len(places)
    twisted = set()
    for i, j in graph.ribbons:
        a, b = places[i], places[j]
        pairing[a], pairing[b] = b, a
        # Turning one end of a ribbon over twists it.
        if (i in graph.twisted) != (over[i] != over[j]):
            twisted.add(min(a, b))
    words = tuple(read_word(word, one, transposes) for word, one in zip(graph.words, placings, strict=True))
    return Reading(type(graph)(graph.setting, words, tuple(pairing), frozenset(twisted)), tuple(places))


def untwisted(graph: RibbonGraph) -> Reading:
    """Turn words over so that the ribbons between them are not twisted, as far as that can be.

    It can be for every planar graph, and for every orientable one, unless open words are in the way.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expansion import expand
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> graphs = list(expand(Trace(x * x.T) ** 2, Model([Gaussian(x)]), order=0, connected=True))
    >>> [(sorted(graph.twisted), sorted(untwisted(graph).graph.twisted)) for graph in graphs]
    [([0, 1], []), ([], [])]
    """
    home = [number for number, letters in enumerate(graph.vertices) for _ in letters]
    between = [(home[i], home[j], i in graph.twisted) for i, j in graph.ribbons if home[i] != home[j]]
    if not any(twist for _, _, twist in between):
        return read_from(graph, [AS_IT_IS] * len(graph.words))
    turned: dict[int, bool] = {number: False for number, word in enumerate(graph.words) if not word.closed}
    for component in graph.components:
        if not turned.keys() & set(component):
            turned[component[0]] = False
        while len(turned.keys() & set(component)) < len(component):
            for a, b, twist in between:
                if a in turned and b not in turned:
                    turned[b] = turned[a] != twist
                elif b in turned and a not in turned:
                    turned[a] = turned[b] != twist
    placings = [
        Placing(len(letters) - 1, True) if turned[number] and letters else AS_IT_IS
        for number, letters in enumerate(graph.vertices)
    ]
    found = read_from(graph, placings)
    if len(found.graph.twisted) < len(graph.twisted):
        return found
    return read_from(graph, [AS_IT_IS] * len(graph.words))


def aligned(graphs: Iterable[RibbonGraph]) -> Iterator[RibbonGraph]:
    """The graphs, those of one closed word read from the same letter on if they are of the same word.

    The first of them says which letter that is.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expansion import expand
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> one, other = (expand(Trace(word), Model([Gaussian(x)]), order=0)[0] for word in (x * x.T, x.T * x))
    >>> [[letter.transposed for letter in graph.letters] for graph in aligned([one, other])]
    [[False, True], [False, True]]
    """
    starts: dict[tuple[Letter, ...], int] = {}
    for graph in graphs:
        if len(graph.words) != 1 or not graph.words[0].closed or not graph.letters:
            yield graph
            continue
        word = graph.words[0]
        if word.letters not in starts:
            for k in range(len(word.letters)):
                starts.setdefault(_from(word, k), -k % len(word.letters))
        yield read_from(graph, [Placing(starts[word.letters], False)]).graph


def _from(word: Word, first: int) -> tuple[Letter, ...]:
    return (*word.letters[first:], *word.letters[:first])
