"""The command line: its commands, whose options are in the room `command`.

The commands import their work when they run: sympy takes half a second, and ``--help`` should answer at once.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from planaria.app.command.analysis import analyse
from planaria.app.command.claims import compare
from planaria.app.command.formulas import derive
from planaria.app.command.graphs import diagrams, dual, moment
from planaria.app.command.numbers import density, evaluate, sweep
from planaria.app.commands import Commands
from planaria.app.options import JsonOption
from planaria.app.words.examples import examples

__all__ = ["app", "main"]

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


for work in (derive, evaluate, density, sweep, diagrams, dual, moment, compare, analyse):
    app.command(epilog=examples(work.__name__))(work)


def main() -> None:
    """The entry point of the distribution."""
    # A terminal that is not UTF-8 gets an escape for a letter that it cannot show, and not an error.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    app(prog_name="planaria")
