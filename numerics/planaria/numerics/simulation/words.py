"""Matrix expressions as sums of words in numbered factors: the form in which an order of evaluation is sought.

A word is a product of factors: letters (a drawn or fixed matrix, transposed or conjugated), inverses of sums, and
sums in brackets, which stay together as they were written. The same factor has the same number wherever it occurs,
so equal products are seen to be equal, also where one is the transpose of the other.

One identity is used, the push-through ``(c + A B)^-1 A = A (c + B A)^-1``, and its trace: it holds at every size
for c != 0, and moves an inverse to the smaller side. Nothing else about matrices is assumed; what the transpose or
the conjugate of a drawn matrix is was read off a draw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sympy import (
    Expr,
    Identity,
    Integer,
    MatAdd,
    MatMul,
    MatPow,
    MatrixExpr,
    MatrixSymbol,
    Transpose,
    ZeroMatrix,
    conjugate,
)
from sympy.matrices.expressions import Adjoint

from planaria.numerics.simulation.scalars import no_matrix_value

__all__ = ["Alphabet", "Bracket", "Factor", "Inverse", "Letter", "Sum", "Trait", "Word"]

Word = tuple[int, ...]
"""The numbers of its factors; the empty word is an identity."""

_LONGEST_POWER = 12  # factors of a power that are written out; longer ones are squared
_LONGEST_WORD = 24  # factors among which the best order is sought


@dataclass(frozen=True)
class Trait:
    """What is known of a matrix: whether it is diagonal or real, and what its transpose and its conjugate are."""

    is_diagonal: bool = False
    is_real: bool = False
    transpose: Literal[-1, 0, 1] = 0  # times the matrix itself; 0 where it is another one
    is_hermitian: bool = False  # the conjugate is the transpose

    def read(self, transposed: bool, conjugated: bool) -> tuple[int, bool, bool]:
        """A sign, whether it is transposed and whether conjugated, with as few flags as possible.

        >>> Trait(is_hermitian=True).read(True, True), Trait(is_real=True, transpose=-1).read(True, True)
        ((1, False, False), (-1, False, False))
        """
        if self.is_real:
            conjugated = False
        elif self.is_hermitian and conjugated:
            transposed, conjugated = not transposed, False
        if not transposed or self.is_diagonal:
            return 1, False, conjugated
        return (self.transpose, False, conjugated) if self.transpose else (1, True, conjugated)


@dataclass(frozen=True)
class Sum:
    """A sum of words of one shape, in the order of the words, which differ; without words it is zero."""

    rows: int
    cols: int
    terms: tuple[tuple[Expr, Word], ...]

    @property
    def bare(self) -> Expr:
        """The coefficient of the identity."""
        return next((coefficient for coefficient, word in self.terms if not word), Integer(0))


@dataclass(frozen=True)
class Letter:
    symbol: MatrixSymbol
    transposed: bool = False
    conjugated: bool = False


@dataclass(frozen=True)
class Inverse:
    of: Sum


@dataclass(frozen=True)
class Bracket:
    of: Sum


Factor = Letter | Inverse | Bracket


class Alphabet:
    """The factors of some expressions, by number.

    Parameters
    ----------
    size
        The size of a space.
    traits
        What is known of each matrix.
    integer
        The value of the exponent of a power.
    is_nonzero
        Whether a scalar is known to be the same number other than zero in every draw.
    """

    def __init__(
        self,
        size: Callable[[Expr], int],
        traits: Mapping[MatrixSymbol, Trait],
        integer: Callable[[Expr], int],
        is_nonzero: Callable[[Expr], bool],
    ) -> None:
        self.factors: list[Factor] = []
        self.written: dict[Sum, MatrixExpr] = {}  # what is under an inverse, as somebody wrote it
        self._size, self._traits, self._integer, self._is_nonzero = size, traits, integer, is_nonzero
        self._numbers: dict[Factor, int] = {}
        self._shapes: list[tuple[int, int]] = []
        self._diagonal: list[bool] = []
        self._turned: dict[tuple[int, bool, bool], tuple[int, int]] = {}

    # What a number stands for.

    def shape(self, word: Word) -> tuple[int, int]:
        return self._shapes[word[0]][0], self._shapes[word[-1]][1]

    def is_diagonal(self, word: Word) -> bool:
        return all(self._diagonal[one] for one in word)

    def turn(self, word: Word, transposed: bool, conjugated: bool) -> tuple[int, Word]:
        """The transpose, the conjugate or the adjoint of a word, and its sign."""
        sign, turned = 1, []
        for one in reversed(word) if transposed else word:
            factor_sign, number = self._turn(one, transposed, conjugated)
            sign *= factor_sign
            turned.append(number)
        return sign, tuple(turned)

    def is_hermitian(self, terms: Sum) -> bool:
        """Whether a sum is its own adjoint, term by term."""
        return self._turn_sum(terms, True, True) == terms

    # Reading.

    def read(self, node: MatrixExpr) -> Sum:
        """A matrix expression; raises InputError for a node that has no value on matrices."""
        rows, cols = (self._size(space) for space in node.shape)
        match node:
            case MatrixSymbol():
                return Sum(rows, cols, ((Integer(1), (self._letter(node, False, False)[1],)),))
            case Identity():
                return Sum(rows, cols, ((Integer(1), ()),))
            case ZeroMatrix():
                return Sum(rows, cols, ())
            case MatAdd():
                return _sum(rows, cols, [term for one in node.args for term in self.read(one).terms])
            case MatMul():
                return self._read_product(node, rows, cols)
            case MatPow():  # Inverse too
                return self._read_power(node, rows)
            case Transpose():
                return self._turn_sum(self.read(node.arg), True, False)
            case Adjoint():
                return self._turn_sum(self.read(node.arg), True, True)
            case _:
                raise no_matrix_value(node)

    def _read_product(self, node: MatMul, rows: int, cols: int) -> Sum:
        coefficient: Expr = Integer(1)
        word: Word = ()
        for argument in node.args:
            if not isinstance(argument, MatrixExpr):
                coefficient *= argument
                continue
            factor = self.read(argument)
            if not factor.terms:
                return Sum(rows, cols, ())
            one, letters = self._together(factor)
            coefficient, word = coefficient * one, word + letters
        return Sum(rows, cols, ((coefficient, self.pushed(word)),))

    def _read_power(self, node: MatPow, size: int) -> Sum:
        exponent = self._integer(node.exp)
        base = self.read(node.base)
        if exponent >= 0:
            coefficient, word = self._together(base)
        else:
            coefficient, word = Integer(1), (self.inverse(base, node.base),)
        word = self._power(word, abs(exponent))
        return Sum(size, size, ((coefficient ** abs(exponent), self.pushed(word)),))

    def _power(self, word: Word, exponent: int) -> Word:
        if len(word) * exponent <= _LONGEST_POWER or exponent < 2:
            return word * exponent
        half = self.together(self._power(word, exponent // 2))
        return (half, half, *word) if exponent % 2 else (half, half)

    def _together(self, factor: Sum) -> tuple[Expr, Word]:
        """A sum as a coefficient and a word; several terms, or none, in a bracket."""
        if len(factor.terms) == 1:
            return factor.terms[0]
        return Integer(1), (self._number(Bracket(factor)),)

    def together(self, word: Word) -> int:
        """A word as one factor, which is multiplied out by itself."""
        return self._number(Bracket(Sum(*self.shape(word), ((Integer(1), word),))))

    def short(self, word: Word) -> Word:
        """A word of a length among whose orders the best can be sought."""
        while len(word) > _LONGEST_WORD:
            half = len(word) // 2
            word = (self.together(self.short(word[:half])), self.together(self.short(word[half:])))
        return word

    def inverse(self, base: Sum, written: MatrixExpr) -> int:
        self.written.setdefault(base, written)
        return self._number(Inverse(base))

    # The push-through identity.

    def pushed(self, word: Word) -> Word:
        """The same matrix with its inverses on the smaller side, where a neighbour lets them pass."""
        place = 0
        while place < len(word):
            changed = self._pushed_at(word, place)
            word, place = (word, place + 1) if changed is None else (changed, 0)
        return word

    def pushed_round(self, word: Word) -> Word:
        """The same under a trace, where the word is closed to a circle."""
        word = self.pushed(word)
        for place, number in enumerate(word):
            if isinstance(self.factors[number], Inverse):
                for cut in (place, place + 1):
                    turned = word[cut:] + word[:cut]
                    other = self.pushed(turned)
                    if other != turned:
                        return self.pushed_round(other)
        return word

    def _pushed_at(self, word: Word, place: int) -> Word | None:
        factor = self.factors[word[place]]
        if not isinstance(factor, Inverse):
            return None
        before, after = word[:place], word[place + 1 :]
        for start, inner in self.smaller(factor.of):
            if after[: len(start)] == start:
                return (*before, *start, inner, *after[len(start) :])
        for end, inner in self.smaller(factor.of, at_end=True):
            if before[-len(end) :] == end:
                return (*before[: -len(end)], inner, *end, *after)
        return None

    def smaller(self, base: Sum, *, at_end: bool = False) -> list[tuple[Word, int]]:
        """For c + A B: A (at the end: B) and the inverse of c + B A, where it is smaller, the smallest first.

        A is what all words but the bare one begin with. The rank of A B is at most the size of that space.
        """
        words = [word for _, word in base.terms if word]
        if not words or not self._is_nonzero(base.bare):
            return []
        found = []
        for length in range(1, min(map(len, words)) + 1):
            common = words[0][-length:] if at_end else words[0][:length]
            if any((word[-length:] if at_end else word[:length]) != common for word in words):
                break
            size = self.shape(common)[0 if at_end else 1]
            if size < base.rows:
                found.append((size, length, common))
        results = []
        for size, length, common in sorted(found):
            terms = [
                (c, () if not word else common + word[:-length] if at_end else word[length:] + common)
                for c, word in base.terms
            ]
            inner = _sum(size, size, [(c, self.pushed(word)) for c, word in terms])
            results.append((common, self.inverse(inner, self.written[base])))
        return results

    # Numbers of factors.

    def _number(self, factor: Factor) -> int:
        found = self._numbers.get(factor)
        if found is None:
            found = self._numbers[factor] = len(self.factors)
            self.factors.append(factor)
            if isinstance(factor, Letter):
                rows, cols = (self._size(space) for space in factor.symbol.shape)
                self._shapes.append((cols, rows) if factor.transposed else (rows, cols))
                self._diagonal.append(self._traits[factor.symbol].is_diagonal)
            else:
                self._shapes.append((factor.of.rows, factor.of.cols))
                self._diagonal.append(
                    bool(factor.of.terms) and all(self.is_diagonal(word) for _, word in factor.of.terms)
                )
        return found

    def _letter(self, symbol: MatrixSymbol, transposed: bool, conjugated: bool) -> tuple[int, int]:
        sign, transposed, conjugated = self._traits[symbol].read(transposed, conjugated)
        return sign, self._number(Letter(symbol, transposed, conjugated))

    def _turn(self, number: int, transposed: bool, conjugated: bool) -> tuple[int, int]:
        key = (number, transposed, conjugated)
        if key not in self._turned:
            match self.factors[number]:
                case Letter(symbol, first, second):
                    found = self._letter(symbol, first != transposed, second != conjugated)
                case Inverse(of):
                    found = 1, self.inverse(self._turn_sum(of, transposed, conjugated), self.written[of])
                case Bracket(of):
                    found = 1, self._number(Bracket(self._turn_sum(of, transposed, conjugated)))
            self._turned[key] = found
        return self._turned[key]

    def _turn_sum(self, terms: Sum, transposed: bool, conjugated: bool) -> Sum:
        turned = []
        for coefficient, word in terms.terms:
            sign, other = self.turn(word, transposed, conjugated)
            turned.append((sign * (conjugate(coefficient) if conjugated else coefficient), other))
        shape = (terms.cols, terms.rows) if transposed else (terms.rows, terms.cols)
        return _sum(*shape, turned)


def _sum(rows: int, cols: int, terms: list[tuple[Any, Word]]) -> Sum:
    """Like words together, in one order."""
    found: dict[Word, Expr] = {}
    for coefficient, word in terms:
        found[word] = found.get(word, Integer(0)) + coefficient
    return Sum(rows, cols, tuple((found[word], word) for word in sorted(found) if found[word] != 0))
