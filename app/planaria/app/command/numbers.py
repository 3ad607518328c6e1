"""`planaria evaluate`, `density` and `sweep`."""

from __future__ import annotations

from typing import Annotated

import typer

from planaria.app.options import (
    BudgetOption,
    CertifyOption,
    ChunkOption,
    CsvDensityOption,
    DataFileOption,
    DrawDensityOption,
    DrawWorkersOption,
    JsonOption,
    LimitOption,
    MatrixOption,
    ModelArgument,
    NonHermitianOption,
    NumbersOption,
    PointsFileOption,
    QuantitiesArgument,
    QuantityArgument,
    SchedulerOption,
    SeedOption,
    SpectralOption,
    SpectrumFileOption,
    SpectrumOption,
    SweepNumbersOption,
    SymbolsOption,
)
from planaria.app.words.early import check_words

__all__ = ["density", "evaluate", "sweep"]


def evaluate(
    model: ModelArgument,
    quantity: QuantityArgument,
    values: SweepNumbersOption = None,
    spectrum: SpectrumOption = None,
    spectrum_file: SpectrumFileOption = None,
    data_file: DataFileOption = None,
    matrix: MatrixOption = None,
    digits: Annotated[
        int | None,
        typer.Option(metavar="D", help="Significant digits; 20 by default, and 9 for several points."),
    ] = None,
    limit: LimitOption = None,
    certify: CertifyOption = False,
    simulate: Annotated[
        int | None, typer.Option(metavar="RUNS", help="Check it by simulation at these sizes and larger ones.")
    ] = None,
    workers: DrawWorkersOption = 1,
    symbols: SymbolsOption = None,
    csv: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write a table of values: a .csv file, or - to print it.")
    ] = None,
    seed: SeedOption = 0,
    budget: BudgetOption = 10.0,
    json: JsonOption = False,
) -> None:
    """Evaluate a quantity at one point or at many, to any number of digits."""
    check_words(model, [quantity], spectra=spectrum, sweeps=values)
    from planaria.app.subcommands.evaluate import EvaluateOptions, evaluate_quantity

    options = EvaluateOptions(
        tuple(values or ()),
        tuple(spectrum or ()),
        tuple(spectrum_file or ()),
        tuple(data_file or ()),
        matrix,
        digits,
        tuple(limit or ()),
        simulate,
        workers,
        tuple(symbols or ()),
        csv,
        seed,
        budget,
        certify=certify,
        as_json=json,
    )
    if not evaluate_quantity(model, quantity, options):
        raise typer.Exit(1)


def density(
    model: ModelArgument,
    quantity: QuantityArgument,
    of: SpectralOption,
    values: NumbersOption = None,
    spectrum: SpectrumOption = None,
    spectrum_file: SpectrumFileOption = None,
    data_file: DataFileOption = None,
    matrix: MatrixOption = None,
    nonhermitian: NonHermitianOption = False,
    points: Annotated[int, typer.Option(metavar="N", help="How many points there are, about.")] = 1000,
    draw: DrawDensityOption = None,
    runs: Annotated[int, typer.Option(metavar="N", help="How many matrices are drawn for the picture.")] = 10,
    csv: CsvDensityOption = None,
    symbols: SymbolsOption = None,
    seed: SeedOption = 0,
    budget: BudgetOption = 10.0,
    json: JsonOption = False,
) -> None:
    """Compute the spectral density of a resolvent: bands, edges, atoms, moments; or in the plane."""
    check_words(model, [quantity], spectra=spectrum, parameters=[of])
    from planaria.app.subcommands.density import DensityOptions, show_density

    options = DensityOptions(
        of,
        tuple(values or ()),
        tuple(spectrum or ()),
        tuple(spectrum_file or ()),
        tuple(data_file or ()),
        matrix,
        points,
        draw,
        runs,
        csv,
        tuple(symbols or ()),
        seed,
        budget,
        nonhermitian=nonhermitian,
        as_json=json,
    )
    show_density(model, quantity, options)


def sweep(
    model: ModelArgument,
    quantities: QuantitiesArgument = None,
    out: Annotated[
        str,
        typer.Option(metavar="FILE", help="A .zarr, .nc or .csv file; what is there of the same sweep is kept."),
    ] = ...,  # type: ignore[assignment]
    values: SweepNumbersOption = None,
    points: PointsFileOption = None,
    spectrum: SpectrumOption = None,
    spectrum_file: SpectrumFileOption = None,
    data_file: DataFileOption = None,
    matrix: MatrixOption = None,
    draws: Annotated[int, typer.Option(metavar="D", help="Draw matrices so often at each point, too.")] = 0,
    workers: Annotated[int, typer.Option(metavar="W", help="Processes; the numbers are the same on any.")] = 1,
    scheduler: SchedulerOption = None,
    chunk: ChunkOption = None,
    seed: SeedOption = 0,
    budget: BudgetOption = 10.0,
    json: JsonOption = False,
) -> None:
    """Evaluate quantities over a grid or a list of points, into a file of labelled data."""
    check_words(model, quantities or (), spectra=spectrum, sweeps=values)
    from planaria.app.subcommands.sweep import SweepOptions, sweep_quantities

    options = SweepOptions(
        tuple(quantities or ()),
        out,
        tuple(values or ()),
        points,
        tuple(spectrum or ()),
        tuple(spectrum_file or ()),
        tuple(data_file or ()),
        matrix,
        draws,
        workers,
        scheduler,
        chunk,
        seed,
        budget,
        as_json=json,
    )
    sweep_quantities(model, options)
