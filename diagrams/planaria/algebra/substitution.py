"""Rational functions inserted into polynomials of python-flint, and what that will cost.

Polynomials are ``Any`` here: python-flint has no type information. Rings are in `planaria.algebra.rational`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from math import exp, lgamma, prod
from typing import Any

from planaria.algebra.polynomials import grouped
from planaria.algebra.work import charge

__all__ = ["clusters", "power_terms", "substituted"]

Quotient = tuple[Any, Any]  # numerator and denominator
Groups = Mapping[tuple[int, ...], Mapping[tuple[int, ...], Any]]


def substituted(polynomial: Any, replacements: Mapping[int, Quotient]) -> Quotient:
    """A polynomial with quotients in place of variables, as a quotient that is not reduced.

    The denominators are kept apart until the end, so that one gcd suffices.

    >>> from flint import Ordering, fmpq_mpoly_ctx
    >>> context = fmpq_mpoly_ctx.get(("x", "a"), Ordering.degrevlex)
    >>> x, a = context.gens()
    >>> substituted(x**2 + a, {0: (a, a + 1)})
    (a^3 + 3*a^2 + a, a^2 + 2*a + 1)
    """
    context = polynomial.context()
    one = context.constant(1)
    degrees = polynomial.degrees()
    active = {i: r for i, r in replacements.items() if degrees[i] > 0}  # the zero polynomial has degree -1
    if not active:
        return polynomial, one
    groups = grouped(polynomial, list(active))
    if all(bottom.is_constant() for _, bottom in active.values()):
        return _inserted(
            context, groups, [top * (1 / bottom.leading_coefficient()) for top, bottom in active.values()]
        ), one
    shared = clusters({i: bottom for i, (_, bottom) in active.items()})
    place = {i: n for n, i in enumerate(active)}
    # The total degree of the polynomial in the variables of each cluster: the power of its denominator.
    degree = [max(sum(key[place[i]] for i in members) for key in groups) for members, _ in shared]
    charge(_composed_terms(groups, {i: top for i, (top, _) in active.items()}, shared, degree, place))
    tops = {i: active[i][0] * (common / active[i][1]) for members, common in shared for i in members}
    numerator_power = cache(lambda i, exponent: tops[i] ** exponent)
    common_power = cache(lambda n, exponent: shared[n][1] ** exponent)
    total = context.constant(0)
    for key, terms in groups.items():
        part = context.from_dict(dict(terms))
        for n, (members, _) in enumerate(shared):
            missing = degree[n]
            for i in members:
                exponent = key[place[i]]
                missing -= exponent
                if exponent:
                    part = part * numerator_power(i, exponent)
            if missing:
                part = part * common_power(n, missing)
        total = total + part
    return total, prod((common_power(n, exponent) for n, exponent in enumerate(degree)), start=one)


def _inserted(context: Any, groups: Groups, polynomials: Sequence[Any]) -> Any:
    """Polynomials in place of variables, by whose exponents terms are grouped.

    flint's own composition visits every variable of the ring, of which there may be hundreds.
    """
    charge(
        sum(
            len(terms) * prod(power_terms(p, e) for p, e in zip(polynomials, key, strict=True) if e)
            for key, terms in groups.items()
        )
    )
    power = cache(lambda n, exponent: polynomials[n] ** exponent)
    total = context.constant(0)
    for key, terms in groups.items():
        part = context.from_dict(dict(terms))
        for n, exponent in enumerate(key):
            if exponent:
                part = part * power(n, exponent)
        total = total + part
    return total


def clusters(denominators: Mapping[int, Any]) -> list[tuple[list[int], Any]]:
    """Denominators that share factors, with a common denominator for each group of them.

    Solutions of one linear system share a determinant: taken together they need one power of it, not one for
    each.
    """
    found: list[tuple[list[int], Any]] = []
    for i, denominator in denominators.items():
        members, common = [i], denominator
        rest = []
        for other_members, other in found:
            shared = other.gcd(common)
            if shared.is_one():
                rest.append((other_members, other))
            else:
                members = other_members + members
                common = other / shared * common
        found = [*rest, (members, common)]
    return found


def _composed_terms(
    groups: Groups,
    numerators: Mapping[int, Any],
    found: Sequence[tuple[list[int], Any]],
    degree: Sequence[int],
    place: Mapping[int, int],
) -> float:
    """About how many term products a substitution makes; the degrees bound what collects."""
    total = 0.0
    for key, terms in groups.items():
        cost = float(len(terms))
        for n, (members, common) in enumerate(found):
            missing = degree[n]
            for i in members:
                exponent = key[place[i]]
                missing -= exponent
                if exponent:
                    cost *= power_terms(numerators[i], exponent)
            if missing:
                cost *= power_terms(common, missing)
        total += cost
    return total


def power_terms(polynomial: Any, exponent: int) -> float:
    """At most so many terms has a power of a polynomial: by their choice, and by the degrees."""
    terms = len(polynomial)
    if terms <= 1 or exponent <= 1:
        return float(terms)
    chosen = exp(lgamma(exponent + terms) - lgamma(exponent + 1) - lgamma(terms))
    return min(chosen, prod(float(exponent * degree + 1) for degree in polynomial.degrees()))
