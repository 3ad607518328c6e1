"""`planaria dual`: the dualities of a model's quantities, their certificates, and diagrams beside their duals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text
from sympy import Expr, MatrixExpr

from planaria.algebra.errors import InputError, placed
from planaria.app.display import (
    heading,
    line,
    messages,
    note,
    output,
    paragraph,
    plain_table,
    print_json,
    title,
    working,
)
from planaria.app.inputs import Names, check_count, read_renames
from planaria.app.pictures import Drawing, Folder, Target, target_of, write_pages, write_picture
from planaria.app.words.quantities import chosen_quantities, formula_name
from planaria.app.words.renaming import renamed_model, renamed_quantities
from planaria.derivations import derive
from planaria.diagrams.duality import Certificate, Dualities, Duality, Refutation, dualities
from planaria.diagrams.duality.propagators import exchanged_matrices
from planaria.diagrams.expansion import expand
from planaria.diagrams.expressions.commuting import reorderings
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.ensembles.library import load_model
from planaria.ensembles.model import Gaussian
from planaria.ensembles.text.model_data import ModelFile, Quantity
from planaria.numerics.evidence.check_duality import check_duality
from planaria.writing.emitters.shapes import Picture
from planaria.writing.pictures import beside, dual_sheets
from planaria.writing.terminal.expressions import Formulas

__all__ = ["DualOptions", "find_dualities"]

_HIGHEST_ORDER = 20
_MOST_PICTURES = 500  # of one order
_SHORT = 400  # letters of a polynomial that is shown whole


@dataclass(frozen=True)
class DualOptions:
    """The options of the command, as they were written."""

    quantities: tuple[str, ...]
    order: int
    symbols: tuple[str, ...]
    draw: str | None
    as_json: bool
    select: str | None = None
    columns: int | None = None
    width: str | None = None


@dataclass(frozen=True)
class _Found:
    """What there is to say of one duality."""

    duality: Duality
    certificates: tuple[Certificate, ...]
    matrices: tuple[tuple[str, str], ...]
    note: str = ""  # why there is no certificate on the closed form, where it could not be made


def find_dualities(model_name: str, options: DualOptions) -> bool:
    """Find, certify, print and draw; whether every certificate of what was found holds."""
    check_count("--order", options.order, 0, _HIGHEST_ORDER)
    target, drawing = _drawing(options)
    file = load_model(model_name)
    quantities = tuple(chosen_quantities(file, options.quantities))
    names = Names(file, dict(file.model.spectra).values())
    if isinstance(target, Folder):
        spaces = "-".join(sorted(names.spaces, key=len)[-2:])
        for quantity in quantities:
            target.check_name(
                f"{formula_name(quantity)}-{spaces or 'fields'}-order-{options.order}-{_MOST_PICTURES}.svg"
            )
    console, status = output(), messages()
    renames = read_renames(options.symbols, names)
    quantities, file = renamed_quantities(quantities, file, renames), renamed_model(file, renames)
    formulas = Formulas(unicode="utf" in console.encoding.lower())
    passed = True
    pages: list[Picture] = []
    results: list[tuple[Quantity, tuple[_Found, ...], tuple[Refutation, ...]]] = []
    for quantity in quantities:
        with working(status, f"looking for dualities of {quantity.name}"), placed(file.place(quantity)):
            search = dualities(file.model, quantity.expression, order=options.order)
            found = tuple(_certified(file, quantity, one) for one in search)
        if drawing is not None:  # before anything is printed: a refusal is one sentence
            pages += _sheets(quantity, search, options.order, drawing)
        if not results and not options.as_json:
            title(console, file.title or file.name, file.about)
        passed = passed and all(one.passed for each in found for one in each.certificates)
        results.append((quantity, found, search.refuted))
        if not options.as_json:
            _Text(console, formulas, file).quantity(quantity, found, search)
        if isinstance(target, Folder):
            for path in _drawn_apart(quantity, search, options.order, target):
                status.print(f"wrote {path}", soft_wrap=True)
    if options.as_json:
        print_json(_json(file, results, formulas))
    if isinstance(target, Target):
        if not pages:
            status.print("nothing to draw: there is no duality")
        for path in write_pages(pages, target):
            status.print(f"wrote {path}", soft_wrap=True)
    return passed


def _drawing(options: DualOptions) -> tuple[Folder | Target | None, Drawing | None]:
    """Where to draw to, and how where that is a file."""
    target = None if options.draw is None else target_of(options.draw)
    if not isinstance(target, Folder):
        return target, Drawing.of(options.draw, options.select, options.columns, options.width)
    for option, value in (
        ("--select", options.select),
        ("--columns", options.columns),
        ("--width", options.width),
    ):
        if value is not None:
            raise InputError(
                option,
                "it is for sheets, and in a folder each pair has a file",
                "give --draw a file, such as d.svg",
            )
    return target, None


def _certified(file: ModelFile, quantity: Quantity, duality: Duality) -> _Found:
    """A duality with the certificate that needs the closed form, and with the matrices that it exchanges."""
    remark = ""
    try:
        closed_form = check_duality(derive(quantity.expression, file.model), duality)
    except InputError as error:  # the duality is known without it
        closed_form, remark = None, f"the closed form was not compared: {error.problem}"
    certificates = (*duality.certificates, *((closed_form,) if closed_form is not None else ()))
    matrices = {name: value for name, value in file.definitions if isinstance(value, MatrixExpr)}
    return _Found(duality, certificates, exchanged_matrices(duality, matrices), remark)


def _diagrams(duality: Duality, order: int) -> list[RibbonGraph]:
    """The planar diagrams of one order that have ribbons."""
    graphs = [one for one in expand(duality.expression, duality.model, order) if one.letters]
    if len(graphs) > _MOST_PICTURES:
        raise InputError(
            "--order", f"order {order} has {len(graphs):,} planar diagrams to draw", "give a lower order"
        )
    return graphs


def _sheets(quantity: Quantity, search: Dualities, order: int, drawing: Drawing) -> Iterator[Picture]:
    """Sheets of each duality: every planar diagram to an order, or those that are chosen, beside its dual."""
    for duality in search:
        graphs = [graph for n in range(order + 1) for graph in _diagrams(duality, n)]
        numbers = drawing.numbers(len(graphs))
        if numbers:
            chosen = [graphs[k - 1] for k in numbers]
            yield from dual_sheets(
                duality, chosen, quantity.name, numbers=numbers, columns=drawing.columns, width=drawing.width
            )


def _drawn_apart(quantity: Quantity, search: Dualities, order: int, folder: Folder) -> Iterator[Path]:
    """Each planar diagram to an order beside its dual, in a file of its own."""
    for duality in search:
        name = "-".join(str(one) for one in duality.exchange.spaces[0]) if duality.exchange.spaces else "fields"
        for n in range(order + 1):
            for number, graph in enumerate(_diagrams(duality, n), start=1):
                image, half_edges = graph.dual(duality)
                path = folder.path / f"{formula_name(quantity)}-{name}-order-{n}-{number:03d}.svg"
                yield write_picture(beside(graph, image, half_edges, duality=duality), path)


class _Text:
    """Text for a terminal."""

    def __init__(self, console: Console, formulas: Formulas, file: ModelFile) -> None:
        self.console, self.formulas, self.file = console, formulas, file
        self.arrow = "↔" if formulas.unicode else "<->"

    def quantity(self, quantity: Quantity, found: tuple[_Found, ...], search: Dualities) -> None:
        heading(self.console, quantity.name, quantity.about)
        shown = self.formulas.plain(quantity.expression)
        if shown != quantity.name:  # as it is for an expression that needs no definitions
            line(self.console, shown)
        for remark in reorderings(quantity.expression, self.file.model):
            note(self.console, remark.sentence)
        for one in found:
            self.duality(one)
        for refutation in search.refuted:
            self.refutation(refutation)
        if not found and not search.refuted:
            note(self.console, "no exchange of spaces, fields or matrices fits the shapes and laws of its fields")

    def duality(self, found: _Found) -> None:
        duality = found.duality
        self.console.print()
        pairs = self._pairs(duality.exchange.pairs)
        line(self.console, Text.assemble(("Duality  ", "bold"), (pairs, "bold green")))
        if duality.spectators:
            over = ", ".join(self.formulas.name(name) for name in duality.spectators)
            line(self.console, f"after the average over {over}: {self.formulas.plain(duality.expression)}")
        paragraph(self.console, self._statement(duality))
        self.console.print(plain_table(("", "", ""), self._rows(found)))
        for one in found.certificates:
            self._certificate(one)
        if found.note:
            note(self.console, found.note)

    def _statement(self, duality: Duality) -> str:
        if duality.verdict == "invariant":
            return "invariant: the expectation is the same on both sides, at every size"
        factor = "" if duality.factor == 1 else f"{self.formulas.inline(duality.factor)} times "
        remainder = self.formulas.inline(duality.remainder)
        more = "" if duality.remainder == 0 else f" plus {remainder}"
        return f"covariant: the other side is {factor}this one{more}, at every size"

    def _rows(self, found: _Found) -> list[tuple[str, str, str]]:
        """What changes places, in words: spaces, fields with the propagators of their ribbons, matrices."""
        exchange, file = found.duality.exchange, self.file
        about: dict[str, str] = {str(one.symbol): one.about for one in file.spaces}
        about |= {str(one.symbol): one.about for one in file.parameters}
        about |= {str(one.symbol): one.about for one in file.matrices}
        rows = [
            (self._named(str(a), about), self.arrow, self._named(str(b), about))
            for a, b in (*exchange.spaces, *exchange.matrices, *exchange.parameters)
        ]
        seen: set[str] = set()
        for symbol, image in exchange.fields:
            if str(symbol.name) in seen:
                continue
            seen |= {str(symbol.name), str(image.field.name)}
            there = str(image)
            rows.append((self._ribbon(str(symbol.name)), self.arrow, self._ribbon(str(image.field.name), there)))
        for a, b in found.matrices:
            rows.append((f"{a}: a propagator", self.arrow, f"{b}: a propagator"))
        return rows

    def _named(self, name: str, about: dict[str, str]) -> str:
        words = about.get(name, "")
        return f"{self.formulas.name(name)}: {words}" if words else self.formulas.name(name)

    def _ribbon(self, name: str, shown: str = "") -> str:
        """A field and the propagator of its ribbon, E X_ij X_kl."""
        one = next(each for each in self.file.model.fields if each.name == name)
        return f"{shown or name}: ribbon of {', '.join(_propagator(one, self.formulas))}"

    def _certificate(self, one: Certificate) -> None:
        sign = Text(self.formulas.tick if one.passed else "FAILED", style="green" if one.passed else "bold red")
        about = Text(one.statement.replace("<->", self.arrow))
        about.append(f"\n{one.method}: {one.detail}", style="dim" if one.passed else "red")
        self.console.print(plain_table(("", ""), [(sign, about)]))

    def refutation(self, one: Refutation) -> None:
        self.console.print()
        pairs = self._pairs(one.exchange.pairs)
        if one.before is None or one.after is None:
            line(self.console, Text.assemble(("Open  ", "bold"), (pairs, "bold yellow")))
            note(
                self.console,
                f"no identity was found, and no counterexample below order {one.order}, where there are more "
                "diagrams than are compared one by one",
            )
            return
        line(self.console, Text.assemble(("No duality  ", "bold"), (pairs, "bold red")))
        line(self.console, f"the exact expectations of order {one.order} differ, the first that do:")
        for name, side in (("here", one.before), ("exchanged", one.after)):
            text = self.formulas.plain(side)
            line(self.console, f"  {name}: {text if len(text) <= _SHORT else text[:_SHORT] + ' ...'}")

    def _pairs(self, pairs: tuple[tuple[str, str], ...]) -> str:
        name = self.formulas.name
        return ", ".join(f"{name(a)} {self.arrow} {name(b)}" for a, b in pairs)


def _propagator(one: Gaussian, formulas: Formulas) -> Iterator[str]:
    yield f"variance {formulas.inline(one.variance)}"
    for name, value in one.law.parameters.items():
        yield f"{name} {formulas.inline(value)}"
    for side, covariance in (("rows", one.rows), ("cols", one.cols)):
        if covariance is not None:
            yield f"{side} {formulas.plain(covariance)}"


def _json(
    file: ModelFile,
    results: list[tuple[Quantity, tuple[_Found, ...], tuple[Refutation, ...]]],
    formulas: Formulas,
) -> dict[str, Any]:
    def plain(one: Expr | None) -> str | None:
        return None if one is None else formulas.plain(one)

    def pairs(one: tuple[tuple[str, str], ...]) -> list[list[str]]:
        return [[formulas.plain_name(a), formulas.plain_name(b)] for a, b in one]

    return {
        "model": file.name,
        "dualities": [
            {
                "quantity": quantity.name,
                "exchanges": pairs(one.duality.exchange.pairs),
                "verdict": one.duality.verdict,
                "factor": plain(one.duality.factor),
                "remainder": plain(one.duality.remainder),
                "averaged_over": list(one.duality.spectators),
                "matrices": pairs(one.matrices),
                "notes": [
                    *(remark.sentence for remark in reorderings(quantity.expression, file.model)),
                    *([one.note] if one.note else []),
                ],
                "certificates": [
                    {"statement": c.statement, "method": c.method, "passed": c.passed, "detail": c.detail}
                    for c in one.certificates
                ],
            }
            for quantity, found, _ in results
            for one in found
        ],
        "refuted": [
            {
                "quantity": quantity.name,
                "exchanges": pairs(one.exchange.pairs),
                "order": one.order,
                "before": plain(one.before),
                "after": plain(one.after),
            }
            for quantity, _, refuted in results
            for one in refuted
        ],
    }
