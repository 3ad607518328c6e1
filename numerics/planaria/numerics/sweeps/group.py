"""Points that share their spectra: everything that the engine needs of them, as columns of floats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol

from planaria.derivations.derivation import Derivation
from planaria.numerics.equations.columns import Spectra
from planaria.numerics.equations.functions import degree_of_sums
from planaria.numerics.equations.traces import Nodes, traces_of
from planaria.numerics.methods.lambdified import of_columns
from planaria.numerics.methods.memo import once
from planaria.numerics.points.balls import generators
from planaria.numerics.points.extent import can_be_taken_in_full
from planaria.numerics.points.problem import Problem, to_float
from planaria.numerics.quadrature.gauss import DEGREE, TARGET, merged
from planaria.numerics.spectra import exact_number

__all__ = ["Floats", "Group", "exact_float", "group_of"]

Floats = NDArray[np.float64]

ROUNDING = float(np.finfo(float).eps)


@dataclass(frozen=True)
class Group:
    """Points of one spectrum.

    Attributes
    ----------
    problem
        The first of them.
    columns
        What changes, by name, each of shape (points,).
    count
        How many they are.
    scalars
        Parameters, dimensions and functions of them by generator: numbers, or columns.
    spectra, nodes
        The eigenvalues, by symbol and by space.
    error
        Of sums over the nodes, relative.
    """

    problem: Problem
    columns: Mapping[str, Floats]
    count: int
    scalars: Mapping[Expr, Any]
    spectra: Spectra
    nodes: Mapping[Expr, Nodes]
    error: float

    def part(self, where: Any) -> Group:
        """Some of the points."""
        columns = {name: column[where] for name, column in self.columns.items()}
        count = len(np.arange(self.count)[where])
        scalars = {g: x[where] if np.ndim(x) else x for g, x in self.scalars.items()}
        nodes = {
            space: replace(n, size=n.size[where] if np.ndim(n.size) else n.size) for space, n in self.nodes.items()
        }
        return Group(self.problem, columns, count, scalars, self.spectra, nodes, self.error)

    @property
    def in_full(self) -> Group:
        """The same with every eigenvalue by itself, as far as there are not too many."""
        problem = self.problem
        if can_be_taken_in_full(problem):
            problem = replace(problem, in_full=True, _cache={})
        spectra, nodes, error = _nodes(problem, self.scalars, merge=False)
        return Group(problem, self.columns, self.count, self.scalars, spectra, nodes, error)

    def at(self, point: int) -> Problem:
        """The problem at one of the points."""
        symbols = {str(symbol): symbol for symbol in self.problem.values}
        moved = {symbols[name]: exact_float(column[point]) for name, column in self.columns.items()}
        problem = self.problem
        return replace(problem, values={**problem.values, **moved})  # its spectra are the same


def exact_float(value: float) -> Expr:
    """A float by its decimal digits."""
    number = float(value)
    return exact_number(int(number) if number.is_integer() else number, "values")


def group_of(problem: Problem, columns: Mapping[str, Floats], count: int) -> Group:
    """The points with the spectra of `problem`."""
    symbols = {str(symbol): symbol for symbol in problem.values}
    moving = {symbols[name]: column for name, column in columns.items()}
    scalars: dict[Expr, Any] = {}
    own = problem.scalars(to_float)
    for generator in {*generators(problem), *own}:
        if not generator.free_symbols & set(moving):
            scalars[generator] = (
                own.get(generator, None) if generator in own else to_float(problem.exact(generator))
            )
            continue
        scalars[generator] = _column(generator, moving, problem)
    spectra, nodes, error = _nodes(problem, scalars, merge=_mergeable(problem.derivation))
    return Group(problem, columns, count, scalars, spectra, nodes, error)


@once
def _mergeable(derivation: Derivation) -> bool:
    """Whether the bound of merged eigenvalues covers all sums; that poles are negative is asked at each point."""
    own, traces = degree_of_sums(derivation.closed_form), traces_of(derivation)
    return traces is not None and own is not None and max(own, traces.degree) <= DEGREE


def _column(generator: Expr, moving: Mapping[Symbol, Floats], problem: Problem) -> Floats:
    """A parameter, or a function of several such as a root, at all points."""
    if generator in moving:
        return moving[generator]
    fixed = {s: problem.exact(s) for s in generator.free_symbols - set(moving)}
    present = sorted(generator.free_symbols & set(moving), key=str)
    function = of_columns(present, generator.subs(fixed))
    with np.errstate(all="ignore"):
        found: Floats = np.asarray(function(*(moving[s] for s in present)), dtype=float)
    return found


def _nodes(
    problem: Problem, scalars: Mapping[Expr, Any], *, merge: bool
) -> tuple[Spectra, dict[Expr, Nodes], float]:
    """Eigenvalues and their numbers, by symbol and by space, and the error of sums over them.

    Those of one positive matrix are merged; several matrices on a space, and negative eigenvalues, stay in full.
    """
    rules = problem.derivation.rules
    eigenvalues = problem.floats()
    values: dict[Symbol, Floats] = {}
    weights: dict[Symbol, Floats] = {}
    nodes: dict[Expr, Nodes] = {}
    error = 0.0
    spaces = {*rules.row_spaces, *(r.rows for r in rules.readings)}
    spaces |= {one.space for _, one in problem.derivation.closed_form.sums}
    for space in spaces:
        own = [symbol for _, symbol in rules.setting.matrices_of(space) if symbol in eigenvalues]
        if not own:
            size = scalars[space] if space in scalars else to_float(problem.exact(space))
            nodes[space] = Nodes(None, None, size)
            continue
        law = own[0] in eigenvalues.weights  # then it is the only one
        stacked = np.stack([eigenvalues[symbol] for symbol in own], axis=1)
        counts: NDArray[Any]
        if law:
            distinct, counts = stacked, eigenvalues.weights[own[0]]
        elif len(own) == 1:  # many times faster than rows
            line, counts = np.unique(stacked[:, 0], return_counts=True)
            distinct = line[:, np.newaxis]
        else:
            distinct, counts = np.unique(stacked, axis=0, return_counts=True)
        size = to_float(problem.exact(space))
        floor = float(eigenvalues.floors[own[0]]) / ROUNDING if law else 0.0
        if merge and len(own) == 1 and distinct.min() >= 0:
            rule = merged(distinct[:, 0], counts.astype(float))
            values[own[0]], weights[own[0]] = rule.nodes, rule.weights
            nodes[space] = Nodes(rule.nodes, rule.weights, size, floor)
            error = max(error, rule.error, TARGET if law else 0.0)
            continue
        for n, symbol in enumerate(own):
            values[symbol] = np.ascontiguousarray(distinct[:, n])
            weights[symbol] = counts.astype(float)
        nodes[space] = Nodes(values[own[0]], weights[own[0]], size, floor)
        error = max(error, TARGET if law else 0.0)
    return Spectra(values, weights), nodes, error
