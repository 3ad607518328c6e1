"""Letters for parts of a formula that occur several times, or that no line could hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, count

from sympy import (
    Add,
    Adjoint,
    Expr,
    Integer,
    MatrixExpr,
    MatrixSymbol,
    Mul,
    Pow,
    Symbol,
    Transpose,
    preorder_traversal,
)
from sympy.core.relational import Relational
from sympy.matrices.expressions import Inverse, MatAdd

from planaria.writing.latex.metric import formula_width
from planaria.writing.latex.printing import LINE, FormulaPrinter, visible_width

__all__ = ["abbreviated", "free_stem", "narrowed", "shortened"]

_LONG_FACTOR = 18  # letters of a sum of matrices that gets a name if its transpose occurs, too


def abbreviated(
    expression: Expr, printer: FormulaPrinter, taken: set[str]
) -> tuple[Expr, list[tuple[MatrixSymbol, MatrixExpr]]]:
    """Letters for inverses that occur several times, and for long sums that occur with their transposes.

    Returns the shorter expression, and the letters with their meanings, the outer ones first. No letter is
    in the set of taken names, and the letters are added to it.

    >>> from sympy import Trace, symbols
    >>> N = symbols("N")
    >>> x, y = MatrixSymbol("x", N, N), MatrixSymbol("y", N, N)
    >>> abbreviated(Trace(x.inv() * y * (x + y).inv() * y.T * (x + y).inv()), FormulaPrinter(), {"x", "y"})
    (Trace(x**(-1)*y*Q*y.T*Q), [(Q, (x + y)**(-1))])
    """
    nodes = Counter(node for node in preorder_traversal(expression) if isinstance(node, MatrixExpr))
    partners: dict[MatrixExpr, MatrixExpr] = {}
    for node in nodes:
        if isinstance(node, MatAdd) and visible_width(printer.doprint(node)) > _LONG_FACTOR:
            for turned in (Transpose(node), Adjoint(node)):
                other = next((n for n in nodes if isinstance(n, MatAdd) and n.doit() == turned.doit()), node)
                if other != node and other not in partners:
                    partners[node] = type(turned)(other)
    repeated = [
        node
        for node, times in nodes.items()
        if isinstance(node, Inverse) and times > 1 and not isinstance(node.arg, MatrixSymbol)
    ]
    found: list[tuple[MatrixSymbol, MatrixExpr]] = []
    replaced: dict[MatrixExpr, MatrixExpr] = {}
    for node in sorted((*repeated, *partners), key=lambda one: one.count_ops()):
        letter = MatrixSymbol(_fresh("QGK" if isinstance(node, Inverse) else "RBF", taken), *node.shape)
        found.append((letter, node.func(*(argument.xreplace(replaced) for argument in node.args))))
        replaced[node] = letter
        if node in partners:
            replaced[partners[node].arg] = partners[node].func(letter)
    return expression.xreplace(replaced), found[::-1]


def shortened(
    formulas: Sequence[Expr], printer: FormulaPrinter, taken: set[str], stem: str = "A"
) -> tuple[list[Expr], list[tuple[Symbol, Expr]]]:
    """Letters A_1, A_2, ... (of the stem) for the longest factors of products that no line could hold.

    The letters are added to the set of taken names.
    """
    found: dict[Expr, Symbol] = {}

    def short(formula: Expr) -> Expr:
        if isinstance(formula, Relational):
            return formula.func(*map(short, formula.args), evaluate=False)
        while True:
            above: list[tuple[float, bool, Expr]] = []
            below: list[tuple[float, bool, Expr]] = []
            for factor in Mul.make_args(formula):
                base, exponent = factor.args if isinstance(factor, Pow) else (factor, Integer(1))
                width = visible_width(printer.doprint(base))
                (below if exponent.is_negative else above).append((width, isinstance(base, Add), base))
            wide = max(above, below, key=lambda factors: sum(width for width, _, _ in factors))
            sums = [(width, base) for width, is_sum, base in wide if is_sum and width > LINE / 4]
            if sum(width for width, _, _ in wide) <= LINE or not sums or formula.is_Add:
                return formula
            base = max(sums, key=lambda one: one[0])[1]
            if base not in found and -base not in found:
                found[base] = Symbol(_fresh("", taken, stem))
            formula = formula.xreplace({base: found[base] if base in found else -found[-base]})

    return [short(formula) for formula in formulas], [(symbol, part) for part, symbol in found.items()]


def narrowed(
    formulas: Sequence[Expr],
    letters: Sequence[tuple[Symbol, Expr]],
    printer: FormulaPrinter,
    taken: set[str],
    room: float,
    stem: str = "A",
) -> tuple[list[Expr], list[tuple[Symbol, Expr]]]:
    """Further letters, for the longest sums of denominators that are wider than the room (points).

    A numerator may be broken over lines; below a fraction, that would hardly be read. Returns the shorter
    formulas, and all letters with their meanings. The new ones are added to the set of taken names.

    >>> from sympy import symbols
    >>> x, N, P = symbols("x N P")
    >>> narrowed([x / (N * (N + P))], [], FormulaPrinter(), {"N", "P", "x"}, 30)
    ([x/(A_1*N)], [(A_1, N + P)])
    """
    found: dict[Expr, Symbol] = {}

    def width(base: Expr) -> float:
        return formula_width(printer.doprint(base))

    def narrow(formula: Expr) -> Expr:
        while isinstance(formula, (Mul, Pow)):
            below = [f for f in Mul.make_args(formula) if isinstance(f, Pow) and f.exp.is_negative]
            sums = [one.base for one in below if isinstance(one.base, Add)]
            if not sums or width(Mul(*(1 / one for one in below))) <= room:
                break
            base = max(sums, key=width)
            symbol = found[base] if base in found else -found[-base] if -base in found else None
            if symbol is None:
                symbol = found[base] = Symbol(_fresh("", taken, stem))
            formula = formula.xreplace({base: symbol})
        if isinstance(formula, Relational):
            return formula.func(*map(narrow, formula.args), evaluate=False)
        if not isinstance(formula, (Add, Mul, Pow)):
            return formula
        parts = tuple(map(narrow, formula.args))
        return formula if parts == formula.args else formula.func(*parts)

    shorter = [narrow(one) for one in formulas]
    meanings = [(letter, narrow(part)) for letter, part in letters]
    while len(meanings) < len(letters) + len(found):  # a meaning may have wide denominators of its own
        base, letter = list(found.items())[len(meanings) - len(letters)]
        meanings.append((letter, narrow(base)))
    return shorter, meanings


def free_stem(stems: str, taken: Iterable[str]) -> str:
    """The first of some letters that no name is, or is made of; the first of all where there is none.

    >>> free_stem("AHV", {"A", "H_1", "hidden"})
    'V'
    """
    used = _stems(taken)
    return next((one for one in stems if one not in used), stems[0])


def _stems(names: Iterable[str]) -> set[str]:
    """What stands on the line of names: R of R_12."""
    return {re.sub(r"\d+$", "", name.partition("_")[0]) for name in names}


def _fresh(letters: str, taken: set[str], stem: str = "A") -> str:
    """A name that is not taken yet, and now is: one of the letters, or the stem with a number.

    No letter stands beside a name that is made of it: R beside R_12 would be read as a matrix and its entry.
    """
    used = _stems(taken)
    name = next(
        n
        for n in chain((one for one in letters if one not in used), (f"{stem}_{k}" for k in count(1)))
        if n not in taken
    )
    taken.add(name)
    return name
