"""Reading the plain form of a view: every text is checked, and none is evaluated as Python."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from sympy import Expr, Integer, MatrixExpr, MatrixSymbol, Symbol

from planaria.algebra.errors import InputError, kind_of, placed, unknown_name
from planaria.algebra.rational import Ratio
from planaria.diagrams.expressions.expression import Setting, prepare
from planaria.diagrams.expressions.words import Word
from planaria.diagrams.networks.checks import attribute, letter_of, truth
from planaria.diagrams.networks.plain import BETWEEN, LETTERS
from planaria.ensembles.extent import check_terms
from planaria.ensembles.model import Gaussian, Model
from planaria.ensembles.spectra import Eigenvalues, Spectrum
from planaria.ensembles.spectra.known import SPECTRA
from planaria.ensembles.text.grammar import RESERVED, parse_expression

__all__ = ["plain_setting", "plain_word"]

T = TypeVar("T")

_PLACE = "graph, model"
_REMEDY = "write the graph with RibbonGraph.plain"
_LARGEST_SPACE = 10**9


@lru_cache(maxsize=16)
def plain_setting(text: str) -> Setting:
    """The model and the ring that a text stands for.

    Raises InputError for a text that is no such model.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise InputError(_PLACE, f"it is no JSON ({reason})", _REMEDY) from None
    if not isinstance(data, dict):
        raise InputError(_PLACE, "it is no JSON object", _REMEDY)
    names: dict[str, Any] = {
        _name(name): _symbol(name, assumptions) for name, assumptions in _table(data, "symbols").items()
    }
    matrices = {}
    for name, space in _table(data, "matrices").items():
        size = _space(space, names)
        matrices[_name(name, names)] = MatrixSymbol(name, size, size)
    names |= matrices
    fields = tuple(_field(one, names) for one in _entries(data, "fields", dict))
    spectra = {}
    for name, entry in _table(data, "spectra").items():
        if name not in matrices:
            raise unknown_name(_PLACE, "matrix", name, matrices)
        spectra[matrices[name]] = _spectrum(entry, names)
    small = _entries(data, "small", str) if "small" in data else []
    model = Model(fields, spectra, [_space(one, names) for one in small])
    scalars = [_scalar(one, names) for one in _entries(data, "scalars", str)]
    known = _entries(data, "eigenvalues", str)
    for name in known:
        if name not in matrices:
            raise unknown_name(_PLACE, "matrix", name, matrices)
    with placed(_PLACE):
        setting = prepare([matrices[name] for name in known], model, extra=scalars)
    expected = (*scalars, *(symbol for _, symbol in setting.matrices))
    if setting.ring.generators != expected or [str(matrix) for matrix, _ in setting.matrices] != known:
        raise InputError(_PLACE, "its scalars and eigenvalues are not those of its fields", _REMEDY)
    return setting


def plain_word(data: Mapping[str, Any], setting: Setting, place: str) -> Word:
    """The word that the attributes of a node stand for.

    Raises InputError for the first of them that is wrong.
    """
    texts = {
        name: attribute(data, name, str, place) for name in ("letters", "corners", "coefficient", "rows", "cols")
    }
    closed = truth(data, "closed", place)
    fields = {one.name: number for number, one in enumerate(setting.fields)}
    suffixes = {suffix: flags for flags, suffix in LETTERS.items()}
    letters = []
    for text in texts["letters"].split():
        name, dot, rest = text.partition(".")
        if name not in fields:
            raise unknown_name(place, "field", name, fields)
        if dot + rest not in suffixes:
            raise InputError(place, f"{text!r} is no letter", "write x, x.T, x.H or x.H.T")
        letters.append(letter_of(fields[name], *suffixes[dot + rest], setting, place))
    eigenvalues = {symbol for _, symbol in setting.matrices}
    all_names = _symbols(setting.ring.generators)
    scalar_names = {name: symbol for name, symbol in all_names.items() if symbol not in eigenvalues}
    spaces = {str(space): space for space in setting.spaces}
    sizes = []
    for side in ("rows", "cols"):
        if texts[side] not in spaces:
            raise unknown_name(f"{place}, {side}", "space", texts[side], spaces)
        sizes.append(spaces[texts[side]])
    own = [texts["corners"]] if BETWEEN not in texts["corners"] else texts["corners"].split(BETWEEN)
    return Word(
        tuple(letters),
        tuple(_ratio(one, all_names, setting, f"{place}, corners") for one in own),
        _ratio(texts["coefficient"], scalar_names, setting, f"{place}, coefficient"),
        sizes[0],
        sizes[1],
        closed,
    )


def _symbols(expressions: tuple[Expr, ...]) -> dict[str, Symbol]:
    return {str(symbol): symbol for one in expressions for symbol in one.free_symbols}


