"""A power law."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import Expr, Symbol, harmonic

from planaria.ensembles.spectra.spectrum import Decay, Fall, Functions, Spectrum

__all__ = ["PowerLaw"]


@dataclass(frozen=True)
class PowerLaw(Spectrum):
    """Eigenvalues ``scale * I**-(1 + alpha)`` for I = 1..M, M the size of the matrix's space.

    >>> PowerLaw()
    PowerLaw(alpha=alpha, scale=lambda_plus)
    >>> N, level = Symbol("N", positive=True), Symbol("level", positive=True)
    >>> PowerLaw().moment(1, N), PowerLaw().counting(level, N)
    (lambda_plus*harmonic(N, alpha + 1), (lambda_plus/level)**(1/(alpha + 1)))
    """

    alpha: Expr = Symbol("alpha", positive=True)
    scale: Expr = Symbol("lambda_plus", positive=True)

    kind: ClassVar[str] = "power-law"
    title: ClassVar[str] = "power law"
    standard: ClassVar[Mapping[str, tuple[str, str]]] = {
        "alpha": ("alpha", "exponent of the power law: eigenvalues lambda_plus*I**-(1 + alpha)"),
        "scale": ("lambda_plus", "scale of the power law: its largest eigenvalue"),
    }

    def decay(self, numbers: Mapping[str, Expr]) -> Decay:
        return Decay(Fall.POWER, 1 + numbers["alpha"])

    def at(self, position: Any, size: int, numbers: Mapping[str, Any], functions: Functions) -> Any:
        if isinstance(position, int) and position == 1:
            return numbers["scale"]
        scale, alpha = functions.number(numbers["scale"]), functions.number(numbers["alpha"])
        return scale * functions.power(position, -(1 + alpha))

    def moment(self, power: int, size: Expr) -> Expr:
        return self.scale**power * harmonic(size, power * (1 + self.alpha))

    def counting(self, level: Expr, size: Expr) -> Expr:
        return (self.scale / level) ** (1 / (1 + self.alpha))
