"""Derivatives of a closed form along its solution, exactly.

The unknowns of a form are functions of the parameters by its relations r(u, p) = 0, and so

    dv/dp = v_p - v_u (r_u)^-1 r_p,

each derivative through the spectral sums, which depend on unknowns and parameters by their denominators. A sum of
products of quotients x = lambda/(lambda + Delta) and y = Delta/(lambda + Delta) has such sums for derivatives, as
Delta dx/dDelta = -x y and Delta dy/dDelta = x y: pure numbers again, and no small differences.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from sympy import Expr, Symbol

from planaria.algebra.errors import InputError
from planaria.algebra.linear import Inverse
from planaria.algebra.rational import Ratio, Ring, generators_of
from planaria.derivations.calculus.combinations import shortened
from planaria.derivations.elimination.closed_form import Form
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.derivations.equations.spectral_sums import Factor, SpectralSum
from planaria.derivations.equations.spectral_symbols import sum_name

__all__ = ["Differentiation", "check_differentiable", "derivative_of", "physical"]

HIGHEST = 12  # order of a derivative: formulas grow with it


def physical(form: Form) -> Form:
    """The form at field strength 1, without what value and relations do not contain."""
    one = {STRENGTH: form.ring.one}
    relations = [r.substitute(one) for r in form.relations]
    value = form.value.substitute(one)
    used = {s for r in (value, *relations) for s in r.support()}
    sums = tuple(pair for pair in form.sums if pair[0] in used)
    names = {symbol for symbol, _ in form.sums}
    hidden = [s for _, sum_ in sums for s in (*sum_.unknowns, *sum_.space.free_symbols)]
    ring = Ring([*(g for g in form.ring.generators if g != STRENGTH and (g in used or g not in names)), *hidden])
    moved = tuple(r.to(ring) for r in relations)
    return Form(ring, form.unknowns, moved, sums, value.to(ring), form.solved_for, declared=form.declared)


def derivative_of(form: Form, parameter: Symbol, order: int = 1) -> Form:
    """The derivative of a value by a parameter, the unknowns following by their relations: a form of the same.

    Parameters
    ----------
    parameter
        A parameter, or a dimension over which no spectral sum runs.
    order
        How often, from 1 on.

    Raises InputError for what the sums depend on by their range or their eigenvalues, and where the solution has
    no derivative since its relations do not fix it.
    """
    form = physical(form)
    if order < 1 or order > HIGHEST:
        raise InputError("derivative", f"the order {order} is none from 1 to {HIGHEST}", "give 1, 2, ...")
    check_differentiable(form, parameter)
    at = Differentiation(form)
    value = form.value
    for _ in range(order):
        value = at.along(value, parameter)
        value = shortened(value, at.sums)
    return at.form_of(value)


def check_differentiable(form: Form, parameter: Symbol) -> None:
    """Raise InputError for what sums of a form depend on by their range or their eigenvalues."""
    declared = dict(form.declared)
    for symbol, one in form.sums:
        eigen = frozenset().union(*(declared.get(e, frozenset()) for e in one.occurring))
        if parameter in one.space.free_symbols | eigen:
            problem = (
                f"{symbol} depends on {parameter} by its range or its eigenvalues, which no formula differentiates"
            )
            raise InputError("derivative", problem, "take differences of numbers")


class Differentiation:
    """Derivatives in the unknowns and parameters of a form; the sums that they bring in are named as they come.

    Attributes
    ----------
    form
        At field strength 1.
    sums
        Every sum by its symbol, those of the form first.
    """

    def __init__(self, form: Form) -> None:
        self.form = form
        self.ring = form.ring
        self.sums: dict[Symbol, SpectralSum] = dict(self.form.sums)
        self._names = {one: symbol for symbol, one in self.sums.items()}
        self._taken = {str(g) for g in self.ring.generators}

    @property
    def unknowns(self) -> tuple[Symbol, ...]:
        return tuple(unknown.symbol for unknown in self.form.unknowns)

    def form_of(self, value: Ratio) -> Form:
        """The same unknowns and relations with another value."""
        used = {s for r in (value, *self.form.relations) for s in r.support()}
        sums = tuple((symbol, one) for symbol, one in self.sums.items() if symbol in used)
        hidden = [s for _, one in sums for s in one.unknowns]
        kept = [g for g in self.ring.generators if g not in self.sums or g in used]
        ring = Ring([*kept, *hidden])
        relations = tuple(r.to(ring) for r in self.form.relations)
        return replace(self.form, ring=ring, relations=relations, sums=sums, value=value.to(ring))

    # -- partial derivatives, through the sums -------------------------------------------------------------

    def partial(self, ratio: Ratio, variable: Symbol) -> Ratio:
        """The derivative by an unknown or a parameter, all others fixed, spectral sums following."""
        slopes: list[tuple[Expr, dict[SpectralSum, Expr] | Expr]] = []
        support = ratio.support()
        for g in sorted(support, key=str):
            if g in self.sums:
                if variable in self.sums[g].unknowns:
                    slopes.append((g, _slope(self.sums[g], variable)))
            elif variable in g.free_symbols:
                slopes.append((g, g.diff(variable)))
        self._know(slopes)
        total, ratio = self.ring.zero, ratio.to(self.ring)
        for g, slope in slopes:
            change = self._read(slope)
            if change:
                total = total + ratio.derivative(g) * change
        return total

    def _know(self, slopes: Iterable[tuple[Expr, dict[SpectralSum, Expr] | Expr]]) -> None:
        new: list[Expr] = []
        for _, slope in slopes:
            if isinstance(slope, dict):
                for one, factor in slope.items():
                    new += [*generators_of(factor), self._named(one)]
            else:
                new += generators_of(slope)
        self.ring = self.ring.extend(g for g in new if g not in self.ring.index)

    def _read(self, slope: dict[SpectralSum, Expr] | Expr) -> Ratio:
        if not isinstance(slope, dict):
            return self.ring(slope)
        total = self.ring.zero
        for one, factor in slope.items():
            total = total + self.ring(factor) * self.ring.generator(self._names[one])
        return total

    def _named(self, one: SpectralSum) -> Symbol:
        if one not in self._names:
            suffix = _suffix(one, self._names)
            stem = name = sum_name(one.exponents, one.factors, suffix, scaled=bool(one.scale))
            number = 0
            while name in self._taken:
                number += 1
                name = f"{stem}_{number}"
            self._taken.add(name)
            self._names[one] = Symbol(name)
            self.sums[self._names[one]] = one
        return self._names[one]

    # -- derivatives along the solution --------------------------------------------------------------------

    @cached_property
    def _inverse(self) -> tuple[tuple[Ratio, ...], ...]:
        """The inverse of the derivatives of the relations by the unknowns."""
        rows = [[self.partial(r, u) for u in self.unknowns] for r in self.form.relations]
        count = len(rows)
        entries = {(i, j): one.to(self.ring) for i, row in enumerate(rows) for j, one in enumerate(row)}
        inverse = Inverse(self.ring, entries, range(count), range(count))
        if inverse.is_singular:
            problem = "the relations do not fix the unknowns"
            raise InputError("derivative", problem, "take differences of numbers")
        return tuple(tuple(shortened(inverse.entry(j, i), self.sums) for i in range(count)) for j in range(count))

    def slopes(self, parameter: Symbol) -> tuple[Ratio, ...]:
        """The derivatives of the unknowns by a parameter."""
        if not self.unknowns:
            return ()
        inverse = self._inverse
        changes = [self.partial(r, parameter) for r in self.form.relations]
        found = []
        for row in inverse:
            total = self.ring.zero
            for one, change in zip(row, changes, strict=True):
                total = total - one.to(self.ring) * change.to(self.ring)
            found.append(shortened(total, self.sums))
        return tuple(found)

    def along(self, ratio: Ratio, parameter: Symbol) -> Ratio:
        """The derivative of a ratio by a parameter, the unknowns following."""
        moving = [u for u in self.unknowns if self._depends(ratio, u)]
        changes = self.slopes(parameter) if moving else ()
        parts = [self.partial(ratio, parameter)]
        for u, change in zip(self.unknowns, changes, strict=False):
            if u in moving:
                parts.append(self.partial(ratio, u).to(self.ring) * change.to(self.ring))
        return _total(self.ring.zero, [part.to(self.ring) for part in parts])

    def _depends(self, ratio: Ratio, unknown: Symbol) -> bool:
        return any(g == unknown or (g in self.sums and unknown in self.sums[g].unknowns) for g in ratio.support())


def _total(zero: Ratio, parts: Sequence[Ratio]) -> Ratio:
    for part in parts:
        zero = zero + part
    return zero


def _slope(one: SpectralSum, variable: Symbol) -> dict[SpectralSum, Expr]:
    """The derivative of a sum by something in its denominators and its scale: sums with their coefficients."""
    own = [(f, p) for f, p in one.factors if any(variable in c.free_symbols for _, c in f.coefficients)]
    scaled = [(c, p) for c, p in one.scale if variable in c.free_symbols]
    if len(own) == 1 and [c for _, c in own[0][0].coefficients] == [variable] and (scaled or one.is_pure):
        return _pure_slope(one, *own[0], dict(one.scale).get(variable, 0))
    found: dict[SpectralSum, Expr] = {}
    for factor, power in own:
        for monomial, coefficient in factor.coefficients:
            change = coefficient.diff(variable)
            if change != 0:
                exponents = _plus(one.exponents, monomial)
                further = replace(one, exponents=exponents, factors=_raised(one, factor))
                found[further] = found.get(further, 0) - power * change
    for coefficient, power in scaled:
        found[one] = found.get(one, 0) + power * coefficient.diff(variable) / coefficient
    return found


def _pure_slope(one: SpectralSum, factor: Factor, power: int, scale: int) -> dict[SpectralSum, Expr]:
    """By the pole c of a factor l + c m, whose terms are c**s (l + c m)**-p besides others:

    c d/dc gives s l c**s (l + c m)**(-p-1) - (p - s) c m c**s (l + c m)**(-p-1).
    """
    ((monomial, pole),) = factor.coefficients
    factors = _raised(one, factor)
    others = tuple((c, p) for c, p in one.scale if c != pole)
    found: dict[SpectralSum, Expr] = {}
    for coefficient, exponents, times in (
        (scale, _plus(one.exponents, factor.leading), scale),
        (scale - power, _plus(one.exponents, monomial), scale + 1),
    ):
        if coefficient:
            kept = ((pole, times),) if times else ()
            further = replace(one, exponents=exponents, factors=factors, scale=(*others, *kept))
            found[further] = coefficient / pole
    return found


def _plus(one: Sequence[int], other: Sequence[int]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _raised(one: SpectralSum, factor: Factor) -> tuple[tuple[Factor, int], ...]:
    return tuple((f, p + (f == factor)) for f, p in one.factors)


def _suffix(one: SpectralSum, names: dict[SpectralSum, Symbol]) -> str:
    """The number of the pole in the names of sums over the same factors, as 2 in S_11_2."""
    kinds = [f for f, _ in one.factors]
    for other, symbol in names.items():
        parts = str(symbol).split("_")
        if [f for f, _ in other.factors] == kinds and len(parts) > 2:
            return "_".join(parts[2:])
    return ""
