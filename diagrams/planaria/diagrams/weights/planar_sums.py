"""Planar contractions counted with their weights, without making any of them.

A planar contraction pairs the first letter of an interval with another one and leaves two intervals, inside
and behind. The index line along an interval is a face that is still open: all that matters of it is the
product of the functions that it passed. So a table over intervals holds, for each such product, a polynomial
that counts pairings by their closed faces, and time and memory depend on the number of intervals and of
weights, and not on that of diagrams. Intervals with the same letters and corners share an entry, also those of
different words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from flint import Ordering, fmpz_mpoly_ctx
from sympy import Add, Expr, MatrixExpr, Mul, Rational, S, ZeroMatrix
from sympy import expand as expand_sympy

from planaria.algebra.numbering import Numbering
from planaria.algebra.rational import Ratio
from planaria.algebra.work import WorkLimitError, charge
from planaria.diagrams.expansion import expand
from planaria.diagrams.expressions.expression import Letter, Setting
from planaria.diagrams.expressions.trace_products import read_terms
from planaria.diagrams.expressions.words import Word
from planaria.diagrams.graphs.faces import covariance
from planaria.diagrams.graphs.pairings import interval_counts, untwisted_partners
from planaria.diagrams.graphs.weight import function_of_matrices, scalar_of_words, trace_of_function
from planaria.diagrams.graphs.wick import linear_in_traces, word_groups
from planaria.ensembles.model import Model

__all__ = ["PlanarSum", "planar_sum", "planar_sum_of", "planar_total", "weigh_planar"]

# A closed face: its space and the number of the function that its index passes.
_Closed = tuple[Expr, int]


@dataclass(frozen=True)
class PlanarSum:
    """All planar contractions of some words, by scalar and faces.

    Attributes
    ----------
    faces
        The closed faces that occur: space and function of eigenvalues.
    terms
        For each kind of contraction: the scalar, the exponent of each face, space and function of the open
        face of an open word or None, and how many there are.
    """

    setting: Setting
    faces: tuple[tuple[Expr, Ratio], ...]
    terms: tuple[tuple[Ratio, tuple[int, ...], tuple[Expr, Ratio] | None, int], ...]

    @property
    def count(self) -> int:
        """The number of contractions."""
        return sum(term[-1] for term in self.terms)

    def leading(self, small: Collection[Expr], start: Expr) -> PlanarSum:
        """Those of closed words that begin on a space which have no face over small spaces but that one.

        >>> from sympy import MatrixSymbol, Trace, symbols
        >>> from planaria.diagrams import Gaussian, Model
        >>> M, C = symbols("M C", positive=True)
        >>> v = MatrixSymbol("v", M, C)
        >>> full = planar_sum_of(Trace((v.T * v) ** 2), Model([Gaussian(v)]), order=0)
        >>> full.total(), full.leading([C], C).total()
        (C**2*M + C*M**2, C*M**2)
        """
        places = [n for n, (space, _) in enumerate(self.faces) if space in small]
        allowed = 1 if start in small else 0
        terms = tuple(term for term in self.terms if sum(term[1][n] for n in places) == allowed)
        return replace(self, terms=terms)

    def weights(self) -> dict[Expr, int]:
        """How many contractions there are of each weight, as `weight` writes it."""
        traces = self._traces()
        found: dict[Expr, int] = {}
        scalars = {term[0]: term[0].to_sympy() for term in self.terms}
        for scalar, exponents, line, number in self.terms:
            weight = self._weight(scalars[scalar], exponents, line, traces)
            found[weight] = found.get(weight, 0) + number
        return found

    def total(self) -> Expr:
        """The sum of all weights, expanded."""
        # Numbers are added in exact arithmetic, so that sympy meets each product once.
        sums: dict[tuple[Ratio, tuple[int, ...], tuple[Expr, Ratio] | None], Any] = {}
        for scalar, exponents, line, number in self.terms:
            leading = scalar.numerator.leading_coefficient()
            monic = Ratio(scalar.ring, scalar.numerator / leading, scalar.denominator)
            key = monic, exponents, line
            sums[key] = sums.get(key, 0) + leading * number
        traces, scalars = self._traces(), {monic: monic.to_sympy() for monic, _, _ in sums}
        return expand_sympy(
            Add(
                *(
                    self._weight(scalars[monic], exponents, line, traces, Rational(int(number.p), int(number.q)))
                    for (monic, exponents, line), number in sums.items()
                    if number
                )
            )
        )

    def _traces(self) -> list[Expr]:
        return [trace_of_function(space, function, self.setting) for space, function in self.faces]

    def _weight(
        self,
        scalar: Expr,
        exponents: tuple[int, ...],
        line: tuple[Expr, Ratio] | None,
        traces: list[Expr],
        number: Expr = S.One,
    ) -> Expr:
        powers = (trace**exponent for trace, exponent in zip(traces, exponents, strict=True) if exponent)
        product = Mul(number, scalar, *powers)
        return product if line is None else product * function_of_matrices(*line, self.setting)


def weigh_planar(expression: Expr, model: Model, order: int) -> dict[Expr, int]:
    """The weights of the planar diagrams of one order, and how many diagrams have each.

    The same as counting ``d.weight for d in expand(expression, model, order)``, without the diagrams.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> M, P = symbols("M P", positive=True)
    >>> x, Lambda = MatrixSymbol("x", M, P), MatrixSymbol("Lambda", M, M)
    >>> weigh_planar(Trace((x.T * x) ** 2), Model([Gaussian(x, rows=Lambda)]), order=0)
    {P*Trace(Lambda)**2: 1, P**2*Trace(Lambda**2): 1}
    >>> sum(weigh_planar(Trace((x.T * x) ** 40), Model([Gaussian(x)]), order=0).values())  # a Catalan number
    2622127042276492108820

    Raises InputError as `expand` does, and for an expression that is not linear in traces.
    """
    return planar_sum_of(expression, model, order).weights()


def planar_total(expression: Expr, model: Model, order: int) -> Expr:
    """The sum of the weights of the planar diagrams of one order: a polynomial in dimensions and traces.

    The same as ``total_weight(expand(expression, model, order))``, without the diagrams.

    >>> from sympy import Identity, MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> N, P, gamma = symbols("N P gamma", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> planar_total(Trace((gamma * Identity(N) + x * x.T).inv()), Model([Gaussian(x)]), order=3)
    -N**3*P/gamma**4 - 3*N**2*P**2/gamma**4 - N*P**3/gamma**4

    Raises InputError as `expand` does, and for an expression that is not linear in traces.
    """
    found = planar_sum_of(expression, model, order)
    total = found.total()
    return ZeroMatrix(*expression.shape) if isinstance(expression, MatrixExpr) and total == 0 else total


def planar_sum_of(expression: Expr, model: Model, order: int) -> PlanarSum:
    """The planar diagrams of one order, by scalar and faces.

    Raises InputError as `expand` does, and for an expression that is not linear in traces.
    """
    expand(expression, model, order)  # says what is wrong with any of these; makes no diagram
    terms, setting = read_terms(expression, model)
    if any(len(term.factors) > 1 for term in terms):
        linear_in_traces(expression)  # says which product it is
    groups = (group for term in terms for group in word_groups(term, setting, order))
    return planar_sum((word for (word,) in groups), setting)


def planar_sum(some: Iterable[Word], setting: Setting, most: int | None = None) -> PlanarSum:
    """The planar contractions of words, each word by itself, by scalar and faces.

    WorkLimitError where a word has more than ``most`` kinds of contractions.
    """
    table = _Intervals(setting)
    roots = [(word, table.add(word)) for word in some]
    values, context, places = table.polynomials([(root, word) for word, root in roots if root is not None], most)
    groups: dict[tuple[Ratio, tuple[Expr, int] | None], Any] = {}
    for word, root in roots:
        if root is None:
            continue
        scalar = scalar_of_words((word,), setting)
        for function, polynomial in values[root].items():
            line = None if word.closed else (word.rows, function)
            if word.closed:
                polynomial = polynomial * context.gen(places[word.rows, function])
            key = scalar, line
            groups[key] = groups[key] + polynomial if key in groups else polynomial
    faces = tuple((space, table.functions[function]) for space, function in places)
    width = len(faces)
    terms = tuple(
        (
            scalar * _product(table.weights, exponents[width:]) if table.weights else scalar,
            tuple(int(e) for e in exponents[:width]),
            None if line is None else (line[0], table.functions[line[1]]),
            int(number),
        )
        for (scalar, line), polynomial in groups.items()
        for exponents, number in polynomial.terms()
    )
    return PlanarSum(setting, faces, terms)


def _product(weights: Sequence[Ratio], exponents: Sequence[Any]) -> Ratio:
    powers = [weight ** int(e) for weight, e in zip(weights, exponents, strict=True)]
    return prod(powers[1:], start=powers[0])


@dataclass(frozen=True)
class _Choice:
    """A ribbon from the first letter of an interval, and what it leaves.

    ``before`` is what the outer face passes up to the ribbon's far end, ``across`` what the ribbon adds to
    the face inside, of the index space ``space``; ``weight`` is the number of the ribbon's own weight.
    """

    before: int
    space: Expr
    across: int
    inside: int
    behind: int
    weight: int


class _Intervals:
    """The intervals of some words, each as the choices for its first letter; equal ones are one."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.functions = Numbering(setting.ring.one)
        self.products: dict[tuple[int, int], int] = {}
        self.choices: list[list[_Choice]] = []
        self.corner: list[int] = []  # of an interval without letters
        self.by_content: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
        self.letters: Numbering[Letter] = Numbering()
        self.weights: list[Ratio] = []  # of ribbons, other than 1

    def times(self, one: int, other: int) -> int:
        if one == 0 or other == 0:
            return one + other
        key = (one, other) if one < other else (other, one)
        if key not in self.products:
            self.products[key] = self.functions.number(self.functions[one] * self.functions[other])
        return self.products[key]

    def _ribbon(self, one: Letter, other: Letter) -> int:
        """The number of the weight of an untwisted ribbon; -1 for the weight 1."""
        if one.field not in self.setting.weighted:
            return -1
        weight = self.setting.fields[one.field].weight(one, other, twisted=False)
        if weight.is_one:
            return -1
        if weight not in self.weights:
            self.weights.append(weight)
        return self.weights.index(weight)

    def add(self, word: Word) -> int | None:
        """The number of the interval that is a whole word; None if the word has no planar contraction."""
        letters, setting = word.letters, self.setting
        n = len(letters)
        counts = interval_counts(letters, setting)
        if (0, n) not in counts:
            return None
        partners = untwisted_partners(letters, setting)
        corners = tuple(self.functions.number(corner) for corner in word.corners)
        if word.closed and n:
            corners = (*corners, 0)  # merged into the first one
        names = tuple(self.letters.number(letter) for letter in letters)
        outer = [
            self.times(corners[k], self.functions.number(covariance(letters[k], False, setting))) for k in range(n)
        ]
        inner = [self.functions.number(covariance(letter, True, setting)) for letter in letters]
        found: dict[tuple[int, int], int] = {}
        # Only intervals that the whole word needs, the short ones first.
        needed, waiting = {(0, n)}, [(0, n)]
        split: dict[tuple[int, int], list[int]] = {}
        while waiting:
            i, j = waiting.pop()
            split[i, j] = []
            for k in partners[i] if i < j else ():
                if k < j and (i + 1, k) in counts and (k + 1, j) in counts:
                    split[i, j].append(k)
                    for part in ((i + 1, k), (k + 1, j)):
                        if part not in needed:
                            needed.add(part)
                            waiting.append(part)
        for i, j in sorted(needed, key=lambda ends: ends[1] - ends[0]):
            content = names[i:j], corners[i : j + 1]
            if content not in self.by_content:
                self.by_content[content] = len(self.choices)
                self.corner.append(corners[i])
                self.choices.append(
                    [
                        _Choice(
                            outer[i],
                            letters[i].cols,
                            inner[i],
                            found[i + 1, k],
                            found[k + 1, j],
                            self._ribbon(letters[i], letters[k]),
                        )
                        for k in split[i, j]
                    ]
                )
            found[i, j] = self.by_content[content]
        return found[0, n]

    def polynomials(
        self, roots: Iterable[tuple[int, Word]], most: int | None = None
    ) -> tuple[list[dict[int, Any]], Any, dict[_Closed, int]]:
        """For each interval and each function of its outer face, the polynomial in its closed faces.

        Also the ring of the polynomials, and the place of each closed face in it. The weights of ribbons have the
        variables behind those of the faces.
        """
        # First which functions and faces there are: the ring has to know.
        outer: list[set[int]] = []
        places: dict[_Closed, int] = {}
        for number, choices in enumerate(self.choices):
            found = set() if choices else {self.corner[number]}
            for one in choices:
                for function in outer[one.inside]:
                    places.setdefault((one.space, self.times(function, one.across)), len(places))
                found |= {self.times(one.before, function) for function in outer[one.behind]}
            outer.append(found)
        for root, word in roots:
            if word.closed:
                for function in outer[root]:
                    places.setdefault((word.rows, function), len(places))
        width = len(places) + len(self.weights)
        context = fmpz_mpoly_ctx.get(tuple(f"f{k}" for k in range(max(1, width))), Ordering.degrevlex)
        generators = [context.gen(k) for k in range(width)]
        values: list[dict[int, Any]] = []
        for number, choices in enumerate(self.choices):
            total: dict[int, Any] = {} if choices else {self.corner[number]: context.constant(1)}
            for one in choices:
                closed = context.constant(0)
                for function, polynomial in values[one.inside].items():
                    place = places[one.space, self.times(function, one.across)]
                    closed = closed + generators[place] * polynomial
                if one.weight >= 0:
                    closed = closed * generators[len(places) + one.weight]
                for function, polynomial in values[one.behind].items():
                    key = self.times(one.before, function)
                    charge(len(closed) * len(polynomial) / 4)  # dense polynomials of small integers are quick
                    part = closed * polynomial
                    total[key] = total[key] + part if key in total else part
            # Every interval is a part of a whole word, whose polynomial has as many terms at least.
            if most is not None and max(map(len, total.values()), default=0) > most:
                raise WorkLimitError("a planar sum has too many terms")
            values.append(total)
        return values, context, places
