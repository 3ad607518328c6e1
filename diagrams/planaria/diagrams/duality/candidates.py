"""Every exchange that fits the shapes and the kinds of some fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product
from typing import TypeVar

from sympy import Expr, MatrixSymbol, expand

from planaria.diagrams.duality.exchange import Exchange, Image
from planaria.diagrams.expressions.expression import Setting
from planaria.ensembles.model import Gaussian, Model

__all__ = ["candidates"]

T = TypeVar("T")
_FEW = 5  # parameters, whose 26 involutions are all tried


def candidates(
    setting: Setting, fields: Iterable[MatrixSymbol], matrices: Iterable[MatrixSymbol], parameters: Sequence[Expr]
) -> Iterator[list[Exchange]]:
    """The involutions of fields with the spaces that follow, in groups that differ by less than that.

    The fields and the matrices are those of the quantity. A matrix that only other quantities contain would have
    to follow its space, or could change places, and would so hide a duality or make up an empty one.

    The exchanges of one group differ in transpositions of square fields, in what becomes of the deterministic
    matrices and of the parameters (of more than five, one pair at most changes places): the first one that holds
    stands for the group. Fewest changes come first.

    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams.expressions.expression import prepare
    >>> N, P, M = symbols("N P M", positive=True)
    >>> x, u = MatrixSymbol("x", M, P), MatrixSymbol("u", N, M)
    >>> setting = prepare([Trace(u * x * x.T * u.T)], Model([Gaussian(x), Gaussian(u)]))
    >>> for group in candidates(setting, [x, u], [], []):
    ...     print(group[0])
    N <-> P, u <-> x
    """
    model = setting.model
    used = [one for one in model.fields if one.symbol in set(fields)]
    present = set(matrices)
    movable = [matrix for matrix, _ in setting.matrices if matrix in present]
    groups: dict[tuple[object, ...], list[Exchange]] = {}
    for images in _involutions_of_fields(used):
        spaces = _spaces(images, model)
        if spaces is None:
            continue
        moved = tuple((symbol, image) for symbol, image in images if image != Image(symbol))
        for exchanged in _matrix_exchanges(spaces, movable):
            if not (spaces or exchanged or any(symbol != image.field for symbol, image in moved)):
                continue
            for pairs in _involutions_of_parameters(parameters):
                exchange = Exchange(spaces, moved, exchanged, tuple((a, b) for a, b in pairs if a != b))
                if not _keeps_laws(exchange, images, model):
                    continue
                names = tuple(sorted((str(s.name), str(i.field.name)) for s, i in moved if s != i.field))
                groups.setdefault((spaces, names), []).append(exchange)
    for group in groups.values():
        yield sorted(group, key=_changes)


def _changes(exchange: Exchange) -> tuple[int, int, int, int]:
    conjugated = sum(image.conjugated for _, image in exchange.fields)
    transposed = sum(image.transposed for _, image in exchange.fields)
    return len(exchange.parameters), len(exchange.matrices), conjugated, transposed


def _involutions(items: list[T]) -> Iterator[list[tuple[T, T]]]:
    """Every way to pair some items and to leave the others alone, the identity first."""
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for others in _involutions(rest):
        yield [(first, first), *others]
    for k, partner in enumerate(rest):
        for others in _involutions(rest[:k] + rest[k + 1 :]):
            yield [(first, partner), *others]


def _involutions_of_parameters(parameters: Sequence[Expr]) -> Iterator[list[tuple[Expr, Expr]]]:
    """All of them for a few parameters; of many, those that exchange one pair."""
    if len(parameters) <= _FEW:
        yield from _involutions(list(parameters))
        return
    yield []
    for pair in combinations(parameters, 2):
        yield [pair]


def _involutions_of_fields(fields: Sequence[Gaussian]) -> Iterator[list[tuple[MatrixSymbol, Image]]]:
    for pairs in _involutions(list(fields)):
        if any(type(a.law) is not type(b.law) for a, b in pairs):
            continue
        for flags in product(*(a.law.letters for a, _ in pairs)):
            images: list[tuple[MatrixSymbol, Image]] = []
            for (a, b), (transposed, conjugated) in zip(pairs, flags, strict=True):
                images.append((a.symbol, Image(b.symbol, transposed, conjugated)))
                if a != b:
                    images.append((b.symbol, Image(a.symbol, transposed, conjugated)))
            yield images


def _keeps_laws(exchange: Exchange, images: Iterable[tuple[MatrixSymbol, Image]], model: Model) -> bool:
    """Whether the law of every field becomes that of its image: two correlations change places with the fields."""
    laws = {field.symbol: field.law for field in model.fields}
    for symbol, image in images:
        one, other = laws[symbol], laws[image.field]
        if any(
            expand(exchange.expression(value) - other.parameters[name]) for name, value in one.parameters.items()
        ):
            return False
    return True


def _spaces(images: Iterable[tuple[MatrixSymbol, Image]], model: Model) -> tuple[tuple[Expr, Expr], ...] | None:
    """The involution of spaces that the images of the fields ask for; None if there is none."""
    partner: dict[Expr, Expr] = {}
    for symbol, image in images:
        target = image.field.shape[::-1] if image.transposed else image.field.shape
        for one, other in zip(symbol.shape, target, strict=True):
            if partner.setdefault(one, other) != other or partner.setdefault(other, one) != one:
                return None
            if one != other and not (one.is_Symbol and other.is_Symbol):
                return None  # a number cannot be exchanged
            if (one in model.small) != (other in model.small):
                return None  # what stays finite is no limit of what grows
    return tuple(sorted(((a, b) for a, b in partner.items() if str(a) < str(b)), key=str))


def _matrix_exchanges(
    spaces: tuple[tuple[Expr, Expr], ...], matrices: list[MatrixSymbol]
) -> Iterator[tuple[tuple[MatrixSymbol, MatrixSymbol], ...]]:
    """Deterministic matrices have to follow their spaces, and can change places within one."""
    partner = {one: other for a, b in spaces for one, other in ((a, b), (b, a))}
    for pairs in _involutions(matrices):
        if all(b.shape[0] == partner.get(a.shape[0], a.shape[0]) for a, b in pairs):
            yield tuple((a, b) for a, b in pairs if a != b)
