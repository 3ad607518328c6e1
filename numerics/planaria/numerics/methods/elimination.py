"""The inverse of a sparse matrix as a straight-line program: what each entry that is wanted needs, and no more.

Gauss and Jordan's elimination runs once, on places instead of numbers, along pivots that are chosen for little
fill-in. Entries that are exactly 1 or -1, as most of a pencil are, cost nothing, equal parts are computed once,
and parts that lead to no wanted entry are left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = ["Elimination", "eliminated", "pivots"]

Key = tuple[int, int]
_Node = tuple[Any, ...]


@dataclass(frozen=True)
class Elimination:
    """The nodes in order, each an operation on places before it, and the place of every entry (column, row)."""

    nodes: tuple[_Node, ...]
    places: Mapping[Key, int]

    def run(self, entries: Mapping[Key, Any], one: Any) -> dict[Key, Any]:
        """The entries of the inverse; not finite, or ZeroDivisionError, where a pivot vanishes."""
        values: list[Any] = []
        push = values.append
        for kind, a, b in self.nodes:
            if kind == "mul":
                push(values[a] * values[b])
            elif kind == "sub":
                push(values[a] - values[b])
            elif kind == "add":
                push(values[a] + values[b])
            elif kind == "in":
                push(entries[a, b])
            elif kind == "neg":
                push(-values[a])
            elif kind == "inv":
                push(one / values[a])
            elif kind == "one":
                push(one)
            else:
                raise AssertionError(kind)
        return {key: values[place] for key, place in self.places.items()}


Signed = tuple[int, int]
"""A place and the sign with which its value counts."""


@dataclass
class _Builder:
    """Operations on places; the first is 1. Signs are kept beside the places, and cost nothing."""

    nodes: list[_Node] = field(default_factory=lambda: [("one", 0, 0)])
    known: dict[_Node, int] = field(default_factory=dict)

    def node(self, *node: Any) -> int:
        if node not in self.known:
            self.known[node] = len(self.nodes)
            self.nodes.append(node)
        return self.known[node]

    def neg(self, one: Signed) -> Signed:
        return one[0], -one[1]

    def mul(self, one: Signed, other: Signed) -> Signed:
        a, b = sorted((one[0], other[0]))
        return (b if a == 0 else self.node("mul", a, b)), one[1] * other[1]

    def sub(self, one: Signed, other: Signed) -> Signed:
        (a, sign), (b, minus) = one, other
        if sign != minus:
            return self.node("add", *sorted((a, b))), sign
        return (self.node("sub", a, b), 1) if sign > 0 else (self.node("sub", b, a), 1)

    def inv(self, one: Signed) -> Signed:
        return one if one[0] == 0 else (self.node("inv", one[0], 0), one[1])

    def plain(self, one: Signed) -> int:
        """The place of a value with its sign."""
        return one[0] if one[1] > 0 else self.node("neg", one[0], 0)


def eliminated(
    keys: Mapping[Key, int | Key], order: Sequence[Key], wanted: Collection[Key] | None
) -> Elimination | None:
    """The program for the inverse of a matrix; None where the pivots do not lead through.

    Parameters
    ----------
    keys
        The entries (row, column) that may not be zero: 1 or -1 where one is that exactly, else the entry of which
        it has the value, itself or an equal one.
    order
        The pivots (row, column).
    wanted
        The entries (column, row) of the inverse; None for all. Those that are zero by the pattern are left out.

    >>> program = eliminated({(0, 0): (0, 0), (0, 1): -1, (1, 1): 1}, [(1, 1), (0, 0)], None)
    >>> program.run({(0, 0): 4.0}, 1.0)
    {(1, 1): 1.0, (0, 0): 0.25, (0, 1): 0.25}
    """
    builder = _Builder()
    rows: dict[int, dict[int, Signed]] = {}
    for (i, j), exact in keys.items():
        rows.setdefault(i, {})[j] = (0, exact) if isinstance(exact, int) else (builder.node("in", *exact), 1)
    if len(order) != len(rows):
        return None
    images: dict[int, dict[int, Signed]] = {i: {i: (0, 1)} for i in rows}
    for i, j in order:
        pivot = rows[i].pop(j, None)
        if pivot is None:
            return None
        inverse = builder.inv(pivot)
        row = rows[i] = {m: builder.mul(value, inverse) for m, value in rows[i].items()}
        image = images[i] = {m: builder.mul(value, inverse) for m, value in images[i].items()}
        for k, other in rows.items():
            if k == i or (factor := other.pop(j, None)) is None:
                continue
            for target, source in ((other, row), (images[k], image)):
                for m, value in source.items():
                    product = builder.mul(factor, value)
                    target[m] = builder.sub(target[m], product) if m in target else builder.neg(product)
    found = {(j, m): value for i, j in order for m, value in images[i].items()}
    places = {key: builder.plain(value) for key, value in found.items() if wanted is None or key in wanted}
    return _pruned(builder.nodes, places)


def _pruned(nodes: Sequence[_Node], places: Mapping[Key, int]) -> Elimination:
    needed: set[int] = set()
    todo = list(places.values())
    while todo:
        place = todo.pop()
        if place not in needed:
            needed.add(place)
            todo += _arguments(nodes[place])
    order = {old: new for new, old in enumerate(sorted(needed))}
    kept = []
    for old in order:
        kind, a, b = nodes[old]
        arguments = _arguments(nodes[old])
        if arguments:
            a, b = order[a], order[b] if len(arguments) == 2 else 0
        kept.append((kind, a, b))
    return Elimination(tuple(kept), {key: order[place] for key, place in places.items()})


def _arguments(node: _Node) -> tuple[int, ...]:
    kind, a, b = node
    if kind in ("mul", "sub", "add"):
        return a, b
    return (a,) if kind in ("neg", "inv") else ()


def pivots(entries: Mapping[Key, Any], rows: Sequence[int]) -> list[Key]:
    """Pivots for sparse elimination by the cheapest fill-in, the same for all nodes.

    A pivot that vanishes or is small at some node shows in the result, which is then computed densely.
    """
    pattern: dict[int, set[int]] = {i: set() for i in rows}
    scalar: set[Key] = set()
    for (i, j), value in entries.items():
        if not _vanishing(value):
            pattern[i].add(j)
            shape = getattr(value, "shape", ())
            if not shape or shape[-1] == 1:
                scalar.add((i, j))
    order = []
    while pattern:
        columns: dict[int, list[int]] = {}
        for i, row in pattern.items():
            for j in row:
                columns.setdefault(j, []).append(i)
        candidates = [
            ((len(row) - 1) * (len(columns[j]) - 1), (i, j) not in scalar, i, j)
            for i, row in pattern.items()
            for j in row
        ]
        if not candidates:
            return []
        _, _, i, j = min(candidates)
        order.append((i, j))
        pivot = pattern.pop(i)
        for k in columns[j]:
            if k != i:
                pattern[k] |= pivot
                scalar -= {(k, m) for m in pivot}
                pattern[k].discard(j)
        for row in pattern.values():
            row.discard(j)
    return order


def _vanishing(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return all(x == 0 for x in value.flat) if value.dtype == object else not value.any()
    return bool(value == 0)
