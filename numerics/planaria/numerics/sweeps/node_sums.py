"""Spectral sums of positive terms at many points, in pieces that fit the cache or from tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol

from planaria.numerics.equations.columns import Spectra
from planaria.numerics.equations.reduced import PositiveSum
from planaria.numerics.methods.program import UNIT
from planaria.numerics.sweeps.tables import PIECE, Table

__all__ = ["TABLED", "WANDER", "NodeSums"]

Floats = NDArray[np.float64]

MOST_ENTRIES = 2**15  # of an array over nodes and points: it fits the cache
MOST_PIECES = 600  # of a table
TABLED = 2e-14  # relative, by which a table's rounding and its bound move a sum, besides
WANDER = 4 * UNIT  # for each power of the pole, times its logarithm, which is rounded where the table is made


class NodeSums:
    """Some of the sums over the nodes of a group of points.

    Parameters
    ----------
    sums
        All sums of the programs.
    which
        The places of those that are wanted.
    """

    def __init__(self, sums: Sequence[PositiveSum], which: Sequence[int], spectra: Spectra) -> None:
        self.constants: dict[int, float] = {}
        self.spaces: dict[Symbol, dict[tuple[tuple[Expr, int], ...], list[int]]] = {}
        self.rows: dict[tuple[Symbol, tuple[tuple[Expr, int], ...], int], Floats] = {}
        self.tables: dict[int, Table] = {}
        self.nodes: dict[Symbol, Floats] = {}
        for n in which:
            one = sums[n]
            moment = spectra.weights[one.symbol] * spectra.nodes[one.symbol] ** one.exponent
            if not one.poles:
                self.constants[n] = float(moment.sum())
                continue
            self.spaces.setdefault(one.symbol, {}).setdefault(one.poles, []).append(n)
        for symbol, groups in self.spaces.items():
            nodes, weights = spectra.nodes[symbol], spectra.weights[symbol]
            self.nodes[symbol] = np.ascontiguousarray(nodes[:, np.newaxis])
            for poles, places in groups.items():
                for n in places:
                    self.rows[symbol, poles, n] = weights * nodes ** sums[n].exponent

    def at(
        self, poles: Mapping[Expr, Any], count: int, logarithms: Mapping[Expr, Floats] | None = None
    ) -> dict[int, Any]:
        """The sums by their places, each a number or of shape (points,).

        Parameters
        ----------
        poles
            Numbers, or of shape (points,).
        logarithms
            Of poles: where they are given, sums over one of them alone come from tables.
        """
        found: dict[int, Any] = dict(self.constants)
        left = self.spaces
        if logarithms:
            left = {}
            for symbol, groups in self.spaces.items():
                for own, places in groups.items():
                    pole = own[0][0]
                    if (
                        len(own) > 1
                        or pole not in logarithms
                        or not self._tabled(own, places, logarithms[pole], found)
                    ):
                        left.setdefault(symbol, {})[own] = places
        self._summed(left, poles, count, found)
        return found

    def _tabled(
        self, own: tuple[tuple[Expr, int], ...], places: list[int], logarithms: Floats, found: dict[int, Any]
    ) -> bool:
        """Sums from tables, which are made longer where poles lead out of them; False where that leads too far."""
        low, high = logarithms.min(initial=np.inf), logarithms.max(initial=-np.inf)
        if not (np.isfinite(low) and np.isfinite(high)):
            return False
        first, last = int(np.floor(low / PIECE)), int(np.floor(high / PIECE))
        old = self.tables.get(places[0])
        if old is not None:
            first, last = min(first, old.first), max(last, old.last)
        if last - first > MOST_PIECES:
            return False
        if old is None or (first, last) != (old.first, old.last):
            more = 0 if old is None else (last - first) // 4 + 1  # not again for the next points
            self._make(own, places, first - more, last + more)
        piece, inside = self.tables[places[0]].place(logarithms)
        for n in places:
            found[n] = self.tables[n].at(piece, inside)
        return True

    def _make(self, own: tuple[tuple[Expr, int], ...], places: list[int], first: int, last: int) -> None:
        ((pole, power),) = own
        (symbol,) = (symbol for symbol, groups in self.spaces.items() if groups.get(own) is places)

        def sum_at(n: int, at: Floats) -> Any:
            found: dict[int, Any] = {}
            self._summed({symbol: {own: [n]}}, {pole: at}, len(at), found)
            return found[n]

        for n in places:
            self.tables[n] = Table(lambda at, n=n: sum_at(n, at), power, first, last)

    def _summed(
        self,
        spaces: Mapping[Symbol, Mapping[tuple[tuple[Expr, int], ...], list[int]]],
        poles: Mapping[Expr, Any],
        count: int,
        found: dict[int, Any],
    ) -> None:
        """Sums over the nodes."""
        for symbol, groups in spaces.items():
            nodes = self.nodes[symbol]
            for places in groups.values():
                for n in places:
                    found[n] = np.empty(count)
            length = max(1, MOST_ENTRIES // len(nodes))
            for start in range(0, count, length):
                part = slice(start, min(start + length, count))
                width = part.stop - part.start
                known: dict[tuple[tuple[Expr, int], ...], Floats] = {}
                for own, places in groups.items():
                    terms = _terms(own, known, nodes, poles, part, width)
                    for n in places:
                        found[n][part] = self.rows[symbol, own, n] @ terms

    @property
    def longest(self) -> int:
        """The nodes of the longest sum."""
        return max((len(nodes) for nodes in self.nodes.values()), default=1)


def _terms(
    own: tuple[tuple[Expr, int], ...],
    known: dict[tuple[tuple[Expr, int], ...], Floats],
    nodes: Floats,
    poles: Mapping[Expr, Any],
    part: slice,
    width: int,
) -> Floats:
    """1 / product of (lambda + pole)**power, of shape (nodes, points), from smaller products that are known."""
    if own in known:
        return known[own]
    if len(own) == 1 and own[0][1] == 1:
        pole = poles[own[0][0]]
        terms = np.empty((len(nodes), width))
        np.add(nodes, pole[part] if np.ndim(pole) else pole, out=terms)
        np.divide(1.0, terms, out=terms)
    else:
        (pole, power), rest = own[-1], own[:-1]
        less = (*rest, (pole, power - 1)) if power > 1 else rest
        one = _terms(less, known, nodes, poles, part, width)
        terms = one * (one if less == ((pole, 1),) else _terms(((pole, 1),), known, nodes, poles, part, width))
    known[own] = terms
    return terms
