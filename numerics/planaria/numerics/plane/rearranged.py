"""The loops and their derivatives at many complex points, from few sums over eigenvalues.

`planaria.numerics.equations.traces` has the equations as sums of lambda**k over powers of few denominators, whose
coefficients depend on the loops alone. Their derivatives by a loop are sums of the same kind:

    d/dT sum of a(T, lambda) / D(T, lambda)**m = sum of a' / D**m - m * sum of a D' / D**(m + 1).

So a step of Newton's method costs a few products of arrays over points and nodes. The rearrangement may cost
digits: who uses it takes a last step with the equations as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol

from planaria.derivations.derivation import Derivation
from planaria.numerics.equations.traces import LONGEST_PROGRAM, Nodes, Traces, TraceSum, power_sums, traces_of
from planaria.numerics.methods.memo import once
from planaria.numerics.methods.program import Builder, Program

__all__ = ["Rearranged", "rearranged"]

Complexes = NDArray[np.complexfloating[Any, Any]]


@dataclass(frozen=True)
class Rearranged:
    """The compiled equations of one derivation.

    Attributes
    ----------
    inputs
        Generators, as the program takes them; None for those that it does not read.
    images
        For each loop the place of its scale, and its sums.
    slopes
        For each loop and each loop by which it is derived: sums, each with the factor before it.
    """

    inputs: tuple[Expr | None, ...]
    program: Program
    denominators: Mapping[Expr, tuple[tuple[int, ...], ...]]
    images: tuple[tuple[int, TraceSum], ...]
    slopes: tuple[tuple[tuple[tuple[int, TraceSum], ...], ...], ...]

    def differences(
        self, values: Mapping[Expr, Any], nodes: Mapping[Expr, Nodes], loops: Complexes
    ) -> tuple[Complexes, Complexes]:
        """Loops less their images, of shape (points, loops), and the derivatives of that, (points, loops, loops).

        Parameters
        ----------
        values
            Parameters and loops, numbers or of shape (points,).
        """
        count, size = loops.shape
        results = self.program.run([None if g is None else values[g] for g in self.inputs], complex)
        wanted: dict[Expr, dict[tuple[int, ...], int]] = {}
        for one in self._sums():
            highest = wanted.setdefault(one.space, {})
            highest[one.powers] = max(highest.get(one.powers, 0), len(one.numerator))
        table: dict[tuple[Expr, tuple[int, ...]], Any] = {}
        for space, highest in wanted.items():
            denominators = [[results[k] for k in places] for places in self.denominators[space]]
            for powers, sums in power_sums(denominators, highest, nodes[space], count).items():
                table[space, powers] = sums

        def value(one: TraceSum) -> Any:
            sums = table[one.space, one.powers]
            return sum((results[place] * sums[k] for k, place in enumerate(one.numerator)), start=0j)

        residual = np.empty_like(loops)
        slopes = np.empty((count, size, size), dtype=complex)
        for m, (scale, image) in enumerate(self.images):
            residual[:, m] = loops[:, m] - value(image) / results[scale]
            for n, parts in enumerate(self.slopes[m]):
                change = sum((factor * value(one) for factor, one in parts), start=0j)
                slopes[:, m, n] = (m == n) - change / results[scale]
        return residual, slopes

    def _sums(self) -> Sequence[TraceSum]:
        return [one for _, one in self.images] + [one for row in self.slopes for parts in row for _, one in parts]


@once
def rearranged(derivation: Derivation, symbols: tuple[Symbol, ...]) -> Rearranged | None:
    """The compiled equations for these loops; None where there are no such formulas, or they grow too long."""
    traces = traces_of(derivation)
    if traces is None:
        return None
    images = {symbol: (scale, one) for symbol, scale, one in traces.images}
    if not set(symbols) <= set(images):
        return None
    builder = Builder(traces.inputs)
    builder.nodes = list(traces.without_ladder.nodes)
    builder.known = {node: n for n, node in enumerate(builder.nodes)}
    places = list(traces.without_ladder.results)
    wanted: dict[int, int] = {}

    def put(node: int) -> int:
        return wanted.setdefault(node, len(wanted))

    def read(one: TraceSum) -> tuple[int, ...]:
        return tuple(places[k] for k in one.numerator)

    nothing = builder.constant(0)
    slopes = []
    for symbol in symbols:
        scale, one = images[symbol]
        if any(builder.derivative(places[scale], by) != nothing for by in symbols):
            return None
        slopes.append(tuple(_slopes(builder, traces, one, read(one), by, put) for by in symbols))
        if len(builder.nodes) > LONGEST_PROGRAM:
            return None
    compiled = tuple(
        (put(places[scale]), TraceSum(one.space, tuple(map(put, read(one))), one.powers))
        for scale, one in (images[symbol] for symbol in symbols)
    )
    denominators = {
        space: tuple(tuple(put(places[k]) for k in own) for own in all_parts)
        for space, all_parts in traces.denominators.items()
    }
    program = builder.program(list(wanted))
    used = {node[1] for node in program.nodes if node[0] == "in"}
    inputs = tuple(g if n in used else None for n, g in enumerate(traces.inputs))
    if _others(derivation, symbols) & set(inputs):
        return None
    return Rearranged(inputs, program, denominators, compiled, tuple(slopes))


def _others(derivation: Derivation, symbols: tuple[Symbol, ...]) -> set[Symbol]:
    """Loops that are not solved for."""
    return {loop for loop in derivation.system.symbols if loop is not None} - set(symbols)


def _slopes(
    builder: Builder, traces: Traces, one: TraceSum, top: tuple[int, ...], by: Symbol, put: Any
) -> tuple[tuple[int, TraceSum], ...]:
    """The derivative of one sum by a loop, as sums with their factors."""
    nothing = builder.constant(0)
    found = []
    change = tuple(builder.derivative(k, by) for k in top)
    if any(k != nothing for k in change):
        found.append((1, TraceSum(one.space, tuple(map(put, change)), one.powers)))
    for n, (power, own) in enumerate(zip(one.powers, traces.denominators[one.space], strict=False)):
        change = tuple(builder.derivative(traces.without_ladder.results[k], by) for k in own)
        if power and any(k != nothing for k in change):
            higher = tuple(p + (n == m) for m, p in enumerate(one.powers))
            product = builder.product(top, change)
            found.append((-power, TraceSum(one.space, tuple(map(put, product)), higher)))
    return tuple(found)
