"""Long words without an inverse: their planar sums as polynomials, which need no pencil and no equation.

The pencil of a word has an index line for each letter, and a loop for each interval of them. Where letters are
many it is quicker to add the planar contractions up interval by interval
(`planaria.diagrams.weights.planar_sums`): the sum is a polynomial in dimensions and traces of deterministic
matrices, and takes the place of the word's trace.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from flint import fmpq
from sympy import Add, Expr, Integer, Mul, Trace

from planaria.algebra.errors import InputError
from planaria.algebra.laurent import PRIME, residue
from planaria.algebra.rational import Ratio
from planaria.algebra.work import WorkLimitError, charge, limited
from planaria.derivations.equations.planar_series import random_point
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.diagrams.expressions.expression import Diagonal, Inversion, Letter, Node, Product, Setting, Sum
from planaria.diagrams.expressions.words import Word, close, words
from planaria.diagrams.graphs.faces import covariance
from planaria.diagrams.graphs.pairings import untwisted_partners
from planaria.diagrams.graphs.weight import scalar_of_words, trace_of_function
from planaria.diagrams.weights.planar_sums import PlanarSum, planar_sum

__all__ = ["LONG", "MOST_TERMS", "planar_words"]

LONG = 16  # letters, from which on a word is summed and not linearised
EXPANSION = 0.2  # the share of the work for multiplying out; where words are many, a pencil is shorter
MOST_TERMS = 1_000  # of a planar sum: a longer one is no formula
STEP = 2  # units of work for one choice of a ribbon in one interval


def planar_words(
    traces: Sequence[Trace], nodes: Sequence[Node], setting: Setting, seconds: float
) -> dict[Trace, Expr]:
    """The planar sums of those traces that are sums of words, some of them long.

    A word with n ribbons has the factor STRENGTH**n, as every field has it.

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expressions.expression import prepare, read
    >>> N = symbols("N", positive=True)
    >>> H = MatrixSymbol("H", N, N)
    >>> trace = Trace(H**20)
    >>> setting = prepare([trace], Model([Gaussian(H, kind="hermitian")]), extra=[STRENGTH])
    >>> planar_words([trace], [read(trace.arg, setting)], setting, 1.0)[trace]  # a Catalan number
    16796*N**11*field strength**10

    Raises InputError where that takes more than some seconds of work, or has too many terms.
    """
    found: dict[Trace, Expr] = {}
    for trace, node in zip(traces, nodes, strict=True):
        letters = _letters(node)
        if letters is None or letters <= LONG:
            continue
        try:
            with limited(seconds * EXPANSION):
                multiplied_out = close(words(node, setting, 0), setting)
        except WorkLimitError:
            continue
        try:
            with limited(seconds):
                found[trace] = _planar_sum(multiplied_out, node.rows, setting)
        except WorkLimitError:
            raise InputError(
                "derive",
                f"the planar sum of a word of {letters} letters has intervals of more than {MOST_TERMS:,} terms, "
                "or takes more work than the budget",
                "take shorter words, or fewer deterministic matrices in them; a larger budget allows more work",
            ) from None
    return found


def _letters(node: Node) -> int | None:
    """The letters of the longest word of a node; None where it has an inverse, which has no longest one."""
    match node:
        case Diagonal():
            return 0
        case Letter():
            return 1
        case Sum(terms=parts):
            longest = [_letters(part) for part in parts]
            return None if None in longest else max((n for n in longest if n is not None), default=0)
        case Product(factors=parts):
            lengths = [_letters(part) for part in parts]
            return None if None in lengths else sum(n for n in lengths if n is not None)
        case Inversion():
            return None


def _planar_sum(some_words: Sequence[Word], start: Expr, setting: Setting) -> Expr:
    by_letters: dict[int, list[Word]] = {}
    for word in some_words:
        charge(STEP * len(word.letters) ** 3 / 24)
        by_letters.setdefault(len(word.letters), []).append(word)
    numbers = _Numbers(setting)
    total: list[Expr] = []
    for letters, some in by_letters.items():
        found = planar_sum(some, setting, MOST_TERMS)
        if len(found.terms) > MOST_TERMS:
            raise WorkLimitError("a planar sum is too long")
        if numbers.value(found) != sum(map(numbers.recursion, some)) % PRIME:
            raise ArithmeticError("a planar sum has another value than its intervals have in numbers")
        total.append(STRENGTH ** (letters // 2) * _written(found.leading(setting.model.small, start)))
    return Add(*total)


def _written(found: PlanarSum) -> Expr:
    """A planar sum with its scalars in front: what stands behind them has no denominator to be brought to."""
    traces = [trace_of_function(space, function, found.setting) for space, function in found.faces]
    groups: dict[Ratio, list[Expr]] = {}
    for scalar, exponents, _, number in found.terms:
        powers = (trace**exponent for trace, exponent in zip(traces, exponents, strict=True) if exponent)
        groups.setdefault(scalar, []).append(Mul(Integer(number), *powers))
    return Add(*(Mul(scalar.to_sympy(), Add(*terms), evaluate=False) for scalar, terms in groups.items()))


class _Numbers:
    """Words and planar sums at a random point modulo a prime, to hold the one against the other."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.point = random_point(setting, setting.spaces, seed=11)
        self._functions: dict[tuple[Expr, Ratio], list[int]] = {}

    def value(self, found: PlanarSum) -> int:
        """A planar sum of closed words."""
        faces = [self._trace(space, self._function(space, function)) for space, function in found.faces]
        return (
            sum(
                prod((pow(face, e, PRIME) for face, e in zip(faces, exponents, strict=True) if e), start=number)
                * self._number(scalar, {})
                for scalar, exponents, _, number in found.terms
            )
            % PRIME
        )

    def recursion(self, word: Word) -> int:
        """A closed word by itself, eigenvalue by eigenvalue: no polynomial, no face and no equal intervals.

        G(i, j) is what the index line in front of letter i has passed when it comes to letter j. Letter i joins
        some letter k between them, and closes the line inside:
        G(i, j) = corner_i left_i sum_k tr[right_i G(i+1, k)] G(k+1, j).
        """
        letters, n = word.letters, len(word.letters)
        corners = [self._function(space, corner) for space, corner in zip(word.spaces, word.corners, strict=True)]
        corners.append([1] * len(corners[0]))  # the last one is merged into the first
        partners = untwisted_partners(letters, self.setting)
        lines: dict[tuple[int, int], list[int]] = {(i, i): corner for i, corner in enumerate(corners[: n + 1])}
        for i in range(n - 1, -1, -1):
            left = self._function(letters[i].rows, covariance(letters[i], False, self.setting))
            right = self._function(letters[i].cols, covariance(letters[i], True, self.setting))
            outer = [a * b % PRIME for a, b in zip(corners[i], left, strict=True)]
            closed = {
                k: self._trace(letters[i].cols, [a * b for a, b in zip(right, lines[i + 1, k], strict=True)])
                for k in partners[i]
                if (i + 1, k) in lines
            }
            for j in range(i + 2, n + 1, 2):
                parts = [(closed[k], lines[k + 1, j]) for k in closed if k < j and (k + 1, j) in lines]
                if parts:
                    lines[i, j] = [a * sum(t * g[m] for t, g in parts) % PRIME for m, a in enumerate(outer)]
        if (0, n) not in lines:
            return 0
        return (
            self._number(scalar_of_words((word,), self.setting), {}) * self._trace(word.rows, lines[0, n]) % PRIME
        )

    def _function(self, space: Expr, function: Ratio) -> list[int]:
        if (space, function) not in self._functions:
            nodes = [self._number(function, node) for _, node in self.point.measures[space]]
            self._functions[space, function] = nodes
        return self._functions[space, function]

    def _trace(self, space: Expr, terms: Sequence[int]) -> int:
        weights = [int(residue(weight, PRIME)) for weight, _ in self.point.measures[space]]
        return sum(weight * term for weight, term in zip(weights, terms, strict=True)) % PRIME

    def _number(self, value: Ratio, eigenvalues: Mapping[Expr, Any]) -> int:
        at = {**self.point.values, **eigenvalues}
        return int(residue(value.at([at.get(g, fmpq(0)) for g in value.ring.generators] or [fmpq(0)]), PRIME))
