"""Integration by parts on the sphere: connected planar correlators of traces, for any number of them.

The connected planar part of E[tr W1 ... tr Wk] sums the contractions that join all the words to one surface of
Euler characteristic 2. Contract a letter of W1. A partner in W1 cuts the sphere in two, with an untwisted
ribbon, and the other words are shared out between the two parts in every way. A partner in another word
makes one word of the two, turned over where the ribbon is twisted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import product
from math import comb, prod
from typing import Any

from planaria.diagrams.moments.integration_by_parts import State, too_much, variables
from planaria.diagrams.moments.necklaces import Alphabet, is_face

__all__ = ["PlanarContractions"]

_Term = tuple[int, tuple[State, ...]]  # how often, and the correlators or faces that are multiplied


class PlanarContractions:
    """The connected planar correlators of some products of traces, and of all that they lead to.

    Parameters
    ----------
    alphabet
        What the characters mean and how they contract.
    roots
        The correlators that are asked for, each of one or several canonical words.
    limit
        The largest number of different correlators to go through; None for no limit.

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expressions.words import close, words
    >>> from planaria.diagrams.expressions.expression import prepare, read
    >>> N = symbols("N", positive=True)
    >>> H = MatrixSymbol("H", N, N)
    >>> setting = prepare([H], Model([Gaussian(H, kind="hermitian")]))
    >>> word, = close(words(read(H**4, setting), setting, 0), setting)
    >>> alphabet = Alphabet(setting)
    >>> one, _ = alphabet.word(word)
    >>> list(PlanarContractions(alphabet, [(one,), (one, one)]).values().values())  # 2 N^3 and 36 N^4
    [2*g0^3, 36*g0^4]

    Raises InputError at the limit.
    """

    def __init__(self, alphabet: Alphabet, roots: Iterable[State], limit: int | None = None) -> None:
        self.alphabet = alphabet
        self.roots = tuple(dict.fromkeys(roots))
        self._limit = limit
        self.terms: dict[State, list[_Term]] = {}
        self._explore()
        found = {face for terms in self.terms.values() for _, factors in terms for (face, *_) in factors}
        self.faces = "".join(sorted(one for one in found if is_face(one)))

    @property
    def size(self) -> int:
        return len(self.terms)

    def values(self) -> dict[State, Any]:
        """Each root that does not vanish, a polynomial in its faces: variable k stands for ``faces[k]``."""
        gens = variables(self.faces)
        found: dict[State, Any] = {(face,): gens[face] for face in self.faces}
        for state in sorted(self.terms, key=_letters):
            total = gens[""] * 0
            for count, factors in self.terms[state]:
                total = total + prod((found[one] for one in factors), start=gens[""]) * count
            found[state] = total
        return {root: found[root] for root in self.roots if root in found}

    def _explore(self) -> None:
        waiting = [root for root in self.roots if not self.alphabet.vanishes(root)]
        while waiting:
            state = waiting.pop()
            if state in self.terms:
                continue
            if self._limit is not None and len(self.terms) >= self._limit:
                raise too_much(self._limit)
            terms: Counter[tuple[State, ...]] = Counter()
            for factors, count in self._contract(state):
                terms[tuple(sorted(factors))] += count
            self.terms[state] = [(count, factors) for factors, count in terms.items() if count]
            reached = dict.fromkeys(one for _, factors in self.terms[state] for one in factors)
            waiting += (one for one in reached if not is_face(one[0]) and one not in self.terms)

    def _contract(self, state: State) -> Iterator[tuple[tuple[State, ...], int]]:
        """The ways in which the first letter of the last word is contracted."""
        alphabet = self.alphabet
        *others, word = state
        letter, rest = word[0], word[1:]
        left, right = alphabet.covariances[letter]
        for k, partner in enumerate(rest):
            if partner in alphabet.untwisted[letter]:
                weight, scalar = alphabet.untwisted[letter][partner]
                one, sign = alphabet.closed(right + rest[:k])
                other, second = alphabet.closed(left + rest[k + 1 :])
                weight *= sign * second
                for mine, theirs, count in _shares(others):
                    # a face has no letters left to be connected by
                    if (mine and is_face(one)) or (theirs and is_face(other)):
                        continue
                    factors = (tuple(sorted((*mine, one))), tuple(sorted((*theirs, other))))
                    if weight and not any(alphabet.vanishes(factor) for factor in factors):
                        yield (*factors, *((one,) for one in scalar)), count * weight
        for other, multiplicity in Counter(others).items():
            place = others.index(other)
            remaining = others[:place] + others[place + 1 :]
            for k, partner in enumerate(other):
                opened = other[k + 1 :] + other[:k]
                for table, turned, turning in (
                    (alphabet.untwisted, opened, 1),
                    (alphabet.twisted, alphabet.transposed(opened), alphabet.turning(opened)),
                ):
                    if partner not in table[letter]:
                        continue
                    weight, scalar = table[letter][partner]
                    new, sign = alphabet.closed(rest + left + turned + right)
                    if sign and not (is_face(new) and remaining):
                        correlator = tuple(sorted((*remaining, new)))
                        yield (correlator, *((one,) for one in scalar)), multiplicity * weight * sign * turning


def _letters(state: State) -> int:
    return sum(not is_face(character) for word in state for character in word)


def _shares(words: list[str]) -> Iterator[tuple[list[str], list[str], int]]:
    """The ways to share out words between two, and how often each occurs where words are equal."""
    kinds = sorted(Counter(words).items())
    for taken in product(*(range(number + 1) for _, number in kinds)):
        mine = [word for (word, _), k in zip(kinds, taken, strict=True) for _ in range(k)]
        theirs = [word for (word, number), k in zip(kinds, taken, strict=True) for _ in range(number - k)]
        yield mine, theirs, prod(comb(number, k) for (_, number), k in zip(kinds, taken, strict=True))
