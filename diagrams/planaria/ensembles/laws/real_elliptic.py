"""Real elliptic matrices: real ones whose entries X_ij and X_ji are correlated."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from sympy import Expr, S

from planaria.ensembles.laws.correlation import check_correlation, correlation_of
from planaria.ensembles.laws.law import Law, Weights

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

__all__ = ["RealElliptic"]


@dataclass(frozen=True)
class RealElliptic(Law):
    """E X_ij X_kl = delta_ik delta_jl + rho delta_il delta_jk, with rho in [-1, 1].

    At rho = 0 it is the real law, at 1 the symmetric one, at -1 the antisymmetric one; the variance of a diagonal
    entry is 1 + rho (H. J. Sommers, A. Crisanti, H. Sompolinsky, Y. Stein, Phys. Rev. Lett. 60 (1988) 1895).
    """

    rho: Expr = field()
    name: ClassVar[str] = "real-elliptic"
    is_square: ClassVar[bool] = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "rho", correlation_of(self.rho, self.name))

    @property
    def parameters(self) -> Mapping[str, Expr]:
        return {"rho": self.rho}

    def check(self, parameters: Mapping[str, Any]) -> tuple[str, str] | None:
        return check_correlation(parameters["rho"])

    def changed(self, change: Callable[[Expr], Expr]) -> RealElliptic:
        return RealElliptic(change(self.rho))

    def ribbon(self, turned: bool, conjugated: bool) -> Weights:
        return (S.One, self.rho) if turned else (self.rho, S.One)

    def sample(self, rng: Generator, shape: tuple[int, int], parameters: Mapping[str, float]) -> NDArray[Any]:
        entries: NDArray[Any] = rng.standard_normal(shape)
        rho = parameters["rho"]
        even, odd = entries + entries.T, entries - entries.T
        entries = (math.sqrt(1 + rho) * even + math.sqrt(1 - rho) * odd) / 2
        return entries
