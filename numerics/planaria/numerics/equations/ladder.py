"""The ladder between a pencil and its adjoint: whether matrices have the value that the equations give.

The planar average of G Y G^H solves Z = G (Y + E[V Z V^H]) G^H, V being the fields of the pencil. The map
Phi(Y) = E[V G Y G^H V^H] is completely positive. If its spectral radius is below 1, the mean square of the
resolvent is finite: the point is outside of the spectrum. Of two solutions G1, G2 of the Schwinger-Dyson
equations the difference D obeys D = G1 E[V D V] G2, whose spectral radius is at most the geometric mean of
those of the two ladders (Cauchy and Schwarz). So at most one solution has a radius below 1: what passes this
test is the physical branch, however it was found. At or above 1 the value is a continuation that no matrix has.

On the rungs (e, g), which join a vertex e of the pencil to a vertex g of the adjoint one, the map is the matrix

    Theta[(e, g), (f, h)] = sum over the index between them of
                            inner covariance * g_ef * conj(g_gh) * outer covariance * variance * w_fh,
    g_ef = right_e G[b_e, a_f] left_f,

a vertex e standing at row a_e and column b_e, and w_fh being the weight that the law of the field gives to the
planar ribbon of the letter of f with the adjoint of that of h: 1 for equal letters. The matrices w are positive,
and the map is completely positive with them. Only vertices that can return to one another matter; over a small
space they do not, as the sum over its index is 1/N against one over a large space.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ldexp
from typing import Any

import networkx as nx
import numpy as np
from flint import acb, acb_mat, arb, arb_mat
from numpy.typing import NDArray
from sympy import Expr, Symbol

from planaria.algebra.polynomials import power
from planaria.algebra.rational import Ratio
from planaria.derivations.derivation import Derivation
from planaria.diagrams.expressions.expression import Field, Letter
from planaria.diagrams.rules.pencil import Vertex
from planaria.numerics.equations.unreduced import Entries, Numbers, Propagator
from planaria.numerics.methods.memo import once
from planaria.numerics.methods.node_functions import NodeFunction

__all__ = [
    "Ladder",
    "Rungs",
    "balance",
    "entries_read",
    "is_stable",
    "ladder",
    "radii",
    "radius_of_balls",
    "rungs_at",
]

Rungs = tuple[list[tuple[int, int]], dict[tuple[int, int], Any]]
"""The rungs of a group, and Theta by their positions; entries that are zero are left out."""

TELLING = 1e-2  # of what the radius is from 1, by which errors of the loops may move it
BALANCING = 50  # rounds over rows and columns


@dataclass(frozen=True)
class _Place:
    """A vertex of the pencil with its row and column; its letter is one of a group that can form rungs."""

    row: int
    column: int
    vertex: Vertex
    group: tuple[Letter, ...]
    outer: Ratio  # covariance of the side of the row, with the variance
    inner: Ratio  # covariance of the side of the column


@dataclass(frozen=True)
class Ladder:
    """The vertices of a pencil in groups that return to one another, and the spaces of its columns.

    ``missing`` are loops that the quantity does not depend on and the ladder does: the resolvent of a word without
    its adjoint, such as a Ginibre matrix, has none in its value, and its point may still be in the spectrum.
    """

    places: tuple[_Place, ...]
    groups: tuple[tuple[int, ...], ...]
    col_spaces: tuple[Expr, ...]
    missing: tuple[Symbol, ...]
    fields: tuple[Field, ...]
    small: frozenset[Expr]

    def rungs(self, group: Sequence[int]) -> list[tuple[int, int]]:
        """Pairs of vertices whose letters are of one group."""
        return [(e, g) for e in group for g in group if self.places[e].group == self.places[g].group]

    def ribbon(self, e: int, g: int) -> Ratio:
        """The weight of the ribbon of a rung."""
        one, other = self.places[e].vertex.letter, self.places[g].vertex.letter
        return _rung_weight(self.fields[one.field], one, other)


@once
def entries_read(derivation: Derivation) -> Entries:
    """The entries of the propagators that verification reads: those of loops, values, and the ladder's links."""
    rules, system, one = derivation.rules, derivation.system, ladder(derivation)
    found: dict[Expr, set[tuple[int, int]]] = {space: set() for space in rules.row_spaces}
    for loop in system.loops:
        found[loop.space].add((loop.column, loop.row))
    for reading in rules.readings:
        found.setdefault(reading.rows, set()).update((j, i) for j, _ in reading.a for i, _ in reading.b)
    for e, f in ((e, f) for group in one.groups for e in group for f in group):
        found[rules.col_spaces[one.places[e].column]].add((one.places[e].column, one.places[f].row))
    return {space: frozenset(keys) for space, keys in found.items()}


