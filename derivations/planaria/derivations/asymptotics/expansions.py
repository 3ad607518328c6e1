"""How spectral sums and poles scale, in three *states* of a pole: in the bulk of a law, below, and above it.

In each state one variable tells everything. In the bulk it is z, the sum of lambda/(lambda + Delta): how many
eigenvalues are above Delta. There Delta is lambda_plus (rho/(z + 1/2))^s up to relative errors z^(-1-s), and
every sum follows. Below all eigenvalues of a finite spectrum, and above the largest, it is Delta itself, and
sums are its power series.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import comb

from sympy import Expr, Symbol, zeta

from planaria.algebra.rational import Ratio
from planaria.algebra.values import Portable
from planaria.derivations.asymptotics.generalised import Field, GeneralisedPolynomial, monomial, remainder
from planaria.derivations.asymptotics.sums import bulk_constant, bulk_factor
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.ensembles.spectra import PowerLaw, Spectrum

__all__ = ["Expansions", "State"]

SCALE = Symbol("lambda_#", positive=True)  # of the law
SERIES = 3  # terms of a power series in Delta


class State(StrEnum):
    """Where the pole is, seen from the spectrum; plain, where an unknown is no pole of any sum."""

    BULK = "among the eigenvalues"
    BELOW = "below all eigenvalues"
    ABOVE = "above all eigenvalues"
    PLAIN = "of no sum"


@dataclass(frozen=True)
class Expansions(Portable):
    """The expansions of one pole in one state.

    Attributes
    ----------
    variable
        What the expansions are in.
    size
        The number of eigenvalues, a symbol; None if the law runs on for ever.
    grows
        Whether the size goes to infinity along the path, so that moments are series in it.
    """

    field: Field
    state: State
    pole: Symbol
    variable: Symbol
    spectrum: Spectrum | None
    size: Symbol | None
    grows: bool = False
    scale: Symbol = SCALE

    @property
    def constants(self) -> Mapping[Symbol, Expr]:
        """The numbers that occur as variables."""
        if not isinstance(self.spectrum, PowerLaw):
            return {}
        s = 1 + self.field.alpha
        found: dict[Symbol, Expr] = {RHO: bulk_constant(s)}
        found |= {_zeta(k): zeta(s * k) for k in range(-4, 9) if k}
        return found

    @property
    def moments(self) -> Mapping[Symbol, Expr]:
        """The traces of powers of the matrix that occur as variables, at a fixed number of eigenvalues."""
        if self.spectrum is None or self.size is None or self.grows:
            return {}
        return {_moment(k): self.spectrum.moment(k, self.size) for k in range(-8, 9) if k}

    def pole_power(self, exponent: Ratio) -> GeneralisedPolynomial:
        """A power of the pole."""
        if self.state is not State.BULK:
            return GeneralisedPolynomial.power(self.field, self.variable, exponent)
        scale = GeneralisedPolynomial.power(self.field, self.scale, exponent)
        return scale * self._root_power(exponent * self.field.s)

    def sum(self, one: SpectralSum) -> GeneralisedPolynomial:
        """A sum of lambda**a/(lambda + pole)**b, or a moment."""
        a = sum(one.exponents)
        b = sum(power for _, power in one.factors)
        if not b:
            return self.moment(a)
        if self.state is State.BULK:
            return self._bulk(a, b)
        parts = []
        for k in range(SERIES + 1):
            coefficient = self.field((-1) ** k * comb(b + k - 1, k))
            power, order = (k, a - b - k) if self.state is State.BELOW else (-b - k, a + k)
            term = GeneralisedPolynomial.power(self.field, self.variable, self.field(power)) * self.moment(order)
            if k == SERIES:
                term = term * self._rest(f"{a}_{b}")
            parts.append(term.scaled(coefficient))
        return GeneralisedPolynomial.total(self.field, parts)

    def moment(self, order: int) -> GeneralisedPolynomial:
        """The trace of a power of the matrix."""
        f = self.field
        power = GeneralisedPolynomial.power
        if order == 0:
            assert self.size is not None
            return power(f, self.size, f.one)
        if self.size is not None and not self.grows:
            return power(f, _moment(order), f.one)
        scale = power(f, self.scale, f(order))
        known = power(f, _zeta(order), f.one) if order > 0 else power(f, RHO, f.zero).scaled(f.zero)
        if self.size is None:
            return scale * known
        # Euler-Maclaurin: the integral to M and half of the last term, then zeta and M^(-s order - 1)
        exponent = -f.s * f(order)
        bulk = power(f, self.size, exponent + f.one).scaled(f.one / (exponent + f.one))
        half = power(f, self.size, exponent).scaled(f(Fraction(1, 2)))
        rest = power(f, self.size, exponent - f.one) * self._rest(f"t{order}")
        if order < 0:
            rest = rest + self._rest(f"zeta{order}")
        return scale * GeneralisedPolynomial.total(f, (bulk, half, rest, known))

    def _bulk(self, a: int, b: int) -> GeneralisedPolynomial:
        f = self.field
        if a == b == 1:
            return GeneralisedPolynomial.power(f, self.variable, f.one)
        factor = f(bulk_factor(a, b, 1 / (1 + f.alpha)))
        power = f.s * f(a - b) - f.one
        parts = [(GeneralisedPolynomial.power(f, RHO, f.one) * self._root_power(power)).scaled(factor)]
        most = max(1, a - b + 1)
        for k in range(most):
            order, coefficient = a - b - k, f((-1) ** k * comb(b + k - 1, k))
            constant = (
                GeneralisedPolynomial.power(f, _zeta(order), f.one)
                if order
                else GeneralisedPolynomial.constant(f, f(Fraction(-1, 2)))
            )
            parts.append((constant * self._root_power(f.s * f(k))).scaled(coefficient))
        if a == 1 and self.size is not None:  # those of more numerators are beyond what is left out
            parts.append((self._missing() * self._root_power(-f.s * f(b))).scaled(-f.one))
        parts.append(self._rest(f"{a}_{b}") * GeneralisedPolynomial.power(f, self.variable, -f.s * f(most)))
        scale = GeneralisedPolynomial.power(f, self.scale, f(a - b))
        return scale * GeneralisedPolynomial.total(f, parts)

    def _root_power(self, exponent: Ratio) -> GeneralisedPolynomial:
        """A power of (Delta/lambda_plus)**(1/s) by z: (rho/(z + 1/2))**exponent up to relative errors z**-2.

        At a finite size it is rho/(z + 1/2 + tail), where the tail is what eigenvalues beyond the last would add.
        """
        f = self.field
        if not exponent:
            return GeneralisedPolynomial.constant(f, f.one)
        z = self.variable
        lead = GeneralisedPolynomial(f, {monomial({RHO: exponent, z: -exponent}): f.one})
        half = GeneralisedPolynomial(f, {monomial({RHO: exponent, z: -exponent - f.one}): -exponent})
        # rho/t = z + 1/2 up to z**-s, which is less than the error of the binomial series
        order = f.s + f.one if exponent == -f.one else f(2)
        name = "z" + "".join(str(exponent.to_sympy()).split())
        rest = GeneralisedPolynomial(f, {monomial({RHO: exponent, z: -exponent - order}): f.one})
        parts = [lead, half.scaled(f(Fraction(1, 2))), rest * self._rest(name)]
        if self.size is not None:
            over = GeneralisedPolynomial(f, {monomial({RHO: -f.s, z: f.s - f.one}): -exponent})
            share = self._missing() * over
            tiny = GeneralisedPolynomial(
                f, {monomial({z: f(2) * (f.s - f.one), self.size: f(2) * (f.one - f.s)}): f.one}
            )
            each = GeneralisedPolynomial(f, {monomial({z: f.s - f(2), self.size: f.one - f.s}): f.one})
            parts += [
                lead * share,
                lead * tiny * self._rest(name + "tail"),
                lead * each * self._rest(name + "both"),
            ]
        return GeneralisedPolynomial.total(f, parts)

    def _missing(self) -> GeneralisedPolynomial:
        """zeta(s, M + 1), the sum of I**-s beyond the last eigenvalue, up to relative errors 1/M."""
        assert self.size is not None
        alpha = self.field.s - self.field.one
        return GeneralisedPolynomial.power(self.field, self.size, -alpha).scaled(self.field.one / alpha)

    def _rest(self, name: str) -> GeneralisedPolynomial:
        return GeneralisedPolynomial.power(self.field, remainder(name), self.field.one)


RHO = Symbol("rho#", positive=True)


def _zeta(order: int) -> Symbol:
    """zeta(s order)."""
    return Symbol(f"zeta_#{order}", real=True)


def _moment(order: int) -> Symbol:
    return Symbol(f"t_#{order}", positive=True)
