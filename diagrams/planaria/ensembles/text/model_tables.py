"""The tables of a model file, checked and turned into sympy objects."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from sympy import Expr, Integer, MatrixExpr, MatrixSymbol, Rational, Symbol

from planaria.algebra.errors import InputError, unknown_name
from planaria.ensembles.laws.known import LAWS, law_of, parameter_names
from planaria.ensembles.model import Gaussian, Model
from planaria.ensembles.spectra import Eigenvalues, Spectrum, check_eigenvalues
from planaria.ensembles.spectra.known import SPECTRA, standard_symbol
from planaria.ensembles.spectra.listed import is_several
from planaria.ensembles.text.entries import as_table, check_keys, exact, short
from planaria.ensembles.text.grammar import RESERVED, names_in, parse_expression
from planaria.ensembles.text.model_data import Matrix, ModelFile, Parameter, Quantity, Space
from planaria.ensembles.text.ranges_of_parameters import range_of
from planaria.ensembles.text.sizes_of_spaces import is_number, is_small, small_numbers
from planaria.ensembles.text.to_sympy import Value

__all__ = ["Reader"]

_KINDS_OF_NAME = {
    "spaces": "space",
    "parameters": "parameter",
    "matrices": "matrix",
    "fields": "field",
    "definitions": "definition",
}
_TOP_LEVEL = ("title", "about", "citations", *_KINDS_OF_NAME, "quantities")


@dataclass
class Reader:
    """Reads the tables in the order in which they build on one another."""

    document: dict[str, Any]
    name: str
    place: str
    names: dict[str, Value] = field(default_factory=dict)
    space_names: list[str] = field(default_factory=list)

    def read(self) -> ModelFile:
        check_keys(self.document, _TOP_LEVEL, self.place, "table or key")
        self._check_names()
        title, about = (
            self._text(self.document.get(key, ""), f"{self.place}, {key}") for key in ("title", "about")
        )
        citations = self.document.get("citations", [])
        if not isinstance(citations, list) or not all(isinstance(one, str) for one in citations):
            raise InputError(f"{self.place}, citations", "this is not a list of texts", 'write ["...", "..."]')
        table = self._table("spaces")
        named = {key: value for key, value in table.items() if not is_number(key)}
        small = [*small_numbers(table, f"{self.place}, [spaces]")]
        spaces = tuple(Space(*self._declaration("spaces", key, value)) for key, value in named.items())
        small += [self.names[key] for key, value in named.items() if is_small(value, self._at("spaces", key))]
        self.space_names = [str(one.symbol.name) for one in spaces]
        for one in spaces:
            if one.default is not None and not isinstance(one.default, Integer):
                raise InputError(
                    self._at("spaces", str(one.symbol.name)),
                    f"the default {one.default} is no size of a space",
                    "give a positive integer",
                )
        table = self._table("parameters")
        parameters = [Parameter(*self._declaration("parameters", key, value)) for key, value in table.items()]
        matrices, spectra = self._matrices(parameters)
        fields = tuple(self._field(key, value) for key, value in self._table("fields").items())
        if not fields:
            raise InputError(
                f"{self.place}, [fields]", "the model has no fields", 'write x = { shape = ["N", "P"] }'
            )
        for each in fields:
            for covariance in (each.rows, each.cols):
                if isinstance(covariance, MatrixSymbol) and covariance in spectra:
                    place = self._at("matrices", str(covariance.name))
                    check_eigenvalues(spectra[covariance], f"{place}, spectrum")
        model = self._model(fields, spectra, small)
        definitions = self._definitions()
        quantities = tuple(self._quantity(key, value) for key, value in self._table("quantities").items())
        return ModelFile(
            self.name,
            title,
            about,
            tuple(citations),
            spaces,
            tuple(parameters),
            matrices,
            model,
            definitions,
            quantities,
        )

    def _model(
        self, fields: tuple[Gaussian, ...], spectra: dict[MatrixSymbol, Spectrum], small: list[Expr]
    ) -> Model:
        model = Model(fields, spectra)
        try:
            return Model(fields, spectra, small) if small else model
        except InputError as error:  # what is wrong with small spaces
            raise InputError(f"{self.place}, {error.place}", error.problem, error.remedy) from None

    # Names and tables.

    def _at(self, table: str, key: str) -> str:
        return f"{self.place}, [{table}] {key}"

    def _table(self, table: str) -> dict[str, Any]:
        content = self.document.get(table, {})
        if not isinstance(content, dict):
            raise InputError(
                f"{self.place}, {table}", "this is not a table", f"write [{table}] on a line of its own"
            )
        return content

    def _check_names(self) -> None:
        """Each name is an identifier, not a word of the grammar, and stands for one thing."""
        owners: dict[str, str] = {}
        for table in (*_KINDS_OF_NAME, "quantities"):
            for key in self._table(table):
                place = self._at(table, key)
                pattern = r"[A-Za-z_][A-Za-z0-9_]*" if table in _KINDS_OF_NAME else r"[A-Za-z_][A-Za-z0-9_-]*"
                if table == "spaces" and is_number(key):
                    continue  # one that is declared small
                if not re.fullmatch(pattern, key):
                    raise InputError(place, f"{key!r} is not a name", "use letters A-Z a-z, digits and _")
                if table not in _KINDS_OF_NAME:
                    continue  # a quantity may be called like its definition
                if key in RESERVED:
                    raise InputError(place, f"'{key}' is a word of the grammar", "call it by another name")
                if key in owners:
                    raise InputError(
                        place, f"'{key}' is already a {owners[key]}", "give each thing a name of its own"
                    )
                owners[key] = _KINDS_OF_NAME[table]

    def _text(self, value: object, place: str) -> str:
        if not isinstance(value, str):
            raise InputError(place, f"{short(value)} is not a text", 'write "..."')
        return value

    def _declaration(self, table: str, key: str, value: object) -> tuple[Symbol, str, Rational | None]:
        """A space or a parameter: a text, or a table with a default."""
        place = self._at(table, key)
        signed, is_complex = range_of(value, place) if table == "parameters" else (False, False)
        symbol = Symbol(key, **{"complex" if is_complex else "real" if signed else "positive": True})
        self.names[key] = symbol
        if not isinstance(value, dict):
            if not isinstance(value, str):
                raise InputError(
                    place,
                    f"{short(value)} is neither a text nor a table",
                    'write a description, or { about = "...", default = 1 }',
                )
            return symbol, value, None
        own = {"parameters": ("sign", "complex"), "spaces": ("size",)}[table]
        check_keys(value, ("about", "default", *own), place, "key")
        if value.get("sign", "any") != "any":
            raise InputError(
                place, f"the sign {short(value['sign'])} is none", 'write sign = "any", or leave it out'
            )
        about = self._text(value.get("about", ""), f"{place}, about")
        if "default" not in value:
            return symbol, about, None
        default = exact(value["default"])
        if default is None or (default <= 0 and not signed):
            what, remedy = ("finite", "give a number") if signed else ("positive finite", "give a number > 0")
            raise InputError(
                place,
                f"the default {short(value['default'])} is not a {what} number",
                remedy,
            )
        return symbol, about, default

    def _space(self, value: object, place: str) -> Expr:
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):  # ["1", "M"] is meant for [1, "M"]
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            if value >= 1:
                return Integer(value)
            raise InputError(place, f"{value} is not the size of a space", "name a space or give an integer >= 1")
        if not isinstance(value, str):
            raise InputError(place, f"{short(value)} is not the name of a space", 'write the name, such as "N"')
        if value not in self.space_names:
            raise unknown_name(place, "space", value, self.space_names)
        return self.names[value]

    # Matrices and their spectra.

    def _matrices(self, parameters: list[Parameter]) -> tuple[tuple[Matrix, ...], dict[MatrixSymbol, Spectrum]]:
        matrices: list[Matrix] = []
        spectra: dict[MatrixSymbol, Spectrum] = {}
        for key, value in self._table("matrices").items():
            place = self._at("matrices", key)
            entry = as_table(value, place, '{ space = "N" }')
            check_keys(entry, ("space", "spectrum", "about"), place, "key")
            if "space" not in entry:
                raise InputError(place, "the matrix has no space", 'write space = "N"')
            space = self._space(entry["space"], f"{place}, space")
            symbol = MatrixSymbol(key, space, space)
            matrices.append(Matrix(symbol, self._text(entry.get("about", ""), f"{place}, about")))
            if "spectrum" in entry:
                spectra[symbol] = self._spectrum(entry["spectrum"], f"{place}, spectrum", parameters)
                self._check_count(spectra, symbol, place)
            self.names[key] = symbol
        return tuple(matrices), spectra

    def _spectrum(self, value: object, place: str, parameters: list[Parameter]) -> Spectrum:
        if isinstance(value, list):
            for position, number in enumerate(value, start=1):
                if exact(number) is None and not is_several(number):
                    raise InputError(
                        place,
                        f"eigenvalue {position} is {short(number)}, not a finite number",
                        "give real numbers",
                    )
            return Eigenvalues.of(value, place)
        entry = value if isinstance(value, dict) else {"kind": value}
        kind = entry.get("kind")
        if not isinstance(kind, str):
            raise InputError(
                place,
                f"{short(value)} is not a spectrum",
                "write a list of numbers or " + " or ".join(SPECTRA),
            )
        if kind not in SPECTRA:
            raise unknown_name(place, "spectrum", kind, SPECTRA)
        spectrum = SPECTRA[kind]
        check_keys(entry, ("kind", *spectrum.standard), place, "key")
        own = {
            key: self._law_parameter(
                entry.get(key, standard), standard_symbol(spectrum, key), about, f"{place}, {key}", parameters
            )
            for key, (standard, about) in spectrum.standard.items()
        }
        return spectrum(**own)

    def _law_parameter(
        self, name: object, standard: Symbol, about: str, place: str, parameters: list[Parameter]
    ) -> Symbol:
        """A parameter of a spectrum: one that is declared, or the standard one."""
        declared = [str(one.symbol.name) for one in parameters]
        if not isinstance(name, str):
            raise InputError(
                place, f"{short(name)} is not the name of a parameter", 'write a name, such as "beta"'
            )
        if name in declared:
            return parameters[declared.index(name)].symbol
        owners = [table for table in _KINDS_OF_NAME if name in self._table(table)]
        if name != str(standard):
            raise unknown_name(place, "parameter", name, declared)
        if owners:
            raise InputError(
                place,
                f"'{name}' is already a {_KINDS_OF_NAME[owners[0]]}",
                "declare the parameter by another name",
            )
        parameters.append(Parameter(standard, about))
        self.names[name] = standard
        return standard

    def _check_count(self, spectra: dict[MatrixSymbol, Spectrum], symbol: MatrixSymbol, place: str) -> None:
        """A list of eigenvalues is as long as its space: one length for all matrices of a space."""
        own = spectra[symbol]
        if own.listed is None:
            return
        space = symbol.shape[0]
        if isinstance(space, Integer) and space != len(own.listed):
            raise InputError(
                place,
                f"the spectrum has {len(own.listed)} eigenvalues in a space of {space}",
                f"give {space} eigenvalues",
            )
        for other, spectrum in spectra.items():
            if other.shape[0] != space or spectrum.listed is None:
                continue
            if len(spectrum.listed) != len(own.listed):
                raise InputError(
                    place,
                    f"it has {len(own.listed)} eigenvalues, and {other.name} has {len(spectrum.listed)}",
                    f"matrices of the space {space} have lists of one length",
                )

    # Fields, definitions and quantities.

    def _field(self, key: str, value: object) -> Gaussian:
        place = self._at("fields", key)
        entry = as_table(value, place, '{ shape = ["N", "P"] }')
        kind = entry.get("kind", "real")
        if not isinstance(kind, str) or kind not in LAWS:
            raise unknown_name(f"{place}, kind", "kind of field", str(kind), LAWS)
        own = parameter_names(kind)
        check_keys(entry, ("shape", "kind", "variance", "rows", "cols", "about", *own), place, "key")
        shape = entry.get("shape")
        if not isinstance(shape, list) or len(shape) != 2:
            raise InputError(place, "the field has no shape of two spaces", 'write shape = ["N", "P"]')
        rows, cols = (self._space(space, f"{place}, shape") for space in shape)
        self._text(entry.get("about", ""), f"{place}, about")
        covariances: dict[str, MatrixExpr] = {}
        for side in ("rows", "cols"):
            if side in entry:
                covariance = self._expression(entry[side], f"{place}, {side}")
                if not isinstance(covariance, MatrixExpr):
                    raise InputError(f"{place}, {side}", "this is a scalar", "give a covariance matrix")
                covariances[side] = covariance
        variance: Value = Integer(1)
        if "variance" in entry:
            variance = self._expression(entry["variance"], f"{place}, variance")
        parameters = {name: self._expression(entry[name], f"{place}, {name}") for name in own if name in entry}
        symbol = MatrixSymbol(key, rows, cols)
        try:
            law = law_of(kind, place, **parameters)
            gaussian = Gaussian(symbol, variance, **covariances, law=law)
        except InputError as error:
            raise InputError(place, error.problem, error.remedy) from None
        return gaussian

    def _expression(self, value: object, place: str) -> Value:
        if not isinstance(value, str):
            number = exact(value)
            if number is None:
                raise InputError(
                    place, f"{short(value)} is not an expression", 'write "..." in the grammar of models'
                )
            return number
        self._check_random(value, place)
        return parse_expression(value, self.names, place, self.space_names)

    def _check_random(self, text: str, place: str) -> None:
        """Variances and covariances come before fields and definitions: say so, not 'unknown name'."""
        for name in sorted(names_in(text, place)):
            if name in self._table("fields"):
                raise InputError(place, f"'{name}' is a random field", "use deterministic matrices and parameters")
            if name in self._table("definitions"):
                raise InputError(place, f"'{name}' is a definition", "write it out in matrices and parameters")

    def _definitions(self) -> tuple[tuple[str, Value], ...]:
        """Definitions in any order; each is built once, after those that it needs."""
        for key, value in self._table("fields").items():
            rows, cols = (self._space(space, key) for space in value["shape"])
            self.names[key] = MatrixSymbol(key, rows, cols)
        table = self._table("definitions")
        needs: dict[str, list[str]] = {}
        for key, value in table.items():
            place = self._at("definitions", key)
            used = names_in(self._text(value, place), place)
            for name in sorted(used):
                if name not in table and name not in self.names:
                    raise unknown_name(place, "name", name, [*self.names, *table])
            needs[key] = sorted(name for name in used if name in table)
        try:
            order = list(TopologicalSorter(needs).static_order())
        except CycleError as error:
            cycle = list(reversed(error.args[1]))
            raise InputError(
                self._at("definitions", cycle[0]),
                "the definitions go in a circle: " + " -> ".join(cycle),
                "define one of them without the others",
            ) from None
        built: dict[str, Value] = {}
        for key in order:
            built[key] = parse_expression(table[key], self.names, self._at("definitions", key), self.space_names)
            self.names[key] = built[key]
        return tuple((key, built[key]) for key in table)

    def _quantity(self, key: str, value: object) -> Quantity:
        place = self._at("quantities", key)
        about = ""
        if isinstance(value, dict):
            check_keys(value, ("expression", "about"), place, "key")
            about = self._text(value.get("about", ""), f"{place}, about")
            if "expression" not in value:
                raise InputError(place, "the quantity has no expression", 'write expression = "tr(...)"')
            value = value["expression"]
        expression = parse_expression(self._text(value, place), self.names, place, self.space_names)
        if isinstance(expression, MatrixExpr):
            raise InputError(
                place,
                f"a quantity is a scalar, and this is a matrix of shape {tuple(expression.shape)}",
                "take a trace: tr(...)",
            )
        return Quantity(key, expression, about)
