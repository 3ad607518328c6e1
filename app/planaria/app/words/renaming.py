"""A model under the names that ``--symbols`` asks for: all that is made of it has them, pictures too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sympy import Basic, Expr, MatrixExpr, MatrixSymbol, Symbol

from planaria.app.words.early import is_word
from planaria.ensembles.model import Gaussian, Model
from planaria.ensembles.spectra import Spectrum
from planaria.ensembles.text.model_data import Matrix, ModelFile, Quantity
from planaria.writing.terminal.expressions import Formulas

__all__ = ["renamed_model", "renamed_quantities"]


def renamed_model(file: ModelFile, renames: Mapping[str, str]) -> ModelFile:
    """The model with other names for spaces, parameters, matrices and fields, all at once.

    >>> from planaria.ensembles.library import load_model
    >>> renamed_model(load_model("marchenko-pastur"), {"N": "P", "P": "N"}).quantity("resolvent").expression
    Trace((gamma*I + x*x.T)**(-1))/P
    """
    if not renames:
        return file
    change = _substitution(file, renames)
    return replace(
        file,
        spaces=tuple(replace(one, symbol=change.get(one.symbol, one.symbol)) for one in file.spaces),
        parameters=tuple(replace(one, symbol=change.get(one.symbol, one.symbol)) for one in file.parameters),
        matrices=tuple(Matrix(one.symbol.xreplace(change), one.about) for one in file.matrices),
        model=Model(
            tuple(_field(one, change) for one in file.model.fields),
            {matrix.xreplace(change): _spectrum(one, change) for matrix, one in file.model.spectra},
            [one.xreplace(change) for one in file.model.small],
        ),
        definitions=tuple((name, value.xreplace(change)) for name, value in file.definitions),
        quantities=renamed_quantities(file.quantities, file, renames),
    )


def renamed_quantities(
    quantities: tuple[Quantity, ...], file: ModelFile, renames: Mapping[str, str]
) -> tuple[Quantity, ...]:
    """Quantities of the model, or expressions in its names, under the new names."""
    change, formulas = _substitution(file, renames), Formulas(renames)
    return tuple(
        replace(
            one,
            name=one.name if is_word(one.name) else formulas.renamed_text(one.name),
            expression=one.expression.xreplace(change),
        )
        for one in quantities
    )


def _substitution(file: ModelFile, renames: Mapping[str, str]) -> dict[Basic, Basic]:
    """The new symbol of each one that is called otherwise, or whose shape is."""
    spectral = {symbol for _, one in file.model.spectra for symbol in one.free_symbols}
    scalars = {*(one.symbol for one in file.spaces), *(one.symbol for one in file.parameters), *spectral}
    change: dict[Basic, Basic] = {
        one: Symbol(renames[one.name], **one.assumptions0) for one in scalars if one.name in renames
    }
    for old in (*(one.symbol for one in file.matrices), *(one.symbol for one in file.model.fields)):
        name, (rows, cols) = str(old.name), old.shape
        new = MatrixSymbol(renames.get(name, name), rows.xreplace(change), cols.xreplace(change))
        if new != old:
            change[old] = new
    return change


def _field(field: Gaussian, change: Mapping[Basic, Basic]) -> Gaussian:
    def changed(one: Expr) -> Expr:
        return one.xreplace(change)

    def covariance(one: MatrixExpr | None) -> MatrixExpr | None:
        return None if one is None else one.xreplace(change)

    return Gaussian(
        field.symbol.xreplace(change),
        changed(field.variance),
        covariance(field.rows),
        covariance(field.cols),
        law=field.law.changed(changed),
    )


def _spectrum(spectrum: Spectrum, change: Mapping[Basic, Basic]) -> Spectrum:
    return replace(spectrum, **{name: value.xreplace(change) for name, value in spectrum.parameters.items()})
