r"""Names as they are written: read once into letters and indices, then spelled for each medium.

``lambda_plus`` is ``\lambda_+`` in LaTeX and TikZ, ``λ₊`` in a terminal, and a λ with a lowered + in SVG and PNG.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import lookup

from sympy.core.alphabets import greeks
from sympy.printing.latex import tex_greek_dictionary

from planaria.writing.scripts import lowered

__all__ = ["Name", "Word", "greek_text", "latex_name", "latex_text", "spell", "terminal_name"]

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SIGNS_OF_LATEX = re.compile(r"\\.?|.", re.DOTALL)
_ENDS = frozenset({"$", "&", "%", "#", "\n", "\\", "\\\\", r"\(", r"\)", r"\[", r"\]"})
_ESCAPES = {
    **{sign: f"\\{sign}" for sign in "_#%&${}"},
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
}


@dataclass(frozen=True)
class Word:
    """One letter, number, sign or word of a name, in LaTeX mathematics and in Unicode."""

    latex: str
    unicode: str


@dataclass(frozen=True)
class Name:
    """A name as it is read.

    Attributes
    ----------
    base
        What stands on the line.
    indices
        What stands below it, one after the other.
    is_text
        Whether it is no name of the grammar of models, and written as words.
    """

    base: Word
    indices: tuple[Word, ...] = ()
    is_text: bool = False

    @property
    def latex(self) -> str:
        """As LaTeX mathematics."""
        if not self.indices:
            return self.base.latex
        index = ",".join(one.latex for one in self.indices)
        is_one_sign = re.fullmatch(r".|\\[A-Za-z]+", index)
        return f"{self.base.latex}_{index}" if is_one_sign else f"{self.base.latex}_{{{index}}}"

    @property
    def terminal(self) -> str:
        """In one line of Unicode.

        Numbers, signs and single letters stand below the line where Unicode can write them so; else all of the
        indices follow an underscore. Spaces between lowered indices are no places to break a line at.
        """
        if not self.indices:
            return self.base.unicode
        signs = [one.unicode for one in self.indices]
        small = [lowered(sign) if len(sign) == 1 or sign.isdigit() else None for sign in signs]
        below = [sign for sign in small if sign is not None]
        if len(below) == len(signs):
            return self.base.unicode + "\N{NO-BREAK SPACE}".join(below)
        return "_".join([self.base.unicode, *signs])

    @property
    def pieces(self) -> tuple[tuple[str, int], ...]:
        """As Unicode with levels, for media that can lower any text: 0 on the line, -1 below."""
        base = (self.base.unicode, 0)
        return (base, (",".join(one.unicode for one in self.indices), -1)) if self.indices else (base,)


@lru_cache(maxsize=4096)
def spell(name: str) -> Name:
    r"""Read a name: Greek where it is spelled so; what follows an underscore is an index, and so are last digits.

    >>> [spell(name).terminal for name in ("lambda_plus", "sigma_eps", "mu_star", "S_11", "x2", "L_train")]
    ['λ₊', 'σ_ε', 'μ_⋆', 'S₁₁', 'x₂', 'L_train']
    >>> spell("S_11_1").latex, spell("S_11_1").pieces
    ('S_{11,1}', (('S', 0), ('11,1', -1)))

    A name that is LaTeX already stays as it is, if it is whole; any other text is written as text.
    """
    if ("\\" in name or "{" in name) and _is_mathematics(name):
        return Name(Word(name, name))
    base, *indices = name.split("_")
    if numbered := re.fullmatch(r"([A-Za-z]+)(\d+)", base, re.ASCII):
        base, indices = numbered[1], [numbered[2], *indices]
    words = (base, *indices)
    if base.isdigit() or not all(re.fullmatch(r"[A-Za-z]+|\d+", word, re.ASCII) for word in words):
        return Name(Word(rf"\text{{{latex_text(name)}}}", name), is_text=True)
    return Name(_word(base), tuple(_SIGNS.get(one) or _word(one) for one in indices))


def _is_mathematics(name: str) -> bool:
    r"""Whether a text can stand in a formula as it is: its braces are paired, and nothing in it ends the formula.

    >>> _is_mathematics(r"\hat{x}_{\{1\}}"), _is_mathematics("x_{y"), _is_mathematics(r"x\)")
    (True, False, False)
    """
    depth = 0
    for sign in _SIGNS_OF_LATEX.findall(name):
        if sign in _ENDS:
            return False
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    return depth == 0


def latex_name(name: str) -> str:
    r"""A name as LaTeX mathematics.

    >>> [latex_name(n) for n in ("lambda_plus", "sigma_eps", "mu_star", "S_11", "S_11_1", "x2", "L_train")]
    ['\\lambda_+', '\\sigma_\\varepsilon', '\\mu_\\star', 'S_{11}', 'S_{11,1}', 'x_2', 'L_{\\mathrm{train}}']
    """
    return spell(name).latex


def terminal_name(name: str) -> str:
    """A name in one line of Unicode.

    >>> terminal_name("sigma_u"), terminal_name("sigma_w"), terminal_name("loss")
    ('σᵤ', 'σ_w', 'loss')
    """
    return spell(name).terminal


def greek_text(text: str) -> str:
    """A text of the grammar of models with its names in Unicode.

    >>> greek_text("tr(Lambda**2)/sigma_u")
    'tr(Λ**2)/σᵤ'
    """
    return _WORD.sub(lambda match: terminal_name(match[0]), text)


def latex_text(text: str) -> str:
    """A text with its special signs escaped."""
    return "".join(_ESCAPES.get(sign, sign) for sign in text)


_EPSILONS = {"eps": Word(r"\varepsilon", "ε"), "epsilon": Word(r"\epsilon", "ϵ")}
_SIGNS = {"plus": Word("+", "+"), "minus": Word("-", "−"), "star": Word(r"\star", "⋆")}


def _word(word: str) -> Word:
    if word in _EPSILONS:
        return _EPSILONS[word]
    if word.lower() in (*greeks, "lambda") and word in (word.lower(), word.capitalize()):
        case = "SMALL" if word.islower() else "CAPITAL"
        letter = lookup(f"GREEK {case} LETTER {word.upper().replace('LAMBDA', 'LAMDA')}")
        return Word(str(tex_greek_dictionary.get(word, f"\\{word}")), letter)
    return Word(word if len(word) == 1 or word.isdigit() else rf"\mathrm{{{word}}}", word)
