"""What a proof asks: signs of functions, and the roots that somebody means, at points where all is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mpmath import mp

from planaria.algebra.rational import Ratio
from planaria.derivations.comparison.branch import Branch, Equations, UnprovableError
from planaria.numerics.comparison.own_roots import own_root
from planaria.numerics.comparison.points import WORKING, Points, ball_of
from planaria.numerics.points.balls import working_balls

__all__ = ["PointOracle"]

COUNT = 6  # points at which a sign is asked for: in these, each of two spaces is the larger one


class PointOracle:
    """Answers at the points of a derivation."""

    def __init__(self, points: Points) -> None:
        self.points = points

    def signs(self, branch: Branch, value: Ratio) -> tuple[int | None, ...]:
        """The sign at each point; empty where the function has no value there."""
        found: list[int | None] = []
        for point in self.points.first(COUNT):
            if not point.is_certified:
                continue
            with mp.workdps(WORKING), working_balls():
                try:
                    ball = ball_of(branch, value, point)
                except (KeyError, ZeroDivisionError):
                    return ()
                found.append(1 if ball > 0 else -1 if ball < 0 else None)
        return tuple(found)

    def closest(
        self,
        branch: Branch,
        name: str,
        candidates: Sequence[Ratio],
        known: Mapping[str, Ratio],
        equations: Equations,
    ) -> tuple[int, ...] | None:
        """Which functions are the root that is meant, at every point; None where that is not known."""
        left = set(range(len(candidates)))
        points = self.points.first(2)
        for point in points:
            with mp.workdps(WORKING), working_balls():
                try:
                    others = {other: ball_of(branch, value, point) for other, value in known.items()}
                    root = own_root(point, equations, name, others)
                    left &= {n for n in left if ball_of(branch, candidates[n], point).overlaps(root)}
                except (KeyError, ZeroDivisionError, UnprovableError):
                    return None
        return tuple(sorted(left)) if points else None
