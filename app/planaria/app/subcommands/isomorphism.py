"""`planaria diagrams --classes`: the diagrams of one order up to isomorphism."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from planaria.algebra.errors import InputError
from planaria.app.display import heading, messages, output, plain_table, print_json
from planaria.app.pictures import Drawing, write_pictures
from planaria.diagrams.graphs.canonical import GraphClass, classes
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.ensembles.text.formatting import format_expression

__all__ = ["list_classes"]

_MOST = 2000


def list_classes(graphs: Iterable[RibbonGraph], order: int, *, drawing: Drawing | None, as_json: bool) -> None:
    """List the classes with how many diagrams are in each, their automorphisms and the weight of one diagram.

    Raises InputError for more classes than anyone reads.
    """
    found = classes(graphs)
    if len(found) > _MOST:
        raise InputError("--classes", f"there are {len(found):,} classes to list", "give a lower order")
    numbers = () if drawing is None else drawing.numbers(len(found))
    counts: Counter[int] = Counter()
    for one in found:
        counts[one.graph.euler_characteristic] += one.multiplicity
    if as_json:
        print_json(
            {
                "order": order,
                "counts": {str(chi): counts[chi] for chi in sorted(counts, reverse=True)},
                "total": counts.total(),
                "classes": [_entry(one) for one in found],
            }
        )
    else:
        heading(output(), f"Diagrams of order {order} up to isomorphism", f"{counts.total():,} diagrams")
        rows = [[str(k), *(str(value) for value in _row(one))] for k, one in enumerate(found, start=1)]
        heads = ("", "chi", "diagrams", "automorphisms", "weight of one")
        output().print(plain_table(heads, rows, right=heads[:-1], formulas=heads[-1:]))
    if drawing is not None:
        status, drawn = messages(), [found[number - 1] for number in numbers]
        graphs, multiplicities = [one.graph for one in drawn], [one.multiplicity for one in drawn]
        for path in write_pictures(graphs, drawing, numbers, multiplicities):
            status.print(f"wrote {path}", soft_wrap=True)


def _row(one: GraphClass[RibbonGraph]) -> tuple[int, int, int, str]:
    graph = one.graph
    weight = format_expression(graph.weight)
    return graph.euler_characteristic, one.multiplicity, graph.automorphism_order, weight


def _entry(one: GraphClass[RibbonGraph]) -> dict[str, object]:
    chi, multiplicity, automorphisms, weight = _row(one)
    return {
        "euler_characteristic": chi,
        "multiplicity": multiplicity,
        "automorphisms": automorphisms,
        "orientable": one.graph.is_orientable,
        "pairing": list(one.graph.pairing),
        "twisted": sorted(one.graph.twisted),
        "weight": weight,
    }
