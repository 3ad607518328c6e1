"""Expressions with fewer letters, equal at every size: what stands around an inverse is pushed into it.

The error of a trained model is written as w (x Q phi^T u - 1) with Q = (gamma + phi^T phi)^-1, phi = u x. It is
-w (1 + x x^T u^T u / gamma)^-1, one inverse and nothing beside it. Rules with fewer index lines have fewer loops.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from planaria.algebra.rational import Ratio
from planaria.diagrams.expressions.expression import (
    Diagonal,
    Inversion,
    Letter,
    Node,
    Product,
    Setting,
    Sum,
    product_of,
    sum_of,
)

__all__ = ["letters_in", "pushed_through"]


def letters_in(node: Node) -> int:
    """How many letters of fields an expression is written with."""
    match node:
        case Diagonal():
            return 0
        case Letter():
            return 1
        case Sum(terms=terms):
            return sum(map(letters_in, terms))
        case Product(factors=factors):
            return sum(map(letters_in, factors))
        case Inversion(argument=argument):
            return letters_in(argument)


def pushed_through(node: Node, setting: Setting, *, everywhere: bool = False) -> Node:
    """The same matrix with A (c + B A)^-1 B written as 1 - c (c + A B)^-1, and common factors of sums in front.

    An equal one, for scalars c, at every size of all matrices; it comes back as it is where no letter is saved.

    Parameters
    ----------
    everywhere
        Whether also where the 1 stays, as in A (c + B A)^-1 B alone: fewer letters, but a term more.

    >>> from sympy import Identity, MatrixSymbol, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> from planaria.diagrams.expressions.expression import prepare, read
    >>> N, P, gamma = symbols("N P gamma", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> error = x * (gamma * Identity(P) + x.T * x).inv() * x.T - Identity(N)
    >>> setting = prepare([error], Model([Gaussian(x)]))
    >>> node = read(error, setting)
    >>> letters_in(node), letters_in(pushed_through(node, setting))
    (4, 2)
    """
    changed = _rewritten(node, setting, everywhere)
    return changed if letters_in(changed) < letters_in(node) else node


def _rewritten(node: Node, setting: Setting, everywhere: bool) -> Node:
    match node:
        case Diagonal() | Letter():
            return node
        case Inversion(argument=argument):
            inner = _rewritten(argument, setting, everywhere)
            return node if inner is argument else _inverse_of(inner, setting)
        case Product(factors=factors):
            inside = product_of(setting, [_rewritten(factor, setting, everywhere) for factor in factors])
            return _without_neighbours(inside, setting) if everywhere else inside
        case Sum(rows=rows, cols=cols, terms=terms):
            collected = _collected(node, setting)
            if collected is not node:
                found = _rewritten(collected, setting, everywhere)
                # A factor in front by itself saves letters and no inverse is rid of any: that helps nobody.
                if letters_in(found) < letters_in(collected):
                    return found
            inside = sum_of(setting, [_rewritten(term, setting, everywhere) for term in terms], rows, cols)
            if not isinstance(inside, Sum) or not isinstance(inside.terms[0], Diagonal):
                return inside
            pushed = sum_of(setting, [_without_neighbours(term, setting) for term in inside.terms], rows, cols)
            stays = isinstance(pushed, Sum) and isinstance(pushed.terms[0], Diagonal)
            return inside if stays and not everywhere else pushed


def _inverse_of(node: Node, setting: Setting) -> Node:
    match node:
        case Diagonal(space=space, value=value):
            return Diagonal(space, setting.ring.one / value)
        case Inversion(argument=argument):
            return argument
        case _:
            return Inversion(node)


def _without_neighbours(whole: Node, setting: Setting) -> Node:
    """A product in which the first inverse that its neighbours fit is rid of them, and so on."""
    scalar, flat = _without_scalars(whole, setting)
    for position, one in enumerate(flat):
        if not isinstance(one, Inversion) or (parts := _resolvent(one, setting)) is None:
            continue
        constant, slope, word = parts
        for split in range(len(word) + 1):
            left, right = word[split:], word[:split]
            start, stop = position - len(left), position + 1 + len(right)
            if start < 0 or flat[start:position] != left or flat[position + 1 : stop] != right:
                continue
            space = (*left, one)[0].rows
            turned = product_of(setting, [Diagonal(space, slope), *left, *right])
            inverse = Inversion(sum_of(setting, [Diagonal(space, constant), turned], space, space))
            # A (c + s B A)^-1 B = (1 - c (c + s A B)^-1)/s
            factor = scalar / slope
            rest = product_of(setting, [Diagonal(space, -factor * constant), inverse])
            inside = sum_of(setting, [Diagonal(space, factor), rest], space, space)
            return _without_neighbours(product_of(setting, [*flat[:start], inside, *flat[stop:]]), setting)
    return whole


def _resolvent(one: Inversion, setting: Setting) -> tuple[Ratio, Ratio, list[Node]] | None:
    """c, s and the factors of F where an inverse is (c + s F)^-1 with scalars c and s."""
    argument = one.argument
    if not isinstance(argument, Sum) or len(argument.terms) != 2:
        return None
    constant, word = argument.terms
    if not isinstance(constant, Diagonal) or isinstance(word, Diagonal) or not _is_scalar(constant, setting):
        return None
    slope, factors = _without_scalars(word, setting)
    return constant.value, slope, factors


def _collected(node: Sum, setting: Setting) -> Node:
    """A sum in which terms that begin, or end, with the same factor have it in front, or behind."""
    parts = [_without_scalars(term, setting) for term in node.terms]
    for (one, (_, first)), (other, (_, second)) in _pairs(list(enumerate(parts))):
        if not first or not second or min(len(first), len(second)) == 0:
            continue
        for place in (0, -1):
            common = first[place]
            if common != second[place] or not letters_in(common):
                continue
            own = [one, other, *(n for n in range(other + 1, len(parts)) if parts[n][1][place:][:1] == [common])]
            inside = []
            for n in own:
                scalar, factors = parts[n]
                rest = factors[1:] if place == 0 else factors[:-1]
                space = common.cols if place == 0 else common.rows
                front = rest[0].rows if rest else space
                inside.append(product_of(setting, [Diagonal(front, scalar), *rest]))
            if place == 0:
                total = sum_of(setting, inside, common.cols, node.cols)
                new = product_of(setting, [common, total])
            else:
                total = sum_of(setting, inside, node.rows, common.rows)
                new = product_of(setting, [total, common])
            others = [term for n, term in enumerate(node.terms) if n not in own]
            return sum_of(setting, [*others[:one], new, *others[one:]], node.rows, node.cols)
    return node


def _pairs(
    items: Sequence[tuple[int, tuple[Ratio, list[Node]]]],
) -> Iterator[tuple[tuple[int, tuple[Ratio, list[Node]]], tuple[int, tuple[Ratio, list[Node]]]]]:
    for n, one in enumerate(items):
        for other in items[n + 1 :]:
            yield one, other


def _without_scalars(node: Node, setting: Setting) -> tuple[Ratio, list[Node]]:
    """The scalars of a product, multiplied, and its other factors; the identity has none."""
    factors = node.factors if isinstance(node, Product) else (node,)
    scalar, rest = setting.ring.one, []
    for one in factors:
        if isinstance(one, Diagonal) and _is_scalar(one, setting):
            scalar = scalar * one.value
        else:
            rest.append(one)
    return scalar, rest


def _is_scalar(one: Diagonal, setting: Setting) -> bool:
    return not one.value.support() & {symbol for _, symbol in setting.matrices}
