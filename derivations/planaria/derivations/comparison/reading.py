"""Formulas read into the field of functions on the branch: names, sums over eigenvalues, roots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from sympy import Symbol, factorint

from planaria.algebra.rational import Ratio
from planaria.derivations.comparison.branch import Branch, Equations, UnprovableError
from planaria.derivations.comparison.vocabulary import Vocabulary
from planaria.ensembles.formulas.claim import Claim
from planaria.ensembles.formulas.nodes import Node, Over, computed

__all__ = ["Element", "Reading"]

MAX_ROOT = 6  # of a root that is adjoined


@dataclass(frozen=True)
class Element:
    """A function of a field that grows: arithmetic is in the ring that the field has by then."""

    branch: Branch
    ratio: Ratio

    def _with(self, other: Element, operation: Callable[[Ratio, Ratio], Ratio]) -> Element:
        ring = self.branch.ring
        return Element(self.branch, operation(self.ratio.to(ring), other.ratio.to(ring)))

    def __add__(self, other: Element) -> Element:
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other: Element) -> Element:
        return self._with(other, lambda a, b: a - b)

    def __mul__(self, other: Element) -> Element:
        return self._with(other, lambda a, b: a * b)

    def __truediv__(self, other: Element) -> Element:
        if self.branch.is_zero(other.ratio):
            raise ZeroDivisionError("a denominator is zero on the branch")
        return self._with(other, lambda a, b: a / b)

    def __neg__(self) -> Element:
        return Element(self.branch, -self.ratio)


class Reading:
    """Reads the formulas of one claim; an `Algebra` of elements.

    Attributes
    ----------
    meanings
        What the unknowns of somebody's own are, as far as it is known.
    equations
        Their equations, once they have been read.
    chosen
        Those that numbers told from other roots.
    choices
        Which root is tried where numbers do not tell.
    signs
        The functions whose sign was asked for, with it and the number of points at which it was found.
    """

    def __init__(self, branch: Branch, names: Vocabulary, claim: Claim) -> None:
        self.branch, self.names, self.claim = branch, names, claim
        self.meanings: dict[str, Element] = {}
        self.signs: list[tuple[Ratio, int, int]] = []
        self.equations: Equations | None = None
        self.chosen: set[str] = set()
        self.choices: dict[str, int] = {}
        self._definitions = {one.name: one.formula for one in claim.definitions}
        self._known: dict[str, Element] = {}
        self._roots: dict[tuple[Ratio, int], Ratio] = {}

    def read(self, node: Node) -> Element:
        """The function that a formula is.

        Raises UnprovableError for what is no function of the field, and ZeroDivisionError for a denominator that
        is zero on the branch.
        """
        found: Element = computed(node, self)
        return found

    def forget(self) -> None:
        """Read definitions anew: an unknown has another meaning by now."""
        self._known.clear()

    def number(self, value: Fraction) -> Element:
        return Element(self.branch, self.branch.ring.constant(value))

    def name(self, name: str) -> Element:
        if name in self.meanings:
            return self.meanings[name]
        if name in self._definitions:
            if name not in self._known:
                self._known[name] = self.read(self._definitions[name])
            return self._known[name]
        if name in self.claim.own:
            raise UnprovableError(f"{name} is no function of the unknowns of the derivation")
        pair = self.names.eigenvalues.get(name) or self.names.matrices.get(name)
        if name not in self.names.scalars and pair is not None:
            return Element(self.branch, self.branch.ring.generator(pair[0]))
        return Element(self.branch, self.branch.symbol(self.names.scalars[name]))

    def over(self, node: Over) -> Element:
        summand = self.read(node.summand)
        adjoined = {symbol for symbol, _ in self.branch.algebraic}
        space = self.names.space_of(node)
        eigen = {symbol for _, symbol in self.branch.setting.matrices}
        for symbol in summand.ratio.support() & adjoined:
            polynomial = next(one for name, one in self.branch.algebraic if name == symbol)
            if polynomial.support() & eigen:
                raise UnprovableError("a root of an eigenvalue stands in a sum")
        return Element(self.branch, self.branch.trace(summand.ratio, space))

    def power(self, base: Element, exponent: Fraction) -> Element:
        found = base if exponent.denominator == 1 else self._root(base, exponent.denominator)
        if exponent < 0 and self.branch.is_zero(found.ratio):
            raise ZeroDivisionError("a denominator is zero on the branch")
        return Element(self.branch, found.ratio.to(self.branch.ring) ** exponent.numerator)

    # -- roots ---------------------------------------------------------------------------------------------

    def _root(self, base: Element, degree: int) -> Element:
        """The real root of a function, positive where its degree is even.

        It is taken apart into roots of irreducible factors, which are independent of one another, with the signs
        that the factors have on the branch; even powers leave the root so.
        """
        branch = self.branch
        if degree > MAX_ROOT:
            raise UnprovableError(f"a root of degree {degree} is not adjoined")
        value = branch.normal(base.ratio)
        if not value:
            return Element(branch, branch.ring.zero)
        if value.support() & {symbol for symbol, _ in branch.algebraic}:
            return self._adjoined(value, degree)
        pieces: list[tuple[Ratio, int]] = []
        number = Fraction(1)
        for polynomial, direction in ((value.numerator, 1), (value.denominator, -1)):
            content, factors = polynomial.factor()
            number *= Fraction(int(content.p), int(content.q)) ** direction
            pieces += [(value.ring.from_mpoly(one), direction * int(m)) for one, m in factors]
        sign = 1 if number > 0 else -1
        positive: list[tuple[Ratio, int]] = []
        for one, multiplicity in pieces:
            own = self._sign(one)
            if own is None:
                return self._adjoined(value, degree)
            sign *= own if multiplicity % 2 else 1
            positive.append((one if own > 0 else -one, multiplicity))
        if sign < 0:
            raise UnprovableError("a root of a negative number has no real value")
        result = branch.ring.one
        for whole_number, direction in ((number.numerator, 1), (number.denominator, -1)):
            for prime, multiplicity in factorint(abs(whole_number)).items():
                positive.append((branch.ring.constant(int(prime)), direction * int(multiplicity)))
        for one, multiplicity in positive:
            whole, rest = divmod(multiplicity, degree)
            result = result.to(branch.ring) * one.to(branch.ring) ** whole
            if rest:
                factor = self._simple_root(one, degree)
                result = result.to(branch.ring) * factor.to(branch.ring) ** rest
        return Element(branch, result.to(branch.ring))

    def _simple_root(self, one: Ratio, degree: int) -> Ratio:
        """A generator for the positive root of a positive irreducible function."""
        branch = self.branch
        key = next(
            ((f, d) for f, d in self._roots if d == degree and f.to(branch.ring) == one.to(branch.ring)), None
        )
        if key is None:
            generator = branch.adjoin(f"root_{len(branch.algebraic) + 1}")
            (symbol,) = generator.support()
            branch.algebraic.append((symbol, generator**degree - one.to(branch.ring)))
            key = one, degree
            self._roots[key] = generator
        return self._roots[key]

    def _adjoined(self, value: Ratio, degree: int) -> Element:
        """A root whose sign is not known: what is proved with it holds for any."""
        branch = self.branch
        own = value.to(branch.ring)
        for (other, other_degree), known in self._roots.items():
            if other_degree == degree and other.to(branch.ring) == own:
                return Element(branch, known)
        generator = branch.adjoin(f"root_{len(branch.algebraic) + 1}")
        (symbol,) = generator.support()
        self._roots[value, degree] = generator
        own = value.to(branch.ring)
        top, bottom = (branch.ring.from_mpoly(one) for one in (own.numerator, own.denominator))
        branch.algebraic.append((symbol, generator**degree * bottom - top))
        return Element(branch, generator)

    def _sign(self, one: Ratio) -> int | None:
        """The sign of an irreducible function on the whole branch, as far as it is known.

        A polynomial in positive parameters with coefficients of one sign has it. One with unknowns has the sign
        that it has, proved in balls, at all of several points; a difference of parameters has none.
        """
        signs = {1 if c > 0 else -1 for c in one.numerator.coeffs()}
        if len(signs) == 1 and all(isinstance(s, Symbol) and s.is_positive for s in one.support()):
            return signs.pop()
        unknowns = {unknown.symbol for unknown in self.branch.derivation.closed_form.unknowns}
        if not one.support() & unknowns or one.support() & set(self.branch.sums.values()):
            return None
        found = self.branch.oracle.signs(self.branch, one)
        told = {sign for sign in found if sign is not None}
        if None in found or len(told) != 1:
            return None
        sign = told.pop()
        self.signs.append((one, sign, len(found)))
        return sign
