"""The stationarity condition of a value in a parameter, exactly, by the derivatives of spectral sums."""

from __future__ import annotations

from dataclasses import replace

from sympy import Symbol

from planaria.algebra.errors import InputError
from planaria.algebra.linear import degree_in, root
from planaria.algebra.rational import Ratio, Ring
from planaria.derivations.elimination.closed_form import Form
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.derivations.equations.spectral_sums import SpectralSum

__all__ = ["stationary_form"]


def stationary_form(form: Form, parameter: Symbol) -> tuple[Form, Ratio]:
    """The form at the optimum over a parameter in which its relation is linear, and the parameter there.

    The relation gives the parameter by the unknown, so that the value depends on the unknown alone; the new
    relation is the numerator of its derivative. Sums over one pole know theirs: the derivative of the sum of
    lambda**a/(lambda + Delta)**b is that of -b (lambda**a/(lambda + Delta)**b - lambda**(a+1)/(lambda +
    Delta)**(b+1))/Delta.

    Parameters
    ----------
    form
        One unknown and one relation; all poles are the unknown itself, and no sum is a difference of others.

    Raises InputError for a parameter of which the relation is no linear function.
    """
    (relation,) = form.relations
    (unknown,) = form.unknowns
    ring = form.ring.extend([parameter])
    physical = relation.to(ring).substitute({STRENGTH: ring.one})
    if degree_in(physical, parameter) != 1:
        raise InputError(
            "--given",
            f"the equations are not linear in {parameter}",
            "ask for the optimum in another parameter, or give it a value",
        )
    known = root(physical, parameter)
    value = form.value.to(ring).substitute({STRENGTH: ring.one, parameter: known})
    names = {one: symbol for symbol, one in form.sums}
    ring, names = _with_derivatives(value, names)
    value, known = value.to(ring), known.to(ring)
    total = value.derivative(unknown.symbol)
    pole = ring.generator(unknown.symbol)
    for one, symbol in tuple(names.items()):
        if symbol not in value.support() or not one.factors:
            continue
        power = sum(p for _, p in one.factors)
        raised = ring.generator(names[_raised(one)])
        slope = ring.constant(-power) * (ring.generator(symbol) - raised) / pole
        total = total + value.derivative(symbol) * slope
    condition = ring.from_mpoly(total.numerator)
    sums = tuple((symbol, one) for one, symbol in names.items())
    return replace(form, ring=ring, relations=(condition,), sums=sums, value=value), known


def _with_derivatives(value: Ratio, names: dict[SpectralSum, Symbol]) -> tuple[Ring, dict[SpectralSum, Symbol]]:
    """The ring and the names with those sums that derivatives of the value contain."""
    found = dict(names)
    taken = {str(g) for g in value.ring.generators}
    for one, symbol in names.items():
        if symbol in value.support() and one.factors and _raised(one) not in found:
            raised = _raised(one)
            name = "S_" + "".join(map(str, (sum(raised.exponents), sum(p for _, p in raised.factors))))
            while name in taken:
                name += "_"
            taken.add(name)
            found[raised] = Symbol(name)
    return value.ring.extend(found.values()), found


def _raised(one: SpectralSum) -> SpectralSum:
    """The sum with lambda/(lambda + Delta) once more in its summand."""
    ((factor, power),) = one.factors
    exponents = tuple(a + b for a, b in zip(one.exponents, factor.leading, strict=True))
    return replace(one, exponents=exponents, factors=((factor, power + 1),))
