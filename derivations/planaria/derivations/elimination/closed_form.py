"""The result of a derivation: unknowns, the equations that fix them, and the value in terms of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sympy import Eq, Expr, Symbol

from planaria.algebra.linear import root
from planaria.algebra.rational import Ratio, Ring
from planaria.algebra.values import Portable
from planaria.derivations.equations.schwinger_dyson import STRENGTH, SchwingerDyson
from planaria.derivations.equations.spectral_sums import Factor, SpectralSum
from planaria.derivations.equations.spectral_symbols import SpectralSymbol

__all__ = ["ClosedForm", "Form", "Unknown"]


@dataclass(frozen=True)
class Unknown(Portable):
    """A quantity that is fixed by an equation and not by a formula.

    Attributes
    ----------
    symbol
        Its name in equations and value.
    meaning
        What it is, in words.
    definition
        Its definition by loops of the Schwinger-Dyson system; a propagator by itself.
    """

    symbol: Symbol
    meaning: str
    definition: Ratio = field(repr=False)


@dataclass(frozen=True)
class Form(Portable):
    """A value and the equations that fix its unknowns, as exact rational functions: enough for numbers.

    Attributes
    ----------
    ring
        Generators: parameters, dimensions, field strength, unknowns, spectral sums.
    unknowns, relations
        Equally many; each relation is a polynomial that vanishes.
    sums
        The spectral sums by their symbol.
    value
        The quantity.
    solved_for
        For each relation the parameter for which it is best read, or None.
    declared
        By eigenvalue, the parameters of the spectrum that the model declares for it.
    """

    ring: Ring = field(repr=False)
    unknowns: tuple[Unknown, ...]
    relations: tuple[Ratio, ...]
    sums: tuple[tuple[Symbol, SpectralSum], ...]
    value: Ratio
    solved_for: tuple[Expr | None, ...] = field(repr=False)
    declared: tuple[tuple[Symbol, frozenset[Symbol]], ...] = field(default=(), kw_only=True, repr=False)

    @cached_property
    def physical_value(self) -> Expr:
        """The value at field strength 1."""
        return self.physical(self.value)

    @cached_property
    def equations(self) -> tuple[Eq, ...]:
        """The relations at field strength 1, each solved for a parameter where it is linear in one."""
        found = []
        for relation, parameter in zip(self.relations, self.solved_for, strict=True):
            physical = relation.substitute({STRENGTH: self.ring.one})
            if parameter is None:
                found.append(Eq(self._named(physical), 0))
                continue
            found.append(Eq(parameter, self._named(root(physical, parameter))))
        return tuple(found)

    @property
    def spectral_sums(self) -> Mapping[Symbol, SpectralSum]:
        """What value and equations contain, by its symbol, which knows its derivatives."""
        occurring = set().union(*(one.free_symbols for one in (self.physical_value, *self.equations)))
        return {name: name.spectral_sum for name in self.named_sums.values() if name in occurring}

    @cached_property
    def named_sums(self) -> Mapping[Symbol, SpectralSymbol]:
        """The symbols of all sums as symbols that know what they stand for."""
        return {symbol: SpectralSymbol(str(symbol), one, self._declared(one)) for symbol, one in self.sums}

    def _declared(self, one: SpectralSum) -> frozenset[Symbol]:
        """The parameters of the spectra of the matrices in a sum."""
        return frozenset().union(*(own for symbol, own in self.declared if symbol in one.occurring))

    def _named(self, ratio: Ratio) -> Expr:
        """A formula whose spectral sums know what they stand for."""
        return ratio.to_sympy().xreplace(dict(self.named_sums))

    def factors(self) -> tuple[Factor, ...]:
        """Every denominator that occurs in a spectral sum."""
        return tuple(dict.fromkeys(f for _, one in self.sums for f, _ in one.factors))

    def physical(self, value: Ratio) -> Expr:
        """A function of the generators at field strength 1; its sums know what they stand for."""
        return self._named(value.substitute({STRENGTH: self.ring.one}))


@dataclass(frozen=True)
class ClosedForm(Form):
    """The form that a Schwinger-Dyson system was brought to, every field scaled by the field strength.

    At strength 1 this is the result; the strength connects it to the bare propagators, and so fixes the branch.

    Attributes
    ----------
    system
        The planar Schwinger-Dyson equations that it solves.
    loops
        Loops of the system that elimination needed, by unknowns and sums.
    """

    system: SchwingerDyson = field(repr=False)
    loops: tuple[tuple[Symbol, Ratio], ...] = field(repr=False)
