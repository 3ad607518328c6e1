"""Functions of the eigenvalues of a space as polynomials, for traces that need no array for each operation.

In a pencil an entry is a polynomial in the eigenvalues, and what its elimination divides by are a few polynomials
more. With the eigenvalues and the inverses of these as variables, everything is a polynomial with some terms,
however many nodes there are; a trace is a sum of moments, and each moment is summed over the nodes once.

Terms may cancel where those at the nodes do not: the balls get wider then, and say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

__all__ = ["NodeFunction", "Nodes", "UnwieldyError"]

BITS = 16  # of the exponent of each variable in a key
MOST_TERMS = 200  # of one function that is worth it


class UnwieldyError(ArithmeticError):
    """A function has too many terms, or a pole at a node."""


class Nodes:
    """The nodes of a space: arrays of balls for its variables, and how often each node counts (None for once)."""

    def __init__(self, arrays: Sequence[NDArray[Any]], counts: NDArray[Any] | None) -> None:
        self.arrays = list(arrays)
        self.counts = counts
        self.size = len(arrays[0])
        self._monomials: dict[int, NDArray[Any]] = {}
        self._moments: dict[int, Any] = {0: arb(self.size) if counts is None else counts.sum()}

    def variable(self, number: int) -> NodeFunction:
        return NodeFunction(self, {1 << (BITS * number): arb(1)})

    def _split(self, key: int) -> tuple[int, int]:
        """The last variable of a monomial, and what is left without it."""
        number = (key.bit_length() - 1) // BITS
        return number, key - (1 << (BITS * number))

    def monomial(self, key: int) -> NDArray[Any]:
        """Its values at the nodes."""
        if key not in self._monomials:
            number, rest = self._split(key)
            own = self.arrays[number]
            self._monomials[key] = own if not rest else self.monomial(rest) * own
        return self._monomials[key]

    def moment(self, key: int) -> Any:
        """Its sum over the nodes."""
        if key not in self._moments:
            number, rest = self._split(key)
            own = self.arrays[number] if self.counts is None else self.arrays[number] * self.counts
            self._moments[key] = self.monomial(rest).dot(own) if rest else own.sum()
        return self._moments[key]


class NodeFunction:
    """A polynomial in the variables of nodes, its coefficients by their monomials.

    >>> nodes = Nodes([np.array([arb(1), arb(3)], dtype=object)], None)
    >>> x = nodes.variable(0)
    >>> ((x + 1) * 2 / (1 + x) - x).trace()  # 2 - x at both
    0
    """

    __slots__ = ("nodes", "terms")

    def __init__(self, nodes: Nodes, terms: dict[int, Any]) -> None:
        if len(terms) > MOST_TERMS:
            raise UnwieldyError
        self.nodes, self.terms = nodes, terms

    @property
    def shape(self) -> tuple[int]:
        return (self.nodes.size,)

    def is_finite(self) -> bool:
        return all(one.is_finite() for one in self.terms.values())

    def trace(self) -> Any:
        """The sum over the nodes."""
        return sum((c * self.nodes.moment(key) for key, c in self.terms.items()), arb(0))

    def array(self) -> NDArray[Any]:
        """The values at the nodes."""
        found: Any = arb(0)
        for key, c in self.terms.items():
            found = found + (c * self.nodes.monomial(key) if key else c)
        return found if isinstance(found, np.ndarray) else np.array([found] * self.nodes.size, dtype=object)

    def __neg__(self) -> NodeFunction:
        return NodeFunction(self.nodes, {key: -c for key, c in self.terms.items()})

    def __add__(self, other: Any) -> NodeFunction:
        terms = dict(self.terms)
        for key, c in other.terms.items() if isinstance(other, NodeFunction) else ((0, arb(other)),):
            terms[key] = terms[key] + c if key in terms else c
        return NodeFunction(self.nodes, terms)

    __radd__ = __add__

    def __sub__(self, other: Any) -> NodeFunction:
        return self.__add__(-other)

    def __rsub__(self, other: Any) -> NodeFunction:
        return self.__neg__().__add__(other)

    def __mul__(self, other: Any) -> NodeFunction:
        if not isinstance(other, NodeFunction):
            return NodeFunction(self.nodes, {key: c * other for key, c in self.terms.items()})
        terms: dict[int, Any] = {}
        for one, a in self.terms.items():
            for two, b in other.terms.items():
                key = one + two
                terms[key] = terms[key] + a * b if key in terms else a * b
        return NodeFunction(self.nodes, terms)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> NodeFunction:
        return self.__mul__(other.inverse() if isinstance(other, NodeFunction) else 1 / arb(other))

    def __rtruediv__(self, other: Any) -> NodeFunction:
        return self.inverse().__mul__(other)

    def inverse(self) -> NodeFunction:
        """It becomes a variable of its own. UnwieldyError where the function may vanish at a node."""
        if set(self.terms) <= {0}:
            return NodeFunction(self.nodes, {0: 1 / self.terms.get(0, arb(0))})
        inverse = 1 / self.array()
        if not inverse.sum().is_finite():
            raise UnwieldyError
        self.nodes.arrays.append(inverse)
        return self.nodes.variable(len(self.nodes.arrays) - 1)

    def __pow__(self, exponent: int) -> NodeFunction:
        if exponent < 0:
            return (self**-exponent).inverse()
        product = NodeFunction(self.nodes, {0: arb(1)})
        for _ in range(exponent):
            product = product * self
        return product
