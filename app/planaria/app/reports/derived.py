"""What is printed of a quantity, whatever prints it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sympy import Expr, Symbol
from sympy.core.relational import Relational

from planaria.algebra.errors import InputError
from planaria.app.words.quantities import formula_name
from planaria.derivations import Derivation
from planaria.derivations.analysis.limits import LimitBranch
from planaria.derivations.elimination.algebraic import AlgebraicForm
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.derivations.forms.determinants import with_determinants
from planaria.derivations.forms.parts import Part
from planaria.derivations.log_determinants import LogDetIntegral
from planaria.derivations.matrix_valued import PROBED
from planaria.derivations.resummation import COMMUTED, LEADING, STOPPED
from planaria.ensembles.evidence import Check, Outcome
from planaria.ensembles.model import Model
from planaria.ensembles.text.model_data import ModelFile, Quantity
from planaria.writing.latex.derivation import latex_derivation, renameable
from planaria.writing.latex.log_determinants import integral_rows
from planaria.writing.latex.page import AlignedRow, on_pages
from planaria.writing.terminal.derivations import integral_text
from planaria.writing.terminal.expressions import Formulas

__all__ = [
    "REFUTED",
    "VERDICTS",
    "Derived",
    "Integrand",
    "Report",
    "inequality",
    "known_renames",
    "latex_of",
    "used_sums",
]

VERDICTS = {Outcome.PASSED: "passed", Outcome.FAILED: "FAILED", Outcome.INCONCLUSIVE: "inconclusive"}
REFUTED = "None is given: an exact check of the closed form failed. Please report this model."


@dataclass(frozen=True)
class Integrand:
    """What a resolvent is integrated to: one log det, and the quantity that this is the first one of."""

    integral: LogDetIntegral
    whole: Quantity | None


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
    part_of: Integrand | None = None  # where the quantity is the resolvent in a log det
    parts: tuple[Part, ...] = ()  # of its value, where it is split
    holds: Mapping[LimitBranch, tuple[Relational, ...]] = field(default_factory=dict)

    @property
    def notes(self) -> list[str]:
        """What relies on matrices that commute; what was not done, and why."""
        steps = self.derivation.steps
        rules = (COMMUTED, LEADING, STOPPED, PROBED)
        found = [step.reason for rule in rules for step in steps if step.rule == rule]
        return found + [
            f"{self.quantity.name} does not contain {one}: its limit is the value" for one in self.absent
        ]

    @property
    def sums(self) -> dict[Symbol, SpectralSum]:
        """The spectral sums that value and equations contain."""
        return used_sums(self.derivation.spectral_sums, self.derivation.value, *self.derivation.equations)

    def shown(self, part: Part) -> Expr:
        """A part of the value with the names of determinants."""
        return with_determinants(part.value, self.derivation.determinants)

    def further_sums(self, branch: LimitBranch) -> dict[Symbol, SpectralSum]:
        """The spectral sums of a limit that value and equations do not contain."""
        used = used_sums(branch.closed_form.spectral_sums, branch.value, *branch.conditions)
        return {symbol: one for symbol, one in used.items() if self.sums.get(symbol) != one}

    def integral_rows(self, renames: Mapping[str, str]) -> list[AlignedRow]:
        """The log det that a resolvent is for, as LaTeX; none for what is no part of one."""
        if self.part_of is None:
            return []
        one, whole = self.part_of.integral, self.part_of.whole
        first = None if whole is None else (formula_name(whole), whole.expression)
        return integral_rows(one, formula_name(self.quantity), first, renames)

    def integral_text(self, formulas: Formulas) -> str:
        """The same in a line of text; empty for what is no part of a log det."""
        return "" if self.part_of is None else integral_text(self.part_of.integral, formulas)


def used_sums(sums: Mapping[Symbol, SpectralSum], *formulas: Expr) -> dict[Symbol, SpectralSum]:
    symbols = {symbol for one in formulas for symbol in one.free_symbols}
    return {symbol: one for symbol, one in sums.items() if symbol in symbols}


class Report(Protocol):
    """A model, then each quantity followed by its checks."""

    def begin(self, file: ModelFile) -> None: ...
    def quantity(self, derived: Derived) -> None: ...
    def underived(self, quantity: Quantity, error: InputError) -> None: ...
    def check(self, check: Check) -> None: ...
    def end(self) -> None: ...


def inequality(one: Relational, written: Callable[[Expr], str]) -> str:
    """An inequality, its sides written by a function."""
    return f"{written(one.lhs)} {one.rel_op} {written(one.rhs)}"


def latex_of(derived: Derived, formulas: Formulas, width: float) -> str:
    """The derivation as LaTeX, on a page of that width."""
    name, renames = formula_name(derived.quantity), known_renames(derived, formulas)
    block = latex_derivation(derived.derivation, renames, name, width)
    rows = derived.integral_rows(renames)
    return f"{on_pages('align*', rows, width)}\n{block}" if rows else block


def known_renames(derived: Derived, formulas: Formulas) -> dict[str, str]:
    """New names of what another quantity contains are no business of this one."""
    known = renameable(derived.derivation)
    return {name: new for name, new in formulas.renames.items() if name in known}
