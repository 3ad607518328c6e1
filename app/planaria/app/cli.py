"""The command line: what each command is called and which options it takes.

The commands import their work when they run: sympy takes half a second, and ``--help`` should answer at once.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from planaria.app.asymptotics.commands import register as register_asymptotics
from planaria.app.commands import Commands
from planaria.app.options import (
    BudgetOption,
    CertifyOption,
    ChunkOption,
    CsvDensityOption,
    DataFileOption,
    DrawColumnsOption,
    DrawDensityOption,
    DrawSelectOption,
    DrawWidthOption,
    DrawWorkersOption,
    IrreducibleOption,
    JsonOption,
    LatexOption,
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
    WidthOption,
)
from planaria.app.words import completion
from planaria.app.words.early import check_words
from planaria.app.words.examples import examples

__all__ = ["app", "main"]

_WIDTH = "345pt"  # the text of LaTeX's article

app = typer.Typer(
    name="planaria",
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    help="Planar diagrams, Schwinger-Dyson equations and checked closed forms for Gaussian random matrices.",
    epilog=examples(),
)


@app.callback(invoke_without_command=True)
def planaria(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as version_of

        typer.echo(f"planaria {version_of('planaria')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command(epilog=examples("models"))
def models(json: JsonOption = False) -> None:
    """List the built-in models, with their citations."""
    from planaria.app.subcommands.models import list_models

    list_models(as_json=json)


@app.command(epilog=examples("derive"))
def derive(
    model: ModelArgument,
    quantities: QuantitiesArgument = None,
    spectrum: SpectrumOption = None,
    limit: LimitOption = None,
    latex: LatexOption = False,
    width: WidthOption = _WIDTH,
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


@app.command(epilog=examples("evaluate"))
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


@app.command(epilog=examples("density"))
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


@app.command(epilog=examples("sweep"))
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


@app.command(epilog=examples("diagrams"))
def diagrams(
    model: ModelArgument,
    quantity: QuantityArgument,
    order: Annotated[int, typer.Option(metavar="n", help="Insertions in the geometric series.")],
    euler: Annotated[
        str,
        typer.Option(
            metavar="2|1|...|all",
            help="Euler characteristic; 2 is planar.",
            autocompletion=completion.euler_characteristics,
        ),
    ] = "planar",
    connected: Annotated[
        bool, typer.Option("--connected", help="Of several traces, connected ones only.")
    ] = False,
    irreducible: IrreducibleOption = None,
    classes: Annotated[
        bool, typer.Option("--classes", help="List diagrams up to isomorphism, with multiplicities.")
    ] = False,
    draw: Annotated[
        str | None, typer.Option(metavar="FILE", help="Draw the diagrams: .svg, .tex, .tikz, .png or .pdf.")
    ] = None,
    select: DrawSelectOption = None,
    columns: DrawColumnsOption = None,
    width: DrawWidthOption = None,
    symbols: SymbolsOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Make the diagrams even if there are many.")] = False,
    json: JsonOption = False,
) -> None:
    """Count, sum and draw the diagrams of one order."""
    check_words(model, [quantity])
    from planaria.app.subcommands.diagrams import DiagramOptions, make_diagrams

    options = DiagramOptions(
        order,
        euler,
        draw,
        yes,
        json,
        connected,
        irreducible,
        classes,
        select=select,
        columns=columns,
        width=width,
        symbols=tuple(symbols or ()),
    )
    make_diagrams(model, quantity, options)


@app.command(epilog=examples("dual"))
def dual(
    model: ModelArgument,
    quantities: QuantitiesArgument = None,
    order: Annotated[
        int, typer.Option(metavar="n", help="The order to which diagrams are compared one by one, and drawn.")
    ] = 1,
    draw: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|DIR",
            help="Draw planar diagrams beside their duals: on a sheet (.svg, .tex, .tikz, .png or .pdf), or "
            "each in a file of its own in this folder.",
        ),
    ] = None,
    select: DrawSelectOption = None,
    columns: DrawColumnsOption = None,
    width: DrawWidthOption = None,
    symbols: SymbolsOption = None,
    json: JsonOption = False,
) -> None:
    """Find dualities, with a certificate at four levels; draw diagrams beside their duals."""
    check_words(model, quantities or ())
    from planaria.app.subcommands.dual import DualOptions, find_dualities

    options = DualOptions(
        tuple(quantities or ()),
        order,
        tuple(symbols or ()),
        draw,
        as_json=json,
        select=select,
        columns=columns,
        width=width,
    )
    if not find_dualities(model, options):
        raise typer.Exit(1)


@app.command(epilog=examples("moment"))
def moment(
    model: ModelArgument,
    quantity: QuantityArgument,
    planar: Annotated[bool, typer.Option("--planar", help="Only the sphere.")] = False,
    connected: Annotated[
        bool, typer.Option("--connected", help="Only what connects all the traces of a product.")
    ] = False,
    values: NumbersOption = None,
    symbols: SymbolsOption = None,
    latex: LatexOption = False,
    width: WidthOption = _WIDTH,
    yes: Annotated[bool, typer.Option("--yes", help="Go on however much work it is.")] = False,
    json: JsonOption = False,
) -> None:
    """Compute the exact expectation of a polynomial in traces, at every finite size."""
    check_words(model, [quantity])
    from planaria.app.subcommands.moment import MomentOptions, print_moment

    options = MomentOptions(
        planar,
        connected,
        tuple(values or ()),
        tuple(symbols or ()),
        as_latex=latex,
        width=width,
        yes=yes,
        as_json=json,
    )
    print_moment(model, quantity, options)


register_asymptotics(app)


def main() -> None:
    """The entry point of the distribution."""
    # A terminal that is not UTF-8 gets an escape for a letter that it cannot show, and not an error.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    app(prog_name="planaria")
