"""Points that share their spectra: everything that the engine needs of them, as columns of floats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol, lambdify

from planaria.derivations.derivation import Derivation
from planaria.numerics.equations.columns import Spectra
from planaria.numerics.equations.memo import once
from planaria.numerics.equations.traces import Nodes, traces_of
from planaria.numerics.points.balls import generators
from planaria.numerics.points.problem import Problem, to_float
from planaria.numerics.quadrature.gauss import DEGREE, merged
from planaria.numerics.spectra import exact_number

__all__ = ["Floats", "Group", "exact_float", "group_of"]

Floats = NDArray[np.float64]


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
            space: Nodes(n.eigenvalues, n.weights, n.size[where] if np.ndim(n.size) else n.size)
            for space, n in self.nodes.items()
        }
        return Group(self.problem, columns, count, scalars, self.spectra, nodes, self.error)

    @property
    def in_full(self) -> Group:
        """The same with every eigenvalue by itself."""
        spectra, nodes, _ = _nodes(self.problem, self.scalars, merge=False)
        return Group(self.problem, self.columns, self.count, self.scalars, spectra, nodes, 0.0)

    def at(self, point: int) -> Problem:
        """The problem at one of the points."""
        symbols = {str(symbol): symbol for symbol in self.problem.values}
        moved = {symbols[name]: exact_float(column[point]) for name, column in self.columns.items()}
        problem = self.problem
        return Problem(problem.derivation, {**problem.values, **moved}, problem.spectra, problem._cache)


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
    closed, traces = derivation.closed_form, traces_of(derivation)
    if traces is None or traces.degree > DEGREE:
        return False
    sums = [one for _, one in closed.sums]
    powers = [max(sum(one.exponents), sum(power for _, power in one.factors)) for one in sums]
    return all(factor.is_pole for factor in closed.factors()) and max(powers, default=0) <= DEGREE


def _column(generator: Expr, moving: Mapping[Symbol, Floats], problem: Problem) -> Floats:
    """A parameter, or a function of several such as a root, at all points."""
    if generator in moving:
        return moving[generator]
    fixed = {s: problem.exact(s) for s in generator.free_symbols - set(moving)}
    present = sorted(generator.free_symbols & set(moving), key=str)
    function = lambdify(present, generator.subs(fixed), "numpy")
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
            size = scalars[space] if space in scalars else float(problem.size(space))
            nodes[space] = Nodes(None, None, size)
            continue
        stacked = np.stack([eigenvalues[symbol] for symbol in own], axis=1)
        if len(own) == 1:  # many times faster than rows
            line, counts = np.unique(stacked[:, 0], return_counts=True)
            distinct = line[:, np.newaxis]
        else:
            distinct, counts = np.unique(stacked, axis=0, return_counts=True)
        if merge and len(own) == 1 and distinct[0, 0] >= 0:
            rule = merged(distinct[:, 0], counts.astype(float))
            values[own[0]], weights[own[0]] = rule.nodes, rule.weights
            nodes[space] = Nodes(rule.nodes, rule.weights, float(len(stacked)))
            error = max(error, rule.error)
            continue
        for n, symbol in enumerate(own):
            values[symbol] = np.ascontiguousarray(distinct[:, n])
            weights[symbol] = counts.astype(float)
        nodes[space] = Nodes(values[own[0]], weights[own[0]], float(len(stacked)))
    return Spectra(values, weights), nodes, error
