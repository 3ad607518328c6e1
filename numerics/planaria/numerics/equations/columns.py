"""A closed form for columns of points: its spectral sums, Newton's method on all at once, its value and loops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol

from planaria.derivations.elimination.closed_form import ClosedForm
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.numerics.equations.functions import ONE, Functions, functions_of, residuals_of
from planaria.numerics.methods.memo import once
from planaria.numerics.methods.program import Builder, Program

__all__ = ["Form", "Spectra", "Values", "form_of"]

Column = NDArray[np.float64]

MOST_ENTRIES = 2**15  # of an array over points and nodes: it fits the cache
ROUNDS = 40
SETTLED = 1e-9  # of a relative step: the next would be rounding
NEAR = 1e-6  # a step that is below this and shrinks no more is rounding
LONGEST = 1.0  # of a step of the logarithm of an unknown


class Spectra(NamedTuple):
    """Nodes by eigenvalue symbol, each of shape (nodes,), and their weights."""

    nodes: Mapping[Symbol, Column]
    weights: Mapping[Symbol, Column]


class Values(NamedTuple):
    """The value at many points, the loops that the form claims there, and the unknowns' spectral sums."""

    value: Any
    loops: dict[Symbol, Any]


class Form:
    """The columns of one closed form."""

    def __init__(self, closed: ClosedForm) -> None:
        self.closed = closed
        self.functions: Functions = functions_of(closed, "numpy")
        own = {*self.functions.unknowns, *self.functions.sums, STRENGTH}
        self.parameters = tuple(g for g in self.functions.parameters if g not in own)
        builder = Builder(closed.ring.generators)
        self.residuals: Program = residuals_of(closed)
        self.loops: Program = builder.program([builder.ratio(ratio) for _, ratio in closed.loops])

    def sums(
        self, unknowns: Sequence[Column], scalars: Mapping[Expr, Any], spectra: Spectra, *, slopes: bool
    ) -> tuple[list[Any], dict[tuple[int, int], Any]]:
        """Spectral sums, each of shape (points,), and their derivatives by unknowns where these are asked for.

        With derivatives come the sums of the relations alone.
        """
        chosen = self.functions.in_relations if slopes else tuple(range(len(self.functions.sums)))
        count = len(unknowns[0]) if unknowns else 1
        symbols = self.functions.unknowns
        sums: list[Any] = [0.0] * len(self.functions.sums)
        found: dict[tuple[int, int], Any] = {}
        for n in chosen:
            sums[n] = np.empty(count)
        longest = max((len(w) for w in spectra.weights.values()), default=1)
        length = max(1, MOST_ENTRIES // longest)
        for start in range(0, count if chosen else 0, length):
            part = slice(start, start + length)
            at = {s: u[part, np.newaxis] for s, u in zip(symbols, unknowns, strict=True)}
            at |= {g: x[part, np.newaxis] if np.ndim(x) else x for g, x in scalars.items()}
            at |= {ONE: 1.0, STRENGTH: 1.0}
            shared: dict[tuple[Symbol, Expr], tuple[Any, Any]] = {}
            for n in chosen:
                for k, (total, slope) in self._sum(n, at, spectra, shared, slopes=slopes):
                    if k < 0:
                        sums[n][part] = total
                    else:
                        found.setdefault((n, k), np.empty(count))[part] = slope
        return sums, found

    def _sum(
        self,
        n: int,
        at: Mapping[Expr, Any],
        spectra: Spectra,
        shared: dict[tuple[Symbol, Expr], tuple[Any, Any]],
        *,
        slopes: bool,
    ) -> list[tuple[int, tuple[Any, Any]]]:
        """A sum (at place -1), and its slopes by the place of the unknown."""
        functions, one = self.functions, self.closed.sums[n][1]
        weights = spectra.weights[one.eigenvalues[0]]
        if n in functions.powers:
            symbol, pole, power = functions.powers[n]
            if (symbol, pole) not in shared:
                inverse = 1.0 / (spectra.nodes[symbol] + functions.number_of(pole, at))
                shared[symbol, pole] = inverse, inverse * spectra.nodes[symbol]
            inverse, x = shared[symbol, pole]
            terms = x if power == 1 else x * x if power == 2 else x**power
            found = [(-1, (terms @ weights, None))]
            if slopes and pole in functions.unknowns:
                place = functions.unknowns.index(pole)
                found.append((place, (None, -power * ((terms * inverse) @ weights))))
            return found
        terms = functions.terms(one, spectra.nodes, at)
        found = [(-1, (terms @ weights, None))]
        if slopes:
            for k, unknown in enumerate(functions.unknowns):
                change = functions.slope_terms(one, unknown, terms, spectra.nodes, at)
                if change is not None:
                    found.append((k, (None, change @ weights)))
        return found

    def steps(
        self,
        unknowns: Sequence[Column],
        scalars: Mapping[Expr, Any],
        spectra: Spectra,
        residuals: Sequence[Column] | None = None,
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Newton's steps relative to the unknowns, of shape (points, unknowns), and signs of the determinants.

        ``residuals`` are given where they are known better than in doubles.

        A relation that is solved for a parameter is taken in the logarithm: a power law is a straight line there.
        """
        functions = self.functions
        count, size = len(unknowns[0]), len(unknowns)
        sums, slopes = self.sums(unknowns, scalars, spectra, slopes=True)
        parameters = [scalars.get(p, 0.0) for p in functions.parameters]
        results = functions.system.run([*unknowns, *sums, *parameters, 1.0], float)
        width = size + len(sums)
        residual = np.empty((count, size))
        jacobian = np.empty((count, size, size))
        for row in range(size):
            partials = results[size + width * row : size + width * (row + 1)]
            value = results[row] if residuals is None else residuals[row]
            entries = list(partials[:size])
            for (n, k), slope in slopes.items():
                entries[k] = entries[k] + partials[size + n] * slope
            scale: Any = 1.0
            if self.closed.solved_for[row] is not None:
                inside = value > -1
                scale = np.where(inside, 1 / np.where(inside, 1 + value, 1.0), 1.0)
                value = np.where(inside, np.log1p(np.where(inside, value, 0.0)), value)
            residual[:, row] = value
            for k, entry in enumerate(entries):
                jacobian[:, row, k] = entry * scale * unknowns[k]
        if size == 1:
            return -residual / jacobian[:, 0], np.sign(jacobian[:, 0, 0])
        bad = ~(np.isfinite(jacobian).all(axis=(1, 2)) & np.isfinite(residual).all(axis=1))
        jacobian[bad] = np.eye(size)
        # Rows differ by powers of ten.
        rows = np.abs(jacobian).max(axis=2)
        rows[rows == 0] = 1.0
        signs = np.linalg.slogdet(jacobian / rows[:, :, np.newaxis])[0]
        try:
            found = -np.linalg.solve(jacobian / rows[:, :, np.newaxis], (residual / rows)[:, :, np.newaxis])[
                :, :, 0
            ]
        except np.linalg.LinAlgError:
            determinants = np.linalg.det(jacobian / rows[:, :, np.newaxis])
            jacobian[determinants == 0] = np.eye(size)
            bad |= determinants == 0
            found = -np.linalg.solve(jacobian / rows[:, :, np.newaxis], (residual / rows)[:, :, np.newaxis])[
                :, :, 0
            ]
        found[bad] = np.nan
        return found, signs

    def settle(
        self, start: NDArray[Any], scalars: Mapping[Expr, Any], spectra: Spectra, rounds: int = ROUNDS
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """The unknowns, of shape (points, unknowns), to which Newton's method settles, and its sign.

        The sign, that of the Jacobian, is 0 where it does not settle: neighbouring roots do not share it.

        Unknowns keep their signs: a step is one of the logarithm, and never long.
        """
        unknowns = start.copy()
        settled = np.isfinite(start).all(axis=1) & (start != 0).all(axis=1)
        if start.shape[1] == 0:
            return unknowns, np.ones(len(start))
        active = np.flatnonzero(settled)
        signs = np.zeros(len(start))
        last = np.full(len(start), np.inf)
        before = np.zeros_like(start)  # the last step that was made
        longest = np.full(len(start), LONGEST)
        for _ in range(rounds):
            if not len(active):
                break
            here = {g: x[active] if np.ndim(x) else x for g, x in scalars.items()}
            step, own = self.steps(list(np.ascontiguousarray(unknowns[active].T)), here, spectra)
            size = np.abs(step).max(axis=1)
            good = np.isfinite(size)
            # A step back that is as long as the one before goes round in a circle: half of it, then.
            back = (step * before[active]).sum(axis=1) < 0
            made = np.abs(before[active]).max(axis=1)
            bound = np.where(
                back, np.minimum(longest[active], made / 2), np.minimum(1.5 * longest[active], LONGEST)
            )
            longest[active] = np.where(back & (size < made / 2), longest[active], bound)
            step *= np.minimum(1.0, longest[active] / np.maximum(size, 1e-300))[:, np.newaxis]
            before[active] = np.where(good[:, np.newaxis], step, 0.0)
            small = np.abs(step) < 1e-3
            change = np.where(small, 1 + step, np.exp(np.where(small, 0.0, step)))
            unknowns[active] = np.where(good[:, np.newaxis], unknowns[active] * change, np.nan)
            done = good & ((size < SETTLED) | ((size < NEAR) & (size >= last[active])))
            signs[active[done]] = own[done]
            last[active] = size
            active = active[good & ~done]
        return unknowns, signs

    def values(self, unknowns: Sequence[Column], scalars: Mapping[Expr, Any], spectra: Spectra) -> Values:
        """The value and the loops, columns or numbers."""
        functions = self.functions
        sums, _ = self.sums(unknowns, scalars, spectra, slopes=False)
        inputs = [*unknowns, *sums, *[scalars.get(p, 0.0) for p in functions.parameters], 1.0]
        value = functions.value_program.run(inputs, float)[0]
        at = {**scalars, STRENGTH: 1.0}
        at |= dict(zip(functions.unknowns, unknowns, strict=True))
        at |= dict(zip(functions.sums, sums, strict=True))
        results = self.loops.run([at.get(g, 0.0) for g in self.closed.ring.generators], float)
        return Values(value, dict(zip((s for s, _ in self.closed.loops), results, strict=True)))


@once
def form_of(closed: ClosedForm) -> Form:
    """The columns of a closed form, made once."""
    return Form(closed)
