"""Which numbers a quantity needs, which of them are given, and what is said of those that are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sympy import Expr, Integer, MatrixSymbol, Symbol, oo

from planaria.algebra.errors import InputError
from planaria.app.inputs import Names
from planaria.diagrams.expressions.contents import contents_of
from planaria.ensembles.model import Gaussian, Model
from planaria.numerics.quadrature.nodes import is_law

__all__ = ["Needs", "check_sizes", "needs_of"]

_MOST_EIGENVALUES = 1_000_000
_MOST_ENTRIES = 25_000_000


class Needs:
    """The symbols and the deterministic matrices that a quantity contains, its fields' laws included."""

    def __init__(self, symbols: Iterable[Symbol], matrices: Iterable[MatrixSymbol], fields: Iterable[Gaussian]):
        self.symbols = frozenset(symbols)
        self.matrices = tuple(matrices)
        self.fields = tuple(fields)

    def check_given(self, given: Iterable[Symbol], model: Model, names: Names, place: str) -> None:
        """InputError that names everything that is missing, with options to add."""
        without = [one for one in self.matrices if model.spectrum(one) is None]
        if without:
            several = " and ".join(str(one.name) for one in without)
            options = " ".join(f"--spectrum-file {one.name}=FILE" for one in without)
            raise InputError(
                place,
                f"the eigenvalues of {several} are not known",
                f"add {options}, or a kind such as --spectrum {without[0].name}=identity",
            )
        known = set(given)
        missing = [(name, s) for name, s in names.scalars.items() if s in self.symbols - known]
        if missing:
            listed = ", ".join(f"{name} ({names.about[s]})" if names.about.get(s) else name for name, s in missing)
            example = " ".join(f"--set {name}={'100' if name in names.spaces else '1'}" for name, _ in missing)
            verb = "are values" if len(missing) > 1 else "is a value"
            raise InputError(place, f"there {verb} missing for {listed}", f"add numbers, as in {example}")


def needs_of(expression: Expr, model: Model) -> Needs:
    """What the expectation of an expression depends on."""
    contents = contents_of(expression, model)
    return Needs(contents.symbols, contents.matrices, contents.fields)


def check_sizes(needs: Needs, model: Model, values: Mapping[Expr, Expr], *, simulated: bool) -> None:
    """InputError for sizes whose eigenvalues, or whose random matrices, would not fit into memory."""

    def size(space: Expr) -> Expr:
        return space if isinstance(space, Integer) else values[space]

    for matrix in needs.matrices:
        space, spectrum = matrix.shape[0], model.spectrum(matrix)
        alone = sum(other.shape[0] == space for other in needs.matrices) == 1
        few = spectrum is not None and (spectrum.is_identity or (alone and is_law(spectrum, values)))
        if not few and size(space) > _MOST_EIGENVALUES:
            raise InputError(
                f"--set {space}",
                f"the {_said(size(space))} eigenvalues of {matrix.name} are too many, since each one counts",
                f"give {space} a size of at most {_MOST_EIGENVALUES:,}",
            )
    if not simulated:
        return
    shapes = [field.shape for field in needs.fields] + [matrix.shape for matrix in needs.matrices]
    spaces = {space for shape in shapes for space in shape}
    largest = max(spaces, key=size)
    if size(largest) ** 2 > _MOST_ENTRIES:
        raise InputError(
            "--simulate",
            f"matrices of size {largest} = {_said(size(largest))} are too large to draw",
            f"give sizes of at most {int(_MOST_ENTRIES**0.5):,}, or leave --simulate out",
        )


def _said(size: Expr) -> str:
    return "oo" if size is oo else f"{int(size):,}"
