"""A value in parts: by powers of parameters, as bias and variance are parts of a loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Expr, Mul, Symbol

from planaria.algebra.errors import InputError
from planaria.algebra.polynomials import grouped
from planaria.algebra.rational import Ratio
from planaria.algebra.values import Portable
from planaria.derivations.elimination.closed_form import ClosedForm

__all__ = ["Part", "parts_by"]


@dataclass(frozen=True)
class Part(Portable):
    """What a power of some parameters multiplies.

    Attributes
    ----------
    factor
        The product of powers, 1 for what depends on none of them.
    value
        The part of the value, with the factor.
    """

    factor: Expr
    value: Expr

    def __str__(self) -> str:
        return f"{self.factor}: {self.value}"


def parts_by(closed: ClosedForm, parameters: Sequence[Symbol]) -> tuple[Part, ...]:
    """The value as a sum over products of powers of parameters, the highest powers first.

    >>> from planaria.derivations.resummation import derive
    >>> result = derive("random-features", "loss + noise_loss")
    >>> sigma_w, sigma_eps = (result.symbols[name] for name in ("sigma_w", "sigma_eps"))
    >>> [str(part.factor) for part in parts_by(result.closed_form, [sigma_w, sigma_eps])]
    ['sigma_w**2', 'sigma_eps**2']

    Raises InputError where the value is no sum of powers of a parameter, and for one that fixes the unknowns.
    """
    value = closed.value
    ring = value.ring
    for one in parameters:
        if any(one in relation.support() for relation in closed.relations):
            remedy = "split by parameters outside of inverses, such as the strength of labels or of noise"
            raise InputError("split", f"{_told(one)} is in the equations of the unknowns, too", remedy)
    bottom = ring.from_mpoly(value.denominator)
    powers = [_power(bottom, one) for one in parameters]
    groups = grouped(value.numerator, [ring.index[one] for one in parameters])
    found = []
    for exponents in sorted(groups, reverse=True):
        shifted = [e - p for e, p in zip(exponents, powers, strict=True)]
        factor = Mul(*(one**e for one, e in zip(parameters, shifted, strict=True)))
        rest = ring.polynomial(groups[exponents]) / bottom
        scale = ring.one
        for one, e in zip(parameters, exponents, strict=True):
            scale = scale * ring.generator(one) ** e
        found.append(Part(factor, closed.physical(rest * scale)))
    return tuple(found)


def _told(parameter: Symbol) -> str:
    return str(parameter.name).replace("strength of", "the field")


def _power(denominator: Ratio, parameter: Symbol) -> int:
    """With which power a parameter divides; InputError where it is in a denominator otherwise."""
    ring = denominator.ring
    index = ring.index[parameter]
    powers = {exponents[0] for exponents in grouped(denominator.numerator, [index])}
    if len(powers) != 1:
        problem = f"the value is no sum of powers of {_told(parameter)}: its denominator contains it"
        raise InputError("split", problem, "split by another parameter")
    return int(powers.pop())
