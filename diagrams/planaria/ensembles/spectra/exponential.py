"""Eigenvalues that fall exponentially."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import Expr, Symbol, exp, log

from planaria.ensembles.spectra.spectrum import Decay, Fall, Functions, Spectrum

__all__ = ["Exponential"]


@dataclass(frozen=True)
class Exponential(Spectrum):
    """Eigenvalues ``scale * exp(-I/xi)`` for I = 1..M, M the size of the matrix's space.

    >>> Exponential()
    Exponential(xi=xi, scale=lambda_plus)
    >>> N, level = Symbol("N", positive=True), Symbol("level", positive=True)
    >>> Exponential().moment(1, N), Exponential().counting(level, N)
    (lambda_plus*(1 - exp(-N/xi))/(exp(1/xi) - 1), xi*log(lambda_plus/level))
    """

    xi: Expr = Symbol("xi", positive=True)
    scale: Expr = Symbol("lambda_plus", positive=True)

    kind: ClassVar[str] = "exponential"
    title: ClassVar[str] = "exponential spectrum"
    standard: ClassVar[Mapping[str, tuple[str, str]]] = {
        "xi": ("xi", "range of the exponential spectrum: eigenvalues lambda_plus*exp(-I/xi)"),
        "scale": ("lambda_plus", "scale of the exponential spectrum"),
    }

    def decay(self, numbers: Mapping[str, Expr]) -> Decay:
        return Decay(Fall.EXPONENTIAL, 1 / numbers["xi"])

    def at(self, position: Any, size: int, numbers: Mapping[str, Any], functions: Functions) -> Any:
        scale, xi = functions.number(numbers["scale"]), functions.number(numbers["xi"])
        return scale * functions.exp(-position / xi)

    def moment(self, power: int, size: Expr) -> Expr:
        return self.scale**power * (1 - exp(-power * size / self.xi)) / (exp(power / self.xi) - 1)

    def counting(self, level: Expr, size: Expr) -> Expr:
        return self.xi * log(self.scale / level)
