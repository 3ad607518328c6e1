"""A derivation's value in parts, by powers of parameters or of the fields that make them."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Integer, Symbol

from planaria.algebra.errors import InputError, unknown_name
from planaria.derivations.derivation import Derivation
from planaria.derivations.forms.basis import in_sums_of
from planaria.derivations.forms.parts import Part, parts_by
from planaria.derivations.resummation import derive
from planaria.diagrams.expressions.contents import contents_of
from planaria.ensembles.shown import Shown

__all__ = ["split"]


def split(derivation: Derivation, *names: str) -> Shown[Part]:
    """The value as a sum of parts: one for each product of powers of some parameters, or fields.

    A field counts by its variance: a loss that is quadratic in a noise has a part with it and one without. The
    parts add up to the value.

    Parameters
    ----------
    names
        Parameters of the value, or fields that stand outside of inverses.

    >>> result = derive("random-features", "loss + noise_loss")
    >>> [str(part.factor) for part in split(result, "sigma_w", "sigma_eps")]
    ['sigma_w**2', 'sigma_eps**2']
    >>> [str(part.factor) for part in split(result, "eps")]
    ['eps', '1']

    Raises InputError for a name that there is not, for what the equations of the unknowns depend on, and where the
    value is no sum of powers.
    """
    if not names:
        raise InputError("split", "nothing is named to split by", 'give parameters or fields, such as "sigma_eps"')
    model = derivation.model
    fields = {str(one.name): one for one in model.fields}
    known = contents_of(derivation.expression, model)
    parameters = {str(one): one for one in known.symbols}
    for name in names:
        if name not in fields and name not in parameters:
            raise unknown_name("split", "parameter or field", name, sorted({*fields, *parameters}))
    scales = {name: Symbol(f"strength of {name}", positive=True) for name in names if name in fields}
    closed = derivation.closed_form
    if scales:
        scaled = [
            replace(one, variance=one.variance * scales.get(str(one.name), Integer(1))) for one in model.fields
        ]
        again = derive(derivation.expression, replace(model, fields=tuple(scaled)))
        closed = in_sums_of(again.closed_form, closed)
    chosen = [scales.get(name) or parameters[name] for name in names]
    absent = [one for one in chosen if one not in closed.ring.index]
    if absent:
        raise InputError("split", f"the value does not contain {absent[0]}", "leave it out")
    shown: dict[Expr, Expr] = {scale: Symbol(name) for name, scale in scales.items()}
    one: dict[Expr, Expr] = dict.fromkeys(scales.values(), Integer(1))
    parts = parts_by(closed, chosen)
    return Shown(Part(part.factor.xreplace(shown), part.value.xreplace(one)) for part in parts)
