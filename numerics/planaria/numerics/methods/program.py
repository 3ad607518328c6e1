"""Exact formulas as straight-line programs: lists of additions and multiplications for numbers of any kind.

A rational function becomes the quotient of the products of its irreducible factors, each by Horner's rule, and
equal parts are computed once. Derivatives are taken on the program, so that they keep the factors. A program is
data: it holds no code, and runs on floats, arrays, mpmath's numbers and balls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Expr

from planaria.algebra.polynomials import power
from planaria.algebra.rational import Ratio, Ring

__all__ = ["Builder", "Program"]

_Node = tuple[Any, ...]
UNIT = 2.0**-53  # by which a float may be rounded, relative


@dataclass(frozen=True)
class Program:
    """What a builder has put together, with the places of the results."""

    nodes: tuple[_Node, ...]
    results: tuple[int, ...]

    def run(self, inputs: Sequence[Any], number: Callable[[Fraction], Any]) -> list[Any]:
        """The results for given inputs; `number` makes a constant of their kind."""
        values: list[Any] = []
        push = values.append
        for node in self.nodes:
            kind = node[0]
            if kind == "mul":
                push(values[node[1]] * values[node[2]])
            elif kind == "add":
                push(values[node[1]] + values[node[2]])
            elif kind == "in":
                push(inputs[node[1]])
            elif kind == "pow":
                push(power(values[node[1]], node[2]))
            elif kind == "div":
                push(values[node[1]] / values[node[2]])
            else:
                push(number(node[1]))
        return [values[place] for place in self.results]

    def run_bounded(self, inputs: Sequence[Any], errors: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """The results for floats or arrays of them, and how far rounding and errors of the inputs move each.

        Parameters
        ----------
        errors
            Of the inputs, absolute; None for what is exact.

        The bounds are of first order (running error analysis: J. H. Wilkinson, Error analysis revisited, 1986).

        >>> program = Program((("in", 0), ("in", 1), ("add", 0, 1), ("const", Fraction(-1)), ("add", 2, 3)), (4,))
        >>> program.run_bounded([1.0, 1e-9], [None, None])[1][0] < 3e-16
        True
        """
        values: list[Any] = []
        bounds: list[Any] = []  # None for what is exact
        for node in self.nodes:
            kind = node[0]
            bound: Any = None
            if kind == "const":
                value: Any = float(node[1])
                bound = None if Fraction(value) == node[1] else UNIT * abs(value)
            elif kind == "in":
                value, bound = inputs[node[1]], errors[node[1]]
            elif kind == "pow":
                base, exponent = values[node[1]], node[2]
                value = power(base, exponent)
                bound = (abs(exponent) * UNIT) * abs(value)
                if (own := bounds[node[1]]) is not None:
                    bound = bound + abs(exponent) * (abs(value / base) * own)
            else:
                a, b, da, db = values[node[1]], values[node[2]], bounds[node[1]], bounds[node[2]]
                if kind == "add":
                    value = a + b
                    parts = [da, db]
                elif kind == "mul":
                    value = a * b
                    parts = [None if da is None else da * abs(b), None if db is None else db * abs(a)]
                else:
                    value = a / b
                    parts = [part for part in (da, None if db is None else db * abs(value)) if part is not None]
                    parts = [sum(parts[1:], start=parts[0]) / abs(b)] if parts else []
                bound = UNIT * abs(value)
                for part in parts:
                    bound = bound if part is None else bound + part
            values.append(value)
            bounds.append(bound)
        zero = 0.0
        found = [bounds[place] for place in self.results]
        return [values[place] for place in self.results], [zero if one is None else one for one in found]


class Builder:
    """Puts programs together; inputs are the generators of a ring.

    >>> from sympy.abc import a, b
    >>> ring = Ring([a, b])
    >>> builder = Builder([a, b])
    >>> place = builder.ratio(ring((a**2 - b**2) / (a + 2)))
    >>> program = builder.program([place, builder.derivative(place, a)])
    >>> [round(x, 12) for x in program.run([3.0, 1.0], float)]
    [1.6, 0.88]
    """

    def __init__(self, inputs: Sequence[Expr]) -> None:
        self.places = {symbol: n for n, symbol in enumerate(inputs)}
        self.nodes: list[_Node] = []
        self.known: dict[_Node, int] = {}
        self.slopes: dict[tuple[int, int], int | None] = {}
        self.defined: dict[Expr, int] = {}  # parts that have a name, and are no inputs

    def program(self, results: Sequence[int]) -> Program:
        """The nodes that the results need, in order."""
        needed: set[int] = set()
        todo = list(results)
        while todo:
            place = todo.pop()
            if place not in needed:
                needed.add(place)
                todo += self._arguments(self.nodes[place])
        order = {old: new for new, old in enumerate(sorted(needed))}
        nodes = []
        for old in order:
            kind, *rest = self.nodes[old]
            if kind in ("mul", "add", "div"):
                rest = [order[n] for n in rest]
            elif kind == "pow":
                rest = [order[rest[0]], rest[1]]
            nodes.append((kind, *rest))
        return Program(tuple(nodes), tuple(order[place] for place in results))

    @staticmethod
    def _arguments(node: _Node) -> list[int]:
        if node[0] in ("mul", "add", "div"):
            return [node[1], node[2]]
        return [node[1]] if node[0] == "pow" else []

    def _node(self, *node: Any) -> int:
        if node not in self.known:
            self.known[node] = len(self.nodes)
            self.nodes.append(node)
        return self.known[node]

    # -- parts ---------------------------------------------------------------------------------------------

    def constant(self, value: Fraction | int) -> int:
        return self._node("const", Fraction(value))

    def input(self, symbol: Expr) -> int:
        if symbol in self.defined:
            return self.defined[symbol]
        return self._node("in", self.places[symbol])

    def _constant_of(self, place: int) -> Fraction | None:
        node = self.nodes[place]
        return node[1] if node[0] == "const" else None

    def add(self, a: int, b: int) -> int:
        x, y = self._constant_of(a), self._constant_of(b)
        if x == 0:
            return b
        if y == 0:
            return a
        if x is not None and y is not None:
            return self.constant(x + y)
        return self._node("add", *sorted((a, b)))

    def mul(self, a: int, b: int) -> int:
        x, y = self._constant_of(a), self._constant_of(b)
        if x == 1:
            return b
        if y == 1:
            return a
        if x == 0 or y == 0:
            return self.constant(0)
        if x is not None and y is not None:
            return self.constant(x * y)
        return self._node("mul", *sorted((a, b)))

    def div(self, a: int, b: int) -> int:
        return a if self._constant_of(b) == 1 else self._node("div", a, b)

    def power(self, a: int, exponent: int) -> int:
        if exponent == 0:
            return self.constant(1)
        return a if exponent == 1 else self._node("pow", a, exponent)

    # -- formulas ------------------------------------------------------------------------------------------

    def ratio(self, value: Ratio) -> int:
        """A rational function, numerator and denominator factored."""
        top, bottom = self._factored(value.ring, value.numerator), self._factored(value.ring, value.denominator)
        return self.div(top, bottom)

    def _factored(self, ring: Ring, polynomial: Any) -> int:
        if polynomial.is_zero():
            return self.constant(0)
        content, factors = polynomial.factor()
        product = self.constant(Fraction(int(content.p), int(content.q)))
        for factor, multiplicity in factors:
            terms = {
                tuple(int(e) for e in exponents): Fraction(int(c.p), int(c.q)) for exponents, c in factor.terms()
            }
            product = self.mul(product, self.power(self._horner(ring, terms), int(multiplicity)))
        return product

    def by_powers(self, ring: Ring, polynomial: Any, symbol: Expr | None) -> tuple[int, ...]:
        """The coefficients of a polynomial by powers of one generator, or itself as the only one."""
        place = ring.index[symbol] if symbol is not None else None
        groups: dict[int, dict[tuple[int, ...], Fraction]] = {}
        for exponents, c in polynomial.terms():
            key = [int(e) for e in exponents]
            power = 0
            if place is not None:
                power, key[place] = key[place], 0
            groups.setdefault(power, {})[tuple(key)] = Fraction(int(c.p), int(c.q))
        degree = max(groups, default=0)
        return tuple(self._horner(ring, groups[k]) if k in groups else self.constant(0) for k in range(degree + 1))

    def product(self, a: Sequence[int], b: Sequence[int]) -> tuple[int, ...]:
        """The product of two polynomials, each given by its coefficients."""
        found = [self.constant(0)] * (len(a) + len(b) - 1)
        for m, x in enumerate(a):
            for n, y in enumerate(b):
                found[m + n] = self.add(found[m + n], self.mul(x, y))
        return tuple(found)

    def _horner(self, ring: Ring, terms: Mapping[tuple[int, ...], Fraction]) -> int:
        if len(terms) == 1:
            ((exponents, coefficient),) = terms.items()
            product = self.constant(coefficient)
            for generator, exponent in zip(ring.generators, exponents, strict=False):
                if exponent:
                    product = self.mul(product, self.power(self.input(generator), exponent))
            return product
        occurrences = [sum(1 for e in terms if e[k]) for k in range(len(ring.generators))]
        k = max(range(len(occurrences)), key=occurrences.__getitem__)
        lowest = min(e[k] for e in terms if e[k])
        inside = {(*e[:k], e[k] - lowest, *e[k + 1 :]): c for e, c in terms.items() if e[k]}
        outside = {e: c for e, c in terms.items() if not e[k]}
        product = self.mul(self.power(self.input(ring.generators[k]), lowest), self._horner(ring, inside))
        return self.add(product, self._horner(ring, outside)) if outside else product

    def derivative(self, place: int, symbol: Expr) -> int:
        """The derivative of a part by an input."""
        slope = self._slope(place, self.places[symbol])
        return self.constant(0) if slope is None else slope

    def _slope(self, place: int, by: int) -> int | None:
        """The derivative, None for zero; parts are older than what they make, so that a loop suffices."""
        if (place, by) in self.slopes:
            return self.slopes[place, by]
        needed: set[int] = set()
        todo = [place]
        while todo:
            one = todo.pop()
            if one not in needed and (one, by) not in self.slopes:
                needed.add(one)
                todo += self._arguments(self.nodes[one])
        for one in sorted(needed):
            self.slopes[one, by] = self._rule(one, by)
        return self.slopes[place, by]

    def _rule(self, place: int, by: int) -> int | None:
        node = self.nodes[place]
        kind = node[0]
        if kind == "in":
            return self.constant(1) if node[1] == by else None
        if kind == "const":
            return None
        if kind == "pow":
            inner = self.slopes[node[1], by]
            if inner is None:
                return None
            outer = self.mul(self.constant(node[2]), self.power(node[1], node[2] - 1))
            return self.mul(outer, inner)
        a, b = node[1], node[2]
        da, db = self.slopes[a, by], self.slopes[b, by]
        if kind == "add":
            return db if da is None else da if db is None else self.add(da, db)
        if kind == "mul":
            parts = [self.mul(d, other) for d, other in ((da, b), (db, a)) if d is not None]
        else:  # (a/b)' = (a' - (a/b) b')/b
            parts = [] if da is None else [self.div(da, b)]
            if db is not None:
                parts.append(self.mul(self.constant(-1), self.div(self.mul(place, db), b)))
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else self.add(*parts)
