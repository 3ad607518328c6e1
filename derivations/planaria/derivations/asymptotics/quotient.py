"""A leading term as it is read: powers of what goes to a limit, and a prefactor with named constants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as member
from functools import cached_property

from sympy import Add, Expr, Mul, Symbol, factor

from planaria.algebra.rational import Ratio
from planaria.algebra.values import Portable
from planaria.derivations.asymptotics.generalised import Field, GeneralisedPolynomial, monomial

__all__ = ["Quotient"]


@dataclass(frozen=True)
class Quotient(Portable):
    """One generalised polynomial over another, each of terms of one size.

    Attributes
    ----------
    constants
        The numbers among the variables: some are written out, others stay names, which `named` tells.
    """

    top: GeneralisedPolynomial
    bottom: GeneralisedPolynomial
    constants: Mapping[Symbol, Expr] = member(hash=False)

    @property
    def field(self) -> Field:
        return self.top.field

    def exponent(self, symbol: Symbol) -> Expr:
        """The power of a symbol, which all terms share."""
        high, low = (_shared(one).get(symbol, self.field.zero) for one in (self.top, self.bottom))
        return (high - low).to_sympy()

    @cached_property
    def expression(self) -> Expr:
        """The term with names for its constants."""
        return self.coefficient(())

    def coefficient(self, symbols: tuple[Symbol, ...]) -> Expr:
        """The expression without its powers of some symbols."""
        shared = [_shared(one) for one in (self.top, self.bottom)]
        exponents = dict(shared[0])
        for variable, e in shared[1].items():
            exponents[variable] = exponents.get(variable, self.field.zero) - e
        parts = []
        for polynomial, own in zip((self.top, self.bottom), shared, strict=True):
            inverse = GeneralisedPolynomial(
                self.field, {monomial({v: -e for v, e in own.items()}): self.field.one}
            )
            parts.append((polynomial * inverse).to_sympy(self._inlined))
        ratio = parts[0] / parts[1]
        ratio = factor(ratio) if ratio.is_rational_function() else ratio
        powers = [self._inlined.get(v, v) ** e.to_sympy() for v, e in exponents.items() if e and v not in symbols]
        return Mul(ratio, *powers)

    @cached_property
    def _inlined(self) -> Mapping[Symbol, Expr]:
        """Constants that are powers of rational functions of alpha: they need no name."""
        return {
            v: value
            for v, value in self.constants.items()
            if not _is_named(v) and not any(isinstance(b, Add) and not b.is_polynomial() for b in _bases(value))
        }

    @property
    def named(self) -> Mapping[Symbol, Expr]:
        """The constants that the expression names, written out."""
        used = self.expression.free_symbols
        return {v: value for v, value in self.constants.items() if v in used}

    @property
    def written_out(self) -> Expr:
        """The term without names for constants."""
        return self.expression.xreplace(dict(self.constants))


def _is_named(symbol: Symbol) -> bool:
    """rho and values of zeta; not the roots of a leading balance."""
    return not str(symbol).startswith("k")


def _bases(value: Expr) -> list[Expr]:
    return [factor.as_base_exp()[0] for one in Mul.make_args(value) for factor in [one]]


def _shared(polynomial: GeneralisedPolynomial) -> dict[Symbol, Ratio]:
    """The powers that all terms have in common: the least where they differ by whole numbers."""
    field, keys = polynomial.field, [dict(key) for key in polynomial.terms]
    found = {}
    for variable in polynomial.variables:
        exponents = [key.get(variable, field.zero) for key in keys]
        steps = [one - exponents[0] for one in exponents]
        if all(not one.support() and field.at_witness(one).denominator == 1 for one in steps):
            least = min(exponents, key=field.at_witness)
            if least:
                found[variable] = least
    return found
