"""Which of several results holds where: inequalities between parameters, found by following solutions.

At random points the solution that belongs to the matrices is followed to the limit, and gives one of several
formulas. Where one of them changes into another, some polynomial in the parameters changes its sign: a factor of
the formulas, or the difference of two dimensions. The signs of these polynomials cut the parameters
into chambers; every chamber that is met is looked at, and then points next to each wall, on both of its sides.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Expr, Rational, Symbol
from sympy.core.relational import Relational

from planaria.algebra.errors import InputError
from planaria.algebra.rational import Ratio, Ring, factored
from planaria.derivations.calculus.branch_data import BranchSeries, NoSeriesError
from planaria.derivations.derivation import Derivation
from planaria.ensembles.spectra import Eigenvalues
from planaria.numerics.analysis.approach import SMALL, approach, series_at
from planaria.numerics.evidence.admissible import growing
from planaria.numerics.points.problem import parameters_of

__all__ = ["Found", "chambers", "drawn", "restricted"]

FIRST = 6  # random points that are looked at in the beginning
MOST = 24  # chambers that are looked at
DRAWS = 3000  # points whose signs are counted
ATTEMPTS = 6  # at a point in a chamber, with larger and larger ridges
SIZES = (2, 13)
NEXT = (10, 20)  # sizes next to a wall


@dataclass(frozen=True)
class Found:
    """One of the results, where it holds, and at how many points it was found."""

    series: BranchSeries
    holds: tuple[Relational, ...] | None
    samples: int


Signs = tuple[int, ...]


def restricted(
    derivation: Derivation, values: Mapping[Any, Any], moving: Mapping[Symbol, Expr]
) -> dict[Symbol, Expr]:
    """What moves, with dimensions that are given equal numbers set equal: formulas may be others there."""
    spaces = [s for s in derivation.rules.setting.spaces if isinstance(s, Symbol)]
    carrying = {s for _, one in derivation.closed_form.sums for s in one.space.free_symbols}
    numbers = {str(getattr(key, "name", key)): value for key, value in values.items()}
    seen: dict[str, Symbol] = {}
    found = dict(moving)
    for space in sorted(spaces, key=lambda s: (s not in carrying, str(s))):
        if space in moving or str(space) not in numbers:
            continue
        number = str(numbers[str(space)])
        if number in seen and space not in carrying:
            found[space] = seen[number]
        seen.setdefault(number, space)
    return found


def drawn(
    derivation: Derivation, source: random.Random, sizes: tuple[int, int], stretch: int = 1
) -> dict[Any, Any]:
    """A random point: sizes, parameters and eigenvalues; ridges are larger where they are stretched."""
    setting = derivation.rules.setting
    spaces = sorted((s for s in setting.spaces if isinstance(s, Symbol)), key=str)
    chosen = source.sample(range(*sizes), len(spaces))  # on walls, where sizes are equal, there is nothing to see
    numbers: dict[Any, Any] = dict(zip(spaces, chosen, strict=True))
    ridges = growing(derivation)
    for symbol in sorted(parameters_of(derivation), key=str):
        if symbol not in numbers:
            number = Rational(source.randint(20, 200), 100)
            numbers[symbol] = number * stretch if symbol in ridges else number
    for matrix, _ in setting.matrices:
        spectrum = derivation.model.spectrum(matrix)
        if spectrum is None:
            size = numbers.get(matrix.shape[0], matrix.shape[0])
            numbers[matrix] = Eigenvalues(tuple(Rational(source.randint(20, 200), 100) for _ in range(int(size))))
        elif spectrum.listed is not None:
            numbers[matrix.shape[0]] = len(spectrum.listed)
    return numbers


def chambers(
    derivation: Derivation,
    moving: Mapping[Symbol, Expr],
    order: Fraction | None,
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Found]:
    """Every result that random points give, and where each of them holds.

    Raises NoSeriesError where no point gives any.
    """
    source = random.Random(f"{seed} chambers")
    results = _Results(derivation, moving, order, source)
    for _ in range(FIRST):
        progress("following solutions at random points")
        results.look(drawn(derivation, source, SIZES))
    if not results.found:
        raise results.reason or NoSeriesError("no solution could be followed")
    for _ in range(3):
        known = len(results.found)
        walls = _walls(results.found.values(), derivation, moving)
        for _, point in _chambers_of(walls, derivation, source, SIZES):
            if len(results.points) < MOST and not results.has_been(walls, point):
                progress("looking into every chamber")
                results.look(point)
        if len(results.found) == known:
            break
    if len(results.found) > 1:
        _look_next_to_walls(results, walls, source, progress)
    return [
        Found(series, _inequalities(results, walls, key), sum(one == key for one, _ in results.points))
        for key, series in results.found.items()
    ]


@dataclass
class _Results:
    derivation: Derivation
    moving: Mapping[Symbol, Expr]
    order: Fraction | None
    source: random.Random

    def __post_init__(self) -> None:
        self.found: dict[str, BranchSeries] = {}
        self.points: list[tuple[str, dict[Any, Any]]] = []
        self.reason: NoSeriesError | None = None

    def look(self, point: dict[Any, Any]) -> None:
        """Follow the solution at a point; with larger ridges where there is none."""
        for attempt in range(ATTEMPTS):
            try:
                found = approach(self.derivation, self._given(point, 4**attempt), self.moving, self.order)
            except (InputError, ZeroDivisionError):
                continue
            except NoSeriesError as error:
                self.reason = self.reason or error
                return
            try:
                series = series_at(found, self.order)
            except NoSeriesError as error:
                self.reason = self.reason or error
                return
            key = _key(series)
            self.found.setdefault(key, series)
            self.points.append((key, point))
            return

    def _given(self, point: Mapping[Any, Any], stretch: int) -> dict[Any, Any]:
        ridges = growing(self.derivation)
        free = {s for e in self.moving.values() for s in e.free_symbols} - {SMALL}
        at = {k: v * stretch if k in ridges else v for k, v in point.items() if k not in self.moving}
        return at | {s: Rational(self.source.randint(20, 200), 100) for s in free if s not in at}

    def has_been(self, walls: Sequence[Ratio], point: Mapping[Any, Any]) -> bool:
        signs = _signs(walls, point)
        return any(_signs(walls, other) == signs for _, other in self.points)


def _key(series: BranchSeries) -> str:
    """What tells one result from another: the exponents, the conditions, and the leading coefficient."""
    powers = [(str(u), power) for u, power, _ in series.leading]
    return f"{powers} {series.conditions} {series.terms[0][0]}"


def _walls(results: Iterable[BranchSeries], derivation: Derivation, moving: Mapping[Symbol, Expr]) -> list[Ratio]:
    """Polynomials in parameters alone that formulas have for factors, and differences of dimensions."""
    parameters = parameters_of(derivation) - set(moving)
    found: dict[str, Ratio] = {}

    def take(polynomial: Any, one: Ratio) -> None:
        for factor, _ in polynomial.factor()[1]:
            ratio = one.ring.from_mpoly(factor)
            if len(factor) > 1 and ratio.support() <= parameters:
                found.setdefault(str(factored(ratio.ring, factor).as_coeff_Mul()[1]), ratio)

    for series in results:
        for _, one in (*series.terms[:1], *((p, c) for _, p, c in series.leading)):
            take(one.numerator, one)
            take(one.denominator, one)
    unique: list[Ratio] = []
    for ratio in found.values():
        if not any(_same(ratio, other) for other in unique):
            unique.append(ratio)
    fixed = _fixing(derivation)
    spaces = [s for s in derivation.rules.setting.spaces if s in parameters & fixed]
    for k, a in enumerate(sorted(spaces, key=str)):
        for b in sorted(spaces, key=str)[k + 1 :]:
            ring = Ring([a, b])
            difference = ring.generator(a) - ring.generator(b)
            if not any(_same(difference, other) for other in unique):
                unique.append(difference)
    return unique


def _fixing(derivation: Derivation) -> set[Expr]:
    """What the relations of the unknowns contain: a dimension that is a factor of the value alone cuts nothing."""
    closed = derivation.closed_form
    support = set().union(*(one.support() for one in closed.relations))
    return support | {s for symbol, one in closed.sums if symbol in support for s in one.space.free_symbols}


def _same(one: Ratio, other: Ratio) -> bool:
    if one.support() != other.support():
        return False
    ring = Ring(sorted(one.support(), key=str))
    a, b = one.to(ring), other.to(ring)
    return not (a / b).support()


def _signs(walls: Sequence[Ratio], point: Mapping[Any, Any]) -> Signs:
    found = []
    for wall in walls:
        at = {s: Fraction(str(point[s])) for s in wall.support()}
        value = wall.evaluate(at)
        found.append((value > 0) - (value < 0))
    return tuple(found)


def _chambers_of(
    walls: Sequence[Ratio], derivation: Derivation, source: random.Random, sizes: tuple[int, int]
) -> Iterator[tuple[Signs, dict[Any, Any]]]:
    """A point in every chamber that many draws meet; none on a wall."""
    seen: set[Signs] = set()
    for _ in range(DRAWS if walls else 0):
        point = drawn(derivation, source, sizes)
        signs = _signs(walls, point)
        if 0 not in signs and signs not in seen:
            seen.add(signs)
            yield signs, point
        if len(seen) >= MOST:
            return


def _look_next_to_walls(
    results: _Results, walls: Sequence[Ratio], source: random.Random, progress: Callable[[str], None]
) -> None:
    """Points with a wall nearby, on both sides."""
    nearest: dict[tuple[int, int], tuple[float, dict[Any, Any]]] = {}
    for _ in range(DRAWS // 3):
        point = drawn(results.derivation, source, NEXT)
        for n, sign in enumerate(_signs(walls, point)):
            at = {s: float(point[s]) for s in walls[n].support()}
            size = abs(walls[n].evaluate(at, 1.0))
            if sign and ((n, sign) not in nearest or size < nearest[n, sign][0]):
                nearest[n, sign] = size, point
    for _, point in nearest.values():
        if len(results.points) < 2 * MOST:
            progress("looking next to the walls")
            results.look(point)


def _inequalities(results: _Results, walls: Sequence[Ratio], key: str) -> tuple[Relational, ...] | None:
    """The fewest signs that all points of a result have and that no point of another one has."""
    if len(results.found) == 1:
        return None if results.reason else ()
    mine = [_signs(walls, point) for one, point in results.points if one == key]
    others = [_signs(walls, point) for one, point in results.points if one != key]
    common = {
        n: mine[0][n] for n in range(len(walls)) if mine[0][n] and all(signs[n] == mine[0][n] for signs in mine)
    }
    if any(all(signs[n] == sign for n, sign in common.items()) for signs in others):
        return None
    for n in sorted(common, key=lambda n: -walls[n].size):
        fewer = {k: sign for k, sign in common.items() if k != n}
        if fewer and not any(all(signs[k] == sign for k, sign in fewer.items()) for signs in others):
            common = fewer
    return tuple(sorted((_written(walls[n], sign) for n, sign in common.items()), key=str))


def _written(wall: Ratio, sign: int) -> Relational:
    """A polynomial of one sign, with what is subtracted on the other side."""
    expression = wall.to_sympy().expand() * sign
    positive = sum(
        (t for t in expression.as_ordered_terms() if not t.could_extract_minus_sign()), start=Rational(0)
    )
    negative = -sum((t for t in expression.as_ordered_terms() if t.could_extract_minus_sign()), start=Rational(0))
    found: Relational = negative < positive
    return found
