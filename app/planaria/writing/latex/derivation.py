r"""Derivations as LaTeX, in the style of the papers.

`latex_derivation` gives an ``align*`` block for a document with amsmath, `latex_summary` the same for a
notebook. A spectral sum that occurs once is written out where it stands; the others are defined below.
Inverses that occur several times in the quantity, and sums that no line could hold, get letters of their own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sympy import Add, Eq, Expr, Integer, MatrixSymbol, Mul, Pow, Symbol, Trace, preorder_traversal

from planaria.derivations.derivation import Derivation
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.derivations.steps import Step
from planaria.writing.latex.abbreviations import abbreviated, free_stem, narrowed, shortened
from planaria.writing.latex.metric import formula_width
from planaria.writing.latex.page import AlignedRow, checked_width, environment, fitted, on_pages, room_beside
from planaria.writing.latex.printing import LINE, FormulaPrinter, tidy, visible_width
from planaria.writing.latex.spectra import identity, mode_index, spectra_rows
from planaria.writing.names import latex_name, latex_text
from planaria.writing.renames import NO_RENAMES, apart, checked_renames, known_names

__all__ = [
    "latex_derivation",
    "latex_determinants",
    "latex_equations",
    "latex_expression",
    "latex_quantity",
    "latex_steps",
    "latex_sum",
    "latex_summary",
    "latex_value",
    "names_in",
    "renameable",
    "step_sides",
]

_READABLE = 200  # operations of a formula that a step still shows


def latex_expression(expression: Expr, renames: Mapping[str, str] = NO_RENAMES) -> str:
    r"""A scalar, an equation or a matrix expression as LaTeX mathematics.

    Renames of names that do not occur are no error here. InputError where two names would become one.

    >>> from sympy import Identity, MatrixSymbol, Trace, symbols
    >>> N, P, gamma, S = symbols("N P gamma S_11", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> print(latex_expression(Trace((gamma * Identity(N) + x * x.T).inv()) / P, {"P": "T"}))
    \frac{1}{T} \operatorname{tr}\left[\left(\gamma \mathbf{1}_N + x x^{\mathsf{T}}\right)^{-1}\right]
    >>> print(latex_expression((N - S) / (N * gamma)))
    \frac{N - S_{11}}{\gamma N}
    """
    names = names_in(expression)
    occurring = {old: new for old, new in renames.items() if old in names}
    return str(FormulaPrinter(checked_renames(occurring, names, "renames")).doprint(tidy(expression)))


def latex_sum(spectral_sum: SpectralSum, renames: Mapping[str, str] = NO_RENAMES) -> str:
    r"""A spectral sum written out over the eigenvalues of its space.

    >>> from planaria.derivations.equations.spectral_sums import Factor
    >>> from sympy import Symbol, symbols
    >>> M, l = Symbol("M"), Symbol("lambda_I")
    >>> pole = Factor(M, (l,), (1,), (((0,), Symbol("Delta")),))
    >>> print(latex_sum(SpectralSum(M, (l,), (2,), ((pole, 2),))))
    \sum_{I=1}^{M} \frac{\lambda_I^2}{\left(\lambda_I + \Delta\right)^2}
    """
    names = names_in(spectral_sum.summand) | names_in(spectral_sum.space)
    occurring = {old: new for old, new in renames.items() if old in names}
    return FormulaPrinter(checked_renames(occurring, names, "renames")).spectral_sum(spectral_sum)


def latex_equations(derivation: Derivation, renames: Mapping[str, str] = NO_RENAMES) -> tuple[str, ...]:
    r"""The equations of the unknowns, sums by their symbols.

    >>> latex_equations(_example())
    ('\\gamma = \\frac{\\Delta \\left(P - S_{11}\\right)}{P}',)
    """
    printer = FormulaPrinter(_renames(derivation, renames))
    sides = (_sides(equation, printer) for equation in _read_equations(derivation))
    return tuple(" ".join(f"{row.left} {row.right}".strip() for row in rows) for rows in sides)


def latex_value(derivation: Derivation, name: str | None = None, renames: Mapping[str, str] = NO_RENAMES) -> str:
    r"""The value in the unknowns and the symbols of sums, behind the name of the quantity if one is given.

    >>> print(latex_value(_example(), name="loss"))
    \mathrm{loss} \simeq \frac{R_{01}}{\gamma}
    """
    value = FormulaPrinter(_renames(derivation, renames)).doprint(tidy(derivation.value_as_shown))
    return str(value) if name is None else rf"{latex_quantity(name)} \simeq {value}"


def latex_determinants(derivation: Derivation, renames: Mapping[str, str] = NO_RENAMES) -> tuple[str, ...]:
    """The determinants that the value is shown with."""
    printer = FormulaPrinter(_renames(derivation, renames))
    return tuple(" ".join(printer.determinant(one)) for one in derivation.determinants)


def latex_derivation(
    derivation: Derivation,
    renames: Mapping[str, str] = NO_RENAMES,
    name: str | None = None,
    width: float | None = None,
) -> str:
    r"""Quantity, equations of the unknowns, spectral sums and value, as an ``align*`` block.

    Parameters
    ----------
    renames
        New names by old ones, applied everywhere and all at once: ``{"P": "T"}``, ``{"N": "P", "P": "N"}``.
    name
        The name of the quantity, such as ``"L_clean"``.
    width
        The width of a text, in points: what does not fit on it is broken over lines, wide denominators get
        letters, and a high block may go on on the next page. Without it no line is broken but long sums.

    Raises
    ------
    InputError
        For a rename of a name that does not occur, or to a name that another symbol keeps; for a width below
        240 points.

    >>> print(latex_derivation(_example(), {"P": "T"}, name="f"))  # doctest: +NORMALIZE_WHITESPACE
    \begin{align*}
    f &= \operatorname{E} \operatorname{tr}\left[\left(\gamma \mathbf{1}_N + x x^{\mathsf{T}}\right)^{-1}\right] \\
    \gamma &= \frac{\Delta \left(T - \sum_{I=1}^{N} \frac{\lambda_I}{\lambda_I + \Delta}\right)}{T}
    \qquad \text{which determines } \Delta \\
    f &\simeq \frac{1}{\gamma} \sum_{I=1}^{N} \frac{\Delta}{\lambda_I + \Delta}
    \end{align*}
    >>> latex_derivation(_example(), width=480) == latex_derivation(_example())
    True
    """
    content = _Content.of(derivation, renames, name)
    if width is None:
        return environment("align*", content.rows())
    if content.is_wide(width):
        return latex_derivation(derivation.written_out(), renames, name, width)
    return on_pages("align*", content.narrowed(width), width)


def latex_summary(
    derivation: Derivation, renames: Mapping[str, str] = NO_RENAMES, width: float | None = None
) -> str:
    """What `latex_derivation` shows, in the delimiters that notebooks want."""
    whole = _Content.of(derivation, renames, None)
    if width is not None and whole.is_wide(width):
        return latex_summary(derivation.written_out(), renames, width)
    rows = whole.rows() if width is None else fitted(whole.narrowed(width), width)
    return f"$$\n{environment('aligned', rows)}\n$$"


def latex_steps(derivation: Derivation, renames: Mapping[str, str] = NO_RENAMES) -> str:
    """Every step as a line of an ``align*`` block, with its reason; very long formulas are only measured.

    The loops T_k occur in the steps alone, and can be renamed like everything else.
    """
    known = {s for step in derivation.steps for side in (step.before, step.after) for s in names_in(side)}
    names = {*renameable(derivation), *(name for name in known if " " not in name)}
    printer = FormulaPrinter(checked_renames(renames, sorted(names), "renames"))
    rows = []
    for step in derivation.steps:
        left, right = _step(step, printer)
        words = _words(f"{step.rule}: {step.reason}", printer.renames)
        rows.append(AlignedRow(left, rf"{right} && \text{{{words}}}"))
    return environment("align*", rows)


def step_sides(step: Step) -> tuple[str, str]:
    """What was there before a step, and after it; very long formulas are only measured."""
    printer = FormulaPrinter()
    return _measured(step.before, printer), _measured(step.after, printer)


def renameable(derivation: Derivation) -> tuple[str, ...]:
    """The names that the printers of a derivation can rename.

    >>> renameable(_example())
    ('Delta', 'Lambda', 'N', 'P', 'R_01', 'S_11', 'gamma', 'lambda_I', 'x')
    """
    closed = derivation.closed_form
    symbols = [one.symbol for one in closed.unknowns] + [one.symbol for one in derivation.determinants]
    symbols += [symbol for symbol, _ in closed.sums]
    return tuple(sorted({*known_names(derivation.rules.setting), *(str(one.name) for one in symbols)}))


# -- the parts of a derivation -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Content:
    """What a derivation shows: its formulas, with letters for parts of them, and what the letters mean."""

    derivation: Derivation
    printer: FormulaPrinter
    name: str | None
    quantity: Expr
    letters: Sequence[tuple[MatrixSymbol, Expr]]  # of the quantity
    formulas: Sequence[Expr]  # the equations, then the value
    parts: Sequence[tuple[Symbol, Expr]]  # of them
    defined: Mapping[Symbol, SpectralSum]
    taken: frozenset[str]
    stem: str  # of letters for parts of formulas

    @classmethod
    def of(cls, derivation: Derivation, renames: Mapping[str, str], name: str | None) -> _Content:
        chosen = _renames(derivation, renames)
        taken = {"I", name or "", *(chosen.get(known, known) for known in renameable(derivation))}
        stem = free_stem("AHLVW", taken)
        formulas = [*_read_equations(derivation), tidy(derivation.value_as_shown)]
        entries = [entry for one in derivation.determinants for row in one.rows for entry in row]
        defined, inline = _divided(derivation.spectral_sums, [*formulas, *entries * 2])  # never inline there
        printer = FormulaPrinter(chosen, inline)
        quantity, letters = abbreviated(derivation.expression, printer, taken)
        shorter, parts = shortened(formulas, printer, taken, stem)
        return cls(derivation, printer, name, quantity, letters, shorter, parts, defined, frozenset(taken), stem)

    def is_wide(self, width: float) -> bool:
        """Whether the matrix of a determinant, which nothing breaks, is too wide for a page."""
        room = room_beside(self.rows(), checked_width(width))
        return any(formula_width(self.printer.determinant(one)[1]) > room for one in self.derivation.determinants)

    def narrowed(self, width: float) -> list[AlignedRow]:
        """The lines with letters for what makes denominators too wide for a page."""
        room = room_beside(self.rows(), checked_width(width)) - formula_width("= -")
        formulas, parts = narrowed(self.formulas, self.parts, self.printer, set(self.taken), room, self.stem)
        return replace(self, formulas=formulas, parts=parts).rows(whole=True)

    def rows(self, *, whole: bool = False) -> list[AlignedRow]:
        """The lines of a derivation; long sums over several of them, or whole."""
        printer, (*equations, value) = self.printer, self.formulas
        expectation = f"{_expectation(self.quantity, printer)}{mode_index(self.derivation)}"
        named = "" if self.name is None else f"{latex_quantity(self.name)}{mode_index(self.derivation)}"
        rows = [] if self.name is None else [AlignedRow(named, f"= {expectation}")]
        rows += [
            AlignedRow(printer.doprint(one), f"= {printer.doprint(meaning)}") for one, meaning in self.letters
        ]
        for equation in equations:
            rows += _sides(equation, printer, whole)
        if equations:
            unknowns = ", ".join(printer.doprint(symbol) for symbol in self.derivation.unknowns)
            word = "determines" if len(equations) == 1 else "determine"
            rows[-1] = replace(rows[-1], remark=rf"\text{{which {word} }} {unknowns}")
        for symbol, one in self.defined.items():
            rows.append(AlignedRow(printer.doprint(symbol), f"= {printer.spectral_sum(one)}"))
        sums = [*self.defined.values(), *printer.inline.values()]
        rows += spectra_rows(self.derivation, printer, (*(one.summand for one in sums), value))
        rows += [AlignedRow(*printer.determinant(one)) for one in self.derivation.determinants]
        for symbol, part in self.parts:
            rows += _broken(printer.doprint(symbol), printer.terms(part), whole)
        shown = rf"\simeq {printer.doprint(value)}{identity(self.derivation, printer)}"
        if self.name is not None:
            return [*rows, AlignedRow(named, shown)]
        if visible_width(expectation) <= LINE / 3:
            return [*rows, AlignedRow(expectation, shown)]
        return [*rows, AlignedRow("", expectation), AlignedRow("", rf"\qquad {shown}")]


def _read_equations(derivation: Derivation) -> list[Eq]:
    """The equations; what is equal to zero without factors that cannot vanish."""
    constants = set(derivation.rules.setting.ring.generators) - {STRENGTH}
    found = []
    for equation in derivation.equations:
        left, right = equation.lhs, tidy(equation.rhs)
        if right == 0:
            factors = [f for f in Mul.make_args(tidy(left)) if not _cannot_vanish(f, constants)]
            left = Mul(*factors) if factors else left
        found.append(Eq(left, right, evaluate=False))
    return found


def _cannot_vanish(factor: Expr, constants: set[Expr]) -> bool:
    base = factor.base if isinstance(factor, Pow) else factor
    return bool(base.is_Rational or (base in constants and base.is_positive))


def _sides(equation: Eq, printer: FormulaPrinter, whole: bool = False) -> list[AlignedRow]:
    """Left and right; a sum that vanishes has its negative terms on the right, or is broken if it is long."""
    left, right = equation.args
    if right == 0 and isinstance(left, Add):
        if visible_width(printer.doprint(left)) > LINE / 2:
            return _broken("0", printer.terms(left), whole)
        negative = [term for term in left.args if term.could_extract_minus_sign()]
        if 0 < len(negative) < len(left.args):
            right = Add(*(-term for term in negative))
            left += right
    return [AlignedRow(printer.doprint(left), f"= {printer.doprint(right)}")]


def _divided(
    sums: Mapping[Symbol, SpectralSum], formulas: Sequence[Expr]
) -> tuple[dict[Symbol, SpectralSum], dict[Symbol, SpectralSum]]:
    """The sums to define, and those to write out where they stand: they occur once, and not in a power."""
    places: Counter[Symbol] = Counter()
    for formula in formulas:
        for node in preorder_traversal(formula):
            if node in sums:
                places[node] += 1
            elif isinstance(node, Pow) and node.base in sums and node.exp not in (1, -1):
                places[node.base] += 1
    return (
        {symbol: one for symbol, one in sums.items() if places[symbol] > 1},
        {symbol: one for symbol, one in sums.items() if places[symbol] == 1},
    )


def _expectation(quantity: Expr, printer: FormulaPrinter) -> str:
    text = printer.doprint(quantity)
    factors = Mul.make_args(quantity)
    traces = sum(len(f.atoms(Trace)) for f in factors)
    if traces == 1 and any(isinstance(f, Trace) for f in factors) and text[0] != "-":
        return rf"\operatorname{{E}} {text}"
    return rf"\operatorname{{E}}\left[{text}\right]"


def _broken(left: str, terms: Sequence[str], whole: bool) -> list[AlignedRow]:
    """A long sum over several lines, or whole."""
    lines: list[str] = []
    for term in terms:
        if lines and (whole or visible_width(f"{lines[-1]} {term}") <= LINE):
            lines[-1] = f"{lines[-1]} {term}"
        else:
            lines.append(term)
    lines[0] = lines[0].removeprefix("+ ")
    return [AlignedRow(left, f"= {lines[0]}"), *(AlignedRow("", rf"\quad {line}") for line in lines[1:])]


def _step(step: Step, printer: FormulaPrinter) -> tuple[str, str]:
    """A symbol that a step names or solves for stands on the left."""
    before, after = step.before, step.after
    if isinstance(after, Symbol) and not isinstance(before, Symbol):
        before, after = after, before
    if before == after:
        return "", _measured(before, printer)
    relation = r"\to" if before.is_Integer else "="  # a number of blocks or loops becomes another one
    return _measured(before, printer), f"{relation} {_measured(after, printer)}"


def _words(text: str, renames: Mapping[str, str]) -> str:
    """A text that names symbols: they are written as mathematics, a trace over a space included."""

    def mathematics(match: re.Match[str]) -> str:
        stem, _, rest = match.group().partition("_")
        if stem == "tr":
            return rf"$\operatorname{{tr}}_{{{latex_name(renames.get(rest, rest))}}}$"
        return f"${latex_name(renames.get(match.group(), match.group()))}$"

    parts = re.split(r"([A-Za-z]+_[A-Za-z0-9_]+)", text)
    return "".join(
        re.sub(r".+", mathematics, part) if place % 2 else latex_text(part) for place, part in enumerate(parts)
    )


def _measured(expression: Expr, printer: FormulaPrinter) -> str:
    shown = expression.xreplace({STRENGTH: Integer(1)})
    operations = int(shown.count_ops())
    if operations > _READABLE:
        return rf"\text{{[a rational function of {operations} operations]}}"
    return str(printer.doprint(tidy(shown)))


def _renames(derivation: Derivation, renames: Mapping[str, str]) -> dict[str, str]:
    chosen = checked_renames(renames, renameable(derivation), "renames")
    own = [s for s, _ in derivation.closed_form.sums] + [one.symbol for one in derivation.determinants]
    return apart(chosen, map(str, own), known_names(derivation.rules.setting))


def names_in(expression: Expr) -> set[str]:
    """The names of its symbols and matrices."""
    return {str(s.name) for s in expression.free_symbols | expression.atoms(MatrixSymbol)}


def latex_quantity(name: str) -> str:
    r"""The name of a quantity: a letter with its index, or words.

    >>> latex_quantity("L_train"), latex_quantity("noise_loss")
    ('L_{\\mathrm{train}}', '\\text{noise loss}')
    """
    is_word = latex_name(name).startswith(r"\mathrm{")
    return latex_name(re.sub(r"(?<=[A-Za-z]{2})_", " ", name) if is_word else name)


def _example() -> Derivation:
    """A correlated Wishart resolvent, for the docstrings."""
    from sympy import Identity, symbols

    from planaria.derivations.resummation import derive
    from planaria.ensembles.model import Gaussian, Model

    N, P, gamma = symbols("N P gamma", positive=True)
    x, Lambda = MatrixSymbol("x", N, P), MatrixSymbol("Lambda", N, N)
    model = Model([Gaussian(x, variance=1 / P, rows=Lambda)])
    return derive(Trace((gamma * Identity(N) + x * x.T).inv()), model)
