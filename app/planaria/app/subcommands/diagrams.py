"""`planaria diagrams`: count, sum and draw the diagrams of one order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from sympy import Expr, MatrixExpr

from planaria.algebra.errors import InputError, placed
from planaria.app.counting import Count, count_diagrams
from planaria.app.display import (
    INDENT,
    heading,
    line,
    messages,
    note,
    output,
    plain_table,
    print_json,
    progress_bar,
    quantity_head,
    working,
)
from planaria.app.inputs import Names, check_count, read_renames
from planaria.app.pictures import Drawing, write_pictures
from planaria.app.subcommands.irreducible import list_irreducible
from planaria.app.subcommands.isomorphism import list_classes
from planaria.app.words.quantities import read_quantity
from planaria.app.words.renaming import renamed_model, renamed_quantities
from planaria.diagrams.expansion import Diagrams, expand
from planaria.diagrams.expressions.commuting import reorderings
from planaria.diagrams.expressions.trace_products import products_of_traces
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.diagrams.graphs.weight import total_weight
from planaria.diagrams.graphs.wick import Euler
from planaria.diagrams.weights.planar_sums import planar_sum_of
from planaria.ensembles.library import load_model
from planaria.ensembles.text.formatting import format_expression
from planaria.ensembles.text.model_data import ModelFile, Quantity
from planaria.writing.terminal.expressions import Formulas

__all__ = ["DiagramOptions", "make_diagrams"]

_HIGHEST_ORDER = 1000
_MANY = 200_000  # diagrams that nobody makes by accident
_MANY_WEIGHED = 10**12  # the same, where they are weighed together: some seconds for the loss of random features


@dataclass(frozen=True)
class DiagramOptions:
    """The options of the command, as they were written."""

    order: int
    euler: str
    draw: str | None
    yes: bool
    as_json: bool
    connected: bool = False
    irreducible: int | None = None
    classes: bool = False
    select: str | None = None
    columns: int | None = None
    width: str | None = None
    symbols: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Result:
    counts: dict[int, int]
    series: str
    pictures: tuple[RibbonGraph, ...]
    numbers: tuple[int, ...] = ()  # of the pictures
    orientable: frozenset[bool] = frozenset()  # of the diagrams of Euler characteristic 0

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def make_diagrams(model_name: str, quantity_name: str, options: DiagramOptions) -> None:
    """Count first, then make the diagrams, sum their weights, and draw them if asked to."""
    check_count("--order", options.order, 0, _HIGHEST_ORDER)
    euler = _euler(options.euler)
    drawing = Drawing.of(options.draw, options.select, options.columns, options.width)
    file = load_model(model_name)
    quantity = read_quantity(file, quantity_name)
    renames = read_renames(options.symbols, Names(file, dict(file.model.spectra).values()))
    (quantity,), file = renamed_quantities((quantity,), file, renames), renamed_model(file, renames)
    single = options.connected or options.irreducible is not None or _most_words(quantity.expression) == 1
    _check_highest(euler, 2 if single else 2 * _most_words(quantity.expression))
    if euler == 2 and single:
        euler = "planar"
    if options.irreducible is not None:
        list_irreducible(
            quantity.expression,
            file.model,
            options.order,
            euler,
            options.irreducible,
            drawing=drawing,
            as_json=options.as_json,
        )
        return
    status = messages()
    count, sentence = _count(file, quantity, options, euler, status)
    # Whether there are the diagrams that are chosen is known when all are made; a refusal is one sentence.
    is_early = drawing is None or drawing.ranges is None
    if is_early:
        status.print(sentence)
    if options.classes:
        graphs = expand(quantity.expression, file.model, options.order, euler=euler, connected=options.connected)
        list_classes(graphs, options.order, drawing=drawing, as_json=options.as_json)
        return
    result = _make(file, quantity, options, euler, count, drawing, status)
    if not is_early:
        status.print(sentence)
    if options.as_json:
        notes = [one.sentence for one in reorderings(quantity.expression, file.model)]
        print_json(
            {
                "order": options.order,
                "counts": {str(chi): number for chi, number in result.counts.items()},
                "total": result.total,
                "planar_series": result.series,
                **({"notes": notes} if notes else {}),
            }
        )
    else:
        _print(output(), file, quantity, options, result)
    if drawing is not None:
        if not result.pictures:
            status.print("nothing to draw: there is no such diagram")
        for path in write_pictures(result.pictures, drawing, result.numbers):
            status.print(f"wrote {path}", soft_wrap=True)


def _euler(text: str) -> Euler:
    """An Euler characteristic, "planar", or None for all."""
    word = text.strip().lower()
    if word in ("all", "planar"):
        return None if word == "all" else "planar"
    try:
        return int(text)
    except ValueError:
        raise InputError(
            "--euler", f"'{text}' is no Euler characteristic", "give 2 (planar), 1, 0, -1, ... or all"
        ) from None


def _check_highest(euler: Euler, highest: int) -> None:
    if isinstance(euler, int) and euler > highest:
        numbers = f"{highest}{' (planar)' if highest == 2 else ''}, {highest - 1}, {highest - 2}, ..."
        raise InputError("--euler", f"no diagram has the Euler characteristic {euler}", f"give {numbers} or all")


def _most_words(expression: Expr) -> int:
    if isinstance(expression, MatrixExpr):
        return 1
    return max((1, *map(len, products_of_traces(expression))))


def _is_one_word(quantity: Quantity) -> bool:
    """Whether every term is one trace: its planar diagrams can be added up without being made."""
    return _most_words(quantity.expression) == 1


def _is_weighed(quantity: Quantity, options: DiagramOptions) -> bool:
    return options.draw is None and not options.classes and _is_one_word(quantity)


def _count(
    file: ModelFile, quantity: Quantity, options: DiagramOptions, euler: Euler, status: Console
) -> tuple[Count, str]:
    """How many diagrams there will be, in words, too; refuse to make many of them without --yes."""
    planar = euler == "planar"
    kind = "planar diagrams" if planar else "diagrams of every Euler characteristic"
    many = _MANY_WEIGHED if planar and _is_weighed(quantity, options) else _MANY
    with working(status, "counting"), placed(file.place(quantity)):
        count = count_diagrams(
            quantity.expression,
            file.model,
            options.order,
            planar=planar,
            enough=many,
            connected=options.connected,
        )
    if options.connected:
        kind = f"connected {kind}" if planar else f"{kind}, connected or not"
    if count.diagrams == 1:
        kind = kind.replace("diagrams", "diagram", 1)
    if count.order < options.order:
        text = f"order {count.order} already has {count.diagrams:,} {kind}"
    else:
        text = f"order {options.order} has {count.diagrams:,} {kind}"
    if count.diagrams > many and not options.yes:
        verb = "make" if many == _MANY else "weigh"
        raise InputError(
            "--order", text, f"add --yes to {verb} more than {many:,} diagrams, or give a lower order"
        )
    return count, text


def _make(
    file: ModelFile,
    quantity: Quantity,
    options: DiagramOptions,
    euler: Euler,
    count: Count,
    drawing: Drawing | None,
    status: Console,
) -> _Result:
    counts: Counter[int] = Counter()
    orientable: set[bool] = set()
    kept: list[RibbonGraph] = []
    complete = count.order == options.order and not isinstance(euler, int)
    known = count.diagrams if complete else None
    if euler == "planar" and _is_weighed(quantity, options):
        with working(status, "weighing"):
            found = planar_sum_of(quantity.expression, file.model, options.order)
            return _Result({2: found.count}, format_expression(found.total()), ())
    with progress_bar(status) as progress:
        task = progress.add_task("diagrams", total=known)

        def made(chi: Euler) -> Diagrams:
            return expand(quantity.expression, file.model, options.order, euler=chi, connected=options.connected)

        def counted(chi: Euler) -> Iterator[RibbonGraph]:
            for number, graph in enumerate(made(chi), start=1):
                if number % 1000 == 0:
                    progress.update(task, completed=number)
                characteristic = graph.euler_characteristic
                if not isinstance(euler, int) or characteristic == euler:
                    counts[characteristic] += 1
                    if characteristic == 0:
                        orientable.add(graph.is_orientable)
                    if drawing is not None and len(kept) < drawing.highest:
                        kept.append(graph)
                yield graph

        if euler == "planar":
            planar = total_weight(counted(euler))
        else:
            # One pass for the counts; the planar ones are weighed by themselves, without being made if it can be.
            for _ in counted(euler):
                pass
            if _is_one_word(quantity):
                planar = planar_sum_of(quantity.expression, file.model, options.order).total()
            else:
                planar = total_weight(made("planar"))
    if isinstance(euler, int) or (euler == "planar" and not counts):
        counts.setdefault(euler if isinstance(euler, int) else 2, 0)
    by_chi = {chi: counts[chi] for chi in sorted(counts, reverse=True)}
    series, flat = format_expression(planar), frozenset(orientable)
    if drawing is None:
        return _Result(by_chi, series, (), orientable=flat)
    numbers = drawing.numbers(counts.total())
    return _Result(by_chi, series, tuple(kept[k - 1] for k in numbers), numbers, flat)


def _print(
    console: Console, file: ModelFile, quantity: Quantity, options: DiagramOptions, result: _Result
) -> None:
    formulas = Formulas(unicode="utf" in console.encoding.lower())
    quantity_head(console, quantity.name, file.title or file.name, quantity.about)
    shown = formulas.plain(quantity.expression)
    if shown != quantity.name:  # as it is for an expression that needs no definitions
        line(console, shown)
    heading(console, f"Diagrams of order {options.order}")
    chi = "χ" if formulas.unicode else "chi"
    surfaces = _SURFACES if options.connected or _most_words(quantity.expression) == 1 else {}
    if surfaces:
        surfaces = {**surfaces, 0: " and ".join(_FLAT[one] for one in sorted(result.orientable, reverse=True))}
    rows = [(str(one), f"{number:,}", surfaces.get(one, "")) for one, number in result.counts.items()]
    if len(rows) != 1:
        rows.append(("total", f"{result.total:,}", ""))
    if not surfaces:  # an empty column would take room
        console.print(plain_table((chi, "diagrams"), [row[:2] for row in rows], right=(chi, "diagrams")))
    else:
        console.print(plain_table((chi, "diagrams", ""), rows, right=(chi, "diagrams")))
    heading(console, "Planar weights", "their sum at this order")
    short = len(result.series) + INDENT <= console.width
    for number, term in enumerate([result.series] if short else _terms(result.series)):
        line(console, term if number == 0 else f"  {term}")
    for remark in reorderings(quantity.expression, file.model):
        note(console, remark.sentence)


def _terms(series: str) -> list[str]:
    """The terms of a sum, each with its sign.

    >>> _terms("N*P/gamma - N*(P + 1)/gamma**2 + P")
    ['N*P/gamma', '- N*(P + 1)/gamma**2', '+ P']
    """
    found, start, depth = [], 0, 0
    for place, letter in enumerate(series):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0 and place > start and series[place - 1] == " " and letter in "+-":
            found.append(series[start : place - 1])
            start = place
    return [*found, series[start:]]


_SURFACES = {
    2: "planar: the sphere",
    1: "the projective plane",
}
_FLAT = {True: "the torus", False: "the Klein bottle"}  # of Euler characteristic 0, by orientability
