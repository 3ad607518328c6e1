"""Exact values of diagrams where every space has finitely many eigenvalues: rational arithmetic only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flint import fmpq
from sympy import Expr, Integer, Symbol

from planaria.algebra.errors import InputError
from planaria.algebra.rational import Ratio
from planaria.diagrams.expressions.expression import Setting
from planaria.diagrams.expressions.words import Word
from planaria.diagrams.graphs.faces import FaceTable, covariance
from planaria.diagrams.graphs.ribbon import RibbonGraph
from planaria.diagrams.graphs.weight import ribbon_weights, scalar_of_words
from planaria.diagrams.graphs.wick import untwisted_partners
from planaria.diagrams.networks.reading import Node, given

if TYPE_CHECKING:
    from networkx import Graph

__all__ = ["Evaluator", "evaluate_weight"]

Measure = Sequence[tuple[Fraction | int, Mapping[Symbol, Fraction]]]


class Evaluator:
    """The exact value of graphs and words at one point: parameters, dimensions and spectra.

    Parameters
    ----------
    values
        The parameters; also the dimensions of spaces that have no measure.
    measures
        The spectral measure of a space: pairs of a weight and of the eigenvalues that have it, by their
        symbols. The weights add up to the dimension, which need not be a whole number.

    Every distinct face and the scalar of every word are evaluated once: keep one evaluator for many graphs.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.ensembles.spectra import eigenvalue
    >>> from planaria.diagrams.expansion import expand
    >>> M, P = symbols("M P", positive=True)
    >>> x, Lambda = MatrixSymbol("x", M, P), MatrixSymbol("Lambda", M, M)
    >>> l = eigenvalue(Lambda)
    >>> value = Evaluator({P: Fraction(10)}, {M: [(2, {l: Fraction(1)}), (1, {l: Fraction(1, 2)})]})
    >>> [value(d) for d in expand(Trace((x * x.T) ** 2), Model([Gaussian(x, rows=Lambda)]), order=0)]
    [Fraction(225, 1), Fraction(125, 2)]

    Raises InputError for a parameter or an eigenvalue without a value, and for open words.
    """

    def __init__(self, values: Mapping[Expr, Fraction], measures: Mapping[Expr, Measure]) -> None:
        self.values: dict[Expr, Fraction] = {key: Fraction(value) for key, value in values.items()}
        self._measures: dict[Expr, list[tuple[Fraction, dict[Expr, Fraction]]]] = {}
        for space, measure in measures.items():
            dimension = sum((Fraction(part) for part, _ in measure), Fraction(0))
            known = Fraction(int(space)) if isinstance(space, Integer) else self.values.get(space, dimension)
            if known != dimension:
                raise InputError(
                    f"space {space}",
                    f"its measure has the weight {dimension}, its dimension is {known}",
                    "give one",
                )
            self.values[space] = dimension
            self._measures[space] = [(Fraction(part), dict(point)) for part, point in measure]
        self._table = FaceTable()
        self._faces: dict[tuple[int, ...], fmpq] = {}
        self._points: dict[tuple[int, int], list[Fraction]] = {}
        self._scalars: dict[tuple[Word, ...], tuple[Setting, Fraction]] = {}

    def __call__(self, graph: RibbonGraph | Graph[Node]) -> Fraction:
        """The weight of a graph."""
        return _fraction(self._product(given(graph, RibbonGraph)))

    def total(self, graphs: Iterable[RibbonGraph] | Iterable[Graph[Node]]) -> Fraction:
        """The sum of the weights."""
        return _fraction(sum((self._product(given(graph, RibbonGraph)) for graph in graphs), fmpq(0)))

    def _product(self, graph: RibbonGraph) -> fmpq:
        value = _fmpq(self._scalar(graph.words, graph.setting))
        if graph.setting.weighted:
            value = value * _fmpq(self._value(ribbon_weights(graph), self.values))
        faces = self._faces
        for key in self._table.keys(graph):
            if key not in faces:
                faces[key] = _fmpq(self._face(key))
            value = value * faces[key]
        return value

    def planar(self, word: Word, setting: Setting, dropped: Collection[Expr] = ()) -> Fraction:
        """The sum of all planar diagrams of a closed word, by interval recursion instead of enumeration.

        G(i, j), a function of the eigenvalues of the space in front of letter i, sums the planar contractions
        of the letters i..j-1, the corners around them included. Letter i joins some letter k of the interval:

            G(i, j) = corner_i left_i sum_k weight_ik tr[right_i G(i+1, k)] G(k+1, j),

        left and right being the covariances of the two indices of the letter, weight that of the ribbon. Diagrams
        with a face over one of the spaces in ``dropped`` are left out, but for the face that the word begins on.
        """
        self._require_closed(word)
        n, letters = len(word.letters), word.letters
        partners = untwisted_partners(letters, setting)
        G = {(i, i): self._vector(space, f) for i, (space, f) in enumerate(_linear_corners(word, setting))}
        for i in range(n - 1, -1, -1):
            left = self._vector(letters[i].rows, covariance(letters[i], False, setting))
            right = self._vector(letters[i].cols, covariance(letters[i], True, setting))
            outer = [a * b for a, b in zip(G[i, i], left, strict=True)]
            closed = {
                k: self._trace(letters[i].cols, [a * b for a, b in zip(right, G[i + 1, k], strict=True)])
                for k in partners[i]
                if (i + 1, k) in G and letters[i].cols not in dropped
            }
            if letters[i].field in setting.weighted:
                field = setting.fields[letters[i].field]
                for k in closed:
                    weight = field.weight(letters[i], letters[k], twisted=False)
                    closed[k] *= self._value(weight, self.values)
            for j in range(i + 2, n + 1, 2):
                parts = [(closed[k], G[k + 1, j]) for k in closed if k < j and (k + 1, j) in G]
                if parts:
                    sums = (sum(t * g[m] for t, g in parts) for m in range(len(outer)))
                    G[i, j] = [a * b for a, b in zip(outer, sums, strict=True)]
        if (0, n) not in G:
            return Fraction(0)
        return self._scalar((word,), setting) * self._trace(word.rows, G[0, n])

    def _scalar(self, words: tuple[Word, ...], setting: Setting) -> Fraction:
        entry = self._scalars.get(words)
        if entry is None or entry[0] is not setting:
            for word in words:
                self._require_closed(word)
            value = self._value(scalar_of_words(words, setting), self.values)
            entry = self._scalars[words] = (setting, value)
        return entry[1]

    def _require_closed(self, word: Word) -> None:
        if not word.closed:
            raise InputError("evaluation", "the diagram is a matrix, as a word of it is open", "take a trace")

    def _face(self, key: tuple[int, ...]) -> Fraction:
        """The trace of the product of the functions that a key of the table names."""
        space = self._table.spaces[key[0]]
        product = [Fraction(1)] * len(self._measure(space))
        for number in key[1:]:
            if (key[0], number) not in self._points:
                self._points[key[0], number] = self._vector(space, self._table.functions[number])
            product = [a * b for a, b in zip(product, self._points[key[0], number], strict=True)]
        return self._trace(space, product)

    def _measure(self, space: Expr) -> list[tuple[Fraction, dict[Expr, Fraction]]]:
        if space not in self._measures:
            if isinstance(space, Integer):
                self.values[space] = Fraction(int(space))
            if space not in self.values:
                raise InputError("evaluation", f"the space {space} has no dimension", "give a value or a measure")
            self._measures[space] = [(self.values[space], {})]
        return self._measures[space]

    def _trace(self, space: Expr, function: Sequence[Fraction]) -> Fraction:
        return sum((part * f for (part, _), f in zip(self._measure(space), function, strict=True)), Fraction(0))

    def _vector(self, space: Expr, function: Ratio) -> list[Fraction]:
        """A function at the eigenvalues of a space."""
        return [self._value(function, {**self.values, **point}) for _, point in self._measure(space)]

    def _value(self, function: Ratio, values: Mapping[Expr, Fraction]) -> Fraction:
        for generator in sorted(function.support(), key=str):
            if generator not in values:
                raise InputError("evaluation", f"{generator} has no value", "add it to the values or to a measure")
        return Fraction(function.evaluate(values))


def evaluate_weight(
    graph: RibbonGraph | Graph[Node], values: Mapping[Expr, Fraction], measures: Mapping[Expr, Measure]
) -> Fraction:
    """The exact weight of one graph; for many graphs, an `Evaluator` of your own is faster.

    Equal points share an evaluator, but finding it takes longer than most graphs.
    """
    frozen_measures = tuple(
        (space, tuple((part, tuple(point.items())) for part, point in measure))
        for space, measure in measures.items()
    )
    return _evaluator(tuple(values.items()), frozen_measures)(graph)


@lru_cache(maxsize=8)
def _evaluator(values: tuple[tuple[Expr, Fraction], ...], measures: tuple[tuple[Expr, Any], ...]) -> Evaluator:
    return Evaluator(
        dict(values),
        {space: [(part, dict(point)) for part, point in measure] for space, measure in measures},
    )


def _linear_corners(word: Word, setting: Setting) -> tuple[tuple[Expr, Ratio], ...]:
    """The corners of a closed word cut open before its first letter, where nothing is left behind."""
    corners = tuple(zip(word.spaces, word.corners, strict=True))
    return (*corners, (word.rows, setting.ring.one)) if word.letters else corners


def _fmpq(value: Fraction) -> fmpq:
    """flint multiplies rational numbers ten times faster than Python."""
    return fmpq(value.numerator, value.denominator)


def _fraction(value: fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))
