"""Regimes: the dominant balances that are physical, what separates them, and where they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Mul, Rational, Symbol

from planaria.algebra.errors import InputError, unknown_name
from planaria.algebra.values import Portable
from planaria.derivations.asymptotics.corner import Corner, corner_of
from planaria.derivations.asymptotics.expansions import State
from planaria.derivations.asymptotics.generalised import GeneralisedPolynomial
from planaria.derivations.asymptotics.path import Limit, Path, path_names, read_path
from planaria.derivations.asymptotics.quotient import Quotient
from planaria.derivations.asymptotics.regions import Cone, Region, regions
from planaria.derivations.asymptotics.result import readable
from planaria.derivations.asymptotics.system import law_of
from planaria.derivations.derivation import Derivation
from planaria.numerics.asymptotics.far import INFINITE, exact_values, far_points, predicted

__all__ = ["Crossover", "Regime", "Regimes", "find_regimes"]

FAR = 10**6  # the T of the directions at which values are looked at
MOST_FAR = 10**9  # and the largest one, for narrow cones
CLOSE = 0.4  # logarithm of value over leading term
INSIDE = 1.0  # decades from the sides


@dataclass(frozen=True)
class Regime(Portable):
    """One dominant balance.

    Attributes
    ----------
    exponents, prefactor
        The value is prefactor * product of symbol**exponent.
    domain
        What is large compared to one in it: each a product of powers.
    ratio
        The exact value over the leading term at a point of it, by the engine.
    """

    state: State
    unknown: tuple[Expr, ...]
    exponents: Mapping[Symbol, Expr]
    prefactor: Expr
    constants: Mapping[Symbol, Expr]
    domain: tuple[Expr, ...]
    cone: Cone
    ratio: float

    @property
    def value(self) -> Expr:
        """The leading term."""
        return Mul(self.prefactor, *(s**e for s, e in self.exponents.items()))

    def __str__(self) -> str:
        return f"{self.value}  where {', '.join(f'{one} >> 1' for one in self.domain)}"


@dataclass(frozen=True)
class Crossover(Portable):
    """Two neighbouring regimes, by number, and the value of a symbol at which their leading terms are equal."""

    between: tuple[int, int]
    symbol: Symbol
    at: Expr
    constants: Mapping[Symbol, Expr]

    def __str__(self) -> str:
        return f"{self.between[0]} | {self.between[1]}: {self.symbol} = {self.at}"


@dataclass(frozen=True)
class Regimes(Portable):
    """All regimes over some symbols, and the crossovers between neighbours; regimes count from 1 there."""

    symbols: tuple[Symbol, ...]
    regimes: tuple[Regime, ...]
    crossovers: tuple[Crossover, ...]
    alpha: Expr
    witness: Rational

    def at(self, direction: Sequence[float]) -> int | None:
        """The index of the regime in a direction of the logarithms; None if there is none."""
        inside = (n for n, one in enumerate(self.regimes) if one.cone.contains(direction))
        return next(inside, None)


def find_regimes(derivation: Derivation, symbols: str, given: str | Mapping[str, object] = "") -> Regimes:
    """Every regime of a quantity over some symbols, each on its own way to zero or infinity.

    Parameters
    ----------
    symbols
        ``"N, P, gamma"``.
    given
        As for `scaling`: ``"M=oo"``, ``"P/N=2"``; no limits beside that of the spectrum, and no optimum.

    Raises InputError for unknown symbols, and where no balance is a regime.

    >>> from planaria.derivations import derive
    >>> found = find_regimes(derive("random-features", "loss"), "N, gamma", "P=N, M=oo")
    >>> [one.exponents for one in found.regimes][-2:]
    [{N: -2*alpha/(alpha + 1), gamma: alpha/(alpha + 1)}, {}]
    """
    corner, names = _corner(derivation, symbols, given)
    found: list[tuple[Region, float]] = []
    tried = _distinct(region for s in corner.systems for region in regions(s, names, _spaces(derivation)))
    points = [_point(corner, names, region) for region in tried]
    if not tried:
        raise InputError("regimes", f"no balance over {symbols} dominates anywhere", "ask for other symbols")
    values = exact_values(derivation, points)
    for region, point, value in zip(tried, points, values, strict=True):
        leading = predicted(region.value, region.system.expansions.moments, point)
        if leading > 0 and value > 0 and abs(np.log(value / leading)) < CLOSE:
            found.append((region, float(value / leading)))
    if not found:
        raise InputError(
            "regimes",
            f"none of {len(tried)} balances over {symbols} is the value of the engine far out",
            "give alpha another value, or other symbols",
        )
    made = tuple(_regime(corner, names, region, ratio) for region, ratio in found)
    witness = Rational(corner.field.witness.numerator, corner.field.witness.denominator)
    return Regimes(names, made, tuple(_crossovers(found, names)), corner.field.alpha, witness)


def _spaces(derivation: Derivation) -> frozenset[Symbol]:
    return frozenset(s for s in derivation.rules.setting.spaces if isinstance(s, Symbol))


def _corner(
    derivation: Derivation, symbols: str, given: str | Mapping[str, object]
) -> tuple[Corner, tuple[Symbol, ...]]:
    known = path_names(derivation)
    names = [one.strip() for one in symbols.split(",") if one.strip()]
    for name in names:
        if name not in known:
            raise unknown_name("--regimes", "parameter or dimension", name, known)
    if not names or len(set(names)) < len(names):
        raise InputError("--regimes", f"'{symbols}' is no list of symbols", "name some, each once: N,P,gamma")
    path = read_path(derivation, names[0], given)
    own = [symbol for symbol, limit in path.limits[:-1]]
    corner = corner_of(derivation, path)
    if path.optimised or any(symbol != corner.infinite for symbol in own) or len(corner.limits) > 1:
        raise InputError(
            "--given",
            "with regimes only the size of the spectrum may be infinite",
            "name the others among the symbols",
        )
    chosen = tuple(known[name] for name in names)
    size, _ = law_of(derivation)
    if size in chosen:
        raise InputError(
            "--regimes", f"{size} is the number of eigenvalues, which regimes do not vary", f"give {size}=oo"
        )
    held = [one for one in path.held if one.symbol in chosen]
    if held:
        raise InputError("--given", f"{held[0].symbol} is among the symbols of the regimes", "leave it out of one")
    wide = Path(path.symbol, Limit.INFINITY, path.held)
    return Corner(derivation, wide, corner.limits, corner.infinite, corner.inert, corner.systems), chosen


def _distinct(found: Iterable[Region]) -> list[Region]:
    kept: dict[object, Region] = {}
    for region in found:
        key = (region.state, region.unknown, region.value.expression, region.cone.forms)
        kept.setdefault(key, region)
    return list(kept.values())


def _point(corner: Corner, names: tuple[Symbol, ...], region: Region) -> Mapping[Symbol, Expr]:
    """Numbers in the innermost direction of a region."""
    witness = Rational(corner.field.witness.numerator, corner.field.witness.denominator)
    point = dict(far_points(corner, witness).points[-1])
    depth, direction = region.cone.interior()
    far = min(float(MOST_FAR), max(float(FAR), 10 ** (INSIDE / depth)))
    spaces = _spaces(corner.derivation)
    for symbol, power in zip(names, direction, strict=True):
        number = far**power
        point[symbol] = Rational(max(2, round(number))) if symbol in spaces else Rational(f"{number:.12g}")
        if symbol in corner.inert:
            size = Rational(INFINITE) ** Rational(corner.inert[symbol].numerator, corner.inert[symbol].denominator)
            point[symbol] = point[symbol] * size
    for symbol, formula in corner.path.formulas.items():
        point[symbol] = formula.subs(point)
    return point


def _regime(corner: Corner, names: tuple[Symbol, ...], region: Region, ratio: float) -> Regime:
    exponents = {s: region.value.exponent(s) for s in names}
    prefactor = region.value.coefficient(names)
    one = GeneralisedPolynomial.constant(corner.field, corner.field.one)
    domain = tuple(Quotient(_simple(r, names), one, region.constants).written_out for r in region.cone.ratios)
    formulas = [prefactor, *region.unknown, *domain]
    known = {str(v) for v in path_names(corner.derivation).values()}
    renames = readable(formulas, known)
    constants = {**region.constants, **region.system.expansions.moments}
    used = {old: constants[old] for old in renames if old in constants}
    return Regime(
        region.state,
        tuple(one.xreplace(renames) for one in region.unknown),
        {s: e for s, e in exponents.items() if e != 0},
        prefactor.xreplace(renames),
        {renames[old]: value.xreplace(renames) for old, value in used.items()},
        domain,
        region.cone,
        ratio,
    )


def _simple(ratio: GeneralisedPolynomial, names: tuple[Symbol, ...]) -> GeneralisedPolynomial:
    """A ratio without the numbers in it, to the power at which the last symbol has the exponent 1 or -1."""
    ((key, _),) = ratio.terms.items()
    exponents = {v: e for v, e in key if "#" not in str(v)}
    last = next(exponents[s] for s in reversed(names) if s in exponents)
    unit = last if ratio.field.sign(last) > 0 else -last
    return GeneralisedPolynomial(
        ratio.field, {tuple((v, e / unit) for v, e in exponents.items()): ratio.field.one}
    )


def _crossovers(found: Sequence[tuple[Region, float]], names: tuple[Symbol, ...]) -> Iterator[Crossover]:
    """Where neighbours meet: their leading terms are equal there."""
    for (i, (left, _)), (j, (right, _)) in combinations(enumerate(found, 1), 2):
        over = (left.value.top * right.value.bottom).single
        under = (left.value.bottom * right.value.top).single
        if over is None or under is None or not _touch(left.cone, right.cone):
            continue
        exponents = dict(over[0])
        for variable, e in under[0]:
            exponents[variable] = exponents.get(variable, left.value.field.zero) - e
        symbol = next((s for s in reversed(names) if exponents.get(s)), None)
        if symbol is None:
            continue
        power = exponents.pop(symbol)
        powers = (variable ** (-e / power).to_sympy() for variable, e in exponents.items() if e)
        number = (over[1] / under[1]).to_sympy() ** (-1 / power.to_sympy())
        at = Mul(number, *powers)
        constants = {**left.constants, **right.constants}
        renames = readable([at], {str(s) for s in names})
        used = {renames[old]: constants[old] for old in renames if old in constants}
        yield Crossover((i, j), symbol, at.xreplace(renames), used)


def _touch(left: Cone, right: Cone) -> bool:
    """Whether two cones share a side: in one form they are opposite, and the side has an interior."""
    for form in left.forms:
        own = np.array(form)
        for other in right.forms:
            against = np.array(other)
            scale = np.linalg.norm(own) * np.linalg.norm(against)
            if abs(float(own @ against) + scale) > 1e-9 * scale:
                continue
            rest = [f for f in (*left.forms, *right.forms) if not _parallel(np.array(f), own)]
            if not rest or _side(own, rest):
                return True
    return False


def _parallel(a: NDArray[np.float64], b: NDArray[np.float64]) -> bool:
    return bool(
        abs(abs(float(a @ b)) - np.linalg.norm(a) * np.linalg.norm(b))
        < 1e-9 * np.linalg.norm(a) * np.linalg.norm(b)
    )


def _side(normal: NDArray[np.float64], forms: Sequence[tuple[float, ...]]) -> bool:
    """Whether forms are positive somewhere on a plane."""
    basis = np.linalg.svd(normal[None, :])[2][1:]
    seen = tuple(tuple(float(x) for x in basis @ np.array(f)) for f in forms)
    if not basis.size:
        return True
    return Cone(seen, ()).interior()[0] > 1e-6
