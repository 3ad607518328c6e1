"""In which order a word is multiplied out: the least work, by size, with what is there already for nothing.

Products of many factors in the best order, solving in the place of inverses, traces without their last product,
and each common part once. The order of a quantity depends on the quantity and on sizes only, not on what else is
asked for; so its bits do not either.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr, Integer, log

from planaria.ensembles.text.log_determinant import LogDet
from planaria.numerics.simulation.operations import (
    Combine,
    Factorise,
    Invert,
    Load,
    LogDeterminant,
    Operation,
    Product,
    SolveLeft,
    SolveRight,
    TraceInverse,
    TraceOf,
    TraceProduct,
    Turn,
)
from planaria.numerics.simulation.words import Alphabet, Bracket, Inverse, Letter, Sum, Word

__all__ = ["Scheduler"]

_TOUCH = 16  # to read or write an entry costs as much as so many multiplications in a product of large matrices
_Costs = dict[tuple[int, int], tuple[float, int]]  # of the part of a word from i to j; where it is cut last


class Scheduler:
    """Makes the operations for the traces of one quantity.

    `add` takes an operation and gives its place in the program.
    """

    def __init__(self, alphabet: Alphabet, add: Callable[[Operation], int]) -> None:
        self._alphabet, self._add = alphabet, add
        self._known: dict[Word, int] = {}
        self._factorised: dict[Sum, int] = {}

    def trace(self, terms: Sum) -> list[tuple[Expr, int | None]]:
        """A trace as a linear combination of numbers that the program finds; None stands for 1."""
        return [
            (coefficient * scale, place)
            for coefficient, word in terms.terms
            for scale, place in self._trace(word, terms.rows)
        ]

    def logdet(self, node: LogDet) -> list[tuple[Expr, int | None]]:
        """log det(c + A B) on the smaller side: what is left of the large one are factors c."""
        base = self._alphabet.read(node.arg)
        number = self._alphabet.inverse(base, node.arg)
        rest: list[tuple[Expr, int | None]] = []
        smaller = self._alphabet.smaller(base)
        if smaller:
            number = smaller[0][1]
            rank = self._alphabet.shape((number,))[0]
            rest = [((base.rows - rank) * log(base.bare), None)]
        factor = self._alphabet.factors[number]
        assert isinstance(factor, Inverse)
        return [*rest, (Integer(1), self._add(LogDeterminant(self.factorised(factor.of), node)))]

    def factorised(self, base: Sum) -> int:
        """The place of a factorisation of a sum."""
        if base not in self._factorised:
            hermitian = self._alphabet.is_hermitian(base)
            written = self._alphabet.written[base]
            self._factorised[base] = self._add(Factorise(self._sum(base), hermitian, written))
        return self._factorised[base]

    # Traces.

    def _trace(self, word: Word, size: int) -> list[tuple[Expr, int | None]]:
        if not word:
            return [(Integer(size), None)]
        word = self._alphabet.short(self._alphabet.pushed_round(word))
        factor = self._alphabet.factors[word[0]]
        if isinstance(factor, Inverse) and set(word) == {word[0]}:
            smaller = self._alphabet.smaller(factor.of)
            if smaller:
                _, inner = smaller[0]
                rank = self._alphabet.shape((inner,))[0]
                rest = (size - rank) / factor.of.bare ** len(word)
                return [(rest, None), *self._trace((inner,) * len(word), rank)]
        if len(word) > 1:
            return [(Integer(1), self._trace_of_product(word))]
        match factor:
            case Letter():
                return [(Integer(1), self._add(TraceOf(self._word(word))))]
            case Bracket(of):
                return self.trace(of)
            case Inverse(of):
                if word in self._known:
                    return [(Integer(1), self._add(TraceOf(self._known[word])))]
                return [(Integer(1), self._add(TraceInverse(self.factorised(of))))]

    def _trace_of_product(self, word: Word) -> int:
        """Of all ways to cut a cycle in two, that of least work."""
        self._prepare(word)
        length = len(word)
        twice = word + word[:-1]
        costs = self._costs(twice, length - 1)
        cuts = []
        for i in range(length):
            for j in range(i + 1, length):
                rows, cols = self._alphabet.shape(twice[i:j])
                second = (
                    0.0 if self._is_turned(twice[i:j], twice[j : i + length]) else self._of(costs, j, i + length)
                )
                cuts.append((self._of(costs, i, j) + second + _TOUCH * rows * cols, i, j))
        _, i, j = min(cuts)
        left, right = self._part(twice, i, j, costs), self._part(twice, j, i + length, costs)
        return self._add(TraceProduct(left, right))

    # Matrices.

    def _sum(self, terms: Sum) -> int:
        """The place of a sum; a word that stands alone is not copied."""
        if len(terms.terms) == 1 and terms.terms[0][0] == 1 and terms.terms[0][1]:
            return self._word(terms.terms[0][1])
        parts = tuple((coefficient, self._word(word) if word else None) for coefficient, word in terms.terms)
        return self._add(Combine((terms.rows, terms.cols), parts))

    def _word(self, word: Word) -> int:
        word = self._alphabet.short(word)
        self._prepare(word)
        return self._part(word, 0, len(word), self._costs(word, len(word)))

    def _prepare(self, word: Word) -> None:
        """What stands inside of factors comes first: its products are there for the word around it."""
        for number in dict.fromkeys(word):
            match self._alphabet.factors[number]:
                case Inverse(of):
                    self.factorised(of)
                case Bracket():
                    self._factor((number,))
                case Letter():
                    pass

    def _factor(self, word: Word) -> int:
        found = self._seen(word)
        if found is not None:
            return found
        match self._alphabet.factors[word[0]]:
            case Letter(symbol, transposed, conjugated):
                place = self._add(Load(symbol))
                if transposed or conjugated:
                    place = self._add(Turn(place, transposed, conjugated))
            case Inverse(of):
                place = self._add(Invert(self.factorised(of)))
            case Bracket(of):
                place = self._sum(of)
        self._known[word] = place
        return place

    def _part(self, word: Word, i: int, j: int, costs: _Costs) -> int:
        part = word[i:j]
        if len(part) == 1:
            return self._factor(part)
        found = self._seen(part)
        if found is None:
            cut = costs[i, j][1]
            left, right = (self._inverse_of(word, *ends) for ends in ((i, cut), (cut, j)))
            if left is not None:
                found = self._add(SolveLeft(left, self._part(word, cut, j, costs)))
            elif right is not None:
                found = self._add(SolveRight(self._part(word, i, cut, costs), right))
            else:
                found = self._add(Product(self._part(word, i, cut, costs), self._part(word, cut, j, costs)))
            self._known[part] = found
        return found

    def _inverse_of(self, word: Word, i: int, j: int) -> int | None:
        """The factorisation by which a part of a word that is an inverse is solved with."""
        factor = self._alphabet.factors[word[i]]
        if j > i + 1 or not isinstance(factor, Inverse) or self._seen(word[i:j]) is not None:
            return None
        return self.factorised(factor.of)

    def _seen(self, word: Word) -> int | None:
        """The place of a word that is there, or is another one turned."""
        if word in self._known:
            return self._known[word]
        for turn in ((True, True), (True, False), (False, True)):
            sign, other = self._alphabet.turn(word, *turn)
            if sign == 1 and other in self._known:
                self._known[word] = self._add(Turn(self._known[other], *turn))
                return self._known[word]
        return None

    # Costs.

    def _costs(self, word: Word, longest: int) -> _Costs:
        """The least cost of each part of a word up to a length; parts of one factor are not listed."""
        costs: _Costs = {}
        for length in range(2, longest + 1):
            for i in range(len(word) - length + 1):
                j = i + length
                if self._seen(word[i:j]) is not None:
                    costs[i, j] = 0.0, i + 1
                else:
                    costs[i, j] = min((self._cost(word, i, cut, j, costs), cut) for cut in range(i + 1, j))
        return costs

    def _of(self, costs: _Costs, i: int, j: int) -> float:
        return costs[i, j][0] if j > i + 1 else 0.0

    def _cost(self, word: Word, i: int, cut: int, j: int, costs: _Costs) -> float:
        left, right = word[i:cut], word[cut:j]
        rows, inner = self._alphabet.shape(left)
        cols = self._alphabet.shape(right)[1]
        first, second = self._of(costs, i, cut), self._of(costs, cut, j)
        diagonals = self._alphabet.is_diagonal(left) + self._alphabet.is_diagonal(right)
        if diagonals:
            return first + second + _TOUCH * (rows if diagonals == 2 else rows * cols)
        work = rows * inner * cols
        touched = _TOUCH * (rows * inner + inner * cols + rows * cols)
        if self._is_turned(left, right):  # a matrix times its own adjoint: made once, multiplied in half the time
            return first + work / 2 + touched
        return first + second + work + touched

    def _is_turned(self, left: Word, right: Word) -> bool:
        return len(left) == len(right) and any(
            self._alphabet.turn(left, True, conjugated)[1] == right for conjugated in (True, False)
        )
