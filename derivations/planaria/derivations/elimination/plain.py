"""A closed form in sums over powers of each factor alone, which are independent of one another."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

from sympy import Expr, Symbol

from planaria.algebra.rational import Ratio
from planaria.derivations.elimination.closed_form import ClosedForm, Form
from planaria.derivations.equations.quotients import plain_expansion
from planaria.derivations.equations.spectral_sums import SpectralSum, Summand
from planaria.derivations.equations.spectral_symbols import sum_name

__all__ = ["plain_form"]

F = TypeVar("F", bound=Form)


@lru_cache(maxsize=64)
def plain_form(form: F) -> F:
    """The same form, in which nothing is hidden that sums with each other have to do.

    What has several kinds of sums is short, and good for numbers; to tell whether something vanishes, or to insert
    one sum into all others, they are written with independent ones. For poles that coincide these are of no use.
    """
    composed = {symbol: one for symbol, one in form.sums if one.is_composed}
    if not composed:
        return form
    ring = form.ring.extend(s for one in composed.values() for s in (*one.eigenvalues, *one.space.free_symbols))
    names = {one: symbol for symbol, one in form.sums}
    taken = {str(g) for g in ring.generators}
    expansions = {symbol: plain_expansion(one, ring) for symbol, one in composed.items()}
    for symbol, parts in expansions.items():
        for part in parts:
            if part is not None and not _is_dimension(part) and part not in names:
                names[part] = _named(part, symbol, taken)
    ring = ring.extend(names.values())
    known: dict[Expr, Ratio] = {}
    for symbol, parts in expansions.items():
        total = ring.zero
        for part, coefficient in parts.items():
            measure = composed[symbol].space if _is_dimension(part) else names[part]  # type: ignore[index]
            total = total + coefficient.to(ring) * ring(measure)
        known[symbol] = total
    sums = tuple((symbol, one) for one, symbol in names.items() if symbol not in composed)
    relations = tuple(one.to(ring).substitute(known) for one in form.relations)
    plain = replace(form, ring=ring, sums=sums, relations=relations, value=form.value.to(ring).substitute(known))
    if not isinstance(plain, ClosedForm):
        return plain
    return replace(plain, loops=tuple((s, one.to(ring).substitute(known)) for s, one in plain.loops))


def _is_dimension(part: Summand) -> bool:
    return part is None or not (part.factors or any(part.exponents))


def _named(part: SpectralSum, of: Symbol, taken: set[str]) -> Symbol:
    """S_bb of the same pole, such as S_22_1 for R_12_1; with a number behind it if the name is taken."""
    suffix = str(of).partition("_")[2].partition("_")[2] if len(part.factors) == 1 else ""
    name = stem = sum_name(part.exponents, part.factors, suffix)
    number = 0
    while name in taken:
        number += 1
        name = f"{stem}_{number}"
    taken.add(name)
    return Symbol(name)
