"""The same model with every space some times as large: what one planar value is the limit of.

The planar value of a model belongs to no size. With all spaces s times as large, every eigenvalue s times as
often, and every variance divided by s, a diagram of E ribbons and F faces keeps its weight up to a factor
s**(F - E). A planar diagram on one trace has F = E + 1, so it grows like the trace itself; each loss of Euler
characteristic costs a factor 1/s. So the expression with `tr/s` in the place of `tr`, and with the sizes that are
*written* in it kept as the numbers that they are, has the same planar value at every s, and what is not planar
falls like 1/s. The spaces whose dimension is a plain number are stretched like the others: that is how the planar
value counts them.

Spaces that are declared small stay as they are. A trace over one of them has its own face in it and F = E others:
it is of order 1, and is not divided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Basic, Expr, Identity, Integer, MatrixExpr, MatrixSymbol, Symbol, Trace, Transpose, ZeroMatrix
from sympy import conjugate as conjugate_of
from sympy.matrices.expressions import Adjoint

from planaria.algebra.errors import InputError
from planaria.algebra.values import Portable
from planaria.diagrams.expressions.contents import contents_of
from planaria.diagrams.expressions.orders import read_on_small
from planaria.ensembles.model import Gaussian, Model
from planaria.ensembles.spectra import Eigenvalues, Spectrum
from planaria.ensembles.text.log_determinant import LogDet
from planaria.numerics.spectra import eigenvalues

__all__ = ["Stretched", "correction_power", "sizes_of", "stretch"]


@dataclass(frozen=True)
class Stretched(Portable):
    """An expression and a model of `scale` times the sizes, and the numbers for both: input of a simulation."""

    scale: int
    expression: Expr
    model: Model
    values: Mapping[Symbol, Any]
    largest: int  # the largest size of a space


def stretch(expression: Expr, model: Model, values: Mapping[Symbol, Any], scale: int) -> Stretched:
    """The expression in the model of `scale` times the sizes, with the same planar value.

    Parameters
    ----------
    expression
        A scalar expression in traces.
    model
        Fields, and the spectra of all deterministic matrices that occur.
    values
        Numbers for parameters and dimensions; a dimension that a listed spectrum gives may be left out.
    scale
        A positive integer.

    Raises
    ------
    InputError
        For a scale that is no positive integer, a dimension without a size, or a matrix without a spectrum.

    >>> from sympy import symbols
    >>> N, P = symbols("N P", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> twice = stretch(Trace(x * x.T) / N, Model([Gaussian(x, variance=1 / P)]), {N: 4, P: 6}, 2)
    >>> print(twice.expression, twice.model.fields[0].variance, twice.values[N], twice.values[P])
    Trace(x*x.T)/8 1/12 8 12
    """
    if isinstance(scale, bool) or not isinstance(scale, int) or scale < 1:
        raise InputError("stretch", f"the scale is {scale!r}", "give a positive integer")
    expression = read_on_small(expression, model)
    contents = contents_of(expression, model)
    sizes = sizes_of(expression, model, values)
    scales = {space: 1 if space in model.small else scale for space in sizes}
    change = _Change(sizes, {space: _name(space) for space in sizes}, scale, frozenset(model.small))
    fields = [change.field(field) for field in contents.fields]
    spectra = {
        change.matrix(matrix): _repeated(matrix, spectrum, sizes[matrix.shape[0]], values, scales[matrix.shape[0]])
        for matrix, spectrum in model.spectra
        if matrix in contents.matrices
    }
    numbers = {symbol: value for symbol, value in values.items() if symbol not in sizes}
    stretched = {change.names[space]: scales[space] * size for space, size in sizes.items()}
    return Stretched(
        scale,
        change.scalar(expression),
        Model(fields, spectra),
        {**numbers, **stretched},
        max(stretched.values()),
    )


def sizes_of(expression: Expr, model: Model, values: Mapping[Symbol, Any]) -> dict[Expr, int]:
    """The sizes of the spaces of an expression: numbers that are given, plain numbers, lengths of lists."""
    used = contents_of(expression, model).fields
    covariances = [one for field in used for one in (field.rows, field.cols) if one is not None]
    atoms = {a for e in (expression, *covariances) for a in e.atoms(MatrixSymbol, Identity, ZeroMatrix)}
    spaces = {space for atom in (*atoms, *(field.symbol for field in used)) for space in atom.shape}
    listed = {m.shape[0]: len(s.listed) for m, s in model.spectra if s.listed is not None}
    sizes: dict[Expr, int] = {}
    for space in sorted(spaces, key=str):
        number = space if isinstance(space, Integer) else values.get(space, listed.get(space))
        if number is None:
            raise InputError("stretch", f"the dimension {space} has no value", f"give {space} a value")
        sizes[space] = int(number)
    return sizes


def correction_power(expression: Expr, model: Model) -> int:
    """2 where corrections are a series in 1/size**2, else 1.

    Untwisted ribbons make orientable surfaces only, and these have an even Euler characteristic. A complex
    field, say, has untwisted ribbons only, unless it occurs transposed or conjugated alone. A further face in a
    small space costs one power.
    """
    if any(space in model.small for field in contents_of(expression, model).fields for space in field.shape):
        return 1
    complex_only = all(field.law.is_orientable for field in contents_of(expression, model).fields)
    return 1 if not complex_only or expression.has(Transpose, conjugate_of) else 2


@dataclass(frozen=True)
class _Change:
    """The rewriting of expressions: matrices get new spaces, written sizes become numbers, traces are divided."""

    sizes: Mapping[Expr, int]
    names: Mapping[Expr, Symbol]
    scale: int
    small: frozenset[Expr]

    def field(self, field: Gaussian) -> Gaussian:
        rows, cols = (None if one is None else self._rebuilt(one) for one in (field.rows, field.cols))
        variance = self.scalar(field.variance) / self.scale
        symbol, law = self.matrix(field.symbol), field.law.changed(self.scalar)
        return Gaussian(symbol, variance, rows, cols, law=law)

    def matrix(self, matrix: MatrixSymbol) -> MatrixSymbol:
        return MatrixSymbol(matrix.name, *(self.names[space] for space in matrix.shape))

    def scalar(self, expression: Expr) -> Expr:
        return self._rebuilt(expression)

    def _rebuilt(self, node: Basic) -> Any:
        if isinstance(node, MatrixSymbol):
            return self.matrix(node)
        if isinstance(node, (Identity, ZeroMatrix)):
            spaces = [self.names[space] for space in node.shape]
            return Identity(spaces[0]) if isinstance(node, Identity) else ZeroMatrix(*spaces)
        if isinstance(node, (Trace, LogDet)):
            rebuilt = node.func(self._rebuilt(node.arg))
            return rebuilt if node.arg.shape[0] in self.small else rebuilt / self.scale
        if isinstance(node, Symbol):
            return Integer(self.sizes[node]) if node in self.sizes else node
        if not node.args:
            return node
        if isinstance(node, (Transpose, Adjoint)) and isinstance(node.arg, MatrixExpr):
            return node.func(self._rebuilt(node.arg))
        return node.func(*(self._rebuilt(one) for one in node.args))


def _name(space: Expr) -> Symbol:
    """The symbol of a stretched space. That of a plain number has a name that no model can give."""
    return space if isinstance(space, Symbol) else Symbol(f"size {space}", positive=True)


def _repeated(
    matrix: MatrixSymbol, spectrum: Spectrum, size: int, values: Mapping[Symbol, Any], scale: int
) -> Spectrum:
    """Every eigenvalue `scale` times in its place, so that matrices of one space still share their basis."""
    if spectrum.is_identity:
        return spectrum
    if spectrum.listed is not None:
        return Eigenvalues(tuple(value for value in spectrum.listed for _ in range(scale)))
    found = eigenvalues(spectrum, size, values, place=f"spectrum of {matrix.name}").tolist()
    return Eigenvalues.of([value for value in found for _ in range(scale)], f"spectrum of {matrix.name}")
