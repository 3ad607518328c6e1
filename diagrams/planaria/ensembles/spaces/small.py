"""Small spaces: their sizes stay what they are while all others go to infinity together.

A spike v s of a matrix, the mean of a class, the outputs of a network run over one: v is M x 1 and s is 1 x P, and
1 does not grow. A closed index loop over a small space is 1/N against one over a large space. So the planar limit
keeps those diagrams that have as few of them as can be:

* A trace over a large space has none. Fields with a small index do not matter to it: a spike moves no bulk.
* A trace over a small space has one, the loop that it is read from; it is of order 1, and not of order N.

The size of a small space is a number like a parameter: results are functions of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sympy import Expr, Integer, Symbol, fraction, together

from planaria.algebra.errors import InputError, described

__all__ = ["check_small", "small_spaces"]


def small_spaces(given: object) -> tuple[Expr, ...]:
    """The small spaces that somebody names, each once and in the order of their texts.

    >>> small_spaces([1, Symbol("C"), 1])
    (1, C)
    >>> small_spaces("C")
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: small spaces: str 'C' is no list of spaces; give dimensions: small=[C]
    """
    if not isinstance(given, Iterable) or isinstance(given, (str, Expr)):
        raise InputError("small spaces", f"{described(given)} is no list of spaces", "give dimensions: small=[C]")
    found: dict[Expr, None] = {}
    for one in given:
        space = Integer(one) if type(one) is int else one
        if not isinstance(space, Symbol) and not (isinstance(space, Integer) and space >= 1):
            problem = f"{described(one)} is neither a symbol nor a positive integer"
            raise InputError("small spaces", problem, "give dimensions: small=[C]")
        found[space] = None
    return tuple(sorted(found, key=str))


def check_small(small: Sequence[Expr], fields: Sequence[tuple[str, tuple[Expr, Expr], Expr]]) -> None:
    """Raise InputError where fields (name, shape, variance) use a small space as a large one.

    >>> C, M = Symbol("C"), Symbol("M")
    >>> check_small([C], [("w", (C, M), 1 / M)])
    >>> check_small([C], [("w", (C, M), 1 / C)])
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: field w: its variance 1/C falls with the small space C, which does not \
grow; divide by a large space, as in 1/M, or let C be large
    """
    spaces = {space for _, shape, _ in fields for space in shape}
    for space in small:
        if space not in spaces:
            raise InputError(
                f"small space {space}", "no field has it", f"take one of {', '.join(sorted(map(str, spaces)))}"
            )
    if small and spaces <= set(small):
        raise InputError(
            "small spaces", f"every space is small ({', '.join(map(str, small))})", "let one be large: it grows"
        )
    for name, shape, _ in fields:
        if set(shape) <= set(small):
            raise InputError(
                f"field {name}",
                f"both of its spaces are small ({shape[0]} x {shape[1]}), so that nothing averages it",
                "take parameters for its entries, or let one of its spaces be large",
            )
    for name, shape, variance in fields:
        divided = fraction(together(variance))[1].free_symbols
        wrong = [space for space in small if space in divided]
        if wrong and divided <= set(small) | {one for one in divided if one not in spaces}:
            large = next(space for space in shape if space not in small)
            raise InputError(
                f"field {name}",
                f"its variance {variance} falls with the small space {wrong[0]}, which does not grow",
                f"divide by a large space, as in 1/{large}, or let {wrong[0]} be large",
            )
