"""Exact moments, against traces that are written out in entries: no code is shared with the package.

Sizes are 1 to 3 and all numbers rational. A trace is the sum over its indices of products of entries; the
entries are independent Gaussian variables up to the symmetry of their matrix, and the moments of one variable
are double factorials (real) or factorials (complex).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import product
from math import factorial, prod

from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Expr, MatMul, MatPow, MatrixExpr, MatrixSymbol, Mul, Rational, Symbol, Trace

from planaria.diagrams import Gaussian, Model, moment

SPACES = tuple(Symbol(name, positive=True) for name in ("N", "M"))
MATRICES = tuple(MatrixSymbol(name, space, space) for name, space in zip(("A", "B"), SPACES, strict=True))
EIGENVALUES = ((Fraction(1), Fraction(2), Fraction(-1, 3)), (Fraction(1, 2), Fraction(3), Fraction(2)))
KINDS = ("real", "complex", "symmetric", "hermitian")


@dataclass(frozen=True)
class Law:
    """A field: its kind, its two spaces, its variance, and the powers of A and B that are its covariances."""

    kind: str
    rows: int
    cols: int
    variance: Fraction
    row_power: int
    col_power: int

    def gaussian(self, number: int) -> Gaussian:
        symbol = MatrixSymbol(f"x{number}", SPACES[self.rows], SPACES[self.cols])
        covariances: dict[str, MatrixExpr] = {}
        if self.row_power:
            covariances["rows"] = MatPow(MATRICES[self.rows], self.row_power).doit()
        if self.col_power and self.kind in ("real", "complex"):
            covariances["cols"] = MatPow(MATRICES[self.cols], self.col_power).doit()
        variance = Rational(self.variance.numerator, self.variance.denominator)
        return Gaussian(symbol, variance=variance, kind=self.kind, **covariances)  # type: ignore[arg-type]

    def scale(self, i: int, j: int) -> Fraction:
        """v a_i b_j"""
        cols, power = (
            (self.rows, self.row_power) if self.kind in ("symmetric", "hermitian") else (self.cols, self.col_power)
        )
        return self.variance * EIGENVALUES[self.rows][i] ** self.row_power * EIGENVALUES[cols][j] ** power


@dataclass(frozen=True)
class Step:
    """A letter of a word, after a power of the deterministic matrix before it."""

    field: int
    transposed: bool
    conjugated: bool
    power: int


Variable = tuple[int, int, int, bool]  # field, row, column, whether it is conjugated


def entry(laws: tuple[Law, ...], step: Step, i: int, j: int) -> Variable:
    """The independent variable that an entry of a letter is."""
    kind = laws[step.field].kind
    if step.transposed:
        i, j = j, i
    if kind == "real":
        return step.field, i, j, False
    if kind == "symmetric":
        return step.field, min(i, j), max(i, j), False
    conjugated = step.conjugated
    if kind == "hermitian" and i > j:  # H_ij = conj H_ji
        i, j, conjugated = j, i, not conjugated
    return step.field, i, j, conjugated and not (kind == "hermitian" and i == j)


def moment_of_entries(laws: tuple[Law, ...], entries: Counter[Variable]) -> Fraction:
    """The expectation of a product of entries."""
    total = Fraction(1)
    for f, i, j in {key[:3] for key in entries}:
        plain, conjugated = entries[f, i, j, False], entries[f, i, j, True]
        law = laws[f]
        if law.kind == "complex" or (law.kind == "hermitian" and i != j):
            if plain != conjugated:
                return Fraction(0)
            total *= factorial(plain) * law.scale(i, j) ** plain
            continue
        if plain % 2:
            return Fraction(0)
        scale = law.scale(i, j) * (2 if law.kind == "symmetric" and i == j else 1)
        total *= prod(range(plain - 1, 0, -2)) * scale ** (plain // 2)
    return total


def spaces_of(laws: tuple[Law, ...], step: Step) -> tuple[int, int]:
    law = laws[step.field]
    return (law.cols, law.rows) if step.transposed else (law.rows, law.cols)


def by_entries(laws: tuple[Law, ...], words: tuple[tuple[Step, ...], ...], sizes: tuple[int, int]) -> Fraction:
    """The expectation of a product of traces."""
    steps = [step for word in words for step in word]
    following = []
    start = 0
    for word in words:
        following += [start + (k + 1) % len(word) for k in range(len(word))]
        start += len(word)
    weights: dict[tuple[tuple[Variable, int], ...], Fraction] = {}
    for indices in product(*(range(sizes[spaces_of(laws, step)[0]]) for step in steps)):
        weight = Fraction(1)
        for step, i in zip(steps, indices, strict=True):
            weight *= EIGENVALUES[spaces_of(laws, step)[0]][i] ** step.power
        entries = Counter(
            entry(laws, step, i, indices[k]) for step, i, k in zip(steps, indices, following, strict=True)
        )
        key = tuple(sorted(entries.items()))
        weights[key] = weights.get(key, Fraction(0)) + weight
    return sum(
        (weight * moment_of_entries(laws, Counter(dict(key))) for key, weight in weights.items()), Fraction(0)
    )


def expression_of(laws: tuple[Law, ...], words: tuple[tuple[Step, ...], ...], model: Model) -> Expr:
    traces = []
    for word in words:
        factors: list[MatrixExpr] = []
        for step in word:
            symbol: MatrixExpr = model.fields[step.field].symbol
            if step.transposed and step.conjugated:
                symbol = symbol.adjoint()
            elif step.conjugated:
                symbol = symbol.adjoint().T
            elif step.transposed:
                symbol = symbol.T
            if step.power:
                factors.append(MATRICES[spaces_of(laws, step)[0]] ** step.power)
            factors.append(symbol)
        traces.append(Trace(reduce(lambda a, b: a * b, factors)))
    return Mul(*traces)


def value_at(expression: Expr, sizes: tuple[int, int]) -> Fraction:
    """The value of a polynomial in dimensions and traces of products of A or B."""

    def trace(one: Trace) -> Rational:
        total = Fraction(0)
        space = SPACES.index(one.arg.shape[0])
        for index in range(sizes[space]):
            term = Fraction(1)
            for factor in one.arg.args if isinstance(one.arg, MatMul) else (one.arg,):
                base, power = (factor.base, int(factor.exp)) if isinstance(factor, MatPow) else (factor, 1)
                assert base == MATRICES[space]
                term *= EIGENVALUES[space][index] ** power
            total += term
        return Rational(total.numerator, total.denominator)

    values = {one: trace(one) for one in expression.atoms(Trace)}
    number = expression.xreplace(values).xreplace(dict(zip(SPACES, map(Rational, sizes), strict=True)))
    assert isinstance(number, Rational), number
    return Fraction(int(number.p), int(number.q))


@st.composite
def laws_(draw: st.DrawFn) -> Law:
    kind = draw(st.sampled_from(KINDS))
    rows = draw(st.integers(0, 1))
    cols = rows if kind in ("symmetric", "hermitian") else draw(st.integers(0, 1))
    variance = draw(st.sampled_from([Fraction(1), Fraction(2), Fraction(3, 5)]))
    return Law(kind, rows, cols, variance, draw(st.integers(0, 2)), draw(st.integers(0, 1)))


@st.composite
def word_(draw: st.DrawFn, laws: tuple[Law, ...], half: int) -> tuple[Step, ...]:
    """A closed word: a walk over the spaces, and another one with the same spaces back."""
    letters = [
        Step(f, transposed, conjugated, 0)
        for f in range(len(laws))
        for transposed in (False, True)
        for conjugated in (False, True)
    ]
    there: list[Step] = [draw(st.sampled_from(letters))]
    while len(there) < half:
        here = spaces_of(laws, there[-1])[1]
        there.append(draw(st.sampled_from([one for one in letters if spaces_of(laws, one)[0] == here])))
    back = [
        draw(st.sampled_from([o for o in letters if spaces_of(laws, o) == spaces_of(laws, one)[::-1]]))
        for one in reversed(there)
    ]
    return tuple(Step(o.field, o.transposed, o.conjugated, draw(st.integers(0, 2))) for o in (*there, *back))


@st.composite
def cases(
    draw: st.DrawFn, halves: tuple[int, ...]
) -> tuple[tuple[Law, ...], tuple[tuple[Step, ...], ...], tuple[int, int]]:
    laws = tuple(draw(st.lists(laws_(), min_size=1, max_size=2)))
    words = tuple(draw(word_(laws, half)) for half in halves)
    return laws, words, (draw(st.integers(1, 3)), draw(st.integers(1, 2)))


def check(laws: tuple[Law, ...], words: tuple[tuple[Step, ...], ...], sizes: tuple[int, int]) -> None:
    model = Model([law.gaussian(number) for number, law in enumerate(laws)])
    found = moment(expression_of(laws, words, model), model)
    assert value_at(found, sizes) == by_entries(laws, words, sizes)


@settings(max_examples=150)
@given(cases((2,)))
def test_four_letters(case: tuple[tuple[Law, ...], tuple[tuple[Step, ...], ...], tuple[int, int]]) -> None:
    check(*case)


@settings(max_examples=60)
@given(cases((3,)))
def test_six_letters(case: tuple[tuple[Law, ...], tuple[tuple[Step, ...], ...], tuple[int, int]]) -> None:
    check(*case)


@settings(max_examples=60)
@given(cases((1, 2)))
def test_two_traces(case: tuple[tuple[Law, ...], tuple[tuple[Step, ...], ...], tuple[int, int]]) -> None:
    check(*case)


@settings(max_examples=60)
@given(cases((1, 1, 1)))
def test_connected_part_of_three_traces(
    case: tuple[tuple[Law, ...], tuple[tuple[Step, ...], ...], tuple[int, int]],
) -> None:
    """k(abc) = E abc - E ab E c - E ac E b - E bc E a + 2 E a E b E c"""
    laws, words, sizes = case
    model = Model([law.gaussian(number) for number, law in enumerate(laws)])
    a, b, c = ((word,) for word in words)

    def e(*parts: tuple[tuple[Step, ...], ...]) -> Fraction:
        return by_entries(laws, tuple(word for part in parts for word in part), sizes)

    wanted = e(a, b, c) - e(a, b) * e(c) - e(a, c) * e(b) - e(b, c) * e(a) + 2 * e(a) * e(b) * e(c)
    assert value_at(moment(expression_of(laws, words, model), model, connected=True), sizes) == wanted
