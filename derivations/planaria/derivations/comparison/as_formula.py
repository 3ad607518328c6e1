"""A closed form as a part of a claim: the value of another quantity, by definitions and equations.

Nothing is assumed of its unknowns but their equations: that they are those of the quantity which is compared is
for the proof to find.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Eq, Expr, Symbol

from planaria.algebra.errors import InputError
from planaria.derivations.derivation import Derivation
from planaria.ensembles.formulas.claim import Claim, Definition, OwnUnknown
from planaria.ensembles.formulas.from_sympy import formula_of
from planaria.ensembles.formulas.nodes import Node, Over

__all__ = ["with_quantity"]


def with_quantity(claim: Claim, name: str, derivation: Derivation) -> Claim:
    """The claim with a name for what a derivation gives.

    Its unknowns and sums get names of their own, which begin with that name.

    >>> from planaria.derivations import derive
    >>> from planaria.ensembles.formulas.reading import parse_claim
    >>> print(*with_quantity(parse_claim("q/2"), "q", derive("wigner", "resolvent")).unknowns)
    q_g_N: z = (q_g_N**2 + 1)/q_g_N
    """
    closed = derivation.closed_form
    names: dict[Expr, Symbol] = {one: Symbol(f"{name}_{one}") for one in derivation.unknowns}
    names |= {one: Symbol(f"{name}_{one}") for one in derivation.spectral_sums}
    taken = {str(one) for one in names.values()} & claim.own
    if taken:
        raise InputError("--let", f"{min(taken)} is a name in {name}", "choose another one")

    def written(expression: Expr) -> Node:
        return formula_of(expression.xreplace(names))

    definitions = [Definition(name, written(derivation.value))]
    for symbol, one in derivation.spectral_sums.items():
        definitions.append(Definition(str(names[symbol]), Over(written(one.summand))))
    unknowns = [
        OwnUnknown(str(names[symbol]), written(_left(equation)), written(equation.rhs))
        for symbol, equation in zip(derivation.unknowns, closed.equations, strict=True)
    ]
    return replace(
        claim,
        definitions=(*claim.definitions, *definitions),
        unknowns=(*claim.unknowns, *unknowns),
        derived=claim.derived | {one.name for one in definitions} | {one.name for one in unknowns},
    )


def _left(equation: Eq) -> Expr:
    left: Expr = equation.lhs
    return left
