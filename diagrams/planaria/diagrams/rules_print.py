"""Feynman rules, readable: lines with their bare propagators, vertices, contractions; as data and LaTeX.

A walk through the expansion of K^-1 = (K0 + V)^-1 alternates bare propagators, entries of K0^-1, with
vertices, entries of -V. Both are given here with exactly that sign, so that a diagram is their product.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from types import MappingProxyType

from sympy import Expr, Identity, MatrixExpr, MatrixSymbol, symbols
from sympy.core.alphabets import greeks
from sympy.printing.latex import LatexPrinter, tex_greek_dictionary

from planaria.diagrams.errors import InputError, unknown_name
from planaria.diagrams.model import Gaussian, Model
from planaria.diagrams.rational import Ratio
from planaria.diagrams.rules import FeynmanRules, linearise
from planaria.diagrams.spectra import PowerLaw, eigenvalue
from planaria.diagrams.tree import Letter, Setting, prepare, read

__all__ = [
    "IndexLine",
    "NamePrinter",
    "VertexRow",
    "checked_renames",
    "index_lines",
    "known_names",
    "latex_name",
    "latex_rules",
    "latex_text",
    "rules_rows",
    "vertex_table",
]

NO_RENAMES: Mapping[str, str] = MappingProxyType({})
Table = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]

_LARGEST = 40  # terms of a propagator that somebody reads
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_WORDS = {"eps": r"\varepsilon"}
_INDICES = {"plus": "+", "minus": "-", "star": r"\star"}
_SIGNS = {"": "", ".T": r"^{\mathsf{T}}", ".H": r"^{\dagger}", ".conj": "^{*}"}
_ESCAPES = {sign: f"\\{sign}" for sign in "_#%&$"} | {"^": r"\^{}", "~": r"\~{}"}


@dataclass(frozen=True)
class IndexLine:
    """A row of the pencil and the column of its space that goes with it.

    Attributes
    ----------
    number
        The name of the line, from 1.
    space, row, column
        The range of its index, and where it stands in the pencil.
    inverse
        The deterministic entries in its row, by the number of the line whose column they are in.
    propagators
        The entries of K0^-1 from its column to the rows of other lines, and itself, by their number. Empty
        where K0 is singular; None for a function that is too long to be read.
    """

    number: int
    space: Expr
    row: int
    column: int
    inverse: tuple[tuple[int, Expr], ...]
    propagators: tuple[tuple[int, Expr | None], ...]

    @property
    def propagator(self) -> Expr | None:
        """The bare propagator of the line by itself; None where there is none, or a long one."""
        return dict(self.propagators).get(self.number)


@dataclass(frozen=True)
class VertexRow:
    """A vertex: the lines that meet at it, and the field between its two deterministic factors.

    ``left`` carries the sign of -V. ``field`` is written with ``.T``, ``.H`` or ``.conj``.
    """

    row: int
    column: int
    field: str
    left: Expr
    right: Expr
    letter: Letter = attribute(repr=False)


def index_lines(rules: FeynmanRules) -> tuple[IndexLine, ...]:
    """The index lines, numbered in the order of the rows of the pencil.

    >>> lines = index_lines(_example())
    >>> [(line.number, line.space, line.propagator) for line in lines]
    [(1, P, 1), (2, N, 1/gamma)]
    """
    column_of = _pairing(rules)
    number = {column: row + 1 for row, column in column_of.items()}
    found: dict[int, IndexLine] = {}
    for space in dict.fromkeys(rules.row_spaces):
        rows, bare = rules.rows_of(space), rules.bare_inverse(space)
        columns = [column_of[row] for row in rows]
        inverse = _inverse([[bare.get((i, j)) for j in columns] for i in rows], rules.setting)
        for place, (row, column) in enumerate(zip(rows, columns, strict=True)):
            entries = tuple((number[j], bare[row, j].to_sympy()) for j in columns if (row, j) in bare)
            line = inverse[place] if inverse else []
            propagators = tuple(
                (i + 1, value.to_sympy() if value.size <= _LARGEST else None)
                for i, value in zip(rows, line, strict=False)
                if value
            )
            found[row] = IndexLine(row + 1, space, row, column, entries, propagators)
    return tuple(found[row] for row in sorted(found))


def vertex_table(rules: FeynmanRules) -> tuple[VertexRow, ...]:
    """The vertices in the order of the pencil, with the numbers that `index_lines` gives.

    >>> for vertex in vertex_table(_example()):
    ...     print(vertex)
    VertexRow(row=1, column=2, field='x.T', left=-1, right=1)
    VertexRow(row=2, column=1, field='x', left=1, right=1)
    """
    number_of_column = {column: row + 1 for row, column in _pairing(rules).items()}
    found = []
    for row, column, vertex in rules.vertices():
        name = rules.setting.fields[vertex.letter.field].name + _suffix(vertex.letter)
        left, right = -vertex.left, vertex.right
        if right.numerator.leading_coefficient() < 0:
            left, right = -left, -right
        factors = left.to_sympy(), right.to_sympy()
        found.append(VertexRow(row + 1, number_of_column[column], name, *factors, vertex.letter))
    return tuple(found)


def rules_rows(rules: FeynmanRules) -> tuple[Table, Table]:
    """Header and rows of two tables of text, for the lines and for the vertices.

    >>> for header, rows in rules_rows(_example()):
    ...     print(header, *rows, sep="; ")
    ('line', 'space', 'bare propagator'); ('1', 'P', '1'); ('2', 'N', '1/gamma')
    ('from line', 'vertex', 'to line'); ('1', '-x.T', '2'); ('2', 'x', '1')
    """
    lines = tuple(
        (str(line.number), str(line.space), ", ".join(_propagators(line, str, "to {}: ", "...")))
        for line in index_lines(rules)
    )
    vertices = tuple(
        (str(v.row), _between(v, v.field, str, "({})", "*"), str(v.column)) for v in vertex_table(rules)
    )
    return (("line", "space", "bare propagator"), lines), (("from line", "vertex", "to line"), vertices)


def latex_rules(rules: FeynmanRules, renames: Mapping[str, str] = NO_RENAMES) -> str:
    r"""Lines, vertices and contractions as LaTeX mathematics, to stand between dollars or in a display.

    Raises InputError for a rename of an unknown name or to a name that is taken.

    >>> print(latex_rules(_example(), {"P": "T"}))
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
    setting = rules.setting
    printer = NamePrinter(checked_renames(renames, known_names(setting), "renames"))
    lines = []
    for line in index_lines(rules):
        texts = _propagators(line, printer.doprint, r"\text{{to {}: }} ", r"\cdots")
        lines.append(rf"{line.number} & {printer.doprint(line.space)} & " + r",\; ".join(texts))
    vertices = []
    for v in vertex_table(rules):
        symbol = printer.doprint(setting.model.fields[v.letter.field].symbol) + _SIGNS[_suffix(v.letter)]
        text = _between(v, symbol, printer.doprint, r"\left({}\right)", " ")
        vertices.append(f"{v.row} & {v.column} & {text}")
    contractions = [_contraction(one, printer) for one in setting.model.fields]
    headers = ("line", "space", "bare propagator"), ("from", "to", "vertex"), ()
    tables = zip(headers, (lines, vertices, contractions), strict=True)
    parts = [_array(header, rows) for header, rows in tables if rows]
    return "\\begin{array}{l}\n" + "\n\\\\[1em]\n".join(parts) + "\n\\end{array}"


