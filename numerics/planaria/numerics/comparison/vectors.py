"""Formulas computed for thousands of variants at once, in double precision: the filter before proofs.

A variant has something else at one place, where a name that no formula has stands for a column of numbers. What
has one number for each variant has the shape (variants, 1); inside of a sum the last axis is that of the
eigenvalues.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr

from planaria.algebra.errors import InputError
from planaria.derivations.comparison.vocabulary import Vocabulary
from planaria.ensembles.formulas.claim import Claim
from planaria.ensembles.formulas.nodes import Name, Node, Over, computed
from planaria.numerics.comparison.points import Point

__all__ = ["HOLE", "Vectors"]

HOLE = Name("?")  # no name of the grammar


class Vectors:
    """The formulas of a claim at a point; an `Algebra` of floats and arrays.

    Parameters
    ----------
    own
        The unknowns of somebody's own.
    """

    def __init__(self, point: Point, names: Vocabulary, claim: Claim, own: Mapping[str, float]) -> None:
        self.point, self.names, self.claim, self.own = point, names, claim, own
        self._definitions = {one.name: one.formula for one in claim.definitions}
        self._fixed: dict[str, Any] = {str(s): float(v) for s, v in point.scalars.items() if not v.is_nan()}
        for symbol, one in point.problem.form.sums:
            try:
                self._fixed[str(symbol)] = float(point.sum_of(one, point.scalars))
            except KeyError:
                continue
        self._fixed |= own
        self._nodes: dict[Expr, tuple[dict[Expr, NDArray[Any]], NDArray[Any]]] = {}
        for space, (values, counts) in point.nodes.items():
            columns = {symbol: np.array([float(x) for x in column]) for symbol, column in values.items()}
            self._nodes[space] = columns, np.array([float(x) for x in counts])
        self._inside: Mapping[Expr, Any] | None = None
        self._known: dict[str, Any] = {}
        self._hole: Any = None
        self._hole_space: Expr | None = None

    def target(self) -> float:
        """The quantity."""
        return float(self.point.value)

    def scalars(self) -> dict[str, float]:
        """The names that have one number each, those of somebody's own first."""
        found: dict[str, float] = {}
        for name in (*self._definitions, *self._fixed):
            if name in self.names.scalars or name in self.claim.own:
                try:
                    found[name] = float(np.asarray(self.name(name)).ravel()[0])
                except (KeyError, ZeroDivisionError):
                    continue
        return found

    def eigenvalues(self, space: Expr) -> dict[str, NDArray[Any]]:
        """The eigenvalues of a space by name."""
        columns, _ = self._nodes.get(space, ({}, np.array([])))
        return {str(symbol): column for symbol, column in columns.items()}

    def within(self, space: Expr | None) -> Vectors:
        """Look at formulas in the term of a sum over a space."""
        self._inside = None if space is None else self._nodes.get(space, ({}, np.array([])))[0]
        return self

    def value(
        self, node: Node, hole: Any = None, own: Mapping[str, Node] | None = None, space: Expr | None = None
    ) -> Any:
        """The value of a formula with a column of numbers in its hole.

        Parameters
        ----------
        own
            Definitions with a hole.
        space
            That of the sum in which the hole is.
        """
        self._hole_space = space
        before, definitions, known = self._inside, self._definitions, self._known
        self._hole = hole
        if own is not None:
            self._definitions, self._known = {**definitions, **own}, {}
        try:
            with np.errstate(all="ignore"):
                return computed(node, self)
        finally:
            self._inside, self._definitions, self._known = before, definitions, known

    def number(self, value: Fraction) -> Any:
        return np.float64(value.numerator) / value.denominator

    def name(self, name: str) -> Any:
        if name == HOLE.name:
            return self._hole
        if name in self._definitions:
            if name not in self._known:
                before, self._inside = self._inside, None
                self._known[name] = computed(self._definitions[name], self)
                self._inside = before
            return self._known[name]
        if name in self._fixed and (name in self.names.scalars or name in self.claim.own):
            return np.float64(self._fixed[name])
        pair = self.names.eigenvalues.get(name) or self.names.matrices.get(name)
        if pair is None or self._inside is None:
            raise KeyError(name)
        return self._inside[pair[0]]

    def over(self, node: Over) -> Any:
        try:
            space = self.names.space_of(node)
        except InputError:  # the hole is where its eigenvalues were
            space = self._hole_space
        columns, counts = self._nodes[space]
        before, self._inside = self._inside, columns
        terms = computed(node.summand, self)
        self._inside = before
        if not columns:
            return terms * counts[0]
        shape = np.broadcast_shapes(np.shape(terms), counts.shape)
        return (np.broadcast_to(terms, shape) * counts).sum(axis=-1, keepdims=True)

    def power(self, base: Any, exponent: Fraction) -> Any:
        if exponent.denominator == 1:
            return np.float64(1) * base ** int(exponent)
        return np.float64(1) * base ** float(exponent)
