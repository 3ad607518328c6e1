"""The first correction of a leading term, with its coefficient.

The unknown is followed one term further than the value needs, and the value's numerator and denominator are
expanded to the next size. What a series leaves out is a term of its own there: where such a term would be the
correction, its coefficient is not known, and its order is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from planaria.algebra.rational import Ratio
from planaria.algebra.values import Portable
from planaria.derivations.asymptotics.corner import Candidate, shifted
from planaria.derivations.asymptotics.generalised import GeneralisedPolynomial, Monomial, is_remainder
from planaria.derivations.asymptotics.polygon import Scales, Weight, balances, leading_roots
from planaria.derivations.asymptotics.quotient import Quotient

__all__ = ["NextTerm", "next_term"]

FURTHER = 3  # terms of the unknown beyond those of the leading term
GROUPS = 4  # sizes below the leading one that are looked at


@dataclass(frozen=True)
class NextTerm(Portable):
    """The largest correction, relative to the leading term.

    Attributes
    ----------
    weight
        Its powers of the scales.
    relative
        The correction itself; None where a series does not go so far.
    """

    weight: Weight
    relative: Quotient | None


def next_term(candidate: Candidate, scales: Scales) -> NextTerm | None:
    """The first correction of a candidate's value; None where there is none, or none that can be found."""
    system, unknown = candidate.system, candidate.system.unknown
    known = dict(candidate.constants)
    parts = [system.relation, *system.outputs[:2]]
    below = scales.zero
    for lead in candidate.chain:
        parts = [shifted(one, unknown, lead).cleaned(known) for one in parts]
        below = scales.weight(next(iter(lead.terms)))
    for _ in range(FURTHER):
        left = [
            found for found in balances(parts[0], unknown, scales) if scales.order(found[0]) < scales.order(below)
        ]
        weight, balanced, _ = max(left, key=lambda one: scales.order(one[0]), default=(None, {}, []))
        found = _largest(parts[1], parts[2], candidate, scales, weight)
        if found is None or weight is None or found.relative is not None:
            return found
        roots = leading_roots(balanced, known, scales.field, signed=True, fresh=f"k_#{len(known)}")
        if not roots or len(roots) > 1:
            return NextTerm(found.weight, None)
        ((lead, own),) = roots
        known |= own
        candidate = replace(candidate, chain=(*candidate.chain, lead), constants=dict(known))
        parts = [shifted(one, unknown, lead).cleaned(known) for one in parts]
        below = weight
    return None


def _largest(
    top: GeneralisedPolynomial,
    bottom: GeneralisedPolynomial,
    candidate: Candidate,
    scales: Scales,
    weight: Weight | None,
) -> NextTerm | None:
    """The largest correction of a quotient at the weight of what is left of the unknown, which is zero if None."""
    unknown, constants = candidate.system.unknown, candidate.constants
    here = scales if weight is None else scales.with_weight(unknown, weight)
    sides = [_groups(one, here, unknown if weight is None else None) for one in (top, bottom)]
    firsts = [side[0] for side in sides]
    relative: dict[tuple[Fraction, ...], tuple[Weight, list[GeneralisedPolynomial]]] = {}
    zero = GeneralisedPolynomial(scales.field, {})
    for n, side in enumerate(sides):
        for own, part in side[1:]:
            gap = scales.difference(own, firsts[n][0])
            relative.setdefault(here.order(gap), (gap, [zero, zero]))[1][n] = part
    for _, (gap, (high, low)) in sorted(relative.items(), key=lambda one: one[0], reverse=True)[:GROUPS]:
        (_, first), (_, under) = firsts
        change = (high * under - low * first).cleaned(constants)
        if not change.terms:
            continue
        variables = change.variables
        if unknown in variables or any(is_remainder(v) for v in variables):
            return NextTerm(gap, None)
        return NextTerm(gap, Quotient(change, first * under, constants))
    return None


def _groups(
    polynomial: GeneralisedPolynomial, scales: Scales, without: object
) -> list[tuple[Weight, GeneralisedPolynomial]]:
    """The terms by their weight, the largest first."""
    found: dict[tuple[Fraction, ...], tuple[Weight, dict[Monomial, Ratio]]] = {}
    for key, coefficient in polynomial.terms.items():
        if without is not None and without in dict(key):
            continue
        weight = scales.weight(key)
        found.setdefault(scales.order(weight), (weight, {}))[1][key] = coefficient
    ordered = sorted(found.items(), key=lambda one: one[0], reverse=True)
    return [(weight, GeneralisedPolynomial(polynomial.field, terms)) for _, (weight, terms) in ordered]
