"""The Schwinger-Dyson system of Feynman rules, with as few loops as equality and proportion leave."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from flint import fmpq
from sympy import Symbol

from planaria.algebra.laurent import PRIME, Laurent, residue
from planaria.algebra.rational import Ratio
from planaria.derivations.equations.planar_series import Numbers, Point, planar_series, random_point, spaces_of
from planaria.derivations.equations.schwinger_dyson import Loop, SchwingerDyson, SelfEnergyTerm, self_energy
from planaria.diagrams.rules.pencil import FeynmanRules

__all__ = ["dependencies", "schwinger_dyson"]

ORDERS = 7  # of the power series by which loops are compared at first
MOST_ORDERS = 28  # and where they were too few to tell loops apart


def schwinger_dyson(rules: FeynmanRules) -> SchwingerDyson:
    """The planar system of Feynman rules, with zero loops dropped and proportional ones identified.

    The identification is proposed by the first orders of the power series at a random point and then proved
    consistent: setting the loops of each class proportional must make their equations so. The power series
    solution being unique, a consistent identification holds to all orders.
    """
    loops, terms = self_energy(rules)
    setting = rules.setting
    point = random_point(setting, spaces_of(rules), seed=1)
    candidates, orders, before = _Scalars(rules, point), ORDERS, len(loops)
    while True:
        # Modulo a prime, in which ratios that differ seem equal with a chance of about one in 10^18.
        series = planar_series(rules, loops, terms, point, orders, PRIME).loops
        proposed, zeros, scales = _proposed(loops, series, candidates)
        groups = _consistent_groups(rules, loops, terms, proposed, zeros, scales)
        # Loops of deep models differ late: what equations take apart was proposed by too short a series, and the
        # parts may be smaller than they need be.
        if len(groups) in (len(proposed), before) or orders >= MOST_ORDERS:
            break
        orders, before = 2 * orders, len(groups)
    symbols: list[Symbol | None] = [None] * len(loops)
    for number, group in enumerate(groups, start=1):
        first = scales[group[0]]
        for n in group:
            symbols[n] = Symbol(f"T_{number}")
            scales[n] = scales[n] / first
    ring = setting.ring.extend(Symbol(f"T_{number}") for number in range(1, len(groups) + 1))
    return SchwingerDyson(rules, ring, loops, tuple(symbols), tuple(scales), terms)


def _proposed(
    loops: Sequence[Loop], series: Sequence[Laurent], candidates: _Scalars
) -> tuple[list[list[int]], list[int], list[Ratio]]:
    """Groups of loops that are proportional as far as series are known, those that vanish, and the ratios."""
    alike: dict[tuple[object, ...], list[list[int]]] = {}
    scales = [candidates.one] * len(loops)
    zeros: list[int] = []
    for n, current in enumerate(series):
        if current.vanishes():
            zeros.append(n)
            continue
        groups = alike.setdefault(_key(current, loops[n]), [])
        for group in groups:
            scale = candidates.find(current.polynomial[0] / series[group[0]].polynomial[0])
            if scale is not None:
                scales[n] = scale
                group.append(n)
                break
        else:  # not a ratio of scalars of the model to any of them: a class of its own
            groups.append([n])
    return [group for groups in alike.values() for group in groups], zeros, scales


def _key(series: Laurent, loop: Loop) -> tuple[object, ...]:
    """What proportional loops share: the space, and the series divided by its leading coefficient."""
    leading = series.polynomial[0]
    return loop.space, series.low, tuple(int(c / leading) for c in series.polynomial.coeffs())


class _Scalars:
    """Ratios of the scalars that stand in a pencil, to be recognised by their value at a point.

    Two copies of one resolvent differ by where the user's scalars went when rows and columns were eliminated:
    their loops differ by such ratios.
    """

    def __init__(self, rules: FeynmanRules, point: Point) -> None:
        self.rules, self.point = rules, point
        self.one = rules.setting.ring.one

    def find(self, value: Any) -> Ratio | None:
        return self.one if value == 1 else self._table.get(int(value))

    @cached_property
    def _table(self) -> Mapping[int, Ratio]:
        rules, point = self.rules, self.point
        eigenvalues = {symbol for _, symbol in rules.setting.matrices}
        scalars = {self.one: None}
        for _, entry in rules.entries:
            found = [vertex.left for vertex in entry.vertices]
            if entry.constant is not None:
                found.append(entry.constant)
            scalars |= {s: None for s in found if not s.support() & eigenvalues}
        numbers = [point.values.get(g, fmpq(0)) for g in rules.setting.ring.generators] or [fmpq(0)]
        ratios = {a / b: None for a in scalars for b in scalars}
        table: dict[int, Ratio] = {}
        for a in ratios:
            for b in ratios:
                product = a * b
                for signed in (product, -product):
                    table.setdefault(int(residue(signed.at(numbers), PRIME)), signed)
        return table


def _consistent_groups(
    rules: FeynmanRules,
    loops: Sequence[Loop],
    terms: Sequence[SelfEnergyTerm],
    groups: list[list[int]],
    zeros: list[int],
    scales: Sequence[Ratio],
) -> list[list[int]]:
    """The coarsest refinement of a grouping that the equations respect; the loops left out vanish.

    Loops that are set proportional (zero) at random values must come out so; groups for which they do not
    are split until all do. An identity of rational functions that holds at a random point of this size fails
    with a probability far below that of a machine error (Schwartz-Zippel).
    """
    source = random.Random(2)
    system = Numbers(rules, loops, terms, random_point(rules.setting, spaces_of(rules), seed=100), PRIME)
    factors = [system.number(scale, {}) for scale in scales]
    while True:
        values = [system.zero] * len(loops)
        for group in groups:
            value = system.count(fmpq(source.randint(1, 10**6), source.randint(1, 10**6)))
            for n in group:
                values[n] = value * factors[n]
        images = [image / factor for image, factor in zip(system.solve(values), factors, strict=True)]
        refined: list[list[int]] = []
        for group in groups:
            split: dict[int, list[int]] = {}
            for n in group:
                split.setdefault(int(images[n]), []).append(n)
            refined += split.values()
        alive = [n for n in zeros if images[n] != 0]
        zeros = [n for n in zeros if images[n] == 0]
        refined += [[n] for n in alive]
        if len(refined) == len(groups):
            return groups
        groups = refined


def dependencies(system: SchwingerDyson) -> Mapping[Symbol, set[Symbol]]:
    """Which unknowns the equation of each unknown contains: where its derivative is not zero at a random point.

    G = (K0 - Sigma)^-1 has the derivative dG = G dSigma G, so that one inverse in each space tells all of them.
    Modulo a prime, where a derivative that is not zero seems so with a chance of its degree over 10^18.
    """
    source = random.Random(3)
    point = random_point(system.rules.setting, spaces_of(system.rules), seed=200)
    numbers = Numbers(system.rules, system.loops, system.terms, point, PRIME)
    values = {symbol: numbers.count(fmpq(source.randint(1, 10**6))) for symbol in system.unknowns}
    scales = [numbers.number(scale, {}) for scale in system.scales]
    pairs = list(zip(system.symbols, scales, strict=True))
    propagators = numbers.propagators([numbers.zero if s is None else values[s] * scale for s, scale in pairs])
    found: dict[Symbol, set[Symbol]] = {}
    for symbol in system.unknowns:
        slopes: dict[Symbol, Any] = {}
        for n, slope in numbers.slopes(system.symbols.index(symbol), propagators).items():
            other, scale = pairs[n]
            if other is not None:
                slopes[other] = slopes.get(other, numbers.zero) + slope * scale
        found[symbol] = {other for other, slope in slopes.items() if slope != 0}
    return found
