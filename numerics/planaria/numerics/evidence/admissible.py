"""Random points at which a derivation has a real value: for checks that want numbers."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from sympy import Expr, Integer, Rational, Symbol, Trace

from planaria.algebra.errors import InputError
from planaria.derivations.derivation import Derivation
from planaria.diagrams.expressions.expression import (
    Diagonal,
    Inversion,
    Letter,
    Node,
    Product,
    Sum,
    deterministic_part,
    read,
)
from planaria.ensembles.spectra import Eigenvalues
from planaria.numerics.points.problem import parameters_of, pose
from planaria.numerics.points.refusals import ContradictionError
from planaria.numerics.solving.solve import solve

__all__ = ["GROWING", "admissible_point", "at_most_one", "drawn_points", "growing"]

GROWING = 8  # attempts with growing ridges
OTHERS = 24  # attempts at other points
DIGITS = 8  # to which a point is tried

# Sizes of the spaces, in turn, relative to the base size: all different, so that nothing hides in an equality.
RATIOS = (Rational(1), Rational(3, 2), Rational(5, 4), Rational(2), Rational(3, 4), Rational(7, 4))
FEW = 2  # the size of a small space, and what the next one has more


def admissible_point(derivation: Derivation, base: int, seed: int) -> dict[Any, Any]:
    """Random parameters, sizes about `base`, and random spectra for matrices without a declared one.

    Ridges and spectral parameters (those of what inverses expand about; else, what equations are solved for) grow
    until the planar solution is that of matrices, and once more, to stay away from the edge of a spectrum.

    Raises InputError if no point is found; it says why the last one was none.
    """
    reason = ""
    for attempt in range(GROWING + OTHERS):
        values = _draw(derivation, base, seed, attempt)
        try:
            solve(pose(derivation, values), DIGITS)
        except ContradictionError:
            return values  # a point like others: what is checked there fails
        except InputError as error:
            reason = f"{error.place}: {error.problem}"
            continue
        return _draw(derivation, base, seed, attempt + 1) if 0 < attempt < GROWING - 1 else values
    raise InputError(
        "check",
        f"no admissible parameters were found at {GROWING + OTHERS} random points; at the last one, {reason}",
        "evaluate and simulate at parameters of yours",
    )


NOTHING: Mapping[Any, Any] = MappingProxyType({})


def drawn_points(
    derivation: Derivation, base: int, seed: int, turn: int = 0, given: Mapping[Any, Any] = NOTHING
) -> Iterator[dict[Any, Any]]:
    """The points that `admissible_point` tries, one after the other, whether they are admissible or not.

    Parameters
    ----------
    turn
        By how many places the ratios of the sizes are turned: of two spaces, each is the larger one at times.
    given
        Numbers for some of the parameters and dimensions.
    """
    for attempt in range(GROWING + OTHERS):
        yield _draw(derivation, base, seed, attempt, turn, given)


def growing(derivation: Derivation) -> frozenset[Symbol]:
    """The parameters whose growth takes a point out of the spectrum, as far as expression and equations tell.

    An inverse expands about its deterministic part: the larger this is, the smaller are the fields beside it. An
    equation need not be linear in such a parameter, and then it is not solved for it.
    """
    setting = derivation.rules.setting
    found: set[Expr] = set()
    for trace in derivation.expression.atoms(Trace):
        for inversion in _inversions(read(trace.arg, setting)):
            found |= deterministic_part(inversion.argument, setting).support()
    ridges = (found or set(derivation.closed_form.solved_for)) - set(setting.spaces)
    return frozenset(one for one in ridges if isinstance(one, Symbol))


def _inversions(node: Node) -> Iterator[Inversion]:
    match node:
        case Inversion(argument=argument):
            yield node
            yield from _inversions(argument)
        case Sum(terms=parts) | Product(factors=parts):
            for part in parts:
                yield from _inversions(part)
        case Diagonal() | Letter():
            return


def _draw(
    derivation: Derivation, base: int, seed: int, attempt: int, turn: int = 0, given: Mapping[Any, Any] = NOTHING
) -> dict[Any, Any]:
    # Where ridges alone do not help, such as for a variance s - 1, everything is drawn anew, from wider ranges.
    again = attempt - GROWING
    source = random.Random(f"{seed} admissible" if again < 0 else f"{seed} admissible {again}")
    low, high = (50, 150) if again < 0 else (10, 400)
    doublings = attempt if again < 0 else again % GROWING
    setting = derivation.rules.setting
    spaces = sorted((s for s in setting.spaces if isinstance(s, Symbol)), key=str)
    large = [s for s in spaces if s not in derivation.model.small]
    sizes = {s: max(1, int(base * RATIOS[(n + turn) % len(RATIOS)])) for n, s in enumerate(large)}
    sizes |= {s: FEW + n for n, s in enumerate(s for s in spaces if s not in sizes)}
    sizes |= {s: int(value) for s, value in given.items() if s in sizes}
    values: dict[Any, Any] = dict(sizes)
    ridges = growing(derivation)
    small = at_most_one(derivation)
    for symbol in sorted(parameters_of(derivation), key=str):
        if symbol in sizes:
            continue
        number = Rational(source.randint(low, high), 100)
        if symbol in small:  # and stays there, also where the equations are solved for it
            values[symbol] = number / 4
        else:
            values[symbol] = number * 2**doublings if symbol in ridges else number
    values |= given
    for matrix, _ in setting.matrices:
        spectrum = derivation.model.spectrum(matrix)
        if spectrum is None:
            size = _size(matrix.shape[0], sizes)
            stretch = 1 if again < 0 else 4 ** (again // GROWING)
            numbers = (stretch * Rational(source.randint(low, high), 100) for _ in range(size))
            values[matrix] = Eigenvalues(tuple(numbers))
        elif spectrum.listed is not None:
            values.pop(matrix.shape[0], None)
    return values


def at_most_one(derivation: Derivation) -> frozenset[Symbol]:
    """The parameters of laws and spectra that are no larger than 1."""
    small = {value for one in derivation.model.fields for value in one.law.parameters.values()}
    small |= {one.parameters[name] for _, one in derivation.model.spectra for name in one.at_most_one}
    return frozenset(s for value in small for s in value.free_symbols)


def _size(space: Expr, sizes: dict[Symbol, int]) -> int:
    return int(space) if isinstance(space, Integer) else sizes[space]
