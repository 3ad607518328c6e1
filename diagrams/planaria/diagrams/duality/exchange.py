"""Exchanges: involutions of the names of a model, and what they do to scalars, letters and expressions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sympy import Basic, Expr, MatMul, MatrixExpr, MatrixSymbol

from planaria.algebra.rational import Ratio
from planaria.algebra.values import Portable
from planaria.diagrams.expressions.expression import Letter, Setting
from planaria.diagrams.expressions.letters import transposed_letter
from planaria.ensembles.spectra import eigenvalue

__all__ = ["Exchange", "Image", "turned"]


@dataclass(frozen=True)
class Image:
    """What a field becomes: another field (or itself), perhaps transposed or conjugated."""

    field: MatrixSymbol
    transposed: bool = False
    conjugated: bool = False

    def __str__(self) -> str:
        suffix = {(False, False): "", (True, False): ".T", (True, True): ".H", (False, True): ".H.T"}
        return f"{self.field.name}{suffix[self.transposed, self.conjugated]}"


@dataclass(frozen=True)
class Exchange(Portable):
    """An involution of spaces, fields, deterministic matrices and parameters.

    It acts on fields of unit covariance: where X = sqrt(variance) A X1 B with independent standard entries in
    X1, it is X1 that becomes the standard field of its image. Variances and covariances are functions of the
    parameters and of the deterministic matrices, and follow them. So every exchange that fits the shapes and
    the kinds of the fields maps the Gaussian measure to itself, and the expectation of an expression at the
    exchanged parameters is the expectation of the exchanged expression.

    Attributes
    ----------
    spaces, matrices, parameters
        The pairs that are exchanged, each pair once.
    fields
        The image of every field that is not fixed.
    """

    spaces: tuple[tuple[Expr, Expr], ...]
    fields: tuple[tuple[MatrixSymbol, Image], ...]
    matrices: tuple[tuple[MatrixSymbol, MatrixSymbol], ...] = ()
    parameters: tuple[tuple[Expr, Expr], ...] = ()

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The names that change places: spaces, then fields, matrices and parameters, each pair once."""
        fields = [
            (str(symbol.name), str(image if symbol == image.field else image.field.name))
            for symbol, image in self.fields
            if str(symbol.name) <= str(image.field.name)
        ]
        return (
            *((str(a), str(b)) for a, b in self.spaces),
            *fields,
            *((str(a.name), str(b.name)) for a, b in self.matrices),
            *((str(a), str(b)) for a, b in self.parameters),
        )

    def __str__(self) -> str:
        return ", ".join(f"{a} <-> {b}" for a, b in self.pairs)

    @property
    def renames(self) -> bool:
        """Whether it changes no space, matrix or parameter: names of what is averaged over, and no more."""
        return not (self.spaces or self.matrices or self.parameters)

    def image(self, symbol: MatrixSymbol) -> Image:
        """What becomes of a field; itself if the exchange does not name it."""
        return next((image for one, image in self.fields if one == symbol), Image(symbol))

    def space(self, space: Expr) -> Expr:
        """What becomes of a space."""
        return _both_ways(self.spaces).get(space, space)

    @cached_property
    def scalars(self) -> Mapping[Basic, Basic]:
        """Every scalar that is exchanged: dimensions, parameters and eigenvalues."""
        eigenvalues = [(eigenvalue(a), eigenvalue(b)) for a, b in self.matrices]
        return _both_ways([*self.spaces, *self.parameters, *eigenvalues])

    def ratio(self, value: Ratio) -> Ratio:
        """A function of scalars and eigenvalues, exchanged. Its ring has to know the names on both sides."""
        ring = value.ring
        known = {a: ring.generator(b) for a, b in self.scalars.items() if a in ring.index}
        return value.substitute(known) if known else value

    def letter(self, letter: Letter, setting: Setting) -> Letter:
        """The letter of the field of the other side."""
        image = self.image(setting.model.fields[letter.field].symbol)
        field = setting.model.field_index(image.field)
        assert field is not None  # an image is a field of the same model
        rows, cols = self.space(letter.rows), self.space(letter.cols)
        transposed = letter.transposed != image.transposed
        conjugated = letter.conjugated != image.conjugated
        return Letter(field, transposed, conjugated, rows, cols)

    def expression(self, expression: Expr) -> Expr:
        """A scalar without fields, such as a moment or a closed form, exchanged."""
        names: dict[Any, Any] = dict(self.scalars)
        names.update(_both_ways(self.matrices))
        return _replace(expression, names)


def turned(letter: Letter, setting: Setting) -> Letter:
    """The transpose of a letter.

    That of an antisymmetric field is written as a letter of its own, which no expression has: words are then
    compared without the sign that turns them over. It costs dualities, and makes none that does not hold.
    """
    return transposed_letter(letter, max(0, setting.fields[letter.field].law.transpose))


def _both_ways(pairs: Any) -> dict[Any, Any]:
    return {one: other for a, b in pairs for one, other in ((a, b), (b, a))}


def _replace(expression: Any, names: Mapping[Any, Any]) -> Any:
    """Simultaneous replacement; a matrix symbol is replaced as a whole, its dimensions with it."""
    if expression in names:
        return names[expression]
    if isinstance(expression, MatrixSymbol) or not expression.args:
        return expression
    arguments = [_replace(one, names) for one in expression.args]
    if all(new is old for new, old in zip(arguments, expression.args, strict=True)):
        return expression
    if isinstance(expression, MatMul):  # deterministic matrices commute, and are written in order of their names
        arguments.sort(key=lambda one: (isinstance(one, MatrixExpr), str(one)))
    return expression.func(*arguments)
