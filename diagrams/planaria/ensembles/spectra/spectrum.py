"""What a spectrum says of the eigenvalues of a deterministic matrix, without numbers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any, ClassVar, Protocol

from sympy import Expr, MatrixExpr, MatrixSymbol, Rational, Symbol, SympifyError, sympify

from planaria.algebra.errors import InputError, described
from planaria.algebra.values import Portable

__all__ = ["Decay", "Fall", "Functions", "Spectrum", "eigenvalue"]


class Functions(Protocol):
    """The functions that formulas for eigenvalues need, in one kind of numbers: a float, an array, an mpf."""

    def number(self, value: Any) -> Any:
        """A parameter in this kind of numbers."""

    def power(self, base: Any, exponent: Any) -> Any: ...

    def exp(self, exponent: Any) -> Any: ...

    def choose(self, condition: Any, yes: Any, no: Any) -> Any:
        """`yes` where the condition holds, and `no` elsewhere."""


class Fall(Enum):
    """How eigenvalues fall with their position I: as I**-rate, or as exp(-rate I)."""

    POWER = "power"
    EXPONENTIAL = "exponential"


@dataclass(frozen=True)
class Decay:
    """How eigenvalues fall that do so in one way at all positions: a sum over them needs few of them."""

    fall: Fall
    rate: Any


@dataclass(frozen=True)
class Spectrum(Portable, ABC):
    """Eigenvalues by their position I = 1..M in the common eigenbasis of the matrices of a space of size M.

    The attributes of a spectrum that has parameters are these parameters, sympy expressions.

    Attributes
    ----------
    kind
        The word in model files and on the command line; empty for eigenvalues that are given one by one.
    title
        What an error message calls it.
    standard
        The names of its parameters: the symbol that each has if nothing else is said, and what that is about.
    at_most_one
        The parameters that must not exceed 1.
    signed
        The parameters that may have any sign; all others are positive.
    is_identity
        Whether every eigenvalue is 1, so that the matrix is left out of expressions.
    """

    kind: ClassVar[str] = ""
    title: ClassVar[str]
    standard: ClassVar[Mapping[str, tuple[str, str]]] = {}
    at_most_one: ClassVar[frozenset[str]] = frozenset()
    signed: ClassVar[frozenset[str]] = frozenset()
    is_identity: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Parameters as sympy expressions; a float stands for its decimal digits. InputError for what is none."""
        for name in self.standard:
            value = getattr(self, name)
            if isinstance(value, str):
                raise InputError(
                    self.title, f"its {name} {value!r} is text", "give a number or a sympy expression"
                )
            try:
                exact = sympify(Rational(repr(value)) if isinstance(value, float) else value, strict=True)
            except (SympifyError, TypeError, ValueError):
                exact = None
            if not isinstance(exact, Expr) or exact.has(MatrixExpr):
                problem = f"its {name} {described(value)} is not a scalar"
                raise InputError(self.title, problem, "give a number or a parameter")
            if exact.is_real is False:
                raise InputError(
                    self.title, f"its {name} {exact} is not real", "give a real number or a parameter"
                )
            object.__setattr__(self, name, exact)

    @property
    def parameters(self) -> Mapping[str, Expr]:
        """The parameters by their names."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name in self.standard}

    @property
    def free_symbols(self) -> frozenset[Symbol]:
        """The symbols that numbers are needed for."""
        return frozenset(s for value in self.parameters.values() for s in value.free_symbols)

    @property
    def listed(self) -> tuple[Rational, ...] | None:
        """The eigenvalues, where they are given one by one; their number is then the size of the space."""
        return None

    def check(self, numbers: Mapping[str, Expr]) -> tuple[str, str] | None:
        """What is wrong with exact numbers for the parameters, and what would be right; None for nothing."""
        for name, number in numbers.items():
            declared = self.parameters[name]
            what = f"the {self.title}'s {name}" + (
                f" = {declared}" if str(declared) not in (name, str(number)) else ""
            )
            if name in self.signed:
                if not number.is_real:
                    return f"{what} is {number}, not a real number", "give a real number"
            elif not number.is_positive:
                return f"{what} is {number}, not a positive number", f"give {name} > 0"
            if name in self.at_most_one and number > 1:
                return f"{what} is {number}, more than 1", f"give {name} at most 1"
        return None

    def decay(self, numbers: Mapping[str, Expr]) -> Decay | None:
        """How the eigenvalues fall, exactly and everywhere; None where nothing like that is known."""
        return None

    @abstractmethod
    def at(self, position: Any, size: int, numbers: Mapping[str, Any], functions: Functions) -> Any:
        """The eigenvalue at a position, or those at an array of positions."""

    @abstractmethod
    def moment(self, power: int, size: Expr) -> Expr:
        """The trace of a power of the matrix, exactly."""

    @abstractmethod
    def counting(self, level: Expr, size: Expr) -> Expr:
        """How many eigenvalues lie above a level, for large M: its asymptotics, within one eigenvalue or so."""


def eigenvalue(matrix: MatrixSymbol) -> Symbol:
    """The symbol of one eigenvalue of a deterministic matrix, its index being I.

    >>> eigenvalue(MatrixSymbol("Lambda", 3, 3))
    lambda_I
    """
    name = str(matrix.name)
    return Symbol(name[:1].lower() + name[1:] + "_I", real=True)
