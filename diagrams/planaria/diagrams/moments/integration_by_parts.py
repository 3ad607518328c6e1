"""Integration by parts: the expectation of a product of traces, by contracting one letter after the other.

At every finite size

    E[X_ij F] = sum over letters Y of F of E[X_ij Y] E[F without Y],

so one letter of a product of traces is joined to each of the others in turn. A partner in the same trace
splits it in two (an untwisted ribbon) or turns a part of it over (a twisted one); a partner in another trace
joins the two. Products of traces that are equal up to rotation, transposition and order are contracted
once: what grows is their number and not that of the (2n - 1)!! contractions.

The letters of one field are contracted before those of the next: the others then stand between them as
opaque words, most of which coincide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flint import Ordering, fmpz_mpoly_ctx

from planaria.algebra.errors import InputError
from planaria.diagrams.moments.necklaces import Alphabet, is_face

__all__ = ["Contractions", "State", "too_much", "variables"]

State = tuple[str, ...]
"""A product of traces: canonical words with letters, sorted."""

_Edge = tuple[State, str, int]  # what remains, the faces that closed, how often


class Contractions:
    """Which products of traces follow from which, for some products to begin with, and their expectations.

    Parameters
    ----------
    alphabet
        What the characters mean and how they contract.
    roots
        The products whose expectations are asked for.
    limit
        The largest number of different products to go through; None for no limit.

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expressions.words import close, words
    >>> from planaria.diagrams.expressions.expression import prepare, read
    >>> N = symbols("N", positive=True)
    >>> H = MatrixSymbol("H", N, N)
    >>> setting = prepare([H], Model([Gaussian(H, kind="hermitian")]))
    >>> word, = close(words(read(H**8, setting), setting, 0), setting)
    >>> alphabet = Alphabet(setting)
    >>> root = (alphabet.word(word)[0],)
    >>> found = Contractions(alphabet, [root])
    >>> found.size, found.values()[root]  # 14 N^5 + 70 N^3 + 21 N
    (12, 14*g0^5 + 70*g0^3 + 21*g0)

    Raises InputError at the limit.
    """

    def __init__(self, alphabet: Alphabet, roots: Iterable[State], limit: int | None = None) -> None:
        self.alphabet = alphabet
        self.roots = tuple(dict.fromkeys(roots))
        self.size = 0
        self.levels: dict[int, dict[State, list[_Edge]]] = {}
        self._limit = limit
        self._splits: dict[tuple[str, int], list[tuple[State, str, int]]] = {}
        self._joins: dict[tuple[str, str, int], list[tuple[State, str, int]]] = {}
        self._explore()
        # The tables of words have done their work; the levels hold all that the values need.
        self._splits.clear()
        self._joins.clear()
        self.faces = "".join(
            sorted(
                {
                    f
                    for level in self.levels.values()
                    for edges in level.values()
                    for _, f_s, _ in edges
                    for f in f_s
                }
            )
        )

    def values(self) -> dict[State, Any]:
        """The expectation of each root, a polynomial in its faces: variable k stands for ``faces[k]``."""
        gens = variables(self.faces)
        heights = sorted(self.levels)
        found: dict[State, Any] = {}
        wanted = set(self.roots)
        top = heights[-1] if heights else 0
        cut = self._cut(heights) if len(self.roots) == 1 else top
        below: dict[State, Any] = {}
        for height in heights:
            if height > cut:
                break
            one = gens[""]
            below = {
                state: _pull(edges, below, gens) if height else one for state, edges in self.levels[height].items()
            }
            found.update((state, below[state]) for state in below.keys() & wanted)
        if cut < top:
            (root,) = self.roots
            found[root] = self._push(root, cut, below, gens)
        return found

    def _push(self, root: State, cut: int, below: Mapping[State, Any], gens: Mapping[str, Any]) -> Any:
        """The rest of the way from above: what leads from the root to each product at the cut."""
        above: dict[State, Any] = {root: gens[""]}
        for height in sorted(self.levels, reverse=True):
            if height <= cut:
                break
            gathered: dict[State, dict[str, Any]] = {}
            for state, edges in self.levels[height].items():
                value = above[state]
                for target, faces, count in edges:
                    parts = gathered.setdefault(target, {})
                    parts[faces] = parts[faces] + value * count if faces in parts else value * count
            above = {state: _total(parts, gens) for state, parts in gathered.items()}
        total = gens[""] * 0
        for state, value in above.items():
            total = total + value * below[state]
        return total

    def _cut(self, heights: Sequence[int]) -> int:
        """Where the ways from above and from below meet: where few products are, not too near to an end.

        A polynomial that comes from above knows the faces closed so far, one from below those that follow:
        each is much smaller than a polynomial in all of them.
        """
        inner = heights[len(heights) // 4 : 3 * len(heights) // 4 + 1]
        middle = heights[len(heights) // 2]
        return min(inner, key=lambda height: (len(self.levels[height]), abs(height - middle)))

    def _explore(self) -> None:
        """Contract one letter of every product, those with the most letters first."""
        alphabet = self.alphabet
        waiting: dict[tuple[int, ...], dict[State, None]] = {}
        current: dict[tuple[int, ...], int] = {}  # the field that is being contracted, by the letters left
        for root in self.roots:
            if not alphabet.vanishes(root):
                waiting.setdefault(alphabet.field_counts(root), {})[root] = None
        while waiting:
            counts = max(waiting, key=lambda one: (sum(one), one))
            states = waiting.pop(counts)
            level = self.levels.setdefault(sum(counts), {})
            self.size += len(states)
            if self._limit is not None and self.size > self._limit:
                raise too_much(self._limit)
            if not sum(counts):
                level[()] = []
                continue
            field = current.get(counts, -1)
            if field < 0 or not counts[field]:
                field = self._next_field(states, counts)
            rest = tuple(number - 2 * (index == field) for index, number in enumerate(counts))
            current.setdefault(rest, field)
            following = waiting.setdefault(rest, {})
            for state in states:
                edges = level[state] = self._contract(state, field)
                for target, _, _ in edges:
                    following[target] = None

    def _next_field(self, states: Iterable[State], counts: tuple[int, ...]) -> int:
        """The field between whose letters the fewest different words stand.

        What stands between them is multiplied when they are contracted: with one word on one side of a
        field and none on the other there are only its powers.
        """
        fields = self.alphabet.fields
        words = {word for state in states for word in state}

        def score(field: int) -> tuple[int, int]:
            sides: dict[bool, set[str]] = {False: set(), True: set()}
            for word in words:
                places = [k for k, one in enumerate(word) if fields.get(one) == field]
                twice = word + word
                for k, after in zip(places, [*places[1:], (places or [0])[0] + len(word)], strict=False):
                    if between := twice[k + 1 : after]:
                        side = self._right_is_column(word[k])
                        sides[side].add(min(between, self.alphabet.transposed(between)))
            return (1 + len(sides[False])) * (1 + len(sides[True])), counts[field]

        return min((index for index, number in enumerate(counts) if number), key=score)

    def _right_is_column(self, code: str) -> bool:
        for letter, name in self.alphabet.letters.items():
            if name == code:
                return not letter.transposed
        raise KeyError(code)

    def _contract(self, state: State, field: int) -> list[_Edge]:
        """All contractions of one letter of the field: what they leave, the faces they close, how often."""
        fields = self.alphabet.fields
        chosen = max(
            (k for k, word in enumerate(state) if any(fields.get(one) == field for one in word)),
            key=lambda k: state[k],
        )
        word, others = state[chosen], state[:chosen] + state[chosen + 1 :]
        found: Counter[tuple[State, str]] = Counter()
        for new, faces, count in self._split(word, field):
            found[tuple(sorted(others + new)), faces] += count
        for other, multiplicity in Counter(others).items():
            place = others.index(other)
            rest = others[:place] + others[place + 1 :]
            for new, faces, count in self._join(word, other, field):
                found[tuple(sorted(rest + new)), faces] += count * multiplicity
        return [(target, faces, count) for (target, faces), count in found.items() if count]

    def _split(self, word: str, field: int) -> list[tuple[State, str, int]]:
        """Contract the first letter of the field with those of its own trace."""
        key = (word, field)
        if key not in self._splits:
            alphabet = self.alphabet
            letter, rest = self._opened(word, field)
            left, right = alphabet.covariances[letter]
            untwisted, twisted = alphabet.untwisted[letter], alphabet.twisted[letter]
            found: Counter[State] = Counter()
            for k, partner in enumerate(rest):
                if partner in untwisted:
                    weight, scalar = untwisted[partner]
                    # the index lines of the letter's right and left side close round each part
                    one, sign = alphabet.closed(right + rest[:k])
                    other, second = alphabet.closed(left + rest[k + 1 :])
                    found[one, other, *scalar] += weight * sign * second
                if partner in twisted:
                    weight, scalar = twisted[partner]
                    behind = rest[k + 1 :]
                    one, sign = alphabet.closed(rest[:k] + left + alphabet.transposed(behind) + right)
                    found[one, *scalar] += weight * sign * alphabet.turning(behind)
            self._splits[key] = _apart(found)
        return self._splits[key]

    def _join(self, word: str, other: str, field: int) -> list[tuple[State, str, int]]:
        """Contract the first letter of the field with those of another trace."""
        key = (word, other, field)
        if key not in self._joins:
            alphabet = self.alphabet
            letter, rest = self._opened(word, field)
            left, right = alphabet.covariances[letter]
            untwisted, twisted = alphabet.untwisted[letter], alphabet.twisted[letter]
            found: Counter[State] = Counter()
            for k, partner in enumerate(other):
                opened = other[k + 1 :] + other[:k]
                if partner in untwisted:
                    weight, scalar = untwisted[partner]
                    one, sign = alphabet.closed(rest + left + opened + right)
                    found[one, *scalar] += weight * sign
                if partner in twisted:
                    weight, scalar = twisted[partner]
                    one, sign = alphabet.closed(rest + left + alphabet.transposed(opened) + right)
                    found[one, *scalar] += weight * sign * alphabet.turning(opened)
            self._joins[key] = _apart(found)
        return self._joins[key]

    def _opened(self, word: str, field: int) -> tuple[str, str]:
        """The first letter of a field in a word, and the word from behind it round to before it."""
        fields = self.alphabet.fields
        for k, one in enumerate(word):
            if fields.get(one) == field:
                return one, word[k + 1 :] + word[:k]
        raise ValueError(f"the word has no letter of field {field}")


def variables(faces: str) -> dict[str, Any]:
    """The flint polynomials that stand for faces, by face, and the constant 1 under the empty text."""
    context = fmpz_mpoly_ctx.get(tuple(f"g{k}" for k in range(max(1, len(faces)))), Ordering.degrevlex)
    return {"": context.constant(1), **dict(zip(faces, context.gens(), strict=False))}


def too_much(limit: int) -> InputError:
    """What is said where the work passes a limit."""
    return InputError(
        "expression",
        f"its moment goes through more than {limit:,} different products of traces",
        "lower the degree, or lift the limit with limit=None",
    )


def _apart(found: Mapping[State, int]) -> list[tuple[State, str, int]]:
    """Words with letters apart from faces."""
    merged: Counter[tuple[State, str]] = Counter()
    for words, count in found.items():
        merged[
            tuple(word for word in words if not is_face(word)),
            "".join(sorted(word for word in words if is_face(word))),
        ] += count
    return [(words, faces, count) for (words, faces), count in merged.items() if count]


def _pull(edges: Iterable[_Edge], below: Mapping[State, Any], gens: Mapping[str, Any]) -> Any:
    parts: dict[str, Any] = {}
    for target, faces, count in edges:
        value = below[target] * count
        parts[faces] = parts[faces] + value if faces in parts else value
    return _total(parts, gens)


def _total(parts: Mapping[str, Any], gens: Mapping[str, Any]) -> Any:
    """The sum of polynomials times their faces."""
    total = gens[""] * 0
    for faces, value in parts.items():
        for face in faces:
            value = value * gens[face]
        total = total + value
    return total
