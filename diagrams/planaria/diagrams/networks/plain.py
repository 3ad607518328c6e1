"""The plain form of a view: text, whole numbers and truth values only, as files of graphs hold them.

Scalars are written in the grammar of model files, and the model as one JSON object of such texts.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sympy import Expr, MatrixSymbol, Symbol

from planaria.algebra.errors import InputError, kind_of
from planaria.algebra.rational import Ratio
from planaria.diagrams.expressions.expression import Letter, Setting
from planaria.diagrams.networks.view import Contracted
from planaria.ensembles.laws.known import LAWS
from planaria.ensembles.spectra.known import SPECTRA
from planaria.ensembles.spectra.spectrum import Spectrum
from planaria.ensembles.text.grammar import format_expression

if TYPE_CHECKING:
    from networkx import MultiGraph

__all__ = ["ASSUMPTIONS", "BETWEEN", "LETTERS", "plain"]

LETTERS = {(False, False): "", (True, False): ".T", (True, True): ".H", (False, True): ".H.T"}
"""How a letter is written, by whether it is transposed and whether conjugated."""

BETWEEN = "; "
"""What stands between corners."""

ASSUMPTIONS: tuple[dict[str, bool], ...] = (
    {"positive": True},
    {"real": True},
    {},
    {"positive": True, "integer": True},
    {"nonnegative": True},
    {"integer": True},
)
"""What symbols are known to be, most often: the first that fits is written, and all of it where none does."""


def plain(graph: Contracted, weight: Expr) -> MultiGraph[int]:
    """The plain MultiGraph of a contraction of some weight.

    What is read back: ``model`` of the graph; ``position``, ``closed``, ``letters``, ``corners``, ``coefficient``,
    ``rows`` and ``cols`` of a node; ``first``, ``second`` and ``twisted`` of an edge.

    Raises InputError for a model that has no words in the grammar: floats, functions, laws of one's own.
    """
    from networkx import MultiGraph

    setting = graph.setting
    found: MultiGraph[int] = MultiGraph(
        model=json.dumps(_model(setting)),
        weight=str(weight),
        euler_characteristic=graph.euler_characteristic,
    )
    home: dict[int, int] = {}
    for number, (word, letters) in enumerate(zip(graph.words, graph.vertices, strict=True)):
        found.add_node(
            number,
            position=number,
            closed=word.closed,
            letters=" ".join(letter_text(letter, setting) for letter in word.letters),
            corners=BETWEEN.join(_ratio(corner) for corner in word.corners),
            coefficient=_ratio(word.coefficient),
            rows=str(word.rows),
            cols=str(word.cols),
        )
        home.update(dict.fromkeys(letters, number))
    for i, j in graph.ribbons:
        name = setting.fields[graph.letters[i].field].name
        found.add_edge(home[i], home[j], key=i, first=i, second=j, field=name, twisted=i in graph.twisted)
    return found


def letter_text(letter: Letter, setting: Setting) -> str:
    """A letter as the grammar has it."""
    return setting.fields[letter.field].name + LETTERS[letter.transposed, letter.conjugated]


def _ratio(value: Ratio) -> str:
    return format_expression(value.to_sympy())


def _model(setting: Setting) -> dict[str, Any]:
    """The model and the ring of a setting, as texts by their names."""
    model = setting.model
    own = {one.symbol for one in model.fields}
    matrices = {matrix: None for matrix, _ in (*setting.matrices, *model.spectra)}
    for one in model.fields:
        for covariance in (one.rows, one.cols):
            inside = set() if covariance is None else covariance.atoms(MatrixSymbol)
            matrices.update(dict.fromkeys(sorted(inside - own, key=str)))
    eigenvalues = {symbol for _, symbol in setting.matrices}
    scalars = [one for one in setting.ring.generators if one not in eigenvalues]
    expressions: list[Expr] = [*scalars, *(size for matrix in matrices for size in matrix.shape)]
    for one in model.fields:
        expressions += [*one.shape, one.variance, *one.law.parameters.values()]
        expressions += [covariance for covariance in (one.rows, one.cols) if covariance is not None]
    for _, spectrum in model.spectra:
        expressions += spectrum.parameters.values()
    found = {symbol: None for one in expressions for symbol in sorted(one.free_symbols, key=str)}
    symbols = [one for one in found if not isinstance(one, MatrixSymbol)]
    names = [str(one) for one in (*symbols, *matrices, *own)]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"symbol {name}", "two things of the model are called so", "rename one of them")
    return {
        "symbols": {str(one): _assumptions(one) for one in symbols},
        "matrices": {str(one): str(one.shape[0]) for one in matrices},
        "fields": [_field(one) for one in model.fields],
        "spectra": {str(matrix): _spectrum(spectrum) for matrix, spectrum in model.spectra},
        "scalars": [format_expression(one) for one in scalars],
        "eigenvalues": [str(matrix) for matrix, _ in setting.matrices],
        **({"small": [str(space) for space in model.small]} if model.small else {}),
    }


def _field(field: Any) -> dict[str, Any]:
    if LAWS.get(field.law.name) is not type(field.law):
        problem = f"its law {type(field.law).__name__} has no name of its own"
        raise InputError(f"field {field.name}", problem, "use the laws of planaria in graphs that are written")
    found = {
        "name": field.name,
        "rows": str(field.shape[0]),
        "cols": str(field.shape[1]),
        "law": field.law.name,
        "variance": format_expression(field.variance),
        "parameters": {name: format_expression(value) for name, value in field.law.parameters.items()},
    }
    covariances = {"row covariance": field.rows, "column covariance": None if field.law.is_square else field.cols}
    return found | {name: format_expression(one) for name, one in covariances.items() if one is not None}


def _spectrum(spectrum: Spectrum) -> dict[str, Any]:
    if spectrum.listed is not None:
        return {"eigenvalues": [str(one) for one in spectrum.listed]}
    if SPECTRA.get(spectrum.kind) is not type(spectrum):
        problem = f"the {spectrum.title} has no name in model files"
        raise InputError("spectrum", problem, "use the spectra of planaria in graphs that are written")
    return {"kind": spectrum.kind, **{name: format_expression(one) for name, one in spectrum.parameters.items()}}


def _assumptions(symbol: Symbol) -> dict[str, bool]:
    """What is known of a symbol, in few words where they suffice; InputError for what is more than a name."""
    if type(symbol) is not Symbol:
        problem = f"it is {kind_of(symbol)}, which is more than its name"
        raise InputError(f"symbol {symbol}", problem, "use sympy.symbols")
    for few in ASSUMPTIONS:
        if Symbol(symbol.name, **few) == symbol:
            return few
    return {str(name): bool(value) for name, value in sorted(symbol.assumptions0.items())}
