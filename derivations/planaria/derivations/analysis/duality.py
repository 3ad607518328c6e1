"""A duality seen on the closed form: equations and value at large size map to themselves."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Expr, Symbol

from planaria.algebra.linear import root
from planaria.algebra.rational import Ratio, generators_of
from planaria.derivations.elimination.closed_form import ClosedForm
from planaria.derivations.elimination.plain import plain_form
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.derivations.equations.spectral_sums import Factor, SpectralSum
from planaria.diagrams.duality import Certificate, Duality, Exchange

__all__ = ["closed_form_certificate"]


def closed_form_certificate(closed: ClosedForm, duality: Duality) -> Certificate | None:
    """Whether the exchange maps the equations to themselves, and the value to factor * value + remainder.

    The unknowns keep their meaning: an equation may only change into a multiple of an equation. None where the
    exchange gives the unknowns another meaning, so that symbols alone do not decide; the numbers still can (see
    ``planaria.numerics.evidence.check_duality``).

    >>> from planaria.derivations import derive
    >>> from planaria.ensembles.library import load_model
    >>> from planaria.diagrams import dualities
    >>> file = load_model("random-features")
    >>> loss = file.quantity("loss").expression
    >>> duality, = dualities(file.model, loss, order=0)
    >>> print(closed_form_certificate(derive(loss, file.model).closed_form, duality).detail)
    1 equation in Delta and the value, as rational functions
    """
    closed = plain_form(closed)
    names = _names(closed, duality.exchange)
    if names is None:
        return None
    relations = [one.substitute({STRENGTH: closed.ring.one}) for one in closed.relations]
    own = {_primitive(one) for one in relations}
    if {_primitive(one.substitute(names)) for one in relations} != own:
        return None
    ring = closed.ring.extend([*generators_of(duality.factor), *generators_of(duality.remainder)])
    value = closed.value.to(ring).substitute({STRENGTH: ring.one})
    image = value.substitute({name: one.to(ring) for name, one in names.items()})
    difference = image - ring(duality.factor) * value - ring(duality.remainder)
    passed = not _reduced(difference, [one.to(ring) for one in relations], closed)
    unknowns = ", ".join(str(one.symbol) for one in closed.unknowns)
    count = (
        f"{len(relations)} equation{'s' if len(relations) != 1 else ''} in {unknowns}"
        if unknowns
        else "no equation"
    )
    return Certificate(
        f"{duality.exchange} maps the equations to themselves, and the value as it should",
        "closed form",
        passed,
        f"{count} and the value, as rational functions" if passed else "the value is not mapped as it should be",
    )


def _names(closed: ClosedForm, exchange: Exchange) -> Mapping[Expr, Ratio] | None:
    """What becomes of each generator: scalars by the exchange, spectral sums by what they mean."""
    ring = closed.ring
    names: dict[Expr, Ratio] = {}
    for one, other in exchange.scalars.items():
        if one in ring.index:
            if other not in ring.index:
                return None
            names[one] = ring.generator(other)
    sums = dict(closed.sums)
    for symbol, one in sums.items():
        image = _exchanged(one, exchange)
        found = next((s for s, other in sums.items() if _same(other, image)), None)
        if found is None:
            return None
        if found != symbol:
            names[symbol] = ring.generator(found)
    return names


def _exchanged(one: SpectralSum, exchange: Exchange) -> SpectralSum:
    eigenvalues = tuple(_symbol(symbol, exchange) for symbol in one.eigenvalues)
    factors = tuple(
        (
            Factor(
                exchange.space(factor.space),
                tuple(_symbol(symbol, exchange) for symbol in factor.eigenvalues),
                factor.leading,
                tuple((exponents, exchange.expression(value)) for exponents, value in factor.coefficients),
            ),
            power,
        )
        for factor, power in one.factors
    )
    return SpectralSum(exchange.space(one.space), eigenvalues, one.exponents, factors)


def _symbol(symbol: Symbol, exchange: Exchange) -> Symbol:
    other = exchange.scalars.get(symbol, symbol)
    assert isinstance(other, Symbol)
    return other


def _same(one: SpectralSum, other: SpectralSum) -> bool:
    return one.space == other.space and bool((one.summand - other.summand).equals(0))


def _primitive(relation: Ratio) -> Ratio:
    """A relation up to a constant factor."""
    leading = relation.numerator.leading_coefficient()
    return Ratio(relation.ring, relation.numerator * (1 / leading), relation.ring.one.numerator)


def _reduced(difference: Ratio, relations: list[Ratio], closed: ClosedForm) -> Ratio:
    """A function modulo the relations, each solved for the parameter in which it is linear."""
    for relation, parameter in zip(relations, closed.solved_for, strict=True):
        if not difference:
            break
        if parameter is None or parameter not in difference.support():
            continue
        difference = difference.substitute({parameter: root(relation, parameter)})
    return difference
