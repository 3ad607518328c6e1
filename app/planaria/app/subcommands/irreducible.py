"""`planaria diagrams --irreducible`: the self-energy diagrams and the skeletons of a quantity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from sympy import Expr, MatrixExpr

from planaria.algebra.errors import InputError
from planaria.app.display import heading, messages, output, plain_table, print_json, working
from planaria.app.pictures import Drawing, by_euler, write_pictures
from planaria.diagrams.expressions.trace_products import linear_in_traces
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.diagrams.graphs.wick import Euler
from planaria.diagrams.irreducible.self_energy import self_energy, skeletons
from planaria.ensembles.model import Model
from planaria.ensembles.text.formatting import format_expression

__all__ = ["list_irreducible"]

_MOST = 2000


def list_irreducible(
    expression: Expr,
    model: Model,
    ribbons: int,
    euler: Euler,
    particles: int,
    *,
    drawing: Drawing | None,
    as_json: bool,
) -> None:
    """List the 1PI diagrams of a resolvent (particles 1), or the skeletons of all of its lines (particles 2).

    Raises InputError for a quantity that is no matrix and no single trace, and for more diagrams than anyone
    reads.
    """
    if particles not in (1, 2):
        raise InputError("--irreducible", f"{particles} is no choice", "give 1 (self-energies) or 2 (skeletons)")
    if ribbons < 1:
        raise InputError("--order", "with --irreducible it is the number of ribbons", "give 1, 2, ...")
    status = messages()
    matrix = _resolvent(expression)
    with working(status, "cutting"):
        found: Iterator[RibbonGraph] = (
            self_energy(matrix, model, ribbons, euler=euler)
            if particles == 1
            else skeletons(matrix, model, ribbons, euler=euler)
        )
        graphs = by_euler(islice(found, _MOST + 1))
    if len(graphs) > _MOST:
        raise InputError("--order", f"there are more than {_MOST:,} diagrams to list", "give a lower order")
    numbers = () if drawing is None else drawing.numbers(len(graphs))
    counts = Counter(graph.euler_characteristic for graph in graphs)
    rows = [_row(graph) for graph in graphs]
    if as_json:
        print_json(
            {
                "order": ribbons,
                "counts": {str(chi): counts[chi] for chi in sorted(counts, reverse=True)},
                "total": len(graphs),
                "diagrams": [
                    {"line": line, "ribbons": fields.split(), "pairing": list(graph.pairing), "weight": weight}
                    for graph, (line, fields, _, weight) in zip(graphs, rows, strict=True)
                ],
            }
        )
    else:
        kind = "Self-energy diagrams" if particles == 1 else "Skeletons"
        about = "1PI, amputated" if particles == 1 else "2PI, full propagators left out of the weight"
        heading(output(), f"{kind} with {ribbons} ribbon{'' if ribbons == 1 else 's'}", about)
        numbered = [(str(number), *row) for number, row in enumerate(rows, start=1)]
        heads = ("", "line", "ribbons", "chi", "weight")
        output().print(plain_table(heads, numbered, right=("", "chi"), formulas=("weight",)))
        if not rows:
            status.print("there are none")
    if drawing is not None:
        for path in write_pictures([graphs[number - 1] for number in numbers], drawing, numbers):
            status.print(f"wrote {path}", soft_wrap=True)


def _row(graph: RibbonGraph) -> tuple[str, str, str, str]:
    """The space of the outer line, the fields of the ribbons, the Euler characteristic, the weight."""
    fields = " ".join(graph.setting.fields[graph.letters[i].field].name for i, _ in graph.ribbons)
    return str(graph.words[0].rows), fields, str(graph.euler_characteristic), format_expression(graph.weight)


def _resolvent(expression: Expr) -> MatrixExpr:
    if isinstance(expression, MatrixExpr):
        return expression
    traces, constant = linear_in_traces(expression)
    if len(traces) != 1 or constant != 0:
        raise InputError(
            "--irreducible",
            "the quantity is no single trace",
            "give a matrix expression in the names of the model",
        )
    return next(iter(traces)).arg
