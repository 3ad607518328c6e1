"""The identity matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import Expr, Integer, Piecewise

from planaria.models.spectra.spectrum import Functions, Spectrum

__all__ = ["UnitSpectrum"]


@dataclass(frozen=True)
class UnitSpectrum(Spectrum):
    """The matrix is the identity: every eigenvalue is 1, and closed forms become algebraic."""

    kind: ClassVar[str] = "identity"
    title: ClassVar[str] = "identity matrix"
    is_identity: ClassVar[bool] = True

    def at(self, position: Any, size: int, numbers: Mapping[str, Any], functions: Functions) -> Any:
        return functions.choose(position > 0, functions.number(Integer(1)), functions.number(Integer(1)))

    def moment(self, power: int, size: Expr) -> Expr:
        return size

    def counting(self, level: Expr, size: Expr) -> Expr:
        return Piecewise((size, level < 1), (0, True))
