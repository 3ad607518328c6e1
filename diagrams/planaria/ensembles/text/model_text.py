"""A model as the text of a model file, whatever it was made of: a file of results says so what they are of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from hashlib import sha256
from typing import Any

from sympy import Expr, MatrixSymbol, Symbol

from planaria.algebra.errors import InputError
from planaria.ensembles.model import Gaussian, Model
from planaria.ensembles.spectra import Spectrum
from planaria.ensembles.text.formatting import format_expression
from planaria.ensembles.text.to_sympy import Value

__all__ = ["model_text"]

_MOST_LISTED = 1000  # eigenvalues that are written out; of more there is a digest


def model_text(model: Model, quantities: Mapping[str, Expr], about: Mapping[str, str] | None = None) -> str:
    """Fields, matrices, quantities and what they contain, in TOML that reads back as the same model.

    What model files have no words for (a power law with a number for its exponent, thousands of eigenvalues) is
    written as Python shows it, or as a digest: such a text tells models apart, and does not read back.

    Parameters
    ----------
    quantities
        Scalars by name.
    about
        Meanings of dimensions and parameters, by name.

    >>> from sympy import Identity, Trace, symbols
    >>> N, P, gamma = symbols("N P gamma", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> resolvent = Trace((gamma * Identity(N) + x * x.T).inv()) / N
    >>> print(model_text(Model([Gaussian(x, 1 / P)]), {"resolvent": resolvent}, {"gamma": "ridge"}))
    [spaces]
    N = ""
    P = ""
    <BLANKLINE>
    [parameters]
    gamma = "ridge"
    <BLANKLINE>
    [fields]
    x = { shape = ["N", "P"], kind = "real", variance = "1/P" }
    <BLANKLINE>
    [quantities]
    resolvent = "tr(inv(gamma*I(N) + x*x.T))/N"
    <BLANKLINE>
    """
    words = about or {}
    matrices = sorted(_matrices(model, quantities.values()), key=lambda one: str(one.name))
    spaces = {s for one in (*matrices, *(f.symbol for f in model.fields)) for s in _symbols(*one.shape)}
    scalars = {s for one in quantities.values() for s in _symbols(one)}
    for one in model.fields:
        scalars |= _symbols(one.variance, *one.law.parameters.values(), *_covariances(one).values())
    for _, spectrum in model.spectra:
        scalars |= _symbols(*spectrum.free_symbols)
    tables = {
        "spaces": {
            **{s.name: _space_entry(s, words.get(s.name, ""), model) for s in sorted(spaces, key=str)},
            **{str(s): _table({"size": _text("small")}) for s in model.small if not isinstance(s, Symbol)},
        },
        "parameters": {s.name: _parameter(s, words.get(s.name, "")) for s in sorted(scalars - spaces, key=str)},
        "matrices": {str(one.name): _matrix(one, model.spectrum(one)) for one in matrices},
        "fields": {one.name: _field(one) for one in model.fields},
        "quantities": {name: _text(_formula(one)) for name, one in quantities.items()},
    }
    return "\n".join("".join(_lines(name, table)) for name, table in tables.items() if table)


def _lines(name: str, table: Mapping[str, str]) -> Iterator[str]:
    yield f"[{name}]\n"
    for key, value in table.items():
        bare = key.isascii() and (key.replace("-", "_").isidentifier() or key.isdigit())
        yield f"{key if bare else _text(key)} = {value}\n"


def _matrices(model: Model, expressions: Iterable[Expr]) -> set[MatrixSymbol]:
    """The deterministic matrices that occur."""
    parts: list[Any] = [*expressions, *(one for f in model.fields for one in _covariances(f).values())]
    found = {matrix for part in parts for matrix in part.atoms(MatrixSymbol)}
    return {one for one in found if model.field_index(one) is None} | {matrix for matrix, _ in model.spectra}


def _covariances(field: Gaussian) -> dict[str, Value]:
    sides = {"rows": field.rows, "cols": None if field.law.is_square else field.cols}
    return {side: one for side, one in sides.items() if one is not None}


def _space_entry(space: Symbol, about: str, model: Model) -> str:
    if space not in model.small:
        return _text(about)
    return _table({"about": _text(about), "size": _text("small")})


def _parameter(symbol: Symbol, about: str) -> str:
    return _text(about) if symbol.is_positive else _table({"about": _text(about), "sign": _text("any")})


def _matrix(matrix: MatrixSymbol, spectrum: Spectrum | None) -> str:
    entries = {"space": _space(matrix.shape[0])}
    if spectrum is not None:
        entries["spectrum"] = _spectrum(spectrum)
    return _table(entries)


def _spectrum(spectrum: Spectrum) -> str:
    if spectrum.listed is not None:
        numbers = [str(one) for one in spectrum.listed]
        if len(numbers) > _MOST_LISTED:
            digest = sha256(" ".join(numbers).encode()).hexdigest()
            return _text(f"{len(numbers)} eigenvalues, sha256 {digest}")
        return "[" + ", ".join(map(_text, numbers)) + "]"
    if not spectrum.kind:
        return _text(repr(spectrum))
    own = {one.name: _text(str(getattr(spectrum, one.name))) for one in fields(spectrum)}
    return _table({"kind": _text(spectrum.kind), **own}) if own else _text(spectrum.kind)


def _field(field: Gaussian) -> str:
    rows, cols = field.shape
    formulas: dict[str, Value] = {"variance": field.variance, **_covariances(field), **field.law.parameters}
    return _table(
        {
            "shape": f"[{_space(rows)}, {_space(cols)}]",
            "kind": _text(field.kind),
            **{name: _text(_formula(one)) for name, one in formulas.items() if name != "variance" or one != 1},
        }
    )


def _space(space: Expr) -> str:
    return _text(str(space)) if isinstance(space, Symbol) else str(space)


def _formula(expression: Value) -> str:
    try:
        return format_expression(expression)
    except InputError:  # no words for it in the grammar
        return str(expression)


def _table(entries: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{key} = {value}" for key, value in entries.items()) + " }"


def _text(text: str) -> str:
    """A text of TOML: its escapes are those of JSON."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False)


def _symbols(*expressions: Value) -> set[Symbol]:
    return {s for one in expressions for s in one.free_symbols if isinstance(s, Symbol)}
