"""Whether two traces are equal as noncommutative rational functions: words of every length, decided at once.

A trace is known by its cyclic derivatives: the coefficient of each word that can follow a marked letter, round
to the letter again. On the pencil K of a sum of c a^T K^-1 b the derivative by a letter is a rational series too,

    c a^T K^-1 b  ->  - [K^-1 b c a^T K^-1]   between the marked entry and itself,

a transposed letter giving the transpose of such a series. It is read by a weighted automaton whose states are
the vertices of the pencil, and the weight of a step is a bare propagator: a function of the eigenvalues at this
corner, independent of all other corners. The functions are sampled at as many points as they have dimensions,
which makes every (letter, point) one letter of a finite alphabet. Two rational series are equal if and only if
no vector that the automaton of their difference can reach is seen at its end (Schuetzenberger), and those
vectors are a space that is spanned in finitely many steps.

The arithmetic is exact, in a prime field at random values of the parameters, dimensions and eigenvalues: an
identity that fails would pass with a chance below 10^-15 for each of several independent fields. The primes are
3 mod 4, where the principal square root a^((p + 1)/4) is multiplicative on squares: it stands for sqrt(v) and for
the roots of covariances.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from flint import fmpz, nmod_mat
from sympy import Expr

from planaria.algebra.rational import Ratio
from planaria.diagrams.duality.exchange import Exchange, turned
from planaria.diagrams.duality.standard_fields import Gauge
from planaria.diagrams.expressions.expression import Letter, Node, Setting
from planaria.diagrams.rules.pencil import FeynmanRules, linearise

__all__ = ["equal_traces"]

_FIELDS = 2
_BITS = 61
_Values = Mapping[Expr, int]
_State = tuple[int, int]  # before (0) or after (1) the passage through c a^T, and the vertex just passed
_Step = tuple[_State, _State, int]


def equal_traces(
    terms: Sequence[tuple[Ratio, Node]], setting: Setting, exchange: Exchange, factor: Ratio, seed: int = 0
) -> bool:
    """Whether the exchanged sum of traces is ``factor`` times the sum itself, up to a constant without fields.

    >>> from sympy import Identity, MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.duality.exchange import Image
    >>> from planaria.diagrams.expressions.expression import prepare, read
    >>> N, P, gamma = symbols("N P gamma", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> q = (gamma * Identity(N) + x * x.T).inv()
    >>> setting = prepare([q], Model([Gaussian(x)]))
    >>> exchange = Exchange(((N, P),), ((x, Image(x, transposed=True)),))
    >>> one = setting.ring.one
    >>> equal_traces([(one, read(q, setting))], setting, exchange, one)
    True
    >>> equal_traces([(one, read(q * q, setting))], setting, exchange, one)
    True
    >>> equal_traces([(one, read(q * x * x.T * q, setting))], setting, exchange, one)
    True
    >>> equal_traces([(setting.ring(N), read(q, setting))], setting, exchange, one)
    False
    """
    if not terms:
        return True
    rules = linearise([node for _, node in terms], setting)
    gauge = Gauge(setting)
    random = Random(seed)
    for _ in range(_FIELDS):
        sample = _sample(rules, gauge, exchange, random)
        coefficients = [coefficient for coefficient, _ in terms]
        here = _Series(_Weights(rules, gauge, sample, None, coefficients))
        there = _Series(_Weights(rules, gauge, sample, exchange, coefficients))
        scale = _value(factor, sample.scalars, sample.prime)
        if not all(_equal(here, there, mark, scale, sample.prime) for mark in here.marks | there.marks):
            return False
    return True


@dataclass(frozen=True)
class _Sample:
    """A random point: a prime, the scalars, and points of eigenvalues for every space."""

    prime: int
    scalars: _Values
    points: Mapping[Expr, tuple[_Values, ...]]


class _NoRootError(Exception):
    """A value that has no square root in the field: try another point."""


def _root(value: int, prime: int) -> int:
    """The principal square root modulo a prime that is 3 mod 4."""
    root = pow(value, (prime + 1) // 4, prime)
    if root * root % prime != value % prime:
        raise _NoRootError
    return root


def _value(value: Ratio, values: _Values, prime: int) -> int:
    generators = value.ring.generators
    points = [values.get(generator, 0) for generator in generators]

    def at(polynomial: Any) -> int:
        total = 0
        for exponents, coefficient in polynomial.terms():
            term = int(coefficient.p) * pow(int(coefficient.q), -1, prime)
            for point, exponent in zip(points, exponents, strict=True):
                if exponent:
                    term = term * pow(point, exponent, prime) % prime
            total += term
        return total % prime

    bottom = at(value.denominator)
    if not bottom:
        raise _NoRootError  # a pole: another point
    return at(value.numerator) * pow(bottom, -1, prime) % prime


def _prime(random: Random) -> int:
    while True:
        candidate = random.getrandbits(_BITS) | 1 << (_BITS - 1) | 3
        if fmpz(candidate).is_prime():
            return candidate


def _sample(rules: FeynmanRules, gauge: Gauge, exchange: Exchange, random: Random) -> _Sample:
    """A random point at which every square root that is needed exists, and no propagator is singular."""
    setting = rules.setting
    eigenvalues = {symbol for _, symbol in setting.matrices}
    for _ in range(100_000):
        prime = _prime(random)
        scalars = {g: pow(random.randrange(1, prime), 2, prime) for g in setting.ring.generators}
        points: dict[Expr, tuple[_Values, ...]] = {}
        for space in setting.spaces:
            own = [symbol for _, symbol in setting.matrices_of(space)]
            # The functions of both sides together; each has at most as many dimensions as its own bound says.
            count = _dimension(rules, space) + _dimension(rules, exchange.space(space)) if own else 1
            points[space] = tuple(
                {symbol: pow(random.randrange(1, prime), 2, prime) for symbol in own} for _ in range(count)
            )
        sample = _Sample(prime, {g: v for g, v in scalars.items() if g not in eigenvalues}, points)
        try:
            for mapped in (None, exchange):
                _Weights(rules, gauge, sample, mapped, [setting.ring.one] * len(rules.readings))
        except (_NoRootError, ValueError):  # ValueError: no inverse of zero in the field
            continue
        return sample
    raise ArithmeticError("no point with square roots was found")


def _dimension(rules: FeynmanRules, space: Expr) -> int:
    """A bound on the number of independent functions at a corner of a space: monomials up to the degree."""
    setting = rules.setting
    places = [setting.ring.index[symbol] for _, symbol in setting.matrices_of(space)]
    degree = 0
    for i, entry in rules.entries:
        if entry.constant is not None and rules.row_spaces[i[0]] == space == rules.col_spaces[i[1]]:
            degree += _degree(entry.constant, places)
        for vertex in entry.vertices:
            degree += _degree(vertex.left, places) + _degree(vertex.right, places)
    for reading in rules.readings:
        degree += sum(_degree(value, places) for _, value in (*reading.a, *reading.b))
    for field in setting.fields:
        degree += _degree(field.rows, places) + _degree(field.cols, places)
    count = 1
    for k in range(len(places)):
        count = count * (degree + k + 1) // (k + 1)
    return count


def _degree(value: Ratio, places: Sequence[int]) -> int:
    found = 0
    for polynomial in (value.numerator, value.denominator):
        found += max((sum(exponents[i] for i in places) for exponents, _ in polynomial.terms()), default=0)
    return found


class _Weights:
    """The numbers of one side: what every step from vertex to vertex weighs, at every point of its corner.

    The exchanged side is the same pencil at the exchanged values, its letters and spaces renamed.
    """

    def __init__(
        self,
        rules: FeynmanRules,
        gauge: Gauge,
        sample: _Sample,
        exchange: Exchange | None,
        coefficients: Sequence[Ratio],
    ) -> None:
        self.rules, self.setting, self.prime = rules, rules.setting, sample.prime
        self.exchange = exchange
        self.vertices = list(rules.vertices())
        self.letters = [self.renamed(vertex.letter) for _, _, vertex in self.vertices]
        scalars = self._exchanged(sample.scalars)
        self._scales = {
            index: _root(_value(gauge.scale(index), scalars, self.prime), self.prime)
            for index in {vertex.letter.field for _, _, vertex in self.vertices}
        }
        # steps[space, point] holds (from, to, weight); the last entry of the pair says how often c a^T is passed.
        self.steps: dict[tuple[Expr, int], list[tuple[int, int, int, int]]] = {}
        for space in self.setting.spaces:
            target = space if exchange is None else exchange.space(space)
            for number, point in enumerate(sample.points[target]):
                values = {**scalars, **self._exchanged({**sample.scalars, **point})}
                self.steps[target, number] = self._steps(space, values, gauge, coefficients)

    def renamed(self, letter: Letter) -> Letter:
        return letter if self.exchange is None else self.exchange.letter(letter, self.setting)

    def _exchanged(self, values: _Values) -> _Values:
        if self.exchange is None:
            return values
        names = self.exchange.scalars
        partner = {key: names.get(key, key) for key in self.setting.ring.generators}
        return {key: values[other] for key, other in partner.items() if other in values}

    def _steps(
        self, space: Expr, values: _Values, gauge: Gauge, coefficients: Sequence[Ratio]
    ) -> list[tuple[int, int, int, int]]:
        rules, prime = self.rules, self.prime
        rows, cols = rules.rows_of(space), rules.cols_of(space)
        if not rows:
            return []
        row_at, col_at = {r: n for n, r in enumerate(rows)}, {c: n for n, c in enumerate(cols)}
        bare = [[0] * len(cols) for _ in rows]
        for (i, j), constant in rules.bare_inverse(space).items():
            bare[row_at[i]][col_at[j]] = _value(constant, values, prime)
        try:
            inverse = nmod_mat(len(rows), len(cols), [v for row in bare for v in row], prime).inv()
        except ZeroDivisionError:
            raise _NoRootError from None
        propagator = [[int(inverse[c, r]) for r in range(len(rows))] for c in range(len(cols))]
        through = [[0] * len(rows) for _ in cols]  # G0 b c a^T G0, summed over the readings
        for coefficient, reading in zip(coefficients, rules.readings, strict=True):
            if reading.rows != space:
                continue
            scale = _value(coefficient, values, prime)
            b = {row_at[i]: _value(value, values, prime) for i, value in reading.b}
            a = {col_at[j]: _value(value, values, prime) for j, value in reading.a}
            left = [scale * sum(line[r] * v for r, v in b.items()) % prime for line in propagator]
            right = [sum(v * propagator[c][r] for c, v in a.items()) % prime for r in range(len(rows))]
            for c, one in enumerate(left):
                for r, other in enumerate(right):
                    through[c][r] = (through[c][r] + one * other) % prime
        leaving, entering = {}, {}
        for e, (i, j, vertex) in enumerate(self.vertices):
            field = vertex.letter.field
            if rules.col_spaces[j] == space:
                root = self._side(gauge, field, not vertex.letter.transposed, values)
                leaving[e] = (col_at[j], -self._scales[field] * root * _value(vertex.right, values, prime) % prime)
            if rules.row_spaces[i] == space:
                root = self._side(gauge, field, vertex.letter.transposed, values)
                entering[e] = (row_at[i], root * _value(vertex.left, values, prime) % prime)
        steps: list[tuple[int, int, int, int]] = []
        for e, (c, out) in leaving.items():
            for f, (r, into) in entering.items():
                for passed, matrix in ((0, propagator), (1, through)):
                    if weight := out * matrix[c][r] * into % prime:
                        steps.append((e, f, passed, weight))
        return steps

    def _side(self, gauge: Gauge, field: int, cols: bool, values: _Values) -> int:
        """The root of a covariance, factor by factor: so the root of a square is what was squared."""
        root = 1
        for factor, power in gauge.factors(field, cols).items():
            root = (
                root * pow(_root(_value(factor, values, self.prime), self.prime), power, self.prime) % self.prime
            )
        return root


class _Series:
    """The cyclic derivatives of a sum of traces, by marked letter: automata, forwards and transposed.

    A copy of the automaton belongs to each marked vertex, as the series begins and ends there.
    """

    def __init__(self, weights: _Weights) -> None:
        setting = weights.setting
        self.letters = (weights.letters, [turned(letter, setting) for letter in weights.letters])
        # By direction, letter that is passed and point: the steps between states.
        self.steps: dict[tuple[Letter | None, tuple[Expr, int]], tuple[list[_Step], list[_Step]]] = {}
        for point, steps in weights.steps.items():
            for e, f, passed, weight in steps:
                for direction, (start, stop) in enumerate(((e, f), (f, e))):
                    # Backwards, the letter passed is the one that the forward step left.
                    letter = self.letters[direction][stop]
                    found = self.steps.setdefault((letter, point), ([], []))[direction]
                    for before in range(2 - passed):
                        found.append(((before, start), (before + passed, stop), weight))
        self.marks = {letter for letters in self.letters for letter in letters if not letter.transposed}

    def copies(self, mark: Letter) -> list[tuple[int, int]]:
        """The marked vertices that stand for a letter, with their directions."""
        return [(d, e) for d, letters in enumerate(self.letters) for e, one in enumerate(letters) if one == mark]


# A reached vector: by side (0 here, 1 there), copy and state, without zeros.
_Vector = dict[tuple[int, int, _State], int]


def _equal(here: _Series, there: _Series, mark: Letter, scale: int, prime: int) -> bool:
    """Whether no vector that the two automata reach together is seen at their ends."""
    sides = (here, there)
    copies = [series.copies(mark) for series in sides]
    alphabet = sorted({key for series in sides for key in series.steps}, key=str)
    forwards = [
        [
            [_by_start(series.steps[key][direction]) if key in series.steps else {} for direction in (0, 1)]
            for series in sides
        ]
        for key in alphabet
    ]
    start: _Vector = {(side, copy, (0, e)): 1 for side in (0, 1) for copy, (_, e) in enumerate(copies[side])}
    signs = (-scale, 1)
    basis, fresh = _Basis(prime), [start]
    basis.add(start)
    while fresh:
        vectors, fresh = fresh, []
        for vector in vectors:
            for key, steps in zip(alphabet, forwards, strict=True):
                moved: _Vector = {}
                seen = 0
                for (side, copy, state), value in vector.items():
                    direction, marked = copies[side][copy]
                    for stop, weight in steps[side][direction].get(state, ()):
                        target = (side, copy, stop)
                        moved[target] = (moved.get(target, 0) + value * weight) % prime
                        if stop == (1, marked):
                            seen += signs[side] * value * weight
                if key[0] == mark and seen % prime:
                    return False
                moved = {place: value for place, value in moved.items() if value}
                if moved and basis.add(moved):
                    fresh.append(moved)
    return True


def _by_start(steps: Sequence[_Step]) -> dict[_State, list[tuple[_State, int]]]:
    found: dict[_State, list[tuple[_State, int]]] = {}
    for start, stop, weight in steps:
        found.setdefault(start, []).append((stop, weight))
    return found


class _Basis:
    """A space of vectors over a prime field, in echelon form."""

    def __init__(self, prime: int) -> None:
        self.prime = prime
        self.rows: dict[tuple[int, int, _State], _Vector] = {}

    def add(self, vector: _Vector) -> bool:
        """Add a vector; whether it was independent of those before."""
        prime, rest = self.prime, dict(vector)
        while rest:
            pivot = min(rest)
            row = self.rows.get(pivot)
            if row is None:
                scale = pow(rest[pivot], -1, prime)
                self.rows[pivot] = {place: value * scale % prime for place, value in rest.items()}
                return True
            factor = rest[pivot]
            for place, value in row.items():
                changed = (rest.get(place, 0) - factor * value) % prime
                if changed:
                    rest[place] = changed
                else:
                    rest.pop(place, None)
        return False
