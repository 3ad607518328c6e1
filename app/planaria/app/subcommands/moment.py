"""`planaria moment`: the exact expectation of a polynomial in traces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Dummy, Expr, Symbol, Trace, expand

from planaria.app.display import (
    INDENT,
    assignments,
    heading,
    line,
    messages,
    note,
    output,
    print_json,
    quantity_head,
    working,
)
from planaria.app.inputs import Names, read_renames, read_values
from planaria.app.words.quantities import scalar_quantity
from planaria.diagrams.expressions.commuting import reorderings
from planaria.diagrams.moments.moment import MOST_PRODUCTS, moment
from planaria.ensembles.library import load_model
from planaria.writing.latex.breaking import broken
from planaria.writing.latex.derivation import latex_expression
from planaria.writing.latex.page import USED, points
from planaria.writing.terminal.expressions import Formulas
from planaria.writing.terminal.trace_polynomials import Polynomial

__all__ = ["MomentOptions", "print_moment"]


@dataclass(frozen=True)
class MomentOptions:
    """The options of the command, as they were written."""

    planar: bool
    connected: bool
    values: tuple[str, ...]
    symbols: tuple[str, ...]
    as_latex: bool
    width: str
    yes: bool
    as_json: bool


def print_moment(model_name: str, text: str, options: MomentOptions) -> None:
    """Compute the moment of an expression, or of a quantity of the model that is named, and print it."""
    file = load_model(model_name)
    names = Names(file)
    width = points(options.width, "--width")
    expression = scalar_quantity(file, text).expression
    values = read_values(options.values, names)
    renames = read_renames(options.symbols, names)
    status = messages()
    with working(status, "contracting"):
        result = moment(
            expression,
            file.model,
            connected=options.connected,
            planar=options.planar,
            limit=None if options.yes else MOST_PRODUCTS,
        )
        if values:
            result = _at(result, values)
    notes = [one.sentence for one in reorderings(expression, file.model)]
    console = output()
    formulas = Formulas(renames, unicode="utf" in console.encoding.lower())
    polynomial = Polynomial(result, tuple(names.parameters.values()))
    if options.as_json:
        print_json(
            {
                "polynomial": formulas.renamed_text(polynomial.text()),
                "variables": [formulas.renamed_text(one) for one in polynomial.variables],
                **({"notes": notes} if notes else {}),
            }
        )
        return
    if options.as_latex:
        for remark in notes:
            console.print(f"% {remark}", soft_wrap=True)
        room = USED * width
        for row in polynomial.latex(lambda part: latex_expression(part, renames), lambda row: broken(row, room)):
            console.print(row, soft_wrap=True)
        return
    quantity_head(console, "moment", file.title or file.name)
    line(console, formulas.plain(expression))
    assignments(console, [f"{formulas.name(symbol)} = {value}" for symbol, value in values.items()])
    heading(console, *_heading(options))
    for one in polynomial.lines(formulas, console.width - INDENT):
        line(console, one)
    for remark in notes:
        note(console, remark)


def _at(expression: Expr, values: Mapping[Symbol, Expr]) -> Expr:
    """Numbers for symbols. A trace stays as it is: the size of its matrix is its name's, and no factor."""
    traces = {one: Dummy() for one in expression.atoms(Trace)}
    return expand(expression.xreplace(traces).xreplace(dict(values))).xreplace({d: t for t, d in traces.items()})


def _heading(options: MomentOptions) -> tuple[str, str]:
    if options.planar and options.connected:
        return "Connected planar part", "the sphere alone"
    if options.planar:
        return "Planar part", "the sphere alone"
    if options.connected:
        return "Connected part", "exact at every size"
    return "Expectation", "exact at every size"
