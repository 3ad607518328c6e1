"""Denominators as what they are: determinants of ladders, by a name and a matrix.

An irreducible factor below a value of two resolvents is the determinant of 1 minus the ladder between them. The
ladders of a derivation are made from its equations (`forms.ladder`), brought to small matrices of polynomials, and
held against every factor below the value: the two have to be equal up to a product of numbers and parameters,
exactly, in sums that are independent of one another and with the equations inserted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from itertools import count as naturals
from typing import Any

from sympy import Expr, Symbol, count_ops

from planaria.algebra.linear import degree_in, root
from planaria.algebra.polynomials import primitive_part
from planaria.algebra.rational import Ratio
from planaria.algebra.values import Portable
from planaria.algebra.work import WorkLimitError, limited
from planaria.derivations.elimination.closed_form import ClosedForm
from planaria.derivations.elimination.conditioning import operations
from planaria.derivations.elimination.eliminate import linear_parameters
from planaria.derivations.elimination.plain import PlainNames, plain_form, plain_names
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.derivations.forms.ladder import Matrix, ladders
from planaria.derivations.forms.polynomial_matrices import arranged, determinant, smallest

__all__ = ["Determinant", "determinants", "with_determinants"]

FEWEST = 4  # terms of a factor that is worth a name
SHORTER = 0.8  # of its operations, which the matrix may have
SECONDS = 2.0  # of exact work
NAME = "D"
EIGENVALUES = (0.5, 1.0, 2.0)  # of a sample


@dataclass(frozen=True)
class Determinant(Portable):
    """A factor below a value that is the determinant of a ladder.

    Attributes
    ----------
    symbol
        Its name.
    rows
        The matrix, in unknowns, spectral sums and parameters.
    factor
        What is written out in the value: `scale` times the determinant.
    scale
        A product of numbers and parameters.
    """

    symbol: Symbol
    rows: tuple[tuple[Expr, ...], ...]
    factor: Expr
    scale: Expr

    @property
    def formula(self) -> str:
        """In the grammar that claims are written in: ``det([[a, b], [c, d]])``."""
        return f"det([{', '.join('[' + ', '.join(map(str, row)) + ']' for row in self.rows)}])"

    def __str__(self) -> str:
        return f"{self.symbol} = {self.formula}"


def with_determinants(expression: Expr, found: Sequence[Determinant]) -> Expr:
    """An expression with the names of determinants in place of what they are."""
    for one in found:
        named = one.scale * one.symbol
        expression = expression.xreplace({one.factor: named, -one.factor: -named})
    return expression


def determinants(closed: ClosedForm) -> tuple[Determinant, ...]:
    """The factors below a value that are determinants of ladders.

    >>> from planaria.derivations.resummation import derive
    >>> loss = derive("random-features", "loss")
    >>> (found,) = determinants(loss.closed_form)
    >>> print(found)
    D = det([[N - S_22, R_12], [R_12, P - S_22]])
    >>> with_determinants(loss.value, [found])
    C*Delta*N*P*R_12*sigma_w**2/(2*D*M)
    """
    with suppress(WorkLimitError), limited(SECONDS):
        return tuple(_determinants(closed))
    return ()


def _determinants(closed: ClosedForm) -> Iterator[Determinant]:
    value = closed.value.substitute({STRENGTH: closed.ring.one})
    factors = [one for one, _ in value.denominator.factor()[1] if len(one) >= FEWEST]
    if not factors:
        return
    plain = plain_names(closed)
    solved = _solved(plain_form(closed))
    left = {n: _inserted(plain.of(closed.ring.from_mpoly(one)), solved) for n, one in enumerate(factors)}
    names = _free_names(closed, len(factors))
    for state, matrix in ladders(plain_form(closed)):
        if not left:
            return
        if any(state.ring.generators[n] not in plain.ring.index for n in _used(matrix)):
            continue  # a sum that the value does not have
        small = smallest([[_inserted(one.to(plain.ring), solved) for one in row] for row in matrix])
        if len(small) == 1:
            continue
        whole = determinant(small)
        for n, factor in left.items():
            found = _found(factors[n], factor, small, plain, closed) if _is_monomial(factor, whole) else None
            if found is not None:
                yield Determinant(Symbol(next(names)), *found)
                del left[n]
                break


def _free_names(closed: ClosedForm, count: int) -> Iterator[str]:
    """D, or D_1, D_2 and so on where there are several factors, none of them met elsewhere in the model."""
    setting = closed.system.rules.setting
    taken = {str(one) for one in (*closed.ring.generators, *setting.ring.generators, *setting.spaces)}
    taken |= {str(matrix.name) for matrix, _ in setting.matrices} | {str(one.name) for one in setting.fields}
    names = (f"{NAME}_{n}" for n in naturals(1))
    return (name for name in chain([NAME] if count == 1 else [], names) if name not in taken)


def _found(
    polynomial: Any, inserted: Ratio, small: Sequence[Sequence[Ratio]], plain: PlainNames, closed: ClosedForm
) -> tuple[tuple[tuple[Expr, ...], ...], Expr, Expr] | None:
    """Rows, factor and scale of a determinant; None where they are not shorter than the factor itself."""
    shown = [[_shown(one, plain, closed) for one in row] for row in small]
    entries = [[one for one in row if one is not None] for row in shown]
    if any(len(row) < len(small) for row in entries):
        return None
    ordered = arranged(entries, _sample(closed))
    scale = inserted / determinant([[plain.of(one) for one in row] for row in ordered])
    if not scale.support() <= set(closed.ring.generators):
        return None
    scale = scale.to(closed.ring)
    content, primitive = primitive_part(polynomial)
    factor = closed.physical(closed.ring.from_mpoly(primitive))
    rows = tuple(tuple(closed.physical(one) for one in row) for row in ordered)
    length = sum(int(count_ops(one)) for row in rows for one in row) + len(rows)
    if length > SHORTER * int(count_ops(factor)):
        return None
    return rows, factor, closed.physical(scale / closed.ring.constant(_fraction(content)))


def _sample(closed: ClosedForm) -> dict[Expr, float]:
    """Numbers as they may be, for signs: few eigenvalues beside large dimensions."""
    at: dict[Expr, float] = dict.fromkeys(closed.ring.generators, 1.0)
    at |= {space: 7.0 + n for n, space in enumerate(closed.system.rules.setting.spaces)}
    at |= {one.symbol: 0.5 for one in closed.unknowns}
    for symbol, one in closed.sums:
        known = {g: at.get(g, 1.0) for g in one.summand.free_symbols - set(one.eigenvalues)}
        values = [one.summand.xreplace({**known, **dict.fromkeys(one.eigenvalues, size)}) for size in EIGENVALUES]
        at[symbol] = float(sum(values))
        at[one.space] = float(len(EIGENVALUES))
    return at


def _fraction(number: Any) -> Fraction:
    return Fraction(int(number.p), int(number.q))


def _is_monomial(factor: Ratio, whole: Ratio) -> bool:
    """Whether a factor is a determinant times a product of parameters."""
    scale = factor / whole if whole else factor
    return len(scale.numerator) == 1 and len(scale.denominator) == 1


def _used(matrix: Matrix) -> set[int]:
    return {one.ring.index[g] for row in matrix for one in row for g in one.support()}


def _solved(plain: ClosedForm) -> list[tuple[Expr, Ratio]]:
    """What the relations give, each free of those before it: parameters, or sums for lack of them."""
    found: list[tuple[Expr, Ratio]] = []
    setting = plain.system.rules.setting
    for relation, parameter in zip(plain.relations, plain.solved_for, strict=True):
        polynomial = _inserted(relation, found)
        polynomial = polynomial.ring.from_mpoly(polynomial.numerator)
        linear = linear_parameters(polynomial, setting)
        if parameter not in linear:  # dimensions for lack of others
            linear.sort(key=lambda one: (one in setting.spaces, polynomial.derivative(one).size, str(one)))
            parameter = linear[0] if linear else _equal_to_a_term(plain, polynomial)
        if parameter is not None:
            found.append((parameter, root(polynomial, parameter)))
    return found


def _equal_to_a_term(plain: ClosedForm, polynomial: Ratio) -> Symbol | None:
    """A sum that a relation between sums says to be one term of others."""
    present = polynomial.support()
    linear = (one for one, _ in plain.sums if one in present and degree_in(polynomial, one) == 1)
    return next((one for one in linear if _is_monomial(root(polynomial, one), plain.ring.one)), None)


def _inserted(value: Ratio, solved: Sequence[tuple[Expr, Ratio]]) -> Ratio:
    value = value.substitute({STRENGTH: value.ring.one})
    for parameter, solution in solved:
        value = value.substitute({parameter: solution})
    return value


# -- in the sums of the closed form ---------------------------------------------------------------------------


def _shown(entry: Ratio, plain: PlainNames, closed: ClosedForm) -> Ratio | None:
    """A polynomial with plain sums replaced by others where that is shorter, or where they are not shown."""
    shown = {str(one) for one in closed.spectral_sums}
    sums = set(plain.names.values())
    best = entry
    while True:
        options = [
            new
            for composed, total in plain.known.items()
            if str(composed) in shown
            for old in total.support() & best.support() & sums
            if (new := _exchanged(best, old, composed, total)) is not None
        ]

        def cost(one: Ratio) -> tuple[int, int]:
            return sum(str(s) not in shown for s in one.support() & sums), operations(one)

        option = min(options, key=cost, default=None)
        if option is None or cost(option) >= cost(best):
            break
        best = option
    hidden = any(str(s) not in shown for s in best.support() & sums)
    return None if hidden or not best.support() <= set(closed.ring.generators) else best.to(closed.ring)


def _exchanged(entry: Ratio, old: Expr, composed: Expr, total: Ratio) -> Ratio | None:
    """An entry with one plain sum by a sum that contains it; None where that divides by more than a monomial."""
    ring = entry.ring
    slope = total.derivative(old)
    solution = (ring.generator(composed) - (total - slope * ring.generator(old))) / slope
    new = entry.substitute({old: solution})
    return new if len(new.denominator) == 1 else None
