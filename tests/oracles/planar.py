"""The planar value of an expression from the Schwinger-Dyson equations of the whole pencil.

G = (K0 - Sigma[G])^-1, space by space and eigenvalue by eigenvalue, where for E X_ij X_kl = v A_ik B_jl the
self-energy has X G X^T -> v A tr(B G). The unknowns are the traces tr(B G) between two entries of a field. They
are found by damped iteration while the strength of all fields goes from 0 to 1, then by Newton's method, and,
where asked, refined in mpmath with the Jacobian of double precision.

A solution counts as that of the matrices where the ladder between K and K^H has a spectral radius below 1: then
the expectation of |K^-1|^2 is finite.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from mpmath import matrix as mp_matrix
from mpmath import mp, mpf
from numpy.typing import NDArray
from tests.oracles.expressions import (
    Fixed,
    Matrix,
    Model,
    Name,
    Number,
    One,
    Plus,
    Point,
    Power,
    Product,
    Scalar,
    Scaled,
    Sum,
    Times,
    Trace,
)
from tests.oracles.pencil import Pencil, field_of, linearise

Floats = NDArray[Any]

RAMP = 24  # steps of the field strength, whose cube is the factor of the variances
SETTLE = 200  # damped iterations at each of them
FINISH = 3000  # and at full strength
TOLERANCE = 1e-11  # of the relative residual of the unknowns
LARGEST_POLISH = 1e-2  # relative; a Newton step beyond is one to another solution
DIGITS = 30  # of a refined value


class NoSolutionError(Exception):
    """The iteration does not settle: the point lies in the spectrum, or too close to it."""


class NoModelError(Exception):
    """There is no such law: a variance or a covariance is negative."""


@dataclass(frozen=True)
class Planar:
    """A planar value.

    ``radius`` is the spectral radius of the ladder, the largest over the traces; ``path_radius`` the largest on
    the way from the bare propagators. ``value`` is that of the matrices if both are below 1.
    """

    value: Any
    radius: float
    path_radius: float
    residual: float


@dataclass(frozen=True)
class _Side:
    """One side of a contraction: ``first`` (outer x inner), the traces between, ``second`` (inner x outer).

    The trace over the space ``inner`` with ``inner_covariance`` gives a self-energy in ``outer``, times variance
    and ``outer_covariance``. All indices are those within the space.
    """

    outer: str
    inner: str
    outer_covariance: Sequence[Any]
    inner_covariance: Sequence[Any]
    variance: Any
    first: Floats
    second: Floats
    first_rows: Any
    first_cols: Any
    second_rows: Any
    second_cols: Any


class _System:
    """One pencil at one point, in numpy arrays."""

    def __init__(self, pencil: Pencil, model: Model, point: Point, scalar: Any) -> None:
        self.pencil = pencil
        self.places: dict[str, list[int]] = {}
        for block, space in enumerate(pencil.blocks):
            self.places.setdefault(space, []).append(block)
        self.index = {block: i for blocks in self.places.values() for i, block in enumerate(blocks)}
        self.eigen: dict[str, int] = {}
        for space in self.places:
            names = [name for name, home in model.matrices.items() if home == space and name in point.spectra]
            lengths = {len(point.spectra[name]) for name in names}
            if len(lengths) > 1:
                raise ValueError(f"spectra of different lengths in {space}")
            self.eigen[space] = lengths.pop() if lengths else 1
        self.weight = {space: Fraction(point.size(space), self.eigen[space]) for space in self.places}
        self.bare: dict[str, list[list[list[Fraction]]]] = {
            space: [[[Fraction(0)] * len(blocks) for _ in blocks] for _ in range(self.eigen[space])]
            for space, blocks in self.places.items()
        }
        for (i, j), value in pencil.constants.items():
            for one in self.bare[pencil.blocks[i]]:
                one[self.index[i]][self.index[j]] += value
        for i, j, name, value in pencil.fixed:
            for one, eigenvalue in zip(self.bare[pencil.blocks[i]], point.spectra[name], strict=True):
                one[self.index[i]][self.index[j]] += value * eigenvalue
        self.k0 = {space: np.array(one, dtype=float) for space, one in self.bare.items()}
        self.sides: list[_Side] = []
        self.rungs: list[_Side] = []  # of the ladder; those of G G^H need no second entry in the pencil
        self._join(model, point, scalar)
        self.shapes = [(len(one.first_cols), len(one.second_rows)) for one in self.sides]
        self.cuts = np.cumsum([0, *(a * b for a, b in self.shapes)])
        self.left = {space: self._vector(space, pencil.left) for space in self.places}
        self.right = {space: self._vector(space, pencil.right) for space in self.places}

    def _vector(self, space: str, read: Mapping[int, Fraction]) -> list[Fraction]:
        return [read.get(block, Fraction(0)) for block in self.places[space]]

    def _join(self, model: Model, point: Point, scalar: Any) -> None:
        for name in dict.fromkeys(entry.field for entry in self.pencil.entries):
            field = field_of(model, name)
            variance = scalar(field.variance)
            m_row, m_col = len(self.places[field.row]), len(self.places[field.col])
            forward, backward = np.zeros((m_row, m_col)), np.zeros((m_col, m_row))
            for entry in self.pencil.entries:
                if entry.field == name:
                    target = backward if entry.is_adjoint else forward
                    target[self.index[entry.row], self.index[entry.col]] += float(entry.coefficient)
            a = diagonal(field.rows, model, point, scalar, self.eigen[field.row])
            b = diagonal(field.cols, model, point, scalar, self.eigen[field.col])
            if variance < 0 or min(a) < 0 or min(b) < 0:
                raise NoModelError(f"the variance or a covariance of {name} is negative")
            if field.is_own_adjoint:
                sides = [_side(field.row, field.row, a, a, variance, forward, forward)]
                rungs = sides
            else:
                sides = [
                    _side(field.row, field.col, a, b, variance, forward, backward),
                    _side(field.col, field.row, b, a, variance, backward, forward),
                ]
                rungs = [one for one in sides if one.first.size]
            self.sides += [one for one in sides if one.first.size and one.second.size]
            self.rungs += rungs

    # Double precision -----------------------------------------------------------------------------------------

    def traces(self, g: Mapping[str, Floats]) -> Floats:
        """The unknowns of given propagators."""
        parts = []
        for one in self.sides:
            weights = float(self.weight[one.inner]) * np.array(one.inner_covariance, dtype=float)
            block = g[one.inner][:, one.first_cols][:, :, one.second_rows]
            parts.append(np.einsum("n,nij->ij", weights, block).ravel())
        return np.concatenate(parts) if parts else np.zeros(0)

    def sigma(self, unknowns: Floats) -> dict[str, Floats]:
        """The self-energy of given unknowns."""
        total = {space: np.zeros_like(k0) for space, k0 in self.k0.items()}
        for number, one in enumerate(self.sides):
            block = unknowns[self.cuts[number] : self.cuts[number + 1]].reshape(self.shapes[number])
            middle = float(one.variance) * one.first @ block @ one.second
            outer = np.array(one.outer_covariance, dtype=float)
            total[one.outer][np.ix_(range(len(outer)), one.first_rows, one.second_cols)] += (
                outer[:, None, None] * middle
            )
        return total

    def propagators(self, unknowns: Floats, strength: float) -> dict[str, Floats]:
        """G of given unknowns."""
        sigma = self.sigma(unknowns)
        try:
            return {space: np.linalg.inv(k0 - strength * sigma[space]) for space, k0 in self.k0.items()}
        except np.linalg.LinAlgError:
            raise NoSolutionError("a propagator is singular") from None

    def jacobian(self, g: Mapping[str, Floats], strength: float) -> Floats:
        """Derivative of the map of the unknowns."""
        count = int(self.cuts[-1])
        columns = np.zeros((count, count))
        for k in range(count):
            unit = np.zeros(count)
            unit[k] = strength
            sigma = self.sigma(unit)
            columns[:, k] = self.traces({space: g[space] @ sigma[space] @ g[space] for space in g})
        return columns

    def solve(self) -> tuple[Floats, float, float]:
        """Unknowns at full strength, their relative residual, and the largest ladder on the way."""
        unknowns = self.traces(self.propagators(np.zeros(int(self.cuts[-1])), 0.0))
        if not len(unknowns):
            return unknowns, 0.0, self.radius(self.propagators(unknowns, 1.0), 1.0)
        path = 0.0
        for step in range(1, RAMP + 1):
            strength = (step / RAMP) ** 3
            change = 1.0
            for _ in range(SETTLE if step < RAMP else FINISH):
                image = self.traces(self.propagators(unknowns, strength))
                if not np.isfinite(image).all() or np.abs(image).max() > 1e14:
                    raise NoSolutionError("the iteration diverges")
                change = _relative(image - unknowns, image)
                unknowns = (unknowns + image) / 2
                if change < (1e-6 if step < RAMP else 1e-4):
                    break
            if step % 4 == 0 and change < 1e-4:
                path = max(path, self.radius(self.propagators(unknowns, strength), strength))
        before = unknowns
        for _ in range(12):
            g = self.propagators(unknowns, 1.0)
            residual = self.traces(g) - unknowns
            try:
                move = np.linalg.solve(np.eye(len(unknowns)) - self.jacobian(g, 1.0), residual)
            except np.linalg.LinAlgError:
                raise NoSolutionError("the equations are degenerate") from None
            unknowns = unknowns + move
            if _relative(move, unknowns) < 1e-15:
                break
        if not np.isfinite(unknowns).all() or _relative(unknowns - before, unknowns) > LARGEST_POLISH:
            raise NoSolutionError("the iteration does not settle")
        image = self.traces(self.propagators(unknowns, 1.0))
        return unknowns, _relative(image - unknowns, image), path

    def radius(self, g: Mapping[str, Floats], strength: float) -> float:
        """Spectral radius of the ladder M -> G <V M V^H> G^H."""
        inner = [len(one.first_cols) for one in self.rungs]
        cuts = np.cumsum([0, *(m * m for m in inner)])
        count = int(cuts[-1])
        matrix = np.zeros((count, count))
        for number, one in enumerate(self.rungs):
            outer = np.array(one.outer_covariance, dtype=float)
            left = g[one.outer][:, :, one.first_rows] @ one.first
            for k in range(inner[number] ** 2):
                unit = np.zeros(inner[number] ** 2)
                unit[k] = strength * float(one.variance)
                image = left @ unit.reshape(inner[number], inner[number]) @ np.swapaxes(left, 1, 2)
                for target, other in enumerate(self.rungs):
                    if other.inner != one.outer:
                        continue
                    weights = outer * float(self.weight[other.inner])
                    weights = weights * np.array(other.inner_covariance, dtype=float)
                    block = image[:, other.first_cols][:, :, other.first_cols]
                    part = np.einsum("n,nij->ij", weights, block).ravel()
                    matrix[cuts[target] : cuts[target + 1], cuts[number] + k] += part
        return float(np.abs(np.linalg.eigvals(matrix)).max()) if count else 0.0

    def read(self, g: Mapping[str, Floats]) -> float:
        """The trace that the pencil is read at."""
        return float(
            sum(
                float(self.weight[space])
                * np.einsum(
                    "i,nij,j->", np.array(self.left[space], float), g[space], np.array(self.right[space], float)
                )
                for space in g
            )
        )

    # More digits ----------------------------------------------------------------------------------------------

    def refine(self, start: Floats) -> tuple[Any, float]:
        """The trace, and the relative residual, to `DIGITS` digits: Newton's method with a Jacobian of doubles."""
        g = self.propagators(start, 1.0)
        newton = np.eye(len(start)) - self.jacobian(g, 1.0)
        unknowns = [mpf(float(x)) for x in start]
        size = mpf(0)
        for _ in range(12):
            exact = self._precise(unknowns)
            image = self._precise_traces(exact)
            scale = max((abs(x) for x in image), default=mpf(1)) or mpf(1)
            residual = [(b - a) / scale for a, b in zip(unknowns, image, strict=True)]
            size = max((abs(x) for x in residual), default=mpf(0))
            if size < mpf(10) ** (-DIGITS + 3):
                break
            unit = np.array([float(x / size) for x in residual])
            move = np.linalg.solve(newton, unit)
            unknowns = [x + scale * size * mpf(float(d)) for x, d in zip(unknowns, move, strict=True)]
        total = mpf(0)
        for space, matrices in exact.items():
            for one in matrices:
                for i, a in enumerate(self.left[space]):
                    for j, b in enumerate(self.right[space]):
                        if a and b:
                            total += _mpf(self.weight[space] * a * b) * one[i, j]
        return total, float(size)

    def _precise(self, unknowns: list[Any]) -> dict[str, list[Any]]:
        sums = {
            space: [mp_matrix([[_mpf(x) for x in row] for row in one]) for one in matrices]
            for space, matrices in self.bare.items()
        }
        for number, one in enumerate(self.sides):
            rows, cols = self.shapes[number]
            start = int(self.cuts[number])
            block = mp_matrix(rows, cols)
            for i in range(rows):
                for j in range(cols):
                    block[i, j] = unknowns[start + i * cols + j]
            middle = _mpf(one.variance) * (mp_matrix(one.first.tolist()) * block * mp_matrix(one.second.tolist()))
            for target, covariance in zip(sums[one.outer], one.outer_covariance, strict=True):
                for i, row in enumerate(one.first_rows):
                    for j, col in enumerate(one.second_cols):
                        target[int(row), int(col)] -= _mpf(covariance) * middle[i, j]
        return {space: [one**-1 for one in matrices] for space, matrices in sums.items()}

    def _precise_traces(self, g: Mapping[str, list[Any]]) -> list[Any]:
        found = []
        for one in self.sides:
            weights = [_mpf(self.weight[one.inner] * Fraction(b)) for b in one.inner_covariance]
            for i in one.first_cols:
                for j in one.second_rows:
                    terms = zip(weights, g[one.inner], strict=True)
                    found.append(mp.fsum(w * matrix[int(i), int(j)] for w, matrix in terms))
        return found


