"""Domains of regimes as cones of directions: whether they cover all of them, meet, and agree where they meet.

Each is a system of linear inequalities in the logarithms; linear programming decides, and no point is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from planaria.derivations.asymptotics.regions import Cone

__all__ = ["overlap", "shared_wall", "uncovered"]

OPEN = 1e-6  # how deep an interior is, at least

Form = tuple[float, ...]


def uncovered(within: Sequence[Form], cones: Sequence[Cone]) -> tuple[float, ...] | None:
    """A direction of a cone that lies in none of others, with room about it; None if they cover it.

    >>> first, second = Cone(((1.0, 0.0),), ()), Cone(((-1.0, 1.0),), ())
    >>> uncovered([(0.0, 1.0)], [first]) is None, uncovered([(0.0, 1.0)], [first, second]) is None
    (False, True)
    """
    depth, direction = Cone(tuple(within), ()).interior()
    if depth < OPEN:
        return None
    if not cones:
        return direction
    first, *others = cones
    before: list[Form] = []
    for form in first.forms:  # outside of the first cone: the first form that is negative
        left = uncovered([*within, *before, tuple(-x for x in form)], others)
        if left is not None:
            return left
        before.append(form)
    return None


def overlap(left: Cone, right: Cone) -> bool:
    """Whether two cones have directions in common, with room about them."""
    return Cone((*left.forms, *right.forms), ()).interior()[0] > OPEN


def shared_wall(left: Cone, right: Cone) -> NDArray[np.float64] | None:
    """The normal of a side that two cones share: in one form they are opposite, and the side has an interior."""
    for form in left.forms:
        own = np.array(form)
        for other in right.forms:
            against = np.array(other)
            scale = np.linalg.norm(own) * np.linalg.norm(against)
            if abs(float(own @ against) + scale) > 1e-9 * scale:
                continue
            rest = [f for f in (*left.forms, *right.forms) if not _parallel(np.array(f), own)]
            if not rest or _side(own, rest):
                return own
    return None


def _parallel(a: NDArray[np.float64], b: NDArray[np.float64]) -> bool:
    return bool(
        abs(abs(float(a @ b)) - np.linalg.norm(a) * np.linalg.norm(b))
        < 1e-9 * np.linalg.norm(a) * np.linalg.norm(b)
    )


def _side(normal: NDArray[np.float64], forms: Sequence[tuple[float, ...]]) -> bool:
    """Whether forms are positive somewhere on a plane."""
    basis = np.linalg.svd(normal[None, :])[2][1:]
    seen = tuple(tuple(float(x) for x in basis @ np.array(f)) for f in forms)
    if not basis.size:
        return True
    return Cone(seen, ()).interior()[0] > 1e-6
