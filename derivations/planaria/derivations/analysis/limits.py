"""The limit of a parameter at zero, exactly: every way in which the equations can come to hold there.

With the parameter set to zero a relation falls into irreducible factors, and one of them vanishes in the limit.
For Delta (N - S_11) (P - S_11) = gamma M at gamma -> 0 these are Delta, N - S_11 and P - S_11: three *branches*.
A factor that contains a spectral sum is solved for it and inserted into the value, from which the parameter has
been eliminated before, so that nothing of the form 0/0 is left. Where the factor is an unknown itself, this
unknown goes to zero: spectral sums become power series in it, and the leading term of the value counts. An
unknown that grows without bound is treated by its reciprocal.

Which branch is the physical one depends on the numbers; `planaria.numerics.solving.limits` finds it. Not covered
are two unknowns that vanish or grow together, and parameters of spectra or of poles: no branch is given for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from math import comb, gcd

from sympy import Eq, Expr, Integer, S, Symbol, oo

from planaria.algebra.linear import degree_in, root
from planaria.algebra.rational import Ratio, Ring
from planaria.algebra.values import Portable
from planaria.derivations.elimination.closed_form import ClosedForm, Form
from planaria.derivations.elimination.plain import plain_form
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.derivations.equations.spectral_sums import Factor, SpectralSum, coefficients_of
from planaria.ensembles.extensions import VIEWS, extension

__all__ = ["LimitBranch", "limit_branches"]

# Power of the small unknown, exponents of the eigenvalues, other factors with their powers
_Key = tuple[int, tuple[int, ...], tuple[tuple[Factor, int], ...]]

ORDERS = (2, 4, 8)  # of the power series, one after the other until the leading term shows


@dataclass(frozen=True)
class LimitBranch(Portable):
    """One way in which the equations hold when a parameter goes to zero from above.

    Attributes
    ----------
    parameter
        What goes to zero.
    conditions
        What holds in the limit, as equations to read: ``Eq(S_11, N)``, ``Eq(Delta, 0)``, ``Eq(Delta, oo)``.
        Their spectral sums know their derivatives.
    vanishing, growing
        The unknown that goes to zero, the one that grows without bound; None if all stay finite.
    order
        0 where the value has a finite limit; positive where it vanishes, negative where it grows without bound.
        It holds for generic numbers: at others the denominator of a finite limit may be zero.
    closed_form
        The unknowns that stay finite, as many relations, and the limit of the value (zero if `order` is not 0).
        Sums with negative powers of eigenvalues need all of these to be positive.
    """

    parameter: Symbol
    conditions: tuple[Eq, ...]
    vanishing: Symbol | None
    growing: Symbol | None
    order: int
    closed_form: Form

    @property
    def value(self) -> Expr:
        """The limit of the value; ``oo`` stands for growth of either sign."""
        return S.Infinity if self.order < 0 else self.closed_form.physical_value

    def __str__(self) -> str:
        return f"where {', '.join(f'{one.lhs} = {one.rhs}' for one in self.conditions)}: {self.value}"

    def _repr_html_(self) -> str:
        return str(extension(VIEWS, "html")(self))


def limit_branches(
    closed: ClosedForm, parameter: Symbol, sizes: Mapping[Symbol, Integer] | None = None
) -> tuple[LimitBranch, ...]:
    """Every candidate for the limit of a parameter at zero from above; empty where the method has none.

    Parameters
    ----------
    parameter
        What goes to zero.
    sizes
        Numbers for dimensions, if the branches shall hold for these alone: at coinciding dimensions the leading
        term of a value may be another one than generically.

    >>> from sympy import Identity, MatrixSymbol, Trace, symbols
    >>> from planaria.derivations import derive
    >>> from planaria.diagrams import Gaussian, Model
    >>> N, P, gamma = symbols("N P gamma", positive=True)
    >>> x, Lambda = MatrixSymbol("x", N, P), MatrixSymbol("Lambda", N, N)
    >>> model = Model([Gaussian(x, variance=1 / P, rows=Lambda)])
    >>> result = derive(Trace((gamma * Identity(N) + x * x.T).inv()), model)
    >>> for branch in limit_branches(result.closed_form, gamma):
    ...     print(branch.conditions, branch.value)
    (Eq(Delta, 0),) -P*t_-1/(N - P)
    (Eq(S_11, P),) oo
    """
    if any(parameter in spectrum.free_symbols for _, spectrum in closed.system.rules.setting.model.spectra):
        return ()
    return _branches(plain_form(closed), parameter, tuple((sizes or {}).items()))


@lru_cache(maxsize=64)
def _branches(
    closed: Form, parameter: Symbol, sizes: tuple[tuple[Symbol, Integer], ...]
) -> tuple[LimitBranch, ...]:
    support = {s for ratio in (closed.value, *closed.relations) for s in ratio.support()}
    hidden = any(parameter in g.free_symbols for g in support if g != parameter)
    if hidden or any(parameter in one.unknowns for _, one in closed.sums):
        return ()
    found: dict[tuple[Eq, ...], LimitBranch] = {}
    for inverted in (None, *(unknown.symbol for unknown in closed.unknowns)):
        try:
            system = _System.of(closed, parameter, inverted, dict(sizes))
        except ZeroDivisionError:
            continue  # the value has no meaning with these sizes or in this reciprocal
        for branch in system.branches():
            found.setdefault(branch.conditions, branch)
    return tuple(found.values())


@dataclass(frozen=True)
class _System:
    """Relations and value at full field strength, the parameter eliminated where a relation is linear in it.

    ``exact`` relations hold before the limit, too; ``limiting`` ones only in it. ``inverted`` is the unknown,
    if any, whose symbol stands for its reciprocal here.
    """

    closed: Form
    parameter: Symbol
    inverted: Symbol | None
    sizes: Mapping[Symbol, Integer]
    exact: tuple[Ratio, ...]
    limiting: tuple[Ratio, ...]
    value: Ratio

    @classmethod
    def of(
        cls, closed: Form, parameter: Symbol, inverted: Symbol | None, sizes: Mapping[Symbol, Integer]
    ) -> _System:
        of_spaces = (s for _, one in closed.sums for s in sorted(one.space.free_symbols, key=str))
        ring = closed.ring.extend([parameter, *of_spaces])
        physical: dict[Expr, Ratio] = {STRENGTH: ring.one} | {s: ring.constant(n) for s, n in sizes.items()}
        if inverted is not None:
            physical[inverted] = ring.one / ring.generator(inverted)
        relations = [_top(relation.to(ring).substitute(physical)) for relation in closed.relations]
        relations, value = _deflated(relations, closed.value.to(ring).substitute(physical), parameter)
        linear = [r for r in relations if degree_in(r, parameter) == 1]
        if linear:
            pivot = min(linear, key=lambda r: r.size)
            relations = [r for r in relations if r is not pivot]
            known = {parameter: root(pivot, parameter)}
            value = value.substitute(known)
            exact = [_top(relation.substitute(known)) for relation in relations]
            limiting = [pivot]
        else:
            exact = [r for r in relations if not degree_in(r, parameter)]
            limiting = [r for r in relations if degree_in(r, parameter)]
        zero = {parameter: ring.zero}
        limiting = [r.substitute(zero) for r in limiting]
        return cls(closed, parameter, inverted, sizes, tuple(exact), tuple(limiting), value)

    def branches(self) -> Iterable[LimitBranch]:
        unknowns = {unknown.symbol for unknown in self.closed.unknowns}
        own = unknowns | {symbol for symbol, _ in self.closed.sums}
        # Before the limit no unknown is zero, and no spectral sum is where its unknowns are finite.
        exact = [[f for f in _factors(r, own) if _bare(f) not in unknowns] for r in self.exact]
        limiting = [[f for f in _factors(r, own) if _bare(f) not in own - unknowns] for r in self.limiting]
        for choice in product(*exact, *limiting):
            kept, conditions = choice[: len(exact)], choice[len(exact) :]
            small = {symbol for f in conditions if (symbol := _bare(f)) is not None}
            if len(small) > 1 or (self.inverted is not None and small != {self.inverted}):
                continue
            rest = [*kept, *(f for f in conditions if _bare(f) is None)]
            try:
                branch = self._small(small.pop(), rest, kept) if small else self._finite(rest, conditions)
            except ZeroDivisionError:
                continue  # a condition makes the value meaningless before the limit
            if branch is not None:
                yield branch

    def _finite(self, relations: Sequence[Ratio], conditions: Sequence[Ratio]) -> LimitBranch | None:
        """The branch on which every unknown stays finite and not zero."""
        zero = {self.parameter: self.value.ring.zero}
        top, bottom = _top(self.value).substitute(zero), _bottom(self.value).substitute(zero)
        for condition in conditions:
            symbol = self._solvable(condition, dict(self.closed.sums))
            if symbol is not None:
                known = {symbol: root(condition, symbol)}
                top, bottom = top.substitute(known), bottom.substitute(known)
            else:
                top, bottom = (
                    r if r.numerator.gcd(condition.numerator).is_constant() else top.ring.zero
                    for r in (top, bottom)
                )
        if not top and not bottom:
            return None
        order = -1 if not bottom else 0 if top else 1
        value = top.ring.zero if order else top / bottom
        return self._branch(None, order, relations, value, dict(self.closed.sums))

    def _small(self, small: Symbol, relations: Sequence[Ratio], exact: Sequence[Ratio]) -> LimitBranch | None:
        """The branch on which one unknown (or its reciprocal) goes to zero."""
        value = self.value
        for relation in exact:
            # Where two sums are equal, say, the one that can be expanded says more.
            free = [s for s, one in self.closed.sums if small not in one.unknowns and degree_in(relation, s) == 1]
            value = value.substitute({s: root(relation, s) for s in free[:1]})
        left = value.support() & {self.parameter}
        zero = {self.parameter: value.ring.zero}
        parts = [_top(value).substitute(zero), _bottom(value).substitute(zero), *relations]
        for order in ORDERS:
            expansion = self._expand(parts, small, order)
            if expansion is None:
                return None
            expanded, sums = expansion
            leading = [_lowest(part, small, order) for part in expanded]
            reached = [one for one in leading if one is not None]
            if len(reached) == len(leading):
                (high, top), (low, bottom), *rest = reached
                if left and low:
                    return None  # the rates of parameter and unknown would decide
                limit = top / bottom if high == low else top.ring.zero
                return self._branch(small, high - low, [r for _, r in rest], limit, sums)
        return None

    def _expand(
        self, parts: Sequence[Ratio], small: Symbol, order: int
    ) -> tuple[list[Ratio], dict[Symbol, SpectralSum]] | None:
        """Insert the power series of every spectral sum that contains the small unknown; also the sums in them."""
        used = {s for part in parts for s in part.support()}
        names = {one: symbol for symbol, one in self.closed.sums if small not in one.unknowns}
        taken = {str(g) for g in parts[0].ring.generators}
        series: dict[Symbol, dict[int, dict[SpectralSum, int]]] = {}
        for symbol, one in self.closed.sums:
            if symbol in used and small in one.unknowns:
                terms = _sum_series(one, small, small == self.inverted, order)
                if terms is None:
                    return None
                series[symbol] = terms
                for group in terms.values():
                    for new in group:
                        if new not in names and not _is_dimension(new):
                            names[new] = _named(new, taken)
        ring = parts[0].ring.extend(names.values())
        step = ring.generator(small)
        known: dict[Expr, Ratio] = {}
        for symbol, terms in series.items():
            total = ring.zero
            for power, group in terms.items():
                for one, coefficient in group.items():
                    space = one.space.xreplace(dict(self.sizes))
                    measure = ring(space) if _is_dimension(one) else ring.generator(names[one])
                    total = total + ring.constant(coefficient) * step**power * measure
            known[symbol] = total
        return [part.to(ring).substitute(known) for part in parts], {s: one for one, s in names.items()}

    def _solvable(self, condition: Ratio, sums: Iterable[Symbol]) -> Symbol | None:
        """The spectral sum, else the unknown, for which a condition is solved."""
        symbols = (*sums, *(u.symbol for u in self.closed.unknowns))
        return next((symbol for symbol in symbols if degree_in(condition, symbol) == 1), None)

    def _branch(
        self,
        small: Symbol | None,
        order: int,
        relations: Sequence[Ratio],
        value: Ratio,
        sums: Mapping[Symbol, SpectralSum],
    ) -> LimitBranch | None:
        """A branch from its relations; None if one of them is a condition on parameters alone."""
        unknowns = tuple(u for u in self.closed.unknowns if u.symbol != small)
        names = {u.symbol for u in unknowns}
        used = {s for r in (value, *relations) for s in r.support()}
        if any(not r.support() & (names | set(sums)) for r in relations):
            return None
        equations = [self._read(r, sums) for r in relations]
        if small is not None:
            equations.insert(0, Eq(small, oo if small == self.inverted else 0, evaluate=False))
        kept = tuple(pair for pair in sums.items() if pair[0] in used)
        dropped = {small, STRENGTH, self.parameter} | (set(sums) - used)
        ring = Ring(g for g in value.ring.generators if g not in dropped)
        moved = tuple(r.to(ring) for r in relations)
        blank, declared = (None,) * len(moved), self.closed.declared
        form = Form(ring, unknowns, moved, kept, value.to(ring), blank, declared=declared)
        vanishing, growing = (small, None) if small != self.inverted else (None, small)
        knowing = dict(form.named_sums)
        named = (Eq(one.lhs.xreplace(knowing), one.rhs.xreplace(knowing), evaluate=False) for one in equations)
        return LimitBranch(self.parameter, tuple(named), vanishing, growing, order, form)

    def _read(self, relation: Ratio, sums: Iterable[Symbol]) -> Eq:
        symbol = self._solvable(relation, sums)
        if symbol is None:
            return Eq(relation.to_sympy(), 0, evaluate=False)
        return Eq(symbol, root(relation, symbol).to_sympy(), evaluate=False)


def _sum_series(
    one: SpectralSum, small: Symbol, inverse: bool, order: int
) -> dict[int, dict[SpectralSum, int]] | None:
    """The power series of a spectral sum by powers of the small unknown; None where it has no such form."""
    terms: dict[_Key, int] = {(0, one.exponents, ()): 1}
    for factor, p in one.factors:
        own = [exponents for exponents, coefficient in factor.coefficients if coefficient == small]
        others = tuple((e, c) for e, c in factor.coefficients if c != small)
        if not own:
            terms = {(n, e, (*f, (factor, p))): c for (n, e, f), c in terms.items()}
            continue
        if len(own) > 1 or (inverse and others):
            return None
        # (large + small * little)**-p, after a factor small**p where the unknown stands for its reciprocal
        large, little = (own[0], factor.leading) if inverse else (factor.leading, own[0])
        grown: dict[_Key, int] = {}
        for (n, exponents, factors), c in terms.items():
            for k in range(order + 1):
                power = n + k + (p if inverse else 0)
                if power > order:
                    break
                out = 0 if others else p + k  # the power of the large monomial that is divided out
                moved = tuple(e + k * b - out * a for e, b, a in zip(exponents, little, large, strict=True))
                left = (*factors, (replace(factor, coefficients=others), p + k)) if others else factors
                key = power, moved, left
                grown[key] = grown.get(key, 0) + c * (-1) ** k * comb(p + k - 1, k)
        terms = grown
    result: dict[int, dict[SpectralSum, int]] = {}
    for (power, exponents, factors), c in terms.items():
        result.setdefault(power, {})[replace(one, exponents=exponents, factors=factors)] = c
    return result


def _is_dimension(one: SpectralSum) -> bool:
    return not one.factors and not any(one.exponents)


def _named(one: SpectralSum, taken: set[str]) -> Symbol:
    """t_-1 for the trace of the inverse, and so on; a number behind it if the name is taken."""
    stem = ("S_" if one.factors else "t_") + "".join(map(str, (*one.exponents, *(p for _, p in one.factors))))
    name, number = stem, 0
    while name in taken:
        number += 1
        name = f"{stem}_{number}"
    taken.add(name)
    return Symbol(name)


def _lowest(part: Ratio, small: Symbol, order: int) -> tuple[int, Ratio] | None:
    """The leading term in the small unknown, if the series reaches it."""
    present = {e[0]: c for e, c in coefficients_of(part, (small,)).items() if c and e[0] <= order}
    return min(present.items(), key=lambda item: item[0]) if present else None


def _deflated(relations: list[Ratio], value: Ratio, parameter: Symbol) -> tuple[list[Ratio], Ratio]:
    """The parameter for its highest power through which alone it occurs: it goes to zero likewise."""
    ring, place = value.ring, value.ring.index[parameter]
    polynomials = [value.numerator, value.denominator, *(r.numerator for r in relations)]
    step = gcd(*(int(exponents[place]) for p in polynomials for exponents in p.monoms()))
    if step < 2:
        return relations, value

    def lowered(polynomial: Ratio) -> Ratio:
        terms = {}
        for exponents, coefficient in polynomial.numerator.terms():
            key = tuple(int(e) // step if i == place else int(e) for i, e in enumerate(exponents))
            terms[key] = coefficient
        return ring.polynomial(terms)

    return [lowered(r) for r in relations], lowered(_top(value)) / lowered(_bottom(value))


def _factors(polynomial: Ratio, own: set[Symbol]) -> list[Ratio]:
    """The irreducible factors that contain an unknown or a spectral sum."""
    if not polynomial:
        return []
    ones = (polynomial.ring.from_mpoly(factor) for factor, _ in polynomial.numerator.factor()[1])
    return [one for one in ones if one.support() & own]


def _bare(factor: Ratio) -> Symbol | None:
    """The symbol that a factor consists of, if it is one."""
    support = factor.support()
    if len(support) == 1 and factor.size == 2 and degree_in(factor, symbol := next(iter(support))) == 1:
        return symbol
    return None


def _top(value: Ratio) -> Ratio:
    return value.ring.from_mpoly(value.numerator)


def _bottom(value: Ratio) -> Ratio:
    return value.ring.from_mpoly(value.denominator)
