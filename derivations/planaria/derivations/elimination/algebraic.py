"""Where no spectral sum occurs, the closed form is algebraic: a polynomial, and up to degree 2 its root."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sympy import Eq, Expr, Poly, Symbol, factor_terms, sqrt

from planaria.algebra.linear import degree_in
from planaria.algebra.rational import Ratio, expanded
from planaria.algebra.values import Portable
from planaria.derivations.elimination.closed_form import ClosedForm
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.derivations.equations.zero_test import Witness

__all__ = ["AlgebraicForm", "algebraic_form"]

VALUE = Symbol("value")
LARGEST = 20_000  # product of the terms of two polynomials whose resultant is still computed


@dataclass(frozen=True)
class AlgebraicForm(Portable):
    """The polynomial equation of a value.

    Attributes
    ----------
    polynomial
        An equation in the symbol ``value`` and the parameters.
    degree
        Its degree in ``value``.
    root
        The physical root in radicals, for degrees 1 and 2; None beyond.
    """

    polynomial: Eq
    degree: int
    root: Expr | None


def algebraic_form(closed: ClosedForm) -> AlgebraicForm | None:
    """The polynomial of the value, its irreducible factor chosen by the power series of the planar solution.

    None if spectral sums occur, or if eliminating the unknowns would take too long.

    >>> from sympy import Identity, MatrixSymbol, Trace, symbols
    >>> from planaria.derivations import derive
    >>> from planaria.diagrams import Gaussian, Model
    >>> N, z = symbols("N z", positive=True)
    >>> h = MatrixSymbol("h", N, N)
    >>> wigner = Model([Gaussian(h, variance=1 / N, kind="hermitian")])
    >>> derive(Trace((z * Identity(N) - h).inv()) / N, wigner).algebraic.root
    z/2 - sqrt(z**2 - 4)/2
    """
    if not closed.unknowns or any(symbol in _used(closed) for symbol, _ in closed.sums):
        return None
    witness = Witness(closed.system, exact=True)  # signs count
    for unknown in closed.unknowns:
        witness.define(unknown.symbol, unknown.definition)
    ring = closed.ring.extend([VALUE])
    value = closed.value.to(ring)
    for symbol, one in closed.sums:
        witness.define_sum(symbol, one)
    witness.define(VALUE, closed.value)
    equation = ring.generator(VALUE) * ring.from_mpoly(value.denominator) - ring.from_mpoly(value.numerator)
    relations = [relation.to(ring) for relation in closed.relations]
    polynomial = _eliminate(equation, relations, [u.symbol for u in closed.unknowns], witness)
    if polynomial is None:
        return None
    physical = polynomial.substitute({STRENGTH: ring.one})
    degree = degree_in(physical, VALUE)
    return AlgebraicForm(
        Eq(expanded(ring, physical.numerator), 0),
        degree,
        _root(polynomial, degree, witness) if degree <= 2 else None,
    )


def _used(closed: ClosedForm) -> set[Expr]:
    return {symbol for ratio in (closed.value, *closed.relations) for symbol in ratio.support()}


def _eliminate(equation: Ratio, relations: list[Ratio], unknowns: list[Symbol], witness: Witness) -> Ratio | None:
    """Resultants, one unknown after the other; of each only the factor that vanishes is kept."""
    system = [*relations, equation]
    ring = equation.ring
    for unknown in unknowns:
        place = ring.index[unknown]
        with_it = sorted((e for e in system if degree_in(e, unknown)), key=lambda e: e.size)
        without = [e for e in system if not degree_in(e, unknown)]
        if not with_it:
            continue
        if any(a.size * b.size > LARGEST for a, b in pairwise(with_it)):
            return None
        for first, second in pairwise(with_it):
            resultant = ring.from_mpoly(first.numerator.resultant(second.numerator, place))
            factor = _vanishing(resultant, witness)
            if factor is not None:
                without.append(factor)
        system = without
    candidates = [e for e in system if degree_in(e, VALUE)]
    return min(candidates, key=lambda e: e.size) if candidates else None


def _vanishing(polynomial: Ratio, witness: Witness) -> Ratio | None:
    if not polynomial:
        return None
    for factor, _ in sorted(polynomial.numerator.factor()[1], key=lambda pair: len(pair[0])):
        one = polynomial.ring.from_mpoly(factor)
        if witness.vanishes(one):
            return one
    raise ArithmeticError("no factor of a resultant vanishes on the planar solution")


def _root(polynomial: Ratio, degree: int, witness: Witness) -> Expr:
    """The root that the power series of the value approaches at small field strength."""
    ring = polynomial.ring
    physical = polynomial.substitute({STRENGTH: ring.one})
    coefficients = Poly(expanded(ring, physical.numerator), VALUE).all_coeffs()
    if degree == 1:
        root: Expr = -coefficients[1] / coefficients[0]
        return root.factor()
    a, b, c = coefficients
    discriminant = factor_terms((b**2 - 4 * a * c).expand())
    sign = _sign(polynomial, witness)
    return (-b / (2 * a)).expand() + sign * sqrt(discriminant) / (2 * a)


def _sign(polynomial: Ratio, witness: Witness) -> int:
    """+1 or -1: which root of the quadratic equation has the power series of the value.

    2 a v + b is plus or minus the root of the discriminant, for which sympy takes the positive one; at small
    field strength its sign is that of the leading coefficient, at the witness's positive parameters.
    """
    slope = witness.evaluate(polynomial.derivative(VALUE))
    if slope.vanishes():
        raise ArithmeticError("the two roots coincide on the planar solution")
    leading: Any = slope.polynomial[0]
    return 1 if leading > 0 else -1
