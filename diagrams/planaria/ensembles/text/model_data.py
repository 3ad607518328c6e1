"""What a model file says, as immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from sympy import Expr, MatrixSymbol, Rational, Symbol

from planaria.algebra.errors import unknown_name
from planaria.algebra.values import Portable
from planaria.ensembles.extensions import VIEWS, extension
from planaria.ensembles.model import Model
from planaria.ensembles.text.grammar import parse_expression
from planaria.ensembles.text.to_sympy import Value

__all__ = ["Matrix", "ModelFile", "Parameter", "Quantity", "Space"]


@dataclass(frozen=True)
class Space(Portable):
    """The range of an index, named by its dimension."""

    symbol: Symbol
    about: str = ""
    default: Rational | None = None


@dataclass(frozen=True)
class Parameter(Portable):
    """A number that a model leaves open: a positive one, unless its symbol says otherwise."""

    symbol: Symbol
    about: str = ""
    default: Rational | None = None


@dataclass(frozen=True)
class Matrix(Portable):
    """A deterministic matrix over one space; what is known of its spectrum stands in the Model."""

    symbol: MatrixSymbol
    about: str = ""


@dataclass(frozen=True)
class Quantity(Portable):
    """A scalar whose expectation is asked for."""

    name: str
    expression: Expr
    about: str = ""


@dataclass(frozen=True)
class ModelFile(Portable):
    """What a model file says, as sympy objects; immutable and hashable.

    >>> from planaria.ensembles.text.model_file import read_model
    >>> text = '''
    ... [spaces]
    ... N = "rows"
    ... P = "columns"
    ... [parameters]
    ... gamma = "ridge"
    ... [fields]
    ... x = { shape = ["N", "P"], variance = "1/P" }
    ... [quantities]
    ... resolvent = "tr(inv(gamma*I(N) + x*x.T))/N"
    ... '''
    >>> read_model(text, "wishart", "wishart.toml").quantity("resolvent").expression
    Trace((gamma*I + x*x.T)**(-1))/N
    """

    name: str
    title: str
    about: str
    citations: tuple[str, ...]
    spaces: tuple[Space, ...]
    parameters: tuple[Parameter, ...]
    matrices: tuple[Matrix, ...]
    model: Model
    definitions: tuple[tuple[str, Value], ...]
    quantities: tuple[Quantity, ...]

    def __str__(self) -> str:
        quantities = ", ".join(one.name for one in self.quantities) or "none"
        return f"{self.name}: {self.model}; quantities {quantities}"

    def _repr_html_(self) -> str:
        return str(extension(VIEWS, "html")(self))

    def quantity(self, name: str) -> Quantity:
        """The quantity of a name; an InputError that names the nearest one where there is none."""
        for one in self.quantities:
            if one.name == name:
                return one
        raise unknown_name(f"model {self.name}", "quantity", name, [one.name for one in self.quantities])

    def place(self, quantity: Quantity) -> str:
        """Where a quantity stands, for an error that is found in it."""
        return f"model {self.name}, quantity {quantity.name}"

    @cached_property
    def names(self) -> Mapping[str, Value]:
        """Every name of the file but the quantities, for further expressions in the same grammar."""
        symbols: list[Any] = [*self.spaces, *self.parameters, *self.matrices, *self.model.fields]
        named: dict[str, Value] = {str(one.symbol.name): one.symbol for one in symbols}
        return MappingProxyType({**named, **dict(self.definitions)})

    @property
    def space_names(self) -> tuple[str, ...]:
        """The names that ``I(...)`` takes."""
        return tuple(str(one.symbol.name) for one in self.spaces)

    def parse(self, text: str, place: str) -> Value:
        """An expression in the file's names and quantities, as ``parse_expression`` reads it.

        >>> from planaria.ensembles.library import load_model
        >>> len(load_model("random-features").parse("loss + noise_loss", "QUANTITY").args)
        2
        """
        quantities = {one.name: one.expression for one in self.quantities}
        return parse_expression(text, {**self.names, **quantities, **self.names}, place, self.space_names)
