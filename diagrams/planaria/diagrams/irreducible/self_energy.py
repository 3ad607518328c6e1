"""The self-energy, the skeletons and the ladder kernels of a model, as diagrams that can be listed and drawn.

The propagators are those of the pencil of an expression: its blocks are the lines, its field entries the
vertices. For q = inv(gamma*I(N) + phi*phi.T) with phi = u x these are lines in N, M, P and M, in a circle.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from sympy import MatrixExpr

from planaria.algebra.errors import InputError
from planaria.diagrams.expressions.trace_products import read_terms
from planaria.diagrams.expressions.words import Word
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.diagrams.graphs.wick import Euler, check_euler
from planaria.diagrams.irreducible.cuts import has_insertion, one_particle_irreducible, two_particle_irreducible
from planaria.diagrams.irreducible.propagator_diagrams import Lines, contracted
from planaria.diagrams.rules.pencil import linearise
from planaria.ensembles.model import Model

__all__ = ["kernels", "lines_of", "self_energy", "skeletons"]


def self_energy(
    expression: MatrixExpr,
    model: Model,
    ribbons: int,
    *,
    euler: Euler = "planar",
    lines: Literal["outer", "all"] = "outer",
) -> Iterator[RibbonGraph]:
    """The one-particle-irreducible diagrams with a number of ribbons, amputated: those of Sigma in

        G = G0 + G0 Sigma G.

    Parameters
    ----------
    expression
        A matrix expression: a resolvent, say.
    ribbons
        How many ribbons. For q = inv(gamma*I(N) + phi*phi.T) with phi = u x, order n has 2 n of them.
    euler
        As for ``expand``; a diagram counts as closed by its ends.
    lines
        ``"outer"``: from and to the lines at which the expression is read. ``"all"``: of every line of its
        pencil; diagrams that differ only in copies of a line come once.

    >>> from sympy import Identity, MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> N, P, M, gamma = symbols("N P M gamma", positive=True)
    >>> x, u = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
    >>> model, phi = Model([Gaussian(x), Gaussian(u)]), u * x
    >>> q = (gamma * Identity(N) + phi * phi.T).inv()
    >>> [d.weight for d in self_energy(q, model, 2)]
    [(-M*P)*I]
    >>> [sum(1 for _ in self_energy(q, model, 2 * n)) for n in (1, 2, 3)]
    [1, 2, 7]

    Raises InputError for what is no matrix expression, a number below 1, and as ``expand`` does.
    """
    pencil = _prepared(expression, model, ribbons, euler)
    if lines not in ("outer", "all"):
        raise InputError("lines", f"{lines!r} is no choice of lines", "give 'outer' or 'all'")

    def found() -> Iterator[RibbonGraph]:
        for diagram in pencil.diagrams(ribbons, planar=_is_planar(euler)):
            if lines == "outer" and not (
                pencil.start(diagram) in pencil.left and pencil.end(diagram) in pencil.right
            ):
                continue
            graph = pencil.graph(diagram)
            if one_particle_irreducible(graph) and _fits(graph, euler):
                yield graph

    return found() if lines == "outer" else _once(found())


def skeletons(
    expression: MatrixExpr, model: Model, ribbons: int = 1, *, euler: Euler = "planar"
) -> Iterator[RibbonGraph]:
    """The two-particle-irreducible diagrams of the self-energies of all lines: with full propagators at their
    corners they give Sigma[G].

    The planar ones have a single ribbon each (rainbows): they are the Schwinger-Dyson equations. Their corners
    are written as 1; skeletons that differ only in copies of a line come once.

    >>> from sympy import Identity, MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> N, P, M, gamma = symbols("N P M gamma", positive=True)
    >>> x, u = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
    >>> model, phi = Model([Gaussian(x), Gaussian(u)]), u * x
    >>> q = (gamma * Identity(N) + phi * phi.T).inv()
    >>> for d in skeletons(q, model):  # line outside, line inside
    ...     print(d.words[0].rows, d.letters[0].cols)
    M P
    P M
    M N
    N M
    >>> list(skeletons(q, model, ribbons=2))
    []

    Raises InputError as ``self_energy`` does.
    """
    pencil = _prepared(expression, model, ribbons, euler)

    def found() -> Iterator[RibbonGraph]:
        planar = _is_planar(euler)
        if planar and ribbons > 1:  # the outer ribbon of a planar one would enclose an insertion
            return
        full = dict.fromkeys(pencil.full(planar=planar))
        for walk in pencil.walks(2 * ribbons, full):
            word = pencil.word(walk, dressed=True)
            for diagram in contracted(walk, word, pencil.setting, planar=planar):
                graph = pencil.graph(diagram, dressed=True)
                if two_particle_irreducible(graph) and _fits(graph, euler):
                    yield graph

    return _once(found())


def kernels(
    first: MatrixExpr, second: MatrixExpr, model: Model, ribbons: int = 1, *, euler: Euler = "planar"
) -> Iterator[RibbonGraph]:
    """The two-particle-irreducible kernels between the lines of two expressions: what the ladders of a product
    first * A * second are made of.

    A kernel is a graph of two open words, a piece of the one line and one of the other, whose corners stand
    for full propagators. The planar ones are single rungs. A kernel's Euler characteristic is that of
    the two pieces on one circle, as they stand in tr(first * A * second * B).

    >>> from sympy import Identity, MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> N, P, gamma = symbols("N P gamma", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> q = (gamma * Identity(N) + x * x.T).inv()
    >>> for d in kernels(q, q, Model([Gaussian(x)])):
    ...     print([(word.rows, word.cols) for word in d.words], d.weight)
    [(P, N), (N, P)] -KroneckerDelta(i_1, j_2)*KroneckerDelta(i_2, j_1)
    [(N, P), (P, N)] -KroneckerDelta(i_1, j_2)*KroneckerDelta(i_2, j_1)

    Raises InputError as ``self_energy`` does.
    """
    upper = _prepared(first, model, ribbons, euler, others=(second,))
    lower = lines_of(second, model, others=(first,))

    def found() -> Iterator[RibbonGraph]:
        planar = _is_planar(euler)
        if planar and ribbons > 1:
            return
        setting = upper.setting
        full = dict.fromkeys(upper.full(planar=planar)), dict.fromkeys(lower.full(planar=planar))
        for letters in range(1, 2 * ribbons):
            tails = list(lower.paths(2 * ribbons - letters, full[1]))
            for head in upper.paths(letters, full[0]):
                one = upper.word(head, dressed=True)
                for tail in tails:
                    two = lower.word(tail, dressed=True)
                    if one.cols != two.rows or one.rows != two.cols:
                        continue
                    circle = _circle(one, two)
                    for diagram in contracted((*head, *tail), circle, setting, planar=planar):
                        ribbons_of = diagram.pairing, diagram.twisted
                        if has_insertion(diagram.pairing):
                            continue
                        if _fits(RibbonGraph(setting, (circle,), *ribbons_of), euler):
                            yield RibbonGraph(setting, (one, two), *ribbons_of)

    return _once(found())


def lines_of(expression: MatrixExpr, model: Model, *, others: Sequence[MatrixExpr] = ()) -> Lines:
    """The lines of the pencil of a matrix expression; others only share its setting.

    Raises InputError for what is no matrix expression.
    """
    for one in (expression, *others):
        if not isinstance(one, MatrixExpr):
            raise InputError("expression", f"{one} is no matrix expression", "leave the trace out")
    # A sequence in one order, so that the pencils of both expressions have equal settings.
    together = sorted((expression, *others), key=str)
    (term,), setting = read_terms(together, model)
    node = term.factors[together.index(expression)].node
    return Lines(linearise([node], setting))


def _prepared(
    expression: MatrixExpr, model: Model, ribbons: int, euler: Euler, others: Sequence[MatrixExpr] = ()
) -> Lines:
    if isinstance(ribbons, bool) or not isinstance(ribbons, int) or ribbons < 1:
        raise InputError("ribbons", f"{ribbons!r} is not a whole number >= 1", "give 1, 2, ...")
    check_euler(euler, 2)
    return lines_of(expression, model, others=others)


def _is_planar(euler: Euler) -> bool:
    return euler == "planar" or euler == 2


def _fits(graph: RibbonGraph, euler: Euler) -> bool:
    return euler is None or graph.euler_characteristic == (2 if euler == "planar" else euler)


def _once(graphs: Iterator[RibbonGraph]) -> Iterator[RibbonGraph]:
    seen: set[RibbonGraph] = set()
    for graph in graphs:
        if graph not in seen:
            seen.add(graph)
            yield graph


def _circle(one: Word, two: Word) -> Word:
    """Two pieces of line one behind the other, without functions."""
    letters = (*one.letters, *two.letters)
    unit = one.coefficient.ring.one
    return Word(letters, (unit,) * (len(letters) + 1), unit, one.rows, two.cols)
