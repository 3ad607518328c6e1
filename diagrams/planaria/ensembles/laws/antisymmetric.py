"""Real antisymmetric matrices."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from sympy import S

from planaria.ensembles.laws.law import Law, Weights

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

__all__ = ["Antisymmetric"]


@dataclass(frozen=True)
class Antisymmetric(Law):
    """E X_ij X_kl = delta_ik delta_jl - delta_il delta_jk: X^T = -X, and diagonal entries vanish.

    The planar ribbon of X with itself has the weight -1, so that i X has the semicircle law.
    """

    name: ClassVar[str] = "antisymmetric"
    transpose: ClassVar[Literal[-1]] = -1
    is_square: ClassVar[bool] = True

    def ribbon(self, turned: bool, conjugated: bool) -> Weights:
        return (S.One, S.NegativeOne) if turned else (S.NegativeOne, S.One)

    def sample(self, rng: Generator, shape: tuple[int, int], parameters: Mapping[str, float]) -> NDArray[Any]:
        entries: NDArray[Any] = rng.standard_normal(shape)
        entries = (entries - entries.T) / math.sqrt(2)
        return entries
