"""What may be changed at one place of a formula: a factor, a sign, a name, a power, a term more or less.

Of each change there is the number that then stands at the place, for the filter, and the node, for the few that
pass it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from planaria.ensembles.formulas.nodes import Name, Negative, Node, Number, Plus, Power, Quotient, Times
from planaria.ensembles.formulas.writing import written
from planaria.numerics.comparison.menu import Items, Menu, less, product_of, quotient_of, times_number

__all__ = ["Change", "Changes", "changes", "further_changes"]

NUMBERS = tuple(Fraction(n) for n in (2, 3, 4)) + tuple(Fraction(1, n) for n in (2, 3, 4))
TERMS = (Fraction(1), Fraction(2), Fraction(1, 2))  # coefficients of terms that are added
POWERS = (Fraction(2), Fraction(1, 2), Fraction(3), Fraction(-1))


@dataclass(frozen=True)
class Change:
    """One change: what stands at the place, how much is changed, and the change in words."""

    node: Node
    cost: float
    words: str


class Changes(NamedTuple):
    """Changes of one kind: a row of numbers for each, and the change."""

    values: NDArray[Any]
    change: Callable[[int], Change]


def changes(node: Node, value: Any, inner: Sequence[Any], menu: Menu) -> Iterator[Changes]:
    """The changes of a node, the smallest ones.

    Parameters
    ----------
    value
        What it is: a number, or an array over eigenvalues.
    inner
        The same of its parts.
    menu
        What may be written at the place.
    """
    shown = written(node)
    column = np.atleast_1d(np.asarray(value, dtype=float)).ravel()
    with np.errstate(all="ignore"):
        single = [*_by_itself(node, column, shown), *_less(node, column, inner)]
        width = max(len(np.atleast_1d(row)) for row, _ in single)
        rows = np.array([np.broadcast_to(np.atleast_1d(row).ravel(), (width,)) for row, _ in single])
        yield Changes(rows, lambda n: single[n][1])
        if not menu.keys:
            return
        if isinstance(node, Name):
            yield Changes(menu.names.values, lambda n: _instead(menu, n, shown))
        factors = menu.factors
        yield Changes(column * factors.values, lambda n: _multiplied(factors, n, node, shown))
        yield Changes(column / factors.values, lambda n: _divided(factors, n, node, shown))
        yield from _added(node, column, menu.terms, shown, TERMS)


def further_changes(node: Node, value: Any, menu: Menu) -> Iterator[Changes]:
    """Longer terms beside a node."""
    column = np.atleast_1d(np.asarray(value, dtype=float)).ravel()
    if menu.keys:
        yield from _added(node, column, menu.long_terms, written(node), TERMS[:1])


def _instead(menu: Menu, n: int, shown: str) -> Change:
    name, cost = menu.names.item(n)
    return Change(name, 0.5 + cost, f"{written(name)} in place of {shown}")


def _multiplied(factors: Items, n: int, node: Node, shown: str) -> Change:
    factor, cost = factors.item(n)
    return Change(product_of(factor, node), cost, f"a factor {written(factor)} of {shown}")


def _divided(factors: Items, n: int, node: Node, shown: str) -> Change:
    factor, cost = factors.item(n)
    return Change(
        quotient_of(node, factor),
        cost + 0.05,
        f"a factor {written(Quotient(Number(Fraction(1)), factor))} of {shown}",
    )


def _added(
    node: Node, value: NDArray[Any], terms: Items, shown: str, coefficients: Sequence[Fraction]
) -> Iterator[Changes]:
    """A term more, beside what is a sum already or is to be one."""
    alone = 0.0 if isinstance(node, Plus) else 0.5
    for coefficient in coefficients:
        for sign in (1, -1):

            def added(n: int, coefficient: Fraction = coefficient, sign: int = sign) -> Change:
                factor, cost = terms.item(n)
                term = factor if coefficient == 1 else times_number(factor, coefficient)
                cost += 1.2 + alone + (0.3 if coefficient != 1 else 0)
                own = node.terms if isinstance(node, Plus) else (node,)
                new = Plus((*own, term if sign > 0 else Negative(term)))
                return Change(new, cost, f"a term {'-' if sign < 0 else ''}{written(term)} beside {shown}")

            yield Changes(value + sign * float(coefficient) * terms.values, added)


def _by_itself(node: Node, value: NDArray[Any], shown: str) -> list[tuple[Any, Change]]:
    """Signs, numbers and powers."""
    minus = node.of if isinstance(node, Negative) else Negative(node)
    found: list[tuple[Any, Change]] = [(-value, Change(minus, 0.6, f"the sign of {shown}"))]
    for factor in NUMBERS:
        words = f"a factor {factor} of {shown}"
        found.append((value * float(factor), Change(times_number(node, factor), 1.0, words)))
    if isinstance(node, Number):
        others = {node.value + 1, abs(node.value - 1), Fraction(0)} | {Fraction(n) for n in range(1, 9)}
        for other in sorted(others - {node.value}):
            found.append((np.array([float(other)]), Change(Number(other), 0.9, f"{other} in place of {shown}")))
        return found
    if isinstance(node, Power):
        base, exponent = node.base, node.exponent
        steps = (
            [exponent + step for step in (1, -1, 2, -2)] if exponent.denominator == 1 else [Fraction(1), -exponent]
        )
        for other in dict.fromkeys([*steps, -exponent]):
            if other:
                new = base if other == 1 else Power(base, other)
                words = f"the power {other} of {written(base)}, not {exponent}"
                found.append((_power(value, exponent, other), Change(new, 0.7, words)))
        return found
    for other in POWERS:
        new = Quotient(Number(Fraction(1)), node) if other == -1 else Power(node, other)
        found.append((value ** float(other), Change(new, 0.8, f"the power {other} of {shown}")))
    return found


def _power(value: NDArray[Any], old: Fraction, new: Fraction) -> NDArray[Any]:
    """Another power of the same base, which may be negative where the old power is odd."""
    if old.denominator == 1 and old.numerator % 2 and new.denominator == 1:
        base = np.sign(value) * np.abs(value) ** float(1 / old)
        return np.asarray(base ** float(new))
    return np.asarray(np.abs(value) ** float(new / old))


def _less(node: Node, value: NDArray[Any], inner: Sequence[Any]) -> list[tuple[Any, Change]]:
    """A term, a factor or a denominator less, or on the other side of a fraction line."""
    found: list[tuple[Any, Change]] = []
    match node:
        case Plus(terms=several):
            for n, part in enumerate(inner):
                words = f"no term {written(several[n])} in {written(node)}"
                found.append((value - part, Change(less(several, n, Plus), 1.0, words)))
        case Times(factors=several):
            for n, part in enumerate(inner):
                rest, shown = less(several, n, Times), written(several[n])
                found.append((value / part, Change(rest, 1.0, f"no factor {shown} in {written(node)}")))
                below = quotient_of(rest, several[n])
                found.append((value / part**2, Change(below, 0.65, f"{shown} below the fraction line")))
        case Quotient(above=above, below=below):
            shown = written(below)
            found.append((value * inner[1], Change(above, 1.0, f"no denominator {shown}")))
            over = below if above == Number(Fraction(1)) else product_of(above, below)
            found.append((value * inner[1] ** 2, Change(over, 0.65, f"{shown} above the fraction line")))
        case _:
            pass
    return found
