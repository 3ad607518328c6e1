"""Models on a page: fields with their laws, what is known of eigenvalues, and what a model file adds."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from sympy import MatrixSymbol, Symbol

from planaria.ensembles.model import Gaussian, Model
from planaria.ensembles.spectra import Spectrum, eigenvalue
from planaria.ensembles.text.model_data import ModelFile, Parameter, Space
from planaria.writing.latex.derivation import latex_expression
from planaria.writing.latex.printing import FormulaPrinter
from planaria.writing.latex.rules import contractions
from planaria.writing.latex.spectra import latex_eigenvalue
from planaria.writing.names import latex_name
from planaria.writing.notebook.markup import (
    Node,
    captioned,
    details,
    element,
    faint,
    formula,
    heading,
    page,
    table,
)

__all__ = ["model_file_html", "model_html"]

_FEW = 6  # eigenvalues that are listed one by one
_CELL = 300.0  # points of a formula beside others


def model_html(model: Model) -> str:
    """Fields, laws and spectra."""
    return page(heading("Model"), *_parts(model))


def model_file_html(file: ModelFile) -> str:
    """Title, fields and quantities; names and citations below."""
    quantities = table(
        ("quantity", "expression"),
        [
            (one.name, element("div", formula(latex_expression(one.expression), _CELL), faint(one.about)))
            for one in file.quantities
        ],
    )
    return page(
        heading(file.title or file.name),
        *(faint(" ".join(part.split())) for part in (file.about,) if part),
        *_parts(file.model),
        captioned("Quantities", quantities) if file.quantities else None,
        details(
            "names",
            table(
                ("", "name", "what it is", "default"),
                [
                    *(_declared("dimension", one) for one in file.spaces),
                    *(_declared("parameter", one) for one in file.parameters),
                    *(("matrix", _symbol(one.symbol), one.about, "") for one in file.matrices),
                ],
            ),
        ),
        details("to be cited", *(faint(one) for one in file.citations)) if file.citations else None,
    )


def _parts(model: Model) -> Iterator[Element]:
    yield table(
        ("field", "law", "shape", "covariance of its entries"),
        [(_symbol(one.symbol), one.law.name, formula(_shape(one)), _covariance(one)) for one in model.fields],
    )
    if model.spectra:
        rows = [_spectrum(matrix, spectrum) for matrix, spectrum in model.spectra]
        yield table(("matrix", "eigenvalues"), rows)
    if model.small:
        spaces = ",\\; ".join(latex_expression(space) for space in model.small)
        yield element("div", "small, and stays while all other spaces grow: ", formula(spaces))


def _covariance(one: Gaussian) -> Element:
    """What is known of pairs of entries, a line for each kind of pair."""
    return element("div", *(element("div", formula(line, _CELL)) for line in contractions(one, FormulaPrinter())))


def _spectrum(matrix: MatrixSymbol, spectrum: Spectrum) -> tuple[Node, Node]:
    symbol = eigenvalue(matrix)
    written = latex_eigenvalue(spectrum, latex_expression, matrix.shape[0])
    if written is not None:
        return _symbol(matrix), formula(f"{latex_expression(symbol)} = {written}", _CELL)
    listed = spectrum.listed or ()
    if len(listed) > _FEW:
        return _symbol(matrix), f"{len(listed):,} that are given"
    return _symbol(matrix), formula(",\\; ".join(map(latex_expression, listed)), _CELL)


def _declared(kind: str, one: Space | Parameter) -> tuple[Node, ...]:
    default = "" if one.default is None else formula(latex_expression(one.default))
    return kind, _symbol(one.symbol), one.about, default


def _symbol(symbol: Symbol | MatrixSymbol) -> Element:
    return formula(latex_name(str(symbol.name)))


def _shape(one: Gaussian) -> str:
    return r" \times ".join(latex_expression(space) for space in one.shape)
