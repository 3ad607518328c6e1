"""How a formula is written: the order of factors and terms, signs, fractions, and matrices, as the papers do.

sympy orders a product by its own keys; a reader expects parameters before dimensions, brackets at the end,
and no sum that begins with a minus where another order avoids it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sympy import (
    Add,
    Expr,
    Function,
    Integer,
    Limit,
    MatrixExpr,
    MatrixSymbol,
    Mul,
    Piecewise,
    Pow,
    Rational,
    Symbol,
    Trace,
    factor_terms,
)
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatAdd, MatMul
from sympy.printing.latex import LatexPrinter

from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.derivations.forms.determinants import Determinant
from planaria.ensembles.text.log_determinant import LogDet
from planaria.writing.names import latex_name
from planaria.writing.renames import NO_RENAMES

__all__ = ["LINE", "FormulaPrinter", "tidy", "visible_width"]

NO_SUMS: Mapping[Symbol, SpectralSum] = MappingProxyType({})

# Names by the place they have in a product; what matches none of them is a parameter.
_PLACES = (
    (2, re.compile(r"(Delta|kappa)(_.*)?|(g|tau)_.*|T_\d+")),
    (3, _DIMENSION := re.compile(r"[A-Z]")),
    (4, re.compile(r"[RSt]_[\d_]+")),
    (5, re.compile(r".*_I")),
    (6, re.compile(r"A_\d+")),
)
_PARAMETER, _OTHER, _SUM, _TRACE = 1, 6, 7, 8

LINE = 75  # letters in a line


def tidy(expression: Expr) -> Expr:
    """The same scalar with numbers and common factors pulled out of sums.

    >>> from sympy.abc import a, b
    >>> tidy(a / 2 - b / 2)
    (a - b)/2
    """
    if isinstance(expression, Relational):
        return expression.func(*(tidy(side) for side in expression.args), evaluate=False)
    return expression if expression.has(Trace, LogDet, MatrixExpr) else factor_terms(expression)


def visible_width(latex: str) -> float:
    r"""About how wide a formula is, in letters; what stands above and below one another counts as side by side.

    >>> visible_width(r"N P - N S_{22}"), visible_width(r"\sigma_u^2 x^{\mathsf{T}}")
    (7.2, 3.8)
    """
    plain = re.sub(r"\\(?:mathsf|mathrm|mathbf|text|operatorname)\{([^{}]*)\}", r"\1", latex)
    plain = re.sub(r"\\(?:left|right|frac|qquad|quad)(?![A-Za-z])", "", plain)
    plain = re.sub(r"\\[A-Za-z]+ ?", "x", plain)
    raised = re.findall(r"[_^](\{[^{}]*\}|.)", plain)
    small = sum(len(re.sub(r"[{}\s]", "", text)) for text in raised)
    signs = len(re.sub(r"[{}^_&\s\\]", "", plain))
    return round(signs - 0.4 * small + plain.count(" - ") + plain.count(" + "), 1)


class FormulaPrinter(LatexPrinter):  # type: ignore[misc]
    r"""LaTeX of scalars and of matrix expressions.

    Parameters
    ----------
    renames
        New names by old ones, applied all at once.
    inline
        Spectral sums that are written out where their symbol stands.

    >>> from sympy import symbols
    >>> Delta, N, P, S, s = symbols("Delta N P S_11 sigma_u")
    >>> print(FormulaPrinter().doprint(Delta * s**2 * (N - S) / (-P + S)))
    -\frac{\sigma_u^2 \Delta \left(N - S_{11}\right)}{P - S_{11}}
    """

    def __init__(
        self, renames: Mapping[str, str] = NO_RENAMES, inline: Mapping[Symbol, SpectralSum] = NO_SUMS
    ) -> None:
        super().__init__()
        self.renames = dict(renames)
        self.inline = dict(inline)

    def spectral_sum(self, one: SpectralSum) -> str:
        """The sum over the eigenvalues of a space."""
        return rf"\sum_{{I=1}}^{{{self._print(one.space)}}} {self._print(one.summand)}"

    def determinant(self, one: Determinant) -> tuple[str, str]:
        """The name of a determinant, and its matrix behind the sign of equality."""
        rows = r" \\ ".join(" & ".join(self._print(tidy(entry)) for entry in row) for row in one.rows)
        return self._print(one.symbol), rf"= \det \begin{{pmatrix}} {rows} \end{{pmatrix}}"

    # -- scalars -------------------------------------------------------------------------------------------

    def _print_Symbol(self, expr: Expr, style: str = "plain") -> str:
        if expr in self.inline:
            return self.spectral_sum(self.inline[expr])
        return latex_name(self.renames.get(str(expr.name), str(expr.name)))

    _print_Dummy = _print_Symbol

    def terms(self, expression: Expr) -> list[str]:
        """The terms of a sum, each with its sign in front, a positive one first where there is one.

        Eigenvalues come before, as in lambda + Delta, and sums that are written out behind.
        """
        ordered = sorted(
            expression.as_ordered_terms(),
            key=lambda term: (
                not any(str(s).endswith("_I") for s in term.free_symbols),
                bool(term.free_symbols & self.inline.keys()),
                any(str(s).endswith("_I") for s in term.free_symbols) and isinstance(term, Mul),
            ),
        )
        return _signs([self._signed(term) for term in ordered])

    def _print_Add(self, expr: Expr, order: object = None) -> str:
        return _joined(self.terms(expr))

    def _signed(self, term: Expr) -> tuple[int, str]:
        if isinstance(term, Rational):
            return (-1 if term < 0 else 1), self._fraction([], [], abs(term))
        if isinstance(term, (Mul, Pow)):
            return self._product(term)
        return 1, self._print(term)

    def _print_Mul(self, expr: Expr) -> str:
        if isinstance(expr.args[-1], Add) and expr.args[:-1] == (-1,):
            return self._print_Add(Add(*(-term for term in expr.args[-1].args)))
        sign, text = self._product(expr)
        return f"-{text}" if sign < 0 else text

    def _print_Rational(self, expr: Rational) -> str:
        return ("-" if expr < 0 else "") + self._fraction([], [], abs(expr))

    def _print_Pow(self, expr: Pow) -> str:
        base, exponent = expr.args
        if isinstance(exponent, Rational) and exponent < 0:
            return self._print_Mul(expr)
        if exponent == Rational(1, 2):
            return rf"\sqrt{{{self._print(base)}}}"
        if isinstance(base, Function):
            return str(super()._print_Pow(expr))
        text = self._print(base)
        plain = (isinstance(base, Symbol) and base not in self.inline) or (base.is_Integer and base > 0)
        return f"{text if plain else _bracket(text)}^{_exponent(self._print(exponent))}"

    def _product(self, expression: Expr) -> tuple[int, str]:
        """Sign and text of a product: a fraction, and traces and written-out sums behind it."""
        coefficient = Integer(1)
        above: list[tuple[Expr, Expr]] = []
        below: list[tuple[Expr, Expr]] = []
        for factor in Mul.make_args(expression):
            if isinstance(factor, Rational):
                coefficient *= factor
                continue
            base, exponent = factor.args if isinstance(factor, Pow) else (factor, Integer(1))
            if isinstance(exponent, Rational) and exponent < 0:
                below.append((base, -exponent))
            else:
                above.append((base, exponent))
        sign = -1 if coefficient < 0 else 1
        for factors in (above, below):
            for place, (base, exponent) in enumerate(factors):
                if isinstance(base, Add) and exponent.is_Integer and _begins_with_minus(base):
                    factors[place] = (-base, exponent)
                    sign *= (-1) ** int(exponent)
        if sign < 0 and _flip(above, below):
            sign = 1
        text = self._fraction(above, below, abs(coefficient))
        bare = len(above) == 1 and not below and abs(coefficient) == 1 and above[0][1] == 1
        return sign, _bracket(text) if bare and isinstance(above[0][0], Add) else text

    def _fraction(
        self, above: Sequence[tuple[Expr, Expr]], below: Sequence[tuple[Expr, Expr]], number: Rational
    ) -> str:
        tail = [(b, e) for b, e in above if isinstance(b, Trace) or b in self.inline]
        rest = [pair for pair in above if pair not in tail]
        top = self._factors(rest, int(number.p), alone=not tail or bool(below))
        bottom = self._factors(below, int(number.q), alone=True)
        front = top if bottom == "1" else rf"\frac{{{top}}}{{{bottom}}}"
        if not tail:
            return front
        behind = self._factors(tail, 1, alone=front == "1")
        return behind if front == "1" else f"{front} {behind}"

    def _factors(self, factors: Sequence[tuple[Expr, Expr]], number: int, *, alone: bool) -> str:
        """A product without signs and fractions; sums get brackets unless one stands alone."""
        ordered = sorted(factors, key=lambda pair: self._place(pair[0]))
        alone = alone and number == 1 and len(ordered) == 1
        texts = [str(number)] if number != 1 or not ordered else []
        for position, (base, exponent) in enumerate(ordered):
            one = base if exponent == 1 else Pow(base, exponent, evaluate=False)
            text = self._print(one)
            written_out = one in self.inline and position < len(ordered) - 1
            brackets = not alone and (isinstance(one, Add) or written_out)
            texts.append(_bracket(text) if brackets or _unfinished(one) else text)
        return " ".join(texts)

    def _place(self, base: Expr) -> tuple[int, str]:
        name = str(base)
        if base in self.inline:
            return _TRACE, name
        if isinstance(base, Symbol):
            found = next((place for place, pattern in _PLACES if pattern.fullmatch(name)), _PARAMETER)
            return found, name
        if base.is_number:
            return 0, name
        return _TRACE if isinstance(base, Trace) else _SUM if isinstance(base, Add) else _OTHER, name

    # -- matrices ------------------------------------------------------------------------------------------

    def _print_Trace(self, expr: Trace) -> str:
        argument = self._print(expr.arg)
        plain = isinstance(expr.arg, MatrixSymbol)
        return r"\operatorname{tr}" + (f" {argument}" if plain else rf"\left[{argument}\right]")

    def _print_LogDet(self, expr: LogDet) -> str:
        return rf"\log\det\left[{self._print(expr.arg)}\right]"

    def _print_Identity(self, expr: MatrixExpr) -> str:
        return rf"\mathbf{{1}}_{_exponent(self._print(expr.shape[0]))}"

    def _print_ZeroMatrix(self, expr: MatrixExpr) -> str:
        return r"\mathbf{0}"

    def _print_MatAdd(self, expr: MatAdd) -> str:
        return _joined(_signs([self._signed_matrix(term) for term in expr.args]))

    def _print_MatMul(self, expr: MatMul) -> str:
        sign, text = self._signed_matrix(expr)
        return f"-{text}" if sign < 0 else text

    def _signed_matrix(self, term: MatrixExpr) -> tuple[int, str]:
        if not isinstance(term, MatMul):
            return 1, self._print(term)
        coefficient, matrices = term.as_coeff_matrices()
        texts = [_bracket(self._print(m)) if isinstance(m, (MatAdd, MatMul)) else self._print(m) for m in matrices]
        sign = 1
        if coefficient != 1:
            sign, number = self._signed(coefficient)
            if number != "1":
                texts.insert(0, _bracket(number) if isinstance(coefficient, Add) else number)
        return sign, " ".join(texts)

    def _print_Transpose(self, expr: MatrixExpr) -> str:
        return self._raised(expr.arg, r"\mathsf{T}")

    def _print_Adjoint(self, expr: MatrixExpr) -> str:
        return self._raised(expr.arg, r"\dagger")

    def _print_Inverse(self, expr: MatrixExpr) -> str:
        return self._raised(expr.arg, "-1")

    def _print_MatPow(self, expr: MatrixExpr) -> str:
        return self._raised(expr.base, self._print(expr.exp))

    def _raised(self, matrix: MatrixExpr, sign: str) -> str:
        text = self._print(matrix)
        return f"{text if isinstance(matrix, MatrixSymbol) else _bracket(text)}^{_exponent(sign)}"


def _flip(above: list[tuple[Expr, Expr]], below: list[tuple[Expr, Expr]]) -> bool:
    """Turn the sign of a sum that reads better so, such as g - 1 or S - N; whether there is one."""
    for factors in (above, below):
        for place, (base, exponent) in enumerate(factors):
            if isinstance(base, Add) and exponent.is_Integer and exponent % 2:
                negative = [-term for term in base.args if term.could_extract_minus_sign()]
                better = any(term.is_number or _DIMENSION.fullmatch(str(term)) for term in negative)
                if 2 * len(negative) > len(base.args) or (2 * len(negative) == len(base.args) and better):
                    factors[place] = (-base, exponent)
                    return True
    return False


def _begins_with_minus(expression: Add) -> bool:
    return bool(expression.as_ordered_terms()[0].could_extract_minus_sign())


def _unfinished(expression: Expr) -> bool:
    """Whether what follows in a product would be read as part of it."""
    return isinstance(expression, (ExprWithLimits, Limit, Piecewise))


def _signs(signed: Sequence[tuple[int, str]]) -> list[str]:
    """Terms with their sign, the first positive one moved to the front."""
    first = next((place for place, (sign, _) in enumerate(signed) if sign > 0), 0)
    ordered = [signed[first], *signed[:first], *signed[first + 1 :]]
    return [("- " if sign < 0 else "+ ") + text for sign, text in ordered]


def _joined(terms: Sequence[str]) -> str:
    first = terms[0].removeprefix("+ ").replace("- ", "-", 1) if terms[0][0] == "-" else terms[0][2:]
    return " ".join([first, *terms[1:]])


def _exponent(text: str) -> str:
    return text if len(text) == 1 else f"{{{text}}}"


def _bracket(text: str) -> str:
    return rf"\left({text}\right)"
