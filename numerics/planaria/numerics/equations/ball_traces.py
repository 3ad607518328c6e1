"""The traces of the unreduced equations at one point in balls, from the formulas that columns of points use.

What an entry of a propagator is as a function of the eigenvalue is known beforehand (`traces`), so that a point
takes a few sums over the nodes instead of the elimination of a matrix at each of them. Terms may cancel where
those of the nodes do not: the balls get wider then, and say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from flint import arb, arb_mat, ctx
from sympy import Expr, Symbol, Trace

from planaria.derivations.derivation import Derivation
from planaria.derivations.equations.propagator import Propagators
from planaria.numerics.equations.functions import ball_of
from planaria.numerics.equations.ladder import Rungs, ladder
from planaria.numerics.equations.traces import Traces
from planaria.numerics.equations.unreduced import Numbers, unreduced
from planaria.numerics.methods.memo import Itself, once

__all__ = ["BallTraces", "traces_in_balls", "zeros_return"]

REMEMBERED = 10_000  # eigenvalues whose powers are kept for the next point


class BallTraces(NamedTuple):
    """What the equations give at a point: loops as (claimed, image), the quantity's traces, the ladder's maps."""

    images: list[tuple[Any, Any]]
    readings: dict[Trace, Any]
    groups: list[Rungs]


def traces_in_balls(
    derivation: Derivation, traces: Traces, numbers: Numbers, loops: Mapping[Symbol, Any], at: Mapping[Expr, Any]
) -> BallTraces:
    """All traces at a point.

    Parameters
    ----------
    numbers
        The point in balls.
    loops
        What is claimed of each class of loops.
    at
        Every generator of the traces' ring: parameters, loops, and the strength of the fields.
    """
    zero = arb(0)
    results = traces.program.run([at.get(g, zero) for g in traces.inputs], ball_of)
    wanted: dict[Expr, dict[tuple[int, ...], int]] = {}
    for one in traces.sums:
        highest = wanted.setdefault(one.space, {})
        highest[one.powers] = max(highest.get(one.powers, 0), len(one.numerator))
    table: dict[tuple[Expr, tuple[int, ...]], list[Any]] = {}
    for space, highest in wanted.items():
        denominators = [[results[k] for k in places] for places in traces.denominators[space]]
        for powers, sums in _power_sums(numbers, space, denominators, highest).items():
            table[space, powers] = sums

    def value(one: Any) -> Any:
        total = zero
        for place, power_sum in zip(one.numerator, table[one.space, one.powers], strict=False):
            total = total + results[place] * power_sum
        return total

    steps = ladder(derivation)
    return BallTraces(
        [(loops[symbol] * results[scale], value(one)) for symbol, scale, one in traces.images],
        {trace: sum(map(value, parts), start=zero) for trace, parts in traces.readings},
        [
            (steps.rungs(group), {key: value(one) for key, one in matrix})
            for group, matrix in zip(steps.groups, traces.groups, strict=True)
        ],
    )


@once
def zeros_return(derivation: Derivation) -> bool:
    """Whether the loops that vanish by the structure of the pencil come back as zero at any point."""
    propagators = Propagators(derivation.system)
    zeros = (loop for loop in unreduced(derivation).loops if loop.symbol is None)
    return not any(propagators.entry(loop.space, loop.column, loop.row) for loop in zeros)


def _power_sums(
    numbers: Numbers,
    space: Expr,
    denominators: Sequence[Sequence[Any]],
    highest: Mapping[tuple[int, ...], int],
) -> dict[tuple[int, ...], list[Any]]:
    """The sums over a space of lambda**k / product of D**m for k below a bound, by the powers m."""
    columns, counts = numbers.nodes[space]
    if not columns:
        return {powers: [counts] for powers in highest}
    (eigenvalues,) = columns.values()
    weights = None if space in numbers.single else counts
    key = Itself(eigenvalues), None if weights is None else Itself(weights), max(highest.values()), int(ctx.prec)
    moments, weighted = (_weighted if len(eigenvalues) <= REMEMBERED else _weighted.__wrapped__)(*key)
    inverses = [_inverse(coefficients, eigenvalues) for coefficients in denominators]
    known: dict[tuple[int, ...], Any] = {}
    rows = {powers: _product(inverses, powers, known) for powers in sorted(highest)}
    terms = [row.tolist() for row in rows.values() if row is not None]
    table = (arb_mat(terms) * weighted).tolist() if terms else []
    return {powers: moments if row is None else table.pop(0) for powers, row in rows.items()}


@lru_cache(maxsize=8)
def _weighted(eigenvalues: Itself, weights: Itself | None, count: int, bits: int) -> tuple[list[Any], Any]:
    """The sums of lambda**k with their weights for k below a bound, and the terms as a matrix (nodes x bound).

    As products of matrices, sums over nodes take an eighth of the time.
    """
    assert bits == ctx.prec, "they are made at the working precision"
    column = np.array([arb(1)] * len(eigenvalues.thing), dtype=object) if weights is None else weights.thing
    powers = [column]
    for _ in range(1, count):
        powers.append(powers[-1] * eigenvalues.thing)
    return [one.sum() for one in powers], arb_mat([one.tolist() for one in powers]).transpose()


def _inverse(coefficients: Sequence[Any], eigenvalues: Any) -> Any:
    """1 / (c0 + c1 lambda + ..) at every node, by Horner's rule."""
    total = coefficients[-1]
    for c in reversed(coefficients[:-1]):
        total = total * eigenvalues + c
    one = arb(1)
    return np.array([one / x for x in total.tolist()], dtype=object)


def _product(inverses: Sequence[Any], powers: tuple[int, ...], known: dict[tuple[int, ...], Any]) -> Any:
    """The product of powers of arrays, from smaller ones that are known; None for ones."""
    n = next((n for n, power in enumerate(powers) if power), None)
    if n is None:
        return None
    if powers not in known:
        less = (*powers[:n], powers[n] - 1, *powers[n + 1 :])
        rest = _product(inverses, less, known)
        known[powers] = inverses[n] if rest is None else rest * inverses[n]
    return known[powers]
