"""What can be written with a few names: factors and terms, as numbers in one array and as nodes one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cached_property
from itertools import combinations_with_replacement
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from planaria.ensembles.formulas.nodes import Name, Negative, Node, Number, Plus, Power, Quotient, Times

__all__ = ["Items", "Menu", "less", "product_of", "quotient_of", "times_number"]

FOREIGN = 1.5  # what a name costs that the claim does not have


class Items(NamedTuple):
    """Numbers, one row each, and what is written for them, with what it costs."""

    values: NDArray[Any]
    item: Callable[[int], tuple[Node, float]]


class Menu:
    """Factors and terms in given names.

    Parameters
    ----------
    names
        A number, or an array over eigenvalues, for each.
    familiar
        The names that the claim has.
    """

    def __init__(self, names: Mapping[str, Any], familiar: frozenset[str]) -> None:
        self.keys = list(names)
        self.costs = [0.0 if key in familiar else FOREIGN for key in self.keys]
        columns = [np.atleast_1d(np.asarray(value, dtype=float)) for value in names.values()]
        width = max((len(one) for one in columns), default=1)
        self.table = np.array([np.broadcast_to(one, (width,)) for one in columns]).reshape(len(columns), width)

    def _name(self, n: int) -> Name:
        return Name(self.keys[n])

    @cached_property
    def names(self) -> Items:
        """The names themselves."""
        return Items(self.table, lambda n: (self._name(n), self.costs[n]))

    @cached_property
    def factors(self) -> Items:
        """Names, their squares, and products, quotients, sums and differences of two."""
        first, second = np.triu_indices(len(self.keys), 1)
        table, count, pairs = self.table, len(self.keys), len(first)
        a, b = table[first], table[second]
        with np.errstate(all="ignore"):
            values = np.concatenate([table, table**2, a * b, a / b, b / a, a + b, a - b])

        def item(n: int) -> tuple[Node, float]:
            if n < count:
                return self._name(n), 1.0 + self.costs[n]
            if n < 2 * count:
                return Power(self._name(n - count), Fraction(2)), 1.4 + self.costs[n - count]
            kind, n = divmod(n - 2 * count, pairs)
            i, j = int(first[n]), int(second[n])
            one, other = self._name(i), self._name(j)
            extra = self.costs[i] + self.costs[j]
            made: Node = (
                Times((one, other)),
                Quotient(one, other),
                Quotient(other, one),
                Plus((one, other)),
                Plus((one, Negative(other))),
            )[kind]
            return made, (2.0 if kind < 3 else 2.2) + extra

        return Items(values, item)

    @cached_property
    def terms(self) -> Items:
        """One, names, and products and quotients of two."""
        products = self._monomials((0, 1, 2))
        above, below = (one.ravel() for one in np.indices((len(self.keys), len(self.keys))))
        above, below = above[above != below], below[above != below]
        with np.errstate(all="ignore"):
            values = np.concatenate([products.values, self.table[above] / self.table[below]])

        def item(n: int) -> tuple[Node, float]:
            if n < len(products.values):
                return products.item(n)
            n -= len(products.values)
            i, j = int(above[n]), int(below[n])
            return Quotient(self._name(i), self._name(j)), 0.8 + self.costs[i] + self.costs[j]

        return Items(values, item)

    @cached_property
    def long_terms(self) -> Items:
        """Products of three names, a name times a sum of two (one may count twice), and squares."""
        cubes = self._monomials((3,))
        count = len(self.keys)
        a, b, c = (one.ravel() for one in np.indices((count, count, count)))
        kept = b != c
        a, b, c = a[kept], b[kept], c[kept]
        signs = (1, -1, 2, -2)
        table = self.table
        rows = [table[a] * (table[b] + s * table[c]) for s in signs]
        first, second = np.triu_indices(count, 1)
        squares = (table[first] - table[second]) ** 2
        values = np.concatenate([cubes.values, *rows, squares])

        def item(n: int) -> tuple[Node, float]:
            if n < len(cubes.values):
                return cubes.item(n)
            n -= len(cubes.values)
            if n < len(signs) * len(a):
                kind, n = divmod(n, len(a))
                i, j, k, s = int(a[n]), int(b[n]), int(c[n]), signs[kind]
                own: Node = self._name(k) if abs(s) == 1 else Times((Number(Fraction(2)), self._name(k)))
                inner = Plus((self._name(j), own if s > 0 else Negative(own)))
                cost = 2.4 + 0.4 * (abs(s) - 1) + self.costs[i] + self.costs[j] + self.costs[k]
                return Times((self._name(i), inner)), cost
            n -= len(signs) * len(a)
            i, j = int(first[n]), int(second[n])
            cost = 2.2 + self.costs[i] + self.costs[j]
            return Power(Plus((self._name(i), Negative(self._name(j)))), Fraction(2)), cost

        return Items(values, item)

    def _monomials(self, degrees: tuple[int, ...]) -> Items:
        width = self.table.shape[1]
        chosen: list[tuple[int, ...]] = []
        rows: list[NDArray[Any]] = []
        for degree in degrees:
            own = list(combinations_with_replacement(range(len(self.keys)), degree))
            chosen += own
            if degree == 0 or not own:
                rows.append(np.ones((len(own), width)))
                continue
            places = np.array(own)
            rows.append(np.prod(self.table[places], axis=1))

        def item(n: int) -> tuple[Node, float]:
            names = [self.keys[k] for k in chosen[n]]
            cost = 0.4 * len(names) + sum(self.costs[k] for k in set(chosen[n]))
            return _monomial(names), cost

        return Items(np.concatenate(rows), item)


def _monomial(names: list[str]) -> Node:
    if not names:
        return Number(Fraction(1))
    factors: list[Node] = []
    for name in dict.fromkeys(names):
        count = names.count(name)
        factors.append(Name(name) if count == 1 else Power(Name(name), Fraction(count)))
    return factors[0] if len(factors) == 1 else Times(tuple(factors))


def times_number(node: Node, factor: Fraction) -> Node:
    """A formula times a number, 1/2 of it below."""
    if factor.numerator == 1:
        return quotient_of(node, Number(Fraction(factor.denominator)))
    return product_of(Number(factor), node)


def product_of(first: Node, second: Node) -> Node:
    """A factor in front of a formula."""
    if isinstance(second, Negative):
        return Negative(product_of(first, second.of))
    if isinstance(second, Quotient) and not second.word:
        if second.above == Number(Fraction(1)):
            return Quotient(first, second.below)
        return Quotient(product_of(first, second.above), second.below)
    others = second.factors if isinstance(second, Times) else (second,)
    own = first.factors if isinstance(first, Times) else (first,)
    return Times((*own, *others))


def quotient_of(node: Node, below: Node) -> Node:
    """A formula over something, in the denominator that it has."""
    if isinstance(node, Negative):
        return Negative(quotient_of(node.of, below))
    if isinstance(node, Quotient) and not node.word:
        return Quotient(node.above, product_of(below, node.below))
    return Quotient(node, below)


def less(parts: tuple[Node, ...], n: int, kind: type[Plus] | type[Times]) -> Node:
    """A sum or a product without one of its parts."""
    left = (*parts[:n], *parts[n + 1 :])
    if len(left) > 1:
        return kind(left)
    return left[0]
