"""Models with identity matrices: derived with a matrix that is arbitrary, and specialised.

A matrix that is arbitrary has a pole and spectral sums to be named, in which equations are short; without one,
equations of high degree in propagators are left. So the rules are made with symbols for the eigenvalues, and the
closed form, which holds for every spectrum, is taken with all of them at 1.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import replace

import networkx as nx
from sympy import Expr, Integer, Symbol

from planaria.algebra.laurent import Laurent
from planaria.algebra.rational import Ratio, Ring
from planaria.derivations.elimination.closed_form import ClosedForm, Unknown
from planaria.derivations.equations.equal_loops import dependencies, schwinger_dyson
from planaria.derivations.equations.schwinger_dyson import SchwingerDyson
from planaria.derivations.equations.zero_test import Witness
from planaria.diagrams.expressions.expression import Setting
from planaria.diagrams.rules.pencil import Entry, FeynmanRules, Reading
from planaria.ensembles.model import Model

__all__ = ["is_simple", "specialised", "with_symbols"]

SIMPLE = 2  # loops of a core whose equation is short in propagators


def with_symbols(model: Model) -> Model | None:
    """The model with arbitrary matrices in place of identity matrices; None where it has none."""
    kept = [(matrix, one) for matrix, one in model.spectra if not one.is_identity]
    return Model(model.fields, kept, model.small) if len(kept) < len(model.spectra) else None


def is_simple(system: SchwingerDyson) -> bool:
    """Whether no more than two loops depend on one another, as those of a Wishart matrix."""
    graph: nx.DiGraph[Symbol] = nx.DiGraph(
        (other, symbol) for symbol, others in dependencies(system).items() for other in others
    )
    return all(len(one) <= SIMPLE for one in nx.strongly_connected_components(graph))


def specialised(closed: ClosedForm, setting: Setting, series: Callable[[Witness], Laurent]) -> ClosedForm | None:
    """A closed form with those eigenvalues at 1 that a setting does not have.

    Parameters
    ----------
    series
        The power series of the quantity at a witness, which the value has to have.

    Returns None where sums mix such eigenvalues with others, and where the series does not confirm what is found.
    """
    ones = {symbol for _, symbol in closed.system.rules.setting.matrices} - {s for _, s in setting.matrices}
    wide = closed.ring.extend(s for _, one in closed.sums for s in sorted(one.space.free_symbols, key=str))
    written: dict[Expr, Ratio] = {}
    for symbol, one in closed.sums:
        own = set(one.occurring)
        if own & ones:
            if not own <= ones:
                return None
            written[symbol] = wide(one.space * one.summand.xreplace(dict.fromkeys(own, Integer(1))))
    left = Ring(g for g in wide.generators if g not in ones and g not in written)

    def special(one: Ratio) -> Ratio:
        return one.to(wide).substitute({**written, **dict.fromkeys(ones, wide.one)}).to(left)

    system = schwinger_dyson(_specialised_rules(closed.system.rules, setting, ones))
    same = _same_loops(system, closed.system)
    known = dict(closed.loops)
    loops = tuple(
        (symbol, special(known[old]) * scale.to(left)) for symbol, (old, scale) in same.items() if old in known
    )
    unknowns = _redefined(closed, system)
    if unknowns is None:
        return None
    witness = Witness(system)
    for unknown in unknowns:
        witness.define(unknown.symbol, unknown.definition)
    for symbol, one in closed.sums:
        if symbol not in written:
            witness.define_sum(symbol, one)
    value = special(closed.value)
    relations = [_vanishing(special(one), witness) for one in closed.relations]
    if not value or None in relations or not witness.agrees(value, series):
        return None
    return replace(
        closed,
        ring=left,
        unknowns=unknowns,
        relations=tuple(one for one in relations if one is not None),
        sums=tuple((symbol, one) for symbol, one in closed.sums if symbol not in written),
        value=value,
        system=system,
        loops=loops,
        declared=tuple((symbol, own) for symbol, own in closed.declared if symbol not in ones),
    )


def _vanishing(relation: Ratio, witness: Witness) -> Ratio | None:
    """The irreducible factor of a relation that the solution kills."""
    factors = (relation.ring.from_mpoly(factor) for factor, _ in relation.numerator.factor()[1])
    return next((one for one in factors if witness.vanishes(one)), None)


def _same_loops(system: SchwingerDyson, other: SchwingerDyson) -> dict[Symbol, tuple[Symbol, Ratio]]:
    """For each class of loops the class of another system that has its place in the pencil, and their ratio."""
    found: dict[tuple[Expr, int, int], tuple[Symbol, Ratio]] = {}
    for loop, symbol, scale in zip(other.loops, other.symbols, other.scales, strict=True):
        if symbol is not None:
            found.setdefault((loop.space, loop.column, loop.row), (symbol, scale))
    places = {symbol: system.representative(symbol) for symbol in system.unknowns}
    keys = {symbol: (loop.space, loop.column, loop.row) for symbol, loop in places.items()}
    return {symbol: found[key] for symbol, key in keys.items() if key in found}


def _redefined(closed: ClosedForm, system: SchwingerDyson) -> tuple[Unknown, ...] | None:
    """The unknowns, defined by the loops of another system; None where it does not have one of them."""
    same = _same_loops(closed.system, system)
    made = []
    for unknown in closed.unknowns:
        used = [one for one in unknown.definition.support() if one in closed.system.unknowns]
        if not all(one in same for one in used):
            return None
        ring = unknown.definition.ring.extend(system.ring.generators)
        table = {one: ring.generator(same[one][0]) * same[one][1].to(ring) for one in used}
        made.append(replace(unknown, definition=unknown.definition.to(ring).substitute(table)))
    return tuple(made)


def _specialised_rules(rules: FeynmanRules, setting: Setting, ones: Set[Symbol]) -> FeynmanRules:
    """The same pencil for a setting in which some eigenvalues are 1."""
    table = dict.fromkeys(ones, rules.setting.ring.one)

    def special(one: Ratio) -> Ratio:
        return one.substitute(table).to(setting.ring)

    def entry(one: Entry) -> Entry:
        constant = None if one.constant is None else special(one.constant)
        vertices = (replace(v, left=special(v.left), right=special(v.right)) for v in one.vertices)
        return Entry(constant if constant else None, tuple(vertices))

    def reading(one: Reading) -> Reading:
        a, b = (tuple((place, special(value)) for place, value in side) for side in (one.a, one.b))
        return replace(one, a=a, b=b, corner=special(one.corner))

    return replace(
        rules,
        setting=setting,
        entries=tuple((place, entry(one)) for place, one in rules.entries),
        readings=tuple(reading(one) for one in rules.readings),
    )
