"""A parameter of a closed form taken to zero, by hand: the branches of its equation, and the value on each."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Eq, Expr, Symbol, cancel, factor, factor_list, fraction, oo, together

from planaria.derivations import Derivation

__all__ = ["Branch", "branches"]


@dataclass(frozen=True)
class Branch:
    """One way in which an equation holds in the limit.

    Attributes
    ----------
    condition
        What the unknowns do there; None where no equation contains the parameter.
    value
        The value of the quantity, ``oo`` where it diverges, None where the next order decides.
    """

    condition: Eq | None
    value: Expr | None


def branches(derivation: Derivation, parameter: Symbol) -> tuple[Branch, ...]:
    """The limit of a closed form as a parameter goes to zero, for each branch.

    The equation that the parameter stands in is solved for it, so that the value is free of it; then the
    parameter is set to zero in the equation, and every factor that can vanish is a branch. Which one holds
    depends on the sizes: the physical one is connected to the bare propagators, and evaluation follows it.
    """
    value = derivation.value
    containing = [one for one in derivation.equations if one.has(parameter)]
    if not containing:
        return (Branch(None, _at(value, parameter, 0)),)
    equation = containing[0]
    numerator = fraction(together(equation.lhs - equation.rhs))[0]
    slope = numerator.coeff(parameter, 1) if numerator.is_polynomial(parameter) else None
    if equation.lhs == parameter and not equation.rhs.has(parameter):
        value = together(value.subs(parameter, equation.rhs))
    elif slope is not None and numerator.as_poly(parameter).degree() == 1:
        rest = numerator.expand().coeff(parameter, 0)
        value = together(value.subs(parameter, -rest / numerator.expand().coeff(parameter, 1)))
    moving = {*derivation.unknowns, *derivation.spectral_sums}
    found = []
    for one, _ in factor_list(numerator.subs(parameter, 0))[1]:
        if one.free_symbols & moving:
            found.append(_branch(derivation, one, value, parameter))
    return tuple(found)


def _branch(derivation: Derivation, vanishing: Expr, value: Expr, parameter: Symbol) -> Branch:
    """Solve a factor for a spectral sum or an unknown that it is linear in, and insert the solution."""
    order = [*derivation.spectral_sums, *derivation.unknowns]
    linear = [s for s in order if vanishing.has(s) and vanishing.as_poly(s).degree() == 1]
    if not linear:
        return Branch(Eq(vanishing, 0, evaluate=False), None)
    symbol = linear[0]
    polynomial = vanishing.as_poly(symbol)
    root = factor(-polynomial.nth(0) / polynomial.nth(1))
    replacements = {symbol: root}
    for name, spectral_sum in derivation.spectral_sums.items():
        if value.has(name) and name != symbol and symbol in spectral_sum.unknowns:
            summand = cancel(spectral_sum.summand.subs(symbol, root))
            if not summand.is_number:
                return Branch(Eq(symbol, root, evaluate=False), None)
            replacements[name] = summand * spectral_sum.space
    found: Expr | None = value
    for name, replacement in replacements.items():
        found = None if found is None else _at(found, name, replacement)
    if found is not None and found.has(parameter):
        found = _at(found, parameter, 0)
    return Branch(Eq(symbol, root, evaluate=False), found)


def _at(value: Expr, symbol: Symbol, point: Expr | int) -> Expr | None:
    """A rational function at a point: oo at a pole, None where it is undetermined."""
    if value is oo:
        return oo
    above, below = fraction(cancel(together(value)))
    above, below = (factor(part.subs(symbol, point)) for part in (above, below))
    if below == 0:
        return None if above == 0 else oo
    return factor(cancel(above / below))
