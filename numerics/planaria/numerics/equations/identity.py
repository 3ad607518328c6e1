"""That a closed form solves the equations as the Feynman rules give them, at all points at once.

Loops, value and ladder of a closed form are rational functions of the eigenvalues, the unknowns and the
parameters, and so is what the unreduced equations make of them, eigenvalue by eigenvalue. Where relations are
solved for one generator each, all others are free. Rational functions that agree at a random point to hundreds of
digits are equal: so the closed form is put into the unreduced equations at random points with random eigenvalues,
once for a derivation. At a point of a sweep it is left to be asked whether its unknowns solve the relations, how
far rounding reaches, and on which side of 1 the ladder's radius is.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import numpy as np
from flint import arb, ctx
from numpy.typing import NDArray
from sympy import Expr, Symbol

from planaria.algebra.polynomials import power
from planaria.derivations.derivation import Derivation
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.numerics.equations.functions import ball_of
from planaria.numerics.equations.ladder import rungs_at
from planaria.numerics.equations.pivots import pivots_of
from planaria.numerics.equations.reduced import PositiveSum, Reduced, reduced_of
from planaria.numerics.equations.unreduced import Numbers, unreduced
from planaria.numerics.methods.memo import once

__all__ = ["agreeing"]

BITS = 1200
AGREE = arb(2) ** -600  # relative, of numbers that are the same: the balls are narrower
TRIALS = 2
EIGENVALUES = 3
SEED = 45331


@once
def agreeing(derivation: Derivation) -> Reduced | None:
    """The programs of a derivation where they are proved to agree with its unreduced equations; None otherwise."""
    reduced = reduced_of(derivation)
    if reduced is None:
        return None
    chance = random.Random(SEED)
    with ctx.workprec(BITS):
        try:
            good = all(_holds(derivation, reduced, chance) for _ in range(TRIALS))
        except (ZeroDivisionError, KeyError):
            return None
    return reduced if good else None


def _number(chance: random.Random) -> Any:
    return arb(chance.getrandbits(60) + 2**59) / 2**59


def _holds(derivation: Derivation, reduced: Reduced, chance: random.Random) -> bool:
    """Whether all loops come back at a random point, with the value and the ladder's maps."""
    closed, rules = derivation.closed_form, derivation.rules
    pivots = pivots_of(closed)
    generators = {*closed.ring.generators, *derivation.system.ring.generators, *rules.setting.ring.generators}
    spaces = {*rules.row_spaces, *rules.setting.spaces, *(reading.rows for reading in rules.readings)}
    if pivots is None or not all(g.is_Symbol for g in {*generators, *spaces}):
        return False
    owned = {space: [symbol for _, symbol in rules.setting.matrices_of(space)] for space in spaces}
    if any(len(own) > 1 for own in owned.values()):
        return False
    symbols = {own[0] for own in owned.values() if own}
    nodes = {
        s: np.array([_number(chance) for _ in range(EIGENVALUES)], dtype=object) for s in sorted(symbols, key=str)
    }
    weights = {s: np.array([_number(chance) for _ in range(EIGENVALUES)], dtype=object) for s in nodes}
    sums = {symbol for symbol, _ in closed.sums}
    values: dict[Expr, Any] = {g: _number(chance) for g in sorted({*generators, *spaces} - sums, key=str)}
    values[STRENGTH] = arb(1)
    for _, pivot, solved in pivots:
        # Sums first: roots of parameters and unknowns may know them.
        if pivot in sums:
            one = dict(closed.sums)[pivot]
            here = {**values, **_sums(derivation, values, nodes, weights)}
            own = one.occurring[0]
            weights[own] = weights[own] * (solved.evaluate(here, arb(1)) / here[pivot])
    for space, own_symbols in owned.items():
        if own_symbols:
            values[space] = weights[own_symbols[0]].sum()
    values |= _sums(derivation, values, nodes, weights)
    for _, pivot, solved in pivots:
        if pivot not in sums:
            values[pivot] = solved.evaluate(values, arb(1))
    if not all(_same(relation.evaluate(values, arb(1)), arb(0)) for relation in closed.relations):
        return False
    numbers = Numbers(
        arb(1),
        values,
        {s: ({own[0]: nodes[own[0]]}, weights[own[0]]) if own else ({}, values[s]) for s, own in owned.items()},
    )
    loops = {symbol: ratio.evaluate(values, arb(1)) for symbol, ratio in closed.loops}
    equations = unreduced(derivation)
    propagators = equations.propagators(numbers, loops)
    if not all(_same(claimed, image) for claimed, image, _, _ in equations.residuals(numbers, loops, propagators)):
        return False
    inputs = [values.get(g, arb(0)) for g in reduced.generators]
    inputs += [_positive_sum(one, values, nodes, weights) for one in reduced.sums]
    value, *entries = reduced.judged.run(inputs, ball_of)
    claims = [(value, closed.value.evaluate(values, arb(1))), (value, equations.value(numbers, propagators))]
    given = reduced.given.run(inputs, ball_of)
    claims += [(own, values[symbol]) for symbol, own in zip(reduced.explicit, given, strict=True)]
    for result, is_quotient in zip(reduced.relations.run(inputs, ball_of), reduced.logarithmic, strict=True):
        claims.append((result, arb(1 if is_quotient else 0)))
    return all(_same(a, b) for a, b in claims) and _same_ladder(derivation, reduced, numbers, propagators, entries)


def _same_ladder(
    derivation: Derivation, reduced: Reduced, numbers: Numbers, propagators: Mapping[Expr, Any], entries: list[Any]
) -> bool:
    """Whether each of the ladder's maps is one of those that the programs give."""
    matrices = []
    for group in reduced.groups:
        matrices.append(dict(zip(group, entries, strict=False)))
        entries = entries[len(group) :]
    for rungs, matrix in rungs_at(derivation, numbers, propagators):
        if not any(
            size == len(rungs) and all(_same(matrix.get(k, arb(0)), own.get(k, arb(0))) for k in {*matrix, *own})
            for own, size in zip(matrices, reduced.sizes, strict=True)
        ):
            return False
    return True


def _same(a: Any, b: Any) -> bool:
    return bool(abs(a - b) <= AGREE * (1 + abs(a)))


def _sums(
    derivation: Derivation,
    values: Mapping[Expr, Any],
    nodes: Mapping[Symbol, NDArray[Any]],
    weights: Mapping[Symbol, NDArray[Any]],
) -> dict[Expr, Any]:
    """The spectral sums of the closed form, by their definition."""
    found: dict[Expr, Any] = {}
    for symbol, one in derivation.closed_form.sums:
        (own,) = one.occurring
        position = one.eigenvalues.index(own)
        terms = np.array([power(x, one.exponents[position]) for x in nodes[own]], dtype=object)
        for factor, multiplicity in one.factors:
            ((_, pole),) = factor.coefficients
            terms = terms / np.array([power(x + values[pole], multiplicity) for x in nodes[own]], dtype=object)
        total = (terms * weights[own]).sum()
        for coefficient, exponent in one.scale:
            total = total * power(values[coefficient], exponent)
        found[symbol] = total
    return found


def _positive_sum(
    one: PositiveSum,
    values: Mapping[Expr, Any],
    nodes: Mapping[Symbol, NDArray[Any]],
    weights: Mapping[Symbol, NDArray[Any]],
) -> Any:
    total = arb(0)
    for x, weight in zip(nodes[one.symbol], weights[one.symbol], strict=True):
        term = weight * power(x, one.exponent)
        for pole, exponent in one.poles:
            term = term / power(x + values[pole], exponent)
        total = total + term
    return total
