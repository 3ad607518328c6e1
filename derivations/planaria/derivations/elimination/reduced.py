"""What elimination may do, and what it reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sympy import Expr, Symbol

from planaria.algebra.rational import Ratio, Ring
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.derivations.equations.zero_test import Witness
from planaria.derivations.steps import Step

__all__ = ["LARGEST_SYSTEM", "Reduced", "Relation", "Strategy"]

LARGEST_SYSTEM = 1000  # terms; elimination stops where the equations would grow beyond


@dataclass(frozen=True)
class Strategy:
    """What elimination may do to reach a shorter form.

    Attributes
    ----------
    rewrite
        Whether relations are solved for parameters, which are then inserted into what follows.
    largest
        Terms of a system beyond which a loop is rather kept than eliminated.
    budget
        The share of the whole budget of work that this strategy may use.
    move
        Seconds of work that one move may take.
    constants
        Coefficients of denominators that an earlier attempt has found to be scalars of the model.
    """

    move: float = 1.0
    rewrite: bool = True
    largest: int = LARGEST_SYSTEM
    budget: float = 1.0
    constants: Mapping[Ratio, Ratio] = field(default_factory=dict)


@dataclass(frozen=True)
class Relation:
    """A polynomial in the unknowns, the spectral sums and the parameters that vanishes on the solution."""

    polynomial: Ratio
    reason: str


@dataclass
class Reduced:
    """What elimination reached: all in one ring, names still provisional.

    Attributes
    ----------
    poles, definitions
        Unknown coefficients of denominators, and each as a function of loops.
    kept
        Loops that stay as unknowns.
    sums
        Spectral sums with their symbols.
    loops
        The other loops, as rational functions of unknowns and sums.
    relations
        What fixes the unknowns.
    rewrites
        Parameters for which relations were solved: on the solution they are rational functions of the
        unknowns, and expressions are shorter without them.
    readings
        The traces that were asked for.
    witness
        The exact solution at a random point, with every name defined.
    """

    ring: Ring
    witness: Witness
    poles: list[Symbol] = field(default_factory=list)
    kept: list[Symbol] = field(default_factory=list)
    sums: dict[SpectralSum, Symbol] = field(default_factory=dict)
    loops: dict[Symbol, Ratio] = field(default_factory=dict)
    definitions: dict[Symbol, Ratio] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    rewrites: dict[Expr, Ratio] = field(default_factory=dict)
    readings: list[Ratio] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
