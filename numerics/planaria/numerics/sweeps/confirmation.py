"""Which of many points in double precision are confirmed by the unreduced equations, and how far.

The same three questions as for one number (`verification`), asked of whole arrays: do the loops that the closed
form claims come back, does the value, and is the ladder's spectral radius below 1? Rounding takes the place of
digits: near a critical point a residual is amplified by 1/(1 - radius) in the loops, and once more in the value,
whose ladders have the same denominators. This is an estimate of the error, and no enclosure: the factor is that of
the slowest mode, taken once for each. What it does not leave ten digits is not confirmed.

First with traces that share their sums (`traces`) and with a bound on the radius; what that leaves open with more
digits (`refined`). Models without such formulas go node by node (`by_nodes`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Symbol

from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.numerics.equations.columns import form_of
from planaria.numerics.equations.ladder import ladder
from planaria.numerics.equations.radius import distances, exact_distances
from planaria.numerics.equations.traces import Columns, Traces, traces_of
from planaria.numerics.equations.unreduced import unreduced
from planaria.numerics.points.problem import Problem
from planaria.numerics.sweeps.by_nodes import ROUNDING, Findings, by_nodes
from planaria.numerics.sweeps.group import Floats, Group, group_of
from planaria.numerics.sweeps.refined import refined

__all__ = ["ACCURACY", "confirmed", "judged", "judged_again"]

ACCURACY = 1e-10  # relative, of a value that counts as known
NUDGE = 2.0**-30  # relative, of an unknown, to see what a value makes of it
CHUNK = 2**12  # points that are worked on at once: their columns fit the cache
MOST_BY_NODES = 2**24  # points times nodes that are worth a second look before points are evaluated alone


def confirmed(
    problem: Problem, columns: Mapping[str, Floats], unknowns: Floats, values: Floats
) -> NDArray[np.bool_]:
    """Whether each value stands.

    Parameters
    ----------
    problem
        The derivation at the first point: what does not change is taken from here.
    columns
        The parameters and dimensions that change, by name, each of shape (points,).
    unknowns
        The unknowns of the closed form, of shape (points, unknowns).
    values
        What the closed form gives, of shape (points,).
    """
    group = group_of(problem, columns, len(values))
    return np.isfinite(judged_by_nodes(group, unknowns, *judged(group, unknowns, values))[1])


def judged(group: Group, unknowns: Floats, claimed: Floats | None = None) -> tuple[Floats, Floats]:
    """The values that the closed form gives, and an estimate of the error of each; inf where it is not confirmed.

    ``claimed`` are values to be judged in their place.
    """
    values, errors = np.full(group.count, np.nan), np.full(group.count, np.inf)
    with np.errstate(all="ignore"):
        for start in range(0, group.count, CHUNK):
            part = slice(start, min(start + CHUNK, group.count))
            own = None if claimed is None else claimed[part]
            values[part], errors[part] = _chunk(group.part(part), unknowns[part], own)
    return values, errors


def _chunk(group: Group, unknowns: Floats, claimed: Floats | None) -> tuple[Floats, Floats]:
    derivation = group.problem.derivation
    form = form_of(derivation.closed_form)
    found = form.values(list(np.ascontiguousarray(unknowns.T)), group.scalars, group.spectra)
    values = np.array(np.broadcast_to(found.value if claimed is None else claimed, group.count), dtype=float)
    if ladder(derivation).missing:
        return values, np.full(group.count, np.inf)  # loops to be found first: point by point
    loops = {s: np.broadcast_to(x, group.count) for s, x in found.loops.items()}
    errors = np.full(group.count, np.inf)
    traces = traces_of(derivation)
    if traces is not None:
        sensitive = _sensitivity(group, unknowns, found.value)
        findings, turned = _by_traces(group, traces, loops)
        errors = _stands(group, findings, values, sensitive)
        if (open_ := np.flatnonzero(~np.isfinite(errors))).size:
            # Where a loop is next to nothing the closed form may have lost its digits: a turn restores them.
            again = {s: np.broadcast_to(x, group.count)[open_] for s, x in turned.items()}
            here = group.part(open_)
            errors[open_] = _stands(here, _by_traces(here, traces, again)[0], values[open_], sensitive[open_])
    return values, errors


def judged_again(group: Group, unknowns: Floats, values: Floats, errors: Floats) -> tuple[Floats, Floats]:
    """The same, with more digits for what is not confirmed yet; node by node where there are no formulas."""
    open_ = np.flatnonzero(~np.isfinite(errors))
    values, errors = values.copy(), errors.copy()
    traces = traces_of(group.problem.derivation)
    if not open_.size or ladder(group.problem.derivation).missing:
        return values, errors
    if traces is None:
        return judged_by_nodes(group, unknowns, values, errors)
    with np.errstate(all="ignore"):
        for start in range(0, len(open_), CHUNK):
            points = open_[start : start + CHUNK]
            here = group.part(points)
            found = refined(here, traces, unknowns[points])
            columns = Columns((), found.poles, {}, tuple(found.matrices))
            worst = np.maximum(found.worst, ROUNDING)
            distance = _distances(here, traces, columns, worst)
            values[points] = found.values
            stands = _stands(here, (worst, distance, found.read), found.values)
            left = stands + found.open * np.abs(found.values)
            errors[points] = np.where(left <= ACCURACY * np.abs(found.values), left, np.inf)
    return values, errors


def judged_by_nodes(group: Group, unknowns: Floats, values: Floats, errors: Floats) -> tuple[Floats, Floats]:
    """The same, node by node, for what is not confirmed yet."""
    open_ = np.flatnonzero(~np.isfinite(errors) & np.isfinite(values))
    errors = errors.copy()
    nodes = max((len(w) for w in group.spectra.weights.values()), default=1)
    if not open_.size or len(open_) * nodes > MOST_BY_NODES or ladder(group.problem.derivation).missing:
        return values, errors
    here = group.part(open_)
    form = form_of(group.problem.derivation.closed_form)
    with np.errstate(all="ignore"):
        found = form.values(list(np.ascontiguousarray(unknowns[open_].T)), here.scalars, here.spectra)
        sensitive = _sensitivity(here, unknowns[open_], found.value)
        findings, turned = by_nodes(here, found.loops)
        errors[open_] = _stands(here, findings, values[open_], sensitive)
        rest = np.flatnonzero(~np.isfinite(errors[open_]))
        if rest.size:
            findings, _ = by_nodes(here.part(rest), {s: x[rest] for s, x in turned.items()})
            errors[open_[rest]] = _stands(here.part(rest), findings, values[open_[rest]], sensitive[rest])
    return values, errors


def _sensitivity(group: Group, unknowns: Floats, value: Any) -> Floats:
    """The relative change of the values over that of the unknowns, of shape (points,).

    A value may be far more sensitive to them than every loop is: (P - S_11)**2 is where S_11 is next to P.
    """
    if not unknowns.shape[1]:
        return np.zeros(group.count)
    form = form_of(group.problem.derivation.closed_form)
    nudged = [np.ascontiguousarray(column) * (1 + NUDGE * (-1) ** n) for n, column in enumerate(unknowns.T)]
    moved = form.values(nudged, group.scalars, group.spectra).value
    here = np.asarray(value, dtype=float)
    return np.broadcast_to(np.abs((moved - here) / here) / NUDGE, group.count)


def _stands(group: Group, findings: Findings, values: Floats, sensitive: Floats | float = 0.0) -> Floats:
    """The estimated error of each value; inf where it is more than may be, or the radius is not below 1."""
    worst, distance, read = findings
    near = np.minimum(1.0, distance)
    mismatch = np.abs(read - values) / np.abs(values)
    relative = np.maximum(worst, group.error) / near**2 + worst * sensitive / near + mismatch
    good = (distance > 0) & (relative <= ACCURACY)
    errors: Floats = np.where(good, np.abs(values) * relative, np.inf)
    return errors


def _by_traces(group: Group, traces: Traces, loops: Mapping[Symbol, Any]) -> tuple[Findings, Mapping[Symbol, Any]]:
    """What the equations say of claimed loops, and the loops that they give."""
    derivation = group.problem.derivation
    equations = unreduced(derivation)
    at = {**group.scalars, **loops, STRENGTH: 1.0}
    columns = traces.at(at, group.nodes, group.count)
    worst = np.full(group.count, ROUNDING)  # where loops come back to the last bit, that is luck
    turned: dict[Symbol, Any] = {}
    for symbol, claimed, image in columns.images:
        turned.setdefault(symbol, image)
        scale = np.maximum(np.abs(claimed), np.abs(image))
        worst = np.maximum(worst, np.where(scale > 0, np.abs(image - claimed) / scale, 0.0))
    read = equations.quantity(columns.readings, group.scalars)
    distance = _distances(group, traces, columns, worst)
    return (worst, distance, np.broadcast_to(read, group.count)), turned


def _distances(group: Group, traces: Traces, columns: Columns, worst: Floats) -> Floats:
    """The distance of the radius from 1: its bound where that suffices to confirm the point."""
    # The bound of merged eigenvalues holds for poles off the positive axis.
    regular = columns.poles if group.error else True
    found = np.where(np.broadcast_to(regular, group.count), np.inf, -np.inf)
    for (matrix, size), plain in zip(columns.matrices, traces.diagonal, strict=True):
        own = distances(matrix, size, group.count) if plain else np.full(group.count, -np.inf)
        needed = np.sqrt(np.maximum(worst, group.error) / ACCURACY)
        open_ = np.flatnonzero(~(own > needed) & (needed < 1))
        if open_.size:
            here = {key: np.broadcast_to(x, group.count)[open_] for key, x in matrix.items()}
            own[open_] = exact_distances(here, size, len(open_))
        found = np.minimum(found, own)
    bounded: Floats = np.minimum(found, 1.0)
    return bounded
