"""Quantities as one program: compiled once for given sizes, run on every draw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Basic, Dummy, Expr, MatrixSymbol, Symbol, Trace, postorder_traversal

from planaria.ensembles.text.log_determinant import LogDet
from planaria.numerics.simulation.finite_size import Evaluator, Value
from planaria.numerics.simulation.operations import Operation, perform
from planaria.numerics.simulation.order import Scheduler
from planaria.numerics.simulation.scalars import Scalar, not_positive
from planaria.numerics.simulation.words import Alphabet, Trait

__all__ = ["DIAGONAL", "Program", "compiled", "trait_of"]

DIAGONAL = Trait(is_diagonal=True, is_real=True, transpose=1)


@dataclass(frozen=True, eq=False)
class Program:
    """What is done on each draw.

    Attributes
    ----------
    expressions
        The scalars that are asked for.
    operations
        In their order; each works on results of earlier ones.
    traces
        Each trace and each log det as a linear combination of results; None stands for 1.
    constants
        Values of symbols and of fixed matrices.
    """

    expressions: tuple[Expr, ...]
    operations: tuple[Operation, ...]
    traces: Mapping[Basic, tuple[tuple[Expr, int | None], ...]]
    constants: Mapping[Basic, Value]

    def values(self, matrices: Mapping[MatrixSymbol, NDArray[Any]]) -> list[Scalar]:
        """The values of the expressions on drawn matrices.

        Raises InputError for a singular matrix under an inverse, a division by zero, or a power that overflows.
        """
        draw = _Draw(self, matrices)
        return [draw.scalar(expression) for expression in self.expressions]

    def evaluator(self, matrices: Mapping[MatrixSymbol, NDArray[Any]]) -> Evaluator:
        """What evaluates anything else on the same draw, as it is written."""
        return _Draw(replace(self, operations=(), traces={}), matrices)

    def results(self, matrices: Mapping[MatrixSymbol, NDArray[Any]]) -> list[Any]:
        """The results of all operations, in their order."""
        return _Draw(self, matrices).results


class _Draw(Evaluator):
    """One draw: scalars as they are written, traces from the results of a program."""

    def __init__(self, program: Program, matrices: Mapping[MatrixSymbol, NDArray[Any]]) -> None:
        self._program = program
        self._values = {**program.constants, **matrices}
        self._inverses = {}
        self.results: list[Any] = []
        for operation in program.operations:
            self.results.append(perform(operation, self.results, self))

    def trace(self, node: Trace) -> Scalar:
        combination = self._program.traces.get(node)
        if combination is None:  # one that conjugating a scalar has made
            return super().trace(node)
        return self._combined(combination)

    def logdet(self, node: LogDet) -> Scalar:
        found = self._combined(self._program.traces[node])
        if isinstance(found, complex):  # of a negative number that is an eigenvalue, on the larger side
            raise not_positive(node)
        return found

    def _combined(self, combination: tuple[tuple[Expr, int | None], ...]) -> Scalar:
        total: Scalar = 0.0
        for coefficient, place in combination:
            number = self.scalar(coefficient)
            total += number if place is None else number * self.results[place]
        return total


def compiled(expressions: Iterable[Expr], fixed: Evaluator, traits: Mapping[MatrixSymbol, Trait]) -> Program:
    """The program for scalar expressions.

    Parameters
    ----------
    fixed
        Knows the numbers, the sizes and the fixed matrices.
    traits
        What is known of every matrix, drawn or fixed.

    Raises
    ------
    InputError
        For a symbol without a value, a size or an exponent that is no integer, a node that has no value.

    >>> from sympy import Identity, symbols
    >>> N, P, gamma = symbols("N P gamma", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> fixed = Evaluator({}, {N: 2, P: 300, gamma: 0.5})
    >>> program = compiled([Trace((gamma * Identity(P) + x.T * x).inv())], fixed, {x: Trait(is_real=True)})
    >>> program.values({x: np.eye(2, 300)})  # 298 / 0.5 + 2 / 1.5, from a matrix of two rows
    [597.3333333333334]
    """
    operations: dict[Operation, int] = {}

    def add(operation: Operation) -> int:
        return operations.setdefault(operation, len(operations))

    def is_nonzero(scalar: Expr) -> bool:
        return not scalar.has(Trace, LogDet, MatrixSymbol) and numbers.scalar(scalar) != 0

    numbers, change = _complex_ones(fixed)

    traces: dict[Basic, tuple[tuple[Expr, int | None], ...]] = {}
    asked = tuple(expression.xreplace(change) for expression in expressions)
    for expression in asked:
        alphabet = Alphabet(numbers.size, traits, numbers.integer, is_nonzero)
        scheduler = Scheduler(alphabet, add)
        for node in postorder_traversal(expression):  # a trace in a coefficient comes before what it multiplies
            if isinstance(node, Trace) and node not in traces:
                traces[node] = tuple(scheduler.trace(alphabet.read(node.arg)))
            elif isinstance(node, LogDet) and node not in traces:
                traces[node] = tuple(scheduler.logdet(node))
    constants = {node: numbers.of(node) for node in numbers.known()}
    return Program(asked, tuple(operations), traces, constants)


def _complex_ones(fixed: Evaluator) -> tuple[Evaluator, dict[Symbol, Symbol]]:
    """Symbols whose value is complex, whatever was assumed of them, become symbols that may be: what is its own
    adjoint is told by its coefficients."""
    values = {node: fixed.of(node) for node in fixed.known()}
    names = {str(node) for node in values if getattr(node, "is_real", True) is None}
    change = {
        node: Dummy(node.name) if node.name in names else Symbol(node.name)
        for node, value in values.items()
        if isinstance(node, Symbol) and isinstance(value, complex)
    }
    matrices = {node: value for node, value in values.items() if isinstance(node, MatrixSymbol)}
    scalars = {change.get(node, node): value for node, value in values.items() if isinstance(node, Symbol)}
    return Evaluator(matrices, scalars), change  # type: ignore[arg-type]


def trait_of(sample: NDArray[Any], *, is_square: bool) -> Trait:
    """What a draw shows of all draws; equalities that hold for all entries hold by construction."""
    if not is_square:
        return Trait(is_real=not np.iscomplexobj(sample))
    signs = [sign for sign in (1, -1) if np.array_equal(sample, sign * sample.T)]
    return Trait(
        is_real=not np.iscomplexobj(sample),
        transpose=signs[0] if signs else 0,  # type: ignore[arg-type]
        is_hermitian=bool(np.array_equal(sample, sample.conj().T)),
    )
