"""Feynman rules as a table: the bare propagators of index lines, and the vertices by their field."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, Matrix
from sympy.polys.matrices import DomainMatrix

from planaria.algebra.rational import Ratio
from planaria.diagrams.expressions.expression import Letter
from planaria.diagrams.rules.pencil import FeynmanRules
from planaria.writing.letters import letter_sign
from planaria.writing.terminal.expressions import Formulas

__all__ = ["bare_propagators", "propagator_rows", "vertex_rows"]


def bare_propagators(rules: FeynmanRules) -> Iterator[tuple[Expr, int, int, Expr]]:
    """The entries of the inverse of the deterministic pencil: space, column, row, function of eigenvalues.

    Blocks of rows and columns are numbered from 1.
    """
    for space in dict.fromkeys(rules.row_spaces):
        rows, cols = rules.rows_of(space), rules.cols_of(space)
        entries = rules.bare_inverse(space)

        def entry(i: int, j: int, rows: tuple[int, ...] = rows, cols: tuple[int, ...] = cols) -> Expr | int:
            found = entries.get((rows[i], cols[j]))  # noqa: B023 - used before the loop goes on
            return 0 if found is None else found.to_sympy()

        matrix = Matrix(len(rows), len(cols), entry)
        inverse = DomainMatrix.from_Matrix(matrix).to_field().inv().to_Matrix()
        for a, column in enumerate(cols):
            for b, row in enumerate(rows):
                if inverse[a, b] != 0:
                    yield space, column + 1, row + 1, inverse[a, b]


def propagator_rows(rules: FeynmanRules, formulas: Formulas) -> list[tuple[str, str, str]]:
    """Space, value and index lines, one row for each value."""
    groups: dict[tuple[Expr, Expr], list[str]] = {}
    for space, column, row, value in bare_propagators(rules):
        label = str(column) if column == row else f"{column}–{row}"
        groups.setdefault((space, value), []).append(label)
    return [
        (formulas.name(space), formulas.inline(value), " ".join(lines)) for (space, value), lines in groups.items()
    ]


def vertex_rows(rules: FeynmanRules, formulas: Formulas) -> list[tuple[str, str, str, str]]:
    """Field, its two spaces, factor and places, one row for each field and factor."""
    groups: dict[tuple[Letter, Ratio], list[str]] = {}
    for row, column, vertex in rules.vertices():
        # A line meets a vertex with the sign of the geometric series of (K0 + V)^-1.
        factor = -(vertex.left * vertex.right)
        groups.setdefault((vertex.letter, factor), []).append(f"{row + 1}→{column + 1}")
    found = []
    for (letter, factor), places in sorted(groups.items(), key=lambda one: one[0][0].field):
        spaces = f"{formulas.name(letter.rows)} × {formulas.name(letter.cols)}"
        found.append(
            (_letter(letter, rules, formulas), spaces, formulas.inline(factor.to_sympy()), " ".join(places))
        )
    return found


def _letter(letter: Letter, rules: FeynmanRules, formulas: Formulas) -> str:
    sign = letter_sign(letter)
    name = formulas.name(rules.setting.fields[letter.field].name)
    return name + (sign.terminal if formulas.unicode else sign.grammar)
