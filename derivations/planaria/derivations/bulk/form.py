"""A closed form in z alone: where the pole is among the eigenvalues of a power law, every sum is known by z.

With d = Delta/lambda_plus and s = 1 + alpha the sums of lambda**a/(lambda + Delta)**b are Delta**(a-b) times a
rational number in s times rho d**(-1/s), and constants. For a = b = 1 that is z = rho d**(-1/s) - 1/2: so Delta
and all other sums are functions of z, up to relative errors of d. Without the constants, -1/2 and others, errors
are of the order of 1/z.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import comb

from sympy import Eq, Expr, Rational, Symbol, zeta

from planaria.algebra.errors import InputError
from planaria.algebra.linear import degree_in, root
from planaria.algebra.rational import Ratio, Ring
from planaria.algebra.values import Portable
from planaria.derivations.asymptotics.polygon import regular_roots
from planaria.derivations.asymptotics.result import readable
from planaria.derivations.asymptotics.sums import bulk_constant, bulk_factor
from planaria.derivations.asymptotics.system import law_of
from planaria.derivations.derivation import Derivation
from planaria.derivations.elimination.plain import plain_form
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.ensembles.extensions import VIEWS, extension
from planaria.ensembles.shown import Visible
from planaria.ensembles.spectra import PowerLaw

__all__ = ["BulkForm", "BulkOptimum", "bulk_form"]

RHO = Symbol("rho#", positive=True)
Z = Symbol("z#", positive=True)


@dataclass(frozen=True)
class BulkOptimum(Portable):
    """Where a value in z is stationary.

    Attributes
    ----------
    condition
        A polynomial in z and the parameters that vanishes there.
    roots
        z there, where the condition is of the second degree at most: written so that each stays finite where the
        condition becomes linear, if it does.
    """

    parameter: Symbol
    condition: Expr
    roots: tuple[Expr, ...]

    @property
    def stationarity(self) -> Eq:
        """The condition as an equation."""
        return Eq(self.condition, 0, evaluate=False)

    def __str__(self) -> str:
        return f"{self.condition} = 0"


@dataclass(frozen=True)
class BulkForm(Visible, Portable):
    """The value and the equation of the unknown as functions of z and of the pole, which z gives.

    Attributes
    ----------
    source
        The derivation.
    order
        0 for integrals alone, 1 with the constants.
    ring
        Parameters, pole, z, alpha, and the values of zeta that occur.
    relation, ratio
        What vanishes, and the value.
    """

    source: Derivation
    order: int
    pole: Symbol
    law: PowerLaw
    ring: Ring = field(repr=False)
    relation: Ratio = field(repr=False)
    ratio: Ratio = field(repr=False)
    zetas: Mapping[Symbol, Expr] = field(repr=False, hash=False)

    @property
    def names(self) -> Mapping[Symbol, Symbol]:
        """How z, rho and values of zeta are written."""
        taken = {str(g) for g in self.ring.generators if "#" not in str(g)}
        return readable([Z + RHO, *self.zetas], taken)

    @property
    def z(self) -> Symbol:
        """The sum of lambda/(lambda + Delta)."""
        return self.names[Z]

    @property
    def value(self) -> Expr:
        """The value in z, the pole and parameters."""
        return self.ratio.to_sympy().xreplace(self.names)

    @property
    def equation(self) -> Eq:
        """What fixes z: a parameter by it, where the relation is linear in one."""
        parameter = self._parameter()
        if parameter is None:
            return Eq(self.relation.to_sympy().xreplace(self.names), 0, evaluate=False)
        return Eq(parameter, root(self.relation, parameter).to_sympy().xreplace(self.names), evaluate=False)

    @property
    def pole_of_z(self) -> Expr:
        """The pole as a function of z."""
        return self.law.scale * (self.names[RHO] / (self.z + _half(self.order))) ** (1 + self.law.alpha)

    @property
    def constants(self) -> Mapping[Symbol, Expr]:
        """What rho and the values of zeta are."""
        found = {RHO: bulk_constant(1 + self.law.alpha), **self.zetas}
        return {self.names[symbol]: value for symbol, value in found.items()}

    @property
    def error(self) -> str:
        """What relative errors are of the order of."""
        return f"{self.pole}/({self.law.scale})" if self.order else f"1/{self.z}"

    @property
    def written_out(self) -> Expr:
        """The value as a function of z and parameters alone."""
        return self.value.subs(self.pole, self.pole_of_z).subs(dict(self.constants))

    def optimum(self, parameter: str) -> BulkOptimum:
        """Where the value is stationary in a parameter that the equation gives by z.

        Raises InputError for a parameter in which the equation is not linear, and where nothing is stationary.
        """
        own = {Z, self.pole, *self.zetas}
        known = {str(s): s for s in self.relation.support() if s not in own}
        symbol = known.get(parameter)
        if symbol is None or degree_in(self.relation, symbol) != 1:
            raise InputError(
                "optimum", f"the equation of z is not linear in '{parameter}'", "name a parameter that it gives"
            )
        value = self.ratio.substitute({symbol: root(self.relation, symbol)})
        half = self.ring.constant(Fraction(self.order, 2))
        z, pole = self.ring.generator(Z), self.ring.generator(self.pole)
        slope = value.derivative(Z) - value.derivative(self.pole) * self._s() * pole / (z + half)
        factors = [
            self.ring.from_mpoly(one)
            for one, _ in slope.numerator.factor()[1]
            if len(one) > 1 and Z in self.ring.from_mpoly(one).support()
        ]
        if half:  # the pole is finite there: that factor does not vanish
            factors = [one for one in factors if one != self.ring(2 * Z + 1)]
        if not factors:
            raise InputError("optimum", f"the value is monotonic in {parameter}", "there is none inside")
        condition = self.ring.one
        for one in factors:
            condition = condition * one
        # the pole is a function of z: with it in the condition there is no root to be written
        roots = () if self.pole in condition.support() else regular_roots(condition.to_sympy(), Z)
        return BulkOptimum(
            symbol, condition.to_sympy().xreplace(self.names), tuple(one.xreplace(self.names) for one in roots)
        )

    def _s(self) -> Ratio:
        return self.ring(1 + self.law.alpha)

    def _parameter(self) -> Symbol | None:
        chosen = [p for p in self.source.closed_form.solved_for if p is not None]
        own = {Z, self.pole, *self.zetas}
        others = sorted((s for s in self.relation.support() if s not in own), key=str)
        return next((s for s in (*chosen, *others) if degree_in(self.relation, s) == 1), None)

    def __str__(self) -> str:
        return str(extension(VIEWS, "text")(self))


def _half(order: int) -> Expr:
    return Rational(order, 2)


def bulk_form(derivation: Derivation, order: int = 1) -> BulkForm:
    """The closed form where the pole is among infinitely many eigenvalues of a power law.

    Parameters
    ----------
    order
        0: every sum is its integral over positions, with relative errors 1/z. 1: with Euler-Maclaurin's
        constants, with relative errors Delta/lambda_plus, that is z**-s.

    Raises InputError for spectra that are no power law, and for several unknowns or poles.

    >>> from planaria.derivations import derive
    >>> found = bulk_form(derive("random-features", "loss"), 0)
    >>> found.equation, found.pole_of_z
    (Eq(gamma, Delta*sigma_u**2*(N - z)*(P - z)/M), lambda_plus*(rho/z)**(alpha + 1))
    >>> found.optimum("gamma").condition.coeff(found.z, 2).factor()
    (alpha - 1)*(alpha + 2)
    """
    if order not in (0, 1):
        raise InputError("order", f"{order} is none", "give 0 for integrals alone, or 1 for constants, too")
    _, spectrum = law_of(derivation)
    form = plain_form(derivation.closed_form)
    if not isinstance(spectrum, PowerLaw):
        raise InputError(
            "spectrum",
            "infinitely many eigenvalues have a closed form in z for a power law",
            "declare one: --spectrum Lambda=power-law",
        )
    if spectrum.alpha.is_number and not spectrum.alpha.is_positive:
        raise InputError("alpha", f"{spectrum.alpha} is not positive", "a power law needs alpha > 0")
    if len(form.unknowns) != 1 or len(form.relations) != 1:
        raise InputError(
            "quantity", f"its closed form has {len(form.unknowns)} unknowns", "ask for a quantity of one unknown"
        )
    (unknown,) = form.unknowns
    poles = {c for f in form.factors() for _, c in f.coefficients}
    if poles != {unknown.symbol} or not all(f.is_pole for f in form.factors()):
        raise InputError(
            "quantity", "its sums have other poles than its unknown", "ask for a quantity of one pole"
        )
    reading = _Reading(unknown.symbol, spectrum, order)
    known = {symbol: reading.sum(one) for symbol, one in form.sums}
    free = {s for one in known.values() for s in one.free_symbols}
    of_law = spectrum.alpha.free_symbols | spectrum.scale.free_symbols
    ring = form.ring.extend([unknown.symbol, *sorted(free, key=str), Z, *sorted(of_law, key=str)])
    replacements = {symbol: ring(one) for symbol, one in known.items()} | {STRENGTH: ring.one}
    (relation,) = (one.to(ring).substitute(replacements) for one in form.relations)
    value = form.value.to(ring).substitute(replacements)
    used = {s for one in (relation, value) for s in one.support()}
    zetas = {symbol: one for symbol, one in reading.zetas.items() if symbol in used}
    return BulkForm(derivation, order, unknown.symbol, spectrum, ring, relation, value, zetas)


class _Reading:
    """Sums as functions of z and the pole."""

    def __init__(self, pole: Symbol, law: PowerLaw, order: int) -> None:
        self.pole, self.law, self.order = pole, law, order
        self.zetas: dict[Symbol, Expr] = {}

    def sum(self, one: SpectralSum) -> Expr:
        a, b = sum(one.exponents), sum(power for _, power in one.factors)
        if (a, b) == (1, 1):
            return Z
        s = 1 + self.law.alpha
        total: Expr = _half(0)
        if b:
            total = self.pole ** (a - b) * bulk_factor(a, b, 1 / s) * (Z + _half(self.order))
        # below the power a - b of the pole constants are larger than the integral; there it is their end
        for k in range(a - b + 1):
            power = a - b - k
            sign = (-1) ** k * (comb(b + k - 1, k) if b else int(k == 0))
            if not power:
                total -= sign * _half(self.order) * self.pole**k
            elif sign:
                total += sign * self.pole**k * self.law.scale**power * self._zeta(power)
        return total

    def _zeta(self, power: int) -> Symbol:
        symbol = Symbol(f"zeta_#{power}", positive=True)
        self.zetas[symbol] = zeta((1 + self.law.alpha) * power)
        return symbol
