"""Complex matrices with independent entries."""

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

__all__ = ["Complex"]


@dataclass(frozen=True)
class Complex(Law):
    """E X_ij conj(X)_kl = delta_ik delta_jl, and E X_ij X_kl = 0."""

    name: ClassVar[str] = "complex"
    conjugate: ClassVar[Literal["letter"]] = "letter"

    def ribbon(self, turned: bool, conjugated: bool) -> Weights:
        if not conjugated:
            return S.Zero, S.Zero
        return (S.One, S.Zero) if turned else (S.Zero, S.One)

    def sample(self, rng: Generator, shape: tuple[int, int], parameters: Mapping[str, float]) -> NDArray[Any]:
        entries: NDArray[Any] = rng.standard_normal(shape) + 1j * rng.standard_normal(shape)
        return entries / math.sqrt(2)
