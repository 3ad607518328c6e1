"""What is asked of which model, in the ways in which people write it.

An expression and a model; a model and the name of one of its quantities; the model by its name, by the path of its
file, or as an object. Every public function that takes both reads them here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from os import PathLike, fspath
from os.path import isdir
from typing import Any, Protocol, TypeAlias, cast

from sympy import Basic, Expr, MatrixSymbol, Symbol

from planaria.algebra.errors import InputError, described, unknown_name
from planaria.algebra.values import Portable
from planaria.ensembles.library import is_model, is_named, load_model, model_names
from planaria.ensembles.model import Gaussian, Model
from planaria.ensembles.spectra import Spectrum
from planaria.ensembles.text.grammar import names_in, parse_expression
from planaria.ensembles.text.model_data import ModelFile, Parameter, Space
from planaria.ensembles.text.to_sympy import Value

__all__ = ["Asked", "Given", "Question", "Values", "given", "question"]

Asked: TypeAlias = Expr | Sequence[Expr] | Model | ModelFile | str | PathLike[str]
"""An expression, a model, or the name of one: which it is, is seen."""


class Array(Protocol):
    """What has a shape: an array of numpy, which is not loaded to say so."""

    @property
    def shape(self) -> tuple[int, ...]: ...


Given: TypeAlias = int | float | str | Fraction | Decimal | Expr | Spectrum | Sequence[object] | Array
"""A number, as itself or as decimal text; a list or an array of them; a spectrum."""

Values: TypeAlias = Mapping[str, Given] | Mapping[Basic, Given] | Mapping[str | Basic, Given]
"""Numbers by symbol or name."""

REMEDY = 'give an expression and a Model, or a model and one of its quantities: ("random-features", "loss")'


@dataclass(frozen=True)
class Question(Portable):
    """An expression in a model.

    Attributes
    ----------
    expression
        What is asked for; a sequence for the factors of a correlator.
    model
        The fields and spectra.
    defaults
        Numbers that the model file gives to its parameters and dimensions.
    place
        Where it stands, for an error that is found in it; empty for an expression of Python.
    """

    expression: Expr | Sequence[Expr]
    model: Model
    defaults: Mapping[Symbol, Expr] = field(default_factory=dict, hash=False)
    place: str = ""


def question(one: Asked, other: Asked | None, place: str) -> Question:
    """Read an expression and a model, in either order.

    >>> asked = question("marchenko-pastur", "resolvent", "derive")
    >>> asked.expression
    Trace((gamma*I + x*x.T)**(-1))/N
    >>> question("tr(x*x.T)/N", "marchenko-pastur", "derive").expression
    Trace(x*x.T)/N

    Text is in the grammar of model files, whose names are those of the model's own symbols:

    >>> from sympy import symbols
    >>> x = MatrixSymbol("x", *symbols("N P", positive=True))
    >>> question("tr(x*x.T)/N", Model([Gaussian(x)]), "derive").expression
    Trace(x*x.T)/N

    Raises InputError, at `place`, for anything else.
    """
    if other is None:
        raise _half(one, place)
    # A file that happens to be called like a quantity is a model only if nothing else is.
    for certain in (True, False):
        for source, asked in ((one, other), (other, one)):
            model = _model(source, certain)
            if model is not None:
                return _asked(model, asked, place)
    for value in (one, other):
        if not isinstance(value, (Expr, str, PathLike, tuple, list)):
            raise InputError(place, f"{_words(value)} is neither an expression nor a model", REMEDY)
    for name in (one, other):  # a model that is asked for by a name that there is not
        if isinstance(name, (str, PathLike)):
            load_model(fspath(name))
    raise InputError(place, f"{_words(one)} and {_words(other)} are no question", REMEDY)


def given(
    values: Mapping[Any, Any] | None, numbers: Mapping[str, Any], defaults: Mapping[Symbol, Expr] | None = None
) -> dict[Any, Any]:
    """Numbers as a mapping by symbols or names, together with keywords, over the defaults.

    >>> from sympy import symbols
    >>> N, P = symbols("N P", positive=True)
    >>> given({N: 10}, {"gamma": 1}, {N: 5, P: 20})
    {N: 10, P: 20, 'gamma': 1}

    Raises InputError for a name that is given twice.
    """
    if values is not None and not isinstance(values, Mapping):
        raise InputError("values", f"{_words(values)} is no mapping", 'give {"N": 60, "P": 120}, or N=60, P=120')
    found = dict(values or {})
    for key in found:
        if not isinstance(key, (str, Basic)):
            raise InputError("values", f"{_words(key)} is no name", 'give {"N": 60, "P": 120}, or N=60, P=120')
    names = [str(getattr(key, "name", key)) for key in found]
    for name in [*names, *numbers]:
        if [*names, *numbers].count(name) > 1:
            raise InputError("values", f"{name} is given twice", "give it once")
    mine = {symbol: value for symbol, value in (defaults or {}).items() if str(symbol) not in {*names, *numbers}}
    return {**found, **mine, **numbers}


def _half(one: Asked, place: str) -> InputError:
    """What is missing where there is a model without a quantity, or a quantity without a model."""
    model = _model(one, certain=True) or _model(one, certain=False)
    if isinstance(model, ModelFile):
        names = [quantity.name for quantity in model.quantities]
        known = f"its quantities are {', '.join(names)}" if names else "it names none itself"
        example = f'("{model.name}", "{names[0]}")' if names else f'("{model.name}", "tr(...)")'
        return InputError(
            place, f"no quantity of the model {model.name} is asked for; {known}", f"give one of them: {example}"
        )
    if isinstance(model, Model):
        return InputError(place, f"there is {_words(one)}, and not a quantity", REMEDY)
    if isinstance(one, str) and one.replace("-", "_").isidentifier():
        return unknown_name(place, "model", one, model_names())
    return InputError(place, f"there is {_words(one)}, and not a model", REMEDY)


def _model(source: Asked, certain: bool) -> Model | ModelFile | None:
    """A model by itself or its name; only where that is not certain, a file by a name that anything may have."""
    if isinstance(source, (Model, ModelFile)):
        return source
    if isinstance(source, PathLike):
        return load_model(fspath(source))
    if isinstance(source, str) and (is_named(source) if certain else is_model(source) and not isdir(source)):
        return load_model(source)
    return None


def _asked(model: Model | ModelFile, asked: Asked, place: str) -> Question:
    if isinstance(asked, (Model, ModelFile, PathLike)):
        raise InputError(place, "there are two models and no quantity", REMEDY)
    if isinstance(model, Model):
        if isinstance(asked, str):
            return Question(_parsed(asked, model, place), model)
        return Question(_checked(asked, place), model)
    declared: tuple[Space | Parameter, ...] = (*model.spaces, *model.parameters)
    defaults = {one.symbol: one.default for one in declared if one.default is not None}
    if not isinstance(asked, str):
        return Question(_checked(asked, place), model.model, defaults)
    names = {one.name: one for one in model.quantities}
    if asked in names:
        return Question(names[asked].expression, model.model, defaults, model.place(names[asked]))
    if asked.isidentifier() and asked not in model.names:
        model.quantity(asked)  # there is none of that name: the nearest one is named
    value = model.parse(asked, f"{place}, expression")
    return Question(value, model.model, defaults, f"model {model.name}, expression")


def _parsed(text: str, model: Model, place: str) -> Value:
    """An expression in the names of a Model, which has no quantities and no definitions."""
    spaces, others = _symbols(model)
    names = {str(getattr(one, "name", one)): one for one in (*spaces, *others)}
    if text.isidentifier() and text not in names:
        raise InputError(
            place,
            f"a Model has no quantity named '{text}': it has fields only",
            "give an expression, or a model file with that quantity",
        )
    where = f"{place}, expression"
    for name in sorted(names_in(text, where) - set(names)):
        error = unknown_name(where, "name", name, names)
        own = "" if error.remedy.startswith("did") else "; for symbols of your own give an expression of sympy"
        raise InputError(where, error.problem, error.remedy + own)
    return parse_expression(text, names, where, {str(one) for one in spaces})


def _symbols(model: Model) -> tuple[list[Expr], list[Expr]]:
    """The dimensions of a model that are symbols; and its fields, deterministic matrices and parameters."""
    fields = [one.symbol for one in model.fields]
    covariances = [one for each in model.fields for one in (each.rows, each.cols) if one is not None]
    matrices = {matrix for one in covariances for matrix in one.atoms(MatrixSymbol)}
    matrices |= {matrix for matrix, _ in model.spectra}
    spaces = {s for one in (*fields, *matrices) for size in one.shape for s in size.free_symbols}
    scalars = {s for _, spectrum in model.spectra for s in spectrum.free_symbols}
    for one in model.fields:
        for formula in (one.variance, *one.law.parameters.values()):
            scalars |= formula.free_symbols
    scalars |= {s for one in covariances for s in one.free_symbols if isinstance(s, Symbol)}
    return sorted(spaces, key=str), [*fields, *sorted(matrices, key=str), *sorted(scalars - spaces, key=str)]


def _checked(asked: object, place: str) -> Expr | Sequence[Expr]:
    parts = asked if isinstance(asked, (tuple, list)) else [asked]
    if not parts:
        raise InputError(place, "there is no expression", REMEDY)
    for part in parts:
        if not isinstance(part, Expr):
            raise InputError(place, f"{_words(part)} is no expression", REMEDY)
    return cast("Expr | Sequence[Expr]", asked)


def _words(value: object) -> str:
    if isinstance(value, Gaussian):
        return f"the field {value.name}"
    return described(value)
