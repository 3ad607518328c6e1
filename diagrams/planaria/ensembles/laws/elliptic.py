"""Elliptic matrices: complex ones whose entries X_ij and X_ji are correlated."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from sympy import Expr, S

from planaria.ensembles.laws.correlation import check_correlation, correlation_of
from planaria.ensembles.laws.law import Law, Weights

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

__all__ = ["Elliptic"]


@dataclass(frozen=True)
class Elliptic(Law):
    """E X_ij conj(X)_kl = delta_ik delta_jl, and E X_ij X_kl = rho delta_il delta_jk, with rho in [-1, 1].

    At rho = 0 it is the complex law, at 1 the Hermitian one, at -1 i times that. Its eigenvalues fill an ellipse
    (V. L. Girko, Elliptic law, Theory Probab. Appl. 30 (1986) 677).
    """

    rho: Expr = field()
    name: ClassVar[str] = "elliptic"
    conjugate: ClassVar[Literal["letter"]] = "letter"
    is_square: ClassVar[bool] = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "rho", correlation_of(self.rho, self.name))

    @property
    def parameters(self) -> Mapping[str, Expr]:
        return {"rho": self.rho}

    def check(self, parameters: Mapping[str, Any]) -> tuple[str, str] | None:
        return check_correlation(parameters["rho"])

    def changed(self, change: Callable[[Expr], Expr]) -> Elliptic:
        return Elliptic(change(self.rho))

    def ribbon(self, turned: bool, conjugated: bool) -> Weights:
        weight = S.One if conjugated else self.rho
        # X meets its adjoint as a complex matrix does, and itself as a Hermitian one does.
        return (weight, S.Zero) if turned == conjugated else (S.Zero, weight)

    def sample(self, rng: Generator, shape: tuple[int, int], parameters: Mapping[str, float]) -> NDArray[Any]:
        entries: NDArray[Any] = rng.standard_normal(shape) + 1j * rng.standard_normal(shape)
        even, odd = entries + entries.conj().T, entries - entries.conj().T
        rho = parameters["rho"]
        entries = (math.sqrt((1 + rho) / 2) * even + math.sqrt((1 - rho) / 2) * odd) / 2
        return entries