@once
def ladder(derivation: Derivation) -> Ladder:
    """The ladder of a derivation's pencil."""
    rules, system = derivation.rules, derivation.system
    fields = rules.setting.fields
    places = []
    for row, column, vertex in rules.vertices():
        data, letter = fields[vertex.letter.field], vertex.letter
        outer, inner = (data.cols, data.rows) if letter.transposed else (data.rows, data.cols)
        places.append(
            _Place(row, column, vertex, _rung_group(letter, data), outer * data.variance.to(outer.ring), inner)
        )
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(len(places)))
    reach, small = _reach(derivation), frozenset(derivation.model.small)
    for f, one in enumerate(places):
        graph.add_edges_from(
            (f, e)
            for e, other in enumerate(places)
            if one.row in reach.get(other.column, ()) and rules.col_spaces[other.column] not in small
        )
    known = {symbol for symbol, _ in derivation.closed_form.loops}
    groups = []
    for members in nx.strongly_connected_components(graph):
        group = tuple(sorted(members))
        if len(group) == 1 and not graph.has_edge(group[0], group[0]):
            continue
        groups.append(group)
    inside = {(places[e].row, places[f].column) for group in groups for e in group for f in group}
    acting = {system.symbols[t.loop] for t in system.terms if (t.row, t.column) in inside}
    missing = tuple(s for s in system.unknowns if s not in known) if acting - known - {None} else ()
    return Ladder(tuple(places), tuple(sorted(groups)), rules.col_spaces, missing, fields, small)


def _rung_weight(field: Field, one: Letter, other: Letter) -> Ratio:
    """The weight of the planar ribbon of a letter with the adjoint of another one."""
    sign, transposed, conjugated = field.law.read(not other.transposed, not other.conjugated)
    adjoint = Letter(other.field, transposed, conjugated, other.cols, other.rows)
    weight = field.weight(one, adjoint, twisted=False)
    return weight if sign > 0 else -weight


def _rung_group(letter: Letter, field: Field) -> tuple[Letter, ...]:
    """The letters of a field that are joined to a letter by rungs, perhaps over others."""
    spaces = {False: (field.row_space, field.col_space), True: (field.col_space, field.row_space)}
    letters = [Letter(letter.field, *flags, *spaces[flags[0]]) for flags in field.law.letters]
    found = [letter]
    for one in found:  # grows
        found += (other for other in letters if other not in found and _rung_weight(field, one, other))
    return tuple(sorted(found, key=lambda one: (one.transposed, one.conjugated)))


def _reach(derivation: Derivation) -> dict[int, set[int]]:
    """For each column of the pencil the rows to which its propagator leads, by the pattern of K0 - Sigma."""
    system, rules = derivation.system, derivation.rules
    edges: nx.DiGraph[tuple[str, int]] = nx.DiGraph()
    pairs = {key for key, entry in rules.entries if entry.constant is not None}
    pairs |= {(t.row, t.column) for t in system.terms if system.symbols[t.loop] is not None}
    # G = K^-1 is supported where a path alternates between entries of K and a matching of it.
    for space in dict.fromkeys(rules.row_spaces):
        rows, cols = rules.rows_of(space), rules.cols_of(space)
        bipartite: nx.Graph[tuple[str, int]] = nx.Graph()
        bipartite.add_nodes_from(("row", i) for i in rows)
        bipartite.add_nodes_from(("col", j) for j in cols)
        bipartite.add_edges_from((("row", i), ("col", j)) for i, j in pairs if i in rows and j in cols)
        matching = nx.bipartite.hopcroft_karp_matching(bipartite, [("row", i) for i in rows])
        for i, j in pairs:
            if i in rows and j in cols:
                edges.add_edge(("row", i), ("col", j))
                if matching.get(("row", i)) == ("col", j):
                    edges.add_edge(("col", j), ("row", i))
    found: dict[int, set[int]] = {}
    for node in edges:
        if node[0] == "col":
            found[node[1]] = {i for side, i in nx.descendants(edges, node) if side == "row"}
    return found


