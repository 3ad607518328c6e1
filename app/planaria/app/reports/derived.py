"""A quantity with everything that reports print of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sympy import Expr, Symbol
from sympy.core.relational import Relational

from planaria.derivations.analysis.limits import LimitBranch
from planaria.derivations.derivation import Derivation
from planaria.derivations.elimination.algebraic import AlgebraicForm
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.derivations.resummation import COMMUTED, STOPPED
from planaria.ensembles.model import Model
from planaria.ensembles.text.model_data import Quantity

__all__ = ["Derived", "used_sums"]


@dataclass(frozen=True)
class Derived:
    """A quantity with its derivation; its algebraic form where that is printed; limits by their parameter.

    ``refuted`` says that an exact check failed: nothing is given out then that could be taken for a result.
    ``absent`` are the parameters whose limits were asked for, but that the quantity does not contain.
    ``holds`` says of branches of limits between which inequalities they belong to the matrices.
    """

    quantity: Quantity
    model: Model
    derivation: Derivation
    algebraic: AlgebraicForm | None
    limits: Mapping[Symbol, tuple[LimitBranch, ...]]
    refuted: bool = False
    absent: tuple[Symbol, ...] = ()
    integral: str = ""  # what the quantity is the integrand of, in a line
    holds: Mapping[LimitBranch, tuple[Relational, ...]] = field(default_factory=dict)

    @property
    def notes(self) -> list[str]:
        """What relies on matrices that commute; what was not done, and why."""
        steps = self.derivation.steps
        found = [step.reason for step in steps if step.rule == COMMUTED]
        found += [step.reason for step in steps if step.rule == STOPPED]
        found += [self.integral] if self.integral else []
        return found + [
            f"{self.quantity.name} does not contain {one}: its limit is the value" for one in self.absent
        ]

    @property
    def sums(self) -> dict[Symbol, SpectralSum]:
        """The spectral sums that value and equations contain."""
        return used_sums(self.derivation.spectral_sums, self.derivation.value, *self.derivation.equations)

    def further_sums(self, branch: LimitBranch) -> dict[Symbol, SpectralSum]:
        """The spectral sums of a limit that value and equations do not contain."""
        used = used_sums(branch.closed_form.spectral_sums, branch.value, *branch.conditions)
        return {symbol: one for symbol, one in used.items() if self.sums.get(symbol) != one}


def used_sums(sums: Mapping[Symbol, SpectralSum], *formulas: Expr) -> dict[Symbol, SpectralSum]:
    symbols = {symbol for one in formulas for symbol in one.free_symbols}
    return {symbol: one for symbol, one in sums.items() if symbol in symbols}
