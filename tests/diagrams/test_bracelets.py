"""The canonical form of a closed word, against the least of all of its readings; those who use it agree."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from sympy import Identity, MatrixSymbol, symbols

from planaria.algebra.numbering import Numbering
from planaria.diagrams import Gaussian, Model
from planaria.diagrams.duality.standard_fields import Gauge, canonical
from planaria.diagrams.expressions.bracelets import bracelet, from_behind, least_rotation, rotations_to
from planaria.diagrams.expressions.cyclic_words import (
    Placing,
    is_zero,
    normal_form,
    read_word,
    readings,
    transposes_of,
    turn_over,
    word_key,
)
from planaria.diagrams.expressions.expression import Letter, prepare
from planaria.diagrams.expressions.words import Word
from planaria.diagrams.moments.necklaces import Alphabet

# Capital letters are the transposes of small ones; s is symmetric, and a is minus its transpose.
WORDS = st.text("xXyYsa", min_size=1, max_size=9)
TURNS = st.tuples(st.integers(0, 8), st.booleans())


def turned_over(word: str) -> str:
    return "".join(one if one in "sa" else one.swapcase() for one in reversed(word))


def sign(word: str) -> int:
    return (-1) ** word.count("a")


def rotations(word: str) -> list[str]:
    return [word[k:] + word[:k] for k in range(len(word))]


def form(word: str) -> tuple[str, int]:
    return bracelet(word, turned_over(word), sign(word))


@given(WORDS)
def test_the_least_of_all_readings(word: str) -> None:
    behind = turned_over(word)
    least, found = form(word)
    assert least_rotation(word) == min(rotations(word))
    assert least == min(rotations(word) + rotations(behind))
    signs = {1 for one in rotations(word) if one == least} | {
        sign(word) for one in rotations(behind) if one == least
    }
    assert found == (0 if signs == {1, -1} else signs.pop())
    assert rotations_to(least, word) == [k for k, one in enumerate(rotations(word)) if one == least]


@given(WORDS, TURNS)
def test_rotated_or_turned_over_it_is_the_same(word: str, turn: tuple[int, bool]) -> None:
    place, turned = turn
    other = turned_over(word) if turned else word
    place %= len(other)
    least, found = form(word)
    assert form(other[place:] + other[:place]) == (least, found * sign(word) if turned else found)
    assert form(least)[0] == least


@given(WORDS)
def test_tuples_are_read_like_strings(word: str) -> None:
    least, found = form(word)
    assert bracelet(tuple(word), tuple(turned_over(word)), sign(word)) == (tuple(least), found)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6, unique=True))
def test_corners_stand_between_the_same_letters(corners: list[int]) -> None:
    n = len(corners)
    letters = list(range(n))

    def between(letters: list[int], corners: tuple[int, ...]) -> set[tuple[int, frozenset[int]]]:
        pairs = pairwise([letters[-1], *letters])
        return {(corner, frozenset(pair)) for corner, pair in zip(corners, pairs, strict=True)}

    assert between(letters[::-1], from_behind(tuple(corners))) == between(letters, tuple(corners))


# Words of a model: what is made of them by those who use it.
N, gamma = symbols("N gamma", positive=True)
A = MatrixSymbol("A", N, N)
FIELDS = [
    Gaussian(MatrixSymbol("x", N, N), rows=A),
    Gaussian(MatrixSymbol("s", N, N), kind="symmetric"),
    Gaussian(MatrixSymbol("z", N, N), kind="complex"),
]
MINUS = Gaussian(MatrixSymbol("a", N, N), kind="antisymmetric")
SETTING = prepare([A, gamma * Identity(N)], Model([*FIELDS, MINUS]))
TRANSPOSES = transposes_of(SETTING)
EIGENVALUE = SETTING.ring.generator(SETTING.matrices[0][1])
CORNERS = [SETTING.ring.one, EIGENVALUE, EIGENVALUE + SETTING.ring.generator(gamma)]
LETTERS = [
    Letter(index, transposed, conjugated, N, N)
    for index, field in enumerate(SETTING.fields)
    for transposed, conjugated in field.law.letters
]


def closed_words(letters: list[Letter]) -> st.SearchStrategy[Word]:
    tokens = st.lists(st.tuples(st.sampled_from(letters), st.sampled_from(CORNERS)), min_size=1, max_size=6)
    return tokens.map(
        lambda some: Word(
            tuple(a for a, _ in some), tuple(c for _, c in some), SETTING.ring.one, N, N, closed=True
        )
    )


@given(closed_words(LETTERS))
def test_the_normal_form_is_the_least_reading(word: Word) -> None:
    keys = {placing: word_key(other) for placing, other in readings(word, TRANSPOSES)}
    least = min(keys.values())
    normal, placings = normal_form(word, TRANSPOSES)
    assert word_key(normal) == least
    assert list(placings) == [placing for placing, key in keys.items() if key == least]
    assert normal == read_word(word, placings[0], TRANSPOSES)
    turned = [key for placing, key in keys.items() if placing.turned]
    coefficient = turn_over(word, TRANSPOSES).coefficient
    assert is_zero(word, TRANSPOSES) == (keys[Placing(0, False)] in turned and coefficient != word.coefficient)


@given(closed_words(LETTERS), TURNS)
def test_necklaces_and_standard_words_are_equal_for_equal_traces(word: Word, turn: tuple[int, bool]) -> None:
    place, turned = turn
    other = read_word(word, Placing(place % len(word.letters), turned), TRANSPOSES)
    alphabet = Alphabet(SETTING)
    (text, found), (same, again) = alphabet.word(word), alphabet.word(other)
    assert text == same
    assert found == (again if other.coefficient == word.coefficient else -again)
    assert (found == 0) == is_zero(word, TRANSPOSES)
    gauge, numbers = Gauge(SETTING), Numbering[object]()
    first, second = (canonical(gauge.standard(one), SETTING, numbers) for one in (word, other))
    if not any(letter.field == len(FIELDS) for letter in word.letters):
        assert first == second
