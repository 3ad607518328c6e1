"""What a ribbon graph contributes: its scalar, and a trace for every face.

A face of a space S is the trace of all the functions of eigenvalues that its index passes: the corners of
the words and the covariances of the ribbons that it follows. Without any it is the dimension of S. All
matrices of a space commute, so the order of the functions does not matter. An open line is no trace but
the matrix itself, or an element of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sympy import Add, Expr, Identity, KroneckerDelta, MatAdd, MatMul, MatPow, MatrixExpr, Mul, Symbol, Trace
from sympy import expand as expand_sympy
from sympy.matrices.expressions.matexpr import MatrixElement

from planaria.algebra.errors import InputError
from planaria.algebra.polynomials import grouped
from planaria.algebra.rational import Ratio
from planaria.diagrams.expressions.expression import Setting
from planaria.diagrams.expressions.words import Word, split
from planaria.diagrams.graphs.contraction import Contraction, Face
from planaria.diagrams.graphs.faces import FaceTable, covariance
from planaria.diagrams.graphs.open_lines import End, OpenLine
from planaria.diagrams.networks.reading import Node, given

if TYPE_CHECKING:
    from networkx import Graph

__all__ = [
    "face_functions",
    "function_of_matrices",
    "index_symbol",
    "line_functions",
    "ribbon_weights",
    "scalar",
    "scalar_of_words",
    "total_weight",
    "trace_of_function",
    "weight",
]


def scalar(graph: Contraction) -> Ratio:
    """The factor of a graph that is no face: the coefficients of words, variances and weights of ribbons."""
    common = scalar_of_words(graph.words, graph.setting)
    return common * ribbon_weights(graph) if graph.setting.weighted else common


def ribbon_weights(graph: Contraction) -> Ratio:
    """The weights that the laws of the fields give to the ribbons, multiplied: 1 for most laws."""
    setting, letters = graph.setting, graph.letters
    product = setting.ring.one
    for i, j in graph.ribbons if setting.weighted else ():
        field = setting.fields[letters[i].field]
        product = product * field.weight(letters[i], letters[j], twisted=i in graph.twisted)
    return product


def scalar_of_words(words: tuple[Word, ...], setting: Setting) -> Ratio:
    """The scalar without weights of ribbons: each letter is half a ribbon, so all contractions share it."""
    product = setting.ring.one
    for word in words:
        product = product * word.coefficient
    for index, letters in Counter(letter.field for word in words for letter in word.letters).items():
        product = product * setting.fields[index].variance ** (letters // 2)
    return product


def face_functions(graph: Contraction | Graph[Node]) -> tuple[tuple[Expr, Ratio], ...]:
    """The space and the function of eigenvalues of each face of ``graph.faces``.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expansion import expand
    >>> M, P = symbols("M P", positive=True)
    >>> x, Lambda = MatrixSymbol("x", M, P), MatrixSymbol("Lambda", M, M)
    >>> graph, = expand(Trace(Lambda * x * x.T), Model([Gaussian(x, rows=Lambda)]), order=0)
    >>> face_functions(graph)
    ((M, lambda_I**2), (P, 1))
    """
    graph = given(graph, Contraction)
    return tuple((face.space, _function(graph, face)) for face in graph.faces)


def line_functions(graph: Contraction | Graph[Node]) -> tuple[tuple[Expr, Ratio], ...]:
    """The space and the function of eigenvalues of each open line of ``graph.lines``."""
    graph = given(graph, Contraction)
    return tuple((line.space, _function(graph, line)) for line in graph.lines)


def _function(graph: Contraction, along: Face | OpenLine) -> Ratio:
    """All that an index line passes: corners, and a covariance for each ribbon that it follows."""
    function = graph.setting.ring.one
    for number in along.corners:
        function = function * graph.corners[number][1]
    for side in along.sides[::2]:
        function = function * covariance(graph.letters[side // 2], side % 2 == 1, graph.setting)
    return function


def index_symbol(end: End) -> Symbol:
    """The index at an end of an open word: i_1 on the left and j_1 on the right of the first word."""
    return Symbol(f"{'i' if end.side == 'left' else 'j'}_{end.word + 1}", integer=True, nonnegative=True)


def weight(graph: Contraction | Graph[Node]) -> Expr:
    """The contribution of a graph: a scalar; a matrix expression if one word is open; else matrix elements.

    Several open words have the indices i_1, j_1 (row and column of the first word), i_2, j_2 and so on. An
    open line from i_1 to i_2 contributes the element F[i_1, i_2] of the deterministic matrix that it passes,
    and a Kronecker delta if it passes none.

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expansion import expand
    >>> M, P, s = symbols("M P s", positive=True)
    >>> x, Lambda = MatrixSymbol("x", M, P), MatrixSymbol("Lambda", M, M)
    >>> model = Model([Gaussian(x, rows=Lambda, variance=s)])
    >>> [d.weight for d in expand((x * x.T) ** 2, model, order=0)]
    [(P**2*s**2)*Lambda**2, (P*s**2*Trace(Lambda))*Lambda]
    >>> [d.weight for d in expand((x, x), model, order=0)]
    [s*KroneckerDelta(j_1, j_2)*Lambda[i_1, i_2]]
    """
    graph = given(graph, Contraction)
    setting = graph.setting
    factors = [scalar(graph).to_sympy()]
    for face in graph.faces:
        if not face.is_open:
            factors.append(trace_of_function(face.space, _function(graph, face), setting))
    lines = line_functions(graph)
    if len(lines) == 1:
        return Mul(*factors) * function_of_matrices(*lines[0], setting)
    for line, (space, function) in zip(graph.lines, lines, strict=True):
        factors.append(_element(space, function, setting, index_symbol(line.start), index_symbol(line.end)))
    return Mul(*factors)


def _element(space: Expr, function: Ratio, setting: Setting, row: Symbol, column: Symbol) -> Expr:
    terms, inverses = _matrix_terms(space, function, setting)
    return Add(
        *(
            coefficient
            * (
                MatrixElement(_product(space, (*monomial, *inverses)), row, column)
                if monomial or inverses
                else KroneckerDelta(row, column)
            )
            for coefficient, monomial in terms
        )
    )


def total_weight(graphs: Iterable[Contraction] | Iterable[Graph[Node]]) -> Expr:
    """The sum of the weights, expanded: graphs that have equal faces are weighed once.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expansion import expand
    >>> N = symbols("N", positive=True)
    >>> H = MatrixSymbol("H", N, N)
    >>> model = Model([Gaussian(H, kind="hermitian")])
    >>> total_weight(expand(Trace(H**6), model, order=0, euler=None))
    5*N**4 + 10*N**2
    >>> total_weight(expand(H**4, model, order=0, euler=None))
    (2*N**2 + 1)*I

    Raises InputError for graphs that cannot be added: scalars and matrices, or matrices of two shapes.
    """
    table = FaceTable()
    counts: dict[Any, int] = {}
    examples: dict[Any, Contraction] = {}
    for one in graphs:
        graph = given(one, Contraction)
        if all(word.closed for word in graph.words):
            key = (graph.words, ribbon_weights(graph), *sorted(table.keys(graph)))
        else:
            faces, lines = table.open_keys(graph)
            key = (graph.words, ribbon_weights(graph), tuple(sorted(faces)), tuple(lines))
        counts[key] = counts.get(key, 0) + 1
        examples.setdefault(key, graph)
    matrices = {key: graph for key, graph in examples.items() if sum(not w.closed for w in graph.words) == 1}
    if not matrices:
        return expand_sympy(Add(*(count * weight(examples[key]) for key, count in counts.items())))
    shapes = {next((w.rows, w.cols) for w in graph.words if not w.closed) for graph in matrices.values()}
    if len(matrices) < len(examples) or len(shapes) > 1:
        raise InputError(
            "weight", "the graphs are not all scalars or all matrices of one shape", "add like to like"
        )
    return _matrix_total([(counts[key], graph) for key, graph in matrices.items()])


def _matrix_total(counted: list[tuple[int, Contraction]]) -> MatrixExpr:
    """The sum of matrices, by the monomials of deterministic matrices in it."""
    scalars: dict[MatrixExpr, list[Expr]] = {}
    for count, graph in counted:
        setting = graph.setting
        traces = [
            trace_of_function(face.space, _function(graph, face), setting)
            for face in graph.faces
            if not face.is_open
        ]
        ((space, function),) = line_functions(graph)
        terms, inverses = _matrix_terms(space, function, setting)
        for coefficient, monomial in terms:
            part = Mul(count, scalar(graph).to_sympy(), coefficient, *traces)
            scalars.setdefault(_product(space, (*monomial, *inverses)), []).append(part)
    parts = [expand_sympy(Add(*parts)) * matrix for matrix, parts in scalars.items()]
    return parts[0] if len(parts) == 1 else MatAdd(*parts)


@lru_cache(maxsize=4096)
def trace_of_function(space: Expr, function: Ratio, setting: Setting) -> Expr:
    """The trace over a space of a function of eigenvalues, written with traces of matrices.

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Model
    >>> from planaria.diagrams.expressions.expression import prepare
    >>> M, gamma = symbols("M gamma", positive=True)
    >>> Lambda = MatrixSymbol("Lambda", M, M)
    >>> setting = prepare([gamma * Lambda], Model([]))
    >>> (_, l), = setting.matrices
    >>> trace_of_function(M, setting.ring(gamma * l**2 + 3), setting)
    3*M + gamma*Trace(Lambda**2)
    >>> trace_of_function(M, setting.ring(l / (gamma + l)), setting)
    Trace(Lambda*(gamma*I + Lambda)**(-1))
    """
    terms, inverses = _matrix_terms(space, function, setting)
    return Add(
        *(
            coefficient * (Trace(_product(space, (*monomial, *inverses))) if monomial or inverses else space)
            for coefficient, monomial in terms
        )
    )


def function_of_matrices(space: Expr, function: Ratio, setting: Setting) -> Expr:
    """The deterministic matrix that a function of the eigenvalues of a space stands for."""
    terms, inverses = _matrix_terms(space, function, setting)
    parts = [coefficient * _product(space, (*monomial, *inverses)) for coefficient, monomial in terms]
    return parts[0] if len(parts) == 1 else MatAdd(*parts)


def _matrix_terms(
    space: Expr, function: Ratio, setting: Setting
) -> tuple[list[tuple[Expr, tuple[MatrixExpr, ...]]], tuple[MatrixExpr, ...]]:
    """The numerator as a sum of scalar * monomial of matrices; the inverse factors of the denominator."""
    coefficient, rest = split(function, setting)
    prefactor = coefficient.to_sympy()
    inverses: list[MatrixExpr] = []
    number, factors = rest.denominator.factor()
    prefactor = prefactor * setting.ring.from_mpoly(setting.ring.context.constant(1 / number)).to_sympy()
    for factor, multiplicity in factors:
        parts = [
            scale * MatMul(*monomial).doit() if monomial else scale * Identity(space)
            for scale, monomial in _monomials(factor, setting)
        ]
        inverses.append(MatPow(MatAdd(*parts), -multiplicity))
    return [(prefactor * scale, monomial) for scale, monomial in _monomials(rest.numerator, setting)], tuple(
        inverses
    )


def _monomials(polynomial: Any, setting: Setting) -> Iterator[tuple[Expr, tuple[MatrixExpr, ...]]]:
    """A polynomial by monomials of matrices, each with its scalar coefficient."""
    ring = setting.ring
    places = [ring.index[symbol] for _, symbol in setting.matrices]
    for key, terms in grouped(polynomial, places).items():
        monomial = tuple(
            matrix if power == 1 else MatPow(matrix, power)
            for power, (matrix, _) in zip(key, setting.matrices, strict=True)
            if power
        )
        yield ring.polynomial(terms).to_sympy(), monomial


def _product(space: Expr, factors: tuple[MatrixExpr, ...]) -> MatrixExpr:
    if not factors:
        return Identity(space)
    return factors[0] if len(factors) == 1 else MatMul(*factors)