def _mpf(value: Any) -> Any:
    exact = Fraction(value)
    return mpf(exact.numerator) / exact.denominator


def _relative(change: Floats, value: Floats) -> float:
    return float(np.abs(change).max() / max(np.abs(value).max(), 1e-300)) if len(value) else 0.0


def _side(
    outer: str, inner: str, a: Sequence[Any], b: Sequence[Any], variance: Any, first: Floats, second: Floats
) -> _Side:
    rows, cols = np.flatnonzero(first.any(axis=1)), np.flatnonzero(first.any(axis=0))
    more_rows, more_cols = np.flatnonzero(second.any(axis=1)), np.flatnonzero(second.any(axis=0))
    return _Side(
        outer, inner, a, b, variance, first[np.ix_(rows, cols)], second[np.ix_(more_rows, more_cols)],
        rows, cols, more_rows, more_cols,
    )  # fmt: skip


def diagonal(matrix: Matrix, model: Model, point: Point, scalar: Any, count: int) -> list[Fraction]:
    """The eigenvalues of an expression in deterministic matrices."""
    match matrix:
        case One():
            return [Fraction(1)] * count
        case Fixed(name):
            return list(point.spectra[name])
        case Scaled(factor, inner):
            return [scalar(factor) * x for x in diagonal(inner, model, point, scalar, count)]
        case Sum(terms):
            columns = [diagonal(one, model, point, scalar, count) for one in terms]
            return [sum(row, Fraction(0)) for row in zip(*columns, strict=True)]
        case Product(factors):
            result = [Fraction(1)] * count
            for one in factors:
                result = [x * y for x, y in zip(result, diagonal(one, model, point, scalar, count), strict=True)]
            return result
    raise TypeError(f"{matrix!r} is no deterministic matrix")


