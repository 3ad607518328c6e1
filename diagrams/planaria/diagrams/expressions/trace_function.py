"""A quantity as a rational function of its traces, which factorise at large N."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any, TypeVar

from sympy import Expr, Trace

from planaria.algebra.errors import InputError
from planaria.algebra.rational import Ratio, Ring, generators_of
from planaria.algebra.values import Portable

__all__ = ["TraceFunction", "in_text_order"]

E = TypeVar("E", bound=Expr)
_text = lru_cache(maxsize=4096)(str)  # printing an expression of matrices takes sympy milliseconds


def in_text_order(expressions: Iterable[E]) -> list[E]:
    """Expressions in the order of their texts, which is the same in every process.

    >>> from sympy import symbols
    >>> in_text_order(symbols("c a b"))
    [a, b, c]
    """
    found = list(expressions)
    return sorted(found, key=_text) if len(found) > 1 else found


@dataclass(frozen=True)
class TraceFunction(Portable):
    """A scalar in which traces occur, to be put together again from values of its traces.

    Raises InputError, when it is used, for what is not a rational function of traces.

    >>> from fractions import Fraction
    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> N, a = symbols("N a", positive=True)
    >>> A, B = MatrixSymbol("A", N, N), MatrixSymbol("B", N, N)
    >>> quantity = TraceFunction(Trace(A * B) / (a + Trace(A) ** 2))
    >>> quantity.traces
    (Trace(A), Trace(A*B))
    >>> quantity.at({Trace(A): Fraction(2), Trace(A * B): Fraction(10)}, {a: Fraction(1)}, Fraction(1))
    Fraction(2, 1)
    """

    expression: Expr

    @cached_property
    def traces(self) -> tuple[Trace, ...]:
        """The traces in the order of their texts: so the readings of a pencil come."""
        return tuple(in_text_order(self.expression.atoms(Trace)))

    @cached_property
    def _function(self) -> Ratio:
        return self._read(Ring(generators_of(self.expression)))

    def _read(self, ring: Ring) -> Ratio:
        """The function in a ring with traces among its generators."""
        traces = set(self.traces)
        strange = next((g for g in generators_of(self.expression) if g not in traces and g.has(Trace)), None)
        try:
            if strange is not None:
                raise KeyError(strange)
            return ring(self.expression)
        except KeyError as error:
            raise InputError(
                "quantity",
                f"{error.args[0]} is not a rational function of traces",
                "use sums, products, quotients",
            ) from None

    def degree(self, degrees: Mapping[Expr, Fraction | int]) -> Fraction | None:
        """Its degree in some of its traces and symbols, each of a degree of its own; None where terms differ.

        >>> from sympy import MatrixSymbol, symbols
        >>> N, a = symbols("N a", positive=True)
        >>> A = MatrixSymbol("A", N, N)
        >>> print([TraceFunction(a + Trace(A) / n).degree({Trace(A): 1, N: 1}) for n in (N, a)])
        [Fraction(0, 1), None]
        """
        ratio = self._function
        places = [(ratio.ring.index[one], by) for one, by in degrees.items() if one in ratio.ring.index]
        numerator, denominator = (
            {
                sum((int(exponents[n]) * Fraction(by) for n, by in places), Fraction(0))
                for exponents in part.to_dict()
            }
            for part in (ratio.numerator, ratio.denominator)
        )
        if len(numerator) > 1 or len(denominator) != 1:
            return None
        return sum(numerator, Fraction(0)) - sum(denominator, Fraction(0))

    def divided_by(self, symbol: Expr) -> bool:
        """Whether the whole is over a power of a symbol.

        >>> from sympy.abc import a, b
        >>> TraceFunction(a / b).divided_by(b), TraceFunction(a / (1 + b)).divided_by(b)
        (True, False)
        """
        ratio = self._function
        place = ratio.ring.index.get(symbol)
        return place is not None and all(exponents[place] for exponents in ratio.denominator.to_dict())

    def at(self, traces: Mapping[Trace, Any], scalars: Mapping[Expr, Any], one: Any) -> Any:
        """The value where traces and scalars have values in one field, or power series in it, with a unit."""
        return self._function.evaluate({**scalars, **traces}, one)

    def of(self, readings: Mapping[Trace, Ratio], ring: Ring) -> Ratio:
        """The quantity in a ring in which its traces are given."""
        wider = ring.extend(self.traces)
        return self._read(wider).substitute({trace: one.to(wider) for trace, one in readings.items()}).to(ring)