def _matrix(one: Ladder, group: Sequence[int], numbers: Numbers, propagators: Mapping[Expr, Propagator]) -> Rungs:
    rungs = one.rungs(group)
    links: dict[tuple[int, int], Any] = {}
    weights: dict[tuple[int, int], Any] = {}
    for e in group:
        first = one.places[e]
        space = one.col_spaces[first.column]
        if space in one.small:
            continue
        for f in group:
            last = one.places[f]
            entry = propagators[space].get((first.column, last.row))
            if entry is None:
                continue
            links[e, f] = _times(entry, (first.vertex.right, last.vertex.left), numbers, space)
            weights[e, f] = _times(links[e, f], (first.inner, last.outer), numbers, space)
    matrix = {}
    for m, (e, g) in enumerate(rungs):
        for n, (f, h) in enumerate(rungs):
            if (e, f) in links and (g, h) in links:
                space = one.col_spaces[one.places[e].column]
                ribbon = one.ribbon(f, h)
                if not ribbon:
                    continue
                matrix[m, n] = numbers.trace_of_product(space, weights[e, f], _conjugate(links[g, h]))
                if not ribbon.is_one:
                    matrix[m, n] = matrix[m, n] * ribbon.evaluate(numbers.scalars, numbers.one)
    return rungs, matrix


def _times(value: Any, factors: Sequence[Ratio], numbers: Numbers, space: Expr) -> Any:
    for factor in factors:
        value = value if factor.is_one else numbers.value(factor, space) * value
    return value


def _conjugate(value: Any) -> Any:
    """The complex conjugate of a number, a ball, a real function of nodes, or an array."""
    if isinstance(value, np.ndarray) and value.dtype == object:
        if not isinstance(value.flat[0], acb):
            return value
        return np.array([_conjugate(one) for one in value.flat], dtype=object).reshape(value.shape)
    if isinstance(value, acb):
        return value.conjugate()
    return value if isinstance(value, arb | NodeFunction) else np.conjugate(value)


def rungs_at(derivation: Derivation, numbers: Numbers, propagators: Mapping[Expr, Propagator]) -> list[Rungs]:
    """Theta of each group at a point, to be looked at in several ways."""
    one = ladder(derivation)
    return [_matrix(one, group, numbers, propagators) for group in one.groups]


def radii(derivation: Derivation, numbers: Numbers, propagators: Mapping[Expr, Propagator]) -> NDArray[np.float64]:
    """The spectral radius of the ladder map at every point, in double precision; inf where it has none.

    Returns
    -------
    An array of shape (points,); 0 where no field is left.
    """
    one = ladder(derivation)
    found: NDArray[np.float64] = np.zeros(1)
    for group in one.groups:
        rungs, matrix = _matrix(one, group, numbers, propagators)
        shape = np.broadcast_shapes((1, 1), *(np.shape(value) for value in matrix.values()))
        kind = complex if any(map(np.iscomplexobj, matrix.values())) else float
        full = np.zeros((shape[0], len(rungs), len(rungs)), dtype=kind)
        for (m, n), value in matrix.items():
            full[:, m, n] = np.broadcast_to(value, shape)[:, 0]
        bad = ~np.isfinite(full).all(axis=(1, 2))
        full[bad] = 0
        largest = _largest(full)
        largest[bad] = np.inf
        found = np.maximum(found, largest)
    return found


def _largest(matrices: NDArray[Any]) -> NDArray[np.float64]:
    """The spectral radius of each of some matrices; inf where LAPACK does not find it."""
    try:
        found: NDArray[np.float64] = np.abs(np.linalg.eigvals(matrices)).max(axis=1)
        return found
    except np.linalg.LinAlgError:
        if len(matrices) == 1:
            return np.array([np.inf])
        return np.concatenate([_largest(one[np.newaxis]) for one in matrices])


def balance(groups: Sequence[Rungs]) -> list[Balance]:
    """By which powers of 2 the rungs of each group are scaled, for what looks at the same maps in several ways."""
    return [_scales(matrix, len(rungs)) for rungs, matrix in groups]


def radius_of_balls(groups: Sequence[Rungs], balanced: Sequence[Balance] | None = None) -> float | None:
    """The radius in double precision, from propagators that are known better; None where floats do not reach.

    Entries beyond the range of floats are brought into it by a change of basis, which leaves the radius.
    """
    found = 0.0
    for (_, matrix), one in zip(groups, balanced or balance(groups), strict=True):
        try:
            found = max(found, float(np.abs(np.linalg.eigvals(_balanced(matrix, one))).max()))
        except (OverflowError, ValueError, np.linalg.LinAlgError):
            return None
    return found


Balance = tuple[dict[tuple[int, int], int], list[int]]


