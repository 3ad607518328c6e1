"""A closed form in spectral sums of one's own choice.

The sums over the powers of one pole are combinations of one another: with x = lambda/(lambda + Delta) all of them
are sums of polynomials in x. So any that are independent, and as many as it takes, serve as well as those that
elimination chose. What they are replaced by is found by linear algebra over the unknowns and parameters, exactly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from sympy import Expr, Symbol

from planaria.algebra.errors import InputError, described
from planaria.algebra.rational import Ratio, Ring
from planaria.derivations.elimination.closed_form import ClosedForm
from planaria.derivations.equations.quotients import plain_expansion
from planaria.derivations.equations.spectral_sums import SpectralSum, Summand
from planaria.derivations.forms.naming import sum_by_name

__all__ = ["in_basis", "in_sums_of", "read_basis"]

_LETTERS = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

Coordinates = Mapping[Summand, Ratio]


def read_basis(given: str | Mapping[str, str], closed: ClosedForm) -> dict[str, SpectralSum]:
    """Sums by the names that they are to have, from ``"z = S_11, q2 = S_22"``, ``"df1, df2"`` or a mapping.

    Raises InputError for what is no list of names, for a sum that there is not, and for a name that is taken.
    """
    if isinstance(given, str):
        parts = [part.partition("=") for part in given.split(",")]
        pairs = [(name.strip(), (one or name).strip()) for name, _, one in parts]
    elif isinstance(given, Mapping):
        pairs = [(str(name), str(one)) for name, one in given.items()]
    else:
        raise InputError("basis", f"{described(given)} is no basis", 'write "z = S_11, q2 = S_22"')
    sums = {symbol for symbol, _ in closed.sums}
    taken = {str(one) for one in closed.ring.generators if one not in sums}
    found: dict[str, SpectralSum] = {}
    for name, one in pairs:
        if not _LETTERS.fullmatch(name):
            raise InputError("basis", f"{name!r} is no name", 'write "z = S_11, q2 = S_22"')
        if name in taken:
            raise InputError("basis", f"the name {name} stands for something else", "choose another one")
        if name in found:
            raise InputError("basis", f"the name {name} is given twice", "give it once")
        found[name] = sum_by_name(one, closed)
    return found


def in_basis(closed: ClosedForm, basis: Mapping[str, SpectralSum]) -> ClosedForm:
    """The same closed form in the sums of a basis; others than theirs stay.

    >>> from planaria.derivations.resummation import derive
    >>> closed = derive("random-features", "loss").closed_form
    >>> chosen = in_basis(closed, read_basis("z = S_11, q2 = S_22", closed))
    >>> chosen.equations
    (Eq(gamma, Delta*sigma_u**2*(N - z)*(P - z)/M),)

    Raises InputError where the basis does not span a sum, or where its sums depend on one another.
    """
    change = _Change(closed, basis)
    _check_independent(change.coordinates, change.ring)
    return change.made


def in_sums_of(closed: ClosedForm, model: ClosedForm) -> ClosedForm:
    """The same closed form in the sums of another one of the same unknowns, by their names there."""
    return _Change(closed, {str(symbol): one for symbol, one in model.sums}).made


class _Change:
    """A change of basis, on its way: what each sum becomes, in a ring that has the old and the new ones."""

    def __init__(self, closed: ClosedForm, basis: Mapping[str, SpectralSum]) -> None:
        self.closed = closed
        self.names = {one: Symbol(name) for name, one in basis.items()}
        if len(self.names) < len(basis):
            raise InputError("basis", "one sum has two names", "give each sum once")
        # A sum that stays, by a name that the basis takes, gets another one.
        self.spared = {
            symbol: Symbol(f"{symbol.name}_")
            if symbol in self.names.values() and one not in self.names
            else symbol
            for symbol, one in closed.sums
        }
        eigenvalues = dict.fromkeys(s for _, one in closed.sums for s in one.eigenvalues)
        old = (self.spared.get(g, g) for g in closed.ring.generators)
        self.ring = Ring([*old, *self.names.values(), *eigenvalues])
        self.coordinates = {symbol: plain_expansion(one, self.ring) for one, symbol in self.names.items()}

    @property
    def made(self) -> ClosedForm:
        """The closed form after it. Raises InputError where the basis does not span a sum."""
        closed, replaced = self.closed, self._replaced()
        value, relations = (
            self._moved(closed.value, replaced),
            [self._moved(r, replaced) for r in closed.relations],
        )
        loops = [(symbol, self._moved(one, replaced)) for symbol, one in closed.loops]
        used = set().union(*(one.support() for one in (value, *relations, *(one for _, one in loops))))
        kept = [(self.spared[symbol], one) for symbol, one in closed.sums]
        stay = [(s, one) for s, one in kept if s not in replaced and one not in self.names]
        every = [*stay, *((symbol, one) for one, symbol in self.names.items())]
        sums = tuple((symbol, one) for symbol, one in every if symbol in used)
        others = {g for g in closed.ring.generators if g not in {symbol for symbol, _ in closed.sums}}
        ring = Ring(g for g in self.ring.generators if g in others or g in {symbol for symbol, _ in sums})
        return replace(
            closed,
            ring=ring,
            relations=tuple(one.ring.from_mpoly(one.numerator).to(ring) for one in relations),
            sums=sums,
            value=value.to(ring),
            loops=tuple((symbol, one.to(ring)) for symbol, one in loops),
        )

    def _replaced(self) -> dict[Expr, Ratio]:
        """What stands in place of each sum that the basis has, or of the same eigenvalues and denominators."""
        chosen = {(factor, frozenset(one.occurring)) for one in self.names for factor, _ in one.factors}
        found: dict[Expr, Ratio] = {}
        for symbol, one in self.closed.sums:
            if one in self.names:
                if self.names[one] != self.spared[symbol]:
                    found[self.spared[symbol]] = self.ring.generator(self.names[one])
            elif chosen & {(factor, frozenset(one.occurring)) for factor, _ in one.factors}:
                found[self.spared[symbol]] = _combination(symbol, one, self.coordinates, self.ring)
        return found

    def _moved(self, one: Ratio, replaced: Mapping[Expr, Ratio]) -> Ratio:
        source = Ring([self.spared.get(g, g) for g in one.ring.generators])
        parts = (source.context.from_dict(p.to_dict()) for p in (one.numerator, one.denominator))
        return Ratio(source, *parts).to(self.ring).substitute(replaced)


def _combination(symbol: Symbol, one: SpectralSum, basis: Mapping[Symbol, Coordinates], ring: Ring) -> Ratio:
    """A sum by those of the basis and the size of its space."""
    whole: dict[Symbol | None, Coordinates] = {**basis, None: {None: ring.one}}
    found = _solved(plain_expansion(one, ring), whole, ring)
    if found is None:
        given = ", ".join(str(name) for name in basis)
        problem = f"{symbol}, the {one}, is no combination of {given} and {one.space}"
        raise InputError("basis", problem, f"add it: {symbol} = {symbol}")
    total = ring.zero
    for name, coefficient in found.items():
        measure = ring(one.space) if name is None else ring.generator(name)
        total = total + coefficient * measure
    return total


def _check_independent(basis: Mapping[Symbol, Coordinates], ring: Ring) -> None:
    names = list(basis)
    for place, name in enumerate(names):
        others = {other: basis[other] for other in names[:place]}
        if _solved(basis[name], {**others, None: {None: ring.one}}, ring) is not None:
            told = ", ".join(map(str, names[:place])) or "the size of its space"
            raise InputError("basis", f"{name} is a combination of {told}", "leave it out")


def _solved(
    target: Coordinates, basis: Mapping[Symbol | None, Coordinates], ring: Ring
) -> dict[Symbol | None, Ratio] | None:
    """Coefficients with which the basis gives the target, by elimination; None where there are none."""
    places = list(dict.fromkeys(key for one in (*basis.values(), target) for key in one))
    names = list(basis)
    rows = [[basis[n].get(key, ring.zero) for n in names] + [target.get(key, ring.zero)] for key in places]
    pivots: list[int] = []
    for column in range(len(names)):
        rest = range(len(pivots), len(rows))
        row = next((r for r in rest if rows[r][column]), None)
        if row is None:
            continue
        rows[len(pivots)], rows[row] = rows[row], rows[len(pivots)]
        top = rows[len(pivots)]
        top[:] = [x / top[column] for x in top]
        for r, other in enumerate(rows):
            if r != len(pivots) and other[column]:
                scale = other[column]
                other[:] = [x - scale * y for x, y in zip(other, top, strict=True)]
        pivots.append(column)
    if any(row[-1] for row in rows[len(pivots) :]):
        return None
    return {names[column]: rows[place][-1] for place, column in enumerate(pivots) if rows[place][-1]}
