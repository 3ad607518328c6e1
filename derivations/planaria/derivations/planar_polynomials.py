"""The planar series of a quantity as exact polynomials in dimensions and traces, to high orders.

The diagrams of one order are the coefficient of one power of s, if every insertion of the geometric series
carries a factor s. With s in its inverses a quantity is derived like any other, and Lagrange's inversion reads
the coefficients off its closed form. Where that has another form, and for the lowest orders, planar
contractions are weighed word by word.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, Inverse, MatAdd, MatMul, MatPow, MatrixExpr, MatrixSymbol, Symbol, Trace

from planaria.algebra.errors import InputError
from planaria.algebra.rational import Ratio, Ring, generators_of
from planaria.derivations.analysis.lagrange import Expansion, Lagrange, Table, lagrange
from planaria.derivations.resummation import derive
from planaria.diagrams.expansion import expand
from planaria.diagrams.expressions.expression import deterministic_part, prepare, read
from planaria.diagrams.graphs.weight import function_of_matrices, trace_of_function
from planaria.diagrams.graphs.wick import linear_in_traces
from planaria.diagrams.weights.planar_sums import PlanarSum, planar_sum_of
from planaria.ensembles.model import Model

__all__ = ["count_insertions", "planar_polynomials"]

# Not a name that the expression grammar can spell: it cannot meet a user's symbol.
INSERTION = Symbol("factor of an insertion", positive=True)


def planar_polynomials(expression: Expr, model: Model, order: int) -> tuple[Ratio, ...]:
    """The sums of the planar weights of the orders 0 to ``order``.

    Each is an exact rational function whose generators are parameters, dimensions and traces: a polynomial in
    dimensions and traces, over a monomial where the expression has a bare propagator with one.

    >>> from sympy import Identity, MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> M, P, gamma = symbols("M P gamma", positive=True)
    >>> x, Lambda = MatrixSymbol("x", M, P), MatrixSymbol("Lambda", M, M)
    >>> model = Model([Gaussian(x, rows=Lambda)])
    >>> series = planar_polynomials(Trace((gamma * Identity(P) + x.T * x).inv()), model, order=40)
    >>> series[2]
    P*(P*Trace(Lambda**2) + Trace(Lambda)**2)/gamma**3
    >>> len(series[40].numerator)  # the partitions of 40
    37338

    Raises InputError as `expand` does, and for an expression that is not linear in traces.
    """
    if isinstance(expression, MatrixExpr):
        raise InputError("expression", "it is a matrix, not a scalar", "take sympy.Trace of it")
    expand(expression, model, order)  # says what is wrong with the expression or the order
    linear_in_traces(expression)
    inversion = _inversion(expression, model)
    lowest = order + 1 if inversion is None else min(inversion.lowest, order + 1)
    sums = [planar_sum_of(expression, model, n) for n in range(lowest)]
    generators: dict[Expr, None] = dict.fromkeys(g for one in sums for g in _generators(one))
    expansions: list[Expansion] = []
    if inversion is not None:
        expansions = [inversion.expansion(n) for n in range(lowest, order + 1)]
        longest = max((one.longest for one in expansions), default=0)
        generators |= dict.fromkeys(inversion.generators(longest))
    ring = Ring(sorted(generators, key=_readable))
    found = [_ratio(one, ring) for one in sums]
    if inversion is not None:
        table = Table(inversion, ring)
        found += [table.read(one) for one in expansions]
    return tuple(found)


def count_insertions(expression: Expr, model: Model, factor: Expr) -> Expr:
    """The expression with a factor at every insertion: inv(E0 + V) becomes inv(E0 + factor * V).

    >>> from sympy import Identity, MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> N, P, gamma, s = symbols("N P gamma s")
    >>> x = MatrixSymbol("x", N, P)
    >>> count_insertions(Trace((gamma * Identity(N) + x * x.T).inv()), Model([Gaussian(x)]), s)
    Trace((gamma*I + s*x*x.T)**(-1))

    Raises InputError where an inverse has no deterministic part.
    """
    if isinstance(expression, MatPow) and not isinstance(expression, Inverse) and expression.exp.is_negative:
        inverse = Inverse(expression.base)
        return MatPow(count_insertions(inverse, model, factor), -expression.exp)
    if isinstance(expression, Inverse):
        terms = []
        for term in MatAdd.make_args(expression.arg):
            if not any(model.field_index(matrix) is not None for matrix in term.atoms(MatrixSymbol)):
                terms.append(term)
                continue
            setting = prepare([term], model)
            bare = deterministic_part(read(term, setting), setting)
            counted = MatMul(factor, count_insertions(term, model, factor)).doit(deep=False)
            terms.append(counted)
            if bare:
                terms.append((1 - factor) * function_of_matrices(term.shape[0], bare, setting))
        return Inverse(MatAdd(*terms))
    if isinstance(expression, MatrixSymbol) or not expression.has(MatrixExpr):
        return expression
    return expression.func(*(count_insertions(argument, model, factor) for argument in expression.args))


def _inversion(expression: Expr, model: Model) -> Lagrange | None:
    """Lagrange's inversion for the closed form of an expression, if it has one."""
    try:
        counted = count_insertions(expression, model, INSERTION)
        if not counted.has(INSERTION):
            return None
        return lagrange(derive(counted, model.with_all_large()).closed_form, INSERTION)
    except (InputError, ArithmeticError):  # there are diagrams also where elimination gives up
        return None


def _generators(found: PlanarSum) -> Iterator[Expr]:
    for scalar in {term[0] for term in found.terms}:
        yield from scalar.support()
    for space, function in found.faces:
        yield from generators_of(trace_of_function(space, function, found.setting))


def _ratio(found: PlanarSum, ring: Ring) -> Ratio:
    """A planar sum in exact arithmetic."""
    traces = [ring(trace_of_function(space, function, found.setting)) for space, function in found.faces]
    groups: dict[Ratio, Ratio] = {}
    for scalar, exponents, _, number in found.terms:
        product = ring.constant(number)
        for trace, exponent in zip(traces, exponents, strict=True):
            if exponent:
                product = product * trace**exponent
        groups[scalar] = groups[scalar] + product if scalar in groups else product
    total = ring.zero
    for scalar, part in groups.items():
        total = total + scalar.to(ring) * part
    return total


def _readable(generator: Expr) -> tuple[object, ...]:
    """Symbols first, then traces, lower powers first."""
    return isinstance(generator, Trace), len(str(generator)), str(generator)
