"""The second oracle: matrices are drawn, and the expression is evaluated as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tests.oracles.expressions import (
    Adjoint,
    Field,
    Fixed,
    Inverse,
    Letter,
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

Dense = NDArray[Any]


@dataclass(frozen=True)
class Simulated:
    """Mean over draws and its standard error."""

    value: float
    error: float


class Draw:
    """One draw at ``scale`` times the sizes: variances and traces are divided by it, so the planar value stays."""

    def __init__(self, model: Model, point: Point, scale: int, seed: int) -> None:
        self.model = model
        self.point = point
        self.scale = scale
        self.random = np.random.default_rng(seed)
        self.fields = {name: self._drawn(field) for name, field in model.fields.items()}

    def _size(self, space: str) -> int:
        return self.scale * self.point.size(space)

    def _drawn(self, field: Field) -> Dense:
        shape = self._size(field.row), self._size(field.col)
        rows, cols = (np.sqrt(np.diag(self.matrix(one).real)) for one in (field.rows, field.cols))
        deviation = np.sqrt(float(self.scalar(field.variance)) / self.scale)
        plain = self.random.standard_normal(shape)
        if field.law in ("complex", "hermitian"):
            plain = (plain + 1j * self.random.standard_normal(shape)) / np.sqrt(2)
        if field.is_own_adjoint:
            # Symmetric: variance 1 off the diagonal, 2 on it. Hermitian: E |X_ij|^2 = 1.
            plain = (plain + plain.conj().T) / np.sqrt(2)
        result: Dense = deviation * rows[:, None] * plain * cols[None, :]
        return result

    def matrix(self, node: Matrix) -> Dense:
        """The dense matrix of an expression."""
        match node:
            case Letter(name):
                return self.fields[name]
            case Fixed(name):
                values = [float(x) for x in self.point.spectra[name]]
                return np.diag(np.tile(values, self.scale))
            case One(space):
                return np.eye(self._size(space))
            case Adjoint(inner, conjugates):
                turned = self.matrix(inner).T
                return turned.conj() if conjugates else turned
            case Scaled(factor, inner):
                result: Dense = float(self.scalar(factor)) * self.matrix(inner)
                return result
            case Sum(terms):
                total = self.matrix(terms[0])
                for one in terms[1:]:
                    total = total + self.matrix(one)
                return total
            case Product(factors):
                total = self.matrix(factors[0])
                for one in factors[1:]:
                    total = total @ self.matrix(one)
                return total
            case Inverse(inner):
                inverse: Dense = np.linalg.inv(self.matrix(inner))
                return inverse
        raise TypeError(f"{node!r} is no matrix")

    def scalar(self, node: Scalar) -> float:
        """The number of a scalar, complex parts of traces dropped: they average to zero."""
        match node:
            case Number(value):
                return float(value)
            case Name(name):
                return float(self.point.numbers[name])
            case Plus(terms):
                return sum(self.scalar(one) for one in terms)
            case Times(factors):
                return float(np.prod([self.scalar(one) for one in factors]))
            case Power(base, exponent):
                return float(self.scalar(base) ** float(Fraction(exponent)))
            case Trace(inner):
                return float(np.trace(self.matrix(inner)).real) / self.scale
        raise TypeError(f"{node!r} is no scalar")


def simulate(quantity: Scalar, model: Model, point: Point, *, scale: int, draws: int, seed: int = 0) -> Simulated:
    """Mean of the quantity over draws at ``scale`` times the sizes of the point."""
    values = [Draw(model, point, scale, seed * 1000 + k).scalar(quantity) for k in range(draws)]
    return Simulated(float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(draws)))


def norm(matrix: Matrix, model: Model, point: Point, *, size: int, seed: int) -> float:
    """The spectral norm of an expression in one draw, the largest space having about ``size`` dimensions."""
    largest = max(point.size(space) for space in model.spaces)
    draw = Draw(model, point, max(1, size // largest), seed)
    return float(np.linalg.norm(draw.matrix(matrix), 2))
