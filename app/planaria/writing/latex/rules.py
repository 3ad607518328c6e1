"""Feynman rules as LaTeX, and as rows of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from sympy import Expr, Identity, MatrixExpr, MatrixSymbol

from planaria.diagrams.rules.pencil import FeynmanRules
from planaria.diagrams.rules.tables import PencilLine, VertexRow, pencil_lines, vertex_table
from planaria.ensembles.model import Gaussian
from planaria.writing.latex.breaking import broken
from planaria.writing.latex.metric import formula_width
from planaria.writing.latex.page import USED, WIDTH, breakable, checked_width
from planaria.writing.latex.printing import FormulaPrinter
from planaria.writing.letters import letter_sign
from planaria.writing.renames import NO_RENAMES, checked_renames, known_names

__all__ = ["contractions", "latex_rules", "rules_on_pages", "rules_rows", "rules_tables"]

Table = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]

_GAP = r"\quad"  # between columns


def rules_rows(rules: FeynmanRules) -> tuple[Table, Table]:
    """Header and rows of two tables of text, for the lines and for the vertices.

    >>> from planaria.diagrams.rules.tables import example_rules
    >>> for header, rows in rules_rows(example_rules()):
    ...     print(header, *rows, sep="; ")
    ('line', 'space', 'bare propagator'); ('1', 'P', '1'); ('2', 'N', '1/gamma')
    ('from line', 'vertex', 'to line'); ('1', '-x.T', '2'); ('2', 'x', '1')
    """
    lines = tuple(
        (str(line.number), str(line.space), ", ".join(_propagators(line, str, "to {}: ", "...")))
        for line in pencil_lines(rules)
    )
    vertices = tuple(
        (str(v.row), _between(v, v.field, str, "({})", "*"), str(v.column)) for v in vertex_table(rules)
    )
    return (("line", "space", "bare propagator"), lines), (("from line", "vertex", "to line"), vertices)


def latex_rules(rules: FeynmanRules, renames: Mapping[str, str] = NO_RENAMES) -> str:
    r"""Lines, vertices and contractions as LaTeX mathematics, to stand between dollars or in a display.

    Raises InputError for a rename of an unknown name or to a name that is taken.

    >>> from planaria.diagrams.rules.tables import example_rules
    >>> print(latex_rules(example_rules(), {"P": "T"}))
    \begin{array}{l}
    \begin{array}{lll}
    \text{line} & \text{space} & \text{bare propagator} \\ \hline
    1 & T & 1 \\
    2 & N & \frac{1}{\gamma}
    \end{array}
    \\[1em]
    \begin{array}{lll}
    \text{from} & \text{to} & \text{vertex} \\ \hline
    1 & 2 & -x^{\mathsf{T}} \\
    2 & 1 & x
    \end{array}
    \\[1em]
    \begin{array}{l}
    \operatorname{E} x_{ij} x_{kl} = \delta_{ik} \delta_{jl}
    \end{array}
    \end{array}
    """
    parts = [_array(header, [" & ".join(row) for row in rows]) for header, rows in rules_tables(rules, renames)]
    return "\\begin{array}{l}\n" + "\n\\\\[1em]\n".join(parts) + "\n\\end{array}"


def rules_on_pages(
    rules: FeynmanRules,
    renames: Mapping[str, str] = NO_RENAMES,
    width: float = WIDTH,
    fields: Sequence[Gaussian] | None = None,
) -> str:
    r"""Lines, vertices and contractions as alignments of their own, no wider than a page and broken over pages.

    Contractions are those of the fields that stand at the vertices, or of the fields that are given.

    Raises InputError for a rename of an unknown name or to a name that is taken, and for a width below 240 points.

    >>> from planaria.diagrams.rules.tables import example_rules
    >>> print(rules_on_pages(example_rules(), {"P": "T"}))
    \begin{alignat*}{3}
    & \text{line} &\quad& \text{space} &\quad& \text{bare propagator} \\
    & 1 &\quad& T &\quad& 1 \\
    & 2 &\quad& N &\quad& \frac{1}{\gamma}
    \end{alignat*}
    \begin{alignat*}{3}
    & \text{from} &\quad& \text{to} &\quad& \text{vertex} \\
    & 1 &\quad& 2 &\quad& -x^{\mathsf{T}} \\
    & 2 &\quad& 1 &\quad& x
    \end{alignat*}
    \begin{alignat*}{1}
    & \operatorname{E} x_{ij} x_{kl} = \delta_{ik} \delta_{jl}
    \end{alignat*}
    """
    room = USED * checked_width(width)
    tables = rules_tables(rules, renames, fields)
    return "\n".join(_alignment(header, rows, room) for header, rows in tables)


def rules_tables(
    rules: FeynmanRules,
    renames: Mapping[str, str] = NO_RENAMES,
    fields: Sequence[Gaussian] | None = None,
) -> list[Table]:
    """Header and rows of the lines, the vertices and the contractions; tables without rows are left out."""
    setting = rules.setting
    printer = FormulaPrinter(checked_renames(renames, known_names(setting), "renames"))
    lines = []
    for line in pencil_lines(rules):
        texts = _propagators(line, printer.doprint, r"\text{{to {}: }} ", r"\cdots")
        lines.append((str(line.number), str(printer.doprint(line.space)), r",\; ".join(texts)))
    vertices = []
    for v in vertex_table(rules):
        symbol = printer.doprint(setting.model.fields[v.letter.field].symbol) + letter_sign(v.letter).latex
        text = _between(v, symbol, printer.doprint, r"\left({}\right)", " ")
        vertices.append((str(v.row), str(v.column), text))
    if fields is None:
        fields = [setting.model.fields[number] for number in sorted({v.letter.field for v in vertex_table(rules)})]
    covariances = [(line,) for one in fields for line in contractions(one, printer)]
    tables: list[Table] = [
        (("line", "space", "bare propagator"), tuple(lines)),
        (("from", "to", "vertex"), tuple(vertices)),
        ((), tuple(covariances)),
    ]
    return [(header, rows) for header, rows in tables if rows]


def _alignment(header: Sequence[str], rows: Sequence[Sequence[str]], room: float) -> str:
    """A table as an alignment, the last cell of a row broken where it is too wide."""
    cells = [[rf"\text{{{word}}}" for word in header], *rows] if header else rows
    columns = len(cells[0])
    gaps = (columns - 1) * formula_width(_GAP)
    before = sum(max(formula_width(row[k]) for row in cells) for k in range(columns - 1))
    lines = []
    for *first, last in cells:
        start, *further = broken(last, room - before - gaps)
        lines.append([*first, start])
        lines += ([""] * (columns - 1) + [one] for one in further)
    body = " \\\\\n".join("& " + f" &{_GAP}& ".join(line) for line in lines)
    return breakable(f"\\begin{{alignat*}}{{{columns}}}\n{body}\n\\end{{alignat*}}", lines)


def _propagators(line: PencilLine, write: Callable[[Expr], str], label: str, dots: str) -> list[str]:
    return [
        ("" if number == line.number else label.format(number)) + (dots if value is None else write(value))
        for number, value in line.propagators
    ]


def _between(vertex: VertexRow, middle: str, write: Callable[[Expr], str], bracket: str, times: str) -> str:
    """left * middle * right as text."""
    left, right = write(vertex.left), write(vertex.right)
    left = {"1": "", "-1": "-"}.get(left, (bracket.format(left) if vertex.left.is_Add else left) + times)
    right = bracket.format(right) if vertex.right.is_Add else right
    return left + middle + ("" if vertex.right == 1 else times + right)


def contractions(one: Gaussian, printer: FormulaPrinter) -> Iterator[str]:
    """The covariances of the entries: with their conjugates where these are of their own, and with themselves."""
    law = one.law
    for conjugated in (True, False) if law.conjugate == "letter" else (False,):
        crossed, straight = law.ribbon(False, conjugated)
        if straight != 0 or crossed != 0:
            yield _contraction(one, conjugated, straight, crossed, printer)


def _contraction(one: Gaussian, conjugated: bool, straight: Expr, crossed: Expr, printer: FormulaPrinter) -> str:
    name = printer.doprint(one.symbol)
    name = _bracket(name) if "_" in name else name
    first, second = f"{name}_{{ij}}", f"{name}_{{kl}}"
    if conjugated:
        second = rf"\overline{{{second}}}"

    def pair(covariance: MatrixExpr | None, indices: str) -> str:
        if covariance is None or isinstance(covariance, Identity):
            return rf"\delta_{{{indices}}}"
        text = printer.doprint(covariance)
        simple = isinstance(covariance, MatrixSymbol) and "_" not in text
        return f"{text if simple else _bracket(text)}_{{{indices}}}"

    def factor(value: Expr) -> list[str]:
        return [] if value == 1 else [_bracket(printer.doprint(value)) if value.is_Add else printer.doprint(value)]

    terms = []
    for weight, pairs in (
        (straight, (pair(one.rows, "ik"), pair(one.cols, "jl"))),
        (crossed, (pair(one.rows, "il"), pair(one.cols, "jk"))),
    ):
        if weight != 0:
            minus = weight.could_extract_minus_sign()
            terms.append(("-" if minus else "+", " ".join([*factor(-weight if minus else weight), *pairs])))
    value = " ".join(f"{sign} {text}" for sign, text in terms).removeprefix("+ ")
    if len(terms) > 1 or value.startswith("-"):
        value = _bracket(value)
    return rf"\operatorname{{E}} {first} {second} = " + " ".join([*factor(one.variance), value])


def _bracket(text: str) -> str:
    return rf"\left({text}\right)"


def _array(header: Sequence[str], rows: Sequence[str]) -> str:
    columns = "l" * max(1, len(header))
    top = " & ".join(rf"\text{{{word}}}" for word in header) + " \\\\ \\hline\n" if header else ""
    return f"\\begin{{array}}{{{columns}}}\n{top}" + " \\\\\n".join(rows) + "\n\\end{array}"