def latex_name(name: str) -> str:
    r"""A name as LaTeX: Greek where it is spelled so, what follows an underscore below the line.

    >>> [latex_name(n) for n in ("lambda_plus", "sigma_eps", "mu_star", "S_11", "S_11_1", "x2", "L_train")]
    ['\\lambda_+', '\\sigma_\\varepsilon', '\\mu_\\star', 'S_{11}', 'S_{11,1}', 'x_2', 'L_{\\mathrm{train}}']

    A name that is LaTeX already stays as it is; any other text is written as text.
    """
    if "\\" in name or "{" in name:
        return name
    base, *below = name.split("_")
    digits = re.fullmatch(r"([A-Za-z]+)(\d+)", base)
    if digits:
        base, below = digits.group(1), [digits.group(2), *below]
    if not all(re.fullmatch(r"[A-Za-z]+|\d+", part) for part in (base, *below)) or base.isdigit():
        return rf"\text{{{latex_text(name)}}}"
    if not below:
        return _word(base)
    index = ",".join(_INDICES.get(part, _word(part)) for part in below)
    bare = re.fullmatch(r".|\\[A-Za-z]+", index)
    return f"{_word(base)}_{index}" if bare else f"{_word(base)}_{{{index}}}"


def latex_text(text: str) -> str:
    """A text with its special signs escaped."""
    return "".join(_ESCAPES.get(sign, sign) for sign in text)


