"""What a ribbon graph contributes: its scalar, and a trace for every face.

A face of a space S is the trace of all the functions of eigenvalues that its index passes: the corners of
the words and the covariances of the ribbons that it follows. Without any it is the dimension of S. All
matrices of a space commute, so the order of the functions does not matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sympy import Add, Expr, Identity, MatAdd, MatMul, MatPow, MatrixExpr, Mul, Trace
from sympy import expand as expand_sympy

from planaria.diagrams.errors import InputError
from planaria.diagrams.expansion import Word, split
from planaria.diagrams.faces import FaceTable, covariance
from planaria.diagrams.rational import Ratio
from planaria.diagrams.tree import Setting

if TYPE_CHECKING:  # graphs delegate to this module, which needs no more than their type
    from planaria.diagrams.ribbon import RibbonGraph

__all__ = [
    "face_functions",
    "function_of_matrices",
    "scalar",
    "scalar_of_words",
    "total_weight",
    "trace_of_function",
    "weight",
]


def scalar(graph: RibbonGraph) -> Ratio:
    """The factor of a graph that is no face: the coefficients of words and the variances of ribbons."""
    return scalar_of_words(graph.words, graph.setting)


def scalar_of_words(words: tuple[Word, ...], setting: Setting) -> Ratio:
    """Each letter is half a ribbon, so that every contraction of some words has the same scalar."""
    product = setting.ring.one
    for word in words:
        product = product * word.coefficient
    for index, letters in Counter(letter.field for word in words for letter in word.letters).items():
        product = product * setting.fields[index].variance ** (letters // 2)
    return product


def face_functions(graph: RibbonGraph) -> tuple[tuple[Expr, Ratio], ...]:
    """The space and the function of eigenvalues of each face of ``graph.faces``.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.wick import expand
    >>> M, P = symbols("M P", positive=True)
    >>> x, Lambda = MatrixSymbol("x", M, P), MatrixSymbol("Lambda", M, M)
    >>> graph, = expand(Trace(Lambda * x * x.T), Model([Gaussian(x, rows=Lambda)]), order=0)
    >>> face_functions(graph)
    ((M, lambda_I**2), (P, 1))
    """
    setting, found = graph.setting, []
    for face in graph.faces:
        function = setting.ring.one
        for number in face.corners:
            function = function * graph.corners[number][1]
        for side in face.sides[::2]:
            function = function * covariance(graph.letters[side // 2], side % 2 == 1, setting)
        found.append((face.space, function))
    return tuple(found)


def weight(graph: RibbonGraph) -> Expr:
    """The contribution of a graph: a scalar, or a matrix expression if one word is open.

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.wick import expand
    >>> M, P, s = symbols("M P s", positive=True)
    >>> x, Lambda = MatrixSymbol("x", M, P), MatrixSymbol("Lambda", M, M)
    >>> model = Model([Gaussian(x, rows=Lambda, variance=s)])
    >>> [d.weight for d in expand((x * x.T) ** 2, model, order=0)]
    [(P**2*s**2)*Lambda**2, (P*s**2*Trace(Lambda))*Lambda]

    Raises InputError if several words are open: their indices are no matrix.
    """
    if sum(not word.closed for word in graph.words) > 1:
        raise InputError("weight", "several words of the graph are open", "close all of them but one with a trace")
    factors, matrix = [scalar(graph).to_sympy()], None
    for face, (space, function) in zip(graph.faces, face_functions(graph), strict=True):
        if face.is_open:
            matrix = function_of_matrices(space, function, graph.setting)
        else:
            factors.append(trace_of_function(space, function, graph.setting))
    product = Mul(*factors)
    return product if matrix is None else product * matrix


def total_weight(graphs: Iterable[RibbonGraph]) -> Expr:
    """The sum of the weights, expanded: graphs that have equal faces are weighed once.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.wick import expand
    >>> N = symbols("N", positive=True)
    >>> H = MatrixSymbol("H", N, N)
    >>> model = Model([Gaussian(H, kind="hermitian")])
    >>> total_weight(expand(Trace(H**6), model, order=0, euler=None))
    5*N**4 + 10*N**2
    """
    table = FaceTable()
    counts: dict[Any, int] = {}
    examples: dict[Any, RibbonGraph] = {}
    for graph in graphs:
        key = (graph.words, *sorted(_face_keys(graph, table)))
        counts[key] = counts.get(key, 0) + 1
        examples.setdefault(key, graph)
    return expand_sympy(Add(*(count * weight(examples[key]) for key, count in counts.items())))


def _face_keys(graph: RibbonGraph, table: FaceTable) -> Iterable[tuple[int, ...]]:
    keys = table.keys(graph)
    if all(word.closed for word in graph.words):
        return keys
    # Which face is open matters: its function is a matrix, and no trace. No space has a negative number.
    return [(-1, *key) if face.is_open else key for key, face in zip(keys, graph.faces, strict=True)]


@lru_cache(maxsize=4096)
def trace_of_function(space: Expr, function: Ratio, setting: Setting) -> Expr:
    """The trace over a space of a function of eigenvalues, written with traces of matrices.

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Model
    >>> from planaria.diagrams.tree import prepare
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
    places = [(ring.index[symbol], matrix) for matrix, symbol in setting.matrices]
    groups: dict[tuple[int, ...], dict[tuple[int, ...], Any]] = {}
    for exponents, coefficient in polynomial.terms():
        key = tuple(exponents[i] for i, _ in places)
        rest = list(exponents)
        for i, _ in places:
            rest[i] = 0
        groups.setdefault(key, {})[tuple(rest)] = coefficient
    for key, terms in groups.items():
        monomial = tuple(
            matrix if power == 1 else MatPow(matrix, power)
            for power, (_, matrix) in zip(key, places, strict=True)
            if power
        )
        yield ring.polynomial(terms).to_sympy(), monomial


def _product(space: Expr, factors: tuple[MatrixExpr, ...]) -> MatrixExpr:
    if not factors:
        return Identity(space)
    return factors[0] if len(factors) == 1 else MatMul(*factors)
