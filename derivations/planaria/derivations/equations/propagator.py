"""Entries of G = (K0 - Sigma)^-1 as rational functions of an eigenvalue and the loops."""

from __future__ import annotations

from sympy import Expr

from planaria.algebra.linear import Inverse
from planaria.algebra.rational import Ratio
from planaria.derivations.equations.schwinger_dyson import SchwingerDyson, by_space

__all__ = ["Propagators"]


class Propagators:
    """The full propagators of a system, entry by entry and only those that are asked for."""

    def __init__(self, system: SchwingerDyson) -> None:
        self.system = system
        self._spaces: dict[Expr, Inverse] = {}

    def entry(self, space: Expr, column: int, row: int) -> Ratio:
        """G at (column, row) of the pencil, in the system's ring."""
        if space not in self._spaces:
            rows, cols = by_space(self.system.rules)[space]
            self._spaces[space] = Inverse(self.system.ring, self.system.matrix(space), rows, cols)
        return self._spaces[space].entry(column, row)
