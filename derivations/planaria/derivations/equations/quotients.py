"""Sums of products of quotients lambda/(lambda + Delta) and Delta/(lambda + Delta), and how they are related.

Sums over powers of each pole alone span everything that is rational in an eigenvalue, but mixed ones only with
denominators Delta_1 - Delta_2, and small ones as differences of large ones. A *chain* spans the same without
denominators: with the poles in a row, each as often as it occurs, its sums are those of

    1, lambda/(lambda + D_1), lambda**2/((lambda + D_1) (lambda + D_2)), ...

as Newton's divided differences, which stay independent of one another where poles coincide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement, product

from sympy import Expr, Symbol

from planaria.algebra.rational import Ratio, Ring
from planaria.algebra.univariate import Polynomial
from planaria.algebra.values import Portable
from planaria.derivations.equations.spectral_sums import Exponents, Factor, SpectralSum, Summand, decompose

__all__ = ["Chain", "chains", "plain_expansion", "related"]

LONGEST = 6  # poles in a row, each as often as it occurs


@dataclass(frozen=True)
class Chain(Portable):
    """Poles in one monomial of the eigenvalues in a row, and what stands besides them in the sums.

    Attributes
    ----------
    leading
        The exponents of the monomial: the factors are it + Delta. lambda, as a rule.
    spectators
        The exponents of what stands besides its powers.
    poles
        Each with the number of times that it occurs.
    """

    space: Expr
    eigenvalues: tuple[Symbol, ...]
    leading: Exponents
    spectators: Exponents
    poles: tuple[tuple[Factor, int], ...]

    @property
    def is_mixed(self) -> bool:
        return len(self.poles) > 1

    @property
    def _row(self) -> list[Factor]:
        """The poles in their order: each once before one comes again, which gives the shorter forms."""
        rounds = range(max(power for _, power in self.poles))
        return [factor for n in rounds for factor, power in self.poles if power > n]

    def _sum(
        self, exponent: int, factors: Iterable[tuple[Factor, int]], scale: tuple[tuple[Expr, int], ...] = ()
    ) -> SpectralSum:
        exponents = tuple(e + exponent * m for e, m in zip(self.spectators, self.leading, strict=True))
        return SpectralSum(self.space, self.eigenvalues, exponents, tuple((f, p) for f, p in factors if p), scale)

    def spans(self, one: SpectralSum) -> bool:
        """Whether a sum is a combination of its own."""
        powers = dict(self.poles)
        if (one.space, one.eigenvalues) != (self.space, self.eigenvalues) or not one.factors:
            return False
        if any(power > powers.get(factor, 0) for factor, power in one.factors):
            return False
        power, spectators = _divided(one.exponents, self.leading)
        return spectators == self.spectators and power <= sum(power for _, power in one.factors)

    def link(self, length: int) -> Summand:
        """The sum of the chain with so many denominators; None for the dimension."""
        if not length and not any(self.spectators):
            return None
        row = self._row[:length]
        return self._sum(length, [(factor, row.count(factor)) for factor, _ in self.poles])

    def members(self) -> Iterator[SpectralSum]:
        """Every sum of products of quotients that the chain spans.

        Of those with the same denominators and the same power of the eigenvalue, which differ by a factor, the one
        with the last poles in the numerator.
        """
        for powers in product(*(range(power + 1) for _, power in self.poles)):
            total = sum(powers)
            for exponent in range(total + 1) if total else ():
                left, scale = total - exponent, []
                for (factor, _), power in reversed(list(zip(self.poles, powers, strict=True))):
                    taken = min(left, power)
                    if taken:
                        scale.append((factor.coefficients[0][1], taken))
                    left -= taken
                factors = ((factor, power) for (factor, _), power in zip(self.poles, powers, strict=True))
                yield self._sum(exponent, factors, tuple(reversed(scale)))

    def expansion(self, one: SpectralSum, ring: Ring) -> dict[Summand, Ratio]:
        """A sum that the chain spans as a combination of its sums, by their coefficients.

        >>> from sympy.abc import M, l, D, E
        >>> first, second = (Factor(M, (l,), (1,), (((0,), pole),)) for pole in (D, E))
        >>> chain = Chain(M, (l,), (1,), (0,), ((first, 1), (second, 1)))
        >>> for link, c in chain.expansion(SpectralSum(M, (l,), (1,), ((second, 1),)), Ring([M, D, E])).items():
        ...     print(c, link)
        D/E sum of l/(D + l), I = 1..M
        (-D + E)/E sum of l**2/((D + l)*(E + l)), I = 1..M
        """
        own = dict(one.factors)
        row = [ring(factor.coefficients[0][1]) for factor in self._row]
        missing = [
            ring(factor.coefficients[0][1])
            for factor, power in self.poles
            for _ in range(power - own.get(factor, 0))
        ]
        scale = ring.one
        for coefficient, power in one.scale:
            scale = scale * ring(coefficient) ** power
        power, _ = _divided(one.exponents, self.leading)
        left = [ring.zero] * power + [scale * c for c in _times_poles(ring, missing)]
        left += [ring.zero] * (len(row) + 1 - len(left))
        found: dict[Summand, Ratio] = {}
        for length in range(len(row) + 1):
            behind = _times_poles(ring, row[length:])
            c = left[0] / behind[0]
            if c:
                found[self.link(length)] = c
            left = [x - c * y for x, y in zip(left, (*behind, *[ring.zero] * len(left)), strict=False)][1:]
        return found


def _times_poles(ring: Ring, poles: Sequence[Ratio]) -> Polynomial:
    """The product of lambda + Delta over poles, by powers of lambda."""
    found = [ring.one]
    for pole in poles:
        found = [pole * low + high for low, high in zip([*found, ring.zero], [ring.zero, *found], strict=True)]
    return tuple(found)


def chains(sums: Iterable[SpectralSum], order: Sequence[Expr]) -> list[Chain]:
    """The chains that sums over poles lie in: one for each monomial of eigenvalues and what stands besides it.

    Parameters
    ----------
    order
        The names of poles in the order in which they are put in a row; others come first.
    """
    groups: dict[tuple[Expr, tuple[Symbol, ...], Exponents, Exponents], dict[Factor, int]] = {}
    for one in sums:
        kinds = {factor.leading for factor, _ in one.factors}
        if len(kinds) != 1 or not all(factor.is_shift for factor, _ in one.factors):
            continue
        (leading,) = kinds
        power, spectators = _divided(one.exponents, leading)
        if power + sum(power for _, power in one.scale) > sum(power for _, power in one.factors):
            continue
        poles = groups.setdefault((one.space, one.eigenvalues, leading, spectators), {})
        for factor, power in one.factors:
            poles[factor] = max(poles.get(factor, 0), power)
    found = []
    for key, poles in groups.items():
        row = sorted(
            poles.items(),
            key=lambda pair: (order.index(c) if (c := pair[0].coefficients[0][1]) in order else -1, str(c)),
        )
        simple = all(factor.is_pole for factor in poles)  # else decompositions have other sums
        if sum(poles.values()) <= LONGEST and (simple or len(row) > 1):
            found.append(Chain(*key, tuple(row)))
    return found


def _divided(exponents: Exponents, leading: Exponents) -> tuple[int, Exponents]:
    """The power of a monomial in another one, and what is left."""
    power = min(e // m for e, m in zip(exponents, leading, strict=True) if m)
    return power, tuple(e - power * m for e, m in zip(exponents, leading, strict=True))


def plain_expansion(one: SpectralSum, ring: Ring) -> dict[Summand, Ratio]:
    """A sum as a combination of sums without scale over powers of one factor each; eigenvalues are in the ring."""
    value = ring.one
    for coefficient, power in one.scale:
        value = value * ring(coefficient) ** power
    for symbol, exponent in zip(one.eigenvalues, one.exponents, strict=True):
        value = value * ring.generator(symbol) ** exponent
    return decompose(value, one.space, one.eigenvalues, list(one.factors))


def related(sums: Iterable[SpectralSum]) -> Iterator[SpectralSum]:
    """For sums over a factor that is no simple pole: with more quotients of parts of it by the whole.

    >>> from sympy.abc import M, a, b, k
    >>> factor = Factor(M, (a, b), (1, 1), (((0, 0), k),))
    >>> for one in related([SpectralSum(M, (a, b), (0, 1), ((factor, 1),))]):
    ...     print(one)
    sum of a*b/(a*b + k), I = 1..M
    sum of k/(a*b + k), I = 1..M
    """
    highest: dict[Factor, int] = {}
    for one in (present := list(sums)):
        if len(one.factors) == 1 and not one.factors[0][0].is_pole:
            factor, power = one.factors[0]
            highest[factor] = max(highest.get(factor, 0), power)
    for factor, most in highest.items():
        parts: list[tuple[Exponents, Expr | None]] = [(factor.leading, None), *factor.coefficients]
        whole = SpectralSum(factor.space, factor.eigenvalues, (0,) * len(factor.eigenvalues), ())
        for one in (whole, *(s for s in present if s.factors and s.factors[0][0] == factor)):
            power = one.factors[0][1] if one.factors else 0
            for count in range(1, most - power + 1):
                for chosen in combinations_with_replacement(parts, count):
                    exponents = one.exponents
                    scale: dict[Expr, int] = {}
                    for monomial, coefficient in chosen:
                        exponents = tuple(a + b for a, b in zip(exponents, monomial, strict=True))
                        if coefficient is not None:
                            scale[coefficient] = scale.get(coefficient, 0) + 1
                    yield replace(
                        one, exponents=exponents, factors=((factor, power + count),), scale=tuple(scale.items())
                    )
