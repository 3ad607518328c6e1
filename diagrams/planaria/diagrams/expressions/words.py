"""From a matrix expression to words: the geometric series of its inverses, order by order.

With every field set to zero an inverse inv(E) is a function of eigenvalues, E0^-1. Around it

    inv(E) = sum_n E0^-1 (-V E0^-1)^n,    V = E - E0,

and an expression becomes a sum of words: letters (the fields) between corners (deterministic functions).
Every term of V holds at least one letter, so that the words of a given order, and those of a given number of
letters, are finitely many, also where inverses are nested.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from math import gcd, lcm
from typing import Any

from flint import fmpq
from sympy import Expr

from planaria.algebra.errors import InputError
from planaria.algebra.numbering import Numbering
from planaria.algebra.polynomials import grouped
from planaria.algebra.rational import Ratio
from planaria.algebra.values import Portable
from planaria.algebra.work import charge
from planaria.diagrams.expressions.expression import (
    Diagonal,
    Inversion,
    Letter,
    Node,
    Product,
    Setting,
    Sum,
    deterministic_part,
)

__all__ = ["Word", "close", "split", "words", "words_by_ribbons"]

PRODUCT = 100  # units of work for a product of two words


@dataclass(frozen=True)
class Word(Portable):
    """coefficient * corner letter corner letter ... corner, one term of an expansion.

    Attributes
    ----------
    letters
        The fields, from left to right.
    corners
        The function of eigenvalues before each letter, and after the last one. A closed word (a trace) has
        the latter merged into the first corner; a closed word without letters keeps its one corner.
    coefficient
        Scalar factors; it contains no eigenvalue.
    rows, cols
        The spaces of the two ends, equal for a closed word.
    closed
        Whether the word stands in a trace.
    """

    letters: tuple[Letter, ...]
    corners: tuple[Ratio, ...]
    coefficient: Ratio
    rows: Expr
    cols: Expr
    closed: bool = False

    @cached_property
    def spaces(self) -> tuple[Expr, ...]:
        """The space of each corner."""
        if not self.letters:
            return (self.rows,)
        inner = tuple(letter.rows for letter in self.letters)
        return inner if self.closed else (*inner, self.cols)

    @cached_property
    def _hash(self) -> int:
        return hash((self.letters, self.corners, self.coefficient, self.closed))

    def __hash__(self) -> int:
        return self._hash


def words(node: Node, setting: Setting, order: int) -> tuple[Word, ...]:
    """The words of exactly one order: of so many insertions in the series of all inverses together.

    >>> from sympy import Identity, MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expressions.expression import prepare, read
    >>> N, P, gamma = symbols("N P gamma", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> q = (gamma * Identity(N) + x * x.T).inv()
    >>> setting = prepare([q], Model([Gaussian(x)]))
    >>> [(len(w.letters), w.coefficient) for w in words(read(q, setting), setting, 2)]
    [(4, gamma**(-3))]

    Raises InputError where an inverse has no deterministic part to expand about.
    """
    return _series(setting, 1, 0).words(node, order)


def words_by_ribbons(node: Node, setting: Setting, ribbons: int) -> tuple[Word, ...]:
    """The words of exactly ``2 * ribbons`` letters, whatever their order."""
    return _series(setting, 0, 1).words(node, 2 * ribbons)


def close(open_words: Iterable[Word], setting: Setting) -> tuple[Word, ...]:
    """The words of a trace: the last corner of each word merged into its first one.

    Words that become equal are added; rotations of one another are kept apart, as they are written.
    """
    found: dict[Word, Ratio] = {}
    for word in open_words:
        if word.closed:
            raise ValueError("the word is closed already")
        coefficient, corners = word.coefficient, word.corners
        if word.letters:
            factor, first = split(corners[-1] * corners[0], setting)
            coefficient, corners = coefficient * factor, (first, *corners[1:-1])
        key = replace(word, corners=corners, coefficient=setting.ring.one, closed=True)
        found[key] = found[key] + coefficient if key in found else coefficient
    return tuple(replace(key, coefficient=total) for key, total in found.items() if total)


def split(function: Ratio, setting: Setting) -> tuple[Ratio, Ratio]:
    """Write a function as scalar * rest, the rest being primitive in the eigenvalues (1 if it has none).

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Model
    >>> from planaria.diagrams.expressions.expression import prepare
    >>> M, gamma = symbols("M gamma", positive=True)
    >>> Lambda = MatrixSymbol("Lambda", M, M)
    >>> setting = prepare([gamma * Lambda], Model([]))
    >>> (_, eigenvalue), = setting.matrices
    >>> split(setting.ring(-6 * gamma * eigenvalue / (2 * gamma + 2 * eigenvalue)), setting)
    (-3*gamma, lambda_I/(gamma + lambda_I))
    """
    ring = setting.ring
    places = tuple(ring.index[symbol] for _, symbol in setting.matrices)
    top = _content(ring.context, function.numerator, places)
    bottom = _content(ring.context, function.denominator, places)
    scalar = Ratio.reduced(ring, top, bottom)
    if not scalar:
        return scalar, ring.one
    return scalar, Ratio.reduced(ring, function.numerator * bottom, function.denominator * top)


def _content(context: Any, polynomial: Any, places: tuple[int, ...]) -> Any:
    """The greatest scalar factor of a polynomial, with the sign of its leading coefficient."""
    groups = grouped(polynomial, places)
    if not groups or (len(groups) == 1 and not any(next(iter(groups)))):
        return polynomial
    common = context.constant(0)
    for terms in groups.values():
        common = common.gcd(context.from_dict(terms))
        if common.is_one():
            break
    coefficients = polynomial.coeffs()
    number = fmpq(gcd(*(int(c.p) for c in coefficients)), lcm(*(int(c.q) for c in coefficients)))
    return common * (-number if coefficients[0] < 0 else number)


# A series is a sum of words: coefficients by (letters, corners), the corners being numbers in a table.
_Key = tuple[tuple[Letter, ...], tuple[int, ...]]
_Terms = dict[_Key, Ratio]


@lru_cache(maxsize=32)
def _series(setting: Setting, per_insertion: int, per_letter: int) -> _Series:
    return _Series(setting, per_insertion, per_letter)


class _Series:
    """The graded series of the nodes of one setting, every grade computed once.

    An insertion adds ``per_insertion`` to the grade of a word and a letter adds ``per_letter``.
    """

    def __init__(self, setting: Setting, per_insertion: int, per_letter: int) -> None:
        self.setting = setting
        self.per_insertion = per_insertion
        self.per_letter = per_letter
        self.corners = Numbering(setting.ring.one)
        self.products: dict[tuple[int, int], tuple[Ratio | None, int]] = {}
        self.terms: dict[tuple[Node, int], _Terms] = {}
        self.prefixes: dict[Product, list[list[_Terms]]] = {}
        self.bare: dict[Inversion, _Terms] = {}

    def words(self, node: Node, grade: int) -> tuple[Word, ...]:
        try:
            terms = self.graded(node, grade)
        except RecursionError:
            raise InputError("expression", "it is nested too deeply", "define parts of it by name") from None
        return tuple(
            Word(letters, tuple(self.corners[n] for n in numbers), coefficient, node.rows, node.cols)
            for (letters, numbers), coefficient in terms.items()
        )

    def graded(self, node: Node, grade: int) -> _Terms:
        if (node, grade) not in self.terms:
            self.terms[node, grade] = self._graded(node, grade)
        return self.terms[node, grade]

    def _graded(self, node: Node, grade: int) -> _Terms:
        match node:
            case Diagonal(value=value):
                return self._function(value) if grade == 0 else {}
            case Letter():
                return {((node,), (0, 0)): self.setting.ring.one} if grade == self.per_letter else {}
            case Sum(terms=terms):
                return _total(self.graded(term, grade) for term in terms)
            case Product():
                return self._product(node, grade)
            case Inversion():
                return self._inverse(node, grade)

    def _function(self, value: Ratio) -> _Terms:
        coefficient, number = self._corner(value)
        return {((), (number,)): coefficient} if coefficient else {}

    def _product(self, node: Product, grade: int) -> _Terms:
        """Convolve the factors from left to right, keeping every prefix in every grade."""
        prefixes = self.prefixes.setdefault(node, [[] for _ in node.factors])
        for one in range(len(prefixes[-1]), grade + 1):
            column = [self.graded(node.factors[0], one)]
            for earlier, factor in zip(prefixes, node.factors[1:], strict=False):
                lower = (self._times(earlier[k], self.graded(factor, one - k)) for k in range(one))
                column.append(_total((*lower, self._times(column[-1], self.graded(factor, 0)))))
            for prefix, terms in zip(prefixes, column, strict=True):
                prefix.append(terms)
        return prefixes[-1][grade]

    def _inverse(self, node: Inversion, grade: int) -> _Terms:
        """inv = E0^-1 - E0^-1 V inv, solved grade by grade."""
        if node not in self.bare:
            self.bare[node] = self._function(deterministic_part(node, self.setting))
        bare = self.bare[node]
        if grade == 0:
            return bare
        parts: list[_Terms] = []
        for k in range(grade - self.per_insertion + 1):
            insertion = {key: -c for key, c in self.graded(node.argument, k).items() if key[0]}
            if insertion:  # then grade - per_insertion - k < grade, as a letter or an insertion counts
                rest = self.graded(node, grade - self.per_insertion - k)
                parts.append(self._times(bare, self._times(insertion, rest)))
        return _total(parts)

    def _times(self, left: _Terms, right: _Terms) -> _Terms:
        charge(PRODUCT * len(left) * len(right))
        result: _Terms = {}
        for (letters, corners), coefficient in left.items():
            for (more_letters, more_corners), other in right.items():
                factor, number = self._merge(corners[-1], more_corners[0])
                value = coefficient * other
                if factor is not None:
                    value = value * factor
                key = (letters + more_letters, (*corners[:-1], number, *more_corners[1:]))
                result[key] = result[key] + value if key in result else value
        return result

    def _merge(self, left: int, right: int) -> tuple[Ratio | None, int]:
        """The product of two corners: a scalar factor (None for 1) and a corner."""
        if left == 0 or right == 0:
            return None, left + right
        if (left, right) not in self.products:
            coefficient, number = self._corner(self.corners[left] * self.corners[right])
            self.products[left, right] = (None if coefficient.is_one else coefficient, number)
        return self.products[left, right]

    def _corner(self, value: Ratio) -> tuple[Ratio, int]:
        coefficient, corner = split(value, self.setting)
        return coefficient, self.corners.number(corner)


def _total(parts: Iterable[_Terms]) -> _Terms:
    """Add series; words that cancel disappear."""
    total: _Terms = {}
    for part in parts:
        for key, coefficient in part.items():
            total[key] = total[key] + coefficient if key in total else coefficient
    return {key: coefficient for key, coefficient in total.items() if coefficient}
