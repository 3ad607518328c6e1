"""The points of one spectrum, all at once: from a few that are reached from the bare propagators to all others.

One point is reached alone. Then come more and more points, each level from the confirmed points of those before:
their unknowns, interpolated in logarithms, are where Newton's method starts for all points of the level at once.
What does not settle is brought there along a path in the parameters. Neighbouring roots differ in the sign of the
Jacobian, so that a root of the other sign is not taken. Nothing has to be assumed of all this, as every point is
confirmed for itself: at once by programs that are proved for the derivation where there are any (`at_once`), else,
and where these leave a point open, in general (`confirmation`), with more digits where doubles do not tell
(`refined`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sympy import Expr

from planaria.algebra.errors import InputError
from planaria.numerics.equations.columns import Form, form_of
from planaria.numerics.solving.branch import follow
from planaria.numerics.sweeps.at_once import AtOnce, at_once
from planaria.numerics.sweeps.confirmation import judged, judged_again
from planaria.numerics.sweeps.group import Floats, Group
from planaria.numerics.sweeps.neighbours import Known, coordinates

__all__ = ["engine"]

FIRST = 8  # points from which one is tried to be reached from the bare propagators
GROWTH = 16  # of the number of points from level to level
SPREAD = 20260  # seed of the order in which points are taken
ROUNDS = 12  # of Newton's method on a path
MOST_STRIDES = 60  # of a path
SHORTEST = 1e-3  # part of a path that is worth a try
BOLD, CAREFUL = 1.0, 0.1  # by which the logarithm of an unknown may differ from its prediction on a path
MOST_AT_ONCE = 2**16  # points in one level's arrays
MOST_KNOWN = 2**16  # points from which others start
PATIENT = 40  # rounds of Newton's method while points are few
TRIED = 41  # unknowns, a decade apart, at which a first point is tried


class Found(NamedTuple):
    """Unknowns of shape (points, unknowns), values, and estimates of their errors; arrays that are filled."""

    unknowns: Floats
    values: Floats
    errors: Floats


def engine(group: Group, near: Floats | None = None) -> Found:
    """Unknowns of shape (points, unknowns), values, and estimated errors: inf where nothing is confirmed.

    Parameters
    ----------
    near
        Unknowns at a point of a neighbouring spectrum, of shape (unknowns,), to start from if they lead anywhere.
    """
    form = form_of(group.problem.derivation.closed_form)
    size = len(form.closed.unknowns)
    found = Found(np.full((group.count, size), np.nan), np.full(group.count, np.nan), np.full(group.count, np.inf))
    with np.errstate(all="ignore"):
        if not size:
            _judge(group, np.arange(group.count), found.unknowns, found)
            return found
        fast = at_once(group)
        sign = None if fast is None or near is None else _nearby(fast, found, near)
        if sign is None and fast is not None:
            sign = _begun(group, fast, found)
        if sign is None:
            sign = _reached(group, form, found, near)
        if sign is None:
            return found
        if fast is not None and not np.isfinite(found.errors).all():
            fast.enter(*_first(found))
            _in_levels(group, form, fast, sign, found)
        where = _coordinates(group)
        order = np.random.default_rng(SPREAD).permutation(group.count)
        done = 1
        while fast is None and done < group.count:
            done = max(GROWTH, min(done * GROWTH, done + MOST_AT_ONCE))
            level = order[:done]
            level = level[~np.isfinite(found.errors[level])]
            _level(group, form, sign, where, level, found, BOLD)
        left = np.flatnonzero(~np.isfinite(found.errors))
        _level(group, form, sign, where, left, found, CAREFUL)  # once more, with all that is known
        left = np.flatnonzero(~np.isfinite(found.errors) & np.isfinite(found.unknowns).all(axis=1))
        if group.error and left.size:  # next to a critical point the bound of merged eigenvalues is too wide
            full = group.in_full
            here = full.part(left)
            roots, signs = form.settle(found.unknowns[left], here.scalars, here.spectra)
            _judge(full, left[signs == sign], roots[signs == sign], found)
    return found


def _nearby(fast: AtOnce, found: Found, near: Floats) -> float | None:
    """The sign of the first point from unknowns of a neighbouring spectrum, if it is confirmed there."""
    tried = fast.solve(np.zeros(1, dtype=int), near[np.newaxis, :], None, rounds=PATIENT)
    if not np.isfinite(tried.errors[0]):
        return None
    found.unknowns[0], found.values[0], found.errors[0] = tried.unknowns[0], tried.values[0], tried.errors[0]
    return float(tried.signs[0])


def _begun(group: Group, fast: AtOnce, found: Found) -> float | None:
    """The sign of a point that is found from nowhere: of several roots one alone has a radius below 1."""
    if len(fast.free) != 1 or len(fast.symbols) != 1:
        return None
    starts: Floats = 10.0 ** np.arange(-(TRIED // 2), TRIED // 2 + 1, dtype=float)[:, np.newaxis]
    for point in dict.fromkeys(np.linspace(0, group.count - 1, FIRST).astype(int).tolist()):
        tried = fast.solve(np.full(TRIED, point), starts, None, rounds=PATIENT)
        best = int(np.argmin(tried.errors))
        if np.isfinite(tried.errors[best]):
            found.unknowns[point], found.values[point] = tried.unknowns[best], tried.values[best]
            found.errors[point] = tried.errors[best]
            return float(tried.signs[best])
    return None


def _first(found: Found) -> tuple[int, Floats]:
    """A point that is confirmed, and its unknowns."""
    point = int(np.flatnonzero(np.isfinite(found.errors))[0])
    return point, found.unknowns[point]


def _in_levels(group: Group, form: Form, fast: AtOnce, sign: float, found: Found) -> None:
    """All points at once, level by level; what the last level leaves open stays so."""
    where = coordinates(dict(group.columns), group.count)
    place = np.stack(list(where.values()), axis=1) if where else np.zeros((group.count, 1))
    slopes = np.zeros((min(group.count, MOST_KNOWN), found.unknowns.shape[1], place.shape[1]))
    order = np.random.default_rng(SPREAD).permutation(group.count)
    begun = np.flatnonzero(np.isfinite(found.errors))
    order = np.concatenate([begun, order[~np.isin(order, begun)]])
    done = 0
    known: Known | None = None
    while done < group.count:
        last = done
        done = max(GROWTH, min(done * GROWTH, MOST_KNOWN)) if done < MOST_KNOWN else group.count
        done = min(done, group.count)
        for start in range(last, done, MOST_AT_ONCE):
            points = order[start : min(start + MOST_AT_ONCE, done)]
            if last:
                points = np.sort(points)  # neighbours in memory
            starts = found.unknowns[begun[:1]].repeat(len(points), axis=0)
            if known is not None:
                starts = known.predicted(place[points])
            few = done < group.count
            moving = where if few and where else None
            solved = fast.solve(points, starts, sign, moving=moving)
            far = np.flatnonzero(solved.signs == 0)
            if far.size:
                again = fast.solve(points[far], starts[far], sign, rounds=PATIENT, moving=moving)
                for one, other in zip(solved, again, strict=True):
                    if one is not None and other is not None:
                        one[far] = other
            ok = np.isfinite(solved.errors) | ~np.isfinite(found.errors[points])
            found.unknowns[points[ok]], found.values[points[ok]] = solved.unknowns[ok], solved.values[ok]
            found.errors[points[ok]] = solved.errors[ok]
            if few and solved.slopes is not None:
                slopes[start : start + len(points)] = solved.slopes
                order[start : start + len(points)] = points
        if done < group.count:
            own = order[:done]
            sure = np.isfinite(found.errors[own])
            if not sure.any():
                return
            known = Known(place[own[sure]], found.unknowns[own[sure]], slopes[:done][sure])


def _reached(group: Group, form: Form, found: Found, near: Floats | None) -> float | None:
    """The sign of the first of a few points that is confirmed, from near or from the bare propagators."""
    if near is not None:
        one = np.array([0])
        root, signs = form.settle(near[np.newaxis, :], group.part(one).scalars, group.spectra)
        _judge(group, one, root, found)
        if signs[0] and np.isfinite(found.errors[0]):
            return float(signs[0])
    for point in dict.fromkeys(np.linspace(0, group.count - 1, FIRST).astype(int).tolist()):
        one = np.array([point])
        try:
            start = np.asarray(follow(group.at(point)), dtype=float)[np.newaxis, :]
        except (InputError, ZeroDivisionError, OverflowError):
            continue
        here = group.part(one)
        root, signs = form.settle(start, here.scalars, here.spectra)
        _judge(group, one, root, found)
        if signs[0] and np.isfinite(found.errors[point]):
            return float(signs[0])
    return None


def _judge(group: Group, points: NDArray[Any], unknowns: Floats, found: Found) -> None:
    """Write down what is known of points with these unknowns, if it is more than before."""
    if not len(points):
        return
    here = group.part(points)
    values, errors = judged_again(here, unknowns, *judged(here, unknowns))
    better = np.isfinite(errors) | ~np.isfinite(found.errors[points])
    found.unknowns[points[better]] = unknowns[better]
    found.values[points[better]], found.errors[points[better]] = values[better], errors[better]


def _level(
    group: Group, form: Form, sign: float, where: Floats, points: NDArray[Any], found: Found, pace: float
) -> None:
    """Points from those that are confirmed: at once where the pace is bold, and then along paths."""
    known = np.flatnonzero(np.isfinite(found.errors))
    if not len(points) or not len(known):
        return
    starts, nearest = _predicted(where, known, points, found.unknowns)
    if pace is BOLD:
        here = group.part(points)
        roots, signs = form.settle(starts, here.scalars, here.spectra)
        _judge(group, points[signs == sign], roots[signs == sign], found)
    open_ = ~np.isfinite(found.errors[points])
    if open_.any():
        begins = nearest[open_]
        roots, arrived = _walk(group, form, sign, points[open_], begins, found.unknowns[begins], pace)
        _judge(group, points[open_][arrived], roots[arrived], found)


def _coordinates(group: Group) -> Floats:
    """Where the points are, of shape (points, changing parameters): logarithms of what is positive."""
    columns = []
    for column in group.columns.values():
        own = np.log(column) if (column > 0).all() else column / (np.abs(column).max() or 1.0)
        if np.ptp(own) > 0:
            columns.append(own)
    return np.stack(columns, axis=1) if columns else np.zeros((group.count, 1))


def _predicted(
    where: Floats, known: NDArray[Any], points: NDArray[Any], unknowns: Floats
) -> tuple[Floats, NDArray[Any]]:
    """Unknowns to start from at points, and the nearest known point of each."""
    if where.shape[1] == 1:
        known = known[np.argsort(where[known, 0], kind="stable")]
        line, targets = where[known, 0], where[points, 0]
        right = np.clip(np.searchsorted(line, targets), 1, max(1, len(known) - 1))
        if len(known) == 1:
            return unknowns[np.repeat(known, len(points))], np.repeat(known, len(points))
        one, two = known[right - 1], known[right]
        gap = where[two, 0] - where[one, 0]
        part = np.clip(np.where(gap > 0, (targets - where[one, 0]) / np.where(gap > 0, gap, 1.0), 0.0), 0.0, 1.0)
        ratio = unknowns[two] / unknowns[one]
        between: Floats = np.where(ratio > 0, unknowns[one] * np.abs(ratio) ** part[:, np.newaxis], unknowns[one])
        return between, np.where(part < 0.5, one, two)
    from scipy.spatial import KDTree  # a quarter of a second to load, for points in several parameters alone

    _, places = KDTree(where[known]).query(where[points])
    nearest = known[places]
    return unknowns[nearest], nearest


def _walk(
    group: Group,
    form: Form,
    sign: float,
    points: NDArray[Any],
    begins: NDArray[Any],
    starts: Floats,
    widest: float,
) -> tuple[Floats, NDArray[np.bool_]]:
    """Unknowns brought from known points to others along paths in the parameters, each with strides of its own."""
    ends, origins = group.part(points), group.part(begins)
    position, stride = np.zeros(len(points)), np.full(len(points), 0.5)
    here, last = starts.copy(), np.ones_like(starts)
    length = np.ones(len(points))
    active = np.flatnonzero(np.isfinite(starts).all(axis=1))
    for _ in range(MOST_STRIDES):
        if not len(active):
            break
        target = np.minimum(1.0, position[active] + stride[active])
        scalars = _between(origins.scalars, ends.scalars, active, target)
        ahead = (target - position[active]) / length[active]
        guess = here[active] * last[active] ** ahead[:, np.newaxis]
        found, signs = form.settle(guess, scalars, group.spectra, ROUNDS)
        near = np.abs(np.log(np.abs(found / guess))).max(axis=1) <= widest
        good = (signs == sign) & near
        moved = active[good]
        last[moved] = np.maximum(found[good] / here[moved], 1e-300)
        length[moved] = target[good] - position[moved]
        here[moved], position[moved] = found[good], target[good]
        stride[moved] *= 2
        stride[active[~good]] /= 4
        active = active[(position[active] < 1) & (stride[active] > SHORTEST)]
    return here, position >= 1


def _between(
    origins: Mapping[Expr, Any], ends: Mapping[Expr, Any], active: NDArray[Any], target: Floats
) -> dict[Expr, Any]:
    """Parameters on the way: powers of positive ones."""
    found: dict[Expr, Any] = {}
    for g, end in ends.items():
        if not np.ndim(end):
            found[g] = end
            continue
        one, two = origins[g][active], end[active]
        positive = (one > 0) & (two > 0)
        ratio = np.where(positive, two, 1.0) / np.where(positive, one, 1.0)
        between = np.where(positive, one * ratio**target, one + target * (two - one))
        found[g] = np.where(target >= 1, two, between)
    return found