def _word(word: str) -> str:
    if word in _WORDS:
        return _WORDS[word]
    if word in tex_greek_dictionary:
        return str(tex_greek_dictionary[word])
    if word.lower() in (*greeks, "lambda") and word in (word.lower(), word.capitalize()):
        return "\\" + word
    return word if len(word) == 1 or word.isdigit() else rf"\mathrm{{{word}}}"


def known_names(setting: Setting) -> tuple[str, ...]:
    """Every name of a model that its rules, or what is derived from them, can show."""
    model = setting.model
    matrices = [one.symbol for one in model.fields] + [matrix for matrix, _ in setting.matrices]
    scalars: set[Expr] = {s for g in setting.ring.generators for s in g.free_symbols}
    scalars |= {s for space in setting.spaces for s in space.free_symbols}
    for matrix, spectrum in model.spectra:
        matrices.append(matrix)
        if isinstance(spectrum, PowerLaw):
            scalars |= spectrum.alpha.free_symbols | spectrum.scale.free_symbols
    scalars |= {eigenvalue(matrix) for matrix in matrices if model.field_index(matrix) is None}
    return tuple(sorted({str(one.name) for one in (*matrices, *scalars) if " " not in str(one.name)}))


def checked_renames(renames: Mapping[str, str], known: Iterable[str], place: str) -> dict[str, str]:
    """The renames with their consequences; InputError where a name is unknown or two things would share one.

    What is named after another follows it, unless it is renamed by itself: the eigenvalue ``lambda_I`` of
    ``Lambda``, the propagator ``g_P`` of the space ``P``. Names are exchanged all at once.

    >>> checked_renames({"N": "P", "P": "N"}, ["N", "P", "g_P"], "renames")
    {'g_P': 'g_N', 'N': 'P', 'P': 'N'}
    >>> checked_renames({"N": "P"}, ["N", "P"], "renames")
    Traceback (most recent call last):
        ...
    planaria.diagrams.errors.InputError: renames: N would be called P, as another symbol is; \
choose a name that is not taken, or rename P, too
    """
    names = list(dict.fromkeys(known))
    followers: dict[str, str] = {}
    for old, new in renames.items():
        if not isinstance(new, str) or not _NAME.fullmatch(new):
            raise InputError(place, f"{new!r} is not a name", "use letters A-Z a-z, digits and _")
        followers.update(_followers(old, new, [*names, *renames]))
    for old in renames:
        if old not in names and old not in followers:
            raise unknown_name(place, "symbol", old, names)
    chosen = {old: new for old, new in {**followers, **renames}.items() if old in names}
    owners: dict[str, str] = {}
    for name in names:
        new = chosen.get(name, name)
        if new in owners:
            old, other = (name, owners[new]) if name in chosen else (owners[new], name)
            as_other, remedy = f"as {other} would be", "choose a name that is not taken"
            if other == new:
                as_other, remedy = "as another symbol is", f"{remedy}, or rename {new}, too"
            raise InputError(place, f"{old} would be called {new}, {as_other}", remedy)
        owners[new] = name
    return {old: new for old, new in chosen.items() if old != new}


def _followers(old: str, new: str, names: Iterable[str]) -> dict[str, str]:
    found = {old[:1].lower() + old[1:] + "_I": new[:1].lower() + new[1:] + "_I"}
    for name in names:
        if match := re.fullmatch(rf"(g|tau)_{re.escape(old)}((?:_\d+)?)", name):
            found[name] = f"{match.group(1)}_{new}{match.group(2)}"
    return found


