"""What is printed of a quantity, whatever prints it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sympy import Expr, Symbol

from planaria.algebra.errors import InputError
from planaria.app.words.quantities import formula_name
from planaria.derivations import Derivation
from planaria.derivations.analysis.limits import LimitBranch
from planaria.derivations.elimination.algebraic import AlgebraicForm
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.derivations.forms.parts import Part
from planaria.derivations.matrix_valued import PROBED
from planaria.derivations.resummation import COMMUTED, STOPPED
from planaria.ensembles.evidence import Check, Outcome
from planaria.ensembles.model import Model
from planaria.ensembles.text.model_data import ModelFile, Quantity
from planaria.writing.latex.derivation import latex_derivation, renameable
from planaria.writing.terminal.expressions import Formulas

__all__ = ["REFUTED", "VERDICTS", "Derived", "Report", "known_renames", "latex_of"]

VERDICTS = {Outcome.PASSED: "passed", Outcome.FAILED: "FAILED", Outcome.INCONCLUSIVE: "inconclusive"}
REFUTED = "None is given: an exact check of the closed form failed. Please report this model."


@dataclass(frozen=True)
class Derived:
    """A quantity with its derivation; its algebraic form where that is printed; limits by their parameter.

    ``refuted`` says that an exact check failed: nothing is given out then that could be taken for a result.
    ``absent`` are the parameters whose limits were asked for, but that the quantity does not contain.
    """

    quantity: Quantity
    model: Model
    derivation: Derivation
    algebraic: AlgebraicForm | None
    limits: Mapping[Symbol, tuple[LimitBranch, ...]]
    refuted: bool = False
    absent: tuple[Symbol, ...] = ()
    integral: str = ""  # what the quantity is the integrand of, in a line
    parts: tuple[Part, ...] = ()  # of its value, where it is split

    @property
    def notes(self) -> list[str]:
        """What relies on matrices that commute; what was not done, and why."""
        steps = self.derivation.steps
        found = [step.reason for step in steps if step.rule == COMMUTED]
        found += [step.reason for step in steps if step.rule in (STOPPED, PROBED)]
        found += [self.integral] if self.integral else []
        return found + [
            f"{self.quantity.name} does not contain {one}: its limit is the value" for one in self.absent
        ]

    @property
    def sums(self) -> dict[Symbol, SpectralSum]:
        """The spectral sums that value and equations contain."""
        return _used(self.derivation.spectral_sums, self.derivation.value, *self.derivation.equations)

    def further_sums(self, branch: LimitBranch) -> dict[Symbol, SpectralSum]:
        """The spectral sums of a limit that value and equations do not contain."""
        used = _used(branch.closed_form.spectral_sums, branch.value, *branch.conditions)
        return {symbol: one for symbol, one in used.items() if self.sums.get(symbol) != one}


def _used(sums: Mapping[Symbol, SpectralSum], *formulas: Expr) -> dict[Symbol, SpectralSum]:
    symbols = {symbol for one in formulas for symbol in one.free_symbols}
    return {symbol: one for symbol, one in sums.items() if symbol in symbols}


class Report(Protocol):
    """A model, then each quantity followed by its checks."""

    def begin(self, file: ModelFile) -> None: ...
    def quantity(self, derived: Derived) -> None: ...
    def underived(self, quantity: Quantity, error: InputError) -> None: ...
    def check(self, check: Check) -> None: ...
    def end(self) -> None: ...


def latex_of(derived: Derived, formulas: Formulas, width: float) -> str:
    """The derivation as LaTeX, on a page of that width."""
    name = formula_name(derived.quantity)
    return latex_derivation(derived.derivation, known_renames(derived, formulas), name, width)


def known_renames(derived: Derived, formulas: Formulas) -> dict[str, str]:
    """New names of what another quantity contains are no business of this one."""
    known = renameable(derived.derivation)
    return {name: new for name, new in formulas.renames.items() if name in known}