def _scales(matrix: Mapping[tuple[int, int], Any], size: int) -> Balance:
    """The powers of 2 of the entries, and by which powers rungs are scaled so that a row is like its column."""
    powers = {}
    for key, ball in matrix.items():
        mantissa, exponent = (abs(ball) if isinstance(ball, acb) else ball).mid().man_exp()
        if mantissa:
            powers[key] = int(mantissa).bit_length() + int(exponent)
    scales = [0] * size
    rows: list[list[tuple[int, int]]] = [[] for _ in scales]
    columns: list[list[tuple[int, int]]] = [[] for _ in scales]
    for (m, n), exponent in powers.items():
        if m != n:
            rows[m].append((n, exponent))
            columns[n].append((m, exponent))
    joined = [n for n in range(size) if rows[n] and columns[n]]
    for _ in range(BALANCING):
        before = list(scales)
        for n in joined:
            row = max([exponent - scales[k] for k, exponent in rows[n]])
            column = max([exponent + scales[k] for k, exponent in columns[n]])
            scales[n] += (column - row - 2 * scales[n]) // 2
        if scales == before:
            break
    return powers, scales


def _balanced(matrix: Mapping[tuple[int, int], Any], balanced: Balance) -> NDArray[Any]:
    """A similar matrix of floats, as balanced as powers of 2 can make it."""
    powers, scales = balanced
    size = len(scales)
    full = np.zeros((size, size), dtype=complex if any(isinstance(x, acb) for x in matrix.values()) else float)
    for (m, n), exponent in powers.items():
        mantissa, power = matrix[m, n].mid() * arb(2) ** -exponent, exponent + scales[m] - scales[n]
        if isinstance(mantissa, acb):
            full[m, n] = complex(ldexp(float(mantissa.real), power), ldexp(float(mantissa.imag), power))
        else:
            full[m, n] = ldexp(float(mantissa), power)
    return full


def is_stable(
    derivation: Derivation, groups: Sequence[Rungs], error: Any = 0, balanced: Sequence[Balance] | None = None
) -> bool | None:
    """Whether the spectral radius of the ladder map is below 1, proved with balls; None if they are too wide.

    t = 1 + Phi(t) has a positive solution exactly if the radius is below 1: then Phi(t) = t - 1 < t.

    Parameters
    ----------
    groups
        Theta of each group, from `rungs_at`.
    error
        The relative residual of the loops that made the propagators. The equations amplify it by
        1/(1 - radius): beyond (1 - radius)**2 the loops do not tell on which side of 1 the radius is. And
        1/(1 - radius) is the size of t, where rungs are so scaled that none of them stands out.
    balanced
        How they are scaled, from `balance`, if it is known.
    """
    one = ladder(derivation)
    for group, (rungs, matrix), (_, powers) in zip(one.groups, groups, balanced or balance(groups), strict=True):
        matrix_of = acb_mat if any(isinstance(value, acb) for value in matrix.values()) else arb_mat
        size = len(rungs)
        full = [[arb(1) if m == n else arb(0) for n in range(size)] for m in range(size)]
        for (m, n), value in matrix.items():
            full[m][n] = full[m][n] - value
        unit = [arb(1) if e == g else arb(0) for e, g in rungs]
        scales = [arb(2) ** power for power in powers]
        try:
            right = [[x, x / s] for x, s in zip(unit, scales, strict=True)]
            solution = matrix_of(full).solve(matrix_of(right))
        except ZeroDivisionError:
            return None
        if error and any(not power(abs(solution[m, 1] * s), 2) * error < TELLING for m, s in enumerate(scales)):
            return None
        values = {rung: solution[m, 0] for m, rung in enumerate(rungs)}
        verdict = _all_positive(one, group, values)
        if not verdict:
            return verdict
    return True


def _all_positive(one: Ladder, group: Sequence[int], values: Mapping[tuple[int, int], Any]) -> bool | None:
    """Whether the Hermitian matrices of the vertices of each group of letters are positive, by their pivots."""
    together: dict[tuple[Letter, ...], list[int]] = {}
    for e in group:
        together.setdefault(one.places[e].group, []).append(e)
    for members in together.values():
        matrix = {(e, g): values[e, g] for e in members for g in members}
        for k, e in enumerate(members):
            pivot = matrix[e, e].real if isinstance(matrix[e, e], acb) else matrix[e, e]  # Hermitian
            if not pivot > 0:
                return False if pivot < 0 else None
            for g in members[k + 1 :]:
                for h in members[k + 1 :]:
                    matrix[g, h] = matrix[g, h] - matrix[g, e] * matrix[e, h] / pivot
    return True
