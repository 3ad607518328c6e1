"""Plain linearisation: an expression r = a^T K^-1 b, with K affine in each field. Nothing is eliminated.

Rules: an atom A is [[1, -A], [0, 1]], read at (0, 1). A product stacks two pencils with the coupling -b1 a2^T. A
sum is a direct sum. An inverse borders the pencil: [[K, b], [-a^T, 0]], read at the new corner.

At planar order the transpose of a complex or Hermitian field is a field of its own: contracted with the field, it
twists the ribbon.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from tests.oracles.expressions import (
    Adjoint,
    Field,
    Fixed,
    Inverse,
    Letter,
    Matrix,
    Model,
    One,
    Point,
    Product,
    Scalar,
    Scaled,
    Sum,
)

Exact = Fraction
Read = dict[int, Exact]  # block -> coefficient
TRANSPOSE = ".T"  # marks the transpose of a field that is not real, a field of its own


@dataclass(frozen=True)
class Entry:
    """A field in K at the blocks (row, col), or its adjoint."""

    row: int
    col: int
    field: str
    is_adjoint: bool
    coefficient: Exact


def field_of(model: Model, name: str) -> Field:
    """The law of an entry: a field of the model, or the transpose of one."""
    plain = name.removesuffix(TRANSPOSE)
    return model.fields[name] if plain == name else model.fields[plain].transposed()


@dataclass
class Pencil:
    """Blocks with their spaces, constant entries, entries with a matrix, field entries, and where it is read."""

    blocks: list[str] = field(default_factory=list)
    constants: dict[tuple[int, int], Exact] = field(default_factory=dict)
    fixed: list[tuple[int, int, str, Exact]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    left: Read = field(default_factory=dict)
    right: Read = field(default_factory=dict)


class _Builder:
    def __init__(self, model: Model, point: Point, scalar: Callable[[Scalar], Exact]) -> None:
        self.model = model
        self.point = point
        self.scalar = scalar
        self.pencil = Pencil()

    def _block(self, space: str) -> int:
        self.pencil.blocks.append(space)
        return len(self.pencil.blocks) - 1

    def _unit(self, space: str) -> int:
        block = self._block(space)
        self.pencil.constants[block, block] = Exact(1)
        return block

    def _couple(self, row: Read, col: Read, sign: int) -> None:
        for i, u in row.items():
            for j, v in col.items():
                self.pencil.constants[i, j] = self.pencil.constants.get((i, j), Exact(0)) + sign * u * v

    def build(self, matrix: Matrix, is_turned: bool, is_conjugate: bool) -> tuple[Read, Read]:
        one = Exact(1)
        match matrix:
            case One(space):
                block = self._unit(space)
                return {block: one}, {block: one}
            case Fixed(name):
                space = self.model.matrices[name]
                first, last = self._unit(space), self._unit(space)
                self.pencil.fixed.append((first, last, name, -one))
                return {first: one}, {last: one}
            case Letter(name):
                law = self.model.fields[name]
                if not law.is_real and is_turned != is_conjugate:
                    name, law, is_turned = name + TRANSPOSE, law.transposed(), is_conjugate
                turned = is_turned and not law.is_own_adjoint
                row, col = (law.col, law.row) if turned else (law.row, law.col)
                first, last = self._unit(row), self._unit(col)
                self.pencil.entries.append(Entry(first, last, name, turned, -one))
                return {first: one}, {last: one}
            case Adjoint(inner, conjugates):
                return self.build(inner, not is_turned, is_conjugate != conjugates)
            case Scaled(scalar, inner):
                factor = self.scalar(scalar)
                left, right = self.build(inner, is_turned, is_conjugate)
                return {block: factor * value for block, value in left.items()}, right
            case Sum(terms):
                left, right = {}, {}
                for term in terms:
                    a, b = self.build(term, is_turned, is_conjugate)
                    left.update(a)
                    right.update(b)
                return left, right
            case Product(factors):
                ordered = factors[::-1] if is_turned else factors
                parts = [self.build(one, is_turned, is_conjugate) for one in ordered]
                for (_, b), (a, _) in pairwise(parts):
                    self._couple(b, a, -1)
                return parts[0][0], parts[-1][1]
            case Inverse(inner):
                a, b = self.build(inner, is_turned, is_conjugate)
                corner = self._block(self.pencil.blocks[next(iter(a))])
                self._couple(b, {corner: one}, 1)
                self._couple({corner: one}, a, -1)
                return {corner: one}, {corner: one}
        raise TypeError(f"{matrix!r} is no matrix")


def linearise(matrix: Matrix, model: Model, point: Point, scalar: Callable[[Scalar], Exact]) -> Pencil:
    """The pencil of a matrix; ``scalar`` gives the number of a scalar factor."""
    builder = _Builder(model, point, scalar)
    builder.pencil.left, builder.pencil.right = builder.build(matrix, False, False)
    return builder.pencil
