"""Names and formulas as labels: Unicode for SVG, LaTeX for TikZ."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from unicodedata import lookup

from sympy import Expr, Mul, Symbol, latex

from planaria.algebra.rational import Ratio
from planaria.diagrams.expressions.expression import Letter, Setting
from planaria.models.cleaning import clean_line
from planaria.writing.emitters.shapes import Text

__all__ = ["Names", "formula", "letter_text", "name_text"]

_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@dataclass
class Names:
    """Names for functions that are too long for a picture, in the order in which they came."""

    known: dict[Ratio, Text] = field(default_factory=dict)

    def of(self, function: Ratio, setting: Setting) -> Text:
        """A short function as it is; anything longer gets a name, which the legend explains."""
        if function in self.known:
            return self.known[function]
        text = formula(function, setting)
        if len(text.plain) > 3:
            text = self.known[function] = name_text(f"f_{len(self.known) + 1}")
        return text


@lru_cache(maxsize=1024)
def name_text(name: str) -> Text:
    """A name, Greek where it is spelled so; what follows an underscore, or its last digits, below the line.

    >>> name_text("Lambda").plain, name_text("sigma_u").pieces, name_text("x2").latex
    ('Λ', (('σ', 0), ('u', -1)), 'x_{2}')
    """
    name = clean_line(name)  # a line feed in it would end a line of LaTeX
    match = re.fullmatch(r"([A-Za-z]+?)_?(\d*|(?<=_).*)", name)
    base, below = match.groups() if match else (name, "")
    pieces = [(_greek(base), 0)]
    if below:
        pieces.append((_greek(below), -1))
    return Text(tuple(pieces), str(latex(Symbol(name))))


@lru_cache(maxsize=1024)
def letter_text(letter: Letter, setting: Setting) -> Text:
    """A field as it stands in a word, with the sign of its transpose, conjugate or adjoint."""
    name = name_text(setting.fields[letter.field].name)
    if letter.transposed and letter.conjugated:
        sign, tex = "†", r"\dagger"
    elif letter.transposed:
        sign, tex = "T", r"\mathsf{T}"
    elif letter.conjugated:
        sign, tex = "∗", "*"
    else:
        return name
    return Text((*name.pieces, (sign, 1)), f"{name.latex}^{{{tex}}}")


@lru_cache(maxsize=1024)
def formula(function: Ratio, setting: Setting) -> Text:
    """A function of eigenvalues; a monomial is written in the matrices themselves.

    >>> from sympy import MatrixSymbol, symbols
    >>> from planaria.diagrams import Model
    >>> from planaria.diagrams.expressions.expression import prepare
    >>> M, gamma = symbols("M gamma", positive=True)
    >>> setting = prepare([gamma * MatrixSymbol("Lambda", M, M)], Model([]))
    >>> (_, l), = setting.matrices
    >>> formula(setting.ring(l**2), setting).plain, formula(setting.ring(l / (gamma + l)), setting).plain
    ('Λ²', 'λ / (γ + λ)')
    """
    expression = function.to_sympy()
    if function.is_polynomial and len(function.numerator) == 1:
        names = {symbol: Symbol(str(matrix.name), commutative=False) for matrix, symbol in setting.matrices}
        expression = expression.subs(names)
    else:
        names = {symbol: Symbol(str(symbol.name).removesuffix("_I")) for _, symbol in setting.matrices}
        expression = expression.subs(names)
    return Text(((_unicode(expression), 0),), str(latex(expression)))


def _unicode(expression: Expr) -> str:
    if isinstance(expression, Mul):
        top, bottom = expression.as_numer_denom()
        if bottom != 1:
            return f"{_bracket(top)} / {_bracket(bottom)}"
    elif expression.is_Pow and expression.exp.is_negative:
        return f"1 / {_bracket(1 / expression)}"
    text = re.sub(r"\*\*\(?(-?\d+)\)?", lambda m: m.group(1).translate(_SUPERSCRIPT), str(expression))
    text = re.sub(r"[A-Za-z]+", lambda m: _greek(m.group()), text)
    return text.replace("*", " ").replace("_", "")


def _bracket(expression: Expr) -> str:
    text = _unicode(expression)
    return f"({text})" if expression.is_Add else text


def _greek(name: str) -> str:
    """The Greek letter of that name, or else the name."""
    case = "SMALL" if name.islower() else "CAPITAL"
    try:
        return lookup(f"GREEK {case} LETTER {name.upper().replace('LAMBDA', 'LAMDA')}")
    except KeyError:
        return name
