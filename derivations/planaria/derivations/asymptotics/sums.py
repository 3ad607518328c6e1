"""Spectral sums of a law at small poles: Beta functions, zeta constants, logarithms, and the tail.

The Mellin transform of a summand h(lambda/Delta) has poles whose residues are, for lambda_I = lambda_plus I^-s
and d = Delta/lambda_plus: the *bulk* d^(-1/s) (1/s) B(a - 1/s, b - a + 1/s) Delta^(a-b), the integral over I;
and the *constants* binom(-b, k) zeta(s (a - b - k)) Delta^k, Euler-Maclaurin's correction of the integral.
Eigenvalues I > M, which a finite spectrum lacks, are taken off as zeta(s (a + k), M + 1). For lambda_I =
lambda_plus exp(-I/xi) two poles meet, and the bulk is a logarithm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import comb
from typing import Any

from mpmath import mp
from sympy import (
    Add,
    Expr,
    Mul,
    Rational,
    S,
    Symbol,
    apart,
    binomial,
    exp,
    factorial,
    harmonic,
    lambdify,
    log,
    oo,
    pi,
    sin,
    zeta,
)

from planaria.algebra.errors import InputError
from planaria.algebra.values import Portable
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.ensembles.spectra import Exponential, PowerLaw, Spectrum

__all__ = ["SumExpansion", "bulk_constant", "bulk_factor", "expand_sum"]


@dataclass(frozen=True)
class SumExpansion(Portable):
    """A spectral sum for poles far below the largest eigenvalue and far above the smallest.

    Attributes
    ----------
    sum
        What is expanded.
    bulk
        The integral over positions.
    constants
        The terms that the sum has beyond the integral, by rising powers of the poles.
    tail
        What a spectrum of finite size lacks, by falling powers of the poles; empty for infinitely many
        eigenvalues.
    error
        What the series misses however many terms are taken: exponentially small, or periodic in log Delta.
    """

    sum: SpectralSum
    bulk: Expr
    constants: tuple[Expr, ...]
    tail: tuple[Expr, ...]
    error: Expr

    @property
    def expression(self) -> Expr:
        """Everything but the error."""
        return Add(self.bulk, *self.constants, *self.tail)

    def evaluate(self, values: Mapping[Symbol, Any], digits: int = 15) -> Any:
        """The number at given parameters, an mpf."""
        with mp.workdps(digits + 10):
            symbols = tuple(self.expression.free_symbols | self.error.free_symbols)
            function = lambdify(symbols, self.expression, "mpmath")
            return function(*(mp.mpf(str(values[one])) for one in symbols))


def bulk_factor(a: int, b: int, x: Any) -> Any:
    """B(a - x, b - a + x) over B(1 - x, x), a polynomial in x: with x = 1/s any exact number.

    >>> from sympy.abc import x
    >>> bulk_factor(1, 1, x), bulk_factor(2, 2, x)
    (1, 1 - x)
    """
    product: Any = x**0
    for j in range(1, a):
        product = product * (j - x)
    if a == 0:
        product = product / (-x)
    for j in range(b - a):
        product = product * (j + x)
    for j in range(1, a - b + 1):
        product = product / (x - j)
    return product / int(factorial(b - 1))


def bulk_constant(s: Expr) -> Expr:
    """rho = (pi/s)/sin(pi/s), the bulk of the sum of lambda/(lambda + Delta) at Delta = lambda_plus."""
    return pi / s / sin(pi / s)


def expand_sum(one: SpectralSum, spectrum: Spectrum, *, size: Expr = oo, order: int = 3) -> SumExpansion:
    """The expansion of a sum over the eigenvalues of one matrix, which follow a law.

    Parameters
    ----------
    size
        The number of eigenvalues; ``oo`` for a law that runs on.
    order
        How many constants and how many terms of the tail there are for each pole.

    >>> from sympy import symbols
    >>> from planaria.derivations.equations.spectral_sums import Factor
    >>> M, I, Delta = symbols("M lambda_I Delta", positive=True)
    >>> pole = Factor(M, (I,), (1,), (((0,), Delta),))
    >>> law = PowerLaw(alpha=1)
    >>> expand_sum(SpectralSum(M, (I,), (1,), ((pole, 1),)), law, order=1).expression
    -1/2 + pi*sqrt(lambda_plus)/(2*sqrt(Delta))

    Poles that differ are taken apart by partial fractions; the law must not be another than these two:

    >>> from planaria.ensembles.spectra import TwoLevel
    >>> expand_sum(SpectralSum(M, (I,), (1,), ((pole, 1),)), TwoLevel())
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: spectrum: the eigenvalues follow no law of decay (two-level spectrum); \
declare a power-law or an exponential spectrum

    Source: A. Maloney, D. Roberts, J. Sully, arXiv:2210.16859, for the bulk of z; Mellin's inversion for the rest.
    """
    if not isinstance(spectrum, (PowerLaw, Exponential)):
        raise InputError(
            "spectrum",
            f"the eigenvalues follow no law of decay ({spectrum.title})",
            "declare a power-law or an exponential spectrum",
        )
    if len(one.occurring) > 1 or not all(factor.is_pole for factor, _ in one.factors) or not one.factors:
        raise InputError(
            f"sum of {one.summand}",
            "it is no sum over simple poles in one eigenvalue",
            "ask for a sum over lambda_I/(lambda_I + Delta)",
        )
    (eigenvalue,) = one.occurring
    place = one.eigenvalues.index(eigenvalue)
    a = one.exponents[place]
    if a < 1 and size == oo:
        raise InputError(
            f"sum of {one.summand}", "over infinitely many eigenvalues it diverges", "give a finite size"
        )
    scale = Mul(*(coefficient**power for coefficient, power in one.scale))
    parts = _poles(a, [(factor.coefficients[0][1], power) for factor, power in one.factors], eigenvalue)
    bulks, constants, tails = [], [], []
    for coefficient, (pole, top, power) in parts:
        bulk, own, tail = _single(spectrum, pole, top, power, size, order)
        bulks.append(scale * coefficient * bulk)
        constants += [scale * coefficient * term for term in own]
        tails += [scale * coefficient * term for term in tail]
    poles = [pole for _, (pole, _, _) in parts]
    return SumExpansion(one, Add(*bulks), tuple(constants), tuple(tails), _error(spectrum, poles))


def _poles(
    a: int, factors: list[tuple[Expr, int]], eigenvalue: Symbol
) -> list[tuple[Expr, tuple[Expr, int, int]]]:
    """Coefficients and (pole, power of the eigenvalue, power of the pole) of partial fractions."""
    if len(factors) == 1:
        ((pole, power),) = factors
        return [(S.One, (pole, a, power))]
    summand = eigenvalue**a * Mul(*((eigenvalue + pole) ** -power for pole, power in factors))
    found = []
    for term in Add.make_args(apart(summand, eigenvalue)):
        for pole, most in factors:
            for power in range(1, most + 1):
                rest = (term * (eigenvalue + pole) ** power).simplify()
                if not rest.has(eigenvalue):
                    found.append((rest, (pole, 0, power)))
    return found


def _single(
    spectrum: PowerLaw | Exponential, pole: Expr, a: int, b: int, size: Expr, order: int
) -> tuple[Expr, list[Expr], list[Expr]]:
    """Bulk, constants and tail of the sum of lambda**a/(lambda + pole)**b, continued where it diverges."""
    scale, ratio = spectrum.scale, spectrum.scale / pole
    signs = [(-1) ** k * comb(b + k - 1, k) for k in range(max(order, a - b + 1))]
    if isinstance(spectrum, PowerLaw):
        s = 1 + spectrum.alpha
        bulk = pole ** (a - b) * ratio ** (1 / s) * bulk_constant(s) * bulk_factor(a, b, 1 / s)
        constants = [
            c * pole**k * scale ** (a - b - k) * (zeta(s * (a - b - k)) if a - b - k else -Rational(1, 2))
            for k, c in enumerate(signs[:order])
        ]
        tail = [
            -c * scale ** (a + k) * pole ** (-b - k) * zeta(s * (a + k), size + 1)
            for k, c in enumerate(signs[:order])
            if size != oo
        ]
        return bulk, constants, tail
    xi = spectrum.xi
    if a == 0:
        raise InputError("spectrum", "poles that differ need a power law", "take sums over one pole each")
    if a < b:
        bulk = pole ** (a - b) * xi * factorial(a - 1) * factorial(b - a - 1) / factorial(b - 1)
    else:
        level = log(ratio) + harmonic(a - b) - harmonic(a - 1)
        bulk = pole ** (a - b) * binomial(-b, a - b) * xi * level
    constants = [
        c * pole**k * scale ** (a - b - k) * (1 / (exp((a - b - k) / xi) - 1) if a - b - k else -Rational(1, 2))
        for k, c in enumerate(signs[:order])
    ]
    tail = [
        -c * scale ** (a + k) * pole ** (-b - k) * exp(-(a + k) * size / xi) / (exp((a + k) / xi) - 1)
        for k, c in enumerate(signs[:order])
        if size != oo
    ]
    return bulk, constants, tail


def _error(spectrum: PowerLaw | Exponential, poles: list[Expr]) -> Expr:
    """The first harmonic of Poisson's sum, of which no power of a pole knows."""
    if isinstance(spectrum, Exponential):
        return exp(-2 * pi**2 * spectrum.xi)
    s = 1 + spectrum.alpha
    rates = [2 * pi * sin(pi / s) * (spectrum.scale / pole) ** (1 / s) for pole in poles]
    return Add(*(exp(-rate) for rate in dict.fromkeys(rates)))
