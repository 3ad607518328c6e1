"""What a law of a Gaussian matrix says; everything else about fields follows from it.

A letter is one occurrence of a field X: X itself, its transpose, its conjugate or its adjoint. Two letters have an
*untwisted* ribbon where E[A_ij B_kl] has delta_il delta_jk in it, as E[X_ij X^T_kl] of a real matrix: index lines
pass straight through E[A G B], which is planar. They have a *twisted* ribbon where it has delta_ik delta_jl. A law
gives the weight of each, as a multiple of the field's variance: 0 (there is no such ribbon), 1, a sign, or a
parameter of the law.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from sympy import Expr

from planaria.algebra.values import Portable

if TYPE_CHECKING:
    from numpy import float64
    from numpy.random import Generator
    from numpy.typing import NDArray

__all__ = ["Law", "Weights"]

Weights = tuple[Expr, Expr]
"""The weights of an untwisted and of a twisted ribbon."""


@dataclass(frozen=True)
class Law(Portable, ABC):
    """The law of a field of variance 1 without covariances. Laws are values: they compare, hash and travel.

    Attributes
    ----------
    name
        The word in model files and in Python.
    transpose
        What the transpose is: 1 for the matrix itself, -1 for minus the matrix, 0 for a letter of its own.
    conjugate
        What the complex conjugate is: the matrix itself, its transpose, or a letter of its own.
    is_square
        Whether the field has one space twice, and one covariance for both of its indices.
    """

    name: ClassVar[str]
    transpose: ClassVar[Literal[-1, 0, 1]] = 0
    conjugate: ClassVar[Literal["itself", "transpose", "letter"]] = "itself"
    is_square: ClassVar[bool] = False

    @abstractmethod
    def ribbon(self, turned: bool, conjugated: bool) -> Weights:
        """The weights of the ribbons, untwisted and twisted, that join two letters.

        Parameters
        ----------
        turned
            Whether one of the two letters is transposed, and the other one is not.
        conjugated
            Whether one of the two is conjugated, and the other one is not. The letters of a law whose conjugate
            is no letter of its own never are.
        """

    @abstractmethod
    def sample(
        self, rng: Generator, shape: tuple[int, int], parameters: Mapping[str, float]
    ) -> NDArray[float64] | NDArray[Any]:
        """One draw with variance 1, an array of the given shape; ``parameters`` are numbers by name."""

    @property
    def parameters(self) -> Mapping[str, Expr]:
        """The parameters of the law, by the names that they have in model files and in Python."""
        return {}

    def check(self, parameters: Mapping[str, Any]) -> tuple[str, str] | None:
        """What is wrong with numbers for the parameters, and what would be right; None for nothing."""
        return None

    def changed(self, change: Callable[[Expr], Expr]) -> Law:
        """The same law with each of its parameters changed."""
        return self

    # What follows from it.

    @property
    def title(self) -> str:
        """The name with its article."""
        return f"{'an' if self.name[0] in 'aeiou' else 'a'} {self.name}"

    def read(self, transposed: bool, conjugated: bool) -> tuple[int, bool, bool]:
        """A letter as it is written once and for all: its sign, whether it is transposed, whether conjugated.

        >>> from planaria.ensembles.laws.hermitian import Hermitian
        >>> Hermitian().read(True, True), Hermitian().read(False, True)
        ((1, False, False), (1, True, False))
        """
        match self.conjugate:
            case "itself":
                conjugated = False
            case "transpose":
                transposed, conjugated = transposed != conjugated, False
            case "letter":
                pass
        if self.transpose == 0 or not transposed:
            return 1, transposed, conjugated
        return self.transpose, False, conjugated

    @cached_property
    def pairs(self) -> tuple[tuple[bool, bool], ...]:
        """Which ribbons there are, untwisted and twisted, at the place ``2 * turned + conjugated``."""
        weights = (self.ribbon(turned, conjugated) for turned in (False, True) for conjugated in (False, True))
        return tuple((untwisted != 0, twisted != 0) for untwisted, twisted in weights)

    @property
    def letters(self) -> tuple[tuple[bool, bool], ...]:
        """The letters that differ, by whether they are transposed and whether they are conjugated."""
        flags = [(False, False), (True, True), (True, False), (False, True)]
        return tuple(one for one in flags if self.read(*one) == (1, *one))

    @property
    def is_charged(self) -> bool:
        """Whether a letter pairs only with a conjugated one, so that a word has as many of each."""
        return self.conjugate == "letter" and not any(self.pairs[0] + self.pairs[2])

    @property
    def is_orientable(self) -> bool:
        """Whether X and its adjoint have untwisted ribbons only: words of them make orientable surfaces."""
        _, turned, conjugated = self.read(True, True)
        return not any(self.pairs[2 * t + c][1] for t, c in ((False, False), (turned, conjugated)))

    def ribbons(self, one_conjugated: bool, other_conjugated: bool) -> int:
        """How many ribbons two letters can be joined by; it does not depend on which of them are transposed."""
        return sum(self.pairs[one_conjugated != other_conjugated])