class NamePrinter(LatexPrinter):  # type: ignore[misc]
    """sympy's LaTeX with the names of `latex_name`, after renaming."""

    def __init__(self, renames: Mapping[str, str] = NO_RENAMES) -> None:
        super().__init__()
        self.renames = dict(renames)

    def _print_Symbol(self, expr: Expr, style: str = "plain") -> str:
        return latex_name(self.renames.get(str(expr.name), str(expr.name)))

    _print_Dummy = _print_Symbol


def _pairing(rules: FeynmanRules) -> dict[int, int]:
    """To each row of the pencil a column of the same space: the same number where that is one."""
    pairs: dict[int, int] = {}
    for space in dict.fromkeys(rules.row_spaces):
        rows, columns = rules.rows_of(space), rules.cols_of(space)
        same = set(rows) & set(columns)
        others = ([i for i in blocks if i not in same] for blocks in (rows, columns))
        pairs.update([(i, i) for i in same] + list(zip(*others, strict=True)))
    return pairs


def _inverse(matrix: Sequence[Sequence[Ratio | None]], setting: Setting) -> list[list[Ratio]]:
    """The inverse by Gauss-Jordan elimination; empty for a singular matrix."""
    zero, one, size = setting.ring.zero, setting.ring.one, len(matrix)
    unit = [[one if i == j else zero for j in range(size)] for i in range(size)]
    work = [[entry or zero for entry in row] + unit[i] for i, row in enumerate(matrix)]
    for place in range(size):
        pivot = next((i for i in range(place, size) if work[i][place]), None)
        if pivot is None:
            return []
        work[place], work[pivot] = work[pivot], work[place]
        work[place] = [entry / work[place][place] for entry in work[place]]
        for i in range(size):
            if i != place and (factor := work[i][place]):
                work[i] = [a - factor * b if b else a for a, b in zip(work[i], work[place], strict=True)]
    return [row[size:] for row in work]


def _suffix(letter: Letter) -> str:
    if letter.transposed:
        return ".H" if letter.conjugated else ".T"
    return ".conj" if letter.conjugated else ""


def _propagators(line: IndexLine, write: Callable[[Expr], str], label: str, dots: str) -> list[str]:
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


def _contraction(one: Gaussian, printer: NamePrinter) -> str:
    name = printer.doprint(one.symbol)
    name = _bracket(name) if "_" in name else name
    first, second = f"{name}_{{ij}}", f"{name}_{{kl}}"
    if one.kind == "complex":
        second = rf"\overline{{{second}}}"

    def pair(covariance: MatrixExpr | None, indices: str) -> str:
        if covariance is None or isinstance(covariance, Identity):
            return rf"\delta_{{{indices}}}"
        text = printer.doprint(covariance)
        simple = isinstance(covariance, MatrixSymbol) and "_" not in text
        return f"{text if simple else _bracket(text)}_{{{indices}}}"

    crossed = f"{pair(one.rows, 'il')} {pair(one.rows, 'jk')}"
    straight = f"{pair(one.rows, 'ik')} {pair(one.cols, 'jl')}"
    value = {"symmetric": _bracket(f"{straight} + {crossed}"), "hermitian": crossed}.get(one.kind, straight)
    variance = printer.doprint(one.variance)
    front = [] if one.variance == 1 else [_bracket(variance) if one.variance.is_Add else variance]
    return rf"\operatorname{{E}} {first} {second} = " + " ".join([*front, value])


def _bracket(text: str) -> str:
    return rf"\left({text}\right)"


def _array(header: Sequence[str], rows: Sequence[str]) -> str:
    columns = "l" * max(1, len(header))
    top = " & ".join(rf"\text{{{word}}}" for word in header) + " \\\\ \\hline\n" if header else ""
    return f"\\begin{{array}}{{{columns}}}\n{top}" + " \\\\\n".join(rows) + "\n\\end{array}"


def _example() -> FeynmanRules:
    """The rules of a resolvent of x x^T, for the docstrings."""
    N, P, gamma = symbols("N P gamma", positive=True)
    x = MatrixSymbol("x", N, P)
    q = (gamma * Identity(N) + x * x.T).inv()
    setting = prepare([q], Model([Gaussian(x)]))
    return linearise([read(q, setting)], setting)
