"""Formulas computed in balls at a point."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from flint import arb, fmpq
from sympy import Expr

from planaria.algebra.polynomials import power
from planaria.derivations.comparison.vocabulary import Vocabulary
from planaria.ensembles.formulas.claim import Claim
from planaria.ensembles.formulas.nodes import Node, Over, computed
from planaria.numerics.comparison.points import Point

__all__ = ["Balls", "NoValueError"]


class NoValueError(ArithmeticError):
    """A formula has no value at a point, for a reason that is not its own: eigenvalues that are not known."""


class Balls:
    """The formulas of a claim at a point; an `Algebra` of balls. A root that is not real is not finite.

    Parameters
    ----------
    own
        The unknowns of somebody's own.
    """

    def __init__(self, point: Point, names: Vocabulary, claim: Claim, own: Mapping[str, Any]) -> None:
        self.point, self.names, self.claim, self.own = point, names, claim, own
        self._definitions = {one.name: one.formula for one in claim.definitions}
        self._known: dict[str, Any] = {}
        self._node: Mapping[Expr, Any] | None = None  # the eigenvalues in the term of a sum
        self._sums = {str(symbol): (symbol, one) for symbol, one in point.problem.form.sums}

    def value(self, node: Node) -> Any:
        """The value of a formula. ZeroDivisionError for a division by zero."""
        return computed(node, self)

    def sides(self) -> tuple[Any, Any]:
        """Both sides of the claim."""
        left = self.point.value if self.claim.left is None else self.value(self.claim.left)
        return left, self.value(self.claim.right)

    def number(self, value: Fraction) -> Any:
        return arb(fmpq(value.numerator, value.denominator))

    def name(self, name: str) -> Any:
        if name in self.own:
            return self.own[name]
        if name in self._definitions:
            if name not in self._known:
                before, self._node = self._node, None
                self._known[name] = self.value(self._definitions[name])
                self._node = before
            return self._known[name]
        if name not in self.names.scalars:
            symbol = (self.names.eigenvalues.get(name) or self.names.matrices[name])[0]
            assert self._node is not None  # the vocabulary has looked
            if symbol not in self._node:
                raise NoValueError(f"the eigenvalues {symbol} are not known where the quantity does not need them")
            return self._node[symbol]
        symbol = self.names.scalars[name]
        if symbol in self.point.scalars:
            return self.point.scalars[symbol]
        if name not in self._sums:
            raise NoValueError(f"{name} has no value at the points at which the quantity is computed")
        return self.point.sum_of(self._sums[name][1], self.point.scalars)

    def over(self, node: Over) -> Any:
        values, counts = self.point.nodes.get(self.names.space_of(node), ({}, ()))
        total = arb(0)
        if not values:
            before, self._node = self._node, {}
            total = counts[0] * self.value(node.summand) if len(counts) else total
            self._node = before
            return total
        for n in range(len(counts)):
            self._node = {symbol: column[n] for symbol, column in values.items()}
            total = total + counts[n] * self.value(node.summand)
        self._node = None
        return total

    def power(self, base: Any, exponent: Fraction) -> Any:
        if exponent.denominator == 1:
            if exponent < 0 and base.contains(0):
                raise ZeroDivisionError("a denominator may be zero")
            return power(base, exponent.numerator)
        root = base.sqrt() if exponent.denominator == 2 else base.root(exponent.denominator)
        return power(root, exponent.numerator)
