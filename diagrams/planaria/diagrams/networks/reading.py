"""Reading diagrams from networkx graphs: views, copies of them that were edited, plain graphs from files.

A graph is read node by node and edge by edge, and the first thing that is wrong is named.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from planaria.algebra.errors import InputError
from planaria.algebra.values import Portable
from planaria.diagrams.expressions.expression import Setting
from planaria.diagrams.expressions.words import Word
from planaria.diagrams.networks.checks import attribute, check_word, truth
from planaria.diagrams.networks.derived import check_derived, check_spaces
from planaria.diagrams.networks.plain_reading import plain_setting, plain_word

if TYPE_CHECKING:
    from networkx import Graph

__all__ = ["Node", "Other", "given", "is_network", "read_network"]

Node = TypeVar("Node", bound=Hashable)
Other = TypeVar("Other", bound=Hashable)
Kind = TypeVar("Kind", bound=Portable)

_REMEDY = "give the graph of a diagram, or a copy of it"


def is_network(value: object) -> bool:
    """Whether something is a graph of networkx, which is not loaded to tell."""
    return isinstance(getattr(value, "graph", None), dict) and hasattr(value, "edges") and hasattr(value, "nodes")


def given(graph: Kind | Graph[Node], kind: type[Kind]) -> Kind:
    """A diagram as it is, and a networkx graph read: what every function does that takes either.

    Raises InputError for anything else, and for a graph that is no diagram.
    """
    if isinstance(graph, kind):
        return graph
    return read_network(graph, kind)


def read_network(graph: object, kind: type[Kind]) -> Kind:
    """The diagram that a networkx graph carries: as the view has it, as a file has it, under any names of nodes.

    Raises InputError for what is no networkx graph, and for the first node or edge that is wrong.
    """
    found: Any = graph
    if not is_network(graph):
        raise InputError("graph", f"{_kind(graph)} is neither a diagram nor a networkx graph", _REMEDY)
    if found.is_directed():
        raise InputError("graph", "its edges have directions", "ribbons have none: give a MultiGraph")
    setting, is_plain = _setting(found)
    nodes = _nodes(found, setting, is_plain)
    home: dict[int, Any] = {}
    for name, word in nodes:
        own = tuple(range(len(home), len(home) + len(word.letters)))
        home.update(dict.fromkeys(own, name))
        if not is_plain and (said := found.nodes[name].get("letters", own)) != own:
            problem = f"its letters are {said!r}, and by its position they are {own}"
            raise InputError(f"graph, node {name!r}", problem, "leave letters and positions as they are")
    letters = [letter for _, word in nodes for letter in word.letters]
    pairing: dict[int, int] = {}
    twisted: set[int] = set()
    for a, b, data in found.edges(data=True):
        place = f"graph, edge {a!r} - {b!r}"
        i, j = _darts(data, place, is_plain)
        for one in (i, j):
            if one not in home:
                raise InputError(place, f"there is no letter {one}", f"the letters are 0 to {len(home) - 1}")
            if one in pairing:
                raise InputError(place, f"letter {one} has another ribbon already", "give each letter one")
        if i == j:
            raise InputError(place, f"it joins letter {i} to itself", "let a ribbon join two letters")
        if sorted(map(repr, (home[i], home[j]))) != sorted(map(repr, (a, b))):
            problem = f"its letters {i} and {j} stand at {home[i]!r} and {home[j]!r}"
            raise InputError(place, problem, "let an edge join the nodes of its two letters")
        field = setting.fields[letters[i].field].name
        if (said := data.get("field", field)) != field:
            problem = f"its field is {said!r}, and its letter {i} is one of {field!r}"
            raise InputError(place, problem, "change words, and not the field of a ribbon")
        twist = truth(data, "twisted", place)
        law = setting.fields[letters[i].field].law
        if not (letters[i].pairs_twisted if twist else letters[i].pairs_untwisted)(letters[j], law):
            shape = "a twisted" if twist else "an untwisted"
            problem = f"letters {i} and {j} have no contraction by {shape} ribbon"
            raise InputError(
                place, problem, "join letters that E[...] pairs, and twist a ribbon where that is one"
            )
        if not is_plain:
            check_spaces(data, (letters[min(i, j)].rows, letters[min(i, j)].cols), place)
        pairing[i], pairing[j] = j, i
        twisted |= {min(i, j)} if twist else set()
    for letter, name in home.items():
        if letter not in pairing:
            raise InputError(
                f"graph, node {name!r}", f"its letter {letter} has no ribbon", "give each letter one edge"
            )
    make: Callable[..., Kind] = kind
    made = make(
        setting, tuple(word for _, word in nodes), tuple(pairing[k] for k in range(len(home))), frozenset(twisted)
    )
    check_derived(made, found.graph, is_plain=is_plain)
    return made


def _kind(value: object) -> str:
    name = "None" if value is None else type(value).__name__
    return name if value is None else f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


@dataclass(frozen=True)
class _Place:
    position: int
    name: Any
    word: Word


def _setting(graph: Any) -> tuple[Setting, bool]:
    """What the letters mean, and whether the graph is a plain one."""
    if "model" in graph.graph and "setting" not in graph.graph:
        return plain_setting(attribute(graph.graph, "model", str, "graph")), True
    return attribute(graph.graph, "setting", Setting, "graph"), False


def _nodes(graph: Any, setting: Setting, is_plain: bool) -> list[tuple[Any, Word]]:
    """The nodes by their positions, with their words."""
    found: dict[int, _Place] = {}
    for name, data in graph.nodes(data=True):
        place = f"graph, node {name!r}"
        position = attribute(data, "position", int, place)
        if position in found:
            problem = f"its position {position} is that of node {found[position].name!r}"
            raise InputError(place, problem, "give each word a position of its own")
        word = plain_word(data, setting, place) if is_plain else attribute(data, "word", Word, place)
        check_word(word, setting, place)
        found[position] = _Place(position, name, word)
    if sorted(found) != list(range(len(found))):
        missing = next(k for k in range(len(found)) if k not in found)
        raise InputError("graph", f"no node has the position {missing}", "number the words 0, 1, 2, ...")
    if not found:
        raise InputError("graph", "it has no nodes", "a diagram has at least one word")
    return [(found[k].name, found[k].word) for k in range(len(found))]


def _darts(data: Any, place: str, is_plain: bool) -> tuple[int, int]:
    if is_plain:
        return attribute(data, "first", int, place), attribute(data, "second", int, place)
    pair = attribute(data, "darts", tuple, place)
    if len(pair) != 2 or any(isinstance(one, bool) or not isinstance(one, int) for one in pair):
        raise InputError(place, f"its darts are {pair!r}", "give the numbers of two letters")
    return pair[0], pair[1]
