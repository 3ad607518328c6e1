"""The laws by their names: a new one has its line here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from planaria.algebra.errors import InputError, described, unknown_name
from planaria.ensembles.laws.antisymmetric import Antisymmetric
from planaria.ensembles.laws.complex import Complex
from planaria.ensembles.laws.elliptic import Elliptic
from planaria.ensembles.laws.hermitian import Hermitian
from planaria.ensembles.laws.law import Law
from planaria.ensembles.laws.real import Real
from planaria.ensembles.laws.real_elliptic import RealElliptic
from planaria.ensembles.laws.symmetric import Symmetric

__all__ = ["LAWS", "given_law", "law_of", "parameter_names"]

_CLASSES = (Real, Complex, Symmetric, Hermitian, Antisymmetric, Elliptic, RealElliptic)
LAWS: Mapping[str, type[Law]] = {one.name: one for one in _CLASSES}


def parameter_names(kind: str) -> tuple[str, ...]:
    """The names of the parameters of a law, as model files and Python have them.

    >>> parameter_names("elliptic"), parameter_names("real")
    (('rho',), ())
    """
    return tuple(one.name for one in fields(LAWS[kind]))


def law_of(kind: object, place: str, **parameters: object) -> Law:
    """The law of a name; the real one for None.

    Parameters
    ----------
    place
        What an error message calls the field.
    parameters
        Those of the law; None stands for one that is not given.

    Raises InputError for a name that is none, a parameter that the law does not have, and one that it lacks.

    >>> law_of("elliptic", "field x", rho=1)
    Elliptic(rho=1)
    >>> law_of("hermitean", "field x")
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: field x: there is no kind of field 'hermitean'; did you mean 'hermitian'?
    """
    name = Real.name if kind is None else kind
    if not isinstance(name, str) or name not in LAWS:
        if not isinstance(name, str):
            raise InputError(place, f"its kind {described(name)} is no name", f"give one of {', '.join(LAWS)}")
        raise unknown_name(place, "kind of field", name, list(LAWS))
    own = parameter_names(name)
    for parameter, value in parameters.items():
        if value is not None and parameter not in own:
            raise InputError(place, f"a field of the kind {name} takes no {parameter}", f"leave {parameter} out")
    try:
        return LAWS[name](**{parameter: parameters.get(parameter) for parameter in own})
    except InputError as error:
        raise InputError(place, error.problem, error.remedy) from None


def given_law(law: Law, kind: object, parameters: Mapping[str, object], place: str) -> Law:
    """A law that is given as such; InputError for what is none, or says its kind or a parameter once more."""
    if not isinstance(law, Law):
        raise InputError(place, f"{described(law)} is not a law", "give the name of its kind, or a Law")
    more = [name for name, value in {"kind": kind, **parameters}.items() if value is not None]
    if more:
        raise InputError(place, f"its law is given, and {' and '.join(more)} as well", "give one of them")
    return law
