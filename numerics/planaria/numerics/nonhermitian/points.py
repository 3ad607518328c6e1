"""The resolvent of a matrix that is not Hermitian at points of the plane, and its density there.

Outside of the spectrum it is the usual one, and the ladder's spectral radius proves that. Inside, the equations of
the Hermitised quantity are followed from large e down to some small widths eta = sqrt(e), in which G is regular,
and extrapolated to 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from planaria.algebra.errors import InputError
from planaria.derivations import derive
from planaria.ensembles.model import Model
from planaria.numerics.nonhermitian.transform import Hermitised
from planaria.numerics.plane.loops import Columns, Complexes, Plane, solved
from planaria.numerics.plane.path import At, along, from_bare
from planaria.numerics.plane.telling import Told
from planaria.numerics.points.extent import in_full
from planaria.numerics.points.problem import pose
from planaria.numerics.quadrature.nodes import MOST

__all__ = ["InPlane", "Solver"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

WIDTHS = (4e-5, 2e-5, 1e-5)  # eta, of |w| or the size of the support, from which G is extrapolated
TURNS, NARROWER = 4, 1 / 30  # rounds with narrower widths, where what the third one changes is
DOUBTED = 1e-8  # of rho or more
NEAREST = (1e-3, 1.0)  # of that size: nearer to 0 eta stays the same; what is not found so is tried with the next
FEWEST, SHARE = 16, 8  # points, and one of so many, that come from the bare propagators
ROUNDS = 3  # from neighbours to neighbours
FIRST, SHORTEST = 0.4, 1e-4
WEIGHTS = (1 / 3, -2.0, 8 / 3)  # of these: what is left is of their third order
BEGINS = 30.0  # eta, of that size, where the bare propagators lead at once
STEP = 1e-5  # relative, of the derivative by w'
OUTSIDE = 1e-9  # of the ladder's radius below 1
SETTLED = 1e-13
ZERO = 1e-9  # of the size of the support: w = 0, at which there is no direction
SMALLEST = 1e-9  # of a density times the area of the support, that is a density
COUNTED = 1e-3  # of all eigenvalues
MOST_DECADES = 40
AROUND = 24  # points of a circle


@dataclass(frozen=True)
class InPlane:
    """G and rho at points w of the plane, each of shape (points,).

    Attributes
    ----------
    values
        G(w); nan where it was not found.
    inside
        Whether eigenvalues lie there; rho is 0 elsewhere.
    """

    w: Complexes
    values: Complexes
    rho: Floats
    inside: Flags


class Counted:
    """Counts points for those who watch: a total that is exceeded grows."""

    def __init__(self, told: Told, total: int) -> None:
        self.told, self.done, self.total = told, 0, total

    def add(self, count: int) -> None:
        self.done += count
        self.told(self.done, max(self.total, self.done))


@dataclass(frozen=True)
class Solver:
    """The planar equations of a matrix and of its Hermitisation with numbers.

    Attributes
    ----------
    size
        A radius about 0 beyond which there are no eigenvalues, not much larger than it has to be.
    """

    question: Hermitised
    outer: Plane
    inner: Plane
    size: float = 1.0
    told: Counted | None = None

    @classmethod
    def of(cls, question: Hermitised, model: Model, values: Mapping[Any, Any], budget: float) -> Solver:
        """Derived and posed. Raises InputError for what `evaluate` refuses, and for no bounded spectrum."""
        w, conjugate, width = question.point, question.conjugate, question.width
        outer, inner = (derive(one, model, budget=budget) for one in (question.resolvent, question.inner))
        planes = [
            Plane.of(in_full(pose(one, {**values, **own}), "density", MOST))
            for one, own in ((outer, {w: 1j}), (inner, {w: 1j, conjugate: -1j, width: 1}))
        ]
        for symbol, number in planes[1].problem.values.items():
            if not number.is_real and symbol not in (w, conjugate):
                raise InputError(f"parameter {symbol}", f"{number} is not real", "give a real number")
        rough = cls(question, planes[0], planes[1])
        return cls(question, planes[0], planes[1], rough.reach())

    def reach(self) -> float:
        """A radius beyond which there are no eigenvalues: circles are tried from outside."""
        turns = np.exp(2j * np.pi * (np.arange(AROUND) + 0.37) / AROUND)
        size = 1.0
        for _ in range(MOST_DECADES):
            if self._holds_all(size * turns):
                break
            size *= 4
        else:
            raise InputError(
                "density", "the spectrum does not end", "give the resolvent of a matrix with a bounded spectrum"
            )
        for factor in (4.0, 1.25):
            for _ in range(MOST_DECADES):
                if not self._holds_all(size / factor * turns):
                    break
                size /= factor
        return size

    def _holds_all(self, circle: Complexes) -> bool:
        """Whether no eigenvalue lies on a circle about 0 or beyond it: the integral of G counts those within."""
        values, outside, _ = self.beyond(circle)
        return bool(outside.all()) and abs((values * circle).mean() - 1) < COUNTED

    def beyond(self, w: Complexes) -> tuple[Complexes, Flags, Complexes]:
        """G outside of the spectrum, where a point is proved to be there, and the loops of the resolvent."""
        columns: Columns = {self.question.point: w}
        loops, found = from_bare(self.outer, columns, (0.0,))
        radius = self.outer.radius(columns, loops)
        good = np.asarray(found & (radius < 1 - OUTSIDE))
        values = np.where(good, self.outer.value(columns, loops), np.nan)
        return values, good, loops

    def at(self, w: Complexes) -> InPlane:
        """G and rho at any points."""
        w = np.asarray(w, dtype=complex)
        w = np.where(w == 0, ZERO * self.size, w)
        values, outside, _ = self.beyond(w)
        rho = np.zeros(len(w))
        todo = np.flatnonzero(~outside)
        if len(todo):
            values[todo], rho[todo] = self._within(w[todo])
        is_there = ~outside & (rho * np.pi * self.size**2 > SMALLEST)
        rho[np.isfinite(rho) & ~is_there] = 0.0
        if self.told is not None:
            self.told.add(len(w))
        return InPlane(w, values, rho, is_there)

    def columns(self, w: Complexes, eta: Floats, conjugate: Complexes | None = None) -> Columns:
        """The parameters of the Hermitised quantity."""
        across = w.conj() if conjugate is None else conjugate
        question = self.question
        return {
            question.point: w,
            question.conjugate: across,
            question.width: np.broadcast_to(np.square(eta), w.shape).astype(complex),
        }

    def _within(self, w: Complexes) -> tuple[Complexes, Floats]:
        """G and rho by Hermitisation; nan where they are not found."""
        value, rho = np.full(len(w), np.nan, dtype=complex), np.full(len(w), np.nan)
        for least in NEAREST:
            todo = np.flatnonzero(np.isnan(rho))
            if len(todo):
                near = np.clip(np.abs(w[todo]), least * self.size, self.size)
                value[todo], rho[todo] = self._extrapolated(w[todo], near)
        return value, rho

    def _extrapolated(self, w: Complexes, near: Floats) -> tuple[Complexes, Floats]:
        """G and rho from three widths, and from smaller ones where these are too wide, as next to the boundary."""
        value, rho = np.full(len(w), np.nan, dtype=complex), np.full(len(w), np.nan)
        error = np.full(len(w), np.inf)
        begin = WIDTHS[0] * near
        loops, good = self._solved(w, begin)
        todo = np.flatnonzero(good)
        for turn in range(TURNS):
            own, values, slopes = w[todo], [], []
            here = loops[todo]
            is_good = np.ones(len(todo), dtype=bool)
            for factor in WIDTHS:
                eta = factor * near[todo] * NARROWER**turn
                here, reached = self._moved(own, own, begin[todo], eta, here)
                is_good &= reached
                values.append(self.inner.value(self.columns(own, eta), here))
                slopes.append(self._slope(own, eta, here))
                begin[todo] = eta
            loops[todo] = here
            new = (np.array(WEIGHTS) @ np.array(slopes)).real / np.pi
            less = (2 * slopes[-1] - slopes[-2]).real / np.pi  # without the third width
            doubt = np.abs(new - less)
            better = is_good & (doubt < error[todo])
            which = todo[better]
            rho[which], error[which] = new[better], doubt[better]
            value[which] = (np.array(WEIGHTS) @ np.array(values))[better]
            todo = todo[is_good & (doubt > DOUBTED * np.abs(new))]
            if not len(todo):
                break
        return value, rho

    def _solved(self, w: Complexes, eta: Floats) -> tuple[Complexes, Flags]:
        """The loops at these widths: of a few points from the bare propagators, of others from their neighbours.

        At a positive width the ladder's radius is below 1 for the solution of the matrices alone, however it
        was found.
        """
        count = len(w)
        loops = np.full((count, len(self.inner.symbols)), np.nan, dtype=complex)
        good = np.zeros(count, dtype=bool)
        first = np.unique(np.linspace(0, count - 1, max(FEWEST, count // SHARE)).astype(int))
        loops[first], good[first] = self._from_bare(w[first], eta[first])
        rest = np.setdiff1d(np.arange(count), first)
        for _ in range(ROUNDS):
            known = np.flatnonzero(good)
            if not len(rest) or not len(known):
                break
            tree = cKDTree(np.stack([w[known].real, w[known].imag], axis=1))
            nearest = known[tree.query(np.stack([w[rest].real, w[rest].imag], axis=1))[1]]
            found, reached = self._moved(w[nearest], w[rest], eta[nearest], eta[rest], loops[nearest], 1.0)
            loops[rest[reached]], good[rest[reached]] = found[reached], True
            rest = rest[~reached]
        if len(rest):
            loops[rest], good[rest] = self._from_bare(w[rest], eta[rest])
        return loops, good

    def _from_bare(self, w: Complexes, eta: Floats) -> tuple[Complexes, Flags]:
        # From far away, along a ray: where |w| is far below eta, the pencil would be ill-conditioned.
        far = BEGINS * self.size
        begin = np.full(len(w), far)
        away = w + (w == 0)  # along the real axis from 0
        outer = away / np.abs(away) * far
        loops, started = from_bare(self.inner, self.columns(outer, begin), (0.0,))
        ratio = np.abs(w) / far

        def at(position: Floats, which: NDArray[np.intp]) -> Columns:
            here = outer[which] * ratio[which] ** position
            return self.columns(here, begin[which] * (eta[which] / begin[which]) ** position)

        return self._checked(w, eta, at, loops, started, FIRST)

    def _moved(
        self,
        before: Complexes,
        w: Complexes,
        begin: Floats,
        eta: Floats,
        loops: Complexes,
        first: float = FIRST,
    ) -> tuple[Complexes, Flags]:
        """The loops followed from points and widths to others, and where they are those of the matrices."""

        def at(position: Floats, which: NDArray[np.intp]) -> Columns:
            here = before[which] + position * (w[which] - before[which])
            return self.columns(here, begin[which] * (eta[which] / begin[which]) ** position)

        return self._checked(w, eta, at, loops, np.ones(len(w), dtype=bool), first)

    def _checked(
        self, w: Complexes, eta: Floats, at: At, loops: Complexes, started: Flags, first: float
    ) -> tuple[Complexes, Flags]:
        """Loops followed along a path, and where they are those of the matrices."""
        found, reached = along(self.inner, at, loops, settled=SETTLED, first=first, shortest=SHORTEST)
        reached &= started
        ends = np.flatnonzero(reached)
        radius = self.inner.radius(self.columns(w[ends], eta[ends]), found[ends])
        reached[ends] = radius < 1
        return found, reached

    def _slope(self, w: Complexes, eta: Floats, loops: Complexes) -> Complexes:
        """dG/dw' with w held, the loops following."""
        step = STEP * np.maximum(np.abs(w), eta)
        above, below = (self.columns(w, eta, w.conj() + sign * step) for sign in (1, -1))
        size = np.where(loops == 0, 1.0, np.abs(loops))
        with np.errstate(all="ignore"):
            change = (self.inner.image(above, loops) - self.inner.image(below, loops)) / (2 * step)[:, np.newaxis]
            _, slopes = self.inner.differences(self.columns(w, eta), loops)
            moves = solved(slopes * size[:, np.newaxis, :] / size[:, :, np.newaxis], change / size) * size
        moved = step[:, np.newaxis] * moves
        up, down = self.inner.value(above, loops + moved), self.inner.value(below, loops - moved)
        found: Complexes = (up - down) / (2 * step)
        return found
