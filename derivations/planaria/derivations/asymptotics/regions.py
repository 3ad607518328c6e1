"""Every dominant balance over several symbols, with the cone of their logarithms in which it dominates.

With N = T^a, P = T^b, gamma = T^c and T to infinity every term of a generalised polynomial is a power of T whose
exponent is linear in (a, b, c). A pair of terms of the relation says how the unknown scales; that no other term
is larger, and which terms of numerator and denominator of the value are the largest, are linear inequalities.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol

from planaria.algebra.errors import InputError
from planaria.algebra.rational import Ratio
from planaria.algebra.values import Portable
from planaria.derivations.asymptotics.corner import power_of, shifted
from planaria.derivations.asymptotics.expansions import State
from planaria.derivations.asymptotics.generalised import (
    Field,
    GeneralisedPolynomial,
    Monomial,
    is_remainder,
)
from planaria.derivations.asymptotics.polygon import Scales, Weight, leading_roots
from planaria.derivations.asymptotics.quotient import Quotient
from planaria.derivations.asymptotics.system import System

__all__ = ["Cone", "Region", "cone_scales", "regions"]

DEPTH = 2  # terms of the unknown
MOST = 400  # terms of a relation
OPEN = 1e-7  # how far a cone's interior is from its sides, at least


@dataclass(frozen=True)
class Cone(Portable):
    """The directions in which some linear forms are positive.

    Attributes
    ----------
    forms
        Coefficients of each form, numbers at the witness.
    ratios
        What each form is the power of T of: a ratio of terms that is large in the cone.
    """

    forms: tuple[tuple[float, ...], ...]
    ratios: tuple[GeneralisedPolynomial, ...]

    def interior(self) -> tuple[float, tuple[float, ...]]:
        """How far the innermost direction, of largest component 1, is from the sides, and that direction."""
        return _innermost(self.forms)

    def contains(self, direction: Sequence[float]) -> bool:
        return all(float(np.dot(form, direction)) > -OPEN for form in self.forms)

    def irredundant(self) -> Cone:
        """Without forms that follow from the others."""
        kept = list(range(len(self.forms)))
        # of forms that say the same, the ratio of fewest symbols stays
        for n in sorted(kept, key=lambda k: -len(self.ratios[k].variables)):
            others = [self.forms[k] for k in kept if k != n]
            own = np.array(self.forms[n])
            if not np.any(np.abs(own) > OPEN) or _least(own, others) > -OPEN:
                kept.remove(n)
        return Cone(tuple(self.forms[k] for k in kept), tuple(self.ratios[k] for k in kept))


@dataclass(frozen=True)
class Region(Portable):
    """A dominant balance: the leading terms of unknown and value in a cone of directions."""

    system: System
    chain: tuple[GeneralisedPolynomial, ...]
    value: Quotient
    cone: Cone
    constants: Mapping[Symbol, Expr]

    @property
    def state(self) -> State:
        return self.system.expansions.state

    @property
    def unknown(self) -> tuple[Expr, ...]:
        """The leading terms of the unknown, the largest first."""
        one = GeneralisedPolynomial.constant(self.system.field, self.system.field.one)
        return tuple(Quotient(lead, one, self.constants).expression for lead in self.chain)


def cone_scales(field: Field, symbols: Sequence[Symbol]) -> Scales:
    """The weight of each symbol is a direction of its own."""
    length = len(symbols)
    known = {s: tuple(field.one if n == k else field.zero for n in range(length)) for k, s in enumerate(symbols)}
    return Scales(field, known, length)


def regions(system: System, symbols: Sequence[Symbol], spaces: frozenset[Symbol]) -> Iterator[Region]:
    """The dominant balances in one state of the pole, physical or not.

    Parameters
    ----------
    symbols
        What goes to infinity or zero, each on its own.
    spaces
        Those that are sizes, and so go to infinity.

    Raises InputError where more balances than one can look at are to be tried.
    """
    scales = cone_scales(system.field, symbols)
    sizes = [GeneralisedPolynomial.power(system.field, s, system.field.one) for s in symbols if s in spaces]
    yield from _regions(system, system, scales, dict(system.constants), sizes, ())


def _regions(
    whole: System,
    system: System,
    scales: Scales,
    constants: dict[Symbol, Expr],
    ratios: list[GeneralisedPolynomial],
    chain: tuple[GeneralisedPolynomial, ...],
) -> Iterator[Region]:
    """The balances of a system whose unknown has been shifted by a chain of leading terms."""
    for lead, known, own in _balances(system, scales, constants, signed=bool(chain)):
        here = scales.with_weight(system.unknown, scales.weight(next(iter(lead.terms))))
        after = [chain[-1] * _unsigned(lead).reciprocal()] if chain else _state_ratios(whole, lead)
        large = [*ratios, *own, *after]
        if _cone(large, here) is None:
            continue
        longer = (*chain, lead)
        tops = [_leaders(one, system.unknown, lead, here, known) for one in system.outputs]
        for (top, above), (bottom, below) in product(*(found for found, _ in tops)):
            cone = _cone([*large, *above, *below], here)
            if cone is not None:
                yield Region(whole, longer, Quotient(top, bottom, known), cone.irredundant(), known)
        if len(longer) < DEPTH and any(cancels for _, cancels in tops):
            relation, *outputs = (
                shifted(one, system.unknown, lead).cleaned(known) for one in (system.relation, *system.outputs)
            )
            further = replace(system, relation=relation, outputs=tuple(outputs))
            yield from _regions(whole, further, scales, known, large, longer)


def _unsigned(lead: GeneralisedPolynomial) -> GeneralisedPolynomial:
    return GeneralisedPolynomial(lead.field, dict.fromkeys(lead.terms, lead.field.one))


def _balances(
    system: System, scales: Scales, constants: dict[Symbol, Expr], *, signed: bool
) -> Iterator[tuple[GeneralisedPolynomial, dict[Symbol, Expr], list[GeneralisedPolynomial]]]:
    """Leading terms of the unknown, and the ratios of terms that are large where they lead."""
    field, unknown = system.field, system.unknown
    groups = _grouped(system.relation, scales, unknown)
    if len(groups) > MOST:
        raise InputError("regimes", f"the relation has {len(groups)} terms", "ask for fewer symbols")
    keys = list(groups)
    seen = set()
    for i, (low, below) in enumerate(keys):
        for high, above in keys[i + 1 :]:
            if low == high:
                continue
            weight = tuple(x / (high - low) for x in scales.difference(below, above))
            if weight in seen:
                continue
            here = scales.with_weight(unknown, weight)
            level = _level(low, below, weight)
            balanced: dict[Ratio, GeneralisedPolynomial] = {}
            others = []
            for power, own in keys:
                if _level(power, own, weight) == level:
                    balanced[power] = groups[power, own]
                else:
                    others.append((power, own))
            first = _first(groups[low, below], low, unknown)
            ratios = [first * _first(groups[k], k[0], unknown).reciprocal() for k in others]
            if _cone(ratios, here) is None:
                continue
            seen.add(weight)
            fresh = f"k_#{sum(str(v).startswith('k_#') for v in constants) + 1}"
            for lead, own_constants in leading_roots(balanced, constants, field, signed=signed, fresh=fresh) or ():
                plain = _unsigned(lead)
                written = [r.replace(unknown, partial(power_of, plain)) for r in ratios]
                yield lead, {**constants, **own_constants}, written


def _level(power: Ratio, own: Weight, weight: Weight) -> Weight:
    return tuple(a + power * b for a, b in zip(own, weight, strict=True))


def _grouped(
    polynomial: GeneralisedPolynomial, scales: Scales, unknown: Symbol
) -> dict[tuple[Ratio, Weight], GeneralisedPolynomial]:
    """The terms by power of the unknown and weight of the rest."""
    found: dict[tuple[Ratio, Weight], dict[Monomial, Ratio]] = {}
    for power, rest in polynomial.by_power(unknown).items():
        for key, coefficient in rest.terms.items():
            found.setdefault((power, scales.weight(key)), {})[key] = coefficient
    return {k: GeneralisedPolynomial(polynomial.field, terms) for k, terms in found.items()}


def _first(part: GeneralisedPolynomial, power: Ratio, unknown: Symbol) -> GeneralisedPolynomial:
    """A term of a group with its power of the unknown and without its number."""
    kept = tuple((v, e) for v, e in next(iter(part.terms)) if not is_remainder(v))
    one = GeneralisedPolynomial(part.field, {kept: part.field.one})
    return one * GeneralisedPolynomial.power(part.field, unknown, power)


def _state_ratios(system: System, lead: GeneralisedPolynomial) -> list[GeneralisedPolynomial]:
    """What is large where the expansions of the state stand."""
    field, e = system.field, system.expansions
    if e.state is State.PLAIN:
        return []
    if e.state is State.BELOW:
        inverse = lead.reciprocal()
        size = GeneralisedPolynomial.power(field, e.size, -field.s) if e.size is not None and e.grows else None
        return [inverse if size is None else inverse * size]
    if e.state is State.BULK and e.size is not None:
        return [lead, GeneralisedPolynomial.power(field, e.size, field.one) * lead.reciprocal()]
    return [lead]


def _leaders(
    polynomial: GeneralisedPolynomial,
    unknown: Symbol,
    lead: GeneralisedPolynomial,
    scales: Scales,
    constants: Mapping[Symbol, Expr],
) -> tuple[list[tuple[GeneralisedPolynomial, list[GeneralisedPolynomial]]], bool]:
    """The terms that can be the largest, each with the ratios to the others; and whether some cancel.

    Terms that cancel stay among the others: where they would be the largest, nothing is known.
    """
    field = polynomial.field
    firsts: dict[Weight, GeneralisedPolynomial] = {}
    groups: dict[Weight, dict[Monomial, Ratio]] = {}
    for key, coefficient in polynomial.terms.items():
        term = GeneralisedPolynomial(field, {key: coefficient}).replace(unknown, partial(power_of, lead))
        ((written, number),) = term.terms.items()
        kept = tuple((v, e) for v, e in written if not is_remainder(v))
        weight = scales.weight(written)
        firsts.setdefault(weight, GeneralisedPolynomial(field, {kept: field.one}))
        group = groups.setdefault(weight, {})
        group[written] = group[written] + number if written in group else number
    found, cancels = [], False
    for weight, terms in groups.items():
        part = GeneralisedPolynomial(field, {key: c for key, c in terms.items() if c}).cleaned(constants)
        if not part.terms:
            cancels = True
        elif not any(is_remainder(v) for v in part.variables):
            found.append(
                (part, [firsts[weight] * one.reciprocal() for own, one in firsts.items() if own != weight])
            )
    return found, cancels


def _cone(ratios: Sequence[GeneralisedPolynomial], scales: Scales) -> Cone | None:
    """The cone in which all ratios are large; None if it is empty or flat."""
    found: dict[tuple[float, ...], GeneralisedPolynomial] = {}
    for ratio in ratios:
        (key,) = ratio.terms
        form = tuple(float(x) for x in scales.order(scales.weight(key)))
        if not any(form):
            return None
        found.setdefault(form, ratio)
    forms = tuple(found)
    if _innermost(forms)[0] < OPEN * 1e3:
        return None
    return Cone(forms, tuple(found.values()))


def _innermost(forms: Sequence[tuple[float, ...]]) -> tuple[float, tuple[float, ...]]:
    """The largest t with form . w >= t |form| for all forms and |w_i| <= 1, and that w."""
    from scipy.optimize import linprog

    matrix = np.array(forms)
    length = np.linalg.norm(matrix, axis=1)
    dimension = matrix.shape[1]
    upper = np.hstack([-matrix, length[:, None]])
    bounds = [(-1, 1)] * dimension + [(None, 1)]
    cost = np.zeros(dimension + 1)
    cost[-1] = -1
    solved = linprog(cost, A_ub=upper, b_ub=np.zeros(len(forms)), bounds=bounds)
    if not solved.success:
        return -1.0, (0.0,) * dimension
    direction: list[float] = np.asarray(solved.x, dtype=float).tolist()
    return direction[-1], tuple(direction[:-1])


def _least(form: NDArray[np.float64], others: Sequence[tuple[float, ...]]) -> float:
    """The least value of a form where the others are not negative, in a box."""
    from scipy.optimize import linprog

    matrix = -np.array(others) if others else None
    right = np.zeros(len(others)) if others else None
    solved = linprog(form, A_ub=matrix, b_ub=right, bounds=[(-1, 1)] * len(form))
    return float(np.asarray(solved.fun, dtype=float)) if solved.success else 0.0
