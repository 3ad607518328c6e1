"""`planaria diagrams`, `dual` and `moment`."""

from __future__ import annotations

from typing import Annotated

import typer

from planaria.app.options import (
    PAGE_WIDTH,
    DrawColumnsOption,
    DrawSelectOption,
    DrawWidthOption,
    EulerOption,
    IrreducibleOption,
    JsonOption,
    LatexOption,
    ModelArgument,
    NumbersOption,
    QuantitiesArgument,
    QuantityArgument,
    SymbolsOption,
    WidthOption,
)
from planaria.app.words.early import check_words

__all__ = ["diagrams", "dual", "moment"]


def diagrams(
    model: ModelArgument,
    quantity: QuantityArgument,
    order: Annotated[int, typer.Option(metavar="n", help="Insertions in the geometric series.")],
    euler: EulerOption = "planar",
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
    width: WidthOption = PAGE_WIDTH,
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
