"""Real matrices with independent entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sympy import S

from planaria.ensembles.laws.law import Law, Weights

if TYPE_CHECKING:
    from numpy import float64
    from numpy.random import Generator
    from numpy.typing import NDArray

__all__ = ["Real"]


@dataclass(frozen=True)
class Real(Law):
    """E X_ij X_kl = delta_ik delta_jl."""

    name: ClassVar[str] = "real"

    def ribbon(self, turned: bool, conjugated: bool) -> Weights:
        return (S.One, S.Zero) if turned else (S.Zero, S.One)

    def sample(self, rng: Generator, shape: tuple[int, int], parameters: Mapping[str, float]) -> NDArray[float64]:
        return rng.standard_normal(shape)
