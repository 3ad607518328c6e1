"""`planaria derive`."""

from __future__ import annotations

from typing import Annotated

import typer

from planaria.app.options import (
    PAGE_WIDTH,
    BasisOption,
    BudgetOption,
    ByOption,
    CollectOption,
    JsonOption,
    LatexOption,
    LimitOption,
    ModelArgument,
    QuantitiesArgument,
    SeedOption,
    SpectrumOption,
    SymbolsOption,
    WidthOption,
)
from planaria.app.words.early import check_words

__all__ = ["derive"]


def derive(
    model: ModelArgument,
    quantities: QuantitiesArgument = None,
    spectrum: SpectrumOption = None,
    limit: LimitOption = None,
    basis: BasisOption = None,
    by: ByOption = None,
    collect: CollectOption = None,
    determinants: Annotated[
        bool,
        typer.Option(
            "--determinants/--no-determinants",
            help="Whether denominators that are determinants of ladders are shown as these.",
        ),
    ] = True,
    latex: LatexOption = False,
    width: WidthOption = PAGE_WIDTH,
    rules: Annotated[
        bool, typer.Option("--rules/--no-rules", help="Whether to print the Feynman rules, too.")
    ] = True,
    simulation: Annotated[
        bool, typer.Option("--simulation/--no-simulation", help="Whether to check against simulation, too.")
    ] = True,
    symbols: SymbolsOption = None,
    seed: SeedOption = 0,
    budget: BudgetOption = 10.0,
    json: JsonOption = False,
) -> None:
    """Derive closed forms from Feynman rules, step by step, and check them."""
    check_words(model, quantities or (), spectra=spectrum)
    from planaria.app.subcommands.derive import DeriveOptions, derive_quantities

    options = DeriveOptions(
        tuple(quantities or ()),
        tuple(spectrum or ()),
        tuple(limit or ()),
        basis,
        tuple(name.strip() for name in by.split(",")) if by is not None else (),
        collect,
        determinants,
        tuple(symbols or ()),
        as_latex=latex,
        width=width,
        rules=rules,
        simulation=simulation,
        seed=seed,
        budget=budget,
        as_json=json,
    )
    if not derive_quantities(model, options):
        raise typer.Exit(1)
