"""`planaria analyse`."""

from __future__ import annotations

from typing import Annotated

import typer

from planaria.app.command.asymptotics import (
    Asymptotics,
    DrawRegimesOption,
    GivenOption,
    RegimesOption,
    ScalingOption,
    analyse_asymptotics,
)
from planaria.app.options import (
    BudgetOption,
    DataFileOption,
    JsonOption,
    MatrixOption,
    ModelArgument,
    NumbersOption,
    QuantityArgument,
    SeedOption,
    SpectrumFileOption,
    SpectrumOption,
    SymbolsOption,
)
from planaria.app.words.early import check_words

__all__ = ["analyse"]

DerivativeOption = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME:n", help="Differentiate by a parameter, n times, along the solution."),
]
TargetsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="NAME=0|oo|VALUE",
        help="Take a limit, such as gamma=0 or N=oo; N/P=2 is a ratio that holds on the way.",
    ),
]
SeriesOption = Annotated[
    str | None, typer.Option(metavar="NAME=0|oo|VALUE:n", help="Expand about a limit, to the power n: gamma=0:3.")
]
OptimumOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="Find where the quantity is least over a parameter.")
]


def analyse(
    model: ModelArgument,
    quantity: QuantityArgument,
    derivative: DerivativeOption = None,
    limit: TargetsOption = None,
    series: SeriesOption = None,
    optimum: OptimumOption = None,
    scaling: ScalingOption = None,
    regimes: RegimesOption = None,
    given: GivenOption = "",
    draw: DrawRegimesOption = None,
    values: NumbersOption = None,
    spectrum: SpectrumOption = None,
    spectrum_file: SpectrumFileOption = None,
    data_file: DataFileOption = None,
    matrix: MatrixOption = None,
    digits: Annotated[int | None, typer.Option(metavar="D", help="Significant digits of numbers; 20.")] = None,
    symbols: SymbolsOption = None,
    seed: SeedOption = 0,
    budget: BudgetOption = 10.0,
    json: JsonOption = False,
) -> None:
    """Analyse a closed form: derivatives, limits, series, optima, exponents, regimes; numbers with --set."""
    check_words(model, [quantity], spectra=spectrum)
    asymptotics = Asymptotics(scaling, regimes, given, draw)
    asymptotics.check(others=any(one is not None for one in (derivative, limit, series, optimum, values)))
    if asymptotics.is_asked:
        kinds, renames = tuple(spectrum or ()), tuple(symbols or ())
        if not analyse_asymptotics(model, quantity, asymptotics, kinds, renames, budget, as_json=json):
            raise typer.Exit(1)
        return
    from planaria.app.subcommands.analyse import AnalyseOptions, analyse_quantity

    options = AnalyseOptions(
        tuple(derivative or ()),
        tuple(limit or ()),
        series,
        optimum,
        tuple(values or ()),
        tuple(spectrum or ()),
        tuple(spectrum_file or ()),
        tuple(data_file or ()),
        matrix,
        digits,
        tuple(symbols or ()),
        seed,
        budget,
        as_json=json,
    )
    analyse_quantity(model, quantity, options)