def _ratio(text: str, names: Mapping[str, Any], setting: Setting, place: str) -> Ratio:
    value = parse_expression(text, names, place)
    with placed(place):
        if isinstance(value, MatrixExpr):
            raise InputError(place, f"{text!r} is a matrix", "give a scalar")
        check_terms([value], lambda matrix: False)
        try:
            return setting.ring(value)
        except (KeyError, ZeroDivisionError) as error:
            problem = "divides by zero" if isinstance(error, ZeroDivisionError) else "is no function of its model"
            raise InputError(place, f"{text[:60]!r} {problem}", _REMEDY) from None


def _table(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    if not isinstance(value, dict):
        raise InputError(_PLACE, f"its {key} are no table", _REMEDY)
    return value


def _entries(data: Mapping[str, Any], key: str, kind: type[Any]) -> list[Any]:
    value = data.get(key)
    if not isinstance(value, list) or not all(isinstance(one, kind) for one in value):
        raise InputError(_PLACE, f"its {key} are no list", _REMEDY)
    return value


def _name(name: str, taken: Mapping[str, Any] | None = None) -> str:
    if not (name.isascii() and name.isidentifier()) or name in RESERVED or len(name) > 100:
        raise InputError(_PLACE, f"{name[:40]!r} is no name", "use letters, digits and _")
    if name in (taken or {}):
        raise InputError(_PLACE, f"{name} stands for two things", "give each its own name")
    return name


def _symbol(name: str, assumptions: object) -> Symbol:
    if not isinstance(assumptions, dict) or not all(isinstance(one, bool) for one in assumptions.values()):
        raise InputError(f"{_PLACE}, symbol {name}", "what is known of it is no table of truths", _REMEDY)
    known = Symbol("x", positive=True, integer=True).assumptions0.keys() | {"real", "prime", "odd", "even"}
    for one in assumptions:
        if one not in known:
            raise unknown_name(f"{_PLACE}, symbol {name}", "assumption", one, sorted(known))
    return _made(lambda: Symbol(name, **assumptions), f"{_PLACE}, symbol {name}")


def _made(make: Callable[[], T], place: str) -> T:
    try:
        return make()
    except InputError:
        raise
    except (ValueError, TypeError, AttributeError, ArithmeticError) as error:
        reason = " ".join(str(error).split())[:80]
        raise InputError(place, f"it cannot be made ({reason})", _REMEDY) from None


def _space(text: object, names: Mapping[str, Any]) -> Expr:
    if isinstance(text, str) and isinstance(names.get(text), Symbol):
        return names[text]
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0:
        return Integer(int(text))
    raise InputError(_PLACE, f"{str(text)[:40]!r} is no space", "give a symbol of the model or a whole number")


def _scalar(text: object, names: Mapping[str, Any]) -> Expr:
    if not isinstance(text, str):
        raise InputError(_PLACE, f"{str(text)[:40]!r} is no text", _REMEDY)
    value = parse_expression(text, names, _PLACE)
    if isinstance(value, MatrixExpr):
        raise InputError(_PLACE, f"{text[:40]!r} is a matrix", "give a scalar")
    return value


def _field(entry: dict[str, Any], names: Mapping[str, Any]) -> Gaussian:
    texts = {key: entry.get(key) for key in ("name", "rows", "cols", "law", "variance")}
    for key, value in texts.items():
        if not isinstance(value, str):
            raise InputError(
                f"{_PLACE}, fields", f"the {key} of a field is {kind_of(value)}, and no text", _REMEDY
            )
    name = _name(str(texts["name"]), names)
    place = f"{_PLACE}, field {name}"
    given = entry.get("parameters")
    if not isinstance(given, dict):
        raise InputError(place, "its parameters are no table", _REMEDY)
    covariances = {}
    for key, side in (("row covariance", "rows"), ("column covariance", "cols")):
        if key in entry:
            if not isinstance(entry[key], str):
                raise InputError(place, f"its {key} is no text", _REMEDY)
            covariances[side] = parse_expression(entry[key], names, place)
    symbol = MatrixSymbol(name, _space(texts["rows"], names), _space(texts["cols"], names))
    parameters = {str(key): _scalar(value, names) for key, value in given.items()}
    if set(parameters) & {"symbol", "variance", "rows", "cols", "kind", "law"}:
        raise InputError(place, "a parameter of its law has a name of the field's own", _REMEDY)
    variance = _scalar(texts["variance"], names)
    return _made(
        lambda: Gaussian(symbol, variance=variance, kind=texts["law"], **covariances, **parameters), place
    )


def _spectrum(entry: object, names: Mapping[str, Any]) -> Spectrum:
    place = f"{_PLACE}, spectra"
    if not isinstance(entry, dict):
        raise InputError(place, "a spectrum is no table", _REMEDY)
    if "eigenvalues" in entry:
        return Eigenvalues.of(entry["eigenvalues"], place)
    kind = entry.get("kind")
    if not isinstance(kind, str) or kind not in SPECTRA:
        raise unknown_name(place, "spectrum", str(kind), SPECTRA)
    parameters = {key: _scalar(value, names) for key, value in entry.items() if key != "kind"}
    for key in parameters:
        if key not in SPECTRA[kind].standard:
            raise unknown_name(place, "parameter", key, SPECTRA[kind].standard)
    return _made(lambda: SPECTRA[kind](**parameters), place)
