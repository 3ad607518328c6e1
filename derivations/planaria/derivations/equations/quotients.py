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
    """Poles in one eigenvalue in a row, and what stands besides them in the sums.

    Attributes
    ----------
    poles
        Each with the number of times that it occurs.
    spectators
        The exponents of the other eigenvalues; 0 at the place of its own.
    """

    space: Expr
    eigenvalues: tuple[Symbol, ...]
    place: int
    spectators: Exponents
    poles: tuple[tuple[Factor, int], ...]

    @property
    def is_mixed(self) -> bool:
        return len(self.poles) > 1

    def _sum(
        self, exponent: int, factors: Iterable[tuple[Factor, int]], scale: tuple[tuple[Expr, int], ...] = ()
    ) -> SpectralSum:
        exponents = tuple(exponent if n == self.place else e for n, e in enumerate(self.spectators))
        return SpectralSum(self.space, self.eigenvalues, exponents, tuple((f, p) for f, p in factors if p), scale)

    def spans(self, one: SpectralSum) -> bool:
        """Whether a sum is a combination of its own."""
        powers = dict(self.poles)
        exponents = one.exponents
        if (one.space, one.eigenvalues) != (self.space, self.eigenvalues) or not one.factors:
            return False
        if any(power > powers.get(factor, 0) for factor, power in one.factors):
            return False
        if any(
            e != spectator
            for n, (e, spectator) in enumerate(zip(exponents, self.spectators, strict=True))
            if n != self.place
        ):
            return False
        return exponents[self.place] <= sum(power for _, power in one.factors)

    def link(self, length: int) -> Summand:
        """The sum of the chain with so many denominators; None for the dimension."""
        if not length and not any(self.spectators):
            return None
        left, factors = length, []
        for factor, power in self.poles:
            taken = min(left, power)
            factors.append((factor, taken))
            left -= taken
        return self._sum(length, factors)

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
        >>> chain = Chain(M, (l,), 0, (0,), ((first, 1), (second, 1)))
        >>> for link, c in chain.expansion(SpectralSum(M, (l,), (1,), ((second, 1),)), Ring([M, D, E])).items():
        ...     print(c, link)
        D/E sum of l/(D + l), I = 1..M
        (-D + E)/E sum of l**2/((D + l)*(E + l)), I = 1..M
        """
        own = dict(one.factors)
        row = [ring(factor.coefficients[0][1]) for factor, power in self.poles for _ in range(power)]
        missing = [
            ring(factor.coefficients[0][1])
            for factor, power in self.poles
            for _ in range(power - own.get(factor, 0))
        ]
        scale = ring.one
        for coefficient, power in one.scale:
            scale = scale * ring(coefficient) ** power
        left = [ring.zero] * one.exponents[self.place] + [scale * c for c in _times_poles(ring, missing)]
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
    """The chains that sums over simple poles lie in: one for each eigenvalue and what stands besides it.

    Parameters
    ----------
    order
        The names of poles in the order in which they are put in a row; others come first.
    """
    groups: dict[tuple[Expr, tuple[Symbol, ...], int, Exponents], dict[Factor, int]] = {}
    for one in sums:
        if not one.factors or not all(factor.is_pole and factor.coefficients for factor, _ in one.factors):
            continue
        place = one.factors[0][0].leading.index(1)
        if any(factor.leading.index(1) != place for factor, _ in one.factors):
            continue
        degree = one.exponents[place] + sum(power for _, power in one.scale)
        if degree > sum(power for _, power in one.factors):
            continue
        spectators = tuple(0 if n == place else e for n, e in enumerate(one.exponents))
        poles = groups.setdefault((one.space, one.eigenvalues, place, spectators), {})
        for factor, power in one.factors:
            poles[factor] = max(poles.get(factor, 0), power)
    found = []
    for key, poles in groups.items():
        row = sorted(
            poles.items(),
            key=lambda pair: (order.index(c) if (c := pair[0].coefficients[0][1]) in order else -1, str(c)),
        )
        if sum(poles.values()) <= LONGEST:
            found.append(Chain(*key, tuple(row)))
    return found


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