class _Evaluator:
    """Numbers of scalars; each trace is solved once."""

    def __init__(self, model: Model, point: Point, is_refined: bool) -> None:
        self.model = model
        self.point = point
        self.is_refined = is_refined
        self.known: dict[Trace, Any] = {}
        self.radius = self.path = self.residual = 0.0

    def number(self, scalar: Scalar) -> Any:
        """A value with traces in it: an mpf."""
        match scalar:
            case Number(value):
                return _mpf(value)
            case Name(name):
                return _mpf(self.point.numbers[name])
            case Plus(terms):
                return mp.fsum(self.number(one) for one in terms)
            case Times(factors):
                return mp.fprod(self.number(one) for one in factors)
            case Power(base, exponent):
                return self.number(base) ** _mpf(exponent)
            case Trace():
                if scalar not in self.known:
                    self.known[scalar] = self._trace(scalar)
                return self.known[scalar]
        raise TypeError(f"{scalar!r} is no scalar")

    def exact(self, scalar: Scalar) -> Fraction:
        """A value without traces, exactly."""
        match scalar:
            case Number(value):
                return value
            case Name(name):
                return self.point.numbers[name]
            case Plus(terms):
                return sum((self.exact(one) for one in terms), Fraction(0))
            case Times(factors):
                result = Fraction(1)
                for one in factors:
                    result *= self.exact(one)
                return result
            case Power(base, exponent) if exponent.denominator == 1:
                return self.exact(base) ** int(exponent)
            case _:
                return Fraction(str(self.number(scalar)))

    def _trace(self, trace: Trace) -> Any:
        pencil = linearise(trace.matrix, self.model, self.point, self.exact)
        system = _System(pencil, self.model, self.point, self.exact)
        unknowns, residual, path = system.solve()
        g = system.propagators(unknowns, 1.0)
        self.radius, self.path = max(self.radius, system.radius(g, 1.0)), max(self.path, path)
        value: Any = mpf(system.read(g))
        if self.is_refined:
            value, residual = system.refine(unknowns)
        elif residual > TOLERANCE:
            raise NoSolutionError(f"the residual stays at {residual:.1e}")
        self.residual = max(self.residual, residual)
        return value


def planar_value(quantity: Scalar, model: Model, point: Point, *, refined: bool = False) -> Planar:
    """The planar value of a quantity.

    ``refined`` gives 30 digits instead of those of a double, of which sums of large terms may lose some.

    Raises NoSolutionError where the iteration does not settle, NoModelError for a law that does not exist.
    """
    with mp.workdps(DIGITS), np.errstate(all="ignore"):
        evaluator = _Evaluator(model, point, refined)
        value = evaluator.number(quantity)
        return Planar(value, evaluator.radius, evaluator.path, evaluator.residual)
