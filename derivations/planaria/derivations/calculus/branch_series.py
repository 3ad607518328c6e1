"""Series of a closed form along one branch, where parameters go to zero or to infinity together.

Parameters are functions of a small variable t. On a branch every unknown is u = t**e (c + d_1 t**(1/q) + ...),
with exponents that are known: `planaria.numerics.analysis` measures them on the solution that belongs to the
matrices. The relations then are power series in t**(1/q). Their leading coefficients are conditions for the c: of
the irreducible factors of one, the one that vanishes on the solution. What follows is linear in the next
coefficient of the unknowns, always with the same matrix. Where this matrix is singular, as where two branches
meet, the unknown is u_0 + t**m (c + ...) with a further exponent: a Puiseux series.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from sympy import Eq, Expr, Symbol, oo

from planaria.algebra.linear import Inverse, degree_in, root
from planaria.algebra.rational import Ratio
from planaria.derivations.calculus.branch_data import (
    BranchSeries,
    Growth,
    NoSeriesError,
    Number,
    SingularBranchError,
    with_value,
)
from planaria.derivations.calculus.branch_frame import Frame, limited_sum, root_of
from planaria.derivations.calculus.combinations import length, shortened
from planaria.derivations.calculus.power_series import Series, inserted
from planaria.derivations.calculus.square_roots import square_root, without_powers
from planaria.derivations.elimination.closed_form import Form, Unknown
from planaria.derivations.equations.spectral_sums import SpectralSum, coefficients_of

__all__ = ["branch_series"]

LENGTHS = (2, 3, 5, 8, 12, 18)  # powers of the small variable that are carried, one after the other
VANISHES = 1e-6  # relative size of a factor that is taken for zero on the solution


def branch_series(
    form: Form,
    moving: Mapping[Symbol, Expr],
    small: Symbol,
    growth: Mapping[Symbol, Growth],
    number: Number,
    order: Fraction | None,
) -> BranchSeries:
    """The series of a value along the branch on which its unknowns behave in given ways.

    Parameters
    ----------
    form
        At field strength 1, in independent sums.
    moving
        Parameters as rational functions of the small variable and of other parameters.
    growth
        Of every unknown.
    number
        Of polynomials on the solution: which of several factors vanishes there.
    order
        The last power of the small variable that is asked for; None for the leading term alone.

    Raises NoSeriesError where there is none, SingularBranchError where exponents are missing.
    """
    last: NoSeriesError | None = None
    for count in LENGTHS:
        try:
            found = _Branch(form, moving, small, growth, count, number).result()
        except _TooShortError as error:
            last = error
            continue
        if found.terms and (order is None or found.rest > order):
            return found.up_to(order)
        last = _TooShortError("the powers that were looked at do not reach so far")
    raise last or NoSeriesError("there is none")


class _TooShortError(NoSeriesError):
    """More powers are needed."""


@dataclass
class _Branch(Frame):
    number: Number
    known: dict[Expr, Ratio] = field(default_factory=dict)
    kept: list[Ratio] = field(default_factory=list)  # relations that are not solved for anything
    roots: dict[Symbol, tuple[Ratio, Any]] = field(default_factory=dict)  # by symbol, the square and the number

    # -- conditions and coefficients -----------------------------------------------------------------------

    def result(self) -> BranchSeries:
        self.prepare()
        generators = self.form.ring.generators
        relations = [inserted(r.numerator, generators, self.series, self.ring) for r in self.form.relations]
        at = self._conditions(relations)
        self._coefficients(relations, at)
        top, bottom = (
            self._known(inserted(p, generators, self.series, self.ring))
            for p in (self.form.value.numerator, self.form.value.denominator)
        )
        if not bottom.terms or not any(bottom.terms):
            raise _TooShortError("the denominator of the value vanishes to all powers that were looked at")
        value = self._known(top * bottom.inverse())
        sums = {symbol: one for one, symbol in self.sums.items()}
        terms = tuple(
            (Fraction(value.low + k, self.step), self._shortest(one, sums))
            for k, one in enumerate(value.terms)
            if one
        )
        leading = []
        for u in self.unknowns:
            growth, leader = self.growth[u], self.leaders[u]
            first = self.ring.generator(u if not growth.power or leader is None else leader)
            leading.append((u, growth.power, self._reduced(first)))
        rest = Fraction(value.end, self.step)
        form, named = self._form(terms), self._named_sums()
        roots = tuple((s, square, 1 if at > 0 else -1) for s, (square, at) in self.roots.items())
        starts = tuple((u.symbol, self._start(u.symbol)) for u in form.unknowns)
        return BranchSeries(terms, rest, self._read_conditions(), form, tuple(leading), named, roots, starts)

    def _shortest(self, value: Ratio, sums: Mapping[Symbol, SpectralSum]) -> Ratio:
        """A coefficient in few kinds of sums, with a parameter as a condition gives it where that is shorter."""
        best = shortened(value, sums)
        own = {*self.unknowns, *self.sums.values(), *self.roots}
        for symbol, solution in self.known.items():
            if symbol not in sums:
                continue
            condition = self.ring.from_mpoly((self.ring.generator(symbol) - solution).numerator)
            for parameter in sorted(condition.support() - own, key=str):
                if degree_in(condition, parameter) == 1:
                    tried = shortened(value.substitute({parameter: root(condition, parameter)}), sums)
                    if length(tried) < length(best):
                        best = tried
        return best

    def _named_sums(self) -> tuple[tuple[Symbol, SpectralSum], ...]:
        """The sums by their symbols, with limits of unknowns that are known put into their denominators."""
        limits = {u: self._reduced(self.known[u]).to_sympy() for u in self.unknowns if u in self.known}
        return tuple((symbol, limited_sum(one, limits)) for one, symbol in self.sums.items())

    def _start(self, symbol: Symbol) -> Any:
        if symbol in self.roots:
            return self.roots[symbol][1]
        return self.number(self.ring.generator(symbol), {})[0]

    def _reduced(self, value: Ratio) -> Ratio:
        for _ in range(len(self.known) + 1):
            if not value.support() & set(self.known):
                break
            value = value.substitute(self.known)
        for symbol, (square, _) in self.roots.items():
            value = without_powers(value, symbol, square)
        if value and any(not value.numerator.gcd(one.numerator).is_constant() for one in self.kept):
            return self.ring.zero
        return value

    def _conditions(self, relations: Sequence[Series]) -> list[int]:
        """What the leading coefficients of all relations say; the power of the last one of each relation."""
        needed = [2 if self.growth[u].offset is not None else 1 for u in self.unknowns]
        if any(n > 1 for n in needed) and len(needed) > 1:
            raise NoSeriesError("two branches meet in more than one unknown")
        later = {s for some in self.later.values() for s in some}
        at = []
        for relation in relations:
            power = relation.low
            for _ in range(needed[0]):
                while power < relation.end and not self._reduced(relation.at(power)):
                    power += 1
                if power >= relation.end:
                    raise _TooShortError("a relation vanishes to all powers that were looked at")
                leading = self._reduced(relation.at(power))
                if leading.support() & later:
                    raise SingularBranchError("the leading coefficients do not fix the leading terms")
                self._impose(leading)
                power += 1
            at.append(power - 1)
        return at

    def _impose(self, leading: Ratio) -> None:
        """Take the factor that vanishes for a condition."""
        own = {*self.unknowns, *self.sums.values(), *(s for s in self.leaders.values() if s is not None)}
        never = {s for s in self.leaders.values() if s is not None}
        never |= {u for u in self.unknowns if not self.growth[u].power}
        factors = [self.ring.from_mpoly(f) for f, _ in leading.numerator.factor()[1]]
        factors = [f for f in factors if f.support() & own and not (f.size == 2 and f.support() <= never)]
        sums = {symbol: one for one, symbol in self.sums.items()}
        sized = sorted((self._size(f, sums), f.size, n) for n, f in enumerate(factors))
        if not sized or not sized[0][0] < VANISHES:
            raise NoSeriesError("no factor of the leading coefficient vanishes on the solution")
        factor = factors[sized[0][2]]
        symbol = self._solvable(factor)
        if symbol is not None:
            self.known[symbol] = root(factor, symbol)
        elif not self._take_root(factor, sums):
            self.kept.append(factor)

    def _size(self, factor: Ratio, sums: Mapping[Symbol, SpectralSum]) -> float:
        value, scale = self.number(factor, sums)
        return float(abs(value) / scale) if scale else 0.0

    def _take_root(self, factor: Ratio, sums: Mapping[Symbol, SpectralSum]) -> bool:
        """For a condition a c**2 + b: c is a square root, of what is left of -b/a without its squares."""
        for unknown, leader in self.leaders.items():
            if leader is None or degree_in(factor, leader) != 2:
                continue
            parts = {e[0]: one for e, one in coefficients_of(factor, (leader,)).items() if one}
            if set(parts) != {0, 2} or any(leader in one.support() for one in parts.values()):
                continue
            outside, square = square_root(-parts[0] / parts[2])
            symbol = root_of(unknown)
            value = self.number(self.ring.generator(leader), sums)[0]
            for part, power in ((outside.numerator, -1), (outside.denominator, 1)):
                value = value * self.number(self.ring.from_mpoly(part), sums)[0] ** power
            self.known[leader] = outside * self.ring.generator(symbol)
            self.roots[symbol] = square, value
            return True
        return False

    def _solvable(self, factor: Ratio) -> Symbol | None:
        """A leading coefficient, a sum over a limit, else a limit, in which a condition is linear."""
        support = factor.support()
        finite = {u for u in self.unknowns if not self.growth[u].power}
        leaders = [s for s in self.leaders.values() if s is not None]
        sums = [symbol for one, symbol in self.sums.items() if one.unknowns & finite]
        hidden = set().union(*(one.unknowns for one, symbol in self.sums.items() if symbol in support))
        limits = [u for u in finite if u not in hidden]
        for symbol in (*leaders, *sums, *limits):
            if symbol in support and degree_in(factor, symbol) == 1:
                return symbol
        return None

    def _coefficients(self, relations: Sequence[Series], at: Sequence[int]) -> None:
        """The further coefficients of the unknowns, one power after the other."""
        if not self.unknowns:
            return
        inverse: Inverse | None = None
        count = len(self.unknowns)
        for k in range(self.length - 1):
            if any(p + k + 1 >= r.end for p, r in zip(at, relations, strict=True)):
                return
            new = [self.later[u][k] for u in self.unknowns]
            rows = [self._reduced(r.at(p + k + 1)) for p, r in zip(at, relations, strict=True)]
            zero = dict.fromkeys(new, self.ring.zero)
            if inverse is None:
                entries = {
                    (i, j): self._reduced(row.derivative(s))
                    for i, row in enumerate(rows)
                    for j, s in enumerate(new)
                }
                inverse = Inverse(self.ring, entries, range(count), range(count))
                if inverse.is_singular:
                    raise SingularBranchError("the next coefficients are not fixed")
            left = [row.substitute(zero) for row in rows]
            solved = {}
            for j, symbol in enumerate(new):
                total = self.ring.zero
                for i, one in enumerate(left):
                    total = total - inverse.entry(j, i) * one
                solved[symbol] = self._reduced(total)
            self.known |= solved

    def _known(self, series: Series) -> Series:
        """With all that is found put in, up to the first coefficient that is not known."""
        later = {s for some in self.later.values() for s in some}
        found = []
        for one in series.terms:
            reduced = self._reduced(one)
            if reduced.support() & later:
                break
            found.append(reduced)
        known = Series(self.ring, series.low, tuple(found)).stripped()
        if not known.terms:
            raise _TooShortError("the value vanishes to all powers that were looked at")
        return known

    # -- what is given out ---------------------------------------------------------------------------------

    def _relations(self) -> list[tuple[Symbol, Ratio]]:
        """What fixes the unknowns that are left, by unknown."""
        finite = [u for u in self.unknowns if not self.growth[u].power]
        found = []
        for symbol, solution in self.known.items():
            if symbol in self.sums.values():
                found.append(self.ring.from_mpoly((self.ring.generator(symbol) - solution).numerator))
        found += self.kept
        left = [u for u in finite if u not in self.known]
        left += [s for s in self.leaders.values() if s is not None and s not in self.known]
        for symbol, (square, _) in self.roots.items():
            left.append(symbol)
            found.append(self.ring.from_mpoly((self.ring.generator(symbol) ** 2 - square).numerator))
        return list(zip(left, found, strict=False))

    def _form(self, terms: Sequence[tuple[Fraction, Ratio]]) -> Form:
        meaning = {u.symbol: u for u in self.form.unknowns}
        pairs = self._relations()
        unknowns = tuple(
            meaning.get(s) or Unknown(s, "coefficient of the leading power", self.ring.one) for s, _ in pairs
        )
        sums = self._named_sums()
        relations = tuple(r for _, r in pairs)
        blank = (None,) * len(relations)
        value = terms[0][1] if terms else self.ring.zero
        whole = Form(self.ring, unknowns, relations, sums, value, blank, declared=self.form.declared)
        return with_value(whole, value)

    def _read_conditions(self) -> tuple[Eq, ...]:
        """What holds in the limit: which unknowns vanish or grow, and what the others fulfil."""
        found = []
        for u in self.unknowns:
            power = self.growth[u].power
            if power:
                found.append(Eq(u, oo if power < 0 else 0, evaluate=False))
        names = {symbol: one for one, symbol in self.sums.items()}
        for symbol, solution in self.known.items():
            if symbol in names or (symbol in self.unknowns and not self.growth[symbol].power):
                found.append(Eq(symbol, self._reduced(solution).to_sympy(), evaluate=False))
        found += [Eq(one.to_sympy(), 0, evaluate=False) for one in self.kept if not self._of_leaders(one)]
        return tuple(found)

    def _of_leaders(self, relation: Ratio) -> bool:
        return bool(relation.support() & {s for s in self.leaders.values() if s is not None})
