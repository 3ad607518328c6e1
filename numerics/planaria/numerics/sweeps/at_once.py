"""Points of one spectrum solved and judged at once, by programs that are proved for the derivation (`identity`).

That the closed form solves the unreduced equations is known for all points then. At each is asked: how far the
unknowns are from the root of the relations, what rounding and merged eigenvalues do to the value, and whether the
ladder's radius is below 1, all entries of its map taken at their largest. Errors are bounds of first order, which
are carried along with every operation; a value that is not known to ten digits is left open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sympy import Expr

from planaria.numerics.equations.identity import agreeing
from planaria.numerics.equations.radius import distances
from planaria.numerics.equations.reduced import Reduced
from planaria.numerics.methods.program import UNIT
from planaria.numerics.sweeps.by_nodes import ROUNDING
from planaria.numerics.sweeps.confirmation import ACCURACY
from planaria.numerics.sweeps.group import Floats, Group
from planaria.numerics.sweeps.node_sums import TABLED, WANDER, NodeSums

__all__ = ["AtOnce", "Solved", "at_once"]

BLOCK = 2**11  # points whose columns are in the cache together
ROUNDS = 12
FEW = 2**7  # points for which a table does not pay
MANY = 2**12  # points for which sums are tabled
SETTLED = 3e-8  # of a step of logarithms: what is left behind it is its square, and is measured
LONGEST = 1.0  # of a step
FARTHER = 1.5  # step of the logarithm of a pole where Newton's method begins outside of its domain
CLOSE = 1e-6  # to 1, of the radius: from here on the general way decides
SECOND_ORDER = 2.0  # by which bounds of first order are multiplied
TERM = 8.0  # roundings of a term of a sum
NUDGE = 1e-6  # of a parameter, to see where unknowns go


class Solved(NamedTuple):
    """Unknowns of shape (points, unknowns), signs of the Jacobian (0 where nothing settles), values and errors."""

    unknowns: Floats
    signs: Floats
    values: Floats
    errors: Floats
    slopes: Floats | None


def at_once(group: Group) -> AtOnce | None:
    """The way to solve a group at once; None where there is none."""
    reduced = agreeing(group.problem.derivation)
    if reduced is None or any((nodes < 0).any() for nodes in group.spectra.nodes.values()):
        return None
    return AtOnce(group, reduced)


class AtOnce:
    """The points of a group, block by block."""

    def __init__(self, group: Group, reduced: Reduced) -> None:
        self.group, self.reduced = group, reduced
        self.symbols = [u.symbol for u in group.problem.derivation.closed_form.unknowns]
        self.free = [self.symbols.index(u) for u in reduced.unknowns]
        self.in_system = NodeSums(reduced.sums, reduced.in_system, group.spectra)
        self.in_judged = NodeSums(reduced.sums, reduced.in_judged, group.spectra)
        self.in_given = NodeSums(reduced.sums, reduced.in_given, group.spectra)
        places = {g: n for n, g in enumerate(reduced.generators)}
        self.at = [places[u] for u in reduced.unknowns]
        self.scalars = [group.scalars.get(g, 1.0) for g in reduced.generators]
        self.places = places
        self.names = {str(g): n for g, n in places.items()}
        self.domain: list[float] = []
        poles = {pole for one in reduced.sums for pole, _ in one.poles}
        self.parameters = tuple((pole, places[pole]) for pole in poles if pole not in reduced.unknowns)
        self.by_tables = group.count >= MANY
        spaces = group.problem.derivation.rules.setting
        floors = {s: n.floor for space, n in group.nodes.items() for _, s in spaces.matrices_of(space)}
        self.floors = {
            pole: max([0.0] + [floors.get(one.symbol, 0.0) for one in reduced.sums if one.power(pole)])
            for pole in poles
        }
        longest = self.in_judged.longest
        self.rounding = group.error + TABLED * self.by_tables + (TERM + min(longest, 64 + longest**0.5)) * UNIT

    def solve(
        self,
        points: NDArray[Any],
        starts: Floats,
        sign: float | None,
        *,
        rounds: int = ROUNDS,
        moving: Mapping[str, Floats] | None = None,
    ) -> Solved:
        """Points from unknowns to start from, of shape (points, unknowns); what has another sign stays open.

        With ``moving``, coordinates of the group by name, come derivatives of the logarithms of the unknowns by
        those that are logarithms of parameters, of shape (points, unknowns, coordinates).
        """
        count, size = len(points), len(self.symbols)
        slopes = None if moving is None else np.zeros((count, size, len(moving)))
        found = Solved(
            np.full((count, size), np.nan), np.zeros(count), np.full(count, np.nan), np.full(count, np.inf), slopes
        )
        for start in range(0, count, BLOCK):
            part = slice(start, min(start + BLOCK, count))
            self._block(points[part], starts[part], sign, rounds, moving, part, found)
        return found

    def _block(
        self,
        points: NDArray[Any],
        starts: Floats,
        sign: float | None,
        rounds: int,
        moving: Mapping[str, Floats] | None,
        part: slice,
        found: Solved,
    ) -> None:
        scalars = [x[points] if np.ndim(x) else x for x in self.scalars]
        unknowns = [np.log(np.abs(starts[:, n])) for n in self.free]  # logarithms
        signs_of = [np.sign(starts[:, n]) for n in self.free]
        if not all((one == 1).all() for one in signs_of):
            bad = ~np.logical_and.reduce([one == 1 for one in signs_of])
            for one in unknowns:
                one[bad] = np.nan
        inverse, signs = self._settled(unknowns, scalars, rounds, sign)
        whole = np.full((len(points), len(self.symbols)), np.nan)
        for n, own in zip(self.free, unknowns, strict=True):
            whole[:, n] = np.exp(own)
        values, errors, log_slopes = self._judged(unknowns, inverse, scalars, moving, points)
        if self.reduced.explicit:
            inputs, _ = self._inputs(unknowns, scalars, self.in_given)
            for symbol, own in zip(self.reduced.explicit, self.reduced.given.run(inputs, float), strict=True):
                whole[:, self.symbols.index(symbol)] = own
        good = (signs != 0) & (signs == sign if sign is not None else True)
        found.unknowns[part], found.signs[part] = whole, np.where(np.isfinite(whole).all(axis=1), signs, 0.0)
        found.values[part] = values
        found.errors[part] = np.where(good, errors, np.inf)
        if found.slopes is not None:
            for k, n in enumerate(self.free):
                for m, own in enumerate(log_slopes[k]):
                    found.slopes[part, n, m] = np.where(np.isfinite(own), own, 0.0)

    def _inputs(
        self, logarithms: Sequence[Floats], scalars: Sequence[Any], sums: NodeSums
    ) -> tuple[list[Any], dict[int, Any]]:
        """The inputs of the programs, zeros for sums that are not wanted; and the sums."""
        inputs = list(scalars)
        poles: dict[Expr, Any] = {pole: scalars[place] for pole, place in self.parameters}
        for place, symbol, own in zip(self.at, self.reduced.unknowns, logarithms, strict=True):
            inputs[place] = poles[symbol] = np.exp(own)
        logs = (
            dict(zip(self.reduced.unknowns, logarithms, strict=True))
            if self.by_tables and len(logarithms[0]) >= FEW
            else None
        )
        table = sums.at(poles, len(logarithms[0]), logs)
        return inputs + [table.get(n, 0.0) for n in range(len(self.reduced.sums))], table

    def enter(self, point: int, unknowns: Floats) -> None:
        """Stay where the factors of the relations have the signs that they have at a point."""
        scalars = [x[point : point + 1] if np.ndim(x) else x for x in self.scalars]
        inputs, _ = self._inputs([np.log(unknowns[n : n + 1]) for n in self.free], scalars, self.in_system)
        size = len(self.free)
        self.domain = [np.sign(x).item() for x in self.reduced.system.run(inputs, float)[size + size * size :]]

    def _settled(
        self, own: list[Floats], scalars: Sequence[Any], rounds: int, sign: float | None
    ) -> tuple[list[list[Floats]], Floats]:
        """Newton's method for the logarithms, in place: the inverse of the Jacobian, and its sign."""
        size, count = len(own), len(own[0])
        inverse = [[np.full(count, np.nan) for _ in range(size)] for _ in range(size)]
        signs = np.zeros(count)
        active: Any = slice(None)
        here, all_ = scalars, list(own)
        before: list[Any] = [np.nan] * size  # where it was last, and well
        for _ in range(rounds):
            inputs, _ = self._inputs(all_, here, self.in_system)
            results = self.reduced.system.run(inputs, float)
            right, rows, inside = self._rows(results, size, len(all_[0]))
            inner, turn = _inverted(rows)
            if sign is not None:
                inside &= turn == sign
            for factor, side in zip(results[size + size * size :], self.domain, strict=False):
                inside &= (factor > 0) if side > 0 else (factor < 0)
            steps = [-sum(inner[m][k] * right[k] for k in range(size)) for m in range(size)]
            longest = np.abs(steps[0])
            for step in steps[1:]:
                longest = np.maximum(longest, np.abs(step))
            if not longest.max(initial=0.0) <= LONGEST:
                steps = [step * np.minimum(1.0, LONGEST / longest) for step in steps]
            after = [u + step for u, step in zip(all_, steps, strict=True)]
            if inside.all():
                before = all_
            else:
                # Back halfway to where it was well, or towards the bare propagators, whose poles are far.
                for n in range(size):
                    far = all_[n] + (FARTHER if self.reduced.unknowns[n] in self.floors else 0.0)
                    back = np.where(np.isfinite(before[n]), (before[n] + all_[n]) / 2, far)
                    after[n] = np.where(inside, after[n], back)
                before = [np.where(inside, u, b) for u, b in zip(all_, before, strict=True)]
            all_ = after
            for n in range(size):
                own[n][active] = all_[n]
            done = inside & (longest < SETTLED)
            if done.any():
                which = done if isinstance(active, slice) else active[done]
                signs[which] = turn[done]
                for m in range(size):
                    for k in range(size):
                        inverse[m][k][which] = inner[m][k][done]
            left = ~done & (np.isfinite(longest) | ~inside)
            if not left.any():
                break
            active = np.flatnonzero(left) if isinstance(active, slice) else active[left]
            all_ = [u[left] for u in all_]
            before = [b[left] if np.ndim(b) else b for b in before]
            here = [x[left] if np.ndim(x) else x for x in here]
        return inverse, signs

    def _rows(
        self, results: Sequence[Any], size: int, count: int
    ) -> tuple[list[Floats], list[list[Any]], NDArray[np.bool_]]:
        """What relations are from holding, in logarithms where they are quotients, their derivatives, and where
        the logarithms are numbers."""
        right, rows, inside = [], [], np.ones(count, dtype=bool)
        for k in range(size):
            value, partials = results[k], results[size + size * k : size + size * (k + 1)]
            if self.reduced.logarithmic[k]:
                scale = 1 / value
                inside &= (value > 0) & (scale < np.inf)  # or each step would be zero, which is no answer
                right.append(np.log(value))
                partials = [partial * scale for partial in partials]
            else:
                inside &= np.isfinite(value)
                right.append(value)
            rows.append([np.broadcast_to(partial, (count,)) for partial in partials])
        return right, rows, inside

    def _judged(
        self,
        unknowns: list[Floats],
        inverse: list[list[Floats]],
        scalars: Sequence[Any],
        moving: Mapping[str, Floats] | None,
        points: NDArray[Any],
    ) -> tuple[Floats, Floats, list[list[Floats]]]:
        """Values, their errors (inf where they are open), and derivatives by coordinates."""
        reduced, size, count = self.reduced, len(unknowns), len(unknowns[0])
        inputs, table = self._inputs(unknowns, scalars, self.in_judged)
        first = len(reduced.generators)
        errors: list[Any] = []
        for n in range(first):
            x = inputs[n]
            exact = n in self.at or (np.ndim(x) == 0 and float(x).is_integer())
            errors.append(None if exact else UNIT * np.abs(x))
        # In a table a pole is known as its logarithm is.
        longest = [float(np.nanmax(np.abs(t), initial=0.0)) for t in unknowns]
        reach = WANDER * max(longest, default=0.0) if self.by_tables else 0.0
        rounding = [self.rounding + reach * sum(power for _, power in one.poles) for one in reduced.sums]
        errors += [own * np.abs(x) for own, x in zip(rounding, inputs[first:], strict=True)]
        results, bounds = reduced.relations.run_bounded(inputs, errors)
        off = []
        for value, bound, quotient in zip(results, bounds, reduced.logarithmic, strict=True):
            off.append((np.abs(np.log(value)) + bound / value) if quotient else np.abs(value) + bound)
        moved = [sum(np.abs(inverse[n][k]) * off[k] for k in range(size)) + ROUNDING for n in range(size)]
        by_unknown = dict(zip(reduced.unknowns, moved, strict=True))
        for n, own in zip(self.at, moved, strict=True):
            errors[n] = own * inputs[n]
        for n, one in enumerate(reduced.sums):
            if n in table:
                relative: Any = rounding[n]
                for pole, power in one.poles:
                    relative = relative + power * by_unknown.get(pole, UNIT)
                errors[first + n] = relative * np.abs(inputs[first + n])
        (value, *entries), (bound, *wider) = reduced.judged.run_bounded(inputs, errors)
        value = np.broadcast_to(value, (count,))
        error = SECOND_ORDER * bound + ROUNDING * np.abs(value)
        good = error <= ACCURACY * np.abs(value)
        for pole, floor in self.floors.items():
            good = good & (inputs[self.places[pole]] > floor)
        for group, rungs in zip(reduced.groups, reduced.sizes, strict=True):
            matrix = {
                key: np.maximum(entries[n], 0.0) + SECOND_ORDER * np.asarray(wider[n])
                for n, key in enumerate(group)
            }
            entries, wider = entries[len(group) :], wider[len(group) :]
            good = good & (distances(matrix, rungs, count) > CLOSE)
        slopes = self._slopes(inputs, results, inverse, moving, points)
        return value, np.where(good, error, np.inf), slopes

    def _slopes(
        self,
        inputs: list[Any],
        results: Sequence[Any],
        inverse: list[list[Floats]],
        moving: Mapping[str, Floats] | None,
        points: NDArray[Any],
    ) -> list[list[Any]]:
        """Derivatives of the logarithms of unknowns by coordinates; 0 for what is no logarithm of a generator."""
        reduced, size = self.reduced, len(inverse)
        slopes: list[list[Any]] = [[] for _ in range(size)]
        places = self.names
        for name in moving or ():
            if name not in places or not (self.group.columns[name] > 0).all():
                for own in slopes:
                    own.append(np.zeros(len(points)))
                continue
            nudged = list(inputs)
            nudged[places[name]] = inputs[places[name]] * (1 + NUDGE)
            after = reduced.relations.run(nudged, float)
            changes = [
                (np.log(b / a) if quotient else b - a) / NUDGE
                for a, b, quotient in zip(results, after, reduced.logarithmic, strict=True)
            ]
            for n, own in enumerate(slopes):
                own.append(-sum(inverse[n][k] * changes[k] for k in range(size)))
        return slopes


def _inverted(rows: list[list[Any]]) -> tuple[list[list[Any]], Floats]:
    """The inverse of small matrices by Gauss and Jordan, all points at once, and the sign of the determinant."""
    size = len(rows)
    if size == 1:
        return [[1.0 / rows[0][0]]], np.sign(rows[0][0])
    work = [
        [*row, *(np.ones_like(row[0]) if k == n else np.zeros_like(row[0]) for n in range(size))]
        for k, row in enumerate(rows)
    ]
    sign = np.ones(len(rows[0][0]))
    for k in range(size):
        pivot = work[k][k]
        sign = sign * np.sign(pivot)
        work[k] = [x / pivot for x in work[k]]
        for m in range(size):
            if m != k:
                factor = work[m][k]
                work[m] = [x - factor * y for x, y in zip(work[m], work[k], strict=True)]
    return [row[size:] for row in work], sign
