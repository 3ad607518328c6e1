"""Models and expressions of the oracle: frozen values without any behaviour but their construction."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

Law = Literal["real", "complex", "symmetric", "hermitian"]

# Scalars -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Number:
    """An exact number."""

    value: Fraction


@dataclass(frozen=True)
class Name:
    """A parameter, or the dimension of a space."""

    name: str


@dataclass(frozen=True)
class Plus:
    """A sum of scalars."""

    terms: tuple[Scalar, ...]


@dataclass(frozen=True)
class Times:
    """A product of scalars."""

    factors: tuple[Scalar, ...]


@dataclass(frozen=True)
class Power:
    """A scalar to a number; a quotient has the power -1."""

    base: Scalar
    exponent: Fraction


@dataclass(frozen=True)
class Trace:
    """The trace of a square matrix; its expectation is meant."""

    matrix: Matrix


Scalar = Number | Name | Plus | Times | Power | Trace

# Matrices ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Letter:
    """A Gaussian field."""

    field: str


@dataclass(frozen=True)
class Fixed:
    """A deterministic matrix, diagonal in the basis of its space."""

    name: str


@dataclass(frozen=True)
class One:
    """The identity of a space."""

    space: str


@dataclass(frozen=True)
class Adjoint:
    """The Hermitian adjoint, or the transpose where nothing is conjugated."""

    matrix: Matrix
    conjugates: bool = True


@dataclass(frozen=True)
class Scaled:
    """A scalar times a matrix."""

    scalar: Scalar
    matrix: Matrix


@dataclass(frozen=True)
class Sum:
    """A sum of matrices of one shape."""

    terms: tuple[Matrix, ...]


@dataclass(frozen=True)
class Product:
    """A product of matrices."""

    factors: tuple[Matrix, ...]


@dataclass(frozen=True)
class Inverse:
    """The inverse of a square matrix."""

    matrix: Matrix


Matrix = Letter | Fixed | One | Adjoint | Scaled | Sum | Product | Inverse

# Models --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Field:
    """A matrix of centred Gaussian entries of shape (row, col).

    With variance v, rows A and cols B, all diagonal: E X_ij conj(X)_kl = v A_ik B_jl; symmetric
    E X_ij X_kl = v (A_ik A_jl + A_il A_jk); hermitian E X_ij X_kl = v A_il A_jk. Those two have ``cols == rows``.
    """

    row: str
    col: str
    law: Law
    variance: Scalar
    rows: Matrix
    cols: Matrix

    @property
    def is_own_adjoint(self) -> bool:
        """Whether X is its own transpose or adjoint."""
        return self.law in ("symmetric", "hermitian")

    @property
    def is_real(self) -> bool:
        """Whether X is its own conjugate."""
        return self.law not in ("complex", "hermitian")

    def transposed(self) -> Field:
        """The law of the transpose."""
        return Field(self.col, self.row, self.law, self.variance, self.cols, self.rows)


@dataclass(frozen=True)
class Model:
    """Spaces, deterministic matrices (with eigenvalues where the file lists them), fields and quantities."""

    spaces: tuple[str, ...]
    parameters: tuple[str, ...]
    matrices: dict[str, str] = field(default_factory=dict)
    spectra: dict[str, tuple[Fraction, ...] | str] = field(default_factory=dict)
    fields: dict[str, Field] = field(default_factory=dict)
    quantities: dict[str, Scalar] = field(default_factory=dict)
    defaults: dict[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True)
class Point:
    """Numbers for parameters and dimensions, and the eigenvalues of every matrix."""

    numbers: dict[str, Fraction]
    spectra: dict[str, tuple[Fraction, ...]]

    def size(self, space: str) -> int:
        """The dimension of a space."""
        return int(space) if space.isdigit() else int(self.numbers[space])
