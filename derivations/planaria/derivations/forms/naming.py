"""Spectral sums by name: those that a closed form has, and their neighbours by the same convention."""

from __future__ import annotations

import re
from collections.abc import Iterator

from planaria.algebra.errors import InputError, unknown_name
from planaria.derivations.elimination.closed_form import ClosedForm
from planaria.derivations.equations.spectral_sums import Factor, SpectralSum

__all__ = ["sum_by_name"]

_NAME = re.compile(r"(?P<kind>[SR])_(?P<digits>\d+)(?:_(?P<pole>\d+))?")
_FREEDOM = re.compile(r"(?P<kind>)df(?P<power>[1-9])(?:_(?P<pole>\d+))?")


def sum_by_name(name: str, closed: ClosedForm) -> SpectralSum:
    """The spectral sum of a name: of one that occurs, or by the convention for those over one denominator.

    S_ab is the sum of lambda^a/(lambda + Delta)^b, R_ab that of lambda^a Delta^(b-a)/(lambda + Delta)^b, and df1,
    df2, ... are S_11, S_22, ..., the degrees of freedom. With several poles its number stands behind: S_11_2.

    >>> from planaria.derivations.resummation import derive
    >>> closed = derive("random-features", "loss").closed_form
    >>> sum_by_name("S_22", closed), sum_by_name("df1", closed)
    (sum of lambda_I**2/(Delta + lambda_I)**2, I = 1..M, sum of lambda_I/(Delta + lambda_I), I = 1..M)

    Raises InputError for a name of nothing.
    """
    present = {str(symbol): one for symbol, one in closed.sums}
    if name in present:
        return present[name]
    poles = list(_poles(closed))
    found = _FREEDOM.fullmatch(name) or _NAME.fullmatch(name)
    if found is None:
        raise unknown_name("basis", "spectral sum", name, sorted(present))
    for factor, label in poles:
        if found["pole"] != label:
            continue
        if found.re is _FREEDOM:
            power = int(found["power"])
            exponents = tuple(power * one for one in factor.leading)
        else:
            *digits, power = map(int, found["digits"])
            exponents = tuple(digits)
        left = power - sum(exponents) if found["kind"] == "R" else 0
        if len(exponents) == len(factor.eigenvalues) and left >= 0:
            scale = ((factor.coefficients[0][1], left),) if left else ()
            return SpectralSum(factor.space, factor.eigenvalues, exponents, ((factor, power),), scale)
    known = ", ".join(sorted(present)) or "none"
    remedy = f"give one of its sums ({known}), or S_ab for the sum of lambda^a/(lambda + Delta)^b"
    raise InputError("basis", f"{name} is no spectral sum of this closed form", remedy)


def _poles(closed: ClosedForm) -> Iterator[tuple[Factor, str | None]]:
    """The poles lambda + Delta, each with the number of its Delta where there are several."""
    for factor in closed.factors():
        if factor.is_pole:
            _, _, label = str(factor.coefficients[0][1]).rpartition("_") if factor.coefficients else ("", "", "")
            yield factor, label if label.isdigit() else None
