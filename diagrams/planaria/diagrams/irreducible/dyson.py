"""The Dyson equation, shown on diagrams: what is irreducible, joined and inserted, gives back every diagram.

Three statements for each number of ribbons, each a bijection on labelled diagrams that carries the weights:

1. The diagrams of the pencil are those of the expression's own geometric series: contraction by contraction,
   they have the same weight.
2. G = G0 + G0 Sigma G: every diagram is one sequence of 1PI diagrams joined by bare propagators, and every
   such sequence is a diagram.
3. Sigma = Sigma[G]: every 1PI diagram is one skeleton with one diagram, or a bare propagator, at each of its
   corners, and every such skeleton is 1PI. Planar skeletons have a single ribbon.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from random import Random

from sympy import Expr, MatrixExpr

from planaria.algebra.errors import InputError
from planaria.algebra.rational import Ratio
from planaria.diagrams.expressions.expression import Letter, Node, read
from planaria.diagrams.expressions.words import Word, close, split, words_by_ribbons
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.diagrams.graphs.weight import face_functions, line_functions, scalar
from planaria.diagrams.graphs.wick import all_contractions, planar_contractions
from planaria.diagrams.irreducible.cuts import cuts, insertions
from planaria.diagrams.irreducible.propagator_diagrams import LineDiagram, Lines
from planaria.diagrams.irreducible.self_energy import lines_of
from planaria.diagrams.weights.evaluation import Evaluator
from planaria.ensembles.model import Model

__all__ = ["DysonCheck", "DysonStep", "dressed", "dyson_check", "joined", "parts_of", "skeleton_of"]

Diagrams = Counter[LineDiagram]


@dataclass(frozen=True)
class DysonStep:
    """What was found for one number of ribbons.

    Attributes
    ----------
    ribbons
        How many.
    diagrams, irreducible, skeletons
        How many amputated diagrams there are on all lines of the pencil, how many of them are 1PI, and how
        many skeletons have so many ribbons (those that carry bare propagators can have none).
    contractions
        How many contractions of the expression's own words were compared.
    failures
        What did not hold, in words; empty if everything did.
    """

    ribbons: int
    diagrams: int
    irreducible: int
    skeletons: int
    contractions: int
    failures: tuple[str, ...]


@dataclass(frozen=True)
class DysonCheck:
    """The Dyson equation of an expression up to a number of ribbons, one step for each."""

    planar: bool
    steps: tuple[DysonStep, ...]

    @property
    def holds(self) -> bool:
        return not any(step.failures for step in self.steps)


def dyson_check(
    expression: MatrixExpr, model: Model, ribbons: int, *, planar: bool = True, seed: int = 0
) -> DysonCheck:
    """Show the Dyson equation on all diagrams of a square matrix expression up to a number of ribbons.

    Parameters
    ----------
    planar
        Planar diagrams alone, or those of every Euler characteristic.
    seed
        Of the rational point at which the weights of the expression's words are compared.

    >>> from sympy import Identity, MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> N, P, M, gamma = symbols("N P M gamma", positive=True)
    >>> x, u = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
    >>> model, phi = Model([Gaussian(x), Gaussian(u)]), u * x
    >>> check = dyson_check((gamma * Identity(N) + phi * phi.T).inv(), model, 4)
    >>> check.holds
    True
    >>> [(step.diagrams, step.irreducible, step.skeletons) for step in check.steps]
    [(2, 2, 4), (4, 2, 0), (4, 2, 0), (12, 4, 0)]

    Raises InputError for what is no square matrix expression, and for a number below 1.
    """
    if isinstance(ribbons, bool) or not isinstance(ribbons, int) or ribbons < 1:
        raise InputError("ribbons", f"{ribbons!r} is not a whole number >= 1", "give 1, 2, ...")
    lines = lines_of(expression, model)
    rows, cols = expression.shape
    if rows != cols:
        raise InputError("expression", f"its shape is ({rows}, {cols})", "give a square one")
    node = read(expression, lines.setting)
    value = _evaluator(lines, seed)
    found = [Counter(lines.diagrams(n, planar=planar)) for n in range(1, ribbons + 1)]
    irreducible = [Counter({d: k for d, k in one.items() if not cuts(d.pairing)}) for one in found]
    bones: Diagrams = Counter(dict.fromkeys((skeleton_of(d) for one in irreducible for d in one), 1))
    steps = []
    for n in range(1, ribbons + 1):
        failures, contractions = _compare_words(lines, node, n, found[n - 1], value, planar)
        failures += _compare_joined(lines, n, found[n - 1], irreducible)
        failures += _compare_dressed(lines, n, irreducible[n - 1], bones, found)
        if planar and any(len(d.walk) > 2 for d in bones):
            failures.append("a planar skeleton has more than one ribbon")
        steps.append(
            DysonStep(
                n,
                found[n - 1].total(),
                irreducible[n - 1].total(),
                sum(len(d.walk) == 2 * n for d in bones),
                contractions,
                tuple(failures),
            )
        )
    return DysonCheck(planar, tuple(steps))


def parts_of(diagram: LineDiagram) -> tuple[LineDiagram, ...]:
    """The 1PI parts of a diagram, from left to right."""
    stops = (0, *cuts(diagram.pairing), len(diagram.walk))
    return tuple(diagram.slice(start, stop) for start, stop in pairwise(stops))


def joined(lines: Lines, ribbons: int, irreducible: list[Diagrams]) -> Iterator[tuple[LineDiagram, ...]]:
    """Every sequence of 1PI diagrams (by their ribbons) with a bare propagator from each to the next."""
    if ribbons == 0:
        yield ()
        return
    for n in range(1, ribbons + 1):
        for rest in joined(lines, ribbons - n, irreducible):
            for first in irreducible[n - 1].elements():
                if not rest or (lines.end(first), lines.start(rest[0])) in lines.bare:
                    yield (first, *rest)


def skeleton_of(diagram: LineDiagram) -> LineDiagram:
    """A 1PI diagram without what is inserted into its propagators."""
    inside = {k for start, stop in insertions(diagram.pairing) for k in range(start, stop)}
    kept = [k for k in range(len(diagram.walk)) if k not in inside]
    place = {old: new for new, old in enumerate(kept)}
    return LineDiagram(
        tuple(diagram.walk[k] for k in kept),
        tuple(place[diagram.pairing[k]] for k in kept),
        frozenset(place[k] for k in diagram.twisted if k in place),
    )


def dressed(
    lines: Lines, ribbons: int, bones: LineDiagram, found: list[Diagrams]
) -> Iterator[tuple[LineDiagram | None, ...]]:
    """What can be inserted at the corners of a skeleton so that it has so many ribbons; None for a bare one."""
    corners = len(bones.walk) - 1
    spare = ribbons - len(bones.walk) // 2
    if spare < 0:
        return
    ends = [(lines.vertices[a][1], lines.vertices[b][0]) for a, b in pairwise(bones.walk)]
    choices: list[list[list[LineDiagram | None]]] = []
    for col, row in ends:
        by_size: list[list[LineDiagram | None]] = [[None] if (col, row) in lines.bare else []]
        for n in range(1, spare + 1):
            by_size.append(
                [
                    d
                    for d in found[n - 1].elements()
                    if (col, lines.start(d)) in lines.bare and (lines.end(d), row) in lines.bare
                ]
            )
        choices.append(by_size)
    for sizes in product(range(spare + 1), repeat=corners):
        if sum(sizes) == spare:
            yield from product(*(by_size[n] for by_size, n in zip(choices, sizes, strict=True)))


# A weight without its traces being written: scalar, functions of the open line, functions of the faces.
_Weight = tuple[Ratio, Ratio, tuple[tuple[str, Ratio], ...]]


def _weight(graph: RibbonGraph) -> _Weight:
    faces = [one for face, one in zip(graph.faces, face_functions(graph), strict=True) if not face.is_open]
    ((_, line),) = line_functions(graph)
    return _normal(graph, scalar(graph), line, [(str(space), function) for space, function in faces])


def _normal(graph: RibbonGraph, factor: Ratio, line: Ratio, faces: list[tuple[str, Ratio]]) -> _Weight:
    """Scalars drawn out of functions, faces in order: equal weights become equal keys."""
    number, line = split(line, graph.setting)
    factor = factor * number
    kept = []
    for space, function in faces:
        number, rest = split(function, graph.setting)
        factor = factor * number
        kept.append((space, rest))
    return factor, line, tuple(sorted(kept, key=str))


def _compare_joined(lines: Lines, ribbons: int, found: Diagrams, irreducible: list[Diagrams]) -> list[str]:
    failures = []
    composed: Diagrams = Counter()
    for sequence in joined(lines, ribbons, irreducible):
        whole = _join(sequence)
        composed[whole] += 1
        if parts_of(whole) != sequence:
            failures.append(f"{whole} falls into other parts than those it was joined from")
        elif whole in found and _weight(lines.graph(whole)) != _product(lines, sequence):
            failures.append(f"the weight of {whole} is not the product of its parts")
    if composed != found:
        failures.append(f"joined 1PI diagrams are not the diagrams: {_difference(composed, found)}")
    return failures


def _join(sequence: tuple[LineDiagram, ...]) -> LineDiagram:
    walk: list[int] = []
    pairing: list[int] = []
    twisted: list[int] = []
    for one in sequence:
        shift = len(walk)
        walk += one.walk
        pairing += (k + shift for k in one.pairing)
        twisted += (k + shift for k in one.twisted)
    return LineDiagram(tuple(walk), tuple(pairing), frozenset(twisted))


def _product(lines: Lines, sequence: tuple[LineDiagram, ...]) -> _Weight:
    graphs = [lines.graph(one) for one in sequence]
    weights = [_weight(graph) for graph in graphs]
    factor, line = lines.setting.ring.one, lines.setting.ring.one
    for number, function, _ in weights:
        factor, line = factor * number, line * function
    for one, other in pairwise(sequence):
        line = line * lines.bare[lines.end(one), lines.start(other)]
    return _normal(graphs[0], factor, line, [face for *_, faces in weights for face in faces])


def _compare_dressed(
    lines: Lines, ribbons: int, irreducible: Diagrams, bones: Diagrams, found: list[Diagrams]
) -> list[str]:
    composed: Diagrams = Counter()
    failures = []
    for one in bones:
        for inserted in dressed(lines, ribbons, one, found):
            whole = _insert(one, inserted)
            composed[whole] += 1
            if skeleton_of(whole) != one:
                failures.append(f"{whole} has another skeleton than the one it was made from")
    if composed != irreducible:
        failures.append(f"dressed skeletons are not the 1PI diagrams: {_difference(composed, irreducible)}")
    return failures


def _insert(bones: LineDiagram, inserted: tuple[LineDiagram | None, ...]) -> LineDiagram:
    walk: list[int] = [bones.walk[0]]
    place = [0]
    blocks: list[tuple[int, LineDiagram]] = []
    for vertex, one in zip(bones.walk[1:], inserted, strict=True):
        if one is not None:
            blocks.append((len(walk), one))
            walk += one.walk
        place.append(len(walk))
        walk.append(vertex)
    pairing = [0] * len(walk)
    for k, partner in enumerate(bones.pairing):
        pairing[place[k]] = place[partner]
    twisted = {place[k] for k in bones.twisted}
    for shift, one in blocks:
        for k, partner in enumerate(one.pairing):
            pairing[shift + k] = shift + partner
        twisted |= {shift + k for k in one.twisted}
    return LineDiagram(tuple(walk), tuple(pairing), frozenset(twisted))


def _difference(composed: Diagrams, found: Diagrams) -> str:
    extra, missing = (composed - found).total(), (found - composed).total()
    return f"{extra} too many, {missing} missing, of {found.total()}"


_Contraction = tuple[tuple[Letter, ...], tuple[int, ...], frozenset[int]]


def _compare_words(
    lines: Lines, node: Node, ribbons: int, found: Diagrams, value: Evaluator, planar: bool
) -> tuple[list[str], int]:
    """Hold the pencil's diagrams, closed to a trace, against the contractions of the expression's words."""
    ours: dict[_Contraction, Fraction] = {}
    for diagram, count in found.items():
        start, end = lines.start(diagram), lines.end(diagram)
        if start in lines.left and end in lines.right:
            word = lines.word(diagram.walk)
            corners = (
                lines.left[start] * word.corners[0],
                *word.corners[1:-1],
                word.corners[-1] * lines.right[end],
            )
            (closed,) = close([Word(word.letters, corners, word.coefficient, word.rows, word.cols)], lines.setting)
            graph = RibbonGraph(lines.setting, (closed,), diagram.pairing, diagram.twisted)
            key = closed.letters, diagram.pairing, diagram.twisted
            ours[key] = ours.get(key, Fraction(0)) + count * value(graph)
    theirs: dict[_Contraction, Fraction] = {}
    make = planar_contractions if planar else all_contractions
    for word in close(words_by_ribbons(node, lines.setting, ribbons), lines.setting):
        for graph in make(word, lines.setting):
            key = word.letters, graph.pairing, graph.twisted
            theirs[key] = theirs.get(key, Fraction(0)) + value(graph)
    wrong = [key for key in ours.keys() | theirs.keys() if ours.get(key, 0) != theirs.get(key, 0)]
    failures = [f"{len(wrong)} contractions have another weight than in the expression"] if wrong else []
    return failures, len(theirs)


def _evaluator(lines: Lines, seed: int) -> Evaluator:
    """Exact weights at a random rational point; three eigenvalues for a space with deterministic matrices."""
    random, setting = Random(seed), lines.setting

    def number() -> Fraction:
        return Fraction(random.randint(2, 99), random.randint(2, 99))

    eigenvalues: dict[Expr, list[Expr]] = {}
    for matrix, symbol in setting.matrices:
        eigenvalues.setdefault(matrix.shape[0], []).append(symbol)
    measures = {
        space: [(number(), {symbol: number() for symbol in symbols}) for _ in range(3)]
        for space, symbols in eigenvalues.items()
    }
    own = {symbol for _, symbol in setting.matrices} | measures.keys()
    values: Mapping[Expr, Fraction] = {g: number() for g in setting.ring.generators if g not in own}
    return Evaluator(values, measures)
