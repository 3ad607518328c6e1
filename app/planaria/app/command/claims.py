"""`planaria compare`."""

from __future__ import annotations

from typing import Annotated

import typer

from planaria.app.options import (
    BudgetOption,
    JsonOption,
    LatexOption,
    ModelArgument,
    NumbersOption,
    QuantityArgument,
    SeedOption,
    SpectrumOption,
)
from planaria.app.words.early import check_words

__all__ = ["compare"]

FormulaArgument = Annotated[
    str,
    typer.Argument(
        metavar="FORMULA",
        help="What the quantity is said to be, in names of the model and of the derivation, with sum(...) and "
        "tr(...) over eigenvalues such as lambda_I, sqrt(...) and det(...); or an equation.",
    ),
]
LetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--let",
        metavar="NAME=FORMULA",
        help="A name of your own, such as 'z = sum(lambda_I/(lambda_I + Delta))'; or, for what an equation fixes, "
        "'k: k*(N - z) = gamma'.",
    ),
]


def compare(
    model: ModelArgument,
    quantity: QuantityArgument,
    formula: FormulaArgument,
    let: LetOption = None,
    values: NumbersOption = None,
    spectrum: SpectrumOption = None,
    latex: LatexOption = False,
    seed: SeedOption = 0,
    budget: BudgetOption = 10.0,
    json: JsonOption = False,
) -> None:
    """Prove or refute that a quantity is equal to a formula, and mend the formula."""
    check_words(model, [quantity], spectra=spectrum)
    from planaria.app.claims.compare import CompareOptions, compare_quantity

    options = CompareOptions(
        tuple(let or ()),
        tuple(values or ()),
        tuple(spectrum or ()),
        seed,
        budget,
        as_latex=latex,
        as_json=json,
    )
    if not compare_quantity(model, quantity, formula, options):
        raise typer.Exit(1)
