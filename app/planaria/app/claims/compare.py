"""`planaria compare`: a derived quantity held against a formula."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from rich.console import Console
from rich.text import Text
from sympy import Expr, MatrixExpr, Trace

from planaria.algebra.errors import InputError, placed
from planaria.app.display import (
    heading,
    line,
    messages,
    note,
    output,
    plain_table,
    print_json,
    quantity_head,
    working,
)
from planaria.app.inputs import Names, read_values
from planaria.app.matrices import with_kinds
from planaria.app.words.quantities import formula_name, scalar_quantity
from planaria.derivations.asked import derive
from planaria.derivations.compared import Comparison, Correction, Counterexample
from planaria.derivations.comparison.as_formula import with_quantity
from planaria.derivations.comparison.vocabulary import vocabulary
from planaria.derivations.derivation import Derivation
from planaria.ensembles.formulas.claim import Claim, Definition
from planaria.ensembles.formulas.from_sympy import formula_of
from planaria.ensembles.formulas.nodes import names_of
from planaria.ensembles.formulas.reading import parse_claim
from planaria.ensembles.library import load_model
from planaria.ensembles.model import Model
from planaria.ensembles.text.log_determinant import LogDet
from planaria.ensembles.text.model_data import ModelFile, Quantity
from planaria.ensembles.verdicts.claims import Verdict
from planaria.numerics.comparison.compare import compare
from planaria.writing.comparisons.latex import latex_comparison
from planaria.writing.terminal.comparisons import counterexample_rows, evidence_text
from planaria.writing.terminal.expressions import Formulas

__all__ = ["CompareOptions", "compare_quantity"]

_STYLES = {
    Verdict.PROVED: "bold green",
    Verdict.HOLDS: "bold green",
    Verdict.REFUTED: "bold red",
    Verdict.UNDECIDED: "bold yellow",
}


@dataclass(frozen=True)
class CompareOptions:
    """The options of the command, as they were written."""

    let: tuple[str, ...]
    values: tuple[str, ...]
    spectrum: tuple[str, ...]
    seed: int
    budget: float
    as_latex: bool
    as_json: bool


def compare_quantity(model_name: str, text: str, formula: str, options: CompareOptions) -> bool:
    """Derive, compare and print; whether the claim is not refuted."""
    claim = parse_claim(formula, options.let)  # before anything is derived
    file = load_model(model_name)
    quantity = scalar_quantity(file, text)
    model = with_kinds(file, options.spectrum)
    names = Names(file, dict(model.spectra).values())
    values = read_values(options.values, names)
    status = messages()
    derivation = replace(_derived(file, quantity, model, status, options.budget), defaults=names.defaults)
    claim = _completed(claim, file, derivation)
    known = vocabulary(derivation)
    for other in file.quantities:
        used = {name for _, tree in claim.trees() for name in names_of(tree)}
        if other.name in used - claim.own and not known.has(other.name):
            further = _derived(file, other, model, status, options.budget)
            claim = with_quantity(claim, other.name, further)
    with working(status, "comparing"):
        found = compare(derivation, claim, values=values, seed=options.seed)
    if options.as_json:
        print_json(_json(file, quantity, found))
    elif options.as_latex:
        output().print(latex_comparison(found, formula_name(quantity)), soft_wrap=True)
    else:
        _print(output(), file, quantity, found)
    return found.verdict is not Verdict.REFUTED


def _derived(file: ModelFile, quantity: Quantity, model: Model, status: Console, budget: float) -> Derivation:
    with working(status, f"deriving {quantity.name}"), placed(file.place(quantity)):
        found = derive(quantity.expression, model, budget=budget)
    if not isinstance(found, Derivation):
        place = f"quantity {quantity.name}"
        raise InputError(place, "a log det is an integral over a closed form", "compare the resolvent in it")
    return found


def _completed(claim: Claim, file: ModelFile, derivation: Derivation) -> Claim:
    """The claim with the scalars that the model file defines, where it uses them."""
    known = vocabulary(derivation).scalars
    own = list(claim.definitions)
    pending = [tree for _, tree in claim.trees()]
    scalars = {name: value for name, value in file.definitions if _is_scalar(value)}
    while pending:
        for name in sorted(names_of(pending.pop()) & scalars.keys()):
            if name not in known and name not in claim.own and all(one.name != name for one in own):
                own.append(Definition(name, formula_of(scalars[name])))
                pending.append(own[-1].formula)
    return replace(claim, definitions=tuple(own))


def _is_scalar(value: Expr | MatrixExpr) -> bool:
    return not isinstance(value, MatrixExpr) and not value.has(Trace, LogDet)


def _print(console: Console, file: ModelFile, quantity: Quantity, found: Comparison) -> None:
    formulas = Formulas(unicode="utf" in console.encoding.lower())
    quantity_head(console, quantity.name, file.title or file.name, quantity.about)
    console.print()
    left = f"{formula_name(quantity)} = " if found.claim.left is None else ""
    line(console, f"{left}{found.claim}")
    for text in found.claim.lets:
        line(console, text)
    console.print()
    line(console, Text.assemble((found.verdict.value, _STYLES[found.verdict]), f": {evidence_text(found)}"))
    if found.counterexample is not None:
        heading(console, "Counterexample")
        console.print(plain_table(("", ""), counterexample_rows(found.counterexample, formulas)))
    if found.correction is not None:
        heading(console, "Right would be", f"one change: {found.correction.change}")
        line(console, str(found.correction))
        note(console, f"{found.correction.verdict.value}: {found.correction.verdict.meaning}")
    if found.verdict is Verdict.PROVED and found.steps:
        heading(console, "Steps")
        rows = [(one.rule, formulas.inline(one.before), formulas.inline(one.after)) for one in found.steps]
        console.print(plain_table(("step", "before", "after"), rows, formulas=("before", "after")))


def _json(file: ModelFile, quantity: Quantity, found: Comparison) -> dict[str, Any]:
    formulas = Formulas(unicode=False)
    return {
        "model": file.name,
        "quantity": quantity.name,
        "formula": str(found.claim),
        "let": list(found.claim.lets),
        "verdict": found.verdict.value,
        "digits": found.digits,
        "points": found.points,
        "reason": found.reason,
        "counterexample": _counterexample(found.counterexample),
        "correction": _correction(found.correction),
        "steps": _steps(found, formulas),
    }


def _counterexample(one: Counterexample | None) -> dict[str, Any] | None:
    if one is None:
        return None
    formula = None if one.formula is None else {"middle": one.formula.middle, "radius": one.formula.radius}
    return {
        "at": dict(one.at),
        "quantity": {"middle": one.quantity.middle, "radius": one.quantity.radius},
        "formula": formula,
        "certified": one.certified,
    }


def _correction(one: Correction | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {"formula": one.formula, "name": one.name, "change": one.change, "verdict": one.verdict.value}


def _steps(found: Comparison, formulas: Formulas) -> Sequence[dict[str, str]]:
    return [
        {
            "rule": one.rule,
            "before": formulas.plain(one.before),
            "after": formulas.plain(one.after),
            "reason": one.reason,
        }
        for one in found.steps
    ]
