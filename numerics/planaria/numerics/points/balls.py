"""Numbers of a problem as Arb's balls, at mpmath's working precision, and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from flint import arb, ctx, fmpq
from mpmath import mp, mpf
from mpmath.libmp import from_man_exp
from sympy import Expr, Trace

from planaria.algebra.rational import generators_of
from planaria.numerics.equations.unreduced import Numbers
from planaria.numerics.points.problem import Problem, to_mpf
from planaria.numerics.quadrature.weighted import Weighted

__all__ = ["ball_numbers", "ball_spectrum", "from_ball", "generators", "to_ball", "working_balls"]

GUARD = 16  # bits beyond mpmath's


@contextmanager
def working_balls() -> Iterator[None]:
    """Balls at mpmath's working precision and a few bits more."""
    with ctx.workprec(mp.prec + GUARD):
        yield


def to_ball(number: Any) -> Any:
    """A sympy number or an mpf as a ball."""
    if isinstance(number, Expr):
        if number.is_Rational:
            return arb(fmpq(int(number.p), int(number.q)))
        number = to_mpf(number)
    return arb(number)


def from_ball(ball: Any) -> Any:
    """The centre of a ball; nan where it is not finite."""
    if not ball.is_finite():
        return mpf("nan")
    mantissa, exponent = ball.mid().man_exp()
    return mp.make_mpf(from_man_exp(int(mantissa), int(exponent), mp.prec, "n"))


def generators(problem: Problem) -> set[Expr]:
    """Every generator of the rules and of the quantity that has a value at a point."""
    derivation = problem.derivation
    setting = derivation.rules.setting
    found = {*setting.ring.generators, *setting.spaces, *generators_of(derivation.expression)}
    return {g for g in found if g.free_symbols <= set(problem.values) and not g.has(Trace)}


def ball_numbers(problem: Problem) -> Numbers:
    """The problem in balls; equal nodes of a space are taken together."""
    spectrum = problem.mpfs()
    setting = problem.derivation.rules.setting
    nodes: dict[Expr, tuple[dict[Expr, Any], Any]] = {}
    for space in {*problem.derivation.rules.row_spaces, *(r.rows for r in problem.derivation.rules.readings)}:
        own = [symbol for _, symbol in setting.matrices_of(space) if symbol in spectrum]
        if not own:
            nodes[space] = {}, arb(problem.size(space))
            continue
        if own[0] in spectrum.weights:  # then it is the only one
            places, shares = spectrum[own[0]], spectrum.weights[own[0]]
            nodes[space] = {own[0]: _balls(places)}, _balls(shares)
            continue
        counts: dict[tuple[Any, ...], int] = {}
        for node in zip(*(spectrum[symbol] for symbol in own), strict=True):
            counts[node] = counts.get(node, 0) + 1
        columns = zip(*counts, strict=True)
        values: dict[Expr, Any] = {
            symbol: np.array([arb(x) for x in column], dtype=object)
            for symbol, column in zip(own, columns, strict=True)
        }
        nodes[space] = values, np.array([arb(n) for n in counts.values()], dtype=object)
    scalars = {g: to_ball(problem.exact(g)) for g in generators(problem)}
    return Numbers(arb(1), scalars, nodes)


def ball_spectrum(problem: Problem) -> Weighted:
    """Eigenvalues as arrays of balls."""
    found = problem.mpfs()
    weights = {s: _balls(column) for s, column in found.weights.items()}
    return Weighted({s: _balls(column) for s, column in found.items()}, weights)


def _balls(column: Any) -> Any:
    return np.array([arb(x) for x in column], dtype=object)
