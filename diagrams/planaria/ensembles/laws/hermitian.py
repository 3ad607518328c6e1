"""Complex Hermitian matrices."""

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

__all__ = ["Hermitian"]


@dataclass(frozen=True)
class Hermitian(Law):
    """E X_ij X_kl = delta_il delta_jk: the conjugate is the transpose, the adjoint is the matrix itself."""

    name: ClassVar[str] = "hermitian"
    conjugate: ClassVar[Literal["transpose"]] = "transpose"
    is_square: ClassVar[bool] = True

    def ribbon(self, turned: bool, conjugated: bool) -> Weights:
        return (S.Zero, S.One) if turned else (S.One, S.Zero)

    def sample(self, rng: Generator, shape: tuple[int, int], parameters: Mapping[str, float]) -> NDArray[Any]:
        entries: NDArray[Any] = rng.standard_normal(shape)
        entries = (entries + 1j * rng.standard_normal(shape)) / math.sqrt(2)
        entries = (entries + entries.conj().T) / math.sqrt(2)
        return entries
