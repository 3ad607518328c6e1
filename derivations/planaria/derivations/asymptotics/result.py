"""What is said of a corner: exponent and prefactor, where they hold, and how it is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from sympy import Expr, Mul, Poly, Rational, Symbol, expand_power_base, fraction, oo, powsimp, real_roots

from planaria.algebra.errors import InputError
from planaria.algebra.rational import Ratio
from planaria.algebra.values import Portable
from planaria.derivations.asymptotics.corner import Candidate, Corner, correction
from planaria.derivations.asymptotics.expansions import State
from planaria.derivations.asymptotics.generalised import Field
from planaria.derivations.asymptotics.next_term import next_term
from planaria.derivations.asymptotics.path import Limit, Path
from planaria.ensembles.evidence import Check
from planaria.ensembles.shown import Visible

__all__ = ["Scaling", "holding", "readable", "scaling_of"]


@dataclass(frozen=True)
class Scaling(Visible, Portable):
    """How a quantity scales along a path: prefactor * symbol**exponent.

    Attributes
    ----------
    exponent, prefactor
        The prefactor contains whatever else does not stay fixed.
    constants
        What the names of numbers stand for: ``rho``, values of the zeta function, roots of the leading balance
        ``k_1``.
    state, unknown
        Where the pole of the spectral sums is, and the leading terms of the unknown: of z, the sum of
        lambda/(lambda + Delta), among the eigenvalues; else of the pole itself.
    optimum
        The parameter that was asked for at its optimum, if any.
    correction
        What the largest correction is of the order of, relative to the leading term; None if there is none.
    next_term
        That correction itself, relative to the leading term; None where the expansions do not give it.
    holds
        The open interval of alpha around the one at which exponents were compared, in which they compare alike.
    checks
        By which numbers it is held.
    """

    path: Path
    exponent: Expr
    prefactor: Expr
    constants: Mapping[Symbol, Expr] = field(hash=False)
    state: State
    unknown: tuple[Expr, ...]
    optimum: Expr | None
    correction: Expr | None
    next_term: Expr | None
    alpha: Expr
    holds: tuple[Expr, Expr]
    checks: tuple[Check, ...]

    @property
    def value(self) -> Expr:
        """The leading term with names for its constants."""
        return self.prefactor * self.path.symbol**self.exponent

    @property
    def written_out(self) -> Expr:
        """The leading term without names for constants."""
        return self.value.subs(dict(self.constants))

    def crossing(self, other: Scaling) -> Expr:
        """Where two leading terms in the same symbol are equal: what the symbol is there.

        Raises InputError for another symbol, and where both have one exponent.
        """
        symbol, mine = self.path.symbol, self.exponent - other.exponent
        if other.path.symbol != symbol:
            raise InputError(
                "crossing", f"one scales in {symbol}, the other in {other.path.symbol}", "take one symbol"
            )
        if mine.simplify() == 0:
            raise InputError(
                "crossing", f"both have the exponent {self.exponent}", "they meet nowhere, or everywhere"
            )
        ratio = other.prefactor.subs(dict(other.constants)) / self.prefactor.subs(dict(self.constants))
        return powsimp(expand_power_base(ratio.powsimp() ** (1 / mine), force=True), force=True)

    @property
    def domain(self) -> str:
        """For which alpha it holds, in words."""
        low, high = self.holds
        if not isinstance(self.alpha, Symbol):
            return f"alpha = {self.alpha}"
        return f"{self.alpha} > {low}" if high == oo else f"{low} < {self.alpha} < {high}"

    def __str__(self) -> str:
        return f"{self.value}  ({self.path}; {self.domain})"


def scaling_of(corner: Corner, candidate: Candidate, checks: tuple[Check, ...]) -> Scaling:
    """What a candidate says, with names that can be read."""
    symbol = corner.path.symbol
    exponent = candidate.value.exponent(symbol)
    prefactor = candidate.value.coefficient((symbol,))
    constants = {**candidate.constants, **candidate.system.expansions.moments}
    following = next_term(candidate, corner.scales)
    size = correction(candidate, corner.scales) if following is None else following.weight
    further = None
    if following is not None and following.relative is not None:
        further = following.relative.expression
        constants = {**following.relative.constants, **constants}
    relative = None
    if size is not None:
        signs = {limit: 1 if limit is Limit.INFINITY else -1 for _, limit in corner.limits}
        powers = zip(corner.limits, size, strict=True)
        relative = Mul(*(s ** (signs[limit] * w.to_sympy()) for (s, limit), w in powers if w))
    unknown = candidate.unknown
    optimum = candidate.optimum.expression if candidate.optimum is not None else None
    formulas = [prefactor, *unknown, *(one for one in (optimum, further) if one is not None)]
    names = readable(formulas, {str(s) for s in symbol_names(corner)})
    used = {old: constants[old] for old in names if old in constants}
    return Scaling(
        corner.path,
        exponent,
        prefactor.xreplace(names),
        {names[old]: value.xreplace(names) for old, value in used.items()},
        candidate.state,
        tuple(one.xreplace(names) for one in unknown),
        optimum.xreplace(names) if optimum is not None else None,
        relative,
        further.xreplace(names) if further is not None else None,
        corner.field.alpha,
        holding(corner.field, candidate.gaps),
        checks,
    )


def symbol_names(corner: Corner) -> set[Symbol]:
    """What the model's own names are."""
    parts = [corner.systems[0].relation, *corner.systems[0].outputs]
    return {v for one in parts for v in one.variables if "#" not in str(v)}


def readable(formulas: Iterable[Expr], taken: Collection[str]) -> dict[Symbol, Symbol]:
    """Names without the sign that keeps them apart from those of a model."""
    found: dict[Symbol, Symbol] = {}
    symbols = {s for formula in formulas for s in formula.free_symbols if "#" in str(s)}
    for symbol in sorted(symbols, key=str):
        name = str(symbol).replace("#", "").replace("_-", "_m")
        while name in taken:
            name += "_"
        found[symbol] = Symbol(name, **symbol.assumptions0)
    return found


def holding(field: Field, gaps: Iterable[Ratio]) -> tuple[Expr, Expr]:
    """The open interval of positive alpha around the witness in which functions of alpha keep their signs."""
    witness = Rational(field.witness.numerator, field.witness.denominator)
    low: Expr = Rational(0)
    high: Expr = oo
    for gap in dict.fromkeys(gaps):
        for part in fraction(gap.to_sympy()):
            polynomial = Poly(part, field.symbol)
            if polynomial.degree() < 1:
                continue
            for root in real_roots(polynomial):
                if root > witness:
                    high = min(high, root)
                elif root > low:
                    low = root
    return low, high
