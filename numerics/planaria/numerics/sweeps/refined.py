"""Points that need more than a double, all at once, with numbers of 32 digits.

Where the terms of a loop cancel, as those of a loss do at a small ridge, doubles do not bring it back, and say
nothing. The same equations in `Doubled` do: the unknowns are polished there, and the loops and the value are held
against the unreduced equations to far more digits than are given out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from sympy import Expr, Symbol

from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.numerics.equations.columns import Form, Spectra, form_of
from planaria.numerics.equations.functions import ONE
from planaria.numerics.equations.traces import Nodes, Traces
from planaria.numerics.equations.unreduced import unreduced
from planaria.numerics.methods.doubled import Doubled
from planaria.numerics.sweeps.group import Floats, Group

__all__ = ["Refined", "refined"]

SQUARED = 100.0  # by which a relative error may be multiplied where Newton's method squares it
MOST_ENTRIES = 2**15


class Refined(NamedTuple):
    """Values, the largest relative change of a loop, the value that is read off, and the ladder's maps.

    ``open`` is what Newton's method may have left of each value, relative: a value may be far more sensitive to
    the unknowns than every loop is, as (P - S_11)**2 is where S_11 is next to P.
    """

    values: Floats
    open: Floats
    worst: Floats
    read: Floats
    poles: Any
    matrices: Sequence[tuple[Mapping[tuple[int, int], Any], int]]


def refined(group: Group, traces: Traces, unknowns: Floats) -> Refined:
    """What the equations say of points near given unknowns."""
    form = form_of(group.problem.derivation.closed_form)
    scalars = {g: Doubled(x) for g, x in group.scalars.items()}
    spectra = Spectra(
        {s: Doubled(x) for s, x in group.spectra.nodes.items()},  # type: ignore[misc]
        group.spectra.weights,
    )
    exact = [Doubled(np.ascontiguousarray(u)) for u in unknowns.T]
    open_ = np.zeros(group.count)
    if exact:
        near = _polished(form, exact, scalars, spectra, group)
        exact = _polished(form, near, scalars, spectra, group)
        before = _values(form, near, scalars, spectra, group.count)[0]
    value, loops = _values(form, exact, scalars, spectra, group.count)
    if exact:
        open_ = SQUARED * ((value - before).high / np.asarray(value.high)) ** 2
    nodes = {
        s: Nodes(_wrapped(n.eigenvalues), n.weights, Doubled(n.size), n.floor) for s, n in group.nodes.items()
    }
    columns = traces.at({**scalars, **loops, STRENGTH: Doubled(1.0)}, nodes, group.count, Doubled.of, ladder=False)
    worst = np.zeros(group.count)
    for _, claimed, image in columns.images:
        scale = np.maximum(np.abs(claimed.high), np.abs(image.high))
        worst = np.maximum(worst, np.where(scale > 0, np.abs((image - claimed).high) / scale, 0.0))
    equations = unreduced(group.problem.derivation)
    readings = {trace: x.high for trace, x in columns.readings.items()}
    read = np.broadcast_to(equations.quantity(readings, group.scalars), group.count)
    # The ladder is made of squares: doubles do for it.
    plain = {**group.scalars, **{s: x.high for s, x in loops.items()}, STRENGTH: 1.0}
    matrices = traces.at(plain, group.nodes, group.count).matrices
    values = np.broadcast_to(value.high, group.count)
    return Refined(values, np.broadcast_to(open_, group.count), worst, read, columns.poles, matrices)


def _wrapped(eigenvalues: Any) -> Any:
    return None if eigenvalues is None else Doubled(eigenvalues)


def _sums(
    form: Form, unknowns: Sequence[Doubled], scalars: Mapping[Expr, Any], spectra: Spectra, which: Sequence[int]
) -> list[Any]:
    """The spectral sums at all points."""
    count = len(unknowns[0].high) if unknowns else 1
    found: list[Any] = [0.0] * len(form.functions.sums)
    longest = max((len(w) for w in spectra.weights.values()), default=1)
    length = max(1, MOST_ENTRIES // longest)
    parts: list[list[Doubled]] = [[] for _ in found]
    for start in range(0, count, length):
        part = slice(start, start + length)
        at: dict[Expr, Any] = {s: u[part].column() for s, u in zip(form.functions.unknowns, unknowns, strict=True)}
        at |= {g: x[part].column() if np.ndim(x.high) else x for g, x in scalars.items()}
        at |= {ONE: Doubled(1.0), STRENGTH: Doubled(1.0)}
        width = min(length, count - start)
        for n in which:
            one = form.closed.sums[n][1]
            weights = spectra.weights[one.eigenvalues[0]]
            terms = form.functions.terms(one, spectra.nodes, at) * weights
            parts[n].append(terms.broadcast(width, len(weights)).sum())
    for n in which:
        found[n] = Doubled(
            np.concatenate([p.high for p in parts[n]]),
            np.concatenate([np.broadcast_to(p.low, p.high.shape) for p in parts[n]]),
        )
    return found


def _polished(
    form: Form, unknowns: Sequence[Doubled], scalars: Mapping[Expr, Any], spectra: Spectra, group: Group
) -> list[Doubled]:
    """One of Newton's steps: the residual with all digits, the Jacobian in doubles."""
    functions = form.functions
    sums = _sums(form, unknowns, scalars, spectra, functions.in_relations)
    parameters = [scalars.get(p, Doubled(0.0)) for p in functions.parameters]
    residuals = form.residuals.run([*unknowns, *sums, *parameters, Doubled(1.0)], Doubled.of)
    plain = [u.high for u in unknowns]
    steps, _ = form.steps(plain, group.scalars, group.spectra, [r.high + r.low for r in residuals])
    return [u + u.high * steps[:, n] for n, u in enumerate(unknowns)]


def _values(
    form: Form, unknowns: Sequence[Doubled], scalars: Mapping[Expr, Any], spectra: Spectra, count: int
) -> tuple[Doubled, dict[Symbol, Any]]:
    functions = form.functions
    sums = _sums(form, unknowns, scalars, spectra, range(len(functions.sums)))
    parameters = [scalars.get(p, Doubled(0.0)) for p in functions.parameters]
    value = functions.value_program.run([*unknowns, *sums, *parameters, Doubled(1.0)], Doubled.of)[0]
    at: dict[Expr, Any] = {**scalars, STRENGTH: Doubled(1.0)}
    at |= dict(zip(functions.unknowns, unknowns, strict=True))
    at |= dict(zip(functions.sums, sums, strict=True))
    results = form.loops.run([at.get(g, Doubled(0.0)) for g in form.closed.ring.generators], Doubled.of)
    loops = {s: x.broadcast(count) for (s, _), x in zip(form.closed.loops, results, strict=True)}
    return value, loops
