"""Names of spectral sums in formulas: symbols that know what they stand for, and so their derivatives."""

from __future__ import annotations

from typing import Any

from sympy import Add, Expr, Mul, Symbol

from planaria.algebra.errors import InputError
from planaria.derivations.equations.spectral_sums import Exponents, Factor, SpectralSum

__all__ = ["SpectralSymbol", "sum_name"]


class SpectralSymbol(Symbol):  # type: ignore[misc]  # sympy has no types
    """A spectral sum by its name; it depends on the unknowns and parameters of its denominators.

    By these it can be differentiated. It depends on the size of its space, too, and on the parameters that its
    eigenvalues are declared with; a derivative by one of these is no spectral sum, and raises InputError.

    >>> from sympy.abc import M, l, D
    >>> pole = Factor(M, (l,), (1,), (((0,), D),))
    >>> S_11 = SpectralSymbol("S_11", SpectralSum(M, (l,), (1,), ((pole, 1),)))
    >>> (D**2 * S_11).diff(D)
    -D**2*S_12 + 2*D*S_11
    >>> S_11.diff(D).args[1].spectral_sum
    sum of l/(D + l)**2, I = 1..M
    >>> S_11.diff(M)
    Traceback (most recent call last):
        ...
    planaria.algebra.errors.InputError: derivative: S_11 depends on M by its range or its eigenvalues, which no \
formula differentiates; take differences of numbers, or of the sum that spectral_sums shows
    """

    __slots__ = ("declared", "spectral_sum")
    spectral_sum: SpectralSum
    declared: frozenset[Symbol]  # what its eigenvalues depend on

    def __new__(
        cls, name: str, spectral_sum: SpectralSum, declared: frozenset[Symbol] = frozenset()
    ) -> SpectralSymbol:
        made: SpectralSymbol = Symbol.__xnew__(cls, name)
        made.spectral_sum, made.declared = spectral_sum, declared
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str, SpectralSum, frozenset[Symbol]], dict[str, Any]]:
        return (self.name, self.spectral_sum, self.declared), {}

    @classmethod
    def class_key(cls) -> Any:
        """That of symbols: formulas are printed in the order of names."""
        return Symbol.class_key()

    def _hashable_content(self) -> tuple[Any, ...]:
        return (self.name, self.spectral_sum, self.declared)

    @property
    def free_symbols(self) -> set[Symbol]:
        """Itself, and what it depends on: otherwise sympy takes its derivatives for zero."""
        return {self, *self.spectral_sum.unknowns, *self._hidden}

    @property
    def _hidden(self) -> frozenset[Symbol]:
        """What it depends on by its range and its eigenvalues."""
        size: set[Symbol] = self.spectral_sum.space.free_symbols
        return self.declared | size

    def _eval_derivative(self, variable: Symbol) -> Expr:
        if variable == self:
            return Mul()
        if variable in self._hidden:
            problem = (
                f"{self} depends on {variable} by its range or its eigenvalues, which no formula differentiates"
            )
            remedy = "take differences of numbers, or of the sum that spectral_sums shows"
            raise InputError("derivative", problem, remedy)
        one = self.spectral_sum
        through = [self._through(place, variable) for place in range(len(one.factors))]
        if not one.scale:
            return Add(*through)
        # Of what stands below the scale, which has no scale itself.
        scale = Mul(*(coefficient**power for coefficient, power in one.scale))
        return scale * Add(*through) + self * Add(*(p * c.diff(variable) / c for c, p in one.scale))

    def _eval_derivative_n_times(self, variable: Symbol, count: Any) -> Expr:
        # sympy's own version, of symbols, takes them for constants
        found = self._eval_derivative(variable)
        return found if int(count) == 1 else found.diff((variable, int(count) - 1))

    def _through(self, place: int, variable: Symbol) -> Expr:
        """The part of the derivative that comes from one denominator: -power times its slope over one more."""
        one = self.spectral_sum
        factor, power = one.factors[place]
        factors = tuple((f, p + (n == place)) for n, (f, p) in enumerate(one.factors))
        terms = []
        for monomial, coefficient in factor.coefficients:
            exponents = tuple(a + b for a, b in zip(one.exponents, monomial, strict=True))
            further = SpectralSum(one.space, one.eigenvalues, exponents, factors)
            slope = coefficient.diff(variable)
            if slope != 0:
                name = sum_name(exponents, factors, self._suffix)
                terms.append(-power * slope * SpectralSymbol(name, further, self.declared))
        return Add(*terms)

    @property
    def _suffix(self) -> str:
        """What tells sums over several poles apart: the second part of a name such as S_11_2."""
        return str(self.name).partition("_")[2].partition("_")[2]


def sum_name(
    exponents: Exponents, factors: tuple[tuple[Factor, int], ...], suffix: str = "", *, scaled: bool = False
) -> str:
    """S with the exponents of the eigenvalues and of the denominators; t for moments, which have none.

    R in place of S for a sum with powers of poles in the numerator that make it a pure number:
    R_12 = sum of lambda Delta / (lambda + Delta)**2.
    """
    numbers = "".join(map(str, exponents))
    if not factors:
        return f"t_{numbers}"
    name = f"{'R' if scaled else 'S'}_{numbers}{''.join(str(power) for _, power in factors)}"
    return f"{name}_{suffix}" if suffix else name
