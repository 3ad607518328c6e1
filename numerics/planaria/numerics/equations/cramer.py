"""The propagators' entries by Cramer's rule, compiled once: for arrays of points.

Only the entries that something needs are formed: those that close a loop, that a value is read from, and that
link the rungs of the ladder. For a pencil whose rule grows too long the numbers are eliminated instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Expr, Symbol

from planaria.derivations.derivation import Derivation
from planaria.derivations.equations.propagator import Propagators
from planaria.numerics.equations.ladder import ladder
from planaria.numerics.equations.unreduced import Numbers, Propagator, unreduced
from planaria.numerics.methods.memo import once
from planaria.numerics.methods.program import Builder, Program

__all__ = ["propagators_at"]

LARGEST = 4000  # terms of one entry that are still worth a formula
MOST_BLOCKS = 24  # of a pencil in one space


@dataclass(frozen=True)
class _Compiled:
    """For one space the entries of the propagator by (column, row), and the program for them."""

    keys: tuple[tuple[int, int], ...]
    inputs: tuple[Expr, ...]
    program: Program


def propagators_at(
    derivation: Derivation, numbers: Numbers, loops: Mapping[Symbol, Any]
) -> Mapping[Expr, Propagator]:
    """The entries that are needed, at many points; all of them where there is no formula."""
    compiled = _compiled(derivation)
    if compiled is None:
        return unreduced(derivation).propagators(numbers, loops)
    found = {}
    for space, one in compiled.items():
        at = numbers.at(space)
        inputs = [loops[g] if g in loops else at.get(g, 0.0) for g in one.inputs]
        found[space] = dict(zip(one.keys, one.program.run(inputs, float), strict=True))
    return found


@once
def _compiled(derivation: Derivation) -> dict[Expr, _Compiled] | None:
    rules, system = derivation.rules, derivation.system
    known = {symbol for symbol, _ in derivation.closed_form.loops}
    needed: dict[Expr, dict[tuple[int, int], None]] = {space: {} for space in rules.row_spaces}
    for loop, symbol in zip(system.loops, system.symbols, strict=True):
        if symbol in known:
            needed[loop.space][loop.column, loop.row] = None
    for reading in rules.readings:
        if reading.rows in needed:
            needed[reading.rows] |= {(j, i): None for j, _ in reading.a for i, _ in reading.b}
    one = ladder(derivation)
    for group in one.groups:
        for e in group:
            space = rules.col_spaces[one.places[e].column]
            rows = (one.places[f].row for f in group)
            needed[space] |= {(one.places[e].column, i): None for i in rows if rules.row_spaces[i] == space}
    if any(len(rules.rows_of(space)) > MOST_BLOCKS for space in needed):
        return None
    propagators = Propagators(system)
    found = {}
    for space, keys in needed.items():
        builder = Builder(system.ring.generators)
        places = []
        for column, row in keys:
            entry = propagators.entry(space, column, row)
            if entry.size > LARGEST:
                return None
            places.append(builder.ratio(entry))
        found[space] = _Compiled(tuple(keys), system.ring.generators, builder.program(places))
    return found
