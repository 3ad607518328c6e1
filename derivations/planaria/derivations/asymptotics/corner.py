"""Closed forms in a corner: every way in which the unknown can scale along a path, and what the value is there.

The unknown's leading term solves the leading balance of the relation. Where the value cancels with it, as N - z
does for z = N, the unknown is shifted by it, and the next term is found in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import permutations

from sympy import Expr, Symbol

from planaria.algebra.errors import InputError
from planaria.algebra.rational import Ratio
from planaria.algebra.values import Portable
from planaria.derivations.asymptotics.expansions import State
from planaria.derivations.asymptotics.generalised import (
    Field,
    GeneralisedPolynomial,
    is_remainder,
    number_of,
    remainder,
)
from planaria.derivations.asymptotics.path import Limit, Path
from planaria.derivations.asymptotics.polygon import Scales, Weight, balances, leading_roots
from planaria.derivations.asymptotics.quotient import Quotient
from planaria.derivations.asymptotics.system import System, inert_weights, law_of, size_term, systems
from planaria.derivations.derivation import Derivation
from planaria.ensembles.spectra import PowerLaw

__all__ = ["Candidate", "Corner", "corner_of", "correction", "shifted"]

SERIES = 2  # terms of a binomial series behind the leading one
DEPTH = 4  # shifts of the unknown, one after the other


@dataclass(frozen=True)
class Candidate(Portable):
    """One way in which the unknown can scale, and the value there.

    Attributes
    ----------
    state
        Where the pole is.
    chain
        The leading terms of the unknown, the largest first: of z in the bulk of a spectrum, else of the pole.
    value, optimum
        The leading terms of the value, and of the parameter at its optimum.
    weight
        Of the value: the powers of the scales that go to a limit, in their order.
    gaps
        What has to be positive for it to hold, functions of alpha.
    """

    system: System
    chain: tuple[GeneralisedPolynomial, ...]
    value: Quotient
    optimum: Quotient | None
    weight: Weight
    gaps: tuple[Ratio, ...]
    constants: Mapping[Symbol, Expr]

    @property
    def state(self) -> State:
        return self.system.expansions.state

    @property
    def unknown(self) -> tuple[Expr, ...]:
        """The chain as expressions."""
        one = GeneralisedPolynomial.constant(self.system.field, self.system.field.one)
        return tuple(Quotient(lead, one, self.constants).expression for lead in self.chain)


@dataclass(frozen=True)
class Corner(Portable):
    """A closed form on a path, with its limits in one order.

    Attributes
    ----------
    limits
        What goes where, the first first.
    inert
        How parameters are to scale with the size of an infinite space that is a matter of normalisation.
    """

    derivation: Derivation
    path: Path
    limits: tuple[tuple[Symbol, Limit], ...]
    infinite: Symbol | None
    inert: Mapping[Symbol, Fraction]
    systems: tuple[System, ...]

    @property
    def field(self) -> Field:
        return self.systems[0].field

    @property
    def scales(self) -> Scales:
        """Of every symbol that goes to a limit: the last is weighed least."""
        field, length = self.field, len(self.limits)
        known = {}
        for place, (symbol, limit) in enumerate(self.limits):
            sign = field.one if limit is Limit.INFINITY else -field.one
            known[symbol] = tuple(sign if n == place else field.zero for n in range(length))
        return Scales(field, known, length)

    def candidates(self) -> tuple[Candidate, ...]:
        """Every way in which the unknown can scale."""
        return tuple(one for system in self.systems for one in _candidates(system, self))

    def orders(self) -> Iterator[Corner]:
        """The same corner with its limits in every other order but the last, which stays."""
        *given, last = self.limits
        for order in permutations(given):
            if list(order) != given:
                yield replace(self, limits=(*order, last))


def corner_of(derivation: Derivation, path: Path, moving: frozenset[Symbol] = frozenset()) -> Corner:
    """The closed form on a path; InputError for spectra without a law, and for several unknowns.

    Parameters
    ----------
    moving
        What else goes to a limit, each on its own way.
    """
    size, spectrum = law_of(derivation)
    own = spectrum.free_symbols if spectrum is not None else set()
    for symbol, limit in path.limits:
        if isinstance(spectrum, PowerLaw) and symbol == spectrum.alpha and limit is Limit.ZERO:
            raise InputError("--given", f"{symbol} goes to 0", f"a power law needs {symbol} > 0: give it a number")
        if symbol in own:
            raise InputError(
                "--given", f"{symbol} is a parameter of the spectrum", "give it a number, or leave it out"
            )
    limits = dict(path.limits)
    infinite, inert, limited = None, {}, list(path.limits)
    if size is not None and limits.get(size) is Limit.INFINITY and size != path.symbol:
        infinite = size
        parameters = frozenset(s for s in limits if s != size)
        spaces = frozenset(s for s in derivation.rules.setting.spaces if isinstance(s, Symbol))
        found = inert_weights(derivation, size, spaces | set(path.formulas), parameters)
        if found is not None:
            inert = dict(found)
            limited = [(s, limit) for s, limit in limited if s != size]
    growing = size is not None and infinite is None and (size in moving or _grows(size, path))
    made = tuple(
        systems(derivation, path.formulas, path.optimised, infinite=infinite is not None, growing=growing)
    )
    return Corner(derivation, path, tuple(limited), infinite, inert, made)


def _grows(size: Symbol, path: Path) -> bool:
    formula = path.formulas.get(size, size)
    return any(symbol in formula.free_symbols for symbol, limit in path.limits)


def _candidates(system: System, corner: Corner) -> Iterator[Candidate]:
    """The candidates in one state of the pole."""
    scales = corner.scales
    for chain, constants, gaps, tops in _solutions(
        system.relation, system.outputs, system.unknown, scales, dict(system.constants), None, 0
    ):
        first = scales.weight(next(iter(chain[0].terms)))
        if not _in_state(system, corner, first):
            continue
        (top_weight, top), (bottom_weight, bottom), *rest = tops
        weight = scales.difference(top_weight, bottom_weight)
        where = None
        if rest:
            (_, high), (_, low) = rest
            where = Quotient(high, low, constants)
            if _is_positive(high, constants) != _is_positive(low, constants):
                continue
        value = Quotient(top, bottom, constants)
        yield Candidate(system, chain, value, where, weight, tuple(gaps), constants)


def correction(candidate: Candidate, scales: Scales) -> Weight | None:
    """The weight of the largest correction, relative to the leading term; None if there is none.

    It bounds the correction: its coefficient may happen to be zero.
    """
    system = candidate.system
    parts = [system.relation, *system.outputs]
    for lead in candidate.chain:
        parts = [shifted(one, system.unknown, lead).cleaned(candidate.constants) for one in parts]
    below: Weight | None = None
    for lead in candidate.chain:
        below = scales.weight(next(iter(lead.terms)))
    assert below is not None
    weights = [
        w for w, _, _ in balances(parts[0], system.unknown, scales) if scales.order(w) < scales.order(below)
    ]
    here = scales
    if weights:
        here = scales.with_weight(system.unknown, max(weights, key=scales.order))
    found = []
    for polynomial in parts[1:3]:
        kept = polynomial.terms
        if not weights:
            kept = {key: c for key, c in kept.items() if system.unknown not in dict(key)}
        own = [here.weight(key) for key in kept]
        best = max(own, key=scales.order)
        found += [scales.difference(w, best) for w in own if scales.order(w) != scales.order(best)]
    return max(found, key=scales.order, default=None)


def _in_state(system: System, corner: Corner, weight: Weight) -> bool:
    """Whether the unknown scales as its expansions assume."""
    state, scales, size = system.expansions.state, corner.scales, system.expansions.size
    if state is State.PLAIN:
        return True
    own = scales.zero
    if size is not None:
        ((key, _),) = size_term(system.field, corner.path.formulas.get(size, size))[1].terms.items()
        own = scales.weight(key)
    if state is State.BELOW:
        weight = tuple(-(a + system.field.s * b) for a, b in zip(weight, own, strict=True))
    if state is State.BULK and size is not None and scales.order(weight) >= scales.order(own):
        return False  # as many as all eigenvalues: their end is felt
    return scales.order(weight) > scales.order(scales.zero)


def _solutions(
    relation: GeneralisedPolynomial,
    outputs: tuple[GeneralisedPolynomial, ...],
    unknown: Symbol,
    scales: Scales,
    constants: dict[Symbol, Expr],
    below: Weight | None,
    depth: int,
) -> Iterator[
    tuple[
        tuple[GeneralisedPolynomial, ...],
        dict[Symbol, Expr],
        list[Ratio],
        list[tuple[Weight, GeneralisedPolynomial]],
    ]
]:
    """Leading terms of the unknown, the largest first, until all outputs are known by them."""
    if depth and not any(unknown not in dict(key) for key in relation.terms):
        tops = [_inserted(one, unknown, None, scales, constants) for one in outputs]
        if all(tops):
            yield (), constants, [], [one for one in tops if one]
    for weight, balanced, gaps in balances(relation, unknown, scales):
        if below is not None:
            gap = scales.gap(below, weight)
            if gap is None or scales.order(weight) >= scales.order(below):
                continue
            gaps = [*gaps, gap]
        roots = leading_roots(balanced, constants, scales.field, signed=depth > 0, fresh=f"k_#{depth + 1}")
        for lead, own in roots or ():
            known = {**constants, **own}
            here = scales.with_weight(unknown, weight)
            tops = [_inserted(one, unknown, lead, here, known) for one in outputs]
            if all(tops):
                yield (lead,), known, gaps, [one for one in tops if one]
                continue
            if depth >= DEPTH:
                continue
            moved = [shifted(one, unknown, lead).cleaned(known) for one in (relation, *outputs)]
            for chain, more, further, found in _solutions(
                moved[0], tuple(moved[1:]), unknown, scales, known, weight, depth + 1
            ):
                yield (lead, *chain), more, [*gaps, *further], found


def _inserted(
    polynomial: GeneralisedPolynomial,
    unknown: Symbol,
    lead: GeneralisedPolynomial | None,
    scales: Scales,
    constants: Mapping[Symbol, Expr],
) -> tuple[Weight, GeneralisedPolynomial] | None:
    """The leading terms of a polynomial at that of the unknown; None if they cancel or are not known.

    Without one, the unknown is zero.
    """
    if lead is None:
        kept = {key: c for key, c in polynomial.terms.items() if unknown not in dict(key)}
        polynomial = GeneralisedPolynomial(polynomial.field, kept)
    if not polynomial.terms:
        return None
    weight, top = scales.top(polynomial)
    if any(is_remainder(v) for v in top.variables):
        return None
    if lead is not None:
        taken = lead
        top = top.replace(unknown, lambda e: power_of(taken, e))
    top = top.cleaned(constants)
    return (weight, top) if top.terms else None


def power_of(one: GeneralisedPolynomial, exponent: Ratio) -> GeneralisedPolynomial:
    """A power of a single term with the coefficient 1 or -1."""
    field = one.field
    ((key, sign),) = one.terms.items()
    number = field.one
    if not sign.is_one:
        number = sign ** int(field.at_witness(exponent))
    return GeneralisedPolynomial(field, {tuple((v, e * exponent) for v, e in key if exponent): number})


def shifted(
    polynomial: GeneralisedPolynomial, unknown: Symbol, lead: GeneralisedPolynomial
) -> GeneralisedPolynomial:
    """The polynomial with the unknown replaced by lead + unknown, by binomial series with a remainder."""
    field = polynomial.field
    inverse = lead.reciprocal()

    def power(exponent: Ratio) -> GeneralisedPolynomial:
        number = field.at_witness(exponent)
        natural = number.denominator == 1 and number >= 0 and not exponent.support()
        most = int(number) if natural else SERIES
        small = GeneralisedPolynomial.power(field, unknown, field.one) * inverse
        parts, coefficient, term = [], field.one, GeneralisedPolynomial.constant(field, field.one)
        for k in range(most + 1):
            parts.append(term.scaled(coefficient))
            coefficient = coefficient * (exponent - field(k)) / field(k + 1)
            term = term * small
        if not natural:
            name = "b" + "".join(str(exponent.to_sympy()).split())
            parts.append(term * GeneralisedPolynomial.power(field, remainder(name), field.one))
        return power_of(lead, exponent) * GeneralisedPolynomial.total(field, parts)

    return polynomial.replace(unknown, power)


def _is_positive(polynomial: GeneralisedPolynomial, constants: Mapping[Symbol, Expr]) -> bool:
    return bool(number_of(polynomial.field, polynomial.terms, constants) > 0)
