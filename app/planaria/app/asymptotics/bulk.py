"""Closed forms in z, as text and JSON."""

from __future__ import annotations

from typing import Any

from planaria.app.asymptotics.report import Question, constants_json, derived
from planaria.app.display import heading, line, note, output, print_json, quantity_head
from planaria.derivations.bulk.form import BulkForm, BulkOptimum, bulk_form
from planaria.writing.terminal.expressions import Formulas

__all__ = ["bulk_json", "print_bulk"]


def print_bulk(question: Question, order: int, optimum: str | None) -> None:
    """Derive, write in z, and print that, with the condition of an optimum if one is asked for."""
    file, quantity, derivation, formulas = derived(question)
    found = bulk_form(derivation, order)
    best = None if optimum is None else found.optimum(optimum)
    if question.as_json:
        print_json({"model": file.name, "quantity": quantity.name, "bulk": bulk_json(found, best, formulas)})
        return
    console, inline = output(), formulas.inline
    quantity_head(console, quantity.name, file.title or file.name, quantity.about)
    heading(console, "In z", "for infinitely many eigenvalues of a power law")
    line(console, inline(found.value))
    line(console, f"where {inline(found.equation.lhs)} = {inline(found.equation.rhs)}")
    line(console, f"{formulas.name(found.pole)} = {inline(found.pole_of_z)}")
    for symbol, value in found.constants.items():
        line(console, f"{formulas.name(symbol)} = {inline(value)}")
    note(console, f"relative errors are of order {formulas.renamed_text(found.error)}")
    if best is not None:
        heading(console, f"Optimum over {formulas.name(best.parameter)}")
        line(console, f"{inline(best.condition)} = 0")
        for root in best.roots:
            line(console, f"{formulas.name(found.z)} = {inline(root)}")


def bulk_json(found: BulkForm, best: BulkOptimum | None, formulas: Formulas) -> dict[str, Any]:
    """The JSON of a form in z."""
    plain = formulas.plain
    content = {
        "order": found.order,
        "z": formulas.plain_name(found.z),
        "equation": f"{plain(found.equation.lhs)} = {plain(found.equation.rhs)}",
        "value": plain(found.value),
        "pole": f"{plain(found.pole)} = {plain(found.pole_of_z)}",
        "constants": constants_json(found.constants, formulas),
        "error": formulas.renamed_text(found.error),
    }
    if best is None:
        return content
    roots = [plain(one) for one in best.roots]
    return content | {
        "optimum": {
            "parameter": formulas.plain_name(best.parameter),
            "stationarity": f"{plain(best.condition)} = 0",
            "roots": roots,
        }
    }
