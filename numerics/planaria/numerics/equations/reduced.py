"""A closed form and its ladder in spectral sums of positive terms, as straight-line programs for columns.

The loops that the closed form claims are put into the ladder's maps exactly, and so are the relations, so that
what is left of them are short formulas in the unknowns. Differences of sums over one pole become sums themselves:

    S_bb - S_cc = sum of x**b - x**c,    x**k - x**(k + 1) = Delta lambda**k / (lambda + Delta)**(k + 1),

and derivatives by a pole are sums of the same kind. Factors of the relations, such as N - S_11, take the place of
the parameters in them: what is made of the factors does not cancel where they are small. That all this agrees with
the equations as the Feynman rules give them is asked once for a derivation (`identity`), for all of its points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sympy import Dummy, Expr, Symbol

from planaria.algebra.linear import root
from planaria.algebra.rational import Ratio, Ring
from planaria.derivations.derivation import Derivation
from planaria.derivations.equations.propagator import Propagators
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.derivations.equations.spectral_sums import SpectralSum, coefficients_of
from planaria.numerics.equations.ladder import ladder
from planaria.numerics.equations.pivots import pivots_of
from planaria.numerics.equations.traces import LARGEST, MOST_BLOCKS
from planaria.numerics.methods.memo import once
from planaria.numerics.methods.program import Builder, Program

__all__ = ["PositiveSum", "Reduced", "reduced_of"]

FACTORS = tuple(Dummy(f"factor_{n}") for n in range(8))  # names of factors of the relations
LONGEST = 4000  # operations of a program that is worth it
MOST_RUNGS = 16


@dataclass(frozen=True)
class PositiveSum:
    """The sum of lambda**exponent / product of (lambda + pole)**power over a space."""

    symbol: Symbol
    exponent: int
    poles: tuple[tuple[Expr, int], ...] = ()

    def power(self, pole: Expr) -> int:
        return next((power for own, power in self.poles if own == pole), 0)

    def raised(self, pole: Expr) -> PositiveSum:
        """With one more power of a pole."""
        powers = {**dict(self.poles), pole: self.power(pole) + 1}
        return PositiveSum(self.symbol, self.exponent, _ordered(powers))


def _ordered(powers: Mapping[Expr, int]) -> tuple[tuple[Expr, int], ...]:
    return tuple(sorted(powers.items(), key=lambda one: str(one[0])))


@dataclass(frozen=True)
class Reduced:
    """The programs of one derivation.

    Attributes
    ----------
    generators, sums
        The inputs of all programs, in this order.
    unknowns
        Those of the closed form that the relations are solved for.
    explicit
        The others, by their symbol and its place in the results of `given`: formulas in the unknowns.
    logarithmic
        Of which relations the result is a quotient that is 1 on a solution; others vanish there.
    system, in_system
        Relations, their derivatives by the logarithms of the unknowns, row by row, and then the factors of the
        quotients, none of which vanishes on the way to a point; the places of their sums.
    relations
        The relations alone.
    judged, in_judged
        The value, and then the entries of the ladder's maps; the places of their sums and of the relations'.
    groups
        For each map the places (row, column) of its entries, in the order of the results.
    sizes
        The number of rungs of each map.
    """

    generators: tuple[Expr, ...]
    sums: tuple[PositiveSum, ...]
    unknowns: tuple[Symbol, ...]
    explicit: tuple[Symbol, ...]
    given: Program
    in_given: tuple[int, ...]
    logarithmic: tuple[bool, ...]
    system: Program
    in_system: tuple[int, ...]
    relations: Program
    judged: Program
    in_judged: tuple[int, ...]
    groups: tuple[tuple[tuple[int, int], ...], ...]
    sizes: tuple[int, ...]


class _Parts(NamedTuple):
    """A spectral sum: its scale times what is left of one sum of positive terms less poles times others."""

    scale: tuple[tuple[Expr, int], ...]
    own: PositiveSum
    less: tuple[tuple[Expr, PositiveSum], ...]


class _UnsuitableError(ArithmeticError):
    """There are no such formulas."""


@once
def reduced_of(derivation: Derivation) -> Reduced | None:
    """The programs of a derivation; None where poles are not simple, formulas long, or relations not solved."""
    try:
        found = _Maker(derivation).made()
    except (_UnsuitableError, ZeroDivisionError):
        return None
    return found if max(len(found.system.nodes), len(found.judged.nodes)) <= LONGEST else None


@dataclass
class _Maker:
    """Puts the programs together."""

    derivation: Derivation
    places: dict[PositiveSum, Symbol] = field(default_factory=dict)

    def made(self) -> Reduced:
        derivation, closed = self.derivation, self.derivation.closed_form
        steps = ladder(derivation)
        if steps.missing or any(
            len(derivation.rules.rows_of(s)) > MOST_BLOCKS for s in derivation.rules.row_spaces
        ):
            raise _UnsuitableError
        basis = self._basis()
        self.ring: Ring = closed.ring.extend(
            (*FACTORS, *self.places.values(), *derivation.system.ring.generators, *derivation.rules.setting.spaces)
        )
        replaced = {symbol: self._read_basis(parts) for symbol, parts in basis.items()}
        pivots = pivots_of(closed)
        if pivots is None:
            raise _UnsuitableError
        matrices, sizes = self._ladder(replaced, {p: r.to(self.ring) for _, p, r in pivots})
        builder = Builder(self.ring.generators)
        self.builder = builder
        symbols = [u.symbol for u in closed.unknowns]
        explicit = {p: (k, r.to(self.ring).substitute(replaced)) for k, p, r in pivots if p in symbols}
        dropped = {k for k, _ in explicit.values()}
        relations, logarithmic, factors = [], [], []
        shifted: dict[Expr, Ratio] = {}
        for k, (relation, parameter) in enumerate(zip(closed.relations, closed.solved_for, strict=True)):
            if k in dropped:
                continue
            plain = relation.substitute({STRENGTH: closed.ring.one})
            logarithmic.append(parameter is not None)
            if parameter is not None:
                plain = root(plain, parameter)
            ratio = plain.to(self.ring).substitute(replaced)
            place = builder.ratio(ratio)
            if parameter is not None:
                for polynomial in (ratio.numerator, ratio.denominator):
                    own = [self.ring.from_mpoly(factor) for factor, _ in polynomial.factor()[1]]
                    for factor in (factor for factor in own if factor.size > 2):
                        factors.append(builder.ratio(factor))
                        self._shift(factor, factors[-1], shifted)
            if plain.support() & set(explicit):
                raise _UnsuitableError
            relations.append(place if parameter is None else builder.div(place, builder.input(parameter)))
        unknowns = tuple(u for u in symbols if u not in explicit)
        slopes = [self._slope(place, unknown) for place in relations for unknown in unknowns]
        value = closed.value.substitute({STRENGTH: closed.ring.one}).to(self.ring).substitute(replaced)
        value = value.substitute({p: r for p, (_, r) in explicit.items()}).substitute(shifted)
        self.shifted = shifted
        entries = [self._entry(parts) for group in matrices for parts in group.values()]
        if any(size > MOST_RUNGS for size in sizes):
            raise _UnsuitableError
        generators, sums = tuple(g for g in self.ring.generators if g not in FACTORS), tuple(self.places)
        order = {symbol: n for n, symbol in enumerate((*generators, *self.places.values()))}
        system = self._program([*relations, *slopes, *dict.fromkeys(factors)], order)
        only = self._program(relations, order)
        judged = self._program([builder.ratio(value), *entries], order)
        given = self._program([builder.ratio(r) for _, r in explicit.values()], order)
        first = len(generators)

        def read(*programs: Program) -> tuple[int, ...]:
            used = {node[1] for program in programs for node in program.nodes if node[0] == "in"}
            return tuple(n for n in range(len(sums)) if first + n in used)

        return Reduced(
            generators,
            sums,
            unknowns,
            tuple(explicit),
            given,
            read(given),
            tuple(logarithmic),
            system,
            read(system),
            only,
            judged,
            read(only, judged),
            tuple(tuple(group) for group in matrices),
            tuple(sizes),
        )

    def _program(self, results: list[int], order: Mapping[Expr, int]) -> Program:
        """The inputs that came later stand behind the generators, too."""
        program = self.builder.program(results)
        back = {place: order[symbol] for symbol, place in self.builder.places.items() if symbol in order}
        nodes = tuple(("in", back[node[1]]) if node[0] == "in" else node for node in program.nodes)
        return Program(nodes, program.results)

    def _shift(self, factor: Ratio, place: int, shifted: dict[Expr, Ratio]) -> None:
        """Let a factor stand for the parameter that it is linear in."""
        fixed = {*self.places.values(), *(u.symbol for u in self.derivation.closed_form.unknowns), *shifted}
        for parameter in sorted(factor.support() - fixed, key=str):
            slope = factor.derivative(parameter)
            if (
                len(shifted) < len(FACTORS)
                and not slope.support()
                and not any(parameter in other.support() for other in shifted.values())
            ):
                name = FACTORS[len(shifted)]
                rest = factor - slope * self.ring.generator(parameter)
                if rest.support() & set(shifted):
                    continue
                shifted[parameter] = (self.ring.generator(name) - rest) / slope
                self.builder.defined[name] = place
                return

    # -- sums ------------------------------------------------------------------------------------------------

    def place(self, one: PositiveSum) -> Symbol:
        return self.places.setdefault(one, Dummy(f"s_{len(self.places)}"))

    def _basis(self) -> dict[Symbol, _Parts]:
        """Each spectral sum of the closed form by sums of positive terms."""
        found = {}
        for symbol, one in self.derivation.closed_form.sums:
            own = self._read_sum(one)
            less: tuple[tuple[Expr, PositiveSum], ...] = ()
            if not one.scale and len(own.poles) == 1 and own.poles[0][1] == own.exponent > 1:
                pole, power = own.poles[0]
                less = tuple((pole, PositiveSum(own.symbol, k, ((pole, k + 1),))) for k in range(1, power))
                own = PositiveSum(own.symbol, 1, ((pole, 1),))
            for part in (own, *(part for _, part in less)):
                self.place(part)
            found[symbol] = _Parts(one.scale, own, less)
        return found

    def _read_sum(self, one: SpectralSum) -> PositiveSum:
        known = self.derivation.closed_form.ring.index
        if not all(coefficient in known for coefficient, _ in one.scale):
            raise _UnsuitableError
        if len(one.occurring) != 1 or not all(factor.is_pole for factor, _ in one.factors):
            raise _UnsuitableError
        position = one.eigenvalues.index(one.occurring[0])
        powers: dict[Expr, int] = {}
        for factor, power in one.factors:
            if len(factor.coefficients) != 1 or factor.leading[position] != 1:
                raise _UnsuitableError
            pole = factor.coefficients[0][1]
            if pole not in known:
                raise _UnsuitableError
            powers[pole] = powers.get(pole, 0) + power
        return PositiveSum(one.occurring[0], one.exponents[position], _ordered(powers))

    def _read_basis(self, parts: _Parts) -> Ratio:
        total = self.ring.generator(self.places[parts.own])
        for pole, part in parts.less:
            total = total - self.ring.generator(pole) * self.ring.generator(self.places[part])
        for coefficient, power in parts.scale:
            total = total * self.ring.generator(coefficient) ** power
        return total

    def _input(self, one: PositiveSum) -> int:
        symbol = self.place(one)
        self.builder.places.setdefault(symbol, len(self.builder.places))
        return self.builder.input(symbol)

    def _slope(self, place: int, unknown: Symbol) -> int:
        """The derivative of a part by the logarithm of an unknown."""
        builder = self.builder
        total = builder.derivative(place, unknown)
        for one in tuple(self.places):
            if power := one.power(unknown):
                by = builder.derivative(place, self.places[one])
                if by != builder.constant(0):
                    change = builder.mul(builder.constant(-power), self._input(one.raised(unknown)))
                    total = builder.add(total, builder.mul(by, change))
        return builder.mul(total, builder.input(unknown))

    # -- the ladder ------------------------------------------------------------------------------------------

    def _ladder(
        self, replaced: Mapping[Expr, Ratio], pivots: Mapping[Expr, Ratio]
    ) -> tuple[list[dict[tuple[int, int], list[tuple[PositiveSum | None, Ratio]]]], list[int]]:
        """The maps by their entries, each a list of sums (None for 1) and their coefficients; equal maps once."""
        derivation, rules = self.derivation, self.derivation.rules
        propagators, steps = Propagators(derivation.system), ladder(derivation)
        one = self.ring.one
        loops: dict[Expr, Ratio] = {s: r.to(self.ring) for s, r in derivation.closed_form.loops}
        loops[STRENGTH] = one
        known: dict[Ratio, Ratio] = {}

        def put(value: Ratio) -> Ratio:
            if value.size > LARGEST:
                raise _UnsuitableError
            if value not in known:
                inside = value.to(self.ring).substitute(loops).substitute({STRENGTH: one})
                known[value] = inside.substitute(dict(pivots)).substitute(dict(replaced))
            return known[value]

        matrices: list[dict[tuple[int, int], list[tuple[PositiveSum | None, Ratio]]]] = []
        sizes: list[int] = []
        for group in steps.groups:
            rungs = steps.rungs(group)
            if any(e != g for e, g in rungs):
                raise _UnsuitableError
            matrix = {}
            for m, (e, _) in enumerate(rungs):
                first = steps.places[e]
                space = steps.col_spaces[first.column]
                for n, (f, _) in enumerate(rungs):
                    last, ribbon = steps.places[f], steps.ribbon(f, f)
                    if rules.row_spaces[last.row] != space or not ribbon:
                        continue
                    if not ribbon.is_one:
                        raise _UnsuitableError
                    entry = propagators.entry(space, first.column, last.row)
                    if not entry:
                        continue
                    ring = derivation.system.ring
                    link = put(entry) * put(first.vertex.right.to(ring)) * put(last.vertex.left.to(ring))
                    weight = put(first.inner.to(ring)) * put(last.outer.to(ring))
                    matrix[m, n] = self._traced(space, weight * link * link)
            if not any(
                matrix == other and len(rungs) == size for other, size in zip(matrices, sizes, strict=True)
            ):
                matrices.append(matrix)
                sizes.append(len(rungs))
        return matrices, sizes

    def _traced(self, space: Expr, value: Ratio) -> list[tuple[PositiveSum | None, Ratio]]:
        """The trace over a space of a function of its eigenvalues."""
        own = [symbol for _, symbol in self.derivation.rules.setting.matrices_of(space)]
        present = [symbol for symbol in own if symbol in value.support()]
        if not present:
            return [(None, value * self.ring(space))]
        if len(own) > 1:
            raise _UnsuitableError
        (symbol,) = present
        powers: dict[Expr, int] = {}
        for factor, multiplicity in value.denominator.factor()[1]:
            polynomial = self.ring.from_mpoly(factor)
            if symbol not in polynomial.support():
                continue
            parts = coefficients_of(polynomial, (symbol,))
            if set(parts) != {(0,), (1,)}:
                raise _UnsuitableError
            pole = parts[0,] / parts[1,]
            generator = next((g for g in pole.support()), None)
            if generator is None or pole != self.ring.generator(generator):
                raise _UnsuitableError
            powers[generator] = powers.get(generator, 0) + int(multiplicity)
        for pole_symbol, power in powers.items():
            value = value * (self.ring.generator(symbol) + self.ring.generator(pole_symbol)) ** power
        found: list[tuple[PositiveSum | None, Ratio]] = []
        for (exponent,), coefficient in sorted(coefficients_of(value, (symbol,)).items()):
            plain = not exponent and not powers
            one = PositiveSum(symbol, exponent, _ordered(powers))
            found.append((None, coefficient * self.ring(space)) if plain else (one, coefficient))
        return found

    def _entry(self, parts: list[tuple[PositiveSum | None, Ratio]]) -> int:
        total = self.builder.constant(0)
        for one, coefficient in parts:
            term = self.builder.ratio(coefficient.substitute(self.shifted))
            total = self.builder.add(total, term if one is None else self.builder.mul(term, self._input(one)))
        return total
