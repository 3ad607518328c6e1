"""Derivations as one JSON object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Symbol

from planaria.algebra.errors import InputError
from planaria.app.display import print_json
from planaria.app.reports.derived import Derived, inequality, latex_of
from planaria.derivations.analysis.limits import LimitBranch
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.derivations.matrix_valued import MatrixDerivation
from planaria.ensembles.evidence import Check
from planaria.ensembles.text.model_data import ModelFile, Quantity
from planaria.writing.latex.page import WIDTH
from planaria.writing.terminal.expressions import Formulas

__all__ = ["JsonReport"]


class JsonReport:
    """One JSON object, printed at the end."""

    def __init__(self, formulas: Formulas, *, width: float = WIDTH) -> None:
        self.formulas = formulas
        self.width = width  # of a page, for its LaTeX
        self.content: dict[str, Any] = {}

    def begin(self, file: ModelFile) -> None:
        small = {"small_spaces": [str(one) for one in file.model.small]} if file.model.small else {}
        self.content = {"model": file.name, **small, "quantities": {}}

    def quantity(self, derived: Derived) -> None:
        plain, name = self.formulas.plain, self.formulas.plain_name
        derivation = derived.derivation
        entry: dict[str, Any] = {
            "unknowns": {
                name(one.symbol): self.formulas.meaning(one.meaning) for one in derivation.closed_form.unknowns
            },
            "equations": [f"{plain(one.lhs)} = {plain(one.rhs)}" for one in derivation.equations],
            "value": None if derived.refuted else plain(derivation.value),
            "spectral_sums": self._sums(derived.sums),
            "latex": None if derived.refuted else latex_of(derived, self.formulas, self.width),
            "notes": [*derived.notes, *filter(None, [derived.integral_text(self.formulas)])],
            "checks": [],
        }
        if isinstance(derivation, MatrixDerivation):
            own = [*map(name, derivation.eigenvalues)]
            entry["matrix"] = {"space": name(derivation.space), "eigenvalues": own}
        if derivation.determinants and not derived.refuted:
            entry["determinants"] = {
                name(one.symbol): [[plain(entry) for entry in row] for row in one.rows]
                for one in derivation.determinants
            }
            entry["value_by_determinants"] = plain(derivation.value_as_shown)
        if derived.part_of is not None:
            entry["integral"] = derived.integral_text(self.formulas)
        if derived.parts and not derived.refuted:
            entry["parts"] = [{"factor": plain(one.factor), "value": plain(one.value)} for one in derived.parts]
        if derived.limits and not derived.refuted:
            entry["limits"] = {
                name(parameter): [self._branch(derived, one) for one in found]
                for parameter, found in derived.limits.items()
            }
        self.content["quantities"][derived.quantity.name] = entry

    def underived(self, quantity: Quantity, error: InputError) -> None:
        self.content["quantities"][quantity.name] = {"error": str(error)}

    def _sums(self, sums: Mapping[Symbol, SpectralSum]) -> dict[str, dict[str, str]]:
        plain, name = self.formulas.plain, self.formulas.plain_name
        return {
            name(symbol): {"summand": plain(one.summand), "space": name(one.space)} for symbol, one in sums.items()
        }

    def _branch(self, derived: Derived, branch: LimitBranch) -> dict[str, Any]:
        plain, own = self.formulas.plain, derived.holds.get(branch)
        return {
            "where": [f"{plain(one.lhs)} = {plain(one.rhs)}" for one in branch.conditions],
            "holds": None if own is None else [inequality(one, plain) for one in own],
            "value": plain(branch.value),
            "spectral_sums": self._sums(derived.further_sums(branch)),
        }

    def check(self, check: Check) -> None:
        *_, last = self.content["quantities"].values()
        last["checks"].append(
            {
                "statement": check.statement,
                "method": check.method,
                "passed": check.passed,
                "outcome": check.outcome.value,
                "detail": check.detail,
            }
        )

    def end(self) -> None:
        print_json(self.content)
