"""The command line: what each command is called and which options it takes.

The commands import their work when they run: sympy takes half a second to import, and ``planaria --help`` and
``planaria models`` should answer at once.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from planaria.app.commands import Commands

__all__ = ["app", "main"]

app = typer.Typer(
    name="planaria",
    cls=Commands,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Planar diagrams, Schwinger-Dyson equations and checked closed forms for Gaussian random matrices.",
)

# typer reads these at run time, where Python 3.11 needs Optional inside of Annotated.
ModelArgument = Annotated[
    str, typer.Argument(metavar="MODEL", help="A built-in model (see 'planaria models') or a model file.")
]
QuantityArgument = Annotated[str, typer.Argument(metavar="QUANTITY", help="A quantity of the model.")]
QuantitiesArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[QUANTITY]...", help="Quantities of the model; all of them by default."),
]
SymbolsOption = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=NEW", help="Print another name, such as P=T."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
SeedOption = Annotated[int, typer.Option(min=0, metavar="S", help="The seed of everything random.")]
BudgetOption = Annotated[
    float,
    typer.Option(
        metavar="SECONDS",
        help="About how long exact algebra may take; beyond it more unknowns are kept, and it is said.",
    ),
]
LimitOption = Annotated[
    list[str] | None, typer.Option(metavar="NAME=0", help="Take a parameter to zero, such as gamma=0.")
]
SpectrumOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="[NAME=]KIND",
        help="What is known of a deterministic matrix: power-law, exponential, two-level, identity or symbolic.",
    ),
]


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


@app.command()
def models(json: JsonOption = False) -> None:
    """List the built-in models, with their citations."""
    from planaria.app.subcommands.models import list_models

    list_models(as_json=json)


@app.command()
def derive(
    model: ModelArgument,
    quantities: QuantitiesArgument = None,
    spectrum: SpectrumOption = None,
    limit: LimitOption = None,
    latex: Annotated[bool, typer.Option("--latex", help="Print LaTeX instead of text.")] = False,
    width: Annotated[
        str,
        typer.Option(
            metavar="LENGTH", help="The width of the page that LaTeX is for, in pt, cm, mm or in; pt by default."
        ),
    ] = "345pt",
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


@app.command()
def evaluate(
    model: ModelArgument,
    quantity: QuantityArgument,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=NUMBER", help="The value of a parameter or a dimension."),
    ] = None,
    spectrum: SpectrumOption = None,
    spectrum_file: Annotated[
        list[str] | None,
        typer.Option(metavar="[NAME=]FILE", help="Eigenvalues of a matrix, a .npy or .csv file."),
    ] = None,
    data_file: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[NAME=]FILE", help="Data (rows are samples) whose covariance gives the eigenvalues."
        ),
    ] = None,
    matrix: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The matrix that a file without NAME= is for."),
    ] = None,
    digits: Annotated[int, typer.Option(metavar="D", help="Significant digits.")] = 20,
    limit: LimitOption = None,
    simulate: Annotated[
        int | None, typer.Option(metavar="RUNS", help="Check it by simulation at these sizes and larger ones.")
    ] = None,
    seed: SeedOption = 0,
    budget: BudgetOption = 10.0,
    json: JsonOption = False,
) -> None:
    """Evaluate a quantity at given parameters, to any number of digits."""
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
        seed,
        budget,
        as_json=json,
    )
    if not evaluate_quantity(model, quantity, options):
        raise typer.Exit(1)


@app.command()
def density(
    model: ModelArgument,
    quantity: QuantityArgument,
    of: Annotated[str, typer.Option(metavar="NAME", help="The spectral parameter, such as z or gamma.")],
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=NUMBER", help="The value of another parameter or a dimension."),
    ] = None,
    spectrum: SpectrumOption = None,
    spectrum_file: Annotated[
        list[str] | None,
        typer.Option(metavar="[NAME=]FILE", help="Eigenvalues of a matrix, a .npy or .csv file."),
    ] = None,
    points: Annotated[int, typer.Option(metavar="N", help="How many points the bands are given.")] = 1000,
    draw: Annotated[
        str | None, typer.Option(metavar="FILE", help="Draw the density over drawn matrices: .svg, .png or .pdf.")
    ] = None,
    runs: Annotated[int, typer.Option(metavar="N", help="How many matrices are drawn for the histogram.")] = 10,
    csv: Annotated[str | None, typer.Option(metavar="FILE", help="Write x and rho to a .csv file.")] = None,
    seed: SeedOption = 0,
    json: JsonOption = False,
) -> None:
    """Compute the spectral density of a resolvent: bands, edges, atoms and moments."""
    from planaria.app.subcommands.density import DensityOptions, show_density

    options = DensityOptions(
        of,
        tuple(values or ()),
        tuple(spectrum or ()),
        tuple(spectrum_file or ()),
        points,
        runs,
        seed,
        draw,
        csv,
        as_json=json,
    )
    show_density(model, quantity, options)


@app.command()
def diagrams(
    model: ModelArgument,
    quantity: Annotated[
        str,
        typer.Argument(
            metavar="QUANTITY", help="A quantity of the model, or an expression such as 'tr(phi*phi.T)**2'."
        ),
    ],
    order: Annotated[int, typer.Option(metavar="n", help="Insertions in the geometric series.")],
    euler: Annotated[
        str, typer.Option(metavar="2|1|...|all", help="Euler characteristic; 2 is planar.")
    ] = "planar",
    connected: Annotated[
        bool, typer.Option("--connected", help="Of several traces, connected ones only.")
    ] = False,
    irreducible: Annotated[
        int | None,
        typer.Option(metavar="1|2", help="List self-energy diagrams (1) or skeletons (2) with n ribbons instead."),
    ] = None,
    classes: Annotated[
        bool, typer.Option("--classes", help="List diagrams up to isomorphism, with multiplicities.")
    ] = False,
    draw: Annotated[
        str | None, typer.Option(metavar="FILE", help="Draw the diagrams: .svg, .tex, .tikz, .png or .pdf.")
    ] = None,
    select: Annotated[
        str | None,
        typer.Option(metavar="3,5-7", help="Draw only these, by the numbers that sheets and lists show."),
    ] = None,
    columns: Annotated[int | None, typer.Option(metavar="N", help="Draw so many side by side.")] = None,
    width: Annotated[
        float | None, typer.Option(metavar="W", help="Make the picture so wide, in points, 72 to an inch.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Make the diagrams even if there are many.")] = False,
    json: JsonOption = False,
) -> None:
    """Count, sum and draw the diagrams of one order."""
    from planaria.app.subcommands.diagrams import DiagramOptions, make_diagrams

    options = DiagramOptions(
        order, euler, draw, yes, json, connected, irreducible, classes, select=select, columns=columns, width=width
    )
    make_diagrams(model, quantity, options)


@app.command()
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
    symbols: SymbolsOption = None,
    json: JsonOption = False,
) -> None:
    """Find dualities, with a certificate at four levels; draw diagrams beside their duals."""
    from planaria.app.subcommands.dual import DualOptions, find_dualities

    options = DualOptions(tuple(quantities or ()), order, tuple(symbols or ()), draw, as_json=json)
    if not find_dualities(model, options):
        raise typer.Exit(1)


@app.command()
def moment(
    model: ModelArgument,
    expression: Annotated[
        str,
        typer.Argument(
            metavar="EXPRESSION",
            help="A polynomial in traces in the names of the model, such as 'tr(x*x.T)**2', or a quantity.",
        ),
    ],
    planar: Annotated[bool, typer.Option("--planar", help="Only the sphere.")] = False,
    connected: Annotated[
        bool, typer.Option("--connected", help="Only what connects all the traces of a product.")
    ] = False,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=NUMBER", help="The value of a parameter or a dimension."),
    ] = None,
    symbols: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=NEW", help="Print another name, such as P=T."),
    ] = None,
    latex: Annotated[bool, typer.Option("--latex", help="Print LaTeX instead of text.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Go on however much work it is.")] = False,
    json: JsonOption = False,
) -> None:
    """Compute the exact expectation of a polynomial in traces, at every finite size."""
    from planaria.app.subcommands.moment import MomentOptions, print_moment

    options = MomentOptions(
        planar, connected, tuple(values or ()), tuple(symbols or ()), as_latex=latex, yes=yes, as_json=json
    )
    print_moment(model, expression, options)


def main() -> None:
    """The entry point of the distribution."""
    # A terminal that is not UTF-8 gets an escape for a letter that it cannot show, and not an error.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    app(prog_name="planaria")
